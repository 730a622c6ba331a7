"""Who sends the patient, the readings of the pathway and the counted limits, derived again, to the cent."""

import pytest

from parcours.engine.case import settle
from parcours.engine.memory import settle_many
from parcours.rules.types import Counters
from tests.law.rederived import ADULT, ALONE, NURSE, OTHER, OWN, TRANSPORT, Derived, case, found

BY_MIDWIFE = {**ALONE, "referral": "sage_femme", "base": 25, "fee": 25}
BY_NEW_GP = {**ALONE, "medecin_traitant": False, "referral": "autre_medecin"}
SETTLED = {**OTHER, "base": 20, "fee": 20, "installed_on": "2005-06-01"}
CENTRE = {**OTHER, "medecin_traitant": False, "special_setting": "centre_sante_zone_deficitaire"}
PSYCHIATRIST = {**ALONE, "specialty": "psychiatrie", "base": 50, "fee": 50}
UNDECLARED = {**ALONE, "medecin_traitant": False}
SCOPE = "acces_direct_perimetre=texte"
CONDITION = "medecin_traitant_exceptions=texte"
APPROVED = "centre_zone_deficitaire=texte"

SENDERS = [
    case(
        "L162-5-3 4", "midwife, the day before", {**BY_MIDWIFE, "care_date": "2021-04-27"}, majoration=10_00, amo=6_50
    ),
    case("L162-5-3 4", "midwife, first day", {**BY_MIDWIFE, "care_date": "2021-04-28"}, majoration=0, amo=16_50),
    case("L162-5-3 4", "no declared doctor needed", {**UNDECLARED, "referral": "sage_femme"}, majoration=0, amo=16_55),
    case("L162-5-3 4", "nor an overrun allowed", {**UNDECLARED, "referral": "sage_femme"}, max_fee=26_50),
    case(
        "L162-5-4",
        "sent on the last day of five years",
        {**BY_NEW_GP, "referrer_installed_on": "2020-06-03"},
        majoration=0,
        max_fee=26_50,
    ),
    case(
        "L162-5-4",
        "sent five years later",
        {**BY_NEW_GP, "referrer_installed_on": "2020-06-02"},
        majoration=10_60,
        amo=5_95,
    ),
    case(
        "L162-5-4", "sent before the GP settled", {**BY_NEW_GP, "referrer_installed_on": "2025-06-03"}, majoration=10_60
    ),
    case(
        "L162-5-4",
        "zone of deficit",
        {**BY_NEW_GP, "referrer_installed_on": "2024-01-01", "referrer_zone_deficitaire": True},
        majoration=0,
    ),
    case(
        "D162-1-8", "newly settled, the day before", {**SETTLED, "care_date": "2006-01-02"}, majoration=2_00, amo=11_00
    ),
    case("D162-1-8", "newly settled, first day", {**SETTLED, "care_date": "2006-01-03"}, majoration=0, amo=13_00),
    case("L162-5-4", "sheets: any centre", {**CENTRE, "centre_agree_on": "2012-01-01"}, majoration=0),
    case(
        "L162-5-4",
        "by the text approved for less than five years",
        {**CENTRE, "centre_agree_on": "2020-06-03"},
        APPROVED,
        majoration=0,
    ),
    case("L162-5-4", "five years after", {**CENTRE, "centre_agree_on": "2020-06-02"}, APPROVED, majoration=10_60),
    case("L162-5-4", "by the text no day, no exception", CENTRE, APPROVED, majoration=10_60),
]
READINGS = [
    case("D162-1-7", "practice: psychiatrist at 40", PSYCHIATRIST, majoration=10_60, amo=22_40),
    case(
        "D162-1-7",
        "text: without a declared doctor",
        {**PSYCHIATRIST, "medecin_traitant": False},
        SCOPE,
        majoration=0,
        max_fee=50_00,
    ),
    case(
        "D162-1-7",
        "text: eye doctor for any purpose",
        {**UNDECLARED, "specialty": "ophtalmologie"},
        SCOPE,
        majoration=0,
    ),
    case("D162-1-7", "text: neuropsychiatrist", {**UNDECLARED, "specialty": "neuropsychiatrie"}, SCOPE, majoration=0),
    case(
        "D162-1-7",
        "text: a neurologist is not named",
        {**UNDECLARED, "specialty": "neurologie"},
        SCOPE,
        majoration=10_60,
    ),
    case(
        "D162-1-7",
        "text: stomatology is not named",
        {**UNDECLARED, "specialty": "stomatologie", "purpose": "extraction"},
        SCOPE,
        majoration=10_60,
    ),
    case(
        "D162-1-7",
        "the convention opens it to those declared",
        {**ALONE, "specialty": "stomatologie", "purpose": "extraction"},
        SCOPE,
        majoration=0,
    ),
    case(
        "D162-1-6 3",
        "text: protocol without a declared doctor",
        {**UNDECLARED, "referral": "protocole_ald"},
        CONDITION,
        majoration=0,
    ),
    case(
        "D162-1-6 1",
        "text: a one-off opinion names one",
        {**UNDECLARED, "referral": "avis_ponctuel"},
        CONDITION,
        majoration=10_60,
    ),
    case(
        "D162-1-6 11",
        "text: asked by a nurse, any doctor",
        {**OTHER, "medecin_traitant": False, "referral": "ipa"},
        CONDITION,
        majoration=0,
    ),
    case(
        "D162-1-6 11",
        "text: not before its first day",
        {**OTHER, "base": 25, "fee": 25, "care_date": "2019-08-13", "medecin_traitant": False, "referral": "ipa"},
        CONDITION,
        majoration=10_00,
    ),
]


