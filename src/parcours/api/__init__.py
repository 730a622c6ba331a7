"""The JSON API: `/api/v1`.

An ASGI application takes it in with one call, which adds the routes, the error answers and the limits::

    from parcours.api import install
    from parcours.edge.services import Services
    install(app, Services())          # or Services(Settings(...))

`parcours.api.router` (the routes alone) and `parcours.api.create_app` (a whole application with nothing else) are
there too; all are imported on first use, so that importing this package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parcours.api.app import create_app, install, router

__all__ = ["create_app", "install", "router"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from parcours.api import app

        return getattr(app, name)
    raise AttributeError(name)
