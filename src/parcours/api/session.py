"""Log in, log out, change role; password and second factor; OpenID Connect."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import BackgroundTasks, Cookie, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.orm import Session

from parcours.api.common import LISTING, In, Out, api_router, text
from parcours.edge.caller import Caller, check_same_site, cookie_name, host_cookie
from parcours.edge.depends import CallerDep
from parcours.edge.problems import ProblemError, language_of, problems
from parcours.edge.requests import clear_session_cookie, incoming_of, services_of, set_session_cookie
from parcours.edge.services import Services
from parcours.registry.access.export import KEPT
from parcours.registry.accounts import find, logins, passwords, second_factor, sessions
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.linking import account_of
from parcours.registry.accounts.messages import Courier, MailServer, Outbox, reset_message
from parcours.registry.accounts.models import Account, Grant, Role, WebSession
from parcours.registry.accounts.oidc import Proof
from parcours.registry.audit import service as audit
from parcours.registry.audit.tags import Tag
from parcours.registry.errors import NotFound, RegistryError, not_found

router = api_router(tag="session")
logger = logging.getLogger("parcours.api")

OIDC_COOKIE = "parcours_oidc"


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
    current: bool = False

    @classmethod
    def of(cls, grant: Grant, current_id: str | None = None) -> RoleOut:
        return cls(
            grant_id=grant.id, role=grant.role, patient_id=grant.insured_id, professional_id=grant.professional_id,
            fund=grant.fund_code, current=grant.id == current_id,
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


# --- the session -----------------------------------------------------------------------------------------------------


@router.post("/session", status_code=201, responses=problems(401, 403))
def log_in(body: LoginIn, request: Request, response: Response) -> SessionOut:
    """Log in with a password (and the code of a second factor); sets the cookie of the session."""
    services = services_of(request)
    check_same_site(incoming_of(request))
    settings = services.settings
    login = logins.log_in(
        services.database,
        incoming_of(request).anonymous,
        login=body.login,
        password=body.password,
        totp=body.totp,
        policy=settings.login_policy(),
        hashing=settings.password_hashing(),
    )
    with services.database.writing() as session:
        _close_presented(session, services, request)
        account = find.get_account(session, login.account.id)
        return _opened(session, services, response, account, sessions.open_session(session, account, login.method))


@router.get("/session", responses=problems(*LISTING))
def read_session(request: Request, caller: CallerDep) -> SessionOut:
    """The present session."""
    services = services_of(request)
    with services.database.reading() as session:
        web_session = _own(session, caller.session_id)
        return SessionOut.of(web_session, web_session.account, services)


class SwitchIn(In):
    """Another role of the same account."""

    grant_id: str = text(64, "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10")


@router.patch("/session", responses=problems(401, 403, 404))
def switch_role(body: SwitchIn, request: Request, response: Response, caller: CallerDep) -> SessionOut:
    """Act in another role; the session gets a new cookie and a new token."""
    services = services_of(request)
    try:
        with services.database.writing() as session:
            return _switched(session, services, response, caller, caller.who(incoming_of(request)), body.grant_id)
    except NotFound as error:
        _note_foreign_grant(services, request, caller, error)
        raise


def _switched(
    session: Session, services: Services, response: Response, caller: Caller, who: audit.Who, grant_id: str
) -> SessionOut:
    web_session = _own(session, caller.session_id)
    grant = next((one for one in web_session.account.active_grants if one.id == grant_id), None)
    if grant is None:
        raise not_found("grant_id")
    opened = sessions.rotate_session(session, web_session, grant=grant)
    details = {"role": grant.role.value}
    audit.record(session, Tag.SESSION_SWITCH, who, record=("grant", grant.id), details=details)
    return _opened(session, services, response, web_session.account, opened)


def _note_foreign_grant(services: Services, request: Request, caller: Caller, error: NotFound) -> None:
    """A role that is not one's own is refused like any record of somebody else: traced too, by the field's name."""
    with services.database.writing() as session:
        details = {"field": error.field}
        audit.record(session, Tag.ACCESS_REFUSE, caller.who(incoming_of(request)), why=error.code, details=details)


class LoggedOut(Out):
    """Logged out here."""

    continue_at: str | None = Field(
        description="After a login at a provider that can be left: where to send the browser to log out there.",
        examples=["https://oidc.franceconnect.gouv.fr/api/v2/session/end?id_token_hint=…"],
    )


@router.delete("/session", responses=problems(*LISTING))
def log_out(request: Request, response: Response, caller: CallerDep) -> LoggedOut:
    """Log out; after a login at an identity provider, the browser goes on there (`continue_at`) to log out too."""
    services = services_of(request)
    with services.database.writing() as session:
        web_session = _own(session, caller.session_id)
        method, id_token = web_session.method, web_session.id_token
        sessions.close_session(session, caller.who(incoming_of(request)), web_session)
    clear_session_cookie(response, services.settings)
    leaving = services.relying.leave(method.removeprefix("oidc:"), id_token) if id_token else None
    if leaving is None:
        return LoggedOut(continue_at=None)
    _set_oidc_cookie(response, services, leaving.browser_token)
    return LoggedOut(continue_at=leaving.url)


def _opened(
    session: Session, services: Services, response: Response, account: Account, opened: sessions.OpenedSession
) -> SessionOut:
    set_session_cookie(response, services.settings, opened.token)
    session.refresh(account, ["grants"])
    return SessionOut.of(opened.session, account, services)


def _close_presented(session: Session, services: Services, request: Request) -> None:
    """The session that a browser still had ends when somebody logs in there."""
    token = request.cookies.get(cookie_name(services.settings))
    before = sessions.find_session(session, token, services.settings.session_policy()) if token else None
    if before is not None:
        sessions.close_session(session, audit.Who("account", before.account_id), before)


def _own(session: Session, session_id: str | None) -> WebSession:
    """The session row of the caller; an API client has none."""
    web_session = session.get(WebSession, session_id) if session_id else None
    if web_session is None:
        raise ProblemError(
            403, "no_session", fr="un client de l'API n'a pas de session", en="an API client has no session"
        )
    return web_session


# --- the password ----------------------------------------------------------------------------------------------------


class PasswordIn(In):
    """A new password, and the present one."""

    current_password: str = Field(min_length=1, max_length=passwords.PASSWORD_MAX)
    password: str = Field(min_length=passwords.PASSWORD_MIN, max_length=passwords.PASSWORD_MAX)


@router.put("/account/password", responses=problems(401, 403))
def change_password(body: PasswordIn, request: Request, response: Response, caller: CallerDep) -> SessionOut:
    """Change one's password; every session ends, this one goes on under a new cookie."""
    services = services_of(request)
    account_id = _check_own(services, request, caller, body.current_password)
    with services.database.writing() as session:
        account = find.get_account(session, account_id)
        passwords.change_password(
            session, caller.who(incoming_of(request)), account, body.password, services.settings.password_hashing()
        )
        return _renewed(session, services, response, caller, account)


