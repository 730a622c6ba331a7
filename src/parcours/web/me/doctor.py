"""`/me/doctor`: who is my médecin traitant, declare one, sign with a child, change, leave, be helped to find one."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from parcours.edge.directory import visible_professional
from parcours.engine.say.explain import Reference, references
from parcours.engine.say.wording import Words, fill
from parcours.law import thresholds
from parcours.law.loader import load
from parcours.registry.conciliation import service as cases
from parcours.registry.conciliation.context import CASE, of_case
from parcours.registry.conciliation.context import Action as CaseAction
from parcours.registry.conciliation.context import Tag as CaseTag
from parcours.registry.conciliation.models import CaseState, ContactOutcome, Outcome
from parcours.registry.declarations import checks, timeline
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.context import DECLARATION, Action, Tag, of_declaration
from parcours.registry.declarations.models import Declaration, EndReason, Party, State, Tenure
from parcours.registry.declarations.words import ENDS, PARTIES, STATES
from parcours.registry.directory.models import Professional
from parcours.registry.directory.near import NearbyDoctor, doctors_near
from parcours.registry.directory.service import get_organisation, main_practice
from parcours.registry.errors import RegistryError
from parcours.registry.people.context import of_patient
from parcours.registry.people.service import get_insured
from parcours.text import Text
from parcours.web.desk.names import called, professionals
from parcours.web.desk.room import Desk
from parcours.web.me.person import Mine

SIGNING = {Party.INSURED: Action.SIGN_AS_PATIENT, Party.PARENT: Action.SIGN_AS_PARENT}
ANSWERS = {
    ContactOutcome.WAITING: Text("réponse attendue", "answer awaited"),
    ContactOutcome.NO_ANSWER: Text("sans réponse", "no answer"),
    ContactOutcome.REFUSED: Text("ne peut pas", "cannot"),
    ContactOutcome.ACCEPTED: Text("accepte", "accepts"),
}
OUTCOMES = {
    Outcome.DECLARATION: Text("un médecin traitant est déclaré", "a médecin traitant is declared"),
    Outcome.WITHDRAWN: Text("dossier retiré", "case withdrawn"),
    Outcome.NO_DOCTOR_FOUND: Text("aucun médecin trouvé", "no doctor found"),
}
NEAR = 6


@dataclass
class Standing:
    """Where somebody stands with a médecin traitant."""

    tenure: Tenure | None
    grace: timeline.Grace | None
    last_day: date | None = None
    """Last day of the year of grace."""
    waiting: list[tuple[Declaration, tuple[Party, ...]]] = field(default_factory=list)
    """Proposals still open, and who has not signed yet."""

    @classmethod
    def of(cls, mine: Mine) -> "Standing":
        session, today = mine.desk.session, mine.desk.today
        rows = timeline.declarations_of(session, mine.id)
        waiting = [
            (row, checks.parties_missing(row, mine.row, today))
            for row in rows
            if row.state in (State.PROPOSED, State.SIGNED)
        ]
        tenure = timeline.as_of(session, mine.id, today)
        grace = None if tenure else timeline.grace_on(session, mine.id, today)
        return cls(tenure, grace, grace.last_day if grace else None, waiting)


def my_doctor(desk: Desk) -> Response:
    """The page."""
    mine = Mine.of(desk, Action.READ_DECLARATION, Tag.DECLARATION_READ)
    session, standing = desk.session, Standing.of(mine)
    history = timeline.history(session, mine.id)
    rows = timeline.declarations_of(session, mine.id)
    ids = [one.professional_id for one in history] + [one.professional_id for one in rows]
    names = professionals(session, ids)
    chosen = doctor_asked(desk, desk.asked("with", 64))
    record = of_patient(mine.row)
    may = {
        "propose": desk.unit.may(Action.PROPOSE_DECLARATION, record),
        "end": desk.unit.may(Action.END_AS_PATIENT, record),
        "open": desk.unit.may(CaseAction.OPEN_CASE, record),
    }
    return mine.show(
        "me/doctor.html", standing=standing, names=names, called=called, chosen=chosen, may=may,
        signs=lambda row, missing: signing(desk, row, missing),
        history=[one for one in history if one is not standing.tenure], refused=refused_by(rows),
        near=nearby(mine) if may["propose"] and not chosen and not standing.tenure else [],
        case=open_case_of(desk, mine), states=STATES, parties=parties_of(mine), ends=ends_of(mine), answers=ANSWERS,
        outcomes=OUTCOMES, child_rule=child_rule(mine, declared=standing.tenure is not None),
        needs_cosign=thresholds.age_of_choice(desk.today) <= mine.age < thresholds.majority(desk.today),
        place_of=lambda doctor: place_of(session, doctor, desk),
    )  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A rule in the words of the engine, and its articles."""

    text: str
    references: tuple[Reference, ...]


def child_rule(mine: Mine, *, declared: bool) -> Rule | None:
    """Why nothing is lost without a doctor at the age of a child whom the pathway leaves out; None for others."""
    desk = mine.desk
    if mine.age >= thresholds.whole("parcours.age_exclusion", desk.today):
        return None
    case = load().cases["case_status"]["under_16" if declared else "under_16_undeclared"]
    words = Words(int(f"{desk.today:%Y%m%d}"), {})
    return Rule(fill(case[desk.lang], words, desk.lang), references(tuple(case["references"]), desk.lang))


def parties_of(mine: Mine) -> dict[Party, Text]:
    """Who signs, in the words of the one who looks: the patient is oneself, or somebody with a first name."""
    name = mine.row.first_name
    return {**PARTIES, Party.INSURED: Text("vous", "you") if mine.is_own else Text(name, name)}


