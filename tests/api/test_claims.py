"""Sheets, claims and the account over REST: submitted once, explained, and nobody else's."""

from datetime import date, timedelta

from parcours.registry.claims import b2
from parcours.registry.claims.adjudicate import adjudicate, current_decision
from parcours.registry.claims.context import Tag
from parcours.registry.claims.models import Claim
from parcours.registry.claims.regularising import change_of
from parcours.registry.complementary.service import register
from parcours.registry.people.service import open_right
from parcours.registry.scenario.around import affiliations
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.periods import replace
from tests.api.fixtures import trail

V1 = "/api/v1"


def sheet(country, **more):
    return {"professional_id": country.amar, "care_date": paris_today().isoformat(), "number": 7, "fee": "30.00"} | more


def test_a_sheet_is_submitted_once_decided_and_explained(as_user, country, database):
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/claims"
    key = {"Idempotency-Key": "sheet-7"}
    first, again = (doctor.post(url, json=sheet(country), headers=key) for _ in range(2))
    assert (first.status_code, first.json()["state"], first.json()["simulated"]) == (201, "received", True)
    assert again.json() == first.json()
    same = doctor.post(url, json=sheet(country))
    assert same.json()["id"] == first.json()["id"], "the same sheet without a key is the same claim"
    where = first.headers["Location"]
    decided = as_user("officer").post(f"{where}/adjudication")
    assert decided.json()["state"] == "adjudicated", decided.text
    content = as_user("alice").get(where, headers={"Accept-Language": "fr"}).json()
    assert content["events"][:1] == first.json()["events"], "what was told at once is what is kept"
    (decision,) = content["decisions"]
    assert decision["amounts"]["amo"] in {"19.00", "21.00"}
    assert any("remboursement" in one or "médecin traitant" in one for one in decision["because"])
    assert {one["account"] for one in content["movements"]} >= {"prestations", "a_payer:insured"}
    assert {Tag.CLAIM_SUBMIT, Tag.CLAIM_DECIDE, Tag.CLAIM_READ} <= {one.tag for one in trail(database)}


def test_an_altered_sheet_is_refused_and_changes_nothing(as_user, country):
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/claims"
    doctor.post(url, json=sheet(country))
    refused = doctor.post(url, json=sheet(country, fee="31.00"))
    assert (refused.status_code, refused.json()["code"]) == (409, "sheet_altered")
    assert [one["fee"] for one in as_user("alice").get(url).json()["items"]] == ["30.00", "30.00"]


def test_a_practice_sends_its_own_sheets_only(as_user, country):
    refused = as_user("sand").post(f"{V1}/people/{country.alice}/claims", json=sheet(country))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_sheet")


def test_an_unknown_act_is_refused_by_its_field(as_user, country):
    refused = as_user("amar").post(f"{V1}/people/{country.alice}/claims", json=sheet(country, facts={"act": "ZZZ"}))
    assert refused.status_code == 422, refused.text
    assert len(as_user("alice").get(f"{V1}/people/{country.alice}/claims").json()["items"]) == 1


def test_the_account_says_the_counters_of_the_year(as_user, country):
    account = as_user("alice").get(f"{V1}/people/{country.alice}/account").json()
    assert (account["lines"], account["participations"], account["participations_cap"]) == ([], "0.00", "50.00")


def test_a_practice_reads_its_returns_on_from_the_last(as_user, country):
    doctor = as_user("amar")
    (message,) = doctor.get(f"{V1}/my/messages").json()["items"]
    assert (message["kind"], message["subject"], message["claim_id"]) == ("rsp", "rejected", country.claim)
    assert message["body"]["simulated"] is True
    assert doctor.get(f"{V1}/my/messages", params={"after": message["id"]}).json()["items"] == []
    assert as_user("zola").get(f"{V1}/my/messages").json()["items"] == []


def decided(as_user, country, **more):
    doctor = as_user("amar")
    made = doctor.post(f"{V1}/people/{country.alice}/claims", json=sheet(country, **more))
    assert made.status_code == 201, made.text
    where = made.headers["Location"]
    officer = as_user("officer")
    answer = officer.post(f"{where}/adjudication")
    assert answer.json().get("state") == "adjudicated", (answer.status_code, answer.text)
    return where, officer


