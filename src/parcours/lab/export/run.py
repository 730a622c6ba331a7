"""`parcours lab export`: the people and acts of a year, settled, in the shapes that their users know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.batch.chunk import Run
from parcours.engine.batch.frame import settle_table
from parcours.lab.export import aggregates, dcir, doctors, entities, fhir
from parcours.lab.export.card import card, dictionary
from parcours.lab.export.writing import Folder
from parcours.lab.population import Population, blocks
from parcours.lab.sample import facts
from parcours.lab.values import of_year, people_values, values_in

MONEY = ("fee", "amo", "amc", "majoration", "franchise", "participation_forfaitaire", "depassement", "deferred", "base")
WORDS = ("status", "ips", "case_majoration", "case_participation", "case_franchise")
Progress = Callable[[int, int], None]
Tables = dict[str, Any]


def export(
    people: int, year: int, seed: int, shapes: Sequence[str], output: Path, progress: Progress = lambda done, of: None
) -> dict[str, int]:
    """Write the shapes asked into a folder, by blocks; how many rows each table has. Raises `OSError`."""
    asked = f"parcours lab export --people {people} --year {year} --seed {seed} --shapes {','.join(shapes)}"
    weight = of_year(people_values()["pyramid"]["national"], year) / people
    run, months, done = Run.of(None, None), list[pl.DataFrame](), 0
    lists = {**aggregates.LISTS, **entities.LISTS}
    with Folder(output, {"synthetic": "invented people and acts: they describe nobody", "command": asked}) as folder:
        for made in blocks(people, year, seed):
            settled = settle_table(facts(made.acts), run=run)
            frames = settled_frame(made.acts, settled), people_frame(made.people)
            part = Part(made, settled, *frames, year, seed, weight)
            lists |= code_lists({"people": made.people, "acts": made.acts, "settled": settled})
            for shape in shapes:
                add(folder, shape, part)
            if "fhir" in shapes and done < fhir.FIRST:
                add_extract(folder, part)
            if "damir" in shapes:
                months.append(aggregates.damir(part.claims[0], values_in("regions")["regions"]))
            done += len(made.people)
            progress(done, people)
        if "facts" in shapes:
            supply = {"doctors": doctors.doctors(seed, year), "offers": doctors.offers(seed, year)}
            lists |= code_lists(supply)
            for name, table in supply.items():
                folder.add(name, plain(table))
        if "dcir" in shapes:
            folder.add("DA_PRA_R", dcir.doctors(seed, year))
        for month, rows in aggregates.damir_months(months):
            folder.csv(f"A{month}.csv.gz", rows.columns, rows.iter_rows(), packed=True)
            folder.rows[f"A{month}"] = len(rows)
            folder.columns["DAMIR"] = [(name, str(kind)) for name, kind in rows.schema.items()]
        head = ("table", "column", "type", "fr", "en", "codes")
        folder.csv("dictionary.csv", head, dictionary(folder.columns, lists))
        folder.text("README.md", card(asked, people, year, folder.rows, folder.columns))
        folder.finish()
    return folder.rows


def add(folder: Folder, shape: str, part: "Part") -> None:
    """The tables of a shape."""
    for name, table in MADE[shape](part).items():
        if name in PARTED:
            folder.add_parts(name, table, part.departments)
        else:
            folder.add(name, table)
        if shape in AS_CSV:
            folder.add_csv(name, table)


def add_extract(folder: Folder, part: "Part") -> None:
    """The first people, as FHIR."""
    few = pl.col("patient") < fhir.FIRST
    folder.text("Patient.ndjson", fhir.lines(fhir.patients(part.people.filter(few))))
    folder.text("Coverage.ndjson", fhir.lines(fhir.coverages(part.people.filter(few))))
    folder.text("Claim.ndjson", fhir.lines(fhir.claims(part.acts.filter(few))))
    folder.text("ExplanationOfBenefit.ndjson", fhir.lines(fhir.explanations(part.acts.filter(few))))


@dataclass(frozen=True)
class Part:
    """A block of people: what was made of them, what the engine made of it."""

    made: Population
    settled: pa.Table
    acts: pl.DataFrame
    people: pl.DataFrame
    year: int
    seed: int
    weight: float

    def numbered(self, acts: pa.Table) -> pa.Table:
        """Acts with the number of each among those of the person: with the person it names the act."""
        patient = self.made.acts["patient"].to_numpy()
        number = np.arange(1, len(patient) + 1) - np.searchsorted(patient, patient)
        return acts.add_column(0, "number", pa.array(number))

    @cached_property
    def departments(self) -> pa.Array:
        """Where the person of each act lives."""
        people = self.made.people
        places = pc.index_in(self.made.acts["patient"], people["patient"].combine_chunks())
        return people["department"].combine_chunks().cast(pa.string()).take(places.combine_chunks())

    @cached_property
    def claims(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Lines of the claims files."""
        return dcir.claims(self.acts, self.people, self.seed)


