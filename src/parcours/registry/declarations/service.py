"""The life of a declaration, and what it was on any day, known any day.

(prepared by a delegate →) proposed → agreed → in force at once → ended.

CSS L162-5-3.  Below 16 a holder of parental authority chooses; at 16 and 17 the young person chooses and a holder
co-signs; from 18 the person signs alone.  The doctor always agrees.  A new tenure ends the previous one that day.
Every writer of one person waits for the row of that person, and the database itself refuses two tenures at once.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.declarations import problems
from parcours.registry.declarations.checks import (
    PaperForm,
    check_doctor,
    check_joint_doctors,
    check_no_open_proposal,
    check_not_already,
    check_paper_dates,
    check_party,
    check_signatures,
    parties_missing,
)
from parcours.registry.declarations.models import (
    GRACE_REASONS,
    Declaration,
    EndReason,
    JointDoctor,
    Party,
    Route,
    State,
    Tenure,
)
from parcours.registry.declarations.moves import leave_practices
from parcours.registry.declarations.timeline import (
    end_tenure,
    get_declaration,
    patients_of,
    resume_replaced,
    start_tenure,
)
from parcours.registry.declarations.words import STATES
from parcours.registry.directory.models import Professional
from parcours.registry.directory.service import (
    get_professional,
)
from parcours.registry.errors import Conflict
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.people.models import Insured
from parcours.registry.people.service import get_insured
from parcours.registry.store.clock import now_utc, paris_date
from parcours.registry.store.ids import parse_id
from parcours.registry.store.periods import known
from parcours.registry.vocabulary import check_choice

ACCEPTED, DECLINED = "doctor_accepted", "doctor_declined"
"""Subjects of the messages to a patient whom a doctor answered."""

# --- proposing and agreeing ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """Who is to be whose médecin traitant, who says so, and how."""

    insured_id: str
    professional_id: str
    by: str = "insured"
    """`insured`, `parent` (below 16) or `doctor`."""
    parent_id: str | None = None
    route: str = "electronic"
    organisation_id: str | None = None
    """Where the doctor practises; the principal place when not given."""
    joint_ids: tuple[str, ...] = ()
    """Doctors designated together with the first."""


def propose(session: Session, proposal: Proposal, *, at: datetime | None = None) -> Declaration:
    """Open a declaration; who proposes agrees by that. It is in force as soon as everybody needed has agreed.

    Raises `Refused`: not a doctor, a locum, no longer practising; a young person's choice made by somebody else.
    Raises `Conflict`: this doctor already is the médecin traitant, or the same proposal is open.
    """
    at = at or now_utc()
    declaration, insured = _open(session, proposal, State.PROPOSED, at)
    _sign(declaration, declaration.proposed_by, proposal.parent_id, at)
    return _complete(session, declaration, insured, at)


def prepare(session: Session, proposal: Proposal, *, at: datetime | None = None) -> Declaration:
    """What a delegate leaves for the doctor, whose signature proposes it; nobody has agreed to anything before.

    Raises as `propose` does.
    """
    return _open(session, proposal, State.PREPARED, at or now_utc())[0]


def _open(session: Session, proposal: Proposal, state: State, at: datetime) -> tuple[Declaration, Insured]:
    """A new declaration that nobody has signed; it takes the place of one that was only prepared."""
    day = paris_date(at)
    insured = get_insured(session, proposal.insured_id, lock=True)
    doctor = get_professional(session, proposal.professional_id)
    party = check_choice("by", proposal.by, Party)
    place = check_doctor(session, doctor, proposal.organisation_id, day)
    check_not_already(session, insured.id, doctor.id, day)
    prepared = check_no_open_proposal(session, insured.id, doctor.id)
    check_party(session, insured, party, proposal.parent_id, day, proposing=True)
    joint = check_joint_doctors(session, doctor, place, proposal.joint_ids, day)
    route = check_choice("route", proposal.route, Route)
    for row in prepared:
        row.state = State.WITHDRAWN
    declaration = Declaration(
        state=state,
        insured_id=insured.id,
        professional_id=doctor.id,
        organisation_id=place.id,
        route=route,
        form=thresholds.declaration_form(day) if route is Route.PAPER else None,
        proposed_by=party,
        proposed_at=at,
        recorded_at=at,
    )
    _add(session, declaration, joint)
    return declaration, insured


def agree(
    session: Session,
    declaration_id: str,
    *,
    party: str,
    parent_id: str | None = None,
    at: datetime | None = None,
) -> Declaration:
    """One more agreement: of the insured person, of a parent, or of the doctor, who proposes what was prepared."""
    at = at or now_utc()
    declaration, insured = _locked(session, declaration_id)
    who = check_choice("party", party, Party)
    prepared = declaration.state is State.PREPARED and who is Party.DOCTOR
    if prepared:
        _check_may_start(session, declaration, paris_date(at))
        declaration.state, declaration.proposed_at = State.PROPOSED, at
    _require_state(declaration, State.PROPOSED)
    check_party(session, insured, who, parent_id, paris_date(at), proposing=prepared)
    _sign(declaration, who, parent_id, at)
    if who is Party.DOCTOR and not prepared:
        _tell(session, declaration, ACCEPTED, at)
    return _complete(session, declaration, insured, at)


def refuse(
    session: Session,
    declaration_id: str,
    *,
    party: str = "doctor",
    reason: str | None = None,
    at: datetime | None = None,
) -> Declaration:
    """A party declines, with or without a reason (a doctor is free to refuse)."""
    declaration, _ = _locked(session, declaration_id)
    _require_state(declaration, State.PROPOSED)
    declaration.refused_by = check_choice("party", party, Party)
    declaration.state = State.REFUSED
    declaration.refused_at = at or now_utc()
    declaration.refusal_reason = reason
    session.flush()
    if declaration.refused_by is Party.DOCTOR:
        _tell(session, declaration, DECLINED, declaration.refused_at)
    return declaration


def withdraw(session: Session, declaration_id: str) -> Declaration:
    """Who proposed, or prepared, takes it back before it is in force."""
    declaration, _ = _locked(session, declaration_id)
    _require_state(declaration, State.PREPARED, State.PROPOSED, State.SIGNED)
    declaration.state = State.WITHDRAWN
    session.flush()
    return declaration


def record_paper(session: Session, paper: PaperForm, *, at: datetime | None = None) -> Declaration:
    """The fund records a signed form, maybe long after: it counts from the signature, what was answered stays answered.

    A tenure signed later keeps its time: the late one runs until there.

    Raises `Refused`: a signature is missing, or the doctor could not be chosen that day.
    """
    at = at or now_utc()
    check_paper_dates(paper, paris_date(at))
    insured = get_insured(session, paper.insured_id, lock=True)
    doctor = get_professional(session, paper.professional_id)
    check_signatures(session, paper, insured)
    place = check_doctor(session, doctor, paper.organisation_id, paper.signed_on)
    check_not_already(session, insured.id, doctor.id, paper.signed_on)
    joint = check_joint_doctors(session, doctor, place, paper.joint_ids, paper.signed_on)
    declaration = Declaration(
        insured_id=insured.id,
        professional_id=doctor.id,
        organisation_id=place.id,
        route=Route.PAPER,
        form=paper.form or thresholds.declaration_form(paper.signed_on),
        proposed_by=Party.INSURED if paper.signed_by_insured else Party.PARENT,
        proposed_at=at,
        insured_agreed_at=at if paper.signed_by_insured else None,
        doctor_agreed_at=at,
        parent_agreed_at=at if paper.parent_id else None,
        parent_id=paper.parent_id,
        signed_on=paper.signed_on,
        received_on=paper.received_on,
        state=State.SIGNED,
        recorded_at=at,
    )
    _add(session, declaration, joint)
    start_tenure(session, declaration, paper.signed_on, at)
    return declaration


def register_paper(
    session: Session, declaration_id: str, *, received_on: date, at: datetime | None = None
) -> Declaration:
    """The fund records a paper declaration that was signed in the registry (state `signed`)."""
    declaration, _ = _locked(session, declaration_id)
    _require_state(declaration, State.SIGNED)
    if declaration.signed_on is None or received_on < declaration.signed_on:
        raise problems.received_before_signed(received_on, signed_on=declaration.signed_on)
    declaration.received_on = received_on
    _check_may_start(session, declaration, declaration.signed_on)
    start_tenure(session, declaration, declaration.signed_on, at or now_utc())
    return declaration


# --- ending ----------------------------------------------------------------------------------------------------------


def end(
    session: Session,
    declaration_id: str,
    *,
    reason: str,
    on: date | None = None,
    at: datetime | None = None,
) -> Tenure:
    """End a tenure on a day (today by default): by the patient, by the doctor, by a death.

    A replacement ends by itself, a departure by `depart`.
    """
    at = at or now_utc()
    on = on or paris_date(at)
    end_reason = check_choice("reason", reason, EndReason)
    if end_reason in {EndReason.REPLACED, *GRACE_REASONS}:
        raise problems.end_reason(reason)
    declaration, _ = _locked(session, declaration_id)
    tenure = _open_tenure(session, declaration)
    if on < tenure.starts_on:
        raise problems.end_before_start(on, starts_on=tenure.starts_on)
    return end_tenure(session, tenure, on, end_reason, at)


def depart(
    session: Session,
    professional_id: str,
    *,
    reason: str,
    on: date,
    new_organisation_id: str | None = None,
    at: datetime | None = None,
) -> list[Tenure]:
    """A doctor retires, dies or moves: practices end; so do the tenures, save for a move inside the département.

    `reason`: `retired`, `deceased` or `moved` (then give the new place).
    Returns the tenures that ended; a retirement and a move to another département open the grace year.
    """
    at = at or now_utc()
    doctor = get_professional(session, professional_id)
    end_reason = leave_practices(session, doctor, reason=reason, on=on, new_organisation_id=new_organisation_id, at=at)
    if end_reason is EndReason.MOVED:
        return []
    return [
        end_tenure(session, tenure, max(on, tenure.starts_on), end_reason, at)
        for tenure in patients_of(session, doctor.id, lock=True)
        if tenure.ends_on is None or tenure.ends_on > on
    ]


def annul(session: Session, declaration_id: str, *, at: datetime | None = None) -> Declaration:
    """A declaration recorded by mistake: its tenure never was. The one it had replaced is in force again."""
    at = at or now_utc()
    declaration, _ = _locked(session, declaration_id)
    tenure = session.scalar(select(Tenure).where(Tenure.declaration_id == declaration.id, known(Tenure)).limit(1))
    if tenure is None:
        raise _wrong_state(declaration, State.IN_FORCE, State.ENDED)
    tenure.superseded_at = at = max(at, tenure.recorded_at)
    declaration.state = State.ANNULLED
    session.flush()
    resume_replaced(session, tenure, at)
    return declaration


# --- the steps -------------------------------------------------------------------------------------------------------


def _add(session: Session, declaration: Declaration, joint: list[Professional]) -> None:
    session.add(declaration)
    session.flush()
    session.add_all(JointDoctor(declaration_id=declaration.id, professional_id=one.id) for one in joint)
    session.flush()


def _sign(declaration: Declaration, party: Party, parent_id: str | None, at: datetime) -> None:
    if party is Party.PARENT:
        declaration.parent_id, declaration.parent_agreed_at = parse_id(parent_id or ""), at
    elif party is Party.INSURED:
        declaration.insured_agreed_at = at
    else:
        declaration.doctor_agreed_at = at


def _tell(session: Session, declaration: Declaration, subject: str, at: datetime) -> None:
    """The patient learns what the doctor answered, and nothing of why."""
    insured, body = declaration.insured_id, {"declaration": declaration.id, "professional": declaration.professional_id}
    send(session, MessageKind.AVIS, subject, insured, body, at=at, day=paris_date(at), insured_id=insured)


def _complete(session: Session, declaration: Declaration, insured: Insured, at: datetime) -> Declaration:
    """Everybody agreed: in force at once by the electronic route, signed and to be sent by the paper one."""
    day = paris_date(at)
    if not parties_missing(declaration, insured, day):
        _check_may_start(session, declaration, day)
        declaration.signed_on = day
        if declaration.route is Route.PAPER:
            declaration.state = State.SIGNED
        else:
            start_tenure(session, declaration, day, at)
    session.flush()
    return declaration


def _check_may_start(session: Session, declaration: Declaration, on: date) -> None:
    """Between the proposal and the tenure the doctor may have left, or become the médecin traitant otherwise."""
    doctor = get_professional(session, declaration.professional_id)
    check_doctor(session, doctor, declaration.organisation_id, on)
    check_not_already(session, declaration.insured_id, doctor.id, on)


def _locked(session: Session, declaration_id: str) -> tuple[Declaration, Insured]:
    """The declaration and its person, once every other writer of this person is done."""
    declaration = get_declaration(session, declaration_id)
    insured = get_insured(session, declaration.insured_id, lock=True)
    session.refresh(declaration)
    return declaration, insured


def _open_tenure(session: Session, declaration: Declaration) -> Tenure:
    tenure = session.scalar(
        select(Tenure).where(Tenure.declaration_id == declaration.id, known(Tenure), Tenure.ends_on.is_(None))
    )
    if tenure is None:
        raise _wrong_state(declaration, State.IN_FORCE)
    return tenure


def _require_state(declaration: Declaration, *allowed: State) -> None:
    if declaration.state not in allowed:
        raise _wrong_state(declaration, *allowed)


def _wrong_state(declaration: Declaration, *allowed: State) -> Conflict:
    return problems.declaration_state(STATES[declaration.state], choices=[STATES[one] for one in allowed])
