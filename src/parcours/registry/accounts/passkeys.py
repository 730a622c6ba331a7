"""Passkeys (WebAuthn): a key in a device or a token, opened by its holder's finger or PIN. Two factors in one gesture.

The browser signs a challenge of ours for our own address only: nothing that a false page collects opens anything here.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from parcours.registry.access.model import Who
from parcours.registry.accounts import problems
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.models import Account, Passkey, PasskeyChallenge
from parcours.registry.accounts.sessions import close_sessions
from parcours.registry.audit.service import record
from parcours.registry.errors import not_found
from parcours.registry.store.clock import now_utc

METHOD = "passkey"
CHALLENGE_MINUTES = 5
MOST = 10
"""Passkeys of one account."""


@dataclass(frozen=True)
class Site:
    """Where browsers reach the service: a passkey works at this address and at no other."""

    public_url: str

    @property
    def name(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @property
    def has_name(self) -> bool:
        """Browsers keep a passkey for a name: at a bare number (127.0.0.1) they make none."""
        return bool(self.name) and not (":" in self.name or self.name.replace(".", "").isdigit())

    @property
    def origin(self) -> str:
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"


def ask_for_new(session: Session, site: Site, account: Account) -> dict[str, Any]:
    """What the browser needs to make a passkey (`navigator.credentials.create`)."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=site.name,
        rp_name="parcours",
        user_id=account.id.encode(),
        user_name=account.login,
        challenge=_challenge(session, account.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in passkeys_of(account)],
    )
    return dict(json.loads(options_to_json(options)))


def add(session: Session, who: Who, site: Site, account: Account, credential: dict[str, Any], name: str) -> Passkey:
    """Keep a passkey that answers our challenge; every other session ends.

    Raises `Invalid`: it does not, or no finger or PIN was asked for. Raises `Conflict`: ten are kept, or this one is.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _use(session, credential, account.id)
    if challenge is None:
        raise problems.bad_passkey()
    try:
        made = verify_registration_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.name, expected_origin=site.origin,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise problems.bad_passkey() from error
    if len(passkeys_of(account)) >= MOST or _find(session, made.credential_id) is not None:
        raise problems.passkey_kept(most=MOST)
    kept = Passkey(
        account_id=account.id, credential_id=made.credential_id, credential_hash=_hash(made.credential_id),
        public_key=made.credential_public_key, sign_count=made.sign_count, name=name,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    session.refresh(account, ["passkeys"])
    close_sessions(session, account.id)
    record(session, Tag.PASSKEY_ADD, who, record=("account", account.id))
    return kept


def remove(session: Session, who: Who, account: Account, passkey_id: str) -> None:
    """Forget a passkey; every other session ends. Raises NotFound."""
    kept = next((one for one in passkeys_of(account) if one.id == passkey_id), None)
    if kept is None:
        raise not_found("passkey_id")
    session.delete(kept)
    session.flush()
    session.refresh(account, ["passkeys"])
    close_sessions(session, account.id)
    record(session, Tag.PASSKEY_REMOVE, who, record=("account", account.id))


def ask_to_log_in(session: Session, site: Site) -> dict[str, Any]:
    """What the browser needs to log in with a passkey (`navigator.credentials.get`): it asks for no name."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=site.name, challenge=_challenge(session, None), user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(json.loads(options_to_json(options)))


def log_in(session: Session, who: Who, site: Site, credential: dict[str, Any]) -> Account:
    """The account whose passkey signed our challenge. Raises Unauthenticated: one answer, whatever is wrong."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _use(session, credential, None)
    try:
        kept = _find(session, base64url_to_bytes(str(credential["rawId"])))
        if challenge is None or kept is None:
            raise problems.login_refused()
        proof = verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=site.name, expected_origin=site.origin,
            credential_public_key=kept.public_key, credential_current_sign_count=kept.sign_count,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise problems.login_refused() from error
    account = session.get_one(Account, kept.account_id)
    if account.disabled_at is not None:
        raise problems.login_refused()
    kept.sign_count, kept.used_at = proof.new_sign_count, now_utc()
    account.failed_attempts, account.locked_until = 0, None
    by = Who("account", account.id, request_id=who.request_id)
    record(session, Tag.LOGIN_SUCCEED, by, record=("account", account.id), details={"method": METHOD})
    session.flush()
    return account


def passkeys_of(account: Account) -> list[Passkey]:
    """The passkeys of an account, oldest first."""
    return list(account.passkeys)


def _challenge(session: Session, account_id: str | None) -> bytes:
    """A new challenge, good for one answer within minutes; only its hash is kept."""
    made = secrets.token_bytes(32)
    until = now_utc() + timedelta(minutes=CHALLENGE_MINUTES)
    session.add(PasskeyChallenge(challenge_hash=_hash(made), account_id=account_id, expires_at=until))
    return made


def _use(session: Session, credential: dict[str, Any], account_id: str | None) -> bytes | None:
    """The challenge that a credential says it answers, if it is ours, of this account, unused; used from now on."""
    from webauthn.helpers import base64url_to_bytes

    try:
        client = json.loads(base64url_to_bytes(str(credential["response"]["clientDataJSON"])))
        challenge = base64url_to_bytes(str(client["challenge"]))
    except (ValueError, KeyError, TypeError):
        return None
    whose = PasskeyChallenge.account_id
    used = session.execute(
        update(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge_hash == _hash(challenge),
            whose.is_(None) if account_id is None else whose == account_id,
            PasskeyChallenge.used_at.is_(None),
            PasskeyChallenge.expires_at > now_utc(),
        )
        .values(used_at=now_utc())
        .execution_options(synchronize_session=False)
        .returning(PasskeyChallenge.id)
    ).one_or_none()
    return challenge if used is not None else None


def _find(session: Session, credential_id: bytes) -> Passkey | None:
    query = select(Passkey).where(Passkey.credential_hash == _hash(credential_id))
    return session.scalar(query.with_for_update())


def _hash(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
