"""Acts of a few patients that every test of files may use."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from parcours.lab.sample import Sample


@pytest.fixture(scope="session")
def acts() -> pa.Table:
    """About 600 acts of 60 invented patients, sorted by patient, two of them refused."""
    table = next(Sample(60, 2025, seed=5).blocks())
    frame = pl.from_arrow(table).with_row_index("claim")
    wrong = pl.when(pl.col("claim") == 7).then(-1).otherwise(pl.col("quantity"))
    early = pl.when(pl.col("claim") == 9).then(pl.date(1999, 1, 1)).otherwise(pl.col("care_date"))
    frame = frame.with_columns(quantity=wrong.cast(pl.Int32), care_date=early)
    plain = frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String)).to_arrow()
    return pa.table(
        {
            item.name: plain[item.name].cast(pa.string()) if "view" in str(item.type) else plain[item.name]
            for item in plain.schema
        }
    )


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write a table in any format; its path."""

    def written(table: pa.Table, name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = pl.from_arrow(table)
        match path.suffix:
            case ".parquet":
                frame.write_parquet(path, row_group_size=150)
            case ".arrow":
                frame.write_ipc(path)
            case ".csv":
                frame.write_csv(path)
            case ".ndjson":
                rows = frame.with_columns(pl.col(pl.Date).cast(pl.String)).rows(named=True)
                path.write_text("".join(json.dumps(row, default=float) + "\n" for row in rows), "utf-8")
        return path

    return written
