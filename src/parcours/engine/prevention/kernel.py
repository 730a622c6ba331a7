"""The due dates of many people, compiled: the functions of `rules/due.py`, called by one loop over a population."""

from typing import Any

import numpy as np
import numpy.typing as npt

from parcours.engine.batch.loops import Loop, functions
from parcours.law.prevention.codes import DueKind, DueState
from parcours.rules import due

Array = npt.NDArray[Any]
UNKNOWN_STATE, NOT_CONCERNED = int(DueState.UNKNOWN), int(DueState.NOT_CONCERNED)
DUE, OVERDUE, UPCOMING, DONE = (int(DueState[name]) for name in ("DUE", "OVERDUE", "UPCOMING", "DONE"))
WINDOWS, DOSES = int(DueKind.WINDOWS), int(DueKind.DOSES)
WAITING_LEAST, WAITING_MOST = UPCOMING, OVERDUE
"""The states that another programme completed makes idle: upcoming, due, overdue follow each other in the list."""
YEAR = 10_000
UNSAID, NO, YES = -1, 0, 1
"""What is known of the body, as the loop reads it."""


def _stand(  # noqa: PLR0913, PLR0917 - one array for each column
    births: Any,
    body: Any,
    first_act: Any,
    act_programmes: Any,
    act_days: Any,
    no_tests: Any,
    programmes: Any,
    slots: Any,
    on: int,
    states: Any,
    days: Any,
) -> None:
    """Fill the state and the due day of each programme of each person. The columns of `programmes`: those of
    `due.Programme`, then need, first birth day, first day of the version, first slot, slots, another programme,
    the years after which its ages are over (-1: never).
    """
    for person in range(len(births)):
        birth, act, end = births[person], first_act[person], first_act[person + 1]
        for place in range(len(programmes)):
            row = programmes[place]
            start = act
            while act < end and act_programmes[act] == place:
                act += 1
            known = YES if row[6] == 0 else body[person, row[6] - 1]
            if birth < row[7] or known == NO:
                states[person, place], days[person, place] = NOT_CONCERNED, 0
                continue
            if start == act and on // YEAR - birth // YEAR > row[12] >= 0:  # long over, and nothing was done
                states[person, place], days[person, place] = row[3], 0
                continue
            entry = due.Programme(row[0], row[1], row[2], row[3], row[4], row[5])
            own = slots[row[9] : row[9] + row[10]]
            found = due.standing(entry, own, birth, act_days[start:act], no_tests[start:act], on)
            state, day = found.state, found.since
            if row[0] == WINDOWS or row[0] == DOSES:
                day = max(day, row[8]) if day else 0
            if state == DONE:
                day = found.following
            if known == UNSAID and state != NOT_CONCERNED:
                state, day = UNKNOWN_STATE, 0
            elif row[11] >= 0 and WAITING_LEAST <= state <= WAITING_MOST and states[person, row[11]] == DONE:
                state, day = NOT_CONCERNED, 0
            states[person, place], days[person, place] = state, day


population_kernel = Loop(_stand, rules=functions(due))


def empty_tests(count: int) -> Array:
    """The test of each act: not said."""
    return np.zeros(count, np.int64)
