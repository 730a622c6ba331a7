"""The desk of a fund: queues, a person's pathway, conciliation, four eyes; no clinical text, no other fund's people."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from parcours.edge.caller import CSRF_FIELD
from parcours.registry.access.model import Role
from parcours.registry.accounts import service as accounts
from parcours.registry.claims.adjudicate import adjudicate
from parcours.registry.claims.models import Agreement, AgreementState, Claim, ClaimState, Decision
from parcours.registry.claims.sheets import Sheet, write
from parcours.registry.directory.models import Professional
from parcours.registry.payments.models import Order
from parcours.registry.payments.service import give_back
from parcours.registry.store.clock import now_utc, paris_today
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import CHEAP, PASSWORD, TEST, _keys  # noqa: F401
from tests.web.test_me import database_kind, people, refusals, send, token  # noqa: F401
from tests.web.test_practice import change, number_of, seen

QUEUES = ("to_adjudicate", "held", "proof_missing", "reversals", "undue", "objections", "agreements",
          "returned_payments", "notices", "overlaps", "late_tiers_payant")  # fmt: skip
PAGES = ("/fund", "/fund/people", "/fund/cases", "/fund/regularisations", *(f"/fund/queues/{one}" for one in QUEUES))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_page_is_for_an_officer_in_both_languages(people, lang):  # noqa: F811
    for path in PAGES:
        page = people("officer").get(path, params={"lang": lang})
        assert page.status_code == 200, path
        assert page.headers["Cache-Control"] == "private, no-store"
    lost = people("officer").get("/fund/queues/nothing", params={"lang": lang})
    assert lost.status_code == 404
    assert f'class="button" href="/my?lang={lang}"' in lost.text
    assert ("aucun cookie" if lang == "fr" else "no cookie") not in lost.text, "a cookie keeps the officer logged in"


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_opens_it(people, path):  # noqa: F811
    for name in ("alice", "amar", "delegate", "administrator"):
        assert people(name).get(path).status_code == 403


def test_what_is_of_another_fund_does_not_exist_and_is_traced(people, country, database_url):  # noqa: F811
    stranger, before = people("officer_zoe"), len(refusals(database_url))
    for path in (f"/fund/people/{country.alice}", f"/fund/claims/{country.claim}", f"/fund/cases/{country.case}"):
        assert people("officer").get(path).status_code == 200, path
        assert stranger.get(path).status_code == 404, path
    assert len(refusals(database_url)) == before + 3


def test_no_clinical_text_is_shown(people, country):  # noqa: F811
    officer = people("officer")
    pages = [officer.get(f"/fund/people/{country.alice}"), officer.get(f"/fund/claims/{country.claim}")]
    assert officer.get(f"/me/care/letters/{country.referral}").status_code == 403
    assert officer.get(f"/practice/letters/{country.referral}").status_code in (403, 404)
    assert all("Lésion" not in page.text and "Motif" not in page.text for page in pages)


def test_a_person_is_found_by_number_or_by_name_with_the_birth_date(people, country, database_url):  # noqa: F811
    officer = people("officer")
    number, born = number_of(database_url, country.alice)
    assert country.alice in send(officer, "/fund/people", "find", number=number).text
    assert country.alice in send(officer, "/fund/people", "find", family_name="Témoin", birth_date=born).text
    missing = send(officer, "/fund/people", "find", family_name="Témoin")
    assert missing.status_code == 422
    assert 'value="Témoin"' in missing.text, "what was typed is kept"
    assert re.search(
        r'id="birth_date"[^>]+aria-invalid="true"[^>]*>\s*<p[^>]*>The birth date: a name alone', missing.text
    )
    assert "Nobody of this fund" in send(people("officer_zoe"), "/fund/people", "find", number=number).text


def test_a_case_is_worked_and_closed_by_a_declaration(people, country):  # noqa: F811
    officer, nora, alice, zola = people("officer"), people("nora"), people("alice"), people("zola")
    path = f"/fund/cases/{country.case}"
    assert "Doctors asked" in send(officer, path, "contact", professional_id=country.zola).text
    contact = re.findall(r'name="contact_id" value="([^"]+)"', officer.get(path).text)[-1]
    assert "accepts" in send(officer, path, "answered", contact_id=contact, outcome="accepted").text
    assert "A doctor accepts your declaration" not in nora.get("/me/messages").text
    send(nora, "/me/doctor", "propose", professional_id=country.zola)
    page = alice.get(f"/me/doctor?of={country.nora}")
    declaration = re.search(r'name="declaration_id" value="([^"]+)"', page.text)[1]
    send(alice, f"/me/doctor?of={country.nora}", "sign", declaration_id=declaration)
    send(zola, "/practice/declarations", "sign", declaration_id=declaration)
    assert "A doctor accepts your declaration" in nora.get("/me/messages").text
    page = nora.get("/me/doctor").text
    assert "Your fund is looking with you" not in page
    assert "the fund closes the file" in page
    assert "a doctor is declared: close it" in officer.get("/fund/cases").text
    closed = send(officer, path, "close", outcome="declaration", declaration_id=declaration)
    assert "a médecin traitant is declared" in closed.text


def test_a_file_is_opened_for_who_asks_at_the_counter(people, country):  # noqa: F811
    officer = people("officer")
    assert "Open a file" not in officer.get(f"/fund/people/{country.alice}").text, "who has a doctor needs none"
    assert "Open a file" not in officer.get(f"/fund/people/{country.nora}").text, "hers is open"
    path = f"/fund/people/{country.bob}"
    opened = send(officer, path, "open_case", reason="Personne ne la prend")
    assert "/fund/cases/" in str(opened.url)
    assert all(words in opened.text for words in ("Personne ne la prend", "whether they take new patients"))
    assert "Open a file" not in officer.get(path).text


def test_a_queue_longer_than_a_page_goes_on(people, country, database_url, monkeypatch):  # noqa: F811
    def two(session):
        today = paris_today()
        for number in (8, 9):
            sheet = Sheet(insured_id=country.alice, professional_id=country.amar, fund_code="01C991", care_date=today,
                          number=number, lines=(3000,), tiers_payant="none")  # fmt: skip
            write(session, sheet, day=today, at=now_utc(), state=ClaimState.RECEIVED)

    change(database_url, two)
    monkeypatch.setattr("parcours.web.fund.desk.PAGE", 1)
    officer, path, met = people("officer"), "/fund/queues/to_adjudicate", []
    while path:
        page = officer.get(path).text
        met += re.findall(r"/fund/claims/([0-9a-f-]+)", page)
        more = re.search(r'class="button ghost" href="(/fund/queues/[^"]+)"', page)
        path = unescape(more[1]) if more else ""
        send(officer, f"/fund/claims/{met[-1]}", "decide")
    assert len(met) == len(set(met)) >= 2, "what is decided meanwhile hides nothing of what follows"


def resting_sheet(session, country):
    """A sheet of an act that was agreed to."""
    row = session.scalars(select(Agreement).where(Agreement.state == AgreementState.AGREED)).one()
    sheet = Sheet(insured_id=country.alice, professional_id=country.amar, fund_code="01C991", care_date=paris_today(),
                  number=77, lines=(3000,), acts=({"code": row.code},), agreement_on=row.asked_on)  # fmt: skip
    return write(session, sheet, day=paris_today(), at=now_utc(), state=ClaimState.RECEIVED).id


def test_an_agreement_is_asked_for_answered_with_a_reason_and_seen_by_all(people, country, database_url):  # noqa: F811
    delegate, officer, alice = people("delegate"), people("officer"), people("alice")
    asking = f"/practice/agreements?of={country.alice}"
    assert send(delegate, asking, "ask", acts="GGG").status_code == 422
    asked = send(delegate, asking, "ask", acts="TO90 QZRP003", longer="yes")
    assert asked.text.count("agreed if not answered by") == 2
    twice = send(delegate, asking, "ask", acts="QZRP003")
    assert (twice.status_code, twice.text.count("agreed if not answered by")) == (409, 2), "it waits already"
    assert "The agreement for QZRP003 is asked for already." in twice.text
    assert "asked by Dr " in alice.get("/me/care").text
    waiting = officer.get("/fund/queues/agreements").text
    assert "Technical act whose base is given (QZRP003)" in waiting
    rows = re.findall(r'href="(/fund/agreements/[^"]+)"', waiting)
    assert len(rows) == 2
    assert send(officer, rows[0], "refused").status_code == 422, "a refusal says why"
    assert "The answer is recorded" in send(officer, rows[0], "refused", why="conditions").text
    assert "agreed" in send(officer, rows[1], "agreed").text
    form = {"do": "agreed", CSRF_FIELD: token(officer.get("/fund/people"))}
    assert officer.post(rows[0], data=form).status_code == 409
    for page in (officer.get(rows[0]), delegate.get("/practice/agreements"), alice.get("/me/care")):
        assert "the conditions to be refunded are not met" in page.text
    assert "CMRA" in alice.get("/me/care").text
    sheet = change(database_url, lambda session: resting_sheet(session, country))
    for page in (officer.get(f"/fund/claims/{sheet}"), people("amar").get(f"/practice/sheets/{sheet}")):
        assert "Rests on the prior agreement asked for" in page.text
    assert 'href="/me/care">A request for prior agreement is answered' in alice.get("/me/messages").text


def test_a_payment_that_is_late_is_ordered_and_one_that_came_back_is_ordered_again(people, country, database_url):  # noqa: F811
    def decided(session):
        received = paris_today() - timedelta(days=21)
        sheet = Sheet(insured_id=country.alice, professional_id=country.amar, fund_code="01C991", care_date=received,
                      number=8, lines=(3000,), tiers_payant="partial")  # fmt: skip
        claim = write(session, sheet, day=received, at=now_utc(), state=ClaimState.RECEIVED)
        adjudicate(session, claim, day=received, at=now_utc())
        return claim.id

    claim, officer = change(database_url, decided), people("officer")
    (row,) = [one for one in officer.get("/fund/queues/late_tiers_payant").text.split("<tr>") if claim in one]
    page = f"/fund/claims/{claim}"
    assert "d late" in officer.get(page).text
    (sum_of_row,) = re.findall(r"€\d+\.\d\d", row)
    assert re.search(rf"Paid to the practice, under tiers payant</strong></dt><dd><strong>{sum_of_row}<",
                     officer.get(page).text), "the line and the page behind it say one sum"  # fmt: skip
    assert "paid" in send(officer, page, "pay").text
    assert claim not in officer.get("/fund/queues/late_tiers_payant").text

    def back(session):
        order = session.scalar(select(Order).where(Order.party == country.amar))
        give_back(session, order, day=paris_today(), at=now_utc())
        return order.id

    order = f"/fund/returned_payments/{change(database_url, back)}"
    queue = officer.get("/fund/queues/returned_payments").text
    assert re.search(rf'href="{order}">Dr ', queue)
    assert "the transfer came back" in officer.get(page).text
    assert page in officer.get(order).text
    assert "ordered again since" in send(officer, order, "again").text
    assert order not in officer.get("/fund/queues/returned_payments").text


def test_a_suspected_duplicate_is_beside_the_sheet_it_looks_like(people, country, database_url):  # noqa: F811
    def two(session):
        today, found = paris_today(), []
        for number, codes in ((8, ({"code": "G"},)), (9, ({"code": "G"},))):
            sheet = Sheet(insured_id=country.alice, professional_id=country.amar, fund_code="01C991", care_date=today,
                          number=number, lines=(3000,), acts=codes)  # fmt: skip
            claim = write(session, sheet, day=today, at=now_utc(), state=ClaimState.RECEIVED)
            adjudicate(session, claim, day=today, at=now_utc())
            found.append(claim.id)
        return found

    first, second = change(database_url, two)
    page = people("officer").get(f"/fund/claims/{second}").text
    table = page.partition('class="beside"')[2].partition("</table>")[0]
    assert table.count("G · €30.00") == 2
    assert table.count("<td>Dr ") == 3, "with the sheet of the country, rejected"
    assert f'href="/fund/claims/{first}"' in table


def test_what_is_no_id_begins_a_list(people, country):  # noqa: F811
    assert country.case in people("officer").get("/fund/cases?after=zzz").text
    assert people("insurer").get("/insurer?after=zzz").status_code == 200


def test_a_correction_needs_two_officers(people, country, database_url):  # noqa: F811
    zola, officer = people("zola"), people("officer")
    number, born = number_of(database_url, country.alice)
    send(zola, "/practice", "read", number=number, birth_date=born)
    visit = f"/practice/patient?of={country.alice}"
    shown = seen(send(zola, visit, "preview", acts="G", tiers_payant="full"))
    send(zola, visit, "bill", acts="G", tiers_payant="full", seen=shown)

    def colleague(session):
        claim = session.scalar(select(Claim).where(Claim.state == ClaimState.ACKNOWLEDGED))
        rpps = session.get(Professional, country.zola).rpps
        account = accounts.create_account(session, TEST, login="second@example.org", password=PASSWORD, hashing=CHEAP)
        accounts.grant_role(session, TEST, account, Role.OFFICER, fund_code="01C991")
        return claim.id, rpps

    claim, rpps = change(database_url, colleague)
    assert claim in officer.get("/fund/queues/to_adjudicate").text, "what has arrived is to be decided"
    before = officer.get(f"/fund/claims/{claim}").text
    for words in ("Acts billed", "<strong>G</strong>", "What a decision of today gives", "Left to the insured"):
        assert words in before
    decided = send(officer, f"/fund/claims/{claim}", "decide")
    assert "Borne by the fund" in decided.text
    assert "Known since" not in decided.text
    today = paris_today().isoformat()
    mistyped = send(officer, f"/fund/people/{country.alice}", "form", professional="123", signed_on=today)
    assert mistyped.status_code == 422
    assert 'value="123"' in mistyped.text, "the form stays"
    recorded = send(officer, f"/fund/people/{country.alice}", "form", professional=rpps, signed_on=today)
    assert recorded.status_code == 200
    looked = officer.get("/fund/regularisations?look=yes").text
    assert claim in looked
    moved = re.search(r'Borne by the fund <strong class="name">(.€[\d.]+)</strong>', looked)[1]
    proposed = send(officer, f"/fund/claims/{claim}", "propose")
    assert "proposed by you" in proposed.text
    assert moved in proposed.text, "the list says what each would move"
    seen_by_second = people("second").get("/fund/regularisations").text
    shown = officer.get(f"/fund/claims/{claim}").text
    for page in (seen_by_second, shown):
        assert "another doctor → <strong>their médecin traitant" in page, "what has changed"
        assert "declaration in force on that day · recorded on" in page, "which record says it, since when"
        assert "CSS L162-5-3" in page
        assert "Taken: outside the pathway</dt><dd>€" in page
        assert re.search(r"Proposed on [^<]+ by \S+", page), "by whom"
    assert "waits for a second officer" in shown
    assert "Propose to correct it" not in shown
    assert re.search(r"<dt>Borne by the fund</dt><dd>\+€\d", shown), "the second officer sees what it moves"
    row = re.search(r'name="regularisation_id" value="([^"]+)"', proposed.text)[1]
    fields = {"do": "confirm", "regularisation_id": row, CSRF_FIELD: token(proposed)}
    assert officer.post("/fund/regularisations", data=fields).status_code == 403, "not by who proposed it"
    second = people("second")
    assert send(people("officer_zoe"), "/fund/regularisations", "drop", regularisation_id=row).status_code == 404
    assert send(second, "/fund/regularisations", "confirm", regularisation_id=row).status_code == 200

    def majorations(session):
        rows = session.scalars(select(Decision).where(Decision.claim_id == claim).order_by(Decision.number))
        return [(one.majoration > 0, one.current) for one in rows]

    assert change(database_url, majorations) == [(True, False), (False, True)]
    assert send(second, "/fund/regularisations", "confirm", regularisation_id=row).status_code == 409
