"""The memory of the caps: what each patient has borne, and lists of acts settled with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from parcours.engine.case import Answer, settle_encoded
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import EncodedAct, encode
from parcours.law.cache import flat_law
from parcours.law.codes import Profession
from parcours.law.flat import FlatLaw
from parcours.rules.participations import increased
from parcours.rules.rate import is_auxiliaire
from parcours.rules.types import Act, Counters


@dataclass
class Memory:
    """The caps of one patient: what was borne each civil year, and each day."""

    participation_year: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    number_year: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    number_day: defaultdict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    franchise_year: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    franchise_day: defaultdict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    sessions_year: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    opinion_day: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Day of the last one-off opinion of each consultant."""

    def before(self, act: Act, professional: str, *, all_together: bool = True) -> Counters:
        """The counters before an act; `all_together`: the daily cap of deductibles counts all professionals."""
        year, day = act.reimbursement_date // 10_000, (act.care_date, professional)
        return Counters(
            self.participation_year[year],
            self.number_year[year],
            self.number_day[day],
            self.franchise_year[year],
            self.franchise_day[act.care_date, cap_of(act) if all_together else professional],
            self.sessions_year[act.care_date // 10_000],
            self.opinion_day[professional],
        )

    def after(self, act: Act, professional: str, new: Counters, *, all_together: bool = True) -> None:
        """Remember the counters after an act."""
        year, day = act.reimbursement_date // 10_000, (act.care_date, professional)
        self.participation_year[year], self.number_year[year] = new.participation_annee, new.participation_nombre_annee
        self.number_day[day], self.franchise_year[year] = new.participation_nombre_jour, new.franchise_annee
        self.franchise_day[act.care_date, cap_of(act) if all_together else professional] = new.franchise_jour
        self.sessions_year[act.care_date // 10_000] = new.seances_annee
        self.opinion_day[professional] = new.avis_precedent

    def settle(self, encoded: EncodedAct, flat: FlatLaw, readings: Mapping[str, str], stranger: str) -> Answer:
        """Settle an act after those remembered, then remember it. `stranger` stands for a professional without id."""
        together = readings.get("franchise_plafond_jour") != "pratique"
        professional = encoded.professional_id or stranger
        counters = self.before(encoded.act, professional, all_together=together)
        answer = settle_encoded(encoded, flat, readings, counters)
        taken = answer.settlement.participation_forfaitaire, answer.settlement.franchise
        new = increased(encoded.act, counters, *taken, answer.law)
        self.after(encoded.act, professional, new, all_together=together)
        return answer


def cap_of(act: Act) -> str:
    """The daily cap of deductibles that an act shares with those of other professionals (L160-13 III)."""
    if act.profession == Profession.TRANSPORTEUR:
        return "\0transport"
    return "\0auxiliaire" if is_auxiliaire(act) else "\0"


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
        memory = memories.setdefault(encoded.patient_id, Memory()) if encoded.patient_id else Memory()
        try:
            results[index] = memory.settle(encoded, flat, readings or {}, f"\0{index}")
        except FactError as error:
            results[index] = error
    return [result for result in results if result is not None]


def order_of_caps(item: tuple[int, EncodedAct]) -> tuple[int, int, int]:
    """Where an act comes in the memory of the caps: its reimbursement, its care, its place in the input."""
    index, encoded = item
    return encoded.act.reimbursement_date, encoded.act.care_date, index


def read_counters(borne: Mapping[str, Any]) -> Counters:
    """Counters as people write them: amounts in euros, contributions and sessions in number."""
    return Counters(**{name: int(value) if name in NUMBERS else round(value * 100) for name, value in borne.items()})


NUMBERS = ("participation_nombre_annee", "participation_nombre_jour", "seances_annee", "avis_precedent")
"""The counters that count acts, and a day (YYYYMMDD)."""
