"""The form asks only what can still change the result, and its range never lies."""

from itertools import chain
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import BY_NAME, slugs
from parcours.engine.say.possible import BESIDE, MONEY, PATHWAY
from parcours.engine.say.sitting import ask, next_question, patient_range
from parcours.engine.say.wording import law_file
from parcours.law import codes
from tests.support.pace import within

TRUTHS: dict[str, Any] = {
    "profession": "medecin",
    "specialty": "generaliste",
    "care_date": "2025-06-02",
    "age": 40,
    "medecin_traitant": True,
    "role": "medecin_traitant",
    "referral": "none",
    "convention": "secteur_1",
    "fee": 30,
    "exemption": "none",
    "c2s": False,
    "scheme": "general",
    "tiers_payant": "none",
}
MOST_QUESTIONS = 25


def interview(truths: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Answer every question with the truth: the facts asked, in order, and the answers."""
    said: dict[str, Any] = {}
    asked = []
    for _ in range(MOST_QUESTIONS):
        question = ask(said, "fr").question
        if question is None:
            return asked, said
        asked.append(question.fact)
        said[question.fact] = truths.get(question.fact)
    raise AssertionError(f"still asking after {MOST_QUESTIONS}: {asked}")


def test_a_visit_to_the_declared_doctor_needs_nothing_more_of_the_pathway() -> None:
    asked, _ = interview(TRUTHS)
    assert asked[:6] == ["profession", "specialty", "care_date", "age", "medecin_traitant", "role"]
    assert not {"referral", "urgent", "away", "special_setting"} & set(asked)


def test_outside_the_pathway_every_excuse_is_asked_once() -> None:
    asked, _ = interview({**TRUTHS, "role": "autre", "urgent": False, "away": False, "special_setting": "none"})
    excuses = ("referral", "urgent", "away", "special_setting", "medecin_traitant_left_on", "installed_on")
    assert [fact for fact in asked if fact in excuses] == list(excuses)


def test_an_excuse_that_holds_ends_the_questions_on_the_pathway() -> None:
    asked, _ = interview({**TRUTHS, "role": "autre", "urgent": True})
    assert "special_setting" not in asked


def test_the_reason_is_only_asked_where_it_opens_direct_access() -> None:
    truths = {**TRUTHS, "role": "autre", "purpose": "contraception"}
    assert "purpose" in interview({**truths, "specialty": "gynecologie_medicale"})[0]
    assert "purpose" not in interview({**truths, "specialty": "dermatologie"})[0]


def test_only_the_reasons_of_the_specialty_are_offered() -> None:
    said = {**TRUTHS, "specialty": "ophtalmologie", "role": "autre"}
    question = next_question(
        {name: said[name] for name in ("specialty", "care_date", "age", "medecin_traitant", "role", "referral")}
    )
    assert question is not None
    assert [choice.value for choice in question.choices] == ["none", "refraction", "glaucome", "dmla"]


def test_c2s_ends_the_questions_on_the_contract() -> None:
    asked, _ = interview({**TRUTHS, "c2s": True})
    assert "contract" not in asked


def test_a_child_is_not_asked_about_a_declared_doctor() -> None:
    asked, _ = interview({**TRUTHS, "age": 10})
    assert not set(PATHWAY) & set(asked)


def test_at_eighteen_the_age_at_the_start_of_the_year_is_asked() -> None:
    asked, _ = interview({**TRUTHS, "age": 18, "age_1er_janvier": 17})
    assert "age_1er_janvier" in asked


def test_before_the_fee_is_known_a_free_fee_has_no_ceiling() -> None:
    known = {name: TRUTHS[name] for name in ("specialty", "care_date", "age", "medecin_traitant", "role")}
    assert patient_range(known).high is None
    assert patient_range({**known, "convention": "secteur_1"}).high is not None


def test_the_range_closes_on_the_share() -> None:
    _, said = interview(TRUTHS)
    assert patient_range(said).low == patient_range(said).high == 1100


def test_what_nobody_owes_under_the_c2s_is_no_part_of_the_least() -> None:
    known = {name: TRUTHS[name] for name in ("care_date", "age")} | {"specialty": "dermatologie", "fee": 60}
    known["exemption"] = "none"
    assert patient_range({**known, "convention": "secteur_2"}).low == 0
    assert patient_range({**known, "convention": "secteur_2", "c2s": False}).low > 0


def test_an_optional_question_may_be_answered_by_nothing() -> None:
    known = {**TRUTHS, "role": "autre"}
    del known["tiers_payant"]
    asked, _ = interview({**known, "special_setting": None, "urgent": None, "away": None})
    assert len(asked) == len(set(asked))


def test_a_wrong_fact_is_refused_by_name() -> None:
    with pytest.raises(FactError) as caught:
        ask({"specialty": "astrologie"}, "fr")
    assert caught.value.field == "specialty"


TRUTH = st.fixed_dictionaries(
    {
        "profession": st.just("medecin"),
        "specialty": st.sampled_from(
            ["generaliste", "dermatologie", "gynecologie_medicale", "psychiatrie", "ophtalmologie"]
        ),
        "care_date": st.sampled_from(["2018-06-01", "2023-12-01", "2025-06-02", "2026-05-04"]),
        "age": st.sampled_from([10, 16, 20, 25, 26, 40, 80]),
        "medecin_traitant": st.booleans(),
        "role": st.sampled_from(
            ["autre", "medecin_traitant", "remplacant", "nouveau_medecin_traitant", "correspondant"]
        ),
        "referral": st.sampled_from(slugs(codes.Referral)),
        "purpose": st.sampled_from(["none", "contraception", "refraction"]),
        "urgent": st.booleans(),
        "away": st.booleans(),
        "special_setting": st.sampled_from(["none", "addictologie", "permanence_des_soins"]),
        "convention": st.sampled_from(slugs(codes.Convention)),
        "fee": st.sampled_from([20, 31.5, 60]),
        "exemption": st.sampled_from(["none", "ald", "maternite"]),
        "c2s": st.booleans(),
        "contract": st.sampled_from([None, {"responsable": True, "consultation_pct_br": 150}]),
        "scheme": st.sampled_from(["general", "alsace_moselle"]),
        "tiers_payant": st.sampled_from(slugs(codes.TiersPayant)),
    }
)


def consistent(truths: dict[str, Any]) -> bool:
    """Can these truths be of one person?"""
    own = truths["role"] == "medecin_traitant"
    return (truths["medecin_traitant"] or not own) and (
        truths["referral"] == "none" or truths["role"] in ("autre", "correspondant")
    )


@given(TRUTH)
def test_the_share_is_always_inside_the_range_that_was_said(truths: dict[str, Any]) -> None:
    assume(consistent(truths))
    said: dict[str, Any] = {}
    ranges = []
    while (found := ask(said, "fr")).question is not None:
        ranges.append(found.range)
        said[found.question.fact] = truths.get(found.question.fact)
    share = settled_share(said)
    if share is None:
        return
    for item in ranges:
        if "fee" in said and item.high is not None and said["fee"] * 100 > flat_fee(said):
            continue
        assert item.low <= share
        assert item.high is None or share <= item.high


def test_the_local_scheme_is_asked_at_a_doctor_on_call() -> None:
    """No sector is asked there, and 90 % is refunded in Alsace-Moselle, not 70 %."""
    truths = {"profession": "medecin", "specialty": "generaliste", "care_date": "2026-05-04", "age": 40,
              "medecin_traitant": True, "role": "autre", "referral": "none", "special_setting": "permanence_des_soins",
              "fee": 30, "exemption": "none", "c2s": False, "contract": None, "scheme": "alsace_moselle"}  # fmt: skip
    _, said = interview(truths)
    assert said["scheme"] == "alsace_moselle"
    assert settled_share(said) == 500


def flat_fee(said: dict[str, Any]) -> int:
    """The highest lawful fee: above it, a range made before the fee was known could not foresee the share."""
    maximum = settle({name: value for name, value in said.items() if value is not None}).settlement.max_fee
    return maximum if maximum >= 0 else 10**9


def settled_share(said: dict[str, Any]) -> int | None:
    """What the patient is left with, where the law knows the tariff."""
    try:
        return settle({name: value for name, value in said.items() if value is not None}).settlement.patient
    except FactError:
        return None


@given(TRUTH)
def test_what_was_not_asked_changes_neither_the_share_nor_the_advance(truths: dict[str, Any]) -> None:
    assume(consistent(truths))
    _, said = interview(truths)
    paid = settled_amounts(said)
    if paid is None:
        return
    for name in (*PATHWAY[3:6], *MONEY, "tiers_payant"):
        if name not in said and name != "contract":
            assert settled_amounts({**said, name: truths[name]}) == paid, name


def settled_amounts(said: dict[str, Any]) -> tuple[int, int] | None:
    """What the patient is left with and what is advanced, where the law knows the tariff."""
    try:
        result = settle({name: value for name, value in said.items() if value is not None}).settlement
    except FactError:
        return None
    return result.patient, result.advance


LOCUM = {**TRUTHS, "specialty": "generaliste", "medecin_traitant": False, "role": "remplacant", "fee": 20}


@given(TRUTH)
@example(LOCUM)
def test_the_answers_are_enough_to_settle(truths: dict[str, Any]) -> None:
    assume(consistent(truths))
    _, said = interview(truths)
    assert refused_field(said) in (None, "act", "base", "care_date")


def refused_field(said: dict[str, Any]) -> str | None:
    """The fact for which these answers are refused, if any."""
    try:
        settle({name: value for name, value in said.items() if value is not None})
    except FactError as error:
        return error.field
    return None


def test_each_step_takes_less_than_fifteen_milliseconds() -> None:
    known = {name: TRUTHS[name] for name in ("specialty", "care_date", "age")}
    ask(known, "fr")
    assert within(0.015, lambda: ask(known, "fr"))


def test_every_question_is_a_fact_and_every_fact_that_may_be_asked_has_its_question() -> None:
    assert set(law_file("questions.yaml")) <= set(BY_NAME)
    asked = {*PATHWAY, *MONEY, "sejour_jours", *chain(*BESIDE.values())}
    assert asked <= set(law_file("questions.yaml"))


def test_who_referred_is_asked_where_a_new_gp_would_change_the_refund() -> None:
    """Sent without a declared doctor: only a newly settled GP's referral counts (L162-5-4)."""
    sent = {**TRUTHS, "specialty": "dermatologie", "role": "correspondant", "referral": "autre_medecin"}
    asked, said = interview({**sent, "medecin_traitant": False, "referrer_installed_on": "2025-01-06"})
    assert "referrer_installed_on" in asked
    assert settle({name: value for name, value in said.items() if value is not None}).settlement.majoration == 0
    assert "referrer_installed_on" not in interview(sent)[0]
    assert "referrer_installed_on" not in interview({**sent, "role": "autre", "referral": "none"})[0]


def test_the_approval_of_a_centre_is_asked_where_the_letter_of_the_law_is_read() -> None:
    said = {name: TRUTHS[name] for name in ("specialty", "care_date", "age", "medecin_traitant")}
    said |= {"role": "autre", "referral": "none", "special_setting": "centre_sante_zone_deficitaire"}
    said |= dict.fromkeys(("urgent", "away", "medecin_traitant_left_on", "installed_on"))
    text = next_question(said, readings={"centre_zone_deficitaire": "texte"})
    assert text is not None
    assert text.fact == "centre_agree_on"
    practice = next_question(said)
    assert practice is not None
    assert practice.fact != "centre_agree_on"


def test_a_journey_is_asked_whether_it_was_urgent_and_a_laboratory_whether_it_only_took_a_sample() -> None:
    common = {"care_date": "2025-06-02", "age": 40, "base": 60, "fee": 60, "exemption": "none", "c2s": False}
    more = {"contract": None, "scheme": None}
    journey = next_question({**common, **more, "profession": "transporteur"})
    assert journey is not None
    assert journey.fact == "special_setting"
    assert [choice.value for choice in journey.choices] == ["none", "transport_urgent", "transfert_hospitalier"]
    laboratory = next_question({**common, **more, "profession": "laboratoire"})
    assert laboratory is not None
    assert laboratory.fact == "prelevement_biologie"


def test_a_stay_is_asked_its_days_first() -> None:
    question = next_question({"profession": "etablissement", "act": "sejour", "care_date": "2025-06-02"})
    assert question is not None
    assert question.fact == "sejour_jours"
    assert question.kind == "days"


def test_a_doctor_is_not_asked_about_a_journey() -> None:
    said = {name: TRUTHS[name] for name in ("specialty", "care_date", "age", "medecin_traitant")}
    said |= {"role": "autre", "referral": "none", "urgent": False, "away": False}
    question = next_question(said)
    assert question is not None
    assert question.fact == "special_setting"
    assert not {"transport_urgent", "transfert_hospitalier"} & {choice.value for choice in question.choices}
    assert {"detenu", "examen_enfant"} <= {choice.value for choice in question.choices}
