"""The acts of people as the compiled loop of `supposed.py` reads them: half a line of the processor's cache an act, so
that many people are settled again in little memory, and the memory is read once, in its order.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.engine.batch.chunk import Facts, Run, acts_of_patients, codes_of, encode_rows
from parcours.engine.batch.kernel import _cell, _era, _from_source
from parcours.engine.batch.layout import AGES, MISSING, PATTERN_COLUMNS, PATTERN_FACTS, ROW_FACTS
from parcours.engine.batch.loops import Loop
from parcours.engine.batch.reading import whole
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.law import thresholds
from parcours.law.cases import CaseBase
from parcours.law.codes import UNKNOWN, Profession
from parcours.rules.participations import bears_franchise
from parcours.rules.tariff import tariff_of_act
from parcours.rules.types import Act, Readings

ACT = np.dtype(
    [
        ("care_date", np.int32), ("reimbursement_date", np.int32), ("quantity", np.int32), ("base", np.int32),
        ("pattern", np.int32), ("professional", np.int32), ("seldom", np.uint16), ("age", np.uint8),
        ("age_1er_janvier", np.uint8),
    ]
)  # fmt: skip
"""An act: dates, amounts, ages, its line of the patterns, who gave the care (-1: not said), its line of `SELDOM`."""
SELDOM = tuple(name for name in ROW_FACTS if name not in (ACT.names or ()) and name != "fee")
"""Facts that few acts have: each combination once."""
COVER = ("contract", "scheme", "ame", "c2s")
"""What all acts of a person have in common, and decides much."""
PROFESSION = PATTERN_COLUMNS.index("profession")
BEARING = [int(one) for one in Profession if bears_franchise(Act(*(0,) * len(Act._fields))._replace(profession=one))]
"""Professions whose care bears deductibles."""


@dataclass(frozen=True)
class EncodedPeople:
    """The acts of people, encoded under the law in force: what no reform changes. The care that bears deductibles comes
    first, then the rest, each person by person in the order of the caps.
    """

    acts: npt.NDArray[np.void]
    fees: npt.NDArray[np.int32]
    """What each was charged, in cents."""
    tariffs: npt.NDArray[np.int32]
    """The tariff that a fee moves with, in cents; 0: with none."""
    seldom: npt.NDArray[np.int32]
    patterns: npt.NDArray[np.int16]
    contracts: npt.NDArray[np.int64]
    order: npt.NDArray[np.int32]
    """The acts person by person, in the order of the caps."""
    first: npt.NDArray[np.int32]
    """Where those of each person start in `order`."""
    who: npt.NDArray[np.int32]
    """The person of each group of acts: a row of the totals."""
    bearing: int
    """How many acts bear deductibles."""
    people: int
    days: tuple[int, int]
    """First and last day of care."""

    def sides(self) -> tuple["EncodedPeople", "EncodedPeople"]:
        """The same people with the care that bears deductibles, and with the rest."""
        return self.between(0, self.bearing), self.between(self.bearing, len(self.acts))

    def between(self, start: int, end: int) -> "EncodedPeople":
        """The same people with the acts between two places: a view, nothing is copied."""
        group = np.repeat(np.arange(len(self.who)), np.diff(self.first))
        group = group[(start <= self.order) & (self.order < end)]
        starts = np.flatnonzero(np.diff(group, prepend=-1))
        return replace(
            self,
            acts=self.acts[start:end],
            fees=self.fees[start:end],
            tariffs=self.tariffs[start:end],
            order=np.arange(end - start, dtype=np.int32),
            first=np.append(starts, len(group)).astype(np.int32),
            who=self.who[group[starts]],
        )


def encoded_people(acts: pa.Table, person: npt.NDArray[np.int64], people: int, run: Run) -> EncodedPeople:
    """Encode the acts of people: `person` is a row of the totals for each act, ascending. Raises `ValueError` where
    an act cannot be settled: a population is whole.
    """
    columns = {name: whole(acts[name]) for name in acts.column_names if name in BY_NAME and name != "patient_id"}
    facts = encode_rows(columns, len(acts), run)
    whole_acts = facts.valid & (facts.patterns.rows[facts.pattern, MISSING] == 0)
    if not whole_acts.all():
        place = int(np.argmin(whole_acts))
        message = f"act {place} cannot be settled: {acts.slice(place, 1).to_pylist()}"
        raise ValueError(message)
    order, first = alike_together(*acts_of_patients(pa.array(person), facts), facts)
    bears = np.isin(facts.patterns.rows[:, PROFESSION], BEARING)[facts.pattern[order]]
    laid = np.concatenate([order[bears], order[~bears]])
    rank = np.empty_like(order)
    rank[laid] = np.arange(len(laid), dtype=order.dtype)
    made, fees, seldom, patterns = packed(facts, codes_of(columns.get("professional_id"), len(acts)), laid)
    tariffs = np.zeros_like(fees)
    tariff_kernel(made, fees, seldom, patterns, *run.laws, Readings(), tariffs)
    care = made["care_date"]
    return EncodedPeople(
        made,
        fees,
        tariffs,
        seldom,
        patterns,
        facts.patterns.contracts,
        rank[order],
        first.astype(np.int32),
        person[order[first[:-1]]].astype(np.int32),
        int(bears.sum()),
        people,
        (int(care.min(initial=99991231)), int(care.max(initial=0))),
    )


def alike_together(
    order: npt.NDArray[np.int32], first: npt.NDArray[np.int64], facts: Facts
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """The same people, those of one cover and of an age together: the processor then foresees what the rules do."""
    starts, sizes = first[:-1], np.diff(first)
    one = order[starts]
    cells = facts.patterns.rows[facts.pattern[one]]
    adult = facts.rows[ROW_FACTS.index("age"), one] >= thresholds.participation_age()
    after = np.lexsort([adult, *(cells[:, PATTERN_COLUMNS.index(name)] for name in COVER)])
    ends = np.concatenate([[0], np.cumsum(sizes[after])])
    return order[np.repeat(starts[after] - ends[:-1], sizes[after]) + np.arange(len(order))], ends


def packed(
    facts: Facts, professional: npt.NDArray[np.int32], place: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.void], npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int16]]:
    """The acts at these places, packed, and their fees; the facts that few have; the patterns that they have, and no
    other.
    """
    used, pattern = np.unique(facts.pattern[place], return_inverse=True)
    patterns = facts.patterns.rows[used]
    named = {name: facts.rows[ROW_FACTS.index(name), place] for name in ROW_FACTS}
    for name in AGES:
        told = patterns[pattern, PATTERN_COLUMNS.index(name)]
        named[name] = np.where(told >= 0, told, named[name])
    seldom, line = np.unique(np.stack([named.pop(name) for name in SELDOM]), axis=1, return_inverse=True)
    fees = named.pop("fee")
    made = np.empty(len(place), ACT)
    for name, values in {**named, "professional": professional[place], "pattern": pattern, "seldom": line}.items():
        made[name] = values
        if (made[name] != values).any():
            message = f"{name}: a value is too large to be packed"
            raise ValueError(message)
    return made, fees, np.ascontiguousarray(seldom.T), patterns


def _packed_cell(name: str) -> str:
    """Source of the expression that reads a fact of a packed act."""
    if name in PATTERN_FACTS:
        return _cell(name)
    if name == "fee":
        return "int64(fee)"
    if name in SELDOM:
        return f"int64(seldom[said.seldom, {SELDOM.index(name)}])"
    return f"int64(said.{name})"


_packed_act: Callable[..., Any] = _from_source(
    f"def packed_act(said, fee, seldom, patterns, p): return Act({', '.join(map(_packed_cell, Act._fields))})"
)


def _find_tariffs(
    acts: Any, fees: Any, seldom: Any, patterns: Any, laws: Any, days: Any, readings: Any, tariffs: Any
) -> None:
    """The tariff of each act that is charged at it or above it. A base that is given is no tariff."""
    era = 0
    for i in range(len(acts)):
        said = acts[i]
        act = _packed_act(said, fees[i], seldom, patterns, np.uint64(said.pattern))
        era = _era(days, act.care_date, era)
        tariff, case = tariff_of_act(act, laws[era], readings)
        if act.base == UNKNOWN and case != CaseBase.UNKNOWN and tariff <= act.fee:
            tariffs[i] = tariff


tariff_kernel = Loop(_find_tariffs, (_packed_act, _era))
