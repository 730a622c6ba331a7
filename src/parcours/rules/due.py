"""On which day something is due: prevention, vaccination, follow-up calendars, renewals.

Two ways to count, and no third. An **age** is reached on the birthday of the month, or on the first day of the next
month where that day is missing: who is born on 29 February grows a year on 1 March of a common year. An **interval
after an act** ends on the same day of a later month, or on its last day where that day is missing: 24 months after 29
February 2024 end on 28 February 2026. A window is half-open: its closing day is the first day outside.
"""

from collections.abc import Sequence
from typing import NamedTuple

from parcours.law.prevention.codes import DueKind, DueState, ScreeningTest
from parcours.rules.types import Day

NOT_CONCERNED, UPCOMING, DUE, OVERDUE, DONE = (
    int(DueState.NOT_CONCERNED), int(DueState.UPCOMING), int(DueState.DUE), int(DueState.OVERDUE), int(DueState.DONE)
)  # fmt: skip
"""The states that days alone decide, as plain integers: every standing has one type, compiled or not."""
MONTHS = 12
FEBRUARY = 2
NEVER: Day = 99_991_231
"""Later than any day that is asked."""

OPENS_MONTHS, OPENS_DAYS, CLOSES_MONTHS, CLOSES_DAYS, MINIMUM_MONTHS, MINIMUM_DAYS = 0, 1, 2, 3, 4, 5
GAP, FROM_FIRST, INTERVAL, FIRST_INTERVAL, TEST = 6, 7, 8, 9, 10
SLOT_WIDTH = 11
"""A slot is a line of integers: ages in months and days, then what a dose or a test asks between two acts, in months.
A closing age of -1 months is none."""
NO_CLOSING = -1


class Programme(NamedTuple):
    """How a programme comes back, in integers."""

    kind: int
    tolerance: int
    """Days before a window opens on which an act already counts for it."""
    grace: int
    """Months after the due day from which it is overdue; -1: it never is."""
    missed: int
    """State once every window is closed: `CLOSED`, or `NOT_CONCERNED` of who is past the age."""
    season_opens: int
    """MMDD."""
    season_closes: int
    """MMDD, the first day outside."""


class Standing(NamedTuple):
    """Where somebody stands on a day. A day is 0 where there is none."""

    state: int
    since: Day
    """Due since; where it is upcoming, the day it opens."""
    by: Day
    """Last day to do it."""
    done: Day
    """The act that counts."""
    following: Day
    """After an act: the day the next one is due."""
    slot: int
    """Which window, dose or test."""
    doses: int
    """Valid doses received."""


# --- days -------------------------------------------------------------------------------------------------------------


def days_in_month(year: int, month: int) -> int:
    """How many days a month has."""
    if month == FEBRUARY:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def shifted(day: Day, months: int) -> tuple[int, int, int]:
    """Year, month and wished day of the month some months later; the day may be missing."""
    count = day // 10_000 * MONTHS + day // 100 % 100 - 1 + months
    return count // MONTHS, count % MONTHS + 1, day % 100


def age_reached(birth: Day, months: int, days: int) -> Day:
    """The day on which an age is reached: months first, then days."""
    year, month, wished = shifted(birth, months)
    if wished > days_in_month(year, month):
        wished = 1
        month += 1
    return days_after(year * 10_000 + month * 100 + wished, days)


def months_after(day: Day, months: int) -> Day:
    """The end of an interval of months after an act."""
    year, month, wished = shifted(day, months)
    return year * 10_000 + month * 100 + min(wished, days_in_month(year, month))


def days_after(day: Day, days: int) -> Day:
    """Some days later, or earlier."""
    year, month, wished = day // 10_000, day // 100 % 100, day % 100 + days
    while wished > days_in_month(year, month):
        wished -= days_in_month(year, month)
        month += 1
        if month > MONTHS:
            year, month = year + 1, 1
    while wished < 1:
        month -= 1
        if month < 1:
            year, month = year - 1, MONTHS
        wished += days_in_month(year, month)
    return year * 10_000 + month * 100 + wished


def opening(slot: Sequence[int], birth: Day) -> Day:
    """The first day of a window."""
    return age_reached(birth, slot[OPENS_MONTHS], slot[OPENS_DAYS])


