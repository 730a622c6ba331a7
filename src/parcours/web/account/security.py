"""`/account/security`: the second factor and its recovery codes, passkeys, another role, closing one's account."""

from typing import Any

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from parcours.documents.pdf import qr_code
from parcours.edge.caller import CSRF_FIELD
from parcours.edge.login import tell_of_factors
from parcours.edge.own import OwnSession
from parcours.edge.problems import ProblemError
from parcours.edge.requests import clear_session_cookie, incoming_of, services_of, set_session_cookie
from parcours.registry.access.export import KEPT
from parcours.registry.accounts import find, passkeys, second_factor, sessions
from parcours.registry.accounts import service as accounts
from parcours.registry.accounts.context import Tag as AccountTag
from parcours.registry.audit import service as audit
from parcours.registry.errors import NotFound, RegistryError, not_found
from parcours.text import Text
from parcours.web.account.pages import ROLES, identify_or_none, refused
from parcours.web.forms import field, own_form
from parcours.web.i18n import typography
from parcours.web.pages import Page, answer

CLOSED = Text("Votre compte est fermé", "Your account is closed")

NO_STORE = {"Cache-Control": "no-store"}
TEMPLATE = "account/security.html"


def security(request: Request, _: FormData) -> Response:
    """What proves who one is."""
    own = identify_or_none(services_of(request), incoming_of(request))
    if own is None:
        return RedirectResponse(Page.of(request).url("/login", next="/account/security"), 303, NO_STORE)
    return answer(Page.of(request), TEMPLATE, error="", allowed="", **shown(own))


def shown(own: OwnSession, **more: Any) -> dict[str, Any]:
    """What the page shows of the account."""
    with own.services.database.reading() as session:
        row = own.row(session)
        account = row.account
        found = {
            "login": account.login, "has_totp": account.has_totp, "local": account.password_hash is not None,
            "passkeys": [(one.id, one.name, one.made_at) for one in passkeys.passkeys_of(account)],
            "grants": [(one.id, ROLES[one.role.value], one.id == row.grant_id) for one in account.active_grants],
            "csrf_token": row.csrf_token, "csrf_field": CSRF_FIELD,
            "has_name": passkeys.Site(own.services.settings.public_url).has_name,
            "idle_minutes": own.services.settings.session_idle_minutes,
        }  # fmt: skip
    return {**found, "secret": "", "drawn": "", "asks_code": False, "codes": [], **more}


def change(request: Request, form: FormData) -> Response:
    """What the field `do` asks; each asks the password again, and a code where there is a second factor."""
    services, incoming = services_of(request), incoming_of(request)
    own = identify_or_none(services, incoming)
    if own is None:
        return RedirectResponse(Page.of(request).url("/login"), 303, NO_STORE)
    try:
        own_form(own, form)
        return ACTIONS.get(field(form, "do", 20), unknown)(request, own, form)
    except (RegistryError, ProblemError) as error:
        return refused(request, TEMPLATE, error, **shown(own, asks_code=field(form, "do", 20) == "confirm"))


def unknown(_request: Request, _own: OwnSession, _form: FormData) -> Response:
    """A form that no page has."""
    raise not_found("do")


def proved(own: OwnSession, form: FormData) -> str:
    """The id of the account, once the password (and a code) is given again."""
    return own.check_password(field(form, "password"), second_factor=True, code=field(form, "totp", 20) or None)


def start(request: Request, own: OwnSession, form: FormData) -> Response:
    """A secret for the application, drawn and written."""
    account_id = own.check_password(field(form, "password"))
    with own.services.database.writing() as session:
        account = find.get_account(session, account_id)
        secret = second_factor.start_totp(session, own.who, account)
        drawn = Markup(qr_code(second_factor.totp_uri(account)))  # noqa: S704 - drawn by us from a secret of ours
    return answer(Page.of(request), TEMPLATE, error="", allowed="", **shown(own, secret=secret, drawn=drawn))


