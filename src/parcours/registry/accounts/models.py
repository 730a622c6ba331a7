"""Tables of the accounts: who can log in, as what, with which proof."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Double,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from parcours.registry.access.model import Role
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base, Versioned


class TokenPurpose(StrEnum):
    """What a single-use token is for."""

    PASSWORD_RESET = "password_reset"
    IDENTITY = "identity"
    """A code sent by post or given at the desk: who holds it is who the fund knows."""


MOST_PATH = 2000
"""Longest address of this site that a login leads back to."""
LOGIN_CONTEXT = "accounts.login"


class Account(Versioned, Base):
    """Somebody who can log in."""

    __tablename__ = "accounts"

    login: Mapped[str] = mapped_column(EncryptedText(LOGIN_CONTEXT))
    """An e-mail address, in lower case."""
    login_index: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(EncryptedText("accounts.display_name"), default="")
    language: Mapped[str] = mapped_column(String(2), default="fr")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText("accounts.totp_secret"))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    totp_last_step: Mapped[int] = mapped_column(Integer, default=0)
    """The last 30-second step a code was accepted for: a code works once."""
    failed_attempts: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    told_locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the holder was last told that somebody locks the account: once a day is enough."""
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    grants: Mapped[list[Grant]] = relationship(back_populates="account", order_by="Grant.granted_at")
    passkeys: Mapped[list[Passkey]] = relationship(order_by="Passkey.made_at")

    @property
    def has_totp(self) -> bool:
        return self.totp_confirmed_at is not None

    @property
    def active_grants(self) -> list[Grant]:
        return [grant for grant in self.grants if grant.ended_at is None and grant.confirmed_at is not None]

    @property
    def waiting_grants(self) -> list[Grant]:
        return [grant for grant in self.grants if grant.ended_at is None and grant.confirmed_at is None]


class Grant(Base):
    """A role of an account, for one person, professional or fund; kept after it ended."""

    __tablename__ = "account_grants"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    role: Mapped[Role] = mapped_column(text_enum(Role, 20))
    insured_id: Mapped[str | None] = mapped_column(PublicId, index=True)
    professional_id: Mapped[str | None] = mapped_column(PublicId, index=True)
    fund_code: Mapped[str | None] = mapped_column(String(20), index=True)
    insurer: Mapped[str | None] = mapped_column(String(40), index=True)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
    granted_by: Mapped[str | None] = mapped_column(PublicId)
    confirmed_by: Mapped[str | None] = mapped_column(PublicId)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Until a second administrator has confirmed it, nobody acts in it."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    account: Mapped[Account] = relationship(back_populates="grants")

    __table_args__ = (
        CheckConstraint(
            "(((role = 'insured' AND insured_id IS NOT NULL AND professional_id IS NULL AND fund_code IS NULL)"
            " OR (role IN ('doctor', 'delegate') AND professional_id IS NOT NULL"
            " AND insured_id IS NULL AND fund_code IS NULL)"
            " OR (role = 'officer' AND fund_code IS NOT NULL AND insured_id IS NULL AND professional_id IS NULL)"
            " OR (role = 'administrator' AND insured_id IS NULL AND professional_id IS NULL AND fund_code IS NULL))"
            " AND insurer IS NULL) OR (role = 'insurer_officer' AND insurer IS NOT NULL AND fund_code IS NULL"
            " AND insured_id IS NULL AND professional_id IS NULL)",
            name="subject_of_role",
        ),
    )


class WebSession(Base):
    """A session of a browser; the cookie holds a random token, the table only its hash."""

    __tablename__ = "account_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    grant_id: Mapped[str | None] = mapped_column(ForeignKey("account_grants.id"))
    csrf_token: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(60))
    """How the person proved who they are: `password`, with `+totp` or `+recovery`; or `oidc:<provider>`."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """Of the login, kept through rotations: the absolute limit counts from it."""
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    id_token: Mapped[str | None] = mapped_column(EncryptedText("account_sessions.id_token"))
    """Of a login at a provider: what it asks for to end its own session too."""

    account: Mapped[Account] = relationship()
    grant: Mapped[Grant | None] = relationship()


class Device(Base):
    """A browser in which somebody has logged in to an account: strangers' wrong passwords do not lock it out."""

    __tablename__ = "account_devices"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    failed_attempts: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    known_since: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class AttemptBucket(Base):
    """How many attempts at proving an identity an address has left: one count for every process of the service.

    A token bucket; the address is kept as a keyed index only, and forgotten within the day.
    """

    __tablename__ = "account_attempt_buckets"

    source_index: Mapped[str] = mapped_column(String(64), unique=True)
    tokens: Mapped[float] = mapped_column(Float)
    passed: Mapped[bool] = mapped_column(Boolean)
    """Was there a token for the last attempt?"""
    seen_at: Mapped[float] = mapped_column(Double)
    """Seconds since 1970: the refill is computed by the database, in one statement."""


