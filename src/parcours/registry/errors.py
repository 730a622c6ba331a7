"""Errors of the registry: each names the field, what was given and what is allowed.

No error ever carries personal data: a value that identifies somebody is described (its length, its key), never shown.
"""

from typing import ClassVar

from parcours.errors import ParcoursError, Problem
from parcours.text import Text


class RegistryError(ParcoursError):
    """Something the caller asked of the registry cannot be done."""

    http_status: ClassVar[int] = 400


class Invalid(RegistryError):
    """A value is not acceptable in itself (format, check digit, range)."""

    http_status = 422


class Unauthenticated(RegistryError):
    """The proof of identity is missing, wrong or no longer valid."""

    http_status = 401


class NotFound(RegistryError):
    """No such record, or none that may be told of: the two are never distinguished."""

    http_status = 404


class Forbidden(RegistryError):
    """Who asks sees the record, but no rule lets them do this."""

    http_status = 403


class Conflict(RegistryError):
    """The value is fine, the state of the records forbids it (already ended, another one in force, stale version)."""

    http_status = 409


class Refused(RegistryError):
    """The law forbids it (a locum as médecin traitant, a parent's signature missing)."""

    http_status = 422


class Misconfigured(RegistryError):
    """The installation lacks something (a secret key, a migrated database): for the administrator."""

    http_status = 503


class Busy(RegistryError):
    """Too many ask for the same thing at this moment: the same request may pass a little later."""

    http_status = 503
    retry_after: ClassVar[int] = 3
    """Seconds."""


class ProviderFailure(RegistryError):
    """An outside provider of identity does not answer, or answers nonsense."""

    http_status = 502


_NOT_FOUND = Problem(NotFound, "not_found", Text("aucun enregistrement de ce nom", "no such record"))


def not_found(field: str) -> NotFound:
    """The one answer for an unknown id and for somebody else's."""
    return _NOT_FOUND(field=field)
