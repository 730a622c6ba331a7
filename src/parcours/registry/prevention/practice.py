"""The patients of a practice who are due something, and what the flat fee of the médecin traitant counts of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy.orm import Session

from parcours.engine.prevention.say import Said, arranged
from parcours.law import thresholds
from parcours.law.prevention.codes import DueState
from parcours.law.prevention.indicators import Indicator, indicators
from parcours.registry.people.models import Insured
from parcours.registry.people.service import age_on
from parcours.registry.prevention.service import calendar_of

PER_INDICATOR = "forfait_mt.prevention_indicateur"


@dataclass(frozen=True)
class Due:
    """A patient, and the calendar as the doctor reads it."""

    row: Insured
    on: date
    calendar: tuple[Said, ...]
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


def due_of(session: Session, row: Insured, on: date) -> Due:
    """A patient with the calendar of a day; of somebody who died, nothing."""
    return Due(row, on, tuple(calendar_of(session, row.id, on)))


def counts_of(found: Iterable[Due]) -> list[Count]:
    """Every indicator: how many of the patients whom it concerns meet it."""
    people = list(found)
    return [count(one, people) for one in indicators().values()]


def count(indicator: Indicator, people: list[Due]) -> Count:
    """One indicator. Whom nobody asked whether it concerns them is not counted, nor who is set aside."""
    met = concerned = 0
    for due in people:
        if not indicator.from_age <= age_on(due.row.birth_date, due.on) < indicator.before_age:
            continue
        items = [
            one.item for one in due.calendar if one.item.programme.id in indicator.programmes and one.item.in_range
        ]
        items = [one for one in items if one.state not in (DueState.UNKNOWN, DueState.EXCLUDED, DueState.NOT_CONCERNED)]
        concerned += bool(items)
        met += any(one.state is DueState.DONE for one in items)
    return Count(indicator, met, concerned)


def cents_per_indicator(on: date) -> int:
    """What the flat fee pays for each patient who meets an indicator, in cents; nothing before it existed."""
    value = thresholds.value_on(PER_INDICATOR, on)
    return 0 if value is None else int(value.value * 100)
