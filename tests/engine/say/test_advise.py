"""Advice is true, best first, and never proposes what is already done."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given

from parcours.engine.case import Answer, settle
from parcours.engine.errors import FactError
from parcours.engine.say.advise import Option, advise, code_of
from parcours.engine.say.wording import law_file
from parcours.law.codes import Pathway
from tests.properties.strategies import acts
from tests.support.pace import within

LEVERS = law_file("levers.yaml")
BASE: dict[str, Any] = {
    "care_date": "2025-06-02",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}

GYNAECOLOGY = "gynecologie_obstetrique"


def options(answer: Answer) -> Iterator[Option]:
    """Everything an advice holds."""
    advice = advise(answer, "fr")
    yield from (*advice.singles, *advice.pairs, *advice.conditional, *advice.conditional_pairs)


def settled(facts: dict[str, Any]) -> Answer | None:
    """The answer, where the law has one."""
    try:
        return settle(facts)
    except FactError:
        return None


def test_a_gp_outside_the_pathway_saves_the_whole_majoration_by_seeing_the_declared_doctor() -> None:
    best = advise(settle(BASE), "en").best
    assert best is not None
    assert best.levers == ("see_medecin_traitant",)
    assert best.saved == 1060
    assert best.saved_year == 4240


def test_without_a_declared_doctor_two_levers_go_together() -> None:
    facts = {**BASE, "specialty": "dermatologie", "convention": "secteur_2", "fee": 60, "medecin_traitant": False}
    advice = advise(settle(facts), "fr")
    assert ("declare_medecin_traitant", "get_referral") in [item.levers for item in advice.pairs]
    assert "get_referral" not in [lever for item in advice.singles for lever in item.levers]


def test_a_doctor_at_the_tariff_charges_the_act_that_was_asked_for() -> None:
    """Sent for one opinion: in sector 1 too it is a one-off opinion, not a plain consultation."""
    sent = {**BASE, "specialty": "dermatologie", "convention": "secteur_2", "fee": 90, "care_date": "2026-11-20"}
    asked = {"role": "correspondant", "referral": "avis_ponctuel"}
    for act in ({}, {"act": "APC"}):
        advice = advise(settle({**sent, **asked, **act}), "en")
        assert next(one.patient for one in advice.singles if one.levers == ("choose_sector_1",)) == 2000


def test_a_midwife_is_only_proposed_to_whom_she_may_follow() -> None:
    for age, specialty, found in ((30, "dermatologie", True), (58, "dermatologie", False), (58, GYNAECOLOGY, True)):
        facts = {**BASE, "care_date": "2026-11-20", "specialty": specialty, "age": age, "purpose": "none"}
        levers = {name for item in options(settle(facts)) for name in item.levers}
        assert ("get_referral_midwife" in levers) == found, (age, specialty)


def test_an_unlawful_excess_can_still_be_disputed_after_the_visit() -> None:
    advice = advise(settle({**BASE, "role": "medecin_traitant", "fee": 45}), "fr")
    assert advice.singles[0].levers == ("dispute_excess",)
    assert advice.singles[0].saved == 1500
    assert advice.singles[0].after


def test_direct_access_is_only_proposed_with_its_condition_and_not_to_who_said_the_reason() -> None:
    silent = {**BASE, "specialty": "gynecologie_medicale", "fee": 37}
    assert "direct_access" in [item.levers[0] for item in advise(settle(silent), "fr").conditional]
    said = {**silent, "purpose": "none"}
    assert "direct_access" not in [lever for item in options(settle(said)) for lever in item.levers]


def test_nothing_is_proposed_where_nothing_is_left() -> None:
    advice = advise(settle({**BASE, "role": "medecin_traitant", "c2s": True}), "en")
    assert advice.best is None
    assert "less" in advice.note


def test_a_year_of_acts_counts_the_annual_caps() -> None:
    facts = {**BASE, "role": "medecin_traitant"}
    year = next(item for item in advise(settle(facts), "fr", 40).conditional if item.levers == ("c2s",))
    assert year.saved_year == 40 * 900 + 5000


def test_the_fee_follows_the_tariff_where_the_law_sets_it() -> None:
    facts = {**BASE, "specialty": "dermatologie", "fee": "26.50"}
    referred = next(item for item in options(settle(facts)) if item.levers == ("get_referral",))
    assert referred.patient == 3150 - 2205 + 200


def test_a_number_of_acts_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="acts_per_year"):
        advise(settle(BASE), "fr", 0)


@given(acts())
def test_no_single_lever_is_cheaper_than_the_first(facts: dict[str, Any]) -> None:
    answer = settled(facts)
    if answer is None:
        return
    advice = advise(answer, "fr")
    best = advice.best
    patients = [item.patient for item in advice.singles]
    assert patients == sorted(patients)
    if best is not None:
        assert all(best.patient <= item.patient for item in (*advice.singles, *advice.pairs))


@given(acts())
def test_an_option_lowers_what_is_left_or_what_is_advanced(facts: dict[str, Any]) -> None:
    answer = settled(facts)
    if answer is None:
        return
    for item in options(answer):
        assert item.saved == answer.settlement.patient - item.patient
        assert item.saved > 0 or (item.saved == 0 and item.advance_saved > 0)


@given(acts())
def test_a_lever_already_pulled_is_never_proposed(facts: dict[str, Any]) -> None:
    answer = settled(facts)
    if answer is None:
        return
    for item in options(answer):
        for lever in item.levers:
            changes = LEVERS[lever]["changes"].items()
            coded = [(name, value) for name, value in changes if name not in ("fee", "contract") and value != "first"]
            assert not coded or any(code_of(name, value) != getattr(answer.act, name) for name, value in coded)


@given(acts())
def test_a_condition_is_never_hidden(facts: dict[str, Any]) -> None:
    answer = settled(facts)
    if answer is None:
        return
    advice = advise(answer, "fr")
    for item in (*advice.singles, *advice.pairs):
        assert not any("only_if" in LEVERS[lever] for lever in item.levers)
    assert all(item.only_if for item in (*advice.conditional, *advice.conditional_pairs))


@given(acts())
def test_a_pair_is_better_than_each_of_its_levers(facts: dict[str, Any]) -> None:
    answer = settled(facts)
    if answer is None:
        return
    alone = {item.levers[0]: item.patient for item in options(answer) if len(item.levers) == 1}
    for item in options(answer):
        if len(item.levers) > 1:
            assert all(item.patient < alone.get(lever, answer.settlement.patient) for lever in item.levers)


def test_no_lever_proposes_an_emergency_or_an_absence() -> None:
    lies = {"urgent", "away", "special_setting", "age", "medecin_traitant_left_on", "installed_on", "scheme", "ame"}
    assert not any(lies & set(entry["changes"]) for entry in LEVERS.values())


def test_levers_of_the_pathway_bring_the_act_inside() -> None:
    facts = {**BASE, "specialty": "dermatologie", "fee": 31.5}
    referral = next(item for item in options(settle(facts)) if item.levers == ("get_referral",))
    assert settle({**facts, "referral": "soins_iteratifs"}).settlement.pathway == Pathway.INSIDE
    assert referral.saved > 0


def test_advice_takes_less_than_twenty_milliseconds() -> None:
    answer = settle(
        {**BASE, "specialty": "dermatologie", "convention": "secteur_2", "fee": 60, "medecin_traitant": False}
    )
    advise(answer, "fr")
    assert within(0.02, lambda: advise(answer, "fr"))


UNDECLARED = {**BASE, "specialty": "dermatologie", "fee": "26.50", "medecin_traitant": False}


@pytest.mark.parametrize(
    ("lever", "first", "before"),
    [
        ("get_referral_midwife", "2021-04-28", "2021-04-27"),  # L162-5-3, 4°
        ("get_referral_new_gp", "2006-01-03", "2006-01-02"),  # L162-5-4
    ],
)
def test_who_may_refer_without_a_declared_doctor_is_proposed_from_the_day_of_the_law(
    lever: str, first: str, before: str
) -> None:
    def found(day: str) -> list[Option]:
        facts = {**UNDECLARED, "care_date": day, "base": "23", "fee": "23"}
        return [item for item in advise(settle(facts), "en").conditional if item.levers == (lever,)]

    assert found(before) == []
    (option,) = found(first)
    assert option.only_if
    visit = settle({**UNDECLARED, "care_date": first, "base": "23", "fee": "23"})
    assert option.saved == visit.settlement.majoration > 0


def test_a_referral_in_the_lever_counts_from_the_day_of_the_care() -> None:
    (option,) = (item for item in advise(settle(UNDECLARED), "fr").conditional if "get_referral_new_gp" in item.levers)
    assert (option.saved, Pathway(settle(BASE).law.position[option.status])) == (10_60, Pathway.INSIDE)


def test_the_solidarity_cover_leaves_no_forbidden_overrun() -> None:
    """Sector 1, 45 € for a tariff of 30: L162-5-13 forbids the overrun to whoever has the cover."""
    answer = settle({**BASE, "role": "medecin_traitant", "fee": 45})
    (option,) = (item for item in advise(answer, "fr").conditional if item.levers == ("c2s",))
    assert (answer.settlement.patient, option.patient) == (26_00, 0)


@pytest.mark.parametrize(("january", "monthly"), [(29, 8_00), (30, 14_00)])
def test_the_solidarity_cover_counts_the_age_of_the_start_of_the_year(january: int, monthly: int) -> None:  # L861-1
    answer = settle({**BASE, "age": 30, "age_1er_janvier": january})
    assert {item.monthly for item in advise(answer, "fr").conditional if item.levers == ("c2s",)} == {monthly}


@pytest.mark.parametrize("left", ["2025-03-02", "2023-03-02"])
@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(
    ("specialty", "new"), [("generaliste", "declare_this_doctor"), ("dermatologie", "declare_new_medecin_traitant")]
)
def test_nobody_is_sent_back_to_a_doctor_who_left(left: str, specialty: str, new: str, *, declared: bool) -> None:
    facts = {**BASE, "specialty": specialty, "fee": 37, "medecin_traitant": declared, "medecin_traitant_left_on": left}
    found = {name for item in options(settle(facts)) for name in item.levers}
    supposed = {"see_medecin_traitant", "see_same_premises", "get_referral", "get_referral_ipa", "ald_protocol"}
    assert not found & supposed
    assert new in found or (left > "2024" and specialty == "generaliste")
