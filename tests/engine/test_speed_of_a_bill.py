"""A bill answers at once; apart from the tests of the rules, which are counted branch by branch and slower for it."""

from parcours.engine.bill.settle import settle_bill
from tests.support.pace import within


def test_a_bill_of_ten_lines_answers_at_once() -> None:
    visit = {
        "specialty": "generaliste",
        "convention": "secteur_1",
        "medecin_traitant": True,
        "role": "medecin_traitant",
    }
    nurse, pharmacy = {"profession": "infirmier"}, {"profession": "pharmacie", "drug_class": "majeur"}
    lines = [
        *({"code": code, "fee": 20, **visit} for code in ("G", "DEQP003", "MHP")),
        *({"code": code, "fee": 6, **nurse} for code in ("AMI 2", "AMI 1.5", "IFD")),
        *({"code": "BOITE", "price": 8.90, "fee": 9.92, **pharmacy} for _ in range(4)),
    ]
    bill = {"care_date": "2026-03-10", "age": 60, "lines": lines}
    settle_bill(bill)
    assert within(0.001, lambda: settle_bill(bill))
