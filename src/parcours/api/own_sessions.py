"""See where one is logged in, and end it."""

from datetime import datetime

from fastapi import Response
from pydantic import Field
from sqlalchemy import select

from parcours.api.common import LISTING, Id, Out, api_router
from parcours.edge.depends import OwnDep
from parcours.edge.own import OwnSession
from parcours.edge.problems import problems
from parcours.edge.requests import clear_session_cookie
from parcours.registry.access.model import Role
from parcours.registry.accounts import devices, sessions
from parcours.registry.accounts.models import WebSession
from parcours.registry.errors import NotFound, not_found
from parcours.registry.store.ids import parse_id

router = api_router(tag="session")


class OwnSessionOut(Out):
    """A login that lives."""

    id: str
    opened_at: datetime
    last_seen_at: datetime = Field(description="To the minute.")
    method: str
    role: Role | None
    current: bool = Field(description="The one that asks.")


class OwnSessionsOut(Out):
    """Every login of an account that lives, newest first."""

    items: list[OwnSessionOut]


@router.get("/account/sessions", responses=problems(*LISTING))
def list_sessions(own: OwnDep) -> OwnSessionsOut:
    """Where this account is logged in."""
    with own.services.database.reading() as session:
        present = own.row(session)
        rows = sessions.open_sessions(session, present.account_id, own.services.settings.session_policy())
        items = [
            OwnSessionOut(
                id=row.id, opened_at=row.opened_at, last_seen_at=row.last_seen_at, method=row.method,
                role=row.grant.role if row.grant else None, current=row.id == present.id,
            )
            for row in rows
        ]  # fmt: skip
    return OwnSessionsOut(items=items)


@router.delete("/account/sessions/{session_id}", status_code=204, responses=problems(401, 403, 404))
def end_session(session_id: Id, own: OwnDep, response: Response) -> None:
    """End one of one's logins."""
    try:
        _end(session_id, own, response)
    except NotFound as error:
        own.note_foreign(error)
        raise


def _end(session_id: str, own: OwnSession, response: Response) -> None:
    with own.services.database.writing() as session:
        present, key = own.row(session), parse_id(session_id)
        row = session.get(WebSession, key) if key else None
        if row is None or row.account_id != present.account_id or row.closed_at is not None:
            raise not_found("session_id")
        sessions.close_session(session, own.who, row)
        if row.id == present.id:
            clear_session_cookie(response, own.services.settings)


@router.delete("/account/sessions", status_code=204, responses=problems(*LISTING))
def end_other_sessions(own: OwnDep) -> None:
    """End every login but this one; no browser is known any more."""
    with own.services.database.writing() as session:
        present = own.row(session)
        alive = select(WebSession).where(WebSession.account_id == present.account_id, WebSession.closed_at.is_(None))
        for row in session.scalars(alive.where(WebSession.id != present.id)):
            sessions.close_session(session, own.who, row)
        devices.forget_all(session, present.account_id)
