"""The pathway derived again from the code and from official sheets: its days, ages and doctors, to the cent."""

import pytest

from tests.law.rederived import ADULT, ALONE, OTHER, SENT, Derived, case, found

OLD = {"fee": 25, "base": 25}
STUDENT = {**OTHER, **OLD, "special_setting": "medecine_preventive_etudiante"}
GENETICS = {**OTHER, **OLD, "special_setting": "genetique"}
EXAM = {**OTHER, **OLD, "age": 17, "age_1er_janvier": 16, "special_setting": "examen_enfant"}
NURSE_SENDS = {**ALONE, **OLD, "referral": "ipa"}
LEFT = {**OTHER, "medecin_traitant": False}
LAST_OF_2023 = {**OTHER, "fee": 26.50, "medecin_traitant_left_on": "2023-06-01"}
UNDECLARED = {**OTHER, "medecin_traitant": False}
SPRING_2020 = {**ADULT, "care_date": "2020-03-10", "profession": "medecin", "convention": "secteur_1"}
BY_LETTER = {"role": "correspondant", "referral": "soins_iteratifs"}
OUTSIDE = {"role": "autre", "referral": "none"}

DAYS = [
    case("D162-1-6 6", "genetics, the day before", {**GENETICS, "care_date": "2016-02-12"}, majoration=10_00, amo=6_50),
    case("D162-1-6 6", "genetics, first day", {**GENETICS, "care_date": "2016-02-13"}, majoration=0, amo=16_50),
    case("D162-1-6 9", "students, the day before", {**STUDENT, "care_date": "2019-02-20"}, majoration=10_00),
    case("D162-1-6 9", "students, first day", {**STUDENT, "care_date": "2019-02-21"}, majoration=0),
    case("D162-1-6 10", "examination at 17, the day before", {**EXAM, "care_date": "2019-02-28"}, majoration=10_00),
    case("D162-1-6 10", "examination, first day", {**EXAM, "care_date": "2019-03-01"}, majoration=0),
    case(
        "D162-1-6 11", "asked by a nurse, the day before", {**NURSE_SENDS, "care_date": "2019-08-13"}, majoration=10_00
    ),
    case("D162-1-6 11", "asked by a nurse, first day", {**NURSE_SENDS, "care_date": "2019-08-14"}, majoration=0),
    case("L162-5-3 5", "left 364 days ago", {**LEFT, "medecin_traitant_left_on": "2024-06-03"}, majoration=0),
    case("L162-5-3 5", "left a year ago", {**LEFT, "medecin_traitant_left_on": "2024-06-02"}, majoration=10_60),
    case("L162-5-3 5", "before the law", {**LAST_OF_2023, "care_date": "2023-12-28"}, majoration=10_60, amo=6_95),
    case("L162-5-3 5", "the law's first day", {**LAST_OF_2023, "care_date": "2023-12-29"}, majoration=0, amo=17_55),
]

PEOPLE = [
    case("L162-5-3", "at 15", {**OTHER, "age": 15}, majoration=0, amo=21_00),
    case("L162-5-3", "at 16", {**OTHER, "age": 16, "age_1er_janvier": 15}, majoration=10_60, amo=10_40),
    case("L162-5-3 1", "urgency without a declared doctor", {**UNDECLARED, "urgent": True}, majoration=0, amo=19_00),
    case("L162-5-3 2", "away without one", {**UNDECLARED, "away": True}, majoration=0, amo=19_00),
    case("L162-5-3 al. 6", "planning centre", {**UNDECLARED, "special_setting": "centre_planification"}, majoration=0),
    case("L162-5-3 al. 6", "humanitarian", {**UNDECLARED, "special_setting": "structure_humanitaire"}, majoration=0),
    case("R160-6", "dermatologist of 26.50 outside: 40 % is the cap", ALONE, majoration=10_60, amo=5_95),
    case("L162-5 18", "an authorised overrun at 16", {**ALONE, "age": 16, "age_1er_janvier": 15}, max_fee=37_00),
    case("L162-5 18", "none at 15", {**ALONE, "age": 15}, max_fee=26_50),
    case(
        "L162-5 18",
        "none under an ALD protocol, declared doctor or not",
        {**ALONE, "medecin_traitant": False, "referral": "protocole_ald"},
        majoration=10_60,
        max_fee=26_50,
    ),
    case("L162-5 18", "none for a general practitioner", OTHER, max_fee=30_00),
]

