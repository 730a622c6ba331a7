"""The life of a declaration: proposed → agreed → in force at once → ended; and what it was on any day, known any day.

CSS L162-5-3.  Below 16 a holder of parental authority chooses; at 16 and 17 the young person chooses and a holder
co-signs; from 18 the person signs alone.  The doctor always agrees.  A new contract ends the previous one that day.
Every writer of one person waits for the row of that person, and the database itself refuses two contracts at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from parcours.registry.declarations.models import (
    END_CODES,
    GRACE_REASONS,
    Contract,
    Declaration,
    EndCode,
    EndReason,
    JointDoctor,
    Party,
    Route,
    State,
)
from parcours.registry.directory.models import Organisation, OrganisationKind, PracticeMode, Professional
from parcours.registry.directory.places import require_commune
from parcours.registry.directory.service import (
    active_on,
    get_organisation,
    get_professional,
    main_practice,
    practices_on,
    shared_places,
    start_practice,
)
from parcours.registry.errors import Conflict, Invalid, Refused, not_found
from parcours.registry.people.models import Insured
from parcours.registry.people.service import AGE_MEDECIN_TRAITANT, MAJORITY, age_on, get_insured, holds_authority
from parcours.registry.store.db import now_utc, paris_date, parse_id
from parcours.registry.store.periods import KNOWN_AT, ON, asked, holding, known, replace
from parcours.registry.vocabulary import check_choice

ARTICLE = "CSS L162-5-3"
FORM_S3704 = "S3704 / 12485*03"


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

    :raises Refused: not a doctor, a locum, no longer practising; a young person's choice made by somebody else.
    :raises Conflict: this doctor already is the médecin traitant, or the same proposal is open.
    """
    at = at or now_utc()
    day = paris_date(at)
    insured = get_insured(session, proposal.insured_id, lock=True)
    doctor = get_professional(session, proposal.professional_id)
    party: Party = check_choice("by", proposal.by, Party)
    place = _check_doctor(session, doctor, proposal.organisation_id, day)
    _check_not_already(session, insured.id, doctor.id, day)
    _check_no_open_proposal(session, insured.id, doctor.id)
    _check_party(session, insured, party, proposal.parent_id, day, proposing=True)
    joint = _check_joint_doctors(session, doctor, place, proposal.joint_ids, day)
    route: Route = check_choice("route", proposal.route, Route)
    declaration = Declaration(
        insured_id=insured.id,
        professional_id=doctor.id,
        organisation_id=place.id,
        route=route,
        form=FORM_S3704 if route is Route.PAPER else None,
        proposed_by=party,
        proposed_at=at,
        recorded_at=at,
    )
    _sign(declaration, party, proposal.parent_id, at)
    _add(session, declaration, joint)
    return _complete(session, declaration, insured, at)


def agree(
    session: Session,
    declaration_id: str,
    *,
    party: str,
    parent_id: str | None = None,
    at: datetime | None = None,
) -> Declaration:
    """One more agreement: of the insured person, of a parent, or of the doctor."""
    at = at or now_utc()
    declaration, insured = _locked(session, declaration_id)
    _require_state(declaration, State.PROPOSED)
    who: Party = check_choice("party", party, Party)
    _check_party(session, insured, who, parent_id, paris_date(at), proposing=False)
    _sign(declaration, who, parent_id, at)
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
    return declaration


def withdraw(session: Session, declaration_id: str) -> Declaration:
    """Who proposed takes the proposal back, before it is in force."""
    declaration, _ = _locked(session, declaration_id)
    _require_state(declaration, State.PROPOSED, State.SIGNED)
    declaration.state = State.WITHDRAWN
    session.flush()
    return declaration


def parties_needed(insured: Insured, on: date) -> tuple[Party, ...]:
    """Who must agree, by the age on a day."""
    age = age_on(insured.birth_date, on)
    if age < AGE_MEDECIN_TRAITANT:
        return (Party.PARENT, Party.DOCTOR)
    if age < MAJORITY:
        return (Party.INSURED, Party.PARENT, Party.DOCTOR)
    return (Party.INSURED, Party.DOCTOR)


