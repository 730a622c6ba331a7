"""The money of an insured person on their pages: what comes, what is kept of it and for which act, and why."""

import csv
import re
from datetime import timedelta
from html import unescape

from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.models import ClaimState
from parcours.registry.claims.sheets import Sheet, write
from parcours.registry.complementary.service import register
from parcours.registry.payments.service import run
from parcours.registry.store.clock import now_utc, paris_today
from parcours.web.desk.names import doctor_name
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401
from tests.web.test_me import database_kind, people  # noqa: F401
from tests.web.test_papers import text_of
from tests.web.test_practice import change

DAY = paris_today() - timedelta(days=21)
FUND = "01C991"


def owed(country, database_url):
    """Alice saw Zola outside the pathway under tiers payant, then paid Amar; a third sheet is not decided yet."""

    def sheets(session):
        found = []
        today = paris_today()
        for number, doctor, tiers_payant, day in (
            (8, country.zola, "partial", DAY), (9, country.amar, "none", today), (10, country.amar, "none", today),
        ):  # fmt: skip
            sheet = Sheet(insured_id=country.alice, professional_id=doctor, fund_code=FUND, care_date=day,
                          number=number, lines=(3000,), tiers_payant=tiers_payant)  # fmt: skip
            claim = write(session, sheet, day=day, at=now_utc(), state=ClaimState.RECEIVED)
            if number < 10:
                adjudicate(session, claim, day=day, at=now_utc())
            found.append(claim.id)
        return found

    return change(database_url, sheets)


def words(page):
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", page.text)).split())


def test_what_reaches_the_bank_is_told_before_and_after_with_each_act_kept_for(people, country, database_url):  # noqa: F811
    alice, (_, act, _) = people("alice"), owed(country, database_url)
    home = words(alice.get("/me"))
    found = re.search(r"€(\d+\.\d\d) to your account: €(\d+\.\d\d) \(1 act\) − €(\d+\.\d\d) \(outside the pathway, "
                      r"[^)]*, Dr [^)]*\) − €(\d+\.\d\d) \(flat contribution, [^)]*, Dr [^)]*\)", home)  # fmt: skip
    assert found, home
    left, due, *kept = (int(one.replace(".", "")) for one in found.groups())
    assert left == due - sum(kept)
    assert "1 act under study" in home
    assert "Will be taken from a later refund" not in home, "all of it is taken from what is on its way"

    def paid(session):
        order = run(session, f"amo:{FUND}", country.alice, professional=False, day=paris_today(), at=now_utc()).order
        return order.cents

    assert change(database_url, paid) == left, "what was told is what is paid"
    page = words(alice.get(f"/me/money/{act}"))
    assert page.count("Kept for another act") == 2
    assert f"What reached the bank {found[0].split()[0]}" in page


def test_each_line_of_the_statement_names_its_act_and_each_reason_its_article(people, country, database_url):  # noqa: F811
    alice, (away, _, _) = people("alice"), owed(country, database_url)

    def paid(session):
        run(session, f"amo:{FUND}", country.alice, professional=False, day=paris_today(), at=now_utc())
        return [doctor_name(session, one) for one in (country.zola, country.amar)]

    zola, amar = change(database_url, paid)
    assert "CSS-L162-5-3" in alice.get(f"/me/money/{away}").text
    decision = told(alice.get(f"/me/money/{away}.pdf"))
    assert "CSS-L162-5-3" in decision
    assert "2 months of its answer" in decision
    refunds, direct = told(alice.get("/me/money.pdf")).split("Tiers payant: paid to the professionals")
    assert refunds.count(zola) == 2, "what was taken says for whose act"
    assert refunds.count(amar) == 1
    assert "mutuelle not informed" in refunds
    assert "€30.00" in refunds
    assert "70%" in refunds
    assert zola in direct
    rows = [one for one in csv.DictReader(alice.get("/me/money.csv").text[1:].splitlines()) if one["number"]]
    assert {one["professional"] for one in rows} == {zola, amar}, "the file names who gave the care too"
    assert direct.index("Totals of the period") < direct.index("Counters of the year")


def test_while_two_contracts_overlap_nothing_says_that_one_covers(people, country, database_url):  # noqa: F811
    def two(session):
        for insurer in ("MX", "MY"):
            register(session, country.alice, insurer, contract=None, starts_on=DAY, at=now_utc(), day=DAY)

    change(database_url, two)
    alice = people("alice")
    assert "waits for your choice" in told(alice.get("/me/card.pdf"))
    quote = words(alice.get("/me/quote"))
    assert "waits for your choice" in quote
    assert "contract linked" not in quote


def told(answer):
    """What a document says, on one line."""
    return " ".join(text_of(answer).split())
