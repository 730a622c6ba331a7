"""OpenID Connect: log in through FranceConnect (insured persons), Pro Santé Connect (professionals) or another.

Authorization code flow with PKCE (S256), `state` bound to the browser, `nonce`; the ID token's signature, issuer,
audience, dates, nonce, level (`acr`) and the subject of the user information are all checked.  A provider says who
somebody is; what they may do here is decided by the person or the professional found in the registry.  Who logs out
here is sent to log out there too, when the provider can (FranceConnect requires it).
"""

import base64
import hashlib
import hmac
import secrets
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2 as httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import update
from sqlalchemy.orm import Session

from parcours.registry.accounts.models import MOST_PATH, OidcAttempt
from parcours.registry.accounts.providers import Provider, check_address, unavailable, untrusted
from parcours.registry.accounts.tokens import secret_hash
from parcours.registry.errors import NotFound, ProviderFailure, not_found
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Database

ALGORITHMS = ["RS256", "PS256", "ES256"]
CLOCK_SKEW_SECONDS = 60
ATTEMPT_MINUTES = 10
HTTP_SECONDS = 5.0
_METADATA_SECONDS = 3600


@cache
def trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts, read once: to read them takes longer than all else of a login."""
    return httpx.create_ssl_context()


@dataclass(frozen=True)
class Metadata:
    """What a provider publishes about itself."""

    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None
    keys: KeySet
    fetched_at: float
    end_session_endpoint: str | None = None


@dataclass(frozen=True)
class Started:
    """Where to send the browser, and the value of the cookie that ties the answer to it."""

    url: str
    browser_token: str


@dataclass(frozen=True)
class Proof:
    """Who the provider says has logged in."""

    provider: Provider
    subject: str
    claims: Mapping[str, Any]
    return_to: str
    id_token: str
    """As received: what the provider asks for to end its own session."""


class Relying:
    """This service as a client of its providers; keeps their metadata for an hour."""

    def __init__(self, providers: tuple[Provider, ...], public_url: str) -> None:
        self.providers = {provider.name: provider for provider in providers}
        self.public_url = public_url.rstrip("/")
        self._metadata: dict[str, Metadata] = {}

    def provider(self, name: str) -> Provider:
        """The provider of a name. Raises NotFound."""
        if name not in self.providers:
            raise not_found("provider")
        return self.providers[name]

    def redirect_uri(self, provider: Provider) -> str:
        return f"{self.public_url}/api/v1/oidc/{provider.name}/callback"

    def start(self, session: Session, name: str, return_to: str) -> Started:
        """Begin a login at a provider. Raises NotFound, ProviderFailure."""
        provider = self.provider(name)
        metadata = self.metadata(provider)
        state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
        session.add(
            OidcAttempt(
                state_hash=secret_hash(state),
                browser_hash=secret_hash(browser),
                provider=name,
                nonce=nonce,
                code_verifier=verifier,
                return_to=local_path(return_to),
                expires_at=now_utc() + timedelta(minutes=ATTEMPT_MINUTES),
            )
        )
        extra = {"acr_values": " ".join(provider.acr_values)} if provider.acr_values else {}
        with self._client(provider) as client:
            url, _ = client.create_authorization_url(
                provider.authorization_endpoint or metadata.authorization_endpoint,
                state=state,
                code_verifier=verifier,
                nonce=nonce,
                **extra,
            )
        return Started(url, browser)

    def finish(
        self, database: Database, name: str, *, state: str, code: str, browser_token: str, issuer: str | None = None
    ) -> Proof:
        """Check what came back. Raises Unauthenticated, ProviderFailure."""
        provider = self.provider(name)
        attempt = _use_attempt(database, name, state, browser_token)
        if attempt is None or (issuer is not None and issuer != provider.issuer):
            raise untrusted("state")
        metadata = self.metadata(provider)
        try:
            with self._client(provider) as client:
                token = client.fetch_token(
                    metadata.token_endpoint, code=code, code_verifier=attempt.code_verifier,
                    grant_type="authorization_code",
                )  # fmt: skip
        except OAuthError as error:
            raise untrusted("code") from error
        except (httpx.HTTPError, ValueError) as error:
            raise unavailable(provider) from error
        id_token = str(token.get("id_token", ""))
        claims = self._verified(provider, id_token, attempt.nonce, token.get("access_token"))
        info = self._userinfo(provider, metadata, str(token.get("access_token", "")))
        if info and info.get("sub") != claims["sub"]:
            raise untrusted("userinfo")
        return Proof(provider, str(claims["sub"]), {**claims, **info}, attempt.return_to, id_token)

    def leave(self, name: str, id_token: str) -> Started | None:
        """Where to send the browser to end the provider's session too (RP-initiated logout), if it can be ended.

        None when the provider is gone from the settings, does not answer, or advertises no `end_session_endpoint`:
        nobody is kept from logging out here.
        """
        try:
            end = self.metadata(self.provider(name)).end_session_endpoint
        except (NotFound, ProviderFailure):
            return None
        if end is None:
            return None
        state = secrets.token_urlsafe(32)
        back = f"{self.public_url}/api/v1/oidc/{name}/logged-out"
        query = urlencode({"id_token_hint": id_token, "post_logout_redirect_uri": back, "state": state})
        return Started(f"{end}{'&' if urlsplit(end).query else '?'}{query}", state)

    def left(self, name: str, *, state: str, browser_token: str) -> None:
        """Check that the browser coming back is the one that was sent. Raises NotFound, Unauthenticated."""
        self.provider(name)
        if not state or not hmac.compare_digest(state.encode(), browser_token.encode()):
            raise untrusted("state")

    def metadata(self, provider: Provider, *, refresh: bool = False) -> Metadata:
        """The provider's published metadata and keys, at most an hour old."""
        known = self._metadata.get(provider.name)
        if known is not None and not refresh and time.monotonic() - known.fetched_at < _METADATA_SECONDS:
            return known
        try:
            with httpx.Client(timeout=HTTP_SECONDS, follow_redirects=False, verify=trusted()) as client:
                document = client.get(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
                document.raise_for_status()
                fetched = _read_metadata(client, provider, document.json())
        except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
            raise unavailable(provider) from error
        self._metadata[provider.name] = fetched
        return fetched

    def _client(self, provider: Provider) -> OAuth2Client:
        return OAuth2Client(
            client_id=provider.client_id,
            client_secret=provider.client_secret.get_secret_value(),
            scope=" ".join(provider.scopes),
            redirect_uri=self.redirect_uri(provider),
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a method
            timeout=HTTP_SECONDS,
            verify=trusted(),
        )

    def _verified(self, provider: Provider, token: str, nonce: str, access_token: Any) -> dict[str, Any]:
        claims = self._signed(provider, token)
        now = time.time()
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        checks = {
            "iss": claims.get("iss") == provider.issuer,
            "aud": provider.client_id in audiences,
            "azp": claims.get("azp", provider.client_id) == provider.client_id if len(audiences) > 1 else True,
            "exp": _number(claims.get("exp")) > now - CLOCK_SKEW_SECONDS,
            "iat": _number(claims.get("iat")) < now + CLOCK_SKEW_SECONDS,
            "nonce": hmac.compare_digest(str(claims.get("nonce", "")), nonce),
            "sub": isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255,
            "acr": not provider.acr_values or claims.get("acr") in provider.acr_values,
            "at_hash": "at_hash" not in claims or claims["at_hash"] == _half_hash(str(access_token)),
        }
        for name, passed in checks.items():
            if not passed:
                raise untrusted(name)
        return claims

    def _signed(self, provider: Provider, token: str) -> dict[str, Any]:
        """The claims of a token with a good signature; the keys are fetched again once, in case they changed."""
        for refresh in (False, True):
            try:
                return dict(
                    jwt.decode(token, self.metadata(provider, refresh=refresh).keys, algorithms=ALGORITHMS).claims
                )
            except (JoseError, ValueError) as error:
                if refresh:
                    raise untrusted("id_token") from error
        raise AssertionError

    def _userinfo(self, provider: Provider, metadata: Metadata, access_token: str) -> dict[str, Any]:
        """The user information: JSON, or a signed JWT (FranceConnect)."""
        if metadata.userinfo_endpoint is None:
            return {}
        try:
            answer = httpx.get(
                metadata.userinfo_endpoint,
                headers={"Authorization": f"Bearer {access_token}"},
                timeout=HTTP_SECONDS,
                verify=trusted(),
            )
            answer.raise_for_status()
            if answer.headers.get("content-type", "").startswith("application/jwt"):
                claims = self._signed(provider, answer.text.strip())
                if claims.get("iss") != provider.issuer or provider.client_id not in (
                    claims["aud"] if isinstance(claims.get("aud"), list) else [claims.get("aud")]
                ):
                    raise untrusted("userinfo")
                return claims
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise unavailable(provider) from error
        if not isinstance(content, dict):
            raise unavailable(provider)
        return content


def _read_metadata(client: httpx.Client, provider: Provider, document: Mapping[str, Any]) -> Metadata:
    if document["issuer"] != provider.issuer:
        raise ValueError("another issuer")
    keys = client.get(check_address(document["jwks_uri"]))
    keys.raise_for_status()
    userinfo, end = document.get("userinfo_endpoint"), document.get("end_session_endpoint")
    return Metadata(
        authorization_endpoint=check_address(document["authorization_endpoint"]),
        token_endpoint=check_address(document["token_endpoint"]),
        userinfo_endpoint=check_address(userinfo) if userinfo else None,
        end_session_endpoint=check_address(end) if end else None,
        keys=KeySet.import_key_set(keys.json()),
        fetched_at=time.monotonic(),
    )


def _use_attempt(database: Database, name: str, state: str, browser_token: str) -> OidcAttempt | None:
    """The started login of this state and this browser; it can be used once, whatever comes next."""
    with database.writing() as session:
        return session.scalar(
            update(OidcAttempt)
            .where(
                OidcAttempt.state_hash == secret_hash(state),
                OidcAttempt.browser_hash == secret_hash(browser_token),
                OidcAttempt.provider == name,
                OidcAttempt.used_at.is_(None),
                OidcAttempt.expires_at > now_utc(),
            )
            .values(used_at=now_utc())
            .returning(OidcAttempt)
            .execution_options(synchronize_session=False)
        )


def local_path(address: str) -> str:
    """A path of this site, or `/`: a login never sends anybody elsewhere."""
    bad = not address.startswith("/") or address.startswith(("//", "/\\")) or len(address) > MOST_PATH
    return "/" if bad or any(ord(one) < 32 or one == "\\" for one in address) else address


# --- helpers ---------------------------------------------------------------------------------------------------------


def _half_hash(access_token: str) -> str:
    """`at_hash` of OpenID Connect Core 3.1.3.6, for the 256-bit algorithms that are accepted."""
    digest = hashlib.sha256(access_token.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
