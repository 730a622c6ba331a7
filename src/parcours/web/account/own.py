"""`/account`, `/account/identity`: where one is logged in and how to end it; prove who one is with the fund's code."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from parcours.edge import login
from parcours.edge.caller import CSRF_FIELD, session_without_role
from parcours.edge.own import OwnSession
from parcours.edge.problems import ProblemError
from parcours.edge.requests import (
    clear_session_cookie,
    incoming_of,
    services_of,
    set_oidc_cookie,
    set_session_cookie,
)
from parcours.edge.services import Services
from parcours.registry.accounts import devices, problems, sessions
from parcours.registry.accounts.models import WebSession
from parcours.registry.errors import NotFound, RegistryError, not_found
from parcours.registry.store.ids import parse_id
from parcours.text import Text
from parcours.web import i18n
from parcours.web.account.pages import LEFT, ROLES, WITHOUT, around, identify_or_none, refused
from parcours.web.forms import field, own_form, own_site
from parcours.web.i18n import N_
from parcours.web.pages import Page, answer

NO_STORE = {"Cache-Control": "no-store"}
NEEDED = N_(
    "Your role needs a second factor. Set up a code or a passkey under “Second factor, passkeys, roles, closing”."
)
METHODS = {
    "password": Text("mot de passe", "password"),
    "password+totp": Text("mot de passe et code", "password and code"),
    "password+recovery": Text("mot de passe et code de secours", "password and recovery code"),
    "passkey": Text("clé d'accès", "passkey"),
    "demonstration": Text("démonstration", "demonstration"),
}


def method_of(services: Services, method: str) -> Text:
    """How somebody proved who they are, in words; a provider by its name."""
    provider = services.relying.providers.get(method.removeprefix("oidc:"))
    return METHODS.get(method) or (Text(provider.label, provider.label) if provider else Text("autre", "other"))


def to_login(request: Request) -> Response:
    """Nobody is logged in."""
    return RedirectResponse(Page.of(request).url("/login"), 303, NO_STORE)


def account_page(request: Request, _: FormData) -> Response:
    """Who is logged in here, as what, and where else."""
    services, incoming, page = services_of(request), incoming_of(request), Page.of(request)
    own = identify_or_none(services, incoming)
    if own is None:
        return to_login(request)
    needed = request.query_params.get("said", "") == "second_factor_needed" and own.caller.lacks_factor
    with services.database.reading() as session:
        present = own.row(session)
        rows = sessions.open_sessions(session, present.account_id, services.settings.session_policy())
        return answer(
            page, "account/account.html", login=present.account.login,
            roles=[ROLES[grant.role.value] for grant in present.account.active_grants],
            sessions=[(row, method_of(services, row.method), row.id == present.id) for row in rows],
            said=i18n.translate(NEEDED, page.lang) if needed else "", csrf_token=present.csrf_token,
            csrf_field=CSRF_FIELD, idle_minutes=services.settings.session_idle_minutes,
        )  # fmt: skip


def leave(request: Request, form: FormData) -> Response:
    """Log out here, everywhere else, or of one session that is named."""
    services, incoming = services_of(request), incoming_of(request)
    own = identify_or_none(services, incoming)
    if own is None:
        return to_login(request)
    try:
        own_form(own, form)
        return WHERE.get(field(form, "where", 20), here)(request, own, form)
    except NotFound:
        raise HTTPException(404) from None
    except (RegistryError, ProblemError) as error:
        return refused(request, "account/login.html", error, said="", **WITHOUT, **around(request))


def here(request: Request, own: OwnSession, _: FormData) -> Response:
    """This session ends; the identity provider's too, one click further, where it can be left."""
    leaving, settings, page = login.leave(own), own.services.settings, Page.of(request)
    if leaving is None:
        response: Response = RedirectResponse(page.url("/login", said="left"), 303, NO_STORE)
    else:
        shown = {**WITHOUT, "continue_at": leaving.url, "error": "", "allowed": ""}
        response = answer(page, "account/login.html", said=i18n.translate(LEFT, page.lang), **shown, **around(request))
        set_oidc_cookie(response, settings, leaving.browser_token)
    clear_session_cookie(response, settings)
    return response


def elsewhere(request: Request, own: OwnSession, _: FormData) -> Response:
    """Every other session ends, and no browser is known any more."""
    with own.services.database.writing() as session:
        present = own.row(session)
        for row in sessions.open_sessions(session, present.account_id, own.services.settings.session_policy()):
            if row.id != present.id:
                sessions.close_session(session, own.who, row)
        devices.forget_all(session, present.account_id)
    return RedirectResponse(Page.of(request).url("/account"), 303, NO_STORE)


def there(request: Request, own: OwnSession, form: FormData) -> Response:
    """One session of the account ends; that of somebody else does not exist, and is traced. Raises NotFound."""
    try:
        with own.services.database.writing() as session:
            key = parse_id(field(form, "session_id", 64))
            row = session.get(WebSession, key) if key else None
            if row is None or row.account_id != own.row(session).account_id or row.closed_at is not None:
                raise not_found("session_id")
            sessions.close_session(session, own.who, row)
    except NotFound as error:
        own.note_foreign(error)
        raise
    return RedirectResponse(Page.of(request).url("/account"), 303, NO_STORE)


WHERE = {"here": here, "elsewhere": elsewhere, "there": there}


# --- prove who one is ------------------------------------------------------------------------------------------------


def identity_form(request: Request, _: FormData) -> Response:
    """A provider named somebody by name and birth date only: the fund's code says that it is them."""
    try:
        session_without_role(services_of(request), incoming_of(request))
    except RegistryError:
        return to_login(request)
    return answer(Page.of(request), "account/identity.html", error="", allowed="")


def prove_identity(request: Request, form: FormData) -> Response:
    """Give the code back: the session goes on with its role."""
    services, incoming = services_of(request), incoming_of(request)
    try:
        own_site(services, incoming)
        waiting = session_without_role(services, incoming)
        with services.database.writing() as session:
            begun = login.prove_identity(session, incoming, waiting, field(form, "code", 20))
        if begun is None:  # counted, so said once the count is kept
            raise problems.bad_identity_code()
    except (RegistryError, ProblemError) as error:
        return refused(request, "account/identity.html", error)
    response = RedirectResponse(Page.of(request).url("/my"), 303, NO_STORE)
    set_session_cookie(response, services.settings, begun.token)
    return response
