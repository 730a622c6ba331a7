"""A small map of our own: the outline of the département, from the centres of its communes, and who was found in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.directory.cards import Card
from parcours.registry.directory.models import Commune

SIZE = 320
MARGIN = 14
Point = tuple[int, int]


@dataclass(frozen=True)
class Dot:
    """Somebody who was found, numbered as in the list."""

    x: float
    y: float
    rank: int


@dataclass(frozen=True)
class Map:
    """Coordinates of an SVG of `SIZE` pixels a side."""

    outline: str
    dots: tuple[Dot, ...]
    centre: tuple[float, float] | None
    department: str


def map_of(session: Session, cards: Iterable[Card], here: Point | None) -> Map | None:
    """The map of results; None where there is nothing to place."""
    ranked = [(rank, card.places[0]) for rank, card in enumerate(cards, 1)]
    placed = [(rank, one) for rank, one in ranked if one.position is not None]
    if not placed:
        return None
    department = placed[0][1].commune.department
    rows = session.execute(
        select(Commune.latitude_e5, Commune.longitude_e5)
        .where(Commune.department == department, Commune.latitude_e5.is_not(None), Commune.longitude_e5.is_not(None))
    )  # fmt: skip
    border = hull({(latitude or 0, longitude or 0) for latitude, longitude in rows})
    inside = [one.position for _, one in placed if one.position is not None and one.commune.department == department]
    scale = Scale([*border, *inside])
    dots = {
        (round(x), round(y)): Dot(round(x, 1), round(y, 1), rank)
        for rank, one in reversed(placed)
        if one.position in inside
        for x, y in [scale(one.position or (0, 0))]
    }
    outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(scale, border))
    return Map(
        outline, tuple(sorted(dots.values(), key=lambda dot: dot.rank)), scale(here) if here else None, department
    )


class Scale:
    """From degrees to the square, north above, the same scale in both directions."""

    def __init__(self, points: list[Point]) -> None:
        self.south, self.west = min(one[0] for one in points), min(one[1] for one in points)
        north, east = max(one[0] for one in points), max(one[1] for one in points)
        self.narrow = cos(radians((self.south + north) / 2e5))
        self.widest = max(north - self.south, (east - self.west) * self.narrow, 1)
        self.north = north

    def __call__(self, point: Point) -> tuple[float, float]:
        step = (SIZE - 2 * MARGIN) / self.widest
        x = MARGIN + (point[1] - self.west) * self.narrow * step
        y = MARGIN + (self.north - point[0]) * step
        return min(max(x, 0), SIZE), min(max(y, 0), SIZE)


def hull(points: set[Point]) -> list[Point]:
    """The corners of the smallest convex outline (monotone chain)."""
    ordered = sorted(points)
    if len(ordered) < 3:
        return ordered
    return half(ordered) + half(ordered[::-1])


def half(ordered: Iterable[Point]) -> list[Point]:
    """One side of it, without its last corner."""
    kept: list[Point] = []
    for one in ordered:
        while len(kept) > 1 and turn(kept[-2], kept[-1], one) <= 0:
            kept.pop()
        kept.append(one)
    return kept[:-1]


def turn(start: Point, middle: Point, end: Point) -> int:
    """Positive to the left, negative to the right."""
    return (middle[0] - start[0]) * (end[1] - start[1]) - (middle[1] - start[1]) * (end[0] - start[0])
