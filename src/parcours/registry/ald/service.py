"""Write a protocol, send it, keep its opinion and its decision; the period that the decision opens is a right.

The medical service has two weeks, and its silence is a favourable opinion (R324-1-1); the fund has a month, and no text
that was read says what its silence means (R324-2). A granted period keeps its own end, whatever durations become.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.law.ald.book import Condition, Duration, ald_law
from parcours.registry.ald import problems
from parcours.registry.ald.delays import later_by_months
from parcours.registry.ald.models import Proposal, Protocol, ProtocolKind, ProtocolState, ProtocolStep
from parcours.registry.ald.words import STATES
from parcours.registry.care_plans.service import Actor, PlanContent, agree, get_plan, write_plan
from parcours.registry.declarations.timeline import as_of
from parcours.registry.directory.service import get_professional
from parcours.registry.people.service import get_insured
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get
from parcours.registry.vocabulary import check_choice

MONTHS = 12


@dataclass(frozen=True)
class NewProtocol:
    """What is written: the condition, what is planned and by whom, from when."""

    condition: str
    content: str
    actors: tuple[Actor, ...]
    kind: str = "ald"
    starts_on: date | None = None
    until: date | None = None
    """First day without; the duration of the law of the day unless it is said."""
    renews: str | None = None
    emergency: bool = False
    """Written by another doctor because it could not wait."""


def prepare(session: Session, insured_id: str, author_id: str, new: NewProtocol) -> Protocol:
    """Write a protocol. Raises `Refused`: the author is not the médecin traitant, and there is one who could."""
    insured, author = get_insured(session, insured_id, lock=True), get_professional(session, author_id)
    today = paris_today()
    kind = check_choice("kind", new.kind, ProtocolKind)
    before = None if new.renews is None else get(session, Protocol, new.renews, "renews", insured_id=insured.id)
    condition = condition_of(new.condition, today, before, kind)
    starts_on = new.starts_on or (before.granted_until if before and before.granted_until else today)
    tenure = as_of(session, insured.id, today)
    stands_in = tenure is None or new.emergency
    plan = write_plan(
        session, insured.id, author.id,
        PlanContent("protocole_ald", new.content, starts_on, None, condition.number, new.actors),
        stands_in=stands_in,
    )  # fmt: skip
    row = Protocol(
        insured_id=insured.id, author_id=author.id, plan_id=plan.id, kind=kind, condition=condition.id,
        state=ProtocolState.PREPARED, asked_from=starts_on,
        asked_until=new.until or proposed_end(condition, kind, starts_on, today, renewal=before is not None),
        renews_id=before.id if before else None,
        doctor_by=later_by_months(today, thresholds.whole("ald.sans_medecin_mois", today)) if tenure is None else None,
    )  # fmt: skip
    check_follow_up(row, today)
    session.add(row)
    session.flush()
    note(session, row, today)
    return row


def condition_of(name: str, on: date, before: Protocol | None, kind: ProtocolKind) -> Condition:
    """An entry of the list to which somebody may be admitted, or whose period is renewed."""
    condition = ald_law().get(name)
    if condition is None:
        raise problems.unknown_condition(conditions=", ".join(ald_law()))
    if before is not None and before.condition != name:
        raise problems.other_condition()
    if kind is ProtocolKind.FOLLOW_UP and (before is None or before.granted_from is None):
        raise problems.no_protocol_before()
    if before is None and not condition.open_on(on):
        raise problems.left_the_list()
    return condition


def proposed_years(condition: Condition, kind: ProtocolKind, on: date, *, renewal: bool) -> int | None:
    """How long the law of a day proposes; None where it proposes no time."""
    if kind is ProtocolKind.FOLLOW_UP:
        return thresholds.whole("ald.suivi_annees", on)
    return condition.years_on(on, renewal=renewal)


def proposed_end(condition: Condition, kind: ProtocolKind, starts_on: date, on: date, *, renewal: bool) -> date | None:
    """The end that the law of a day proposes; None where it proposes none."""
    years = proposed_years(condition, kind, on, renewal=renewal)
    return None if years is None else later_by_months(starts_on, MONTHS * years)


def duration_asked(session: Session, row: Protocol) -> Duration | None:
    """The duration of the law that the end asked rests on; None where the doctor said the end."""
    condition, prepared = ald_law()[row.condition], steps_of(session, row.id)[0].day
    ends = proposed_end(condition, row.kind, row.asked_from, prepared, renewal=row.renews_id is not None)
    by_law = row.kind is ProtocolKind.ALD and ends is not None and ends == row.asked_until
    return condition.duration_on(prepared) if by_law else None


def check_follow_up(row: Protocol, on: date) -> None:
    """A follow-up is granted for so many years at most."""
    last = later_by_months(row.asked_from, MONTHS * thresholds.whole("ald.suivi_annees", on))
    if row.kind is ProtocolKind.FOLLOW_UP and row.asked_until is not None and row.asked_until > last:
        raise problems.follow_up_too_long(last=last)


def note(session: Session, row: Protocol, day: date) -> None:
    """A step is kept with its day."""
    session.add(ProtocolStep(protocol_id=row.id, state=row.state, day=day))
    session.flush()


def move(session: Session, row: Protocol, before: tuple[ProtocolState, ...], after: ProtocolState) -> None:
    """The one place where a protocol changes its state. Raises `Conflict`: it is not at that step."""
    if row.state not in before:
        raise problems.wrong_state(STATES[row.state], states=[STATES[one] for one in before])
    row.state = after
    session.flush()
    note(session, row, paris_today())


def propose(session: Session, protocol_id: str, author_id: str, text: str) -> Proposal:
    """A correspondent proposes something for a protocol that is being written."""
    row = get_protocol(session, protocol_id)
    if row.state is not ProtocolState.PREPARED:
        raise problems.wrong_state(STATES[row.state], states=STATES[ProtocolState.PREPARED])
    one = Proposal(
        protocol_id=row.id, author_id=get_professional(session, author_id).id, text=text, proposed_on=paris_today()
    )
    session.add(one)
    session.flush()
    return one


def sign(session: Session, protocol_id: str) -> Protocol:
    """The person signs; the protocol is then to be shown to who treats them."""
    row = get_protocol(session, protocol_id)
    agree(session, row.plan_id, on=paris_today())
    return row


def send(session: Session, protocol_id: str) -> Protocol:
    """It goes to the medical service: its two weeks and the fund's month run from today."""
    row = get_protocol(session, protocol_id)
    if get_plan(session, row.plan_id).insured_agreed_on is None:
        raise problems.not_signed()
    today = paris_today()
    move(session, row, (ProtocolState.PREPARED,), ProtocolState.SENT)
    row.received_on = today
    row.opinion_by = date.fromordinal(today.toordinal() + thresholds.whole("ald.avis_jours", today))
    row.decide_by = later_by_months(today, thresholds.whole("ald.decision_mois", today))
    session.flush()
    return row


# --- reading ---------------------------------------------------------------------------------------------------------


def get_protocol(session: Session, protocol_id: str, *, lock: bool = False) -> Protocol:
    """A protocol by public id."""
    row = get(session, Protocol, protocol_id, "protocol_id")
    if lock:
        get_insured(session, row.insured_id, lock=True)
    return row


def protocols_of(session: Session, insured_id: str) -> list[Protocol]:
    """Protocols of a person, newest first."""
    query = select(Protocol).where(Protocol.insured_id == insured_id)
    return listed(session, query.order_by(Protocol.asked_from.desc(), Protocol.id.desc()))


def steps_of(session: Session, protocol_id: str) -> list[ProtocolStep]:
    """The steps of a protocol, in order."""
    query = select(ProtocolStep).where(ProtocolStep.protocol_id == protocol_id)
    return list(session.scalars(query.order_by(ProtocolStep.recorded_at, ProtocolStep.id)))


def proposals_of(session: Session, protocol_id: str) -> list[Proposal]:
    """What correspondents proposed, in order."""
    query = select(Proposal).where(Proposal.protocol_id == protocol_id)
    return listed(session, query.order_by(Proposal.recorded_at, Proposal.id))
