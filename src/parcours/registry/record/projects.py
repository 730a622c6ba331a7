"""The therapeutic project and its calendar: the same days, states and rules as prevention and renewals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law.days import iso, number_of
from parcours.law.prevention.codes import DueKind, DueState
from parcours.registry.directory.service import get_professional
from parcours.registry.record import problems
from parcours.registry.record.models import (
    CountedFrom,
    Outcome,
    RecordAction,
    RecordActionNote,
    RecordProject,
    Rhythm,
)
from parcours.registry.record.service import writable
from parcours.registry.store.clock import now_utc, paris_date
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get
from parcours.registry.vocabulary import check_choice
from parcours.rules import due

IN_MONTHS = {Rhythm.MONTH: 1, Rhythm.YEAR: 12}
IN_DAYS = {Rhythm.DAY: 1, Rhythm.WEEK: 7}
LEFT = {
    Outcome.REFUSED: DueState.REFUSED, Outcome.CONTRAINDICATED: DueState.EXCLUDED,
    Outcome.NOT_CONCERNED: DueState.NOT_CONCERNED,
}  # fmt: skip
COMES_BACK = due.Programme(int(DueKind.REPEATED), 0, -1, int(DueState.CLOSED), 0, 0)
MOST_ACTIONS, MOST_NOTES = 50, 500
MOST_AIMS, MOST_WHAT, MOST_WHO = 2000, 500, 200
"""Letters."""
MOST = {"every": 120, "before_days": 366, "after_days": 366}
DAYS = (date(1900, 1, 1), date(2999, 12, 31))


@dataclass(frozen=True)
class NewAction:
    """An action: every `every` days, weeks, months or years from `first_on`; 0, once."""

    what: str
    first_on: date
    who: str = ""
    every: int = 0
    rhythm: str = "month"
    before_days: int = 0
    after_days: int = 0
    until: date | None = None
    counted_from: str = "last_done"
    notes: tuple[tuple[str, date], ...] = ()
    """What became of it elsewhere: an outcome, its day."""


@dataclass(frozen=True)
class NewProject:
    """Aims in the words of the patient, actions, the day on which all of it is looked at again."""

    aims: str
    review_on: date
    actions: tuple[NewAction, ...] = ()
    starts_on: date | None = None


@dataclass(frozen=True)
class Standing:
    """Where an action is on a day."""

    action: RecordAction
    state: DueState
    since: date | None
    by: date | None
    done: date | None
    following: date | None


def plan(
    session: Session, insured_id: str, author_id: str, new: NewProject, *, at: datetime | None = None
) -> RecordProject:
    """Write a project; the one before ends that day. Raises `Invalid` with the field, and keeps nothing then."""
    at = at or now_utc()
    insured, author = writable(session, insured_id), get_professional(session, author_id)
    starts_on = new.starts_on or paris_date(at)
    if new.review_on <= starts_on:
        raise problems.review_too_soon(new.review_on.isoformat())
    check_bounds(new, starts_on)
    for action in new.actions:
        check_choice("rhythm", action.rhythm, Rhythm)
        check_choice("counted_from", action.counted_from, CountedFrom)
        for outcome, _ in action.notes:
            check_choice("outcome", outcome, Outcome)
        if action.every < 0 or (action.until is not None and action.until < action.first_on):
            raise problems.no_such_rhythm(action.every)
    before = current(session, insured.id)
    if before is not None:
        before.ended_on = starts_on
    row = RecordProject(
        insured_id=insured.id, author_id=author.id, aims=new.aims, starts_on=starts_on, review_on=new.review_on,
        recorded_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    for action in new.actions:
        kept = action_of(row, action)
        session.add(kept)
        session.flush()
        session.add_all(
            RecordActionNote(
                insured_id=insured.id,
                action_id=kept.id,
                outcome=Outcome(outcome),
                on=day,
                author_id=author.id,
                recorded_at=at,
            )
            for outcome, day in action.notes
        )
    session.flush()
    return row


def check_bounds(new: NewProject, starts_on: date) -> None:
    """Whoever writes it, by hand or in a package: every later day must be one that can be counted."""
    sizes = [("actions", len(new.actions), MOST_ACTIONS), ("aims", len(new.aims), MOST_AIMS)]
    days = [("starts_on", starts_on), ("review_on", new.review_on)]
    for action in new.actions:
        sizes += [(name, getattr(action, name), most) for name, most in MOST.items()]
        sizes += [("what", len(action.what), MOST_WHAT), ("who", len(action.who), MOST_WHO)]
        sizes += [("notes", len(action.notes), MOST_NOTES)]
        days += [("first_on", action.first_on)] + ([] if action.until is None else [("until", action.until)])
        days += [("notes", day_noted) for _, day_noted in action.notes]
    for name, given, most in sizes:
        if not 0 <= given <= most:
            raise problems.project_out_of_bounds(given, field=name, least=0, most=most)
    for name, day_given in days:
        if not DAYS[0] <= day_given <= DAYS[1]:
            raise problems.project_out_of_bounds(day_given, field=name, least=DAYS[0], most=DAYS[1])


def action_of(project: RecordProject, new: NewAction) -> RecordAction:
    """An action as it is kept."""
    return RecordAction(
        insured_id=project.insured_id, project_id=project.id, what=new.what, who=new.who, first_on=new.first_on,
        every=new.every, rhythm=Rhythm(new.rhythm), before_days=new.before_days,
        after_days=new.after_days, until=new.until,
        counted_from=CountedFrom(new.counted_from),
    )  # fmt: skip


def note(
    session: Session, action_id: str, outcome: str, on: date, author_id: str | None, *, at: datetime | None = None
) -> RecordActionNote:
    """Say what became of an action."""
    action = get(session, RecordAction, action_id, "action_id")
    writable(session, action.insured_id)
    row = RecordActionNote(
        insured_id=action.insured_id, action_id=action.id, outcome=check_choice("outcome", outcome, Outcome), on=on,
        author_id=author_id, recorded_at=at or now_utc(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def current(session: Session, insured_id: str) -> RecordProject | None:
    """The project that runs."""
    query = select(RecordProject).where(RecordProject.insured_id == insured_id, RecordProject.ended_on.is_(None))
    return session.scalar(query.order_by(RecordProject.recorded_at.desc()).limit(1))


def projects_of(session: Session, insured_id: str) -> list[RecordProject]:
    """Every project, oldest first."""
    query = select(RecordProject).where(RecordProject.insured_id == insured_id)
    return listed(session, query.order_by(RecordProject.recorded_at, RecordProject.id))


def actions_of(session: Session, project_id: str) -> list[RecordAction]:
    """The actions of a project, in the order of their first day."""
    query = select(RecordAction).where(RecordAction.project_id == project_id)
    return listed(session, query.order_by(RecordAction.first_on, RecordAction.id))


def notes_of(session: Session, action_id: str) -> list[RecordActionNote]:
    """What was said of an action, oldest first."""
    query = select(RecordActionNote).where(RecordActionNote.action_id == action_id)
    return listed(session, query.order_by(RecordActionNote.on, RecordActionNote.recorded_at, RecordActionNote.id))


def calendar(session: Session, insured_id: str, on: date) -> list[Standing]:
    """Every action of the project that runs, with its state on a day."""
    project = current(session, insured_id)
    if project is None:
        return []
    return [standing(one, notes_of(session, one.id), on) for one in actions_of(session, project.id)]


def standing(action: RecordAction, notes: Sequence[RecordActionNote], on: date) -> Standing:
    """Where an action is; one kept before its bounds were checked, whose days pass the calendar, is unknown."""
    try:
        return counted(action, notes, on)
    except (OverflowError, ValueError):
        return Standing(action, DueState.UNKNOWN, None, None, None, None)


def counted(action: RecordAction, notes: Sequence[RecordActionNote], on: date) -> Standing:
    """Where an action is: what was said last first, then its days."""
    said = [one for one in notes if one.on <= on]
    done = max((one.on for one in said if one.outcome is Outcome.DONE), default=None)
    if said and said[-1].outcome in LEFT:
        return Standing(action, LEFT[said[-1].outcome], None, None, done, None)
    wished = after(action, done) if done is not None else None
    planned = action.first_on if done is None else wished
    opens = number_of(action.first_on - timedelta(days=action.before_days))
    closes = number_of(action.until + timedelta(days=1)) if action.until else due.NEVER
    if done is not None and wished is None:
        return Standing(action, DueState.DONE, None, None, done, None)
    first = number_of(wished - timedelta(days=action.before_days)) if wished else 0
    found = due.again(COMES_BACK, opens, closes, number_of(done) if done else 0, first, number_of(on), 0)
    last = planned + timedelta(days=action.after_days) if planned else None
    state = DueState(found.state)
    if state is DueState.DUE and last is not None and on > last:
        state = DueState.OVERDUE
    waits = state in (DueState.DUE, DueState.OVERDUE, DueState.UPCOMING)
    return Standing(action, state, day(found.since), last if waits else None, done, day(found.following))


def after(action: RecordAction, done: date) -> date | None:
    """The day wished for the time that follows one done on a day; None: it was once."""
    if not action.every:
        return None
    if action.counted_from is CountedFrom.LAST_DONE:
        return times(action, done, 1)
    until, first = done + timedelta(days=action.before_days), action.first_on
    if action.rhythm in IN_DAYS:
        passed = (until - first).days // (action.every * IN_DAYS[action.rhythm])
    else:
        months = (until.year - first.year) * 12 + until.month - first.month
        passed = months // (action.every * IN_MONTHS[action.rhythm])
    number = max(0, passed - 1)
    while times(action, first, number + 1) <= until:
        number += 1
    return times(action, action.first_on, number + 1)


def times(action: RecordAction, start: date, count: int) -> date:
    """So many intervals after a day, counted as intervals are everywhere."""
    if action.rhythm in IN_DAYS:
        return start + timedelta(days=count * action.every * IN_DAYS[action.rhythm])
    return date.fromisoformat(iso(due.months_after(number_of(start), count * action.every * IN_MONTHS[action.rhythm])))


def day(number: int) -> date | None:
    """A day of the rules."""
    return date.fromisoformat(iso(number)) if number else None
