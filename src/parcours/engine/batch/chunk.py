"""Settles a table held in memory: encode, order the acts of each patient, run the compiled rules, refuse what cannot
be settled.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.batch.kernel import LARGEST, kernel, sorter
from parcours.engine.batch.law_table import law_table
from parcours.engine.batch.layout import ACT, AMOUNT_RESULTS, CODE_RESULTS, ROW_FACTS, Matrix, matrix
from parcours.engine.batch.patterns import (
    KNOWN,
    NO_AGE,
    NO_AGE_IN_JANUARY,
    ONLY_AGE_IN_JANUARY,
    PatternBook,
    Patterns,
    accepted_indicators,
    book_of,
)
from parcours.engine.batch.reading import Column, Mask, Numbers, as_given, codes_in, read_numbers, whole
from parcours.engine.batch.units import of_bills
from parcours.engine.case import settle_encoded
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import encode
from parcours.engine.facts.readings import encode_readings
from parcours.engine.facts.vocabulary import BY_NAME, LEFT_ON
from parcours.law import thresholds
from parcours.law.bill.book import bill_law
from parcours.law.cache import flat_law
from parcours.law.flat import FlatLaw, Records
from parcours.rules.types import Counters
from parcours.text import Text, same

if TYPE_CHECKING:
    from parcours.engine.batch.bills import BillRun

DAYS = 100_000_000
"""More than any date written YYYYMMDD: two dates make one number."""
REASONS = 10_000
"""Refused rows explained at once."""
SMALLEST_SHARE = 50_000
"""Fewer rows than this are not worth a second thread."""


def told_apart(readings: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The readings of one act, and those of bills. Raises `FactError` for an option that a reading of bills has not."""
    if not readings:
        return {}, {}
    known = bill_law().readings
    for name, option in readings.items():
        if name in known and option not in known[name]:
            raise FactError(f"readings.{name}", option, same(", ".join(known[name])))
    of_bill = {name: option for name, option in readings.items() if name in known}
    return {name: option for name, option in readings.items() if name not in known}, of_bill


