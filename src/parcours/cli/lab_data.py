"""`parcours lab validate` and `export`: the synthetic France beside public figures, and in shapes its users know."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import EXIT_NOT_WRITTEN, Lang, fail, lang_of
from parcours.errors import os_reason
from parcours.text import Text

if TYPE_CHECKING:
    from parcours.lab.validate import Report

EXIT_NOT_FITTED = 1
FITTED = Text(
    "ajustés : {fit} sur {fits} dans leur tolérance ; vérifiés : {validate} sur {validates}",
    "fitted: {fit} of {fits} inside their tolerance; validated: {validate} of {validates}",
)
SIGNED = "SHA256SUMS"
OURS = Text("un nouveau dossier, ou un dossier d'un export", "a new folder, or the folder of an export")
MAKING = Text("{year} : {done} personnes sur {of}", "{year}: {done} people of {of}")


def validate(
    people: Annotated[int, typer.Option("--people", help="How many people each year is simulated with.")] = 200_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same people.")] = 1,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Also write the table: .md (the published page) or .csv.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing while the people are made.")] = False,
    lang: Lang = "",
) -> None:
    """Every public target beside ours: value, interval, distance, pass; failures first. Exits with an error when a
    figure that the lab is fitted to is out of its tolerance.
    """
    lang = lang_of(lang)
    if people < 1:
        fail(problems.not_accepted(people, field="--people", expected="1, 2, 3 …"), lang)
    if output is not None and output.suffix not in (".md", ".csv"):
        fail(problems.not_accepted(output, field="--output", expected=".md, .csv"), lang)
    from parcours.lab.report import as_csv, as_page, as_text
    from parcours.lab.validate import validate as validated

    def say(year: int, done: int, of: int) -> None:
        if not quiet and (done == of or done % 100_000 == 0):
            typer.echo(MAKING[lang].format(year=year, done=done, of=of), err=True)

    report = validated(people, seed, progress=say)
    typer.echo(as_text(report, lang))
    if output is not None:
        write(output, as_csv(report) if output.suffix == ".csv" else as_page(report), lang)
    conclude(report, lang)


def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder the tables go to; it is replaced whole.")],
    people: Annotated[int, typer.Option("--people", help="How many people.")] = 10_000,
    year: Annotated[int, typer.Option("--year", help="Civil year of the acts.")] = 2022,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same people.")] = 1,
    shapes: Annotated[
        str,
        typer.Option(
            "--shapes", help="Which, joined by commas: facts, settled, dcir, damir, fhir, rac, entities; or all."
        ),
    ] = "all",
    lang: Lang = "",
) -> None:
    """Write the people and acts of a year, settled, in the shapes their users know: claims files (DCIR), open data
    (DAMIR), care by item (base RAC), individuals and households, FHIR; with a card, a dictionary and checksums.
    """
    lang = lang_of(lang)
    from parcours.lab.export.run import SHAPES
    from parcours.lab.export.run import export as exported
    from parcours.law.cache import flat_law

    chosen = SHAPES if shapes == "all" else tuple(shapes.split(","))
    for name in chosen:
        if name not in SHAPES:
            fail(problems.not_accepted(name, field="--shapes", expected=", ".join((*SHAPES, "all"))), lang)
    if people < 1:
        fail(problems.not_accepted(people, field="--people", expected="1, 2, 3 …"), lang)
    first = flat_law().default.first_days[0] // 10_000
    if not first < year < 2100:
        fail(problems.not_accepted(year, field="--year", expected=f"{first + 1} … 2099"), lang)
    if output.exists() and not (output / SIGNED).exists() and any(output.iterdir()):
        fail(problems.not_accepted(output, field="--output", expected=OURS[lang]), lang)
    try:
        rows = exported(people, year, seed, chosen, output)
    except OSError as error:
        fail(problems.unwritable(str(output), why=os_reason(error)), lang, EXIT_NOT_WRITTEN)
    typer.echo("\n".join(f"{name}: {count}" for name, count in rows.items()), err=True)


def conclude(report: "Report", lang: str) -> None:
    """The two counts; an error when a fitted figure fails."""
    (fit, fits), (good, validates) = report.passing("fit"), report.passing("validate")
    typer.echo(FITTED[lang].format(fit=fit, fits=fits, validate=good, validates=validates), err=True)
    if not report.fitted:
        raise typer.Exit(EXIT_NOT_FITTED)


def write(output: Path, text: str, lang: str) -> None:
    """Write a text whole, or not at all."""
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_text(text, "utf-8")
        partial.replace(output)
    except OSError as error:
        fail(problems.unwritable(str(output), why=os_reason(error)), lang, EXIT_NOT_WRITTEN)
