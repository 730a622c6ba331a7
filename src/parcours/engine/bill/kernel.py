"""The rules of a bill compiled: one Numba loop over bills, calling the very functions of `rules/bill/`.

A bill is a run of rows of one matrix of integers: the facts of the act of each line, then how it stands among the
others. The law is one record an era; each row names its era.
"""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from numba.extending import register_jitable

import parcours.rules.bill
from parcours.engine.batch.kernel import (
    _from_source,  # the same writer of tuples, from the names of their fields
    _functions,
    compiled,
    register_rules,
)
from parcours.engine.batch.law_table import law_table
from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.settle import BillQuestion, bill_record
from parcours.law.bill.record import BillRecord
from parcours.law.flat import Records
from parcours.rules.bill.bill import settle_bill
from parcours.rules.bill.types import BillReadings, Borne, EurosContract, Line, SettledLine
from parcours.rules.types import Act, Contract, Readings, Settlement

Matrix = npt.NDArray[np.int64]
LINE_FACTS = (*Act._fields, *(name for name in Line._fields if name != "act"))
"""Columns of a row: the facts of the act, then those of the line."""
CASES = tuple(name for name in SettledLine._fields if name != "settlement")
RESULTS = (*Settlement._fields, *CASES)
"""Columns of a result."""
DEFAULT, BILL_DEFAULT = Readings(), BillReadings()
"""The default reading of every disputed point."""
OPTIONS: dict[str, Any] = {"error_model": "numpy"}


@dataclass(frozen=True)
class BillColumns:
    """Bills as columns: their rows one after the other, and where each bill begins."""

    rows: Matrix
    first: Matrix
    contracts: Matrix
    euros: Matrix
    borne: Matrix


def columns_of(bills: Sequence[tuple[Sequence[BillLine], BillQuestion]]) -> BillColumns:
    """Bills that were read, as the compiled loop reads them."""
    rows = [(*line.line.act, *line.line[1:]) for lines, _ in bills for line in lines]
    lengths = [0, *(len(lines) for lines, _ in bills)]
    return BillColumns(
        np.array(rows, np.int64).reshape(-1, len(LINE_FACTS)),
        np.cumsum(lengths, dtype=np.int64),
        np.array([question.contract for _, question in bills], np.int64),
        np.array([question.euros for _, question in bills], np.int64),
        np.array([question.borne for _, question in bills], np.int64),
    )


def cells(table: str, row: str, fields: Sequence[str], start: int = 0) -> str:
    """Source of the expressions that read a row of a matrix."""
    return ", ".join(f"{table}[{row}, {start + place}]" for place in range(len(fields)))


_line = _from_source(
    f"def line(rows, i): return Line(Act({cells('rows', 'i', Act._fields)}), "
    f"{cells('rows', 'i', LINE_FACTS[len(Act._fields) :], len(Act._fields))})",
    Act=Act,
    Line=Line,
)
_contract = _from_source(
    f"def contract(table, b): return Contract({cells('table', 'b', Contract._fields)})", Contract=Contract
)
_euros = _from_source(
    f"def euros(table, b): return EurosContract({cells('table', 'b', EurosContract._fields)})",
    EurosContract=EurosContract,
)
_borne = _from_source(f"def borne(table, b): return Borne({cells('table', 'b', Borne._fields)})", Borne=Borne)
_write = _from_source(
    "def write(results, i, one): "
    + "; ".join(f"results[i, {place}] = one.settlement.{name}" for place, name in enumerate(Settlement._fields))
    + "; "
    + "; ".join(f"results[i, {len(Settlement._fields) + place}] = one.{name}" for place, name in enumerate(CASES))
)


def _settle_bills(  # noqa: PLR0913, PLR0917 - columns, not objects, for compiled code
    rows: Any,
    first: Any,
    contracts: Any,
    euros: Any,
    borne: Any,
    eras: Any,
    laws: Any,
    bill_eras: Any,
    bill_laws: Any,
    readings: Any,
    bill_readings: Any,
    results: Any,
) -> None:
    """Settle each bill: rows `first[b]` to `first[b + 1]`."""
    for b in range(len(first) - 1):
        start = first[b]
        lines = [_line(rows, i) for i in range(start, first[b + 1])]
        settled = settle_bill(
            lines,
            eras[start : first[b + 1]],
            laws,
            bill_eras[start : first[b + 1]],
            bill_laws,
            _contract(contracts, b),
            _euros(euros, b),
            _borne(borne, b),
            readings,
            bill_readings,
        )
        for place in range(len(settled)):
            _write(results, start + place, settled[place])


@cache
def bill_kernel() -> Callable[..., None]:
    """The compiled loop, kept under the digest of the rules."""
    register_rules()
    for module in pkgutil.iter_modules(parcours.rules.bill.__path__):
        for function in _functions(importlib.import_module(f"parcours.rules.bill.{module.name}")):
            register_jitable(function)
    for helper in (_line, _contract, _euros, _borne, _write):
        register_jitable(helper)
    loop: Callable[..., None] = compiled(_settle_bills, **OPTIONS)
    return loop


def settle_columns(
    bills: BillColumns, records: Records, readings: Readings = DEFAULT, bill_readings: BillReadings = BILL_DEFAULT
) -> Matrix:
    """The results of every row, in the columns of `RESULTS`."""
    laws, days = law_table(records)
    care = bills.rows[:, LINE_FACTS.index("care_date")]
    eras = np.searchsorted(days, care, side="right") - 1
    bill_days, bill_eras = np.unique(care, return_inverse=True)
    bill_laws = np.array(
        [tuple(bill_record(int(day))) for day in bill_days], dtype=[(name, np.int64) for name in BillRecord._fields]
    )
    results = np.zeros((len(bills.rows), len(RESULTS)), np.int64)
    bill_kernel()(
        bills.rows,
        bills.first,
        bills.contracts,
        bills.euros,
        bills.borne,
        eras,
        laws,
        bill_eras.astype(np.int64),
        bill_laws,
        readings,
        bill_readings,
        results,
    )
    return results