@dataclass(frozen=True)
class Run:
    """What is the same for every row of a run: the law under the chosen readings, and the patterns met so far."""

    flat: FlatLaw
    records: Records
    readings: Mapping[str, str]
    """Those of one act."""
    bill_readings: Mapping[str, str]
    patterns: PatternBook

    @classmethod
    def of(cls, readings: Mapping[str, str] | None = None, records: Records | None = None) -> "Run":
        """Settings for some readings (name -> option); `records` replaces the law (a reform). Raises `FactError`."""
        flat = flat_law()
        own, of_bills = told_apart(readings or {})
        encode_readings(own)
        return cls(flat, records or flat.under(own), own, of_bills, book_of(flat))

    @cached_property
    def bills(self) -> "BillRun":
        """What is the same for every bill of the run, where the rows are lines of bills."""
        from parcours.engine.batch.bills import BillRun

        return BillRun.of(self)

    @cached_property
    def laws(self) -> tuple[npt.NDArray[np.void], npt.NDArray[np.int64]]:
        """The law by day as the compiled loop reads it."""
        return law_table(self.records)

    @cached_property
    def accepted(self) -> npt.NDArray[np.bool_]:
        """Indicators that may be transmitted for each status."""
        record = self.records.rows[-1]
        return accepted_indicators(record.position, record.ips)


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not settled: its position in the table, and why."""

    position: int
    row: Mapping[str, Any]
    error: FactError


@dataclass(frozen=True)
class Settled:
    """The answers to a table: `rows` are the positions that were settled, in the order of the table."""

    amounts: Matrix
    codes: Matrix
    rows: npt.NDArray[np.int64] | None
    """None when every row was settled."""
    count: int
    left: npt.NDArray[np.int64]
    """Positions of the rows that are not settled (see `reasons`)."""
    bills: Sequence[npt.NDArray[np.int64]] = ()
    """Where the rows are lines of bills, those that are not settled, bill by bill."""


@dataclass(frozen=True)
class Facts:
    """A table encoded."""

    rows: Matrix
    pattern: npt.NDArray[np.int32]
    patterns: Patterns
    valid: Mask


def settle_rows(table: pa.Table, run: Run, threads: int = 1) -> Settled:
    """Settle the rows of a table whose columns bear the names of the facts; rows of one bill together."""
    if of_bills(table.column_names):
        from parcours.engine.batch.bills import settle_bill_rows

        return settle_bill_rows(table, run, threads)
    columns = {name: whole(table[name]) for name in table.column_names if name in BY_NAME}
    with ThreadPoolExecutor(threads) as pool:
        professionals = pool.submit(codes_of, columns.get("professional_id"), len(table))
        facts = encode_rows(columns, len(table), run)
        order, first = together(columns.get("patient_id"), facts.valid)
        amounts = matrix(AMOUNT_RESULTS, len(table), np.int32)
        codes = matrix(CODE_RESULTS, len(table), np.int8)
        refusals = np.where(facts.valid, 0, 1).astype(np.int8)
        part = partial(_run, facts, order, professionals.result(), run, amounts, codes, refusals)
        list(pool.map(part, _shares(first, threads)))
    if not refusals.any():
        return Settled(amounts, codes, None, len(table), np.array([], np.int64))
    rows = np.flatnonzero(refusals == 0)
    return Settled(amounts, codes, rows, len(rows), np.flatnonzero(refusals))


def _run(
    facts: Facts,
    order: npt.NDArray[np.int32],
    professional: npt.NDArray[np.int32],
    run: Run,
    amounts: Matrix,
    codes: Matrix,
    refusals: Matrix,
    first: npt.NDArray[np.int64],
) -> None:
    laws, days = run.laws
    sorter(order, first, facts.rows, np.empty_like(order))
    most = int(np.diff(first).max(initial=1))
    memory = np.full((1 << (4 * most).bit_length(), 5), -1, np.int64)
    kernel(
        facts.rows,
        facts.pattern,
        facts.patterns.rows,
        facts.patterns.contracts,
        facts.patterns.missing,
        facts.patterns.variants if len(facts.patterns.variants) else None,
        order,
        first,
        professional,
        laws,
        days,
        encode_readings(run.readings),
        run.accepted,
        memory,
        amounts,
        codes,
        refusals,
    )


def _shares(first: npt.NDArray[np.int64], threads: int) -> Iterator[npt.NDArray[np.int64]]:
    """The patients in as many parts as threads, of about as many acts."""
    acts = int(first[-1])
    parts = max(1, min(threads, acts // SMALLEST_SHARE))
    cuts = np.searchsorted(first, [acts * part // parts for part in range(parts + 1)])
    for start, end in pairwise(cuts):
        yield first[start : end + 1]


def encode_rows(columns: Mapping[str, pa.Array], count: int, run: Run) -> Facts:
    """Every fact as the integers the rules read; a row is not valid where a fact is wrong or missing."""
    valid = np.ones(count, np.bool_)
    numbers = {name: _numbers(name, columns, count, valid) for name in (*ROW_FACTS, "birth_date")}
    for name in ("care_date", "fee"):
        _and(valid, numbers[name].given)
    care = numbers["care_date"].values
    valid &= care >= run.records.first_days[0]
    paid = _or_else(numbers["reimbursement_date"], care)
    valid &= paid >= care
    valid &= numbers[LEFT_ON].values <= care
    age, january, said = _ages(numbers, care, valid)
    pattern, patterns = run.patterns.of_rows(columns, said)
    if not patterns.valid.all():
        valid &= patterns.valid[pattern]
    values = {
        "reimbursement_date": paid,
        "age": age,
        "age_1er_janvier": january,
        "quantity": _quantity(numbers["quantity"], patterns.rows[:, ACT], pattern, run, valid),
        "base": _or_else(numbers["base"], -1),
    }
    rows = matrix(ROW_FACTS, count, np.int32)
    for line, name in enumerate(ROW_FACTS):
        rows[line, :count] = values.get(name, numbers[name].values)
    return Facts(rows, pattern, patterns, valid)


def _numbers(name: str, columns: Mapping[str, pa.Array], count: int, valid: Mask) -> Column:
    if name not in columns:
        return Column(np.zeros(count, np.int32), np.zeros(count, np.bool_), None)
    column = read_numbers(name, columns[name])
    if column.wrong is not None:
        valid &= ~column.wrong
    return column


def _and(valid: Mask, given: Mask | None) -> None:
    if given is not None:
        valid &= given


def _or_else(column: Column, other: Any) -> Numbers:
    """The given values, something else where there is none."""
    if column.given is None:
        return column.values
    return np.where(column.given, column.values, other)


def _ages(numbers: Mapping[str, Column], care: Numbers, valid: Mask) -> tuple[Numbers, Numbers, Numbers]:
    """Age on the day of the care, on 1 January, and what is known of them; a contradiction makes the row not valid."""
    birth, age, january = numbers["birth_date"], numbers["age"], numbers["age_1er_janvier"]
    if _nobody(birth):
        return _without_birth(age, january)
    age_then = (care - birth.values) // 10_000
    january_then = np.maximum(0, (care // 10_000 * 10_000 + 101 - birth.values) // 10_000)
    wrong = birth.values > care
    for item, then in ((age, age_then), (january, january_then)):
        if not _nobody(item):
            differs = item.values != then
            wrong |= differs if item.given is None else differs & item.given
    if birth.given is None:
        valid &= ~wrong
        return age_then, january_then, np.full(len(care), KNOWN, np.int8)
    valid &= ~(birth.given & wrong)
    said = _without_birth(age, january)
    born = birth.given
    return np.where(born, age_then, said[0]), np.where(born, january_then, said[1]), np.where(born, KNOWN, said[2])


def _nobody(column: Column) -> bool:
    """Does no row say it?"""
    return column.given is not None and not column.given.any()


def _without_birth(age: Column, january: Column) -> tuple[Numbers, Numbers, Numbers]:
    """The ages as they are said, and what is known of them."""
    before = np.where(age.values < thresholds.participation_age(), age.values - 1, age.values)
    return age.values, _or_else(january, before), _known(age, january, len(before))


def _known(age: Column, january: Column, count: int) -> Numbers:
    """What a row says of the ages themselves."""
    has_age = np.ones(count, np.bool_) if age.given is None else age.given
    has_january = np.ones(count, np.bool_) if january.given is None else january.given
    untold = age.values == thresholds.participation_age()
    at_majority = np.where(untold & ~has_january, NO_AGE_IN_JANUARY, KNOWN)
    return np.where(has_age, at_majority, np.where(has_january, ONLY_AGE_IN_JANUARY, NO_AGE)).astype(np.int8)


def _quantity(
    given: Column, acts: npt.NDArray[np.int16], pattern: npt.NDArray[np.int32], run: Run, valid: Mask
) -> Numbers:
    """Whole units, or hundredths for a letter that has a coefficient."""
    hundredths = _or_else(given, 100)
    has_coefficient = np.array(run.flat.default.rows[-1].acte_coefficient, np.bool_)[acts]
    units, rest = np.divmod(hundredths.astype(np.int32), 100)
    if not has_coefficient.any():
        valid &= rest == 0
        return units
    by_row = has_coefficient[pattern]
    valid &= by_row | (rest == 0)
    return np.where(by_row, hundredths, units)


def codes_of(array: pa.Array | None, count: int) -> npt.NDArray[np.int32]:
    """A code for each different text; -1 where there is none."""
    if array is None:
        return np.full(count, -1, np.int32)
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    codes: npt.NDArray[np.int32] = codes_in(encoded).astype(np.int32, copy=False)
    if encoded.indices.null_count:
        codes = np.where(codes == len(encoded.dictionary), np.int32(-1), codes)
    empty = _place_of_empty(encoded.dictionary)
    return codes if empty < 0 else np.where(codes == empty, np.int32(-1), codes)


def _place_of_empty(values: pa.Array) -> int:
    """Where the empty text is in a dictionary, -1 if it is not there."""
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return -1
    return int(pc.index(values, pa.scalar("", values.type)).as_py())


def acts_of_patients(patient: pa.Array | None, facts: Facts) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """The valid rows, those of a patient together and in the order of the caps; and where each patient starts."""
    order, first = together(patient, facts.valid)
    sorter(order, first, facts.rows, np.empty_like(order))
    return order, first


def together(patient: pa.Array | None, valid: Mask) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """The valid rows, those of a patient together; and where each patient starts. Without patients each row is one."""
    if patient is None:
        order = np.flatnonzero(valid).astype(np.int32)
        return order, np.arange(len(order) + 1, dtype=np.int64)
    codes = patient_codes(patient, len(valid))
    order = np.arange(len(valid), dtype=np.int32)
    if (np.diff(codes) < 0).any():
        order = np.argsort(codes, kind="stable").astype(np.int32)
    if not valid.all():
        order = order[valid[order]]
    grouped = codes[order]
    starts = np.flatnonzero(np.diff(grouped, prepend=-1, append=np.iinfo(codes.dtype).max)).astype(np.int64)
    return order, starts


def patient_codes(patient: pa.Array, count: int) -> npt.NDArray[np.int64]:
    """A code for each patient, ascending where the rows of each are together; a row without one is a patient of its
    own.
    """
    if count > 1 and not patient.null_count and not pa.types.is_dictionary(patient.type):
        changes = pc.not_equal(patient[1:], patient[:-1]).to_numpy(zero_copy_only=False)
        runs = patient.take(pa.array(np.concatenate(([0], np.flatnonzero(changes) + 1))))
        if pc.count_distinct(runs).as_py() == len(runs) and _place_of_empty(runs) < 0:
            return np.concatenate(([0], np.cumsum(changes)))
    codes = codes_of(patient, count).astype(np.int64)
    alone = codes < 0
    return np.where(alone, codes.max(initial=0) + 1 + np.arange(count), codes) if alone.any() else codes


def reasons(table: pa.Table, settled: Settled, run: Run) -> Iterator[RefusedRow]:
    """Why each row that is left is refused, in the words of a single case."""
    if settled.bills:
        from parcours.engine.batch.bills import reasons_of_bills

        yield from reasons_of_bills(table, settled, run)
        return
    for start in range(0, len(settled.left), REASONS):
        positions = settled.left[start : start + REASONS]
        for position, row in zip(positions.tolist(), table.take(pa.array(positions)).to_pylist(), strict=True):
            facts = {name: as_given(name, row[name]) for name in row if name in BY_NAME and row[name] is not None}
            yield RefusedRow(position, row, reason(facts, run))


def reason(facts: Mapping[str, Any], run: Run) -> FactError:
    """Why these facts are refused."""
    try:
        encoded = encode(facts, run.flat)
        answer = settle_encoded(encoded, run.flat, run.readings, Counters())
    except FactError as error:
        return error
    if answer.settlement.max_fee > LARGEST:
        most = Text(
            "un nombre pour lequel le montant tient en neuf chiffres", "a number whose amount holds in nine digits"
        )
        return FactError("quantity", encoded.act.quantity, most)
    return unexplained(encoded.missing)


def unexplained(missing: tuple[str, ...]) -> FactError:
    """A missing fact that only matters once earlier acts are counted."""
    name = missing[0] if missing else "row"
    return FactError(name, None, Text("un fait dont le montant dépend", "a fact that the amount depends on"))
