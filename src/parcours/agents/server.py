"""The server: nine tools, over standard input and output or over HTTP (streamable)."""

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from starlette.types import ASGIApp

from parcours import __version__
from parcours.agents import engine
from parcours.agents.answers import tool
from parcours.agents.registry import RegistryTools
from parcours.edge.services import Services

INSTRUCTIONS = (
    "French health insurance: who pays what for an act of care, why, what would be cheaper, the law of a day, doctors, "
    "prevention. Every answer is computed from dated law and cites it: quote its `sentence` and `sources`, do not add "
    "amounts of your own. Amounts are euros, rates basis points (7000 is 70 %), `lang` is fr or en. When facts are "
    "missing, ask the person what `next_question` asks."
)
READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=False)
PATH = "/mcp"


def create_server(services: Services) -> MCPServer:
    """The server with its tools."""
    registry = RegistryTools(services)
    server: MCPServer = MCPServer("parcours", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING")
    for function in (
        engine.settle_visit, engine.explain, engine.why_not, engine.advise, engine.law_on, engine.next_question,
        engine.compare_contracts, registry.find_doctor, registry.due_prevention,
    ):  # fmt: skip
        server.add_tool(tool(function), annotations=READS)
    return server


def http_app(server: MCPServer, hosts: tuple[str, ...]) -> ASGIApp:
    """The application to serve: no session is kept, only the named hosts are answered (no DNS rebinding)."""
    security = TransportSecuritySettings(
        allowed_hosts=[name for host in hosts for name in (host, f"{host}:*")],
        allowed_origins=[f"{scheme}://{host}:*" for host in hosts for scheme in ("http", "https")],
    )
    return server.streamable_http_app(
        streamable_http_path=PATH, stateless_http=True, json_response=True, transport_security=security
    )
