"""Referrals: write with a letter, use for a visit, report back, cancel. The letter is clinical text, read apart."""

from datetime import date, datetime

from fastapi import Response
from pydantic import Field

from parcours.api.common import (
    CHANGING,
    CREATING,
    EXAMPLE_DOCTOR,
    EXAMPLE_ID,
    READING,
    Day,
    Id,
    In,
    Out,
    api_router,
    text,
)
from parcours.edge.depends import IfMatch, OnceDep, ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.edge.versions import check_version
from parcours.registry.people.context import PATIENT
from parcours.registry.referrals import problems as loop_problems
from parcours.registry.referrals import service as referrals
from parcours.registry.referrals.context import REFERRAL, Action, Tag, of_referral
from parcours.registry.referrals.covering import sequence_of, uses_of
from parcours.registry.referrals.letters import Letter, NewReferral, Provider, ReportDetails
from parcours.registry.referrals.models import Flow, Referral, ReferralUse, Report, Urgency
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import get

router = api_router(tag="referrals")


class LetterBody(In):
    """Sections of a lettre d'adressage."""

    reason: str = text(4000, "Lésion pigmentée évolutive")
    question: str = text(4000, "Avis et conduite à tenir ?")
    urgency: Urgency = Urgency.ORDINARY
    history: str = Field("", max_length=8000, pattern=r"^[^\x00]*$")
    current_treatment: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    examinations_done: str = Field("", max_length=8000, pattern=r"^[^\x00]*$")
    allergies: str = Field("", max_length=2000, pattern=r"^[^\x00]*$")
    expectations: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    target_date: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="To be seen by this day.")
    needs: str = Field("", max_length=1000, pattern=r"^[^\x00]*$", description="Language, handicap, interpreter.")
    copy_to: str = Field("", max_length=500, pattern=r"^[^\x00]*$")
    patient_informed: bool = False
    extract: list[tuple[str, str]] = Field(
        default_factory=list, max_length=100, description="Chosen lines of the synthesis: section and text."
    )


class ProviderBody(In):
    """A step of a sequence: a doctor or a specialty."""

    professional_id: str | None = Field(None, max_length=64)
    specialty: int | None = Field(None, ge=1, le=98)


class ReferralIn(In):
    """A referral of a patient to a doctor, a specialty or a sequence of doctors."""

    patient_id: str = text(64, EXAMPLE_ID)
    flow: Flow = Field(examples=["avis_ponctuel"])
    letter: LetterBody
    addressee_id: str | None = Field(None, max_length=64, examples=[EXAMPLE_DOCTOR])
    specialty: int | None = Field(None, ge=1, le=98, description="National code, when no doctor is named.")
    plan_id: str | None = Field(None, max_length=64)
    providers: list[ProviderBody] = Field(default_factory=list, max_length=20)
    valid_until: Day | None = Field(None, description="Last day of use; a year when not given, and at most.")
    withheld: bool = Field(False, description="At the wish of a minor, kept from those who act for them (CSP L1111-5).")


class UseOut(Out):
    """A visit made with a referral."""

    id: str
    professional_id: str
    care_date: date


class ReferralOut(Out):
    """A referral, without its letter."""

    id: str
    patient_id: str
    author_id: str
    addressee_id: str | None
    specialty: int | None
    providers: list[ProviderBody]
    flow: Flow | None = Field(description="Null in a list: it cannot be read.")
    plan_id: str | None
    issued_on: date
    valid_until: date
    cancelled_at: datetime | None
    withheld: bool
    uses: list[UseOut]


def _referral(unit: Unit, row: Referral) -> ReferralOut:
    sequence = sequence_of(unit.session, row.id)
    return ReferralOut(
        id=row.id, patient_id=row.insured_id, author_id=row.author_id, addressee_id=row.addressee_id,
        specialty=row.specialty, flow=row.flow, plan_id=row.plan_id, issued_on=row.issued_on,
        valid_until=row.valid_until, cancelled_at=row.cancelled_at, withheld=row.withheld,
        providers=[ProviderBody(professional_id=one.professional_id, specialty=one.specialty) for one in sequence],
        uses=[UseOut.model_validate(one) for one in uses_of(unit.session, row.id)],
    )  # fmt: skip


