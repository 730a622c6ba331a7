"""The surcharge outside the pathway: rate by era, cap, who bears it (L162-5-3, L160-13 I, R160-6)."""

from typing import Any

import pytest

from parcours.law.cases import CaseMajoration
from parcours.law.codes import Convention, Exemption, Profession, Referral, Role, Scheme
from parcours.rules.majoration import majoration_of_act
from parcours.rules.types import Readings
from tests.rules import support
from tests.rules.support import law_of, make, settled


def outside(readings: Readings = support.DEFAULT_READINGS, **facts: Any) -> tuple[int, CaseMajoration]:
    answer = settled(readings=readings, **facts)
    return answer.majoration, CaseMajoration(answer.case_majoration)


ERAS = [
    # day, share of a base of 20 €, most
    (20060101, 2_00, 2_50),
    (20070831, 2_00, 2_50),
    (20070901, 4_00, 5_00),
    (20090130, 4_00, 5_00),
    (20090131, 8_00, 10_00),
    (20231031, 8_00, 10_00),
    (20231101, 8_00, 10_60),
    (20241221, 8_00, 10_60),
    (20241222, 8_00, 10_60),
    (20261122, 8_00, 10_60),
]


@pytest.mark.parametrize(("day", "of_20_euros", "most"), ERAS)
def test_the_surcharge_is_a_share_of_the_base_up_to_that_share_of_the_specialists_consultation(
    day: int, of_20_euros: int, most: int
) -> None:
    assert outside(care_date=day, base=20_00, fee=20_00) == (of_20_euros, CaseMajoration.UNCAPPED)
    assert outside(care_date=day, base=100_00, fee=100_00) == (most, CaseMajoration.CAPPED)
    share = {2_00: 10, 4_00: 20, 8_00: 40}[of_20_euros]
    at_the_cap = most * 100 // share
    assert outside(care_date=day, base=at_the_cap, fee=at_the_cap) == (most, CaseMajoration.UNCAPPED)
    above = at_the_cap + 5
    assert outside(care_date=day, base=above, fee=above) == (most, CaseMajoration.CAPPED)


@pytest.mark.parametrize(
    ("day", "facts", "amo"),
    [
        (20240905, {"base": 26_50, "fee": 26_50}, 5_95),  # E02
        (20250601, {"fee": 30_00}, 8_40),  # E04
        (20250601, {"convention": Convention.SECTEUR_2, "fee": 30_00}, 4_90),  # E06
        (
            20231201,
            {"base": 44_00, "fee": 44_00, "act": "acte_technique", "age": 17},
            20_20,
        ),  # E07, before participation
        (20250601, {"fee": 30_00, "exemption": Exemption.ALD}, 17_40),  # E08
        (20250601, {"fee": 30_00, "age": 17}, 10_40),  # E09
        (20250601, {"fee": 37_00, "specialty": 5}, 5_95),  # E12
        (20260501, {"base": 50_00, "fee": 50_00}, 22_40),  # E14
        (20060115, {"base": 20_00, "fee": 20_00, "medecin_traitant": 0}, 11_00),
        (20090301, {"base": 22_00, "fee": 22_00}, 5_60),
        (20090301, {"base": 25_00, "fee": 33_00, "specialty": 5}, 6_50),
    ],
)
def test_what_comes_back_outside_the_pathway(day: int, facts: dict[str, Any], amo: int) -> None:
    assert settled(care_date=day, **facts).amo == amo


@pytest.mark.parametrize(
    ("day", "facts", "amo"),
    [
        (20240905, {"base": 26_50, "fee": 26_50}, 16_55),  # E01
        (20250601, {"fee": 30_00}, 19_00),  # E03
        (20250601, {"convention": Convention.SECTEUR_2, "fee": 30_00}, 14_10),  # E05
        (20260501, {"base": 50_00, "fee": 50_00}, 33_00),  # E13
    ],
)
def test_what_comes_back_inside(day: int, facts: dict[str, Any], amo: int) -> None:
    assert settled(care_date=day, role=Role.MEDECIN_TRAITANT, **facts).amo == amo


