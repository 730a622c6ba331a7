"""Who one is to a record besides the médecin traitant: of the care team, consented, in an emergency, the author."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from parcours.registry.access.model import PRACTICE, Actor, Record, Role
from parcours.registry.access.rules import ANY, OWN_PRACTICE, SELF, Relation, rule
from parcours.registry.declarations.relations import MEDECIN_TRAITANT
from parcours.registry.people.relations import CHILD
from parcours.registry.record import problems
from parcours.registry.record.models import (
    ConsentScope,
    EmergencyAccess,
    RecordConsent,
    RecordDocument,
    RecordOpposition,
    RecordStatement,
    RecordTeamMember,
)
from parcours.registry.store.clock import now_utc, paris_today


def _in_team(session: Session, actor: Actor, record: Record) -> bool:
    """Accepted by the patient in the care team, and still of it."""
    if actor.professional_id is None or record.insured_id is None or not record.live:
        return False
    today = paris_today()
    query = select(RecordTeamMember.id).where(
        RecordTeamMember.insured_id == record.insured_id,
        RecordTeamMember.professional_id == actor.professional_id,
        RecordTeamMember.accepted_on <= today,
        or_(RecordTeamMember.ended_on.is_(None), RecordTeamMember.ended_on > today),
    )
    return session.scalar(query.limit(1)) is not None


def _consent_to(session: Session, actor: Actor, record: Record, opens: ColumnElement[bool]) -> bool:
    """A consent of the moment that opens this, not withdrawn, not over."""
    if actor.professional_id is None or record.insured_id is None or not record.live:
        return False
    query = select(RecordConsent.id).where(
        RecordConsent.insured_id == record.insured_id,
        RecordConsent.professional_id == actor.professional_id,
        RecordConsent.withdrawn_at.is_(None),
        RecordConsent.until > now_utc(),
        opens,
    )
    return session.scalar(query.limit(1)) is not None


def _consented(session: Session, actor: Actor, record: Record) -> bool:
    """Consent of the moment to the synthesis."""
    return _consent_to(session, actor, record, RecordConsent.scope.in_((ConsentScope.ALL, ConsentScope.SYNTHESIS)))


def _consented_documents(session: Session, actor: Actor, record: Record) -> bool:
    """Consent of the moment to this document; asked of the person, to any."""
    kind = session.scalar(select(RecordDocument.type_code).where(RecordDocument.id == record.id))
    if kind is None:
        return _consent_to(session, actor, record, RecordConsent.scope != ConsentScope.SYNTHESIS)
    named = or_(
        RecordConsent.scope.in_((ConsentScope.ALL, ConsentScope.DOCUMENTS)),
        and_(RecordConsent.scope == ConsentScope.TYPE, RecordConsent.named == kind),
        and_(RecordConsent.scope == ConsentScope.DOCUMENT, RecordConsent.named == record.id),
    )
    return _consent_to(session, actor, record, named)


def _in_emergency(session: Session, actor: Actor, record: Record) -> bool:
    """This doctor's account opened this very record less than four hours ago. Nothing of it is in a session."""
    if actor.professional_id is None or record.insured_id is None:
        return False
    query = select(EmergencyAccess.id).where(
        EmergencyAccess.insured_id == record.insured_id,
        EmergencyAccess.professional_id == actor.professional_id,
        EmergencyAccess.account_id == actor.account_id,
        EmergencyAccess.until > now_utc(),
    )
    return session.scalar(query.limit(1)) is not None


def _wrote(session: Session, actor: Actor, record: Record) -> bool:
    """Wrote something of this record."""
    if actor.professional_id is None or record.insured_id is None:
        return False
    for table in (RecordStatement, RecordDocument):
        query = select(table.id).where(table.insured_id == record.insured_id, table.author_id == actor.professional_id)
        if session.scalar(query.limit(1)) is not None:
            return True
    return False


def _shown_to_oneself(session: Session, actor: Actor, record: Record) -> bool:
    """Oneself, once what a doctor is to say first was said (`pending` until then)."""
    return not record.pending and SELF.holds(session, actor, record)


def _shown_to_parent(session: Session, actor: Actor, record: Record) -> bool:
    """Who acts for a minor, but for what the minor keeps and what a doctor is to say first."""
    return not record.pending and CHILD.holds(session, actor, record)


def _not_opposed(session: Session, actor: Actor, record: Record) -> bool:
    """The person opposes neither this professional nor everybody but the médecin traitant."""
    if actor.professional_id is None or record.insured_id is None:
        return True
    query = select(RecordOpposition.professional_id).where(
        RecordOpposition.insured_id == record.insured_id,
        RecordOpposition.emergency.is_(False),
        RecordOpposition.withdrawn_at.is_(None),
    )
    opposed = set(session.scalars(query))
    if actor.professional_id in opposed:
        return False
    return None not in opposed or MEDECIN_TRAITANT.holds(session, actor, record)


