"""Where somebody searches: a commune, every commune of a postcode, or a point that is rounded and never kept."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.directory import problems
from parcours.registry.directory.geometry import distance_km
from parcours.registry.directory.models import Commune
from parcours.registry.directory.places import communes_of
from parcours.registry.identity.names import fold

GRID_E5 = 1000
"""A point is rounded to 0.01°: about a kilometre."""
FRANCE_E5 = ((-2_200_000, 5_200_000), (-6_400_000, 5_600_000))
"""South and north, west and east of everything French that has communes here."""
SHOWN = 12
CHOICE = re.compile(r".+\((?P<code>[0-9][0-9AB][0-9]{3})\)")


@dataclass(frozen=True)
class Where:
    """The centre of a search, and what is known of it."""

    here: tuple[int, int]
    communes: tuple[Commune, ...] = ()
    """Those that were meant; none for a point."""
    spread_km: float = 0.0
    """How far the farthest of them is: all are searched."""

    @property
    def approximate(self) -> bool:
        """Is it the centre of a commune, or of several?"""
        return bool(self.communes)

    @property
    def key(self) -> str:
        """The place, for the draw of the day."""
        return f"{self.here[0]},{self.here[1]}"


def where(session: Session, text: str) -> Where:
    """What somebody typed. A postcode means all its communes, a city all its arrondissements.

    Raises `Invalid`: nothing of this name; several communes of one name, which are listed and of which none is chosen.
    Raises `Misconfigured` where no commune is loaded at all.
    """
    asked = code_said(text)
    found = communes_of(session, asked, 200)
    if not found:
        raise problems.unknown_place(text) if holds(session, Commune.code) else problems.no_directory()
    words = fold(asked).split()
    by_code = words[0][:1].isdigit() or words[0][:2] in {"2A", "2B"}
    of_one_city = len({one.mother_code for one in found}) == 1 and found[0].mother_code
    if len(found) > 1 and not by_code and not of_one_city:
        names = [f"{one.name} ({one.code})" for one in found[:SHOWN]]
        raise problems.several_places(text, choices=", ".join(names) + (" …" if len(found) > SHOWN else ""))
    return around(found)


def holds(session: Session, column: Any) -> bool:
    """Is there any line in the table of a column?"""
    return session.scalar(select(column).limit(1)) is not None


def code_said(text: str) -> str:
    """The code of "Saint-Denis (93066)", as the choices among several communes are written; any other text as it is."""
    said = CHOICE.fullmatch(text.strip())
    return said["code"] if said else text


def around(communes: list[Commune]) -> Where:
    """The centre of communes, each counting by its inhabitants. Raises `Refused` where none has a known position."""
    placed = [one for one in communes if one.latitude_e5 is not None and one.longitude_e5 is not None]
    if not placed:
        raise problems.commune_without_position(given=communes[0].code)
    positions = [(one.latitude_e5 or 0, one.longitude_e5 or 0) for one in placed]
    weights = [max(1, one.population or 1) for one in placed]
    latitude, longitude = (
        sum(place[axis] * weight for place, weight in zip(positions, weights, strict=True)) // sum(weights)
        for axis in (0, 1)
    )
    here = (latitude, longitude)
    return Where(here, tuple(communes), max(distance_km(here, one) for one in positions))


def point(latitude: float, longitude: float) -> Where:
    """A point that a browser gave, rounded before anything is done with it. Raises `RegistryError` outside France."""
    here = tuple(round(degrees * 1e5 / GRID_E5) * GRID_E5 for degrees in (latitude, longitude))
    for value, (low, high) in zip(here, FRANCE_E5, strict=True):
        if not low <= value <= high:
            raise problems.bad_filter("…", field="at", expected="48.86,2.35")
    return Where((here[0], here[1]))
