"""Write a care plan, gather the agreements, say whether a visit is in its content and rhythm.

D162-1-6: 1° iterative care under a plan agreed by the two doctors and the patient; 2° a sequence; 3° an ALD protocol,
which the médecin traitant writes and the fund's medical adviser approves (L324-1).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.care_plans import problems
from parcours.registry.care_plans.models import CarePlan, PlanActor, PlanKind, RhythmUnit
from parcours.registry.declarations.timeline import speaks_as_medecin_traitant
from parcours.registry.directory.models import Professional
from parcours.registry.directory.service import get_professional, require_active
from parcours.registry.errors import not_found
from parcours.registry.people.service import get_insured
from parcours.registry.store.clock import now_utc, paris_date
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get
from parcours.registry.store.periods import check_period
from parcours.registry.vocabulary import check_choice

ARTICLE = "CSS D162-1-6"


@dataclass(frozen=True)
class Actor:
    """Who takes part: a named doctor or any of a specialty, for which acts, at most how often."""

    acts: str
    professional_id: str | None = None
    specialty: int | None = None
    visits: int | None = None
    unit: str | None = None


@dataclass(frozen=True)
class PlanContent:
    """What is written in the plan."""

    kind: str
    content: str
    starts_on: date
    ends_on: date | None = None
    ald_number: int | None = None
    actors: tuple[Actor, ...] = ()


def write_plan(
    session: Session, insured_id: str, author_id: str, plan: PlanContent, *, at: datetime | None = None,
    stands_in: bool = False,
) -> CarePlan:  # fmt: skip
    """Write a plan; it counts once the patient (and each named correspondent, or the adviser for an ALD) agreed.

    Raises `Refused`: the author is not the médecin traitant for an ALD protocol or a plan of iterative care.
    Raises `Invalid`: no actor, an actor without doctor or specialty, a rhythm missing for iterative care.
    `stands_in`: an ALD protocol by another doctor, without a médecin traitant or in an emergency (L324-1).
    """
    at = at or now_utc()
    check_period(plan.starts_on, plan.ends_on)
    kind = check_choice("kind", plan.kind, PlanKind)
    insured = get_insured(session, insured_id, lock=True)
    author = get_professional(session, author_id)
    if not stands_in and not speaks_as_medecin_traitant(session, insured.id, author, paris_date(at)):
        raise problems.author_not_medecin_traitant()
    _check_actors(kind, plan.actors)
    if (kind is PlanKind.PROTOCOLE_ALD) != (plan.ald_number is not None):
        raise problems.ald_number(plan.ald_number)
    actors = [_actor(session, actor, plan.starts_on) for actor in plan.actors]
    row = CarePlan(
        insured_id=insured.id,
        author_id=author.id,
        kind=kind,
        content=plan.content,
        ald_number=None if plan.ald_number is None else str(plan.ald_number),
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    for actor in actors:
        actor.plan_id = row.id
    session.add_all(actors)
    session.flush()
    return row


def agree(session: Session, plan_id: str, *, on: date, professional_id: str | None = None) -> CarePlan:
    """The patient agrees (no `professional_id`), or one of the named correspondents."""
    plan = get_plan(session, plan_id)
    if professional_id is None:
        plan.insured_agreed_on = on
    else:
        doctor = get_professional(session, professional_id)
        rows = session.scalars(
            select(PlanActor).where(PlanActor.plan_id == plan.id, PlanActor.professional_id == doctor.id)
        ).all()
        if not rows:
            raise not_found("professional_id")
        for row in rows:
            row.agreed_on = on
    session.flush()
    return plan


def approve(session: Session, plan_id: str, *, on: date) -> CarePlan:
    """The fund's medical adviser approves an ALD protocol."""
    plan = get_plan(session, plan_id)
    if plan.kind is not PlanKind.PROTOCOLE_ALD:
        raise problems.not_a_protocol(plan.kind.value)
    plan.approved_on = on
    session.flush()
    return plan


def stop(session: Session, plan_id: str, *, on: date, at: datetime | None = None) -> CarePlan:
    """The plan ends on a day (the first without it)."""
    plan = get_plan(session, plan_id)
    check_period(plan.starts_on, on)
    plan.ends_on, plan.stopped_at = on, at or now_utc()
    session.flush()
    return plan


def get_plan(session: Session, plan_id: str) -> CarePlan:
    """A plan by public id."""
    return get(session, CarePlan, plan_id, "plan_id")


