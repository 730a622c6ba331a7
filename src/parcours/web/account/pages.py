"""Log in, set a forgotten password again: forms without a script, but for passkeys.

Every page here is kept by nobody; a form that changes something comes from our own pages, and one of a session carries
its token.
"""

from typing import Any
from urllib.parse import urlencode

from starlette.background import BackgroundTask
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from parcours.edge import demonstration, login
from parcours.edge.caller import Incoming, identify
from parcours.edge.mail import send
from parcours.edge.own import OwnSession
from parcours.edge.problems import ProblemError
from parcours.edge.refusals import no_role
from parcours.edge.requests import (
    incoming_of,
    services_of,
    set_device_cookie,
    set_session_cookie,
)
from parcours.edge.services import Services
from parcours.errors import ParcoursError
from parcours.registry.access.model import Role
from parcours.registry.accounts import passkeys, passwords, problems
from parcours.registry.accounts.logins import Login
from parcours.registry.accounts.models import MOST_PATH
from parcours.registry.errors import Busy, RegistryError
from parcours.web import i18n
from parcours.web.desk.words import HOMES
from parcours.web.forms import field, own_site
from parcours.web.i18n import N_
from parcours.web.pages import Page, answer

NAMED = {"newcomer": N_("insured person without a doctor"), "colleague": N_("another officer of the fund")}
"""What a second account of a role is called where one chooses."""
ROLES = {
    "insured": N_("insured person"),
    "doctor": N_("doctor"),
    "delegate": N_("delegate"),
    "officer": N_("officer of a fund"),
    "insurer_officer": N_("officer of an insurer"),
    "administrator": N_("administrator"),
}
SENT = N_("If this account exists, a message was sent to it. Its link works for a short while.")
CHANGED = N_("Your password is changed. Log in with the new one.")
LEFT = N_("You are logged out.")
IDLE = N_("You were logged out after a while without activity.")
SAID = {"changed": CHANGED, "left": LEFT, "idle": IDLE}
REFUSED = {
    one.code: one.reason
    for one in (problems.oidc_refused, problems.oidc_unavailable, problems.account_disabled, problems.no_match)
}
"""Why an identity provider opened nothing."""


def refused(request: Request, template: str, error: ParcoursError, **values: Any) -> Response:
    """The form again, with what was wrong."""
    page = Page.of(request)
    status = error.http_status if isinstance(error, RegistryError) else 403
    made = answer(page, template, status, error=error.reason[page.lang], allowed=_allowed(error, page.lang), **values)
    if isinstance(error, Busy):
        made.headers["Retry-After"] = str(error.retry_after)
    return made


def _allowed(error: ParcoursError, lang: str) -> str:
    return error.allowed[lang] if error.allowed is not None else ""


# --- log in --------------------------------------------------------------------------------------------------


def login_form(request: Request, _: FormData) -> Response:
    """The form of a login."""
    said = SAID.get(request.query_params.get("said", ""), "")
    page = Page.of(request)
    why = REFUSED.get(request.query_params.get("refused", ""))
    shown = {**EMPTY, "error": why[page.lang] if why else ""}
    return answer(page, "account/login.html", said=said and i18n.translate(said, page.lang), **shown, **around(request))


EMPTY: dict[str, Any] = {"error": "", "allowed": "", "login": "", "asks_code": False, "continue_at": ""}


def around(request: Request) -> dict[str, Any]:
    """Where the login leads, the ways in, and whom one may be in the demonstration."""
    services, to = services_of(request), next_of(request)
    roles = demonstration.logins(services)
    back = urlencode({"return_to": to or "/my"})
    return {
        "next": to,
        "roles": {name: NAMED.get(name) or ROLES[role.value] for name, role in roles.items()},
        "providers": [
            (one.label, f"/api/v1/oidc/{one.name}/login?{back}") for one in services.relying.providers.values()
        ],
        "passkeys": passkeys.Site(services.settings.public_url).has_name,
    }


def next_of(request: Request) -> str:
    """The page of this site that somebody wanted before they logged in; empty: none, or of another site."""
    wanted = request.query_params.get("next", "")
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if own and len(wanted) <= MOST_PATH else ""


def enter(request: Request, begun: login.Begun, role: Role | None) -> Response:
    """Into the page that was wanted, else into the first one of one's role."""
    services, page = services_of(request), Page.of(request)
    to = next_of(request) or page.url(HOMES.get(role, "/account") if role else "/account")
    response = RedirectResponse(to, 303, {"Cache-Control": "no-store"})
    set_session_cookie(response, services.settings, begun.opened.token)
    set_device_cookie(response, services.settings, begun.device_token)
    return response


