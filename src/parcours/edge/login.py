"""Logging in with a password, for every face: the session, the browser that is known from now on, the notices."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from parcours.edge.caller import Incoming, host_cookie
from parcours.edge.mail import later, send
from parcours.edge.own import OwnSession, close_presented
from parcours.edge.services import Services
from parcours.edge.settings import Settings
from parcours.registry.access.model import Who
from parcours.registry.accounts import devices, doubts, find, logins, passwords, sessions
from parcours.registry.accounts.context import Tag
from parcours.registry.accounts.messages import factors_message, lock_message, new_device_message, reset_message
from parcours.registry.accounts.models import Account, WebSession
from parcours.registry.accounts.oidc import Started
from parcours.registry.accounts.sessions import OpenedSession
from parcours.registry.audit import service as audit
from parcours.registry.errors import Unauthenticated

DEVICE_COOKIE = "parcours_device"


@dataclass(frozen=True)
class Begun:
    """A session that begins, and the new cookie of a browser that was a stranger."""

    opened: OpenedSession
    account: Account
    device_token: str | None


def device_cookie(settings: Settings) -> str:
    """The name of the cookie of a known browser."""
    return host_cookie(settings, DEVICE_COOKIE)


def check_password(
    services: Services, incoming: Incoming, *, login: str, password: str, totp: str | None
) -> logins.Login:
    """The account of a login. Raises Unauthenticated; the holder is told when it locks the account."""
    settings = services.settings
    try:
        return logins.log_in(
            services.database, incoming.anonymous, login=login, password=password, totp=totp,
            policy=settings.login_policy(), hashing=settings.password_hashing(),
            device=incoming.cookies.get(device_cookie(settings)),
        )  # fmt: skip
    except Unauthenticated:
        later(_tell_locked, services, login)
        raise


def _tell_locked(services: Services, login: str) -> None:
    account = logins.lock_to_tell(services.database, login)
    if account is not None:
        send(services, account.login, lock_message(account.language, services.settings.login_lock_minutes))


def ask_reset(services: Services, incoming: Incoming, login: str) -> tuple[str, tuple[str, str]] | None:
    """Make a link that sets a new password: to whom it goes, and the message; None when nobody has the login.

    Both commit one row: the time does not tell whether the account exists. The token stands in the fragment of the
    address, which browsers send to no server and no proxy.
    """
    settings, who = services.settings, incoming.anonymous
    with services.database.writing() as session:
        account = find.find_account(session, login)
        if account is None or account.disabled_at is not None:
            audit.record(session, Tag.PASSWORD_ASK_RESET, who, details={"login": "unknown_or_disabled"})
            return None
        token = passwords.ask_password_reset(session, who, account, settings.login_policy())
    link = f"{settings.public_url.rstrip('/')}/reset#token={token}"
    return account.login, reset_message(account.language, link, token, settings.reset_minutes)


def begin(session: Session, services: Services, incoming: Incoming, login: logins.Login) -> Begun:
    """Open the session of a login; the one that the browser still had ends, and a new browser is told of by mail."""
    close_presented(session, services, incoming)
    account = find.get_account(session, login.account.id)
    elsewhere = devices.is_known(session, account)
    token = devices.know(session, account, incoming.cookies.get(device_cookie(services.settings)))
    if token is not None and elsewhere:
        later(send, services, account.login, new_device_message(account.language))
    return Begun(sessions.open_session(session, account, login.method), account, token)


def prove_identity(session: Session, incoming: Incoming, session_id: str, code: str) -> OpenedSession | None:
    """The same login goes on with its role, under a new token, once the fund's code comes back; None: wrong, counted.

    What was known of the session before (how it began, when, at which provider it ends) is kept; its old token dies.
    """
    row = session.get_one(WebSession, session_id)
    if not doubts.prove(session, Who("account", row.account_id, request_id=incoming.id), row.account, code):
        return None
    session.flush()
    session.refresh(row.account, ["grants"])
    return sessions.rotate_session(session, row)


def leave(own: OwnSession) -> Started | None:
    """Log out here; where the browser goes on to, to log out at the identity provider too, if it can be left."""
    with own.services.database.writing() as session:
        row = own.row(session)
        method, id_token = row.method, row.id_token
        sessions.close_session(session, own.who, row)
    return own.services.relying.leave(method.removeprefix("oidc:"), id_token) if id_token else None


def tell_of_factors(own: OwnSession, account: Account) -> None:
    """The holder hears of every change of how one logs in: it may be somebody else's."""
    later(send, own.services, account.login, factors_message(account.language))
