"""Two sides of a year that no flat amount crosses: the care that bears deductibles, and the rest, which may bear
contributions. Each is settled apart, and again only when a plan changes what it reads.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

import numpy as np

from parcours.engine.batch.people import EncodedPeople
from parcours.engine.batch.supposed import COLUMNS, SupposedLaw, Totals, settle_people
from parcours.law.codes import UNKNOWN
from parcours.law.flat import Records
from parcours.law.record import LawRecord
from parcours.rules.hypotheses import NEUTRAL, Hypotheses

KEPT = 2
"""Settled sides kept: that of the law in force, and the last one."""
UNREAD_BEARING = frozenset({
    "first_day", "majoration_taux", "majoration_plafond_assiette", "taux_medecin", "taux_sage_femme", "taux_dentiste",
    "taux_biologie", "participation_montant", "participation_nombre_jour", "participation_nombre_annee",
    "participation_nombre_suivant", "participation_nombre_suivant_le", "participation_plafond_annee", "tarif",
})  # fmt: skip
"""What no rule reads for care that bears deductibles."""
UNREAD_OTHERS = frozenset({
    "first_day", "taux_auxiliaire", "taux_medicament_irremplacable", "taux_medicament_majeur", "taux_medicament_modere",
    "taux_medicament_faible", "taux_transport", "franchise_medicament", "franchise_auxiliaire", "franchise_transport",
    "franchise_plafond_jour_auxiliaire", "franchise_plafond_jour_transport", "franchise_plafond_annee",
})  # fmt: skip
"""What no rule reads for the rest, a deductible on devices aside."""
UNSUPPOSED_BEARING = (
    "exemption_sans_medecin_traitant", "fee_cap", "base_secteur_2", "participation_dentiste", "role_referent_ipa",
    "acces_direct_premieres", "acces_direct_suivantes",
)  # fmt: skip
UNSUPPOSED_OTHERS = ("plafond_transport_distinct",)
"""Hypotheses that change nothing on a side, where none crosses."""
Make = Callable[[EncodedPeople, SupposedLaw], Totals]


class Side:
    """One side of some people, block by block."""

    def __init__(self, parts: Sequence[EncodedPeople], unread: frozenset[str], unsupposed: Sequence[str]) -> None:
        self.parts, self.unread = parts, unread
        self.off = {name: getattr(NEUTRAL, name) for name in unsupposed}
        self._kept: OrderedDict[Any, list[Totals]] = OrderedDict()

    def settle(self, law: SupposedLaw, make: Make, pool: Executor) -> list[Totals]:
        """The totals of each block under a law, settled by `make` unless they are known."""
        law = replace(law, hypotheses=law.hypotheses._replace(**self.off))
        days = self.parts[0].days if self.parts else (0, 0)
        key = tuple(read(law.records, days[0] // 10_000, self.unread)), law.readings, law.hypotheses
        if key not in self._kept:
            self._kept[key] = list(pool.map(lambda part: narrow(make(part, law)), self.parts))
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


class Sides:
    """Some people, block by block, whole and by side."""

    def __init__(self, parts: Sequence[EncodedPeople]) -> None:
        self.parts = parts
        bearing, others = zip(*(part.sides() for part in parts), strict=True) if parts else ((), ())
        self.sides = (
            Side(bearing, UNREAD_BEARING, UNSUPPOSED_BEARING),
            Side(others, UNREAD_OTHERS, UNSUPPOSED_OTHERS),
        )

    def settle(self, law: SupposedLaw, pool: Executor, *, fees_move: bool) -> Totals:
        """The totals of each person under a law."""

        def make(part: EncodedPeople, law: SupposedLaw) -> Totals:
            return settle_people(part, law, threads=1, fees_move=fees_move)

        if crossed(law.hypotheses):
            found = [list(pool.map(lambda part: make(part, law), self.parts))]
        else:
            found = [side.settle(law, make, pool) for side in self.sides]
        ends = np.cumsum([0, *(part.people for part in self.parts)])
        totals = np.zeros((len(COLUMNS), ends[-1]), np.int64)

        def add(place: int) -> None:
            of_block = totals[:, ends[place] : ends[place + 1]]
            np.add(found[0][place], found[-1][place] if found[1:] else 0, out=of_block, dtype=np.int64)

        list(pool.map(add, range(len(self.parts))))
        return totals


def narrow(totals: Totals) -> Totals:
    """The same numbers in half the memory, where they are small enough."""
    small = totals.astype(np.int32)
    return small if (small == totals).all() else totals


def crossed(hypotheses: Hypotheses) -> bool:
    """Does an amount of one side depend on the other?"""
    return hypotheses.annual_ceiling_rac_amo != UNKNOWN or bool(hypotheses.franchise_dispositif)


def read(records: Records, year: int, unread: frozenset[str]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """What a side reads of a law in a year: the day from which it changes, and the values."""
    places = [place for place, name in enumerate(LawRecord._fields) if name not in unread]
    january, december = year * 10_000 + 101, year * 10_000 + 1231
    days = [*records.first_days[1:], december + 1]
    last = None
    for first, end, row in zip(records.first_days, days, records.rows, strict=True):
        if end <= january or first > december:
            continue
        values = tuple(row[place] for place in places)
        if values != last:
            yield max(first, january), values
            last = values
