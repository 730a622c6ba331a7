"""`parcours explain`: why, and why not, for one act from flags or for a row of a settled file."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.cited import short, source_line, sources
from parcours.cli.common import Json, Lang, Reading, clear_errors, fail, lang_of, readings_of, screen
from parcours.cli.flags import with_fact_flags
from parcours.engine.facts.vocabulary import RENAMED, SOURCE_ROW
from parcours.errors import os_reason
from parcours.text import Text

if TYPE_CHECKING:
    from parcours.engine.bill.explain import BillExplanation
    from parcours.engine.say.explain import Explanation

app = typer.Typer(add_completion=False)
TITLES = {
    "why": Text("Pourquoi", "Why"),
    "why_not": Text("Ce qui ne s'applique pas", "What does not apply"),
    "article": Text("Article", "Article"),
}
TEXT = (".csv", ".ndjson", ".jsonl", ".json")


@app.command()
@with_fact_flags
def explain(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SETTLED]",
            help="Instead of flags: a settled file (.ndjson, .csv, .parquet, .arrow), or a bill (.yaml, .json).",
        ),
    ] = None,
    facts_file: Annotated[
        Path | None, typer.Option("--facts", help="The file that was settled, where the settled one holds no facts.")
    ] = None,
    row: Annotated[int, typer.Option("--row", help="Which row of the file that was settled, from 1.", min=1)] = 1,
    all_steps: Annotated[bool, typer.Option("--all", help="Also the stages where nothing happens.")] = False,
    text: Annotated[bool, typer.Option("--text", help="Plain sentences, one a line.")] = False,
    json: Json = False,
    lang: Lang = "",
    reading: Reading = None,
    **facts: Any,
) -> None:
    """Explain an act: each stage in a sentence, its article, the first day of its values, and what did not apply."""
    lang = lang_of(lang)
    said = {name: value for name, value in facts.items() if value is not None}
    if facts_file is None and is_file_of_bills(source, lang):
        form = "json" if json else "text" if text else ""
        explain_bill(source, row, said, readings_of(reading, lang), lang, quiet=all_steps, form=form)
        return
    form = "json" if json else "text" if text else ""
    if (
        source is not None
        and not said
        and explained_line((source, facts_file), row, readings_of(reading, lang), lang, quiet=all_steps, form=form)
    ):
        return
    with clear_errors(lang):
        explanation = explanation_of((source, facts_file), row, said, readings_of(reading, lang), lang, quiet=all_steps)
    if json:
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps(explanation.to_dict(), indent=1))
    elif text:
        typer.echo("\n".join(lines(explanation)))
    else:
        print_explanation(explanation)


def is_file_of_bills(source: Path | None, lang: str) -> bool:
    """Is the file one of bills?  A settled file, or one that cannot be read, is told as such later."""
    from parcours.cli.bills import SUFFIXES, bill_of

    if source is None or source.suffix not in SUFFIXES or not source.is_file():
        return False
    with source.open(encoding="utf-8", errors="replace") as stream:
        start = stream.read(100_000)
    if source.suffix in TEXT and not ('"lines"' in start or '"stay"' in start):
        return False
    return bill_of(source, 1, lang) is not None


def explain_bill(
    source: Path | None,
    row: int,
    facts: dict[str, Any],
    readings: dict[str, str],
    lang: str,
    *,
    quiet: bool,
    form: str,
) -> None:
    """Explain a whole bill, line by line."""
    from parcours.cli.bills import wanted_bill
    from parcours.engine.bill.explain import explain_bill as explained
    from parcours.engine.bill.settle import settle_bill

    bill = wanted_bill(source, row, facts, lang)
    with clear_errors(lang):
        explanation = explained(settle_bill(bill, readings), lang, quiet=quiet)
    show_bill(explanation, form)


def show_bill(explanation: "BillExplanation", form: str) -> None:
    """The explanation of a bill as it was asked for."""
    from parcours.cli.bills import plain_bill, print_bill_explanation

    if form == "json":
        from parcours.engine.facts.jsonio import dumps

        typer.echo(dumps(explanation.to_dict(), indent=1))
    elif form == "text":
        typer.echo("\n".join(plain_bill(explanation)))
    else:
        print_bill_explanation(explanation)


def explained_line(
    files: tuple[Path, Path | None], row: int, readings: dict[str, str], lang: str, *, quiet: bool, form: str
) -> bool:
    """Explain a row of a settled file where it is a line of a bill. False: it is an act."""
    from parcours.engine.bill.settled_row import explain_line, is_line_of_bill

    settled, run = joined_row(files, row, lang)
    if not is_line_of_bill(settled):
        return False
    with clear_errors(lang):
        explanation = explain_line(settled, readings or run.get("readings", {}), lang, quiet=quiet)
    show_bill(explanation, form)
    return True


def explanation_of(
    files: tuple[Path | None, Path | None],
    row: int,
    facts: dict[str, Any],
    readings: dict[str, str],
    lang: str,
    *,
    quiet: bool,
) -> "Explanation":
    """From the flags, or from one row of a settled file (and of the file that was settled)."""
    from parcours.engine.case import settle
    from parcours.engine.say.explain import explain as explain_row
    from parcours.law.in_use import IN_USE, enacted
    from parcours.law.loader import load
    from parcours.law.reform import read_kept

    source, facts_file = files
    if source is None:
        return explain_row(settle(facts, readings), lang, quiet=quiet)
    if facts:
        fail(problems.flags_of_one_act(field=next(iter(facts))), lang)
    joined, run = joined_row((source, facts_file), row, lang)
    changes = IN_USE.get() or read_kept(load(), run.get("reform", ()))
    with enacted(changes):
        return explain_row(joined, lang, quiet=quiet, readings=readings or run.get("readings", {}))


def joined_row(files: tuple[Path, Path | None], row: int, lang: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A settled row, with the facts of the file that was settled where it is given, and how the run was made."""
    source, facts_file = files
    settled, run = settled_row(source, row, lang)
    given = row_of(facts_file, row, lang) if facts_file else {}
    return {**{RENAMED.get(name, name): value for name, value in given.items()}, **settled}, run


