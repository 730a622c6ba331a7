"""Applications that people let in (SMART on FHIR): registered, allowed, their codes and tokens, how it all ends.

A code is exchanged once, within a minute, by the application that asked, which shows what its hash was announced of
(PKCE); a refresh token once too, for the next one. A second use of either ends the access: somebody else has it.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from parcours.registry.access.model import Who
from parcours.registry.accounts import problems, sessions, smart
from parcours.registry.accounts.context import Tag, actor_of_grant
from parcours.registry.accounts.models import App, AppAccess, AppSecret, AppSecretKind, WebSession
from parcours.registry.accounts.tokens import new_secret, secret_hash
from parcours.registry.audit.service import record
from parcours.registry.store.clock import now_utc
from parcours.registry.store.ids import get, parse_id

CODE_LASTS = timedelta(minutes=1)
REFRESH_LASTS = timedelta(days=90)
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
MOST_REDIRECT = 500
FORBIDDEN = set(" ;,'\"<>\\")
"""None of them stands in an address to come back to: it would end a directive of the page's content policy."""


# --- registered by an administrator ----------------------------------------------------------------------------------


def create_app(
    session: Session, who: Who, *, name: str, redirects: Collection[str], scopes: Collection[str], secret: bool = False
) -> tuple[App, str]:
    """An application, and its secret, shown this once (empty: it keeps none). Raises Invalid."""
    known = [one for scope in scopes for one in smart.read([scope]).said]
    if not known or len(known) != len(scopes):
        examples = "patient/ExplanationOfBenefit.rs, user/Claim.crs, launch/patient, offline_access"
        raise problems.bad_smart_scope(scopes=examples)
    if not redirects or not all(is_redirect(one) for one in redirects):
        raise problems.bad_redirect()
    shown = new_secret("pas_") if secret else ""
    app = App(
        name=name, redirects=" ".join(redirects), scopes=" ".join(known), created_by=who.id,
        secret_hash=secret_hash(shown) if secret else None,
    )  # fmt: skip
    session.add(app)
    session.flush()
    record(session, Tag.APP_CREATE, who, record=("app", app.id), details={"scopes": app.scopes})
    return app, shown


def is_redirect(address: str) -> bool:
    """May a code be sent there?"""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not address.isascii() or not address.isprintable() or len(address) > MOST_REDIRECT:
        return False
    if FORBIDDEN & set(address):
        return False
    if parts.fragment or "#" in address or "@" in parts.netloc:
        return False
    host = parts.netloc.rpartition(":")[0] or parts.netloc
    if parts.scheme == "http":
        return host in LOOPBACK or parts.netloc in LOOPBACK
    return bool(parts.netloc) if parts.scheme == "https" else "." in parts.scheme


def list_apps(session: Session) -> list[App]:
    """Every application."""
    return list(session.scalars(select(App).order_by(App.id)))


def get_app(session: Session, app_id: str) -> App:
    """The application of an id. Raises NotFound."""
    return get(session, App, app_id, "app_id")


def find_app(session: Session, app_id: str) -> App | None:
    """The application of an id, unless it is revoked."""
    key = parse_id(app_id)
    app = session.get(App, key) if key else None
    return app if app is not None and app.revoked_at is None else None


def revoke_app(session: Session, who: Who, app: App) -> None:
    """Nobody can let it in any more, and what it was let into ends now."""
    app.revoked_at = app.revoked_at or now_utc()
    session.execute(
        update(AppAccess).where(AppAccess.app_id == app.id, AppAccess.ended_at.is_(None)).values(ended_at=now_utc())
    )
    record(session, Tag.APP_REVOKE, who, record=("app", app.id))


def proves(app: App, secret: str) -> bool:
    """Does it show its secret, if it keeps one?"""
    if app.secret_hash is None:
        return not secret
    return hmac.compare_digest(secret_hash(secret), app.secret_hash)


# --- allowed by a person ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reach:
    """Whom an application that is let in can reach."""

    one: str | None
    """The one person that it is about; none: all whom its scopes open."""
    everybody: tuple[str, ...]
    """Of one's own family; none: the patients of a role."""


@dataclass(frozen=True)
class Asked:
    """What a request for a code says of itself."""

    redirect: str
    challenge: str
    nonce: str = ""


def allow(
    session: Session, who: Who, app: App, web_session: WebSession, allowed: smart.Allowed, *,
    reach: Reach, asked: Asked,
) -> str:  # fmt: skip
    """Let an application in, in the role of a session; the code that it exchanges for a token, with the nonce in it.

    Everybody whom it reaches (oneself, one's children) finds that in their trail.
    """
    access = AppAccess(
        app_id=app.id, account_id=web_session.account_id, grant_id=web_session.grant_id,
        session_id=None if allowed.offline else web_session.id, scopes=" ".join(allowed.said), patient_id=reach.one,
        redirect=asked.redirect, challenge=asked.challenge,
    )  # fmt: skip
    session.add(access)
    session.flush()
    for insured_id in reach.everybody or (None,):
        record(session, Tag.APP_ALLOW, who, record=("app", access.id), insured_id=insured_id,
               details={"scopes": access.scopes})  # fmt: skip
    return secret_of(session, access, AppSecretKind.CODE, asked.nonce)


