"""An account by its login or its id."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.accounts import problems
from parcours.registry.accounts.models import LOGIN_CONTEXT, Account
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


def list_accounts(session: Session, *, after: str | None = None, limit: int = 50) -> list[Account]:
    """Accounts in the order of their ids."""
    query = select(Account).order_by(Account.id).limit(limit)
    return listed(session, query.where(Account.id > after) if after else query)