def as_facts(part: Part) -> Tables:
    """People and acts in the vocabulary of the engine."""
    return {"people": plain(part.made.people), "acts": plain(part.numbered(part.made.acts))}


def as_settled(part: Part) -> Tables:
    """Acts with what each payer pays, and the case of each stage."""
    return {"settled": plain(part.numbered(part.settled.drop_columns(["error"])))}


def as_claims(part: Part) -> Tables:
    """The claims files."""
    lines, others = part.claims
    return {
        "ER_PRS_F": lines,
        "ER_ARO_F": others,
        "IR_BEN_R": dcir.beneficiaries(part.people, part.seed),
        "IR_IMB_R": dcir.long_illnesses(part.people, part.year, part.seed),
        "IR_MTT_R": dcir.tenures(part.people, part.year, part.seed),
    }


def as_items(part: Part) -> Tables:
    """Care by person and item."""
    return {"base_rac": in_euros(aggregates.by_item(part.acts))}


def as_entities(part: Part) -> Tables:
    """Individuals and households, each with how many of the country it stands for."""
    rows = joined(part.people, part.acts)
    return {
        "individus": entities.individuals(rows, part.weight),
        "menages": entities.households(rows, part.weight),
    }


MADE: dict[str, Callable[[Part], Tables]] = {
    "facts": as_facts,
    "settled": as_settled,
    "dcir": as_claims,
    "damir": lambda _: {},
    "fhir": lambda _: {},
    "rac": as_items,
    "entities": as_entities,
}
SHAPES = tuple(MADE)
PARTED = ("acts", "settled")
"""Tables of one folder a department; those of the national shapes are one file, as those who know them ask."""
AS_CSV = ("entities",)
"""Shapes that are written as files of values too."""


def code_lists(tables: Mapping[str, pa.Table]) -> dict[tuple[str, str], list[str]]:
    """The words that each coded column of ours may hold; notes are several words, joined."""
    return {
        (name, field.name): sorted(filter(None, table[field.name].chunk(0).dictionary.to_pylist()))
        for name, table in tables.items()
        for field in table.schema
        if pa.types.is_dictionary(field.type) and field.name != "notes"
    }


def settled_frame(acts: pa.Table, settled: pa.Table) -> pl.DataFrame:
    """Acts with what the engine makes of them: amounts in whole cents, words as text."""
    names = [name for name in facts(acts).column_names if name != "base"]
    table = pa.table(
        {
            **{name: acts[name] for name in ("patient", "kind", *names) if name != "fee"},
            **{name: settled[name] for name in (*MONEY, *WORDS, "rate", "error")},
            "patient_paid": settled["patient"],
        }
    )
    frame = pl.DataFrame(pl.from_arrow(table))
    words = [name for name, kind in frame.schema.items() if kind in (pl.Categorical, pl.Enum)]
    cents = [(pl.col(name) * 100).cast(pl.Int64) for name in (*MONEY, "patient_paid")]
    return frame.with_columns(*cents, *(pl.col(name).cast(pl.String) for name in words)).filter(
        pl.col("error").is_null()
    )


def people_frame(people: pa.Table) -> pl.DataFrame:
    """People, words as text, with the number of the doctor who is their médecin traitant."""
    frame = pl.DataFrame(pl.from_arrow(people))
    words = [name for name, kind in frame.schema.items() if kind in (pl.Categorical, pl.Enum)]
    return frame.with_columns(pl.col(name).cast(pl.String) for name in words)


def joined(people: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """People with the sums of their year."""
    sums = acts.group_by("patient").agg(pl.col("fee", "amo", "amc", "patient_paid").sum())
    return people.join(sums, on="patient", how="left").with_columns(
        pl.col("fee", "amo", "amc", "patient_paid").fill_null(0)
    )


def in_euros(rows: pl.DataFrame) -> pl.DataFrame:
    """Whole cents as euros, exactly."""
    kept = ("patient", "item", "acts")
    money = [name for name in rows.columns if name not in kept]
    return rows.with_columns((pl.col(name).cast(pl.Decimal(12, 2)) / 100).cast(pl.Decimal(12, 2)) for name in money)


def plain(table: pa.Table) -> pa.Table:
    """Dictionaries as text: what any reader of Parquet takes."""
    arrays = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in table.columns]
    return pa.table(dict(zip(table.column_names, arrays, strict=True)))
