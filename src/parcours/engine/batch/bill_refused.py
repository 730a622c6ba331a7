"""Which rows of a file hold lines that no bill can hold: the same as `engine/bill/impossible.py`, by columns."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from parcours.engine.batch.bill_lines import LinePattern
from parcours.engine.bill.impossible import watched
from parcours.law.bill.book import BillLaw

Numbers = npt.NDArray[np.int64]
Rows = npt.NDArray[np.bool_]


def impossible_rows(
    kind: Numbers, keys: Numbers, sessions: Numbers, care: Numbers, lines: Sequence[LinePattern], bill: BillLaw
) -> Rows:
    """The rows of bills (`keys`, -1 for none) that cannot stand beside another."""
    found = np.zeros(len(kind), np.bool_)
    scopes = {"session": sessions, "day": care}
    for one in watched(bill):
        first, second = (rows_of(side, kind, keys, lines) for side in (one.first, one.second))
        if one.second:
            found |= together(first, second, keys, scopes[one.scope])
        else:
            found |= repeated(first, keys, scopes[one.scope])
    return found | excluded_by_lists(kind, keys, sessions, lines)


def rows_of(codes: frozenset[str], kind: Numbers, keys: Numbers, lines: Sequence[LinePattern]) -> Numbers:
    """The rows of bills whose code is one of these."""
    wanted = np.array([line.key in codes for line in lines], np.bool_)
    return np.flatnonzero(wanted[kind] & (keys >= 0)) if wanted.any() else np.zeros(0, np.int64)


def places(rows: Numbers, keys: Numbers, scope: Numbers) -> list[tuple[int, int]]:
    """The bill and the session, or the day, of some rows."""
    return list(zip(keys[rows].tolist(), scope[rows].tolist(), strict=True))


def together(first: Numbers, second: Numbers, keys: Numbers, scope: Numbers) -> Rows:
    """The second rows that stand in one place with a first."""
    found = np.zeros(len(keys), np.bool_)
    if len(first) and len(second):
        here = set(places(first, keys, scope))
        found[second] = [place in here for place in places(second, keys, scope)]
    return found


def repeated(rows: Numbers, keys: Numbers, scope: Numbers) -> Rows:
    """The rows that are not the first of their place."""
    found = np.zeros(len(keys), np.bool_)
    here: set[tuple[int, int]] = set()
    for row, place in zip(rows.tolist(), places(rows, keys, scope), strict=True):
        found[row] = place in here
        here.add(place)
    return found


def excluded_by_lists(kind: Numbers, keys: Numbers, sessions: Numbers, lines: Sequence[LinePattern]) -> Rows:
    """The rows that an imported list refuses beside another of their session."""
    found = np.zeros(len(kind), np.bool_)
    if not any(line.excludes for line in lines):
        return found
    listed = np.array([line.in_library for line in lines], np.bool_)
    rows = np.flatnonzero(listed[kind] & (keys >= 0))
    here: dict[tuple[int, int], list[LinePattern]] = {}
    for row, place in zip(rows.tolist(), places(rows, keys, sessions), strict=True):
        one = lines[kind[row]]
        found[row] = any(one.key in other.excludes or other.key in one.excludes for other in here.get(place, ()))
        here.setdefault(place, []).append(one)
    return found
