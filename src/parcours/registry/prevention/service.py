"""Keep what is said of prevention, and read the calendar that follows from it: a pure function, never kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.engine.errors import FactError
from parcours.engine.prevention.facts import BODY, YES_NO, PersonFacts, read_person
from parcours.engine.prevention.say import Said, tell
from parcours.errors import told_as
from parcours.law import thresholds
from parcours.law.prevention.book import prevention_law
from parcours.registry.errors import Invalid
from parcours.registry.people.models import Insured
from parcours.registry.people.service import age_on, get_insured
from parcours.registry.prevention import problems
from parcours.registry.prevention.models import PreventionProfile, PreventionStatement, Source, StatementKind
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get
from parcours.registry.vocabulary import check_choice

OF_A_PROFILE = (*BODY, *YES_NO, "pregnancy")
AT_ONCE = 500
"""People asked about in one question to the database."""
OFFICIAL = "screening"
"""The group of programmes whose dates a fund sees: it invites to them."""


@dataclass(frozen=True)
class NewStatement:
    """What is said of a programme: done on a day, excluded for a reason, refused; and until when."""

    kind: str
    programme: str
    on: date
    source: str
    until: date | None = None
    reason: str | None = None
    test: str | None = None
    author_id: str | None = None


def set_profile(
    session: Session,
    insured_id: str,
    facts: Mapping[str, Any],
    *,
    opted_out: bool = False,
    kept: tuple[str, ...] = (),
) -> PreventionProfile:
    """What prevention needs to know of a person; `kept`: what who writes neither sees nor changes. Raises `Invalid`."""
    insured = get_insured(session, insured_id, lock=True)
    for name in facts:
        if name not in OF_A_PROFILE:
            raise problems.wrong_fact(field=name, allowed=", ".join(OF_A_PROFILE))
    row = profile_of(session, insured.id)
    known = json.loads(row.facts) if row else {}
    facts = {**facts, **{name: known[name] for name in kept if name in known}}
    checked(insured, facts)
    if row is None:
        row = PreventionProfile(insured_id=insured.id, facts="{}", opted_out=False)
        session.add(row)
    row.facts, row.opted_out = json.dumps(dict(facts), default=str, sort_keys=True), opted_out
    session.flush()
    return row


def answer(session: Session, insured_id: str, fact: str, value: bool | str) -> PreventionProfile:
    """Add one fact to what is known of a person; the others stay as they were said. Raises `Invalid`."""
    row = profile_of(session, insured_id)
    known = json.loads(row.facts) if row else {}
    return set_profile(session, insured_id, {**known, fact: value}, opted_out=row is not None and row.opted_out)


def profile_of(session: Session, insured_id: str) -> PreventionProfile | None:
    """What a person said."""
    return session.scalar(select(PreventionProfile).where(PreventionProfile.insured_id == insured_id))


def state(session: Session, insured_id: str, new: NewStatement, *, at: datetime | None = None) -> PreventionStatement:
    """Keep an act done, an exclusion or a refusal. Raises `Invalid` with the field."""
    insured = get_insured(session, insured_id, lock=True)
    kind = check_choice("kind", new.kind, StatementKind)
    content = {"programme": new.programme, "test": new.test, "reason": new.reason}
    row = PreventionStatement(
        insured_id=insured.id,
        kind=kind,
        content=json.dumps({name: value for name, value in content.items() if value}, sort_keys=True),
        on=new.on,
        until=new.until,
        source=check_choice("source", new.source, Source),
        author_id=new.author_id,
        recorded_at=at or now_utc(),
    )
    checked(insured, said_of([row]))
    session.add(row)
    session.flush()
    return row


def cancel(session: Session, statement_id: str, *, at: datetime | None = None) -> PreventionStatement:
    """It was said by mistake. Raises `Conflict`: it is cancelled already."""
    row = get_statement(session, statement_id)
    if row.cancelled_at is not None:
        raise problems.already_cancelled()
    row.cancelled_at = at or now_utc()
    session.flush()
    return row


def get_statement(session: Session, statement_id: str) -> PreventionStatement:
    """A statement by public id."""
    return get(session, PreventionStatement, statement_id, "statement_id")


def statements_of(session: Session, insured_id: str) -> list[PreventionStatement]:
    """What was said of a person, oldest first, cancelled ones too."""
    query = select(PreventionStatement).where(PreventionStatement.insured_id == insured_id)
    return listed(session, query.order_by(PreventionStatement.on, PreventionStatement.id))


def content_of(row: PreventionStatement) -> dict[str, str]:
    """The programme of a statement, its test, its reason."""
    found: dict[str, str] = json.loads(row.content)
    return found


def said_of(rows: Sequence[PreventionStatement]) -> dict[str, Any]:
    """The statements that hold, as the engine reads them."""
    found: dict[str, list[dict[str, Any]]] = {kind.value: [] for kind in StatementKind}
    for row in rows:
        if row.cancelled_at is not None:
            continue
        content = content_of(row)
        one: dict[str, Any] = {"programme": content["programme"]}
        if row.kind is StatementKind.DONE:
            one |= {"on": row.on, "source": row.source.value} | {k: v for k, v in content.items() if k == "test"}
        elif row.kind is StatementKind.EXCLUDED:
            one |= {"reason": content.get("reason"), "until": row.until}
        else:
            one |= {"until": row.until}
        found[row.kind.value].append(one)
    return found


def checked(insured: Insured, facts: Mapping[str, Any]) -> PersonFacts:
    """A person as the engine reads them. Raises `Invalid` with the field."""
    try:
        return read_person({"birth_date": insured.birth_date, **facts}, paris_today())
    except FactError as error:
        raise told_as(Invalid, error) from error


def facts_of(session: Session, insured_id: str, on: date) -> PersonFacts:
    """Everything that is known of a person for prevention."""
    insured = get_insured(session, insured_id)
    return facts_told(insured, profile_of(session, insured.id), statements_of(session, insured.id), on)


def facts_told(
    insured: Insured, profile: PreventionProfile | None, rows: Sequence[PreventionStatement], on: date
) -> PersonFacts:
    """A person as the engine reads them, from what was said of them."""
    known = json.loads(profile.facts) if profile else {}
    facts = {"birth_date": insured.birth_date, **known, **said_of(rows)}
    return read_person(facts, max(on, insured.birth_date, *(one.on for one in rows)))


def facts_of_many(session: Session, people: Sequence[Insured], on: date) -> dict[str, PersonFacts]:
    """Everything that is known of many people, by id: two questions to the database for so many at once."""
    profiles: dict[str, PreventionProfile] = {}
    said: dict[str, list[PreventionStatement]] = {}
    for start in range(0, len(people), AT_ONCE):
        ids = [one.id for one in people[start : start + AT_ONCE]]
        found = listed(session, select(PreventionProfile).where(PreventionProfile.insured_id.in_(ids)))
        profiles |= {one.insured_id: one for one in found}
        query = select(PreventionStatement).where(PreventionStatement.insured_id.in_(ids))
        for row in listed(session, query.order_by(PreventionStatement.on, PreventionStatement.id)):
            said.setdefault(row.insured_id, []).append(row)
    return {one.id: facts_told(one, profiles.get(one.id), said.get(one.id, []), on) for one in people}


def calendar_of(
    session: Session, insured_id: str, on: date, *, by_parent: bool = False, known: PersonFacts | None = None
) -> list[Said]:
    """The calendar of a person. A parent sees nothing of what is a minor's own: sexual health, a pregnancy; nobody
    is shown the calendar of somebody who died.
    """
    insured = get_insured(session, insured_id)
    if insured.died_on is not None and insured.died_on <= on:
        return []
    found = tell(known or facts_of(session, insured.id, on), on)
    hidden = hidden_programmes(session, insured.id) if by_parent else frozenset()
    return [one for one in found if one.item.programme.id not in hidden]


def hidden_programmes(session: Session, insured_id: str) -> frozenset[str]:
    """The programmes that nobody is shown who acts for a minor."""
    insured = get_insured(session, insured_id)
    if age_on(insured.birth_date, paris_today()) >= thresholds.majority(paris_today()):
        return frozenset()
    return frozenset(name for name, entry in prevention_law().programmes.items() if entry.sensitive)


def withheld_ids(session: Session, insured_id: str) -> frozenset[str]:
    """What is kept of a minor's own: the profile, and what was said of a sensitive programme."""
    hidden = hidden_programmes(session, insured_id)
    profile = profile_of(session, insured_id) if hidden else None
    rows = [row.id for row in statements_of(session, insured_id) if content_of(row)["programme"] in hidden]
    return frozenset([*rows, *([profile.id] if profile else [])])


def official_dates(session: Session, insured_id: str, on: date) -> list[tuple[str, str, date | None]]:
    """What a fund sees: the programmes it invites to, whether they were done and when; no reason, no exclusion."""
    found = []
    for said in calendar_of(session, insured_id, on):
        item = said.item
        if item.programme.group.id == OFFICIAL and not item.programme.sensitive:
            found.append((item.programme.id, "done" if item.done else "not_done", item.done))
    return found
