"""`parcours compare`: contracts, premiums included, over a year of care."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, Set, clear_errors, fail, lang_of, pairs, trying
from parcours.text import Text, euros

if TYPE_CHECKING:
    from parcours.engine.compare.year import Comparison

app = typer.Typer(add_completion=False)
EMPLOYER = Text("Employeur", "Employer")
HEADERS = (
    Text("Contrat", "Contract"),
    Text("Soins", "Care"),
    Text("Sécu", "Sécu"),
    Text("Mutuelle", "Mutuelle"),
    Text("Vous", "You"),
    Text("Cotisations", "Premiums"),
    EMPLOYER,
    Text("En tout", "In all"),
)
NO_CONTRACT = Text("Sans mutuelle", "No mutuelle")
BEST = Text(
    "Le moins cher pour cette année de soins : {name}, {total}. Une année moins "
    "chanceuse (hôpital, lunettes, dents) change tout : essayez-la.",
    "Cheapest for this year of care: {name}, {total}. A less lucky year "
    "(hospital, glasses, teeth) changes everything: try it.",
)
CAPS = Text(
    "Participations et franchises, qu'aucun contrat responsable ne paie : {amount}.",
    "Contributions and deductibles, which no contrat responsable pays: {amount}.",
)
FIRST = ("responsable_100=30", "responsable_150=45")
LEFT_OUT = Text("laissé de côté", "left out")


@app.command()
def compare(
    contract: Annotated[
        list[str] | None,
        typer.Option(
            "--contract",
            help="CONTRACT=PREMIUM of a month: an id of the library, or the guarantees as printed. An employer's part "
            'of the premium after it: "OPTAM 200%=70, employer 50%".',
        ),
    ] = None,
    year: Annotated[str, typer.Option("--year", help="student, family, ald, pregnancy, senior or glasses.")] = "family",
    times: Annotated[list[str] | None, typer.Option("--times", help="ITEM=NUMBER of times in the year.")] = None,
    price: Annotated[
        list[str] | None, typer.Option("--price", help="ITEM=EUROS of some care of the year (the tariff unless said).")
    ] = None,
    age: Annotated[int | None, typer.Option("--age", help="Age of the person.", min=0, max=130)] = None,
    on: Annotated[str, typer.Option("--on", help="The civil year, YYYY (this one unless said).")] = "",
    set: Set = None,  # noqa: A002
    json: Json = False,
    lang: Lang = "",
) -> None:
    """Compare contracts over a year of care: who pays what, the cheapest, from how much care a dearer one is worth
    it.
    """
    lang = lang_of(lang)
    from parcours.engine.compare.plans import fields_of, left_out_of, read_plan, understood_of
    from parcours.engine.compare.plans import price as read_price
    from parcours.engine.compare.year import Plan, with_prices, with_times, years
    from parcours.engine.compare.year import compare as settle_year

    if year not in years():
        fail(problems.not_accepted(year, field="--year", expected=Text(*2 * (", ".join(years()),))), lang)
    chosen = years()[year]
    numbers = {name: number(text, lang) for name, text in pairs(times, "--times", "N", lang).items()}
    charged = pairs(price, "--price", "EUROS", lang)
    check_items(numbers, [one.id for one in chosen.items], "--times", lang)
    check_items(charged, [name for one in chosen.items for name in one.prices], "--price", lang)
    written = contract or FIRST
    with clear_errors(lang):
        prices = {name: read_price(name, text) for name, text in charged.items()}
        items = with_prices(with_times(chosen.items, numbers), prices)
        plans = [
            Plan(NO_CONTRACT[lang], None, 0),
            *map(read_plan, written),
        ]
        person = {**chosen.person, **({} if age is None else {"age": age})}
        civil_year = number(on, lang) if on else date.today().year  # noqa: DTZ011 - the user's own year
        with trying(set, lang):
            found = settle_year(plans, items, person, civil_year)
    if json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps(found.to_dict(), indent=1))
    else:
        print_table(found, lang)
        for plan, text in zip(plans[1:], written, strict=True):
            guarantees, _, _ = fields_of(text)
            if words := understood_of(guarantees, lang):
                left = f" {left_out_of(guarantees, lang)}".rstrip()
                typer.echo(f"{plan.name} ({words[0].lower()}{words[1:]}{left}".rstrip(".") + ")")
    for name, error in found.refused:
        typer.echo(f"{name} ({LEFT_OUT[lang]}): {error.message[lang]}", err=True)


def check_items(said: Iterable[str], known: Sequence[str], flag: str, lang: str) -> None:
    """Every item is one of the year, or exit with what it holds."""
    for name in said:
        if name not in known:
            fail(problems.not_accepted(name, field=flag, expected=Text(*2 * (", ".join(known),))), lang)


def number(text: str, lang: str) -> int:
    """A whole number."""
    if not text.isdecimal():
        fail(problems.not_accepted(text, field="--times", expected=Text("un nombre entier", "a whole number")), lang)
    return int(text)


def print_table(found: "Comparison", lang: str) -> None:
    """The table for people, then the cheapest and the break-even."""
    paid = any(one.employer for one in found.years)
    rows = [[header[lang] for header in HEADERS if paid or header is not EMPLOYER]]
    for one in found.years:
        employer = (one.employer,) if paid else ()
        amounts = (one.care.fee, one.care.amo, one.care.amc, one.care.patient, one.premiums, *employer, one.total)
        rows.append([one.plan.name, *(euros(amount, lang) for amount in amounts)])
    for row in aligned(rows):
        typer.echo(row)
    best = found.best
    typer.echo("")
    for pair in found.pairs:
        typer.echo(pair.said(lang))
    typer.echo(BEST[lang].format(name=best.plan.name, total=euros(best.total, lang)))
    typer.echo(CAPS[lang].format(amount=euros(best.contributions, lang)))


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of one width, amounts to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