def read_letter_body(body: LetterBody) -> Letter:
    """A letter as it was sent. Raises `Invalid`: the target is no day."""
    if body.target_date:
        try:
            date.fromisoformat(body.target_date)
        except ValueError as error:
            raise loop_problems.no_target(body.target_date) from error
    said = body.model_dump(mode="json")
    return Letter(**{**said, "extract": tuple((section, line) for section, line in said["extract"])})


@router.post("/referrals", status_code=201, response_model=ReferralOut, responses=problems(*CREATING))
def write_referral(body: ReferralIn, once: OnceDep) -> Response:
    """Write a referral with its letter, signed by the doctor who asks."""
    unit = once.unit
    record = unit.find(PATIENT, body.patient_id, Action.WRITE_REFERRAL)

    def make() -> tuple[ReferralOut, dict[str, str]]:
        new = NewReferral(
            insured_id=record.insured_id or "", author_id=unit.actor.professional_id or "", flow=body.flow.value,
            letter=read_letter_body(body.letter), addressee_id=body.addressee_id,
            specialty=body.specialty, plan_id=body.plan_id, valid_until=body.valid_until, withheld=body.withheld,
            providers=tuple(Provider(one.professional_id, one.specialty) for one in body.providers),
        )  # fmt: skip
        row = referrals.write_referral(unit.session, new)
        unit.note(Tag.REFERRAL_CREATE, of_referral(unit.session, row))
        return _referral(unit, row), {"ETag": row.etag, "Location": f"/api/v1/referrals/{row.id}"}

    return once.reply(make)


@router.get("/referrals/{referral_id}", responses=problems(*READING))
def read_referral(referral_id: Id, unit: ReadUnit, response: Response) -> ReferralOut:
    """One referral, without its letter."""
    unit.find(REFERRAL, referral_id, Action.READ_REFERRAL, Tag.REFERRAL_READ)
    row = referrals.get_referral(unit.session, referral_id)
    response.headers["ETag"] = row.etag
    return _referral(unit, row)


@router.get("/people/{patient_id}/referrals", responses=problems(*READING))
def list_referrals(patient_id: Id, unit: ReadUnit) -> list[ReferralOut]:
    """Referrals of a person, newest first, without their letters."""
    record = unit.find(PATIENT, patient_id, Action.READ_REFERRAL, Tag.REFERRAL_READ)
    rows = referrals.referrals_of(unit.session, record.insured_id or "")
    shown = [row for row in rows if not row.withheld or unit.may(Action.READ_REFERRAL, of_referral(unit.session, row))]
    return [_referral(unit, row) for row in shown]


class Secrecy(In):
    """Whether a minor keeps a referral from those who act for them."""

    withheld: bool


@router.post("/referrals/{referral_id}/secrecy", responses=problems(*CHANGING))
def withhold_referral(referral_id: Id, body: Secrecy, unit: WriteUnit, response: Response) -> ReferralOut:
    """As the minor concerned: keep a referral, its letter and its reports from those who act for one, or show them."""
    unit.find(REFERRAL, referral_id, Action.WITHHOLD_REFERRAL, Tag.REFERRAL_WITHHOLD)
    row = referrals.withhold(unit.session, referrals.get_referral(unit.session, referral_id), withheld=body.withheld)
    response.headers["ETag"] = row.etag
    return _referral(unit, row)


class ReportBody(In):
    """What a report says besides its conclusion; changes of treatment are proposed, one a line."""

    reason: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    answer: str = Field("", pattern="^(answered|partly|needs_other_opinion)?$")
    treatment_changes: list[str] = Field(default_factory=list, max_length=50)
    examinations: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    who_does_what: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    next_visit: str = Field("", max_length=400, pattern=r"^[^\x00]*$")
    watch: str = Field("", max_length=4000, pattern=r"^[^\x00]*$")
    copy_to_patient: bool = True


class ReportOut(Out):
    """A report to the médecin traitant."""

    id: str
    author_id: str
    written_on: date
    text: str
    details: ReportBody


