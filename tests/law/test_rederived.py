"""Rates, costly acts, contributions and contracts derived again from the code, each to the cent."""

import pytest

from tests.law.rederived import (
    ADULT,
    ALONE,
    BOX,
    DENTIST,
    LAB,
    NURSE,
    OTHER,
    OWN,
    SECTOR_2,
    SENT,
    Derived,
    case,
    found,
)

IMAGING = {**SENT, "specialty": "radiologie", "act": "imagerie"}
TECHNICAL = {**SENT, "act": "acte_technique", "base": 150, "fee": 150}
PATHOLOGY = {**TECHNICAL, "specialty": "anatomopathologie", "special_setting": "anatomopathologie"}
PSYCHOLOGIST = {**ADULT, "profession": "psychologue", "fee": 50}
HOSPITAL = {**ADULT, "profession": "etablissement", "base": 30, "fee": 30}
ORTHODONTICS = {**DENTIST, "age": 12, "purpose": "orthodontie", "base": 193.50, "fee": 193.50}
STAY = {"special_setting": "hospitalisation"}

COSTLY = [
    case(
        "R160-16 II 1",
        "a cent under the amount: 70 %",
        {**IMAGING, "base": 119.99, "fee": 119.99},
        ticket_moderateur=3600,
    ),
    case(
        "R160-16 II 1",
        "from the amount the share goes and no flat charge comes",
        {**IMAGING, "base": 120, "fee": 120},
        ticket_moderateur=0,
        forfait_acte_lourd=0,
        amo=118_00,
    ),
    case(
        "R160-16 II 1",
        "the overrun of a costly scan stays",
        {**IMAGING, "convention": "secteur_2", "base": 120, "fee": 180},
        amo=118_00,
        patient=62_00,
    ),
    case(
        "R160-6 al. 2",
        "a costly scan outside: exempt under L160-14 1, it bears the surcharge",
        {**IMAGING, "role": "autre", "referral": "none", "base": 150, "fee": 150},
        majoration=10_60,
        amo=137_40,
    ),
    case(
        "R160-16",
        "the flat charge and the capped surcharge add up outside",
        {**TECHNICAL, "role": "autre", "referral": "none"},
        forfait_acte_lourd=24_00,
        majoration=10_60,
        amo=113_40,
    ),
    case(
        "R160-16", "an ALD leaves no flat charge", {**TECHNICAL, "exemption": "ald"}, forfait_acte_lourd=0, amo=148_00
    ),
    case(
        "R160-16 IV", "pathology keeps its share", PATHOLOGY, ticket_moderateur=45_00, forfait_acte_lourd=0, amo=103_00
    ),
    case("R160-16 IV", "so do tests: 40 %", {**LAB, "base": 150, "fee": 150}, ticket_moderateur=60_00, amo=88_00),
    case(
        "R160-16 IV",
        "and a dental prosthesis: 40 %",
        {**DENTIST, "purpose": "prothese_dentaire", "base": 150, "fee": 150},
        ticket_moderateur=60_00,
        amo=90_00,
    ),
    case("R160-16", "a half-year of orthodontics at 12", ORTHODONTICS, ticket_moderateur=0, amo=193_50),
    case("R160-16", "the first retention too", {**ORTHODONTICS, "base": 161.25, "fee": 161.25}, amo=161_25),
    case("R160-16", "at 16 the dentist's rate", {**ORTHODONTICS, "age": 16}, ticket_moderateur=77_40, amo=116_10),
]

