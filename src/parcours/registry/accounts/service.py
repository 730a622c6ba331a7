"""Accounts and their roles: opened, disabled, closed; given and taken away."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from parcours.registry.access.model import PEOPLE_ROLES, Role, Who
from parcours.registry.accounts import problems
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.find import find_account, normalise_login
from parcours.registry.accounts.hashing import PasswordHashing
from parcours.registry.accounts.models import (
    LOGIN_CONTEXT,
    Account,
    Device,
    ExternalIdentity,
    Grant,
    Passkey,
    RecoveryCode,
    SingleUseToken,
)
from parcours.registry.accounts.passwords import check_password
from parcours.registry.accounts.sessions import close_sessions
from parcours.registry.audit.service import record
from parcours.registry.errors import not_found
from parcours.registry.replies import service as replies
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import blind_index
from parcours.registry.store.ids import parse_id


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
        raise problems.login_taken()
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
    for grant in account.active_grants + account.waiting_grants:
        end_grant(session, who, grant)
    close_sessions(session, account.id)
    for kept in (RecoveryCode, Passkey, SingleUseToken, ExternalIdentity, Device):
        session.execute(delete(kept).where(kept.account_id == account.id))
    replies.forget_of(session, account.id)
    erased = f"{account.id}@closed.invalid"
    account.login, account.login_index = erased, blind_index(erased, LOGIN_CONTEXT)
    account.display_name = ""
    account.password_hash = account.totp_secret = account.totp_confirmed_at = None
    account.disabled_at = now_utc()
    record(session, Tag.ACCOUNT_CLOSE, who, record=("account", account.id))


# --- roles -----------------------------------------------------------------------------------------------------------


def insurers_here(session: Session) -> list[str]:
    """Insurers whose officers have an account: they answer what is asked of them here."""
    query = select(Grant.insurer).where(Grant.insurer.is_not(None), Grant.role == Role.INSURER_OFFICER)
    found = session.scalars(query.where(Grant.ended_at.is_(None), Grant.confirmed_at.is_not(None)).distinct())
    return sorted(one for one in found if one)


_SUBJECT = {
    Role.INSURED: "insured_id",
    Role.DOCTOR: "professional_id",
    Role.DELEGATE: "professional_id",
    Role.OFFICER: "fund_code",
    Role.INSURER_OFFICER: "insurer",
    Role.ADMINISTRATOR: None,
}


def propose_role(
    session: Session,
    who: Who,
    account: Account,
    role: Role,
    *,
    insured_id: str | None = None,
    professional_id: str | None = None,
    fund_code: str | None = None,
    insurer: str | None = None,
) -> Grant:
    """Ask for a role: insured for a person, doctor or delegate for a professional, officer for a fund,
    insurer_officer for an insurer, administrator.

    Nobody acts in it before `confirm_role`.
    """
    subject = {
        "insured_id": insured_id,
        "professional_id": professional_id,
        "fund_code": fund_code,
        "insurer": insurer,
    }
    _check_subject(role, subject)
    for grant in account.active_grants + account.waiting_grants:
        if grant.role is role and all(getattr(grant, name) == value for name, value in subject.items()):
            return grant
    grant = Grant(
        account=account, role=role, granted_by=who.id, insured_id=insured_id, professional_id=professional_id,
        fund_code=fund_code, insurer=insurer,
    )  # fmt: skip
    session.add(grant)
    session.flush()
    record(
        session,
        Tag.GRANT_CREATE,
        who,
        insured_id=insured_id,
        record=("grant", grant.id),
        details={"role": role.value},
    )
    return grant


def confirm_role(session: Session, who: Who, grant: Grant) -> Grant:
    """From now on the account acts in this role; its sessions end."""
    grant.confirmed_by, grant.confirmed_at = who.id, now_utc()
    session.flush()
    close_sessions(session, grant.account_id)
    record(
        session, Tag.GRANT_CONFIRM, who, insured_id=grant.insured_id, record=("grant", grant.id),
        details={"role": grant.role.value},
    )  # fmt: skip
    return grant


def grant_role(session: Session, who: Who, account: Account, role: Role, **subject: str | None) -> Grant:
    """Give a role at once: by a command on the server, or to whom an identity provider has proved to be."""
    grant = propose_role(session, who, account, role, **subject)
    return grant if grant.confirmed_at is not None else confirm_role(session, who, grant)


def get_waiting(session: Session, grant_id: str, *, of: str | None) -> Grant:
    """A role of an account that waits for a second administrator."""
    key = parse_id(grant_id)
    row = session.get(Grant, key) if key else None
    unproved = row is not None and row.granted_by is None  # that somebody is a person is for the fund to say
    if row is None or unproved or row.account_id != of or row.ended_at is not None or row.confirmed_at is not None:
        raise not_found("grant_id")
    return row


def told_of(session: Session, grant: Grant) -> list[Account]:
    """Who already acts as the professional or the person of a role, in another account: they are told."""
    if grant.professional_id is not None:
        same = Grant.professional_id == grant.professional_id
    elif grant.insured_id is not None:
        same = Grant.insured_id == grant.insured_id
    else:
        return []
    others = session.scalars(select(Grant).where(same, Grant.account_id != grant.account_id, Grant.ended_at.is_(None)))
    acting = {one.account_id: one.account for one in others if one.confirmed_at is not None}
    return [one for one in acting.values() if one.disabled_at is None]


def _check_subject(role: Role, subject: dict[str, str | None]) -> None:
    if role not in PEOPLE_ROLES:
        raise problems.bad_role(role.value, choices=PEOPLE_ROLES)
    needed = _SUBJECT[role]
    for name, value in subject.items():
        if (value is not None) != (name == needed):
            raise problems.bad_subject(
                problems.nothing if value is None else problems.a_value,
                field=name,
                needed=needed or problems.no_subject,
                role=role.value,
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
