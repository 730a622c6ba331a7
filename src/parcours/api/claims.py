"""Claims: sheets submitted, decided, explained; the account of a person and the feed of messages (all simulated)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Response
from pydantic import Field, StrictBool, StrictInt

from parcours.api.bodies import refused
from parcours.api.common import (
    CREATING,
    EXAMPLE_DOCTOR,
    LISTING,
    READING,
    Cursor,
    Day,
    Id,
    In,
    Limit,
    Out,
    Page,
    api_router,
    page,
    text,
)
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.edge.versions import cursor_id
from parcours.engine.errors import FactError
from parcours.registry.access.model import Record
from parcours.registry.claims import lifecycle
from parcours.registry.claims.adjudicate import adjudicate, claims_of, get_claim
from parcours.registry.claims.context import Action, Tag, of_insurer
from parcours.registry.claims.intake import submit
from parcours.registry.claims.models import UNDECIDED, Claim, Nature
from parcours.registry.declarations.context import of_practice
from parcours.registry.directory.service import get_professional
from parcours.registry.messages import feed
from parcours.registry.messages.service import body_of, messages_to
from parcours.registry.payments.account import account_lines, caps
from parcours.registry.payments.why import why_of
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_date
from parcours.text import plain_euros, preferred

router = api_router(tag="claims")

NOTHING_YET: dict[str, Any] = {"decisions": [], "movements": []}
EXAMPLE_ACT = {"referral": "avis_ponctuel"}


Amount = Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=2)]


class SheetIn(In):
    """A simulated sheet: who gave what, when, for how much. What the registry knows is not said."""

    professional_id: str = text(64, EXAMPLE_DOCTOR)
    care_date: Day = Field(examples=["2026-11-20"])
    number: int = Field(ge=1, le=999_999, description="Order number of the professional's sheets of that day.")
    fee: Decimal | None = Field(None, gt=0, le=1_000_000, decimal_places=2, examples=["30.00"])
    lines: list[Amount | dict[str, StrictBool | StrictInt | Decimal | str | list[str]]] | None = Field(
        None, min_length=1, max_length=100,
        description="In place of `fee`: the fee of each act, or the act as a line of `/api/v1/bill` with its `fee`.",
    )  # fmt: skip
    total: Decimal | None = Field(None, description="Refused when it is not the sum of the lines.")
    kind: Literal["electronic", "paper", "paper_duplicate", "copy"] = "electronic"
    claims_right: Literal["", "c2s"] = Field("", description="A right that the card shows.")
    tiers_payant: Literal["none", "partial", "full"] = "none"
    card: Literal["read", "unread", "opposed"] = "read"
    ips: str = Field("", max_length=2, description="Indicator of the pathway that the professional transmits.")
    prescriber: str | None = Field(None, max_length=36, description="Who prescribed: RPPS or FINESS number.")
    prescribed_on: Day | None = None
    nature: Nature | None = Field(None, description="The insurance that the care falls under.")
    nature_on: Day | None = Field(None, description="Day of the accident, or of the birth expected or come.")
    agreement_on: Day | None = Field(None, description="Day on which a prior agreement was asked for.")
    facts: dict[str, StrictBool | StrictInt | Decimal | str] = Field(
        default_factory=dict, max_length=40, examples=[EXAMPLE_ACT],
        description="Act, quantity, base, referral, exemption, in the names of `/api/v1/settle`.",
    )  # fmt: skip


class EventOut(Out):
    """A change of a claim."""

    state: str
    day: date
    why: str


class ClaimOut(Out):
    """A claim: what the sheet says, where it is, what was decided and why, and every movement of the books."""

    id: str
    simulated: bool = True
    patient_id: str
    professional_id: str
    fund_code: str
    care_date: date
    fee: str = Field(examples=["30.00"])
    state: str = Field(examples=["paid"])
    reason: str | None
    events: list[EventOut]
    decisions: list[dict[str, Any]] = Field(description="Amounts in euros as text, and the sentences of the engine.")
    movements: list[dict[str, str]]


class ClaimLine(Out):
    """A claim in a list."""

    id: str
    simulated: bool = True
    professional_id: str
    care_date: date
    fee: str
    state: str
    reason: str | None

    @classmethod
    def of(cls, claim: Claim) -> ClaimLine:
        return cls(
            id=claim.id, professional_id=claim.professional_id, care_date=claim.care_date,
            fee=plain_euros(claim.fee), state=claim.state.value, reason=claim.reason,
        )  # fmt: skip


def claim_out(session: Any, claim: Claim, lang: str) -> ClaimOut:
    """A claim, explained in a language."""
    why = why_of(session, claim.id, lang) if claim.state not in UNDECIDED else NOTHING_YET
    return ClaimOut(
        id=claim.id, patient_id=claim.insured_id, professional_id=claim.professional_id, fund_code=claim.fund_code,
        care_date=claim.care_date, fee=plain_euros(claim.fee), state=claim.state.value, reason=claim.reason,
        events=events_of(session, claim),
        decisions=why["decisions"], movements=why["movements"],
    )  # fmt: skip


def events_of(session: Any, claim: Claim) -> list[EventOut]:
    """What happened to a claim; one that was received and never changed is not looked up."""
    if claim.version == 1 and claim.received_on is not None:
        return [EventOut(state=claim.state.value, day=claim.received_on, why="")]
    history = lifecycle.history(session, claim.id)
    return [EventOut(state=one.state.value, day=one.day, why=one.why) for one in history]


@router.post("/people/{patient_id}/claims", status_code=201, response_model=ClaimOut, responses=problems(*CREATING))
def submit_claim(patient_id: Id, body: SheetIn, once: OnceDep) -> Response:
    """Submit a sheet; the same one again is the same claim, altered it is refused. A doctor submits their own only."""
    unit = once.unit
    lang = preferred(unit.incoming.headers.get("accept-language", ""))
    doctor = get_professional(unit.session, body.professional_id)  # held: what follows finds it without asking again
    record = may_submit(unit, patient_id, doctor.id)

    def make() -> tuple[ClaimOut, dict[str, str]]:
        try:
            claim = take_in(unit, record, said_of(body))
        except FactError as error:
            raise refused(error, lang) from error
        where = f"/api/v1/people/{claim.insured_id}/claims/{claim.id}"
        return claim_out(unit.session, claim, lang), {"Location": where}

    return once.reply(make)


def said_of(body: SheetIn) -> dict[str, Any]:
    """What a body says of its sheet, in the names of a file of sheets."""
    return body.model_dump(mode="json", exclude={"professional_id", "facts"}, exclude_none=True) | {"facts": body.facts}


def may_submit(unit: Unit, patient_id: str, professional_id: str) -> Record:
    """Whose sheet, and of which professional. Raises NotFound: not a person of theirs; Refused: another's sheet."""
    doctor = get_professional(unit.session, professional_id)
    return unit.find(PATIENT, patient_id, Action.SUBMIT_CLAIM, professional_id=doctor.id)


