"""Protocols of long-term conditions: the list and its durations, what is asked, the opinion, the decision."""

from datetime import date

from fastapi import Response
from pydantic import Field

from parcours.api.common import CHANGING, CREATING, READING, Accepted, Day, Id, In, Out, api_router, text
from parcours.edge.depends import OnceDep, ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.law.ald.book import ald_law
from parcours.registry.ald import decisions, delays, service
from parcours.registry.ald.context import PROTOCOL, Action, Tag, of_protocol
from parcours.registry.ald.models import Ending, Opinion, Protocol, ProtocolKind, ProtocolState
from parcours.registry.care_plans.models import RhythmUnit
from parcours.registry.care_plans.service import Actor, get_plan
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_today

router = api_router(tag="ald")


class ProtocolActorIn(In):
    """Who takes part, for which acts, at most how often."""

    acts: str = text(500, "consultation de gastro-entérologie")
    professional_id: str | None = Field(None, max_length=64)
    specialty: int | None = Field(None, ge=1, le=98, examples=[8])
    visits: int | None = Field(None, ge=1, le=365)
    unit: RhythmUnit | None = None


class ProtocolIn(In):
    """A protocol: the condition, what is planned, who takes part."""

    condition: str = Field(min_length=1, max_length=8, pattern=r"^[0-9a-z.]+$", examples=["24"])
    content: str = text(20_000, "Suivi de la maladie : une consultation spécialisée par an.")
    actors: list[ProtocolActorIn] = Field(min_length=1, max_length=30)
    kind: ProtocolKind = ProtocolKind.ALD
    starts_on: Day | None = None
    until: Day | None = Field(None, description="First day without; what the law proposes unless it is said.")
    renews: str | None = Field(None, max_length=64, description="The protocol before.")
    emergency: bool = Field(False, description="By another doctor than the médecin traitant: it could not wait.")


class StepOut(Out):
    """A step and its day."""

    state: ProtocolState
    day: date


class ProtocolOut(Out):
    """A protocol without its condition: where it is, and its days."""

    id: str
    author_id: str
    plan_id: str
    kind: ProtocolKind
    state: ProtocolState
    standing: str = Field(description="Of today; a granted one is `upcoming`, `active`, `renewal_due` or `expired`.")
    asked_from: date
    asked_until: date | None
    received_on: date | None
    opinion_by: date | None
    decide_by: date | None
    late: bool = Field(description="The fund let its month pass.")
    tacit: bool
    granted_from: date | None
    granted_until: date | None
    renewal_from: date | None
    appeal_by: date | None
    doctor_by: date | None
    signed: bool
    renews_id: str | None
    steps: list[StepOut]


class ProposalOut(Out):
    """What a correspondent proposes."""

    author_id: str
    text: str
    proposed_on: date


class ProtocolContentOut(Out):
    """What is clinical of a protocol."""

    condition: str
    label: str
    duration_confidence: str | None = Field(
        description="Of the duration on which the end asked rests: A and B were read, C is from memory and is to be "
        "checked in the annex of D160-4. Null: the doctor said the end."
    )
    content: str
    observation: str | None
    refusal: str | None
    proposals: list[ProposalOut]


def _out(unit: Unit, row: Protocol) -> ProtocolOut:
    today = paris_today()
    plan = get_plan(unit.session, row.plan_id)
    return ProtocolOut(
        id=row.id, author_id=row.author_id, plan_id=row.plan_id, kind=row.kind, state=row.state,
        standing=delays.standing(row, today), asked_from=row.asked_from, asked_until=row.asked_until,
        received_on=row.received_on, opinion_by=row.opinion_by, decide_by=row.decide_by, late=delays.late(row, today),
        tacit=row.tacit, granted_from=row.granted_from, granted_until=row.granted_until,
        renewal_from=delays.renewal_from(row), appeal_by=row.appeal_by, doctor_by=row.doctor_by,
        signed=plan.insured_agreed_on is not None, renews_id=row.renews_id,
        steps=[StepOut.model_validate(one) for one in service.steps_of(unit.session, row.id)],
    )  # fmt: skip


