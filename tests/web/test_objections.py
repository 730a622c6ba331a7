"""An objection that is answered: a yes corrects the decision by four eyes, anything less says why; all are told."""

import re
from datetime import timedelta

from sqlalchemy import select

from parcours.registry.access.model import Role
from parcours.registry.accounts import service as accounts
from parcours.registry.claims.models import Claim, ClaimState, Undue
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, Cause
from parcours.registry.ledger.service import Entry, Line
from parcours.registry.store.clock import now_utc, paris_today
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import CHEAP, PASSWORD, TEST, _keys  # noqa: F401
from tests.web.test_me import database_kind, people, send  # noqa: F401
from tests.web.test_practice import change, number_of, seen


def disputed(people, country, url):  # noqa: F811
    """A claim outside the pathway that Alice disputes, and where the fund reads her objection."""

    def arrived(session):
        account = accounts.create_account(session, TEST, login="second@example.org", password=PASSWORD, hashing=CHEAP)
        accounts.grant_role(session, TEST, account, Role.OFFICER, fund_code="01C991")
        return session.scalar(select(Claim.id).where(Claim.state == ClaimState.ACKNOWLEDGED))

    zola, officer, visit = people("zola"), people("officer"), f"/practice/patient?of={country.alice}"
    number, born = number_of(url, country.alice)
    send(zola, "/practice", "read", number=number, birth_date=born)
    shown = seen(send(zola, visit, "preview", acts="G", tiers_payant="full"))
    send(zola, visit, "bill", acts="G", tiers_payant="full", seen=shown)
    claim = change(url, arrived)
    decided = send(officer, f"/fund/claims/{claim}", "decide").text
    taken = re.search(r"outside the pathway</dt><dd>−(€[\d.]+)", decided)[1]
    send(people("alice"), f"/me/objections?claim={claim}", "object", claim=claim, ground="pathway")
    queue = officer.get("/fund/queues/objections").text
    return claim, re.search(r'href="(/fund/objections/[^"]+)"', queue)[1], taken


def test_a_yes_leads_to_a_correction_that_a_second_officer_confirms(people, country, database_url):  # noqa: F811
    claim, path, taken = disputed(people, country, database_url)
    officer, second, alice = people("officer"), people("second"), people("alice")
    accepted = send(officer, path, "answer", state="accepted").text
    assert "nothing is corrected yet" in accepted
    assert "Nothing is corrected yet" in officer.get(f"/fund/claims/{claim}").text
    assert "no amount has changed yet" in alice.get("/me/objections").text
    waits = officer.get("/fund/queues/objections").text
    assert path in waits
    assert "the decision is still to be corrected" in waits
    assert send(officer, path, "correct", shown="").status_code == 422, "nothing is recorded since"
    proposed = send(officer, path, "correct", shown="urgent").text
    assert f"Borne by the fund</dt><dd>+{taken}" in proposed
    assert f"your fund +{taken}" in alice.get("/me/objections").text
    assert path not in officer.get("/fund/queues/objections").text
    waiting = second.get("/fund/regularisations").text
    row = re.search(r'name="regularisation_id" value="([^"]+)"', waiting)[1]
    assert send(second, "/fund/regularisations", "confirm", regularisation_id=row).status_code == 200
    assert "outside the pathway" not in officer.get(f"/fund/claims/{claim}").text
    told = alice.get("/me/objections").text
    assert "Corrected on" in told
    assert f"your fund +{taken}" in told


def test_an_answer_that_is_not_a_yes_says_why(people, country, database_url):  # noqa: F811
    _, path, _ = disputed(people, country, database_url)
    officer, alice = people("officer"), people("alice")
    silent = send(officer, path, "answer", state="rejected")
    assert silent.status_code == 422
    assert send(officer, path, "answer", state="partly", shown="away").status_code == 422, "what is refused, and why"
    assert "R142-1-A" in silent.text
    send(officer, path, "answer", state="rejected", finding="outside")
    told = alice.get("/me/objections").text
    assert "nothing shows that this care was inside the pathway (CSS L162-5-3)" in told
    assert "court until" in told


def test_a_person_is_shown_as_known_on_a_day_with_what_was_owed_then(people, country, database_url):  # noqa: F811
    claim, objection, _ = disputed(people, country, database_url)

    def deferred(session):
        lines = (Line(Account.DIFFERE_TMT, country.alice, 1260), Line(Account.MAJORATION, country.alice, -1260))
        ids = {"key": "test:deferred", "cause": Cause.OFFICER, "cause_id": country.alice}
        ledger.post(
            session, Entry(book="amo:01C991", kind="test", at=paris_today(), known_at=now_utc(), lines=lines, **ids)
        )

    change(database_url, deferred)
    officer, day = people("officer"), (paris_today() - timedelta(days=1)).isoformat()
    parts = (f"/fund/claims/{claim}", objection, "€12.60")
    page = officer.get(f"/fund/people/{country.alice}").text
    assert [one for one in parts if one not in page] == []
    for asked in ({"known": day}, {"on": day}):
        then = officer.get(f"/fund/people/{country.alice}", params=asked).text
        assert not any(one in then for one in parts), "none of it was there, or known"


def test_a_sum_asked_back_says_why_it_is_not_taken_yet_and_from_when(people, country, database_url):  # noqa: F811
    def asked(session):
        rows = [
            Undue(claim_id=country.claim, cents=1900, cause="error", notified_on=paris_today(), **who)
            for who in ({"insured_id": country.alice}, {"professional_id": country.zola})
        ]
        session.add_all(rows)
        session.flush()
        return [one.id for one in rows]

    officer = people("officer")
    for row, article in zip(change(database_url, asked), ("R133-9-2", "R133-9-1"), strict=True):
        path = f"/fund/undue/{row}"
        page = officer.get(path).text
        assert "the reception of the notice is not recorded" in page
        assert article in page
        send(officer, path, "received", day=paris_today().isoformat())
        later = officer.get(path).text
        assert re.search(r"<dd>no <span[^>]*>from [^<]*\d{4}[^<]* on<", later)
