"""A sheet that is wrong is refused with a code and a sentence, and leaves nothing behind."""

from datetime import date

import pytest
from sqlalchemy import func, select

from parcours.errors import ParcoursError
from parcours.law.thresholds import last_day_to_ask
from parcours.registry.claims.adjudicate import (
    adjudicate,
    content_kept,
    current_decision,
    decisions_of,
    lines_of_decision,
)
from parcours.registry.claims.intake import submit
from parcours.registry.claims.later import regularise, reverse
from parcours.registry.claims.lifecycle import history
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import LedgerPosting
from parcours.registry.payments.why import why_of
from parcours.registry.scenario.stage import COMMUNE, FUND, noon, prepare
from tests.registry.world import World

DAY = date(2026, 3, 4)


@pytest.fixture
def people(session):
    prepare(session)
    world = World.__new__(World)
    world.session = session
    from itertools import count

    world.ranks = count(1)
    person = world.person(commune=COMMUNE, fund_code=FUND)
    return {"patient": person.id, "professional": world.doctor(place=world.place(commune=COMMUNE)).id}


@pytest.fixture
def send(session, people):
    def sent(**changes):
        said = {**people, "care_date": "2026-03-02", "number": 1, "fee": "30.00", **changes}
        with session.begin_nested():
            return submit(session, {name: one for name, one in said.items() if one is not ...}, day=DAY, at=noon(DAY))

    return sent


def kept(session):
    return [session.scalar(select(func.count()).select_from(one)) for one in (Claim, LedgerPosting)]


WRONG = [
    ({"fee": "-1.00"}, "fee_out_of_range"),
    ({"fee": "0"}, "fee_out_of_range"),
    ({"fee": 10**12}, "fee_out_of_range"),
    ({"fee": "30.001"}, "sheet_value"),
    ({"fee": True}, "sheet_value"),
    ({"fee": "NaN"}, "sheet_value"),
    ({"fee": ..., "lines": ["30.00", "30.00"], "total": "30.00"}, "total_not_sum"),
    ({"fee": ..., "lines": []}, "no_lines"),
    ({"fee": ..., "lines": ["1.00"] * 101}, "no_lines"),
    ({"lines": ["30.00"]}, "sheet_shape"),
    ({"fee": ..., "lines": [{"code": "ZZZZ999999", "fee": "30.00"}, "30.00"]}, "wrong_fact"),
    ({"fee": ..., "lines": [{"code": "G", "fee": "30.00", "colour": "blue"}]}, "sheet_value"),
    ({"fee": ..., "lines": [{"code": "G"}]}, "sheet_value"),
    ({"fee": ..., "lines": ["30.00", "30.00"], "facts": {"quantity": 2}}, "sheet_value"),
    ({"care_date": "2026-03-05"}, "care_in_future"),
    ({"care_date": "tomorrow"}, "sheet_value"),
    ({"care_date": ...}, "sheet_shape"),
    ({"number": 0}, "sheet_value"),
    ({"number": "1"}, "sheet_value"),
    ({"colour": "blue"}, "sheet_shape"),
    ({"tiers_payant": "yes"}, "sheet_value"),
    ({"patient": "nobody"}, "not_found"),
    ({"professional": "10000000000"}, "not_found"),
    ({"fund": "99X999"}, "no_fund"),
    ({"facts": {"act": "ZZZZ999999"}}, "wrong_fact"),
    ({"facts": {"c2s": True}}, "sheet_value"),
    ({"facts": ["act"]}, "sheet_shape"),
]


@pytest.mark.parametrize(("changes", "code"), WRONG, ids=str)
def test_what_is_wrong_is_refused_and_leaves_nothing(session, send, changes, code):
    before = kept(session)
    with pytest.raises(ParcoursError) as refused:
        send(**changes)
    assert refused.value.code == code
    assert refused.value.message["fr"] != refused.value.message["en"]
    assert kept(session) == before


def test_the_same_sheet_is_the_same_claim_and_an_altered_one_is_refused(session, send):
    first = send()
    assert send().id == first.id
    with pytest.raises(ParcoursError) as refused:
        send(fee="31.00")
    assert refused.value.code == "sheet_altered"
    with pytest.raises(ParcoursError):
        send(facts={"referral": "avis_ponctuel"})
    assert kept(session)[0] == 1


