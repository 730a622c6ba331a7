"""Log in through an identity provider (OpenID Connect), and leave it."""

from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from parcours.api.common import Out, api_router
from parcours.edge.caller import Incoming
from parcours.edge.depends import IncomingDep, ServicesDep
from parcours.edge.mail import send
from parcours.edge.own import close_presented
from parcours.edge.problems import problems
from parcours.edge.requests import clear_oidc_cookie, oidc_cookie, set_oidc_cookie, set_session_cookie
from parcours.edge.services import Services
from parcours.registry.accounts import doubts, sessions
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.linking import account_of
from parcours.registry.accounts.messages import doubt_message
from parcours.registry.accounts.models import MOST_PATH
from parcours.registry.accounts.oidc import Proof
from parcours.registry.audit import service as audit
from parcours.registry.errors import RegistryError

router = api_router(tag="session")


class ProviderOut(Out):
    """An identity provider one may log in through."""

    name: str = Field(examples=["franceconnect"])
    label: str = Field(examples=["FranceConnect"])
    login: str = Field(description="Where to send the browser.", examples=["/api/v1/oidc/franceconnect/login"])


@router.get("/oidc")
def list_providers(services: ServicesDep) -> list[ProviderOut]:
    """The identity providers of this installation."""
    providers = services.relying.providers.values()
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


def _browser(services: ServicesDep, incoming: IncomingDep) -> str:
    """What ties the provider's answer to the browser that asked: the value of its cookie, or nothing."""
    return incoming.cookies.get(oidc_cookie(services.settings), "")


BrowserDep = Annotated[str, Depends(_browser)]


@router.get(
    "/oidc/{provider}/login", status_code=302, response_class=Response, responses={**_REDIRECT, **problems(404, 502)}
)
def start_oidc(
    provider: str, services: ServicesDep, return_to: Annotated[str, Query(max_length=MOST_PATH)] = "/"
) -> RedirectResponse:
    """Send the browser to an identity provider."""
    services.relying.metadata(services.relying.provider(provider))
    with services.database.writing() as session:
        started = services.relying.start(session, provider, return_to)
    response = RedirectResponse(started.url, 302)
    set_oidc_cookie(response, services.settings, started.browser_token)
    return response


@router.get(
    "/oidc/{provider}/callback", status_code=303, response_class=Response,
    responses={**_BACK, **problems(401, 403, 404, 502)},
)  # fmt: skip
def finish_oidc(
    provider: str,
    services: ServicesDep,
    incoming: IncomingDep,
    browser: BrowserDep,
    later: BackgroundTasks,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=2000)] = "",
    iss: Annotated[str | None, Query(max_length=300)] = None,
) -> RedirectResponse:
    """Where the provider sends the browser back: checks it and opens the session; refused, a page says why."""
    try:
        proof = services.relying.finish(
            services.database, provider, state=state, code=code, browser_token=browser, issuer=iss
        )
        try:
            token, doubted = _open_for(services, incoming, proof)
        except RegistryError as error:
            _note_refused(services, incoming, proof, error)
            raise
    except RegistryError as error:
        if "text/html" not in incoming.headers.get("accept", ""):
            raise
        return RedirectResponse(f"/login?refused={error.code}", 303, {"Cache-Control": "no-store"})
    for officer, message in doubted:
        later.add_task(send, services, officer, message)
    response = RedirectResponse(proof.return_to, 303, background=later)
    set_session_cookie(response, services.settings, token)
    clear_oidc_cookie(response, services.settings)
    return response


@router.get(
    "/oidc/{provider}/logged-out", status_code=303, response_class=Response, responses={**_HOME, **problems(401, 404)}
)
def left_oidc(
    provider: str,
    services: ServicesDep,
    browser: BrowserDep,
    state: Annotated[str, Query(max_length=200)] = "",
) -> RedirectResponse:
    """Where the provider sends the browser back once it has logged out there."""
    services.relying.left(provider, state=state, browser_token=browser)
    response = RedirectResponse("/", 303)
    clear_oidc_cookie(response, services.settings)
    return response


def _open_for(services: Services, incoming: Incoming, proof: Proof) -> tuple[str, list[tuple[str, tuple[str, str]]]]:
    """The token of the session, and who is told that an identity is to be checked, with what."""
    with services.database.writing() as session:
        close_presented(session, services, incoming)
        account = account_of(session, incoming.anonymous, proof)
        session.flush()
        session.refresh(account, ["grants"])
        method = f"oidc:{proof.provider.name}"
        token = sessions.open_session(session, account, method, id_token=proof.id_token).token
        return token, [
            (officer.login, doubt_message(officer.language, grant.insured_id or ""))
            for grant in doubts.new_doubts(account, incoming.at)
            for officer in doubts.told_of(session, grant.insured_id or "")
        ]


def _note_refused(services: Services, incoming: Incoming, proof: Proof, error: RegistryError) -> None:
    """The provider vouches for somebody whom no account may be opened for: traced, without who it was."""
    with services.database.writing() as session:
        details = {"factor": f"oidc:{proof.provider.name}"}
        audit.record(session, Tag.LOGIN_FAIL, incoming.anonymous, why=error.code, details=details)
