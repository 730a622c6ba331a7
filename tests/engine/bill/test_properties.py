"""What must hold of any bill: order, professionals apart, one more line, a case at every level."""

from decimal import Decimal
from itertools import permutations
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parcours.engine.bill.settle import TOTALS, BillAnswer
from parcours.law.bill.book import STAGES
from parcours.law.bill.codes import CaseInvoice
from parcours.law.cases import CaseFranchise, CaseParticipation
from tests.engine.bill.test_one_line import LINES, PEOPLE, line, settled

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


def test_a_supplement_joins_the_same_of_two_acts_at_one_price_whatever_their_order() -> None:
    lines = [{"code": code, "fee": fee} for code, fee in (("MD", "0.01"), ("DEQP003", "7.27"), ("CAGD001", "7.27"))]
    totals = [settled({"role": "autre"}, each).totals for each in permutations(lines)]
    assert all(total == totals[0] for total in totals)


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


CARRIED = {"pf_year": "participation_forfaitaire", "franchise_year": "franchise"}


def euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def carried(answer: BillAnswer) -> dict[str, Decimal]:
    """What the patient has borne after a bill, as the next one is told it: all that is of one doctor and one nurse."""
    borne = {name: euros(answer.totals[amount]) for name, amount in CARRIED.items()}
    borne["pf_day_professional"] = borne["pf_year"]
    borne["franchise_day_auxiliaires"] = borne["franchise_year"]
    return borne


OF_ONE = (("G", "VG", "MD", "MHP", "DEQP003", "CAGD001", "ACTE", "IMAGERIE"), ("AMI 2", "AMI 1", "AMX 1", "IFD", "MAU"))
"""Codes of one doctor, of one nurse."""
FEES = st.integers(0, 200_00)


def of_session(session: str, codes: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lines of a session of one professional."""
    return st.lists(st.builds(line, st.sampled_from(codes), FEES, st.just(session)), min_size=1, max_size=3)


SESSIONS = st.sampled_from(OF_ONE).flatmap(lambda codes: st.tuples(of_session("1", codes), of_session("2", codes)))


@settings(max_examples=60, deadline=None)
@given(PEOPLE, SESSIONS)
def test_two_sessions_on_two_bills_are_those_of_one_when_the_counters_are_carried(
    people: dict[str, Any], sessions: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    """Contributions that a line cannot bear are of one invoice: they stay on it when there are two."""
    first, second = sessions
    whole, one = settled(people, [*first, *second]), settled(people, first)
    assume(all(line.case_invoice == CaseInvoice.OWN for line in whole.settled))
    two = settled(people, second, **carried(one))
    assert whole.totals == {name: one.totals[name] + two.totals[name] for name in whole.totals}


@settings(max_examples=60, deadline=None)
@given(PEOPLE, LINES, st.data())
def test_one_more_line_never_lowers_what_is_refunded_of_the_others(
    people: dict[str, Any], lines: list[dict[str, Any]], data: st.DataObject
) -> None:
    """In a session of its own; but for the contributions that an invoice takes where they can be borne."""
    other = {**data.draw(LINES)[0], "session": "3"}
    assume(other["code"] != "BSB")
    alone, more = settled(people, lines), settled(people, [*lines, other])
    for before, after in zip(alone.settled, more.settled, strict=False):
        if after.case_invoice != CaseInvoice.TAKES_OF_OTHERS:
            assert after.settlement.amo >= before.settlement.amo
