"""`parcours fund …`: a day of a simulated fund."""

import json as json_format
from datetime import datetime
from typing import Annotated

import typer

from parcours.cli.common import Json, Lang, Reading, clear_errors, lang_of, readings_of
from parcours.cli.registry_common import DatabaseUrl, as_system, open_registry
from parcours.text import plain_euros

app = typer.Typer(add_completion=False, no_args_is_help=True, help="A day of a simulated fund.")
EVERY = 1000


@app.callback()
def root() -> None:
    """Nothing here is real: sheets, decisions and transfers are simulated."""


@app.command()
def run(
    day: Annotated[datetime, typer.Option("--day", formats=["%Y-%m-%d"], help="The day to run.")],
    fund: Annotated[str, typer.Option("--fund", help="Code of one fund; every fund that has claims unless said.")] = "",
    reading: Reading = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that adjudicate, on PostgreSQL.")] = 1,
    database: DatabaseUrl = None,
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Adjudicate, pay, let silences speak, cancel what is too old. Killed or run again, it does only what is left."""
    from sqlalchemy import select

    from parcours.registry.claims.models import Claim
    from parcours.registry.payments.fund import run_day

    readings = readings_of(reading, lang_of(lang))
    with open_registry(database, lang) as opened, clear_errors(lang_of(lang)):
        with opened.reading() as session:
            funds = [fund] if fund else sorted(set(session.scalars(select(Claim.fund_code).distinct())))
        done = {code: run_day(opened, code, day.date(), progress, readings, workers) for code in funds}
    if json:
        said = {
            "simulated": True,
            "day": day.date().isoformat(),
            "funds": {code: one.counts for code, one in done.items()},
        }
        typer.echo(json_format.dumps(said, indent=1))
        return
    for code, one in done.items():
        counts = ", ".join(f"{name} {count}" for name, count in one.counts.items() if count)
        typer.echo(f"{code} {day.date()}: {counts or '0'}")


@app.command()
def forfait(
    year: Annotated[int, typer.Option("--year", min=2026, help="The year of the flat fee.")],
    month: Annotated[int, typer.Option("--month", min=1, max=12, help="The month of the part: 4, 6, 9 or 11.")],
    fund: Annotated[str, typer.Option("--fund", help="Code of the fund.")],
    database: DatabaseUrl = None,
    lang: Lang = "",
) -> None:
    """Make a part of the yearly flat fee due to each médecin traitant; the next day of the fund pays it. Once."""
    from parcours.registry.audit.service import record
    from parcours.registry.claims.context import Tag
    from parcours.registry.payments.forfait import doctors_of, post_part
    from parcours.registry.store.clock import now_utc

    with open_registry(database, lang) as opened, clear_errors(lang_of(lang)):
        with opened.reading() as session:
            doctors = doctors_of(session, fund, year)
        for number, doctor in enumerate(doctors, start=1):
            with opened.writing() as session:
                cents = post_part(session, fund, doctor, year, month, at=now_utc())
                record(session, Tag.CLAIM_PAY, as_system("forfait"), record=("professional", doctor))
            typer.echo(json_format.dumps({"simulated": True, "professional": doctor, "euros": plain_euros(cents)}))
            progress("forfait", number, len(doctors))


def progress(step: str, done: int, total: int) -> None:
    """How far a step is, on the error stream."""
    if done % EVERY == 0 or (done == total and total > EVERY):
        typer.echo(f"{step} {done}/{total}", err=True)
