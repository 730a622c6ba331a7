"""`/authorize`: does the person let an application in (SMART on FHIR)? `/account/apps`: what they let in, and its end.

An application that is not registered, or that names another address to come back to, is told nothing: the person is.
Every other refusal goes back to the application, in the words of OAuth 2.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from parcours.edge.caller import CSRF_FIELD
from parcours.edge.own import OwnSession
from parcours.edge.problems import ProblemError
from parcours.edge.requests import incoming_of, services_of
from parcours.edge.security import CONTENT_SECURITY_POLICY
from parcours.registry.access.model import Role
from parcours.registry.accounts import apps, smart
from parcours.registry.accounts.models import App, AppAccess, WebSession
from parcours.registry.errors import NotFound, not_found
from parcours.registry.people.family import children_of
from parcours.registry.people.models import Insured
from parcours.registry.store.ids import get
from parcours.text import Text, listed
from parcours.web.account.pages import identify_or_none
from parcours.web.forms import field, own_form
from parcours.web.pages import Page, answer

NO_STORE = {"Cache-Control": "no-store"}
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_STATE = 1000
UNKNOWN = Text(
    "Cette application n'est pas connue ici, ou demande à être rappelée à une adresse qui n'est pas la sienne.",
    "This application is not known here, or asks to be called back at an address that is not its own.",
)
NO_FACTOR = Text(
    "Ce rôle demande un second facteur : activez-le, puis reconnectez-vous avant d'ouvrir l'accès.",
    "This role needs a second factor: set one up, then log in again before you let anything in.",
)


ALL_OF_MINE = Text(
    "Elle atteindrait tous les dossiers que vous pouvez lire, ceux de vos enfants compris : {names}.",
    "It would reach every file that you may read, those of your children too: {names}.",
)
ALL_OF_ROLE = Text(
    "Elle atteindrait le dossier de chaque personne que votre rôle vous ouvre.",
    "It would reach the file of everybody whom your role opens to you.",
)


class Refused(Exception):
    """What an application asks is refused, in the words of OAuth 2."""


@dataclass(frozen=True)
class Wish:
    """What an application asks for, once it is known."""

    app: App
    redirect: str
    state: str
    challenge: str
    allowed: smart.Allowed
    nonce: str = ""

    def back(self, **said: str) -> Response:
        """Back to the application."""
        query = urlencode({**said, **({"state": self.state} if self.state else {})})
        mark = "&" if urlsplit(self.redirect).query else "?"
        return RedirectResponse(f"{self.redirect}{mark}{query}", 303, NO_STORE)

    def policy(self) -> str:
        """The content policy of the page: its form may end at the application."""
        parts = urlsplit(self.redirect)
        place = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
        return CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {place}")


def known_app(session: Session, request: Request) -> tuple[App, str]:
    """The application that asks, and where it is called back. Raises NotFound."""
    asked = request.query_params
    app = apps.find_app(session, asked.get("client_id", ""))
    redirect = asked.get("redirect_uri", "")
    if app is None or redirect not in app.redirects.split():
        raise not_found("client_id")
    return app, redirect


def wish_of(request: Request, app: App, redirect: str, role: Role | None) -> Wish:
    """What is asked for. Raises `Refused`."""
    asked = request.query_params
    names = [name for name, _ in asked.multi_items()]
    if len(names) != len(set(names)) or any(len(asked.get(one, "")) > MOST_STATE for one in ("state", "nonce")):
        raise Refused("invalid_request")
    if asked.get("response_type") != "code":
        raise Refused("unsupported_response_type")
    settings = services_of(request).settings
    here = f"{settings.public_url.rstrip('/')}/fhir"
    if asked.get("aud", "").rstrip("/") != here:
        raise Refused("invalid_request")
    challenge = asked.get("code_challenge", "")
    if asked.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise Refused("invalid_request")
    scopes = smart.of_identity(asked.get("scope", "").split(), role, signed=settings.smart_identity_key is not None)
    if role is not None and role is not Role.INSURED:
        scopes = [one for one in scopes if not one.startswith("patient/") and one != smart.LAUNCH]
    allowed = smart.narrowed(scopes, app.scopes.split())
    if not allowed.reads and not allowed.writes:
        raise Refused("invalid_scope")
    return Wish(app, redirect, asked.get("state", ""), challenge, allowed, asked.get("nonce", ""))


def refuse(page: Page, said: Text) -> Response:
    """The person is told why the page is not there."""
    return answer(page, "account/app_refused.html", 400, said=said[page.lang])


def authorize(request: Request, form: FormData) -> Response:
    """Let the application in, or not."""
    services, incoming, page = services_of(request), incoming_of(request), Page.of(request)
    with services.database.reading() as session:
        try:
            app, redirect = known_app(session, request)
        except NotFound:
            return refuse(page, UNKNOWN)
        own = identify_or_none(services, incoming)
        role = own.caller.actor.role if own else None
        try:
            wish = wish_of(request, app, redirect, role)
        except Refused as error:
            return Wish(app, redirect, request.query_params.get("state", "")[:MOST_STATE], "", smart.read(())).back(
                error=str(error)
            )
        if own is None:
            return RedirectResponse(page.url("/login", next=f"/authorize?{request.url.query}"), 303, NO_STORE)
        if own.caller.lacks_factor:
            return refuse(page, NO_FACTOR)
        people = whom(session, own)
        row = own.row(session)
        if request.method != "POST":
            return shown(page, wish, own, row, people)
    try:
        own_form(own, form)
    except ProblemError as error:
        return refuse(page, error.reason)
    if field(form, "do") != "allow":
        return wish.back(error="access_denied")
    return let_in(own, wish, people, field(form, "patient"))


def whom(session: Session, own: OwnSession) -> list[Insured]:
    """Whose record an application may be let into: one's own, one's children's."""
    insured = own.caller.actor.insured_id
    return [session.get_one(Insured, insured), *children_of(session, insured)] if insured else []