def test_adjudicated_twice_it_has_one_decision(session, send):
    claim = send()
    first = adjudicate(session, claim, day=DAY, at=noon(DAY))
    assert adjudicate(session, claim, day=DAY, at=noon(DAY)) is first
    assert len(decisions_of(session, claim.id)) == 1
    assert current_decision(session, claim.id) is first


def test_a_sheet_of_two_acts_has_a_line_of_decision_for_each(session, send):
    lines = [{"code": "G", "fee": "30.00"}, {"code": "DEQP003", "fee": "14.52"}]
    claim = send(fee=..., lines=lines, total="44.52")
    decision = adjudicate(session, claim, day=DAY, at=noon(DAY))
    acts = lines_of_decision(session, decision.id)
    assert [(one.code, one.fee, one.pf) for one in acts] == [("G", 3000, 200), ("DEQP003", 1452, 200)]
    assert (sum(one.amo for one in acts), decision.fee, decision.pf_number) == (decision.amo, 4452, 2)
    (direct, taken) = (decision.amo + decision.pf + decision.majoration, decision.gross)
    assert direct == taken
    kept = content_kept(decision)["receipt"]
    assert (len(kept["lines"]), kept["total"]["amo"]) == (2, decision.amo)
    assert len(why_of(session, claim.id, "fr")["decisions"][0]["because"]) > 4


def test_a_sheet_of_several_acts_counts_towards_the_day(session, send):
    adjudicate(session, send(fee=..., lines=["30.00"] * 3), day=DAY, at=noon(DAY))
    second = adjudicate(session, send(number=2, fee=..., lines=["30.00", "30.00"]), day=DAY, at=noon(DAY))
    assert [one.pf for one in lines_of_decision(session, second.id)] == [200, 0], "four contributions a day at most"


def test_several_acts_are_settled_again_and_taken_back(session, send):
    claim = send(fee=..., lines=[{"code": "G", "fee": "30.00"}, {"code": "DEQP003", "fee": "14.52"}])
    first = adjudicate(session, claim, day=DAY, at=noon(DAY))
    done = regularise(session, claim, {"medecin_traitant": True, "role": "medecin_traitant"}, day=DAY, at=noon(DAY))
    assert done is not None
    assert (first.majoration > 0, done.decision.majoration) == (True, 0)
    assert done.delta_amo == first.majoration
    reverse(session, claim, "cancelled", day=DAY, at=noon(DAY))
    assert set(ledger.balances(session).values()) == set()


def test_two_alike_are_held_for_an_officer(session, send):
    adjudicate(session, send(), day=DAY, at=noon(DAY))
    twin = send(number=2)
    assert adjudicate(session, twin, day=DAY, at=noon(DAY)) is None
    assert (twin.state, twin.reason) == (ClaimState.HELD, "SIM-SUSPECT-DUPLICATE")
    assert [one.state.value for one in history(session, twin.id)] == ["received", "held"]


def test_a_copy_sent_too_early_is_received_again_on_its_day(session, send, people):
    copy = {**people, "care_date": "2026-03-02", "number": 9, "fee": "30.00", "kind": "copy"}
    claim = submit(session, copy, day=DAY, at=noon(DAY))
    assert adjudicate(session, claim, day=DAY, at=noon(DAY)) is None
    assert (claim.state, claim.reason) == (ClaimState.REJECTED, "SIM-COPY-DAYS")
    later = date(2026, 3, 17)
    assert submit(session, copy, day=later, at=noon(later)) is claim
    assert (claim.state, claim.received_on) == (ClaimState.RECEIVED, later)
    assert adjudicate(session, claim, day=later, at=noon(later)) is not None


@pytest.mark.parametrize(
    ("care", "last"),
    [
        (date(2024, 2, 7), date(2026, 3, 31)),
        (date(2024, 3, 31), date(2026, 3, 31)),
        (date(2024, 4, 1), date(2026, 6, 30)),
        (date(2023, 12, 31), date(2025, 12, 31)),
    ],
)
def test_two_years_from_the_first_day_of_the_next_quarter(care, last):
    assert last_day_to_ask(care) == last