def ends_of(mine: Mine) -> dict[EndReason, Text]:
    """Why a declaration ended, in the words of the one who looks."""
    return {**ENDS, EndReason.PATIENT: Text("à votre demande", "at your request")} if mine.is_own else ENDS


def doctor_asked(desk: Desk, given: str) -> Professional | None:
    """The doctor that the address proposes; an id that leads nowhere is none."""
    if not given:
        return None
    try:
        return visible_professional(desk.session, desk.unit.actor, given, desk.today)
    except RegistryError:
        return None


def place_of(session: Session, doctor: Professional, desk: Desk) -> str:
    """Where a doctor practises, in words."""
    practice = main_practice(session, doctor.id, desk.today)
    return get_organisation(session, practice.organisation_id).name if practice else ""


def nearby(mine: Mine) -> list[NearbyDoctor]:
    """General practitioners near who are not known to refuse patients."""
    try:
        return doctors_near(mine.desk.session, mine.row.commune_code, on=mine.desk.today, limit=NEAR)
    except RegistryError:
        return []


def refused_by(rows: list[Declaration]) -> int:
    """How many doctors declined lately."""
    return len({one.professional_id for one in rows if one.state is State.REFUSED})


def signing(desk: Desk, row: Declaration, missing: tuple[Party, ...]) -> Party | None:
    """In which quality the one who looks may sign now."""
    record = of_declaration(row)
    return next((one for one in missing if one in SIGNING and desk.unit.may(SIGNING[one], record)), None)


def open_case_of(desk: Desk, mine: Mine) -> dict[str, Any] | None:
    """The latest file of conciliation, with the doctors whom the fund asked."""
    found = cases.cases_of(desk.session, mine.id)
    if not found or not desk.unit.may(CaseAction.READ_CASE, of_case(found[0])):
        return None
    contacts = cases.contacts_of(desk.session, found[0].id)
    names = professionals(desk.session, [one.professional_id for one in contacts])
    return {
        "row": found[0], "open": found[0].state is CaseState.OPEN,
        "contacts": [(called(names.get(one.professional_id)), one) for one in contacts],
    }  # fmt: skip


# --- what one does ---------------------------------------------------------------------------------------------------


def propose(desk: Desk) -> Response:
    """Ask a doctor to be one's médecin traitant, or that of a child below 16."""
    record = desk.person(Action.PROPOSE_DECLARATION)
    own = record.insured_id == desk.unit.actor.insured_id
    proposal = declarations.Proposal(
        record.insured_id or "", desk.field("professional_id", 64), by=Party.INSURED if own else Party.PARENT,
        parent_id=None if own else desk.unit.actor.insured_id,
    )  # fmt: skip
    row = declarations.propose(desk.session, proposal)
    desk.unit.note(Tag.DECLARATION_PROPOSE, of_declaration(row), by=row.proposed_by.value)
    return desk.go(done="proposed")


def sign(desk: Desk) -> Response:
    """Agree to what a doctor, a child or a parent proposed."""
    row = own_declaration(desk)
    party = signing(desk, row, checks.parties_missing(row, get_insured(desk.session, row.insured_id), desk.today))
    record = of_declaration(row)
    desk.unit.allow(SIGNING[party or Party.INSURED], record, Tag.DECLARATION_SIGN)
    parent = desk.unit.actor.insured_id if party is Party.PARENT else None
    row = declarations.agree(desk.session, row.id, party=(party or Party.INSURED).value, parent_id=parent)
    return desk.go(done="in_force" if row.state is State.IN_FORCE else "signed")


def refuse(desk: Desk) -> Response:
    """Say no to a proposal."""
    row = own_declaration(desk)
    desk.unit.allow(Action.REFUSE_DECLARATION, of_declaration(row), Tag.DECLARATION_REFUSE)
    own = row.insured_id == desk.unit.actor.insured_id
    declarations.refuse(desk.session, row.id, party=Party.INSURED if own else Party.PARENT)
    return desk.go(done="refused")


def withdraw(desk: Desk) -> Response:
    """Take one's own proposal back."""
    row = own_declaration(desk)
    desk.unit.allow(Action.WITHDRAW_DECLARATION, of_declaration(row), Tag.DECLARATION_WITHDRAW)
    declarations.withdraw(desk.session, row.id)
    return desk.go(done="withdrawn")


def leave(desk: Desk) -> Response:
    """End the declaration in force."""
    row = own_declaration(desk)
    desk.unit.allow(Action.END_AS_PATIENT, of_declaration(row), Tag.DECLARATION_END)
    declarations.end(desk.session, row.id, reason="patient")
    return desk.go(done="ended")


def own_declaration(desk: Desk) -> Declaration:
    """The declaration that a form names, if the one who sends it may read it."""
    record = desk.unit.find(DECLARATION, desk.field("declaration_id", 64), Action.READ_DECLARATION)
    return timeline.get_declaration(desk.session, record.id or "")


def ask_help(desk: Desk) -> Response:
    """Open a file of conciliation at one's fund."""
    record = desk.person(CaseAction.OPEN_CASE)
    row = cases.open_case(desk.session, record.insured_id or "", reason=desk.field("reason", 2000) or None)
    desk.unit.note(CaseTag.CASE_OPEN, of_case(row))
    return desk.go(done="opened")


def stop_help(desk: Desk) -> Response:
    """The fund need not look any more."""
    record = desk.unit.find(CASE, desk.field("case_id", 64), CaseAction.WITHDRAW_CASE, CaseTag.CASE_CLOSE)
    cases.close(desk.session, record.id or "", Outcome.WITHDRAWN.value)
    return desk.go(done="saved")
