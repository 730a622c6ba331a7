"""What the people and the care of the lab are made of keeps its own promises."""

import numpy as np
import pyarrow.compute as pc
import pytest

from parcours.lab import people as made
from parcours.lab.access import accessible, pairs, practising
from parcours.lab.care import BASE, kinds, price, volume
from parcours.lab.places import PARIS, places
from parcours.lab.population import generate
from parcours.lab.supply import OUTSIDE, SALARIED, SECTOR_1, supply
from parcours.lab.values import care_values, grown, people_values


@pytest.fixture(scope="module")
def people() -> made.People:
    return made.people_of(np.arange(60_000), 2022, 5)


def test_ranks_are_spread_evenly_and_lone_parents_are_poor_more_often_than_old_couples(people: made.People) -> None:
    tenths = np.bincount(people.decile, minlength=11)[1:] / len(people.decile)
    assert tenths == pytest.approx([0.1] * 10, abs=0.004)
    rates = people_values()["living"]["poverty"]
    u = np.linspace(0.0005, 0.9995, 1000)
    for place, name in enumerate(made.TYPES):
        below = (made.ranked(u, np.full(1000, place)) < rates["all"]).mean()
        mixed = made.shares_of_types() @ rates["all"] ** made.exponents()
        assert below == pytest.approx(rates[name] * rates["all"] / mixed, abs=0.05), name
    lone = np.isin(people.role, [made.ROLES.index("L")])
    old_couple = (people.role == made.ROLES.index("C")) & (people.age >= 70)
    assert (people.decile[lone] <= 2).mean() > 2 * (people.decile[old_couple] <= 2).mean()


def test_members_of_a_household_share_a_standard_of_living(people: made.People) -> None:
    low, high = (np.full(int(people.household.max()) + 1, start) for start in (10**12, -1))
    np.minimum.at(low, people.household, people.living)
    np.maximum.at(high, people.household, people.living)
    assert (low[people.household] == high[people.household]).all()


def test_sector_2_grows_with_the_years_and_a_doctor_who_left_sector_1_stays_out_of_it() -> None:
    before, after = supply(1, 2017), supply(1, 2024)
    free_before, free_after = (~np.isin(book.convention, (SECTOR_1, OUTSIDE)) for book in (before, after))
    assert free_before.sum() < free_after.sum()
    specialist = (after.specialty > 0) & (after.status != SALARIED)
    elsewhere = after.department != places().departments.index(PARIS)
    assert (free_after | ~free_before)[specialist & elsewhere].all()
    assert (before.start == after.start).all()


def test_care_follows_the_accounts_and_a_year_after_them_grows_as_the_last_known_one() -> None:
    accounts = care_values()["accounts"]
    assert max(year for spent in accounts.values() for year in spent) == 2023  # what is said of 2024 stays a test
    assert grown({2022: 100.0, 2023: 110.0}, 2025) == pytest.approx(110 * 1.1**2)
    for kind in kinds():
        assert volume(kind, BASE) == pytest.approx(1), kind.name
    drug = next(kind for kind in kinds() if kind.name == "expensive_drugs")
    a_head = made.spent_a_head("drugs", 2023) / made.spent_a_head("drugs", BASE)
    assert volume(drug, 2023) * price(drug.name, 2023) == pytest.approx(a_head)


def test_a_delivery_of_more_boxes_costs_more() -> None:
    acts = generate(2_000, 2022, 3).acts
    drugs = acts.filter(pc.equal(acts["kind"].cast("string"), "pharmacy_after"))
    many = pc.greater(drugs["quantity"], 5)
    means = [float(pc.mean(drugs["fee"].cast("float64").filter(part)).as_py()) for part in (many, pc.invert(many))]
    assert means[0] > 1.5 * means[1]


def test_what_is_never_claimed_is_in_no_act_and_has_its_mean(people: made.People) -> None:
    for item, spent in people.unclaimed.items():
        wanted = people_values()["unclaimed"][item]["a_head"]
        wanted *= made.spent_a_head(item, 2022) / made.spent_a_head(item, made.COUNTED)
        assert spent.mean() == pytest.approx(wanted, rel=0.1), item
        assert (spent >= 0).all()
    assert not [kind.name for kind in kinds() if kind.name.startswith("unclaimed")]


def test_doctors_in_communes_are_whole_and_all_of_them_and_near_ones_are_shared() -> None:
    assert practising().sum() == supply(1).offers[0].sum()
    reach, people = accessible(), places().population
    assert np.average(reach, weights=people) == pytest.approx(1)
    assert (reach >= 0).all()
    left, right, weight = pairs(np.array([[0.0, 0.0], [9.0, 0.0], [18.0, 0.0], [np.nan, 0.0]]))
    found = {(int(a), int(b)): float(w) for a, b, w in zip(left, right, weight, strict=True)}
    assert found[0, 1] == found[1, 2] == found[3, 3] == 1
    assert found[0, 2] == pytest.approx(1 / 3)
    assert not any(3 in pair for pair in found if pair != (3, 3))
