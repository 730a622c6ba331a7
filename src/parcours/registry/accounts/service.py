"""Accounts, passwords, second factor, sessions and API clients.

Secrets are random, shown once and kept as hashes only.  A login answers the same, and does the same work (statements,
commits, slow hashes), whether the account does not exist, the password is wrong or the account is locked.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from parcours.registry.accounts.models import (
    LOGIN_CONTEXT,
    PEOPLE_ROLES,
    READ_WITH,
    Account,
    ApiClient,
    ExternalIdentity,
    Grant,
    IdempotentReply,
    OidcAttempt,
    RecoveryCode,
    Role,
    Scope,
    SingleUseToken,
    TokenPurpose,
    UnknownLogin,
    WebSession,
)
from parcours.registry.audit.service import Who, record
from parcours.registry.audit.tags import Tag
from parcours.registry.directory.models import Fund
from parcours.registry.errors import Conflict, Invalid, RegistryError, not_found
from parcours.registry.store.db import Database, blind_index, blind_indexes, now_utc, parse_id

PASSWORD_MIN: Final = 12
PASSWORD_MAX: Final = 256
TOTP_STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
_RECOVERY_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Nothing to mistake for something else on paper."""
_SEEN_EVERY: Final = timedelta(minutes=1)
"""A session notes that it was used at most this often: a page view need not write."""


class Unauthenticated(RegistryError):
    """The proof of identity is missing, wrong or no longer valid."""

    http_status = 401


@dataclass(frozen=True)
class PasswordHashing:
    """Cost of Argon2id (RFC 9106): passes, memory in KiB, lanes."""

    time_cost: int = 3
    memory_kib: int = 65536
    parallelism: int = 1

    def hash(self, password: str) -> str:
        return _hasher(self).hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Does the password fit? An account without one takes as long as any other, and never fits."""
        try:
            _hasher(self).verify(password_hash or _decoy(self), password)
        except (Argon2Error, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return _hasher(self).check_needs_rehash(password_hash)


@lru_cache(maxsize=4)
def _hasher(cost: PasswordHashing) -> PasswordHasher:
    return PasswordHasher(
        time_cost=cost.time_cost,
        memory_cost=cost.memory_kib,
        parallelism=cost.parallelism,
    )


@lru_cache(maxsize=4)
def _decoy(cost: PasswordHashing) -> str:
    return _hasher(cost).hash(secrets.token_urlsafe(16))


@dataclass(frozen=True)
class LoginPolicy:
    """How many wrong attempts lock an account, for how long, and how long a reset link lives."""

    attempts: int = 5
    lock_minutes: int = 15
    reset_minutes: int = 30


@dataclass(frozen=True)
class SessionPolicy:
    """How long a session lives without use, and at most."""

    idle_minutes: int = 30
    absolute_minutes: int = 720


def new_secret(prefix: str = "") -> str:
    """A random secret of 256 bits, safe in a header and a cookie."""
    return prefix + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is kept of a random secret (its 256 bits make a slow hash needless)."""
    return hashlib.sha256(secret.encode()).hexdigest()


# --- accounts --------------------------------------------------------------------------------------------------------


def normalise_login(login: str) -> str:
    """An e-mail address in the form that is compared. Raises Invalid."""
    text = unicodedata.normalize("NFKC", login).strip().lower()
    name, _, domain = text.rpartition("@")
    if not name or not domain or len(text) > 254 or any(one.isspace() or not one.isprintable() for one in text):
        raise Invalid(
            "bad_login",
            field="login",
            allowed="name@domain, 254 characters at most",
            fr="l'identifiant doit être une adresse électronique",
            en="the login must be an e-mail address",
        )
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
    identifier = parse_id(account_id)
    account = session.get(Account, identifier) if identifier else None
    if account is None:
        raise not_found("account_id")
    return account


def list_accounts(session: Session, *, after: str | None = None, limit: int = 50) -> list[Account]:
    """Accounts in the order of their ids."""
    query = select(Account).order_by(Account.id).limit(limit)
    return list(session.scalars(query.where(Account.id > after) if after else query))


