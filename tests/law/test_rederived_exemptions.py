"""Exemptions derived again from the code: what each ground takes away and leaves due, to the cent."""

import pytest

from parcours.engine.case import settle
from parcours.engine.say.explain import explain
from tests.law.rederived import (
    ADULT,
    BOX,
    DENTIST,
    LAB,
    NURSE,
    OTHER,
    OWN,
    SECTOR_2,
    SENT,
    TRANSPORT,
    Derived,
    case,
    found,
)

TECHNICAL = {**SENT, "act": "acte_technique", "base": 150, "fee": 150}
EXAM = {**OTHER, "special_setting": "examen_enfant"}
PRISONER = {**OTHER, "special_setting": "detenu"}
MIDWIFE = {**ADULT, "profession": "sage_femme", "base": 30, "fee": 30}

OUTSIDE_L160_14 = [
    case(
        "L432-1",
        "work accident, nurse: the deductible stays",
        {**NURSE, "exemption": "at_mp"},
        franchise=1_00,
        amo=9_00,
    ),
    case("L432-3", "nothing is asked", {**NURSE, "exemption": "at_mp"}, advance=0, deferred=1_00),
    case(
        "L432-3",
        "but the overrun is",
        {**SECTOR_2, "exemption": "at_mp"},
        amo=21_00,
        patient=39_00,
        advance=37_00,
        deferred=2_00,
    ),
    case(
        "L432-1",
        "an ALD beside it brings no surcharge back",
        {**OTHER, "exemption": "at_mp+ald"},
        majoration=0,
        amo=28_00,
    ),
    case(
        "L160-15",
        "with C2S not even the contribution",
        {**OTHER, "exemption": "at_mp", "c2s": True},
        amo=30_00,
        patient=0,
    ),
    case("L432-1", "R160-18 does not name it", {**BOX, "drug_class": "faible", "exemption": "at_mp"}, amo=9_00),
    case(
        "L160-9", "maternity and ALD outside: no share, so no rise", {**OTHER, "exemption": "maternite+ald"}, amo=30_00
    ),
    case(
        "L160-9",
        "only the overrun is left",
        {**SECTOR_2, "exemption": "maternite", "fee": 50},
        amo=23_00,
        patient=27_00,
    ),
    case(
        "L160-9",
        "an invalid's medicine of the 30 % class",
        {**BOX, "drug_class": "modere", "exemption": "maternite+invalidite"},
        ticket_moderateur=0,
        franchise=0,
        amo=10_00,
    ),
    case("L160-9", "no deductible either", {**NURSE, "exemption": "maternite"}, franchise=0, amo=10_00),
    case(
        "L169-2-1",
        "outside, sector 2: all is paid",
        {**SECTOR_2, "role": "autre", "referral": "none", "exemption": "victime_terrorisme"},
        majoration=0,
        amo=60_00,
        patient=0,
    ),
    case(
        "L169-2-1",
        "C2S changes nothing to it",
        {**SECTOR_2, "c2s": True, "exemption": "victime_terrorisme"},
        amo=60_00,
        amc=0,
    ),
    case(
        "L169-2 5",
        "nor share nor deductible",
        {**BOX, "drug_class": "faible", "exemption": "victime_terrorisme"},
        amo=10_00,
    ),
    case(
        "L169-2", "nor flat charge", {**TECHNICAL, "exemption": "victime_terrorisme"}, forfait_acte_lourd=0, amo=150_00
    ),
    case(
        "L371-6",
        "war pensioner outside",
        {**OTHER, "exemption": "pension_militaire"},
        majoration=0,
        participation_forfaitaire=2_00,
        amo=28_00,
    ),
    case(
        "L371-6",
        "R160-18 does not reach it",
        {**BOX, "drug_class": "faible", "exemption": "pension_militaire"},
        amo=9_00,
    ),
    case(
        "L382-35",
        "a prisoner's nurse",
        {**NURSE, "special_setting": "detenu"},
        ticket_moderateur=0,
        amo=9_00,
        advance=0,
        deferred=1_00,
    ),
    case("L382-35", "a medicine at 15 %", {**BOX, "drug_class": "faible", "special_setting": "detenu"}, amo=9_00),
    case(
        "L162-5-13 I bis",
        "no overrun, sector 2",
        {**SECTOR_2, "special_setting": "detenu"},
        max_fee=23_00,
        unlawful_excess=37_00,
        amo=21_00,
    ),
    case(
        "L162-5-13 I bis",
        "nor a particular demand",
        {**PRISONER, "fee": 40, "exigence_particuliere": 10},
        max_fee=30_00,
        unlawful_excess=10_00,
    ),
    case(
        "L382-35",
        "an ALD beside prison leaves the contribution",
        {**PRISONER, "exemption": "ald"},
        majoration=0,
        amo=28_00,
        advance=0,
    ),
]

