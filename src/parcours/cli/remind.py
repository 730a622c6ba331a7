"""`parcours remind`: what is told to people each day."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from parcours.cli.common import Json, Lang, lang_of
from parcours.cli.registry_common import DatabaseUrl, open_registry
from parcours.text import Text, agreed

FAILED = Text(
    "{count} {count:rappel laissé de côté|rappels laissés de côté} : voir le journal",
    "{count} {count:reminder|reminders} left out: see the log",
)
app = typer.Typer(add_completion=False, invoke_without_command=True, help="Send the reminders of the day, each once.")
SENT = Text(
    "{messages} {messages:message envoyé|messages envoyés}, {emails} {emails:e-mail|e-mails}",
    "{messages} {messages:message|messages} sent, {emails} {emails:e-mail|e-mails}",
)


@app.callback()
def remind(
    at: Annotated[
        datetime | None,
        typer.Option("--at", formats=["%Y-%m-%dT%H:%M"], help="Instant (UTC) to act at; now unless said."),
    ] = None,
    database: DatabaseUrl = None,
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Prevention, letters that nobody received or answered, follow-up, renewals: for a daily timer, in the morning.

    A message says nothing of health; an e-mail, only that there is a message. Run again, it sends nothing more.
    """
    import json as json_format
    from dataclasses import asdict

    from parcours.edge.daily import run
    from parcours.edge.services import Services
    from parcours.registry.store.clock import now_utc

    with open_registry(database, lang) as opened:
        told = run(Services(database=opened), at.replace(tzinfo=UTC) if at else now_utc())
    if json:
        typer.echo(json_format.dumps(asdict(told)))
    else:
        typer.echo(agreed(SENT, lang_of(lang), messages=told.messages, emails=told.emails))
    if told.failed:
        typer.echo(agreed(FAILED, lang_of(lang), count=told.failed), err=True)
        raise typer.Exit(1)