class SingleUseToken(Base):
    """A token sent to somebody, used once before it expires."""

    __tablename__ = "account_tokens"

    purpose: Mapped[TokenPurpose] = mapped_column(text_enum(TokenPurpose, 20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RecoveryCode(Base):
    """One of the codes that stand in for a lost authenticator application; used once."""

    __tablename__ = "account_recovery_codes"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    number: Mapped[int] = mapped_column(Integer)
    """The digit a code starts with: it says which hash to compare, so that one is computed and not ten."""
    code_hash: Mapped[str] = mapped_column(String(200))
    """Argon2id."""
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    __table_args__ = (UniqueConstraint("account_id", "number"),)


class Passkey(Base):
    """A key that a device or a token of the holder keeps (WebAuthn): here is its public half."""

    __tablename__ = "account_passkeys"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(Integer, default=0)
    """A copy of the key would count anew: a count that does not grow is refused."""
    name: Mapped[str] = mapped_column(EncryptedText("account_passkeys.name"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class PasskeyChallenge(Base):
    """What a passkey is asked to sign: answered once, within minutes."""

    __tablename__ = "account_passkey_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[str | None] = mapped_column(PublicId)
    """Whose new passkey it is for; None: a login."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class ExternalIdentity(Base):
    """The subject of an OpenID Connect provider who is an account here."""

    __tablename__ = "account_identities"

    issuer: Mapped[str] = mapped_column(String(300))
    subject_index: Mapped[str] = mapped_column(String(64))
    """Keyed index of the provider's `sub`: the value itself is not kept."""
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)

    __table_args__ = (UniqueConstraint("issuer", "subject_index"),)


class OidcAttempt(Base):
    """A login at a provider that was started and not finished yet; used once."""

    __tablename__ = "account_oidc_attempts"

    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    """Of a random value in a cookie: the answer must come back to the browser that asked."""
    provider: Mapped[str] = mapped_column(String(40))
    nonce: Mapped[str] = mapped_column(String(64))
    code_verifier: Mapped[str] = mapped_column(EncryptedText("account_oidc_attempts.code_verifier"))
    return_to: Mapped[str] = mapped_column(String(MOST_PATH))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class UnknownLogin(Base):
    """An attempt with a login that no account has: written so that it costs what counting one on an account costs.

    Nothing of what was typed is kept; `parcours admin clean` forgets it.
    """

    __tablename__ = "account_unknown_logins"

    attempted_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class ApiClient(Versioned, Base):
    """A program that calls the API with a token; the table holds only the token's hash."""

    __tablename__ = "api_clients"

    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(Text)
    """Scopes separated by spaces."""
    fund_code: Mapped[str | None] = mapped_column(String(20))
    """The fund whose insured persons it may reach; none: the directory and the engine only."""
    created_by: Mapped[str | None] = mapped_column(PublicId)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def scope_set(self) -> frozenset[str]:
        return frozenset(self.scopes.split())


class App(Versioned, Base):
    """An application that people may let into their records (SMART on FHIR); registered by an administrator."""

    __tablename__ = "account_apps"

    name: Mapped[str] = mapped_column(String(100))
    redirects: Mapped[str] = mapped_column(Text)
    """Addresses that a code may be sent to, to the letter, separated by spaces."""
    scopes: Mapped[str] = mapped_column(Text)
    """The most it may ask for, separated by spaces."""
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    """None: an application that keeps no secret (in a browser, on a phone)."""
    created_by: Mapped[str | None] = mapped_column(PublicId)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class AppAccess(Base):
    """What somebody allowed to an application, in one of their roles, until they take it back."""

    __tablename__ = "account_app_accesses"

    app_id: Mapped[str] = mapped_column(ForeignKey("account_apps.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("account_grants.id"), index=True)
    session_id: Mapped[str | None] = mapped_column(PublicId)
    """The session that it ends with; None: it goes on without the person (offline access)."""
    scopes: Mapped[str] = mapped_column(Text)
    patient_id: Mapped[str | None] = mapped_column(PublicId)
    """The one person it is about."""
    redirect: Mapped[str] = mapped_column(String(500))
    challenge: Mapped[str] = mapped_column(String(128))
    """Hash of what the application that asked must show with the code (PKCE, S256)."""
    allowed_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    app: Mapped[App] = relationship()
    account: Mapped[Account] = relationship()
    grant: Mapped[Grant] = relationship()

    @property
    def scope_set(self) -> frozenset[str]:
        return frozenset(self.scopes.split())


class AppSecretKind(StrEnum):
    """What an application exchanges for a token."""

    CODE = "code"
    REFRESH = "refresh"


class AppSecret(Base):
    """A code, or a refresh token: each is used once; a second use ends the access."""

    __tablename__ = "account_app_secrets"

    access_id: Mapped[str] = mapped_column(ForeignKey("account_app_accesses.id"), index=True)
    kind: Mapped[AppSecretKind] = mapped_column(text_enum(AppSecretKind, 20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    access: Mapped[AppAccess] = relationship()
