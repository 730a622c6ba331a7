"""The account of an insured person: what was refunded, what was taken and for which act, what was transferred."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import String, Text, cast, select, type_coerce
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.claims.counters import borne
from parcours.registry.claims.models import Decision
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import DEFERRED, Account, LedgerPosting, LedgerTransaction
from parcours.registry.payments.models import StatementLine
from parcours.registry.payments.notices import line_name
from parcours.registry.store.keyring import dashed

TAKEN = (*DEFERRED, Account.INDU_INSURED)
REFUND, DEDUCTION, DECIDED, TRANSFER = "refund", "deduction", "to_professional", "transfer"
OF_CARE = (REFUND, DEDUCTION)
"""Lines that say the day of the care."""
LINES = {
    Account.A_PAYER_INSURED.value: REFUND, Account.A_PAYER_PROFESSIONAL.value: DECIDED,
    Account.VIREMENTS.value: TRANSFER, **{one.value: DEDUCTION for one in TAKEN},
}  # fmt: skip
"""What a posting is to the insured, by its account."""


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
    """Lines of a person's account in the book of the fund, oldest first, on a day what is due, taken, then paid:
    refunds less deductions are transfers.
    """
    connection = session.connection()  # plain rows: a statement may have thousands of lines
    for_others = select(StatementLine.id).where(StatementLine.payee_id == insured_id).limit(1)
    whose = StatementLine.insured_id == insured_id
    if connection.execute(for_others).first() is not None:
        whose |= StatementLine.payee_id == insured_id
    claim = cast(StatementLine.claim_id, Text()) if connection.dialect.name == "postgresql" else StatementLine.claim_id
    columns = (StatementLine.at, StatementLine.account, StatementLine.cents, claim, StatementLine.care_date,
               StatementLine.profession)  # fmt: skip
    query = select(*(type_coerce(one, String) for one in columns)).where(whose)
    if first is not None:
        query = query.where(StatementLine.at >= first)
    if last is not None:
        query = query.where(StatementLine.at <= last)
    query = query.order_by(StatementLine.at, StatementLine.account, StatementLine.id)
    return together(connection.execute(query).all())


def together(rows: Iterable[Sequence[Any]]) -> list[AccountLine]:
    """What the postings of payments are to the insured: one line a refund of a day, set off and transferred alike.

    Rows by day and account.
    """
    lines: list[AccountLine] = []
    places: dict[str | None, int] = {}
    what, on, before = "", date.min, ("", "")
    for day, account, cents, claim, care, profession in rows:
        if (day, account) != before:
            what, on, before, places = LINES[account], day_of(day), (day, account), {}
        moved = cents if what == REFUND else -cents
        if (place := places.setdefault(claim, len(lines))) < len(lines):
            lines[place] = lines[place]._replace(cents=lines[place].cents + moved)
            continue
        name = name_of(account, profession) if what == DEDUCTION else ""
        about = day_of(care) if care and what in OF_CARE else None
        lines.append(AccountLine(on, what, moved, id_of(claim), name, about))
    return lines


@lru_cache(maxsize=4096)
def day_of(said: date | str) -> date:
    """A day as a driver gives it: most come again."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def id_of(said: str | None) -> str | None:
    """A public id as a database keeps it, with its dashes."""
    return dashed(said) if said and "-" not in said else said


def last_transfers(session: Session, insured_id: str, count: int) -> date | None:
    """The day of the last but so many transfers to a person; None when there are fewer."""
    query = select(StatementLine.at).where(
        StatementLine.insured_id == insured_id, StatementLine.account == Account.VIREMENTS
    )
    return session.scalar(query.order_by(StatementLine.at.desc()).offset(count - 1).limit(1))


@cache
def name_of(account: str, profession: str) -> str:
    """The national line of a deduction, by the trade of who gave the care."""
    return line_name(Account(account), profession)


def refunds_set_off(session: Session, people: Collection[str]) -> dict[str, list[tuple[int, list[str]]]]:
    """Claim -> (cents of its refund that paid what its person owed, for which claims), payment by payment."""
    query = (
        select(
            LedgerPosting.transaction_id, LedgerPosting.party, LedgerPosting.account, LedgerPosting.cents,
            LedgerPosting.claim_id,
        )
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .where(LedgerTransaction.kind == "set_off", LedgerPosting.party.in_(people))
        .order_by(LedgerPosting.id)
    )  # fmt: skip
    used: dict[tuple[str, str], list[tuple[str, int]]] = {}
    owed: dict[tuple[str, str], list[str]] = {}
    for transaction, party, account, cents, claim in session.execute(query):
        if account is Account.A_PAYER_INSURED and claim is not None:
            used.setdefault((transaction, party), []).append((claim, cents))
        elif account in TAKEN and claim is not None:
            owed.setdefault((transaction, party), []).append(claim)
    found: dict[str, list[tuple[int, list[str]]]] = {}
    for place, refunds in used.items():
        for claim, cents in refunds:
            if cents:
                found.setdefault(claim, []).append((cents, owed.get(place, [])))
    return found


def kept_from(session: Session, claim_id: str) -> tuple[int, list[tuple[Account, str | None, int]]]:
    """Cents of the refund of a claim that were kept for what its payee owed; then the payments that kept them,
    each sum with its account and the claim that owed it: they may have kept from other refunds of the day too.
    """
    here = select(LedgerTransaction.id).join(LedgerPosting, LedgerPosting.transaction_id == LedgerTransaction.id).where(
        LedgerTransaction.kind == "set_off", LedgerPosting.claim_id == claim_id,
        LedgerPosting.account == Account.A_PAYER_INSURED, LedgerPosting.cents > 0,
    )  # fmt: skip
    query = select(LedgerPosting.account, LedgerPosting.claim_id, LedgerPosting.cents)
    rows = session.execute(query.where(LedgerPosting.transaction_id.in_(here)).order_by(LedgerPosting.id)).all()
    used = sum(cents for account, claim, cents in rows if account is Account.A_PAYER_INSURED and claim == claim_id)
    return used, [(account, claim, -cents) for account, claim, cents in rows if account in TAKEN]


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
        cents for account in DEFERRED
        for (book, _, _), cents in ledger.balances(session, account=account, party=insured_id).items()
        if book.startswith("amo:")
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
