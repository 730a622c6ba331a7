"""What a person of the registry is due: read, state what was done or refused, the practice's list, dates for a fund."""

from datetime import date
from typing import Any

from fastapi import Request, Response
from pydantic import Field

from parcours.api.bodies import OBJECT, answers_of, exact
from parcours.api.common import (
    CHANGING,
    CREATING,
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
)  # fmt: skip
from parcours.documents.prevention import letters
from parcours.edge.depends import IfMatch, OnceDep, ReadUnit, WriteUnit
from parcours.edge.due_patients import due_patient, due_patients, patients
from parcours.edge.problems import language_of, problems
from parcours.edge.unit import Unit
from parcours.edge.versions import check_version, cursor_id
from parcours.engine.prevention.say import calendar_dict
from parcours.engine.results import euros
from parcours.law import thresholds
from parcours.law.prevention.indicators import not_known
from parcours.registry.declarations import timeline
from parcours.registry.declarations.context import of_practice
from parcours.registry.directory.service import get_professional
from parcours.registry.errors import not_found
from parcours.registry.people.context import PATIENT
from parcours.registry.people.models import Insured
from parcours.registry.prevention import practice, service
from parcours.registry.prevention.context import STATEMENT, Action, Tag
from parcours.registry.prevention.ics import ics
from parcours.registry.prevention.models import PreventionStatement, Source, StatementKind
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import parse_id

router = api_router(tag="people")


def by_parent(unit: Unit, insured_id: str) -> bool:
    """Does somebody ask who acts for the person?"""
    return unit.actor.insured_id is not None and unit.actor.insured_id != insured_id


@router.get(
    "/people/{patient_id}/prevention", response_class=Response, responses={**answers_of(OBJECT), **problems(*READING)}
)
def read_calendar(patient_id: Id, unit: ReadUnit, request: Request, on: Day | None = None) -> Response:
    """The calendar of a person on a day: state, days, price and place of each programme."""
    record = unit.find(PATIENT, patient_id, Action.READ_CALENDAR, Tag.PREVENTION_CALENDAR_READ)
    day, person = on or paris_today(), record.insured_id or ""
    found = service.calendar_of(unit.session, person, day, by_parent=by_parent(unit, person))
    return exact(calendar_dict(found, day, language_of(request)))


@router.get("/people/{patient_id}/prevention.ics", response_class=Response, responses=problems(*READING))
def read_appointments(patient_id: Id, unit: ReadUnit, request: Request, names: bool = False) -> Response:
    """The calendar as a file of appointments; titles are neutral unless names are wanted."""
    record = unit.find(PATIENT, patient_id, Action.READ_CALENDAR, Tag.PREVENTION_CALENDAR_READ)
    day, person = paris_today(), record.insured_id or ""
    found = service.calendar_of(unit.session, person, day, by_parent=by_parent(unit, person))
    return Response(ics(found, day, language_of(request), named=names), media_type="text/calendar; charset=utf-8")


class ProfileIn(In):
    """What prevention needs to know; `null` or absent is not known, `prefer_not_to_say` is not asked again."""

    facts: dict[str, Any] = Field(max_length=10, examples=[{"has_cervix": True}])
    opted_out: bool = Field(False, description="No reminder at all.")


class ProfileOut(Out):
    """What was kept."""

    opted_out: bool


@router.put("/people/{patient_id}/prevention/profile", responses=problems(*CHANGING))
def set_profile(
    patient_id: Id, body: ProfileIn, unit: WriteUnit, response: Response, if_match: IfMatch = None
) -> ProfileOut:
    """Say what decides which programmes concern a person; what was said before is changed by its version."""
    record = unit.find(PATIENT, patient_id, Action.WRITE_CALENDAR, Tag.PREVENTION_PROFILE_CHANGE)
    person = record.insured_id or ""
    before = service.profile_of(unit.session, person)
    if before is not None:
        check_version(if_match, before)
    kept = ("pregnancy",) if by_parent(unit, person) else ()
    row = service.set_profile(unit.session, person, body.facts, opted_out=body.opted_out, kept=kept)
    response.headers["ETag"] = row.etag
    return ProfileOut(opted_out=row.opted_out)


class StatementIn(In):
    """An act done, an exclusion, a refusal. A result is never asked."""

    kind: StatementKind
    programme: str = text(60, "sein")
    on: Day | None = None
    until: Day | None = None
    reason: str | None = Field(None, max_length=40, examples=["recent_exam"])
    test: str | None = Field(None, max_length=20, examples=["hpv"])


class StatementOut(Out):
    """What was said of a programme."""

    id: str
    kind: StatementKind
    programme: str
    on: date
    until: date | None
    source: Source
    cancelled: bool


def statement_out(row: PreventionStatement) -> StatementOut:
    """A statement as an answer."""
    return StatementOut(
        id=row.id, kind=row.kind, programme=service.content_of(row)["programme"], on=row.on, until=row.until,
        source=row.source, cancelled=row.cancelled_at is not None,
    )  # fmt: skip


@router.get("/people/{patient_id}/prevention/statements", responses=problems(*READING))
def list_statements(patient_id: Id, unit: ReadUnit) -> list[StatementOut]:
    """What was said of the programmes of a person, oldest first."""
    record = unit.find(PATIENT, patient_id, Action.READ_CALENDAR, Tag.PREVENTION_CALENDAR_READ)
    person = record.insured_id or ""
    hidden = service.hidden_programmes(unit.session, person) if by_parent(unit, person) else frozenset()
    rows = [statement_out(row) for row in service.statements_of(unit.session, person)]
    return [one for one in rows if one.programme not in hidden]


