"""Prior agreements: what a practice asks before an act, what the fund answers (all simulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from fastapi import Response
from pydantic import Field, StrictBool

from parcours.api.bodies import refused
from parcours.api.claims import may_submit
from parcours.api.common import CREATING, EXAMPLE_DOCTOR, READING, Id, In, Out, api_router, text
from parcours.edge.depends import OnceDep, ReadUnit
from parcours.edge.problems import problems
from parcours.engine.errors import FactError
from parcours.registry.claims import agreements
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.intake import fund_of
from parcours.registry.claims.models import Agreement, NoAgreement
from parcours.registry.people.context import PATIENT
from parcours.registry.store.clock import paris_date
from parcours.registry.store.ids import get
from parcours.text import preferred

router = api_router(tag="claims")
OF_PERSON = "/people/{patient_id}/agreements"


class AgreementIn(In):
    """An act that is refunded only once the medical control agrees."""

    professional_id: str = text(64, EXAMPLE_DOCTOR)
    code: str = text(60, "TO")
    longer: StrictBool = Field(False, description="The list gives the act the longer silence.")


class AgreementOut(Out):
    """A request, and the day after which silence agrees."""

    id: str
    simulated: bool = True
    professional_id: str
    code: str
    asked_on: date
    answer_by: date
    state: str = Field(examples=["agreed_by_silence"])
    ended_on: date | None
    why: NoAgreement | None = Field(description="Why it was refused, where the medical control said it.")

    @classmethod
    def of(cls, one: Agreement, why: NoAgreement | None = None) -> AgreementOut:
        return cls(
            id=one.id, professional_id=one.professional_id, code=one.code, asked_on=one.asked_on,
            answer_by=one.answer_by, state=one.state.value, ended_on=one.ended_on, why=why,
        )  # fmt: skip


@router.get(OF_PERSON, responses=problems(*READING))
def list_agreements(patient_id: Id, unit: ReadUnit) -> list[AgreementOut]:
    """What was asked for a person, the oldest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_CLAIMS, Tag.CLAIM_READ)
    rows = agreements.agreements_of(unit.session, record.insured_id or "")
    why = agreements.refusals_of(unit.session, rows)
    return [AgreementOut.of(one, why.get(one.id)) for one in rows]


@router.post(OF_PERSON, status_code=201, response_model=AgreementOut, responses=problems(*CREATING))
def ask_agreement(patient_id: Id, body: AgreementIn, once: OnceDep) -> Response:
    """Ask before an act, for who may submit its sheet: a silence of fifteen or twenty-one days agrees."""
    unit = once.unit
    record = may_submit(unit, patient_id, body.professional_id)
    lang = preferred(unit.incoming.headers.get("accept-language", ""))

    def make() -> tuple[AgreementOut, dict[str, str]]:
        day, who = paris_date(unit.incoming.at), record.insured_id or ""
        try:
            row = agreements.ask(
                unit.session, who, record.professional_id or "", body.code,
                fund_code=fund_of(unit.session, who, day, None), day=day, longer=body.longer, by=unit.actor.id,
            )  # fmt: skip
        except FactError as error:
            raise refused(error, lang) from error
        unit.note(Tag.AGREEMENT_ASK, record, agreement=row.id)
        return AgreementOut.of(row), {}

    return once.reply(make)


class AgreementAnswerIn(In):
    """What the medical control answers."""

    answer: Literal["agreed", "refused"]
    why: NoAgreement | None = Field(None, description="Of a refusal: told to the insured and to the practice.")


@router.post(
    f"{OF_PERSON}/{{agreement_id}}/answer", status_code=201, response_model=AgreementOut, responses=problems(*CREATING)
)
def answer_agreement(patient_id: Id, agreement_id: Id, body: AgreementAnswerIn, once: OnceDep) -> Response:
    """Answer a request within its days, as an officer of the fund who did not ask it; insured and practice are told."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.ANSWER_AGREEMENT)
    row = get(unit.session, Agreement, agreement_id, "agreement_id", insured_id=record.insured_id)
    unit.allow(Action.ANSWER_AGREEMENT, replace(record, proposed_by=row.asked_by))

    def make() -> tuple[AgreementOut, dict[str, str]]:
        agreements.answer(
            unit.session, row, agreed=body.answer == "agreed", day=paris_date(unit.incoming.at), at=unit.incoming.at,
            why=body.why,
        )  # fmt: skip
        unit.note(Tag.AGREEMENT_ANSWER, record, agreement=row.id)
        return AgreementOut.of(row, agreements.refusals_of(unit.session, [row]).get(row.id)), {}

    return once.reply(make)
