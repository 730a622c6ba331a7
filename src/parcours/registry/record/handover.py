"""A record as a package: what is handed to another médecin traitant or to the person, and what is read from one.

The package holds what its reader may read: what is withheld from who asks is not even counted in it.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.care_plans.models import CarePlan
from parcours.registry.care_plans.service import actors_of, plans_of
from parcours.registry.directory.service import get_professional
from parcours.registry.identity.names import fold
from parcours.registry.people.models import Insured
from parcours.registry.record import documents, problems, projects, service, sharing
from parcours.registry.record.models import (
    RecordAction,
    RecordDocument,
    RecordProject,
    RecordStatement,
    Section,
    Status,
)
from parcours.registry.referrals.models import Referral, ReferralState
from parcours.registry.referrals.service import letter_of
from parcours.registry.referrals.states import state_of
from parcours.registry.store.db import listed
from parcours.registry.vocabulary import check_choice

FORMAT = "parcours-record-1"
Shown: TypeAlias = RecordDocument | Referral | CarePlan
"""What a reader may be kept from."""
OVER = (
    ReferralState.ACKNOWLEDGED, ReferralState.CANCELLED, ReferralState.DECLINED, ReferralState.EXPIRED,
    ReferralState.DID_NOT_COME,
)  # fmt: skip
LETTER, PROTOCOL = "96349-6", "PROT_ALD"
LETTER_TITLE, PROTOCOL_TITLE = "Lettre d'adressage", "Plan de soins"
DEEPEST = 8
MOST_LINES = 2000
MOST_LETTERS = 2000
MOST_OF_AN_ID, MOST_OF_A_CODE, MOST_OF_A_TITLE = 128, 20, 200


@dataclass(frozen=True)
class Imported:
    """What an import added, and what was there already."""

    statements: int
    documents: int
    projects: int
    known: int


@dataclass(frozen=True)
class ReadLine:
    """A line of the synthesis that a package states."""

    section: Section
    status: Status
    text: str
    stated_on: date | None


@dataclass(frozen=True)
class Paper:
    """A referral or a plan of a package, to be kept as a document."""

    type_code: str
    title: str
    said: Mapping[str, Any]
    withheld: bool = False


@dataclass(frozen=True)
class Package:
    """What a package says, before anything of it is kept."""

    person: Mapping[str, Any]
    """Names and birth date, where the package says them."""
    lines: tuple[ReadLine, ...]
    files: tuple[documents.NewDocument, ...] = ()
    project: projects.NewProject | None = None
    papers: tuple[Paper, ...] = ()
    """Open referrals and plans: signed elsewhere, kept here as documents and never as referrals of this house."""


# --- out --------------------------------------------------------------------------------------------------------------


def package_of(session: Session, insured_id: str, on: date, shown: Callable[[Shown], bool]) -> dict[str, Any]:
    """Everything of a record that its reader may read, its history too; with the referrals and plans that are open."""
    from parcours.registry.people.service import get_insured

    person = get_insured(session, insured_id)
    return {
        "format": FORMAT,
        "simulated": True,
        "exported_on": on,
        "person": {
            "family_name": person.family_name, "first_name": person.first_name, "birth_date": person.birth_date,
        },
        "statements": [statement_of(session, one) for one in service.history_of(session, person.id)],
        "documents": [document_of(session, one) for one in documents.documents_of(session, person.id) if shown(one)],
        "projects": [project_of(session, one) for one in projects.projects_of(session, person.id)],
        "team": [named(session, one.professional_id) for one in sharing.team_of(session, person.id)],
        "referrals": [referral_of(session, one, on) for one in open_referrals(session, person.id, on) if shown(one)],
        "plans": [plan_of(session, one) for one in plans_of(session, person.id, on=on) if shown(one)],
    }  # fmt: skip


def open_referrals(session: Session, insured_id: str, on: date) -> list[Referral]:
    """The referrals that still wait for something and hold on a day, oldest first."""
    query = select(Referral).where(
        Referral.insured_id == insured_id, Referral.valid_until >= on, Referral.destroyed_on.is_(None)
    )
    rows = listed(session, query.order_by(Referral.issued_on, Referral.id))
    return [one for one in rows if state_of(session, one, on) not in OVER]


def referral_of(session: Session, row: Referral, on: date) -> dict[str, Any]:
    """An open referral of the package, with its letter."""
    return {
        "id": row.id, "flow": row.flow.value, "state": state_of(session, row, on).value, "issued_on": row.issued_on,
        "valid_until": row.valid_until, "author": named(session, row.author_id),
        "addressee": named(session, row.addressee_id) if row.addressee_id else None, "specialty": row.specialty,
        "withheld": row.withheld, "letter": asdict(letter_of(row)),
    }  # fmt: skip


def plan_of(session: Session, row: CarePlan) -> dict[str, Any]:
    """A plan of the package; that of a long-term condition with its number."""
    actors = [
        {"professional": named(session, one.professional_id) if one.professional_id else None,
         "specialty": one.specialty, "acts": one.acts}
        for one in actors_of(session, row.id)
    ]  # fmt: skip
    return {
        "id": row.id, "kind": row.kind.value, "content": row.content, "ald_number": row.ald_number,
        "starts_on": row.starts_on, "ends_on": row.ends_on, "author": named(session, row.author_id), "actors": actors,
    }  # fmt: skip


def named(session: Session, professional_id: str) -> str:
    """A professional by name and number, as another house can read it."""
    row = get_professional(session, professional_id)
    return f"{row.first_name} {row.family_name} ({row.rpps})"


def statement_of(session: Session, row: RecordStatement) -> dict[str, Any]:
    """A statement of the package."""
    return {
        "id": row.id, "section": row.section, "status": row.status, "text": row.text, "origin": row.origin,
        "author": named(session, row.author_id), "stated_on": row.stated_on, "corrects": row.corrects_id,
        "recorded_at": row.recorded_at,
    }  # fmt: skip


def document_of(session: Session, row: RecordDocument) -> dict[str, Any]:
    """A document of the package, with its content."""
    return {
        "unique_id": row.unique_id, "type_code": row.type_code, "mime": row.mime, "title": row.title,
        "content": row.content, "sha1": row.sha1, "size": row.size, "author": named(session, row.author_id),
        "state": row.state, "visibility": row.visibility, "hidden_until": row.hidden_until,
        "recorded_at": row.recorded_at,
    }  # fmt: skip


def project_of(session: Session, row: RecordProject) -> dict[str, Any]:
    """A therapeutic project of the package, with its actions and what became of them."""
    return {
        "aims": row.aims, "starts_on": row.starts_on, "review_on": row.review_on, "ended_on": row.ended_on,
        "author": named(session, row.author_id),
        "actions": [action_of(session, one) for one in projects.actions_of(session, row.id)],
    }  # fmt: skip


def action_of(session: Session, row: RecordAction) -> dict[str, Any]:
    """An action of the package."""
    notes = [{"outcome": one.outcome, "on": one.on} for one in projects.notes_of(session, row.id)]
    return {
        "what": row.what, "who": row.who, "first_on": row.first_on, "every": row.every, "rhythm": row.rhythm,
        "before_days": row.before_days, "after_days": row.after_days, "until": row.until,
        "counted_from": row.counted_from, "notes": notes,
    }  # fmt: skip


# --- in ---------------------------------------------------------------------------------------------------------------


def read_package(content: Mapping[str, Any]) -> Package:
    """A package of this house. Raises `Invalid`: it is not one."""
    if content.get("format") != FORMAT:
        raise problems.not_a_record()
    try:
        statements, kept = list(content["statements"]), list(content.get("documents", ()))
        corrected = {one.get("corrects") for one in statements}
        lines = tuple(
            ReadLine(
                check_choice("section", one["section"], Section), check_choice("status", one["status"], Status),
                str(one.get("text", "")), day_of(one.get("stated_on")),
            )
            for one in statements
            if one.get("id") not in corrected or one.get("id") is None
        )  # fmt: skip
        files = tuple(new_document(one) for one in reversed(kept) if one.get("state", "approved") == "approved")
        running = [one for one in content.get("projects", ()) if one.get("ended_on") is None]
        project = new_project(running[-1]) if running else None
        papers = (
            *(Paper(LETTER, LETTER_TITLE, one, bool(one.get("withheld"))) for one in content.get("referrals", ())),
            *(Paper(PROTOCOL, PROTOCOL_TITLE, one) for one in content.get("plans", ())),
        )
        if any(not isinstance(one.said, dict) or not one.said.get("id") for one in papers):
            raise problems.not_a_record()
        return Package(person_of(content.get("person", {})), lines, files, project, papers)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise problems.not_a_record() from error


def person_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Whose a package says that it is: texts only."""
    return {name: str(said[name]) for name in ("family_name", "first_name", "birth_date") if said.get(name)}