def take_in(unit: Unit, record: Record, said: Mapping[str, Any]) -> Claim:
    """Take a sheet in that the caller may submit, with its trace. Raises as `submit`."""
    who = {"patient": record.insured_id, "professional": record.professional_id}
    claim = submit(unit.session, {**said, **who}, day=paris_date(unit.incoming.at), at=unit.incoming.at)
    unit.note(Tag.CLAIM_SUBMIT, record, claim=claim.id)
    return claim


@router.get("/people/{patient_id}/claims", responses=problems(*READING))
def list_claims(patient_id: Id, unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[ClaimLine]:
    """Claims of a person, newest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_CLAIMS, Tag.CLAIM_READ)
    rows = claims_of(unit.session, record.insured_id or "", after=cursor_id(cursor), limit=limit + 1)
    shown = page(rows, limit, lambda one: one.id)
    return Page[ClaimLine](items=[ClaimLine.of(one) for one in shown["items"]], next=shown["next"])


@router.get("/people/{patient_id}/claims/{claim_id}", responses=problems(*READING))
def read_claim(patient_id: Id, claim_id: Id, unit: ReadUnit, response: Response) -> ClaimOut:
    """One claim: its states, its decisions in the words of the engine, where each cent went."""
    record = unit.find(PATIENT, patient_id, Action.READ_CLAIMS, Tag.CLAIM_READ)
    claim = get_claim(unit.session, claim_id, record.insured_id or "")
    response.headers["ETag"] = claim.etag
    return claim_out(unit.session, claim, preferred(unit.incoming.headers.get("accept-language", "")))


@router.post(
    "/people/{patient_id}/claims/{claim_id}/adjudication", status_code=201, response_model=ClaimOut,
    responses=problems(*CREATING),
)  # fmt: skip
def adjudicate_claim(patient_id: Id, claim_id: Id, once: OnceDep) -> Response:
    """Check, settle and post a received claim now; one that is decided keeps its decision."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.DECIDE_CLAIM)
    lang = preferred(unit.incoming.headers.get("accept-language", ""))

    def make() -> tuple[ClaimOut, dict[str, str]]:
        claim = get_claim(unit.session, claim_id, record.insured_id or "")
        try:
            adjudicate(unit.session, claim, day=paris_date(unit.incoming.at), at=unit.incoming.at)
        except FactError as error:
            raise refused(error, lang) from error
        unit.note(Tag.CLAIM_DECIDE, record, claim=claim.id)
        return claim_out(unit.session, claim, lang), {"ETag": claim.etag}

    return once.reply(make)


# --- account ---------------------------------------------------------------------------------------------------------


class AccountLineOut(Out):
    """A line of the account: a refund, a deduction and the act it is for, a transfer."""

    day: date
    kind: Literal["refund", "deduction", "to_professional", "transfer"]
    euros: str
    claim_id: str | None
    name: str = Field(description="National line of a deduction.", examples=["PFT 1952"])
    care_date: date | None


class AccountOut(Out):
    """The account of a person: refunds less deductions are the transfers; counters of the year."""

    simulated: bool = True
    lines: list[AccountLineOut]
    year: int
    participations: str
    participations_cap: str
    franchises: str
    franchises_cap: str
    still_to_take: str


@router.get("/people/{patient_id}/account", responses=problems(*READING))
def read_account(patient_id: Id, unit: ReadUnit, first: Day | None = None, last: Day | None = None) -> AccountOut:
    """The statement of a person, oldest first, and the counters of this year."""
    record = unit.find(PATIENT, patient_id, Action.READ_CLAIMS, Tag.STATEMENT_READ)
    person = record.insured_id or ""
    lines = account_lines(unit.session, person, first=first, last=last)
    found = caps(unit.session, person, paris_date(unit.incoming.at))
    return AccountOut(
        lines=[AccountLineOut(day=one.day, kind=one.kind, euros=plain_euros(one.cents), claim_id=one.claim_id,
                              name=one.name, care_date=one.care_date) for one in lines],
        year=found.year, participations=plain_euros(found.participations),
        participations_cap=plain_euros(found.participations_cap), franchises=plain_euros(found.franchises),
        franchises_cap=plain_euros(found.franchises_cap), still_to_take=plain_euros(found.still_to_take),
    )  # fmt: skip


# --- messages --------------------------------------------------------------------------------------------------------


class MessageOut(Out):
    """A simulated message."""

    id: str
    kind: str = Field(examples=["rsp"])
    subject: str = Field(examples=["paid"])
    day: date
    claim_id: str | None
    body: dict[str, Any]


@router.get("/messages", responses=problems(*LISTING))
def list_messages(unit: ReadUnit, after: Cursor = None, limit: Limit = 50) -> Page[MessageOut]:
    """The feed of a practice or an insurer, oldest first: read on with `after`, the last id that was read.

    What is being written is told once all before it is kept: nothing is left out.
    """
    if unit.actor.insurer is not None:
        record = unit.allow(Action.READ_INSURER_LINES, of_insurer(unit.actor.insurer), Tag.MESSAGES_READ)
        return _feed(unit, record.insurer or "", after, limit)
    return list_my_messages(unit, after, limit)


@router.get("/my/messages", responses=problems(*LISTING))
def list_my_messages(unit: ReadUnit, after: Cursor = None, limit: Limit = 50) -> Page[MessageOut]:
    """Messages to the practice of who asks, oldest first: read on with `after`, the last id that was read."""
    record = unit.allow(Action.READ_PRACTICE_MESSAGES, of_practice(unit.actor.professional_id), Tag.MESSAGES_READ)
    return _feed(unit, record.professional_id or "", after, limit)


def _feed(unit: Unit, recipient: str, after: str | None, limit: int) -> Page[MessageOut]:
    kept = feed.end(unit.session)
    rows = messages_to(unit.session, recipient, after=cursor_id(after), before=kept, limit=limit + 1)
    shown = page(rows, limit, lambda one: one.id)
    items = [
        MessageOut(id=one.id, kind=one.kind.value, subject=one.subject, day=one.day, claim_id=one.claim_id,
                   body=body_of(one)) for one in shown["items"]
    ]  # fmt: skip
    return Page[MessageOut](items=items, next=shown["next"])
