"""How acts and results lie in memory for compiled code: rows, patterns, columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from parcours.engine.case import UNCERTAIN
from parcours.rules.types import Act, Settlement

Matrix = npt.NDArray[Any]

ROW_FACTS = (
    "care_date",
    "reimbursement_date",
    "age",
    "age_1er_janvier",
    "quantity",
    "fee",
    "base",
    "medecin_traitant_left_on",
    "installed_on",
    "referrer_installed_on",
    "centre_agree_on",
    "exigence_particuliere",
    "sejour_jours",
)
"""Dates, ages and amounts: one matrix, a line a fact, a column an act."""

PATTERN_FACTS = tuple(name for name in Act._fields if name not in ROW_FACTS)
"""Codes and yes/no: rows that share all of them share a pattern, encoded once."""

AGES = ("age", "age_1er_janvier")

HIGH = "exemption_high"

HALF = 15
"""A pattern has cells of 16 bits: the grounds of exemption take two, the second from this bit on."""

PATTERN_COLUMNS = (*PATTERN_FACTS, *AGES, HIGH, "contract", "declared_ips", "declared_status", "missing")
"""A pattern: its facts; ages where they replace the row's (else -1); which contract; an indicator and a status to be
checked (0: none); and which facts are missing (0: none), so that variants must all give the same amounts."""

ACT = PATTERN_COLUMNS.index("act")

PATTERN_WIDTH = 32
"""A pattern is 32 numbers of 16 bits: one line of the processor's cache, where a row finds it at once."""

VARIANT_FACTS = tuple(name for name in Act._fields if name in UNCERTAIN)
"""The facts that a variant may replace (-1: it keeps them)."""

CODE_RESULTS = tuple(name for name in Settlement._fields if name in {"status", "ips", "pathway"} or "case_" in name)

AMOUNT_RESULTS = tuple(name for name in Settlement._fields if name not in CODE_RESULTS)

CONTRACT, DECLARED_IPS, DECLARED_STATUS, MISSING = (PATTERN_COLUMNS.index(name) for name in PATTERN_COLUMNS[-4:])

LINE = 64
"""Bytes of a cache line: columns start one line apart modulo a page, else they would evict each other."""

PAGE = 4096


def matrix(names: tuple[str, ...], rows: int, dtype: type) -> Matrix:
    """An uninitialised matrix, one line a name, at least `rows` wide: its lines do not collide in the processor's
    first cache.
    """
    item = np.dtype(dtype).itemsize
    return np.empty((len(names), (-(-rows * item // PAGE) * PAGE + LINE) // item), dtype)


def lines(rows: Sequence[Sequence[int]], width: int, dtype: type) -> Matrix:
    """Rows of integers as a matrix that starts at a line of the cache, each row filled up with zeros."""
    item = np.dtype(dtype).itemsize
    space = np.empty(len(rows) * width * item + LINE, np.uint8)
    start = -space.ctypes.data % LINE
    table: Matrix = space[start : start + len(rows) * width * item].view(dtype).reshape(len(rows), width)
    table[:] = 0
    if rows:
        table[:, : len(rows[0])] = rows
    return table
