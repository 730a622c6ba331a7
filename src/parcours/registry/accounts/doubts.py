"""Who a login at a provider is, when name and day of birth do not prove it: the fund sends a code, and it comes back.

Until then the account holds a role that waits. A person of the fund decides how the code goes: by post to the address
that the fund knows, or by hand at its desk, where an identity document is shown.
"""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from parcours.registry.access.model import Role, Who
from parcours.registry.accounts import problems
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.find import officers_of
from parcours.registry.accounts.models import Account, Grant, SingleUseToken, TokenPurpose
from parcours.registry.accounts.service import confirm_role, propose_role
from parcours.registry.accounts.tokens import secret_hash
from parcours.registry.audit.service import record
from parcours.registry.people.service import affiliation_on
from parcours.registry.store.clock import now_utc, paris_today

CODE_DAYS = 30
ATTEMPTS = 5
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Way(StrEnum):
    """How a code reaches its person."""

    POST = "post"
    DESK = "desk"


def doubt(session: Session, who: Who, account: Account, insured_id: str, provider: str) -> Grant:
    """The role waits for a code of the fund; the person sees in the trail that somebody asked."""
    grant = propose_role(session, who, account, Role.INSURED, insured_id=insured_id)
    record(session, Tag.OIDC_DOUBT, who, insured_id=insured_id, record=("grant", grant.id), why=provider)
    return grant


def waiting_for(session: Session, insured_id: str) -> list[Grant]:
    """Who says to be this person and has not proved it, the newest last."""
    query = select(Grant).where(
        Grant.insured_id == insured_id, Grant.role == Role.INSURED, Grant.granted_by.is_(None),
        Grant.confirmed_at.is_(None), Grant.ended_at.is_(None),
    )  # fmt: skip
    return [one for one in session.scalars(query.order_by(Grant.granted_at)) if one.account.disabled_at is None]


def new_code(session: Session, who: Who, insured_id: str, way: Way) -> str:
    """A code for whoever waits to be this person; the one before is worth nothing. Raises Conflict: nobody waits."""
    waiting = waiting_for(session, insured_id)
    if not waiting:
        raise problems.nobody_waits()
    text = "".join(secrets.choice(_LETTERS) for _ in range(12))
    code = f"{text[:4]}-{text[4:8]}-{text[8:]}"
    until = now_utc() + timedelta(days=CODE_DAYS)
    for grant in waiting:
        _burn(session, grant.account_id)
        session.add(
            SingleUseToken(
                purpose=TokenPurpose.IDENTITY, token_hash=_hash(grant.account_id, code), account_id=grant.account_id,
                expires_at=until,
            )
        )  # fmt: skip
        grant.account.failed_attempts = 0
    details = {"way": way.value}
    record(session, Tag.IDENTITY_CODE, who, insured_id=insured_id, record=("patient", insured_id), details=details)
    return code


def prove(session: Session, who: Who, account: Account, code: str) -> bool:
    """Does the code come back? Then the role opens. False: wrong, and counted; after five the code is worth nothing."""
    grants = [one for one in account.waiting_grants if one.granted_by is None and one.role is Role.INSURED]
    used = session.execute(
        update(SingleUseToken)
        .where(
            SingleUseToken.token_hash == _hash(account.id, code), SingleUseToken.used_at.is_(None),
            SingleUseToken.purpose == TokenPurpose.IDENTITY, SingleUseToken.expires_at > now_utc(),
        )
        .values(used_at=now_utc())
        .execution_options(synchronize_session=False)
        .returning(SingleUseToken.id)
    ).one_or_none()  # fmt: skip
    if used is not None and grants:
        account.failed_attempts = 0
        for grant in grants:
            confirm_role(session, who, grant)
        return True
    account.failed_attempts += 1
    if account.failed_attempts >= ATTEMPTS:
        _burn(session, account.id)
    for grant in grants:
        record(session, Tag.IDENTITY_FAIL, who, insured_id=grant.insured_id, record=("grant", grant.id))
    return False


def new_doubts(account: Account, since: datetime) -> list[Grant]:
    """The roles of an account that began to wait in this request."""
    return [one for one in account.waiting_grants if one.granted_by is None and one.granted_at >= since]


def told_of(session: Session, insured_id: str) -> list[Account]:
    """The officers of the fund of a person: one of them decides how the code goes."""
    affiliation = affiliation_on(session, insured_id, paris_today())
    if affiliation is None:
        return []
    return officers_of(session, affiliation.fund_code)


def _burn(session: Session, account_id: str) -> None:
    session.execute(
        update(SingleUseToken)
        .where(
            SingleUseToken.account_id == account_id, SingleUseToken.purpose == TokenPurpose.IDENTITY,
            SingleUseToken.used_at.is_(None),
        )
        .values(used_at=now_utc())
    )  # fmt: skip


def _hash(account_id: str, code: str) -> str:
    """Of one account: a code that two homonyms wait for opens each one's own login only."""
    plain = "".join(one for one in code.upper() if one.isalnum())
    return secret_hash(f"{account_id}:{plain}")
