"""The desk of an insurer: its own lines, and an overlap that it resolves."""

import re

from parcours.registry.access.model import Role
from parcours.registry.accounts import service as accounts
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.models import ClaimState
from parcours.registry.claims.sheets import Sheet, write
from parcours.registry.complementary import service as complementary
from parcours.registry.payments import service as payments
from parcours.registry.store.clock import now_utc, paris_today
from parcours.text import euros
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import CHEAP, PASSWORD, TEST, _keys  # noqa: F401
from tests.web.test_fund import change
from tests.web.test_me import database_kind, people, send, token  # noqa: F401


def two_contracts(country):
    def work(session):
        for name in ("amc_a", "amc_b"):
            complementary.register(session, country.alice, name, contract=None, starts_on=paris_today(),
                                   at=now_utc(), day=paris_today())  # fmt: skip
            account = accounts.create_account(
                session, TEST, login=f"{name}@example.org", password=PASSWORD, hashing=CHEAP
            )
            accounts.grant_role(session, TEST, account, Role.INSURER_OFFICER, insurer=name)

    return work


def test_an_insurer_gives_way_and_the_other_contract_works_again(people, country, database_url):  # noqa: F811
    change(database_url, two_contracts(country))
    first, second = people("amc_a"), people("amc_b")
    assert first.get("/my", follow_redirects=False).headers["Location"] == "/insurer"
    assert "Two mutuelles are registered" in people("alice").get("/me").text
    page = second.get("/insurer/overlaps")
    link = re.search(r'name="link_id" value="([^"]+)"', page.text)[1]
    foreign = first.post("/insurer/overlaps", data={
        "do": "give_way", "link_id": link, "csrf_token": token(first.get("/insurer/overlaps")),
    })  # fmt: skip
    assert foreign.status_code == 404, "of another insurer"
    assert send(second, "/insurer/overlaps", "give_way", link_id=link).status_code == 200
    assert "receives your statements" in people("alice").get("/me/mutuelle").text


def test_one_asks_for_a_link_and_the_insurer_answers(people, country, database_url):  # noqa: F811
    change(database_url, two_contracts(country))
    nora, insurer, page = people("nora"), people("amc_a"), "/insurer/requests"
    asked = send(nora, "/me/mutuelle", "ask", insurer="amc_a", number="MX-0042", starts_on="2026-01-01")
    assert "waits for its answer" in asked.text
    twice = send(nora, "/me/mutuelle", "ask", insurer="amc_a", number="MX-0042", starts_on="2026-01-01")
    assert twice.status_code == 409
    shown = insurer.get(page).text
    assert "MX-0042" in shown
    assert "Nora" not in shown, "a number, never a name"
    assert "MX-0042" not in people("amc_b").get(page).text
    request = re.search(r'name="request_id" value="([^"]+)"', shown)[1]
    assert send(insurer, page, "confirm", request_id=request).status_code == 200
    mine = nora.get("/me/mutuelle").text
    assert "receives your statements" in mine
    assert "confirmed" in mine
    assert "Your mutuelle is linked" in nora.get("/me/messages").text


def test_a_line_is_to_be_paid_until_its_transfer_is_ordered(people, country, database_url):  # noqa: F811
    day, at = paris_today(), now_utc()

    def decided(session):
        two_contracts(country)(session)
        link = {"starts_on": day, "at": at, "day": day}
        complementary.register(session, country.nora, "amc_a", contract="responsable_100", **link)
        sheet = Sheet(insured_id=country.nora, professional_id=country.amar, fund_code="01C991", care_date=day,
                      number=78, lines=(3000,), acts=({"code": "G"},))  # fmt: skip
        adjudicate(session, write(session, sheet, day=day, at=at, state=ClaimState.RECEIVED), day=day, at=at)

    change(database_url, decided)
    insurer = people("amc_a")
    assert "to be paid" in insurer.get("/insurer").text
    run = change(database_url, lambda session: payments.run(
        session, "amc:amc_a", country.nora, professional=False, day=day, at=at).order.cents)  # fmt: skip
    page = insurer.get("/insurer").text
    assert "to be paid" not in page
    assert f"{euros(run, 'en')}</strong><span>paid on" in page


def test_nobody_else_opens_it(people):  # noqa: F811
    for path in ("/insurer", "/insurer/overlaps"):
        for name in ("alice", "amar", "officer", "administrator"):
            assert people(name).get(path).status_code == 403
