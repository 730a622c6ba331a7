"""`parcours serve`: pages and API in production; `parcours demo`: all set up, a first quote, and the server."""

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Lang, fail, lang_of
from parcours.cli.registry_common import registry_errors
from parcours.text import Text

if TYPE_CHECKING:
    from parcours.registry.store.db import Database
    from parcours.site.settings import ServerSettings

serve_app = typer.Typer(add_completion=False)
demo_app = typer.Typer(add_completion=False)

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on (PARCOURS_HOST, else 127.0.0.1).")]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port (PARCOURS_PORT, else 8000).")]
FIRST_QUOTE = {
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
    "contract": "responsable_100",
}
"""A GP who is not one's own, seen today."""
MORNING = 9
"""Hour in Paris of the last run of the daily job."""
STEPS = {
    "database": Text("Base de données…", "Database…"),
    "stories": Text("Récits de la démonstration…", "Stories of the demonstration…"),
    "town": Text(
        "Une ville inventée et un an de soins (le plus long)…", "An invented town and a year of care (the longest)…"
    ),
    "directory": Text("Annuaire des professionnels…", "Directory of professionals…"),
    "accounts": Text("Comptes et rappels du matin…", "Accounts and reminders of the morning…"),
}
NEXT_TIME = Text("Et la prochaine fois ?", "And the next time?")


@serve_app.command()
def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=64, help="Processes (PARCOURS_WORKERS, else 1).")
    ] = None,
    log_level: Annotated[
        str | None, typer.Option("--log-level", help="debug, info, warning, error (PARCOURS_LOG_LEVEL).")
    ] = None,
    lang: Lang = "",
) -> None:
    """Serve the pages and the API. Every setting is an environment variable: docs/guides/serve.md."""
    run(host=host, port=port, workers=workers, log_level=log_level, lang=lang_of(lang))


@demo_app.command()
def demo(
    host: Host = None,
    port: Port = None,
    serve_pages: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the pages after setting up.")] = True,
    lang: Lang = "",
) -> None:
    """Set everything up (embedded database, invented people, an account for each role), print a first quote, serve."""
    chosen = lang_of(lang)
    if serve_pages:
        settings = server_settings(chosen, host=host, port=port)
        check_free(settings.host, settings.port, chosen)  # before the accounts get new passwords
        os.environ.setdefault("PARCOURS_PUBLIC_URL", public_url(settings.host, settings.port))
    people, accounts = prepare_registry(chosen)
    for line in first_quote(chosen):
        typer.echo(line)
    words = Text(f"Registre de démonstration : {people} récits.", f"Demonstration registry: {people} stories.")
    typer.echo(words[chosen])
    for line in accounts:
        typer.echo(line)
    if serve_pages:
        os.environ["PARCOURS_DEMONSTRATION"] = "true"  # for the worker processes
        if not os.environ.get("PARCOURS_SMTP_HOST"):
            os.environ.setdefault("PARCOURS_OUTBOX", str(default_outbox()))
        run(host=host, port=port, log_level="warning", lang=chosen)


def server_settings(lang: str, **given: Any) -> "ServerSettings":
    """The settings of the environment and what the command line says."""
    from pydantic import ValidationError

    from parcours.site.settings import ServerSettings

    try:
        return ServerSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        fail(problems.wrong_setting(first["input"], field=".".join(map(str, first["loc"]))), lang)


def run(*, lang: str, **given: Any) -> None:
    """Start the server with the settings of the environment and what the command line says."""
    from parcours.edge import logs
    from parcours.site import server

    chosen = server_settings(lang, **given)
    passed = server.passed_socket()
    host, port = passed.getsockname()[:2] if passed else (chosen.host, chosen.port)
    if passed is None:
        check_free(host, port, lang)
    if chosen.metrics_port is not None:
        check_free(chosen.metrics_host, chosen.metrics_port, lang)
    if chosen.traces_endpoint is not None:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter  # noqa: F401 - who lacks the extra is told here
    check_registry(lang)
    os.environ["PARCOURS_LOG_LEVEL"] = chosen.log_level  # for the worker processes
    logs.configure(chosen.log_level)
    os.environ.setdefault("PARCOURS_PUBLIC_URL", public_url(host, port))
    words = Text("parcours écoute sur", "parcours listens on")
    typer.echo(f"{words[lang]} http://{host}:{port}")
    if code := server.run(chosen, passed):
        raise typer.Exit(code)


def public_url(host: str, port: int) -> str:
    """Where a browser of this machine reaches the server, when no setting says more."""
    from parcours.registry.demo.fictitious import LOCAL_HOSTS

    name = f"[{host}]" if ":" in host else host
    return f"http://{name if host in LOCAL_HOSTS else '127.0.0.1'}:{port}"