def _not_opposed_or_author(session: Session, actor: Actor, record: Record) -> bool:
    """The same; nobody is kept from what they wrote themselves."""
    return OWN_PRACTICE.holds(session, actor, record) or _not_opposed(session, actor, record)


def _not_opposed_in_emergency(session: Session, actor: Actor, record: Record) -> bool:
    """The person opposes neither access in an emergency nor this professional: said later, it ends what is open."""
    query = select(RecordOpposition.id).where(
        RecordOpposition.insured_id == record.insured_id,
        RecordOpposition.withdrawn_at.is_(None),
        or_(RecordOpposition.emergency, RecordOpposition.professional_id == actor.professional_id),
    )
    return session.scalar(query.limit(1)) is None


def _another(_session: Session, actor: Actor, record: Record) -> bool:
    """Somebody else than who opened it: another account, and not another account of the same professional."""
    same = actor.professional_id is not None and actor.professional_id == record.professional_id
    return actor.account_id is not None and actor.account_id != record.account_id and not same


CARE_TEAM = Relation("care_team", _in_team, to_person=True)
CONSENTED = Relation("consented", _consented, to_person=True)
CONSENTED_DOCUMENTS = Relation("consented_documents", _consented_documents, to_person=True)
IN_EMERGENCY = Relation("emergency", _in_emergency, to_person=True)
WROTE = Relation("wrote", _wrote, to_person=True)
SHOWN_TO_ONESELF = Relation("shown_to_oneself", _shown_to_oneself, to_person=True)
SHOWN_TO_PARENT = Relation("shown_to_parent", _shown_to_parent, to_person=True)
NOT_OPPOSED = Relation("not_opposed", _not_opposed, refusal=problems.opposed)
NOT_OPPOSED_OR_AUTHOR = Relation("not_opposed_or_author", _not_opposed_or_author, refusal=problems.opposed)
NOT_OPPOSED_IN_EMERGENCY = Relation(
    "not_opposed_in_emergency", _not_opposed_in_emergency, refusal=problems.opposed
)  # fmt: skip
ANOTHER = Relation("another_person", _another, refusal=problems.second_person)

TEAM = rule(
    "care_team", PRACTICE, CARE_TEAM,
    "L'équipe de soins que la personne a acceptée lit la synthèse.",
    "The care team that the person accepted reads the synthesis.",
)  # fmt: skip
BY_CONSENT = rule(
    "consented", Role.DOCTOR, CONSENTED,
    "La personne y consent pour le moment : un jour au plus.", "The person consents for the moment: a day at most.",
)  # fmt: skip
BY_CONSENT_TO_DOCUMENTS = rule(
    "consented_documents", Role.DOCTOR, CONSENTED_DOCUMENTS,
    "La personne consent pour le moment à ce que ce document soit lu.",
    "The person consents for the moment that this document is read.",
)  # fmt: skip
BY_EMERGENCY = rule(
    "emergency", Role.DOCTOR, IN_EMERGENCY,
    "Accès d'urgence à une personne, quatre heures, revu ensuite.",
    "Emergency access to one person, for four hours, reviewed afterwards.",
)  # fmt: skip
ANY_DOCTOR = rule(
    "any_doctor_emergency", Role.DOCTOR, ANY,
    "En urgence, un médecin dit pourquoi et ouvre un dossier pour quatre heures.",
    "In an emergency a doctor says why and opens a record for four hours.",
)  # fmt: skip
AS_WRITER = rule(
    "writer", PRACTICE, WROTE,
    "Chacun relit ce qu'il a écrit, même quand la relation a pris fin.",
    "Everyone reads again what they wrote, even once the relation has ended.",
)  # fmt: skip
ONESELF_SHOWN = rule(
    "oneself_shown", Role.INSURED, SHOWN_TO_ONESELF,
    "Chacun lit ses documents, une fois annoncé ce qui doit l'être de vive voix.",
    "Everyone reads their documents, once what must be said in person was said.",
)  # fmt: skip
PARENT_SHOWN = rule(
    "parent_shown", Role.INSURED, SHOWN_TO_PARENT,
    "Un titulaire de l'autorité parentale lit les documents de l'enfant, sauf ceux que l'enfant garde pour lui.",
    "A holder of parental authority reads the child's documents, but for those the child keeps.",
)  # fmt: skip
