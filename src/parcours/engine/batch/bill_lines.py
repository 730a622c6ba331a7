"""What rows of bills share: the pattern of their line, read once by the reader of a bill, and that of their act."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.engine.batch.patterns import _combine, _first_rows
from parcours.engine.batch.reading import Column, dictionary
from parcours.engine.bill.codetext import read_code
from parcours.engine.bill.impossible import check_possible, for_an_age
from parcours.engine.bill.kernel import TABLE_FIELDS
from parcours.engine.bill.lines import (
    BillLine,
    Price,
    Shared,
    read_line,
)
from parcours.engine.bill.links import beside_its_main, mains_of, name_of
from parcours.engine.bill.notes import excluded_by
from parcours.engine.bill.settle import EMERGENCY, emergency
from parcours.engine.bill.vocabulary import LINE_KEYS, read_territory
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import read as read_fact
from parcours.engine.facts.vocabulary import BY_NAME, IDS, given
from parcours.law.bill.book import BillLaw, Code, bill_law
from parcours.law.bill.codes import Association, Combination, Cover, Nature
from parcours.law.codes import UNKNOWN, Profession
from parcours.law.flat import FlatLaw

AMOUNTS = ("fee", "base", "tariff", "price")
"""Facts of a line whose value is its own: rows of one pattern only share whether they are given."""
OF_THE_PERSON = ("convention", "exemption")
"""What the price of an emergency visit, or of a code of an imported library, also depends on."""
NOT_IN_FILES = ("session", "note")
CODED_LINE = tuple(name for name in LINE_KEYS if name not in (*AMOUNTS, *NOT_IN_FILES, "code"))
"""Facts that make the pattern of a line."""
ROW_COLUMNS = (*CODED_LINE, *AMOUNTS, "code", "territory", *IDS)
"""Columns of a file of bills that are not facts of one act."""
LIMITED = ("refused", "tfr")
"""A box whose price is limited by another."""
NO_LINE = {
    "nature": Nature.ACT,
    "combination": Combination.ALONE,
    "rate": UNKNOWN,
    "bears": 1,
    "in_pathway": 1,
    "cover": Cover.CATEGORY,
    "ceiling": UNKNOWN,
    "own_price": UNKNOWN,
}
"""The line of a row that is no bill: nothing of it changes the settlement of its act."""
MOST_DAYS = 30_000_000
ALONE = 0
"""The pattern of line, and the kind, of a row that is no bill."""


@dataclass(frozen=True)
class LinePattern:
    """One pattern of lines. `tariff` is whole, or what is added to `price_times` prices."""

    table: tuple[int, ...]
    kind: int
    quantity: int
    tariff: int
    lawful_fee: int
    """Amount of a charge that the law sets and the row does not say; -1 elsewhere."""
    price_times: int
    activity: int
    valid: bool
    name: str = ""
    """How another line names it as its main act."""
    mains: Mapping[str, int] = field(default_factory=dict)
    """The names of the acts of its session beside which it counts otherwise, and how (`links`)."""
    key: str = ""
    in_library: bool = False
    """Is it of an imported list, and not done at another time of the day?"""
    excludes: frozenset[str] = frozenset()
    """Codes that this list refuses beside it."""
    beside: Mapping[int, int] = field(default_factory=dict)
    """The pattern of the same line beside one of these, by how it then counts."""


NEUTRAL = LinePattern(tuple(int(NO_LINE.get(name, 0)) for name in TABLE_FIELDS), ALONE, 0, UNKNOWN, UNKNOWN, 0, 0, True)
REFUSED = LinePattern(NEUTRAL.table, ALONE, 0, UNKNOWN, UNKNOWN, 0, 0, valid=False)


@dataclass(frozen=True)
class Kind:
    """What a pattern of lines asks of the pattern of its act."""

    code: Code
    text: Mapping[str, Any]
    """What the text of the code says beside it."""
    facts: Mapping[str, Any]
    price: Price
    stay: bool


@dataclass
class LineBook:
    """The patterns of lines met so far in a run. Safe to use from several threads."""

    flat: FlatLaw
    options: Mapping[str, str]
    """The chosen readings of bills."""
    days: npt.NDArray[np.int64]
    """Every day on which something of the law of bills changes."""
    library: bool
    """Is the library of the CCAM installed, whose modifiers go by sector and by day?"""
    law: BillLaw = field(default_factory=bill_law)
    patterns: list[LinePattern] = field(default_factory=lambda: [NEUTRAL])
    kinds: list[Kind | None] = field(default_factory=lambda: [None])
    known: dict[str, int] = field(default_factory=dict)
    known_kinds: dict[str, int] = field(default_factory=dict)
    needs: dict[tuple[Any, int], tuple[bool, bool]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of_rows(
        self,
        columns: Mapping[str, pa.Array],
        numbers: Mapping[str, Column],
        ages: npt.NDArray[Any],
        eras: npt.NDArray[Any],
        alone: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.int64]:
        """The pattern of the line of each row."""
        count = len(eras)
        told = {name: dictionary(columns[name]) for name in (*CODED_LINE, "territory") if name in columns}
        for name in ("act", "code", "profession", "special_setting", "specialty"):
            if name in columns:
                told[name] = dictionary(columns[name])
        said = {name: dictionary(columns[name]) for name in ("base", "price") if name in columns}
        coded = [(codes, len(values)) for codes, values in told.values()]
        coded += [(eras, int(eras.max(initial=0)) + 1), (alone.astype(np.int8), 2)]
        coded += [(self._is_said(columns, "stay_id", count), 2)]
        coded += [(self._is_said(columns, name, count), 2) for name in AMOUNTS]
        young, ceiled, dated = self._needs(told, count)
        coded.append((np.where(young | dated, ages, -1) + 1, 256))
        care = numbers["care_date"].values
        if dated.any():
            coded.append((np.where(dated, care, 0).astype(np.int64), MOST_DAYS))
            for name in OF_THE_PERSON:
                if name in columns:
                    codes, values = dictionary(columns[name])
                    coded.append((np.where(dated, codes, len(values)), len(values) + 1))
        limited = self._limited(told, count)
        for name, mask in (("base", ceiled), ("price", limited)):
            if name in said and mask.any():
                codes, values = said[name]
                coded.append((np.where(mask, codes, len(values)), len(values) + 1))
        keys, kinds = _combine(coded)
        firsts = _first_rows(keys, kinds)
        rows = self._raws(columns, firsts, care, ages, alone)
        with self.lock:
            return np.array([self._number(raw) for raw in rows], np.int64)[keys]

    def _is_said(self, columns: Mapping[str, pa.Array], name: str, count: int) -> npt.NDArray[np.int8]:
        """Where a column says something."""
        if name not in columns:
            return np.zeros(count, np.int8)
        codes, values = dictionary(columns[name])
        said: npt.NDArray[np.int8] = np.array([given(value) for value in values], np.int8)[codes]
        return said

    def _needs(self, told: Mapping[str, Any], count: int) -> npt.NDArray[np.bool_]:
        """Where the code needs the age for its tariff, its base for its highest price, its very day and sector."""
        found = np.zeros((3, count), np.bool_)
        if "code" in told:
            codes, values = told["code"]
            flags = np.array([self._need(value) for value in values], np.bool_).reshape(-1, 3)
            found = flags[codes].T.copy()
        if "modifiers" in told and self.library:
            codes, values = told["modifiers"]
            found[2] |= np.array([given(value) for value in values], np.bool_)[codes]
        return found

    def _need(self, text: Any) -> tuple[bool, bool, bool]:
        if not given(text):
            return False, False, False
        try:
            read = read_code(str(text), 0, self.flat, self.law)
        except FactError:
            return False, False, False
        code = self.law.codes.get(read.key)
        if code is None:
            return False, False, read.known is not None or read.key == EMERGENCY
        young = bool(code.young[0] or code.due_ages or for_an_age(code.key, self.law))
        ceiled = bool(code.ceiling_from_base)
        return young, ceiled, read.known is not None or read.key == EMERGENCY

    def _limited(self, told: Mapping[str, Any], count: int) -> npt.NDArray[np.bool_]:
        """Where the price of a box is limited by another."""
        if "generic" not in told:
            return np.zeros(count, np.bool_)
        codes, values = told["generic"]
        limited: npt.NDArray[np.bool_] = np.array(
            [str(value).strip().lower() in LIMITED for value in values], np.bool_
        )[codes]
        return limited

    def _raws(
        self,
        columns: Mapping[str, pa.Array],
        firsts: npt.NDArray[Any],
        care: npt.NDArray[Any],
        ages: npt.NDArray[Any],
        alone: npt.NDArray[np.bool_],
    ) -> list[dict[str, Any]]:
        """One row of each pattern, as people write a line."""
        names = [
            name
            for name in (*ROW_COLUMNS, "act", "quantity", "profession", "specialty", "special_setting", *OF_THE_PERSON)
            if name in columns
        ]
        taken = {name: columns[name].take(pa.array(firsts)).to_pylist() for name in dict.fromkeys(names)}
        rows = []
        for place, first in enumerate(firsts.tolist()):
            raw = {name: values[place] for name, values in taken.items() if given(values[place])}
            rows.append({**raw, " day": int(care[first]), " age": int(ages[first]), " alone": bool(alone[first])})
        return rows

    def _number(self, raw: dict[str, Any]) -> int:
        if raw[" alone"]:
            return ALONE
        line, day, territory = self._line(raw)
        first = int(self.days[np.searchsorted(self.days, day, side="right") - 1])
        key = repr(sorted(line.items())) + f"{day if self._is_dated(line) else first} {territory}"
        if key not in self.known:
            pattern, tables = self._read(line, day, territory)
            here = len(self.patterns)
            self.patterns += (replace(pattern, table=table) for table in tables.values())
            self.known[key] = len(self.patterns)
            self.patterns.append(replace(pattern, beside={way: here + at for at, way in enumerate(tables)}))
        return self.known[key]

    def _is_dated(self, line: Mapping[str, Any]) -> bool:
        """Does the line depend on its very day, and on who the patient and the professional are?"""
        return self._need(line["code"])[2] or (self.library and "modifiers" in line)

    def _line(self, raw: dict[str, Any]) -> tuple[dict[str, Any], int, str]:
        """A line of the pattern: what differs from row to row has a stand-in."""
        line = line_of_row({name: value for name, value in raw.items() if not name.startswith(" ")}, self.flat)
        young, ceiled, dated = self._need(line["code"])
        if (young or dated) and raw[" age"] >= 0:
            line["age"] = raw[" age"]
        if not self._is_dated(line):
            for name in OF_THE_PERSON:
                line.pop(name, None)
        if "base" in line and not ceiled:
            line["base"] = 1
        if "price" in line and str(line.get("generic")).strip().lower() not in LIMITED:
            line["price"] = 0
        for name in ("fee", "tariff"):
            if name in line:
                line[name] = 1
        return line, raw[" day"], str(line.pop("territory", ""))

    def _read(self, line: dict[str, Any], day: int, territory: str) -> tuple[LinePattern, dict[int, tuple[int, ...]]]:
        """The pattern of a line, and its tables beside a main act, by how it then counts."""
        try:
            shared = Shared({"care_date": day}, read_territory(territory), self.flat, self.law, self.options)
            read = read_line(1, emergency(line, shared, 1), shared, 0)
            check_possible([read], self.law)
            text = read_code(line["code"], profession_named(line, self.flat), self.flat, self.law)
        except FactError:
            return REFUSED, {}
        facts = read.said
        boxes = "price" in line and "base" not in line and "tariff" not in line and read.code.fee_per_box
        limited = str(line.get("generic")).strip().lower() in LIMITED
        pattern = LinePattern(
            table_of(read),
            self._kind(read, text.said, stay="special_setting" in line and line.get("special_setting") == STAY),
            read.line.act.quantity,
            read.line.tariff,
            read.line.act.fee if "fee" not in line else UNKNOWN,
            facts.get("quantity", 1) if boxes and not limited else 0,
            read.line.activity,
            valid=True,
            name=name_of(read),
            mains=mains_of(read),
            key=read.code.key,
            in_library=read.library != "" and read.line.association != Association.OTHER_TIME,
            excludes=frozenset(excluded_by(read)) if read.line.association != Association.OTHER_TIME else frozenset(),
        )
        ways = sorted(set(pattern.mains.values()))
        return pattern, {way: table_of(beside_its_main(read, way)) for way in ways}

    def _kind(self, read: BillLine, text: Mapping[str, Any], *, stay: bool) -> int:
        facts = {name: read.said[name] for name in KIND_FACTS if name in read.said}
        own = {name: text[name] for name in ("drug_class", "exemption") if name in text}
        said = (facts.get("rate_class"), "quantity" in facts, "paid_at_counter" in facts)
        key = repr((read.code.key, own, *said, bool(read.line.letter), stay))
        if key not in self.known_kinds:
            self.known_kinds[key] = len(self.kinds)
            price = Price(UNKNOWN, given=False, letter=read.line.letter, coefficient=read.line.coefficient)
            self.kinds.append(Kind(read.code, own, {**facts, "fee": 0}, price, stay))
        return self.known_kinds[key]


def table_of(read: BillLine) -> tuple[int, ...]:
    """What rows of one pattern of lines share."""
    return tuple(int(getattr(read.line, name)) for name in TABLE_FIELDS)


KIND_FACTS = ("quantity", "rate_class", "paid_at_counter")
STAY = "hospitalisation"


def profession_named(line: Mapping[str, Any], flat: FlatLaw) -> int:
    """The profession that a line names, 0 for none."""
    return int(read_fact(BY_NAME["profession"], line["profession"], flat)) if "profession" in line else 0


def line_of_row(row: Mapping[str, Any], flat: FlatLaw) -> dict[str, Any]:
    """A row of a file as a line of a bill: its code, by today's name of the act where it has no other."""
    line = {
        name: value
        for name, value in row.items()
        if given(value) and name not in (*IDS, "act", "patient_id", "contract")
    }
    if "code" not in line:
        key = str(row.get("act") or "consultation")
        line["code"] = key
        number = flat.acts.get(key, flat.acts.get(key.upper(), 0))
        if flat.default.rows[-1].acte_coefficient[number] and "coefficient" not in line and "quantity" in line:
            line["coefficient"] = line.pop("quantity")
    if "profession" not in line and "specialty" in line:
        line["profession"] = Profession.MEDECIN.name.lower()
    if given(row.get("stay_id")):
        line.setdefault("special_setting", STAY)
    if given(row.get("session_id")):
        line["session"] = str(row["session_id"])
    return line
