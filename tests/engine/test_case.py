"""One case and a list of cases: what an answer says, errors in their place, the memory of the caps, exact JSON."""

from decimal import Decimal
from typing import Any

import pytest

from parcours.engine.case import Answer, settle
from parcours.engine.errors import FactError
from parcours.engine.facts.jsonio import dumps, loads
from parcours.engine.memory import settle_many
from parcours.rules.types import Counters

VISIT: dict[str, Any] = {
    "care_date": "2025-06-01",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "medecin_traitant",
    "referral": "none",
}


def test_an_answer_holds_the_facts_as_people_write_them() -> None:
    answer = settle({**VISIT, "fee": "30,00", "patient_id": 7, "contract": "responsable_100", "ips": "T"})
    facts = answer.facts
    assert (facts["fee"], facts["care_date"], facts["medecin_traitant"]) == (Decimal("30.00"), "2025-06-01", True)
    assert (facts["patient_id"], facts["specialty"], facts["quantity"], facts["ips"]) == ("7", "generaliste", 1, "T")
    assert "base" not in facts
    assert answer.act.fee == 30_00
    assert answer.law.first_day <= 20250601


def test_the_counters_go_in() -> None:
    assert settle(VISIT, counters=Counters(participation_annee=50_00)).settlement.participation_forfaitaire == 0


def test_wrong_rows_keep_their_place_and_fill_no_cap() -> None:
    rows = [{**VISIT, "patient_id": "p", "fee": fee} for fee in (30, "abc", 30, -1, 30)]
    results = settle_many(rows)
    assert [isinstance(result, FactError) for result in results] == [False, True, False, True, False]
    unknown = [{**VISIT, "patient_id": "p", "care_date": "2010-12-31"}, VISIT]
    first, second = settle_many(unknown)
    assert isinstance(first, FactError)
    assert isinstance(second, Answer)


def test_the_caps_follow_dates_not_the_order_of_input() -> None:
    late = {**VISIT, "patient_id": "p", "care_date": "2025-12-31"}
    rows = [late, *({**VISIT, "patient_id": "p", "care_date": f"2025-03-{day:02d}"} for day in range(1, 26))]
    taken = [a.settlement.participation_forfaitaire for a in settle_many(rows) if isinstance(a, Answer)]
    assert taken == [0, *[2_00] * 25]


def test_two_acts_of_a_day_keep_their_order_of_input() -> None:
    rows = [
        {**VISIT, "patient_id": "p", "professional_id": "d", "fee": fee, "base": fee} for fee in (2, 30, 30, 30, 30)
    ]
    taken = [a.settlement.participation_forfaitaire for a in settle_many(rows) if isinstance(a, Answer)]
    assert taken == [1_40, 2_00, 2_00, 2_00, 0], "four a day with one professional, however small (D160-8)"


def test_readings_apply_to_every_row() -> None:
    outside = {**VISIT, "role": "autre"}
    (answer,) = settle_many([outside], {"plafond_majoration": "fiche"})
    assert isinstance(answer, Answer)
    assert answer.settlement.amo == 7_00


def test_no_rows_no_answers() -> None:
    assert settle_many([]) == []


# --- exact JSON -----------------------------------------------------------------------------------------------------


def test_money_is_written_as_a_number_with_its_decimals_and_read_back_exactly() -> None:
    text = dumps({"amo": Decimal("8.40"), "list": [Decimal("-0.10")], "text": "é"})
    assert text == '{"amo": 8.40, "list": [-0.10], "text": "é"}'
    assert loads(text) == {"amo": Decimal("8.40"), "list": [Decimal("-0.10")], "text": "é"}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "{", ""])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the json module's own error
        loads(text)


def test_only_known_types_are_written() -> None:
    with pytest.raises(TypeError, match="object"):
        dumps(object())
