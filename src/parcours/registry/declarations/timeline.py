"""The tenures of a person on the time line: what was on any day, as known on any day, and how one changes another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from parcours.law import thresholds
from parcours.registry.declarations.models import (
    END_CODES,
    GRACE_REASONS,
    Declaration,
    EndCode,
    EndReason,
    JointDoctor,
    Route,
    State,
    Tenure,
)
from parcours.registry.directory.models import Professional
from parcours.registry.directory.service import active_on, get_professional, shared_places
from parcours.registry.people.models import Insured
from parcours.registry.store.ids import get
from parcours.registry.store.periods import KNOWN_AT, ON, asked, holding, known, replace


def as_of(session: Session, insured_id: str, on: date) -> Tenure | None:
    """The tenure in force on a day, as we know it now."""
    return as_known_on(session, insured_id, on, None)


_CONTRACT_ON = (
    select(Tenure).where(Tenure.insured_id == bindparam("insured_id"), holding(Tenure, ON, KNOWN_AT)).limit(1)
)


def as_known_on(session: Session, insured_id: str, on: date, known_at: datetime | None) -> Tenure | None:
    """The tenure in force on a day, as was known at an instant (None: now)."""
    return session.scalar(_CONTRACT_ON, asked(on, known_at, insured_id=insured_id))


def declared_to(session: Session, insured_id: str, professional_id: str, on: date) -> bool:
    """Is this the médecin traitant of a person on a day, alone or designated together with others?"""
    tenure = as_of(session, insured_id, on)
    if tenure is None:
        return False
    return professional_id in (tenure.professional_id, *joint_doctors(session, tenure.declaration_id))


def history(session: Session, insured_id: str, *, known_at: datetime | None = None) -> list[Tenure]:
    """Every tenure of a person, oldest first, as known now or at an instant."""
    return list(
        session.scalars(
            select(Tenure)
            .where(Tenure.insured_id == insured_id, known(Tenure, known_at))
            .order_by(Tenure.starts_on, Tenure.recorded_at)
        )
    )


def revisions(session: Session, insured_id: str) -> list[Tenure]:
    """Everything that was ever recorded, superseded rows included, in the order of recording."""
    return list(
        session.scalars(select(Tenure).where(Tenure.insured_id == insured_id).order_by(Tenure.recorded_at, Tenure.id))
    )


def patients_of(session: Session, professional_id: str, *, lock: bool = False) -> Sequence[Tenure]:
    """The tenures a doctor holds now (no end recorded, or one to come)."""
    query = (
        select(Tenure)
        .where(Tenure.professional_id == professional_id, known(Tenure), Tenure.ends_on.is_(None))
        .order_by(Tenure.insured_id)
    )
    if lock:
        ids = select(Tenure.insured_id).where(
            Tenure.professional_id == professional_id, known(Tenure), Tenure.ends_on.is_(None)
        )
        session.execute(select(Insured.id).where(Insured.id.in_(ids)).order_by(Insured.id).with_for_update())
    return session.scalars(query.execution_options(populate_existing=True)).all()


def get_declaration(session: Session, declaration_id: str) -> Declaration:
    """A declaration by public id."""
    return get(session, Declaration, declaration_id, "declaration_id")


def declarations_of(session: Session, insured_id: str) -> list[Declaration]:
    """Every declaration of a person, refused and withdrawn ones included, newest first."""
    return list(
        session.scalars(
            select(Declaration)
            .where(Declaration.insured_id == insured_id)
            .order_by(Declaration.proposed_at.desc(), Declaration.id)
        )
    )


_JOINT_DOCTORS = (
    select(JointDoctor.professional_id)
    .where(JointDoctor.declaration_id == bindparam("declaration_id"))
    .order_by(JointDoctor.professional_id)
)


def joint_doctors(session: Session, declaration_id: str) -> list[str]:
    """Ids of the doctors designated together with the médecin traitant."""
    return list(session.scalars(_JOINT_DOCTORS, {"declaration_id": declaration_id}))


def people_with_two_contracts(session: Session, *, limit: int = 100) -> list[str]:
    """Ids of people for whom two known tenures overlap: always empty, the database sees to it."""
    one, other = aliased(Tenure), aliased(Tenure)
    overlap = (
        select(one.insured_id)
        .join(other, and_(other.insured_id == one.insured_id, other.id > one.id))
        .where(known(one), known(other), _not_empty(one), _not_empty(other))
        .where(or_(one.ends_on.is_(None), other.starts_on < one.ends_on))
        .where(or_(other.ends_on.is_(None), one.starts_on < other.ends_on))
    )
    return list(session.scalars(overlap.distinct().limit(limit)))


def speaks_as_medecin_traitant(
    session: Session, insured_id: str, author: Professional, on: date, known_at: datetime | None = None
) -> bool:
    """Is this a doctor in activity: the médecin traitant on a day, designated with them, of the same shared place?"""
    if author.profession != "medecin" or not active_on(author, on):
        return False
    tenure = as_known_on(session, insured_id, on, known_at)
    if tenure is None:
        return False
    if author.id == tenure.professional_id or author.id in joint_doctors(session, tenure.declaration_id):
        return True
    return bool(shared_places(session, tenure.professional_id, author.id, on, known_at))


_FORM_SIGNED_BY = (
    select(Declaration)
    .where(Declaration.insured_id == bindparam("insured_id"), Declaration.professional_id == bindparam("doctor_id"))
    .where(Declaration.route == Route.PAPER, Declaration.signed_on <= ON)
    .limit(1)
)
_NOT_RECORDED_NOW = _FORM_SIGNED_BY.where(Declaration.state == State.SIGNED)


def _not_recorded(known_at: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    return (
        Declaration.state.not_in([State.WITHDRAWN, State.REFUSED]),
        Declaration.doctor_agreed_at <= known_at,
        Declaration.proposed_at <= known_at,
        ~exists().where(Tenure.declaration_id == Declaration.id, Tenure.recorded_at <= known_at),
    )


_NOT_RECORDED_THEN = _FORM_SIGNED_BY.where(*_not_recorded(KNOWN_AT))


def signed_form(
    session: Session, insured_id: str, doctor_id: str, on: date, known_at: datetime | None = None
) -> Declaration | None:
    """A paper form with this doctor, signed by the day, that the fund had not recorded when we knew."""
    query = _NOT_RECORDED_NOW if known_at is None else _NOT_RECORDED_THEN
    return session.scalar(query, asked(on, known_at, insured_id=insured_id, doctor_id=doctor_id))


def paper_form(session: Session, insured_id: str, doctor_id: str) -> Declaration | None:
    """The last paper form of a person with this doctor that still stands, recorded by the fund or not yet."""
    query = select(Declaration).where(
        Declaration.insured_id == insured_id, Declaration.professional_id == doctor_id,
        Declaration.route == Route.PAPER, Declaration.state.in_((State.SIGNED, State.IN_FORCE)),
    )  # fmt: skip
    return session.scalar(query.order_by(Declaration.signed_on.desc()).limit(1))


def forms_not_recorded(of: ColumnElement[bool], known_at: datetime) -> Select[Declaration]:
    """The forms of some people that were signed and not recorded at an instant, whoever the doctor."""
    return select(Declaration).where(of, Declaration.route == Route.PAPER, *_not_recorded(known_at))


@dataclass(frozen=True)
class Grace:
    """The médecin traitant left: for some time no majoration is due while no new one is declared."""

    tenure: Tenure
    left_on: date
    until: date | None
    """First day after the time that the law of the day asked about gives; None where it gives none."""

    @property
    def last_day(self) -> date | None:
        """Last day without majoration."""
        return self.until and self.until - timedelta(days=1)

    @classmethod
    def after(cls, last: Tenure, on: date) -> Grace | None:
        """What the last tenure leaves on a day."""
        if last.ends_on is None or last.ends_on > on or last.end_reason not in GRACE_REASONS:
            return None
        return cls(last, last.ends_on, thresholds.grace_until(last.ends_on, on))


_LAST_CONTRACT = (
    select(Tenure, Declaration)
    .join(Declaration, Declaration.id == Tenure.declaration_id)
    .where(Tenure.insured_id == bindparam("insured_id"), known(Tenure, KNOWN_AT), Tenure.starts_on <= ON)
    .order_by(Tenure.ends_on.desc().nulls_first(), Tenure.starts_on.desc())
    .limit(1)
)


def last_contract(
    session: Session, insured_id: str, on: date, known_at: datetime | None = None
) -> tuple[Tenure, Declaration] | None:
    """The tenure in force on a day, with its declaration; else the last to end of those begun by that day."""
    row = session.execute(_LAST_CONTRACT, asked(on, known_at, insured_id=insured_id)).first()
    return None if row is None else (row[0], row[1])


def grace_on(session: Session, insured_id: str, on: date, known_at: datetime | None = None) -> Grace | None:
    """The departure that matters on a day: the last doctor retired or changed département, nobody declared since."""
    last = last_contract(session, insured_id, on, known_at)
    return None if last is None else Grace.after(last[0], on)


def a_year_after(day: date) -> date:
    """The same day of the next year; 1 March after a 29 February."""
    return thresholds.years_after(day, 1)


def start_tenure(session: Session, declaration: Declaration, starts_on: date, at: datetime) -> Tenure:
    """Put a tenure into the person's time line: it ends the one of that day and gives way to a later one."""
    line = _time_line(session, declaration.insured_id, starts_on)
    at = max([at, *(one.recorded_at for one in line)])  # who waited for its turn knows what was recorded meanwhile
    for current in line:
        if current.holds(starts_on):
            end_tenure(session, current, starts_on, EndReason.REPLACED, at)
    ends_on, reason = _natural_end(session, declaration, line, starts_on)
    tenure = Tenure(
        declaration_id=declaration.id,
        insured_id=declaration.insured_id,
        professional_id=declaration.professional_id,
        starts_on=starts_on,
        ends_on=ends_on,
        end_reason=reason,
        end_code=END_CODES[reason] if reason else None,
        recorded_at=at,
    )
    session.add(tenure)
    declaration.state = State.IN_FORCE if ends_on is None else State.ENDED
    session.flush()
    return tenure


