"""Settings of the service, read from the environment with the prefix `PARCOURS_`.

Lists and objects are JSON, e.g. `PARCOURS_OIDC='[{"preset": "france_connect", "client_id": "…", …}]'`.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, Field, FilePath, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from parcours.registry.access.model import Role
from parcours.registry.accounts.hashing import PasswordHashing
from parcours.registry.accounts.passwords import LoginPolicy
from parcours.registry.accounts.providers import Provider
from parcours.registry.accounts.sessions import SessionPolicy
from parcours.registry.store.patience import Patience

FEWEST_BITS = 2048


def rsa_key(file: Path) -> Path:
    """A file that holds a key of RSA long enough, without a password. Raises ValueError."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except TypeError as error:  # one with a password
        raise ValueError(str(error)) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < FEWEST_BITS:
        raise ValueError(f"an RSA private key of {FEWEST_BITS} bits at least, in PEM")
    return file


class Settings(BaseSettings):
    """Every setting of the service; each default is safe in production."""

    model_config = SettingsConfigDict(env_prefix="PARCOURS_", frozen=True, extra="ignore")

    database_url: str | None = None
    """SQLAlchemy URL; the embedded SQLite file when it is not given."""
    database_connect_seconds: float = Field(5.0, ge=1)
    database_statement_seconds: float = Field(30.0, ge=0.1)
    """Longest statement of a request; commands on the server have no such limit."""
    database_lock_seconds: float = Field(10.0, ge=0.1)
    """Longest wait for a lock; on SQLite, for the one writer."""
    database_idle_seconds: float = Field(30.0, ge=0.1)
    """PostgreSQL ends a transaction in which nothing was asked for so long."""
    database_slow_ms: float = Field(500.0, ge=0)
    """A statement that takes so long is logged, without its values; 0: none."""
    demonstration: bool = False
    """Log in with one click as somebody of the demonstration; without effect for other people and other machines."""
    public_url: str = "http://127.0.0.1:8000"
    """Where browsers reach the service: redirections of OpenID Connect, links in messages, the accepted Origin."""

    security_contact: str | None = None
    """Whom to tell of a weakness, for `/.well-known/security.txt`: `mailto:…` or `https://…`."""

    cookie_secure: bool = True
    """Send cookies over HTTPS only (browsers make an exception for localhost); false only behind plain HTTP."""
    session_idle_minutes: int = Field(30, ge=1)
    session_absolute_minutes: int = Field(12 * 60, ge=1)

    second_factor_roles: tuple[Role, ...] = (
        Role.DOCTOR,
        Role.DELEGATE,
        Role.OFFICER,
        Role.INSURER_OFFICER,
        Role.ADMINISTRATOR,
    )
    """Roles in which nobody acts after a password alone: a code, a passkey or an identity provider is needed too."""
    login_attempts: int = Field(5, ge=1)
    """Wrong passwords in a row before an account is locked."""
    login_lock_minutes: int = Field(15, ge=1)
    reset_minutes: int = Field(30, ge=1)
    """How long the link of a password reset can be used."""
    argon2_time_cost: int = Field(3, ge=1)
    argon2_memory_kib: int = Field(65536, ge=8)
    argon2_parallelism: int = Field(1, ge=1)
    password_hashes: int = Field(1, ge=1)
    """Passwords hashed at once in a process; each takes `argon2_memory_kib`."""
    password_queue: int = Field(16, ge=0)
    """Logins of a process that wait for their turn to hash; the next one is told to come back (503)."""

    oidc: tuple[Provider, ...] = ()
    """OpenID Connect providers (see `parcours.registry.accounts.providers.Provider`)."""

    smart_keys: FilePath | None = None
    """JSON file of the public keys of programs (SMART, `private_key_jwt`): id of an API client, its JWK Set."""
    smart_identity_key: Annotated[FilePath, AfterValidator(rsa_key)] | None = None
    """RSA key (PEM) that signs who somebody is for the applications they let in (SMART, `openid`), if any."""

    outbox: Path | None = None
    """Folder where messages to users are written, when there is no mail server."""
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: FilePath | None = None
    """Certificates of a private authority, when the mail server's is signed by none that this machine knows."""
    mail_from: str = "parcours@localhost"

    request_max_bytes: int = Field(1_048_576, ge=1024)
    """Largest body of an ordinary request."""
    batch_max_bytes: int = Field(4 * 1024**3, ge=1024)
    """Largest body of `settle/batch` (streamed, never held whole)."""
    batch_line_max_bytes: int = Field(65_536, ge=256)
    batch_streams: int = Field(8, ge=1)
    """Streams of `settle/batch` that a process serves at once."""
    batch_streams_per_client: int = Field(2, ge=1)
    """Of them, those of one client."""
    request_seconds: float = Field(30.0, gt=0)
    batch_seconds: float = Field(3600.0, gt=0)

    rate_limit_per_minute: int = Field(600, ge=0)
    """Requests a minute for one client, per process; 0 means no limit."""
    page_rate_limit_per_minute: int = Field(1200, ge=0)
    """Pages a minute for one address, per process; 0, or no limit of requests, means no limit."""
    login_rate_limit_per_minute: int = Field(20, ge=0)
    """Attempts a minute from one address on login, reset and OpenID Connect, counted in the database for every
    process; as many unknown tokens a minute, per process; 0 means no limit."""

    lab_people: int = Field(50_000, ge=0, le=1_000_000)
    """Invented people of `/lab`, in memory from its first visitor on (3 kB each and 0.3 GB); 0 closes the page."""

    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API; none by default."""

    def patience(self) -> Patience:
        return Patience(
            self.database_connect_seconds, self.database_statement_seconds, self.database_lock_seconds,
            self.database_idle_seconds,
        )  # fmt: skip

    def login_policy(self) -> LoginPolicy:
        return LoginPolicy(self.login_attempts, self.login_lock_minutes, self.reset_minutes)

    def session_policy(self) -> SessionPolicy:
        return SessionPolicy(self.session_idle_minutes, self.session_absolute_minutes)

    def password_hashing(self) -> PasswordHashing:
        return PasswordHashing(
            self.argon2_time_cost, self.argon2_memory_kib, self.argon2_parallelism,
            self.password_hashes, self.password_queue,
        )  # fmt: skip


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
