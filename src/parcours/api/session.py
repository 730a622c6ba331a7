"""Log in, log out, change role."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import Response
from pydantic import Field
from sqlalchemy.orm import Session

from parcours.api.common import LISTING, In, Out, api_router, text
from parcours.edge import login
from parcours.edge.caller import check_same_site
from parcours.edge.depends import IncomingDep, OwnDep, ServicesDep
from parcours.edge.own import OwnSession
from parcours.edge.problems import problems
from parcours.edge.requests import clear_session_cookie, set_device_cookie, set_oidc_cookie, set_session_cookie
from parcours.edge.services import Services
from parcours.registry.access.model import Role
from parcours.registry.accounts import passwords, sessions
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.models import Account, Grant, WebSession
from parcours.registry.audit import service as audit
from parcours.registry.errors import NotFound, not_found

router = api_router(tag="session")

SecondFactor: Any = Field(
    None, max_length=20, examples=["492039", "3-QK7WD-9TMZX"],
    description="Needed with a second factor: its six digits, or a recovery code.",
)  # fmt: skip


class LoginIn(In):
    """A local account's proof."""

    login: str = text(254, "camille.martin@example.org")
    password: str = Field(min_length=1, max_length=passwords.PASSWORD_MAX, examples=["quatre-chevaux-pommelés"])
    totp: str | None = SecondFactor


class RoleOut(Out):
    """A role of an account."""

    grant_id: str
    role: Role
    patient_id: str | None = None
    professional_id: str | None = None
    fund: str | None = None
    insurer: str | None = None
    current: bool = False

    @classmethod
    def of(cls, grant: Grant, current_id: str | None = None) -> RoleOut:
        return cls(
            grant_id=grant.id, role=grant.role, patient_id=grant.insured_id, professional_id=grant.professional_id,
            fund=grant.fund_code, insurer=grant.insurer, current=grant.id == current_id,
        )  # fmt: skip


class SessionOut(Out):
    """A session: who, in which role, and the token that changes need."""

    account_id: str
    roles: list[RoleOut]
    csrf_token: str
    method: str
    totp: bool = Field(description="Is a second factor active?")
    expires_at: datetime = Field(description="Latest end, whatever the use.")

    @classmethod
    def of(cls, web_session: WebSession, account: Account, services: Services) -> SessionOut:
        return cls(
            account_id=account.id,
            roles=[RoleOut.of(grant, web_session.grant_id) for grant in account.active_grants],
            csrf_token=web_session.csrf_token,
            method=web_session.method,
            totp=account.has_totp,
            expires_at=web_session.opened_at + timedelta(minutes=services.settings.session_absolute_minutes),
        )


@router.post("/session", status_code=201, responses=problems(401, 403))
def log_in(body: LoginIn, services: ServicesDep, incoming: IncomingDep, response: Response) -> SessionOut:
    """Log in with a password (and the code of a second factor); sets the cookie of the session."""
    check_same_site(incoming)
    found = login.check_password(services, incoming, login=body.login, password=body.password, totp=body.totp)
    with services.database.writing() as session:
        begun = login.begin(session, services, incoming, found)
        shown = opened(session, services, response, begun.account, begun.opened)
        set_device_cookie(response, services.settings, begun.device_token)
        return shown


@router.get("/session", responses=problems(*LISTING))
def read_session(own: OwnDep) -> SessionOut:
    """The present session."""
    with own.services.database.reading() as session:
        web_session = own.row(session)
        return SessionOut.of(web_session, web_session.account, own.services)


class SwitchIn(In):
    """Another role of the same account."""

    grant_id: str = text(64, "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10")


@router.patch("/session", responses=problems(401, 403, 404))
def switch_role(body: SwitchIn, own: OwnDep, response: Response) -> SessionOut:
    """Act in another role; the session gets a new cookie and a new token."""
    try:
        with own.services.database.writing() as session:
            return _switched(session, own, response, body.grant_id)
    except NotFound as error:
        own.note_foreign(error)
        raise


def _switched(session: Session, own: OwnSession, response: Response, grant_id: str) -> SessionOut:
    web_session = own.row(session)
    grant = next((one for one in web_session.account.active_grants if one.id == grant_id), None)
    if grant is None:
        raise not_found("grant_id")
    rotated = sessions.rotate_session(session, web_session, grant=grant)
    details = {"role": grant.role.value}
    audit.record(session, Tag.SESSION_SWITCH, own.who, record=("grant", grant.id), details=details)
    return opened(session, own.services, response, web_session.account, rotated)


class LoggedOut(Out):
    """Logged out here."""

    continue_at: str | None = Field(
        description="After a login at a provider that can be left: where to send the browser to log out there.",
        examples=["https://oidc.franceconnect.gouv.fr/api/v2/session/end?id_token_hint=…"],
    )


@router.delete("/session", responses=problems(*LISTING))
def log_out(own: OwnDep, response: Response) -> LoggedOut:
    """Log out; after a login at an identity provider, the browser goes on there (`continue_at`) to log out too."""
    leaving = login.leave(own)
    clear_session_cookie(response, own.services.settings)
    if leaving is None:
        return LoggedOut(continue_at=None)
    set_oidc_cookie(response, own.services.settings, leaving.browser_token)
    return LoggedOut(continue_at=leaving.url)


def opened(
    session: Session, services: Services, response: Response, account: Account, begun: sessions.OpenedSession
) -> SessionOut:
    """A session that begins: its cookie, and what the client may know of it."""
    set_session_cookie(response, services.settings, begun.token)
    session.refresh(account, ["grants"])
    return SessionOut.of(begun.session, account, services)


def renewed(session: Session, own: OwnSession, response: Response, account: Account) -> SessionOut:
    """Every session of the account was closed; this browser goes on with a new one."""
    session.flush()
    return opened(session, own.services, response, account, sessions.rotate_session(session, own.row(session)))
