"""What a fund does with claims that are decided, what waits at each desk, what an insurer sees (all simulated)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import Field, StringConstraints

from parcours.api.bodies import refused
from parcours.api.claims import ClaimLine, ClaimOut, claim_out, may_submit, take_in
from parcours.api.common import CREATING, LISTING, Cursor, Day, Id, In, Limit, Out, Page, api_router, page
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.edge.versions import cursor_id
from parcours.engine.errors import FactError
from parcours.registry.claims import later, regularising
from parcours.registry.claims.adjudicate import get_claim
from parcours.registry.claims.b2 import FOOT_TYPE, WIDTH, read_lot
from parcours.registry.claims.context import REGULARISATION, Action, Tag, of_insurer
from parcours.registry.claims.models import Claim, ClaimState, Decision, Lot, Regularisation
from parcours.registry.claims.problems import lot_too_long
from parcours.registry.declarations.context import of_practice
from parcours.registry.directory.service import get_professional
from parcours.registry.payments import desk, queues, service
from parcours.registry.payments.practice import reconcile
from parcours.registry.people.context import PATIENT, of_fund
from parcours.registry.store.clock import paris_date
from parcours.text import plain_euros, preferred

router = api_router(tag="payments")
ONE = "/people/{patient_id}/claims/{claim_id}"
MOST_SHEETS = 100
MOST_RECORDS = 5000


def act(once: Any, patient_id: str, claim_id: str, tag: Tag, do: Callable[[Claim], None]) -> Response:
    """What an officer does with one claim, once; its new state is the answer."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.DECIDE_CLAIM)
    lang = preferred(unit.incoming.headers.get("accept-language", ""))

    def make() -> tuple[ClaimOut, dict[str, str]]:
        claim = get_claim(unit.session, claim_id, record.insured_id or "")
        try:
            do(claim)
        except FactError as error:
            raise refused(error, lang) from error
        unit.note(tag, record, claim=claim.id)
        return claim_out(unit.session, claim, lang), {"ETag": claim.etag}

    reply: Response = once.reply(make)
    return reply


@router.post(f"{ONE}/payment", status_code=201, response_model=ClaimOut, responses=problems(*CREATING))
def pay_claim(patient_id: Id, claim_id: Id, once: OnceDep) -> Response:
    """Pay what is due for one claim, less what its payee owes; nothing is due: nothing happens."""
    unit = once.unit

    def pay(claim: Claim) -> None:
        service.pay_claim(unit.session, claim, day=paris_date(unit.incoming.at), at=unit.incoming.at)

    return act(once, patient_id, claim_id, Tag.CLAIM_PAY, pay)


class ReversalIn(In):
    """Why a claim is taken back: who owes what was paid depends on it."""

    cause: Literal["cancelled", "rights_closed", "rule_broken", "act_not_done", "error"]


@router.post(f"{ONE}/reversal", status_code=201, response_model=ClaimOut, responses=problems(*CREATING))
def reverse_claim(patient_id: Id, claim_id: Id, body: ReversalIn, once: OnceDep) -> Response:
    """Take a claim back whole: every entry is negated, what is out is owed, the counters come back."""
    unit = once.unit

    def reverse(claim: Claim) -> None:
        later.reverse(unit.session, claim, body.cause, day=paris_date(unit.incoming.at), at=unit.incoming.at)

    return act(once, patient_id, claim_id, Tag.CLAIM_REVERSE, reverse)


class RegularisationOut(Out):
    """What later knowledge would change of a decision: proposed by one officer, done by another."""

    id: str
    simulated: bool = True
    claim_id: str
    state: str = Field(examples=["proposed"])
    change: dict[str, Any] = Field(description="Facts of the registry as known now.")

    @classmethod
    def of(cls, row: Regularisation) -> RegularisationOut:
        return cls(id=row.id, claim_id=row.claim_id, state=row.state.value, change=json.loads(row.change))


