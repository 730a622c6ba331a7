"""Adjudication: what the registry knows that day, what the sheet says, the engine, then the books.

No amount is computed here: the engine settles, this module keeps its answer and posts it.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.engine.case import law_on
from parcours.law import thresholds
from parcours.law.cache import flat_law
from parcours.law.cases import CasePayment
from parcours.law.codes import Status
from parcours.law.days import number_of
from parcours.law.record import LawRecord
from parcours.law.workdays import working_days_between
from parcours.registry.claims import lifecycle
from parcours.registry.claims.control import control
from parcours.registry.claims.models import DECIDED, Claim, ClaimState, Decision, DecisionLine, SheetKind
from parcours.registry.claims.money import first_entries
from parcours.registry.claims.notices import for_practice, to_insurer, to_practice
from parcours.registry.claims.settling import Settled, SettledAct, settle_claim
from parcours.registry.claims.sheets import said
from parcours.registry.complementary.models import Link
from parcours.registry.complementary.service import link_on
from parcours.registry.ledger import service as ledger
from parcours.registry.messages import feed
from parcours.registry.messages.models import Message
from parcours.registry.people.service import get_insured
from parcours.registry.store.bulk import insert_all
from parcours.registry.store.ids import get, new_id
from parcours.registry.visits.facts import iso
from parcours.rules.participations import contributions

AMOUNTS = {
    "base": "base", "majoration": "majoration", "pf": "participation_forfaitaire", "fr": "franchise", "amo": "amo",
    "amc": "amc", "patient": "patient", "advance": "advance", "deferred": "deferred",
}  # fmt: skip
"""Amounts of a decision, and their names in a settlement."""
CODE = 60
"""Characters of the code of an act."""


def adjudicate(
    session: Session, claim: Claim, *, day: date, at: datetime, stated: Mapping[str, Any] | None = None,
    readings: Mapping[str, str] | None = None,
) -> Decision | None:  # fmt: skip
    """Check a received claim, settle it and post it; None when it is rejected or held, its decision if it has one.

    `stated`: facts that an officer states in the place of those of the registry. `readings`: those of the fund.
    Raises FactError as the engine does: an unknown act, a day without law.
    """
    get_insured(session, claim.insured_id, lock=True)  # two acts of one person are settled one after the other
    session.refresh(claim, with_for_update=True)
    if claim.state in DECIDED:
        return current_decision(session, claim.id)
    if control(session, claim, day=day, at=at) is not None:
        return None
    settled = settle_claim(session, claim, day=day, at=at, stated=stated or {}, readings=readings)
    decision = keep(session, claim, settled, day=day, at=at)
    lifecycle.move(session, claim, ClaimState.ADJUDICATED, day=day, at=at)
    for entry in first_entries(claim, decision, at=at):
        ledger.post(session, entry)
    feed.begin(session)
    link = link_on(session, claim.insured_id, claim.care_date)
    lines, signals = lines_of_decision(session, decision.id), signals_of(claim, settled)
    insert_all(session, told(claim, decision, settled, signals, link, lines, day=day, at=at))
    session.flush()
    return decision


def told(
    claim: Claim, decision: Decision, settled: Settled, signals: Sequence[str], link: Link | None,
    lines: Sequence[DecisionLine], *, day: date, at: datetime,
) -> list[Message]:  # fmt: skip
    """What the practice and the insurer are told of a first decision, to be written together."""
    code = int(settled.acts[0].settlement.status)
    practice = to_practice(claim, signals, said(claim)["ips"], code, day=day, at=at)
    insurer = to_insurer(claim, decision, "new", link, lines, day=day, at=at)
    asked = for_practice(claim, decision, link, lines, day=day, at=at)
    return [one for one in (practice, asked, insurer) if one is not None]


def keep(
    session: Session, claim: Claim, settled: Settled, *, day: date, at: datetime, year: int | None = None
) -> Decision:
    """Write a decision with all that it was decided from; the one before stops counting."""
    before = current_decision(session, claim.id)
    number = session.scalar(select(func.count()).select_from(Decision).where(Decision.claim_id == claim.id)) or 0
    if before is not None:
        before.current = False
    decision = decision_of(claim, settled, number + 1, signals_of(claim, settled), day=day, at=at, year=year)
    session.add(decision)
    session.flush()
    session.add_all(lines_of(decision, settled))
    session.flush()
    return decision


def decision_of(
    claim: Claim, settled: Settled, number: int, signals: Sequence[str], *, day: date, at: datetime,
    year: int | None = None, make: Callable[..., Decision] = Decision,
) -> Decision:  # fmt: skip
    """A decision to be kept. `make`: how it is made of its columns, when it is written with many others."""
    acts = settled.acts
    first, law = acts[0].settlement, law_of(claim.care_date)
    rates = {one.settlement.rate for one in acts}
    paid_by_third_party = settled.facts["tiers_payant"] != "none"
    return make(
        id=new_id(), claim_id=claim.id, number=number, insured_id=claim.insured_id,
        professional_id=claim.professional_id, care_date=claim.care_date, decided_on=day, year=year or day.year,
        known_at=at, current=True, fee=claim.fee, rate=rates.pop() if len(rates) == 1 else 0,
        **amounts_of_acts(acts),
        pf_number=sum(contributions(one.settlement.participation_forfaitaire, law) for one in acts),
        sessions=settled.sessions,
        to_professional=paid_by_third_party or first.case_payment == CasePayment.PAID_DIRECTLY,
        amc_to_professional=settled.facts["tiers_payant"] == "full",
        status=Status(first.status).name, insurer=settled.insurer, content=content_of(claim, settled, signals),
    )  # fmt: skip


def amounts_of_acts(acts: Sequence[SettledAct]) -> dict[str, int]:
    """The amounts of a decision: those of its acts together."""
    if len(acts) == 1:
        return {column: getattr(acts[0].settlement, name) for column, name in AMOUNTS.items()}
    return {column: sum(getattr(one.settlement, name) for one in acts) for column, name in AMOUNTS.items()}


def lines_of(decision: Decision, settled: Settled) -> list[DecisionLine]:
    """What was decided about each act of a sheet of several; none for one act: the decision says it."""
    acts = settled.acts
    if len(acts) == 1:
        return []
    return [line_of(decision, place, one) for place, one in enumerate(acts, start=1)]


def line_of(decision: Decision, number: int, act: SettledAct) -> DecisionLine:
    """What was decided about one act of a sheet."""
    return DecisionLine(
        id=new_id(), decision_id=decision.id, number=number, code=act.code[:CODE], fee=act.fee,
        rate=act.settlement.rate, status=Status(act.settlement.status).name,
        **{column: getattr(act.settlement, name) for column, name in AMOUNTS.items()},
    )  # fmt: skip


def law_of(care: date) -> LawRecord:
    """The law of the day of the care."""
    return law_on(number_of(care), flat_law(), {})


def content_of(claim: Claim, settled: Settled, signals: Sequence[str]) -> str:
    """What is kept to read a decision again years later, as it was taken."""
    kept = {
        "facts": dict(settled.facts), "sources": dict(settled.sources), "counters": settled.counters._asdict(),
        "readings": dict(settled.answer.readings), "transmitted": said(claim)["ips"],
        "signals": list(signals), "computed_code": int(settled.acts[0].settlement.status),
    }  # fmt: skip
    return f'{json.dumps(kept, default=iso, ensure_ascii=False)[:-1]}, "receipt": {settled.receipt()}}}'


def signals_of(claim: Claim, settled: Settled) -> list[str]:
    """What the fund noticed, which stops nothing."""
    transmitted, computed = said(claim)["ips"], Status(settled.acts[0].settlement.status).name
    signals = []
    if transmitted and transmitted != computed:
        signals.append(f"SIM-IPS-DIFFERS transmitted {transmitted} computed {computed}")
    if settled.total("unlawful_excess"):
        signals.append("SIM-AMOUNT-OVER-MAX")
    return signals + [one for one in (late_signal(claim), settled.signal) if one]


def late_signal(claim: Claim) -> str:
    """An electronic sheet that came later than the law gives to send it: a signal, which alone never loses it."""
    if claim.kind is not SheetKind.ELECTRONIC or claim.received_on is None:
        return ""
    direct = said(claim)["tiers_payant"] == "none"
    late = is_late(claim.care_date, claim.received_on, direct=direct)
    return ("SIM-LATE-DIRECT" if direct else "SIM-LATE-TP") if late else ""


@lru_cache(maxsize=4096)
def is_late(care: date, received: date, *, direct: bool) -> bool:
    """Did a sheet take more working days than the law gives?"""
    allowed = thresholds.whole(f"delais.feuille_{'directe' if direct else 'tiers_payant'}_jours", care)
    return working_days_between(care, received) > allowed


def decisions_of(session: Session, claim_id: str) -> list[Decision]:
    """Every decision about a claim, the first one first."""
    return list(session.scalars(select(Decision).where(Decision.claim_id == claim_id).order_by(Decision.number)))


def lines_of_decision(session: Session, decision_id: str) -> list[DecisionLine]:
    """What was decided about each act of a sheet of several; none for a sheet of one act: the decision says it."""
    query = select(DecisionLine).where(DecisionLine.decision_id == decision_id)
    return list(session.scalars(query.order_by(DecisionLine.number)))


def current_decision(session: Session, claim_id: str) -> Decision | None:
    """The decision that stands."""
    return session.scalar(select(Decision).where(Decision.claim_id == claim_id, Decision.current.is_(True)))


def get_claim(session: Session, claim_id: str, insured_id: str) -> Claim:
    """A claim of a person. Raises NotFound, also when it is somebody else's."""
    return get(session, Claim, claim_id, "claim_id", insured_id=insured_id)


def claims_of(
    session: Session, insured_id: str, *, after: str | None = None, limit: int = 50, but: Collection[ClaimState] = ()
) -> list[Claim]:
    """Claims of a person, newest first; pages by `after` (last id); none of the states of `but`."""
    query = select(Claim).where(Claim.insured_id == insured_id, Claim.state.not_in(but))
    if after:
        query = query.where(Claim.id < after)
    return list(session.scalars(query.order_by(Claim.id.desc()).limit(limit)))


def content_kept(decision: Decision) -> dict[str, Any]:
    """What a decision was taken from."""
    content: dict[str, Any] = json.loads(decision.content)
    return content
