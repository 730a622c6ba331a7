"""What a declaration must satisfy: the doctor, the place, the age and the signatures it needs."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.declarations import problems
from parcours.registry.declarations.models import Declaration, Party, State
from parcours.registry.declarations.timeline import as_of
from parcours.registry.declarations.words import PARTIES
from parcours.registry.directory.models import Organisation, OrganisationKind, PracticeMode, Professional
from parcours.registry.directory.service import (
    active_on,
    get_organisation,
    get_professional,
    practices_on,
    shared_places,
)
from parcours.registry.people.family import holds_authority
from parcours.registry.people.models import Insured
from parcours.registry.people.service import age_on
from parcours.registry.store.ids import parse_id

ARTICLE = "CSS L162-5-3"


def parties_needed(insured: Insured, on: date) -> tuple[Party, ...]:
    """Who must agree, by the age on a day."""
    age = age_on(insured.birth_date, on)
    if age < thresholds.age_of_choice(on):
        return (Party.PARENT, Party.DOCTOR)
    if age < thresholds.majority(on):
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


@dataclass(frozen=True)
class PaperForm:
    """What the fund reads on a paper form."""

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
    form: str | None = None
    """Version of the form; the one of the day of the signature when not given."""


def check_doctor(session: Session, doctor: Professional, organisation_id: str | None, on: date) -> Organisation:
    """The place where this doctor may be chosen; a locum, a retired doctor or another professional may not."""
    if doctor.profession != "medecin":
        raise problems.not_a_doctor(doctor.profession)
    practices = practices_on(session, doctor.id, on)
    own = [one for one in practices if one.mode is not PracticeMode.REMPLACANT]
    if practices and not own:
        raise problems.locum()
    if organisation_id is not None:
        own = [one for one in own if one.organisation_id == parse_id(organisation_id)]
    if not own or not active_on(doctor, on):
        raise problems.not_practising(on=on)
    return get_organisation(session, own[0].organisation_id)


def check_not_already(session: Session, insured_id: str, doctor_id: str, on: date) -> None:
    """Refuse a doctor who is the médecin traitant on that day."""
    current = as_of(session, insured_id, on)
    if current is not None and current.professional_id == doctor_id:
        raise problems.already_medecin_traitant(starts_on=current.starts_on)


_OPEN = select(Declaration).where(
    Declaration.insured_id == bindparam("insured_id"),
    Declaration.professional_id == bindparam("doctor_id"),
    Declaration.state.in_([State.PREPARED, State.PROPOSED, State.SIGNED]),
)


def check_no_open_proposal(session: Session, insured_id: str, doctor_id: str) -> list[Declaration]:
    """Refuse a second proposal with the same doctor; what a delegate only prepared for them."""
    found = list(session.scalars(_OPEN, {"insured_id": insured_id, "doctor_id": doctor_id}))
    if any(one.state is not State.PREPARED for one in found):
        raise problems.proposal_open()
    return found


def check_joint_doctors(
    session: Session, doctor: Professional, place: Organisation, joint_ids: tuple[str, ...], on: date
) -> list[Professional]:
    """The doctors designated together with the first, when they may be."""
    others = [get_professional(session, joint_id) for joint_id in joint_ids]
    if any(one.id == doctor.id or not may_be_joint(session, doctor, one, place, on) for one in others):
        raise problems.joint_designation()
    return others


def may_be_joint(session: Session, doctor: Professional, other: Professional, place: Organisation, on: date) -> bool:
    """Same health centre, or same specialty in the same group premises, on a day."""
    if other.profession != "medecin" or not active_on(other, on):
        return False
    if place.id not in {one.id for one in shared_places(session, doctor.id, other.id, on)}:
        return False
    return place.kind is OrganisationKind.CENTRE_DE_SANTE or other.specialty == doctor.specialty


def check_paper_dates(paper: PaperForm, today: date) -> None:
    """A form is signed once the law knows a médecin traitant, then received, not in the future."""
    if not paper.signed_on <= paper.received_on <= today:
        raise problems.paper_dates(signed_on=paper.signed_on, received_on=paper.received_on, today=today)
    if paper.signed_on < (first := thresholds.first_choice()):
        raise problems.signed_before_the_law(paper.signed_on, first=first)


def check_old_enough(insured: Insured, on: date) -> None:
    """A child could not have a médecin traitant before the law of 2016."""
    age = thresholds.age_of_choice(on)
    if age_on(insured.birth_date, on) < age and not thresholds.child_has_doctor(on):
        raise problems.too_young(on, age=age)


def check_signatures(session: Session, paper: PaperForm, insured: Insured) -> None:
    """Refuse a paper form of a child too young, or that lacks the signature of somebody needed at that age."""
    check_old_enough(insured, paper.signed_on)
    needed = parties_needed(insured, paper.signed_on)
    given = {
        Party.INSURED: paper.signed_by_insured,
        Party.PARENT: paper.parent_id is not None,
        Party.DOCTOR: paper.signed_by_doctor,
    }
    missing = [PARTIES[party] for party in needed if not given[party]]
    if missing:
        raise problems.signature_missing(missing=missing, choices=[PARTIES[party] for party in needed])
    if paper.parent_id is not None:
        _check_holder(session, paper.parent_id, insured, paper.signed_on)


def check_party(
    session: Session, insured: Insured, party: Party, parent_id: str | None, on: date, *, proposing: bool
) -> None:
    """May this party agree (or propose) at this age?  A parent proposes below 16 only, and co-signs at 16 and 17."""
    needed = parties_needed(insured, on)
    if party not in needed or (proposing and party is Party.PARENT and Party.INSURED in needed):
        raise problems.wrong_party(
            party.value,
            choices=[one.value for one in needed],
            choice=thresholds.age_of_choice(on),
            majority=thresholds.majority(on),
        )
    if party is Party.PARENT:
        _check_holder(session, parent_id, insured, on)


def _check_holder(session: Session, parent_id: str | None, insured: Insured, on: date) -> None:
    key = parse_id(parent_id) if parent_id else None
    if key is None or not holds_authority(session, holder_id=key, child_id=insured.id, on=on):
        raise problems.not_a_holder()