def parties_missing(declaration: Declaration, insured: Insured, on: date) -> tuple[Party, ...]:
    """Whose agreement is still awaited."""
    given = {
        Party.INSURED: declaration.insured_agreed_at,
        Party.PARENT: declaration.parent_agreed_at,
        Party.DOCTOR: declaration.doctor_agreed_at,
    }
    return tuple(party for party in parties_needed(insured, on) if given[party] is None)


# --- paper -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PaperForm:
    """What the fund reads on an S3704 form."""

    insured_id: str
    professional_id: str
    signed_on: date
    received_on: date
    signed_by_insured: bool
    signed_by_doctor: bool
    parent_id: str | None = None
    """The holder of parental authority who signed, below 18."""
    organisation_id: str | None = None
    joint_ids: tuple[str, ...] = ()
    form: str = FORM_S3704


def record_paper(session: Session, paper: PaperForm, *, at: datetime | None = None) -> Declaration:
    """The fund records a signed form, maybe long after: it counts from the signature, what was answered stays answered.

    A contract signed later keeps its time: the late one runs until there.

    :raises Refused: a signature is missing, or the doctor could not be chosen that day.
    """
    at = at or now_utc()
    _check_paper_dates(paper, paris_date(at))
    insured = get_insured(session, paper.insured_id, lock=True)
    doctor = get_professional(session, paper.professional_id)
    _check_signatures(session, paper, insured)
    place = _check_doctor(session, doctor, paper.organisation_id, paper.signed_on)
    _check_not_already(session, insured.id, doctor.id, paper.signed_on)
    joint = _check_joint_doctors(session, doctor, place, paper.joint_ids, paper.signed_on)
    declaration = Declaration(
        insured_id=insured.id,
        professional_id=doctor.id,
        organisation_id=place.id,
        route=Route.PAPER,
        form=paper.form,
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
    _start_contract(session, declaration, paper.signed_on, at)
    return declaration


def register_paper(
    session: Session, declaration_id: str, *, received_on: date, at: datetime | None = None
) -> Declaration:
    """The fund records a paper declaration that was signed in the registry (state `signed`)."""
    declaration, _ = _locked(session, declaration_id)
    _require_state(declaration, State.SIGNED)
    if declaration.signed_on is None or received_on < declaration.signed_on:
        raise Invalid(
            "received_before_signed", field="received_on", given=received_on,
            allowed=f"{declaration.signed_on} or later",
            fr="le formulaire est reçu avant d'être signé", en="the form is received before it is signed",
        )  # fmt: skip
    declaration.received_on = received_on
    _check_may_start(session, declaration, declaration.signed_on)
    _start_contract(session, declaration, declaration.signed_on, at or now_utc())
    return declaration


# --- ending ----------------------------------------------------------------------------------------------------------


def end(
    session: Session,
    declaration_id: str,
    *,
    reason: str,
    on: date | None = None,
    at: datetime | None = None,
) -> Contract:
    """End a contract on a day (today by default): by the patient, by the doctor, by a death.

    A replacement ends by itself, a departure by :func:`depart`.
    """
    at = at or now_utc()
    on = on or paris_date(at)
    end_reason: EndReason = check_choice("reason", reason, EndReason)
    if end_reason in {EndReason.REPLACED, *GRACE_REASONS}:
        raise Invalid(
            "end_reason", field="reason", given=reason, allowed="patient, doctor, moved, deceased, patient_deceased",
            fr="cette fin découle d'un autre acte", en="this end follows from another act",
        )  # fmt: skip
    declaration, _ = _locked(session, declaration_id)
    contract = _open_contract(session, declaration)
    if on < contract.starts_on:
        raise Invalid(
            "end_before_start", field="on", given=on, allowed=f"{contract.starts_on} or later",
            fr="la fin précède le début", en="the end is before the start",
        )  # fmt: skip
    return _end_contract(session, contract, on, end_reason, at)


def depart(
    session: Session,
    professional_id: str,
    *,
    reason: str,
    on: date,
    new_organisation_id: str | None = None,
    at: datetime | None = None,
) -> list[Contract]:
    """A doctor retires, dies or moves: practices end; so do the contracts, save for a move inside the département.

    :param reason: `retired`, `deceased` or `moved` (then give the new place).
    :returns: the contracts that ended; a retirement and a move to another département open the grace year.
    """
    at = at or now_utc()
    doctor = get_professional(session, professional_id)
    if reason == "moved":
        end_reason = _move_practice(session, doctor, new_organisation_id, on, at)
    elif reason in {"retired", "deceased"}:
        end_reason = EndReason(reason)
        doctor.ceased_on = on
        for practice in practices_on(session, doctor.id, on):
            replace(session, practice, at, ends_on=on)
    else:
        raise Invalid(
            "departure_reason", field="reason", given=reason, allowed="retired, deceased, moved",
            fr="motif de départ inconnu", en="unknown reason of departure",
        )  # fmt: skip
    session.flush()
    if end_reason is EndReason.MOVED:
        return []
    return [
        _end_contract(session, contract, max(on, contract.starts_on), end_reason, at)
        for contract in patients_of(session, doctor.id, lock=True)
        if contract.ends_on is None or contract.ends_on > on
    ]


def annul(session: Session, declaration_id: str, *, at: datetime | None = None) -> Declaration:
    """A declaration recorded by mistake: its contract never was. The one it had replaced is in force again."""
    at = at or now_utc()
    declaration, _ = _locked(session, declaration_id)
    contract = session.scalar(
        select(Contract).where(Contract.declaration_id == declaration.id, known(Contract)).limit(1)
    )
    if contract is None:
        raise _wrong_state(declaration, State.IN_FORCE, State.ENDED)
    contract.superseded_at = at
    declaration.state = State.ANNULLED
    session.flush()
    _resume_replaced(session, contract, at)
    return declaration


# --- reading ---------------------------------------------------------------------------------------------------------


def as_of(session: Session, insured_id: str, on: date) -> Contract | None:
    """The contract in force on a day, as we know it now."""
    return as_known_on(session, insured_id, on, None)


_CONTRACT_ON = (
    select(Contract).where(Contract.insured_id == bindparam("insured_id"), holding(Contract, ON, KNOWN_AT)).limit(1)
)


def as_known_on(session: Session, insured_id: str, on: date, known_at: datetime | None) -> Contract | None:
    """The contract in force on a day, as was known at an instant (None: now)."""
    return session.scalar(_CONTRACT_ON, asked(on, known_at, insured_id=insured_id))


def history(session: Session, insured_id: str, *, known_at: datetime | None = None) -> list[Contract]:
    """Every contract of a person, oldest first, as known now or at an instant."""
    return list(
        session.scalars(
            select(Contract)
            .where(Contract.insured_id == insured_id, known(Contract, known_at))
            .order_by(Contract.starts_on, Contract.recorded_at)
        )
    )


def revisions(session: Session, insured_id: str) -> list[Contract]:
    """Everything that was ever recorded, superseded rows included, in the order of recording."""
    return list(
        session.scalars(
            select(Contract).where(Contract.insured_id == insured_id).order_by(Contract.recorded_at, Contract.id)
        )
    )


def patients_of(session: Session, professional_id: str, *, lock: bool = False) -> Sequence[Contract]:
    """The contracts a doctor holds now (no end recorded, or one to come)."""
    query = (
        select(Contract)
        .where(Contract.professional_id == professional_id, known(Contract), Contract.ends_on.is_(None))
        .order_by(Contract.insured_id)
    )
    if lock:
        ids = select(Contract.insured_id).where(
            Contract.professional_id == professional_id, known(Contract), Contract.ends_on.is_(None)
        )
        session.execute(select(Insured.id).where(Insured.id.in_(ids)).order_by(Insured.id).with_for_update())
    return session.scalars(query.execution_options(populate_existing=True)).all()


def get_declaration(session: Session, declaration_id: str) -> Declaration:
    """A declaration by public id."""
    key = parse_id(declaration_id)
    row = session.get(Declaration, key) if key else None
    if row is None:
        raise not_found("declaration_id")
    return row


def declarations_of(session: Session, insured_id: str) -> list[Declaration]:
    """Every declaration of a person, refused and withdrawn ones included, newest first."""
    return list(
        session.scalars(
            select(Declaration)
            .where(Declaration.insured_id == insured_id)
            .order_by(Declaration.proposed_at.desc(), Declaration.id)
        )
    )


_JOINT_DOCTORS = (
    select(JointDoctor.professional_id)
    .where(JointDoctor.declaration_id == bindparam("declaration_id"))
    .order_by(JointDoctor.professional_id)
)


def joint_doctors(session: Session, declaration_id: str) -> list[str]:
    """Ids of the doctors designated together with the médecin traitant."""
    return list(session.scalars(_JOINT_DOCTORS, {"declaration_id": declaration_id}))


def people_with_two_contracts(session: Session, *, limit: int = 100) -> list[str]:
    """Ids of people for whom two known contracts overlap: always empty, the database sees to it."""
    one, other = aliased(Contract), aliased(Contract)
    overlap = (
        select(one.insured_id)
        .join(other, and_(other.insured_id == one.insured_id, other.id > one.id))
        .where(known(one), known(other), _not_empty(one), _not_empty(other))
        .where(or_(one.ends_on.is_(None), other.starts_on < one.ends_on))
        .where(or_(other.ends_on.is_(None), one.starts_on < other.ends_on))
    )
    return list(session.scalars(overlap.distinct().limit(limit)))


def speaks_as_medecin_traitant(
    session: Session, insured_id: str, author: Professional, on: date, known_at: datetime | None = None
) -> bool:
    """Is this a doctor in activity: the médecin traitant on a day, designated with him, or of the same shared place?"""
    if author.profession != "medecin" or not active_on(author, on):
        return False
    contract = as_known_on(session, insured_id, on, known_at)
    if contract is None:
        return False
    if author.id == contract.professional_id or author.id in joint_doctors(session, contract.declaration_id):
        return True
    return bool(shared_places(session, contract.professional_id, author.id, on, known_at))


@dataclass(frozen=True)
class Grace:
    """The médecin traitant left; for a year no majoration is due while no new one is declared."""

    contract: Contract
    left_on: date
    until: date
    """First day after the year."""

    @classmethod
    def after(cls, last: Contract, on: date) -> Grace | None:
        """What the last contract leaves on a day."""
        if last.ends_on is None or last.ends_on > on or last.end_reason not in GRACE_REASONS:
            return None
        return cls(last, last.ends_on, a_year_after(last.ends_on))


_LAST_CONTRACT = (
    select(Contract, Declaration)
    .join(Declaration, Declaration.id == Contract.declaration_id)
    .where(Contract.insured_id == bindparam("insured_id"), known(Contract, KNOWN_AT), Contract.starts_on <= ON)
    .order_by(Contract.ends_on.desc().nulls_first(), Contract.starts_on.desc())
    .limit(1)
)


def last_contract(
    session: Session, insured_id: str, on: date, known_at: datetime | None = None
) -> tuple[Contract, Declaration] | None:
    """The contract in force on a day, with its declaration; else the last to end of those begun by that day."""
    row = session.execute(_LAST_CONTRACT, asked(on, known_at, insured_id=insured_id)).first()
    return None if row is None else (row[0], row[1])


def grace_on(session: Session, insured_id: str, on: date, known_at: datetime | None = None) -> Grace | None:
    """The departure that matters on a day: the last doctor retired or changed département, nobody declared since."""
    last = last_contract(session, insured_id, on, known_at)
    return None if last is None else Grace.after(last[0], on)


def a_year_after(day: date) -> date:
    """The same day of the next year; 1 March after a 29 February."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 3, 1)
    return day.replace(year=day.year + 1)


# --- checks ----------------------------------------------------------------------------------------------------------


def _check_doctor(session: Session, doctor: Professional, organisation_id: str | None, on: date) -> Organisation:
    """The place where this doctor may be chosen; a locum, a retired doctor or another professional may not."""
    if doctor.profession != "medecin":
        raise Refused(
            "not_a_doctor", field="professional_id", given=doctor.profession, allowed="medecin", article=ARTICLE,
            fr="seul un médecin peut être médecin traitant", en="only a doctor can be a médecin traitant",
        )  # fmt: skip
    practices = practices_on(session, doctor.id, on)
    own = [one for one in practices if one.mode is not PracticeMode.REMPLACANT]
    if practices and not own:
        raise Refused(
            "locum", field="professional_id", given="remplacant", allowed="titulaire or salarie", article=ARTICLE,
            fr="un remplaçant ne peut pas être médecin traitant", en="a locum cannot be a médecin traitant",
        )  # fmt: skip
    if organisation_id is not None:
        own = [one for one in own if one.organisation_id == parse_id(organisation_id)]
    if not own or not active_on(doctor, on):
        raise Refused(
            "not_practising", field="professional_id", given=f"no practice there on {on}",
            allowed="a doctor who practises on that day", article=ARTICLE,
            fr="ce médecin n'exerce pas à cette date", en="this doctor does not practise on that day",
        )  # fmt: skip
    return get_organisation(session, own[0].organisation_id)


def _check_not_already(session: Session, insured_id: str, doctor_id: str, on: date) -> None:
    current = as_of(session, insured_id, on)
    if current is not None and current.professional_id == doctor_id:
        raise Conflict(
            "already_medecin_traitant", field="professional_id", given=f"in force since {current.starts_on}",
            allowed="another doctor", fr="ce médecin est déjà le médecin traitant",
            en="this doctor already is the médecin traitant",
        )  # fmt: skip


def _check_no_open_proposal(session: Session, insured_id: str, doctor_id: str) -> None:
    if session.scalar(
        select(Declaration.id).where(
            Declaration.insured_id == insured_id,
            Declaration.professional_id == doctor_id,
            Declaration.state.in_([State.PROPOSED, State.SIGNED]),
        )
    ):
        raise Conflict(
            "proposal_open", field="professional_id", allowed="to agree to it, refuse it or withdraw it",
            fr="une proposition avec ce médecin est déjà ouverte", en="a proposal with this doctor is already open",
        )  # fmt: skip


def _check_joint_doctors(
    session: Session, doctor: Professional, place: Organisation, joint_ids: tuple[str, ...], on: date
) -> list[Professional]:
    others = [get_professional(session, joint_id) for joint_id in joint_ids]
    if any(one.id == doctor.id or not may_be_joint(session, doctor, one, place, on) for one in others):
        raise Refused(
            "joint_designation", field="joint_ids", given="a doctor of another place or specialty",
            allowed="same specialty in the same premises, or same health centre", article=ARTICLE,
            fr="ces médecins ne peuvent pas être désignés conjointement",
            en="these doctors cannot be designated together",
        )  # fmt: skip
    return others


def may_be_joint(session: Session, doctor: Professional, other: Professional, place: Organisation, on: date) -> bool:
    """Same health centre, or same specialty in the same group premises, on a day."""
    if other.profession != "medecin" or not active_on(other, on):
        return False
    if place.id not in {one.id for one in shared_places(session, doctor.id, other.id, on)}:
        return False
    return place.kind is OrganisationKind.CENTRE_DE_SANTE or other.specialty == doctor.specialty


def _check_paper_dates(paper: PaperForm, today: date) -> None:
    if not paper.signed_on <= paper.received_on <= today:
        raise Invalid(
            "paper_dates", field="received_on", given=f"signed {paper.signed_on}, received {paper.received_on}",
            allowed=f"signed, then received, at the latest on {today}",
            fr="dates du formulaire incohérentes", en="the dates of the form do not fit",
        )  # fmt: skip


def _check_signatures(session: Session, paper: PaperForm, insured: Insured) -> None:
    needed = parties_needed(insured, paper.signed_on)
    given = {
        Party.INSURED: paper.signed_by_insured,
        Party.PARENT: paper.parent_id is not None,
        Party.DOCTOR: paper.signed_by_doctor,
    }
    missing = [party.value for party in needed if not given[party]]
    if missing:
        raise Refused(
            "signature_missing", field="signatures", given=f"without {', '.join(missing)}",
            allowed=[party.value for party in needed], article=ARTICLE,
            fr="il manque une signature", en="a signature is missing",
        )  # fmt: skip
    if paper.parent_id is not None:
        _check_holder(session, paper.parent_id, insured, paper.signed_on)


def _check_party(
    session: Session, insured: Insured, party: Party, parent_id: str | None, on: date, *, proposing: bool
) -> None:
    """May this party agree (or propose) at this age?  A parent proposes below 16 only, and co-signs at 16 and 17."""
    needed = parties_needed(insured, on)
    if party not in needed or (proposing and party is Party.PARENT and Party.INSURED in needed):
        raise Refused(
            "wrong_party", field="party", given=party.value, allowed=[one.value for one in needed], article=ARTICLE,
            fr="avant 16 ans un parent choisit, à 16 et 17 ans le jeune choisit et un parent cosigne",
            en="below 16 a parent chooses, at 16 and 17 the young person chooses and a parent co-signs",
        )  # fmt: skip
    if party is Party.PARENT:
        _check_holder(session, parent_id, insured, on)


def _check_holder(session: Session, parent_id: str | None, insured: Insured, on: date) -> None:
    key = parse_id(parent_id) if parent_id else None
    if key is None or not holds_authority(session, holder_id=key, child_id=insured.id, on=on):
        raise Refused(
            "not_a_holder", field="parent_id", allowed="a registered holder of parental authority", article=ARTICLE,
            fr="cette personne n'est pas titulaire de l'autorité parentale",
            en="this person does not hold parental authority",
        )  # fmt: skip


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


def _complete(session: Session, declaration: Declaration, insured: Insured, at: datetime) -> Declaration:
    """Everybody agreed: in force at once by the electronic route, signed and to be sent by the paper one."""
    day = paris_date(at)
    if not parties_missing(declaration, insured, day):
        _check_may_start(session, declaration, day)
        declaration.signed_on = day
        if declaration.route is Route.PAPER:
            declaration.state = State.SIGNED
        else:
            _start_contract(session, declaration, day, at)
    session.flush()
    return declaration


def _check_may_start(session: Session, declaration: Declaration, on: date) -> None:
    """Between the proposal and the contract the doctor may have left, or become the médecin traitant otherwise."""
    doctor = get_professional(session, declaration.professional_id)
    _check_doctor(session, doctor, declaration.organisation_id, on)
    _check_not_already(session, declaration.insured_id, doctor.id, on)


def _start_contract(session: Session, declaration: Declaration, starts_on: date, at: datetime) -> Contract:
    """Put a contract into the person's time line: it ends the one of that day and gives way to a later one."""
    line = _time_line(session, declaration.insured_id, starts_on)
    for current in line:
        if current.holds(starts_on):
            _end_contract(session, current, starts_on, EndReason.REPLACED, at)
    ends_on, reason = _natural_end(session, declaration, line, starts_on)
    contract = Contract(
        declaration_id=declaration.id,
        insured_id=declaration.insured_id,
        professional_id=declaration.professional_id,
        starts_on=starts_on,
        ends_on=ends_on,
        end_reason=reason,
        end_code=END_CODES[reason] if reason else None,
        recorded_at=at,
    )
    session.add(contract)
    declaration.state = State.IN_FORCE if ends_on is None else State.ENDED
    session.flush()
    return contract


def _time_line(session: Session, insured_id: str, starts_on: date) -> list[Contract]:
    """The known contracts of a person that hold on a day or later, oldest first; empty ones left out."""
    return list(
        session.scalars(
            select(Contract)
            .where(Contract.insured_id == insured_id, known(Contract))
            .where(_not_empty(Contract))
            .where(or_(Contract.ends_on.is_(None), Contract.ends_on > starts_on))
            .order_by(Contract.starts_on)
        )
    )


def _not_empty(contract: type[Contract]) -> ColumnElement[bool]:
    """A contract replaced on its first day was never in force."""
    return or_(contract.ends_on.is_(None), contract.ends_on > contract.starts_on)


def _natural_end(
    session: Session, declaration: Declaration, line: list[Contract], starts_on: date
) -> tuple[date | None, EndReason | None]:
    """When a contract recorded late was over already: a later contract, or the doctor's own departure."""
    ends = [(one.starts_on, EndReason.REPLACED) for one in line if one.starts_on > starts_on]
    ends += _departure(session, declaration.professional_id)
    return min(ends) if ends else (None, None)


def _departure(session: Session, professional_id: str) -> list[tuple[date, EndReason]]:
    """The end that a doctor who has ceased gives to every contract; nothing while in activity."""
    ceased_on = get_professional(session, professional_id).ceased_on
    return [] if ceased_on is None else [(ceased_on, EndReason.RETIRED)]


def _end_contract(session: Session, contract: Contract, on: date, reason: EndReason, at: datetime) -> Contract:
    ended = replace(session, contract, at, ends_on=on, end_reason=reason, end_code=END_CODES[reason])
    declaration = get_declaration(session, contract.declaration_id)
    declaration.state = State.ENDED
    session.flush()
    return ended


def _resume_replaced(session: Session, annulled: Contract, at: datetime) -> None:
    """The contract that the annulled one had cut short goes on as before, up to the next one of the time line."""
    line = history(session, annulled.insured_id)
    cut = [one for one in line if one.ends_on == annulled.starts_on and one.end_code is EndCode.FIS]
    versions = [(one, _version_cut_by(session, one, annulled)) for one in cut]
    before, uncut = next((pair for pair in versions if pair[1] is not None), next(iter(versions), (None, None)))
    if before is None:
        return
    ends = [
        (one.starts_on, EndReason.REPLACED)
        for one in line
        if one is not before and one.starts_on >= annulled.starts_on and one.starts_on != one.ends_on
    ]
    if uncut is not None and uncut.ends_on is not None and uncut.end_reason is not None:
        ends.append((uncut.ends_on, uncut.end_reason))
    ends += _departure(session, before.professional_id)
    ends_on, reason = min(ends) if ends else (None, None)
    replace(session, before, at, ends_on=ends_on, end_reason=reason, end_code=END_CODES[reason] if reason else None)
    if ends_on is None:
        get_declaration(session, before.declaration_id).state = State.IN_FORCE
    session.flush()


def _version_cut_by(session: Session, before: Contract, annulled: Contract) -> Contract | None:
    """The version of a contract that was superseded when the annulled one was first recorded."""
    recorded = select(func.min(Contract.recorded_at)).where(Contract.declaration_id == annulled.declaration_id)
    return session.scalar(
        select(Contract).where(
            Contract.declaration_id == before.declaration_id,
            Contract.superseded_at == recorded.scalar_subquery(),
        )
    )


def _move_practice(
    session: Session, doctor: Professional, new_organisation_id: str | None, on: date, at: datetime
) -> EndReason:
    if new_organisation_id is None:
        raise Invalid(
            "new_place", field="new_organisation_id", allowed="the place the doctor moves to",
            fr="le nouveau lieu d'exercice manque", en="the new place is missing",
        )  # fmt: skip
    place = get_organisation(session, new_organisation_id)
    old = main_practice(session, doctor.id, on)
    if old is None:
        raise Refused(
            "no_main_practice", field="professional_id", allowed="a doctor with a principal place on that day",
            fr="ce médecin n'a pas de lieu principal à cette date", en="this doctor has no principal place that day",
        )  # fmt: skip
    before = require_commune(session, get_organisation(session, old.organisation_id).commune_code)
    after = require_commune(session, place.commune_code)
    replace(session, old, at, ends_on=on)
    # The AM number is of the place: the new one comes with the new place.
    start_practice(session, doctor.id, place.id, starts_on=on, mode=old.mode, at=at)
    return EndReason.MOVED if before.department == after.department else EndReason.MOVED_DEPARTEMENT


def _locked(session: Session, declaration_id: str) -> tuple[Declaration, Insured]:
    """The declaration and its person, once every other writer of this person is done."""
    declaration = get_declaration(session, declaration_id)
    insured = get_insured(session, declaration.insured_id, lock=True)
    session.refresh(declaration)
    return declaration, insured


def _open_contract(session: Session, declaration: Declaration) -> Contract:
    contract = session.scalar(
        select(Contract).where(Contract.declaration_id == declaration.id, known(Contract), Contract.ends_on.is_(None))
    )
    if contract is None:
        raise _wrong_state(declaration, State.IN_FORCE)
    return contract


def _require_state(declaration: Declaration, *allowed: State) -> None:
    if declaration.state not in allowed:
        raise _wrong_state(declaration, *allowed)


def _wrong_state(declaration: Declaration, *allowed: State) -> Conflict:
    return Conflict(
        "declaration_state", field="state", given=declaration.state.value, allowed=[one.value for one in allowed],
        fr="l'état de la déclaration ne le permet pas", en="the state of the declaration does not allow it",
    )  # fmt: skip
