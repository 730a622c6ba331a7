"""Small drawings in SVG, made of numbers only: a value that changes in steps, and a sum shared between payers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from parcours.law.data import Series

SHARE_WIDTH = 1000


class Point(NamedTuple):
    """One value on a chart: where it is drawn, and the text that says it."""

    x: float
    y: float
    day: date
    value: object


@dataclass(frozen=True)
class Steps:
    """A series drawn as steps: `line` is the path, `points` the changes, `ticks` the years of the axis."""

    width: int
    height: int
    line: str
    area: str
    points: tuple[Point, ...]
    ticks: tuple[tuple[float, int], ...]


class Frame(NamedTuple):
    """The size of a chart and its margins."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float


LARGE = Frame(720, 200, 6, 72, 34, 30)
SMALL = Frame(168, 40, 1, 1, 4, 2)


def steps(series: Series, until: date, frame: Frame = LARGE) -> Steps | None:
    """The chart of a series up to a day; None where there is nothing to compare."""
    known = [value for value in series.values if value.value is not None and not isinstance(value.value, (str, bool))]
    if len(known) < 2:
        return None
    left, right = frame.left, frame.width - frame.right
    top, bottom = frame.top, frame.height - frame.bottom
    first, last = known[0].first_day.toordinal(), max(until, known[-1].first_day).toordinal()
    highest = max(float(value.value) for value in known) or 1.0

    def x(day: date) -> float:
        return round(left + (right - left) * (day.toordinal() - first) / max(1, last - first), 1)

    points = tuple(
        Point(
            x(value.first_day),
            round(bottom - (bottom - top) * float(value.value) / highest, 1),
            value.first_day,
            value.value,
        )
        for value in known
    )
    path = [f"M{points[0].x} {points[0].y}"]
    path += [f"H{point.x}V{point.y}" for point in points[1:]]
    line = "".join(path) + f"H{right}"
    ticks = tuple((x(date(year, 1, 1)), year) for year in tick_years(known[0].first_day.year + 1, until.year))
    return Steps(frame.width, frame.height, line, f"{line}V{bottom}H{left}Z", points, ticks)


def tick_years(first: int, last: int) -> Sequence[int]:
    """At most five or six round years."""
    for step in (1, 2, 5, 10, 20):
        years = [year for year in range(first, last + 1) if year % step == 0]
        if len(years) <= 6:
            return years
    return []


class Segment(NamedTuple):
    """A part of the bar of who pays what."""

    name: str
    x: float
    width: float


def shares(amounts: Sequence[tuple[str, int]], total: int) -> list[Segment]:
    """The parts of a sum as segments of a bar 1000 wide; an empty part is left out."""
    segments, x = [], 0.0
    for name, cents in amounts:
        width = SHARE_WIDTH * cents / total if total else 0.0
        if cents > 0:
            segments.append(Segment(name, round(x, 2), round(width, 2)))
        x += width
    return segments
