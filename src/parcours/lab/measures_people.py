"""Figures about people and doctors."""

import numpy as np
import polars as pl

from parcours.lab.measure import Year
from parcours.lab.measuring import mean_of, measure, share_of
from parcours.lab.people import SEXES, WOMAN
from parcours.lab.places import PARIS, ZONES, places
from parcours.lab.supply import LIBERAL, MIXED, OPTAM, OUTSIDE, SALARIED, SECTOR_1, supply
from parcours.lab.values import people_values

SEED = 1
"""The doctors counted are those of this seed; their counts hold for every seed."""


# --- people ---


@measure
def population(year: Year, where: str) -> float:
    """People of the country or of its metropolitan part that these stand for."""
    return float(people_values()["pyramid"][where][year.year]) * len(year.people) / year.size


@measure
def age_share(year: Year, first: int, last: int) -> float:
    """Share of people from an age to another, excluded."""
    return share_of(year, pl.col("age").is_between(first, last - 1))


@measure
def women_share(year: Year, first: int) -> float:
    """Share of women among people from an age."""
    return mean_of(year.people.filter(pl.col("age") >= first)["sex"] == SEXES[WOMAN - 1])


@measure
def share(year: Year, column: str) -> float:
    """Share of people for whom this is so."""
    return share_of(year, pl.col(column))


@measure
def number(year: Year, column: str) -> float:
    """How many people of the country that is."""
    return share_of(year, pl.col(column)) * year.scale * year.size


@measure
def zones_as_populations(year: Year) -> float:
    """Share of people in large towns, by that of the communes."""
    large = [ZONES.index("metropolis"), ZONES.index("paris")]
    where = places()
    expected = where.population[np.isin(where.zone, large)].sum() / where.population.sum()
    return share_of(year, pl.col("zone").is_in(["metropolis", "paris"])) / float(expected)


@measure
def condition(year: Year, name: str) -> float:
    """Share of people with a long illness who have this one."""
    ill = year.people.filter(pl.col("ald"))
    has = (pl.col("ald_condition") == name) | (pl.col("ald_second_condition") == name).fill_null(value=False)
    return mean_of(ill.select(has).to_series())


@measure
def several_conditions(year: Year) -> float:
    """Share of them who have two."""
    return mean_of(year.people.filter(pl.col("ald")).select(pl.col("ald_second_condition").is_not_null()).to_series())


@measure
def c2s(year: Year, free: bool) -> float:
    """People with the C2S, free or with a contribution."""
    return share_of(year, (pl.col("cover") == "c2s") & (pl.col("c2s_free") == free)) * year.scale * year.size


@measure
def amc_cover(year: Year) -> float:
    """Share of people with a complementary cover, the C2S included."""
    return share_of(year, ~pl.col("cover").is_in(["none", "ame"]))


@measure
def without_mt(year: Year, first: int, last: int) -> float:
    """Share of people of some ages without médecin traitant."""
    of = year.people.filter(pl.col("age").is_between(first, last - 1))
    return mean_of(of.select(pl.col("mt") != "declared").to_series())


@measure
def men_without_mt(year: Year) -> float:
    """Share of men among them."""
    of = year.people.filter(
        (pl.col("age") >= people_values()["medecin_traitant"]["from_age"]) & (pl.col("mt") != "declared")
    )
    return mean_of(of.select(pl.col("sex") != SEXES[WOMAN - 1]).to_series())


@measure
def number_without_mt(year: Year, first: int) -> float:
    """How many people from an age are without."""
    return share_of(year, (pl.col("age") >= first) & (pl.col("mt") != "declared")) * year.scale * year.size


@measure
def ald_without_mt(year: Year, what: str) -> float:
    """People with a long illness who are without: how many on the list, or which share."""
    adult = pl.col("age") >= people_values()["medecin_traitant"]["from_age"]
    if what == "number":
        return share_of(year, pl.col("ald_on_list") & adult & (pl.col("mt") != "declared")) * year.scale * year.size
    ill = year.people.filter(pl.col("ald") & adult)
    return mean_of(ill.select(pl.col("mt") != "declared").to_series())


@measure
def screening(year: Year, name: str) -> float:
    """Share of the people invited who took part."""
    _, first, last, who = people_values()["screening"][name]
    concerned = year.people.filter(
        pl.col("age").is_between(first, last) & ((pl.col("sex") == SEXES[WOMAN - 1]) | pl.lit(who == "any"))
    )
    return mean_of(concerned[f"screening_{name}"])


# --- doctors ---


@measure
def doctors(year: Year, group: str, status: str) -> float:
    """Doctors by group and way of practising."""
    book = supply(SEED)
    chosen = {"all": book.specialty >= 0, "gp": book.specialty == 0, "other": book.specialty > 0}[group]
    wanted = {"any": (LIBERAL, MIXED, SALARIED), "liberal": (LIBERAL,), "mixed": (MIXED,)}[status]
    return float((chosen & np.isin(book.status, wanted)).sum())


@measure
def sector_2(year: Year, where: str) -> float:
    """Share of specialists outside hospital in sector 2."""
    book = supply(SEED, year.year)
    of = (book.specialty > 0) & (book.status != SALARIED)
    if where == "paris":
        of &= book.department == places().departments.index(PARIS)
    return float((~np.isin(book.convention[of], (SECTOR_1, OUTSIDE))).mean())


@measure
def optam(year: Year) -> float:
    """Share of those who may that took the option."""
    book = supply(SEED, year.year)
    eligible = (book.status != SALARIED) & ~np.isin(book.convention, (SECTOR_1, OUTSIDE))
    return float((book.convention[eligible] == OPTAM).mean())


@measure
def closed_gps(year: Year) -> float:
    """Share of general practitioners who take no new patient."""
    book = supply(SEED)
    return float(book.closed[book.specialty == 0].mean())
