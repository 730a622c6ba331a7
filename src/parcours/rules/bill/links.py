"""Which line a supplement joins: the one that it names, else the first of its session that may bear it."""

from collections.abc import Sequence

from parcours.law.bill.codes import Combination
from parcours.rules.bill.types import Line

NOBODY = -1


def joined(lines: Sequence[Line], i: int) -> int:
    """Index of the line that line `i` joins, -1 where it joins none: a visit before an act, then the dearest."""
    line = lines[i]
    if line.joins != NOBODY or line.combination != Combination.SUPPLEMENT:
        return line.joins
    best = NOBODY
    for j in range(len(lines)):
        if lines[j].session != line.session or lines[j].professional != line.professional:
            continue
        if bears_supplements(lines[j]) and (best == NOBODY or before(lines[j], lines[best])):
            best = j
    return best


def bears_supplements(line: Line) -> bool:
    """May a supplement join this line?"""
    return line.combination == Combination.CONSULTATION or Combination.NGAP <= line.combination <= Combination.CCAM


def before(line: Line, other: Line) -> bool:
    """Does a supplement rather join this line than another: a visit, a technical act, a letter; then the dearer;
    of two that cost the same, always the same one, whatever their order on the paper.
    """
    first, second = preference(line), preference(other)
    if first != second:
        return first < second
    if line.act.fee != other.act.fee:
        return line.act.fee > other.act.fee
    return line.act.act < other.act.act


def preference(line: Line) -> int:
    """The lower, the sooner a supplement joins the line."""
    if line.combination == Combination.CCAM:
        return Combination.SUPPLEMENT + 0
    return line.combination + 0
