"""`parcours sample`: a file of invented acts, to try and to measure."""

from pathlib import Path
from typing import Annotated

import typer

from parcours.cli import problems
from parcours.cli.common import Lang, batch_errors, fail, lang_of
from parcours.text import Text

app = typer.Typer(add_completion=False)
DONE = Text(
    "{rows} actes de {patients} personnes inventées → {output}", "{rows} acts of {patients} invented people → {output}"
)


@app.command()
def sample(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where the acts go: .parquet, .arrow, .csv or .ndjson.")
    ],
    patients: Annotated[int, typer.Option("--patients", help="How many people.")] = 1_000,
    year: Annotated[int, typer.Option("--year", help="Civil year of the acts.")] = 2025,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same acts.")] = 0,
    lang: Lang = "",
) -> None:
    """Write a plausible year of acts of invented people, sorted by patient. It describes no one and is not
    calibrated.
    """
    lang = lang_of(lang)
    if patients < 1:
        fail(problems.not_accepted(patients, field="--patients", expected="1, 2, 3 …"), lang)
    with batch_errors(lang):
        from parcours.lab.sample import Sample, write_sample
        from parcours.law.cache import flat_law

        first = flat_law().default.first_days[0] // 10_000
        if not first < year < 2100:
            fail(problems.not_accepted(year, field="--year", expected=f"{first + 1} … 2099"), lang)
        rows = write_sample(Sample(patients, year, seed), output)
    typer.echo(DONE[lang].format(rows=rows, patients=patients, output=output), err=True)
