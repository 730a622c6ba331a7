"""One seed, one France: exactly the people asked, whoever asks, and acts that the engine settles."""

import numpy as np
import pyarrow.compute as pc
import pytest

from parcours.engine.batch.chunk import Run
from parcours.engine.batch.frame import settle_table
from parcours.lab.people import people_of
from parcours.lab.population import BLOCK, block, blocks, generate
from parcours.lab.sample import facts


@pytest.fixture(scope="module")
def few():
    return generate(600, 2022, seed=7)


def test_the_first_people_of_more_are_the_same_people(few) -> None:
    more = generate(2_000, 2022, seed=7)
    assert more.people.slice(0, 600).equals(few.people)
    assert more.acts.filter(pc.less(more.acts["patient"], 600)).equals(few.acts)


def test_neither_blocks_nor_order_change_anything(few) -> None:
    parts = list(blocks(600, 2022, 7, size=97))
    assert len(parts) == 7
    for made, whole in ((0, few.people), (1, few.acts)):
        assert [row for part in parts for row in part[made].to_pylist()] == whole.to_pylist()
    alone = block(np.array([421]), 2022, 7)
    assert alone.acts.to_pylist() == few.acts.filter(pc.equal(few.acts["patient"], 421)).to_pylist()


def test_no_household_is_in_two_blocks() -> None:
    around = people_of(np.arange(BLOCK - 300, BLOCK + 300), 2022, seed=1).household
    assert not set(around[:300].tolist()) & set(around[300:].tolist())


def test_exactly_as_many_people_as_asked_each_once_and_of_an_age_that_follows_from_the_birth(few) -> None:
    assert few.people.num_rows == 600
    assert len(set(few.people["patient_id"].to_pylist())) == 600
    for age, born in zip(few.people["age"].to_pylist(), few.people["birth_date"].to_pylist(), strict=True):
        assert age == 2022 - born.year - ((born.month, born.day) > (1, 1)), born


def test_acts_are_sorted_and_every_one_is_settled(few) -> None:
    acts = few.acts
    keys = list(zip(acts["patient"].to_pylist(), acts["date"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    settled = settle_table(facts(acts), run=Run.of(None, None))
    assert set(settled["error"].to_pylist()) == {None}
    fee, *payers = (sum(settled[name].to_pylist()) for name in ("fee", "amo", "amc", "patient"))
    assert fee == sum(payers)


def test_another_seed_is_another_france(few) -> None:
    assert not generate(600, 2022, seed=8).people.equals(few.people)


@pytest.mark.parametrize("year", [2017, 2024, 2026])
def test_other_years_are_settled_in_the_law_of_that_year(year) -> None:
    acts = generate(300, year, seed=3).acts
    settled = settle_table(facts(acts), run=Run.of(None, None))
    assert set(settled["error"].to_pylist()) == {None}
