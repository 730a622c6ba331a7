"""Errors of the registry: each names the field, what was given and what is allowed.

No error ever carries personal data: a value that identifies somebody is described (its length, its key), never shown.
"""

from __future__ import annotations

from collections.abc import Iterable


class RegistryError(Exception):
    """Something the caller asked for cannot be done, and why.

    ``code`` is stable and machine-readable; ``field`` is the name of the vocabulary; ``given`` is what was received
    (never a value that identifies a person); ``allowed`` is what would have been accepted; ``reason`` holds one
    sentence in French and one in English; ``article`` is the reference of the law, when there is one.
    """

    http_status = 400

    def __init__(
        self,
        code: str,
        *,
        field: str | None = None,
        given: object = None,
        allowed: object = None,
        fr: str = "",
        en: str = "",
        article: str | None = None,
    ) -> None:
        self.code = code
        self.field = field
        self.given = given
        self.allowed = _as_text(allowed)
        self.reason = {"fr": fr or code, "en": en or code}
        self.article = article
        super().__init__(self.message("en"))

    def message(self, language: str = "en") -> str:
        """One line for a person, in ``fr`` or ``en``."""
        words = {"fr": ("donné", "permis"), "en": ("given", "allowed")}[language]
        parts = [f"{self.field}: " if self.field else "", self.reason[language]]
        details = []
        if self.given is not None:
            details.append(f"{words[0]}: {self.given}")
        if self.allowed is not None:
            details.append(f"{words[1]}: {self.allowed}")
        if self.article:
            details.append(self.article)
        return "".join(parts) + (f" ({'; '.join(details)})" if details else "")

    def as_dict(self) -> dict[str, object]:
        """The same content for a JSON edge (problem+json extensions)."""
        return {
            "code": self.code,
            "field": self.field,
            "given": None if self.given is None else str(self.given),
            "allowed": self.allowed,
            "reason": self.reason,
            "article": self.article,
        }


class Invalid(RegistryError):
    """A value is not acceptable in itself (format, check digit, range)."""

    http_status = 422


class Unauthenticated(RegistryError):
    """The proof of identity is missing, wrong or no longer valid."""

    http_status = 401


class NotFound(RegistryError):
    """No such record, or none that may be told of: the two are never distinguished."""

    http_status = 404


class Conflict(RegistryError):
    """The value is fine, the state of the records forbids it (already ended, another one in force, stale version)."""

    http_status = 409


class Refused(RegistryError):
    """The law forbids it (a locum as médecin traitant, a parent's signature missing)."""

    http_status = 422


class Misconfigured(RegistryError):
    """The installation lacks something (a secret key, a migrated database): for the administrator."""

    http_status = 503


def not_found(field: str) -> NotFound:
    """The one answer for an unknown id and for somebody else's."""
    return NotFound(
        "not_found",
        field=field,
        fr="aucun enregistrement de ce nom",
        en="no such record",
    )


def _as_text(allowed: object) -> str | None:
    if allowed is None or isinstance(allowed, str):
        return allowed
    if isinstance(allowed, Iterable):
        return ", ".join(str(one) for one in allowed)
    return str(allowed)
