"""What stories say beside their amounts, each sentence as a test of the same story."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from parcours.errors import ParcoursError
from parcours.registry.cards import service as cards
from parcours.registry.cards.models import EuropeanProof
from parcours.registry.claims.adjudicate import content_kept, decisions_of
from parcours.registry.claims.models import ClaimState, Undue
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, LedgerPosting
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import body_of
from parcours.registry.payments import fund
from parcours.registry.payments.models import Order
from parcours.registry.scenario import told
from parcours.registry.scenario.language import Person, caregiver_of, person_of
from parcours.registry.scenario.run import play
from parcours.registry.scenario.stage import FUND, Stage
from parcours.registry.scenario.verbs import history
from parcours.registry.scenario.words import happen
from tests.registry.scenario.files import loaded

STORIES = loaded()


@pytest.fixture
def played(stage_database):
    """A story that was played, and the session to look at it."""

    def play_story(name, until=None):
        stage = Stage(stage_database, STORIES[name])
        for event in STORIES[name].events[:until]:
            stage.today = event["day"]
            assert happen(stage, event) is None
        return stage

    return play_story


@pytest.fixture
def look(stage_database):
    with stage_database.reading() as session:
        yield session


def messages(stage, session, kind):
    return [(one.subject, body_of(one)) for one in told.messages(stage, session) if one.kind is kind]


def test_s02_the_opposed_card_never_comes_back(played, stage_database):
    stage = played("S02")
    with stage.writing() as session:
        card = cards.card_of(session, stage.ids["ana"])
        with pytest.raises(ParcoursError):
            cards.deliver(session, card, day=date(2026, 4, 9), at=stage.at)
        fresh = cards.request(session, stage.ids["ana"], day=date(2026, 4, 9))
        assert fresh.id != card.id


def test_s04_no_card_with_a_provisional_number(played):
    stage = played("S04", until=3)
    with stage.writing() as session, pytest.raises(ParcoursError) as refused:
        cards.request(session, stage.ids["hugo"], day=date(2026, 4, 21))
    assert refused.value.code == "card_needs_nir"


def test_s05_the_parent_whose_card_was_read_is_paid(played, look):
    stage = played("S05")
    (order,) = told.orders(stage, look)
    assert stage.name_of(order.party) == "lea"
    assert stage.name_of(order.payee) == "ana"


def test_s07_the_insurer_gives_no_contribution_back(played, look):
    stage = played("S07")
    (_, body), *_ = messages(stage, look, MessageKind.NOEMIE_OC)
    assert (body["PF"], body["amc"], body["simulated"]) == ("-2.00", "9.00", True)


def test_s08_the_same_sheet_key_in_both_lots_and_no_decision_after_a_refusal(played, look):
    stage = played("S08", until=2)
    assert happen(stage, {"day": stage.today, "do": "claim", "id": "F1"}) is not None
    stage = played("S08")
    keys = {body["sheet_key"] for _, body in messages(stage, look, MessageKind.LOT)}
    assert len(keys) == 1


def test_s10_the_rejection_names_the_paid_sheet_and_its_payment(played, look):
    stage = played("S10")
    (body,) = [body for subject, body in messages(stage, look, MessageKind.RSP) if subject == "rejected"]
    assert (body["original"], body["paid_on"]) == (stage.claims["P1"], "2026-03-24")


def test_s11_no_automatic_rejection_on_the_same_day_and_act(played, look):
    stage = played("S11", until=2)
    assert history(look, stage.claims["F2"])[-1] == ClaimState.HELD


def test_s12_the_law_of_the_care_day_and_the_counter_of_the_refund(played, look):
    stage = played("S12")
    (decision,) = decisions_of(look, stage.claims["P1"])
    assert (decision.pf, decision.year, decision.care_date.year) == (100, 2026, 2024)


def test_s13_no_guarantee_for_a_degraded_sheet(played, look):
    stage = played("S13")
    assert not look.query(LedgerPosting).filter_by(account=Account.PENALITE, claim_id=stage.claims["F1"]).all()


def test_s14_the_transmitted_indicator_is_kept_beside_the_computed_one(played, look):
    stage = played("S14")
    (decision,) = decisions_of(look, stage.claims["F1"])
    assert (content_kept(decision)["transmitted"], decision.status) == ("T", "P")


def test_s18_an_ald_does_not_exempt_from_the_contribution(played, look):
    stage = played("S18")
    (decision,) = decisions_of(look, stage.claims["F1"])
    assert (content_kept(decision)["facts"]["exemption"], decision.pf) == ("ald", 200)


def test_s24_the_penalty_is_never_against_the_insured(played, look):
    stage = played("S24")
    parties = {one.party for one in look.query(LedgerPosting).filter_by(account=Account.PENALITE)}
    assert stage.ids["ana"] not in parties


def test_s29_the_first_decision_stays_readable(played, look):
    stage = played("S29")
    first, second = decisions_of(look, stage.claims["F1"])
    assert (first.status, first.amo, str(first.decided_on), first.current) == ("S", 840, "2026-03-06", False)
    assert content_kept(first)["facts"]["medecin_traitant"] is False
    assert content_kept(second)["counters"] == content_kept(first)["counters"]


def test_s31_the_base_moves_too(played, look):
    stage = played("S31")
    assert [one.base for one in decisions_of(look, stage.claims["F1"])] == [2650, 3150]


def test_s33_no_transfer_is_ever_of_nothing_or_less(played, look):
    played("S33")
    assert not look.query(Order).filter(Order.cents < 1).all()


def test_s37_a_contested_sum_is_not_set_off_on_what_is_due(played, look):
    stage = played("S37")
    assert stage.found["may_set_off"] is False


def test_s38_the_line_goes_to_one_insurer_never_to_both(played, look):
    stage = played("S38")
    told_to = [one.recipient for one in told.messages(stage, look) if one.kind is MessageKind.NOEMIE_OC]
    assert told_to == ["amc_b"]


def test_s01_no_card_for_a_provisional_number(stage_database):
    outcome = play(stage_database, story(
        [event("2026-01-10", "arrives", who="hugo"), event("2026-01-12", "card_request", who="hugo")],
        refused="card_needs_nir", ledger="no entry",
    ))  # fmt: skip
    assert outcome.failures == ()


def test_s03_resent_without_the_c2s_the_patient_pays_the_rest(stage_database):
    first = STORIES["S03"].events[0]
    outcome = play(stage_database, story(
        [first, event("2026-05-05", "claim", id="F2", of="emma", by="pharma", care=date(2026, 5, 4), fee="20.00",
                      tp="partial", facts={"base": "20.00", "drug_class": "majeur"})],
        states={"F1": "rejected", "F2": "adjudicated"}, claims={"F2": {"gross": "13.00", "advance": "7.00"}},
    ))  # fmt: skip
    assert outcome.failures == ()


def test_s06_a_card_is_for_one_person(played, look):
    stage = played("S06")
    cards_of = {who: look.query(EuropeanProof).filter_by(insured_id=stage.ids[who]).count() for who in ("ana", "ben")}
    assert cards_of == {"ana": 1, "ben": 2}


def test_s09_one_contribution_is_counted_once(played, look):
    stage = played("S09")
    assert [one.pf for one in decisions_of(look, stage.claims["F1"])] == [200]


def test_s17_by_the_text_there_is_no_tiers_payant_outside_the_pathway(stage_database):
    wrong = replace(STORIES["S17"], readings={"tiers_payant_hors_parcours": "text"}, events=STORIES["S17"].events[:1])
    outcome = play(stage_database, replace(wrong, expect={
        "claims": {"F1": {"deferred": "0.00", "advance": "30.00", "amo": "8.40"}},
        "signals": ["SIM-TP-OUTSIDE-PATHWAY"],
    }))  # fmt: skip
    assert outcome.failures == ()
    unknown = replace(wrong, readings={"tiers_payant_hors_parcours": "maybe"})
    assert "practice, text" in play(stage_database, unknown).failures[0].happened


def test_s21_no_transfer_of_nothing(played, look):
    stage = played("S21")
    assert told.orders(stage, look) == [one for one in told.orders(stage, look) if one.party != stage.ids["ana"]]
    (_, body), *_ = messages(stage, look, MessageKind.STATEMENT)[::-1]
    assert (body["paid"], len(body["deductions"]), body["left"]) == ("0.00", 4, "1.97")


def test_s22_oldest_care_first_then_majoration_contribution_deductible(played, look):
    stage = played("S22")
    (_, body), *_ = messages(stage, look, MessageKind.STATEMENT)[::-1]
    assert [(one["line"], one["care_date"]) for one in body["deductions"]] == [
        ("TMT 1957", "2026-03-02"), ("PFT 1952", "2026-03-02"),
    ]  # fmt: skip
    assert body["deductions"][-1]["cents"] == "0.40", "a part may be taken"


def test_s23_cancelled_at_the_limit_never_before(database):
    stage = Stage(database, STORIES["S23"])
    stage.today = STORIES["S23"].events[0]["day"]
    assert happen(stage, STORIES["S23"].events[0]) is None
    for day, left in ((date(2025, 5, 16), 100), (date(2025, 5, 20), 0)):
        fund.run_day(database, FUND, day)
        with database.reading() as session:
            assert ledger.balance(session, f"amo:{FUND}", Account.DIFFERE_PF, stage.ids["dora"]) == left


def test_s30_nothing_is_transferred(played, look):
    assert told.orders(played("S30"), look) == []


def test_s32_a_second_run_changes_nothing(played, look):
    stage = played("S32")
    assert stage.found["changed_again"] == 0
    assert [len(decisions_of(look, stage.claims[name])) for name in ("F1", "F2")] == [2, 2]


def test_s36_mediation_is_no_event_of_these_delays(played):
    stage = played("S36")
    before = dict(stage.found["deadline"])
    assert happen(stage, {"day": date(2026, 9, 8), "do": "day_passes"}) is None
    assert stage.found["deadline"] == before
    assert stage.found["objection_states"] == ["open", "implicitly_rejected"]


def test_s37_a_contested_sum_bears_no_surcharge(played, look):
    stage = played("S37")
    assert look.get(Undue, stage.found["undue"]).cents == 2100


def test_s40_who_left_does_not_move_the_flat_fee_of_the_year(played, look):
    stage = played("S40", until=1)
    before = stage.found["flat_fee"]
    stage = played("S40")
    assert (stage.found["flat_fee"], before.year) == (before, 37000)


def test_a_failed_expectation_says_what_was_expected_and_what_happened(stage_database):
    story = STORIES["S17"]
    wrong = replace(story, expect={**story.expect, "bank": [[date(2026, 3, 18), "amo", "gp2", "21.01"]]})
    (failed,) = [one for one in play(stage_database, wrong).failures if one.what == "bank"]
    assert "21.01" in failed.expected
    assert "21.00" in failed.happened


WRONG = [
    ({"expect": {"colour": "blue"}}, "expect"),
    ({"events": ({"day": date(2026, 1, 5), "do": "fly"},)}, "do"),
    ({"events": ({"day": date(2026, 1, 5), "do": "claim", "id": "F1", "colour": "blue"},)}, "claim"),
    ({"events": ({"day": date(2026, 1, 5), "do": "claim"},)}, "claim.id"),
    ({"events": ({"day": date(2026, 1, 5), "do": "claim", "id": "F1", "care": "soon"},)}, "claim.care"),
    ({"events": ({"day": date(2026, 1, 5), "do": "claim", "id": "F1", "fee": "much"},)}, "claim.fee"),
    ({"events": ({"day": date(2026, 1, 5), "do": "claim", "id": "F1", "repeat": 10**6},)}, "claim.repeat"),
    ({"events": ({"day": date(2026, 1, 5), "do": "regularise", "id": "F1", "change": "mt"},)}, "regularise.change"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG, ids=[field for _, field in WRONG])
def test_a_word_that_is_not_of_the_language_is_named_with_those_that_are(stage_database, changes, field):
    (failed,) = play(stage_database, replace(STORIES["S26"], **changes)).failures
    assert f"S26.{field}" in failed.happened
    assert "allowed" in failed.happened


WRITTEN_WRONG = [
    {"bank": [["a", "b"]]},
    {"claims": {"F1": {"colour": "1.00"}}},
    {"messages": ["smoke signal"]},
    {"messages": ["two smoke signals"]},
    {"balances": {"amo:gold:ana": "1.00"}},
    {"ledger": "some entries"},
    {"counters": {"ana": 3}},
    {"case": "no_such_case"},
]


@pytest.mark.parametrize("expect", WRITTEN_WRONG, ids=str)
def test_an_expectation_that_is_written_wrong_never_holds(stage_database, expect):
    assert len(play(stage_database, replace(STORIES["S26"], expect=expect)).failures) == 1


def test_a_few_words_describe_somebody_and_a_mapping_the_same():
    assert person_of("1957-09-30, ALD, MT dr mt") == Person(date(1957, 9, 30), "mt", ("ald",), "", "amc_a")
    assert person_of({"born": date(1957, 9, 30), "doctor": "mt"}) == Person(date(1957, 9, 30), "mt")
    assert caregiver_of("cardiologist sector 2 with OPTAM").convention == "secteur_2_optam"
    assert caregiver_of("psychologist") == caregiver_of({"profession": "psychologue"})
    for wrong in ({"born": "soon"}, {"born": date(1957, 9, 30), "rights": ["sun"]}, {"colour": "blue"}):
        with pytest.raises(ParcoursError):
            person_of(wrong)
    for wrong in ("wizard", {"profession": "wizard"}, {"specialty": "magic"}):
        with pytest.raises(ParcoursError):
            caregiver_of(wrong)


def story(events, **expect):
    return replace(STORIES["S17"], id="own", events=tuple(events), expect=expect)


def event(day, do, **said):
    return {"day": date.fromisoformat(day), "do": do, **said}


def test_a_parent_is_paid_for_a_child_and_owes_what_is_deferred(stage_database):
    outcome = play(stage_database, story(
        [
            event("2026-03-04", "claim", id="F1", of="chloe", by="gp2", care=date(2026, 3, 2), tp="partial"),
            event("2026-03-04", "claim", id="F2", of="chloe", by="derm", care=date(2026, 3, 3), fee="31.50"),
            event("2026-03-06", "claim", id="F3", care=date(2026, 3, 5)),
            event("2026-03-09", "pay", who="ana"),
        ],
        owed={"ana": {}}, bank=[[date(2026, 3, 9), "amo", "ana", "16.35"]],
        claims={"F1": {"majoration": "10.60", "pf": "0.00", "deferred": "10.60"}, "F2": {"amo": "7.95"}},
    ))  # fmt: skip
    assert outcome.failures == ()


def test_the_insured_pays_a_part_then_the_rest_is_taken(stage_database):
    outcome = play(stage_database, story(
        [
            event("2026-03-16", "claim", id="F1", by="gp2", care=date(2026, 3, 12), tp="partial"),
            event("2026-03-20", "insured_pays", who="ana", amount="10.00"),
            event("2026-04-06", "claim", id="F2", care=date(2026, 4, 2)),
            event("2026-04-08", "pay", who="ana"),
        ],
        owed={"ana": {}}, bank=[[date(2026, 4, 8), "amo", "ana", "16.40"]],
    ))  # fmt: skip
    assert outcome.failures == ()


OWN = loaded(Path(__file__).with_name("own.yaml"))


@pytest.mark.parametrize("name", list(OWN))
def test_a_story_of_ones_own_holds(stage_database, name):
    base = STORIES["S17"]
    mine = replace(OWN[name], people=base.people, professionals=base.professionals, defaults=base.defaults)
    assert play(stage_database, mine).failures == ()
