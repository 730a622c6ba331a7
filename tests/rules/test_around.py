"""What the rest of a bill makes of one act: a guarantee in euros (the other stages are tested with their rules)."""

import pytest

from parcours.law.cases import CaseActeLourd, CaseComplementary, CaseExcess, CaseMajoration, CaseRate
from parcours.law.codes import UNKNOWN, Exemption, Profession, SpecialSetting, Status
from parcours.rules.around import (
    ALONE,
    Around,
    Costly,
    euros_guaranteed,
    flat_fee_among,
    guarantee_in_euros,
    majoration_among,
    maximum_among,
    rate_among,
)
from parcours.rules.rate import WHOLE
from parcours.rules.types import NO_CONTRACT, Act
from tests.rules.support import DEFAULT_READINGS, NOTHING_BORNE, RESPONSABLE_100, law_of, make


@pytest.mark.parametrize(
    ("fee", "guarantee", "reimbursed", "cap", "amount", "case"),
    [
        (100_00, 80_00, 10_00, -1, 70_00, CaseComplementary.GUARANTEE),
        (60_00, 80_00, 10_00, -1, 50_00, CaseComplementary.GUARANTEE),
        (100_00, 80_00, 79_99, -1, 1, CaseComplementary.GUARANTEE),
        (100_00, 80_00, 80_00, -1, 0, CaseComplementary.NOTHING_LEFT),
        (100_00, 80_00, 90_00, -1, 0, CaseComplementary.NOTHING_LEFT),
        (100_00, 0, 10_00, -1, 0, CaseComplementary.NOT_COVERED),
        (100_00, 80_00, 10_00, 70_00, 70_00, CaseComplementary.GUARANTEE),
        (100_00, 80_00, 10_00, 69_99, 69_99, CaseComplementary.EURO_CAP),
        (100_00, 80_00, 10_00, 0, 0, CaseComplementary.EURO_CAP),
    ],
)
def test_a_guarantee_in_euros_includes_what_health_insurance_pays(
    fee: int, guarantee: int, reimbursed: int, cap: int, amount: int, case: CaseComplementary
) -> None:
    contract = RESPONSABLE_100._replace(plafond=cap)
    found = euros_guaranteed(make(fee=fee), ALONE._replace(guarantee=guarantee), reimbursed, contract)
    assert found == (amount, case)


def test_a_guarantee_in_euros_needs_a_contract_and_no_ame() -> None:
    said = ALONE._replace(guarantee=0)
    assert guarantee_in_euros(make(), said, RESPONSABLE_100)
    assert not guarantee_in_euros(make(), ALONE, RESPONSABLE_100)
    assert not guarantee_in_euros(make(), said, NO_CONTRACT)
    assert not guarantee_in_euros(make(ame=1), said, RESPONSABLE_100)


@pytest.mark.parametrize(
    ("costly", "rate", "expected"),
    [
        (Costly.BEARS, 70_00, (24_00, CaseActeLourd.FLAT_FEE)),
        (Costly.BEARS, WHOLE, (0, CaseActeLourd.EXEMPT)),
        (Costly.COVERED, 70_00, (0, CaseActeLourd.EXEMPT)),
    ],
)
def test_a_costly_act_of_a_bill_bears_its_flat_fee_once_and_nothing_at_100_percent(
    costly: Costly, rate: int, expected: tuple[int, CaseActeLourd]
) -> None:
    act = make(act="acte_technique", base=150_00, fee=150_00)
    assert flat_fee_among(act, ALONE._replace(costly=costly), 150_00, rate, law_of(act)) == expected


def test_a_line_whose_surcharge_is_counted_on_another_bears_none() -> None:
    act = make(status=Status.S)
    outside = {"status": Status.S, "base": 30_00, "gross": 21_00, "law": law_of(act), "readings": DEFAULT_READINGS}
    assert majoration_among(act, ALONE._replace(surcharge_base=0), **outside) == (0, CaseMajoration.NONE)
    assert majoration_among(act, ALONE, **outside) == (10_60, CaseMajoration.CAPPED)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"exemption": Exemption.VICTIME_TERRORISME}, (WHOLE, CaseRate.TERRORISM)),
        ({"special_setting": SpecialSetting.DETENU}, (WHOLE, CaseRate.PRISONER)),
        ({}, (60_00, CaseRate.ACT)),
    ],
)
def test_the_rate_of_a_line_is_its_own_but_for_who_is_paid_whole(
    facts: dict[str, int], expected: tuple[int, CaseRate]
) -> None:
    act = make(**facts)
    assert rate_among(act, ALONE._replace(rate=60_00), NOTHING_BORNE, law_of(act)) == expected


def test_overseas_the_tariff_of_metropolitan_france_is_not_the_most_that_a_doctor_may_charge() -> None:
    law, there = law_of(make(care_date=20260310)), ALONE._replace(elsewhere=1)
    session = make(profession=Profession.PSYCHOLOGUE)

    def most(act: Act, around: Around) -> tuple[int, int]:
        return maximum_among(act, around, Status.T, CaseRate.ACT, 30_00, law, DEFAULT_READINGS)

    assert most(make(), ALONE) == (30_00, CaseExcess.OPPOSABLE)
    assert most(make(), there) == (UNKNOWN, CaseExcess.UNKNOWN)
    assert most(make(c2s=1), there) == (UNKNOWN, CaseExcess.UNKNOWN)
    assert most(session, there) == most(session, ALONE) == (30_00, CaseExcess.PSYCHOLOGIST)
