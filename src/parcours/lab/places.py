"""Where people live and doctors practise: communes by population, departments, and how scarce doctors are there."""

import csv
import lzma
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import NamedTuple

import numpy as np

from parcours.lab.draw import Numbers
from parcours.lab.values import values_in

ZONES = ("rural", "town", "city", "metropolis", "paris")
ZONE_FROM = (0, 2_000, 20_000, 100_000)
"""Least population of a commune of each zone; Paris is a zone of its own."""
PARIS = "75"


class Places(NamedTuple):
    """Communes (`code`, cumulated shares of population, zone, department), then departments."""

    code: Numbers
    cumulated: Numbers
    population: Numbers
    department: Numbers
    zone: Numbers
    departments: list[str]
    people: Numbers
    """Population of each department."""
    density: Numbers
    """Of general practitioners, 1 being the country's."""
    scarcity: Numbers
    """How many more people have no médecin traitant there than in the country."""
    scheme: Numbers
    position: Numbers
    """Of the centre of each commune: kilometres east and north of 46 N, 2 E."""


@cache
def places() -> Places:
    """The communes of the 101 departments, arrondissements apart from their commune."""
    content = (files("parcours.registry.directory") / "data" / "communes.csv.xz").read_bytes()
    supply = values_in("supply")
    rows = [
        row
        for row in csv.DictReader(StringIO(lzma.decompress(content).decode()))
        if row["population"] and not row["mother_code"] and row["department"] not in supply["outside"]
    ]
    departments = sorted({row["department"] for row in rows})
    population = np.array([int(row["population"]) for row in rows])
    department = np.array([departments.index(row["department"]) for row in rows])
    zone = np.searchsorted(ZONE_FROM, population, side="right") - 1
    zone = np.where(department == departments.index(PARIS), ZONES.index("paris"), zone)
    people = np.bincount(department, population)
    density = _density(departments, people, department, zone, population)
    scarcity = density ** -float(supply["scarcity"])
    scarcity /= (scarcity * people).sum() / people.sum()
    schemes = supply["schemes"]
    return Places(
        code=np.array([row["code"] for row in rows]),
        cumulated=np.cumsum(population) / population.sum(),
        population=population,
        department=department,
        zone=zone,
        departments=departments,
        people=people,
        density=density,
        scarcity=scarcity,
        scheme=np.array([schemes.get(code, 0) for code in departments]),
        position=_positions(rows),
    )


def _positions(rows: list[dict[str, str]]) -> Numbers:
    """Where communes are, on a plane that is good for a few tens of kilometres; not a number where it is not known."""
    at = np.array([[float(row[name] or "nan") / 1e5 for name in ("longitude_e5", "latitude_e5")] for row in rows])
    kilometres: Numbers = 111.3 * (at - (2, 46)) * np.stack([np.cos(np.radians(at[:, 1])), np.ones(len(at))], axis=1)
    return kilometres


def _density(
    departments: list[str], people: Numbers, department: Numbers, zone: Numbers, population: Numbers
) -> Numbers:
    """Doctors follow towns, and the coasts of the south more than the centre of the country."""
    values = values_in("supply")["density"]
    by_zone = np.array([values["zones"][name] for name in ZONES])
    towns = np.bincount(department, by_zone[zone] * population) / people
    density = towns * np.array([values["departments"].get(code, 1.0) for code in departments])
    shares: Numbers = density / ((density * people).sum() / people.sum())
    return shares


BESIDE = -560
"""Kilometres west of the middle where the departments overseas are drawn, one above the other."""


@cache
def centres() -> Numbers:
    """Where the people of each department live, on the mean; those overseas stand beside the map."""
    where = places()
    known = np.isfinite(where.position).all(axis=1)
    weight = np.where(known, where.population, 0)
    sums: Numbers = np.stack(
        [np.bincount(where.department, weight * np.where(known, axis, 0)) for axis in where.position.T], axis=1
    )
    found: Numbers = sums / np.bincount(where.department, weight)[:, None]
    away = np.flatnonzero(np.abs(found).max(axis=1) > 1_000)
    found[away] = [(BESIDE, 120 - 110 * place) for place in range(len(away))]
    return found
