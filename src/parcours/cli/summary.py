"""`parcours summary`: the totals of a settled file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import Json, Lang, batch_errors, fail, lang_of, money, screen
from parcours.text import NARROW, Text, agreed, count, same, yes_no

app = typer.Typer(add_completion=False)
TEXT = {
    "title": Text("{shown} {acts:acte|actes}", "{shown} {acts:act|acts}"),
    "payer": Text("Qui paie", "Who pays"),
    "status": Text("Par statut", "By status"),
    "specialty": Text("Par spécialité ou profession", "By specialty or profession"),
    "by": Text("Par {name}", "By {name}"),
    "acts": Text("actes", "acts"),
    "refused": Text("refusés", "refused"),
    "fee": Text("honoraires", "fees"),
    "amo": Text("assurance maladie", "compulsory insurance"),
    "amc": Text("complémentaire", "complementary"),
    "patient": Text("patient", "patient"),
    "majoration": Text("majorations", "surcharges"),
    "participation_forfaitaire": Text("participations forfaitaires", "flat contributions"),
    "franchise": Text("franchises", "deductibles"),
    "depassement": Text("dépassements", "above the base"),
    "unlawful_excess": Text("dépassements non permis", "unlawful excess"),
    "direct": Text("majorations retenues aussitôt", "surcharges taken at once"),
    "deferred": Text("majorations récupérées plus tard", "surcharges recovered later"),
    "participation_annual_cap": Text("plafond annuel des participations atteint", "annual cap of contributions met"),
    "participation_daily_cap": Text("plafond journalier des participations atteint", "daily cap of contributions met"),
    "franchise_annual_cap": Text("plafond annuel des franchises atteint", "annual cap of deductibles met"),
    "franchise_daily_cap": Text("plafond journalier des franchises atteint", "daily cap of deductibles met"),
}
PARTS = {
    "year": Text("année", "year"),
    "month": Text("mois", "month"),
    "case_status": Text("raison de la situation", "reason of the status"),
    "case_base": Text("raison de la base", "reason of the base"),
    "case_rate": Text("raison du taux", "reason of the rate"),
    "case_acte_lourd": Text("raison du forfait sur un acte lourd", "reason of the charge on a costly act"),
    "case_majoration": Text("raison de la majoration", "reason of the surcharge"),
    "case_participation": Text("raison de la participation", "reason of the contribution"),
    "case_franchise": Text("raison de la franchise", "reason of the deductible"),
    "case_excess": Text("raison du dépassement", "reason of the extra fee"),
    "case_complementary": Text("raison de la part complémentaire", "reason of the complementary part"),
    "case_payment": Text("raison de l'avance", "reason of the advance"),
}
"""Columns that the glossary does not name."""
SHORT = {"amo": "AMO", "amc": "AMC"}
READABLE = 32
"""Characters that a label needs."""
COLUMNS = ("acts", "fee", "amo", "amc", "patient", "majoration")


@app.command()
def summary(
    source: Annotated[str, typer.Argument(metavar="OUT", help="A settled file, a folder or a glob.")],
    json: Json = False,
    plot: Annotated[Path | None, typer.Option("--plot", help="Also draw the totals: .svg or .png.")] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Also by a column of the file, or year, or month; may be repeated.")
    ] = None,
    lang: Lang = "",
) -> None:
    """Totals of a settled file: by payer, status and specialty, majorations, caps reached."""
    lang = lang_of(lang)
    if plot is not None and plot.suffix not in (".svg", ".png"):
        fail(problems.not_accepted(plot, field="--plot", expected=".svg, .png"), lang)
    with batch_errors(lang):
        from parcours.engine.batch.summary import summarise

        totals = summarise(source, tuple(by or ()))
    if json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps(vars(totals)))
    else:
        _print(totals, lang)
    if plot is not None:
        _draw(totals, plot, lang)


def print_summary(source: Path, lang: str) -> None:
    """Print the totals of a file that was just settled."""
    from parcours.engine.batch.summary import summarise

    with batch_errors(lang):
        _print(summarise(str(source)), lang)


def _print(totals: Any, lang: str) -> None:
    from rich.table import Table

    console = screen()
    console.print(f"[bold]{counted(totals.acts, lang)}[/]")
    payer = Table(title=TEXT["payer"][lang], title_justify="left", show_header=False)
    payer.add_column()
    payer.add_column(justify="right")
    for name, amount in {**totals.totals, **totals.majoration}.items():
        payer.add_row(TEXT[name][lang], money(amount, lang))
    for name, acts in totals.caps.items():
        payer.add_row(TEXT[name][lang], counted(acts, lang))
    console.print(payer)
    for key, rows in (("status", totals.by_status), ("specialty", totals.by_specialty)):
        console.print(*_tables(TEXT[key][lang], rows, lang, console.width))
    for name, rows in totals.by.items():
        console.print(*_tables(by_column(name, lang), rows, lang, console.width))


def by_column(name: str, lang: str) -> str:
    """The title of a table by a column: by specialty, by reason of the surcharge."""
    from parcours.engine.say.wording import lower_first
    from parcours.law.loader import load

    term = load().glossary.get(name)
    said = lower_first(term[lang]["term"]) if term else PARTS.get(name, same(name))[lang]
    return TEXT["by"][lang].format(name=said)


def counted(acts: int, lang: str) -> str:
    """A number of acts, in words."""
    return agreed(TEXT["title"], lang, acts=acts, shown=count(acts, lang))


def _tables(title: str, rows: list[dict[str, Any]], lang: str, width: int) -> list[Any]:
    """The table of some rows; two with half of the columns where the labels would have no room."""
    columns = [name for name in COLUMNS if rows and name in rows[0]]
    cells = {name: [heading(name, lang), *(cell(row, name, lang) for row in rows)] for name in columns}
    if width - sum(1 + max(map(len, texts)) for texts in cells.values()) >= READABLE:
        return [_table(title, rows, columns, lang)]
    half = len(columns) // 2
    return [_table(title, rows, part, lang) for part in (columns[:half], columns[half:])]


def heading(name: str, lang: str) -> str:
    """The title of a column."""
    return SHORT.get(name, TEXT[name][lang])


def cell(row: dict[str, Any], name: str, lang: str) -> str:
    """A number of acts, or an amount."""
    return count(row[name], lang) if name == "acts" else bare(money(row[name], lang))


def _table(title: str, rows: list[dict[str, Any]], columns: Sequence[str], lang: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=f"{title} (€)", title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column(overflow="ellipsis")  # in a narrow terminal the label gives way, never a number
    for name in columns:
        table.add_column(heading(name, lang), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(_label(row, lang), *(cell(row, name, lang) for name in columns))
    return table


def bare(amount: str) -> str:
    """An amount under a title that says euros already: to the cent, without the sign."""
    return amount.strip(f"€{NARROW}")


def _label(row: dict[str, Any], lang: str) -> str:
    """What a row is about, in words: its status with its letter, its specialty, or its profession."""
    from parcours.engine.say.wording import label

    if "status" in row:
        if row["status"] is None:
            return TEXT["refused"][lang]
        return f"{label('status', row['status'], lang)} ({row['status']})"
    if row.get("specialty"):
        return specialty_label(row["specialty"], lang)
    if "profession" in row:
        return label("profession", row["profession"], lang) if row["profession"] else "—"
    return cell_label(*next(iter(row.items())), lang)


def cell_label(name: str, value: Any, lang: str) -> str:
    """The value of a column in words, where the law has some for it."""
    from parcours.engine.facts.vocabulary import BOOLEANS, BY_NAME
    from parcours.engine.say.wording import codes, label

    if value is None:
        return "—"
    if name == "specialty":
        return specialty_label(value, lang)
    if name in BY_NAME and BY_NAME[name].kind == "boolean" and value in BOOLEANS:
        return yes_no(BOOLEANS[value])[lang]
    return label(name, value, lang) if value in codes().get(name, ()) else str(value)


def specialty_label(value: str, lang: str) -> str:
    """A specialty in words, however the file names it."""
    from parcours.engine.errors import FactError
    from parcours.engine.facts.specialties import read_specialty
    from parcours.law.cache import flat_law
    from parcours.law.loader import load

    try:
        return load().specialties[read_specialty("specialty", value, flat_law())].label[lang]
    except FactError:
        return value


def _draw(totals: Any, path: Path, lang: str) -> None:
    """Who pays, by status, as bars."""
    import altair as alt

    rows = [
        {"status": _label(row, lang), "payer": TEXT[payer][lang], "euros": float(row[payer])}
        for row in totals.by_status
        for payer in ("amo", "amc", "patient")
        if payer in row
    ]
    chart = alt.Chart({"values": rows}, width=480, title=TEXT["payer"][lang]).mark_bar()
    chart = chart.encode(
        alt.X("sum(euros):Q", title="€"),
        alt.Y("status:N", title=None, sort="-x"),
        alt.Color("payer:N", title=None, scale=alt.Scale(range=["#1b5e94", "#e3a008", "#b3432f"])),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    chart.save(str(path))
