"""`parcours mcp`: the tools of an assistant, by the Model Context Protocol."""

from typing import Annotated

import typer

from parcours.cli.common import Lang, lang_of
from parcours.cli.serve import check_free

app = typer.Typer(add_completion=False)


@app.command()
def mcp(
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP (streamable) instead of pipes.")] = False,
    host: Annotated[str, typer.Option("--host", help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port, with --http.")] = 8765,
    allowed_host: Annotated[
        list[str] | None, typer.Option("--allowed-host", help="A name by which clients reach it, with --http.")
    ] = None,
    lang: Lang = "",
) -> None:
    """Tools for an assistant: settle, explain, why not, advise, the law, contracts, doctors, prevention."""
    from parcours.agents.server import create_server, http_app
    from parcours.edge.services import Services

    lang = lang_of(lang)
    services = Services()
    server = create_server(services)
    if not http:
        server.run("stdio")
        return
    import uvicorn

    from parcours.edge import logs

    check_free(host, port, lang)
    logs.configure("warning")
    hosts = tuple(dict.fromkeys((host, "127.0.0.1", "localhost", *(allowed_host or ()))))
    uvicorn.run(http_app(server, hosts), host=host, port=port, log_config=None, access_log=False, server_header=False)
