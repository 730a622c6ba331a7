"""Relations between an actor and a record, and the rules that give actions to a role when one holds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from parcours.errors import Problem
from parcours.registry.access.model import Action, Actor, Record, Role, Scope
from parcours.registry.errors import Forbidden


@dataclass(frozen=True)
class Relation:
    """What must hold between an actor and a record."""

    name: str
    holds: Callable[[Session, Actor, Record], bool]
    to_person: bool = False
    """It is to the person, whichever record it is about: rules through the person are considered first."""
    among: Callable[[Session, Actor, Collection[str]], Collection[str]] | None = None
    """The same of many people at once: those to whom it holds."""
    refusal: Problem[Forbidden] | None = None
    """For a relation that an action asks for besides a rule."""


@dataclass(frozen=True)
class Rule:
    """These actions are given to these roles when the relation holds; for a program, with a scope."""

    name: str
    roles: frozenset[Role]
    relation: Relation
    fr: str
    en: str
    scope: Scope | None = None
    actions: frozenset[Action] = frozenset()

    def gives(self, *actions: Action) -> Rule:
        """The rule with the actions that one context gives through it."""
        return replace(self, actions=frozenset(actions))


def rule(
    name: str, roles: Role | tuple[Role, ...], relation: Relation, fr: str, en: str, scope: Scope | None = None
) -> Rule:
    """A rule that gives nothing yet: each context says what of its own it gives."""
    return Rule(name, frozenset(roles if isinstance(roles, tuple) else (roles,)), relation, fr, en, scope)


# --- relations that need nothing but the actor and the record --------------------------------------------------------


def _self(_session: Session, actor: Actor, record: Record) -> bool:
    return actor.insured_id is not None and actor.insured_id == record.insured_id


def _own_account(_session: Session, actor: Actor, record: Record) -> bool:
    return actor.account_id is not None and actor.account_id == record.account_id


def _own_practice(_session: Session, actor: Actor, record: Record) -> bool:
    return actor.professional_id is not None and actor.professional_id == record.professional_id


def _own_fund(_session: Session, actor: Actor, record: Record) -> bool:
    return actor.fund_code is not None and actor.fund_code == record.fund_code


def _own_insurer(_session: Session, actor: Actor, record: Record) -> bool:
    return actor.insurer is not None and actor.insurer == record.insurer


def _party(_session: Session, actor: Actor, record: Record) -> bool:
    """The author or an addressee of this very record, while it is live."""
    doctor = actor.professional_id
    return doctor is not None and record.live and (doctor == record.professional_id or doctor in record.parties)


def second_person(_session: Session, actor: Actor, record: Record) -> bool:
    """A human being who neither asked for it nor gets it."""
    return actor.account_id is not None and actor.account_id not in (record.proposed_by, record.account_id)


ANY = Relation("any", lambda _session, _actor, _record: True)
SELF = Relation("self", _self, to_person=True)
OWN_ACCOUNT = Relation("own_account", _own_account)
OWN_PRACTICE = Relation("own_practice", _own_practice)
OWN_FUND = Relation("own_fund", _own_fund)
OWN_INSURER = Relation("own_insurer", _own_insurer)
PARTY = Relation("party", _party)

DOCTOR_PARTY = rule(
    "doctor_party", (Role.DOCTOR, Role.DELEGATE), PARTY,
    "L'auteur et les destinataires d'un adressage ou d'un plan y accèdent tant qu'il est valable.",
    "The author and the addressees of a referral or a plan have access to it while it is valid.",
)  # fmt: skip


def office_of(scope: Scope) -> Rule:
    """A program with this scope, about nobody yet: to search, to register."""
    return rule(
        f"client_{scope.replace(':', '_')}_office", Role.API_CLIENT, ANY, f"Le jeton porte le droit {scope}.",
        f"The token has the scope {scope}.", scope,
    )  # fmt: skip
