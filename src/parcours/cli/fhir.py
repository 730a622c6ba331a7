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
from typing import Annotated, Any, BinaryIO, Self, TextIO

import typer

from parcours.cli import problems
from parcours.cli.bill import read_content
from parcours.cli.common import EXIT_REFUSED_ROWS, Lang, fail, lang_of
from parcours.cli.registry_common import DatabaseUrl, open_registry
from parcours.errors import os_reason

app = typer.Typer(add_completion=False, no_args_is_help=True, help="FHIR R4: estimates, exports.")
TOGETHER = 200
"""Claims of a file that are answered together."""
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
        bool, typer.Option("--brief", help="Explanations alone: amounts and cases, no sentences.")
    ] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes, for a file of lines.")] = 1,
    lang: Lang = "",
) -> None:
    """Estimate a Claim (use = predetermination): a ClaimResponse, an EOB a payer, where it comes from."""
    lang, refused = lang_of(lang), 0
    work = partial(said, base=base, lang=lang, brief=brief, indent=None if source.suffix in LINES else 2)
    with written(output, lang) as target:
        for texts, wrong in worked(work, claims(source, lang), workers):
            target.writelines(texts)
            refused += wrong
    if refused:
        raise typer.Exit(EXIT_REFUSED_ROWS)


def said(claims: list[Any], base: str, lang: str, *, brief: bool, indent: int | None) -> tuple[list[str], int]:
    """The answers to some Claims as text, and how many were refused."""
    from parcours.engine.facts.jsonio import dumps
    from parcours.fhir.site import Site

    site = Site(base)
    answers = [answered(claim, site, lang, brief=brief) for claim in claims]
    refused = sum(one["resourceType"] == "OperationOutcome" for one in answers)
    return [dumps(one, indent=indent) + "\n" for one in answers], refused


def worked(
    work: Callable[[list[Any]], tuple[list[str], int]], source: Iterator[Any], workers: int
) -> Iterator[tuple[list[str], int]]:
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


def claims(source: Path, lang: str) -> Iterator[Any]:
    """The Claims of a file, one at a time; None for a line that is not JSON."""
    from parcours.engine.facts.jsonio import loads

    if source.suffix not in LINES:
        yield read_content(source, lang)
        return
    try:
        with source.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    try:
                        yield loads(line)
                    except ValueError:
                        yield None
    except OSError as error:
        fail(problems.unreadable(field=str(source), why=os_reason(error)), lang)
    except UnicodeDecodeError:
        fail(problems.not_text(field=str(source)), lang)


def answered(claim: Any, site: Any, lang: str, *, brief: bool = False) -> dict[str, Any]:
    """The answer to a Claim, or the OperationOutcome that says why there is none."""
    from parcours.edge.problems import ProblemError
    from parcours.fhir.estimate import predetermine
    from parcours.fhir.issues import Refused, issue_from, outcome
    from parcours.text import DEFAULT

    spoken = "en" if lang == "en" else DEFAULT
    try:
        return predetermine(claim, site, brief=brief)
    except Refused as error:
        return outcome(error.issues, spoken)
    except ProblemError as error:
        return outcome([issue_from(error, error.status)], spoken)


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
