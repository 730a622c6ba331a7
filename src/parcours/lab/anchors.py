"""Ten public totals beside those of a run: people of another scale, or an act paid a thousand times, would show.

The figures are some of `targets.yaml`, each of its own year and law: a run of another year is not held to their
tolerance, but to their size. `parcours lab validate` is what holds each in its year.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from parcours.engine.batch.supposed import PLACE
from parcours.lab import bootstrap
from parcours.lab.study import EURO, Row, rounded
from parcours.lab.validate import targets
from parcours.lab.values import of_year, people_values
from parcours.lab.world import World

TIMES, YEARS, LEAST = 2, 8, 1_000
"""How many times a figure ours may be, or it ours; years between it and the run past which it says nothing; people
below which nothing is said.
"""
ADULT = 17
Amounts = npt.NDArray[np.integer] | npt.NDArray[np.bool_]
Ratio = tuple[Amounts, Amounts]


class Anchor(NamedTuple):
    """A public figure: what is counted of each person, of how much, and what one unit of the figure is."""

    of: Callable[[World], Ratio]
    unit: float = 0
    """Of a total of the country; 0: a share, or a mean."""


def has(world: World, column: str, *words: str) -> npt.NDArray[np.bool_]:
    """Who has one of these words."""
    values = world.people[column].cast("string").to_numpy()
    return np.isin(values, words)


def true(world: World, column: str) -> npt.NDArray[np.bool_]:
    """Of whom is it true?"""
    values: npt.NDArray[np.bool_] = world.people[column].to_numpy()
    return values


def everybody(world: World) -> Amounts:
    """One each."""
    return np.ones(len(world.people), np.int64)


def paid(world: World, *columns: str) -> Amounts:
    """Cents of each person in the year, under the law in force."""
    cents: Amounts = sum(world.baseline[PLACE[name]].astype(np.int64) for name in columns)
    return cents


def left(world: World) -> Ratio:
    """What health insurance leaves to who has some care, in euros."""
    users = world.baseline[PLACE["acts"]] > 0
    return paid(world, "fee") - paid(world, "amo"), users * EURO


def of_ill(world: World, cents: Amounts) -> Ratio:
    """An amount of people with a long illness, in euros."""
    ill = true(world, "ald")
    return cents * ill, ill * EURO


def without_mt(world: World) -> Ratio:
    """Adults without médecin traitant."""
    adults = world.people["age"].to_numpy() >= ADULT
    return adults & ~has(world, "mt", "declared"), adults


ANCHORS: Mapping[str, Anchor] = {
    "ald_share_2024_all": Anchor(lambda world: (true(world, "ald"), everybody(world))),
    "c2s_2023.free": Anchor(lambda world: (true(world, "c2s_free"), everybody(world)), 1),
    "amc_cover_2017": Anchor(lambda world: (~has(world, "cover", "none", "ame"), everybody(world))),
    "mt_missing_17_plus_2021": Anchor(without_mt),
    "pf_franchises_2025_Geur": Anchor(
        lambda world: (paid(world, "participation_forfaitaire", "franchise"), everybody(world)), 1e9 * EURO
    ),
    "majorations_2022_Meur.total": Anchor(lambda world: (paid(world, "majoration"), everybody(world)), 1e6 * EURO),
    "rac_amo_2017.mean": Anchor(left),
    "ald_person_2021.spending": Anchor(lambda world: of_ill(world, paid(world, "fee"))),
    "ald_person_2021.rac_amo": Anchor(lambda world: of_ill(world, left(world)[0])),
    "ald_share_of_refunds_2021": Anchor(lambda world: (paid(world, "amo") * true(world, "ald"), paid(world, "amo"))),
}


def anchors(world: World) -> list[Row]:
    """Each figure, ours with its interval, how far, and whether that may be; none where there are too few people."""
    if len(world.people) < LEAST:
        return []
    known = {target.name: target for target in targets()}
    alone, people = np.zeros(len(world.people), np.int64), of_year(people_values()["pyramid"]["national"], world.year)
    rows: list[Row] = []
    for name, anchor in ANCHORS.items():
        target = known[name]
        if abs(target.year - world.year) > YEARS:
            continue
        parts, wholes = anchor.of(world)
        scale = people / anchor.unit if anchor.unit else 1
        ours = scale * float(parts.sum()) / max(1, int(wholes.sum()))
        lots = (bootstrap.by_lot(world.lots, alone, 1, amounts) for amounts in (parts, wholes))
        (low,), (high,) = bootstrap.bounds(*lots)
        near = scale * low <= target.value * TIMES and scale * high >= target.value / TIMES
        rows.append({
            "figure": name, "year": target.year, "public": target.value, "ours": rounded(ours),
            "low": rounded(scale * low), "high": rounded(scale * high),
            "distance": rounded(ours / target.value - 1), "near": bool(near),
        })  # fmt: skip
    return rows
