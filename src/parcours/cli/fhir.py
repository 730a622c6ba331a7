"""`parcours fhir …`: estimates before care in FHIR R4."""

import json
import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO, Self, TextIO

import typer

from parcours.cli import problems
from parcours.cli.bill import read_content
from parcours.cli.common import EXIT_REFUSED_ROWS, Lang, fail, lang_of
from parcours.cli.registry_common import DatabaseUrl, open_registry
from parcours.errors import os_reason

app = typer.Typer(add_completion=False, no_args_is_help=True, help="FHIR R4: estimates, exports.")
TOGETHER = 1_000
"""Claims of a file that are settled together."""
LINES = {".ndjson", ".jsonl"}
Base = Annotated[str, typer.Option("--base", help="Address that the code systems have: that of your server.")]
BASE = "http://127.0.0.1:8000/fhir"


@app.callback()
def root() -> None:
    """Every answer is simulated, and says so."""


@app.command()
def estimate(
    source: Annotated[Path, typer.Argument(metavar="CLAIM", help="A Claim (.json), or one a line (.ndjson).")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where the answers go.")] = None,
    base: Base = BASE,
    brief: Annotated[
        bool | None,
        typer.Option("--brief/--full", help="Explanations alone, as for a file of lines; or all, as for one Claim."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes, for a file of lines.")] = 1,
    lang: Lang = "",
) -> None:
    """Estimate a Claim (use = predetermination): a ClaimResponse, an EOB a payer, where it comes from."""
    lang, refused = lang_of(lang), 0
    many = source.suffix in LINES
    work: Work = partial(said, base=base, lang=lang, brief=many if brief is None else brief)
    with written(output, lang) as target:
        for texts, wrong in worked(work, lines_of(source, lang), workers) if many else [one(source, work, lang)]:
            target.writelines(texts)
            refused += wrong
    if refused:
        raise typer.Exit(EXIT_REFUSED_ROWS)


Work = Callable[[list[str]], tuple[list[str], int]]


def one(source: Path, work: Work, lang: str) -> tuple[list[str], int]:
    """The answer to the Claim of a file, indented."""
    from parcours.engine.facts.jsonio import dumps, loads

    texts, refused = work([dumps(read_content(source, lang), indent=None)])
    return [dumps(loads(text), indent=2) + "\n" for text in texts], refused


def said(lines: list[str], base: str, lang: str, *, brief: bool) -> tuple[list[str], int]:
    """The answers to some Claims as text, and how many were refused."""
    from parcours.fhir import many
    from parcours.fhir.site import Site
    from parcours.text import DEFAULT

    spoken = "en" if lang == "en" else DEFAULT
    texts, refused = (many.answered if brief else many.in_full)(lines, Site(base), spoken)
    return [f"{text}\n" for text in texts], refused


def worked(work: Work, source: Iterator[str], workers: int) -> Iterator[tuple[list[str], int]]:
    """The answers in the order of the Claims; no more Claims are read than the processes are about to answer."""
    if workers == 1:
        while some := list(islice(source, TOGETHER)):
            yield work(some)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[tuple[list[str], int]]] = deque()
        while True:
            while len(waiting) < 2 * workers and (some := list(islice(source, TOGETHER))):
                waiting.append(pool.submit(work, some))
            if not waiting:
                return
            yield waiting.popleft().result()


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go: one a type, NDJSON.")],
    types: Annotated[list[str] | None, typer.Option("--type", help="These types only.")] = None,
    database: DatabaseUrl = None,
    base: Base = BASE,
    lang: Lang = "",
) -> None:
    """Export everybody's resources, some people at a time. Stopped and run again, it goes on where it was."""
    lang = lang_of(lang)
    from parcours.fhir.bulk import chunks, exported
    from parcours.fhir.site import Site

    known = [one.name for one in exported()]
    names = types or known
    for one in names:
        if one not in known:
            fail(problems.not_accepted(one, field="--type", expected=", ".join(known)), lang)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open_registry(database, lang) as opened, Progress(folder, names) as progress:
            for last, said in chunks(opened.reading, Site(base), names, progress.last):
                progress.write(last, said)
        progress.done()
    except OSError as error:
        fail(problems.unwritable(field=str(folder), why=os_reason(error)), lang)
    for name, count in progress.counts.items():
        typer.echo(f"{name}: {count}")


class Progress:
    """Files that grow together, and how far all of them are: what a stop cut is written again."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self.folder, self.state = folder, folder / "export.state"
        said = json.loads(self.state.read_text("utf-8")) if self.state.exists() else {}
        self.last: str = said.get("last", "")
        self.sizes: dict[str, int] = {name: said.get("sizes", {}).get(name, 0) for name in names}
        self.counts: dict[str, int] = {name: said.get("counts", {}).get(name, 0) for name in names}
        self.files: dict[str, BinaryIO] = {}

    def __enter__(self) -> Self:
        for name, size in self.sizes.items():
            path = self.folder / f"{name}.ndjson.part"
            path.touch()
            self.files[name] = path.open("r+b")
            self.files[name].truncate(size)
            self.files[name].seek(size)
        return self

    def __exit__(self, *_: object) -> None:
        for file in self.files.values():
            file.close()

    def write(self, last: str, said: dict[str, list[bytes]]) -> None:
        """Some people's lines, then how far this is."""
        for name, lines in said.items():
            self.files[name].writelines(lines)
            self.files[name].flush()
            self.sizes[name], self.counts[name] = self.files[name].tell(), self.counts[name] + len(lines)
        text = json.dumps({"last": last, "sizes": self.sizes, "counts": self.counts})
        part = self.state.with_suffix(".part")
        part.write_text(text, "utf-8")
        part.replace(self.state)

    def done(self) -> None:
        """The files get their names."""
        for name in self.sizes:
            (self.folder / f"{name}.ndjson.part").replace(self.folder / f"{name}.ndjson")
        self.state.unlink(missing_ok=True)


def lines_of(source: Path, lang: str) -> Iterator[str]:
    """The lines of a file, one at a time, empty ones left out."""
    try:
        with source.open(encoding="utf-8") as lines:
            yield from (line for line in lines if line.strip())
    except OSError as error:
        fail(problems.unreadable(field=str(source), why=os_reason(error)), lang)
    except UnicodeDecodeError:
        fail(problems.not_text(field=str(source)), lang)


@contextmanager
def written(output: Path | None, lang: str) -> Iterator[TextIO]:
    """Where answers go: a file that appears whole, else the screen."""
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("w", encoding="utf-8") as target:
            yield target
        part.replace(output)
    except OSError as error:
        fail(problems.unwritable(field=str(output), why=os_reason(error)), lang)
    finally:
        part.unlink(missing_ok=True)