class ResetAskIn(In):
    """Who forgot the password."""

    login: str = text(254, "camille.martin@example.org")


class Accepted(Out):
    """Done if there was something to do."""

    message: str


@router.post("/password-resets", status_code=202)
def ask_password_reset(body: ResetAskIn, request: Request, later: BackgroundTasks) -> Accepted:
    """Send a single-use link to the holder of an account; the answer is the same, as fast, when there is none."""
    services = services_of(request)
    settings, who = services.settings, incoming_of(request).anonymous
    with services.database.writing() as session:
        account = find.find_account(session, body.login)
        token = None
        if account is not None and account.disabled_at is None:
            token = passwords.ask_password_reset(session, who, account, settings.login_policy())
        else:  # a commit in both cases: the time does not tell whether the account exists
            audit.record(session, Tag.PASSWORD_ASK_RESET, who, details={"login": "unknown_or_disabled"})
    if account is not None and token is not None:
        link = f"{settings.public_url.rstrip('/')}/account/reset#token={token}"
        later.add_task(_send, services, account, link)
    fr = "si ce compte existe, un message lui a été envoyé"
    en = "if this account exists, a message was sent to it"
    return Accepted(message=fr if language_of(request) == "fr" else en)


class ResetIn(In):
    """A reset token and the new password."""

    token: str = text(100, "pcr_…")
    password: str = Field(min_length=passwords.PASSWORD_MIN, max_length=passwords.PASSWORD_MAX)


