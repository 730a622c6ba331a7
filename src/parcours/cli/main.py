"""`parcours`: one command, its sub-commands imported only when they are called."""

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer

from parcours import __version__
from parcours.cli import problems
from parcours.cli.common import EXIT_UNREADABLE
from parcours.cli.extras import extra_of
from parcours.cli.help import speak_french
from parcours.cli.lean import start_lean
from parcours.cli.usage import Group, asked_lang

COMMANDS = {
    "settle": "parcours.cli.settle:app",
    "bill": "parcours.cli.bill:app",
    "prevention": "parcours.cli.prevention:app",
    "sample": "parcours.cli.sample:app",
    "lab": "parcours.cli.lab:app",
    "summary": "parcours.cli.summary:app",
    "tables": "parcours.cli.tables:app",
    "law": "parcours.cli.law:app",
    "contract": "parcours.cli.contract:app",
    "compare": "parcours.cli.compare:app",
    "schema": "parcours.cli.schema:app",
    "facts": "parcours.cli.facts:app",
    "registry": "parcours.cli.registry:app",
    "directory": "parcours.cli.directory:app",
    "admin": "parcours.cli.admin:app",
    "audit": "parcours.cli.audit:app",
    "ledger": "parcours.cli.ledger:app",
    "scenario": "parcours.cli.scenario:app",
    "fund": "parcours.cli.fund:app",
    "claims": "parcours.cli.claims:app",
    "account": "parcours.cli.account:app",
    "explain": "parcours.cli.explain:app",
    "advise": "parcours.cli.advise:app",
    "questions": "parcours.cli.questions:app",
    "receipt": "parcours.cli.receipt:receipt_app",
    "replay": "parcours.cli.receipt:replay_app",
    "diff": "parcours.cli.receipt:diff_app",
    "space": "parcours.cli.space:app",
    "check-claims": "parcours.cli.guides:app",
    "fhir": "parcours.cli.fhir:app",
    "mcp": "parcours.cli.mcp:app",
    "doctor": "parcours.cli.doctor:app",
    "record": "parcours.cli.record:app",
    "remind": "parcours.cli.remind:app",
    "serve": "parcours.cli.serve:serve_app",
    "demo": "parcours.cli.serve:demo_app",
}
"""Name of a sub-command -> module and its Typer application."""

PANELS = {
    "Settle and understand": (
        "settle", "bill", "explain", "advise", "questions", "prevention", "compare", "contract", "receipt", "replay",
        "diff",
    ),
    "Files and figures": ("sample", "lab", "summary", "tables", "schema"),
    "The law": ("law", "space", "check-claims"),
    "The service": ("demo", "serve", "fhir", "mcp", "doctor"),
    "The registry": ("registry", "record", "remind", "directory", "facts", "admin", "audit"),
    "Simulated money": ("claims", "fund", "account", "ledger", "scenario"),
}  # fmt: skip
"""How the help groups the sub-commands."""
PANEL_OF = {name: panel for panel, names in PANELS.items() for name in names}
FACT_COMMANDS = ("settle", "explain", "advise", "questions", "receipt")
"""Sub-commands that take one flag for each fact."""
EXIT_DEFECT = 70
"""A defect of ours: nothing the user gave is named, the message may hold personal data."""


class LazyGroup(Group):
    """A group that imports the module of a sub-command when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names, in the order of the help."""
        del ctx
        return list(PANEL_OF)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and return one sub-command; None when there is no such name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            module, attribute = COMMANDS[cmd_name].split(":")
            command: Any = typer.main.get_command(getattr(import_module(module), attribute))
            command.name, command.rich_help_panel = cmd_name, PANEL_OF[cmd_name]
            if self.lang == "fr":
                speak_french(command)
            self.commands[cmd_name] = command
        return self.commands[cmd_name]


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="France's coordinated care pathway: who pays what for an act of care, why, and what would have been cheaper.",
    epilog="In French: `--lang fr`, or a terminal in French.",
)


def print_version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        typer.echo(f"parcours {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Every answer is right on its date, says why, and cites its article."""


def main() -> None:
    """Entry point: exit codes 0 done, 2 the input cannot be read, 3 some rows were refused."""
    start_lean()
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    if any(argument in FACT_COMMANDS for argument in sys.argv[1:2]):
        from parcours.cli.flags import spelled_out

        sys.argv[1:] = spelled_out(sys.argv[1:])
    try:
        app()
    except Exception as error:
        if os.environ.get("PARCOURS_DEBUG"):
            raise
        lang = "fr" if asked_lang(sys.argv[1:]) == "fr" else "en"
        if isinstance(error, ModuleNotFoundError) and (extra := extra_of(error.name)):
            typer.echo(problems.extra_missing(module=error.name, extra=extra).message[lang], err=True)
            sys.exit(EXIT_UNREADABLE)
        typer.echo(problems.defect(kind=type(error).__name__).message[lang], err=True)
        sys.exit(EXIT_DEFECT)
