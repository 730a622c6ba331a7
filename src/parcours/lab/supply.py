"""The doctors of the lab: the whole country's, whatever the people asked. The same doctor has the same number."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from parcours.lab.draw import Draws, Numbers
from parcours.lab.places import PARIS, places
from parcours.lab.values import care_values, of_year, values_in

FIRST_DOCTOR = 3 << 30
"""Doctors are drawn apart from people and households."""
COUNTED = 2024
"""The year of the sectors, where none is said."""
GENERALISTE = "generaliste"
CONVENTIONS = ("secteur_1", "secteur_2_optam", "secteur_2", "non_conventionne")
SECTOR_1, OPTAM, SECTOR_2, OUTSIDE = range(4)
STATUSES = ("liberal", "mixed", "salaried")
LIBERAL, MIXED, SALARIED = range(3)
STATUS, SECTOR, LEVEL, CLOSED = range(1, 5)


class Supply(NamedTuple):
    """Doctors in the order of specialty, department, status; `start` says where a specialty of a department begins."""

    specialty: Numbers
    """A place in `specialties()`."""
    department: Numbers
    status: Numbers
    convention: Numbers
    level: Numbers
    """How dear this doctor is among his like: a number between 0 and 1, for good."""
    closed: Numbers
    start: Numbers
    offers: Numbers
    """Of each specialty and department, how many practise outside the hospital."""


@cache
def specialties() -> list[str]:
    """General practice first, then those whose acts the lab draws, then the rest together."""
    weights: dict[str, float] = care_values()["doctors"]
    return [GENERALISTE, *weights]


def shared_out(total: int, weights: Numbers) -> Numbers:
    """Whole numbers in proportion, whose sum is the total: the largest remainders are rounded up."""
    exact = weights / weights.sum() * total
    whole: Numbers = np.floor(exact).astype(np.int64)
    whole[np.argsort(-(exact - whole), kind="stable")[: total - int(whole.sum())]] += 1
    return whole


@cache
def supply(seed: int, year: int = COUNTED) -> Supply:
    """All the doctors of a seed; the year says no more than who is in which sector."""
    values, where = values_in("supply"), places()
    weights = care_values()["doctors"]
    by_specialty = np.array(
        [values["doctors"]["gp"], *shared_out(values["doctors"]["other"], np.array(list(weights.values())))]
    )
    in_place = where.people * where.density
    counts = np.array([shared_out(int(total), in_place) for total in by_specialty])
    specialty, department = (
        np.repeat(np.repeat(np.arange(len(by_specialty)), len(where.departments)), counts.ravel()),
        np.repeat(np.tile(np.arange(len(where.departments)), len(by_specialty)), counts.ravel()),
    )
    count = len(specialty)
    start = np.concatenate([[0], np.cumsum(counts.ravel())[:-1]]).reshape(counts.shape)
    rank = (np.arange(count) - start[specialty, department] + 0.5) / counts[specialty, department]
    status = _statuses(values, specialty, rank)
    draws = Draws(seed, np.arange(count) + FIRST_DOCTOR)
    offers = np.zeros(counts.shape, np.int64)
    np.add.at(offers, (specialty, department), status != SALARIED)
    return Supply(
        specialty=specialty,
        department=department,
        status=status,
        convention=np.where(status == SALARIED, SECTOR_1, _sectors(draws, values, specialty, department, status, year)),
        level=draws.one(LEVEL),
        closed=(specialty == 0) & (draws.one(CLOSED) < values["gp_closed"]),
        start=start,
        offers=np.maximum(offers, 1),
    )


def _statuses(values: dict[str, Any], specialty: Numbers, rank: Numbers) -> Numbers:
    """Liberal doctors come first in each specialty of each department, then the mixed, then the salaried."""
    gp = specialty == 0
    liberal, mixed = (
        np.where(gp, *(values[name][group] / values["doctors"][group] for group in ("gp", "other")))
        for name in ("liberal_only", "mixed")
    )
    return np.where(rank < liberal, LIBERAL, np.where(rank < liberal + mixed, MIXED, SALARIED))


def _sectors(
    draws: Draws, values: dict[str, Any], specialty: Numbers, department: Numbers, status: Numbers, year: int
) -> Numbers:
    """Sector 2 by specialty; it is commoner where doctors are many, and Paris has its own share."""
    where = places()
    of_specialty = np.array(
        [values["gp_sector_2"], *(values["sector_2_by_specialty"][name] for name in specialties()[1:])]
    )
    odds = np.log(of_specialty / (1 - of_specialty))[specialty]
    odds = odds + values["sector_2_with_density"] * np.log(where.density[department])
    specialist = (specialty > 0) & (status != SALARIED)
    paris = department == where.departments.index(PARIS)
    wanted = of_year(values["specialists_sector_2"], year) * specialist.sum()
    in_paris = values["paris_sector_2"] * (specialist & paris).sum()
    chance = np.where(specialty == 0, values["gp_sector_2"], 0.0)
    for here, total in ((specialist & paris, in_paris), (specialist & ~paris, wanted - in_paris)):
        chance[here] = moved_to(odds[here], float(total))
    free, option = draws.pair(SECTOR)
    sector = np.where(free < chance, np.where(option < values["optam"], OPTAM, SECTOR_2), SECTOR_1)
    return np.where(free > 1 - values["not_conventioned"], OUTSIDE, sector)


def moved_to(odds: Numbers, total: float) -> Numbers:
    """Chances whose logarithms of odds are these, all moved by as much, and whose sum is the total."""
    low, high = -20.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if float((1 / (1 + np.exp(-odds - middle))).sum()) < total else (low, middle)
    chances: Numbers = 1 / (1 + np.exp(-odds - low))
    return chances


def doctor_of(book: Supply, specialty: Numbers | int, department: Numbers, u: Numbers) -> Numbers:
    """A doctor who practises outside the hospital, in the department: his number."""
    here = book.offers[specialty, department]
    found: Numbers = book.start[specialty, department] + np.minimum((u * here).astype(np.int64), here - 1)
    return found