def settled_row(source: Path, row: int, lang: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The row that settles row `row` of the source, and how the run was made, where the file tells."""
    if source.suffix in TEXT and (not source.is_file() or SOURCE_ROW not in first_line(source)):
        return row_of(source, row, lang), {}
    from parcours.engine.batch.errors import BatchError
    from parcours.engine.batch.summary import read_row, receipt_of

    try:
        return read_row(source, row), receipt_of(source)
    except BatchError as error:
        fail(error, lang)


def first_line(source: Path) -> str:
    """The header of a CSV, the first object of an NDJSON."""
    with source.open(encoding="utf-8", errors="replace") as stream:
        return stream.readline(100_000)


def row_of(source: Path, row: int, lang: str) -> dict[str, Any]:
    """One row of a file of acts by its place."""
    reader = {".csv": csv_row, ".parquet": parquet_row}.get(source.suffix, json_row)
    try:
        content = reader(source, row)
    except OSError as error:
        fail(problems.unreadable(field=str(source), why=os_reason(error)), lang)
    except ValueError:
        fail(problems.not_format(field=str(source), format=source.suffix.lstrip(".") or "JSON"), lang)
    if not isinstance(content, dict):
        fail(problems.no_row(field=str(source), row=row), lang)
    return content


def json_row(source: Path, row: int) -> Any:
    """One line of JSON."""
    from parcours.engine.facts.jsonio import loads

    with source.open(encoding="utf-8") as stream:
        line = next(islice(stream, row - 1, None), None)
    return loads(line) if line else None


def csv_row(source: Path, row: int) -> Any:
    """One line of CSV, its empty cells left out."""
    import csv

    from parcours.engine.batch.textfiles import separator_in

    if separator_in(first_line(source)) == ";":
        return french_row(source, row)
    with source.open(encoding="utf-8", newline="") as stream:
        cells = next(islice(csv.DictReader(stream), row - 1, None), None)
    return cells and {name: value for name, value in cells.items() if value}


def french_row(source: Path, row: int) -> Any:
    """The same of a file written the French way, its days and numbers as every other file has them."""
    from parcours.engine.batch.sources import blocks

    for block in blocks(source, row, 1, skip=row - 1):
        for cells in block.table.slice(0, 1).to_pylist():
            return {name: value for name, value in cells.items() if value}
    return None


def parquet_row(source: Path, row: int) -> Any:
    """One row of Parquet."""
    import polars as pl

    rows = pl.scan_parquet(source).slice(row - 1, 1).collect().to_dicts()
    return {name: value for name, value in rows[0].items() if value is not None} if rows else None


def lines(explanation: "Explanation") -> list[str]:
    """The explanation as plain sentences."""
    warning = [explanation.warning] if explanation.warning else []
    steps = [f"{step.title} · {step.text} [{', '.join(sources(step, explanation.lang))}]" for step in explanation.steps]
    others = [other.text for step in explanation.steps for other in step.other_readings]
    reasons = [item.text for item in explanation.why_not]
    return [explanation.headline, *warning, *steps, *others, *reasons, explanation.freshness.text]


def print_explanation(explanation: "Explanation") -> None:
    """The explanation as a person reads it."""
    from rich.padding import Padding

    console, lang = screen(), explanation.lang
    console.print(f"\n[bold]{explanation.headline}[/]")
    if explanation.warning:
        console.print(f"[bold red]{explanation.warning}[/]")
    console.print(f"\n[bold]{TITLES['why'][lang]}[/]")
    for number, step in enumerate(explanation.steps, 1):
        console.print(f" [bold cyan]{number}[/] [bold]{step.title}[/]")
        console.print(Padding(step.text, (0, 0, 0, 3)))
        console.print(Padding(source_line(step, lang), (0, 0, 0, 3)))
        for other in step.other_readings:
            console.print(Padding(f"[yellow]↔ {other.text}[/]", (0, 0, 0, 3)))
    if explanation.why_not:
        console.print(f"\n[bold]{TITLES['why_not'][lang]}[/]")
    for item in explanation.why_not:
        console.print(
            Padding(f"· {item.text} [dim]({', '.join(short(ref.id) for ref in item.references)})[/]", (0, 0, 0, 1))
        )
    console.print(f"\n[dim]{explanation.freshness.text}[/]")
