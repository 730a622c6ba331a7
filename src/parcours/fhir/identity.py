"""Who somebody is, told to the application that they let in: the scopes `openid` and `fhirUser` (OpenID Connect).

What is told is signed with the key of a file of the server (`PARCOURS_SMART_IDENTITY_KEY`, RSA, PEM); without one
neither scope is offered. The sign of the request (`nonce`) travels in the code, whose hash vouches for it: nothing is
kept of it.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from parcours.edge import app_tokens
from parcours.fhir.site import Site
from parcours.registry.accounts import smart
from parcours.registry.accounts.models import AppAccess, Grant
from parcours.registry.store.clock import now_utc

ALGORITHM = "RS256"


@lru_cache(maxsize=1)
def key_in(file: Path) -> RSAKey:
    """The key of the server, read once."""
    key = RSAKey.import_key(file.read_bytes())
    return RSAKey.import_key(file.read_bytes(), {"kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM})


def public_keys(file: Path) -> dict[str, Any]:
    """What an application checks a signature with (JWK Set)."""
    return {"keys": [key_in(file).as_dict(private=False)]}


def offered(site: Site) -> dict[str, Any]:
    """What the statement of SMART says besides."""
    return {"issuer": site.base, "jwks_uri": f"{site.base}/.well-known/jwks.json"}


def configuration(site: Site, smart_statement: dict[str, Any]) -> dict[str, Any]:
    """`.well-known/openid-configuration`: what the statement of SMART says, and how identities are signed."""
    return smart_statement | {
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": ["iss", "sub", "aud", "iat", "exp", "nonce", "fhirUser"],
    }


def told(site: Site, file: Path, access: AppAccess, scopes: list[str], nonce: str) -> str:
    """Who let an application in, signed for it (`id_token`)."""
    at = now_utc()
    said = {
        "iss": site.base, "sub": access.account_id, "aud": access.app_id, "iat": int(at.timestamp()),
        "exp": int((at + app_tokens.LASTS).timestamp()),
    }  # fmt: skip
    if nonce:
        said["nonce"] = nonce
    if smart.USER in scopes:
        said["fhirUser"] = f"{site.base}/{smart.NAMED[access.grant.role]}/{holder(access.grant)}"
    key = key_in(file)
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, said, key)


def holder(grant: Grant) -> str:
    """Who holds a role, by the id of their resource."""
    return grant.insured_id or grant.professional_id or ""
