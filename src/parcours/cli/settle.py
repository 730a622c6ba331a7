"""`parcours settle`: one act from flags, or a file of acts."""

from pathlib import Path
from typing import Annotated, Any

import typer

from parcours.cli import problems
from parcours.cli.common import (
    EXIT_REFUSED_ROWS,
    Columns,
    Json,
    Lang,
    Reading,
    clear_errors,
    fail,
    lang_of,
    readings_of,
)
from parcours.cli.flags import with_fact_flags
from parcours.text import Text, agreed

app = typer.Typer(add_completion=False)
START = 100_000
LARGE = 64 * 1024 * 1024
"""A file of text above this size is settled out of core, however long its lines."""
TEXT_FORMATS = (".ndjson", ".jsonl", ".csv")
SHORT = 1024 * 1024
"""A file of text above this size is settled like any large file: every column kept, a receipt, refused rows apart."""
FEW_LINES = 50


@app.command()
@with_fact_flags
def settle(
    source: Annotated[
        str | None,
        typer.Argument(metavar="[IN]", help="File of acts: .ndjson, .csv, .parquet, .arrow, a folder or a glob."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where the settled rows go.")] = None,
    json: Json = False,
    lang: Lang = "",
    reading: Reading = None,
    workers: Annotated[int | None, typer.Option("--workers", help="Processes or threads for a large file.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")] = False,
    map: Annotated[list[str] | None, typer.Option("--map", help="Other column name: COLUMN=NAME.")] = None,  # noqa: A002
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--values", help="What a word of the file stands for: COLUMN:GIVEN=OURS (ADRESSE:O=avis_ponctuel)."
        ),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Commas and points in the output, even of a CSV written the French way.")
    ] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Print totals at the end.")] = False,
    **facts: Any,
) -> None:
    """Settle one act of care, or a file of them: who pays what, and the case behind each amount."""
    lang = lang_of(lang)
    readings = readings_of(reading, lang)
    said = {name: value for name, value in facts.items() if value is not None}
    if source is None:
        if not said:
            fail(problems.no_facts(), lang)
        settle_one(said, readings, lang, as_json=json)
        return
    if said:
        fail(problems.flags_of_one_act(field=next(iter(said))), lang)
    columns = Columns(map or [], values or [], plain=plain)
    if output is None and summary:
        from parcours.cli.streams import only_totals

        only_totals(source, columns, readings, lang)
        return
    if output is None:
        fail(problems.no_output(), lang)
    if "-" in (source, str(output)):
        from parcours.cli.streams import settle_stream

        settle_stream(source, output, columns, readings, lang)
        return
    path = Path(source)
    small = path.suffix in TEXT_FORMATS and path.is_file() and path.stat().st_size <= LARGE and not holds_bills(path)
    if (
        small
        and output.suffix in TEXT_FORMATS
        and not (workers or resume or map or values or summary)
        and by_hand(path)
    ):
        settle_text(path, output, readings, lang)
        return
    from parcours.cli.batch import settle_files

    settle_files(
        source,
        output,
        columns,
        readings=readings,
        workers=workers,
        resume=resume,
        summary=summary,
        lang=lang,
    )


def holds_bills(path: Path) -> bool:
    """Do rows of a file say which bill they are of?  Those are settled together."""
    from parcours.engine.facts.vocabulary import IDS

    with path.open(encoding="utf-8", errors="replace") as stream:
        start = stream.read(START)
    return any(name in start for name in IDS)


def by_hand(path: Path) -> bool:
    """Is a file of text settled line by line, its errors in place?  A short one is, but for a French CSV or one with
    other columns.

    One whose lines are enormous is: no table could hold them.
    """
    with path.open("rb") as stream:
        beginning = stream.read(SHORT)
    if len(beginning) == SHORT:
        return beginning.count(b"\n") < FEW_LINES
    from parcours.engine.batch.textfiles import plain_header

    return path.suffix != ".csv" or plain_header(beginning)


def settle_one(facts: dict[str, Any], readings: dict[str, str], lang: str, *, as_json: bool) -> None:
    """Settle the act that the flags describe."""
    from parcours.engine.case import settle as settle_facts
    from parcours.engine.facts.jsonio import dumps

    with clear_errors(lang):
        answer = settle_facts(facts, readings)
    if as_json:
        typer.echo(dumps(answer.to_dict()))
        return
    from parcours.cli.answer import print_answer

    print_answer(answer, lang)


def settle_text(source: Path, output: Path, readings: dict[str, str], lang: str) -> None:
    """Settle a small file of text; refused rows stay in their place with an `error`."""
    from parcours.cli.batch import say_later
    from parcours.engine.batch.textfiles import settle_file

    with clear_errors(lang):
        settled, later, refused, why = settle_file(source, output, readings, lang)
    read = settled + refused
    typer.echo(agreed(SUMMARY, lang, read=read, settled=settled, refused=refused, output=output), err=True)
    say_later(later, lang)
    if refused:
        from parcours.engine.batch.refusals import told

        typer.echo("\n".join(told(why, lang)), err=True)
        raise typer.Exit(EXIT_REFUSED_ROWS)


SUMMARY = Text(
    "{read} {read:ligne lue|lignes lues} = {settled} {settled:liquidée|liquidées} + {refused} "
    "{refused:refusée|refusées} → {output}",
    "{read} {read:row|rows} read = {settled} settled + {refused} refused → {output}",
)
