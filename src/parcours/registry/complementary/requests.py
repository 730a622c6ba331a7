"""A person asks an insurer to link their contract; it confirms, as if it had registered it, or knows none."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.complementary import problems
from parcours.registry.complementary.models import Link, LinkRequest, RequestState
from parcours.registry.complementary.service import LIVE, links_of, register
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.people.models import RightKind
from parcours.registry.people.service import rights_on


def ask(
    session: Session, insured_id: str, insurer: str, number: str, starts_on: date, *, insurers: Collection[str],
    day: date,
) -> LinkRequest:  # fmt: skip
    """Ask for the link. `insurers`: those that have a desk here.

    Raises Invalid: another insurer. Raises Conflict: it is linked or asked for already, or the C2S covers the person,
    which has no second contract.
    """
    if insurer not in insurers:
        raise problems.no_such_insurer(insurer)
    if any(one.kind is RightKind.C2S for one in rights_on(session, insured_id, day)):
        raise problems.c2s_is_alone()
    if insurer in linked_or_asked(links_of(session, insured_id), requests_of(session, insured_id)):
        raise problems.linked_already(insurer)
    row = LinkRequest(
        insured_id=insured_id, insurer=insurer, number=number, starts_on=starts_on, asked_on=day,
        state=RequestState.ASKED,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def answer(session: Session, row: LinkRequest, *, confirmed: bool, day: date, at: datetime) -> LinkRequest:
    """The insurer answers, and the person is told. With another contract live, sending stops until they choose.

    Raises Conflict: it is answered.
    """
    session.refresh(row, with_for_update=True)  # two officers answer one after the other
    if row.state is not RequestState.ASKED:
        raise problems.request_answered()
    row.state, row.ended_on = RequestState.CONFIRMED if confirmed else RequestState.REFUSED, day
    if confirmed:
        register(session, row.insured_id, row.insurer, contract=None, starts_on=row.starts_on, at=at, day=day)
    send(session, MessageKind.AVIS, f"amc_{row.state.value}", row.insured_id, {"insurer": row.insurer},
         at=at, day=day, insured_id=row.insured_id)  # fmt: skip
    return row


def linked_or_asked(links: Iterable[Link], asked: Iterable[LinkRequest]) -> set[str]:
    """The insurers of a person's live links, and those that have not answered yet."""
    linked = {one.insurer for one in links if one.state in LIVE}
    return linked | {one.insurer for one in asked if one.state is RequestState.ASKED}


def requests_of(session: Session, insured_id: str) -> list[LinkRequest]:
    """What a person asked of insurers, the oldest first."""
    return list(
        session.scalars(select(LinkRequest).where(LinkRequest.insured_id == insured_id).order_by(LinkRequest.id))
    )


def waiting(session: Session, insurer: str, *, after: str | None = None, limit: int = 50) -> list[LinkRequest]:
    """Who waits for an answer of an insurer, the oldest first; pages by `after` (last id)."""
    query = select(LinkRequest).where(LinkRequest.insurer == insurer, LinkRequest.state == RequestState.ASKED)
    if after:
        query = query.where(LinkRequest.id > after)
    return list(session.scalars(query.order_by(LinkRequest.id).limit(limit)))