def day_of(given: Any) -> date | None:
    """A day of a package."""
    return None if given is None else given if isinstance(given, date) else date.fromisoformat(str(given))


def new_document(one: Mapping[str, Any]) -> documents.NewDocument:
    """A document of a package, checked as any that is deposited."""
    names = ("unique_id", "type_code", "mime", "title", "content", "sha1")
    unique_id, type_code, mime, title, content, sha1 = (str(one[name]) for name in names)
    if len(unique_id) > MOST_OF_AN_ID or len(type_code) > MOST_OF_A_CODE or len(title) > MOST_OF_A_TITLE:
        raise problems.not_a_record()
    return documents.NewDocument(
        unique_id, type_code, mime, title, content, sha1, int(one["size"]), str(one.get("visibility", "normal")),
        day_of(one.get("hidden_until")),
    )  # fmt: skip


def new_project(one: Mapping[str, Any]) -> projects.NewProject:
    """The project of a package that runs."""
    actions = tuple(
        projects.NewAction(
            str(each["what"]), date.fromisoformat(str(each["first_on"])), str(each.get("who", "")),
            int(each.get("every", 0)), str(each.get("rhythm", "month")), int(each.get("before_days", 0)),
            int(each.get("after_days", 0)), day_of(each.get("until")), str(each.get("counted_from", "last_done")),
            tuple((str(one["outcome"]), date.fromisoformat(str(one["on"]))) for one in each.get("notes", ())),
        )
        for each in one.get("actions", ())
    )  # fmt: skip
    review_on, starts_on = date.fromisoformat(str(one["review_on"])), day_of(one.get("starts_on"))
    return projects.NewProject(str(one["aims"]), review_on, actions, starts_on)


