"""The edge as Starlette takes it, and so every face: services, what came in, the cookie of a session."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from parcours.edge.caller import Incoming, cookie_name, host_cookie
from parcours.edge.login import device_cookie
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.registry.accounts.devices import KNOWN_DAYS

OIDC_COOKIE = "parcours_oidc"


def attach(app: Starlette, services: Services) -> None:
    """Give an application the services its endpoints ask for."""
    app.state.parcours = services


def services_in(app: Starlette) -> Services:
    """The services of an application."""
    services: Services = app.state.parcours
    return services


def services_of(request: Request) -> Services:
    """The services of the application that serves a request."""
    return services_in(request.app)


def incoming_of(request: Request) -> Incoming:
    """What came in, with the id that the limits around the face gave it."""
    return Incoming(
        method=request.method,
        path=request.scope["path"],
        headers=request.headers,
        cookies=request.cookies,
        route=getattr(request.scope.get("route"), "path", "?"),
        id=getattr(request.state, "request_id", None),
    )


def set_session_cookie(response: Response, settings: Settings, token: str) -> None:
    """The cookie of a session: not readable by scripts, not sent by other sites, gone with the browser."""
    response.set_cookie(
        cookie_name(settings), token, path="/", secure=settings.cookie_secure, httponly=True, samesite="lax"
    )


def clear_session_cookie(response: Response, settings: Settings) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        cookie_name(settings), path="/", secure=settings.cookie_secure, httponly=True, samesite="lax"
    )


def set_device_cookie(response: Response, settings: Settings, token: str | None) -> None:
    """The cookie of a browser that is known from now on; nothing for one that was."""
    if token is not None:
        response.set_cookie(
            device_cookie(settings), token, max_age=KNOWN_DAYS * 86400, path="/", secure=settings.cookie_secure,
            httponly=True, samesite="lax",
        )  # fmt: skip


def oidc_cookie(settings: Settings) -> str:
    """The name of the cookie that ties an identity provider's answer to the browser that asked."""
    return host_cookie(settings, OIDC_COOKIE)


def set_oidc_cookie(response: Response, settings: Settings, token: str) -> None:
    """What ties the provider's answer to this browser, for ten minutes."""
    response.set_cookie(
        oidc_cookie(settings), token, max_age=600, path="/", secure=settings.cookie_secure, httponly=True,
        samesite="lax",
    )  # fmt: skip


def clear_oidc_cookie(response: Response, settings: Settings) -> None:
    """The provider has answered."""
    response.delete_cookie(oidc_cookie(settings), path="/", secure=settings.cookie_secure, httponly=True)
