"""Who acts for a person: parents until the 18th birthday, guardians; recorded by one, confirmed by another, ended."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.errors import not_found
from parcours.registry.people import problems
from parcours.registry.people.models import Insured, Kinship, KinshipKind
from parcours.registry.people.service import age_on, get_insured
from parcours.registry.store.clock import now_utc, paris_date, paris_today
from parcours.registry.store.ids import parse_id
from parcours.registry.store.periods import holding, replace
from parcours.registry.vocabulary import check_choice


def in_force(on: date) -> ColumnElement[bool]:
    """Authority that holds on a day and that a second person has confirmed."""
    return and_(holding(Kinship, on), Kinship.confirmed_at.is_not(None))


def propose_holder(  # noqa: PLR0913 - one keyword for each field of the form
    session: Session,
    *,
    child_id: str,
    holder_id: str,
    kind: str = "parent",
    dependant: bool = True,
    starts_on: date | None = None,
    proof: str | None = None,
    by: str | None = None,
    at: datetime | None = None,
) -> Kinship:
    """Record that an adult holds parental authority over (or is the guardian of) a person; it opens nothing yet."""
    child, holder = get_insured(session, child_id), get_insured(session, holder_id)
    starts_on = starts_on or child.birth_date
    at = at or now_utc()
    age = thresholds.age_of_choice(paris_date(at))
    if age_on(holder.birth_date, starts_on) < age or child.id == holder.id:
        raise problems.holder_too_young(age=age)
    row = Kinship(
        child_id=child.id, holder_id=holder.id, kind=check_choice("kind", kind, KinshipKind), dependant=dependant,
        starts_on=starts_on, proof=proof, proposed_by=by, recorded_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def confirm_holder(session: Session, link: Kinship, *, by: str | None, at: datetime | None = None) -> Kinship:
    """From now on the holder acts for the person. Raises `Conflict`: confirmed already."""
    if link.confirmed_at is not None:
        raise problems.authority_confirmed()
    link.confirmed_by, link.confirmed_at = by, at or now_utc()
    session.flush()
    return link


def add_holder(
    session: Session,
    *,
    child_id: str,
    holder_id: str,
    kind: str = "parent",
    starts_on: date | None = None,
    at: datetime | None = None,
) -> Kinship:
    """Record and confirm, by a command on the server."""
    row = propose_holder(session, child_id=child_id, holder_id=holder_id, kind=kind, starts_on=starts_on, at=at)
    return confirm_holder(session, row, by=None, at=row.recorded_at)


def end_holder(session: Session, link: Kinship, *, ends_on: date, proof: str, at: datetime | None = None) -> Kinship:
    """A decision ends the authority: `ends_on` is the first day without it."""
    return replace(session, link, at or now_utc(), ends_on=ends_on, proof=proof)


def get_link(session: Session, link_id: str, *, of: str | None) -> Kinship:
    """What we hold true now of an authority over this person."""
    key = parse_id(link_id)
    row = session.get(Kinship, key) if key else None
    if row is None or row.child_id != of or row.superseded_at is not None:
        raise not_found("holder_link_id")
    return row


def links_of(session: Session, child_id: str) -> list[Kinship]:
    """Every authority over a person, ended and waiting ones included, oldest first."""
    query = select(Kinship).where(Kinship.child_id == child_id, Kinship.superseded_at.is_(None))
    return list(session.scalars(query.order_by(Kinship.starts_on, Kinship.id)))


def end_at_majority(session: Session) -> list[Kinship]:
    """Write down the end, on the 18th birthday, of the parental authority over those who are of age."""
    today = paris_today()
    age = thresholds.majority(today)
    rows = session.execute(
        select(Kinship, Insured)
        .join(Insured, Insured.id == Kinship.child_id)
        .where(
            Kinship.kind == KinshipKind.PARENT,
            Kinship.superseded_at.is_(None),
            Kinship.ends_on.is_(None),
        )
    ).all()
    at = now_utc()
    return [
        replace(session, link, at, ends_on=max(thresholds.years_after(child.birth_date, age), link.starts_on))
        for link, child in rows
        if thresholds.years_after(child.birth_date, age) <= today
    ]  # fmt: skip


def holds_authority(session: Session, *, holder_id: str, child_id: str, on: date) -> bool:
    """Is this adult a parent or guardian of this person on a day?"""
    query = select(Kinship.id).where(Kinship.holder_id == holder_id, Kinship.child_id == child_id, in_force(on))
    return session.scalar(query.limit(1)) is not None


def children_of(session: Session, holder_id: str, on: date | None = None) -> list[Insured]:
    """The minors (and people under guardianship) an adult may act for on a day."""
    on = on or paris_today()
    rows = session.execute(
        select(Insured, Kinship.kind)
        .join(Kinship, Kinship.child_id == Insured.id)
        .where(Kinship.holder_id == holder_id, in_force(on))
    )
    adult = thresholds.majority(on)
    found = [child for child, kind in rows if kind is KinshipKind.GUARDIAN or age_on(child.birth_date, on) < adult]
    return sorted(found, key=lambda one: (one.birth_date, one.id))


def holders_of(session: Session, child_id: str, on: date | None = None) -> list[Insured]:
    """Who holds parental authority over a person on a day."""
    return list(
        session.scalars(
            select(Insured)
            .join(Kinship, Kinship.holder_id == Insured.id)
            .where(Kinship.child_id == child_id, in_force(on or paris_today()))
            .order_by(Insured.id)
        )
    )
