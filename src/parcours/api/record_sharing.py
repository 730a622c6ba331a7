"""Who shares a record: oppositions, the care team, consents, what the person was told; access in an emergency."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from parcours.api.common import CHANGING, CREATING, READING, Day, Id, In, Out, api_router
from parcours.api.record import SectionOut, sections_out
from parcours.edge.depends import OwnDep, ReadUnit, WriteUnit
from parcours.edge.emergency import open_record
from parcours.edge.problems import problems
from parcours.edge.unit import writing
from parcours.registry.accounts import passwords
from parcours.registry.cards import service as cards
from parcours.registry.people.context import PATIENT
from parcours.registry.record import service, sharing
from parcours.registry.record.context import EMERGENCY, Action, Tag
from parcours.registry.record.models import ConsentScope, EmergencyAccess, How, Reason, Verdict
from parcours.registry.record.sharing import Opens, Standing, recent_letters
from parcours.registry.referrals import service as referrals
from parcours.registry.store.clock import paris_today

router = api_router(tag="record")
NO_NUL = r"^[^\x00]*$"
Named = Annotated[
    str | None,
    Field(max_length=64, pattern=NO_NUL, description="The type, or the id of the document, of the scope."),
]


class SharingIn(In):
    """What a person wants of the sharing of a record; what is not said stays."""

    oppose_professional_id: str | None = Field(None, max_length=64)
    oppose_everybody: bool = Field(False, description="Everybody but the médecin traitant.")
    oppose_emergency: bool = Field(False, description="Nobody, even in an emergency.")
    withdraw_oppositions: bool = False
    accept_professional_id: str | None = Field(None, max_length=64, description="In the care team.")
    leave_professional_id: str | None = Field(None, max_length=64, description="Out of the team; consent ends too.")
    consent_professional_id: str | None = Field(None, max_length=64, description="For the moment: a day at most.")
    how: How = How.ELECTRONIC
    scope: ConsentScope = Field(ConsentScope.ALL, description="What the consent opens.")
    named: Named = None
    hours: int = Field(24, ge=1, le=24, description="How long the consent lasts.")
    informed: bool = Field(False, description="The person has read who shares the record and how to oppose it.")


class OppositionOut(Out):
    """An opposition in force."""

    professional_id: str | None
    emergency: bool
    made_at: datetime


class ConsentOut(Out):
    """A consent of the moment that runs: to whom, what it opens, until when, how it was given, who noted it."""

    professional_id: str
    scope: ConsentScope
    named: str | None
    how: How
    given_at: datetime
    until: datetime
    recorded_by: str | None = Field(description="The professional who noted it; none: the person did.")


class InformationOut(Out):
    """Who told the person of the sharing, when and how (CSP L1110-4)."""

    professional_id: str | None = Field(description="None: read in the account.")
    how: How
    informed_on: date


class SharingOut(Out):
    """Oppositions in force, the care team, consents that run, and what the person was told."""

    oppositions: list[OppositionOut]
    team: list[str]
    consents: list[ConsentOut]
    information: list[InformationOut]
    standing: Standing


@router.get("/people/{patient_id}/record/sharing", responses=problems(*READING))
def read_sharing(patient_id: Id, unit: ReadUnit) -> SharingOut:
    """Who shares a record."""
    record = unit.find(PATIENT, patient_id, Action.MANAGE_SHARING, Tag.RECORD_SHARING_READ)
    return _sharing(unit.session, record.insured_id or "")


def _sharing(session: Session, person: str) -> SharingOut:
    return SharingOut(
        oppositions=[OppositionOut.model_validate(one) for one in sharing.oppositions_of(session, person)],
        team=[one.professional_id for one in sharing.team_of(session, person)],
        consents=[ConsentOut.model_validate(one) for one in sharing.consents_of(session, person)],
        information=[InformationOut.model_validate(one) for one in sharing.information_of(session, person)],
        standing=sharing.standing(session, person),
    )


@router.post("/people/{patient_id}/record/sharing", responses=problems(*CHANGING))
def change_sharing(patient_id: Id, body: SharingIn, unit: WriteUnit) -> SharingOut:
    """Oppose, accept in the care team, consent for the moment; or take any of it back."""
    record = unit.find(PATIENT, patient_id, Action.MANAGE_SHARING, Tag.RECORD_SHARING_CHANGE)
    session, person = unit.session, record.insured_id or ""
    if body.informed:
        sharing.inform(session, person, How.ELECTRONIC.value)
    if body.withdraw_oppositions:
        sharing.withdraw_oppositions(session, person)
    if body.oppose_emergency:
        sharing.oppose(session, person, emergency=True)
    if body.oppose_everybody or body.oppose_professional_id:
        sharing.oppose(session, person, professional_id=body.oppose_professional_id)
    if body.accept_professional_id:
        sharing.accept(session, person, body.accept_professional_id)
    if body.leave_professional_id:
        sharing.leave(session, person, body.leave_professional_id)
    if body.consent_professional_id:
        opens = Opens(body.scope.value, body.named, body.hours)
        sharing.consent(session, person, body.consent_professional_id, body.how.value, opens)
    return _sharing(session, person)


class NotedConsentIn(In):
    """A consent that the patient gives in front of the professional who asks for it."""

    how: Literal[How.ORAL_NOTED, How.PAPER] = How.ORAL_NOTED
    scope: ConsentScope = ConsentScope.ALL
    named: Named = None
    hours: int = Field(24, ge=1, le=24)


@router.post("/people/{patient_id}/record/consents", status_code=201, responses=problems(*CREATING))
def note_consent(patient_id: Id, body: NotedConsentIn, unit: WriteUnit) -> ConsentOut:
    """Note a consent to oneself, while the card that was read counts; the patient is told, and may end it."""
    record = unit.find(PATIENT, patient_id, Action.NOTE_CONSENT, Tag.RECORD_CONSENT_NOTE)
    person, doctor = record.insured_id or "", unit.actor.professional_id or ""
    opens = Opens(body.scope.value, body.named, body.hours)
    row = cards.note_consent(unit.session, person, doctor, body.how.value, opens)
    return ConsentOut.model_validate(row)


class InformationIn(In):
    """How the patient was told of the sharing, and when."""

    how: Literal[How.ORAL_NOTED, How.PAPER] = How.ORAL_NOTED
    on: Day | None = None


@router.post("/people/{patient_id}/record/information", status_code=201, responses=problems(*CREATING))
def note_information(patient_id: Id, body: InformationIn, unit: WriteUnit) -> InformationOut:
    """Note that the patient was told who shares the record and how to oppose it (CSP L1110-4)."""
    record = unit.find(PATIENT, patient_id, Action.NOTE_INFORMATION, Tag.RECORD_INFORMATION_NOTE)
    by = unit.actor.professional_id
    row = sharing.inform(unit.session, record.insured_id or "", body.how.value, by=by, on=body.on)
    return InformationOut.model_validate(row)


# --- in an emergency ------------------------------------------------------------------------------------------------


class EmergencyIn(In):
    """Why, and the password again."""

    reason: Reason
    explanation: str = Field("", max_length=500, pattern=NO_NUL)
    password: str = Field(min_length=1, max_length=passwords.PASSWORD_MAX)


class EmergencyOut(Out):
    """An emergency access: until when, and when it is to be reviewed."""

    id: str
    opened_at: datetime
    until: datetime
    review_due_at: datetime
    reason: Reason
    professional_id: str
    verdict: Verdict | None


def _emergency(row: EmergencyAccess) -> EmergencyOut:
    return EmergencyOut.model_validate(row)


@router.post("/people/{patient_id}/record/emergency", status_code=201, responses=problems(*CREATING))
def open_emergency(patient_id: Id, body: EmergencyIn, own: OwnDep) -> EmergencyOut:
    """Open one record for four hours, as a doctor without relation: the person is told, somebody else reviews it."""
    account = own.check_password(body.password)
    with writing(own.services, own.incoming, own.caller) as unit:
        record = unit.find(PATIENT, patient_id, Action.OPEN_EMERGENCY, Tag.RECORD_EMERGENCY_OPEN)
        return _emergency(open_record(unit, record, account, body.reason.value, body.explanation))


@router.get("/people/{patient_id}/record/emergency", responses=problems(*READING))
def read_in_emergency(patient_id: Id, unit: ReadUnit) -> list[SectionOut]:
    """What helps in an emergency: problems, allergies, points of vigilance, treatment, devices, directives."""
    record = unit.find(PATIENT, patient_id, Action.READ_EMERGENCY, Tag.RECORD_EMERGENCY_READ)
    return sections_out(service.synthesis(unit.session, record.insured_id or "", service.IN_EMERGENCY))


class EmergencyLetterOut(Out):
    """A letter of the last twelve months, with what was answered."""

    issued_on: date
    author_id: str
    reason: str
    question: str
    history: str
    current_treatment: str
    examinations_done: str
    allergies: str
    reports: list[str]


@router.get("/people/{patient_id}/record/emergency/letters", responses=problems(*READING))
def read_letters_in_emergency(patient_id: Id, unit: ReadUnit) -> list[EmergencyLetterOut]:
    """The letters and reports of the last twelve months, newest first; no document, and nothing older."""
    record = unit.find(PATIENT, patient_id, Action.READ_EMERGENCY, Tag.RECORD_EMERGENCY_READ)
    rows = recent_letters(unit.session, record.insured_id or "", paris_today())
    return [
        EmergencyLetterOut(
            issued_on=row.issued_on, author_id=row.author_id,
            reports=[one.text for one in referrals.reports_of(unit.session, row.id)],
            **{name: getattr(letter, name) for name in EmergencyLetterOut.model_fields if hasattr(letter, name)},
        )
        for row, letter in ((one, referrals.letter_of(one)) for one in rows)
    ]  # fmt: skip


@router.get("/people/{patient_id}/record/emergencies", responses=problems(*READING))
def list_emergencies(patient_id: Id, unit: ReadUnit) -> list[EmergencyOut]:
    """Every access to a record in an emergency, newest first, and what the review found."""
    record = unit.find(PATIENT, patient_id, Action.LIST_EMERGENCIES, Tag.RECORD_EMERGENCY_LIST)
    return [_emergency(row) for row in sharing.accesses_to(unit.session, record.insured_id or "")]


class ReviewIn(In):
    """What the review finds."""

    verdict: Verdict


@router.post("/record/emergencies/{access_id}/review", responses=problems(*CHANGING))
def review_emergency(access_id: Id, body: ReviewIn, unit: WriteUnit) -> EmergencyOut:
    """Say, as the médecin traitant or the person, whether an emergency access was justified; never of one's own."""
    record = unit.find(EMERGENCY, access_id, Action.REVIEW_EMERGENCY, Tag.RECORD_EMERGENCY_REVIEW)
    return _emergency(sharing.review(unit.session, record.id or "", body.verdict.value, unit.actor.account_id or ""))