def _time_line(session: Session, insured_id: str, starts_on: date) -> list[Tenure]:
    """The known tenures of a person that hold on a day or later, oldest first; empty ones left out."""
    return list(
        session.scalars(
            select(Tenure)
            .where(Tenure.insured_id == insured_id, known(Tenure))
            .where(_not_empty(Tenure))
            .where(or_(Tenure.ends_on.is_(None), Tenure.ends_on > starts_on))
            .order_by(Tenure.starts_on)
        )
    )


def _not_empty(tenure: type[Tenure]) -> ColumnElement[bool]:
    """A tenure replaced on its first day was never in force."""
    return or_(tenure.ends_on.is_(None), tenure.ends_on > tenure.starts_on)


def _natural_end(
    session: Session, declaration: Declaration, line: list[Tenure], starts_on: date
) -> tuple[date | None, EndReason | None]:
    """When a tenure recorded late was over already: a later tenure, or the doctor's own departure."""
    ends = [(one.starts_on, EndReason.REPLACED) for one in line if one.starts_on > starts_on]
    ends += _departure(session, declaration.professional_id)
    return min(ends) if ends else (None, None)


def _departure(session: Session, professional_id: str) -> list[tuple[date, EndReason]]:
    """The end that a doctor who has ceased gives to every tenure; nothing while in activity."""
    ceased_on = get_professional(session, professional_id).ceased_on
    return [] if ceased_on is None else [(ceased_on, EndReason.RETIRED)]


