"""Adjudication: what the registry knows that day, what the sheet says, the engine, then the books.

No amount is computed here: the engine settles, this module keeps its answer and posts it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.engine.case import Answer
from parcours.law.codes import CasePayment, Profession, Status
from parcours.registry.claims import lifecycle, problems
from parcours.registry.claims.control import control
from parcours.registry.claims.counters import counters_before
from parcours.registry.claims.models import DECIDED, Claim, ClaimState, Decision
from parcours.registry.claims.money import post_decision
from parcours.registry.claims.notices import tell_insurer, tell_ips
from parcours.registry.claims.sheets import said
from parcours.registry.complementary.models import Link
from parcours.registry.complementary.service import link_on
from parcours.registry.store.ids import get, new_id
from parcours.registry.visits.facts import iso, visit_facts
from parcours.rules.participations import contributions
from parcours.rules.types import Counters
from parcours.text import plain_euros

RELATED = ("ald", "at_mp")
"""Exemptions that a sheet ticks: the registry cannot tell whether the care is related."""
C2S = "c2s"


@dataclass(frozen=True)
class Settled:
    """An answer of the engine about a claim, and what it was asked."""

    answer: Answer
    facts: Mapping[str, Any]
    sources: Mapping[str, str]
    insurer: str | None


def adjudicate(
    session: Session, claim: Claim, *, day: date, at: datetime, stated: Mapping[str, Any] | None = None
) -> Decision | None:
    """Check a received claim, settle it and post it; None when it is rejected or held, its decision if it has one.

    `stated`: facts that an officer states in the place of those of the registry.
    Raises FactError as the engine does: an unknown act, a day without law.
    """
    session.refresh(claim, with_for_update=True)
    if claim.state in DECIDED:
        return current_decision(session, claim.id)
    if control(session, claim, day=day, at=at) is not None:
        return None
    settled = settle_claim(session, claim, day=day, at=at, stated=stated or {})
    decision = keep(session, claim, settled, day=day, at=at)
    lifecycle.move(session, claim, ClaimState.ADJUDICATED, day=day, at=at)
    post_decision(session, claim, decision, at=at)
    tell_ips(session, claim, decision, day=day, at=at)
    tell_insurer(session, claim, decision, "new", day=day, at=at)
    return decision


def settle_claim(
    session: Session,
    claim: Claim,
    *,
    day: date,
    at: datetime,
    stated: Mapping[str, Any],
    counters: Counters | None = None,
) -> Settled:
    """Ask the engine about a claim, with the counters of that day unless others are given."""
    from parcours.engine.case import settle

    facts, sources, insurer = facts_of(session, claim, day=day, at=at, stated=stated)
    if counters is None:
        counters = counters_before(session, claim.insured_id, claim.professional_id, claim.care_date, day.year)
    return Settled(settle(facts, counters=counters), facts, sources, insurer)


def facts_of(
    session: Session, claim: Claim, *, day: date, at: datetime, stated: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str], str | None]:
    """Facts of a claim, where each comes from, and the insurer of that day."""
    content = said(claim)
    if len(content["lines"]) != 1:
        raise problems.one_act_a_sheet(len(content["lines"]))
    sheet: dict[str, Any] = content["facts"]
    exemption = sheet.get("exemption", "none")
    derived = visit_facts(
        session, claim.insured_id, claim.professional_id, claim.care_date, known_at=at,
        related_to=exemption if exemption in RELATED else "none",
    )  # fmt: skip
    facts = derived.values() | sheet
    sources = {name: one.because for name, one in derived.facts.items()} | dict.fromkeys(sheet, "sheet")
    facts |= {"fee": plain_euros(claim.fee), "tiers_payant": content["tiers_payant"], "reimbursement_date": day}
    facts |= stated
    link = link_on(session, claim.insured_id, claim.care_date)
    if not facts.get(C2S):
        facts |= {"contract": contract_of(link)} if contract_of(link) else {}
    return facts, sources | dict.fromkeys(stated, "officer"), insurer_of(facts, link)


def contract_of(link: Link | None) -> str | None:
    """What the contract guarantees, when the fund knows."""
    return link.contract if link is not None and link.contract else None


def insurer_of(facts: Mapping[str, Any], link: Link | None) -> str | None:
    """Who pays the complementary part: the C2S, or the insurer of the care day."""
    if facts.get(C2S):
        return C2S
    return link.insurer if link is not None else None


def keep(
    session: Session, claim: Claim, settled: Settled, *, day: date, at: datetime, year: int | None = None
) -> Decision:
    """Write a decision with all that it was decided from; the one before stops counting."""
    answer, settlement = settled.answer, settled.answer.settlement
    before = current_decision(session, claim.id)
    number = session.scalar(select(func.count()).select_from(Decision).where(Decision.claim_id == claim.id)) or 0
    if before is not None:
        before.current = False
    paid_by_third_party = settled.facts["tiers_payant"] != "none"
    decision = Decision(
        id=new_id(), claim_id=claim.id, number=number + 1, insured_id=claim.insured_id,
        professional_id=claim.professional_id, care_date=claim.care_date, decided_on=day, year=year or day.year,
        known_at=at, current=True, fee=claim.fee, base=settlement.base, rate=settlement.rate,
        majoration=settlement.majoration, pf=settlement.participation_forfaitaire, fr=settlement.franchise,
        pf_number=contributions(settlement.participation_forfaitaire, answer.law),
        sessions=answer.act.quantity if answer.act.profession == Profession.PSYCHOLOGUE else 0,
        amo=settlement.amo, amc=settlement.amc, patient=settlement.patient, advance=settlement.advance,
        deferred=settlement.deferred,
        to_professional=paid_by_third_party or settlement.case_payment == CasePayment.PAID_DIRECTLY,
        amc_to_professional=settled.facts["tiers_payant"] == "full",
        status=Status(settlement.status).name, insurer=settled.insurer, content=content_of(claim, settled),
    )  # fmt: skip
    session.add(decision)
    session.flush()
    return decision


def content_of(claim: Claim, settled: Settled) -> str:
    """What is kept to read a decision again years later, as it was taken."""
    from parcours.engine.say.receipt import receipt

    answer = settled.answer
    transmitted, computed = said(claim)["ips"], Status(answer.settlement.status).name
    signals = []
    if transmitted and transmitted != computed:
        signals.append(f"SIM-IPS-DIFFERS transmitted {transmitted} computed {computed}")
    if answer.settlement.unlawful_excess:
        signals.append("SIM-AMOUNT-OVER-MAX")
    kept = {
        "facts": dict(settled.facts), "sources": dict(settled.sources), "counters": answer.counters._asdict(),
        "readings": dict(answer.readings), "transmitted": transmitted, "signals": signals,
        "computed_code": int(answer.settlement.status), "receipt": receipt(answer),
    }  # fmt: skip
    return json.dumps(kept, default=iso, ensure_ascii=False)


def decisions_of(session: Session, claim_id: str) -> list[Decision]:
    """Every decision about a claim, the first one first."""
    return list(session.scalars(select(Decision).where(Decision.claim_id == claim_id).order_by(Decision.number)))


def current_decision(session: Session, claim_id: str) -> Decision | None:
    """The decision that stands."""
    return session.scalar(select(Decision).where(Decision.claim_id == claim_id, Decision.current.is_(True)))


def get_claim(session: Session, claim_id: str, insured_id: str) -> Claim:
    """A claim of a person. Raises NotFound, also when it is somebody else's."""
    return get(session, Claim, claim_id, "claim_id", insured_id=insured_id)


def claims_of(session: Session, insured_id: str, *, after: str | None = None, limit: int = 50) -> list[Claim]:
    """Claims of a person, newest first; pages by `after` (last id)."""
    query = select(Claim).where(Claim.insured_id == insured_id)
    if after:
        query = query.where(Claim.id < after)
    return list(session.scalars(query.order_by(Claim.id.desc()).limit(limit)))


def content_kept(decision: Decision) -> dict[str, Any]:
    """What a decision was taken from."""
    content: dict[str, Any] = json.loads(decision.content)
    return content
