"""The patients of a practice who are due something, and what the flat fee of the médecin traitant counts of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy.orm import Session

from parcours.engine.prevention.calendar import calendar as items_of
from parcours.engine.prevention.calendar import in_range, last_season
from parcours.engine.prevention.facts import PersonFacts
from parcours.engine.prevention.say import Said, arranged
from parcours.law import thresholds
from parcours.law.days import number_of
from parcours.law.prevention.book import prevention_law
from parcours.law.prevention.codes import DueState
from parcours.law.prevention.indicators import Indicator, indicators
from parcours.registry.people.models import Insured
from parcours.registry.people.service import age_on, ald_numbers
from parcours.registry.prevention.service import AT_ONCE, calendar_of, facts_of_many

PER_INDICATOR = "forfait_mt.prevention_indicateur"
ASIDE = (DueState.UNKNOWN, DueState.EXCLUDED, DueState.NOT_CONCERNED)
Season = tuple[date, date] | None


@dataclass(frozen=True)
class Due:
    """A patient, and the calendar as the doctor reads it."""

    row: Insured
    on: date
    calendar: tuple[Said, ...]
    intimate: bool = True
    """False: who asks is a delegate, who sees nothing intimate of anybody."""

    @cached_property
    def now(self) -> tuple[Said, ...]:
        """What is due today."""
        found = arranged(self.calendar, self.on).now
        return tuple(one for one in found if self.intimate or not one.item.programme.sensitive)

    @property
    def open(self) -> tuple[Said, ...]:
        """What a letter sent home may name: for a minor, nothing that is the minor's own."""
        young = age_on(self.row.birth_date, self.on) < thresholds.majority(self.on)
        return tuple(one for one in self.now if not (young and one.item.programme.sensitive))


@dataclass(frozen=True)
class Patient:
    """What an indicator needs to know of a patient."""

    facts: PersonFacts
    conditions: frozenset[int]
    """Numbers of the long-term conditions that run."""


@dataclass(frozen=True)
class Count:
    """An indicator over the patients of a practice."""

    indicator: Indicator
    met: int
    concerned: int
    season: Season
    """Of what comes back each season: first and last day of the one counted, the open one or the last that ended."""


def due_of(session: Session, row: Insured, on: date, known: PersonFacts | None = None) -> Due:
    """A patient with the calendar of a day; of somebody who died, nothing. `known`: what was read of many at once."""
    return Due(row, on, tuple(calendar_of(session, row.id, on, known=known)))


def counts_of(session: Session, people: Sequence[Insured], on: date) -> list[Count]:
    """Every indicator on a day: how many of the patients whom it concerns meet it. A count names nobody."""
    living = [one for one in people if one.died_on is None or one.died_on > on]
    facts = facts_of_many(session, living, on)
    conditions: dict[str, frozenset[int]] = {}
    for start in range(0, len(living), AT_ONCE):
        conditions |= ald_numbers(session, [one.id for one in living[start : start + AT_ONCE]], on)
    known = [Patient(facts[one.id], conditions.get(one.id, frozenset())) for one in living]
    return [count(one, known, on) for one in indicators().values()]


def count(indicator: Indicator, people: Iterable[Patient], on: date) -> Count:
    """One indicator. Whom nobody asked whether it concerns them is not counted, nor who is set aside."""
    season = last_season(prevention_law().programmes[indicator.programmes[0]], on)
    day = min(on, season[1]) if season else on
    met = concerned = 0
    for one in people:
        if one.facts.birth_date > day:
            continue
        states = list(states_of(indicator, one, day, season))
        concerned += bool(states)
        met += DueState.DONE in states
    return Count(indicator, met, concerned, season)


def states_of(indicator: Indicator, one: Patient, day: date, season: Season) -> Iterator[DueState]:
    """Where a patient stands in the programmes of an indicator that concern them on a day, by age or by condition."""
    age = age_on(one.facts.birth_date, day)
    open_now = tuple(programmes_open(indicator, one.facts, day))
    if open_now and indicator.from_age <= age < indicator.before_age:
        for item in items_of(one.facts, day, only=open_now):
            if item.in_range and item.state not in ASIDE:
                yield item.state
    elif indicator.risk & one.conditions and age >= indicator.risk_age and not set_aside(indicator, one.facts, day):
        yield DueState.DONE if done_in(indicator, one.facts, day, season) else DueState.DUE


def programmes_open(indicator: Indicator, facts: PersonFacts, day: date) -> Iterator[str]:
    """The programmes whose age somebody has: the others need not be worked out."""
    born, today = number_of(facts.birth_date), number_of(day)
    for name in indicator.programmes:
        version = prevention_law().programmes[name].version_on(day, facts.holds)
        if version is not None and in_range(version.slots, born, today):
            yield name


def set_aside(indicator: Indicator, facts: PersonFacts, day: date) -> bool:
    """Was it said that it does not fit?"""
    return any(
        one.programme in indicator.programmes and (one.until is None or day < one.until) for one in facts.excluded
    )


def done_in(indicator: Indicator, facts: PersonFacts, day: date, season: Season) -> bool:
    """Was it done: in the season, or on any day where it comes back in none?"""
    first = season[0] if season else facts.birth_date
    return any(one.programme in indicator.programmes and first <= one.on <= day for one in facts.done)


def cents_per_indicator(on: date) -> int:
    """What the flat fee pays for each patient who meets an indicator, in cents; nothing before it existed."""
    value = thresholds.value_on(PER_INDICATOR, on)
    return 0 if value is None else int(value.value * 100)
