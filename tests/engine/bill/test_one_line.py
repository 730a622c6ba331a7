"""One line is the settlement of its act, to the cent; what holds of every bill."""

from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.law.bill.book import bill_law
from parcours.law.cache import flat_law
from tests.properties.strategies import acts

OF_A_LINE = ("act", "quantity", "fee", "base")
BILLS_SAY_MORE = {
    key for key, code in bill_law().codes.items() if code.values[0] or code.rate[0] or not code.bears or code.component
}
"""Codes of which bills know more than the table of acts: their own rate, value or contribution, when they are due."""


def as_bill(facts: dict[str, Any]) -> dict[str, Any]:
    """An act of care as a bill of one line."""
    act = facts.get("act", "consultation")
    line = {"code": act, **{name: facts[name] for name in ("fee", "base") if name in facts}}
    counted = flat_law().default.rows[-1].acte_coefficient[flat_law().acts[act]]
    line["coefficient" if counted else "quantity"] = facts.get("quantity", 1)
    return {**{name: value for name, value in facts.items() if name not in OF_A_LINE}, "lines": [line]}


@settings(max_examples=150, deadline=None)
@given(acts())
def test_one_line_is_the_settlement_of_its_act(facts: dict[str, Any]) -> None:
    assume(not {"ips", "status"} & set(facts))
    assume(facts.get("act", "consultation") not in BILLS_SAY_MORE)
    try:
        alone = settle(facts).settlement
    except FactError:
        assume(False)
    one = settle_bill(as_bill(facts)).settled[0].settlement
    for name in alone._fields:
        if name != "case_base":
            assert getattr(one, name) == getattr(alone, name), name


def test_the_only_line_of_a_bill_is_of_the_specialty_that_it_names() -> None:
    """Among others, an anaesthesia is an anaesthetist's; alone it is of whom the bill names, also for the pathway."""
    facts = {
        "care_date": "2006-01-01", "age": 0, "age_1er_janvier": 0, "fee": 0, "act": "anesthesie", "referral": "none",
        "specialty": "directeur_laboratoire", "convention": "non_conventionne", "role": "autre",
        "medecin_traitant": False,
    }  # fmt: skip
    alone, bill = settle(facts).settlement, settle_bill(as_bill(facts)).settled[0].settlement
    assert (bill.status, bill.pathway, bill.notes) == (alone.status, alone.pathway, alone.notes)


VISIT = {
    "care_date": "2026-03-10",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "medecin_traitant": True,
    "referral": "none",
}
CODES = (
    "G", "VG", "MD", "MHP", "F", "DEQP003", "CAGD001", "ACTE", "IMAGERIE", "AMI 2", "AMI 1", "AMX 1", "BSB", "IFD",
    "MAU", "B 70", "RAM 8.1", "BOITE", "HDR", "VSL", "CARIE_UNE_FACE", "HBLD634", "MONTURE_A", "VERRE_B", "FJ", "FPU",
)  # fmt: skip
BASES = {"ACTE": 60, "IMAGERIE": 80, "BOITE": 12, "VSL": 26}


def line(code: str, fee: int, session: str) -> dict[str, Any]:
    """A line of a code, its base where no table gives it."""
    said: dict[str, Any] = {"code": code, "fee": Decimal(fee).scaleb(-2), "session": session}
    if code in BASES:
        said["base"] = BASES[code]
    if code == "BOITE":
        said["drug_class"] = "majeur"
    return said


def possible(lines: list[dict[str, Any]]) -> bool:
    """One care package a day: the others are refused."""
    return sum(line["code"] == "BSB" for line in lines) < 2


LINES = st.lists(
    st.builds(line, st.sampled_from(CODES), st.integers(0, 200_00), st.sampled_from(["1", "2"])), min_size=1, max_size=7
).filter(possible)
PEOPLE = st.fixed_dictionaries(
    {"role": st.sampled_from(["medecin_traitant", "autre"])},
    optional={
        "contract": st.sampled_from(["responsable_100", "optique_100_150", "non_responsable_300"]),
        "exemption": st.sampled_from(["none", "ald", "maternite"]),
        "c2s": st.booleans(),
        "tiers_payant": st.sampled_from(["none", "partial", "full"]),
    },
)


def settled(people: dict[str, Any], lines: list[dict[str, Any]], **more: Any) -> BillAnswer:
    return settle_bill({**VISIT, **people, **more, "lines": lines})


@settings(max_examples=80, deadline=None)
@given(PEOPLE, LINES)
def test_every_line_adds_up_and_nobody_pays_less_than_nothing(
    people: dict[str, Any], lines: list[dict[str, Any]]
) -> None:
    answer = settled(people, lines)
    for settled_line, one in zip(answer.lines, answer.settled, strict=True):
        result = one.settlement
        assert result.amo + result.amc + result.patient == settled_line.line.act.fee
        assert min(result.amo, result.amc, result.patient) >= 0


@settings(max_examples=80, deadline=None)
@given(PEOPLE, LINES, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_no_total(
    people: dict[str, Any], lines: list[dict[str, Any]], random: Any
) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)
    before, after = settled(people, lines).totals, settled(people, shuffled).totals
    assert {name: before[name] for name in ("fee", "base", "majoration")} == {
        name: after[name] for name in ("fee", "base", "majoration")
    }


@settings(max_examples=60, deadline=None)
@given(PEOPLE, LINES, st.integers(1, 50_00))
def test_a_dearer_fee_never_lowers_what_is_left_to_the_patient(
    people: dict[str, Any], lines: list[dict[str, Any]], more: int
) -> None:
    assume(
        people.get("contract") != "non_responsable_300"
    )  # it gives the surcharge back: a dearer act, more given back
    before = settled(people, lines).totals["patient"]
    raised = [{**lines[0], "fee": lines[0]["fee"] + Decimal(more).scaleb(-2)}, *lines[1:]]
    assert settled(people, raised).totals["patient"] >= before