def plans_of(session: Session, insured_id: str, *, on: date | None = None) -> list[CarePlan]:
    """Plans of a person, newest first; those of a day when `on` is given."""
    query = select(CarePlan).where(CarePlan.insured_id == insured_id).order_by(CarePlan.starts_on.desc(), CarePlan.id)
    if on is not None:
        query = query.where(CarePlan.starts_on <= on, (CarePlan.ends_on.is_(None)) | (CarePlan.ends_on > on))
    return listed(session, query)


def actors_of(session: Session, plan_id: str) -> list[PlanActor]:
    """Who takes part in a plan."""
    return listed(session, select(PlanActor).where(PlanActor.plan_id == plan_id).order_by(PlanActor.id))


# --- does a visit fall under the plan? -------------------------------------------------------------------------------


VisitsMade = Callable[[PlanActor, date], int]
"""How many visits of this line of the plan were made after a day: whoever keeps the visits tells."""


@dataclass(frozen=True)
class Coverage:
    """Does the plan cover a visit; when not, why (a stable code)."""

    covered: bool
    why: str
    actor: PlanActor | None = None


def covers(
    session: Session,
    plan: CarePlan,
    professional: Professional,
    on: date,
    visits_made: VisitsMade,
    known_at: datetime | None = None,
) -> Coverage:
    """Is a visit to this doctor on a day within the plan: its time, its agreements, its actors, its rhythm?"""
    why = _not_in_force(plan, on, known_at)
    if why is not None:
        return Coverage(False, why)
    actor = _actor_of(session, plan, professional)
    if actor is None:
        return Coverage(False, "doctor_not_in_plan")
    named = actor.professional_id is not None
    if named and plan.kind is PlanKind.SOINS_ITERATIFS and (actor.agreed_on is None or actor.agreed_on > on):
        return Coverage(False, "plan_not_agreed_by_correspondent", actor)
    if actor.visits is not None and visits_made(actor, window_start(plan, actor.unit, on)) >= actor.visits:
        return Coverage(False, "rhythm_used_up", actor)
    return Coverage(True, "covered", actor)


def _not_in_force(plan: CarePlan, on: date, known_at: datetime | None) -> str | None:
    """Why a plan does not count on a day, whoever the doctor: its recording, its time, its agreements."""
    if known_at is not None and plan.recorded_at > known_at:
        return "plan_not_yet_recorded"
    if plan.starts_on > on or (plan.ends_on is not None and plan.ends_on <= on):
        return "plan_not_in_force"
    if plan.insured_agreed_on is None or plan.insured_agreed_on > on:
        return "plan_not_agreed_by_patient"
    if plan.kind is PlanKind.PROTOCOLE_ALD and (plan.approved_on is None or plan.approved_on > on):
        return "protocol_not_approved"
    return None


_DAYS = {RhythmUnit.WEEK: 7, RhythmUnit.MONTH: 30, RhythmUnit.QUARTER: 91, RhythmUnit.YEAR: 365}


def window_start(plan: CarePlan, unit: RhythmUnit | None, on: date) -> date:
    """Last day that no longer counts: the unit's days before `on`, or the day before the plan."""
    if unit is None or unit is RhythmUnit.PLAN:
        return plan.starts_on - timedelta(days=1)
    return on - timedelta(days=_DAYS[unit])


def _actor_of(session: Session, plan: CarePlan, professional: Professional) -> PlanActor | None:
    """The actor line of a doctor: by name first, else by specialty."""
    rows = actors_of(session, plan.id)
    by_name = [one for one in rows if one.professional_id == professional.id]
    by_specialty = [one for one in rows if one.professional_id is None and one.specialty == professional.specialty]
    return next(iter(by_name + by_specialty), None)


def _check_actors(kind: PlanKind, actors: tuple[Actor, ...]) -> None:
    if not actors or any((one.professional_id is None) == (one.specialty is None) for one in actors):
        raise problems.plan_actors(count=len(actors))
    for one in actors:
        if (one.visits is None) != (one.unit is None) or (one.visits is not None and one.visits < 1):
            raise problems.plan_rhythm(one.visits)
        if kind is PlanKind.SOINS_ITERATIFS and one.visits is None:
            raise problems.plan_rhythm_2()


def _actor(session: Session, actor: Actor, starts_on: date) -> PlanActor:
    """An actor line, not yet attached to its plan."""
    doctor = get_professional(session, actor.professional_id) if actor.professional_id else None
    if doctor is not None:
        require_active(doctor, starts_on, "actors")
    return PlanActor(
        professional_id=doctor.id if doctor else None,
        specialty=actor.specialty,
        acts=actor.acts,
        visits=actor.visits,
        unit=check_choice("unit", actor.unit, RhythmUnit) if actor.unit else None,
    )
