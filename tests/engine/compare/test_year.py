"""Contracts over a year: every amount adds up, the caps run, the cheapest is the cheapest."""

import pytest

from parcours.contracts.library import library
from parcours.engine.case import settle
from parcours.engine.compare.against import MOST_SAID
from parcours.engine.compare.plans import plan_of, read_plan
from parcours.engine.compare.year import MONTHS, Plan, compare, prices_of, with_prices, with_times, years
from parcours.engine.errors import FactError

NONE = Plan("none", None, 0)
BASIC = Plan("basic", library()["responsable_100"], 25_00)
STRONG = Plan("strong", library()["responsable_220"], 55_00)


@pytest.mark.parametrize("name", sorted(years()))
def test_every_year_is_settled_and_adds_up(name: str) -> None:
    year = years()[name]
    found = compare([NONE, BASIC, STRONG], year.items, year.person, 2026)
    assert found.refused == ()
    for one in found.years:
        care = one.care
        assert care.amo + care.amc + care.patient == care.fee
        assert one.total == one.plan.premium * MONTHS + care.patient
        assert sum(cost.patient for cost in one.by_item.values()) == care.patient
    assert [one.total for one in found.years] == sorted(one.total for one in found.years)
    left = {one.plan.name: one.care.patient for one in found.years}
    assert left["strong"] <= left["basic"] <= left["none"]
    assert len({one.care.amo for one in found.years}) == 1, "the Sécu pays the same whatever the contract"


def test_an_item_is_the_act_settled_alone_times_its_number() -> None:
    year = years()["family"]
    gp = next(one for one in year.items if one.id == "gp")
    found = compare([BASIC], with_times([gp], {"gp": 3}), year.person, 2026)
    facts = {
        **year.person,
        **gp.facts,
        "fee": 30,
        "care_date": "2026-01-15",
        "contract": "responsable_100",
        "exemption": "none",
    }
    assert found.best.care.patient == 3 * settle({**facts, "c2s": False, "scheme": "general"}).settlement.patient


def test_the_caps_of_the_year_run() -> None:
    """Fifty euros of flat contributions a year (D160-6): the twenty-sixth visit bears none."""
    year = years()["family"]
    gp = [one for one in year.items if one.id == "gp"]
    found = compare([BASIC], with_times(gp, {"gp": 40}), year.person, 2026)
    assert found.best.contributions == 50_00
    assert found.best.care.patient == 50_00


@pytest.mark.parametrize("name", sorted(years()))
def test_a_break_even_is_the_first_whole_number_at_which_a_premium_pays(name: str) -> None:
    """Settled again: with that many it is the cheaper one, with one fewer it is not."""
    year = years()[name]
    found = compare([NONE, BASIC, STRONG], year.items, year.person, 2026)
    assert [(one.first.plan.name, one.second.plan.name) for one in found.pairs] == [
        ("basic", "strong"), ("none", "basic"), ("none", "strong"),
    ]  # fmt: skip
    for pair in found.pairs:
        if pair.acts is not None:
            assert pair.more * pair.of <= pair.saved * pair.acts
            assert pair.more * pair.of > pair.saved * (pair.acts - 1)
        if pair.item is None or pair.item[1] > MOST_SAID:
            continue
        item, times = pair.item
        plans = [one.plan for one in pair.ordered]
        for number, pays in ((times, True), (times - 1, False)):
            again = compare(plans, with_times(year.items, {item.id: number}), year.person, 2026)
            totals = {one.plan.name: one.total for one in again.years}
            assert (totals[plans[1].name] <= totals[plans[0].name]) is pays, (item.id, number)
        assert f"{times} times “{item.label.en}” instead of {item.times}" in pair.said("en")


def test_an_act_without_a_fee_is_at_its_tariff_and_people_write_prices() -> None:
    year = years()["glasses"]
    gp, glasses = (next(one for one in year.items if one.id == name) for name in ("gp", "glasses"))
    assert prices_of(gp, year.person, 2026) == {"gp": 30_00}
    assert prices_of(gp, year.person, 2023)["gp"] < 30_00, "the tariff of the year"
    assert prices_of(glasses, year.person, 2026) == {"glasses.frame": 150_00, "glasses.lens": 220_00}
    dearer = with_prices([gp, glasses], {"gp": 45_00, "glasses.lens": 300_00})
    found = compare([NONE], dearer, year.person, 2026).best.by_item
    assert (found["gp"].fee, found["glasses"].fee) == (2 * 45_00, 150_00 + 2 * 300_00)


@pytest.mark.parametrize(
    ("text", "premium", "with_optam"),
    [
        ("responsable_220=55", 55_00, 220),
        ("OPTAM 200 %, hors OPTAM 180 %=48,50", 48_50, 200),
        ("Mine: 150 % = 31", 31_00, 150),
        ("none=0", 0, None),
        ("150", 0, 150),
    ],
)
def test_a_plan_as_people_write_it(text: str, premium: int, with_optam: int | None) -> None:
    plan = read_plan(text)
    assert plan.premium == premium
    said = None if plan.contract is None else plan.contract.get("consultation_pct_br_optam")
    assert said == with_optam


@pytest.mark.parametrize(
    ("text", "field"), [("a good one=30", "contract"), ("150=dear", "premium"), ("150=9999", "premium")]
)
def test_a_plan_that_cannot_be_read_names_its_field(text: str, field: str) -> None:
    with pytest.raises(FactError) as caught:
        read_plan(text)
    assert caught.value.field == field


def test_euros_and_teeth_of_a_contract_change_glasses_and_crowns() -> None:
    year = years()["glasses"]
    mine = plan_of("100 %, dentaire 250 %, monture 100 €, verre 150 €", "40", "mine")
    found = compare([BASIC, mine], year.items, year.person, 2026)
    by_name = {one.plan.name: one.by_item for one in found.years}
    assert by_name["basic"]["glasses"].patient - by_name["mine"]["glasses"].patient > 300_00
    assert by_name["mine"]["crown"].patient < by_name["basic"]["crown"].patient
