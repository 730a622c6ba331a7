"""The law by day as NumPy records, one an era: the same field names as `LawRecord`, so that a rule reads either."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from parcours.law.flat import Records
from parcours.law.record import LawRecord


def law_table(records: Records) -> tuple[npt.NDArray[np.void], npt.NDArray[np.int64]]:
    """The records of the law, and the first day of each (YYYYMMDD)."""
    sample = records.rows[0]
    fields: list[tuple[str, type, tuple[int, ...]]] = [
        (name, np.int64, (len(value),) if isinstance(value, tuple) else ()) for name, value in sample._asdict().items()
    ]
    table = np.array([tuple(row) for row in records.rows], dtype=fields)
    return table, np.array(records.first_days, np.int64)


def fields_of(record: LawRecord) -> Mapping[str, int | tuple[int, ...]]:
    """The fields of one era by name."""
    return record._asdict()
