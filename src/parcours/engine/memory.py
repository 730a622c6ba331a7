"""The memory of the caps: what each patient has borne, and lists of acts settled with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parcours.engine.case import Answer, settle_encoded
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import EncodedAct, encode
from parcours.law.cache import flat_law
from parcours.rules.participations import increased
from parcours.rules.types import Act, Counters, Settlement


@dataclass
class Memory:
    """The caps of one patient: what was borne each year, and each day with each professional."""

    participation_year: dict[int, int]
    franchise_year: dict[int, int]
    participation_day: dict[tuple[int, str], int]
    franchise_day: dict[tuple[int, str], int]

    @classmethod
    def empty(cls) -> "Memory":
        """Nothing borne yet."""
        return cls({}, {}, {}, {})

    def before(self, act: Act, professional: str) -> Counters:
        """The counters before an act."""
        year, day = act.reimbursement_date // 10_000, (act.care_date, professional)
        return Counters(
            self.participation_year.get(year, 0),
            self.participation_day.get(day, 0),
            self.franchise_year.get(year, 0),
            self.franchise_day.get(day, 0),
        )

    def after(self, act: Act, professional: str, counters: Counters, settlement: Settlement) -> None:
        """Remember what an act took."""
        year, day = act.reimbursement_date // 10_000, (act.care_date, professional)
        new = increased(counters, settlement.participation_forfaitaire, settlement.franchise)
        self.participation_year[year], self.participation_day[day] = new.participation_annee, new.participation_jour
        self.franchise_year[year], self.franchise_day[day] = new.franchise_annee, new.franchise_jour


def settle_many(
    rows: Iterable[Mapping[str, Any]], readings: Mapping[str, str] | None = None
) -> list[Answer | FactError]:
    """Settle rows in their order of input, the caps running over each patient's acts in order of date.

    Order of the caps: day of reimbursement, day of care, order of input. A row without `patient_id` stands alone; one
    without `professional_id` counts as a professional of its own.
    """
    flat = flat_law()
    results: list[Answer | FactError | None] = []
    acts: list[tuple[int, EncodedAct]] = []
    for index, row in enumerate(rows):
        results.append(None)
        try:
            acts.append((index, encode(row, flat)))
        except FactError as error:
            results[index] = error
    memories: dict[str, Memory] = {}
    for index, encoded in sorted(
        acts, key=lambda item: (item[1].act.reimbursement_date, item[1].act.care_date, item[0])
    ):
        memory = memories.setdefault(encoded.patient_id, Memory.empty()) if encoded.patient_id else Memory.empty()
        professional = encoded.professional_id or f"\0{index}"
        counters = memory.before(encoded.act, professional)
        try:
            answer = settle_encoded(encoded, flat, readings or {}, counters)
        except FactError as error:
            results[index] = error
            continue
        memory.after(encoded.act, professional, counters, answer.settlement)
        results[index] = answer
    return [result for result in results if result is not None]


def order_of_caps(item: tuple[int, EncodedAct]) -> tuple[int, int, int]:
    """Where an act comes in the memory of the caps: its reimbursement, its care, its place in the input."""
    index, encoded = item
    return encoded.act.reimbursement_date, encoded.act.care_date, index
