"""The second factor: codes of an authenticator application, and the recovery codes that stand in for them."""

import hmac
import secrets
import time
from dataclasses import dataclass, field

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from parcours.registry.access.model import Who
from parcours.registry.accounts import problems
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.hashing import PasswordHashing
from parcours.registry.accounts.models import Account, Passkey, RecoveryCode
from parcours.registry.accounts.sessions import close_sessions
from parcours.registry.audit.service import record
from parcours.registry.errors import not_found
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Database

TOTP_STEP_SECONDS = 30
RECOVERY_CODES = 10
_RECOVERY_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Nothing to mistake for something else on paper."""


def start_totp(session: Session, who: Who, account: Account) -> str:
    """A new TOTP secret (base32), not yet required until `confirm_totp`. Raises Conflict when one is in use."""
    if account.has_totp:
        raise problems.totp_in_use()
    account.totp_secret = pyotp.random_base32()
    record(session, Tag.TOTP_START, who, record=("account", account.id))
    return account.totp_secret


def totp_uri(account: Account, issuer: str = "parcours") -> str:
    """What an authenticator application reads (`otpauth://`)."""
    if account.totp_secret is None:
        raise not_found("totp")
    return pyotp.TOTP(account.totp_secret).provisioning_uri(name=account.login, issuer_name=issuer)


def confirm_totp(session: Session, who: Who, account: Account, code: str) -> None:
    """From now on a code is asked at each login; every other session ends. Raises Invalid for a wrong code."""
    if account.has_totp or account.totp_secret is None or not use_totp_code(session, account, code):
        raise problems.bad_totp()
    account.totp_confirmed_at = now_utc()
    close_sessions(session, account.id)
    record(session, Tag.TOTP_CONFIRM, who, record=("account", account.id))


def remove_totp(session: Session, who: Who, account: Account) -> None:
    """No second factor any more, passkeys included (the caller has checked both factors, or is an administrator)."""
    account.totp_secret = account.totp_confirmed_at = None
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    close_sessions(session, account.id)
    record(session, Tag.TOTP_REMOVE, who, record=("account", account.id))


def use_totp_code(session: Session, account: Account, code: str) -> bool:
    """Is this a code of now (or 30 seconds away), never used before? Using it burns it, also under concurrency."""
    step = _totp_step(account, code)
    if step is None:
        return False
    used = session.execute(
        update(Account)
        .where(Account.id == account.id, Account.totp_last_step < step)
        .values(totp_last_step=step)
        .execution_options(synchronize_session=False)
        .returning(Account.id)
    ).one_or_none()
    return used is not None


def _totp_step(account: Account, code: str) -> int | None:
    digits = code.replace(" ", "")
    if account.totp_secret is None or len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    totp = pyotp.TOTP(account.totp_secret)
    now = int(time.time()) // TOTP_STEP_SECONDS
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(totp.at(step * TOTP_STEP_SECONDS), digits):
            return step
    return None


@dataclass(frozen=True)
class RecoveryCodes:
    """Codes to write down, shown once, and what is kept of each."""

    codes: tuple[str, ...]
    hashes: tuple[str, ...] = field(repr=False)


def new_recovery_codes(hashing: PasswordHashing) -> RecoveryCodes:
    """Ten codes of 50 random bits, like `3-QK7WD-9TMZX`. Slow (a hash each): to be called outside a transaction."""
    groups = ["".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    return RecoveryCodes(
        tuple(f"{number}-{text[:5]}-{text[5:]}" for number, text in enumerate(groups)),
        tuple(hashing.hash(text) for text in groups),
    )


def keep_recovery_codes(session: Session, who: Who, account: Account, made: RecoveryCodes) -> None:
    """From now on these stand in for a code of the second factor; the ones before are worth nothing.

    Raises `Conflict`: no second factor is in use.
    """
    if not account.has_totp:
        raise problems.no_totp()
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.add_all(
        RecoveryCode(account_id=account.id, number=number, code_hash=code_hash)
        for number, code_hash in enumerate(made.hashes)
    )
    record(session, Tag.RECOVERY_MAKE, who, record=("account", account.id))


def fitting_recovery_code(
    database: Database, account: Account | None, code: str | None, hashing: PasswordHashing
) -> str | None:
    """The id of the unused recovery code that this is; what looks like one costs the same hash in every case."""
    text = "".join(one for one in (code or "").upper() if one not in " -")
    if len(text) != 11 or not "0" <= text[0] <= "9":
        return None
    with database.reading() as session:
        row = session.scalar(
            select(RecoveryCode).where(
                RecoveryCode.account_id == (account.id if account else None),
                RecoveryCode.number == int(text[0]),
                RecoveryCode.used_at.is_(None),
            )
        )
    fits = hashing.verify(row.code_hash if row else None, text[1:])
    return row.id if row is not None and fits else None


def use_recovery_code(session: Session, who: Who, account: Account, code_id: str | None) -> bool:
    """Burn a recovery code that was found to fit; False when it is none, or was used or replaced meanwhile."""
    used = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.id == code_id, RecoveryCode.used_at.is_(None))
        .values(used_at=now_utc())
        .execution_options(synchronize_session=False)
        .returning(RecoveryCode.id)
    ).one_or_none()
    if used is not None:
        record(session, Tag.RECOVERY_USE, who, record=("account", account.id))
    return used is not None
