"""The therapeutic project with its calendar; a record handed over, and taken in."""

import json
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Response
from pydantic import Field

from parcours.api.bodies import OBJECT, answers_of
from parcours.api.common import CHANGING, CREATING, READING, Day, Id, In, Out, api_router, text
from parcours.documents.clinical_in import read_cda, read_fhir
from parcours.edge.depends import CallerDep, OnceDep, ReadUnit, WriteUnit
from parcours.edge.problems import problems
from parcours.edge.record_reader import shown_to
from parcours.edge.unit import Unit
from parcours.law.prevention.codes import DueState
from parcours.registry.errors import Invalid
from parcours.registry.people.context import PATIENT
from parcours.registry.record import handover, projects, sharing
from parcours.registry.record.context import FOLLOW_UP, Action, Tag
from parcours.registry.record.handover import Package
from parcours.registry.record.models import CountedFrom, Outcome, Rhythm
from parcours.registry.record.problems import not_a_record
from parcours.registry.store.clock import paris_today

router = api_router(tag="record")


class ActionIn(In):
    """What is to be done: every so many days, weeks, months or years from a day; `every: 0`, once."""

    what: str = text(projects.MOST_WHAT, "fond d'œil")
    who: str = Field("", max_length=projects.MOST_WHO, pattern=r"^[^\x00]*$")
    first_on: Day
    every: int = Field(0, ge=0, le=projects.MOST["every"])
    rhythm: Rhythm = Rhythm.MONTH
    before_days: int = Field(0, ge=0, le=projects.MOST["before_days"])
    after_days: int = Field(0, ge=0, le=projects.MOST["after_days"])
    until: Day | None = None
    counted_from: CountedFrom = CountedFrom.LAST_DONE


class ProjectIn(In):
    """Aims in the words of the patient, actions, the day on which it is looked at again."""

    aims: str = text(2000, "marcher sans douleur")
    review_on: Day
    actions: list[ActionIn] = Field(default_factory=list, max_length=projects.MOST_ACTIONS)


class StandingOut(Out):
    """An action and its state: `upcoming`, `due`, `overdue`, `done`, `refused`, `excluded`, `not_concerned`."""

    id: str
    what: str
    who: str
    every: int
    rhythm: Rhythm
    counted_from: CountedFrom
    state: str
    since: date | None
    by: date | None
    done_on: date | None
    next_on: date | None


class ProjectOut(Out):
    """The project that runs, its calendar of the day, the care team; nothing where there is none."""

    aims: str | None
    author_id: str | None
    starts_on: date | None
    review_on: date | None
    review_due: bool
    actions: list[StandingOut]
    team: list[str]


def _standing(one: projects.Standing) -> StandingOut:
    return StandingOut(
        id=one.action.id, what=one.action.what, who=one.action.who, every=one.action.every, rhythm=one.action.rhythm,
        counted_from=one.action.counted_from, state=DueState(one.state).name.lower(), since=one.since, by=one.by,
        done_on=one.done, next_on=one.following,
    )  # fmt: skip


def _project(unit: Unit, person: str, on: date) -> ProjectOut:
    row = projects.current(unit.session, person)
    return ProjectOut(
        aims=row.aims if row else None, author_id=row.author_id if row else None,
        starts_on=row.starts_on if row else None, review_on=row.review_on if row else None,
        review_due=row is not None and row.review_on <= on,
        actions=[_standing(one) for one in projects.calendar(unit.session, person, on)],
        team=[one.professional_id for one in sharing.team_of(unit.session, person)],
    )  # fmt: skip


@router.get("/people/{patient_id}/record/project", responses=problems(*READING))
def read_project(patient_id: Id, unit: ReadUnit, on: Day | None = None) -> ProjectOut:
    """The therapeutic project, the state of each action on a day, and the care team."""
    record = unit.find(PATIENT, patient_id, Action.READ_PROJECT, Tag.RECORD_PROJECT_READ)
    return _project(unit, record.insured_id or "", on or paris_today())