def shown(page: Page, wish: Wish, own: OwnSession, row: WebSession, people: list[Insured]) -> Response:
    """The page."""
    return answer(
        page, "account/authorize.html", headers={"Content-Security-Policy": wish.policy()},
        app=wish.app.name, login=row.account.login, host=urlsplit(wish.redirect).netloc or wish.redirect,
        words=[one[page.lang] for one in wish.allowed.words()], one=wish.allowed.one, offline=wish.allowed.offline,
        reach=reach_of(page, wish, own, people),
        people=[(one.id, f"{one.first_name} {one.family_name}") for one in people] if wish.allowed.one else [],
        mine=own.caller.actor.insured_id is not None, action=f"/authorize?{urlencode(page.query)}",
        csrf_token=row.csrf_token, csrf_field=CSRF_FIELD,
    )  # fmt: skip


def reach_of(page: Page, wish: Wish, own: OwnSession, people: list[Insured]) -> str:
    """Whom it reaches, where that is not the one person chosen: oneself and one's children, or one's patients."""
    if wish.allowed.one:
        return ""
    if own.caller.actor.insured_id is None:
        return ALL_OF_ROLE[page.lang]
    names = [f"{one.first_name} {one.family_name}" for one in people]
    return ALL_OF_MINE[page.lang].format(names=listed(names, page.lang)) if len(names) > 1 else ""


def let_in(own: OwnSession, wish: Wish, people: list[Insured], chosen: str) -> Response:
    """Back to the application with a code."""
    ids = [one.id for one in people]
    about = wish.allowed.one or smart.LAUNCH in wish.allowed.said
    patient = (chosen if chosen in ids else ids[0]) if about and ids else None
    reached = ids if not wish.allowed.one else [patient] if patient else []
    with own.services.database.writing() as session:
        app = apps.get_app(session, wish.app.id)
        code = apps.allow(
            session, own.who, app, own.row(session), wish.allowed,
            reach=apps.Reach(patient, tuple(reached)), asked=apps.Asked(wish.redirect, wish.challenge, wish.nonce),
        )  # fmt: skip
    return wish.back(code=code)


# --- what was let in -------------------------------------------------------------------------------------------------


def my_apps(request: Request, _: FormData) -> Response:
    """The applications that are let in, and what each may do."""
    services, page = services_of(request), Page.of(request)
    own = identify_or_none(services, incoming_of(request))
    if own is None:
        return RedirectResponse(page.url("/login", next="/account/apps"), 303, NO_STORE)
    with services.database.reading() as session:
        row = own.row(session)
        found = apps.accesses_of(session, row.account_id, services.settings.session_policy())
        return answer(
            page, "account/apps.html", apps=[told(session, one, page.lang) for one in found],
            csrf_token=row.csrf_token, csrf_field=CSRF_FIELD,
        )  # fmt: skip


def told(session: Session, access: AppAccess, lang: str) -> dict[str, Any]:
    """An access, for its holder."""
    allowed = smart.read(access.scopes.split())
    person = session.get(Insured, access.patient_id) if access.patient_id else None
    return {
        "id": access.id, "name": access.app.name, "since": access.allowed_at, "offline": allowed.offline,
        "words": [one[lang] for one in allowed.words()],
        "person": f"{person.first_name} {person.family_name}" if person else "",
    }  # fmt: skip


def take_back(request: Request, form: FormData) -> Response:
    """End one access: its tokens work no more."""
    services, incoming, page = services_of(request), incoming_of(request), Page.of(request)
    own = identify_or_none(services, incoming)
    if own is None:
        return RedirectResponse(page.url("/login", next="/account/apps"), 303, NO_STORE)
    try:
        own_form(own, form)
    except ProblemError as error:
        return refuse(page, error.reason)
    with services.database.writing() as session:
        row = own.row(session)
        try:
            access = get(session, AppAccess, field(form, "id"), "id", account_id=row.account_id)
        except NotFound:
            return RedirectResponse(page.url("/account/apps"), 303, NO_STORE)
        apps.end(session, own.who, access)
    return RedirectResponse(page.url("/account/apps"), 303, NO_STORE)