GROUNDS = [
    case(
        "L160-14 25",
        "examination at 17 by any doctor",
        {**EXAM, "age": 17, "age_1er_janvier": 16},
        majoration=0,
        ticket_moderateur=0,
        amo=30_00,
    ),
    case(
        "R160-18",
        "what it prescribes at 30 % keeps its share",
        {**BOX, "age": 4, "drug_class": "modere", "exemption": "examen_enfant"},
        ticket_moderateur=7_00,
        franchise=0,
        amo=3_00,
    ),
    case(
        "R160-11",
        "ALD: 15 % class whole",
        {**BOX, "drug_class": "faible", "exemption": "ald"},
        franchise=1_00,
        amo=9_00,
    ),
    case("R160-14", "after an ALD too", {**BOX, "drug_class": "faible", "exemption": "suivi_post_ald"}, amo=9_00),
    case(
        "R160-18",
        "stay beyond 30 days",
        {**BOX, "base": 20, "fee": 20, "drug_class": "modere", "exemption": "hospitalisation_30_jours"},
        ticket_moderateur=14_00,
        amo=5_00,
    ),
    case("R160-18", "HIV", {**BOX, "drug_class": "modere", "exemption": "vih_vhc"}, ticket_moderateur=7_00, amo=2_00),
    case(
        "R160-18",
        "a newborn owes no deductible",
        {**BOX, "age": 0, "drug_class": "faible", "exemption": "nouveau_ne"},
        ticket_moderateur=8_50,
        amo=1_50,
    ),
    case("R160-18", "the 65 % class is whole", {**BOX, "drug_class": "majeur", "exemption": "invalidite"}, amo=9_00),
    case(
        "R160-17 II",
        "an abused child is not named by R160-18",
        {**BOX, "age": 20, "drug_class": "faible", "exemption": "mineur_victime"},
        ticket_moderateur=0,
        amo=9_00,
    ),
    case(
        "L861-3",
        "C2S pays the share R160-18 leaves",
        {**BOX, "drug_class": "modere", "exemption": "invalidite", "c2s": True},
        amo=3_00,
        amc=7_00,
        patient=0,
    ),
    case(
        "R160-18", "of two grounds the better", {**BOX, "drug_class": "faible", "exemption": "invalidite+ald"}, amo=9_00
    ),
    case(
        "R160-9",
        "ASPA, tests: 20 %",
        {**LAB, "age": 70, "exemption": "aspa"},
        ticket_moderateur=4_00,
        participation_forfaitaire=2_00,
        amo=14_00,
    ),
    case(
        "R160-9",
        "transport: nothing",
        {**TRANSPORT, "age": 70, "exemption": "aspa"},
        ticket_moderateur=0,
        franchise=4_00,
        amo=46_00,
    ),
    case(
        "R160-9",
        "medicines excepted",
        {**BOX, "age": 70, "drug_class": "modere", "exemption": "aspa"},
        ticket_moderateur=7_00,
    ),
    case("R160-9", "dentist: ordinary share", {**DENTIST, "age": 70, "exemption": "aspa"}, ticket_moderateur=9_20),
    case(
        "R160-9",
        "devices: 20 %, no deductible",
        {**BOX, "age": 70, "base": 100, "fee": 100, "drug_class": "lpp", "exemption": "aspa"},
        ticket_moderateur=20_00,
        amo=80_00,
    ),
    case(
        "R160-9", "an ALD takes the rest", {**NURSE, "age": 70, "exemption": "aspa+ald"}, ticket_moderateur=0, amo=9_00
    ),
    case(
        "L160-14 20",
        "abortion at a midwife",
        {**MIDWIFE, "purpose": "ivg_medicamenteuse"},
        ticket_moderateur=0,
        amo=30_00,
    ),
    case(
        "R160-18",
        "its medicines at 30 %",
        {**BOX, "drug_class": "modere", "exemption": "ivg"},
        ticket_moderateur=7_00,
        amo=2_00,
    ),
    case(
        "R160-10", "annuity of two thirds, own doctor", {**OWN, "exemption": "rente_at"}, ticket_moderateur=0, amo=28_00
    ),
    case(
        "R160-18",
        "annuity: 30 % class",
        {**BOX, "drug_class": "modere", "exemption": "rente_at"},
        ticket_moderateur=7_00,
    ),
    case(
        "R160-17 I 5",
        "the day before 26",
        {**OWN, "age": 25, "exemption": "contraception"},
        ticket_moderateur=0,
        amo=28_00,
    ),
    case("R160-17 I 5", "at 26", {**OWN, "age": 26, "exemption": "contraception"}, ticket_moderateur=9_00, amo=19_00),
    case(
        "L160-15",
        "at 17 no contribution",
        {**OWN, "age": 17, "age_1er_janvier": 16, "exemption": "contraception"},
        amo=30_00,
    ),
    case(
        "R160-17 I 5",
        "under 18 only, the last day of 2021",
        {**OWN, "care_date": "2021-12-31", "age": 22, "base": 25, "fee": 25, "exemption": "contraception"},
        ticket_moderateur=7_50,
    ),
    case(
        "R160-17 I 5",
        "under 26 the day after",
        {**OWN, "care_date": "2022-01-01", "age": 22, "base": 25, "fee": 25, "exemption": "contraception"},
        ticket_moderateur=0,
        amo=24_00,
    ),
    case(
        "L160-14 6",
        "a disabled child's journey",
        {**TRANSPORT, "age": 10, "exemption": "enfant_handicape"},
        ticket_moderateur=0,
        amo=50_00,
    ),
    case(
        "L160-14 6",
        "not the doctor",
        {**OWN, "age": 10, "exemption": "enfant_handicape"},
        ticket_moderateur=9_00,
        amo=21_00,
    ),
    case(
        "R160-6 al. 2",
        "invalid outside bears the surcharge",
        {**OTHER, "exemption": "invalidite"},
        majoration=10_60,
        amo=17_40,
    ),
    case("R160-6 al. 2", "a donor too", {**OTHER, "exemption": "donneur"}, majoration=10_60, amo=17_40),
    case(
        "CASF L251-2",
        "AME, adult, 15 % class: nothing",
        {**BOX, "drug_class": "faible", "ame": True},
        amo=0,
        patient=10_00,
    ),
    case(
        "CASF L251-2",
        "AME, child of 17",
        {**BOX, "age": 17, "age_1er_janvier": 16, "drug_class": "faible", "ame": True},
        amo=10_00,
    ),
    case("CASF L251-2", "AME, 30 % class", {**BOX, "drug_class": "modere", "ame": True}, amo=10_00, patient=0),
    case(
        "R160-5",
        "homeopathy is off the list, ALD or not",
        {**BOX, "drug_class": "homeopathie", "exemption": "ald"},
        amo=0,
        patient=10_00,
    ),
    case("L861-3", "nor is it for C2S", {**BOX, "drug_class": "homeopathie", "c2s": True}, amc=0, patient=10_00),
]


@pytest.mark.parametrize("derived", [*OUTSIDE_L160_14, *GROUNDS], ids=str)
def test_the_amounts_derived_from_the_article(derived: Derived) -> None:
    assert found(derived) == derived.cents


def test_two_grounds_are_said_in_one_sentence() -> None:
    text = explain(settle({**OTHER, "exemption": "invalidite+maternite"}), "fr").steps[2].text
    assert "(maternité et pension d'invalidité)" in text
