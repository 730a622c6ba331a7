"""Logging in with a password, and a code where there is a second factor.

A login answers the same, and does the same work (statements, commits, slow hashes), whether the account does not exist,
the password is wrong or the account is locked.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from parcours.registry.access.model import Who
from parcours.registry.accounts import devices, problems
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.find import find_account, get_account
from parcours.registry.accounts.hashing import PasswordHashing
from parcours.registry.accounts.models import Account, Device, UnknownLogin
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
    hashing: PasswordHashing, device: str | None = None,
) -> Login:  # fmt: skip
    """Check a password (and code). Raises Unauthenticated; what failed is in the audit trail only.

    The attempt is counted before the password is looked at, so that parallel guesses cannot outrun the lock; the slow
    hash is computed outside any transaction. Raises Busy, before anything is counted, when too many log in at once.
    """
    with hashing.admitted():
        return _log_in(database, who, (login, password, totp, device), policy, hashing)


def _log_in(
    database: Database, who: Who, given: tuple[str, str, str | None, str | None], policy: LoginPolicy,
    hashing: PasswordHashing,
) -> Login:  # fmt: skip
    login, password, totp, device = given
    attempt = _count_attempt(database, login, policy, device)
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
                return _accepted(session, who, current, attempt, password, hashing, recovered=recovery is not None)
            failure = missing
    raise failure


def lock_to_tell(database: Database, login: str) -> Account | None:
    """The account of a login that strangers have locked, when its holder was not told of it within a day."""
    now = now_utc()
    with database.writing() as session:
        account = find_account(session, login)
        if account is None or account.locked_until is None or account.locked_until <= now:
            return None
        if account.told_locked_at is not None and account.told_locked_at > now - timedelta(days=1):
            return None
        account.told_locked_at = now
        return account


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
    locks: bool = False
    device_id: str | None = None
    """The browser it was counted on, where the account has logged in before."""


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
        _uncount_attempt(session, account, attempt, policy)
        return problems.totp_required()
    if use_totp_code(session, account, code) or use_recovery_code(session, who, account, recovery):
        return None
    return _refused(session, who, attempt, "totp", policy)


def _count_attempt(database: Database, login: str, policy: LoginPolicy, device: str | None = None) -> _Attempt:
    """Count one attempt: one row is written, whether an account has the login or not, locked or not.

    In a browser that has logged in before it is counted there, else on the account: who guesses elsewhere locks
    strangers out, and not the browser of the holder.
    """
    with database.writing() as session:
        account, now = find_account(session, login), now_utc()
        known = devices.find(session, device, account)
        if account is None:
            session.add(UnknownLogin(attempted_at=now))
            return _Attempt(None)
        row: Account | Device = known or account
        was_locked = row.locked_until is not None and row.locked_until > now
        counted = _counted(session, type(row), row.id, policy, now)
        session.expunge(account)
    if was_locked or counted > policy.attempts:
        return _Attempt(None)
    return _Attempt(account, counted == policy.attempts, None if known is None else known.id)


def _counted(session: Session, table: type[Account | Device], row_id: str, policy: LoginPolicy, now: datetime) -> int:
    """How many attempts there are with this one."""
    count = case((table.locked_until <= now, 1), else_=table.failed_attempts + 1)
    lock = now + timedelta(minutes=policy.lock_minutes)
    locked_until = case((table.locked_until > now, table.locked_until), (count >= policy.attempts, lock))
    return session.execute(
        update(table)
        .where(table.id == row_id)
        .values(failed_attempts=count, locked_until=locked_until)
        .execution_options(synchronize_session=False)
        .returning(table.failed_attempts)
    ).scalar_one()


def _uncount_attempt(session: Session, account: Account, attempt: _Attempt, policy: LoginPolicy) -> None:
    """The password was right and only the code is missing: no guess, so no step towards the lock."""
    row = session.get(Device, attempt.device_id) if attempt.device_id else account
    if row is not None:
        row.failed_attempts = max(0, row.failed_attempts - 1)
        if row.failed_attempts < policy.attempts:
            row.locked_until = None


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
    attempt: _Attempt,
    password: str,
    hashing: PasswordHashing,
    *,
    recovered: bool,
) -> Login:
    if attempt.device_id is None:  # what strangers try stays counted
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
