"""Grounds of exemption: what each takes away and leaves due (L160-9, L160-14, R160-18, L169-2 …)."""

from typing import Any

import pytest

from parcours.law.cases import CaseExcess, CaseParticipation, CasePayment, CaseRate
from parcours.law.codes import Convention, DrugClass, Exemption, Profession, Purpose, Role, Scheme, SpecialSetting
from tests.rules import support
from tests.rules.support import day_before, settled

OWN: dict[str, Any] = {"role": Role.MEDECIN_TRAITANT}
NURSE: dict[str, Any] = {"profession": Profession.INFIRMIER, "base": 10_00, "fee": 10_00}
R160_18 = [
    Exemption.INVALIDITE,
    Exemption.RENTE_AT,
    Exemption.HOSPITALISATION_30_JOURS,
    Exemption.NOUVEAU_NE,
    Exemption.STERILITE,
    Exemption.DONNEUR,
    Exemption.IVG,
    Exemption.PREVENTION,
    Exemption.EXAMEN_ENFANT,
    Exemption.VIH_VHC,
]


def drug(class_: DrugClass, exemption: int, **facts: Any) -> int:
    """The share of a box of 10 €."""
    box = {"profession": Profession.PHARMACIE, "drug_class": class_, "base": 10_00, "fee": 10_00}
    return settled(exemption=exemption, **box, **facts).ticket_moderateur


@pytest.mark.parametrize("ground", R160_18)
def test_some_exemptions_leave_the_share_of_medicines_of_moderate_and_low_benefit(ground: Exemption) -> None:
    assert (drug(DrugClass.MODERE, ground), drug(DrugClass.FAIBLE, ground)) == (7_00, 8_50)
    assert drug(DrugClass.MAJEUR, ground) == 0


@pytest.mark.parametrize("ground", [Exemption.ALD, Exemption.SUIVI_POST_ALD, Exemption.AT_MP, Exemption.MATERNITE])
def test_others_take_it_away_on_every_medicine(ground: Exemption) -> None:
    assert (drug(DrugClass.MODERE, ground), drug(DrugClass.FAIBLE, ground)) == (0, 0)


def test_of_two_grounds_the_better_one_counts() -> None:
    both = 1 << Exemption.INVALIDITE | 1 << Exemption.ALD
    assert drug(DrugClass.FAIBLE, both) == 0
    unrelated = 1 << Exemption.INVALIDITE | 1 << Exemption.ALD_SANS_RAPPORT
    assert (drug(DrugClass.FAIBLE, unrelated), drug(DrugClass.MAJEUR, unrelated)) == (8_50, 0)


def test_the_old_age_minimum_limits_the_share_of_some_care() -> None:  # R160-9
    aspa: dict[str, Any] = {"exemption": Exemption.ASPA, "age": 70}
    assert settled(**aspa, **NURSE).ticket_moderateur == 2_00
    assert settled(**aspa, **{**NURSE, "profession": Profession.LABORATOIRE}).ticket_moderateur == 2_00
    assert settled(**aspa, **{**NURSE, "profession": Profession.TRANSPORTEUR}).ticket_moderateur == 0
    assert settled(**aspa, **OWN).ticket_moderateur == 9_00
    assert settled(**aspa, **{**NURSE, "profession": Profession.CHIRURGIEN_DENTISTE}).ticket_moderateur == 4_00
    assert drug(DrugClass.MAJEUR, Exemption.ASPA) == 3_50


def test_with_the_local_scheme_the_better_of_both_rates_counts() -> None:
    answer = settled(exemption=Exemption.ASPA, scheme=Scheme.ALSACE_MOSELLE, **NURSE)
    assert (answer.rate, answer.case_rate) == (90_00, CaseRate.ALSACE_MOSELLE)


def test_a_work_accident_is_paid_by_the_fund_and_leaves_the_contribution() -> None:  # L432-1, L432-3
    answer = settled(exemption=Exemption.AT_MP)
    assert (answer.majoration, answer.participation_forfaitaire, answer.amo) == (0, 2_00, 28_00)
    assert (answer.advance, answer.deferred, answer.case_payment) == (0, 2_00, CasePayment.PAID_DIRECTLY)
    overrun = settled(exemption=Exemption.AT_MP, convention=Convention.SECTEUR_2, fee=50_00, **OWN)
    assert (overrun.advance, overrun.deferred) == (27_00, 2_00)


def test_a_prisoner_owes_no_share_advances_nothing_and_bears_no_overrun() -> None:  # L382-35, L162-5-13 I bis
    prison: dict[str, Any] = {"special_setting": SpecialSetting.DETENU}
    answer = settled(**prison)
    assert (answer.ticket_moderateur, answer.participation_forfaitaire, answer.amo) == (0, 2_00, 28_00)
    assert (answer.advance, answer.deferred) == (0, 2_00)
    dear = settled(convention=Convention.SECTEUR_2, base=30_00, fee=70_00, **prison)
    assert (dear.max_fee, dear.unlawful_excess, dear.case_excess) == (30_00, 40_00, CaseExcess.PRISONER)


def test_a_victim_of_terrorism_owes_nothing_extra_fees_covered() -> None:  # L169-2, L169-2-1
    facts: dict[str, Any] = {"exemption": Exemption.VICTIME_TERRORISME, "specialty": support.DERMATOLOGUE}
    answer = settled(convention=Convention.SECTEUR_2, fee=60_00, **facts)
    assert (answer.amo, answer.patient, answer.majoration, answer.ticket_moderateur) == (60_00, 0, 0, 0)
    assert (answer.depassement, answer.participation_forfaitaire) == (37_00, 0)