@router.put("/password-resets", status_code=204, responses=problems(401))
def reset_password(body: ResetIn, request: Request) -> None:
    """Set a new password with the token of a reset link."""
    services = services_of(request)
    with services.database.writing() as session:
        passwords.reset_password(
            session, incoming_of(request).anonymous, body.token, body.password, services.settings.password_hashing()
        )


def _send(services: Services, account: Account, link: str) -> None:
    settings = services.settings
    courier: Courier
    if settings.smtp_host is not None:
        secret = settings.smtp_password
        courier = MailServer(
            settings.smtp_host, settings.smtp_port, settings.mail_from, settings.smtp_user,
            secret.get_secret_value() if secret else None,
        )  # fmt: skip
    elif settings.outbox is not None:
        courier = Outbox(settings.outbox, settings.mail_from)
    else:
        logger.warning("a reset link was not sent: neither PARCOURS_SMTP_HOST nor PARCOURS_OUTBOX is set")
        return
    try:
        courier.send(account.login, *reset_message(account.language, link, settings.reset_minutes))
    except OSError as error:
        logger.error("a reset link was not sent: %s", type(error).__name__)  # noqa: TRY400 - the text may name somebody


def _check_own(services: Services, request: Request, caller: Caller, password: str, **factors: Any) -> str:
    """The id of the caller's account, once its password is given again (and a code, with ``second_factor``)."""
    with services.database.reading() as session:
        account_id = _own(session, caller.session_id).account_id
    settings = services.settings
    logins.check_own_password(
        services.database, account_id, password, settings.login_policy(), settings.password_hashing(),
        caller.who(incoming_of(request)), **factors,
    )  # fmt: skip
    return account_id


def _renewed(session: Session, services: Services, response: Response, caller: Caller, account: Account) -> SessionOut:
    """Every session of the account was closed; this browser goes on with a new one."""
    session.flush()
    web_session = _own(session, caller.session_id)
    return _opened(session, services, response, account, sessions.rotate_session(session, web_session))


# --- the second factor -----------------------------------------------------------------------------------------------


class ConfirmIn(In):
    """The present password."""

    password: str = Field(min_length=1, max_length=passwords.PASSWORD_MAX)


class TotpOut(Out):
    """What an authenticator application needs, shown once."""

    secret: str
    uri: str


@router.post("/account/totp", status_code=201, responses=problems(401, 403, 409))
def start_totp(body: ConfirmIn, request: Request, caller: CallerDep) -> TotpOut:
    """Begin with a second factor: a secret for the authenticator application."""
    services = services_of(request)
    account_id = _check_own(services, request, caller, body.password)
    with services.database.writing() as session:
        account = find.get_account(session, account_id)
        secret = second_factor.start_totp(session, caller.who(incoming_of(request)), account)
        return TotpOut(secret=secret, uri=second_factor.totp_uri(account))


class CodeIn(In):
    """A code of the authenticator application."""

    totp: str = Field(pattern=r"^\d{6}$", examples=["492039"])


class RecoveryOut(Out):
    """Codes that stand in for the authenticator application when it is lost, each once. Shown this once."""

    recovery_codes: list[str] = Field(examples=[["0-7F3KQ-9TMZX", "1-QK7WD-2HRPA"]])


class TotpConfirmedOut(SessionOut, RecoveryOut):
    """The session, and the recovery codes to write down."""


