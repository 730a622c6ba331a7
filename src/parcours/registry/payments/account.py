"""The account of an insured person: what was refunded, what was taken and for which act, what was transferred."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, or_, select, union
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.claims.counters import borne
from parcours.registry.claims.models import Claim, Decision
from parcours.registry.directory.models import Professional
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, LedgerPosting, LedgerTransaction
from parcours.registry.payments.notices import line_name
from parcours.registry.payments.service import DEFERRED

TAKEN = (*DEFERRED, Account.INDU_INSURED)
SHOWN = (*TAKEN, Account.A_PAYER_INSURED, Account.VIREMENTS)
PAYING = ("set_off", "order")


class AccountLine(NamedTuple):
    """One line: `refund`, `deduction`, `to_professional` (shown, not summed) or `transfer`."""

    day: date
    kind: str
    cents: int
    claim_id: str | None = None
    name: str = ""
    """Of a deduction: its national line."""
    care_date: date | None = None


def account_lines(
    session: Session, insured_id: str, *, first: date | None = None, last: date | None = None
) -> list[AccountLine]:
    """Lines of a person's account in the book of the fund, oldest first: refunds less deductions are transfers."""
    own = select(LedgerPosting.id).where(LedgerPosting.party == insured_id, LedgerPosting.account.in_(SHOWN))
    claims = select(Claim.id).where(Claim.insured_id == insured_id)
    of_claims = select(LedgerPosting.id).where(
        LedgerPosting.claim_id.in_(claims), LedgerPosting.account.in_((*SHOWN, Account.A_PAYER_PROFESSIONAL))
    )
    query = (
        select(
            LedgerTransaction.at, LedgerTransaction.kind, LedgerPosting.account, LedgerPosting.cents,
            LedgerPosting.claim_id,
        )
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .where(
            LedgerPosting.id.in_(union(own, of_claims)),
            LedgerTransaction.book.like("amo:%"),
            or_(
                and_(LedgerTransaction.kind == "decision", LedgerPosting.account == Account.A_PAYER_PROFESSIONAL),
                and_(LedgerTransaction.kind.in_(PAYING), LedgerPosting.account.in_(SHOWN)),
            ),
        )
        .order_by(LedgerTransaction.at, LedgerTransaction.known_at, LedgerTransaction.id, LedgerPosting.id)
    )  # fmt: skip
    if first is not None:
        query = query.where(LedgerTransaction.at >= first)
    if last is not None:
        query = query.where(LedgerTransaction.at <= last)
    connection = session.connection()  # plain rows: a statement may have thousands of lines
    rows = connection.execute(query).all()
    care = care_of(session, insured_id, {claim for *_, claim in rows if claim is not None})
    lines = (line_from(*row, *care.get(row[4], (None, None))) for row in rows)
    return together(one for one in lines if one is not None)


def care_of(session: Session, insured_id: str, named: set[str]) -> dict[str | None, tuple[date, str]]:
    """Day of care and trade of the claims of a person, and of those of others that the lines name."""
    query = select(Claim.id, Claim.care_date, Professional.profession).join(
        Professional, Professional.id == Claim.professional_id
    )
    connection = session.connection()
    found: dict[str | None, tuple[date, str]] = {
        row[0]: (row[1], row[2]) for row in connection.execute(query.where(Claim.insured_id == insured_id))
    }
    others = sorted(named - found.keys())
    for row in connection.execute(query.where(Claim.id.in_(others))) if others else ():
        found[row[0]] = (row[1], row[2])
    return found


def line_from(
    day: date, kind: str, account: Account, cents: int, claim: str | None, care: date | None, profession: str | None
) -> AccountLine | None:
    """What a posting of a payment is to the insured."""
    if account is Account.VIREMENTS:
        return AccountLine(day, "transfer", -cents)
    if claim is None:
        return None
    if kind == "decision":
        to_professional = account is Account.A_PAYER_PROFESSIONAL
        return AccountLine(day, "to_professional", -cents, claim) if to_professional else None
    if account is Account.A_PAYER_INSURED:
        return AccountLine(day, "refund", cents, claim, care_date=care)
    if account in TAKEN:
        return AccountLine(day, "deduction", -cents, claim, line_name(account, profession), care)
    return None


def refunds_set_off(session: Session, insured_id: str) -> dict[str, list[tuple[int, list[str]]]]:
    """Claim -> (cents of its refund that paid what a person owed, the claims they owed it for), payment by payment."""
    query = (
        select(LedgerPosting.transaction_id, LedgerPosting.account, LedgerPosting.cents, LedgerPosting.claim_id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .where(LedgerTransaction.kind == "set_off", LedgerPosting.party == insured_id)
        .order_by(LedgerPosting.id)
    )
    used: dict[str, list[tuple[str, int]]] = {}
    owed: dict[str, list[str]] = {}
    for transaction, account, cents, claim in session.execute(query):
        if account is Account.A_PAYER_INSURED and claim is not None:
            used.setdefault(transaction, []).append((claim, cents))
        elif account in TAKEN and claim is not None:
            owed.setdefault(transaction, []).append(claim)
    found: dict[str, list[tuple[int, list[str]]]] = {}
    for transaction, refunds in used.items():
        for claim, cents in refunds:
            if cents:
                found.setdefault(claim, []).append((cents, owed.get(transaction, [])))
    return found


def together(lines: Iterable[AccountLine]) -> list[AccountLine]:
    """One line a refund: what was set off and what was transferred of it are one amount."""
    sums: dict[tuple[object, ...], AccountLine] = {}
    for one in lines:
        key = (one.day, one.kind, one.claim_id, one.name)
        before = sums.get(key)
        sums[key] = one if before is None else one._replace(cents=before.cents + one.cents, care_date=before.care_date)
    return list(sums.values())


@dataclass(frozen=True)
class Caps:
    """What a person has borne in a year, of how much at most, and what is still to be taken."""

    year: int
    participations: int
    participations_cap: int
    franchises: int
    franchises_cap: int
    still_to_take: int
    reached_on: date | None


def caps(session: Session, insured_id: str, on: date) -> Caps:
    """The counters of the year of a day."""
    taken = borne(session, insured_id).get(on.year, (0, 0))
    left = sum(
        cents for (book, account, _), cents in ledger.balances(session, party=insured_id).items()
        if account in DEFERRED and book.startswith("amo:")
    )  # fmt: skip
    most = cap("participation_forfaitaire.plafond_annee", on)
    return Caps(
        on.year, taken[0], most, taken[1], cap("franchise.plafond_annee", on), left,
        reached_on(session, insured_id, on.year, most),
    )  # fmt: skip


def cap(parameter: str, on: date) -> int:
    """A yearly cap in cents."""
    value = thresholds.value_on(parameter, on)
    return 0 if value is None else int(value.value * 100)


def reached_on(session: Session, insured_id: str, year: int, most: int) -> date | None:
    """The day on which the contributions of a year came to their cap."""
    query = select(Decision.decided_on, Decision.pf).where(
        Decision.insured_id == insured_id, Decision.year == year, Decision.current.is_(True)
    )
    total = 0
    for day, cents in session.execute(query.order_by(Decision.decided_on, Decision.care_date)):
        total += cents
        if total >= most > 0:
            return day
    return None
