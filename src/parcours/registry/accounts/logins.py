"""Logging in with a password, and a code where there is a second factor.

A login answers the same, and does the same work (statements, commits, slow hashes), whether the account does not exist,
the password is wrong or the account is locked.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from parcours.registry.access.model import Who
from parcours.registry.accounts import problems
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.find import find_account, get_account
from parcours.registry.accounts.hashing import PasswordHashing
from parcours.registry.accounts.models import Account, UnknownLogin
from parcours.registry.accounts.passwords import LoginPolicy
from parcours.registry.accounts.second_factor import fitting_recovery_code, use_recovery_code, use_totp_code
from parcours.registry.audit.service import record
from parcours.registry.errors import Unauthenticated
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Database


@dataclass(frozen=True)
class Login:
    """A login that succeeded."""

    account: Account
    method: str


def log_in(
    database: Database, who: Who, *, login: str, password: str, totp: str | None, policy: LoginPolicy,
    hashing: PasswordHashing,
) -> Login:  # fmt: skip
    """Check a password (and code). Raises Unauthenticated; what failed is in the audit trail only.

    The attempt is counted before the password is looked at, so that parallel guesses cannot outrun the lock; the slow
    hash is computed outside any transaction. Raises Busy, before anything is counted, when too many log in at once.
    """
    with hashing.admitted():
        return _log_in(database, who, (login, password, totp), policy, hashing)


def _log_in(
    database: Database, who: Who, given: tuple[str, str, str | None], policy: LoginPolicy, hashing: PasswordHashing
) -> Login:
    login, password, totp = given
    attempt = _count_attempt(database, login, policy)
    account = attempt.account
    fits = hashing.verify(
        account.password_hash if account else None,
        unicodedata.normalize("NFKC", password),
    )
    recovery = fitting_recovery_code(database, account, totp, hashing)
    with database.writing() as session:
        current = session.get(Account, account.id, with_for_update=True) if account and fits else None
        if (
            current is None
            or current.disabled_at is not None
            or current.password_hash != (account and account.password_hash)
        ):
            failure = _refused(session, who, attempt, "password", policy)
        else:
            missing = _second_factor(session, who, current, attempt, (totp, recovery), policy)
            if missing is None:
                return _accepted(session, who, current, password, hashing, recovered=recovery is not None)
            failure = missing
    raise failure


def check_own_password(
    database: Database, account_id: str, password: str, policy: LoginPolicy, hashing: PasswordHashing, who: Who,
    *, second_factor: bool = False, code: str | None = None,
) -> None:  # fmt: skip
    """Before a sensitive change: the password again, under the same lock as a login. Raises Unauthenticated.

    `second_factor`: a code (or a recovery code) is needed too, when the account has a second factor.
    """
    with database.reading() as session:
        login = get_account(session, account_id).login
    with hashing.admitted():
        _check_own(database, (login, password, code if second_factor else None), policy, hashing, who, second_factor)


def _check_own(
    database: Database, given: tuple[str, str, str | None], policy: LoginPolicy, hashing: PasswordHashing, who: Who,
    second_factor: bool,
) -> None:  # fmt: skip
    login, password, code = given
    attempt = _count_attempt(database, login, policy)
    account = attempt.account
    fits = hashing.verify(
        account.password_hash if account else None,
        unicodedata.normalize("NFKC", password),
    )
    recovery = fitting_recovery_code(database, account, code, hashing)
    with database.writing() as session:
        current = session.get(Account, account.id, with_for_update=True) if account and fits else None
        if current is None:
            failure = _refused(session, who, attempt, "password", policy)
        else:
            factors = (code, recovery)
            missing = _second_factor(session, who, current, attempt, factors, policy) if second_factor else None
            if missing is None:
                unlocked = {"failed_attempts": 0, "locked_until": None}
                session.execute(update(Account).where(Account.id == current.id).values(unlocked))
                return
            failure = missing
    raise failure


@dataclass(frozen=True)
class _Attempt:
    """A counted attempt: the account to look at (None: unknown, or locked already), and whether it locks it."""

    account: Account | None
    locks: bool


def _second_factor(
    session: Session, who: Who, account: Account, attempt: _Attempt, given: tuple[str | None, str | None],
    policy: LoginPolicy,
) -> Unauthenticated | None:  # fmt: skip
    """What is still wrong when the password was right: nothing, no code given, or a wrong one.

    `given`: the code, and the id of the recovery code that it fits.
    """
    code, recovery = given
    if not account.has_totp:
        return None
    if not code:
        _uncount_attempt(account, policy)
        return problems.totp_required()
    if use_totp_code(session, account, code) or use_recovery_code(session, who, account, recovery):
        return None
    return _refused(session, who, attempt, "totp", policy)


def _count_attempt(database: Database, login: str, policy: LoginPolicy) -> _Attempt:
    """Count one attempt: one row is written, whether an account has the login or not, locked or not."""
    with database.writing() as session:
        account, now = find_account(session, login), now_utc()
        if account is None:
            session.add(UnknownLogin(attempted_at=now))
            return _Attempt(None, locks=False)
        was_locked = account.locked_until is not None and account.locked_until > now
        count = case((Account.locked_until <= now, 1), else_=Account.failed_attempts + 1)
        lock = now + timedelta(minutes=policy.lock_minutes)
        locked_until = case((Account.locked_until > now, Account.locked_until), (count >= policy.attempts, lock))
        counted = session.execute(
            update(Account)
            .where(Account.id == account.id)
            .values(failed_attempts=count, locked_until=locked_until)
            .execution_options(synchronize_session=False)
            .returning(Account.failed_attempts)
        ).scalar_one()
        session.expunge(account)
    if was_locked or counted > policy.attempts:
        return _Attempt(None, locks=False)
    return _Attempt(account, locks=counted == policy.attempts)


def _uncount_attempt(account: Account, policy: LoginPolicy) -> None:
    """The password was right and only the code is missing: no guess, so no step towards the lock."""
    account.failed_attempts = max(0, account.failed_attempts - 1)
    if account.failed_attempts < policy.attempts:
        account.locked_until = None


def _refused(session: Session, who: Who, attempt: _Attempt, factor: str, policy: LoginPolicy) -> Unauthenticated:
    account = attempt.account
    target = ("account", account.id) if account else None
    details = {"factor": factor} if account else {"login": "unknown_or_locked"}
    record(session, Tag.LOGIN_FAIL, who, record=target, details=details)
    if attempt.locks:
        record(session, Tag.LOGIN_LOCK, who, record=target, details={"minutes": policy.lock_minutes})
    return problems.login_refused()


def _accepted(
    session: Session,
    who: Who,
    account: Account,
    password: str,
    hashing: PasswordHashing,
    *,
    recovered: bool,
) -> Login:
    account.failed_attempts, account.locked_until = 0, None
    if account.password_hash and hashing.is_outdated(account.password_hash):
        account.password_hash = hashing.hash(unicodedata.normalize("NFKC", password))
    second = "+recovery" if recovered else "+totp"
    method = f"password{second if account.has_totp else ''}"
    by = Who("account", account.id, request_id=who.request_id)
    record(
        session,
        Tag.LOGIN_SUCCEED,
        by,
        record=("account", account.id),
        details={"method": method},
    )
    session.flush()
    return Login(account, method)
