"""Passwords: which are refused, and how a forgotten one is set again."""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from parcours.registry.access.model import Tag, Who
from parcours.registry.accounts import problems
from parcours.registry.accounts.context import Tag as AccountTag
from parcours.registry.accounts.hashing import PasswordHashing
from parcours.registry.accounts.models import Account, SingleUseToken, TokenPurpose
from parcours.registry.accounts.sessions import close_sessions
from parcours.registry.accounts.tokens import new_secret, secret_hash
from parcours.registry.audit.service import record
from parcours.registry.store.clock import now_utc

PASSWORD_MIN = 12
PASSWORD_MAX = 256
_LONGEST_ESTIMATED = 72


@dataclass(frozen=True)
class LoginPolicy:
    """How many wrong attempts lock an account, for how long, and how long a reset link lives."""

    attempts: int = 5
    lock_minutes: int = 15
    reset_minutes: int = 30


_GUESSES_LOG10 = 8
"""A password that would fall within a hundred million guesses is refused (Argon2 makes that a matter of months)."""
_COMMON = (
    "password", "motdepasse", "azerty", "qwerty", "123456", "abcdef", "parcours", "bonjour", "letmein", "iloveyou",
    "jetaime", "admin", "welcome", "bienvenue", "doudou", "soleil", "marseille", "loulou",
)  # fmt: skip


def check_password(password: str, login: str = "") -> str:
    """A password long enough and not easy to guess, in NFKC form. Raises Invalid (the password is never repeated)."""
    text = unicodedata.normalize("NFKC", password)
    name = login.split("@", maxsplit=1)[0].lower()
    if not PASSWORD_MIN <= len(text) <= PASSWORD_MAX:
        raise problems.weak_password(why=problems.password_length.format(least=PASSWORD_MIN, most=PASSWORD_MAX))
    rest = text.lower()
    for word in (*_COMMON, *([name] if len(name) > 3 else [])):
        rest = rest.replace(word, "")
    if len(rest) < 6 or len(set(text)) < 5 or _is_guessed(text, name):
        raise problems.weak_password(why=problems.password_words)
    return text


def _is_guessed(text: str, name: str) -> bool:
    """Is it among the first guesses: 30 000 common passwords, names, words, keyboards, dates, and what ends them?"""
    from zxcvbn import zxcvbn  # its lists take half a tenth of a second to load: here only

    found = zxcvbn(text[:_LONGEST_ESTIMATED], user_inputs=[*_COMMON, *filter(None, (name,))])
    return bool(found["guesses"] < 10**_GUESSES_LOG10)


def change_password(
    session: Session,
    who: Who,
    account: Account,
    password: str,
    hashing: PasswordHashing,
    tag: Tag = AccountTag.PASSWORD_CHANGE,
) -> None:
    """A new password: every session ends, every reset link dies, a lock is lifted."""
    keep_hash(session, who, account, hashing.hash(check_password(password, account.login)), tag)


def keep_hash(
    session: Session, who: Who, account: Account, password_hash: str, tag: Tag = AccountTag.PASSWORD_CHANGE
) -> None:
    """The hash of a new password, with all that a new password ends."""
    account.password_hash = password_hash
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
    record(session, AccountTag.PASSWORD_ASK_RESET, who, record=("account", account.id))
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
        raise problems.bad_reset_token()
    change_password(session, who, account, password, hashing, AccountTag.PASSWORD_RESET)
    return account