def create_account(
    session: Session,
    who: Who,
    *,
    login: str,
    display_name: str = "",
    language: str = "fr",
    password: str | None = None,
    hashing: PasswordHashing | None = None,
) -> Account:
    """A new account without any role. Without a password it waits for a reset link or a login by OpenID Connect."""
    text = normalise_login(login)
    if find_account(session, text) is not None:
        raise Conflict(
            "login_taken",
            field="login",
            allowed="a login that no account has",
            fr="un compte a déjà cet identifiant",
            en="an account has this login already",
        )
    account = Account(
        login=text,
        login_index=blind_index(text, LOGIN_CONTEXT),
        display_name=display_name,
        language=language,
    )
    if password is not None:
        account.password_hash = (hashing or PasswordHashing()).hash(check_password(password, text))
    session.add(account)
    session.flush()
    record(session, Tag.ACCOUNT_CREATE, who, record=("account", account.id))
    return account


def disable_account(session: Session, who: Who, account: Account) -> None:
    """Nobody logs in with it any more; its sessions end now."""
    account.disabled_at = account.disabled_at or now_utc()
    close_sessions(session, account.id)
    record(session, Tag.ACCOUNT_DISABLE, who, record=("account", account.id))


def enable_account(session: Session, who: Who, account: Account) -> None:
    """Undo a disabling and a lock."""
    account.disabled_at = account.locked_until = None
    account.failed_attempts = 0
    record(session, Tag.ACCOUNT_ENABLE, who, record=("account", account.id))


def close_account(session: Session, who: Who, account: Account) -> None:
    """Closed by its holder: roles and sessions end, what proved who they are is erased, so is the login.

    Unlike a disabling, it does not keep the same person out: they may be given an account, or log in at a provider.
    """
    for grant in account.active_grants:
        end_grant(session, who, grant)
    close_sessions(session, account.id)
    for kept in (RecoveryCode, SingleUseToken, ExternalIdentity):
        session.execute(delete(kept).where(kept.account_id == account.id))
    session.execute(delete(IdempotentReply).where(IdempotentReply.actor_id == account.id))
    erased = f"{account.id}@closed.invalid"
    account.login, account.login_index = erased, blind_index(erased, LOGIN_CONTEXT)
    account.display_name = ""
    account.password_hash = account.totp_secret = account.totp_confirmed_at = None
    account.disabled_at = now_utc()
    record(session, Tag.ACCOUNT_CLOSE, who, record=("account", account.id))


# --- roles -----------------------------------------------------------------------------------------------------------

_SUBJECT: Final = {
    Role.INSURED: "insured_id",
    Role.DOCTOR: "professional_id",
    Role.DELEGATE: "professional_id",
    Role.OFFICER: "fund_code",
    Role.ADMINISTRATOR: None,
}


def grant_role(
    session: Session,
    who: Who,
    account: Account,
    role: Role,
    *,
    insured_id: str | None = None,
    professional_id: str | None = None,
    fund_code: str | None = None,
) -> Grant:
    """Give a role: insured for a person, doctor or delegate for a professional, officer for a fund, administrator."""
    subject = {
        "insured_id": insured_id,
        "professional_id": professional_id,
        "fund_code": fund_code,
    }
    _check_subject(role, subject)
    for grant in account.active_grants:
        if grant.role is role and all(getattr(grant, name) == value for name, value in subject.items()):
            return grant
    grant = Grant(
        account=account, role=role, granted_by=who.id, insured_id=insured_id, professional_id=professional_id,
        fund_code=fund_code,
    )  # fmt: skip
    session.add(grant)
    session.flush()
    close_sessions(session, account.id)
    record(
        session,
        Tag.GRANT_CREATE,
        who,
        insured_id=insured_id,
        record=("grant", grant.id),
        details={"role": role.value},
    )
    return grant


def _check_subject(role: Role, subject: dict[str, str | None]) -> None:
    if role not in PEOPLE_ROLES:
        raise Invalid(
            "bad_role", field="role", given=role.value, allowed=PEOPLE_ROLES,
            fr="ce rôle ne se donne pas à un compte", en="an account cannot have this role",
        )  # fmt: skip
    needed = _SUBJECT[role]
    for name, value in subject.items():
        if (value is not None) != (name == needed):
            raise Invalid(
                "bad_subject",
                field=name,
                given="a value" if value is not None else "nothing",
                allowed=f"{needed or 'no subject'} for the role {role.value}",
                fr="le rôle doit désigner exactement la personne, le professionnel ou la caisse qu'il concerne",
                en="the role must name exactly the person, professional or fund it is for",
            )


def end_grant(session: Session, who: Who, grant: Grant) -> None:
    """Take a role away; the sessions of the account end now."""
    if grant.ended_at is None:
        grant.ended_at = now_utc()
        close_sessions(session, grant.account_id)
        record(
            session, Tag.GRANT_END, who, insured_id=grant.insured_id, record=("grant", grant.id),
            details={"role": grant.role.value},
        )  # fmt: skip