def check_free(host: str, port: int, lang: str) -> None:
    """Stop with a sentence when something already listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            fail(problems.port_taken(field=f"{host}:{port}"), lang)


def check_registry(lang: str) -> None:
    """Stop with a sentence when the registry is not one to serve; one whose server is down is no reason.

    Where nothing was installed yet (no database named, no trace of one), the embedded one is made, empty.
    """
    from sqlalchemy.exc import DBAPIError

    from parcours.cli.registry import bring_up_to_date
    from parcours.edge.services import Services
    from parcours.registry.store import keyring
    from parcours.registry.store.db import Database, database_url
    from parcours.site.readiness import check_registry as check

    folder = keyring.data_directory()
    traces = [*folder.glob("parcours.db*"), *folder.glob("secret.keys")]
    fresh = not os.environ.get("PARCOURS_DATABASE_URL") and not traces
    with registry_errors(lang):
        if fresh:
            if not any(os.environ.get(name) for name in (keyring.KEYS_VARIABLE, keyring.KEYS_FILE_VARIABLE)):
                keyring.create_keys_file(folder / "secret.keys")
            made = Database.open()
            bring_up_to_date(made)
            made.close()
        services = Services()
        try:
            check(services)
            services.database.close()
        except DBAPIError:
            if database_url().startswith("sqlite"):
                raise


def prepare_registry(lang: str) -> tuple[int, list[str]]:
    """The embedded registry with its keys, its tables and its invented people: how many stories, and how to log in."""
    from parcours.cli.registry import bring_up_to_date, demo_access
    from parcours.registry.demo.france import fill_directory
    from parcours.registry.demo.seed import SEED, seed
    from parcours.registry.errors import RegistryError
    from parcours.registry.payments.fund import uncollected
    from parcours.registry.scenario.town import live
    from parcours.registry.store import keyring
    from parcours.registry.store.clock import paris_today
    from parcours.registry.store.db import Database, database_url

    try:
        if database_url().startswith("sqlite") and not (
            os.environ.get(keyring.KEYS_VARIABLE) or os.environ.get(keyring.KEYS_FILE_VARIABLE)
        ):
            keyring.create_keys_file(keyring.data_directory() / "secret.keys")
        database = Database.open()
        try:
            tell("database", lang)
            bring_up_to_date(database)
            with uncollected():
                tell("stories", lang)
                with database.writing() as session:
                    stories = len(seed(session))
                tell("town", lang)
                live(database, seed=SEED)
                tell("directory", lang)
                fill_directory(database, paris_today(), seed=SEED)
            tell("accounts", lang)
            access = demo_access(database, lang)
            remind(database)
            return stories, access
        finally:
            database.close()
    except RegistryError as error:
        fail(error, lang)


def tell(step: str, lang: str) -> None:
    """What is being set up, on the error stream at once: a log shows it too."""
    typer.echo(STEPS[step][lang], err=True)


def remind(database: "Database") -> None:
    """Send what the daily job sends in the morning, each once: the folder of messages is not empty on arrival."""
    from parcours.edge.daily import run
    from parcours.edge.services import Services
    from parcours.edge.settings import Settings
    from parcours.registry.store.clock import PARIS, now_utc

    now, settings = now_utc().astimezone(PARIS), Settings()
    if settings.smtp_host is None and settings.outbox is None:
        settings = settings.model_copy(update={"outbox": default_outbox()})
    morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    run(Services(settings, database), morning if morning <= now else morning - timedelta(days=1))


def default_outbox() -> Path:
    """Where the demonstration writes its messages when nothing says otherwise."""
    from parcours.registry.store import keyring

    return keyring.data_directory() / "outbox"


def first_quote(lang: str) -> list[str]:
    """A quote settled now, as lines: what it is, why, and how to get more back the next time."""
    from parcours.engine.case import settle
    from parcours.engine.say.advise import advise
    from parcours.engine.say.explain import explain
    from parcours.web.pages import today

    visit = {**FIRST_QUOTE, "care_date": today()}
    answer = settle(visit)
    explanation = explain(answer, lang)
    why = [f"  {number}. {step.text}" for number, step in enumerate(explanation.steps, 1)]
    best = advise(answer, lang).best
    own = explain(settle({**visit, "role": "medecin_traitant"}), lang).headline
    better = [NEXT_TIME[lang], f"  {best.texts[0]}", f"  {own}"] if best else []
    return [explanation.headline, *why, *better, ""]