def closing(slot: Sequence[int], birth: Day) -> Day:
    """The first day after a window."""
    if slot[CLOSES_MONTHS] == NO_CLOSING:
        return NEVER
    return age_reached(birth, slot[CLOSES_MONTHS], slot[CLOSES_DAYS])


def last_day(closes: Day) -> Day:
    """The last day before a closing; 0 where it never closes."""
    return 0 if closes == NEVER else days_after(closes, -1)


# --- states -----------------------------------------------------------------------------------------------------------


def state_since(on: Day, since: Day, grace: int) -> int:
    """Upcoming, due or overdue, from the day since which it is due."""
    if on < since:
        return UPCOMING
    if grace >= 0 and on >= months_after(since, grace):
        return OVERDUE
    return DUE


def act_between(acts: Sequence[int], first: Day, end: Day, on: Day) -> Day:
    """The last act from a day on and before another, known on the day asked; 0 where there is none."""
    found = 0
    for act in acts:
        if first <= act < end and act <= on:
            found = max(found, act)
    return found


def last_act(acts: Sequence[int], on: Day) -> int:
    """Place of the last act known on a day, -1 where there is none; acts are in the order of their days."""
    place = -1
    for index in range(len(acts)):
        if acts[index] <= on:
            place = index
    return place


# --- the kinds --------------------------------------------------------------------------------------------------------


def in_windows(
    programme: Programme, slots: Sequence[Sequence[int]], birth: Day, acts: Sequence[int], on: Day
) -> Standing:
    """One act in each window: the first window that is not over decides."""
    for index in range(len(slots)):
        opens, closes = opening(slots[index], birth), closing(slots[index], birth)
        done = act_between(acts, days_after(opens, -programme.tolerance), closes, on)
        more = index + 1 < len(slots)
        if done and (on < closes or not more):
            following = opening(slots[index + 1], birth) if more else 0
            return Standing(DONE, 0, 0, done, following, index, 0)
        if on < closes:
            return Standing(state_since(on, opens, programme.grace), opens, last_day(closes), 0, 0, index, 0)
    return Standing(programme.missed, 0, 0, 0, 0, len(slots) - 1, 0)


def again(programme: Programme, opens: Day, closes: Day, done: Day, wished: Day, on: Day, slot: int) -> Standing:
    """A new act is due on a wished day after the last one, inside a range: none after its end."""
    if on >= closes:
        return Standing(programme.missed, 0, 0, done, 0, slot, 0)
    if not done:
        return Standing(state_since(on, opens, -1), opens, last_day(closes), 0, 0, slot, 0)
    following = max(wished, opens)
    if following >= closes:
        return Standing(DONE, 0, 0, done, 0, slot, 0)
    if on < following:
        return Standing(DONE, 0, 0, done, following, slot, 0)
    return Standing(state_since(on, following, programme.grace), following, last_day(closes), done, following, slot, 0)


def repeated(
    programme: Programme, slots: Sequence[Sequence[int]], birth: Day, acts: Sequence[int], on: Day
) -> Standing:
    """An interval after the last act; who never had one is due since the opening age, and late for nothing."""
    opens, closes = opening(slots[0], birth), closing(slots[0], birth)
    place = last_act(acts, on)
    done = acts[place] if place >= 0 else 0
    wished = months_after(done, slots[0][INTERVAL]) if done else 0
    return again(programme, opens, closes, done, wished, on, 0)


def phase_at(slots: Sequence[Sequence[int]], birth: Day, on: Day) -> int:
    """The phase of a schedule on a day: the last one that is open, the first one before any."""
    phase = 0
    for index in range(1, len(slots)):
        if on >= opening(slots[index], birth):
            phase = index
    return phase