class LetterOut(Out):
    """The letter and the reports written back."""

    letter: LetterBody
    reports: list[ReportOut]


def _report(row: Report) -> ReportOut:
    details = ReportBody.model_validate(referrals.details_of(row), from_attributes=True)
    return ReportOut(id=row.id, author_id=row.author_id, written_on=row.written_on, text=row.text, details=details)


@router.get("/referrals/{referral_id}/letter", responses=problems(*READING))
def read_letter(referral_id: Id, unit: ReadUnit) -> LetterOut:
    """The letter and the reports: for the patient and the doctors concerned only."""
    unit.find(REFERRAL, referral_id, Action.READ_LETTER, Tag.REFERRAL_READ_LETTER)
    row = referrals.get_referral(unit.session, referral_id)
    return LetterOut(
        letter=LetterBody.model_validate(referrals.letter_of(row), from_attributes=True),
        reports=[_report(one) for one in referrals.reports_of(unit.session, row.id)],
    )


class UseIn(In):
    """A visit made with the referral."""

    care_date: Day | None = Field(None, description="Today when not given.")


@router.post("/referrals/{referral_id}/uses", status_code=201, response_model=UseOut, responses=problems(*CREATING))
def use_referral(referral_id: Id, body: UseIn, once: OnceDep) -> Response:
    """Record one's visit made with a referral."""
    unit = once.unit
    unit.find(REFERRAL, referral_id, Action.USE_REFERRAL, Tag.REFERRAL_USE)

    def make() -> tuple[UseOut, dict[str, str]]:
        doctor = unit.actor.professional_id or ""
        row = referrals.use(unit.session, referral_id, doctor, care_date=body.care_date or paris_today())
        return UseOut.model_validate(row), {}

    return once.reply(make)


@router.delete("/referrals/{referral_id}/uses/{use_id}", status_code=204, responses=problems(*READING, 409))
def cancel_use(referral_id: Id, use_id: Id, unit: WriteUnit) -> None:
    """One's own visit did not take place."""
    record = unit.find(REFERRAL, referral_id, Action.USE_REFERRAL, Tag.REFERRAL_CANCEL_USE)
    mine = {"referral_id": record.id, "professional_id": unit.actor.professional_id}
    row = get(unit.session, ReferralUse, use_id, "use_id", **mine)
    if row.cancelled_at is None:
        referrals.cancel_use(unit.session, row.id)


class ReportIn(In):
    """A report."""

    text: str = text(20_000, "Nævus bénin, contrôle dans un an.")
    details: ReportBody = Field(default_factory=ReportBody)


def report_details(body: ReportBody) -> ReportDetails:
    """The parts of a report as they were sent."""
    return ReportDetails(**{**body.model_dump(), "treatment_changes": tuple(body.treatment_changes)})


@router.post(
    "/referrals/{referral_id}/reports", status_code=201, response_model=ReportOut, responses=problems(*CREATING)
)
def report_back(referral_id: Id, body: ReportIn, once: OnceDep) -> Response:
    """Report to the médecin traitant after a visit made with this referral."""
    unit = once.unit
    unit.find(REFERRAL, referral_id, Action.WRITE_REPORT, Tag.REFERRAL_REPORT)

    def make() -> tuple[ReportOut, dict[str, str]]:
        doctor = unit.actor.professional_id or ""
        row = referrals.report_back(unit.session, referral_id, doctor, written_on=paris_today(), text=body.text,
                                     details=report_details(body.details))  # fmt: skip
        return _report(row), {}

    return once.reply(make)


@router.post("/referrals/{referral_id}/cancellation", responses=problems(*CHANGING))
def cancel_referral(referral_id: Id, unit: WriteUnit, response: Response, if_match: IfMatch = None) -> ReferralOut:
    """Take back a referral, as its author or the patient; visits already made keep it."""
    record = unit.find(REFERRAL, referral_id, Action.CANCEL_REFERRAL, Tag.REFERRAL_CANCEL)
    row = referrals.get_referral(unit.session, referral_id)
    check_version(if_match, row)
    row = referrals.cancel(unit.session, record.id or "", by=unit.actor.professional_id)
    response.headers["ETag"] = row.etag
    return _referral(unit, row)
