"""What somebody does with their own session and proofs: no record, so no decision; the services write the trace."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from parcours.edge import refusals
from parcours.edge.caller import Caller, Incoming, cookie_name
from parcours.edge.services import Services
from parcours.registry.access.model import Who
from parcours.registry.accounts import logins, sessions
from parcours.registry.accounts.models import WebSession
from parcours.registry.audit import service as audit
from parcours.registry.audit.context import Tag as AuditTag
from parcours.registry.errors import NotFound


@dataclass(frozen=True)
class OwnSession:
    """The session that a caller came with."""

    services: Services
    incoming: Incoming
    caller: Caller

    @property
    def who(self) -> Who:
        return self.caller.who(self.incoming)

    def row(self, session: Session) -> WebSession:
        """The session as it is kept; an API client has none (403)."""
        web_session = session.get(WebSession, self.caller.session_id) if self.caller.session_id else None
        if web_session is None:
            raise refusals.no_session()
        return web_session

    def note_foreign(self, error: NotFound) -> None:
        """A role or a session of somebody else is refused like any record: traced too, by the field's name."""
        with self.services.database.writing() as session:
            audit.record(session, AuditTag.ACCESS_REFUSE, self.who, why=error.code, details={"field": error.field})

    def check_password(self, password: str, **factors: Any) -> str:
        """The id of one's account, once its password is given again (and a code, with `second_factor`)."""
        with self.services.database.reading() as session:
            account_id = self.row(session).account_id
        settings = self.services.settings
        logins.check_own_password(
            self.services.database, account_id, password, settings.login_policy(), settings.password_hashing(),
            self.who, **factors,
        )  # fmt: skip
        return account_id


def close_presented(session: Session, services: Services, incoming: Incoming) -> None:
    """The session that a browser still had ends when somebody logs in there."""
    token = incoming.cookies.get(cookie_name(services.settings))
    before = sessions.find_session(session, token, services.settings.session_policy()) if token else None
    if before is not None:
        sessions.close_session(session, Who("account", before.account_id), before)
