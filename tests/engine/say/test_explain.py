"""An explanation says the figures of the row, in both languages, from its case codes alone."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.engine.case import Answer, settle
from parcours.engine.errors import FactError
from parcours.engine.facts.jsonio import dumps, loads
from parcours.engine.say.articles import article_said
from parcours.engine.say.explain import explain
from parcours.engine.say.row import STAGES, SettledRow
from parcours.law.loader import load
from parcours.law.texts import Article
from parcours.rules.types import Counters
from tests.properties.strategies import acts
from tests.support.pace import within

GP_OUTSIDE: dict[str, Any] = {
    "care_date": "2025-06-02",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}


def step_of(facts: dict[str, Any], stage: str, lang: str = "fr", **more: Any) -> Any:
    """One step of the explanation of an act."""
    return next(step for step in explain(settle(facts, **more), lang, quiet=True).steps if step.stage == stage)


def test_steps_come_in_the_order_of_the_law() -> None:
    explanation = explain(settle(GP_OUTSIDE), "fr", quiet=True)
    assert tuple(step.stage for step in explanation.steps) == STAGES


def test_an_explanation_is_written_as_its_plain_data() -> None:
    explanation = explain(settle(GP_OUTSIDE))
    assert dumps(explanation) == dumps(explanation.to_dict())


def test_a_quiet_stage_is_left_out_unless_asked_for() -> None:
    assert "franchise" not in [step.stage for step in explain(settle(GP_OUTSIDE), "fr").steps]


def test_the_capped_majoration_is_said_with_its_cap_its_article_and_its_first_day() -> None:
    step = step_of(GP_OUTSIDE, "majoration")
    assert "10,60\N{NARROW NO-BREAK SPACE}€" in step.text
    assert "26,50\N{NARROW NO-BREAK SPACE}€" in step.text
    assert "CSS-R160-6" in [ref.id for ref in step.references]
    assert step.first_day == "2023-11-01"
    assert step.confidence == "A"


def test_english_writes_amounts_and_rates_its_own_way() -> None:
    step = step_of(GP_OUTSIDE, "majoration", "en")
    assert "€10.60" in step.text
    assert "40%" in step.text


def test_the_other_reading_is_said_where_it_decides() -> None:
    step = step_of({**GP_OUTSIDE, "c2s": True}, "complementary")
    assert [other.name for other in step.other_readings] == ["c2s_hors_parcours"]
    assert "19,60\N{NARROW NO-BREAK SPACE}€" in step.other_readings[0].text
    assert not step_of(GP_OUTSIDE, "majoration").other_readings, "a closed point is told to who reopens it"


def test_figures_are_those_of_the_day() -> None:
    step = step_of({**GP_OUTSIDE, "care_date": "2024-05-14", "fee": 26.5}, "participation")
    assert "1,00\N{NARROW NO-BREAK SPACE}€" in step.text
    assert step.first_day == "2005-01-01"


def test_a_direct_access_says_which_reason_was_missing() -> None:
    facts = {**GP_OUTSIDE, "specialty": "gynecologie_medicale", "fee": 37, "purpose": "refraction"}
    texts = {item.name: item.text for item in explain(settle(facts), "en").why_not}
    assert "contraception" in texts["direct_access_purpose"]
    assert "glasses" in texts["direct_access_purpose"]


def test_an_exception_that_did_not_exist_yet_is_not_listed() -> None:
    facts = {**GP_OUTSIDE, "care_date": "2022-06-01", "fee": 25}
    names = [item.name for item in explain(settle(facts), "fr").why_not]
    assert "departed" not in names
    assert "new_gp" in names


def test_nothing_to_say_against_an_act_inside_the_pathway() -> None:
    facts = {**GP_OUTSIDE, "role": "medecin_traitant"}
    assert all(item.stage != "status" for item in explain(settle(facts), "fr").why_not)


def test_a_base_that_stops_at_the_fee_says_the_tariff() -> None:
    assert "The tariff is €30.00" in step_of({**GP_OUTSIDE, "fee": 25}, "base", "en").text
    assert "The tariff is" not in step_of(GP_OUTSIDE, "base", "en").text


def test_a_status_that_the_fund_gave_is_not_argued_with() -> None:
    claim = {name: GP_OUTSIDE[name] for name in ("care_date", "age", "specialty", "convention", "fee")}
    explanation = explain(settle({**claim, "status": "P"}), "fr")
    assert all(item.stage != "status" for item in explanation.why_not)


def test_an_unlawful_excess_is_a_warning() -> None:
    warning = explain(settle({**GP_OUTSIDE, "fee": 45}), "en").warning
    assert warning is not None
    assert "€15.00" in warning


def test_above_the_tariff_of_who_is_no_doctor_is_to_check() -> None:
    """Their agreements were not read (gap): neither called unlawful nor passed over."""
    midwife = {"care_date": "2026-11-20", "age": 30, "profession": "sage_femme", "fee": 31}
    assert "À vérifier : 4,50 €" in str(explain(settle(midwife), "fr").warning).replace("\u202f", " ").replace(
        "\xa0", " "
    )
    nurse = {**midwife, "profession": "infirmier", "base": 5, "fee": 10}
    assert "To check: €5.00" in str(explain(settle(nurse), "en").warning)
    prosthesis = {"profession": "chirurgien_dentiste", "base": 120, "fee": 500}
    for free in ({"fee": "26.50"}, {"convention": "non_conventionne"}, {"exigence_particuliere": 5}, prosthesis):
        assert explain(settle({**midwife, **free}), "fr").warning is None, free


def test_a_row_without_case_codes_is_refused_by_name() -> None:
    with pytest.raises(FactError) as caught:
        explain({"care_date": "2025-06-02"}, "fr")
    assert caught.value.field == "case_status"


def test_a_row_with_an_unknown_case_says_what_is_allowed() -> None:
    row = {**row_of(settle(GP_OUTSIDE)), "case_status": "nowhere"}
    with pytest.raises(FactError, match="medecin_traitant"):
        explain(row, "en")


def row_of(answer: Answer) -> dict[str, Any]:
    """The line an output file holds."""
    return dict(loads(dumps({**answer.facts, **answer.to_dict()})))


def settled(facts: dict[str, Any]) -> Answer | None:
    """The answer, where the law has one."""
    try:
        return settle(facts)
    except FactError:
        return None


@given(acts(), st.sampled_from(["fr", "en"]))
def test_any_answer_is_explained_without_an_unfilled_placeholder(facts: dict[str, Any], lang: str) -> None:
    answer = settled(facts)
    if answer is None:
        return
    explanation = explain(answer, lang, quiet=True)
    texts = [explanation.headline, *(step.text for step in explanation.steps), *(w.text for w in explanation.why_not)]
    assert all(text and "{" not in text for text in texts)
    assert len(explanation.steps) == len(STAGES)


@given(acts(), st.sampled_from(["fr", "en"]))
def test_a_line_of_a_file_is_explained_like_the_answer_in_memory(facts: dict[str, Any], lang: str) -> None:
    answer = settled(facts)
    if answer is not None:
        assert explain(row_of(answer), lang, quiet=True) == explain(answer, lang, quiet=True)


@given(acts())
def test_the_headline_says_the_three_shares(facts: dict[str, Any]) -> None:
    answer = settled(facts)
    if answer is None:
        return
    headline, excess = explain(answer, "en").headline, SettledRow.of_answer(answer).not_owed
    shares = answer.settlement.amo, answer.settlement.amc, answer.settlement.patient - excess
    for amount in (*shares, excess) if excess else shares:
        assert f"€{Decimal(amount).scaleb(-2):,.2f}" in headline


def test_an_explanation_is_plain_data() -> None:
    assert json.loads(dumps(explain(settle(GP_OUTSIDE), "fr").to_dict()))["steps"][0]["case"] == "outside"


def test_every_reference_of_an_explanation_has_a_title() -> None:
    titles = [ref.title for step in explain(settle(GP_OUTSIDE), "en").steps for ref in step.references]
    assert titles
    assert all(title in {entry["title"]["en"] for entry in load().references.values()} for title in titles)


@pytest.mark.parametrize(
    ("facts", "stage", "articles", "said"),
    [
        ({"exemption": "ald"}, "rate", ["L160-14", "R160-11"], "(affection de longue durée en rapport avec l'acte)"),
        ({"exemption": "maternite"}, "rate", ["L160-9"], "(maternité)"),
        ({"exemption": "at_mp"}, "rate", ["L431-1"], "maladie professionnelle)"),
        ({"exemption": "ald+invalidite"}, "rate", ["L160-14", "R160-10", "R160-11"], "et pension d'invalidité)"),
        ({"exemption": "ald_sans_rapport+maternite"}, "rate", ["L160-9"], "sans rapport avec l'acte et maternité)"),
        ({"special_setting": "examen_enfant", "age": 17}, "rate", ["L160-14", "R160-17"], "(examen obligatoire"),
        ({"exemption": "at_mp"}, "majoration", ["R160-6", "L432-1"], "maladie professionnelle)"),
        ({"exemption": "pension_militaire"}, "majoration", ["R160-6", "L371-6"], "(pension militaire"),
    ],
)
def test_an_exemption_cites_the_articles_of_its_grounds(
    facts: dict[str, Any], stage: str, articles: list[str], said: str
) -> None:
    step = step_of({**GP_OUTSIDE, "age_1er_janvier": 16 if facts.get("age") else 40, **facts}, stage)
    assert [ref.id.removeprefix("CSS-") for ref in step.references] == articles
    assert said in step.text


def test_every_article_of_an_exemption_is_that_of_a_ground() -> None:
    grounds = {id_ for entry in load().codes["exemption"].values() for id_ in entry.get("references", ())}
    assert set(load().cases["case_rate"]["exempt"]["references"]) <= grounds
    assert set(load().cases["case_majoration"]["exempt_not_due"]["references"]) - grounds == {"CSS-R160-6"}


def test_another_reading_tells_what_is_asked_in_excess_apart_from_what_is_owed() -> None:
    """L861-3: the base that is disputed changes who pays the tariff, not that nothing may be asked above it."""
    facts = {"purpose": "refraction", "convention": "secteur_2", "fee": 80, "c2s": True, "medecin_traitant": True}
    said = explain(settle({**GP_OUTSIDE, **facts, "specialty": "ophtalmologie", "age": 35, "contract": None}), "en")
    texts = [other.text for step in said.steps for other in step.other_readings]
    assert any("pay €16.10, you would owe €0.00, and €57.00 would be asked in excess" in one for one in texts), texts


def test_an_act_is_explained_in_less_than_two_milliseconds() -> None:
    answer = settle(GP_OUTSIDE)
    explain(answer, "fr")
    assert within(0.002, lambda: explain(answer, "fr"))


@pytest.mark.parametrize(
    ("facts", "said", "silent"),
    [
        ({}, {"referral_midwife", "sent_by_new_gp"}, {"referral_midwife_too_early"}),
        ({"care_date": "2021-04-27", "referral": "sage_femme"}, {"referral_midwife_too_early"}, {"referral_midwife"}),
        ({"care_date": "2006-01-02"}, set(), {"sent_by_new_gp", "new_gp"}),
    ],
)
def test_who_could_have_referred_is_said_from_the_day_of_the_law(facts, said, silent):
    """Sent by a midwife (L162-5-3, 4°, from 2021-04-28) or by a newly settled GP (L162-5-4, from 2006-01-03)."""
    visit = {
        "care_date": "2025-06-02", "age": 40, "specialty": "dermatologie", "convention": "secteur_1", "base": 20,
        "fee": 20, "medecin_traitant": False, "role": "correspondant", "referral": "none", **facts,
    }  # fmt: skip
    names = {item.name for item in explain(settle(visit), "en").why_not}
    assert said <= names
    assert not silent & names


@pytest.mark.parametrize("age", [2, 30])
def test_a_psychologists_session_is_explained_covered_or_not(age: int) -> None:  # R162-64: not before three
    session = {"care_date": "2026-05-05", "age": age, "profession": "psychologue", "fee": "50.00"}
    for counters in (Counters(), Counters(seances_annee=12)):
        assert explain(settle(session, counters=counters), "fr").steps


def test_mon_soutien_psy_says_its_rates_its_sessions_and_its_articles() -> None:
    step = step_of({"care_date": "2026-05-05", "age": 30, "profession": "psychologue", "fee": "50.00"}, "rate")
    assert all(said in step.text for said in ("60", "40", "20,00", "12 séances"))
    assert [ref.id for ref in step.references] == ["CSS-L162-58", "CSS-R162-65", "CSS-L871-1"]
    sessions = next(value for value in step.values if value.id == "mon_soutien_psy.seances_annee")
    assert sessions.first_day == "2024-06-15"


@pytest.mark.parametrize("article", [one for one in load().articles.values() if one.example], ids=lambda one: one.id)
def test_the_example_of_an_article_leads_to_one_of_its_cases(article: Article) -> None:
    cases = [case for paragraph in article_said(article.id, "fr").decides for case in paragraph.cases]
    assert any(case.facts == article.example for case in cases)