def test_a_compulsory_examination_of_a_child_has_no_share() -> None:  # R160-17 I 7
    answer = settled(age=4, fee=35_00, special_setting=SpecialSetting.EXAMEN_ENFANT, **OWN)
    assert (answer.ticket_moderateur, answer.amo) == (0, 35_00)


def test_a_compulsory_examination_of_a_pregnancy_leaves_nothing_in_any_month() -> None:  # L160-9, CSP L2122-1
    ground: dict[str, Any] = {"exemption": Exemption.EXAMEN_GROSSESSE}
    answer = settled(**ground)
    assert (answer.ticket_moderateur, answer.majoration, answer.participation_forfaitaire) == (0, 0, 0)
    assert (answer.amo, answer.patient, answer.case_participation) == (30_00, 0, CaseParticipation.EXEMPT_MATERNITY)
    for profession in (Profession.SAGE_FEMME, Profession.LABORATOIRE):
        assert settled(**{**NURSE, "profession": profession}, **ground).patient == 0
    assert drug(DrugClass.MAJEUR, Exemption.EXAMEN_GROSSESSE) == 3_50, "the examination, not what it prescribes"


@pytest.mark.parametrize("profession", [Profession.MEDECIN, Profession.SAGE_FEMME])
def test_an_abortion_has_no_share_since_2013(profession: Profession) -> None:  # R160-17 I 4
    facts: dict[str, Any] = {"profession": profession, "purpose": Purpose.IVG_MEDICAMENTEUSE, "base": 25_00}
    assert settled(care_date=20130331, **facts).ticket_moderateur == 0
    assert settled(care_date=day_before(20130331), **facts).ticket_moderateur == 7_50
    assert settled(exemption=Exemption.IVG, base=25_00).ticket_moderateur == 0


@pytest.mark.parametrize(("day", "age", "share"), [(20250601, 25, 0), (20250601, 26, 9_00), (20211231, 20, 9_00)])
def test_contraception_has_no_share_under_26_since_2022(day: int, age: int, share: int) -> None:  # R160-17 I 5
    facts: dict[str, Any] = {"exemption": Exemption.CONTRACEPTION, "base": 30_00, **OWN}
    assert settled(care_date=day, age=age, **facts).ticket_moderateur == share


def test_the_ground_of_a_disabled_child_covers_the_journey_only() -> None:  # L160-14 6
    ground = {"exemption": Exemption.ENFANT_HANDICAPE, "age": 10}
    assert settled(**ground, **{**NURSE, "profession": Profession.TRANSPORTEUR}).ticket_moderateur == 0
    assert settled(**ground).ticket_moderateur == 9_00


def test_acts_during_a_stay_have_the_rate_of_the_stay() -> None:  # R160-5, 1
    stay: dict[str, Any] = {"special_setting": SpecialSetting.HOSPITALISATION}
    answer = settled(act="anesthesie", base=100_00, fee=100_00, **stay)
    assert (answer.rate, answer.amo, answer.patient) == (80_00, 80_00, 20_00)
    assert settled(**stay, **NURSE).rate == 80_00
    assert settled(scheme=Scheme.ALSACE_MOSELLE, **stay, **NURSE).rate == 100_00


def test_state_medical_aid_leaves_some_care_to_adults() -> None:  # CASF L251-2
    assert drug(DrugClass.FAIBLE, 0, ame=1) == 10_00
    assert drug(DrugClass.FAIBLE, 0, ame=1, age=12) == 0
    assert drug(DrugClass.MODERE, 0, ame=1) == 0


@pytest.mark.parametrize(
    ("setting", "facts", "points"),
    [
        (SpecialSetting.CURE_THERMALE, {"profession": Profession.ETABLISSEMENT}, 65_00),
        (SpecialSetting.TELESURVEILLANCE, {"care_date": 20260201}, 60_00),
        (SpecialSetting.TRANSFERT_HOSPITALIER, {"profession": Profession.TRANSPORTEUR}, 100_00),
    ],
)
def test_some_frames_have_a_rate_of_their_own(setting: SpecialSetting, facts: dict[str, Any], points: int) -> None:
    assert settled(special_setting=setting, base=50_00, fee=50_00, **facts).rate == points


def test_a_doctor_on_duty_owes_the_opposable_tariff_from_31_december_2025() -> None:
    facts: dict[str, Any] = {"special_setting": SpecialSetting.PERMANENCE_DES_SOINS, "convention": Convention.SECTEUR_2}
    assert settled(care_date=20251230, base=30_00, fee=60_00, **facts).unlawful_excess == 0
    assert settled(care_date=20251231, base=30_00, fee=60_00, **facts).unlawful_excess == 30_00


def test_a_covered_session_of_a_psychologist_bears_no_overrun() -> None:  # L162-58
    answer = settled(profession=Profession.PSYCHOLOGUE, fee=60_00)
    assert (answer.max_fee, answer.unlawful_excess, answer.amo) == (50_00, 10_00, 30_00)


def test_where_the_coordinated_tariff_is_unknown_no_highest_fee_is_made_up() -> None:
    answer = settled(care_date=20120601, specialty=support.CARDIOLOGUE, base=25_00, fee=32_00)
    assert (answer.max_fee, answer.unlawful_excess, answer.case_excess) == (-1, 0, CaseExcess.UNKNOWN)


@pytest.mark.parametrize(("day", "share"), [(20221231, 3_50), (20230101, 0)])
def test_emergency_contraception_has_no_share_at_any_age(day: int, share: int) -> None:  # L160-14 21°
    ground = Exemption.CONTRACEPTION_URGENCE
    assert drug(DrugClass.MAJEUR, ground, care_date=day, age=40) == share
    assert drug(DrugClass.MODERE, ground, care_date=day, age=40) == 7_00
