"""`parcours tables`: the tables of the official sheets, for any day."""

from datetime import date
from typing import Annotated, Any

import typer

from parcours.cli.common import Json, Lang, Reading, Set, clear_errors, lang_of, money, readings_of, screen, trying
from parcours.text import Text, percent, same

app = typer.Typer(add_completion=False)
HEADERS = (
    Text("Médecin", "Doctor"),
    Text("Secteur", "Sector"),
    Text("Honoraires", "Fee"),
    same("Base"),
    Text("Taux", "Rate"),
    same("Major."),
    Text("Versé", "Paid"),
)
FREE = Text("libres", "free")
WIDEST_NAME = 24
TEXT_COLUMNS = 2
SECTORS = {"secteur_1": "1", "secteur_2_optam": "2 OPTAM", "secteur_2": "2"}
YEARS = Text("{} ans", "aged {}")
ADULT = 40


@app.command()
def tables(
    on: Annotated[str, typer.Option("--on", help="Day, YYYY-MM-DD (today unless said).")] = "",
    json: Json = False,
    lang: Lang = "",
    reading: Reading = None,
    set: Set = None,  # noqa: A002
) -> None:
    """Print the tables of the official sheets on a day: tariff, base and what comes back, by situation and sector."""
    lang = lang_of(lang)
    from parcours.engine.facts.vocabulary import read_date
    from parcours.engine.proof.tables import tables as settle_tables

    with trying(set, lang), clear_errors(lang):
        day = read_date("on", on or date.today())  # noqa: DTZ011 - the user's own day
        blocks = settle_tables(date(day // 10_000, day // 100 % 100, day % 100), readings_of(reading, lang))
    if json:
        print_json(blocks)
    else:
        print_tables(blocks, lang)


def print_json(blocks: list[Any]) -> None:
    """One JSON object: situation -> lines, amounts in euros."""
    from parcours.engine.facts.jsonio import dumps

    typer.echo(dumps({block.name: [line(row) for row in block.rows] for block in blocks}, indent=1))


def line(row: Any) -> dict[str, Any]:
    """One line with the names of the vocabulary."""
    from parcours.engine.results import euros

    amounts = {
        name: euros(getattr(row, name)) for name in ("tariff", "base", "majoration", "participation_forfaitaire", "amo")
    }
    max_fee = None if row.max_fee < 0 else euros(row.max_fee)
    return {
        "specialty": row.specialty,
        "act": row.act,
        "age": row.age,
        "convention": row.sector,
        "rate": row.rate,
        **amounts,
        "max_fee": max_fee,
    }


def print_tables(blocks: list[Any], lang: str) -> None:
    """One table a situation."""
    from rich.table import Table

    from parcours.engine.results import euros
    from parcours.law.loader import load

    labels = {entry.slug: entry.label[lang] for entry in load().specialties.values()}
    console = screen()
    for block in blocks:
        table = Table(
            title=block.title[lang],
            title_justify="left",
            title_style="bold",
            header_style="dim",
            box=None,
            pad_edge=False,
        )
        for index, header in enumerate(HEADERS):
            table.add_column(
                header[lang],
                justify="left" if index < TEXT_COLUMNS else "right",
                no_wrap=True,
                max_width=None if index else WIDEST_NAME,
            )
        for row in block.rows:
            name = labels[row.specialty] + ("" if row.age == ADULT else f", {YEARS[lang].format(row.age)}")
            name = name if row.act == "consultation" else f"{name} ({row.act})"
            fee = FREE[lang] if row.max_fee < 0 else money(euros(row.max_fee), lang)
            majoration = money(euros(row.majoration), lang) if row.majoration else "—"
            base, amo = money(euros(row.base), lang), money(euros(row.amo), lang)
            table.add_row(name, SECTORS[row.sector], fee, base, percent(row.rate, lang), majoration, amo)
        console.print(table)
        console.print()