def test_a_referred_specialist() -> None:  # E11
    assert settled(specialty=5, fee=31_50, referral=Referral.SEQUENCE, role=Role.CORRESPONDANT).amo == 20_05


def test_a_child_bears_nothing() -> None:  # E10
    answer = settled(age=12, medecin_traitant=0)
    assert (answer.amo, answer.majoration, answer.participation_forfaitaire) == (21_00, 0, 0)


OWE_NO_SHARE = {
    Exemption.MATERNITE,
    Exemption.AT_MP,
    Exemption.VICTIME_TERRORISME,
    Exemption.PENSION_MILITAIRE,
    Exemption.EXAMEN_GROSSESSE,
}
"""L160-9, L432-1, L169-2, L371-6: outside L160-14, which alone R160-6 names."""


@pytest.mark.parametrize("exemption", [e for e in Exemption if e not in OWE_NO_SHARE])
def test_the_exempt_of_l160_14_bear_it_too(exemption: Exemption) -> None:
    assert outside(exemption=exemption) == (10_60, CaseMajoration.CAPPED)


@pytest.mark.parametrize("exemption", OWE_NO_SHARE)
def test_who_owes_no_share_at_all_owes_no_rise_of_it(exemption: Exemption) -> None:
    assert outside(exemption=exemption) == (0, CaseMajoration.EXEMPT_NOT_DUE)
    both = 1 << exemption | 1 << Exemption.ALD
    assert outside(exemption=both) == (0, CaseMajoration.EXEMPT_NOT_DUE)


def test_care_of_an_ald_protocol_is_inside_and_bears_nothing() -> None:
    facts = {"exemption": Exemption.ALD, "referral": Referral.PROTOCOLE_ALD, "role": Role.CORRESPONDANT}
    assert outside(**facts) == (0, CaseMajoration.NONE)
    assert settled(specialty=5, fee=31_50, **facts).amo == 29_50


@pytest.mark.parametrize(("base", "amount"), [(26_50, 10_60), (30_00, 12_00), (50_00, 20_00)])
def test_the_official_sheet_prints_a_flat_share(base: int, amount: int) -> None:
    assert outside(Readings(plafond_majoration=1), base=base, fee=base) == (amount, CaseMajoration.FLAT)
    assert settled(readings=Readings(plafond_majoration=1), base=30_00, fee=30_00).amo == 7_00


def test_each_term_is_rounded_to_the_cent() -> None:
    answer = settled(base=10_01, fee=10_01, age=17)  # 7.007 and 4.004
    assert (answer.majoration, answer.amo) == (4_00, 3_01)
    answer = settled(base=10_99, fee=10_99, age=17)  # 7.693 and 4.396
    assert (answer.majoration, answer.amo) == (4_40, 3_29)


def test_the_surcharge_is_never_above_what_is_reimbursed() -> None:
    act = make()
    assert majoration_of_act(act, 23, 30_00, 5_00, law_of(act), Readings()) == (
        5_00,
        CaseMajoration.LIMITED_TO_REIMBURSEMENT,
    )
    assert majoration_of_act(act, 23, 30_00, 10_60, law_of(act), Readings()) == (10_60, CaseMajoration.CAPPED)
    low = make(base=10_00)
    law = law_of(low)
    law = law._replace(acte_taux=(30_00, *law.acte_taux[1:]))
    answer = support.settle(low, support.NO_CONTRACT, support.NOTHING_BORNE, law, Readings())
    assert (answer.majoration, answer.amo, answer.case_majoration) == (3_00, 0, CaseMajoration.LIMITED_TO_REIMBURSEMENT)


def test_the_local_scheme_does_not_pay_it() -> None:
    answer = settled(scheme=Scheme.ALSACE_MOSELLE)
    assert (answer.majoration, answer.amo) == (10_60, 14_40)


@pytest.mark.parametrize("profession", [Profession.CHIRURGIEN_DENTISTE, Profession.SAGE_FEMME, Profession.LABORATOIRE])
def test_nobody_but_a_doctor_brings_it(profession: Profession) -> None:
    assert outside(profession=profession, base=50_00, fee=50_00, medecin_traitant=0) == (0, CaseMajoration.NONE)
