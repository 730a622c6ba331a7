"""A supplement for an age is due at that age, and is a part of the ordinary consultation alone."""

from decimal import Decimal

import pytest

from parcours.engine.bill.settle import settle_bill

OWN = {"specialty": "generaliste", "convention": "secteur_1", "medecin_traitant": True, "role": "medecin_traitant"}


@pytest.mark.parametrize(
    ("age", "code", "bases"),
    [(4, "G", [30_00, 5_00]), (10, "G", [30_00, 0]), (4, "TCG", [25_00, 5_00]), (10, "TCG", [25_00, 0])],
)
def test_the_supplement_of_a_young_child_lowers_what_holds_it_only(age: int, code: str, bases: list[int]) -> None:
    lines = [{"code": code, "fee": Decimal(60)}, {"code": "MEG", "fee": Decimal(5)}]
    answer = settle_bill({"care_date": "2026-11-20", "age": age, **OWN, "lines": lines})
    assert [one.settlement.base for one in answer.settled] == bases