def take_in(session: Session, insured_id: str, author_id: str, package: Package) -> Imported:
    """Keep what a package says and is not there yet, as imported; read again, it adds nothing.

    Raises `Invalid`: it is somebody else's, nobody's, or too long.
    """
    insured = service.writable(session, insured_id)
    check_whose(package.person, insured)
    if len(package.lines) > MOST_LINES or any(len(one.text) > MOST_LETTERS for one in package.lines):
        raise problems.not_a_record()
    known = {(row.section, row.status, row.text) for row in service.history_of(session, insured.id)}
    lines = [one for one in package.lines if (one.section, one.status, one.text) not in known]
    for one in dict.fromkeys(lines):
        new = service.NewStatement(one.section.value, one.status.value, one.text, "imported", one.stated_on)
        service.state(session, insured.id, author_id, new)
    here = {row.unique_id for row in documents.documents_of(session, insured.id)}
    ours = own_ids(session, insured.id)
    papers = [document_from(one, insured.id) for one in package.papers if one.said["id"] not in ours]
    offered = [*package.files, *papers]
    files = [one for one in offered if one.unique_id not in here]
    for file in files:
        documents.deposit(session, insured.id, author_id, file)
    project = package.project if projects.current(session, insured.id) is None else None
    if project is not None:
        projects.plan(session, insured.id, author_id, project)
    left = len(package.lines) - len(set(lines)) + len(package.files) + len(package.papers) - len(files)
    return Imported(len(set(lines)), len(files), int(project is not None), left)


def own_ids(session: Session, insured_id: str) -> set[str]:
    """The referrals and plans of a person that are of this house: read in a package, they are known."""
    tables: tuple[type[Referral | CarePlan], ...] = (Referral, CarePlan)
    return {one for table in tables for one in session.scalars(select(table.id).where(table.insured_id == insured_id))}


def document_from(paper: Paper, insured_id: str) -> documents.NewDocument:
    """A referral or a plan as a text that people read, named by what it is of: read again, it is the same."""
    content = "\n".join(told(paper.said)).encode()
    sha1 = hashlib.sha1(content).hexdigest()  # noqa: S324 - the format's
    visibility = "hidden_from_legal_representatives" if paper.withheld else "normal"
    unique_id = f"2.25.{uuid5(NAMESPACE_URL, insured_id + str(paper.said['id'])).int}"
    return documents.NewDocument(
        unique_id, paper.type_code, "text/plain", paper.title, base64.b64encode(content).decode(), sha1, len(content),
        visibility,
    )  # fmt: skip


def told(said: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Everything that is said, a line each; what lies deeper than any package of ours is left."""
    for name, value in said.items() if before.count(".") < DEEPEST else ():
        if isinstance(value, Mapping):
            yield from told(value, f"{before}{name}.")
        elif isinstance(value, list):
            for place, one in enumerate(value, start=1):
                yield from told(one if isinstance(one, Mapping) else {name: one}, f"{before}{name}.{place}.")
        elif value not in (None, "", False):
            yield f"{before}{name}: {value}"


def check_whose(person: Mapping[str, Any], insured: Insured) -> None:
    """Is it this person's: the birth date, and the names where they are said? Raises `Invalid`."""
    born = person.get("birth_date")
    if not born:
        raise problems.of_nobody()
    if str(born) != insured.birth_date.isoformat():
        raise problems.other_patient()
    for field in ("family_name", "first_name"):
        given = person.get(field) or ()
        names = {fold(str(one)) for one in ([given] if isinstance(given, str) else given)} - {""}
        if names and fold(getattr(insured, field)) not in names:
            raise problems.other_patient()


def lines_only(lines: Iterable[ReadLine], person: Mapping[str, Any]) -> Package:
    """A package of statements alone: what a FHIR document or a CDA says."""
    return Package(person, tuple(lines))


def counts(done: Imported) -> dict[str, int]:
    """What an import did, for its answer and the trail."""
    return asdict(done)
