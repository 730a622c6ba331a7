"""One person's year under a law, act by act, by the rules as they are read: what the compiled loop must say too."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from parcours.engine.batch.supposed import SupposedLaw
from parcours.engine.facts.encoding import EncodedAct, encode
from parcours.engine.memory import Memory
from parcours.law.cache import flat_law
from parcours.law.cases import CaseBase, CaseRate
from parcours.law.codes import Profession
from parcours.rules.hypotheses import Borne, Outcome, settle_supposed
from parcours.rules.participations import increased
from parcours.rules.types import NO_CONTRACT, Act


class Settled(NamedTuple):
    """An act and what came of it."""

    act: Act
    outcome: Outcome


def encoded_year(rows: Iterable[Mapping[str, Any]]) -> list[EncodedAct]:
    """The acts of one person in the order of the caps, encoded under the law in force. Raises `FactError`."""
    acts = [encode(row, flat_law()) for row in rows]
    places = sorted(
        range(len(acts)), key=lambda place: (acts[place].act.reimbursement_date, acts[place].act.care_date, place)
    )
    return [acts[place] for place in places]


def settle_year(acts: Iterable[EncodedAct], law: SupposedLaw, fees: Mapping[int, int] | None = None) -> list[Settled]:
    """Settle them under a law; `fees` replaces what was charged, by place."""
    memory, found, year, borne = Memory(), [], 0, Borne()
    together = not law.readings.franchise_plafond_jour
    for place, encoded in enumerate(acts):
        act = encoded.act._replace(fee=fees[place]) if fees and place in fees else encoded.act
        if act.reimbursement_date // 10_000 != year:
            year, borne = act.reimbursement_date // 10_000, Borne()
        record = law.records.on(act.care_date)
        who = encoded.professional_id or f"\0{place}"
        counters = memory.before(act, who, all_together=together)
        contract = encoded.contract or NO_CONTRACT
        outcome = settle_supposed(act, contract, counters, borne, record, law.readings, law.hypotheses)
        if outcome.case_base == CaseBase.UNKNOWN or outcome.case_rate == CaseRate.UNKNOWN:
            continue
        after = increased(act, counters, outcome.participation_forfaitaire, outcome.franchise, record)
        memory.after(act, who, after, all_together=together)
        transport = outcome.franchise if act.profession == Profession.TRANSPORTEUR else 0
        borne = Borne(borne.included + outcome.included, borne.transport + transport)
        found.append(Settled(act, outcome))
    return found