@router.put("/account/totp", responses=problems(401, 403))
def confirm_totp(body: CodeIn, request: Request, response: Response, caller: CallerDep) -> TotpConfirmedOut:
    """Show that the application works; from now on each login asks for a code. Answers ten recovery codes, once."""
    services = services_of(request)
    made = second_factor.new_recovery_codes(services.settings.password_hashing())
    with services.database.writing() as session:
        account = _own(session, caller.session_id).account
        second_factor.confirm_totp(session, caller.who(incoming_of(request)), account, body.totp)
        second_factor.keep_recovery_codes(session, caller.who(incoming_of(request)), account, made)
        renewed = _renewed(session, services, response, caller, account)
    return TotpConfirmedOut(**renewed.model_dump(), recovery_codes=list(made.codes))


class FactorsIn(ConfirmIn):
    """The present password, and a code when a second factor is in use."""

    totp: str | None = SecondFactor


@router.post("/account/totp/removal", responses=problems(401, 403))
def remove_totp(body: FactorsIn, request: Request, response: Response, caller: CallerDep) -> SessionOut:
    """Stop the second factor, with the password and a code (or a recovery code)."""
    services = services_of(request)
    account_id = _check_own(services, request, caller, body.password, second_factor=True, code=body.totp)
    with services.database.writing() as session:
        account = find.get_account(session, account_id)
        second_factor.remove_totp(session, caller.who(incoming_of(request)), account)
        return _renewed(session, services, response, caller, account)


@router.post("/account/recovery-codes", status_code=201, responses=problems(401, 403, 409))
def renew_recovery_codes(body: FactorsIn, request: Request, caller: CallerDep) -> RecoveryOut:
    """Ten new recovery codes, shown this once; the ones before are worth nothing from now on."""
    services = services_of(request)
    account_id = _check_own(services, request, caller, body.password, second_factor=True, code=body.totp)
    made = second_factor.new_recovery_codes(services.settings.password_hashing())
    with services.database.writing() as session:
        second_factor.keep_recovery_codes(
            session, caller.who(incoming_of(request)), find.get_account(session, account_id), made
        )
    return RecoveryOut(recovery_codes=list(made.codes))


# --- closing ---------------------------------------------------------------------------------------------------------


class ClosingIn(In):
    """The present password, and a code when a second factor is in use; nothing after a login at a provider."""

    password: str = Field("", max_length=passwords.PASSWORD_MAX)
    totp: str | None = SecondFactor


@router.post("/account/closing", responses=problems(401, 403))
def close_account(body: ClosingIn, request: Request, response: Response, caller: CallerDep) -> Accepted:
    """Close one's own access and erase it; says what is kept of the record, and why."""
    services = services_of(request)
    with services.database.reading() as session:
        account = _own(session, caller.session_id).account
        account_id, local = account.id, account.password_hash is not None
    if local:
        _check_own(services, request, caller, body.password, second_factor=True, code=body.totp)
    with services.database.writing() as session:
        accounts.close_account(session, caller.who(incoming_of(request)), find.get_account(session, account_id))
    clear_session_cookie(response, services.settings)
    return Accepted(message=KEPT[language_of(request)])


# --- OpenID Connect --------------------------------------------------------------------------------------------------


class ProviderOut(Out):
    """An identity provider one may log in through."""

    name: str = Field(examples=["franceconnect"])
    label: str = Field(examples=["FranceConnect"])
    login: str = Field(description="Where to send the browser.", examples=["/api/v1/oidc/franceconnect/login"])


@router.get("/oidc")
def list_providers(request: Request) -> list[ProviderOut]:
    """The identity providers of this installation."""
    providers = services_of(request).relying.providers.values()
    return [ProviderOut(name=one.name, label=one.label, login=f"/api/v1/oidc/{one.name}/login") for one in providers]


_REDIRECT: dict[int | str, dict[str, Any]] = {
    302: {"description": "To the provider", "headers": {"Location": {"schema": {"type": "string"}}}}
}
_HOME: dict[int | str, dict[str, Any]] = {
    303: {"description": "Logged out: to the first page", "headers": {"Location": {"schema": {"type": "string"}}}}
}
_BACK: dict[int | str, dict[str, Any]] = {
    303: {"description": "Logged in: back to the page", "headers": {"Location": {"schema": {"type": "string"}}}}
}


