"""Settles a table whose rows are lines of bills: encode, tie the lines, run the compiled rules, refuse whole bills."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.engine.batch.bill_acts import BillActs
from parcours.engine.batch.bill_facts import NOTHING_TRIED, BillFacts, Numbers, encode_lines
from parcours.engine.batch.bill_lines import ROW_COLUMNS, LineBook, line_of_row
from parcours.engine.batch.chunk import (
    REASONS,
    RefusedRow,
    Run,
    Settled,
    _shares,
    codes_of,
    reason,
    unexplained,
)
from parcours.engine.batch.layout import AMOUNT_RESULTS, CONTRACT, VARIANT_FACTS, Matrix, matrix
from parcours.engine.batch.reading import as_given, whole
from parcours.engine.batch.units import PATIENT
from parcours.engine.bill.kernel import BILL_CODE_RESULTS, TABLE_FIELDS, Scratch, bill_kernel
from parcours.engine.bill.missing import variants
from parcours.engine.bill.settle import BILL_READINGS, settle_bill
from parcours.engine.bill.together import bill_record
from parcours.engine.bill.vocabulary import MOST_LINES
from parcours.engine.errors import FactError
from parcours.engine.facts.readings import encode_readings
from parcours.engine.facts.vocabulary import BY_NAME, IDS, given
from parcours.law.bill.book import bill_law, first_days
from parcours.law.bill.codes import Nature
from parcours.law.bill.record import BillRecord
from parcours.law.library.installed import installed
from parcours.rules.bill.types import BillReadings
from parcours.rules.types import Counters
from parcours.text import Text

NATURE = TABLE_FIELDS.index("nature")


@dataclass
class BillRun:
    """What is the same for every bill of a run."""

    lines: LineBook
    acts: BillActs
    bill_days: Numbers
    bill_laws: npt.NDArray[np.void]
    readings: BillReadings
    chosen: Mapping[str, str]
    """The readings of one act."""

    @classmethod
    def of(cls, run: Run) -> "BillRun":
        """For the readings of a run."""
        law = bill_law()
        options = {name: option for name, option in run.bill_readings.items() if name in law.readings}
        days = sorted({*first_days(law), *run.records.first_days})
        lines = LineBook(run.flat, options, np.array(days, np.int64), library=installed("ccam") is not None)
        records = [tuple(bill_record(day)) for day in days]
        own = {
            name: int(BILL_READINGS[name][option.upper()]) for name, option in options.items() if name in BILL_READINGS
        }
        return cls(
            lines,
            BillActs(run.flat, lines=lines),
            np.array(days, np.int64),
            np.array(records, dtype=[(name, np.int64) for name in BillRecord._fields]),
            BillReadings(**own),
            run.readings,
        )


@dataclass(frozen=True)
class Bills:
    """Which rows make a bill: `order[starts[b]:ends[b]]`, and the first bill of each patient."""

    order: npt.NDArray[np.int64]
    starts: Numbers
    ends: Numbers
    choices: Numbers
    """First and end of the variants of each bill."""
    patients: Numbers
    refused: list[Numbers]
    """Rows of each bill that cannot be settled."""


def settle_bill_rows(table: pa.Table, run: Run, threads: int = 1) -> Settled:
    """Settle a table of lines of bills whose columns bear the names of the facts."""
    columns = {name: whole(table[name]) for name in table.column_names if name in BY_NAME or name in ROW_COLUMNS}
    count = len(table)
    facts, valid, keys = encode_lines(columns, count, run)
    bills, facts = tied(columns, count, facts, valid, keys)
    amounts = matrix(AMOUNT_RESULTS, count, np.int32)
    codes = matrix(BILL_CODE_RESULTS, count, np.int8)
    refusals = np.zeros(count, np.int8)
    part = partial(
        run_bills, facts, bills, run, np.zeros((0, len(Counters._fields)), np.int64), amounts, codes, refusals
    )
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, _shares(bills.patients, threads)))
    refused = list(bills.refused)
    if refusals.any():
        faulty = np.flatnonzero(refusals[bills.order[bills.starts]]).tolist()
        refused += [bills.order[bills.starts[b] : bills.ends[b]] for b in faulty]
    if not refused:
        return Settled(amounts, codes, None, count, np.array([], np.int64))
    left = np.sort(np.concatenate(refused))
    rows = np.setdiff1d(np.arange(count), left, assume_unique=True)
    return Settled(amounts, codes, rows, len(rows), left, refused)


def run_bills(
    facts: BillFacts,
    bills: Bills,
    run: Run,
    initial: Numbers,
    amounts: Matrix,
    codes: Matrix,
    refusals: Matrix,
    patients: Numbers,
) -> None:
    """The compiled loop over some patients."""
    laws, days = run.laws
    first, end = int(patients[0]), int(patients[-1])
    if first == end:
        return
    lengths = np.add.reduceat((bills.ends - bills.starts)[first:end], patients[:-1] - first)
    memory = np.full((1 << int(8 * lengths.max() + 16).bit_length(), 5), -1, np.int64)
    scratch = Scratch()
    bill_kernel(
        facts.rows,
        facts.pattern,
        facts.patterns.rows,
        facts.contracts,
        facts.unsaid,
        facts.variants,
        facts.table,
        facts.kind,
        facts.own,
        facts.known,
        bills.order,
        bills.starts,
        bills.ends,
        bills.choices,
        patients,
        laws,
        days,
        run.bills.bill_laws,
        run.bills.bill_days,
        encode_readings(run.readings),
        run.bills.readings,
        run.accepted,
        initial,
        memory,
        scratch.cells,
        scratch.lines,
        scratch.counted,
        scratch.before,
        scratch.eras,
        scratch.kept,
        amounts,
        codes,
        refusals,
    )


def tied(
    columns: Mapping[str, pa.Array], count: int, facts: BillFacts, valid: npt.NDArray[np.bool_], keys: Numbers
) -> tuple[Bills, BillFacts]:
    """The rows of each bill together and in order, the bills of each patient in the order of the caps."""
    alone = keys < 0
    group = np.where(alone, int(keys.max(initial=-1)) + 1 + np.arange(count), keys)
    named = codes_of(columns.get(PATIENT), count).astype(np.int64)
    patient = np.where(named >= 0, named, int(named.max(initial=-1)) + 1 + group)
    order = np.arange(count)
    if (np.diff(patient) < 0).any() or ((np.diff(patient) == 0) & (np.diff(group) < 0)).any():
        order = np.lexsort((group, patient))
    grouped, owner = group[order], patient[order]
    changes = (np.diff(grouped, prepend=-1) != 0) | (np.diff(owner, prepend=-1) != 0)
    starts = np.flatnonzero(changes)
    ends = np.append(starts[1:], count)
    sound = np.logical_and.reduceat(valid[order], starts) if count else np.zeros(0, np.bool_)
    sound &= ends - starts <= MOST_LINES
    sound &= ~differ(facts.patterns.rows[:, CONTRACT][facts.pattern][order], starts)
    if "territory" in columns:
        sound &= ~differ(codes_of(columns["territory"], count)[order], starts)
    refused = [order[start:end] for start, end in zip(starts[~sound].tolist(), ends[~sound].tolist(), strict=True)]
    starts, ends = starts[sound], ends[sound]
    first = order[starts]
    care, paid = facts.rows[0], facts.rows[1]
    place = np.lexsort((first, care[first], paid[first], patient[first]))
    starts, ends, first = starts[place], ends[place], first[place]
    patients = np.append(np.flatnonzero(np.diff(patient[first], prepend=-1)), len(first)).astype(np.int64)
    choices, tried = choices_of(facts, order, starts, ends)
    bills = Bills(order, starts, ends, choices, patients, refused)
    return bills, BillFacts(**{**vars(facts), "variants": tried})


def differ(values: npt.NDArray[Any], starts: Numbers) -> npt.NDArray[np.bool_]:
    """Do the rows of a bill say different things?"""
    if not len(starts):
        return np.zeros(0, np.bool_)
    found: npt.NDArray[np.bool_] = np.minimum.reduceat(values, starts) != np.maximum.reduceat(values, starts)
    return found


def choices_of(facts: BillFacts, order: Numbers, starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """The variants of each bill that tell whether the facts that it misses change an amount; none where none misses."""
    choices = np.zeros((len(starts), 2), np.int64)
    if not len(starts) or not facts.unsaid.any():
        return choices, NOTHING_TRIED
    masks = np.where(facts.table[facts.kind, NATURE] == Nature.ACT, facts.unsaid[facts.pattern], 0)[order]
    if not masks.any():
        return choices, NOTHING_TRIED
    bounds_of_bills = np.stack([starts, ends], axis=1).reshape(-1)
    cumulated = np.bitwise_or.reduceat(np.append(masks, 0), bounds_of_bills)[::2]
    tried: list[list[int]] = []
    bounds: dict[int, tuple[int, int]] = {0: (0, 0)}
    for mask in np.unique(cumulated).tolist():
        if mask:
            names = [name for place, name in enumerate(VARIANT_FACTS) if mask >> place & 1]
            first = len(tried)
            tried += [[values.get(name, -1) for name in VARIANT_FACTS] for values in variants(names)]
            bounds[mask] = first, len(tried)
    known, place = np.unique(cumulated, return_inverse=True)
    choices[:] = np.array([bounds[int(mask)] for mask in known])[place]
    return choices, np.array(tried, np.int64)


def reasons_of_bills(table: pa.Table, settled: Settled, run: Run) -> Iterator[RefusedRow]:
    """Why each row of a bill that is left is refused: its own fault, or that of another line of its bill."""
    held: list[Numbers] = []
    for positions in settled.bills:
        held.append(positions)
        if sum(map(len, held)) >= REASONS:
            yield from reasons_of(table, held, run)
            held = []
    yield from reasons_of(table, held, run)


def reasons_of(table: pa.Table, bills: list[Numbers], run: Run) -> Iterator[RefusedRow]:
    """The same for a few bills, taken from the table at once."""
    if not bills:
        return
    taken = iter(table.take(pa.array(np.concatenate(bills))).to_pylist())
    for positions in bills:
        rows = [next(taken) for _ in positions]
        for position, row, error in zip(positions.tolist(), rows, why(rows, run), strict=True):
            yield RefusedRow(position, row, error)


def why(rows: list[dict[str, Any]], run: Run) -> list[FactError]:
    """The error of each row of a refused bill."""
    said = [{name: as_given(name, value) for name, value in row.items() if value is not None} for row in rows]
    if not any(given(said[0].get(name)) for name in IDS):
        return [reason({name: value for name, value in said[0].items() if name in BY_NAME}, run)]
    for name in ("contract", "territory"):
        values = [row.get(name) for row in said]
        if any(repr(value) != repr(values[0]) for value in values):
            return [FactError(name, row.get(name), SAME) for row in said]
    lines = [{name: value for name, value in line_of_row(row, run.flat).items() if is_of_a_line(name)} for row in said]
    bill: dict[str, Any] = {"lines": lines}
    bill.update({name: said[0][name] for name in ("contract", "territory") if name in said[0]})
    try:
        settle_bill(bill, {**run.readings, **run.bill_readings})
    except FactError as error:
        return shared_error(error, said)
    return [unexplained(()) for _ in rows]


SAME = Text("la même valeur sur toutes les lignes d'une facture", "the same value on every line of a bill")


def is_of_a_line(name: str) -> bool:
    """Is this column a fact of a line, rather than one that is only carried through?"""
    return name == "session" or name in ROW_COLUMNS or name in BY_NAME


def shared_error(error: FactError, rows: list[dict[str, Any]]) -> list[FactError]:
    """The error on the line that it names; the others are refused with it."""
    line, _, field = error.field.removeprefix("lines[").partition("].")
    if not field or not line.isdigit():
        return [error] * len(rows)
    error.field = field
    place = int(line)
    name = next(name for name in IDS if given(rows[0].get(name)))
    with_it = Text(
        f"une facture sans faute : sa ligne {place} est refusée", f"a faultless bill: its line {place} is refused"
    )
    others = (FactError(name, row[name], with_it) for row in rows)
    return [error if number == place else other for number, other in enumerate(others, start=1)]