@router.post(
    "/people/{patient_id}/record/project", status_code=201, response_model=ProjectOut, responses=problems(*CREATING)
)
def write_project(patient_id: Id, body: ProjectIn, once: OnceDep) -> Response:
    """Write a project, as the médecin traitant: the one before ends that day and stays in the history."""
    unit = once.unit
    record = unit.find(PATIENT, patient_id, Action.WRITE_RECORD)

    def make() -> tuple[ProjectOut, dict[str, str]]:
        person = record.insured_id or ""
        actions = tuple(
            projects.NewAction(
                **{**one.model_dump(), "rhythm": one.rhythm.value, "counted_from": one.counted_from.value}
            )
            for one in body.actions
        )
        new = projects.NewProject(body.aims, body.review_on, actions)
        projects.plan(unit.session, person, unit.actor.professional_id or "", new)
        unit.note(Tag.RECORD_PROJECT_CREATE, record)
        return _project(unit, person, paris_today()), {}

    return once.reply(make)


class ActionNoteIn(In):
    """What became of an action."""

    outcome: Outcome
    on: Day | None = None


@router.post("/record/actions/{action_id}/notes", responses=problems(*CHANGING))
def note_action(action_id: Id, body: ActionNoteIn, unit: WriteUnit) -> ProjectOut:
    """Say that an action was done on a day, is refused, does not fit or does not concern the person."""
    record = unit.find(FOLLOW_UP, action_id, Action.NOTE_FOLLOW_UP, Tag.RECORD_FOLLOW_UP_NOTE)
    today = paris_today()
    author = unit.actor.professional_id
    projects.note(unit.session, record.id or "", body.outcome.value, body.on or today, author)
    return _project(unit, record.insured_id or "", today)


# --- handed over ------------------------------------------------------------------------------------------------------


@router.get(
    "/people/{patient_id}/record/export",
    response_class=Response,
    responses={**answers_of(OBJECT), **problems(*READING)},
)
def export_record(patient_id: Id, unit: ReadUnit) -> Response:
    """The record as one package: statements with their history, documents that may be read, projects, team, open
    referrals and plans.
    """
    record = unit.find(PATIENT, patient_id, Action.EXPORT_RECORD, Tag.RECORD_EXPORT)
    found = handover.package_of(unit.session, record.insured_id or "", paris_today(), shown_to(unit))
    content = json.dumps(found, ensure_ascii=False, default=lambda value: value.isoformat())
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="record.json"'}
    return Response(content, media_type="application/json", headers=headers)


class RecordImportIn(In):
    """A package of this house or a FHIR document, as an object; CDA R2, as text. One of the two."""

    package: dict[str, Any] | None = None
    cda: str | None = Field(None, max_length=5_000_000)


class ImportedOut(Out):
    """What was added, and what was there already."""

    statements: int
    documents: int
    projects: int
    known: int


def _read(body: RecordImportIn) -> Package:
    """What was sent. Raises `Invalid`."""
    if (body.package is None) == (body.cda is None):
        raise not_a_record()
    if body.cda is not None:
        return read_cda(body.cda)
    content = body.package or {}
    return read_fhir(content) if content.get("resourceType") == "Bundle" else handover.read_package(content)


def _read_first(body: RecordImportIn, _caller: CallerDep) -> Package | Invalid:
    """What was sent, read before anything may be written: nobody waits for it; what is wrong is told later."""
    try:
        return _read(body)
    except Invalid as error:
        return error


@router.post("/people/{patient_id}/record/import", responses=problems(*CHANGING))
def import_record(
    patient_id: Id, read: Annotated[Package | Invalid, Depends(_read_first)], unit: WriteUnit
) -> ImportedOut:
    """Take in a record from elsewhere, as the médecin traitant: every line is `imported`, what is known is left."""
    record = unit.find(PATIENT, patient_id, Action.IMPORT_RECORD)
    if isinstance(read, Invalid):
        raise read
    done = handover.take_in(unit.session, record.insured_id or "", unit.actor.professional_id or "", read)
    unit.note(Tag.RECORD_IMPORT, record, statements=done.statements, documents=done.documents)
    return ImportedOut(**handover.counts(done))