def end_tenure(session: Session, tenure: Tenure, on: date, reason: EndReason, at: datetime) -> Tenure:
    """Give a tenure its end; its declaration is over."""
    ended = replace(session, tenure, at, ends_on=on, end_reason=reason, end_code=END_CODES[reason])
    declaration = get_declaration(session, tenure.declaration_id)
    declaration.state = State.ENDED
    session.flush()
    return ended


def resume_replaced(session: Session, annulled: Tenure, at: datetime) -> None:
    """The tenure that the annulled one had cut short goes on as before, up to the next one of the time line."""
    line = history(session, annulled.insured_id)
    cut = [one for one in line if one.ends_on == annulled.starts_on and one.end_code is EndCode.FIS]
    versions = [(one, _version_cut_by(session, one, annulled)) for one in cut]
    before, uncut = next((pair for pair in versions if pair[1] is not None), next(iter(versions), (None, None)))
    if before is None:
        return
    ends = [
        (one.starts_on, EndReason.REPLACED)
        for one in line
        if one is not before and one.starts_on >= annulled.starts_on and one.starts_on != one.ends_on
    ]
    if uncut is not None and uncut.ends_on is not None and uncut.end_reason is not None:
        ends.append((uncut.ends_on, uncut.end_reason))
    ends += _departure(session, before.professional_id)
    ends_on, reason = min(ends) if ends else (None, None)
    replace(session, before, at, ends_on=ends_on, end_reason=reason, end_code=END_CODES[reason] if reason else None)
    if ends_on is None:
        get_declaration(session, before.declaration_id).state = State.IN_FORCE
    session.flush()


def _version_cut_by(session: Session, before: Tenure, annulled: Tenure) -> Tenure | None:
    """The version of a tenure that was superseded when the annulled one was first recorded."""
    recorded = select(func.min(Tenure.recorded_at)).where(Tenure.declaration_id == annulled.declaration_id)
    return session.scalar(
        select(Tenure).where(
            Tenure.declaration_id == before.declaration_id,
            Tenure.superseded_at == recorded.scalar_subquery(),
        )
    )
