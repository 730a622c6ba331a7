"""Totals of a settled file: acts and euros by status, payer and specialty, majorations, caps reached. Memory stays
flat.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from parcours.engine.batch.damaged import broken
from parcours.engine.batch.errors import UnreadableInput
from parcours.engine.batch.french import SPACES, style_of
from parcours.engine.batch.sinks import METADATA
from parcours.engine.batch.sources import ARROW, CSV, PARQUET, files_of, format_of
from parcours.engine.facts.vocabulary import SOURCE_ROW
from parcours.engine.results import AMOUNTS as EUROS
from parcours.text import Text

PAYERS = ("amo", "amc", "patient")
AMOUNTS = ("fee", *PAYERS, "majoration", "participation_forfaitaire", "franchise", "depassement", "unlawful_excess")
GROUP = "by_"
PARTS_OF_A_DAY = {"year": "$y", "month": "$y-$m"}
DAYS = (r"^(?<y>\d{4})-?(?<m>\d{2}).*$", r"^\d{1,2}/(?<m>\d{1,2})/(?<y>\d{4}).*$")
"""How a day is written: 2026-01-31, 20260131, 31/01/2026."""
ANNUAL, DAILY = "annual_cap", "daily_cap"


@dataclass(frozen=True)
class Summary:
    """Totals: `acts`, euros by name, and tables of rows (each a mapping) by status, specialty and profession."""

    acts: int
    totals: Mapping[str, Decimal]
    by_status: list[dict[str, Any]]
    by_specialty: list[dict[str, Any]]
    majoration: Mapping[str, Decimal]
    """Taken at once (`direct`), or recovered on a later reimbursement (`deferred`)."""
    caps: Mapping[str, int]
    """Acts that met the annual or the daily cap of a participation or of the franchises."""
    receipt: Mapping[str, Any]
    """How the file was made; empty where it does not say."""
    by: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The same tables by the columns that were asked for."""


def summarise(source: str, by: tuple[str, ...] = ()) -> Summary:
    """The totals of a settled file, a folder or a glob; `by`: columns, or `year` and `month` of care. Raises
    `UnreadableInput`.
    """
    files = files_of(source)
    try:
        frame = scan(files)
        names = frame.collect_schema().names()
        missing = [name for name in ("status", "case_majoration", *PAYERS) if name not in names]
        if missing:
            raise UnreadableInput(
                Text(
                    f"{source} : n'est pas un fichier liquidé (il manque {missing[0]})",
                    f"{source}: is not a settled file (column {missing[0]} is missing)",
                )
            )
        groups = [column_of(name, names, files[0]).alias(GROUP + name) for name in by]
        return _summary(_plain(frame, names, groups), receipt_of(files[0]), by)
    except (pl.exceptions.PolarsError, OSError, pa.ArrowException) as error:
        raise broken(files[0], error) from None


def scan(files: list[Path]) -> pl.LazyFrame:
    """The files as one lazy table."""
    kind = format_of(files[0])
    if kind == PARQUET:
        return pl.scan_parquet(files)
    if kind == ARROW:
        return pl.scan_ipc(files)
    return scan_text(files) if kind == CSV else pl.scan_ndjson(files, infer_schema_length=None)


def scan_text(files: list[Path]) -> pl.LazyFrame:
    """CSV files, one written the French way as every other."""
    style = style_of(files[0])
    if style.encoding == "utf-8":
        frame = pl.scan_csv(files, infer_schema=False, separator=style.separator)
    else:
        read = [pl.read_csv(one, infer_schema=False, separator=style.separator, encoding="latin-1") for one in files]
        frame = pl.concat(read).lazy()
    names = frame.collect_schema().names()
    numbers = [name for name in names if style.french and (name in style.decimals or name in AMOUNTS or name in EUROS)]
    return frame.with_columns(
        *(pl.col(name).str.replace_all(SPACES, "").str.replace(",", ".", literal=True) for name in numbers),
        *(pl.col(name).str.replace(r"^(\d{2})/(\d{2})/(\d{4})$", "$3-$2-$1") for name in style.days),
    )


def cents_of(name: str) -> pl.Expr:
    """A column of euros in whole cents."""
    return (pl.col(name).cast(pl.Float64) * 100).round().cast(pl.Int64)


def column_of(name: str, names: list[str], path: Path) -> pl.Expr:
    """The column that rows are put together by, as text. Raises `UnreadableInput`."""
    if name in PARTS_OF_A_DAY and "care_date" in names:
        day = pl.col("care_date").cast(pl.String)
        for written in DAYS:
            day = day.str.replace(written, PARTS_OF_A_DAY[name])
        return day
    if name not in names or name in EUROS:
        allowed = ", ".join([*PARTS_OF_A_DAY, *(one for one in names if one not in (*EUROS, SOURCE_ROW))])
        raise UnreadableInput(
            Text(
                f"--by : {path} n'a pas de colonne {name} à regrouper ; il y a {allowed}",
                f"--by: {path} has no column {name} to group by; there is {allowed}",
            )
        )
    return pl.col(name).cast(pl.String)


