"""The caps of a patient, over acts in any order: participation forfaitaire and franchises (L160-13 II and III)."""

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.engine.case import Answer
from parcours.engine.memory import settle_many

VISIT = {
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "medecin_traitant",
}
NURSE = {"age": 40, "profession": "infirmier", "convention": "secteur_1", "fee": 9, "base": 9}
BOXES = {"age": 40, "profession": "pharmacie", "drug_class": "majeur", "fee": 60, "base": 60, "quantity": 3}
TRIP = {"age": 40, "profession": "transporteur", "fee": 80, "base": 80}
DAYS = ("2024-12-30", "2024-12-31", "2025-01-01", "2025-01-02")
PER_DAY = {"generaliste": 8_00, "infirmier": 4_00, "transporteur": 8_00}

ROWS = st.lists(
    st.builds(
        lambda facts, day, later, who, patient: {
            **facts,
            "care_date": day,
            "reimbursement_date": max(day, later),
            "professional_id": f"{facts.get('specialty') or facts['profession']} {who}",
            "patient_id": patient,
        },
        st.sampled_from([VISIT, VISIT, NURSE, BOXES, BOXES, TRIP]),
        st.sampled_from(DAYS),
        st.sampled_from(DAYS),
        st.sampled_from("AB"),
        st.sampled_from(["one", "two"]),
    ),
    min_size=1,
    max_size=60,
)


def totals(rows: list[dict[str, Any]]) -> dict[tuple[str, ...], int]:
    """What each patient bore each year, and each day with each professional, of each kind."""
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    for row, answer in zip(rows, settle_many(rows), strict=True):
        assert isinstance(answer, Answer)
        for kind in ("participation_forfaitaire", "franchise"):
            taken = getattr(answer.settlement, kind)
            sums[kind, row["patient_id"], row["reimbursement_date"][:4]] += taken
            sums[kind, row["patient_id"], row["care_date"], row["professional_id"]] += taken
    return sums


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_caps_hold_in_any_order_and_the_order_of_input_changes_no_total(
    rows: list[dict[str, Any]], random: Any
) -> None:
    shuffled = random.sample(rows, len(rows))
    before, after = totals(rows), totals(shuffled)
    for key, total in before.items():
        if len(key) == 3:
            assert total <= 50_00
            assert total == after[key]
        elif key[3].split()[0] in PER_DAY:
            assert max(total, after[key]) <= PER_DAY[key[3].split()[0]]


@given(ROWS)
@settings(max_examples=30)
def test_another_patients_acts_change_nothing(rows: list[dict[str, Any]]) -> None:
    alone = [row for row in rows if row["patient_id"] == "one"]
    together = [answer for row, answer in zip(rows, settle_many(rows), strict=True) if row["patient_id"] == "one"]
    for one, other in zip(settle_many(alone), together, strict=True):
        assert isinstance(one, Answer)
        assert isinstance(other, Answer)
        assert one.settlement == other.settlement


def year(acts: int, **facts: Any) -> list[int]:
    rows = [
        {**VISIT, "care_date": f"2025-{1 + i // 28:02d}-{1 + i % 28:02d}", "patient_id": "x", **facts}
        for i in range(acts)
    ]
    return [a.settlement.participation_forfaitaire for a in settle_many(rows) if isinstance(a, Answer)]


def test_twenty_five_participations_a_year_and_no_more() -> None:
    assert year(30) == [2_00] * 25 + [0] * 5


def test_without_a_patient_each_row_stands_alone() -> None:
    assert year(30, patient_id=None) == [2_00] * 30


def test_the_year_is_that_of_the_reimbursement() -> None:
    december = [{**VISIT, "care_date": f"2024-12-{d:02d}", "reimbursement_date": "2025-01-02"} for d in range(1, 21)]
    january = [{**VISIT, "care_date": f"2025-02-{d:02d}"} for d in range(1, 11)]
    rows = [{**row, "patient_id": "x"} for row in (*january, *december)]
    taken = [a.settlement.participation_forfaitaire for a in settle_many(rows) if isinstance(a, Answer)]
    assert taken == [2_00] * 5 + [0] * 5 + [2_00] * 20


def test_four_a_day_with_one_doctor_and_more_with_two() -> None:
    rows = [{**VISIT, "care_date": "2025-06-01", "patient_id": "x", "professional_id": who} for who in "AAAAABB"]
    taken = [a.settlement.participation_forfaitaire for a in settle_many(rows) if isinstance(a, Answer)]
    assert taken == [2_00, 2_00, 2_00, 2_00, 0, 2_00, 2_00]


def test_a_row_without_professional_counts_as_one_of_its_own() -> None:
    rows = [{**VISIT, "care_date": "2025-06-01", "patient_id": "x"}] * 6
    taken = [a.settlement.participation_forfaitaire for a in settle_many(rows) if isinstance(a, Answer)]
    assert taken == [2_00] * 6
