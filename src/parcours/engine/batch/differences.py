"""What differs between two settled files of the same acts: the law and a reform, two readings, two years of rules.

Rows are matched by the number they had in their source (`source_row`). Memory holds the columns that are compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from parcours.engine.batch.damaged import broken
from parcours.engine.batch.errors import UnreadableInput
from parcours.engine.batch.summary import AMOUNTS, cents_of, column_of, euros, receipt_of, scan
from parcours.engine.facts.vocabulary import SOURCE_ROW
from parcours.text import Text

BEFORE, AFTER = "_before", "_after"
CASES = ("status", "pathway")


@dataclass(frozen=True)
class Differences:
    """Euros before and after by name, and how many rows changed."""

    rows: int
    """In both files."""
    only_before: int
    only_after: int
    changed: int
    """Rows of which an amount, the status or the pathway differs."""
    pay_more: int
    """Rows that leave more to the patient."""
    pay_less: int
    totals: Mapping[str, tuple[Decimal, Decimal]]
    groups: Mapping[str, list[dict[str, Any]]]
    """For each column asked for: its value, the rows that changed, AMO and patient before and after."""
    causes: Mapping[str, tuple[Any, Any]]
    """What the receipts of the two runs do not have in common: law, reform, readings, rules, inputs."""


def differences(before: Path, after: Path, by: tuple[str, ...] = ()) -> Differences:
    """Compare two settled files. Raises `UnreadableInput`."""
    try:
        sides = [compared(path, by if path == before else ()) for path in (before, after)]
        joined = sides[0].join(sides[1], on=SOURCE_ROW, how="full", coalesce=True, suffix=AFTER)
        return told(joined, [receipt_of(path) for path in (before, after)], by)
    except (pl.exceptions.PolarsError, OSError, pa.ArrowException) as error:
        raise broken(before, error) from None


def compared(path: Path, by: tuple[str, ...]) -> pl.LazyFrame:
    """The columns of a settled file that are compared, amounts in cents. Raises `UnreadableInput`."""
    if not path.is_file():
        raise UnreadableInput(Text(f"{path} : ce fichier n'existe pas", f"{path}: there is no such file"))
    frame = scan([path])
    names = frame.collect_schema().names()
    missing = [name for name in (SOURCE_ROW, *CASES, "amo", "amc", "patient") if name not in names]
    if missing:
        raise UnreadableInput(
            Text(
                f"{path} : n'est pas un fichier liquidé (il manque {missing[0]})",
                f"{path}: is not a settled file (column {missing[0]} is missing)",
            )
        )
    amounts = [cents_of(name) for name in AMOUNTS if name in names]
    cases = [pl.col(name).cast(pl.String) for name in CASES]
    groups = [column_of(name, names, path).alias(f"by_{name}") for name in by]
    return frame.select(pl.col(SOURCE_ROW).cast(pl.Int64), pl.lit(value=True).alias("here"), *cases, *amounts, *groups)


def told(joined: pl.LazyFrame, receipts: list[dict[str, Any]], by: tuple[str, ...]) -> Differences:
    """Count and add up."""
    names = joined.collect_schema().names()
    amounts = [name for name in AMOUNTS if name in names and name + AFTER in names]
    both = pl.col("here") & pl.col("here" + AFTER)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + AFTER)) for name in (*amounts, *CASES))
    more, less = pl.col("patient" + AFTER) > pl.col("patient"), pl.col("patient" + AFTER) < pl.col("patient")
    sums = [pl.col(name).sum() for one in amounts for name in (one, one + AFTER)]
    shared = joined.filter(both)
    grouped = [
        shared.group_by(f"by_{name}")
        .agg(pl.len().alias("rows"), differs.sum().alias("changed"), *sums)
        .sort(["rows", f"by_{name}"], descending=[True, False])
        for name in by
    ]
    counts = joined.select(
        both.sum().alias("rows"),
        pl.col("here" + AFTER).is_null().sum().alias("only_before"),
        pl.col("here").is_null().sum().alias("only_after"),
    )
    changes = shared.select(
        differs.sum().alias("changed"), more.sum().alias("pay_more"), less.sum().alias("pay_less"), *sums
    )
    counted, changed, *tables = pl.collect_all([counts, changes, *grouped], engine="streaming")
    row = {**counted.row(0, named=True), **changed.row(0, named=True)}
    return Differences(
        **{name: row[name] for name in ("rows", "only_before", "only_after", "changed", "pay_more", "pay_less")},
        totals=pairs_of(row, amounts),
        groups={
            name: [
                {
                    name: line[f"by_{name}"],
                    "rows": line["rows"],
                    "changed": line["changed"],
                    **pairs_of(line, ["amo", "amc", "patient"]),
                }
                for line in table.iter_rows(named=True)
            ]
            for name, table in zip(by, tables, strict=True)
        },
        causes=causes_of(*receipts),
    )


def pairs_of(row: Mapping[str, Any], names: list[str]) -> dict[str, tuple[Decimal, Decimal]]:
    """Euros before and after."""
    return {name: (euros(row[name]), euros(row[name + AFTER])) for name in names}


def causes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Parts of the two receipts that differ."""
    parts = ("reform", "readings", "law", "rules", "inputs")
    sides = ({**one, "inputs": [item.get("sha256") for item in one.get("inputs", ())]} for one in (before, after))
    was, is_ = sides
    return {name: (was.get(name), is_.get(name)) for name in parts if was.get(name) != is_.get(name)}