def _plain(frame: pl.LazyFrame, names: list[str], groups: list[pl.Expr]) -> pl.LazyFrame:
    """Amounts in whole cents, codes as text."""
    cents = [cents_of(name) for name in (*AMOUNTS, "deferred") if name in names]
    words = [
        name for name in names if name in ("status", "pathway", "specialty", "profession") or name.startswith("case_")
    ]
    kept = [name for name in names if name in (*AMOUNTS, "deferred", *words)]
    return frame.select(*kept, *groups).with_columns(*cents, *(pl.col(name).cast(pl.String) for name in words))


def _summary(frame: pl.LazyFrame, receipt: Mapping[str, Any], by: tuple[str, ...]) -> Summary:
    names = frame.collect_schema().names()
    amounts = [name for name in AMOUNTS if name in names]
    direct = pl.col("deferred") == 0
    sums = [pl.col(name).sum() for name in amounts]
    caps = {
        f"{kind}_{cap}": (pl.col(f"case_{kind}") == cap).sum()
        for kind in ("participation", "franchise")
        for cap in (ANNUAL, DAILY)
    }
    queries = [
        frame.select(
            pl.len().alias("acts"),
            *sums,
            pl.col("majoration").filter(direct).sum().alias("direct"),
            pl.col("majoration").filter(~direct).sum().alias("later"),
            *(expression.alias(name) for name, expression in caps.items()),
        ),
        _grouped(frame, ["status", "pathway"], amounts),
        _grouped(frame, [name for name in ("profession", "specialty") if name in names], amounts),
        *(_grouped(frame, [GROUP + name], amounts, in_time=name in PARTS_OF_A_DAY) for name in by),
    ]
    whole, by_status, by_specialty, *tables = pl.collect_all(queries, engine="streaming")
    row = whole.row(0, named=True)
    return Summary(
        acts=row["acts"],
        totals={name: euros(row[name]) for name in amounts},
        by_status=_rows(by_status, amounts),
        by_specialty=_rows(by_specialty, amounts),
        majoration={"direct": euros(row["direct"]), "deferred": euros(row["later"])},
        caps={name: row[name] for name in caps},
        receipt=receipt,
        by={name: _rows(table.rename({GROUP + name: name}), amounts) for name, table in zip(by, tables, strict=True)},
    )


def _grouped(frame: pl.LazyFrame, by: list[str], amounts: list[str], *, in_time: bool = False) -> pl.LazyFrame:
    sums = [pl.len().alias("acts"), *(pl.col(name).sum() for name in amounts)]
    if not by:
        return frame.select(sums)
    grouped = frame.group_by(by).agg(sums)
    return grouped.sort(by) if in_time else grouped.sort(["acts", *by], descending=[True] + [False] * len(by))


def _rows(table: pl.DataFrame, amounts: list[str]) -> list[dict[str, Any]]:
    return [
        {name: euros(value) if name in amounts else value for name, value in row.items()}
        for row in table.iter_rows(named=True)
    ]


def euros(cents: int | None) -> Decimal:
    """Cents as euros with two decimals."""
    return Decimal(cents or 0).scaleb(-2)


def receipt_of(path: Path) -> dict[str, Any]:
    """How a settled file was made: law, rules, readings, arguments, rows. Empty where it does not say."""
    kind = format_of(path)
    text: bytes | None = None
    if kind == PARQUET:
        text = (pq.read_metadata(path).metadata or {}).get(METADATA.encode())
    elif kind == ARROW:
        with pa.memory_map(str(path)) as source:
            text = (pa.ipc.open_file(source).schema.metadata or {}).get(METADATA.encode())
    elif (beside := path.with_name(path.name + ".receipt.json")).exists():
        text = beside.read_bytes()
    content: dict[str, Any] = json.loads(text) if text else {}
    return content


def read_row(path: Path, number: int) -> dict[str, Any]:
    """The row of a settled file that settles row `number` of its source (the first is 1): facts, amounts, codes by
    name.

    Only the part of the file that holds it is read. Raises `UnreadableInput` when there is no such row: it was
    refused, or the source has fewer. The readings it was settled under are in `receipt_of(path)["readings"]`.
    """
    try:
        found = scan([path]).filter(pl.col(SOURCE_ROW).cast(pl.Int64) == number).head(1).collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise broken(path, error) from None
    if not len(found):
        refused = path.name + ".rejected.ndjson"
        raise UnreadableInput(
            Text(
                f"{path} : la ligne {number} n'y est pas (voyez {refused} si elle a été refusée)",
                f"{path}: row {number} is not there (see {refused} if it was refused)",
            )
        )
    return dict(found.row(0, named=True))