def log_in(request: Request, form: FormData) -> Response:
    """Log in with a password, and a code where there is a second factor."""
    services, incoming = services_of(request), incoming_of(request)
    name = field(form, "login")
    try:
        own_site(services, incoming)
        found = login.check_password(
            services, incoming, login=name, password=field(form, "password"), totp=field(form, "totp", 20) or None
        )
        with services.database.writing() as session:
            begun = login.begin(session, services, incoming, found)
            role = role_of(begun)
    except (RegistryError, ProblemError) as error:
        asks = error.code == "totp_required" or bool(field(form, "totp", 20))
        return refused(
            request, "account/login.html", error, said="", login=name, asks_code=asks, continue_at="", **around(request)
        )
    return enter(request, begun, role)


def role_of(begun: login.Begun) -> Role | None:
    """The role a session begins in."""
    grant = begun.opened.session.grant
    return grant.role if grant else None


def enter_demonstration(request: Request, form: FormData) -> Response:
    """One click into a role of the demonstration: invented people, on this machine only."""
    services, incoming = services_of(request), incoming_of(request)
    try:
        own_site(services, incoming)
        with services.database.writing() as session:
            account = demonstration.account_of(services, session, field(form, "as", 40))
            begun = login.begin(session, services, incoming, Login(account, demonstration.METHOD))
            role = role_of(begun)
    except (RegistryError, ProblemError) as error:
        return refused(request, "account/login.html", error, said="", **WITHOUT, **around(request))
    return enter(request, begun, role)


WITHOUT = {name: value for name, value in EMPTY.items() if name not in ("error", "allowed")}


def to_own_place(request: Request, _: FormData) -> Response:
    """`/my`: the first page of one's role, or the login; the fund's code where a provider's word is too little."""
    services, page = services_of(request), Page.of(request)
    try:
        caller = identify(services, incoming_of(request))
        place = HOMES.get(caller.actor.role, "/account") if caller is not None and caller.session_id else "/login"
    except ProblemError as problem:
        place = "/account/identity" if problem.code == no_role.code else "/login"
    return RedirectResponse(page.url(place), 303, {"Cache-Control": "no-store"})


def identify_or_none(services: Services, incoming: Incoming) -> OwnSession | None:
    """The session of a browser, if it lives."""
    try:
        caller = identify(services, incoming)
    except ProblemError:
        return None
    return OwnSession(services, incoming, caller) if caller is not None and caller.session_id else None


# --- a forgotten password --------------------------------------------------------------------------------------------


def forgot_form(request: Request, _: FormData) -> Response:
    """Who forgot the password?"""
    return answer(Page.of(request), "account/forgot.html", said="", error="", allowed="")


def forgot(request: Request, form: FormData) -> Response:
    """Send a link; the same answer when nobody has this login."""
    services, incoming = services_of(request), incoming_of(request)
    try:
        own_site(services, incoming)
        made = login.ask_reset(services, incoming, field(form, "login"))
    except (RegistryError, ProblemError) as error:
        return refused(request, "account/forgot.html", error, said="")
    page = Page.of(request)
    response = answer(page, "account/forgot.html", said=i18n.translate(SENT, page.lang), error="", allowed="")
    if made is not None:
        response.background = BackgroundTask(send, services, *made)
    return response


def reset_form(request: Request, _: FormData) -> Response:
    """A new password, for who has the code of the message."""
    return answer(Page.of(request), "account/reset.html", error="", allowed="", token="", least=passwords.PASSWORD_MIN)


def reset(request: Request, form: FormData) -> Response:
    """Set a new password; the code works once."""
    services, incoming = services_of(request), incoming_of(request)
    token, hashing = field(form, "token", 100).strip(), services.settings.password_hashing()
    try:
        own_site(services, incoming)
        with hashing.admitted(), services.database.writing() as session:
            passwords.reset_password(session, incoming.anonymous, token, field(form, "password"), hashing)
    except (RegistryError, ProblemError) as error:
        return refused(request, "account/reset.html", error, token=token, least=passwords.PASSWORD_MIN)
    return RedirectResponse(Page.of(request).url("/login", said="changed"), 303, {"Cache-Control": "no-store"})
