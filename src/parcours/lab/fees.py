"""What was charged: the tariff of the law for a visit in sector 1, more in sector 2, invented prices elsewhere.

No tariff is written here: those of visits are read from `law/`, by the day of the act.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from parcours.lab.care import ACT, FEE, PRICE, VISIT, Care, kinds, log_normal, price, stream_of
from parcours.lab.draw import Draws, Numbers, normal
from parcours.lab.pathway import Pathway
from parcours.lab.people import AGES, AME, C2S, People
from parcours.lab.places import places
from parcours.lab.supply import OPTAM, OUTSIDE, SECTOR_1, Supply, specialties, supply
from parcours.lab.supply import SECTOR_2 as SECTOR_2_ALONE
from parcours.lab.values import care_values, of_year
from parcours.law.cache import flat_law
from parcours.law.codes import UNKNOWN, Profile
from parcours.law.record import SITUATIONS, LawRecord
from parcours.rules.tariff import COORDINATED, NOT_COORDINATED, SECTOR_2, by_age

LOOKED_UP = -1
"""Base of an act whose tariff is in the law."""


class Money(NamedTuple):
    """Cents of each act; a base of `LOOKED_UP` is not given. The tariff is what a doctor of sector 1 charges."""

    fee: Numbers
    base: Numbers
    tariff: Numbers


def money_of(
    care: Care, people: People, path: Pathway, ages: Numbers, quantity: Numbers, year: int, seed: int
) -> Money:
    """Fees and bases; what is delivered by the box costs as many times its price."""
    draws, book = Draws(seed, people.patient[care.who], care.rank), supply(seed, year)
    group = np.array([kind.group for kind in kinds()])[care.kind]
    visit = group == VISIT
    cost, above = draws.pair(stream_of(care, PRICE))
    table = _prices(year)
    boxes = quantity / table.quantity[care.kind]
    base = np.rint(log_normal(cost, table.median[care.kind], table.sigma[care.kind]) * boxes * 100)
    convention = book.convention[np.maximum(path.doctor, 0)]
    visits, known = visit_tariffs(care, path, ages, convention, year)
    tariff = np.where(visit, visits, np.maximum(base, 50))
    share, size = draws.pair(stream_of(care, FEE))
    protected = np.isin(people.cover[care.who], (C2S, AME))
    modest = (people.c2s_eligible & (people.cover != C2S))[care.who]  # they choose what leaves nothing to pay
    doctor = care.specialty >= 0
    ratio = np.zeros(len(tariff))
    ratio[doctor] = overruns(care, people, path, book, year, share, size)[doctor]
    ratio[doctor & (group == ACT)] *= care_values()["fees"]["technical"]
    free = ~doctor & ~modest & (share < table.over[care.kind])
    ratio[free] = log_normal(above[free], table.ratio[care.kind[free]], table.spread[care.kind[free]])
    fee = tariff * (1 + np.where(protected & (doctor | ~table.kept[care.kind]), 0, ratio))
    fee = np.where((ratio > 0) & (doctor | free), np.maximum(np.rint(fee / 100) * 100, tariff), tariff)
    fee = np.where(protected & doctor, tariff, fee)
    return Money(
        fee.astype(np.int64), np.where(visit & known, LOOKED_UP, tariff).astype(np.int64), tariff.astype(np.int64)
    )


class Prices(NamedTuple):
    """Of each kind: median base in euros and its spread; share above it, by how much, and its spread."""

    median: Numbers
    sigma: Numbers
    over: Numbers
    ratio: Numbers
    spread: Numbers
    kept: Numbers
    """Do people with full cover pay above the base as well?"""
    quantity: Numbers
    """How many boxes the median price is for."""


@cache
def _prices(year: int) -> Prices:
    rows = []
    for kind in kinds():
        median, sigma = kind.values.get("base", (1.0, 0.0))
        over = kind.values.get("over", (0.0, 0.0, 0.0))
        kept = kind.values.get("profession") != "chirurgien_dentiste"
        rows.append((median * price(kind.name, year), sigma, *over, kept, kind.values.get("quantity", 1)))
    return Prices(*(np.array(column) for column in zip(*rows, strict=True)))


def overruns(
    care: Care, people: People, path: Pathway, book: Supply, year: int, share: Numbers, size: Numbers
) -> Numbers:
    """What a doctor charges above the tariff, as a share of it: his level, his town, his specialty."""
    values = care_values()["fees"]
    doctor = np.maximum(path.doctor, 0)
    sector = np.where(path.doctor >= 0, book.convention[doctor], SECTOR_1)
    own = values["level"]
    level = normal(book.level[doctor]) * own**0.5 + normal(size) * (1 - own) ** 0.5
    optam, free, outside = values["optam"], values["sector_2"], values["not_conventioned"]
    at_tariff = np.where(sector == OPTAM, optam["at_tariff"], free["at_tariff"])
    ratio = np.where(
        sector == OPTAM,
        optam["ratio"] * np.exp(optam["sigma"] * level),
        np.where(
            sector == OUTSIDE,
            outside["ratio"] * np.exp(outside["sigma"] * level),
            free["ratio"] * np.exp(free["sigma"] * level),
        ),
    )
    ratio = ratio * _towns()[people.department[care.who]]
    ratio = ratio * _levels()[np.maximum(care.specialty, 0)] * of_year(values["growth"], year)
    charged = (sector != SECTOR_1) & ((sector == OUTSIDE) | (share >= at_tariff))
    return np.where(charged, ratio, 0.0)


@cache
def _towns() -> Numbers:
    """How dear each department is, the country being 1."""
    values, where = care_values()["fees"], places()
    dear = np.array([values["dear"].get(code, 1.0) for code in where.departments])
    level = where.density ** values["department"] * dear
    levels: Numbers = level / np.average(level, weights=where.people * where.density)
    return levels


@cache
def _levels() -> Numbers:
    """How dear each specialty is."""
    values = care_values()["fees"]
    return np.array([values["gp"], *(values["specialties"].get(name, 1.0) for name in specialties()[1:])])


class Tariffs(NamedTuple):
    """Of a year: first days of its eras; by era, specialty, age and situation, cents, and whether the law says them."""

    first: Numbers
    cents: Numbers
    known: Numbers


def visit_tariffs(care: Care, path: Pathway, ages: Numbers, convention: Numbers, year: int) -> tuple[Numbers, Numbers]:
    """What sector 1 charges for a visit, coordinated or not; and whether the law knows the base of this one."""
    table = tariffs_of(year)
    era = np.searchsorted(table.first, care.day, side="right") - 1
    where = era, np.maximum(care.specialty, 0), np.minimum(ages, AGES[-1])
    situation = np.where(path.coordinated, COORDINATED, NOT_COORDINATED)
    base = np.where(convention == SECTOR_2_ALONE, SECTOR_2, situation)
    return table.cents[*where, situation], table.known[*where, base]


@cache
def tariffs_of(year: int) -> Tariffs:
    """The tariffs of visits."""
    law = flat_law()
    january = np.datetime64(f"{year}-01-01")
    records = [law.default.on(int(str(january + day).replace("-", ""))) for day in range(365)]
    first = [day for day in range(365) if not day or records[day] is not records[day - 1]]
    cents = np.array(
        [
            [[_tariffs(records[day], law.specialties[name], age) for age in AGES.tolist()] for name in specialties()]
            for day in first
        ]
    )
    instead = np.where(cents == UNKNOWN, cents[..., [NOT_COORDINATED, COORDINATED, NOT_COORDINATED]], cents)
    gp = instead[:, :1, -1:, NOT_COORDINATED, None]
    gp = np.where(gp == UNKNOWN, _first_known(), gp)
    known = cents != UNKNOWN
    known[..., SECTOR_2] &= known[..., :SECTOR_2].all(axis=-1)  # a C2S patient is owed the others
    return Tariffs(np.array(first), np.where(instead == UNKNOWN, gp, instead), known)


def _first_known() -> int:
    """The first visit tariff that the law knows: before it, the lab charges that."""
    place = Profile.GENERALISTE * SITUATIONS + NOT_COORDINATED
    return next(record.tarif[place] for record in flat_law().default.rows if record.tarif[place] != UNKNOWN)


def _tariffs(law: LawRecord, specialty: int, age: int) -> tuple[int, ...]:
    profile = by_age(law.profil[specialty], age, law)
    return tuple(int(law.tarif[profile * SITUATIONS + where]) for where in (COORDINATED, NOT_COORDINATED, SECTOR_2))
