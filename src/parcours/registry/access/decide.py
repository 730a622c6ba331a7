"""May this actor do this to this record?

A decision takes an actor, an action and a record. Each rule gives some actions to a role *when a relation holds*
between the actor and the record (is the patient, is a parent, is the médecin traitant today, was referred to …). An
action may ask for one relation more, whoever does it (only who proposed withdraws). No rule, no access. A record one
may not read does not exist for that person (404); an action refused on a record one may read is refused openly (403).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from parcours.registry.access import problems
from parcours.registry.access.manifest import Context, RecordOf
from parcours.registry.access.model import SYSTEM, Action, Actor, Kind, Record, Role, Scope
from parcours.registry.access.rules import Relation, Rule
from parcours.registry.errors import Forbidden, not_found
from parcours.registry.store.ids import parse_id
from parcours.text import Text


@dataclass(frozen=True)
class Considered:
    """A rule that gives the action to the role, and whether its relation (and scope) held."""

    rule: Rule
    holds: bool


@dataclass(frozen=True)
class Decision:
    """Whether, by which rule, and every rule that was considered."""

    actor: Actor
    action: Action
    record: Record
    visible: bool
    considered: tuple[Considered, ...]
    missing: Relation | None = None
    """A rule gives the action, but not the relation that it asks for besides."""
    unsigned: bool = False
    """A signature, asked for by a delegate."""
    unread: bool = False
    """Clinical text that is for the doctor in person, asked for by a delegate."""

    @property
    def allowed(self) -> bool:
        return self.missing is None and any(one.holds for one in self.considered)

    @property
    def rule(self) -> Rule | None:
        """The rule that allows, if one does."""
        return next((one.rule for one in self.considered if one.holds), None) if self.allowed else None

    @property
    def reason(self) -> Text:
        """One sentence: why it is allowed or refused."""
        if self.rule is not None:
            return Text(self.rule.fr, self.rule.en)
        if self.unsigned:
            return problems.delegate_signs_not
        if self.unread:
            return problems.delegate_reads_not
        if not self.considered:
            return problems.no_rule
        if self.missing is not None and self.missing.refusal is not None:
            return self.missing.refusal.reason
        return problems.no_relation

    def refused(self) -> Forbidden:
        """The error of a decision that does not allow."""
        refusal = self.missing.refusal if self.missing else None
        if refusal is not None:
            return refusal(fund=self.actor.fund_code or "—")
        return problems.forbidden(self.action, why=self.reason)


class Policy:
    """The table of rules of some contexts."""

    def __init__(self, contexts: Iterable[Context]) -> None:
        contexts = tuple(contexts)
        self.rules = _merged(contexts)
        self.actions = {action.value: action for one in contexts if one.actions for action in one.actions}
        self.kinds: dict[Kind, RecordOf] = {of.kind: of for one in contexts for of in one.kinds}
        self.asks = {action: relation for one in contexts for action, relation in one.asks.items()}
        self.clinical = frozenset(action for one in contexts for action in one.clinical)
        self.signatures = frozenset(action for one in contexts for action in one.signatures)
        self.in_person = frozenset(action for one in contexts for action in one.in_person)
        self.undelegated = self.signatures | self.in_person

    def decide(self, session: Session, actor: Actor, action: Action, record: Record) -> Decision:
        """May this actor do this to this record?"""
        considered = self._consider(session, actor, action, record)
        asked = self.asks.get(action) if any(one.holds for one in considered) else None
        missing = None if asked is None or asked.holds(session, actor, record) else asked
        unsigned = actor.role is Role.DELEGATE and action in self.signatures
        unread = actor.role is Role.DELEGATE and action in self.in_person
        decision = Decision(actor, action, record, True, considered, missing, unsigned, unread)
        return decision if decision.allowed else replace(decision, visible=self._sees(session, actor, action, record))

    def ever(self, actor: Actor, action: Action) -> bool:
        """Is there any record on which this actor might do this?"""
        return any(
            action in one.actions and actor.role in one.roles and _has_scope(actor, one.scope) for one in self.rules
        )

    def _sees(self, session: Session, actor: Actor, action: Action, record: Record) -> bool:
        of = self.kinds.get(record.kind)
        if of is None or of.read == action:
            return False
        return any(one.holds for one in self._consider(session, actor, of.read, record))

    def _consider(self, session: Session, actor: Actor, action: Action, record: Record) -> tuple[Considered, ...]:
        """The rules in their order, up to the first that holds."""
        if actor.role is Role.DELEGATE and action in self.undelegated:
            return ()
        found: list[Considered] = []
        for rule in self.rules:
            if action not in rule.actions or actor.role not in rule.roles:
                continue
            holds = _has_scope(actor, rule.scope) and _holds(session, rule.relation, actor, record)
            found.append(Considered(rule, holds))
            if holds:
                break
        return tuple(found)

    def remember(self, session: Session) -> None:
        """In a session that reads one snapshot, what held once holds: it is not asked again."""
        session.info[_KNOWN] = {}

    def foresee(self, session: Session, actor: Actor, action: Action, records: Sequence[Record]) -> None:
        """Ask the relations that can be asked of many people at once about all these records, to be remembered."""
        known: dict[tuple[str, Actor, Record], bool] | None = session.info.get(_KNOWN)
        if known is None:
            return
        people = {one.insured_id for one in records if one.insured_id}
        for rule in self.rules:
            if rule.relation.among is not None and action in rule.actions and actor.role in rule.roles:
                held = rule.relation.among(session, actor, people)
                known |= {(rule.relation.name, actor, one): one.insured_id in held for one in records}

    def enforce(self, session: Session, actor: Actor, action: Action, record: Record) -> Decision:
        """The decision when it allows. Raises NotFound (the actor may not even see the record) or Forbidden."""
        decision = self.decide(session, actor, action, record)
        if decision.allowed:
            return decision
        if record.kind != SYSTEM.kind and not decision.visible:
            raise not_found(f"{record.kind}_id")
        raise decision.refused()

    def load(self, session: Session, kind: Kind, record_id: str) -> Record:
        """What the policy needs of a record. Raises NotFound for an id that does not exist or cannot be one."""
        identifier, of = parse_id(record_id), self.kinds.get(kind)
        row = session.get(of.model, identifier) if identifier and of is not None and of.model is not None else None
        if row is None or of is None or of.build is None:
            raise not_found(f"{kind}_id")
        session.info[_LOADED] = row  # held: what follows finds it without asking again
        return of.build(session, row)


_KNOWN = "parcours.access.known"
_LOADED = "parcours.access.loaded"


def _holds(session: Session, relation: Relation, actor: Actor, record: Record) -> bool:
    known: dict[tuple[str, Actor, Record], bool] | None = session.info.get(_KNOWN)
    if known is None:
        return relation.holds(session, actor, record)
    place = (relation.name, actor, record)
    if place not in known:
        known[place] = relation.holds(session, actor, record)
    return known[place]


def _merged(contexts: tuple[Context, ...]) -> tuple[Rule, ...]:
    """One rule a name, with what every context gives through it; rules through the person before those of a record."""
    rules: dict[str, Rule] = {}
    for one in contexts:
        for given in one.rules:
            known = rules.setdefault(given.name, given)
            if replace(known, actions=given.actions) != given:
                raise ValueError(f"{one.name}: two rules are called {given.name}")
            rules[given.name] = known.gives(*known.actions, *given.actions)
    return tuple(sorted(rules.values(), key=lambda rule: not rule.relation.to_person))


def _has_scope(actor: Actor, scope: Scope | None) -> bool:
    return scope is None or scope.needs <= actor.scopes
