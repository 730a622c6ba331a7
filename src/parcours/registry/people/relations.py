"""Who one is to a person: oneself, a parent or a guardian, the fund; and the rules that give something by it."""

from collections.abc import Callable, Collection
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.registry.access.model import Actor, Record, Role, Scope
from parcours.registry.access.rules import ANY, SELF, Relation, Rule, rule
from parcours.registry.people.family import in_force
from parcours.registry.people.models import Affiliation, Insured, Kinship, KinshipKind
from parcours.registry.people.service import age_on
from parcours.registry.store.bulk import among
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import one_value
from parcours.registry.store.periods import ON, holding


def _child(session: Session, actor: Actor, record: Record) -> bool:
    """A holder of parental authority until the child's 18th birthday; a guardian while the guardianship lasts."""
    return _holds_authority(session, actor, record, thresholds.majority)


def _child_under_16(session: Session, actor: Actor, record: Record) -> bool:
    """The same until the 16th birthday: from then on the young person chooses."""
    return _holds_authority(session, actor, record, thresholds.age_of_choice)


def _holds_authority(session: Session, actor: Actor, record: Record, until: Callable[[date], int]) -> bool:
    if actor.insured_id is None or record.insured_id is None or record.withheld:
        return False
    today = paris_today()
    rows = session.execute(
        select(Kinship.kind, Insured)
        .join(Insured, Insured.id == Kinship.child_id)
        .where(Kinship.holder_id == actor.insured_id, Kinship.child_id == record.insured_id, in_force(today))
    )
    age = until(today)
    return any(kind is KinshipKind.GUARDIAN or age_on(child.birth_date, today) < age for kind, child in rows)


def _same_fund(session: Session, actor: Actor, record: Record) -> bool:
    """The fund the person is affiliated to today."""
    if actor.fund_code is None or record.insured_id is None:
        return False
    asked = {"person": record.insured_id, "fund": actor.fund_code, "on": paris_today()}
    return one_value(session, _OF_FUND, asked) is not None


def _fund_among(session: Session, actor: Actor, people: Collection[str]) -> set[str]:
    if actor.fund_code is None:
        return set()
    query = select(Affiliation.insured_id).where(
        among(session, Affiliation.insured_id, people), Affiliation.fund_code == actor.fund_code,
        holding(Affiliation, paris_today()),
    )  # fmt: skip
    return set(session.scalars(query))


_OF_FUND = (
    select(Affiliation.id)
    .where(
        Affiliation.insured_id == bindparam("person"),
        Affiliation.fund_code == bindparam("fund"),
        holding(Affiliation, ON),
    )
    .limit(1)
)


CHILD = Relation("child", _child, to_person=True)
CHILD_UNDER_16 = Relation("child_under_16", _child_under_16, to_person=True)
SAME_FUND = Relation("same_fund", _same_fund, to_person=True, among=_fund_among)

PATIENT_SELF = rule(
    "patient_self", Role.INSURED, SELF,
    "Chacun accède à ses propres données et choisit son médecin traitant.",
    "Everyone has access to their own data and chooses their médecin traitant.",
)  # fmt: skip
PATIENT_CHILD = rule(
    "patient_child", Role.INSURED, CHILD,
    "Un titulaire de l'autorité parentale agit pour son enfant mineur, un tuteur pour la personne protégée.",
    "A holder of parental authority acts for a minor child, a guardian for the protected person.",
)  # fmt: skip
PATIENT_CHILD_CHOICE = rule(
    "patient_child_choice", Role.INSURED, CHILD_UNDER_16,
    "Avant 16 ans, un titulaire de l'autorité parentale choisit le médecin traitant.",
    "Below 16 a holder of parental authority chooses the médecin traitant.",
)  # fmt: skip
OFFICER_FUND = rule(
    "officer_fund", Role.OFFICER, SAME_FUND,
    "Un agent traite les données administratives des assurés de sa caisse, jamais le texte médical.",
    "An officer handles administrative data of the insured of their fund, never clinical text.",
)  # fmt: skip
OFFICER_OFFICE = rule(
    "officer_office", Role.OFFICER, ANY,
    "Un agent cherche et enregistre des assurés ; seul un assuré de sa caisse lui est montré.",
    "An officer looks up and registers insured persons; only those of their fund are shown.",
)  # fmt: skip


def client_of(scope: Scope) -> Rule:
    """A program with this scope, for the insured of its fund."""
    return rule(
        f"client_{scope.value.replace(':', '_')}", Role.API_CLIENT, SAME_FUND,
        f"Le jeton porte le droit {scope.value}, pour les assurés de sa caisse.",
        f"The token has the scope {scope.value}, for the insured of its fund.", scope,
    )  # fmt: skip