RATES = [
    case(
        "R160-5 1",
        "a doctor during a stay: 80 %, no contribution",
        {**SENT, **STAY, "base": 30, "fee": 30},
        amo=24_00,
        patient=6_00,
    ),
    case("R160-5 1", "a nurse during a stay", {**NURSE, **STAY}, ticket_moderateur=2_00, franchise=0, amo=8_00),
    case(
        "R160-5 12",
        "hospital flat rate without a stay: 80 %",
        HOSPITAL,
        ticket_moderateur=6_00,
    ),
    case(
        "R160-5 17",
        "a pharmacist's service: 70 %, no deductible",
        {**BOX, "care_date": "2026-01-01", "drug_class": "service_pharmacien"},
        ticket_moderateur=3_00,
        amo=7_00,
    ),
    case(
        "R160-5 19",
        "remote monitoring: 60 %",
        {**OWN, "care_date": "2026-01-01", "base": 30, "special_setting": "telesurveillance"},
        ticket_moderateur=12_00,
    ),
    case(
        "D325-1",
        "local scheme outside: it tops up R160-5 alone",
        {**OTHER, "scheme": "alsace_moselle"},
        ticket_moderateur=3_00,
        majoration=10_60,
        amo=14_40,
    ),
    case(
        "D325-1",
        "it tops up the share that R160-18 leaves",
        {**BOX, "scheme": "alsace_moselle", "drug_class": "modere", "exemption": "invalidite"},
        ticket_moderateur=2_00,
        franchise=1_00,
        amo=7_00,
    ),
    case("D325-7", "10 % stays on tests", {**LAB, "scheme": "alsace_moselle"}, ticket_moderateur=2_00, amo=16_00),
    case("D325-7", "exempt people apart", {**LAB, "scheme": "alsace_moselle", "exemption": "ald"}, amo=18_00),
    case(
        "D325-7",
        "better than the limit of R160-9",
        {**NURSE, "age": 70, "scheme": "alsace_moselle", "exemption": "aspa"},
        ticket_moderateur=1_00,
    ),
    case(
        "D325-7",
        "dentist before the share rose: 90 %",
        {**DENTIST, "care_date": "2023-10-14", "scheme": "alsace_moselle"},
        ticket_moderateur=2_30,
    ),
    case("L162-58", "fifty euros are the price", PSYCHOLOGIST, max_fee=50_00, unlawful_excess=0, amo=30_00),
    case(
        "D160-8 al. 2",
        "sampling by the laboratory: none",
        {**LAB, "prelevement_biologie": True},
        participation_forfaitaire=0,
        amo=12_00,
    ),
    case("D160-8 al. 2", "the test bears it", LAB, participation_forfaitaire=2_00, amo=10_00),
    case(
        "L160-13 III",
        "a nurse's sampling keeps the deductible",
        {**NURSE, "prelevement_biologie": True},
        franchise=1_00,
        amo=5_00,
    ),
    case(
        "L160-15", "18 within the year: not yet", {**OWN, "age": 18, "age_1er_janvier": 17}, participation_forfaitaire=0
    ),
    case("L160-15", "18 on 1 January", {**OWN, "age": 18, "age_1er_janvier": 18}, participation_forfaitaire=2_00),
    case(
        "D160-9",
        "a deductible is never above the refund",
        {**BOX, "base": 1, "fee": 1, "drug_class": "majeur"},
        franchise=65,
        amo=0,
    ),
]

FIRST_SESSION = {**ADULT, "profession": "psychologue", "act": "SEANCE_EVALUATION", "fee": 40}
SESSIONS = [
    case(
        "L162-58", "the first one was 40 €", {**FIRST_SESSION, "care_date": "2022-06-02"}, amo=24_00, unlawful_excess=0
    ),
    case(
        "L162-58",
        "then one price for all",
        {**FIRST_SESSION, "care_date": "2024-06-29", "fee": 60},
        base=50_00,
        amo=30_00,
        unlawful_excess=10_00,
    ),
    case("R162-64", "nothing before three years", {**PSYCHOLOGIST, "age": 2}, amo=0, patient=50_00),
    case("R162-64", "from the third birthday", {**PSYCHOLOGIST, "age": 3}, amo=30_00, patient=20_00),
]

