"""How many general practitioners people can reach: doctors placed in communes, shared with all who are as near.

The indicator of DREES (accessibilité potentielle localisée) without its ages: a doctor within ten kilometres is whole,
farther off less, beyond twenty not at all; and is shared between the people within reach, counted alike.
"""

from functools import cache

import numpy as np

from parcours.lab.draw import Numbers
from parcours.lab.places import ZONES, places
from parcours.lab.supply import shared_out, supply
from parcours.lab.values import values_in

WHOLE, NEAR, FAR = 10.0, 15.0, 20.0
"""Kilometres; a minute of road is about one."""
SEED = 1


@cache
def practising() -> Numbers:
    """General practitioners outside hospital in each commune: whole numbers, more where towns draw them."""
    where, offers = places(), supply(SEED).offers[0]
    drawn = np.array([values_in("supply")["density"]["zones"][name] for name in ZONES])
    weights = where.population * drawn[where.zone]
    found = np.zeros(len(weights), np.int64)
    for department, count in enumerate(offers):
        here = np.flatnonzero(where.department == department)
        found[here] = shared_out(int(count), weights[here])
    return found


@cache
def accessible() -> Numbers:
    """Doctors within reach a head in each commune, the country being 1."""
    where, doctors = places(), practising()
    left, right, weight = pairs(where.position)
    asked = np.bincount(right, weight * where.population[left], len(doctors))
    reach: Numbers = np.bincount(left, weight * (doctors / np.maximum(asked, 1))[right], len(doctors))
    reach /= np.average(reach, weights=where.population)
    return reach


def pairs(position: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Communes within reach of each other, itself included, and how much a doctor there counts."""
    known: Numbers = np.asarray(np.isfinite(position).all(axis=1))
    at = np.where(known[:, None], position, 0.0)
    cell = np.floor(at / FAR).astype(np.int64)
    cell[~known] = 10_000 + np.flatnonzero(~known)[:, None] * 10  # alone
    names = cell[:, 0] * 1_000_003 + cell[:, 1]
    order = np.argsort(names, kind="stable")
    parts = []
    for east in (-1, 0, 1):
        for north in (-1, 0, 1):
            wanted = (cell[:, 0] + east) * 1_000_003 + cell[:, 1] + north
            first, last = (np.searchsorted(names[order], wanted, side) for side in ("left", "right"))
            count = last - first
            left = np.repeat(np.arange(len(at)), count)
            right = order[np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)]
            distance = np.hypot(*(at[left] - at[right]).T)
            near = distance < FAR
            parts.append((left[near], right[near], distance[near]))
    left, right, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    return left, right, np.where(distance < WHOLE, 1.0, np.where(distance < NEAR, 2 / 3, 1 / 3))