def confirm(request: Request, own: OwnSession, form: FormData) -> Response:
    """The application works: from now on a code is asked; ten recovery codes, shown this once."""
    hashing = own.services.settings.password_hashing()
    with hashing.admitted():
        made = second_factor.new_recovery_codes(hashing)
    with own.services.database.writing() as session:
        row = own.row(session)
        second_factor.confirm_totp(session, own.who, row.account, field(form, "totp", 20))
        second_factor.keep_recovery_codes(session, own.who, row.account, made)
        row.method = "password+totp"
        session.flush()
        begun = sessions.rotate_session(session, row)
        token, csrf = begun.token, begun.session.csrf_token
        account = row.account
    tell_of_factors(own, account)
    more = {"codes": list(made.codes), "has_totp": True, "csrf_token": csrf}
    response = answer(Page.of(request), TEMPLATE, error="", allowed="", **(shown(own, **more)))
    set_session_cookie(response, own.services.settings, token)
    return response


def renew(request: Request, own: OwnSession, form: FormData) -> Response:
    """Ten new recovery codes; those before are worth nothing."""
    account_id = proved(own, form)
    hashing = own.services.settings.password_hashing()
    with hashing.admitted():
        made = second_factor.new_recovery_codes(hashing)
    with own.services.database.writing() as session:
        second_factor.keep_recovery_codes(session, own.who, find.get_account(session, account_id), made)
    return answer(Page.of(request), TEMPLATE, error="", allowed="", **shown(own, codes=list(made.codes)))


def remove(request: Request, own: OwnSession, form: FormData) -> Response:
    """No code is asked any more, or a passkey is forgotten; the other sessions end."""
    account_id, passkey = proved(own, form), field(form, "passkey_id", 64)
    with own.services.database.writing() as session:
        account = find.get_account(session, account_id)
        if passkey:
            passkeys.remove(session, own.who, account, passkey)
        else:
            second_factor.remove_totp(session, own.who, account)
        session.flush()
        begun = sessions.rotate_session(session, own.row(session))
    tell_of_factors(own, account)
    response = RedirectResponse(Page.of(request).url("/account/security"), 303, NO_STORE)
    set_session_cookie(response, own.services.settings, begun.token)
    return response


def switch(request: Request, own: OwnSession, form: FormData) -> Response:
    """Act in another role of the account."""
    wanted, tag = field(form, "grant_id", 64), AccountTag.SESSION_SWITCH
    try:
        with own.services.database.writing() as session:
            row = own.row(session)
            grant = next((one for one in row.account.active_grants if one.id == wanted), None)
            if grant is None:
                raise not_found("grant_id")
            begun = sessions.rotate_session(session, row, grant=grant)
            audit.record(session, tag, own.who, record=("grant", grant.id), details={"role": grant.role.value})
    except NotFound as foreign:
        own.note_foreign(foreign)
        raise
    response = RedirectResponse(Page.of(request).url("/my"), 303, NO_STORE)
    set_session_cookie(response, own.services.settings, begun.token)
    return response


def close(request: Request, own: OwnSession, form: FormData) -> Response:
    """Erase one's access; what is kept of the record, and why, is said."""
    page = Page.of(request)
    with own.services.database.reading() as session:
        account = own.row(session).account
        account_id, local = account.id, account.password_hash is not None
    if local:
        proved(own, form)
    with own.services.database.writing() as session:
        accounts.close_account(session, own.who, find.get_account(session, account_id))
    title, detail = CLOSED[page.lang], typography(KEPT[page.lang], page.lang)
    response = answer(page, "error.html", title=title, detail=detail, code="")
    clear_session_cookie(response, own.services.settings)
    return response


ACTIONS = {
    "start": start, "confirm": confirm, "renew": renew, "remove": remove, "switch": switch, "close": close,
}  # fmt: skip
