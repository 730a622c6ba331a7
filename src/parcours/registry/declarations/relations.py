"""Who one is by a declaration: the médecin traitant, the doctor it names, who proposed it."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from parcours.registry.access.model import PRACTICE, Actor, Record, Role
from parcours.registry.access.rules import ANY, OWN_PRACTICE, Relation, rule
from parcours.registry.declarations import problems
from parcours.registry.declarations.models import JointDoctor, Tenure
from parcours.registry.directory.models import Professional
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import one_value
from parcours.registry.store.periods import ON, holding


def in_charge(insured_id: str | BindParameter[str], on: date | BindParameter[date] | None = None) -> Select[str]:
    """Ids of the doctor of the tenure in force today, and of those designated together with that doctor."""
    tenure = Tenure.insured_id == insured_id, holding(Tenure, paris_today() if on is None else on)
    joint = select(JointDoctor.professional_id).join(Tenure, Tenure.declaration_id == JointDoctor.declaration_id)
    named = select(Tenure.professional_id).where(*tenure)
    return select(Professional.id).where(or_(Professional.id.in_(named), Professional.id.in_(joint.where(*tenure))))


def _medecin_traitant(session: Session, actor: Actor, record: Record) -> bool:
    """The doctor of the tenure in force today, or one designated together with that doctor."""
    if actor.professional_id is None or record.insured_id is None:
        return False
    who = {"person": record.insured_id, "doctor": actor.professional_id, "on": paris_today()}
    return one_value(session, _IN_CHARGE, who) is not None


_IN_CHARGE = in_charge(bindparam("person"), ON).where(Professional.id == bindparam("doctor")).limit(1)


def _patients_among(session: Session, actor: Actor, people: Collection[str]) -> set[str]:
    if actor.professional_id is None:
        return set()
    jointly = select(JointDoctor.declaration_id).where(JointDoctor.professional_id == actor.professional_id)
    mine = or_(Tenure.professional_id == actor.professional_id, Tenure.declaration_id.in_(jointly))
    query = select(Tenure.insured_id).where(Tenure.insured_id.in_(people), holding(Tenure, paris_today()), mine)
    return set(session.scalars(query))


def _named_doctor(_session: Session, actor: Actor, record: Record) -> bool:
    """The doctor a declaration names, while it waits for the doctor's answer."""
    return actor.professional_id is not None and record.pending and actor.professional_id == record.professional_id


def _proposer(_session: Session, actor: Actor, record: Record) -> bool:
    """The side that proposed: the doctor, or the patient and who acts for them."""
    return record.by_doctor == (actor.professional_id is not None)


MEDECIN_TRAITANT = Relation("medecin_traitant", _medecin_traitant, to_person=True, among=_patients_among)
NAMED_DOCTOR = Relation("named_doctor", _named_doctor)
PROPOSER = Relation("proposer", _proposer, refusal=problems.not_the_proposer)
FOR_ONESELF = Relation("for_oneself", OWN_PRACTICE.holds, refusal=problems.for_oneself_only)
DECLARED_DOCTOR = Relation("declared_doctor", OWN_PRACTICE.holds, refusal=problems.other_doctor)
"""Not one designated together with the declared doctor."""

DOCTOR_DECLARED = rule(
    "doctor_declared", PRACTICE, MEDECIN_TRAITANT,
    "Le médecin traitant suit ses patients tant que la déclaration est en vigueur.",
    "The médecin traitant follows patients for as long as the declaration is in force.",
)  # fmt: skip
DOCTOR_NAMED = rule(
    "doctor_named", PRACTICE, NAMED_DOCTOR,
    "Le médecin désigné lit la déclaration proposée et y répond.",
    "The doctor named in a proposed declaration reads and answers it.",
)  # fmt: skip
DOCTOR_PROPOSES = rule(
    "doctor_proposes", Role.DOCTOR, ANY,
    "Un médecin propose une déclaration au patient qui lui présente sa carte.",
    "A doctor proposes a declaration to the patient who presents the card.",
)  # fmt: skip
PRACTICE_PREPARES = rule(
    "practice_prepares", PRACTICE, OWN_PRACTICE,
    "Un cabinet prépare, pour le patient qui présente sa carte, la déclaration que son médecin signera.",
    "A practice prepares, for the patient who presents the card, the declaration that its doctor is to sign.",
)  # fmt: skip
DOCTOR_LIST = rule(
    "doctor_list", PRACTICE, OWN_PRACTICE,
    "Un médecin voit la liste des patients qui l'ont déclaré.", "A doctor sees the list of declared patients.",
)  # fmt: skip
