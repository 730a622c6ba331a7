"""An account by its login or its id."""

import unicodedata

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from parcours.registry.access.model import Role
from parcours.registry.accounts import problems
from parcours.registry.accounts.models import LOGIN_CONTEXT, Account, Grant
from parcours.registry.errors import Invalid
from parcours.registry.store.columns import blind_indexes
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get


def normalise_login(login: str) -> str:
    """An e-mail address in the form that is compared. Raises Invalid."""
    text = unicodedata.normalize("NFKC", login).strip().lower()
    name, _, domain = text.rpartition("@")
    if not name or not domain or len(text) > 254 or any(one.isspace() or not one.isprintable() for one in text):
        raise problems.bad_login()
    return text


def find_account(session: Session, login: str) -> Account | None:
    """The account of a login, or None."""
    try:
        text = normalise_login(login)
    except Invalid:
        return None
    return session.scalar(select(Account).where(Account.login_index.in_(blind_indexes(text, LOGIN_CONTEXT))))


def get_account(session: Session, account_id: str) -> Account:
    """The account of an id. Raises NotFound."""
    return get(session, Account, account_id, "account_id")


def officers_of(session: Session, fund_code: str) -> list[Account]:
    """Who acts for a fund."""
    return _acting(session, Grant.role == Role.OFFICER, Grant.fund_code == fund_code)


def told_of_doctor(session: Session, professional_id: str) -> list[Account]:
    """Who acts as a doctor."""
    return _acting(session, Grant.role == Role.DOCTOR, Grant.professional_id == professional_id)


def told_of_people(session: Session, insured_ids: list[str]) -> list[Account]:
    """Who acts as one of these persons."""
    return _acting(session, Grant.role == Role.INSURED, Grant.insured_id.in_(insured_ids)) if insured_ids else []


def _acting(session: Session, *which: ColumnElement[bool]) -> list[Account]:
    grants = session.scalars(select(Grant).where(*which, Grant.ended_at.is_(None), Grant.confirmed_at.is_not(None)))
    return [one for one in {grant.account_id: grant.account for grant in grants}.values() if one.disabled_at is None]


def list_accounts(session: Session, *, after: str | None = None, limit: int = 50) -> list[Account]:
    """Accounts in the order of their ids."""
    query = select(Account).order_by(Account.id).limit(limit)
    return listed(session, query.where(Account.id > after) if after else query)
