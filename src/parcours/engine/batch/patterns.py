"""Rows that share every coded fact share a pattern: it is encoded once, by the very function that encodes a single
act.

So inference, defaults, contradictions and missing facts are the same for row 38 214 907 of a file and for one visit.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.engine.batch.layout import AGES, HALF, PATTERN_COLUMNS, PATTERN_FACTS, PATTERN_WIDTH, VARIANT_FACTS, lines
from parcours.engine.batch.reading import coded_column
from parcours.engine.case import UNCERTAIN, candidates, equivalent
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import EncodedAct, encode_values, read, said
from parcours.engine.facts.vocabulary import BY_NAME, FACTS
from parcours.law import thresholds
from parcours.law.codes import Ips, Status
from parcours.law.flat import FlatLaw
from parcours.law.in_use import per_reform
from parcours.rules.types import NO_CONTRACT, Contract, Settlement

ROW_KINDS = {"date", "money", "integer", "days", "quantity", "text"}
CODED = tuple(item.name for item in FACTS if item.kind not in ROW_KINDS)
"""The facts that make a pattern."""
KNOWN, NO_AGE, NO_AGE_IN_JANUARY, ONLY_AGE_IN_JANUARY = range(4)
"""What a row says of the patient's age."""
SOME_AGE = 40


@per_reform
def age_facts() -> dict[int, dict[str, int]]:
    """Stand-ins for the ages of the rows of a pattern: only whether they are given matters to encoding."""
    return {
        KNOWN: {"age": SOME_AGE, "age_1er_janvier": SOME_AGE},
        NO_AGE: {},
        NO_AGE_IN_JANUARY: {"age": thresholds.participation_age()},
        ONLY_AGE_IN_JANUARY: {"age_1er_janvier": SOME_AGE},
    }


STAND_INS = {"care_date": 20250101, "fee": 0, "sejour_jours": 1}
"""Facts that every row has, and whose value encoding only reads."""
PASSING = (
    "urgent", "away", "purpose", "zone_deficitaire", "referrer_zone_deficitaire", "medecin_traitant_indisponible",
    "scheme", "tiers_payant", "prelevement_biologie", "contract",
)  # fmt: skip
"""Facts that encoding only passes on: nothing follows from what they say. What the others say is encoded once."""
PLACES = {name: PATTERN_COLUMNS.index(name) for name in PASSING}
EXEMPTION = PATTERN_FACTS.index("exemption")
CODED_FACTS = attrgetter(*PATTERN_FACTS)
MOST_KEYS = 2**62
MOST_PATTERNS = 200_000
MOST_KEPT = 50_000
"""Patterns that a book may hold and still serve the next run of the process."""


@dataclass(frozen=True)
class Patterns:
    """Patterns as the compiled loop reads them: see `PATTERN_COLUMNS` and `VARIANT_FACTS`; `valid` where one can be
    settled. `missing` has the first and the end of the variants of each set of missing facts.
    """

    rows: npt.NDArray[np.int16]
    contracts: npt.NDArray[np.int64]
    missing: npt.NDArray[np.int64]
    variants: npt.NDArray[np.int64]
    valid: npt.NDArray[np.bool_]


