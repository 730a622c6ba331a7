"""From a decision to the books, and from one decision to the next: what is out is never pulled back by an entry.

What a new decision takes away from somebody who was already paid becomes `indu`; what it frees of a sum already taken
back is due to the insured.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.claims.models import Claim, Decision
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import DEFERRED, Account, Cause, LedgerTransaction
from parcours.registry.ledger.service import Entry, Line

C2S = "c2s"


def amo_book(claim: Claim) -> str:
    """The book of the fund."""
    return f"amo:{claim.fund_code}"


def amc_book(claim: Claim, decision: Decision) -> str:
    """The book of who pays the complementary part."""
    return f"c2s:{claim.fund_code}" if decision.insurer == C2S else f"amc:{decision.insurer}"


@dataclass(frozen=True)
class Amounts:
    """What a decision grants, keeps and defers, in cents; nothing at all for a claim that is reversed."""

    gross: int = 0
    majoration: int = 0
    pf: int = 0
    fr: int = 0
    paid: int = 0
    """To the payee of the compulsory part."""
    differe: tuple[int, int, int] = (0, 0, 0)
    amc: int = 0


def amounts_of(decision: Decision) -> Amounts:
    """The amounts of a decision, what is deferred among what was kept: majoration, contribution, deductible."""
    amo, majoration, pf, fr, deferred = decision.amo, decision.majoration, decision.pf, decision.fr, decision.deferred
    of_tmt = min(deferred, majoration)
    of_pf = min(deferred - of_tmt, pf)
    of_fr = min(deferred - of_tmt - of_pf, fr)
    return Amounts(
        amo + majoration + pf + fr, majoration, pf, fr, amo + of_tmt + of_pf + of_fr, (of_tmt, of_pf, of_fr),
        decision.amc,
    )  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """What a difference made due, in cents."""

    undue: int = 0
    """To be given back by who was paid."""
    due_back: int = 0
    """To the insured, of what was already taken."""


def room(session: Session, claim: Claim, book: str, account: Account, change: int) -> tuple[int, int]:
    """How much of a change an account can take, and what is over: only what is still open can be taken away."""
    if change >= 0:
        return change, 0
    left = sum(abs(one.cents) for one in ledger.open_items(session, book, (account,), claim_id=claim.id))
    taken = min(left, -change)
    return -taken, -change - taken


def whole(_book: str, _account: Account, change: int) -> tuple[int, int]:
    """Room for a first decision, which takes nothing away."""
    return change, 0


Room = Callable[[str, Account, int], tuple[int, int]]


def first_entries(claim: Claim, decision: Decision, *, at: datetime) -> list[Entry]:
    """The entries of a first decision, in the books of the fund and of the insurer."""
    difference = Difference(claim, decision, Amounts(), amounts_of(decision), whole)
    entry, _ = difference.of_the_fund(day=decision.decided_on, at=at)
    other = difference.of_the_insurer(entry)
    return [entry] if other is None else [entry, other]


@dataclass(frozen=True)
class Difference:
    """What changes between two decisions about a claim, as entries. `room`: how much an account can take."""

    claim: Claim
    decision: Decision
    old: Amounts
    new: Amounts
    room: Room

    def of_the_fund(
        self, *, day: date, at: datetime, key: str = "", act_id: str = "", debtor: Account | None = None
    ) -> tuple[Entry, Moved]:
        """The entry in the book of the fund, and what it makes due."""
        claim, decision, old, new = self.claim, self.decision, self.old, self.new
        claim_id, insured_id, year = claim.id, claim.insured_id, decision.year
        book, (payable, owed_by, payee) = amo_book(claim), sides(claim, professional=decision.to_professional)
        lines = [
            Line(Account.PRESTATIONS, insured_id, new.gross - old.gross, claim_id),
            Line(Account.MAJORATION, insured_id, old.majoration - new.majoration, claim_id),
            Line(Account.PF, insured_id, old.pf - new.pf, claim_id, year),
            Line(Account.FR, insured_id, old.fr - new.fr, claim_id, year),
        ]
        due_back = 0
        for account, before, after in zip(DEFERRED, old.differe, new.differe, strict=True):
            moved, over = self.room(book, account, after - before)
            lines.append(Line(account, claim.payee_id, moved, claim_id))  # owed by the payee of the rights
            due_back += over
        paid, undue = self.room(book, payable, new.paid - old.paid)
        owed_by = debtor or owed_by
        debtor_id = claim.professional_id if owed_by is Account.INDU_PROFESSIONAL else insured_id
        lines += [
            Line(payable, payee, -paid, claim_id), Line(owed_by, debtor_id, undue, claim_id),
            Line(Account.A_PAYER_INSURED, insured_id, -due_back, claim_id),
        ]  # fmt: skip
        entry = Entry(
            book=book, kind="reversal" if act_id else "decision", key=key or f"decision:{decision.id}",
            claim_id=claim.id, at=day, known_at=at, cause=Cause.OFFICER if act_id else Cause.DECISION,
            cause_id=act_id or decision.id, lines=merged(lines),
        )  # fmt: skip
        return entry, Moved(undue, due_back)

    def of_the_insurer(self, amo: Entry) -> Entry | None:
        """The same change in the book of the complementary part (the product plays the insurer)."""
        claim, decision, change = self.claim, self.decision, self.new.amc - self.old.amc
        if not change or decision.insurer is None:
            return None
        book = amc_book(claim, decision)
        payable, owed_by, payee = sides(claim, professional=decision.amc_to_professional)
        paid, undue = self.room(book, payable, change)
        lines = [Line(Account.PRESTATIONS, claim.insured_id, change, claim.id), Line(payable, payee, -paid, claim.id),
                 Line(owed_by, payee, undue, claim.id)]  # fmt: skip
        return replace(amo, book=book, key=f"{amo.key}:amc", lines=merged(lines))


def sides(claim: Claim, *, professional: bool) -> tuple[Account, Account, str]:
    """Where a payee is paid from, where they owe, and who they are."""
    if professional:
        return Account.A_PAYER_PROFESSIONAL, Account.INDU_PROFESSIONAL, claim.professional_id
    return Account.A_PAYER_INSURED, Account.INDU_INSURED, claim.insured_id


def post_difference(  # noqa: PLR0913 - a difference, its two times, and on whose word
    session: Session,
    claim: Claim,
    decision: Decision,
    old: Amounts,
    new: Amounts,
    *,
    day: date,
    at: datetime,
    key: str = "",
    act_id: str = "",
    debtor: Account | None = None,
) -> Moved:
    """Post what changes between two decisions, in the books of the fund and of the insurer.

    `act_id`: the officer's act, when it is no decision of the fund alone. `debtor`: who owes what is undue, when it is
    not who was paid.
    """
    difference = Difference(claim, decision, old, new, partial(room, session, claim))
    entry, moved = difference.of_the_fund(day=day, at=at, key=key, act_id=act_id, debtor=debtor)
    for one in (entry, difference.of_the_insurer(entry)):
        if one is not None:
            ledger.post(session, replace(one, reverses_id=first_entry(session, one.book, claim) if act_id else None))
    return moved


def merged(lines: list[Line]) -> tuple[Line, ...]:
    """One line an account and party."""
    sums: dict[tuple[Account, str], Line] = {}
    for one in lines:
        key = (one.account, one.party)
        before = sums.get(key)
        sums[key] = one if before is None else Line(*key, before.cents + one.cents, one.claim_id, one.year)
    return tuple(one for one in sums.values() if one.cents)


def first_entry(session: Session, book: str, claim: Claim) -> str | None:
    """The entry of the first decision about a claim in a book."""
    query = select(LedgerTransaction.id).where(
        LedgerTransaction.book == book, LedgerTransaction.claim_id == claim.id, LedgerTransaction.kind == "decision"
    )
    return session.scalar(query.order_by(LedgerTransaction.id).limit(1))