def smears(
    programme: Programme,
    slots: Sequence[Sequence[int]],
    birth: Day,
    acts: Sequence[int],
    tests: Sequence[int],
    on: Day,
) -> Standing:
    """Cytologies, the second one sooner than the others; then another test, first due an interval after the last
    cytology, at the earliest at its own age.
    """
    opens, closes = opening(slots[0], birth), closing(slots[len(slots) - 1], birth)
    place = last_act(acts, on)
    if place < 0:
        return again(programme, opens, closes, 0, 0, on, phase_at(slots, birth, max(on, opens)))
    done, phase, cytologies = acts[place], 0, 0
    for index in range(place + 1):
        phase = phase_of_test(slots, birth, acts[index], tests[index])
        cytologies += slots[phase][TEST] == ScreeningTest.CYTOLOGY
    interval = slots[phase][INTERVAL]
    if cytologies == 1 and slots[phase][TEST] == ScreeningTest.CYTOLOGY:
        interval = slots[phase][FIRST_INTERVAL]
    wished = months_after(done, interval)
    if phase + 1 < len(slots):
        turn = opening(slots[phase + 1], birth)
        if wished >= turn:
            wished = max(months_after(done, slots[phase][INTERVAL]), turn)
    return again(programme, opens, closes, done, wished, on, phase_at(slots, birth, max(on, wished)))


def phase_of_test(slots: Sequence[Sequence[int]], birth: Day, act: Day, test: int) -> int:
    """The phase that an act belongs to: by its test, by age where it is not said."""
    for index in range(len(slots)):
        if test and slots[index][TEST] == test:
            return index
    return phase_at(slots, birth, act)


def doses(programme: Programme, slots: Sequence[Sequence[int]], birth: Day, acts: Sequence[int], on: Day) -> Standing:
    """The next dose: at its age, and not before the gaps since the first and the last valid ones."""
    valid, first, last = 0, 0, 0
    for act in acts:
        if act <= on and valid < len(slots):
            slot = slots[valid]
            allowed = age_reached(birth, slot[MINIMUM_MONTHS], slot[MINIMUM_DAYS])
            if act >= allowed and (not valid or act >= months_after(last, slot[GAP])):
                valid += 1
                last = act
                first = first or act
    if valid == len(slots):
        return Standing(DONE, 0, 0, last, 0, valid - 1, valid)
    slot = slots[valid]
    closes = closing(slot, birth)
    if on >= closes:
        return Standing(programme.missed, 0, 0, last, 0, valid, valid)
    since = opening(slot, birth)
    if valid:
        since = max(since, months_after(first, slot[FROM_FIRST]), months_after(last, slot[GAP]))
    return Standing(state_since(on, since, programme.grace), since, last_day(closes), last, 0, valid, valid)


def each_season(
    programme: Programme, slots: Sequence[Sequence[int]], birth: Day, acts: Sequence[int], on: Day
) -> Standing:
    """Once each season, which may cross New Year, from an age on."""
    opens_at, closes_at = opening(slots[0], birth), closing(slots[0], birth)
    crosses = programme.season_closes < programme.season_opens
    year = max(on, opens_at) // 10_000 - (1 if crosses else 0)
    if season_end(programme, year, crosses) <= max(on, opens_at):
        year += 1
    start = year * 10_000 + programme.season_opens
    since, end = max(start, opens_at), min(season_end(programme, year, crosses), closes_at)
    if max(on, since) >= closes_at:
        return Standing(programme.missed, 0, 0, 0, 0, 0, 0)
    done = act_between(acts, days_after(start, -programme.tolerance), end, on)
    if done:
        return Standing(DONE, 0, 0, done, start + 10_000, 0, 0)
    return Standing(state_since(on, since, programme.grace), since, last_day(end), 0, 0, 0, 0)


def season_end(programme: Programme, year: int, crosses: int) -> Day:
    """The first day after the season that starts in a year."""
    return (year + (1 if crosses else 0)) * 10_000 + programme.season_closes


def standing(
    programme: Programme,
    slots: Sequence[Sequence[int]],
    birth: Day,
    acts: Sequence[int],
    tests: Sequence[int],
    on: Day,
) -> Standing:
    """Where somebody stands in a programme on a day. `birth`: the day from which ages count (for a pregnancy, its
    first); `acts`: days of what was done, in their order; `tests`: the test of each, 0 where it is not said.
    """
    if programme.kind == DueKind.WINDOWS:
        return in_windows(programme, slots, birth, acts, on)
    if programme.kind == DueKind.REPEATED:
        return repeated(programme, slots, birth, acts, on)
    if programme.kind == DueKind.SMEARS:
        return smears(programme, slots, birth, acts, tests, on)
    if programme.kind == DueKind.DOSES:
        return doses(programme, slots, birth, acts, on)
    return each_season(programme, slots, birth, acts, on)
