"""Sessions in a browser: opened at a login, alive while used, closed at once when rights change."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

from parcours.registry.access.model import Who
from parcours.registry.accounts import attempts, devices
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.models import (
    Account,
    AppAccess,
    AppSecret,
    Grant,
    OidcAttempt,
    PasskeyChallenge,
    SingleUseToken,
    UnknownLogin,
    WebSession,
)
from parcours.registry.accounts.tokens import new_secret, secret_hash
from parcours.registry.audit.service import record
from parcours.registry.replies import service as replies
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Base

_SEEN_EVERY = timedelta(minutes=1)
"""A session notes that it was used at most this often: a page view need not write."""


@dataclass(frozen=True)
class SessionPolicy:
    """How long a session lives without use, and at most."""

    idle_minutes: int = 30
    absolute_minutes: int = 720


@dataclass(frozen=True)
class OpenedSession:
    """A session and the token of its cookie, which is nowhere else."""

    session: WebSession
    token: str


def open_session(
    session: Session,
    account: Account,
    method: str,
    *,
    grant: Grant | None = None,
    opened_at: datetime | None = None,
    id_token: str | None = None,
) -> OpenedSession:
    """A new session, in the given role or, when the account has just one, in that one."""
    grants = account.active_grants
    now, token = now_utc(), new_secret()
    web_session = WebSession(
        token_hash=secret_hash(token),
        account_id=account.id,
        grant_id=(grant or (grants[0] if grants else None)) and (grant or grants[0]).id,
        csrf_token=secrets.token_urlsafe(32),
        method=method,
        opened_at=opened_at or now,
        last_seen_at=now,
        id_token=id_token,
    )
    session.add(web_session)
    session.flush()
    return OpenedSession(web_session, token)


def is_strong(method: str) -> bool:
    """Was the login proved by two factors: a code beside the password, a passkey, or an identity provider?"""
    return method != "password"


_BY_TOKEN = (
    select(WebSession)
    .where(WebSession.token_hash == bindparam("token"))
    .options(joinedload(WebSession.account), joinedload(WebSession.grant))
)


def find_session(session: Session, token: str, policy: SessionPolicy) -> WebSession | None:
    """The live session of a cookie: open, not idle too long, not too old, of an account and a role still valid."""
    row = session.scalar(_BY_TOKEN, {"token": secret_hash(token)})
    if row is None or not is_open(row, policy):
        return None
    if row.account.disabled_at is not None or (row.grant is not None and row.grant.ended_at is not None):
        return None
    return row


_SESSIONS, _ACCOUNTS, _GRANTS = (
    Base.metadata.tables[one.__tablename__] for one in (WebSession, Account, Grant)
)  # fmt: skip
_LIVE: Executable = (
    select(
        *(_SESSIONS.c[name] for name in (
            "id", "account_id", "grant_id", "csrf_token", "method", "opened_at", "last_seen_at", "closed_at",
        )),
        *(_GRANTS.c[name] for name in ("role", "insured_id", "professional_id", "fund_code", "insurer", "ended_at")),
        _ACCOUNTS.c.disabled_at,
    )
    .select_from(_SESSIONS.join(_ACCOUNTS).outerjoin(_GRANTS, _GRANTS.c.id == _SESSIONS.c.grant_id))
    .where(_SESSIONS.c.token_hash == bindparam("token"))
)  # fmt: skip


def look_up(session: Session, token: str, policy: SessionPolicy) -> Row[Any] | None:
    """What every request asks of the live session of a cookie: its columns, its role's and no others."""
    row: Row[Any] | None = session.connection().execute(_LIVE, {"token": secret_hash(token)}).one_or_none()
    if row is None or row.disabled_at is not None or row.ended_at is not None or not is_open(row, policy):
        return None
    return row


def is_open(row: WebSession | Row[Any], policy: SessionPolicy) -> bool:
    """Is a session open: not closed, not idle too long, not too old?"""
    now = now_utc()
    if row.closed_at is not None or row.last_seen_at - now > _SEEN_EVERY:
        return False  # seen in the future: the clock was set back, and nothing can be said of its age
    idle, old = now - row.last_seen_at, now - row.opened_at
    return idle <= timedelta(minutes=policy.idle_minutes) and old <= timedelta(minutes=policy.absolute_minutes)


def needs_touch(web_session: WebSession | Row[Any]) -> bool:
    """Is it time to note that the session is in use?"""
    return now_utc() - web_session.last_seen_at > _SEEN_EVERY


def touch_session(session: Session, session_id: str) -> None:
    """Note that the session is in use."""
    session.execute(update(WebSession).where(WebSession.id == session_id).values(last_seen_at=now_utc()))


def rotate_session(session: Session, web_session: WebSession, *, grant: Grant | None = None) -> OpenedSession:
    """A new token for the same login (at a change of role or of rights); the old one dies."""
    web_session.closed_at, id_token, web_session.id_token = now_utc(), web_session.id_token, None
    return open_session(
        session,
        web_session.account,
        web_session.method,
        grant=grant or web_session.grant,
        opened_at=web_session.opened_at,
        id_token=id_token,
    )


def close_session(session: Session, who: Who, web_session: WebSession) -> None:
    """Log out."""
    web_session.closed_at, web_session.id_token = web_session.closed_at or now_utc(), None
    record(session, Tag.SESSION_CLOSE, who, record=("session", web_session.id))


def open_sessions(session: Session, account_id: str, policy: SessionPolicy) -> list[WebSession]:
    """The sessions of an account that live, newest first: what its holder may see, and end."""
    now = now_utc()
    query = select(WebSession).where(
        WebSession.account_id == account_id,
        WebSession.closed_at.is_(None),
        WebSession.last_seen_at > now - timedelta(minutes=policy.idle_minutes),
        WebSession.opened_at > now - timedelta(minutes=policy.absolute_minutes),
    )
    return list(session.scalars(query.order_by(WebSession.opened_at.desc(), WebSession.id)))


def close_sessions(session: Session, account_id: str) -> None:
    """Every session of an account ends now, and what its holder let applications do."""
    session.execute(
        update(AppAccess)
        .where(AppAccess.account_id == account_id, AppAccess.ended_at.is_(None))
        .values(ended_at=now_utc())
    )
    session.execute(
        update(WebSession)
        .where(WebSession.account_id == account_id, WebSession.closed_at.is_(None))
        .values(closed_at=now_utc(), id_token=None)
    )


def remove_expired(session: Session, policy: SessionPolicy) -> None:
    """Forget what is past use: dead sessions, tokens, started logins, old idempotent answers."""
    now = now_utc()
    oldest = now - timedelta(minutes=policy.absolute_minutes)
    session.execute(delete(WebSession).where(or_(WebSession.opened_at < oldest, WebSession.closed_at < oldest)))
    session.execute(delete(SingleUseToken).where(SingleUseToken.expires_at < now))
    session.execute(delete(OidcAttempt).where(OidcAttempt.expires_at < now))
    session.execute(delete(AppSecret).where(AppSecret.expires_at < now))
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < now))
    session.execute(delete(UnknownLogin).where(UnknownLogin.attempted_at < oldest))
    devices.forget_old(session)
    attempts.forget_old(session)
    replies.remove_old(session, now)