@pytest.mark.parametrize("derived", [*SENDERS, *READINGS], ids=str)
def test_the_amounts_derived_from_the_article(derived: Derived) -> None:
    assert found(derived) == derived.cents


COUNTED = [
    ("2025-06-02", Counters(participation_annee=46_43, participation_nombre_annee=24), 2_00, "the 25th"),
    ("2025-06-02", Counters(participation_annee=48_43, participation_nombre_annee=25), 0, "the 26th"),
    ("2024-06-03", Counters(participation_annee=49_00, participation_nombre_annee=35), 1_00, "2024: within 50 euros"),
    ("2024-06-03", Counters(participation_annee=30_00, participation_nombre_annee=25), 2_00, "2024: 26th is due"),
    ("2025-06-02", Counters(participation_nombre_jour=3), 2_00, "the fourth of a day"),
    ("2025-06-02", Counters(participation_nombre_jour=4), 0, "the fifth of a day"),
]


@pytest.mark.parametrize(("day", "counters", "due", "reason"), COUNTED, ids=[row[3] for row in COUNTED])
def test_contributions_are_counted(day: str, counters: Counters, due: int, reason: str) -> None:  # D160-6, D160-8
    facts = {**OWN, "care_date": day, "base": 26.50, "fee": 26.50}
    assert settle(facts, counters=counters).settlement.participation_forfaitaire == due


def of_one_day(*acts: dict[str, object]) -> list[dict[str, object]]:
    return [{**act, "patient_id": "P", "professional_id": str(number)} for number, act in enumerate(acts)]


PHYSIO = {**ADULT, "profession": "masseur_kinesitherapeute", "base": 20, "fee": 20}
THREE_TRIPS = of_one_day(TRANSPORT, TRANSPORT, TRANSPORT)


@pytest.mark.parametrize(("reading", "taken"), [("pratique", [3_00, 2_00]), ("texte", [3_00, 1_00])])
def test_the_daily_limit_of_deductibles_on_allied_health_acts(reading: str, taken: list[int]) -> None:  # L160-13 III
    rows = of_one_day({**NURSE, "base": 30, "fee": 30, "quantity": 3}, {**PHYSIO, "quantity": 2})
    answers = settle_many(rows, readings={"franchise_plafond_jour": reading})
    assert [answer.settlement.franchise for answer in answers] == taken


@pytest.mark.parametrize(("reading", "taken"), [("pratique", [4_00, 4_00, 4_00]), ("texte", [4_00, 4_00, 0])])
def test_the_daily_limit_of_deductibles_on_journeys(reading: str, taken: list[int]) -> None:  # D160-11
    answers = settle_many(THREE_TRIPS, readings={"franchise_plafond_jour": reading})
    assert [answer.settlement.franchise for answer in answers] == taken


def test_journeys_and_nurses_have_limits_of_their_own() -> None:  # D160-11
    rows = of_one_day({**NURSE, "base": 40, "fee": 40, "quantity": 4}, TRANSPORT, TRANSPORT, TRANSPORT)
    answers = settle_many(rows, readings={"franchise_plafond_jour": "texte"})
    assert [answer.settlement.franchise for answer in answers] == [4_00, 4_00, 4_00, 0]


def test_the_thirteenth_session_with_a_psychologist() -> None:  # R162-65
    session = {**ADULT, "profession": "psychologue", "fee": 50, "patient_id": "P", "professional_id": "Y"}
    days = [f"2026-{month:02}-05" for month in range(1, 13)]
    rows = [{**session, "care_date": day} for day in (*days, "2026-12-20", "2027-01-05")]
    amounts = [answer.settlement.amo for answer in settle_many(rows)]
    assert amounts == [30_00] * 12 + [0, 30_00]
