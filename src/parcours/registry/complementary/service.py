"""Register a contract, find the one of a day, and settle an overlap: the insured chooses, nothing is lost meanwhile."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from parcours.registry.complementary import problems
from parcours.registry.complementary.models import Link, LinkEvent, LinkState
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send

WAITING = (LinkState.SUSPENDED, LinkState.CHOSEN)
"""Contracts that overlap another: their insurers are told of nothing and promise nothing until one is chosen."""
LIVE = (LinkState.ACTIVE, *WAITING)


def register(
    session: Session,
    insured_id: str,
    insurer: str,
    *,
    contract: str | None,
    starts_on: date,
    at: datetime,
    day: date,
) -> Link:
    """An insurer registers a contract. With another one live by then, sending stops until the insured chooses."""
    others = [one for one in links_of(session, insured_id) if one.state in LIVE and one.insurer != insurer]
    link = Link(
        insured_id=insured_id, insurer=insurer, contract=contract, starts_on=starts_on,
        state=LinkState.SUSPENDED if others else LinkState.ACTIVE,
    )  # fmt: skip
    session.add(link)
    session.flush()
    note(session, link, day)
    for other in others:
        move(session, other, LinkState.SUSPENDED, day)
    if others:
        insurers = sorted({insurer, *(one.insurer for one in others)})
        send(session, MessageKind.AVIS, "amc_overlap", insured_id, {"insurers": insurers},
             at=at, day=day, insured_id=insured_id)  # fmt: skip
    session.flush()
    return link


def choose(session: Session, insured_id: str, insurer: str, *, day: date) -> Link:
    """The insured chooses one of the contracts that overlap; the others end. Raises Conflict: none of that insurer."""
    links = [one for one in links_of(session, insured_id) if one.state in LIVE]
    chosen = next((one for one in links if one.insurer == insurer), None)
    if chosen is None:
        raise problems.no_such_link(insurer)
    for other in links:
        move(session, other, LinkState.CHOSEN if other is chosen else LinkState.ENDED, day)
    return chosen


def release(session: Session, link: Link, *, day: date) -> Link | None:
    """An insurer gives way: its contract ends, and the only other one that waited works again. Raises Conflict."""
    if link.state is not LinkState.SUSPENDED:
        raise problems.no_such_link(link.insurer)
    move(session, link, LinkState.ENDED, day)
    waiting = [one for one in links_of(session, link.insured_id) if one.state is LinkState.SUSPENDED]
    if len(waiting) != 1:
        return None
    move(session, waiting[0], LinkState.ACTIVE, day)
    return waiting[0]


def activate(session: Session, insured_id: str, insurer: str, *, day: date) -> Link:
    """The chosen link works again. Raises Conflict: none was chosen of that insurer."""
    for link in links_of(session, insured_id):
        if link.insurer == insurer and link.state is LinkState.CHOSEN:
            move(session, link, LinkState.ACTIVE, day)
            return link
    raise problems.no_such_link(insurer)


def finish(session: Session, insured_id: str, insurer: str, *, day: date) -> Link:
    """A contract ends on a day, the first without it; one that was suspended by it works again.

    Raises Conflict: none of that insurer is live.
    """
    links = [one for one in links_of(session, insured_id) if one.state in LIVE]
    link = next((one for one in links if one.insurer == insurer), None)
    if link is None:
        raise problems.no_such_link(insurer)
    move(session, link, LinkState.ENDED, day)
    others = [one for one in links if one is not link]
    if len(others) == 1:
        move(session, others[0], LinkState.ACTIVE, day)
    return link


def move(session: Session, link: Link, state: LinkState, day: date) -> None:
    """Change a link, and keep that it changed."""
    if link.state is state:
        return
    link.state = state
    if state is LinkState.ENDED:
        link.ends_on = day
    note(session, link, day)


def note(session: Session, link: Link, day: date) -> None:
    """Write down the state that a link has now."""
    number = len(history(session, link.id)) + 1
    session.add(LinkEvent(link_id=link.id, number=number, state=link.state, day=day))
    session.flush()


def history(session: Session, link_id: str) -> list[LinkEvent]:
    """What happened to a link, in order."""
    return list(session.scalars(select(LinkEvent).where(LinkEvent.link_id == link_id).order_by(LinkEvent.number)))


def links_of(session: Session, insured_id: str) -> list[Link]:
    """Every contract of a person, oldest first."""
    return list(session.scalars(select(Link).where(Link.insured_id == insured_id).order_by(Link.id)))


def link_on(session: Session, insured_id: str, on: date) -> Link | None:
    """The contract of a day: the active one, else one that waits to be chosen; None when there is none."""
    query = select(Link).where(
        Link.insured_id == insured_id, Link.starts_on <= on, or_(Link.ends_on.is_(None), Link.ends_on > on)
    )
    return nearest(session.scalars(query.order_by(Link.id)), on)


def overlap_on(session: Session, insured_id: str, on: date) -> bool:
    """Do contracts overlap on a day, so that no insurer promises anything?"""
    link = link_on(session, insured_id, on)
    return link is not None and link.state in WAITING


def nearest(links: Iterable[Link], on: date) -> Link | None:
    """Among contracts of a person, the one of a day."""
    open_then = [one for one in links if one.starts_on <= on and (one.ends_on is None or one.ends_on > on)]
    return min(open_then, key=lambda one: (*LIVE, LinkState.ENDED).index(one.state), default=None)
