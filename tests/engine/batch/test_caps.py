"""The caps of participations and franchises: per patient, per year of reimbursement, per day and professional."""

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest

import parcours
from parcours.engine.case import Answer
from parcours.engine.memory import settle_many

GP = {
    "patient_id": "p",
    "professional_id": "d",
    "care_date": "2025-03-01",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30.0,
    "medecin_traitant": True,
    "role": "medecin_traitant",
    "referral": "none",
}


def taken(rows: list[dict]) -> list[float]:
    names = dict.fromkeys(name for row in rows for name in row)
    settled = parcours.settle(pa.Table.from_pylist([{**dict.fromkeys(names), **row} for row in rows]))
    assert settled["error"].null_count == len(rows)
    return [float(value) for value in settled["participation_forfaitaire"].to_pylist()]


def test_the_daily_cap_is_per_professional() -> None:
    assert taken([GP] * 6) == [2, 2, 2, 2, 0, 0]
    assert taken([{**GP, "professional_id": str(n % 2)} for n in range(10)]) == [2] * 8 + [0] * 2


def test_a_row_without_professional_counts_as_another_one() -> None:
    assert taken([{**GP, "professional_id": None}] * 6) == [2] * 6


def test_a_row_without_patient_stands_alone() -> None:
    assert taken([{**GP, "patient_id": None}] * 6) == [2] * 6
    assert taken([{**GP, "patient_id": ""}] * 6) == [2] * 6


def test_the_annual_cap_is_of_the_year_of_reimbursement() -> None:
    visits = [
        {**GP, "care_date": str(date(2025, 1, 2) + timedelta(days=n)), "reimbursement_date": "2026-01-05"}
        for n in range(30)
    ]
    visits += [{**GP, "care_date": "2025-12-30", "reimbursement_date": "2025-12-31"}]
    assert sum(taken(visits)[:30]) == 50
    assert taken(visits)[30] == 2


def test_rows_of_a_patient_are_taken_in_order_of_reimbursement_then_care_then_table() -> None:
    late, early = {**GP, "reimbursement_date": "2025-05-01"}, {**GP, "reimbursement_date": "2025-04-01"}
    assert taken([late, *[early] * 3, late, late]) == [2, 2, 2, 2, 0, 0]


def test_the_daily_memory_holds_though_days_of_reimbursement_alternate() -> None:
    rows = [
        {**GP, "care_date": f"2025-03-{1 + n % 3:02d}", "reimbursement_date": f"2025-04-{1 + n:02d}"} for n in range(18)
    ]
    assert sum(taken(rows)) == 24


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_match_single_cases(seed) -> None:
    draw = random.Random(seed)
    rows = [
        {
            **GP,
            "patient_id": draw.choice(["a", "b", "c", None]),
            "professional_id": draw.choice(["d", "e", None]),
            "care_date": str(date(2025, 11, 1) + timedelta(days=draw.randrange(40))),
            "reimbursement_date": str(date(2025, 12, 15) + timedelta(days=draw.randrange(40))),
        }
        for _ in range(250)
    ]
    expected = [
        answer.settlement.participation_forfaitaire for answer in settle_many(rows) if isinstance(answer, Answer)
    ]
    assert [round(amount * 100) for amount in taken(rows)] == expected
