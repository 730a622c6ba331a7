"""The patients of a practice who are due something, and what the flat fee of the médecin traitant counts of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy.orm import Session

from parcours.engine.prevention.calendar import Item, last_season
from parcours.engine.prevention.calendar import calendar as items_of
from parcours.engine.prevention.say import Said, arranged
from parcours.law import thresholds
from parcours.law.prevention.book import prevention_law
from parcours.law.prevention.codes import DueKind, DueState
from parcours.law.prevention.indicators import Indicator, indicators
from parcours.registry.people.models import Insured
from parcours.registry.people.service import age_on
from parcours.registry.prevention.service import calendar_of, facts_of

PER_INDICATOR = "forfait_mt.prevention_indicateur"
ASIDE = (DueState.UNKNOWN, DueState.EXCLUDED, DueState.NOT_CONCERNED)


@dataclass(frozen=True)
class Due:
    """A patient, and the calendar as the doctor reads it."""

    row: Insured
    on: date
    calendar: tuple[Said, ...]
    ended: Mapping[str, Item] = field(default_factory=dict)
    """By programme that comes back each season: where the patient stood on the last day of the season that ended."""
    intimate: bool = True
    """False: who asks is a delegate, who sees nothing intimate of anybody; the counts stay whole."""

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
class Count:
    """An indicator over the patients of a practice."""

    indicator: Indicator
    met: int
    concerned: int
    season: tuple[date, date] | None
    """Of what comes back each season: first and last day of the one counted, the open one or the last that ended."""


def due_of(session: Session, row: Insured, on: date) -> Due:
    """A patient with the calendar of a day; of somebody who died, nothing."""
    found = tuple(calendar_of(session, row.id, on))
    return Due(row, on, found, ended_seasons(session, row, on) if found else {})


def ended_seasons(session: Session, row: Insured, on: date) -> dict[str, Item]:
    """Where a patient stood at the end of each season that is over."""
    law = prevention_law().programmes
    seasons = {name: season for name in seasonal() if (season := last_season(law[name], on))}
    over = {name: last for name, (_, last) in seasons.items() if row.birth_date <= last < on}
    facts = facts_of(session, row.id, on) if over else None
    return {name: item for name, last in over.items() if facts for item in items_of(facts, last, only=(name,))}


def seasonal() -> tuple[str, ...]:
    """The programmes of the indicators that come back each season."""
    named = [name for one in indicators().values() for name in one.programmes]
    return tuple(name for name in named if prevention_law().programmes[name].kind is DueKind.SEASON)


def counts_of(found: Iterable[Due], on: date) -> list[Count]:
    """Every indicator on a day: how many of the patients whom it concerns meet it."""
    people = list(found)
    return [count(one, people, on) for one in indicators().values()]


def count(indicator: Indicator, people: list[Due], on: date) -> Count:
    """One indicator. Whom nobody asked whether it concerns them is not counted, nor who is set aside."""
    season = last_season(prevention_law().programmes[indicator.programmes[0]], on)
    day = min(on, season[1]) if season else on
    met = concerned = 0
    for due in people:
        if not indicator.from_age <= age_on(due.row.birth_date, day) < indicator.before_age:
            continue
        items = [one for one in counted(due, indicator) if one.in_range and one.state not in ASIDE]
        concerned += bool(items)
        met += any(one.state is DueState.DONE for one in items)
    return Count(indicator, met, concerned, season)


def counted(due: Due, indicator: Indicator) -> list[Item]:
    """Where a patient stands in the programmes of an indicator: today, or at the end of the season that is over."""
    found = {one.item.programme.id: one.item for one in due.calendar}
    found.update(due.ended)
    return [found[name] for name in indicator.programmes if name in found]


def cents_per_indicator(on: date) -> int:
    """What the flat fee pays for each patient who meets an indicator, in cents; nothing before it existed."""
    value = thresholds.value_on(PER_INDICATOR, on)
    return 0 if value is None else int(value.value * 100)
