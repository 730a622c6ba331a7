"""One request's work on the registry: in which transaction, with which right, leaving which trace.

`unit.allow(action, record)` asks the policy and notes the access in the audit trail; what was noted is written before
the answer leaves, and an answer whose trace cannot be written is not given.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from parcours.edge import refusals
from parcours.edge.caller import CSRF_HEADER, Caller, Incoming, brings_proof, require_caller
from parcours.edge.services import Services
from parcours.registry.access.model import Action, Actor, Kind, Record, Tag, Who
from parcours.registry.audit import service as audit
from parcours.registry.audit.context import Tag as AuditTag
from parcours.registry.contexts import POLICY
from parcours.registry.directory.context import DIRECTORY
from parcours.registry.errors import NotFound, RegistryError, not_found


@dataclass
class Unit:
    """One session of the database, one actor, one request."""

    session: Session
    caller: Caller
    incoming: Incoming
    services: Services
    writes: bool
    notes: list[audit.Event] = field(default_factory=list)
    refusals: list[audit.Event] = field(default_factory=list)
    decided: list[Record] = field(default_factory=list)
    """What the policy was asked about, and allowed."""
    rights: dict[str, str] = field(default_factory=dict)
    """By which rule something of a person was allowed last."""

    @property
    def actor(self) -> Actor:
        return self.caller.actor

    @cached_property
    def who(self) -> Who:
        return self.caller.who(self.incoming)

    def allow(self, action: Action, record: Record, tag: Tag | None = None) -> Record:
        """Go on if the policy allows; `tag` notes the access. Raises NotFound or Forbidden, noted too."""
        if not self.is_about(record):
            self.note_refusal(action, record, "not_in_scope")
            raise not_found("id")
        try:
            decision = POLICY.enforce(self.session, self.actor, action, record)
        except RegistryError as error:
            self.note_refusal(action, record, error.code)
            raise
        self.decided.append(record)
        if record.insured_id and decision.rule:
            self.rights[record.insured_id] = decision.rule.name
        if tag is not None:
            self.note(tag, record, decision.rule.name if decision.rule else "")
        return record

    def find(self, kind: Kind, record_id: str, action: Action, tag: Tag | None = None, **more: Any) -> Record:
        """The record of an id, if the policy allows the action on it; `more`: what the request says of it."""
        try:
            record = replace(POLICY.load(self.session, kind, record_id), **more)
        except NotFound as error:
            self.note_refusal(action, Record(kind), error.code)
            raise
        return self.allow(action, record, tag)

    def is_about(self, record: Record) -> bool:
        """Is it about the one person that an application was let in for, if it was for one?"""
        return self.caller.only is None or record.insured_id in (None, self.caller.only)

    def note(self, tag: Tag, record: Record, why: str = "", **details: Any) -> None:
        """One event for the trail; by the right that allowed it, unless another reason is given."""
        why = why or self.rights.get(record.insured_id or "", "")
        self.notes.append(audit.Event(tag, self.who, record.insured_id, record.kind, record.id, why, details or None))

    def note_refusal(self, action: Action, record: Record, code: str) -> None:
        """One refused access for the trail; written although nothing else is."""
        self.refusals.append(
            audit.Event(
                AuditTag.ACCESS_REFUSE, self.who, record.insured_id, record.kind, record.id, code,
                {"action": action.value},
            )
        )  # fmt: skip

    def may(self, action: Action, record: Record) -> bool:
        """Would the policy allow it? (to choose what to show; nothing is noted)."""
        return self.is_about(record) and POLICY.decide(self.session, self.actor, action, record).allowed

    def foresee(self, action: Action, records: Sequence[Record]) -> None:
        """Many records are about to be asked for: what the policy can find out of all at once, it does now."""
        POLICY.foresee(self.session, self.actor, action, records)

    def check_accounted(self) -> None:
        """An endpoint that asked no policy, or leaves no trace, is a mistake of ours: its answer is not given.

        Reading the directory, which is public, is the one thing that leaves none.
        """
        public = not self.writes and all(record.kind == DIRECTORY.kind for record in self.decided)
        traced = bool(self.notes or self.refusals) or audit.is_pending(self.session)
        decided = self.decided or self.refusals
        if not decided or not (traced or public):
            missing = "no trace" if decided else "no decision"
            raise Unaccounted(f"{self.incoming.method} {self.incoming.route}: {missing}")


class Unaccounted(Exception):
    """An endpoint answers without having asked the policy, or without leaving a trace."""


Keep = Callable[[Future[None]], None]
"""Takes what is done once the trace of a unit is in the trail."""


def written(trace: Future[None]) -> None:
    """Wait until it is there."""
    trace.result()


@contextmanager
def reading(services: Services, incoming: Incoming, caller: Caller | None, keep: Keep = written) -> Iterator[Unit]:
    """A unit that reads; the accesses it noted are written once it has read, before the answer leaves.

    Without a caller, who asks is found out in the same session of the database.
    """
    if caller is None and not brings_proof(services, incoming):
        raise refusals.unauthenticated()
    events: list[audit.Event] = []
    trace: Future[None] | None = None
    try:
        with services.trail.reading():
            try:
                with _read(services, incoming, caller, events) as unit:
                    yield unit
            finally:
                trace = services.trail.put(events) if events else None
    finally:
        if trace is not None:
            keep(trace)


@contextmanager
def _read(services: Services, incoming: Incoming, caller: Caller | None, events: list[audit.Event]) -> Iterator[Unit]:
    unit: Unit | None = None
    try:
        with services.database.reading() as session:
            caller = caller or require_caller(services, incoming, incoming.headers.get(CSRF_HEADER), session)
            _require_factor(incoming, caller, events)
            POLICY.remember(session)
            unit = Unit(session, caller, incoming, services, writes=False)
            yield unit
            unit.check_accounted()
    except NotFound as error:
        _note_unfound(unit, error)
        raise
    finally:
        if unit is not None:
            events += unit.notes + unit.refusals


@contextmanager
def writing(services: Services, incoming: Incoming, caller: Caller | None, keep: Keep = written) -> Iterator[Unit]:
    """A unit that changes: its work and its trace are one transaction; a refusal is traced although nothing changed.

    Without a caller, who asks is found out: in the same session of the database, but where one writer waits for another
    and who may not write should neither wait nor make wait.
    """
    if caller is None and not brings_proof(services, incoming):
        raise refusals.unauthenticated()
    token = incoming.headers.get(CSRF_HEADER)
    events: list[audit.Event] = []
    unit: Unit | None = None
    try:
        if caller is None and services.database.writes_in_turn:
            caller = require_caller(services, incoming, token)
        if caller is not None:
            _require_factor(incoming, caller, events)
        with services.database.writing() as session:
            if caller is None:
                caller = require_caller(services, incoming, token, session)
                _require_factor(incoming, caller, events)
            unit = Unit(session, caller, incoming, services, writes=True)
            yield unit
            unit.check_accounted()
            audit.add(session, unit.notes)
    except NotFound as error:
        _note_unfound(unit, error)
        raise
    finally:
        if unit is not None:
            events += unit.refusals
        if events:
            keep(services.trail.put(events))


def check_factor(services: Services, incoming: Incoming, caller: Caller) -> None:
    """A password alone opens nothing in a role that needs more; refused, and traced."""
    events: list[audit.Event] = []
    try:
        _require_factor(incoming, caller, events)
    finally:
        if events:
            written(services.trail.put(events))


def _require_factor(incoming: Incoming, caller: Caller, events: list[audit.Event]) -> None:
    if caller.lacks_factor:
        refused = refusals.second_factor_needed()
        events.append(audit.Event(AuditTag.ACCESS_REFUSE, caller.who(incoming), why=refused.code))
        raise refused


def _note_unfound(unit: Unit | None, error: NotFound) -> None:
    """An id inside a request that leads nowhere (or to somebody else's record) is traced too, by the field's name."""
    if unit is not None and not unit.refusals:
        details = {"field": error.field}
        unit.refusals.append(audit.Event(AuditTag.ACCESS_REFUSE, unit.who, why=error.code, details=details))
