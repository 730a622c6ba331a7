"""The simulated card of a person, proofs of rights abroad, and the attestation of rights."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import Response
from pydantic import Field

from parcours.api.common import CREATING, READING, Day, Id, In, Out, api_router, text
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.registry.cards import apps
from parcours.registry.cards import service as cards
from parcours.registry.cards.attestation import attestation_of
from parcours.registry.cards.context import Action, Tag
from parcours.registry.cards.models import AppState, Card, CardApp, EuropeanProof
from parcours.registry.people.context import PATIENT
from parcours.registry.people.service import rights_on
from parcours.registry.store.clock import paris_date

router = api_router(tag="cards")


class CardOut(Out):
    """A simulated card, and where it is in its life."""

    id: str
    simulated: bool = True
    state: str = Field(examples=["active"])
    requested_on: date
    updated_on: date | None
    opposed_on: date | None

    @classmethod
    def of(cls, card: Card) -> CardOut:
        return cls(id=card.id, state=card.state.value, requested_on=card.requested_on, updated_on=card.updated_on,
                   opposed_on=card.opposed_on)  # fmt: skip


@router.get("/people/{patient_id}/cards", responses=problems(*READING))
def list_cards(patient_id: Id, unit: ReadUnit) -> list[CardOut]:
    """Every card of a person, newest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_CARD, Tag.CARD_READ)
    return [CardOut.of(one) for one in cards.cards_of(unit.session, record.insured_id or "")]


@router.post("/people/{patient_id}/cards", status_code=201, response_model=CardOut, responses=problems(*CREATING))
def ask_card(patient_id: Id, once: OnceDep) -> Response:
    """Ask for a card; never with a provisional number."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.ASK_CARD, Tag.CARD_ASK)

    def make() -> tuple[CardOut, dict[str, str]]:
        card = cards.request(unit.session, record.insured_id or "", day=paris_date(unit.incoming.at))
        return CardOut.of(card), {}

    return once.reply(make)


class LossIn(In):
    """Why a card is on the opposition list."""

    why: Literal["lost", "stolen", "broken", "misused"]


@router.post(
    "/people/{patient_id}/cards/{card_id}/opposition", status_code=201, response_model=CardOut,
    responses=problems(*CREATING),
)  # fmt: skip
def oppose_card(patient_id: Id, card_id: Id, body: LossIn, once: OnceDep) -> Response:
    """Put a card on the opposition list at once: it never comes back."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.ASK_CARD, Tag.CARD_ASK)

    def make() -> tuple[CardOut, dict[str, str]]:
        card = cards.get_card(unit.session, card_id, record.insured_id or "")
        cards.oppose(unit.session, card, body.why, day=paris_date(unit.incoming.at), at=unit.incoming.at)
        return CardOut.of(card), {}

    return once.reply(make)


class AppOut(Out):
    """The simulated card in an application."""

    id: str
    simulated: bool = True
    state: str = Field(examples=["enrolled"])
    enrolled_on: date
    lent_until: date | None = Field(description="Another holder may show it until this day; nothing when nobody may.")

    @classmethod
    def of(cls, app: CardApp) -> AppOut:
        return cls(id=app.id, state=app.state.value, enrolled_on=app.enrolled_on, lent_until=app.lent_until)


@router.get("/people/{patient_id}/card-app", responses=problems(*READING))
def read_app(patient_id: Id, unit: ReadUnit) -> AppOut:
    """The newest application of a person."""
    record = unit.find(PATIENT, patient_id, Action.READ_CARD, Tag.CARD_READ)
    return AppOut.of(apps.own_app(unit.session, record.insured_id or ""))