@router.post(
    "/people/{patient_id}/ald-protocols", status_code=201, response_model=ProtocolOut, responses=problems(*CREATING)
)
def prepare(patient_id: Id, body: ProtocolIn, once: OnceDep) -> Response:
    """Write a protocol, as the médecin traitant; as another doctor where there is none, or in an emergency."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.WRITE_PROTOCOL)

    def make() -> tuple[ProtocolOut, dict[str, str]]:
        new = service.NewProtocol(
            body.condition, body.content, tuple(Actor(**one.model_dump(mode="json")) for one in body.actors),
            body.kind.value, body.starts_on, body.until, body.renews, body.emergency,
        )  # fmt: skip
        row = service.prepare(unit.session, record.insured_id or "", unit.actor.professional_id or "", new)
        unit.note(Tag.ALD_CREATE, of_protocol(unit.session, row))
        return _out(unit, row), {"Location": f"/api/v1/ald-protocols/{row.id}"}

    return once.reply(make)


@router.get("/people/{patient_id}/ald-protocols", responses=problems(*READING))
def list_protocols(patient_id: Id, unit: ReadUnit) -> list[ProtocolOut]:
    """The protocols of a person, newest first, without their conditions."""
    record = unit.find(PATIENT, patient_id, Action.READ_PROTOCOL, Tag.ALD_READ)
    return [_out(unit, row) for row in service.protocols_of(unit.session, record.insured_id or "")]


@router.get("/ald-protocols/{protocol_id}", responses=problems(*READING))
def read(protocol_id: Id, unit: ReadUnit) -> ProtocolOut:
    """One protocol without its condition."""
    record = unit.find(PROTOCOL, protocol_id, Action.READ_PROTOCOL, Tag.ALD_READ)
    return _out(unit, service.get_protocol(unit.session, record.id or ""))


@router.get("/ald-protocols/{protocol_id}/content", responses=problems(*READING))
def read_content(protocol_id: Id, unit: ReadUnit) -> ProtocolContentOut:
    """The condition, what is planned, what correspondents proposed, what was observed."""
    record = unit.find(PROTOCOL, protocol_id, Action.READ_PROTOCOL_CONTENT, Tag.ALD_READ_CONTENT)
    row = service.get_protocol(unit.session, record.id or "")
    duration = service.duration_asked(unit.session, row)
    return ProtocolContentOut(
        duration_confidence=duration.confidence if duration else None,
        condition=row.condition, label=ald_law()[row.condition].label["fr"],
        content=get_plan(unit.session, row.plan_id).content, observation=row.observation, refusal=row.refusal,
        proposals=[ProposalOut.model_validate(one) for one in service.proposals_of(unit.session, row.id)],
    )  # fmt: skip


class TextIn(In):
    """A text."""

    text: str = text(5000, "Ajouter une coloscopie de contrôle.")


@router.post("/ald-protocols/{protocol_id}/proposals", responses=problems(*CHANGING))
def propose(protocol_id: Id, body: TextIn, unit: WriteUnit) -> Accepted:
    """Propose something for a protocol that is being written, as a correspondent."""
    record = unit.find(PROTOCOL, protocol_id, Action.PROPOSE_FOR_PROTOCOL, Tag.ALD_PROPOSE)
    service.propose(unit.session, record.id or "", unit.actor.professional_id or "", body.text)
    return Accepted(message="proposed")


@router.post("/ald-protocols/{protocol_id}/signature", responses=problems(*CHANGING))
def sign(protocol_id: Id, unit: WriteUnit) -> ProtocolOut:
    """Sign, as the person or who acts for a child."""
    record = unit.find(PROTOCOL, protocol_id, Action.SIGN_PROTOCOL, Tag.ALD_SIGN)
    return _out(unit, service.sign(unit.session, record.id or ""))


class StepIn(In):
    """What the doctor does."""

    step: str = Field(pattern="^(send|reply|withdraw)$")


@router.post("/ald-protocols/{protocol_id}/steps", responses=problems(*CHANGING))
def step(protocol_id: Id, body: StepIn, unit: WriteUnit) -> ProtocolOut:
    """Send it to the medical service, answer an observation, take it back."""
    record = unit.find(PROTOCOL, protocol_id, Action.SEND_PROTOCOL, Tag.ALD_MOVE)
    work = {"send": service.send, "reply": decisions.reply, "withdraw": decisions.withdraw}[body.step]
    return _out(unit, work(unit.session, record.id or ""))


class OpinionIn(In):
    """What the medical service says: an observation with its text, or an opinion."""

    opinion: Opinion | None = None
    observation: str = Field("", max_length=5000, pattern=r"^[^\x00]*$")


@router.post("/ald-protocols/{protocol_id}/opinion", responses=problems(*CHANGING))
def opine(protocol_id: Id, body: OpinionIn, unit: WriteUnit) -> ProtocolOut:
    """The opinion of the medical service; without one, its observation."""
    record = unit.find(PROTOCOL, protocol_id, Action.OBSERVE_PROTOCOL, Tag.ALD_MOVE)
    if body.opinion is None:
        row = decisions.observe(unit.session, record.id or "", body.observation)
    else:
        row = decisions.opine(unit.session, record.id or "", body.opinion.value)
    return _out(unit, row)


class DecisionIn(In):
    """What the fund decides: granted from and until a day; refused with grounds; or ended."""

    granted: bool | None = None
    starts_on: Day | None = None
    until: Day | None = None
    grounds: str = Field("", max_length=2000, pattern=r"^[^\x00]*$")
    end: Ending | None = None


@router.post("/ald-protocols/{protocol_id}/decision", responses=problems(*CHANGING))
def decide(protocol_id: Id, body: DecisionIn, unit: WriteUnit) -> ProtocolOut:
    """Grant, refuse with grounds, or end a granted period."""
    record = unit.find(PROTOCOL, protocol_id, Action.DECIDE_PROTOCOL, Tag.ALD_DECIDE)
    session, key = unit.session, record.id or ""
    if body.end is not None:
        row = decisions.end(session, key, body.end.value, on=body.until)
    elif body.granted:
        row = decisions.grant(session, key, starts_on=body.starts_on, until=body.until)
    else:
        row = decisions.refuse(session, key, body.grounds)
    return _out(unit, row)