def require_fund(session: Session, code: str) -> Fund:
    """A fund by its code. Raises Invalid."""
    fund = session.scalar(select(Fund).where(Fund.code == code))
    if fund is None:
        raise Invalid(
            "unknown_fund", field="fund", given=code[:20], allowed="the code of a registered fund, like 01C751",
            fr="caisse inconnue", en="unknown fund",
        )  # fmt: skip
    return fund


# --- passwords -------------------------------------------------------------------------------------------------------

_COMMON: Final = (
    "password", "motdepasse", "azerty", "qwerty", "123456", "abcdef", "parcours", "bonjour", "letmein", "iloveyou",
    "jetaime", "admin", "welcome", "bienvenue", "doudou", "soleil", "marseille", "loulou",
)  # fmt: skip


def check_password(password: str, login: str = "") -> str:
    """A password long enough and not easy to guess, in NFKC form. Raises Invalid (the password is never repeated)."""
    text = unicodedata.normalize("NFKC", password)
    name = login.split("@", maxsplit=1)[0].lower()
    if not PASSWORD_MIN <= len(text) <= PASSWORD_MAX:
        raise _bad_password(
            f"entre {PASSWORD_MIN} et {PASSWORD_MAX} caractères",
            f"{PASSWORD_MIN} to {PASSWORD_MAX} characters",
        )
    rest = text.lower()
    for word in (*_COMMON, *([name] if len(name) > 3 else [])):
        rest = rest.replace(word, "")
    if len(rest) < 6 or len(set(text)) < 5:
        raise _bad_password("pas de mot courant, ni votre identifiant", "no common word, nor your login")
    return text


def _bad_password(fr: str, en: str) -> Invalid:
    return Invalid(
        "weak_password",
        field="password",
        allowed=en,
        fr=f"mot de passe refusé : {fr}",
        en=f"password refused: {en}",
    )


def change_password(
    session: Session,
    who: Who,
    account: Account,
    password: str,
    hashing: PasswordHashing,
    tag: Tag = Tag.PASSWORD_CHANGE,
) -> None:
    """A new password: every session ends, every reset link dies, a lock is lifted."""
    account.password_hash = hashing.hash(check_password(password, account.login))
    account.failed_attempts, account.locked_until = 0, None
    close_sessions(session, account.id)
    session.execute(
        update(SingleUseToken)
        .where(SingleUseToken.account_id == account.id, SingleUseToken.used_at.is_(None))
        .values(used_at=now_utc())
    )
    record(session, tag, who, record=("account", account.id))


def ask_password_reset(session: Session, who: Who, account: Account, policy: LoginPolicy) -> str:
    """A single-use token to set a new password; only its hash is kept."""
    token = new_secret("pcr_")
    session.add(
        SingleUseToken(
            purpose=TokenPurpose.PASSWORD_RESET,
            token_hash=secret_hash(token),
            account_id=account.id,
            expires_at=now_utc() + timedelta(minutes=policy.reset_minutes),
        )
    )
    record(session, Tag.PASSWORD_ASK_RESET, who, record=("account", account.id))
    return token


def reset_password(session: Session, who: Who, token: str, password: str, hashing: PasswordHashing) -> Account:
    """Use a reset token. Raises Unauthenticated when unknown, used or too old; a weak password does not use it."""
    row = session.scalar(
        select(SingleUseToken)
        .where(
            SingleUseToken.token_hash == secret_hash(token),
            SingleUseToken.purpose == TokenPurpose.PASSWORD_RESET,
            SingleUseToken.used_at.is_(None),
            SingleUseToken.expires_at > now_utc(),
        )
        .with_for_update()
    )
    account = session.get(Account, row.account_id) if row else None
    if row is None or account is None or account.disabled_at is not None:
        raise Unauthenticated(
            "bad_reset_token",
            field="token",
            allowed="the last token received, unused, not expired",
            fr="ce lien de réinitialisation n'est plus valable",
            en="this reset link is no longer valid",
        )
    change_password(session, who, account, password, hashing, Tag.PASSWORD_RESET)
    return account


# --- second factor ---------------------------------------------------------------------------------------------------


