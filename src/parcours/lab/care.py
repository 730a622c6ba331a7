"""What people go to: visits by need, acts and deliveries that follow them, and the rest of a year of care.

A kind of care is a rate a head, who needs more of it, and a price; the national mean of a kind is its rate by
construction. Everything is drawn by the person, the kind and the rank of the act: nothing depends on the neighbours.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from parcours.lab.draw import Draws, Numbers, chosen, gamma, normal, poisson
from parcours.lab.people import AGES, DECLARED, WOMAN, People, ald_shares, missing_shares, pyramid, spent_a_head
from parcours.lab.supply import GENERALISTE, specialties
from parcours.lab.values import care_values, knots, of_year, people_values

BASE = 2022
"""The year of rates and prices."""
FIRST_KIND = 16
"""Streams below are those of people."""
STREAMS = 16
"""Streams of a kind of care."""
COUNT, DAY, PRICE, FEE, PATH, PAY, WHO, NEXT, DIRECT, SIDE = range(10)
VISIT, ACT, OTHER, AFTER = range(4)


class Kind(NamedTuple):
    """A kind of care: its number, the group it is in, its values."""

    number: int
    group: int
    name: str
    values: dict[str, Any]

    def stream(self, which: int) -> int:
        """The stream of one draw of this kind."""
        return FIRST_KIND + self.number * STREAMS + which


def stream_of(care: "Care", which: int) -> Numbers:
    """The stream of one draw of each act."""
    return FIRST_KIND + care.kind * STREAMS + which


class Care(NamedTuple):
    """Acts of some people, in the order of kinds: who (a place among the people), day of the year, what."""

    who: Numbers
    rank: Numbers
    """Among the acts of this kind and person: with the kind, it names the act."""
    kind: Numbers
    day: Numbers
    specialty: Numbers
    """A place in `specialties()`; -1 for who is no doctor."""


@cache
def kinds() -> tuple[Kind, ...]:
    """All of them, in an order that a version of the values does not change."""
    values = care_values()
    named = [
        (group, name, item)
        for group, section in ((VISIT, "visits"), (ACT, "acts"), (OTHER, "others"), (AFTER, "after"))
        for name, item in values[section].items()
    ]
    return tuple(Kind(number, *item) for number, item in enumerate(named))


def care_of(people: People, year: int, seed: int) -> Care:
    """The care of a year."""
    parts: list[Care] = []
    for kind in kinds():
        if kind.group == AFTER:
            visits = parts[: len(care_values()["visits"])]
            parts.append(following(kind, visits, people, year, seed))
        else:
            parts.append(wanted(kind, people, year, seed))
    return Care(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def wanted(kind: Kind, people: People, year: int, seed: int) -> Care:
    """Acts that people go to by need: a negative binomial law, by age, sex and illness."""
    rows = Draws(seed, people.patient)
    table = needs(kind.name, kind.group, year)
    mean = table[people.age, people.sex - 1, people.ald.astype(np.int64), (people.mt != DECLARED).astype(np.int64)]
    u, v = rows.pair(kind.stream(COUNT))
    mean = mean * volume(kind, year) * people.need
    if "spread" in kind.values:  # a few have a long series, most have none
        mean = mean * gamma(v, kind.values["spread"])
    count = poisson(u, mean)
    who = np.repeat(np.arange(len(count)), count)
    rank = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
    acts = Draws(seed, people.patient[who], rank)
    day, side = acts.pair(kind.stream(DAY))
    return Care(who, rank, np.full(len(who), kind.number), day_of_year(day, year), specialty_of(kind, side))


def item_of(name: str) -> str:
    """The item of the health accounts that a kind of care belongs to."""
    return next((item for item, names in care_values()["items"].items() if name in names), "doctors")


def volume(kind: Kind, year: int) -> float:
    """How much more of it there is a head than in 2022: visits as said, other care as the accounts, prices apart."""
    values = care_values()
    if kind.group == VISIT:
        return of_year(values["growth"]["visits"], year)
    item = "imaging" if kind.name.startswith("imaging") else "doctors" if kind.group == ACT else item_of(kind.name)
    return spent_a_head(item, year) / spent_a_head(item, BASE) / price(kind.name, year)


def price(name: str, year: int) -> float:
    """The price of a kind of care, that of 2022 being 1."""
    values = care_values()["prices"]
    return of_year(values.get(name, values["all"]), year)


def specialty_of(kind: Kind, u: Numbers) -> Numbers:
    """Whose act it is."""
    names = specialties()
    if kind.group == VISIT:
        return np.full(len(u), names.index(kind.name))
    if kind.group == ACT:
        shares = kind.values["specialties"]
        return np.array([names.index(name) for name in shares])[chosen(u, np.array(list(shares.values())))]
    return np.full(len(u), names.index("radiologie") if kind.values["profession"] == "medecin" else -1)


def following(kind: Kind, visits: list[Care], people: People, year: int, seed: int) -> Care:
    """What visits lead to: deliveries, tests, images, series of care. A visit of December is followed in January."""
    values = kind.values
    parts = []
    for number, visit in enumerate(visits):
        chance = (values["gp"] if number == 0 else values["specialist"]) * volume(kind, year)
        chance = chance * np.where(people.ald[visit.who], *more_when_ill(values.get("ald", 1.0), year))
        own = Draws(seed, people.patient[visit.who], visit.rank * len(visits) + number)
        u, v = own.pair(kind.stream(COUNT))
        led = np.flatnonzero(u < chance)
        rank = (visit.rank * len(visits) + number)[led]
        lag = 1 + (v[led] * values["days"]).astype(np.int64)
        parts.append((visit.who[led], rank, visit.day[led] + lag))
    who, rank, day = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    if "series" in values:
        length = 1 + poisson(
            Draws(seed, people.patient[who], rank).one(kind.stream(NEXT)), np.full(len(who), values["series"] - 1.0)
        )
        turn = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        who, rank, day = np.repeat(who, length), np.repeat(rank, length) * 64 + turn, np.repeat(day, length)
        day = day + turn * values["every"]
    return Care(who, rank, np.full(len(who), kind.number), day % 365, specialty_of(kind, np.zeros(len(who))))


@cache
def more_when_ill(ratio: float, year: int) -> tuple[float, float]:
    """How much likelier a visit of somebody with a long illness, and of another, leads to something: 1 over all visits
    of a general practitioner, whatever the year's share of such illnesses.
    """
    values = care_values()["visits"][GENERALISTE]
    ill = (ald_shares(year) / 10).sum(axis=1)
    seen = knots(values["age"], AGES) * pyramid()
    share = float((seen * ill * values["ald"]).sum() / (seen * (ill * values["ald"] + 1 - ill)).sum())
    mean = 1 + (ratio - 1) * share
    return ratio / mean, 1 / mean


@cache
def needs(name: str, group: int, year: int) -> Numbers:
    """Mean number of acts of a kind by age, sex, illness and lack of médecin traitant: the rate, over the country."""
    values = next(kind.values for kind in kinds() if kind.name == name)
    shape = np.zeros((len(AGES), 2, 2, 2))
    curve, from_age = knots(values["age"], AGES), people_values()["medecin_traitant"]["from_age"]
    lack = care_values()["without_medecin_traitant"]["generaliste" if name == GENERALISTE else "others"]
    lack = lack if group in (VISIT, ACT) else 1.0
    weight = np.zeros_like(shape)
    ill, missing = (ald_shares(year) / 10).sum(axis=1), missing_shares(year)
    for sex in range(2):
        for ald in range(2):
            for without in range(2):
                shape[:, sex, ald, without] = (
                    curve
                    * (values["women"] if sex == WOMAN - 1 else 1.0)
                    * (values["ald"] if ald else 1.0)
                    * (np.where(from_age <= AGES, lack, 1.0) if without else 1.0)
                )
                share = missing[:, sex, ald] if without else 1 - missing[:, sex, ald]
                weight[:, sex, ald, without] = pyramid() / 2 * np.where(ald, ill, 1 - ill) * share
    mean: Numbers = shape * values["rate"] / (shape * weight).sum()
    return mean


@cache
def calendar(year: int) -> Numbers:
    """Cumulated shares of the days of a year: fewer acts on Sundays and in August."""
    values = care_values()["year"]
    days = np.datetime64(f"{year}-01-01") + np.arange(365)
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    weekday = (days.astype(np.int64) + 3) % 7
    weight = np.array(values["months"])[month]
    weight = weight * np.where(weekday == 6, values["sunday"], np.where(weekday == 5, values["saturday"], 1.0))
    limits: Numbers = np.cumsum(weight) / weight.sum()
    return limits


def day_of_year(u: Numbers, year: int) -> Numbers:
    """A day, from 0."""
    return np.minimum(np.searchsorted(calendar(year), u), 364)


def log_normal(u: Numbers, median: float | Numbers, sigma: float | Numbers) -> Numbers:
    """Values of a log-normal law."""
    return median * np.exp(sigma * normal(u))
