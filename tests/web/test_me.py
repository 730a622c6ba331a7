"""The account of an insured person: what is one's own is shown, what is somebody else's does not exist."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select, update

from parcours.registry import contexts
from parcours.registry.audit.models import AuditEvent
from parcours.registry.claims.models import Claim, ClaimState
from parcours.registry.declarations import timeline
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.db import Database
from parcours.registry.visits.models import AnsweredVisit
from parcours.site import app as whole
from parcours.web.me.deeds import THINGS, VERBS
from parcours.web.me.money import still_in_time
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import PASSWORD, _keys, settings_for_tests  # noqa: F401
from tests.support.client import TestClient
from tests.web.pages import quote
from tests.web.test_quote_guards import C2S

PAGES = ("/me", "/me/quote", "/me/record", "/me/calendar", "/me/calendar.ics", "/me/doctor",
         "/me/care", "/me/money", "/me/money.csv", "/me/card", "/me/sheet",
         "/me/mutuelle", "/me/family", "/me/messages", "/me/objections", "/me/privacy", "/me/export.json")  # fmt: skip
NOBODY_ELSE = ("/me/card", "/me/sheet", "/me/mutuelle", "/me/messages", "/me/privacy", "/me/export.json", "/me/family")
"""Pages that only the person and a parent open; the others have a doctor or an officer who may read the same."""


@pytest.fixture
def database_kind():
    return "sqlite"


@pytest.fixture
def people(database_url, country):
    """A browser of each person, logged in when first asked for."""
    app = whole.create_app(settings_for_tests(database_url=database_url, page_rate_limit_per_minute=0))
    opened = {}
    with TestClient(app, base_url="https://testserver") as first:
        del first

        def browser(name):
            if name not in opened:
                client = TestClient(app, base_url="https://testserver", headers={"Accept-Language": "en"})
                login = {"login": f"{name}@example.org", "password": PASSWORD}
                assert client.post("/login", data=login, follow_redirects=False).status_code == 303
                opened[name] = client
            return opened[name]

        yield browser


def token(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]


def send(client, path, do, **fields):
    """A form of a page, sent as the page has it."""
    page = client.get(path)
    return client.post(path, data={"do": do, "csrf_token": token(page), **fields})


def refusals(url):
    database = Database.open(url)
    with database.reading() as session:
        query = select(AuditEvent.why, AuditEvent.record_kind).where(AuditEvent.tag == "access:record:refuse")
        found = [tuple(row) for row in session.execute(query)]
    database.close()
    return found


def test_a_login_leads_to_the_page_of_the_role_or_the_one_that_was_wanted(people):
    alice = people("alice")
    assert alice.get("/my", follow_redirects=False).headers["Location"] == "/me"
    anonymous = TestClient(alice.app, base_url="https://testserver")
    answer = anonymous.get("/me/doctor?of=x", follow_redirects=False)
    assert answer.headers["Location"] == "/login?next=%2Fme%2Fdoctor%3Fof%3Dx"
    login = {"login": "alice@example.org", "password": PASSWORD}
    for wanted, place in (("/me/doctor", "/me/doctor"), ("//evil.example", "/me"), ("https://evil.example", "/me")):
        answer = anonymous.post("/login", params={"next": wanted}, data=login, follow_redirects=False)
        assert answer.headers["Location"] == place


def test_nobody_enters_with_one_click_outside_the_demonstration(people):
    alice = people("alice")
    assert "/login/demo" not in alice.get("/login").text
    assert alice.post("/login/demo", data={"as": "patient"}, follow_redirects=False).status_code == 404


def test_the_home_says_what_needs_one_now(people, country):
    page = people("alice").get("/me")
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "What needs you now" in page.text
    assert "Nora" in page.text or "For whom" in page.text


def test_declare_change_and_leave(people, country, database_url):
    alice = people("alice")
    page = alice.get("/me/doctor", params={"with": country.zola})
    assert "Ask this doctor" in page.text
    asked = send(alice, "/me/doctor", "propose", professional_id=country.zola)
    assert "the doctor&#39;s answer is awaited" in asked.text or "the doctor’s answer is awaited" in asked.text
    declaration = re.search(r'name="declaration_id" value="([^"]+)"', asked.text.split('id="waiting-1"')[1])[1]
    assert "proposal is withdrawn" in send(alice, "/me/doctor", "withdraw", declaration_id=declaration).text
    again = send(alice, "/me/doctor", "propose", professional_id=country.amar)
    assert again.status_code == 409, "this doctor is the médecin traitant already"
    assert 'role="alert"' in again.text
    left = send(alice, "/me/doctor", "leave", declaration_id=country.declaration)
    assert "You have no médecin traitant" in left.text
    database = Database.open(database_url)
    with database.reading() as session:
        assert timeline.as_of(session, country.alice, paris_today()) is None
    database.close()
    helped = send(alice, "/me/doctor", "ask_help", reason="Deux refus")
    assert "Your fund is looking with you" in helped.text


def test_a_parent_chooses_for_a_child_and_signs_with_a_young_person(people, country):
    alice, nora = people("alice"), people("nora")
    path = f"/me/doctor?of={country.bob}"
    assert "awaited" in send(alice, path, "propose", professional_id=country.zola).text
    assert "awaited" in send(nora, "/me/doctor", "propose", professional_id=country.zola).text
    own = nora.get("/me/doctor").text
    assert "by you" in own
    assert "the patient" not in own
    assert "waits for a parent" in nora.get("/me").text
    home = alice.get("/me").text
    assert "Sign for" in home
    page = alice.get(f"/me/doctor?of={country.nora}")
    declaration = re.search(r'name="declaration_id" value="([^"]+)"', page.text)[1]
    signed = send(alice, f"/me/doctor?of={country.nora}", "sign", declaration_id=declaration)
    assert "Your signature is recorded" in signed.text
    assert alice.get(f"/me/doctor?of={country.nora}").text.count("Sign as") == 0
    assert "waits for a parent" not in nora.get("/me").text


def test_a_parent_is_not_warned_of_a_penalty_that_a_child_does_not_bear(people, country):
    """Below 16 the pathway changes no refund: the page says so with the article, and warns of nothing."""
    alice, path = people("alice"), f"/me/doctor?of={country.bob}"
    assert "refunded less" in alice.get("/me/doctor").text, "who bears it is warned"
    undeclared = alice.get(path).text
    send(alice, path, "propose", professional_id=country.zola)
    declaration = re.search(r'name="declaration_id" value="([^"]+)"', alice.get(path).text)[1]
    send(people("zola"), "/practice/declarations", "sign", declaration_id=declaration)
    for page in (undeclared, alice.get(path).text):
        assert "the pathway has no effect on the refund" in page
        assert "CSS-L162-5-3" in page
        assert not re.search("refunded (much )?less|refunds go down|You are in", page)


def test_a_visit_without_a_sheet_is_told_while_it_can_still_be_asked(people, country, database):
    first = still_in_time(paris_today())[0]

    def seen(care):
        with database.writing() as session:
            session.add(AnsweredVisit(insured_id=country.alice, professional_id=country.zola, care_date=care,
                                      answered_at=now_utc(), facts="[]"))  # fmt: skip

    for care in (first - timedelta(days=1), paris_today()):
        seen(care)
    assert "received no sheet" not in people("alice").get("/me").text, "too late, or not near"
    seen(first)
    page = people("alice").get("/me").text
    assert page.count("received no sheet") == 1
    assert 'href="/me/sheet"' in page


@pytest.mark.parametrize("path", PAGES)
def test_what_is_somebody_elses_does_not_exist_and_is_traced(people, country, database_url, path):
    before = len(refusals(database_url))
    strangers = ("zoe", "zola", "officer_zoe", "administrator")
    for name in strangers:
        assert people(name).get(f"{path}?of={country.alice}").status_code == 404
    assert len(refusals(database_url)) >= before + len(strangers)
    assert people("zoe").get(f"{path}?of=nobody").status_code == 404
    if path in NOBODY_ELSE:
        assert people("amar").get(f"{path}?of={country.alice}").status_code == 403


def test_what_one_reads_is_traced_with_its_right(people, country, database_url):
    alice, database = people("alice"), Database.open(database_url)
    for path in ("/me", "/me/care", "/me/money", "/me/record", "/me/calendar", "/me/privacy"):
        assert alice.get(path).status_code == 200
    with database.reading() as session:
        query = select(AuditEvent.tag, AuditEvent.why).where(AuditEvent.insured_id == country.alice)
        found = session.execute(query.where(AuditEvent.role == "insured")).all()
    database.close()
    assert [tag for tag, why in found if not why] == []
    assert len(found) > 5


def test_a_form_of_another_site_or_without_the_token_changes_nothing(people, country):
    alice = people("alice")
    fields = {"do": "leave", "declaration_id": country.declaration}
    stale = alice.post("/me/doctor", data={**fields, "csrf_token": "of the session before"})
    assert stale.status_code == 403
    assert "nothing was done, check it and send it again" in stale.text
    assert token(stale) == token(alice.get("/me/doctor"))
    stolen = {**fields, "csrf_token": token(alice.get("/me/doctor"))}
    assert alice.post("/me/doctor", data=stolen, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert alice.post("/me/doctor", data={**stolen, "do": "nothing"}).status_code == 400
    foreign = send(people("zoe"), "/me/doctor", "leave", declaration_id=country.declaration)
    assert foreign.status_code == 404
    assert "In force" in alice.get("/me/doctor").text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_page_is_in_both_languages_and_kept_by_nobody(people, country, lang):
    alice = people("alice")
    for path in (*PAGES, f"/me/money/{country.claim}", f"/me/care/letters/{country.referral}"):
        page = alice.get(path, params={"lang": lang})
        assert page.status_code == 200, path
        assert "no-store" in page.headers["Cache-Control"], path
        assert not re.search("&lt;(built-in|bound|function)", page.text), f"{path} shows code in place of words"


def test_a_refund_is_explained_and_the_statement_is_a_file(people, country):
    alice = people("alice")
    page = alice.get(f"/me/money/{country.claim}")
    assert "insured not in the fund" in page.text
    file = alice.get("/me/money.csv?lang=fr")
    assert file.text.startswith("\ufeffjour;ligne;")
    assert alice.get("/me/money.csv?first=never").status_code == 422


def test_a_card_is_asked_for_lost_and_asked_for_again(people):
    alice = people("alice")
    assert "asked for" in send(alice, "/me/card", "ask").text
    refused = send(alice, "/me/card", "lose", why="lost")
    assert refused.status_code == 409, "a card that is not there yet is not lost"
    assert "Provisional certificate" in send(alice, "/me/card", "abroad", leaves=paris_today().isoformat()).text
    assert send(alice, "/me/card", "abroad", leaves="soon").status_code == 422


def test_a_minor_keeps_a_letter_from_a_parent_only(people, country):
    alice = people("alice")
    path = f"/me/care/letters/{country.referral}"
    assert "Reason" in alice.get(path).text
    assert send(alice, "/me/care", "agree_plan", plan_id=country.plan).status_code in (200, 422)
    assert people("zoe").get(path).status_code == 404
    assert people("nora").get(path).status_code == 404
    assert "letter is cancelled" in send(alice, path, "cancel").text or "cancelled" in alice.get("/me/care").text


def test_whom_one_saw_leads_to_the_act_that_was_refunded(people, country, database_url):
    alice, act = people("alice"), f'href="/me/money/{country.claim}"'
    assert act in alice.get("/me/care").text
    for _ in range(3):  # two of them at least within one minute: told once
        alice.get("/me/money")
    assert re.search(r"the refunds \([2-4] times\)", alice.get("/me/privacy").text)
    database = Database.open(database_url)
    for state in ("draft", "refused", "reversed"):
        with database.writing() as session:
            session.execute(update(Claim).where(Claim.id == country.claim).values(state=ClaimState(state)))
        assert act not in alice.get("/me/care").text, state
    database.close()


def test_who_looked_says_who_and_by_which_right(people, country):
    people("alice").get("/me")
    page = people("alice").get("/me/privacy")
    assert "You" in page.text
    assert "choose their médecin traitant" in page.text or "their own data" in page.text
    export = people("alice").get("/me/export.json").json()
    assert export["person"] == country.alice
    assert people("alice").get(f"/me/export.json?of={country.zoe}").status_code == 404


def test_every_event_of_the_trail_has_its_own_words():
    """“Acted on the record” tells nothing: each event of each context has its verb and its thing, in both languages."""
    missing = []
    for tag in contexts.Tag:
        _, about, done = tag.value.split(":")
        if about not in THINGS or done.split("_")[0] not in VERBS:
            missing.append(tag.value)
    assert missing == []
    assert all(one.fr.startswith(("a ", "n'a ")) for one in VERBS.values()), "as it follows a name, and “vous”"


def test_the_calendar_takes_the_answer_to_what_it_asks(people, country):
    alice, question = people("alice"), "Do you have a cervix?"
    assert question in alice.get("/me/calendar").text
    assert send(alice, "/me/calendar", "answer", fact="has_cervix", value="perhaps").status_code == 422
    assert send(alice, "/me/calendar", "answer", fact="pregnancy", value="yes").status_code == 422
    assert "Cervical cancer screening" in send(alice, "/me/calendar", "answer", fact="has_cervix", value="yes").text
    assert question not in alice.get("/me/calendar").text
    send(alice, "/me/calendar", "answer", fact="has_cervix", value="unsaid")
    assert question not in alice.get("/me/calendar").text, "who prefers not to say is not asked again"


def test_the_calendar_keeps_what_one_says_and_no_more(people, country):
    alice = people("alice")
    page = alice.get("/me/calendar")
    assert "Prevention" in page.text
    programme = re.search(r'name="programme" value="([^"]+)"', page.text)[1]
    assert f'value="{programme}"' not in send(alice, "/me/calendar", "refuse", programme=programme).text
    assert send(alice, "/me/calendar", "it_is_done", programme="nosuch").status_code == 422
    file = alice.get("/me/calendar.ics")
    assert file.headers["Content-Type"].startswith("text/calendar")
    assert set(re.findall("SUMMARY:(.*)", file.text)) <= {"Prevention appointment\r"}
    assert people("officer").get(f"/me/calendar?of={country.alice}").status_code in (403, 404)


def test_the_account_leads_to_a_quote_a_comparison_and_what_is_due_without_a_name(people, country):
    assert 'href="/me/quote"' in people("alice").get("/me").text
    page = people("alice").get("/me/quote").text
    quote = unescape(re.search(r'href="(/\?age=[^"]+)"', page)[1])
    facts = dict(parse_qsl(quote[2:]))
    assert facts.keys() <= {"age", "medecin_traitant", "c2s", "exemption", "contract", "lang"}
    assert facts["medecin_traitant"] in ("true", "false")
    assert "Who are you seeing?" in people("alice").get(quote).text
    assert "declaration to Dr" in page
    assert "right open, since" in page
    assert 'href="/me/calendar"' in people("alice").get("/me").text
    compare = unescape(re.search(r'href="(/compare[^"]+)"', people("alice").get("/me/mutuelle").text)[1])
    assert f'value="{facts["age"]}"' in people("alice").get(compare).text


def test_letters_that_claim_a_sum_back_are_filled_in_from_the_account(people, country):
    """From the quote of a C2S overrun, by a login when nobody is logged in, to the letter; no address holds a name."""
    asked = quote(**C2S).replace("/?", "/me/claim-back?")
    alice = people("alice")
    public = alice.get(quote(**C2S))
    assert asked.partition("?")[0] + "?" in public.text
    anonymous = TestClient(alice.app, base_url="https://testserver")
    assert anonymous.get(asked, follow_redirects=False).headers["Location"].startswith("/login?next=%2Fme%2Fclaim-back")
    page = alice.get(asked)
    assert page.headers["Cache-Control"] == "private, no-store"
    fields = {
        name: unescape(value) for name, value in re.findall(r'name="(\w+)" type="text"[^>]* value="([^"]*)"', page.text)
    }
    assert fields["name"] == "Camille Témoin"
    assert {"town", "fund"} <= fields.keys()
    assert "number" not in fields, "a number is on a card, not on a page"
    target = unescape(re.search(r'formaction="(/letter.txt[^"]+)"', page.text)[1])
    assert fields["name"] not in target
    assert fields["name"] in alice.post(target, data=fields).text
    nothing = alice.get(quote().replace("/?", "/me/claim-back?"))
    assert (nothing.status_code, "nothing to dispute" in nothing.text) == (400, True)


def test_who_paid_without_a_card_sends_the_paper_sheet(people, country):
    """A newcomer copies the sheet: the fund has it; what is wrong is said, and what was typed is kept."""
    zoe = people("zoe")
    day = paris_today().isoformat()
    sheet = {"professional": country.amar, "care_date": day, "code_1": "G", "paid_1": "30,00"}
    for wrong, words in (
        ({"professional": ""}, "RPPS number (11 digits)"), ({"rpps": "99999999999"}, "RPPS number (11 digits)"),
        ({"care_date": "2020-01-01"}, "may still be asked for"), ({"paid_1": ""}, "what you paid"),
        ({"paid_2": "5"}, "what you paid"), ({"paid_1": "much"}, "an amount in euros"), ({"code_1": "QQQQ"}, "QQQQ"),
    ):  # fmt: skip
        answer = send(zoe, "/me/sheet", "post", **{**sheet, **wrong})
        assert answer.status_code == 422, wrong
        assert words in unescape(answer.text), wrong
        assert f'value="{day}"' in answer.text or "care_date" in wrong
    sent = send(zoe, "/me/sheet", "post", **sheet)
    assert sent.url.path == "/me/money"
    assert "your fund has received the sheet" in sent.text
    assert "received by the fund" in sent.text
    again = send(zoe, "/me/sheet", "post", **sheet)
    assert again.text.count("received by the fund") == 2, "another sheet: an officer compares them"
    spaced = send(zoe, "/me/sheet", "post", **sheet, rpps="999 9999 9999")
    assert spaced.status_code == 422, "a number in groups is read, not left out for the name of the list"
    assert send(people("alice"), f"/me/sheet?of={country.bob}", "post", **sheet).url.params["of"] == country.bob
    assert people("alice").get(f"/me/sheet?of={country.zoe}").status_code == 404
