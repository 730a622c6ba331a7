"""What a simulated year comes to: sums over acts and one row a person, gathered block by block while it is settled."""

from collections.abc import Callable
from typing import NamedTuple

import polars as pl
import pyarrow as pa

from parcours.engine.batch.chunk import Run
from parcours.engine.batch.frame import settle_table
from parcours.lab.people import TRACT
from parcours.lab.population import BLOCK, blocks
from parcours.lab.sample import facts
from parcours.lab.values import of_year, people_values

INFANT = 731
"""Days before which a child is an infant to the survey of fees."""
LOTS = 10
"""Parts of the people on which each figure is made again: its interval comes from how they differ."""
MONEY = ("fee", "amo", "amc", "patient", "majoration", "franchise", "participation_forfaitaire", "depassement")
CUBE = ("lot", "kind", "act", "specialty", "convention", "medecin_traitant", "direct", "infant")
Progress = Callable[[int, int], None]


class Year(NamedTuple):
    """A year: sums over acts by `CUBE`, mean fees of visits by department, one row a person; money in euros."""

    year: int
    size: int
    acts: pl.DataFrame
    places: pl.DataFrame
    people: pl.DataFrame

    @property
    def scale(self) -> float:
        """How many people of the country one of these stands for."""
        return of_year(people_values()["pyramid"]["national"], self.year) / self.size

    def lot(self, number: int) -> "Year":
        """The same of a tenth of the people."""
        acts, people = (table.filter(pl.col("lot") == number) for table in (self.acts, self.people))
        return Year(self.year, len(people), acts, self.places, people)


def simulated(people: int, year: int, seed: int, progress: Progress = lambda done, of: None) -> Year:
    """Make these people, settle their year in the law of that year, keep the sums."""
    run = Run.of(None, None)
    cubes, fees, persons = [], [], []
    done = 0
    for made in blocks(people, year, seed, size=BLOCK):
        acts = settled_acts(made.acts, run)
        cubes.append(cube(acts))
        fees.append(fees_by_place(acts, made.people))
        persons.append(person_rows(acts, made.people))
        done += len(made.people)
        progress(done, people)
    return Year(
        year,
        people,
        pl.concat(cubes).group_by(CUBE).sum(),
        pl.concat(fees).group_by("specialty", "department").sum(),
        pl.concat(persons),
    )


def settled_acts(acts: pa.Table, run: Run) -> pl.DataFrame:
    """Acts of the lab with what the engine makes of them; amounts in euros."""
    settled = settle_table(facts(acts), run=run)
    keys = [*MONEY, "deferred", "error", "case_participation", "case_franchise"]
    kept = ["patient", "date", "act", "specialty", "convention", "medecin_traitant", "kind", "tariff", "birth_date"]
    table = {name: acts[name] for name in kept if name != "patient"}
    frame = pl.from_arrow(pa.table({"who": acts["patient"], **table, **{name: settled[name] for name in keys}}))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - what type checkers cannot see
    words = [pl.col(name).cast(pl.String) for name in ("act", "specialty", "convention", "kind")]
    money = [pl.col(name).cast(pl.Float64) for name in (*MONEY, "deferred", "tariff")]
    capped = [pl.col(name).cast(pl.String) == "annual_cap" for name in ("case_participation", "case_franchise")]
    return frame.filter(pl.col("error").is_null()).with_columns(*words, *money, capped=capped[0] | capped[1])


def cube(acts: pl.DataFrame) -> pl.DataFrame:
    """Sums of acts. What a contract pays above the patient's own share of the base is for the overrun."""
    left = pl.col("fee") - pl.col("amo") - pl.col("depassement")
    left = left - pl.col("majoration") - pl.col("franchise") - pl.col("participation_forfaitaire")
    return (
        acts.with_columns(
            lot=pl.col("who") // TRACT % LOTS,
            direct=pl.col("deferred") == 0,
            infant=(pl.col("date") - pl.col("birth_date")).dt.total_days() < INFANT,
        )
        .group_by(CUBE)
        .agg(
            count=pl.len(),
            majorated=(pl.col("majoration") > 0).sum(),
            tariff=pl.col("tariff").sum(),
            amc_above=(pl.col("amc") - left).clip(0).sum(),
            above=(pl.col("fee") - pl.col("tariff")).clip(0).sum(),
            **{name: pl.col(name).sum() for name in MONEY},
        )
    )


def fees_by_place(acts: pl.DataFrame, people: pa.Table) -> pl.DataFrame:
    """Fees of visits by specialty and department of the patient."""
    where = pl.DataFrame(
        {
            "who": people["patient"].to_numpy(),
            "department": pl.Series(people["department"].cast(pa.string()).to_pylist()),
        }
    )
    visits = acts.filter((pl.col("act") == "consultation") & pl.col("specialty").is_not_null())
    return visits.join(where, on="who").group_by("specialty", "department").agg(count=pl.len(), fee=pl.col("fee").sum())


def person_rows(acts: pl.DataFrame, people: pa.Table) -> pl.DataFrame:
    """One row a person, with what the year cost."""
    sums = acts.group_by("who").agg(
        *(pl.col(name).sum() for name in MONEY), acts=pl.len(), capped=pl.col("capped").any()
    )
    rows = pl.from_arrow(people.drop_columns(["patient_id", "birth_date", "commune", "role"]))
    assert isinstance(rows, pl.DataFrame)  # noqa: S101
    words = [name for name, kind in rows.schema.items() if kind in (pl.Categorical, pl.Enum)]
    rows = rows.rename({"patient": "who"}).with_columns(pl.col(word).cast(pl.String) for word in words)
    return rows.join(sums, on="who", how="left").with_columns(
        pl.col(*MONEY, "acts").fill_null(0),
        pl.col("capped").fill_null(value=False),
        lot=pl.col("who") // TRACT % LOTS,
        out_of_pocket=(pl.col("fee") - pl.col("amo")).fill_null(0),
    )
