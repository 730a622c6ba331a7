"""The OpenID Connect providers of an installation: FranceConnect, Pro Santé Connect or another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from parcours.registry.accounts import problems
from parcours.registry.errors import ProviderFailure, Unauthenticated

_PRESETS: dict[str, dict[str, Any]] = {
    "generic": {},
    "france_connect": {
        "name": "franceconnect",
        "label": "FranceConnect",
        "issuer": "https://oidc.franceconnect.gouv.fr/api/v2",
        "subject": "person",
        "scopes": ("openid", "given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry"),
        "acr_values": ("eidas1", "eidas2", "eidas3"),
    },
    "pro_sante_connect": {
        "name": "prosanteconnect",
        "label": "Pro Santé Connect",
        "issuer": "https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet",
        "authorization_endpoint": "https://wallet.esw.esante.gouv.fr/auth",
        "subject": "professional",
        "scopes": ("openid", "scope_all"),
        "acr_values": ("eidas1", "eidas2", "eidas3"),
    },
}


class Provider(BaseModel):
    """One OpenID Connect provider. A preset fills in what the national services publish; anything can be overridden."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Literal["generic", "france_connect", "pro_sante_connect"] = "generic"
    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    label: str
    issuer: str
    client_id: str
    client_secret: SecretStr
    subject: Literal["person", "professional"]
    """Whom the provider's users are: insured persons (identity traits) or health professionals (RPPS)."""
    scopes: tuple[str, ...] = ("openid",)
    acr_values: tuple[str, ...] = ()
    """Accepted levels of assurance, asked for and then required; empty: any."""
    authorization_endpoint: str | None = None
    """Instead of the one of the discovery document."""

    @model_validator(mode="before")
    @classmethod
    def _fill_preset(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {**_PRESETS.get(str(given.get("preset", "generic")), {}), **given}

    @model_validator(mode="after")
    def _check_addresses(self) -> Provider:
        for address in (self.issuer, self.authorization_endpoint):
            if address is not None:
                check_address(address)
        if "openid" not in self.scopes:
            raise ValueError("scopes must contain openid")
        return self


def check_address(address: str) -> str:
    """HTTPS, or HTTP on this very machine (tests, development). Raises ValueError."""
    parts = urlsplit(address)
    local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not (parts.scheme == "https" and parts.hostname) and not local:
        raise ValueError("the address of a provider must start with https://")
    return address


def untrusted(what: str) -> Unauthenticated:
    """The answer of a provider that could not be verified; `what` names the part."""
    return problems.oidc_refused(field=what)


def unavailable(provider: Provider) -> ProviderFailure:
    """The provider that does not answer as it should."""
    return problems.oidc_unavailable(provider.name)
