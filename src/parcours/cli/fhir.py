"""`parcours fhir …`: estimates before care in FHIR R4."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from parcours.cli import problems
from parcours.cli.bill import read_content
from parcours.cli.common import EXIT_REFUSED_ROWS, Lang, fail, lang_of
from parcours.errors import os_reason

app = typer.Typer(add_completion=False, no_args_is_help=True, help="FHIR R4: estimates, exports.")
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
    lang: Lang = "",
) -> None:
    """Estimate a Claim (use = predetermination): a ClaimResponse, an EOB a payer, where it comes from."""
    from parcours.engine.facts.jsonio import dumps
    from parcours.fhir.site import Site

    lang, site, refused = lang_of(lang), Site(base), 0
    many = source.suffix in LINES
    with written(output, lang) as target:
        for claim in claims(source, lang):
            answer = answered(claim, site, lang)
            refused += answer["resourceType"] == "OperationOutcome"
            target.write(dumps(answer, indent=None if many else 2) + "\n")
    if refused:
        raise typer.Exit(EXIT_REFUSED_ROWS)


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


def answered(claim: Any, site: Any, lang: str) -> dict[str, Any]:
    """The answer to a Claim, or the OperationOutcome that says why there is none."""
    from parcours.edge.problems import ProblemError
    from parcours.fhir.estimate import predetermine
    from parcours.fhir.issues import Refused, issue_from, outcome
    from parcours.text import DEFAULT

    spoken = "en" if lang == "en" else DEFAULT
    try:
        return predetermine(claim, site)
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