COVER = [
    case(
        "L861-3 1",
        "by the letter, specialist outside",
        {**ALONE, "c2s": True},
        "c2s_hors_parcours=texte",
        amo=7_95,
        amc=0,
        patient=18_55,
    ),
    case(
        "L861-3 1",
        "inside the letter changes nothing",
        {**OWN, "c2s": True},
        "c2s_hors_parcours=texte",
        amc=9_00,
        patient=0,
    ),
    case(
        "L861-3 1",
        "nor in an emergency",
        {**OTHER, "urgent": True, "c2s": True},
        "c2s_hors_parcours=texte",
        amc=9_00,
        patient=0,
    ),
    case(
        "L861-3 1",
        "by the letter with an ALD: the surcharge",
        {**OTHER, "c2s": True, "exemption": "ald"},
        "c2s_hors_parcours=texte",
        amo=19_40,
        amc=0,
        patient=10_60,
    ),
    case("L861-3 1", "in practice nothing is left", {**OTHER, "c2s": True}, amo=10_40, amc=19_60, patient=0),
]


def contract(optam: int, other: int) -> dict[str, object]:
    """A responsible contract."""
    return {
        "contract": {"responsable": True, "consultation_pct_br_optam": optam, "consultation_pct_br_non_optam": other}
    }


OUTSIDE_2 = {**SECTOR_2, "role": "autre", "referral": "none"}
CONTRACTS = [
    case(
        "R871-2 2",
        "150 with OPTAM: 130 without",
        {**SECTOR_2, "fee": 90, **contract(150, 200)},
        amc=13_80,
        patient=62_10,
    ),
    case("R871-2 2", "300 with OPTAM: 200 at most", {**SECTOR_2, "fee": 90, **contract(300, 250)}, amc=29_90),
    case("R871-2 2", "110 with OPTAM: the share alone", {**SECTOR_2, "fee": 90, **contract(110, 110)}, amc=6_90),
    case("R871-1 2", "outside, insurers pay the share alone", {**OUTSIDE_2, **contract(150, 130)}, amo=4_90, amc=6_90),
    case(
        "R871-1 2",
        "by the text a fee of sector 2 may be covered",
        {**OUTSIDE_2, **contract(150, 130)},
        "depassements_hors_parcours=texte",
        amo=4_90,
        amc=13_80,
    ),
    case(
        "L162-5-14",
        "on duty, sector 2, the last free day",
        {**SECTOR_2, "care_date": "2025-12-30", "special_setting": "permanence_des_soins"},
        unlawful_excess=0,
    ),
    case(
        "L162-5-14",
        "and the first day of the tariff",
        {**SECTOR_2, "care_date": "2025-12-31", "special_setting": "permanence_des_soins"},
        max_fee=23_00,
        unlawful_excess=37_00,
    ),
    case(
        "L162-5-11",
        "a trainee, sector 2, before the law: free",
        {**SECTOR_2, "care_date": "2025-12-30", "special_setting": "interne_medecine_generale"},
        unlawful_excess=0,
        advance=60_00,
    ),
    case(
        "L162-5-11",
        "from its day the tariff, and the compulsory part is not advanced",
        {**SECTOR_2, "care_date": "2025-12-31", "special_setting": "interne_medecine_generale"},
        max_fee=23_00,
        unlawful_excess=37_00,
        advance=43_90,
        deferred=2_00,
    ),
    case(
        "R160-5 13°",
        "a visit billed with a hospital flat rate: 80 %",
        {**OWN, "care_date": "2026-02-02", "special_setting": "hopital_sans_sejour"},
        ticket_moderateur=6_00,
        amo=22_00,
    ),
    case(
        "R160-5 13°",
        "so a nurse's act there",
        {**NURSE, "care_date": "2026-02-02", "special_setting": "hopital_sans_sejour"},
        rate=80_00,
    ),
]


@pytest.mark.parametrize("derived", [*COSTLY, *RATES, *SESSIONS, *COVER, *CONTRACTS], ids=str)
def test_the_amounts_derived_from_the_article(derived: Derived) -> None:
    assert found(derived) == derived.cents
