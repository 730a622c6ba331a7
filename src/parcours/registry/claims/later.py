"""What is known later: a claim settled again with new facts, or taken back whole. The first decision stays readable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.law.workdays import months_after
from parcours.registry.claims import lifecycle, problems, summons
from parcours.registry.claims.adjudicate import content_kept, current_decision, keep
from parcours.registry.claims.models import DECIDED, Claim, ClaimState, Decision, Undue
from parcours.registry.claims.money import Amounts, Moved, amo_book, amounts_of, post_difference
from parcours.registry.claims.notices import notify_undue, tell_insurer
from parcours.registry.claims.settling import Settled, settle_facts
from parcours.registry.claims.words import STATES
from parcours.registry.ledger.models import Account
from parcours.registry.store.ids import get, new_id
from parcours.rules.types import Counters

RULE_BROKEN = ("rule_broken", "act_not_done")
"""Causes for which the professional owes, whoever was paid (L133-4 I)."""
REGULARISED = "regularised"


@dataclass(frozen=True)
class Regularised:
    """A claim settled again: its new decision, and what changed."""

    decision: Decision
    delta_amo: int
    delta_amc: int


def regularise(
    session: Session, claim: Claim, change: Mapping[str, Any], *, day: date, at: datetime
) -> Regularised | None:
    """Settle a claim again with facts known since, with the law, readings and counters of the first time.

    None when nothing changes: to run it twice changes nothing. Raises Conflict: nothing was decided.
    """
    before = current_decision(session, claim.id)
    if before is None or claim.state not in DECIDED:
        raise problems.no_decision()
    settled = settled_again(before, change)
    if settled is None:
        return None
    old = amounts_of(before)
    decision = keep(session, claim, settled, day=day, at=at, year=before.year)
    moved = post_difference(session, claim, decision, old, amounts_of(decision), day=day, at=at)
    lifecycle.move(session, claim, ClaimState.REPLACED, day=day, at=at, why=", ".join(sorted(change))[:80])
    tell_insurer(session, claim, decision, "replace", day=day, at=at)
    if moved.undue:
        open_undue(session, claim, decision, moved.undue, REGULARISED, debtor=None, day=day, at=at)
    return Regularised(decision, decision.amo - before.amo, decision.amc - before.amc)


def settled_again(before: Decision, change: Mapping[str, Any]) -> Settled | None:
    """A decision with other facts, under its law, readings and counters; None when no fact differs."""
    kept = content_kept(before)
    facts = kept["facts"] | dict(change)
    if facts == kept["facts"]:
        return None
    sources = kept["sources"] | dict.fromkeys(change, "officer")
    return settle_facts(facts, sources, before.insurer, Counters(**kept["counters"]), kept["readings"])


def deltas(session: Session, claim: Claim, change: Mapping[str, Any]) -> tuple[int, int]:
    """What a regularisation would change, of the compulsory and of the complementary part, in cents."""
    before = current_decision(session, claim.id)
    settled = None if before is None else settled_again(before, change)
    if before is None or settled is None:
        return 0, 0
    return settled.total("amo") - before.amo, settled.total("amc") - before.amc


def reverse(session: Session, claim: Claim, cause: str, *, day: date, at: datetime) -> Moved:
    """Take a claim back whole: every cent that is not out is withdrawn, what is out is owed, counters come back.

    Raises Conflict: nothing was decided, or it is reversed already.
    """
    decision = current_decision(session, claim.id)
    if decision is None or claim.state not in DECIDED:
        raise problems.no_decision(STATES[claim.state])
    debtor = Account.INDU_PROFESSIONAL if cause in RULE_BROKEN else None
    moved = post_difference(
        session, claim, decision, amounts_of(decision), Amounts(), day=day, at=at, key=f"reversal:{decision.id}",
        act_id=new_id(), debtor=debtor,
    )  # fmt: skip
    decision.current = False
    lifecycle.move(session, claim, ClaimState.REVERSED, day=day, at=at, why=cause)
    tell_insurer(session, claim, decision, "cancel", day=day, at=at)
    if moved.undue:
        open_undue(session, claim, decision, moved.undue, cause, debtor=debtor, day=day, at=at)
    return moved


def open_undue(
    session: Session, claim: Claim, decision: Decision, cents: int, cause: str, *, debtor: Account | None, day: date,
    at: datetime,
) -> Undue:  # fmt: skip
    """Tell who owes a sum that they do: the delays run from the day they receive it."""
    professional = decision.to_professional or debtor is Account.INDU_PROFESSIONAL
    undue = Undue(
        claim_id=claim.id, insured_id=None if professional else claim.insured_id,
        professional_id=claim.professional_id if professional else None, cents=cents, cause=cause, notified_on=day,
        paid_on=lifecycle.last_day(session, claim.id, ClaimState.PAID),
    )  # fmt: skip
    session.add(undue)
    session.flush()
    to = claim.professional_id if professional else claim.insured_id
    notify_undue(session, claim, cents, to, day=day, at=at)
    if cause == summons.FRAUD:
        summons.surcharge(session, amo_book(claim), undue, day=day, at=at, parameter=summons.FRAUD_RATE)
    return undue


def notice_received(session: Session, undue: Undue, *, day: date) -> Undue:
    """The notice is received: until when to answer, and from when it may be set off."""
    undue.received_on = day
    if undue.professional_id is not None:
        undue.answer_by = months_after(day, thresholds.whole("delais.indu_professionnel_mois", day))
    else:
        days = thresholds.whole("delais.indu_assure_jours", day)
        undue.answer_by = date.fromordinal(day.toordinal() + days)
    undue.set_off_from = date.fromordinal(undue.answer_by.toordinal() + 1)
    if undue.paid_on is not None and undue.cause != summons.FRAUD:
        limit = "delais.indu_professionnel_annees" if undue.professional_id else "remboursement.prescription_annees"
        undue.limit_on = thresholds.years_after(undue.paid_on, thresholds.whole(limit, day))
    session.flush()
    return undue


SILENCE_MONTHS, AFTER_SILENCE_MONTHS, AFTER_NO_DAYS = 1, 2, 7
"""A correction that is asked (R133-9-2 II): a silence of a month means no, then two months; a week after a no."""


def ask_correction(undue: Undue, *, day: date) -> Undue:
    """The insured asks a correction within the delay: set-off waits. Raises Refused: too late, or nothing received."""
    if undue.insured_id is None or undue.answer_by is None or day > undue.answer_by:
        raise problems.correction_late(day, day=undue.answer_by or "—")
    undue.observed_on, undue.answer_by = day, months_after(day, SILENCE_MONTHS)
    undue.set_off_from = date.fromordinal(months_after(undue.answer_by, AFTER_SILENCE_MONTHS).toordinal() + 1)
    return undue


def refuse_correction(undue: Undue, *, day: date) -> Undue:
    """The fund says no to a correction that was asked. Raises Conflict: none was."""
    if undue.insured_id is None or undue.observed_on is None:
        raise problems.correction_late(day, day="—")
    undue.set_off_from = date.fromordinal(day.toordinal() + AFTER_NO_DAYS + 1)
    return undue


def observe(undue: Undue, *, day: date) -> Undue:
    """A professional answers the notice: nothing is set off. Raises Refused: too late, or nothing received."""
    if undue.professional_id is None or undue.answer_by is None or day > undue.answer_by:
        raise problems.correction_late(day, day=undue.answer_by or "—")
    undue.observed_on = day
    return undue


MOST_INSTALMENTS, TO_AGREE_MONTHS = 12, 1
"""Months over which a sum may be spread, and to agree on how once it is accepted (R133-9-2 I 2° b)."""


def accept_instalments(undue: Undue, *, day: date) -> Undue:
    """The insured accepts to pay by instalments, within the delay: a month to agree on them, then it is set off.

    Raises Refused: too late, or nothing received.
    """
    if undue.insured_id is None or undue.answer_by is None or day > undue.answer_by:
        raise problems.correction_late(day, day=undue.answer_by or "—")
    undue.set_off_from = date.fromordinal(months_after(day, TO_AGREE_MONTHS).toordinal() + 1)
    return undue


def agree_instalments(undue: Undue, months: int, *, day: date) -> Undue:
    """The fund and the insured agree on so many months: what is left then is set off. Raises Refused: too many."""
    if undue.insured_id is None or undue.set_off_from is None or not 1 <= months <= MOST_INSTALMENTS:
        raise problems.instalments(months, most=MOST_INSTALMENTS)
    undue.set_off_from = date.fromordinal(months_after(day, months).toordinal() + 1)
    return undue


def may_set_off(undue: Undue, day: date) -> bool:
    """May a sum be taken on later payments? Not while its delay runs, nor once a professional answered or contested."""
    due = undue.set_off_from is not None and undue.set_off_from <= day
    answered = undue.professional_id is not None and undue.observed_on is not None
    return due and undue.contested_on is None and not answered


def undue_of(session: Session, *, insured_id: str | None = None, professional_id: str | None = None) -> list[Undue]:
    """Sums that somebody owes, oldest first."""
    query = select(Undue).where(Undue.insured_id == insured_id, Undue.professional_id == professional_id)
    return list(session.scalars(query.order_by(Undue.notified_on, Undue.id)))


def undue_about(session: Session, undue_id: str, insured_id: str | None) -> Undue:
    """A sum that comes from a claim of a person, whoever owes it. Raises NotFound, also when it is of another's."""
    undue = get(session, Undue, undue_id, "undue_id")
    get(session, Claim, undue.claim_id or "", "undue_id", insured_id=insured_id)
    return undue


def book_of(session: Session, undue: Undue) -> str:
    """The book in which a sum stands: that of the fund of its claim."""
    return amo_book(session.get_one(Claim, undue.claim_id))
