"""Closed lists of what a person is due: kinds of programmes, states, and what decides whether one is concerned."""

from enum import IntEnum


class DueKind(IntEnum):
    """How a programme comes back."""

    WINDOWS = 1
    """One act in each window of age."""
    REPEATED = 2
    """An interval after the last act, inside a range of ages."""
    SMEARS = 3
    """As repeated; the test and its interval change with age."""
    DOSES = 4
    """A series of doses, each with its age and its gap."""
    SEASON = 5
    """Once each season of a civil year, from an age on."""


class DueState(IntEnum):
    """Where a person stands in a programme on a day."""

    NOT_CONCERNED = 1
    EXCLUDED = 2
    UNKNOWN = 3
    UPCOMING = 4
    DUE = 5
    OVERDUE = 6
    DONE = 7
    REFUSED = 8
    CLOSED = 9
    NOT_YET_LAW = 10


class Need(IntEnum):
    """A fact about the body that decides whether a programme concerns a person: asked, never inferred."""

    NOTHING = 0
    BREAST_TISSUE = 1
    CERVIX = 2


class ScreeningTest(IntEnum):
    """The test of a programme that has two."""

    ANY = 0
    CYTOLOGY = 1
    HPV = 2