def secret_of(session: Session, access: AppAccess, kind: AppSecretKind, nonce: str = "") -> str:
    """A new code or refresh token; what stands after its point cannot be changed, for its hash is of the whole."""
    lasts = CODE_LASTS if kind is AppSecretKind.CODE else REFRESH_LASTS
    value = new_secret("pac_" if kind is AppSecretKind.CODE else "par_")
    if nonce:
        value += f".{base64.urlsafe_b64encode(nonce.encode()).decode()}"
    session.add(AppSecret(access_id=access.id, kind=kind, token_hash=secret_hash(value), expires_at=now_utc() + lasts))
    session.flush()
    return value


def accesses_of(session: Session, account_id: str, policy: sessions.SessionPolicy) -> list[AppAccess]:
    """The accesses of an account that live, the newest first."""
    query = select(AppAccess).where(AppAccess.account_id == account_id, AppAccess.ended_at.is_(None))
    rows = session.scalars(query.order_by(AppAccess.allowed_at.desc(), AppAccess.id))
    return [one for one in rows if is_live(session, one, policy)]


def end(session: Session, who: Who, access: AppAccess) -> None:
    """Take an access back: its tokens work no more."""
    access.ended_at = access.ended_at or now_utc()
    record(session, Tag.APP_END, who, record=("app", access.id), insured_id=about(access))


def about(access: AppAccess) -> str | None:
    """In whose trail an access stands: of the one person that it is about, else of who let the application in."""
    return access.patient_id or access.grant.insured_id


def note_by_app(session: Session, tag: Tag, access: AppAccess, request_id: str | None) -> None:
    """What an application did by itself, for somebody who was not there."""
    who = replace(actor_of_grant(access.grant).who(request_id), app=access.app_id)
    record(session, tag, who, record=("app", access.id), insured_id=about(access))


def give_up(session: Session, access: AppAccess, request_id: str | None) -> None:
    """The application itself ends its access."""
    access.ended_at = access.ended_at or now_utc()
    note_by_app(session, Tag.APP_END, access, request_id)


def is_live(session: Session, access: AppAccess, policy: sessions.SessionPolicy) -> bool:
    """Is an access still one: of an application, an account and a role that are, and of its session, if it has one?"""
    if access.ended_at is not None or access.app.revoked_at is not None:
        return False
    if access.account.disabled_at is not None or access.grant.ended_at is not None:
        return False
    if access.session_id is None:
        return True
    row = session.get(WebSession, access.session_id)
    return row is not None and sessions.is_open(row, policy)


def live_access(session: Session, access_id: str, policy: sessions.SessionPolicy) -> AppAccess | None:
    """The access of an id, while it is one."""
    access = session.get(AppAccess, access_id)
    return access if access is not None and is_live(session, access, policy) else None


# --- exchanged for a token -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchanged:
    """What a code or a refresh token was exchanged for."""

    access: AppAccess
    refresh: str
    """The next refresh token; empty: none."""
    nonce: str = ""
    """That of the request that the code answered."""


def redeem(
    session: Session, app: App, code: str, *, redirect: str, verifier: str, policy: sessions.SessionPolicy,
    request_id: str | None = None,
) -> Exchanged | None:  # fmt: skip
    """Exchange a code; None: not this code, not this application, not who asked for it."""
    used = use(session, app, code, AppSecretKind.CODE, policy, request_id)
    if used is None:
        return None
    if used.redirect != redirect or not hmac.compare_digest(challenge_of(verifier), used.challenge):
        return None
    note_by_app(session, Tag.APP_ISSUE, used, request_id)
    refreshed = smart.read(used.scope_set).refreshed
    nonce = base64.urlsafe_b64decode(code.partition(".")[2]).decode()
    return Exchanged(used, secret_of(session, used, AppSecretKind.REFRESH) if refreshed else "", nonce)


def refresh(
    session: Session, app: App, token: str, policy: sessions.SessionPolicy, request_id: str | None = None
) -> Exchanged | None:
    """Exchange a refresh token for the next one; None: not this token."""
    used = use(session, app, token, AppSecretKind.REFRESH, policy, request_id)
    if used is None:
        return None
    note_by_app(session, Tag.APP_REFRESH, used, request_id)
    return Exchanged(used, secret_of(session, used, AppSecretKind.REFRESH))


def use(
    session: Session, app: App, secret: str, kind: AppSecretKind, policy: sessions.SessionPolicy,
    request_id: str | None = None,
) -> AppAccess | None:  # fmt: skip
    """The access behind a secret, used up by this; a second use ends the access."""
    query = select(AppSecret).where(AppSecret.token_hash == secret_hash(secret), AppSecret.kind == kind)
    row = session.scalar(query.with_for_update())
    if row is None or row.access.app_id != app.id:
        return None
    if row.used_at is not None:
        row.access.ended_at = row.access.ended_at or now_utc()
        note_by_app(session, Tag.APP_REUSE, row.access, request_id)
        return None
    row.used_at = now_utc()
    if row.expires_at <= now_utc() or not is_live(session, row.access, policy):
        return None
    return row.access


def challenge_of(verifier: str) -> str:
    """What is announced of a verifier (PKCE, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def find_by_refresh(session: Session, app: App, token: str) -> AppAccess | None:
    """The access of a refresh token, used or not."""
    row = session.scalar(select(AppSecret).where(AppSecret.token_hash == secret_hash(token)))
    return row.access if row is not None and row.access.app_id == app.id else None
