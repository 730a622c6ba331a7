"""Who one is by a declaration: the médecin traitant, the doctor it names, who proposed it."""

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from parcours.registry.access.model import PRACTICE, Actor, Record, Role
from parcours.registry.access.rules import ANY, OWN_PRACTICE, Relation, rule
from parcours.registry.declarations import problems
from parcours.registry.declarations.models import JointDoctor, Tenure
from parcours.registry.directory.models import Professional
from parcours.registry.store.clock import paris_today
from parcours.registry.store.periods import holding


def in_charge(insured_id: str) -> Select[str]:
    """Ids of the doctor of the tenure in force today, and of those designated together with that doctor."""
    tenure = Tenure.insured_id == insured_id, holding(Tenure, paris_today())
    joint = select(JointDoctor.professional_id).join(Tenure, Tenure.declaration_id == JointDoctor.declaration_id)
    named = select(Tenure.professional_id).where(*tenure)
    return select(Professional.id).where(or_(Professional.id.in_(named), Professional.id.in_(joint.where(*tenure))))


def _medecin_traitant(session: Session, actor: Actor, record: Record) -> bool:
    """The doctor of the tenure in force today, or one designated together with that doctor."""
    if actor.professional_id is None or record.insured_id is None:
        return False
    query = in_charge(record.insured_id).where(Professional.id == actor.professional_id)
    return session.scalar(query.limit(1)) is not None


def _named_doctor(_session: Session, actor: Actor, record: Record) -> bool:
    """The doctor a declaration names, while it waits for the doctor's answer."""
    return actor.professional_id is not None and record.pending and actor.professional_id == record.professional_id


def _proposer(_session: Session, actor: Actor, record: Record) -> bool:
    """The side that proposed: the doctor, or the patient and who acts for them."""
    return record.by_doctor == (actor.professional_id is not None)


MEDECIN_TRAITANT = Relation("medecin_traitant", _medecin_traitant, to_person=True)
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
DOCTOR_LIST = rule(
    "doctor_list", PRACTICE, OWN_PRACTICE,
    "Un médecin voit la liste des patients qui l'ont déclaré.", "A doctor sees the list of declared patients.",
)  # fmt: skip