@router.get(
    "/oidc/{provider}/login", status_code=302, response_class=Response, responses={**_REDIRECT, **problems(404, 502)}
)
def start_oidc(
    provider: str, request: Request, return_to: Annotated[str, Query(max_length=300)] = "/"
) -> RedirectResponse:
    """Send the browser to an identity provider."""
    services = services_of(request)
    services.relying.metadata(services.relying.provider(provider))
    with services.database.writing() as session:
        started = services.relying.start(session, provider, return_to)
    response = RedirectResponse(started.url, 302)
    _set_oidc_cookie(response, services, started.browser_token)
    return response


@router.get(
    "/oidc/{provider}/callback", status_code=303, response_class=Response,
    responses={**_BACK, **problems(401, 403, 404, 502)},
)  # fmt: skip
def finish_oidc(
    provider: str,
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=2000)] = "",
    iss: Annotated[str | None, Query(max_length=300)] = None,
    host_cookie: Annotated[str | None, Cookie(alias=f"__Host-{OIDC_COOKIE}", include_in_schema=False)] = None,
    plain_cookie: Annotated[str | None, Cookie(alias=OIDC_COOKIE, include_in_schema=False)] = None,
) -> RedirectResponse:
    """Where the provider sends the browser back: checks the answer and opens the session."""
    services = services_of(request)
    browser = _oidc_cookie_in(services, host_cookie, plain_cookie)
    proof = services.relying.finish(
        services.database, provider, state=state, code=code, browser_token=browser, issuer=iss
    )
    try:
        token = _open_for(services, request, proof)
    except RegistryError as error:
        _note_refused(services, request, proof, error)
        raise
    response = RedirectResponse(proof.return_to, 303)
    set_session_cookie(response, services.settings, token)
    _delete_oidc_cookie(response, services)
    return response


@router.get(
    "/oidc/{provider}/logged-out", status_code=303, response_class=Response, responses={**_HOME, **problems(401, 404)}
)
def left_oidc(
    provider: str,
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    host_cookie: Annotated[str | None, Cookie(alias=f"__Host-{OIDC_COOKIE}", include_in_schema=False)] = None,
    plain_cookie: Annotated[str | None, Cookie(alias=OIDC_COOKIE, include_in_schema=False)] = None,
) -> RedirectResponse:
    """Where the provider sends the browser back once it has logged out there."""
    services = services_of(request)
    browser = _oidc_cookie_in(services, host_cookie, plain_cookie)
    services.relying.left(provider, state=state, browser_token=browser)
    response = RedirectResponse("/", 303)
    _delete_oidc_cookie(response, services)
    return response


def _open_for(services: Services, request: Request, proof: Proof) -> str:
    with services.database.writing() as session:
        _close_presented(session, services, request)
        account = account_of(session, incoming_of(request).anonymous, proof)
        session.flush()
        session.refresh(account, ["grants"])
        method = f"oidc:{proof.provider.name}"
        return sessions.open_session(session, account, method, id_token=proof.id_token).token


def _note_refused(services: Services, request: Request, proof: Proof, error: RegistryError) -> None:
    """The provider vouches for somebody whom no account may be opened for: traced, without who it was."""
    with services.database.writing() as session:
        details = {"factor": f"oidc:{proof.provider.name}"}
        audit.record(session, Tag.LOGIN_FAIL, incoming_of(request).anonymous, why=error.code, details=details)


def _oidc_cookie(services: Services) -> str:
    return host_cookie(services.settings, OIDC_COOKIE)


def _oidc_cookie_in(services: Services, host_cookie: str | None, plain_cookie: str | None) -> str:
    return (host_cookie if services.settings.cookie_secure else plain_cookie) or ""


def _set_oidc_cookie(response: Response, services: Services, token: str) -> None:
    """What ties the provider's answer to this browser, for ten minutes."""
    secure = services.settings.cookie_secure
    name = _oidc_cookie(services)
    response.set_cookie(name, token, max_age=600, path="/", secure=secure, httponly=True, samesite="lax")


def _delete_oidc_cookie(response: Response, services: Services) -> None:
    response.delete_cookie(_oidc_cookie(services), path="/", secure=services.settings.cookie_secure, httponly=True)