@router.post(
    "/people/{patient_id}/prevention/statements",
    status_code=201,
    response_model=StatementOut,
    responses=problems(*CREATING),
)
def state(patient_id: Id, body: StatementIn, once: OnceDep) -> Response:
    """State that something was done, does not fit, or is refused."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.WRITE_CALENDAR)
    doctor = unit.actor.professional_id
    source = Source.PROFESSIONAL if doctor else Source.PATIENT_SAYS

    def make() -> tuple[StatementOut, dict[str, str]]:
        new = service.NewStatement(
            body.kind.value,
            body.programme,
            body.on or paris_today(),
            source.value,
            body.until,
            body.reason,
            body.test,
            doctor,
        )
        row = service.state(unit.session, record.insured_id or "", new)
        unit.note(Tag.PREVENTION_STATEMENT_CREATE, record, kind=row.kind.value)
        return statement_out(row), {}

    return once.reply(make)


@router.post("/people/{patient_id}/prevention/statements/{statement_id}/cancellation", responses=problems(*CHANGING))
def cancel_statement(patient_id: Id, statement_id: Id, unit: WriteUnit) -> StatementOut:
    """It was said by mistake: it stays in the history, and counts no more."""
    record = unit.find(STATEMENT, statement_id, Action.WRITE_CALENDAR, Tag.PREVENTION_STATEMENT_CANCEL)
    if record.insured_id != parse_id(patient_id):
        raise not_found("patient_id")
    return statement_out(service.cancel(unit.session, record.id or ""))


class DateOut(Out):
    """A programme to which the fund invites: done or not, and when; never a result, a reason, an exclusion."""

    programme: str
    state: str
    done_on: date | None


@router.get("/people/{patient_id}/prevention/dates", responses=problems(*READING))
def read_dates(patient_id: Id, unit: ReadUnit) -> list[DateOut]:
    """Dates of the organised programmes, for the fund that invites to them."""
    record = unit.find(PATIENT, patient_id, Action.READ_PREVENTION_DATES, Tag.PREVENTION_DATES_READ)
    found = service.official_dates(unit.session, record.insured_id or "", paris_today())
    return [DateOut(programme=name, state=state, done_on=done) for name, state, done in found]


class DuePatientOut(Out):
    """A patient of the practice, and what is due."""

    id: str
    family_name: str
    first_name: str
    due: list[str]


@router.get("/my/prevention", responses=problems(*LISTING))
def list_due_patients(unit: ReadUnit, cursor: Cursor = None, limit: Limit = 50) -> Page[DuePatientOut]:
    """The declared patients of the doctor who asks, with what each is due today."""
    practice = of_practice(unit.actor.professional_id)
    doctor = unit.allow(Action.LIST_DUE_PATIENTS, practice, Tag.PREVENTION_LIST_READ).professional_id or ""
    after, today = cursor_id(cursor) or "", paris_today()
    tenures = [one for one in timeline.patients_of(unit.session, doctor) if one.insured_id > after][: limit + 1]
    shown = page(tenures, limit, lambda one: one.insured_id)
    items = []
    for tenure in shown["items"]:
        found = due_patient(unit, unit.session.get_one(Insured, tenure.insured_id), today)
        if found is not None and found.now:
            items.append(
                DuePatientOut(
                    id=found.row.id, family_name=found.row.family_name, first_name=found.row.first_name,
                    due=[one.item.programme.id for one in found.now],
                )
            )  # fmt: skip
    return Page[DuePatientOut](items=items, next=shown["next"])


class IndicatorOut(Out):
    """An indicator of the flat fee of the médecin traitant, over the declared patients."""

    indicator: str
    label: str
    met: int | None = Field(description="None: not known here, `not_known` says why.")
    concerned: int | None
    amount: str | None = Field(description="What those who meet it are worth, in euros.")
    season_from: date | None = Field(description="Of what comes back each season: first day of the one counted.")
    season_until: date | None = Field(description="Its last day; past, where the season is over.")
    confidence: str
    indicators: int = Field(1, description="How many of the fifteen this line stands for.")
    not_known: str | None = None


@router.get("/my/prevention/indicators", responses=problems(*READING))
def list_indicators(unit: ReadUnit, request: Request) -> list[IndicatorOut]:
    """How many declared patients meet each indicator of prevention today; whom nobody asked is not counted.

    The indicators that nothing kept here can tell are in the list too, with the reason.
    """
    today, lang = paris_today(), language_of(request)
    each = practice.cents_per_indicator(today)
    return [
        IndicatorOut(
            indicator=one.indicator.id, label=one.indicator.label[lang], met=one.met, concerned=one.concerned,
            amount=str(euros(each * one.met)), confidence=one.indicator.confidence,
            season_from=one.season[0] if one.season else None, season_until=one.season[1] if one.season else None,
        )
        for one in practice.counts_of(unit.session, patients(unit), today)
    ] + [
        IndicatorOut(
            indicator=one.id, label=one.label[lang], met=None, concerned=None, amount=None, season_from=None,
            season_until=None, confidence=one.confidence, indicators=one.count, not_known=one.reason[lang],
        )
        for one in not_known()
    ]  # fmt: skip


@router.get("/my/prevention/letters", response_class=Response, responses=problems(*READING))
def read_letters(unit: ReadUnit, request: Request) -> Response:
    """A letter to each patient who is due something, in one ZIP of PDF; to the parents of a child."""
    today = paris_today()
    found = due_patients(unit, today)
    doctor = get_professional(unit.session, unit.actor.professional_id or "")
    name = f"{doctor.first_name} {doctor.family_name}"
    made = letters(found, name, language_of(request), parents_until=thresholds.age_of_choice(today))
    return Response(made, media_type="application/zip")
