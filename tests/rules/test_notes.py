"""What is noticed beside the amounts: the act is not for this patient, tiers payant, overruns nobody may ask."""

from typing import Any

import pytest

from parcours.engine.case import settle as settle_facts
from parcours.engine.memory import read_counters, settle_many
from parcours.law.cases import Note
from parcours.law.codes import Convention, Exemption, Profession, Purpose, Referral, SpecialSetting, TiersPayant
from parcours.law.loader import load
from parcours.rules.types import Counters
from tests.rules.support import settled

OWN: dict[str, Any] = {"role": 1}
S2 = Convention.SECTEUR_2
DEAR = {"convention": S2, "fee": 60_00}


def notes(**facts: Any) -> set[str]:
    bits = settled(**facts).notes
    return {note.name.lower() for note in Note if bits >> note & 1}


@pytest.mark.parametrize(
    ("act", "age", "noticed"),
    [
        ("CCP", 25, False),
        ("CCP", 26, True),
        ("COE", 2, False),
        ("COE", 3, True),
        ("COE", 40, True),
        ("COD", 5, False),
        ("COD", 6, True),
        ("COB", 5, True),
        ("COB", 6, False),
        ("MEG", 5, False),
        ("MEG", 40, True),
        ("GL", 79, True),
        ("GL", 80, False),
        ("APC", 40, False),
    ],
)
def test_an_act_that_is_not_for_a_patient_of_this_age(act: str, age: int, noticed: bool) -> None:
    facts = {"act": act, "age": age, "care_date": 20260302, "tiers_payant": TiersPayant.PARTIAL, **OWN}
    assert notes(**facts) == ({"not_for_this_age"} if noticed else set())


def test_a_compulsory_examination_is_not_for_an_adult() -> None:  # L160-14 25, R160-17 I 1 and 7
    paid = {"tiers_payant": TiersPayant.PARTIAL, "exemption": Exemption.EXAMEN_ENFANT, **OWN}
    assert notes(age=17, **paid) == set()
    assert notes(age=18, **paid) == {"not_for_this_age"}
    assert notes(special_setting=SpecialSetting.EXAMEN_ENFANT, tiers_payant=TiersPayant.PARTIAL, **OWN) == {
        "not_for_this_age"
    }


RIGHT = {"third_party_right"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, set()),
        ({"exemption": Exemption.ALD}, RIGHT),
        ({"exemption": Exemption.ALD_SANS_RAPPORT}, set()),
        ({"exemption": Exemption.ALD, "tiers_payant": TiersPayant.PARTIAL}, set()),
        ({"exemption": Exemption.ALD, "care_date": 20161230}, set()),
        ({"exemption": Exemption.ALD, "care_date": 20161231}, RIGHT),
        ({"exemption": Exemption.MATERNITE}, RIGHT),
        ({"purpose": Purpose.IVG_MEDICAMENTEUSE}, RIGHT),
        ({"special_setting": SpecialSetting.EXAMEN_ENFANT, "age": 4}, RIGHT),
        ({"exemption": Exemption.CONTRACEPTION, "age": 25}, RIGHT),
        ({"exemption": Exemption.CONTRACEPTION, "age": 26}, set()),
        ({"c2s": 1}, RIGHT),
        ({"exemption": Exemption.AT_MP}, set()),
        ({"exemption": Exemption.ALD, "role": 0}, set()),
        ({"role": 0, "tiers_payant": TiersPayant.FULL}, {"no_third_party_outside"}),
        ({"role": 0}, set()),
    ],
)
def test_the_right_to_tiers_payant_and_its_absence_outside(facts: dict[str, Any], expected: set[str]) -> None:
    assert notes(**{**OWN, "base": 25_00, "fee": 25_00, **facts}) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"c2s": 1, "convention": S2, "fee": 60_00, "tiers_payant": TiersPayant.FULL}, {"overrun_c2s"}),
        ({"special_setting": SpecialSetting.DETENU, "convention": S2, "fee": 60_00}, {"overrun_prisoner"}),
        ({"profession": Profession.PSYCHOLOGUE, "convention": 0, "fee": 70_00}, {"overrun_psychologist"}),
        ({"special_setting": SpecialSetting.PERMANENCE_DES_SOINS, "care_date": 20260302, **DEAR}, {"overrun_duty"}),
        (
            {"special_setting": SpecialSetting.INTERNE_MEDECINE_GENERALE, "care_date": 20260302, **DEAR},
            {"overrun_trainee"},
        ),
        ({"special_setting": SpecialSetting.INTERNE_MEDECINE_GENERALE, "care_date": 20250602, **DEAR}, set()),
        ({"convention": S2, "fee": 60_00}, set()),
        ({"fee": 60_00}, set()),
    ],
)
def test_overruns_that_nobody_may_ask(facts: dict[str, Any], expected: set[str]) -> None:
    assert notes(**{**OWN, **facts}) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, True),
        ({"profession": Profession.SAGE_FEMME, "convention": 0}, True),
        ({"exemption": Exemption.EXAMEN_GROSSESSE}, False),
        ({"exemption": Exemption.MATERNITE}, False),
        ({"c2s": 1}, False),
        ({"ame": 1}, False),
        ({"purpose": 0}, False),
        ({"profession": Profession.LABORATOIRE, "convention": 0}, False),
    ],
)
def test_a_visit_for_a_pregnancy_may_be_an_examination_that_is_covered(  # L160-9, CSP L2122-1
    facts: dict[str, Any], expected: bool
) -> None:
    noticed = notes(**{**OWN, "specialty": 25, "purpose": Purpose.GROSSESSE, **facts})
    assert ("pregnancy_examination" in noticed) == expected