@router.post(
    f"{ONE}/regularisation", status_code=201, response_model=RegularisationOut, responses=problems(*CREATING)
)  # fmt: skip
def propose_regularisation(patient_id: Id, claim_id: Id, once: OnceDep) -> Response:
    """Say that what the registry knows since changes a decision; another officer is to confirm it."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.PROPOSE_REGULARISATION)

    def make() -> tuple[RegularisationOut, dict[str, str]]:
        claim = get_claim(unit.session, claim_id, record.insured_id or "")
        row = regularising.propose(unit.session, claim, by=unit.actor.id, at=unit.incoming.at)
        unit.note(Tag.REGULARISATION_PROPOSE, record, claim=claim.id)
        return RegularisationOut.of(row), {}

    return once.reply(make)


@router.post(
    "/regularisations/{regularisation_id}/confirmation", status_code=201, response_model=RegularisationOut,
    responses=problems(*CREATING),
)  # fmt: skip
def confirm_regularisation(regularisation_id: Id, once: OnceDep) -> Response:
    """As another officer, settle a claim again with the facts that were proposed and the counters of the first time."""
    unit = once.unit
    record = unit.find(REGULARISATION, regularisation_id, Action.CONFIRM_REGULARISATION)

    def make() -> tuple[RegularisationOut, dict[str, str]]:
        row = unit.session.get_one(Regularisation, record.id)
        regularising.confirm(unit.session, row, by=unit.actor.id, day=paris_date(unit.incoming.at),
                             at=unit.incoming.at)  # fmt: skip
        unit.note(Tag.REGULARISATION_DECIDE, record, claim=row.claim_id)
        return RegularisationOut.of(row), {}

    return once.reply(make)


# --- desks -----------------------------------------------------------------------------------------------------------


class LotOut(Out):
    """Sheets that a practice sent together."""

    id: str
    simulated: bool = True
    number: str
    fund_code: str
    sent_on: date
    sheets: int
    total: str
    state: str = Field(examples=["acknowledged"])
    answered_on: date | None

    @classmethod
    def of(cls, one: Lot) -> LotOut:
        return cls(
            id=one.id, number=one.number, fund_code=one.fund_code, sent_on=one.sent_on, sheets=one.sheets,
            total=plain_euros(one.total), state=one.state.value, answered_on=one.answered_on,
        )  # fmt: skip


@router.get("/my/claims", responses=problems(*LISTING))
def list_my_claims(
    unit: ReadUnit, state: ClaimState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ClaimLine]:
    """Sheets of the practice of who asks, newest first, with their state and reason."""
    record = unit.allow(Action.READ_SHEETS, of_practice(unit.actor.professional_id), Tag.SHEETS_READ)
    rows = desk.claims_of_practice(
        unit.session, record.professional_id or "", states=[state] if state else (), after=cursor_id(cursor),
        limit=limit + 1,
    )  # fmt: skip
    shown = page(rows, limit, lambda one: one.id)
    return Page[ClaimLine](items=[ClaimLine.of(one) for one in shown["items"]], next=shown["next"])


@router.get("/my/lots", responses=problems(*LISTING))
def list_my_lots(unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[LotOut]:
    """Lots of the practice of who asks, newest first."""
    record = unit.allow(Action.READ_SHEETS, of_practice(unit.actor.professional_id), Tag.SHEETS_READ)
    rows = desk.lots_of_practice(unit.session, record.professional_id or "", after=cursor_id(cursor), limit=limit + 1)
    shown = page(rows, limit, lambda one: one.id)
    return Page[LotOut](items=[LotOut.of(one) for one in shown["items"]], next=shown["next"])


class LotIn(In):
    """A lot as `parcours claims lot` prints it: records of 128 characters (B2-like, simulated)."""

    simulated: Literal[True] = True
    format: Literal["b2-like"]
    sheets: int | None = Field(None, ge=1, le=MOST_SHEETS, description="How many it holds: refused when it does not.")
    total: Decimal | None = Field(None, description="Refused when it is not the sum of its sheets.")
    records: list[Annotated[str, StringConstraints(strip_whitespace=False, max_length=WIDTH)]] = Field(
        min_length=1, max_length=MOST_RECORDS
    )


class LotTakenOut(Out):
    """What came of a lot: every sheet of it was taken in."""

    simulated: bool = True
    sheets: int
    total: str
    claims: list[ClaimLine]


@router.post("/my/lots", status_code=201, response_model=LotTakenOut, responses=problems(*CREATING))
def send_lot(body: LotIn, once: OnceDep) -> Response:
    """Submit sheets of one's own together; a lot that is cut, or of which one sheet is refused, is refused whole."""
    unit = once.unit
    unit.allow(Action.SEND_SHEETS, of_practice(unit.actor.professional_id), Tag.SHEETS_SEND)
    lang = preferred(unit.incoming.headers.get("accept-language", ""))
    if sum(one.startswith(FOOT_TYPE) for one in body.records) > MOST_SHEETS:
        raise lot_too_long(most=MOST_SHEETS)

    def make() -> tuple[LotTakenOut, dict[str, str]]:
        day = paris_date(unit.incoming.at)
        sheets = read_lot(unit.session, body.model_dump(mode="json", exclude_none=True), day=day)
        try:
            doctors = {one["professional"]: get_professional(unit.session, one["professional"]) for one in sheets}
            claims = [
                take_in(unit, may_submit(unit, one["patient"], doctors[one["professional"]].id), one) for one in sheets
            ]
        except FactError as error:
            raise refused(error, lang) from error
        total = plain_euros(sum(one.fee for one in claims))
        return LotTakenOut(sheets=len(claims), total=total, claims=[ClaimLine.of(one) for one in claims]), {}

    return once.reply(make)


