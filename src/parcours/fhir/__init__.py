"""FHIR R4 (4.0.1): `/fhir`, a face over the registry and the engine, beside the JSON API and the pages.

It keeps nothing of its own: what is read comes from the registry, what is estimated from the engine, and a claim is
submitted by the registry's service. `parcours.fhir.create_app(services)` is the application, imported on first use.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parcours.fhir.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from parcours.fhir import app

        return getattr(app, name)
    raise AttributeError(name)
