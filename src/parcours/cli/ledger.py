"""`parcours ledger …`: is every promise of the books kept, and what do the accounts hold."""

import json as json_format
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

import typer

from parcours.cli.common import Json, Lang, lang_of
from parcours.cli.registry_common import DatabaseUrl, open_registry, table
from parcours.registry.store.clock import PARIS
from parcours.text import Text, plain_euros

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The books of simulated money: verify them, read.")

EXIT_BROKEN = 1
KEPT = Text("tenu", "kept")
BROKEN = Text("rompu par {count} : {examples}", "broken by {count}: {examples}")
REPLAYED = Text("une décision rejouée donne les mêmes montants", "a decision settled again gives the same amounts")
Day = typer.Option(formats=["%Y-%m-%d"])


@app.command()
def verify(
    replay: Annotated[
        bool, typer.Option("--replay", help="Settle every decision again too, from what it kept.")
    ] = False,
    database: DatabaseUrl = None,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """Check every invariant of claims, payments and books in SQL. Exit code 1 when one is broken."""
    from parcours.registry.claims.replay import differing
    from parcours.registry.contexts import verify as check
    from parcours.registry.store.invariants import SHOWN, Checked, Invariant

    chosen = lang_of(lang)
    with open_registry(database, lang) as opened, opened.reading() as session:
        found = check(session)
        if replay:
            other = list(differing(session))
            found.append(Checked(Invariant("I8", REPLAYED, ""), len(other), tuple(other[:SHOWN])))
    if json:
        rows = [
            {"name": one.invariant.name, "says": one.invariant.says[chosen], "broken": one.count,
             "examples": one.examples} for one in found
        ]  # fmt: skip
        typer.echo(json_format.dumps({"simulated": True, "invariants": rows}, ensure_ascii=False, indent=1))
    else:
        for one in found:
            said = BROKEN.format(count=one.count, examples=", ".join(one.examples)) if one.count else KEPT
            typer.echo(f"{one.invariant.name:16} {said[chosen]:8} {one.invariant.says[chosen]}")
    if any(one.count for one in found):
        raise typer.Exit(EXIT_BROKEN)


@app.command()
def balance(
    as_of: Annotated[datetime | None, Day] = None,
    known_on: Annotated[datetime | None, Day] = None,
    party: Annotated[str, typer.Option("--party", help="Public id of an insured person or a professional.")] = "",
    database: DatabaseUrl = None,
    lang: Lang = "",
    json: Json = False,
) -> None:
    """What every account holds by day of value (`--as-of`), as it was known at the end of a day (`--known-on`)."""
    from parcours.registry.ledger.service import balances

    end = known_on and datetime.combine(known_on.date() + timedelta(1), time(), PARIS).astimezone(UTC)
    with open_registry(database, lang) as opened, opened.reading() as session:
        found = balances(session, party=party or None, as_of=as_of and as_of.date(), known_on=end)
    rows = [
        {"book": book, "account": account.value, "party": who, "euros": signed(cents)}
        for (book, account, who), cents in sorted(found.items())
    ]
    if json:
        typer.echo(json_format.dumps({"simulated": True, "balances": rows}, ensure_ascii=False, indent=1))
    else:
        table(("book", "account", "party", "euros"), rows)


def signed(cents: int) -> str:
    """An amount in euros, with its side."""
    return f"{'-' if cents < 0 else ''}{plain_euros(abs(cents))}"