def start_totp(session: Session, who: Who, account: Account) -> str:
    """A new TOTP secret (base32), not yet required until :func:`confirm_totp`. Raises Conflict when one is in use."""
    if account.has_totp:
        raise Conflict(
            "totp_in_use", field="totp", allowed="remove the present one first",
            fr="une double authentification est déjà active", en="a second factor is active already",
        )  # fmt: skip
    account.totp_secret = pyotp.random_base32()
    record(session, Tag.TOTP_START, who, record=("account", account.id))
    return account.totp_secret


def totp_uri(account: Account, issuer: str = "parcours") -> str:
    """What an authenticator application reads (``otpauth://``)."""
    if account.totp_secret is None:
        raise not_found("totp")
    return pyotp.TOTP(account.totp_secret).provisioning_uri(name=account.login, issuer_name=issuer)


def confirm_totp(session: Session, who: Who, account: Account, code: str) -> None:
    """From now on a code is asked at each login; every other session ends. Raises Invalid for a wrong code."""
    if account.has_totp or account.totp_secret is None or not use_totp_code(session, account, code):
        raise _bad_code()
    account.totp_confirmed_at = now_utc()
    close_sessions(session, account.id)
    record(session, Tag.TOTP_CONFIRM, who, record=("account", account.id))


def remove_totp(session: Session, who: Who, account: Account) -> None:
    """No second factor any more (the caller has checked both factors, or is an administrator)."""
    account.totp_secret = account.totp_confirmed_at = None
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


def _bad_code() -> Invalid:
    return Invalid(
        "bad_totp", field="totp", allowed="the six digits shown now, each code once",
        fr="code incorrect ou déjà utilisé", en="wrong or already used code",
    )  # fmt: skip


# --- recovery codes --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecoveryCodes:
    """Codes to write down, shown once, and what is kept of each."""

    codes: tuple[str, ...]
    hashes: tuple[str, ...] = field(repr=False)