class ReconciledIn(In):
    """Claims that a practice has found in its returns."""

    claim_ids: list[str] = Field(min_length=1, max_length=200)


class ReconciledOut(Out):
    """How many were not reconciled yet."""

    reconciled: int


@router.post("/my/claims/reconciled", status_code=201, response_model=ReconciledOut, responses=problems(401, 403, 409))
def reconcile_claims(body: ReconciledIn, once: OnceDep) -> Response:
    """Say that claims were found in returns; those of others, or not paid, are left alone."""
    unit = once.unit
    record = unit.allow(Action.RECONCILE_CLAIMS, of_practice(unit.actor.professional_id), Tag.CLAIM_RECONCILE)

    def make() -> tuple[ReconciledOut, dict[str, str]]:
        ids = [one for one in (cursor_id(given) for given in body.claim_ids) if one]
        done = reconcile(unit.session, record.professional_id or "", ids, day=paris_date(unit.incoming.at),
                         at=unit.incoming.at)  # fmt: skip
        return ReconciledOut(reconciled=done), {}

    return once.reply(make)


class WaitingOut(Out):
    """One thing that waits: since when, until when, whose turn it is. Never what the sheet says of the care."""

    id: str
    since: date
    age: int = Field(description="Days since it waits.")
    deadline: date | None
    left: int | None = Field(description="Days left; below zero once they are over.")
    owner: Literal["fund", "practice", "insured", "bank"]
    reason: str
    claim_id: str | None
    patient_id: str | None
    professional_id: str | None
    euros: str
    place: str = Field(description="Where it stands in the queue; the next page begins `after` it.")


@router.get("/fund/queues", responses=problems(*LISTING))
def list_queues(unit: ReadUnit) -> dict[str, int]:
    """How many wait in each queue of the fund of who asks."""
    record = unit.allow(Action.READ_QUEUES, of_fund(unit.actor.fund_code), Tag.QUEUES_READ)
    return queues.queue_sizes(unit.session, record.fund_code or "", paris_date(unit.incoming.at))


Place = Annotated[str, Query(max_length=100, description="`place` of the last one of the page before.")]
QueueName = Literal[
    "to_adjudicate", "held", "proof_missing", "reversals", "undue", "objections", "agreements", "returned_payments",
    "notices", "overlaps", "late_tiers_payant",
]  # fmt: skip


@router.get("/fund/queues/{name}", responses=problems(*LISTING))
def read_queue(name: QueueName, unit: ReadUnit, after: Place = "", limit: Limit = 50) -> list[WaitingOut]:
    """What waits in a queue of the fund of who asks, the nearest deadline first, from a place on."""
    record = unit.allow(Action.READ_QUEUES, of_fund(unit.actor.fund_code), Tag.QUEUES_READ)
    today = paris_date(unit.incoming.at)
    return [
        WaitingOut(id=one.id, since=one.since, age=one.age(today), deadline=one.deadline, left=one.left(today),
                   owner=one.owner, reason=one.reason, claim_id=one.claim_id, patient_id=one.insured_id,
                   professional_id=one.professional_id, euros=plain_euros(one.cents), place=one.place)
        for one in queues.queue(unit.session, record.fund_code or "", name, today, after, limit)
    ]  # fmt: skip


class InsurerLineOut(Out):
    """A decision on care that an insurer's contract covers: what it pays, and what it may not give back."""

    id: str
    simulated: bool = True
    claim_id: str
    patient_id: str
    care_date: date
    decided_on: date
    fee: str
    base: str
    amo: str
    amc: str
    majoration: str
    participation: str
    franchise: str
    to_professional: bool

    @classmethod
    def of(cls, one: Decision) -> InsurerLineOut:
        return cls(
            id=one.id, claim_id=one.claim_id, patient_id=one.insured_id, care_date=one.care_date,
            decided_on=one.decided_on, fee=plain_euros(one.fee), base=plain_euros(one.base), amo=plain_euros(one.amo),
            amc=plain_euros(one.amc), majoration=plain_euros(one.majoration), participation=plain_euros(one.pf),
            franchise=plain_euros(one.fr), to_professional=one.amc_to_professional,
        )  # fmt: skip


@router.get("/insurer/lines", responses=problems(*LISTING))
def list_insurer_lines(
    unit: ReadUnit, first: Day | None = None, last: Day | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[InsurerLineOut]:
    """Lines of the contracts of the insurer of who asks, for their dates, newest first."""
    record = unit.allow(Action.READ_INSURER_LINES, of_insurer(unit.actor.insurer), Tag.INSURER_READ)
    rows = desk.insurer_lines(unit.session, record.insurer or "", after=cursor_id(cursor), limit=limit + 1, first=first,
                              last=last)  # fmt: skip
    shown = page(rows, limit, lambda one: one.id)
    return Page[InsurerLineOut](items=[InsurerLineOut.of(one) for one in shown["items"]], next=shown["next"])