SHEETS = [
    case(
        "F1069",
        "own psychiatrist",
        {**SPRING_2020, "specialty": "psychiatrie", "fee": 41.70, "role": "medecin_traitant", "referral": "none"},
        amo=28_19,
    ),
    case(
        "F1069",
        "psychiatrist at 20",
        {**SPRING_2020, **OUTSIDE, "age": 20, "specialty": "psychiatrie", "fee": 46.70},
        amo=31_69,
    ),
    case(
        "F1069",
        "psychiatrist outside",
        {**SPRING_2020, **OUTSIDE, "specialty": "psychiatrie", "fee": 41.70},
        amo=18_19,
        max_fee=55_00,
    ),
    case(
        "F1069",
        "psychiatrist outside, sector 2",
        {**SPRING_2020, **OUTSIDE, "convention": "secteur_2", "specialty": "psychiatrie", "fee": 70},
        base=39_00,
        amo=16_30,
    ),
    case(
        "F1069",
        "cardiologist outside: the cap of 10 €",
        {**SPRING_2020, **OUTSIDE, "specialty": "cardiologie", "fee": 47.73},
        majoration=10_00,
        amo=22_41,
        max_fee=60_00,
    ),
    case(
        "F1069",
        "specialist outside: highest fee",
        {**SPRING_2020, **OUTSIDE, "specialty": "dermatologie", "fee": 35},
        max_fee=35_00,
    ),
    case("F1069", "GP correspondent", {**SPRING_2020, **BY_LETTER, "specialty": "generaliste", "fee": 30}, amo=20_00),
    case(
        "F1069",
        "specialist correspondent",
        {**SPRING_2020, **BY_LETTER, "specialty": "dermatologie", "fee": 30},
        amo=20_00,
    ),
    case(
        "F10874",
        "GP of sector 2",
        {
            **SPRING_2020,
            "care_date": "2019-06-17",
            "convention": "secteur_2",
            "specialty": "generaliste",
            "fee": 40,
            "role": "medecin_traitant",
            "referral": "none",
        },
        base=23_00,
        amo=15_10,
    ),
    case(
        "F33956",
        "stomatologist of sector 2",
        {**SPRING_2020, **BY_LETTER, "convention": "secteur_2", "specialty": "stomatologie", "fee": 40},
        amo=15_10,
    ),
    case(
        "F34696",
        "teleconsultation, specialist",
        {**SPRING_2020, **BY_LETTER, "care_date": "2020-03-18", "specialty": "dermatologie", "act": "TCS", "fee": 25},
        amo=16_50,
    ),
    case(
        "F34696",
        "teleconsultation, specialist of sector 2",
        {
            **SPRING_2020,
            **BY_LETTER,
            "care_date": "2020-03-18",
            "convention": "secteur_2",
            "specialty": "dermatologie",
            "act": "TCS",
            "fee": 40,
        },
        base=23_00,
        amo=15_10,
    ),
    case(
        "F34696",
        "teleconsultation, own GP",
        {
            **SPRING_2020,
            "care_date": "2020-03-18",
            "specialty": "generaliste",
            "act": "TCG",
            "fee": 25,
            "role": "medecin_traitant",
            "referral": "none",
        },
        amo=16_50,
    ),
    case(
        "R160-16",
        "the flat charge on 2026-03-31",
        {**SENT, "care_date": "2026-03-31", "act": "acte_technique", "base": 150, "fee": 150},
        forfait_acte_lourd=24_00,
    ),
    case(
        "R160-16",
        "and from the first day announced",
        {**SENT, "care_date": "2026-04-01", "act": "acte_technique", "base": 150, "fee": 150},
        forfait_acte_lourd=32_00,
    ),
    case(
        "R160-16",
        "or from the other one",
        {**SENT, "care_date": "2026-04-21", "act": "acte_technique", "base": 150, "fee": 150},
        "acte_lourd_32=2026-04-22",
        forfait_acte_lourd=24_00,
    ),
]


@pytest.mark.parametrize("derived", [*DAYS, *PEOPLE, *SHEETS], ids=str)
def test_the_amounts_derived_from_the_article(derived: Derived) -> None:
    assert found(derived) == derived.cents
