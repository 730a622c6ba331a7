"""What later knowledge would change of decided claims: found, proposed by one officer, done by another (four eyes)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from parcours.registry.claims import problems
from parcours.registry.claims.adjudicate import content_kept, current_decision
from parcours.registry.claims.later import deltas, regularise
from parcours.registry.claims.looks import ClaimLooks
from parcours.registry.claims.models import DECIDED, Claim, Decision, Regularisation, RegularisationState
from parcours.registry.claims.settling import facts_of
from parcours.registry.declarations.models import Tenure
from parcours.registry.people.models import Right
from parcours.registry.referrals.models import Referral
from parcours.registry.store.ids import get
from parcours.registry.visits.facts import iso, visit_facts

SOURCES = ((Tenure, "recorded_at"), (Right, "recorded_at"), (Referral, "recorded_at"))
"""Records that, when they come late, change what a visit was."""


LOOKED_AT = 4
"""Claims that are settled again for each one that may be found, at most."""


@dataclass(frozen=True)
class Found:
    """A decided claim of which an amount would be another one now."""

    claim: Claim
    decision: Decision
    change: dict[str, Any]


def found(session: Session, fund_code: str, *, at: datetime, limit: int = 50) -> list[Found]:
    """Decided claims of a fund that a record made since contradicts, oldest first; not those proposed already."""
    return looked(session, fund_code, at=at, limit=limit)[0]


def looked(
    session: Session, fund_code: str, *, at: datetime, limit: int, after: str | None = None
) -> tuple[list[Found], str]:
    """The same from the claim `after` on, and the last claim that was looked at: empty when nothing is left."""
    later = or_(*(
        select(row.id).where(row.insured_id == Claim.insured_id, getattr(row, at) > Decision.known_at).exists()
        for row, at in SOURCES
    ))  # fmt: skip
    proposed = select(Regularisation.claim_id).where(Regularisation.state != RegularisationState.DROPPED)
    query = (
        select(Claim, Decision)
        .join(Decision, (Decision.claim_id == Claim.id) & Decision.current.is_(True))
        .where(Claim.fund_code == fund_code, Claim.state.in_(DECIDED), later, Claim.id.not_in(proposed))
        .order_by(Claim.care_date, Claim.id)
    )
    if after is not None:
        day = select(Claim.care_date).where(Claim.id == after).scalar_subquery()
        query = query.where((Claim.care_date > day) | ((Claim.care_date == day) & (Claim.id > after)))
    rows = session.execute(query.limit(LOOKED_AT * limit)).all()
    pairs: list[Found] = []
    for number, (claim, decision) in enumerate(rows, start=1):
        change = correction_of(session, claim, decision, at)
        if change:
            pairs.append(Found(claim, decision, change))
        if len(pairs) == limit or number == LOOKED_AT * limit:
            return pairs, claim.id
    return pairs, ""


def correction_of(session: Session, claim: Claim, decision: Decision, at: datetime) -> dict[str, Any]:
    """The facts that differ now from those of a decision, where they move an amount; nothing where they move none."""
    change = change_of(session, claim, decision, at)
    return change if change and any(deltas(session, claim, change)) else {}


def change_of(session: Session, claim: Claim, decision: Decision, at: datetime) -> dict[str, Any]:
    """The facts of the registry that differ now from those of the decision, as a decision keeps them."""
    kept = content_kept(decision)["facts"]
    names = visit_facts(session, claim.insured_id, claim.professional_id, claim.care_date).values()
    now, _, _ = facts_of(ClaimLooks(session), claim, day=decision.decided_on, at=at, stated={})
    return {
        name: plain(now[name]) for name in names
        if name in now and str(plain(now[name])) != str(kept.get(name)) and name != "care_date"
    }  # fmt: skip


def plain(value: object) -> object:
    """A fact as a decision keeps it."""
    return iso(value) if isinstance(value, date) else value


def propose(session: Session, claim: Claim, *, by: str, at: datetime) -> Regularisation:
    """One officer says that a decision is to be corrected. Raises Conflict: nothing would change, or it is proposed."""
    decision = current_decision(session, claim.id)
    change = correction_of(session, claim, decision, at) if decision is not None else {}
    if not change:
        raise problems.nothing_to_regularise()
    return keep_proposal(session, claim, change, by=by, at=at)


def keep_proposal(
    session: Session, claim: Claim, change: Mapping[str, Any], *, by: str, at: datetime
) -> Regularisation:
    """Write a proposal down. Raises Conflict: another one waits."""
    if waiting(session, claim.id) is not None:
        raise problems.nothing_to_regularise()
    row = Regularisation(
        claim_id=claim.id, insured_id=claim.insured_id, state=RegularisationState.PROPOSED, proposed_by=by,
        proposed_at=at, change=json.dumps(change, default=iso, sort_keys=True),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def waiting(session: Session, claim_id: str) -> Regularisation | None:
    """The proposal of a claim that waits for a second officer."""
    query = select(Regularisation).where(
        Regularisation.claim_id == claim_id, Regularisation.state == RegularisationState.PROPOSED
    )
    return session.scalar(query.limit(1))


FOUR_EYES_CENTS = 100_00
"""What one officer may change alone, in euros of the two insurers together: a setting of the house."""


def needs_two(session: Session, claim: Claim, change: Mapping[str, Any]) -> bool:
    """Would a correction move more than one officer may change alone?"""
    amo, amc = deltas(session, claim, change)
    return abs(amo) + abs(amc) > FOUR_EYES_CENTS


def propose_facts(
    session: Session, claim: Claim, change: Mapping[str, Any], *, by: str, at: datetime
) -> Regularisation:
    """One officer states facts that the registry does not know. Raises as `propose`."""
    decision = current_decision(session, claim.id)
    kept = content_kept(decision)["facts"] if decision is not None else {}
    if decision is None or kept | dict(change) == kept:
        raise problems.nothing_to_regularise()
    return keep_proposal(session, claim, change, by=by, at=at)


def confirm(session: Session, row: Regularisation, *, by: str, day: date, at: datetime) -> Regularisation:
    """Another officer agrees: the claim is settled again, with the law and the counters of the first time."""
    require_open(row)
    if row.proposed_by == by:
        raise problems.second_officer()
    claim = get(session, Claim, row.claim_id, "claim_id")
    regularise(session, claim, json.loads(row.change), day=day, at=at)
    row.state, row.decided_by, row.decided_at = RegularisationState.DONE, by, at
    session.flush()
    return row


def drop(session: Session, row: Regularisation, *, by: str, at: datetime) -> Regularisation:
    """It was a mistake: nothing changes."""
    require_open(row)
    row.state, row.decided_by, row.decided_at = RegularisationState.DROPPED, by, at
    session.flush()
    return row


def require_open(row: Regularisation) -> None:
    """Raises Conflict: it was decided already."""
    if row.state is not RegularisationState.PROPOSED:
        raise problems.nothing_to_regularise()


def proposed(
    session: Session, fund_code: str, *, after: str | None = None, limit: int = 60
) -> Sequence[tuple[Regularisation, Claim]]:
    """Proposals of a fund that wait for a second officer, oldest first; pages by `after` (last id)."""
    query = (
        select(Regularisation, Claim)
        .join(Claim, Claim.id == Regularisation.claim_id)
        .where(Claim.fund_code == fund_code, Regularisation.state == RegularisationState.PROPOSED)
    )
    if after is not None:
        query = query.where(Regularisation.id > after)
    return [(row, claim) for row, claim in session.execute(query.order_by(Regularisation.id).limit(limit))]


def count_proposed(session: Session, fund_code: str) -> int:
    """How many wait for a second officer."""
    query = select(func.count()).select_from(Regularisation).join(Claim, Claim.id == Regularisation.claim_id)
    where = Claim.fund_code == fund_code, Regularisation.state == RegularisationState.PROPOSED
    return session.scalar(query.where(*where)) or 0
