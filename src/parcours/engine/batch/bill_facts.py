"""The lines of a table of bills as the integers that the rules read, and which bill each row is a line of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.engine.batch.bill_refused import impossible_rows, places
from parcours.engine.batch.chunk import Run, _ages, _and, _numbers, _or_else, _quantity, codes_of
from parcours.engine.batch.layout import ACT, PATTERN_COLUMNS, ROW_FACTS, VARIANT_FACTS, Matrix, matrix
from parcours.engine.batch.patterns import NO_AGE, ONLY_AGE_IN_JANUARY, Patterns, age_facts
from parcours.engine.batch.reading import read_numbers
from parcours.engine.facts.vocabulary import IDS, LEFT_ON
from parcours.law.bill.codes import Activity
from parcours.law.codes import UNKNOWN, Profession, SpecialSetting

Numbers = npt.NDArray[np.int64]
PROFESSION, SPECIALTY, SETTING = (
    PATTERN_COLUMNS.index(name) for name in ("profession", "specialty", "special_setting")
)
NOTHING_TRIED = np.zeros((0, len(VARIANT_FACTS)), np.int64)
STRANGER = -100
"""Numbers from here down stand for professionals who are not named: they only tell the lines of one bill apart."""


@dataclass(frozen=True)
class BillFacts:
    """The lines of a table as the compiled loop reads them."""

    rows: Matrix
    pattern: npt.NDArray[np.int32]
    patterns: Patterns
    contracts: Numbers
    unsaid: Numbers
    """Of each pattern of act, the facts that it misses."""
    variants: Numbers
    table: Numbers
    kind: Numbers
    """Of each row, its pattern of line."""
    own: Numbers
    """Session, professional, line joined, tariff of each row."""
    known: Numbers
    """The professional where the row names one, else below zero."""


def encode_lines(
    columns: Mapping[str, pa.Array], count: int, run: Run
) -> tuple[BillFacts, npt.NDArray[np.bool_], Numbers]:
    """Every fact as the integers the rules read, which rows can be settled, and the bill of each (-1: none)."""
    valid = np.ones(count, np.bool_)
    keys = bills_named(columns, count)
    alone = keys < 0
    readable = np.ones(count, np.bool_)
    numbers = {
        name: _numbers(name, columns, count, readable if name == "quantity" else valid)
        for name in (*ROW_FACTS, "birth_date")
    }
    _and(valid, numbers["care_date"].given)
    care = numbers["care_date"].values.astype(np.int64)
    valid &= care >= run.records.first_days[0]
    paid = _or_else(numbers["reimbursement_date"], care)
    valid &= paid >= care
    valid &= numbers[LEFT_ON].values <= care
    age, january, said = _ages(numbers, care, valid)
    said_age = np.where(np.isin(said, UNKNOWN_AGES), -1, age).astype(np.int64)
    eras = np.searchsorted(run.bills.bill_days, care, side="right") - 1
    kind = run.bills.lines.of_rows(columns, numbers, said_age, np.maximum(eras, 0), alone)
    lines = run.bills.lines.patterns
    kinds = np.array([line.kind for line in lines], np.int32)[kind]
    situations = kinds * len(age_facts()) + said
    pattern, patterns = run.bills.acts.of_rows(columns, situations, len(run.bills.lines.kinds))
    unsaid = np.array(run.bills.acts.masks, np.int64)
    valid &= patterns.valid[pattern] & np.array([line.valid for line in lines])[kind]
    quantity = _quantity(numbers["quantity"], patterns.rows[:, ACT], pattern, run, readable)
    valid &= readable | ~alone
    lawful = np.array([line.lawful_fee for line in lines], np.int64)[kind]
    fee = _or_else(numbers["fee"], np.where(alone, UNKNOWN, lawful))
    valid &= fee >= 0
    tariff, wrong = tariffs(columns, count, numbers, lines, kind, alone)
    valid &= ~wrong
    values = {
        "reimbursement_date": paid,
        "age": age,
        "age_1er_janvier": january,
        "quantity": np.where(alone, quantity, np.array([line.quantity for line in lines], np.int64)[kind]),
        "fee": fee,
        "base": _or_else(numbers["base"], UNKNOWN),
    }
    rows = matrix(ROW_FACTS, count, np.int32)
    for line, name in enumerate(ROW_FACTS):
        rows[line, :count] = values.get(name, numbers[name].values)
    own, known = people(
        columns, count, pattern, patterns, care, np.array([line.activity for line in lines])[kind], keys
    )
    own[:, 2], joined_wrong = joins(columns, count)
    own[:, 3] = tariff
    valid &= ~joined_wrong
    valid &= ~impossible_rows(kind, keys, own[:, 0], care, lines, run.bills.lines.law)
    kind = beside_mains(kind, own, keys, lines)
    table = np.array([line.table for line in lines], np.int64)
    contracts = run.bills.acts.contracts_table()
    return BillFacts(rows, pattern, patterns, contracts, unsaid, NOTHING_TRIED, table, kind, own, known), valid, keys


def beside_mains(kind: Numbers, own: Numbers, keys: Numbers, lines: list[Any]) -> Numbers:
    """The patterns of the rows, those of acts that count otherwise beside a main act of their session."""
    rows = np.flatnonzero(np.array([bool(line.beside) for line in lines], np.bool_)[kind] & (keys >= 0))
    if not len(rows):
        return kind
    named = {main for line in lines for main in line.mains}
    main = np.flatnonzero(np.array([line.name in named for line in lines], np.bool_)[kind])
    here = set(zip(places(main, keys, own[:, 0]), own[main, 1].tolist(), kind[main].tolist(), strict=True))
    names = {(*place, lines[number].name) for *place, number in here}
    found = kind.copy()
    theirs = zip(rows.tolist(), places(rows, keys, own[:, 0]), own[rows, 1].tolist(), kind[rows].tolist(), strict=True)
    for row, place, who, number in theirs:
        line = lines[number]
        ways = {line.mains[one] for one in line.mains if (place, who, one) in names}
        if ways:
            found[row] = line.beside[max(ways)]
    return found


UNKNOWN_AGES = (NO_AGE, ONLY_AGE_IN_JANUARY)
"""Situations of the ages in which that on the day of the care is not known."""


def bills_named(columns: Mapping[str, pa.Array], count: int) -> Numbers:
    """A number for each bill that rows name, the widest of stay, bill and session; -1 where a row names none."""
    found = np.full(count, -1, np.int64)
    base = 0
    for name in IDS:
        if name in columns:
            codes = codes_of(columns[name], count).astype(np.int64)
            found = np.where((found < 0) & (codes >= 0), codes + base, found)
            base += int(codes.max(initial=-1)) + 1
    return found


def tariffs(
    columns: Mapping[str, pa.Array], count: int, numbers: Mapping[str, Any], lines: list[Any], kind: Numbers, alone: Any
) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """The tariff of each line before the session: the row's own base or tariff, else its pattern's with its price."""
    found = np.array([line.tariff for line in lines], np.int64)[kind]
    wrong = np.zeros(count, np.bool_)
    times = np.array([line.price_times for line in lines], np.int64)[kind]
    for name in ("price", "tariff"):
        if name not in columns:
            continue
        column = read_numbers("fee", columns[name])  # an amount as another
        said = np.ones(count, np.bool_) if column.given is None else column.given
        if column.wrong is not None:
            wrong |= column.wrong & ~alone
        own = column.values.astype(np.int64)
        found = (
            np.where(said & ~alone, found + times * own, found)
            if name == "price"
            else np.where(said & ~alone, own, found)
        )
    base = numbers["base"]
    said = np.ones(count, np.bool_) if base.given is None else base.given
    return np.where(said & ~alone, base.values.astype(np.int64), found), wrong


def joins(columns: Mapping[str, pa.Array], count: int) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """The line that each row says it joins, by its place in its bill from 0; -1 where it does not say."""
    if "supplement_of" not in columns:
        return np.full(count, -1, np.int64), np.zeros(count, np.bool_)
    column = read_numbers("age", columns["supplement_of"])
    said = np.ones(count, np.bool_) if column.given is None else column.given
    wrong = np.zeros(count, np.bool_) if column.wrong is None else column.wrong
    return np.where(said, column.values.astype(np.int64) - 1, -1), wrong


def people(
    columns: Mapping[str, pa.Array],
    count: int,
    pattern: Any,
    patterns: Patterns,
    care: Numbers,
    activity: Numbers,
    keys: Numbers,
) -> tuple[Numbers, Numbers]:
    """Session and professional of each row, told apart as on a bill (`engine/bill/links.py`), and whom it names."""
    named = codes_of(columns.get("professional_id"), count).astype(np.int64)
    rows = patterns.rows
    profession = rows[:, PROFESSION].astype(np.int64)[pattern]
    specialty = rows[:, SPECIALTY].astype(np.int64)[pattern]
    stay = rows[:, SETTING][pattern] == SpecialSetting.HOSPITALISATION
    doctor = profession == Profession.MEDECIN
    anaesthesia = np.where(activity == Activity.ANAESTHESIA, specialty, 0)
    who = np.where(named >= 0, named * 16 + profession, STRANGER - (profession * 1000 + anaesthesia))
    operation = (activity > 0) | stay | (doctor & (named < 0))
    person = np.where(operation, 0, np.where(named >= 0, named + 2, 1))
    session = (person * 16 + profession) * (1 << 26) + care
    if "session_id" in columns:
        said = codes_of(columns["session_id"], count).astype(np.int64)
        session = np.where(said >= 0, -1 - said, session)
    own = np.empty((count, 4), np.int64)
    own[:, 0], own[:, 1] = session, who
    return own, np.where(named >= 0, who, -1)
