"""Files of acts of any size from the command line: progress, totals, refused rows, going on after an interruption."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from parcours.cli import problems
from parcours.cli.common import EXIT_REFUSED_ROWS, Columns, batch_errors, fail
from parcours.text import Text, agreed, count

STAGES = {
    "deal": Text("Répartition par patient", "Dealing by patient"),
    "settle": Text("Liquidation", "Settling"),
}
DONE = Text(
    "{rows} {rows:ligne lue|lignes lues} = {settled} {settled:liquidée|liquidées} + {refused} "
    "{refused:refusée|refusées} → {output}",
    "{rows} {rows:row|rows} read = {settled} settled + {refused} refused → {output}",
)
LATER = Text("{rows} {rows:ligne|lignes}", "{rows} {rows:row|rows}")
SPEED = Text("lignes/s", "rows/s")
SAME_WAY = Text(
    "La sortie est écrite de même (--plain : virgules et points).",
    "The output is written the same way (--plain: commas and points).",
)
PLAIN_WAY = Text(
    "La sortie est écrite avec des points et des jours AAAA-MM-JJ.",
    "The output is written with points and days as YYYY-MM-DD.",
)
REFUSED = Text("lignes refusées, avec la raison : {path}", "refused rows, with the reason: {path}")
COMPILING = Text(
    "Les règles se compilent, une seule fois : une minute ou deux.",
    "Compiling the rules, once: a minute or two.",
)
SWITCH_SECONDS = 0.0005
"""Python's turn between threads: one that meets new patterns of facts, in plain Python, does not hold up the others."""


def settle_files(
    source: str,
    output: Path,
    columns: Columns,
    *,
    readings: Mapping[str, str] | None = None,
    workers: int | None = None,
    resume: bool = False,
    summary: bool = False,
    streamed: bool = False,
    lang: str = "en",
) -> None:
    """Settle a file, a folder or a glob into a file. Exits 0, 1, 2, 3 or 130.

    `streamed`: the output is passed on and forgotten, so that the refused rows are told on the error stream; where
    the totals are all that is kept, by their reasons.
    """
    if workers is not None and workers < 1:
        fail(problems.not_accepted(workers, field="--workers", expected="1, 2, 3 …"), lang)
    say_french(source, output, columns, lang)
    report = _run(source, output, readings or {}, workers or os.cpu_count() or 1, columns, resume=resume, lang=lang)
    typer.echo(agreed(DONE, lang, **{**vars(report), "output": "-" if streamed else report.output}), err=True)
    say_later(report.later, lang)
    if report.rejected is not None:
        if streamed and not summary:
            typer.echo(report.rejected.read_text("utf-8").rstrip("\n"), err=True)
        elif not streamed:
            typer.echo(REFUSED[lang].format(path=report.rejected), err=True)
        if summary or not streamed:
            from parcours.engine.batch.refusals import told as in_words

            typer.echo("\n".join(in_words(report.because, lang)), err=True)
    if summary and report.settled:
        from parcours.cli.summary import print_summary

        print_summary(output, lang)
    if report.refused:
        raise typer.Exit(EXIT_REFUSED_ROWS)


def say_later(rows: int, lang: str) -> None:
    """Say on the error stream how many rows are of care later than what is checked, as it is said of one case."""
    if rows:
        from parcours.engine.say.freshness import later_than_checked

        typer.echo(f"{later_than_checked(lang)} {agreed(LATER, lang, rows=rows)}.", err=True)


def say_french(source: str, output: Path, columns: Columns, lang: str) -> None:
    """Say on the error stream that a file is written the French way, and how its output will be."""
    path = Path(source)
    if path.suffix != ".csv" or not path.is_file():
        return
    with batch_errors(lang):
        from parcours.engine.batch.french import style_of

        style = style_of(path)
    if style.french:
        written = SAME_WAY if output.suffix == ".csv" and not columns.plain else PLAIN_WAY
        typer.echo(f"{style.told[lang]}. {written[lang]}", err=True)


def _run(
    source: str,
    output: Path,
    readings: Mapping[str, str],
    workers: int,
    columns: Columns,
    *,
    resume: bool,
    lang: str,
) -> Any:
    with batch_errors(lang):
        from parcours.engine.batch.header import (
            MAY_BE_NEEDED,
            NO_CONTRACT_COLUMN,
            mapping_of,
            may_be_needed,
            without_contract,
        )
        from parcours.engine.batch.run import Job, settle_path
        from parcours.engine.batch.sources import columns_of, files_of
        from parcours.engine.batch.values import values_of

        sys.setswitchinterval(SWITCH_SECONDS)
        job = Job(
            source,
            output,
            readings,
            mapping_of(columns.named),
            workers,
            resume=resume,
            lang=lang,
            values=values_of(columns.values),
            plain=columns.plain,
        )
        columns_read = columns_of(files_of(source)[0])
        absent = may_be_needed(columns_read, job.columns)
        if absent:
            typer.echo(MAY_BE_NEEDED.format(names=", ".join(absent))[lang], err=True)
        if without_contract(columns_read, job.columns) and "contract" not in job.values:
            typer.echo(NO_CONTRACT_COLUMN[lang], err=True)
        with progress_bar(lang) as progress, compiling_told(lang):
            return settle_path(job, progress)


@contextmanager
def compiling_told(lang: str) -> Iterator[None]:
    """Say on the error stream, once, that the rules are being compiled: only where they are not kept compiled yet."""
    from parcours.engine.batch.loops import BEFORE_COMPILING

    def tell() -> None:
        BEFORE_COMPILING.clear()
        typer.echo(COMPILING[lang], err=True)

    BEFORE_COMPILING[:] = [tell]
    try:
        yield
    finally:
        BEFORE_COMPILING.clear()


@contextmanager
def progress_bar(lang: str) -> Iterator[Any]:
    """A function that shows how far a stage is, with rows a second and the time left; silent when not on a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    class Speed(ProgressColumn):
        """Rows a second."""

        def render(self, task: Task) -> Any:
            return f"{count(round(task.speed or 0), lang)} {SPEED[lang]}"

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        Speed(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(STAGES[stage][lang], total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield show
