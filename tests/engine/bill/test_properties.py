"""What must hold of any bill: order, professionals apart, one more line, a case at every level."""

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parcours.engine.bill.settle import TOTALS, BillAnswer
from parcours.law.bill.book import STAGES
from parcours.law.cases import CaseFranchise, CaseParticipation
from tests.engine.bill.test_one_line import LINES, PEOPLE, settled

CAPPED = {
    "case_participation": {CaseParticipation.DAILY_CAP, CaseParticipation.ANNUAL_CAP},
    "case_franchise": {CaseFranchise.DAILY_CAP, CaseFranchise.ANNUAL_CAP},
}
OTHERS = st.sampled_from([
    {"code": "POD 1", "fee": 30, "session": "other"},
    {"code": "RAM 8.1", "fee": 17.90, "session": "other"},
    {"code": "V", "profession": "sage_femme", "fee": 26.50, "session": "other"},
    {"code": "detartrage", "fee": 28.92, "session": "other"},
])  # fmt: skip


def capped(answer: BillAnswer) -> bool:
    """Does a cap of the day or of the year limit a line?"""
    return any(getattr(one.settlement, stage) in cases for one in answer.settled for stage, cases in CAPPED.items())


@settings(max_examples=80, deadline=None)
@given(PEOPLE, LINES, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_total_where_no_cap_is_reached(
    people: dict[str, Any], lines: list[dict[str, Any]], random: Any
) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)
    before, after = settled(people, lines), settled(people, shuffled)
    assume(not capped(before) and not capped(after))
    assert before.totals == after.totals


@settings(max_examples=60, deadline=None)
@given(PEOPLE, LINES, OTHERS)
def test_another_professional_changes_nothing_but_the_counters(
    people: dict[str, Any], lines: list[dict[str, Any]], other: dict[str, Any]
) -> None:
    alone, after, before = (settled(people, kept) for kept in (lines, [*lines, other], [other, *lines]))
    assert [one.settlement for one in after.settled[:-1]] == [one.settlement for one in alone.settled]
    for one, same in zip(before.settled[1:], alone.settled, strict=True):
        for name in ("base", "ticket_moderateur", "majoration", "forfait_acte_lourd", "participation_forfaitaire"):
            assert getattr(one.settlement, name) == getattr(same.settlement, name), name
        assert one.settlement.franchise <= same.settlement.franchise
        assert one.settlement.amo >= same.settlement.amo


@settings(max_examples=60, deadline=None)
@given(PEOPLE, LINES)
def test_every_line_names_the_case_of_each_level_and_the_totals_are_theirs(
    people: dict[str, Any], lines: list[dict[str, Any]]
) -> None:
    answer = settled(people, lines)
    for one in answer.settled:
        for stage, enum in STAGES.items():
            assert enum(getattr(one, stage))
    for name in TOTALS:
        assert answer.totals[name] == sum(getattr(one.settlement, name) for one in answer.settled)