def new_recovery_codes(hashing: PasswordHashing) -> RecoveryCodes:
    """Ten codes of 50 random bits, like ``3-QK7WD-9TMZX``. Slow (a hash each): to be called outside a transaction."""
    groups = ["".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    return RecoveryCodes(
        tuple(f"{number}-{text[:5]}-{text[5:]}" for number, text in enumerate(groups)),
        tuple(hashing.hash(text) for text in groups),
    )


def keep_recovery_codes(session: Session, who: Who, account: Account, made: RecoveryCodes) -> None:
    """From now on these stand in for a code of the second factor; the ones before are worth nothing.

    :raises Conflict: no second factor is in use.
    """
    if not account.has_totp:
        raise Conflict(
            "no_totp", field="totp", allowed="an account with a second factor",
            fr="aucune double authentification n'est active", en="no second factor is active",
        )  # fmt: skip
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.add_all(
        RecoveryCode(account_id=account.id, number=number, code_hash=code_hash)
        for number, code_hash in enumerate(made.hashes)
    )
    record(session, Tag.RECOVERY_MAKE, who, record=("account", account.id))


def _fitting_recovery_code(
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


def _use_recovery_code(session: Session, who: Who, account: Account, code_id: str | None) -> bool:
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


# --- login -----------------------------------------------------------------------------------------------------------


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
    hash is computed outside any transaction.
    """
    attempt = _count_attempt(database, login, policy)
    account = attempt.account
    fits = hashing.verify(
        account.password_hash if account else None,
        unicodedata.normalize("NFKC", password),
    )
    recovery = _fitting_recovery_code(database, account, totp, hashing)
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

    :param second_factor: a code (or a recovery code) is needed too, when the account has a second factor.
    """
    with database.reading() as session:
        login = get_account(session, account_id).login
    attempt = _count_attempt(database, login, policy)
    account = attempt.account
    fits = hashing.verify(
        account.password_hash if account else None,
        unicodedata.normalize("NFKC", password),
    )
    recovery = _fitting_recovery_code(database, account, code, hashing)
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

    :param given: the code, and the id of the recovery code that it fits.
    """
    code, recovery = given
    if not account.has_totp:
        return None
    if not code:
        _uncount_attempt(account, policy)
        return _totp_required()
    if use_totp_code(session, account, code) or _use_recovery_code(session, who, account, recovery):
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
    return Unauthenticated(
        "login_refused",
        field="password",
        fr="identifiant, mot de passe ou code incorrect, ou compte verrouillé pour quelques minutes",
        en="wrong login, password or code, or the account is locked for some minutes",
    )


def _totp_required() -> Unauthenticated:
    return Unauthenticated(
        "totp_required",
        field="totp",
        allowed="the six digits of the authenticator application, or a recovery code",
        fr="le code de la double authentification est nécessaire",
        en="the code of the second factor is needed",
    )


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


# --- sessions --------------------------------------------------------------------------------------------------------


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


def find_session(session: Session, token: str, policy: SessionPolicy) -> WebSession | None:
    """The live session of a cookie: open, not idle too long, not too old, of an account and a role still valid."""
    row = session.scalar(select(WebSession).where(WebSession.token_hash == secret_hash(token)))
    if row is None or row.closed_at is not None:
        return None
    now = now_utc()
    if now - row.last_seen_at > timedelta(minutes=policy.idle_minutes):
        return None
    if now - row.opened_at > timedelta(minutes=policy.absolute_minutes):
        return None
    if row.account.disabled_at is not None or (row.grant is not None and row.grant.ended_at is not None):
        return None
    return row


def needs_touch(web_session: WebSession) -> bool:
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


def close_sessions(session: Session, account_id: str) -> None:
    """Every session of an account ends now."""
    session.execute(
        update(WebSession)
        .where(WebSession.account_id == account_id, WebSession.closed_at.is_(None))
        .values(closed_at=now_utc(), id_token=None)
    )


def remove_expired(session: Session, policy: SessionPolicy, *, idempotency_hours: int = 24) -> None:
    """Forget what is past use: dead sessions, tokens, started logins, old idempotent answers."""
    now = now_utc()
    oldest = now - timedelta(minutes=policy.absolute_minutes)
    session.execute(delete(WebSession).where(or_(WebSession.opened_at < oldest, WebSession.closed_at < oldest)))
    session.execute(delete(SingleUseToken).where(SingleUseToken.expires_at < now))
    session.execute(delete(OidcAttempt).where(OidcAttempt.expires_at < now))
    session.execute(delete(UnknownLogin).where(UnknownLogin.attempted_at < oldest))
    session.execute(
        delete(IdempotentReply).where(IdempotentReply.recorded_at < now - timedelta(hours=idempotency_hours))
    )


# --- API clients -----------------------------------------------------------------------------------------------------


def create_client(
    session: Session,
    who: Who,
    *,
    name: str,
    scopes: Collection[Scope],
    fund_code: str | None = None,
    days: int | None = 365,
) -> tuple[ApiClient, str]:
    """A new API client and its token, shown this once."""
    if not scopes:
        raise Invalid(
            "no_scope",
            field="scopes",
            allowed=list(Scope),
            fr="aucun droit demandé",
            en="no scope given",
        )
    for scope in scopes:
        if (read := READ_WITH.get(scope, scope)) not in scopes:
            raise Invalid(
                "scope_without_read", field="scopes", given=scope.value, allowed=f"{scope.value} with {read.value}",
                fr="un droit d'écriture répond le dossier entier : il demande le droit de le lire",
                en="a scope to write answers the whole record: it needs the scope to read it",
            )  # fmt: skip
    token = new_secret("pct_")
    client = ApiClient(
        name=name,
        token_hash=secret_hash(token),
        scopes=" ".join(sorted(scope.value for scope in scopes)),
        fund_code=fund_code,
        created_by=who.id,
        expires_at=None if days is None else now_utc() + timedelta(days=days),
    )
    session.add(client)
    session.flush()
    record(
        session,
        Tag.CLIENT_CREATE,
        who,
        record=("client", client.id),
        details={"scopes": client.scopes},
    )
    return client, token


def find_client(session: Session, token: str) -> ApiClient | None:
    """The live client of a token."""
    client = session.scalar(select(ApiClient).where(ApiClient.token_hash == secret_hash(token)))
    if client is None or client.revoked_at is not None:
        return None
    return None if client.expires_at is not None and client.expires_at <= now_utc() else client


def get_client(session: Session, client_id: str) -> ApiClient:
    """The client of an id. Raises NotFound."""
    identifier = parse_id(client_id)
    client = session.get(ApiClient, identifier) if identifier else None
    if client is None:
        raise not_found("client_id")
    return client


def list_clients(session: Session, *, after: str | None = None, limit: int = 50) -> list[ApiClient]:
    """Clients in the order of their ids."""
    query = select(ApiClient).order_by(ApiClient.id).limit(limit)
    return list(session.scalars(query.where(ApiClient.id > after) if after else query))


def revoke_client(session: Session, who: Who, client: ApiClient) -> None:
    """Its token works no more."""
    client.revoked_at = client.revoked_at or now_utc()
    record(session, Tag.CLIENT_REVOKE, who, record=("client", client.id))