@dataclass
class PatternBook:
    """The patterns met so far. Safe to use from several threads."""

    flat: FlatLaw
    rows: list[list[int]] = field(default_factory=list)
    valid: list[bool] = field(default_factory=list)
    known: dict[tuple[str, ...], dict[bytes, int]] = field(default_factory=dict)
    """The pattern of each combination of values, by the names of the facts that are combined."""
    values: dict[str, dict[tuple[type, str], int]] = field(default_factory=dict)
    told: dict[str, list[Any]] = field(default_factory=dict)
    cores: dict[tuple[Any, ...], Sequence[int]] = field(default_factory=dict)
    """The pattern of each combination of the facts that say more than themselves."""
    cached: Patterns | None = None
    wrong: bool = False
    """Was a value met that cannot be read?"""
    contracts: dict[Contract, int] = field(default_factory=lambda: {NO_CONTRACT: 0})
    missing: dict[tuple[str, ...], int] = field(default_factory=lambda: {(): 0})
    variants: list[list[int]] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of_rows(
        self, columns: Mapping[str, pa.Array], situations: npt.NDArray[Any], kinds: int = 1
    ) -> tuple[npt.NDArray[np.int32], Patterns]:
        """The pattern of each row, and the patterns. `situations`: what is known of the ages, and for the lines of
        bills one of several kinds of line.
        """
        names = [name for name in CODED if name in columns]
        coded = [coded_column(name, columns[name]) for name in names]
        keys, kinds = _combine(
            [(situations, len(age_facts()) * kinds), *((codes, len(values)) for codes, values in coded)]
        )
        firsts = _first_rows(keys, kinds)
        with self.lock:
            if len(self.rows) > MOST_PATTERNS:
                self._forget()
            where = [
                self._places(name, values)[codes[firsts]] for name, (codes, values) in zip(names, coded, strict=True)
            ]
            places = np.stack([situations[firsts].astype(np.int32), *where], axis=1)
            known = self.known.setdefault(tuple(names), {})
            numbers = np.array([self._number(known, names, place) for place in places], np.int32)
            return np.take(numbers, keys), self._patterns()

    def _places(self, name: str, values: Sequence[Any]) -> npt.NDArray[np.int32]:
        """A number for each value of a fact, the same all through the run; 0 for none."""
        known = self.values.setdefault(name, {})
        told = self.told.setdefault(name, [None])
        places = np.zeros(len(values), np.int32)
        for position, value in enumerate(values):
            if value is None:
                continue
            key = (type(value), repr(value))
            if key not in known:
                known[key] = len(told)
                told.append(self._read(name, value))
            places[position] = known[key]
        return places

    def _read(self, name: str, value: Any) -> Any:
        """A value as the rules read it; None where it says nothing, the error where it is wrong."""
        try:
            return read(BY_NAME[name], value, self.flat) if said(name, value) else None
        except FactError as error:
            self.wrong = True
            return error

    def _number(self, known: dict[bytes, int], names: Sequence[str], place: npt.NDArray[np.int32]) -> int:
        key = place.tobytes()
        if key not in known:
            values = {name: self.told[name][at] for name, at in zip(names, place[1:], strict=True)}
            known[key] = self._add(values, int(place[0]))
        return known[key]

    def _forget(self) -> None:
        """Keeps memory flat on data where few rows are alike."""
        self.rows, self.valid, self.known, self.values, self.told = [], [], {}, {}, {}
        self.cores, self.cached = {}, None

    def _patterns(self) -> Patterns:
        if self.cached is None or len(self.cached.valid) != len(self.rows):
            self.cached = Patterns(
                lines(self.rows, PATTERN_WIDTH, np.int16),
                np.array(list(self.contracts), np.int64),
                np.array(self.ends, np.int64),
                np.array(self.variants, np.int64).reshape(-1, len(VARIANT_FACTS)),
                np.array(self.valid, np.bool_),
            )
        return self.cached

    def _add(self, values: Mapping[str, Any], ages: int) -> int:
        given = {name: value for name, value in values.items() if value is not None}
        if self.wrong and any(isinstance(value, FactError) for value in given.values()):
            return self._append([0] * len(PATTERN_COLUMNS), valid=False)
        passing = {name: given.pop(name) for name in PASSING if name in given}
        core = (ages, *given.items())
        if core not in self.cores:
            self.cores[core] = self._core(given, ages)
        row = list(self.cores[core])
        if not row:
            return self._append([0] * len(PATTERN_COLUMNS), valid=False)
        for name, value in passing.items():
            row[PLACES[name]] = self._contract(value) if name == "contract" else value
        return self._append(row, valid=True)

    def _core(self, given: Mapping[str, Any], ages: int) -> Sequence[int]:
        """The pattern of facts that say more than themselves; empty where it cannot be settled."""
        try:
            encoded = encode_values({**STAND_INS, **age_facts()[ages], **given}, self.flat)
        except FactError:
            return ()
        if any(name not in UNCERTAIN for name in encoded.missing):
            return ()
        return *_facts(encoded), 0, *encoded.declared, self._missing(encoded.missing)

    def _append(self, row: list[int], *, valid: bool) -> int:
        self.rows.append(row)
        self.valid.append(valid)
        return len(self.rows) - 1

    def _contract(self, contract: Contract | None) -> int:
        """The line of this contract; 0 is none."""
        return self.contracts.setdefault(contract or NO_CONTRACT, len(self.contracts))

    def _missing(self, missing: tuple[str, ...]) -> int:
        """The line of this set of missing facts, for which a variant is made of each choice; 0 is none."""
        if missing not in self.missing:
            self.missing[missing] = len(self.missing)
            first = len(self.variants)
            for choice in product(*(candidates()[name] for name in missing)):
                values = dict(zip(missing, choice, strict=True))
                self.variants.append([values.get(name, -1) for name in VARIANT_FACTS])
            self.ends.append((first, len(self.variants)))
        return self.missing[missing]


BOOKS: list[PatternBook] = []
"""The last book of this process: a pattern is encoded once, however many tables are settled."""


def book_of(flat: FlatLaw) -> PatternBook:
    """The book of the last run where it was of this very law and is not too large, else a new one."""
    for book in BOOKS:
        if book.flat is flat and len(book.rows) <= MOST_KEPT:
            return book
    BOOKS[:] = [PatternBook(flat)]
    return BOOKS[0]


def _facts(encoded: EncodedAct) -> list[int]:
    """The facts of a pattern as integers; an age that is missing has its stand-in for every row."""
    ages = [getattr(encoded.act, name) if name in encoded.missing else -1 for name in AGES]
    facts = [*CODED_FACTS(encoded.act), *ages, encoded.act.exemption >> HALF]
    facts[EXEMPTION] = encoded.act.exemption & (1 << HALF) - 1
    return facts


def _combine(columns: Sequence[tuple[npt.NDArray[Any], int]]) -> tuple[npt.NDArray[np.int32], int]:
    """One number for each different combination of codes, and how many there are."""
    total = np.zeros(len(columns[0][0]), np.int64)
    size = 1
    for codes, count in columns:
        if count == 1:
            continue
        if size * count > MOST_KEYS:
            dense, size = _dense(total)
            total = dense.astype(np.int64)
        np.multiply(total, count, out=total)
        np.add(total, codes, out=total)
        size *= count
    return _dense(total)


def _dense(keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], int]:
    encoded = pa.array(keys).dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False), len(encoded.dictionary)


def _first_rows(keys: npt.NDArray[np.int32], kinds: int) -> npt.NDArray[np.int64]:
    """A row of each combination."""
    rows = np.zeros(kinds, np.int64)
    rows[keys] = np.arange(len(keys))
    return rows


def accepted_indicators(position: Sequence[int], ips: Sequence[int]) -> npt.NDArray[np.bool_]:
    """May this indicator be transmitted for this status?  From the same rule as a single encoded."""
    table = np.zeros((max(Ips) + 1, len(position)), np.bool_)
    for status in Status:
        if not status:
            continue
        fields = dict.fromkeys(Settlement._fields, 0)
        fields.update(status=int(status), ips=ips[status], pathway=position[status])
        answer = Settlement(**fields)
        for indicator in Ips:
            table[indicator, status] = indicator == answer.ips or equivalent(int(indicator), answer)
    return table