def test_a_claim_is_paid_once_settled_again_and_taken_back(as_user, country, database):
    where, officer = decided(as_user, country)
    key = {"Idempotency-Key": "pay-1"}
    first, again = (officer.post(f"{where}/payment", headers=key) for _ in range(2))
    assert (first.json()["state"], again.json()) == ("paid", first.json())
    assert officer.post(f"{where}/payment").json()["movements"] == first.json()["movements"], "nothing is due any more"
    assert officer.post(f"{where}/regularisation").status_code == 409, "nothing is known since"
    back = officer.post(f"{where}/reversal", json={"cause": "rights_closed"})
    assert back.json()["state"] == "reversed"
    refused = officer.post(f"{where}/reversal", json={"cause": "rights_closed"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_decision")
    tags = {one.tag for one in trail(database)}
    assert {Tag.CLAIM_PAY, Tag.CLAIM_REVERSE} <= tags


def test_what_is_known_since_is_proposed_by_one_officer_and_done_by_another(as_user, country, database):
    where, officer = decided(as_user, country)
    with database.writing() as session:
        open_right(session, country.alice, "ame", starts_on=paris_today())
    proposed = officer.post(f"{where}/regularisation")
    assert (proposed.status_code, proposed.json()["change"]) == (201, {"ame": True}), proposed.text
    done = officer.post(f"{V1}/regularisations/{proposed.json()['id']}/confirmation")
    assert done.status_code == 403, "four eyes"
    assert len(as_user("alice").get(where).json()["decisions"]) == 1


def test_what_is_known_since_and_moves_no_amount_is_not_proposed(as_user, country, database):
    with database.writing() as session:
        open_right(session, country.alice, "invalidite", starts_on=paris_today())
    where, officer = decided(as_user, country)
    with database.writing() as session:
        open_right(session, country.alice, "maternite", starts_on=paris_today())
        claim = session.get_one(Claim, where.rpartition("/")[2])
        assert change_of(session, claim, current_decision(session, claim.id), now_utc())
    assert officer.post(f"{where}/regularisation").json()["code"] == "nothing_to_regularise"


def test_a_sheet_of_several_acts_over_rest(as_user, country):
    lines = [{"code": "G", "fee": "30.00"}, {"code": "DEQP003", "fee": "14.52"}]
    content = sheet(country, lines=lines, total="44.52")
    del content["fee"]
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/claims"
    made = doctor.post(url, json=content)
    assert (made.status_code, made.json()["fee"]) == (201, "44.52"), made.text
    for wrong in (
        {"total": "30.00"},
        {"lines": []},
        {"lines": [{"code": "G"}]},
        {"lines": [{"fee": "1.00", "colour": "blue"}]},
    ):
        assert doctor.post(url, json=content | {"number": 9} | wrong).status_code == 422, wrong
    assert doctor.post(url, json=content | {"number": 9, "facts": {"role": "medecin_traitant"}}).status_code == 422


def lot_of(database, ids):
    with database.reading() as session:
        return b2.lot_of(session, [session.get_one(Claim, one) for one in ids])


def test_a_lot_of_records_is_taken_in_whole_or_not_at_all(as_user, country, database):
    doctor, url, mine = as_user("amar"), f"{V1}/people/{country.alice}/claims", f"{V1}/my/lots"
    ids = [doctor.post(url, json=sheet(country, number=number, fee=f"{fee}.00")).json()["id"]
           for number, fee in ((7, 30), (8, 40))]  # fmt: skip
    lot = lot_of(database, ids)
    key = {"Idempotency-Key": "lot-1"}
    first, again = (doctor.post(mine, json=lot, headers=key) for _ in range(2))
    assert first.status_code == 201, first.text
    assert (first.json()["total"], first.json()["sheets"]) == ("70.00", 2)
    assert [one["id"] for one in first.json()["claims"]] == ids, "the same sheets are the same claims"
    assert again.json() == first.json()
    new = {**lot, "records": [one.replace("000000007", "000000017").replace("000000008", "000000018")
                              for one in lot["records"]]}  # fmt: skip
    count = len(as_user("alice").get(url).json()["items"])
    wrong = {
        "cut": {**new, "records": new["records"][:-1]},
        "short of a sheet": {**new, "sheets": 3},
        "too many sheets": {**new, "sheets": None, "records": new["records"] + ["5" + " " * 127] * 100},
        "total": {**new, "total": "71.00"},
        "letters": {**new, "records": [new["records"][0][:40] + "?" * 88, *new["records"][1:]]},
        "no such day": {**new, "records": [one[:69] + "991331" + one[75:] if one[0] == "4" and one[38] == " " else one
                                        for one in new["records"]]},
        "nobody": {**new, "records": [one[:11] + "2991299999999" + one[24:] for one in new["records"]]},
    }  # fmt: skip
    for name, said in wrong.items():
        refused = doctor.post(mine, json=said)
        assert refused.status_code in {404, 422}, (name, refused.text)
        assert refused.json()["code"], name
    assert as_user("sand").post(mine, json=new).status_code in {403, 404}, "another's sheets"
    assert len(as_user("alice").get(url).json()["items"]) == count, "nothing of a refused lot is kept"
    taken = doctor.post(mine, json=new)
    assert taken.status_code == 201, taken.text
    assert len(as_user("alice").get(url).json()["items"]) == count + 2


WRONG = {
    "altered": ({"fee": "31.00"}, "sheet_altered"),
    "dated tomorrow": ({"number": 8, "care_date": "2999-01-01"}, "care_in_future"),
    "another total": ({"number": 8, "total": "31.00"}, "total_not_sum"),
    "unknown act": ({"number": 8, "facts": {"act": "ZZZZ999999"}}, None),
    "below zero": ({"number": 8, "fee": "-1.00"}, None),
    "huge": ({"number": 8, "fee": 10**12}, None),
    "cut": ({"number": None}, None),
}


def test_each_wrong_sheet_is_refused_and_leaves_nothing(as_user, country, database):
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/claims"
    assert doctor.post(url, json=sheet(country)).status_code == 201
    for name, (changes, code) in WRONG.items():
        refused = doctor.post(url, json=sheet(country, **changes))
        assert refused.status_code in {409, 422}, (name, refused.text)
        assert refused.json()["detail"], name
        assert code in {None, refused.json()["code"]}, (name, refused.json())
    others = doctor.post(f"{V1}/people/{country.zoe}/claims", json=sheet(country, number=8))
    assert others.status_code == 404, "another's patient"
    with database.writing() as session:
        (rights,) = affiliations(session, country.alice)
        replace(session, rights, now_utc(), ends_on=paris_today())
    closed = doctor.post(url, json=sheet(country, number=8)).json()
    with database.writing() as session:
        claim = session.get_one(Claim, closed["id"])
        assert adjudicate(session, claim, day=paris_today(), at=now_utc()) is None
        assert (claim.state.value, claim.reason) == ("rejected", "SIM-RIGHTS-CLOSED")
    assert len(as_user("alice").get(url).json()["items"]) == 3


def test_a_sum_undue_is_read_answered_and_followed(as_user, country):
    where, officer = decided(as_user, country)
    officer.post(f"{where}/payment")
    officer.post(f"{where}/reversal", json={"cause": "rights_closed"})
    alice, sums = as_user("alice"), f"{V1}/people/{country.alice}/undue-sums"
    (owed,) = alice.get(sums).json()
    paid = owed["euros"]
    assert (owed["left"], owed["answer_by"], owed["cause"]) == (paid, None, "rights_closed")
    one = f"{sums}/{owed['id']}"
    early = alice.post(f"{one}/answer", json={"answer": "correction"})
    assert early.json()["code"] == "correction_late", "the notice was not received"
    assert alice.post(f"{one}/step", json={"step": "received"}).status_code == 403
    told = officer.post(f"{one}/step", json={"step": "received"}).json()
    assert told["answer_by"] < told["set_off_from"]
    asked = alice.post(f"{one}/answer", json={"answer": "correction"})
    assert (asked.status_code, asked.json()["observed_on"]) == (201, told["received_on"])
    assert officer.post(f"{one}/step", json={"step": "refused"}).json()["set_off_from"] < asked.json()["set_off_from"]
    assert officer.post(f"{one}/step", json={"step": "instalments", "months": 13}).json()["code"] == "instalments"
    spread = officer.post(f"{one}/step", json={"step": "instalments", "months": 12}).json()
    assert spread["set_off_from"] > asked.json()["set_off_from"]
    assert officer.post(f"{one}/step", json={"step": "summons"}).json()["code"] == "summons_early"
    assert as_user("zoe").post(f"{one}/answer", json={"answer": "correction"}).status_code == 404
    assert as_user("amar").get(f"{V1}/my/undue-sums").json() == []


def test_an_agreement_is_asked_for_before_an_act_and_answered_once(as_user, country):
    doctor, alice, officer = as_user("amar"), as_user("alice"), as_user("officer")
    where = f"{V1}/people/{country.alice}/agreements"
    asked = doctor.post(where, json={"professional_id": country.amar, "code": "QZRP003", "longer": True})
    assert asked.status_code == 201, asked.text
    said = asked.json()
    assert (said["state"], date.fromisoformat(said["answer_by"])) == ("asked", paris_today() + timedelta(days=21))
    assert alice.get(where).json() == [said]
    assert alice.post(f"{where}/{said['id']}/answer", json={"answer": "agreed"}).status_code == 403
    agreed = officer.post(f"{where}/{said['id']}/answer", json={"answer": "agreed"})
    assert (agreed.status_code, agreed.json()["state"]) == (201, "agreed")
    again = officer.post(f"{where}/{said['id']}/answer", json={"answer": "refused"})
    assert (again.status_code, again.json()["code"]) == (409, "agreement_answered")
    sheet = {"professional_id": country.amar, "care_date": paris_today().isoformat(), "number": 77, "fee": "30.00",
             "agreement_on": paris_today().isoformat()}  # fmt: skip
    sent = doctor.post(f"{V1}/people/{country.alice}/claims", json=sheet).json()
    decided = officer.post(f"{V1}/people/{country.alice}/claims/{sent['id']}/adjudication").json()
    assert decided["state"] == "adjudicated"


def test_who_asks_for_an_agreement_does_not_answer_and_the_trail_names_it(as_user, country, database):
    officer, where = as_user("officer"), f"{V1}/people/{country.alice}/agreements"
    unknown = officer.post(where, json={"professional_id": country.amar, "code": "no such act"})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "code")
    asked = officer.post(where, json={"professional_id": country.amar, "code": "to 90"}).json()
    assert asked["code"] == "TO"
    own = officer.post(f"{where}/{asked['id']}/answer", json={"answer": "agreed"})
    assert (own.status_code, own.json()["code"]) == (403, "second_officer")
    (told,) = trail(database, tag="claims:agreement:ask")
    assert asked["id"] in told.details


def test_a_practice_disputes_a_sum_undue(as_user, country):
    where, officer = decided(as_user, country)
    officer.post(f"{where}/payment")
    officer.post(f"{where}/reversal", json={"cause": "act_not_done"})
    doctor = as_user("amar")
    (owed,) = doctor.get(f"{V1}/my/undue-sums").json()
    assert as_user("alice").get(f"{V1}/people/{country.alice}/undue-sums").json() == []
    one = f"{V1}/my/undue-sums/{owed['id']}/observations"
    assert doctor.post(one).json()["code"] == "correction_late"
    step = f"{V1}/people/{country.alice}/undue-sums/{owed['id']}/step"
    assert officer.post(step, json={"step": "received"}).status_code == 201
    assert doctor.post(one).json()["observed_on"] is not None
    assert as_user("sand").post(one).status_code == 404


def test_an_objection_has_its_days_and_nobody_elses_claim(as_user, country):
    where, _ = decided(as_user, country)
    alice = as_user("alice")
    asked = {"claim_id": where.rsplit("/", 1)[1], "ground": "amount"}
    made = alice.post(f"{V1}/people/{country.alice}/objections", json=asked)
    assert (made.status_code, made.json()["state"], made.json()["ground"]) == (201, "open", "amount")
    twice = alice.post(f"{V1}/people/{country.alice}/objections", json=asked)
    assert (twice.status_code, twice.json()["code"]) == (409, "disputed_already")
    assert [one["id"] for one in alice.get(f"{V1}/people/{country.alice}/objections").json()] == [made.json()["id"]]
    assert (
        as_user("zoe").post(f"{V1}/people/{country.zoe}/objections", json={"claim_id": country.claim}).status_code
        == 404
    )
    queue = as_user("officer").get(f"{V1}/fund/queues/objections").json()
    assert (queue[0]["owner"], queue[0]["deadline"]) == ("fund", made.json()["answer_by"])
    assert as_user("officer").get(f"{V1}/fund/queues").json()["objections"] == 1
    assert as_user("officer_zoe").get(f"{V1}/fund/queues").json()["objections"] == 0


def test_a_card_is_asked_for_once_and_lost_at_once(as_user, country):
    alice, url = as_user("alice"), f"{V1}/people/{country.alice}"
    card = alice.post(f"{url}/cards").json()
    assert (card["state"], card["simulated"]) == ("requested", True)
    assert alice.post(f"{url}/cards").json()["code"] == "card_state"
    assert alice.post(f"{url}/cards/{card['id']}/opposition", json={"why": "lost"}).status_code == 409
    assert alice.post(f"{url}/european-card", json={"leaves": "2001-01-01"}).json()["code"] == "leaves_past"
    said = alice.get(f"{url}/attestation").json()
    assert (said["simulated"], said["fund"], len(said["code"])) == (True, "01C991", 32)
    assert said == alice.get(f"{url}/attestation").json()


def test_a_practice_sees_its_sheets_and_an_insurer_its_own_lines(as_user, country):
    where, officer = decided(as_user, country)
    officer.post(f"{where}/payment")
    doctor, claim = as_user("amar"), where.rsplit("/", 1)[1]
    assert claim in [one["id"] for one in doctor.get(f"{V1}/my/claims").json()["items"]]
    assert [one["id"] for one in doctor.get(f"{V1}/my/claims", params={"state": "paid"}).json()["items"]] == [claim]
    assert doctor.get(f"{V1}/my/lots").json()["items"] == []
    assert doctor.post(f"{V1}/my/claims/reconciled", json={"claim_ids": [claim]}).json() == {"reconciled": 1}
    assert as_user("zola").post(f"{V1}/my/claims/reconciled", json={"claim_ids": [claim]}).json() == {"reconciled": 0}
    insurer = as_user("insurer")
    assert insurer.get(f"{V1}/insurer/lines").json() == {"items": [], "next": None}
    assert insurer.get(f"{V1}/messages").json()["items"] == []
    assert doctor.get(f"{V1}/messages").json() == doctor.get(f"{V1}/my/messages").json()


def test_an_insurer_is_asked_before_care(as_user, country, database):
    doctor, url = as_user("amar"), f"{V1}/people/{country.alice}/complementary"
    day = paris_today().isoformat()
    asked = {"professional_id": country.amar, "care_date": day}
    nobody = doctor.post(f"{url}/known", json=asked).json()
    assert (nobody["known"], nobody["engagement"], nobody["simulated"]) == (False, None, True)
    with database.writing() as session:
        register(session, country.alice, "mutuelle_exemple", contract="responsable_100", starts_on=paris_today(),
                 at=now_utc(), day=paris_today())  # fmt: skip
    known = doctor.post(f"{url}/known", json=asked).json()
    assert (known["known"], known["insurer"], known["until"]) == (True, "mutuelle_exemple", None)
    quoted = doctor.post(f"{url}/amount", json=sheet(country)).json()
    assert (quoted["amount"], quoted["rule"], quoted["engagement"]) == ("9.00", "responsable_100", known["engagement"])
    answers = [one for one in doctor.get(f"{V1}/my/messages").json()["items"] if one["kind"] in ("idb", "clc")]
    assert [(one["kind"], one["subject"]) for one in answers] == [("idb", "known"), ("clc", "amount")]
    assert doctor.post(f"{url}/amount", json=sheet(country, facts={"act": "ZZZ"})).status_code == 422


def test_an_application_is_lent_to_another_holder_for_a_year_at_most(as_user, country):
    alice, nora = as_user("alice"), as_user("nora")
    url = f"{V1}/people/{country.alice}/card-app"
    tomorrow = (paris_today() + timedelta(days=1)).isoformat()
    assert alice.get(url).status_code == 404
    assert (alice.post(url).status_code, alice.post(url).json()["code"]) == (201, "app_state")
    loan = {"to": country.nora, "until": tomorrow}
    assert alice.post(f"{url}/loan", json=loan).json()["code"] == "borrower_needs_app"
    assert alice.post(f"{url}/loan", json={"to": "nobody", "until": tomorrow}).json()["code"] == "borrower_needs_app"
    nora.post(f"{V1}/people/{country.nora}/card-app")
    assert alice.post(f"{url}/loan", json=loan).json()["lent_until"] == tomorrow
    late = (paris_today() + timedelta(days=400)).isoformat()
    assert alice.post(f"{url}/loan", json={**loan, "until": late}).json()["code"] == "lent_too_long"
    assert alice.post(f"{url}/state", json={"state": "suspended"}).json()["lent_until"] is None
    assert alice.get(url).json()["state"] == "suspended"
