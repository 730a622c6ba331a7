"""What the rest of a bill makes of one act: a guarantee in euros (the other stages are tested with their rules)."""

import pytest

from parcours.law.codes import CaseComplementary
from parcours.rules.around import ALONE, euros_guaranteed, guarantee_in_euros
from parcours.rules.types import NO_CONTRACT
from tests.rules.support import RESPONSABLE_100, make


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