@router.post("/people/{patient_id}/card-app", status_code=201, response_model=AppOut, responses=problems(*CREATING))
def enrol_app(patient_id: Id, once: OnceDep) -> Response:
    """Enrol an application; never with a provisional number."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.ASK_CARD, Tag.CARD_ASK)

    def make() -> tuple[AppOut, dict[str, str]]:
        app = apps.enrol(unit.session, record.insured_id or "", day=paris_date(unit.incoming.at))
        return AppOut.of(app), {}

    return once.reply(make)


class AppStateIn(In):
    """What becomes of an application."""

    state: Literal["suspended", "enrolled", "removed"]


@router.post(
    "/people/{patient_id}/card-app/state", status_code=201, response_model=AppOut, responses=problems(*CREATING)
)
def change_app(patient_id: Id, body: AppStateIn, once: OnceDep) -> Response:
    """Suspend an application, take it up again, remove it; a loan ends with it."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.ASK_CARD, Tag.CARD_ASK)

    def make() -> tuple[AppOut, dict[str, str]]:
        app = apps.own_app(unit.session, record.insured_id or "")
        return AppOut.of(apps.change(unit.session, app, AppState(body.state), day=paris_date(unit.incoming.at))), {}

    return once.reply(make)


class LoanIn(In):
    """Who may show an application in one's place, and until when."""

    to: str = text(64, "0199f0a4-7c3e-7a51-8f0d-5b1e2a9c4d10")
    until: Day


@router.post(
    "/people/{patient_id}/card-app/loan", status_code=201, response_model=AppOut, responses=problems(*CREATING)
)
def lend_app(patient_id: Id, body: LoanIn, once: OnceDep) -> Response:
    """Lend an application to another holder, for a year at most; somebody unknown is answered as one without any."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.ASK_CARD, Tag.CARD_ASK)

    def make() -> tuple[AppOut, dict[str, str]]:
        app = apps.own_app(unit.session, record.insured_id or "")
        return AppOut.of(apps.lend(unit.session, app, body.to, body.until, day=paris_date(unit.incoming.at))), {}

    return once.reply(make)


class AbroadIn(In):
    """When one leaves for another country of the Union."""

    leaves: Day


class ProofOut(Out):
    """A European card, or the certificate when there is no time for one."""

    id: str
    simulated: bool = True
    kind: str = Field(examples=["card"])
    valid_from: date
    valid_until: date

    @classmethod
    def of(cls, one: EuropeanProof) -> ProofOut:
        return cls(id=one.id, kind=one.kind.value, valid_from=one.valid_from, valid_until=one.valid_until)


class ProofsOut(Out):
    """What was delivered."""

    proofs: list[ProofOut]


@router.post(
    "/people/{patient_id}/european-card", status_code=201, response_model=ProofsOut, responses=problems(*CREATING)
)
def ask_abroad(patient_id: Id, body: AbroadIn, once: OnceDep) -> Response:
    """The European card, never beyond the rights; before it a certificate when it would come too late."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.ASK_CARD, Tag.CARD_ASK)

    def make() -> tuple[ProofsOut, dict[str, str]]:
        day, person = paris_date(unit.incoming.at), record.insured_id or ""
        ends = [one.ends_on for one in rights_on(unit.session, person, day) if one.ends_on]
        found = cards.ask_abroad(unit.session, person, day=day, leaves=body.leaves, rights_end=min(ends, default=None))
        return ProofsOut(proofs=[ProofOut.of(one) for one in found]), {}

    return once.reply(make)


class AttestationOut(Out):
    """A demonstration attestation: rights of a day, exemptions without their grounds, the insurer and its link."""

    simulated: bool = True
    on: date
    fund: str | None
    scheme: str | None
    rights_from: date | None
    rights_to: date | None
    exemption: bool = Field(description="Whether some care is exempt; never for which illness.")
    c2s: bool
    medecin_traitant: bool
    insurer: str | None
    link: str | None
    code: str = Field(description="Verification code: hash of what it says.")


@router.get("/people/{patient_id}/attestation", responses=problems(*READING))
def read_attestation(patient_id: Id, unit: ReadUnit, on: Day | None = None) -> AttestationOut:
    """The rights of a person on a day, today unless said."""
    record = unit.find(PATIENT, patient_id, Action.READ_CARD, Tag.CARD_READ)
    day = on or paris_date(unit.incoming.at)
    return AttestationOut(**attestation_of(unit.session, record.insured_id or "", day))