SENT = {"specialty": 3, "medecin_traitant": 1, "role": 2, "referral": Referral.AVIS_PONCTUEL, "fee": 60_00}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, True),
        ({"convention": S2}, True),
        ({"convention": Convention.SECTEUR_2_OPTAM, "fee": 75_00}, True),
        ({"c2s": 1}, True),
        ({"specialty": 32, "fee": 67_50}, True),
        ({"fee": 31_50}, False),
        ({"referral": Referral.SOINS_ITERATIFS}, False),
        ({"specialty": 1}, False),
        ({"base": 31_50}, False),
        ({"convention": Convention.NON_CONVENTIONNE}, False),
        ({"specialty": 32, "care_date": 20180110}, False),
    ],
)
def test_an_opinion_without_its_code_is_counted_as_a_consultation(  # NGAP 18
    facts: dict[str, Any], expected: bool
) -> None:
    assert ("opinion_uncoded" in notes(**{"care_date": 20260210, **SENT, **facts})) == expected


OPINION: dict[str, Any] = {
    "age": 50,
    "specialty": "dermatologie",
    "convention": "secteur_1",
    "medecin_traitant": True,
    "referral": "avis_ponctuel",
    "act": "APC",
    "fee": 60,
    "patient_id": "P",
    "professional_id": "D",
}


@pytest.mark.parametrize(
    ("second", "other", "noticed"),
    [
        ("2026-02-10", {}, True),
        ("2026-05-11", {}, True),
        ("2026-05-12", {}, False),
        ("2025-09-13", {"reimbursement_date": "2026-02-02"}, True),
        ("2025-09-12", {"reimbursement_date": "2026-02-02"}, False),
        ("2026-02-10", {"professional_id": "E"}, False),
        ("2026-02-10", {"patient_id": "Q"}, False),
    ],
)
def test_a_second_opinion_of_the_same_consultant_within_four_months(
    second: str, other: dict[str, Any], noticed: bool
) -> None:
    answers = settle_many([{**OPINION, "care_date": "2026-01-12"}, {**OPINION, "care_date": second, **other}])
    said = [answer.to_dict()["notes"] for answer in answers]
    assert said == [[], ["second_opinion"] if noticed else []]


def test_every_note_has_its_sentences_its_texts_and_an_example_that_leads_to_it() -> None:
    book = load()
    assert set(book.notes) == {note.name.lower() for note in Note}
    for name, entry in book.notes.items():
        assert entry["fr"], name
        assert entry["en"], name
        assert set(entry["references"]) <= set(book.references), name
        counters = read_counters(entry.get("counters", {}))
        assert settle_facts(entry["example"], counters=counters).notes == [name]


@pytest.mark.parametrize("tiers_payant", [TiersPayant.NONE, TiersPayant.PARTIAL])
def test_an_emergency_charge_is_the_patient_s_alone(tiers_payant: TiersPayant) -> None:
    """No part of health insurance is advanced: a long-term illness gives no right to direct billing of it."""
    charge = {"profession": "etablissement", "act": "forfait_patient_urgences", "fee": 23, "exemption": "ald"}
    facts = {"care_date": "2026-06-02", "age": 40, "medecin_traitant": True, **charge}
    assert settle_facts({**facts, "tiers_payant": tiers_payant.name.lower()}).notes == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"role": 0, "act": "COE", "tiers_payant": TiersPayant.FULL}, {"not_for_this_age", "no_third_party_outside"}),
        ({"act": "COE", "exemption": Exemption.ALD}, {"not_for_this_age", "third_party_right"}),
        ({"act": "APC", "exemption": Exemption.ALD, "specialty": 15}, {"second_opinion", "third_party_right"}),
        ({}, set()),
    ],
)
def test_what_is_noticed_adds_up(facts: dict[str, Any], expected: set[str]) -> None:
    """An opinion was given before: it matters to another opinion only."""
    bits = settled(counters=Counters(avis_precedent=20260210), **{**OWN, "care_date": 20260302, **facts}).notes
    assert {note.name.lower() for note in Note if bits >> note & 1} == expected
