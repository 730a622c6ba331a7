"""The year of many people under one law, hypotheses included: facts are encoded once, then settled as often as wanted.

The rules are compiled once: values of the law and hypotheses are data. One row a person comes out, not one an act.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from parcours.engine.batch.kernel import (
    NOWHERE,
    _cap,
    _contract,
    _counters,
    _era,
    _places,
    _remember,
    _slot,
)
from parcours.engine.batch.law_table import law_table
from parcours.engine.batch.layout import CONTRACT
from parcours.engine.batch.loops import Loop
from parcours.engine.batch.people import EncodedPeople, _packed_act
from parcours.law.cases import CaseBase, CaseRate
from parcours.law.codes import Profession
from parcours.law.flat import Records
from parcours.rules.hypotheses import NEUTRAL, Borne, Hypotheses, settle_supposed
from parcours.rules.participations import bears_franchise, contributions
from parcours.rules.tariff import tariff_of_act
from parcours.rules.types import Readings

MONEY = (
    "fee", "amo", "amc", "patient", "ticket_moderateur", "majoration", "participation_forfaitaire", "franchise",
    "forfait_acte_lourd", "depassement", "advance", "deferred", "included",
)  # fmt: skip
"""Sums of a person, in cents, as an outcome names them."""
COUNTS = ("amc_c2s", "acts", "majorated", "refused", "participation_month", "franchise_month")
"""What C2S pays (cents), acts, acts that bear the surcharge, acts without a known tariff or rate; the month in which
each yearly cap was reached by care that counts towards it, 0: never."""
COLUMNS = (*MONEY, *COUNTS)
PLACE = {name: place for place, name in enumerate(COLUMNS)}
AMC_C2S, ACTS, MAJORATED, REFUSED, PARTICIPATION_MONTH, FRANCHISE_MONTH = (PLACE[name] for name in COUNTS)
TRANSPORTEUR = int(Profession.TRANSPORTEUR)
SMALLEST = 20_000
"""Fewer acts than this are not worth a second thread."""
Totals = npt.NDArray[np.signedinteger[Any]]
LawTable = tuple[npt.NDArray[np.void], npt.NDArray[np.int64]]
"""The eras of a law, and the first day of each."""
PRACTICE = Readings()


@dataclass(frozen=True)
class SupposedLaw:
    """A law to settle under: its records, the readings of the rules, the hypotheses."""

    records: Records
    readings: Readings = PRACTICE
    hypotheses: Hypotheses = NEUTRAL

    def table(self, days: tuple[int, int]) -> LawTable:
        """The eras that matter between two days as the compiled loop reads them: made once, however many the blocks."""
        starts = np.array(self.records.first_days)
        low = max(0, int(np.searchsorted(starts, days[0], "right")) - 1)
        high = max(low + 1, int(np.searchsorted(starts, days[1], "right")))
        if (low, high) not in self._tables:
            kept = Records(self.records.first_days[low:high], self.records.rows[low:high])
            self._tables[low, high] = law_table(kept)
        return self._tables[low, high]

    @cached_property
    def _tables(self) -> dict[tuple[int, int], LawTable]:
        return {}


NOTHING_MOVES = np.zeros(0, np.int32)


def settle_people(people: EncodedPeople, law: SupposedLaw, threads: int = 2, *, fees_move: bool = False) -> Totals:
    """The totals of each person under a law, a line a column of `COLUMNS`. Where tariffs move a fee moves by as much,
    and overruns stay what they were.
    """
    totals = np.zeros((len(COLUMNS), people.people), np.int64)
    hypotheses = None if law.hypotheses == NEUTRAL else law.hypotheses
    laws, days = law.table(people.days)
    most = int(np.diff(people.first).max(initial=1))

    def part(bounds: tuple[int, int]) -> None:
        start, end = bounds
        memory = np.full((1 << (4 * most).bit_length(), 5), -1, np.int64)
        people_kernel(
            people.acts,
            people.fees,
            people.tariffs if fees_move else NOTHING_MOVES,
            people.seldom,
            people.patterns,
            people.contracts,
            people.order,
            people.first[start : end + 1],
            people.who[start:end],
            laws,
            days,
            law.readings,
            hypotheses,
            memory,
            totals,
        )

    parts = shares(people.first, threads)
    if len(parts) == 1:
        part(parts[0])
        return totals
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(part, parts))
    return totals


def shares(first: npt.NDArray[np.int32], threads: int) -> list[tuple[int, int]]:
    """The people in as many parts as threads, of about as many acts."""
    acts = int(first[-1]) if len(first) else 0
    parts = max(1, min(threads, acts // SMALLEST))
    cuts = np.searchsorted(first, [acts * part // parts for part in range(parts + 1)])
    return list(pairwise(int(cut) for cut in cuts))


_SUMS = "".join(f"    totals[{place}, person] += answer.{name}\n" for place, name in enumerate(MONEY))


def _adder() -> Callable[..., None]:
    """A function written from the names of the sums, so that a new one needs no change here."""
    names: dict[str, Any] = {}
    exec(f"def add(totals, person, answer):\n{_SUMS}", names)  # noqa: S102 - of the names above only
    function: Callable[..., None] = names["add"]
    return function


_add = _adder()


def _settle_people(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - columns, not objects, for compiled code
    acts: Any,
    fees: Any,
    tariffs: Any,
    seldom: Any,
    patterns: Any,
    contracts: Any,
    order: Any,
    first: Any,
    who: Any,
    laws: Any,
    days: Any,
    readings: Any,
    hypotheses: Any,
    memory: Any,
    totals: Any,
) -> None:
    """Settle the acts of each person in the order of the caps (see `kernel._settle_patients`), and add them up. Where
    nothing is supposed `hypotheses` is None, and the loop is compiled without them.
    """
    era = 0
    for patient in range(len(first) - 1):
        person = who[patient]
        count = first[patient + 1] - first[patient]
        size = 4
        while size < 4 * count:
            size *= 2
        own = memory[:size]  # no more than the patient needs: it stays near the processor
        year = 0
        participation_year = 0
        number_year = 0
        franchise_year = 0
        included_year = 0
        transport_year = 0
        for rank in range(first[patient], first[patient + 1]):
            i = np.uint64(order[rank])
            said = acts[i]
            p = np.uint64(said.pattern)
            act = _packed_act(said, fees[i], seldom, patterns, p)
            if act.reimbursement_date // 10_000 != year:
                year = act.reimbursement_date // 10_000
                participation_year = 0
                number_year = 0
                franchise_year = 0
                included_year = 0
                transport_year = 0
            era = _era(days, act.care_date, era)
            law = laws[era]
            if len(tariffs) and tariffs[i]:
                tariff, case = tariff_of_act(act, law, PRACTICE)
                if case != CaseBase.UNKNOWN:
                    act = _packed_act(said, act.fee + tariff - tariffs[i], seldom, patterns, p)
            places = NOWHERE
            if count > 1:
                places = _places(act, np.int64(said.professional), own, patient, law, readings)
            counters = _counters(places, own, participation_year, number_year, franchise_year)
            contract = _contract(contracts, np.uint64(patterns[p, CONTRACT]))
            borne = Borne(included_year, transport_year)
            if hypotheses is None:
                answer = settle_supposed(act, contract, counters, borne, law, readings, NEUTRAL)
            else:
                answer = settle_supposed(act, contract, counters, borne, law, readings, hypotheses)
            if answer.case_base == CaseBase.UNKNOWN or answer.case_rate == CaseRate.UNKNOWN:
                totals[REFUSED, person] += 1
                continue
            _add(totals, person, answer)
            totals[ACTS, person] += 1
            if answer.majoration:
                totals[MAJORATED, person] += 1
            if act.c2s:
                totals[AMC_C2S, person] += answer.amc
            number = contributions(answer.participation_forfaitaire, law)
            participation_year += answer.participation_forfaitaire
            number_year += number
            franchise_year += answer.franchise
            included_year += answer.included
            if act.profession == TRANSPORTEUR:
                transport_year += answer.franchise
            month = act.reimbursement_date // 100 % 100
            bearing = bears_franchise(act)
            counts = answer.participation_forfaitaire or not bearing
            reached = participation_year >= law.participation_plafond_annee
            if counts and reached and not totals[PARTICIPATION_MONTH, person]:
                totals[PARTICIPATION_MONTH, person] = month
            counts = answer.franchise or bearing
            reached = franchise_year >= law.franchise_plafond_annee
            if counts and reached and not totals[FRANCHISE_MONTH, person]:
                totals[FRANCHISE_MONTH, person] = month
            _remember(places, own, number, answer.franchise, act)


people_kernel = Loop(_settle_people, (_packed_act, _contract, _era, _slot, _cap, _places, _counters, _remember, _add))
