"""`parcours sample`: a file of invented acts, to try and to measure."""

from pathlib import Path
from typing import Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import EXIT_NOT_WRITTEN, Lang, batch_errors, fail, lang_of
from parcours.errors import os_reason
from parcours.text import Text, agreed

app = typer.Typer(add_completion=False)
DONE = Text(
    "{rows} {rows:acte|actes} de {patients} {patients:personne inventée|personnes inventées} → {output}",
    "{rows} {rows:act|acts} of {patients} invented {patients:person|people} → {output}",
)
LINES = Text("{rows} lignes inventées → {output}", "{rows} invented lines → {output}")

FILES = Text("{files} → {folder}, tout est inventé", "{files} → {folder}, all of it invented")


@app.command()
def sample(
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="Where the acts go: .parquet, .arrow, .csv or .ndjson; or a folder of files."
        ),
    ],
    patients: Annotated[int, typer.Option("--patients", help="How many people.")] = 1_000,
    year: Annotated[int, typer.Option("--year", help="Civil year of the acts.")] = 2025,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same acts.")] = 0,
    nomenclature: Annotated[
        str, typer.Option("--nomenclature", help="Files of an official shape instead: ccam, lpp, nabm, bdpm or ngap.")
    ] = "",
    codes: Annotated[
        int, typer.Option("--codes", help="How many codes (as many as the official files unless said).")
    ] = 0,
    directory: Annotated[
        int, typer.Option("--directory", help="In place of acts, so many lines of an open file of professionals.")
    ] = 0,
    source: Annotated[
        str,
        typer.Option(
            "--source", help="Which one, with --directory: rpps, ameli, ameli_former, finess, communes or zones."
        ),
    ] = "rpps",
    lang: Lang = "",
) -> None:
    """Write a year of acts of invented people, sorted by patient: the people of the lab. It describes no one.
    With `--nomenclature`: invented files of the shape and size of the official ones.
    """
    lang = lang_of(lang)
    if nomenclature:
        write_files(nomenclature, output, codes, seed, lang)
        return
    if directory:
        write_lines(output, source, directory, seed, lang)
        return
    if patients < 1:
        fail(problems.not_accepted(patients, field="--patients", expected="1, 2, 3 …"), lang)
    with batch_errors(lang):
        from parcours.lab.sample import Sample, write_sample
        from parcours.law.cache import flat_law

        first = flat_law().default.first_days[0] // 10_000
        if not first < year < 2100:
            fail(problems.not_accepted(year, field="--year", expected=f"{first + 1} … 2099"), lang)
        rows = write_sample(Sample(patients, year, seed), output)
    typer.echo(agreed(DONE, lang, rows=rows, patients=patients, output=output), err=True)


def write_files(nomenclature: str, folder: Path, codes: int, seed: int, lang: str) -> None:
    """Write the files of a nomenclature in a folder."""
    from parcours.lab.nomenclatures import SIZES, write_nomenclature

    if nomenclature not in SIZES:
        fail(problems.not_accepted(nomenclature, field="--nomenclature", expected=", ".join(SIZES)), lang)
    if codes < 0:
        fail(problems.not_accepted(codes, field="--codes", expected="1, 2, 3 …"), lang)
    try:
        files = write_nomenclature(nomenclature, folder, codes, seed)
    except OSError as error:
        fail(problems.unwritable(field=str(folder), why=os_reason(error)), lang)
    typer.echo(FILES[lang].format(files=", ".join(path.name for path in files), folder=folder), err=True)


def write_lines(output: Path, source: str, rows: int, seed: int, lang: str) -> None:
    """Lines of an open file of the directory."""
    from parcours.registry.demo.directory_others import SOURCES, write_directory

    if source not in SOURCES:
        fail(problems.not_accepted(source, field="--source", expected=", ".join(SOURCES)), lang)
    if rows < 1:
        fail(problems.not_accepted(rows, field="--directory", expected="1, 2, 3 …"), lang)
    try:
        rows = write_directory(source, output, rows, seed)
    except OSError as error:
        fail(problems.unwritable(str(output), why=os_reason(error)), lang, EXIT_NOT_WRITTEN)
    typer.echo(LINES[lang].format(rows=rows, output=output), err=True)
