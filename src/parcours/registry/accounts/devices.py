"""Browsers in which somebody has logged in: what strangers try does not lock them out."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from parcours.registry.accounts.models import Account, Device
from parcours.registry.accounts.tokens import new_secret, secret_hash
from parcours.registry.store.clock import now_utc

KNOWN_DAYS = 180
"""A browser that has not logged in for so long is a stranger again."""


def find(session: Session, token: str | None, account: Account | None) -> Device | None:
    """The device of a cookie, when the account has logged in there."""
    if token is None:
        return None
    since = now_utc() - timedelta(days=KNOWN_DAYS)
    device = session.scalar(select(Device).where(Device.token_hash == secret_hash(token), Device.used_at > since))
    return device if device is not None and account is not None and device.account_id == account.id else None


def is_known(session: Session, account: Account) -> bool:
    """Has the account any browser in which it has logged in?"""
    return session.scalar(select(Device.id).where(Device.account_id == account.id).limit(1)) is not None


def know(session: Session, account: Account, token: str | None) -> str | None:
    """Note a login in this browser; the token of its new cookie, when it was a stranger."""
    device = find(session, token, account)
    if device is not None:
        device.used_at, device.failed_attempts, device.locked_until = now_utc(), 0, None
        return None
    fresh = new_secret("pcd_")
    session.add(Device(account_id=account.id, token_hash=secret_hash(fresh)))
    return fresh


def forget_all(session: Session, account_id: str) -> None:
    """Every browser is a stranger again."""
    session.execute(delete(Device).where(Device.account_id == account_id))


def forget_old(session: Session) -> None:
    """Forget the browsers that have become strangers."""
    session.execute(delete(Device).where(Device.used_at < now_utc() - timedelta(days=KNOWN_DAYS)))
