"""`/me/money`: refunds and why, what was taken and for which act, counters."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from starlette.responses import Response

from parcours.engine.say.explain import Reference, references
from parcours.law import thresholds
from parcours.law.workdays import months_after
from parcours.registry.claims import lifecycle
from parcours.registry.claims.adjudicate import claims_of, current_decision, get_claim
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.control import time_limit
from parcours.registry.claims.looks import ClaimLooks
from parcours.registry.claims.models import Claim, ClaimState, Decision
from parcours.registry.claims.words import REASONS, STATES, reason
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import DEFERRED, Account
from parcours.registry.payments.account import AccountLine, account_lines, caps, kept_from, last_transfers
from parcours.registry.payments.queues import UNREAD
from parcours.registry.payments.why import why_of
from parcours.registry.people.context import of_patient
from parcours.text import Text
from parcours.web.desk.money import TAKEN, TONES, named
from parcours.web.desk.names import called, professionals
from parcours.web.desk.paging import cut
from parcours.web.desk.room import Desk
from parcours.web.me.person import Mine

PAGE = 30
SHOWN_MONTHS = 6
TRANSFERS = 12
KINDS = {
    "refund": Text("remboursement", "refund"),
    "deduction": Text("retenue", "taken"),
    "to_professional": Text("payé au professionnel", "paid to the professional"),
    "transfer": Text("virement", "transfer"),
}


@dataclass(frozen=True)
class Refund:
    """A claim, as its person follows it."""

    claim: Claim
    decision: Decision | None
    who: str
    open_until: date | None
    """Last day to prove the care, while something is missing."""


@dataclass(frozen=True)
class Left:
    """What will be taken from a later refund, and for which act."""

    cents: int
    what: Text
    care_date: date | None
    who: str


def money(desk: Desk) -> Response:
    """The page."""
    mine = Mine.of(desk, Action.READ_CLAIMS, Tag.STATEMENT_READ)
    rows, more = cut(claims_of(desk.session, mine.id, after=desk.after, limit=PAGE + 1), PAGE)
    refunds = described(desk, rows)
    lines = account_lines(desk.session, mine.id, first=last_transfers(desk.session, mine.id, TRANSFERS))
    return mine.show(
        "me/money.html", refunds=refunds, more=more, states=STATES,
        tones=TONES, reason=reason, money=caps(desk.session, mine.id, desk.today), bears=mine.bears,
        transfers=transfers(lines)[:TRANSFERS], left=still_to_take(desk, mine), named=named, months=months(desk.today),
        in_time=still_in_time(desk.today), may_post=desk.unit.may(Action.SEND_PAPER, of_patient(mine.row)),
    )  # fmt: skip


def still_in_time(today: date) -> tuple[date, date]:
    """The oldest day of care whose sheet is still refunded, and the last day on which the fund may receive it."""
    first = today.replace(day=1, month=today.month - (today.month - 1) % 3)
    while thresholds.last_day_to_ask(before := months_after(first, -3)) >= today:
        first = before
    return first, thresholds.last_day_to_ask(first)


def months(today: date) -> list[tuple[date, date]]:
    """The present month and the five before, first and last day, newest first."""
    found, last = [], today
    for _ in range(SHOWN_MONTHS):
        found.append((last.replace(day=1), last))
        last = last.replace(day=1) - timedelta(days=1)
    return found


def described(desk: Desk, claims: list[Claim]) -> list[Refund]:
    """Claims with what was decided and by whom the care was given."""
    names = professionals(desk.session, [one.professional_id for one in claims])
    query = select(Decision).where(Decision.claim_id.in_([one.id for one in claims]), Decision.current.is_(True))
    decided = {one.claim_id: one for one in desk.session.scalars(query)} if claims else {}
    looks = ClaimLooks(desk.session)
    return [
        Refund(one, decided.get(one.id), called(names.get(one.professional_id)),
               time_limit(looks, one) if one.state is ClaimState.WAITING_FOR_PROOF else None)
        for one in claims
    ]  # fmt: skip


def transfers(lines: list[AccountLine]) -> list[tuple[AccountLine, list[AccountLine]]]:
    """Each transfer with the refunds and deductions that it is made of, newest first."""
    found: list[tuple[AccountLine, list[AccountLine]]] = []
    parts: list[AccountLine] = []
    for day in sorted({one.day for one in lines}, reverse=True):
        of_day = [one for one in lines if one.day == day]
        parts = [one for one in of_day if one.kind in ("refund", "deduction")]
        found += [(one, parts) for one in of_day if one.kind == "transfer"]
    return found


def still_to_take(desk: Desk, mine: Mine) -> list[Left]:
    """What is owed after tiers payant, act by act."""
    funds = desk.session.scalars(select(Claim.fund_code).where(Claim.insured_id == mine.id).distinct())
    items = [
        one for fund in sorted(funds)
        for one in ledger.open_items(desk.session, f"amo:{fund}", (*DEFERRED, Account.INDU_INSURED), party=mine.id)
        if one.cents > 0
    ]  # fmt: skip
    of_mine = select(Claim).where(Claim.id.in_([one.claim_id for one in items]), Claim.insured_id == mine.id)
    claims = {one.id: one for one in desk.session.scalars(of_mine.options(UNREAD))} if items else {}
    names = professionals(desk.session, [one.professional_id for one in claims.values()])
    return [left_of(one.account, one.cents, claims.get(one.claim_id or ""), names) for one in items]


def left_of(account: Account, cents: int, claim: Claim | None, names: dict) -> Left:  # type: ignore[type-arg]
    """One of them."""
    who = called(names.get(claim.professional_id)) if claim else "—"
    return Left(cents, TAKEN[account], claim.care_date if claim else None, who)


def kept_of(desk: Desk, mine: Mine, claim: Claim) -> tuple[int, list[Left]]:
    """What was kept of the refund of an act, and for which acts of the same person."""
    used, parts = kept_from(desk.session, claim.id)
    ids = [about for _, about, _ in parts]
    of_mine = select(Claim).where(Claim.id.in_(ids), Claim.insured_id == mine.id)
    claims = {one.id: one for one in desk.session.scalars(of_mine.options(UNREAD))} if ids else {}
    names = professionals(desk.session, [one.professional_id for one in claims.values()])
    return used, [left_of(account, cents, claims.get(about or ""), names) for account, about, cents in parts]


def one_refund(desk: Desk) -> Response:
    """`/me/money/ID`: what was paid, and why, to the cent."""
    mine = Mine.of(desk, Action.READ_CLAIMS, Tag.CLAIM_READ)
    claim = get_claim(desk.session, desk.request.path_params["id"], mine.id)
    decision = current_decision(desk.session, claim.id)
    why = why_of(desk.session, claim.id, desk.lang)
    shown = [one for one in why["decisions"] if one["current"]] or why["decisions"][-1:]
    before = [one for one in why["decisions"] if one not in shown]
    moved = [one for one in account_lines(desk.session, mine.id) if one.claim_id == claim.id]
    used, kept = kept_of(desk, mine, claim)
    return mine.show(
        "me/refund.html", claim=claim, decision=decision, because=because_of(shown, desk.lang),
        before=before, events=lifecycle.history(desk.session, claim.id), states=STATES, tones=TONES, reason=reason,
        who=described(desk, [claim])[0].who, moved=moved, used=used, kept=kept, kinds=KINDS,
        to_bank=sum(one.cents for one in moved if one.kind == "refund") - used,
        named=named, reasons=REASONS,
    )  # fmt: skip


def because_of(shown: list[dict[str, Any]], lang: str) -> list[tuple[str, tuple[Reference, ...]]]:
    """The sentences of a decision, each with its articles."""
    return [
        (text, references(tuple(articles), lang))
        for one in shown for text, articles in zip(one["because"], one["articles"], strict=True)
    ]  # fmt: skip
