"""The desk of a practice: a card is shown, the sheet is worked out, signed and sent; a delegate prepares."""

import html
import io
import re
import zipfile
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from parcours.documents.care_papers import letter
from parcours.documents.clinical import as_record
from parcours.registry.cards import service as cards
from parcours.registry.claims import control
from parcours.registry.claims.models import Claim, ClaimState, Lot
from parcours.registry.claims.sheets import Sheet, acknowledge_lot, issue, write
from parcours.registry.complementary import service as complementary
from parcours.registry.directory.models import Professional
from parcours.registry.identity.service import current_identifier
from parcours.registry.people.models import Insured
from parcours.registry.people.service import affiliate, open_right
from parcours.registry.prevention.context import Tag as PreventionTag
from parcours.registry.referrals import drafts
from parcours.registry.referrals.models import DraftKind, Referral
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.db import Database
from parcours.web.me.family import SECTIONS
from parcours.web.practice import due
from parcours.web.practice.sheet import next_number
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys, declare, trail  # noqa: F401
from tests.web.test_me import database_kind, people, refusals, send, token  # noqa: F401

PAGES = ("/practice", "/practice/sheets", "/practice/payments", "/practice/patients", "/practice/declarations",
         "/practice/prevention", "/practice/letters")  # fmt: skip


def sheets_of(url):
    database = Database.open(url)
    with database.reading() as session:
        found = [(one.state, one.fee, one.insured_id) for one in session.scalars(select(Claim).order_by(Claim.id))]
    database.close()
    return found


def change(url, work):
    """Do something in the registry."""
    database = Database.open(url)
    with database.writing() as session:
        found = work(session)
    database.close()
    return found


def number_of(url, insured_id):
    database = Database.open(url)
    with database.reading() as session:
        row = session.get(Insured, insured_id)
        found = current_identifier(session, insured_id, paris_today()).value, row.birth_date.isoformat()
    database.close()
    return found


def seen(page):
    """The quote that a page shows, as its form names it."""
    return re.search(r'name="seen" value="([^"]+)"', page.text)[1]


def newest_of(person):
    return re.search(r'name="newest" value="([^"]+)"', person.get("/practice/sheets").text)[1]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", ["amar", "delegate"])
def test_every_page_is_for_the_practice_in_both_languages(people, lang, name):  # noqa: F811
    for path in PAGES:
        page = people(name).get(path, params={"lang": lang})
        assert page.status_code == 200, path
        assert page.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_opens_it(people, path, database_url):  # noqa: F811
    before = len(refusals(database_url))
    for name in ("alice", "officer", "administrator"):
        assert people(name).get(path).status_code == 403
    assert len(refusals(database_url)) == before + 3


def test_the_doctor_reads_a_card_bills_and_sends(people, country, database_url):  # noqa: F811
    amar = people("amar")
    line = send(amar, "/practice", "read", inserted=country.alice)
    assert "declared here" in line.text
    path = f"/practice/patient?of={country.alice}"
    worked_out = send(amar, path, "preview", acts="G", tiers_payant="full")
    assert worked_out.status_code == 200
    assert "The patient pays now" in worked_out.text
    sent = send(amar, path, "bill", acts="G", tiers_payant="full", seen=seen(worked_out))
    assert "the fund has received it" in sent.text
    assert (ClaimState.ACKNOWLEDGED, 3000, country.alice) in sheets_of(database_url)
    assert 'value="G=30.00 MD"' in amar.get(f"{path}&acts=G%3D30.00+MD").text, "a sheet is billed again with its codes"
    assert "inside the pathway" in amar.get(path).text
    refused = send(amar, path, "bill", acts="G; DROP")
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert send(amar, path, "preview", acts="ZZZZ999=10").status_code == 422


@pytest.mark.parametrize("changed", [{"acts": "G=25,00"}, {"card": "unread"}, {"urgent": "1"}])
def test_what_is_signed_is_what_was_shown(people, country, database_url, changed):  # noqa: F811
    amar, path = people("amar"), f"/practice/patient?of={country.alice}"
    form = {"acts": "G", "tiers_payant": "full"}
    shown, before = send(amar, path, "preview", **form), sheets_of(database_url)
    again = send(amar, path, "bill", **{**form, **changed}, seen=seen(shown))
    assert again.status_code == 409
    assert "look at the new amounts, then sign" in again.text
    assert sheets_of(database_url) == before
    assert send(amar, path, "bill", **form).status_code == 409, "nor what was never shown"
    assert "the fund has received it" in send(amar, path, "bill", **{**form, **changed}, seen=seen(again)).text


def test_a_right_that_changes_between_the_quote_and_the_signature_is_seen(people, country, database_url):  # noqa: F811
    amar, path = people("amar"), f"/practice/patient?of={country.alice}"
    shown = send(amar, path, "preview", acts="G", tiers_payant="full")
    change(database_url, lambda session: open_right(session, country.alice, "maternite", starts_on=paris_today()))
    assert send(amar, path, "bill", acts="G", tiers_payant="full", seen=seen(shown)).status_code == 409


def test_an_unknown_code_and_codes_that_do_not_go_together_are_said(people, country):  # noqa: F811
    amar, path = people("amar"), f"/practice/patient?of={country.alice}"
    unknown = send(amar, path, "preview", acts="GGG")
    assert unknown.status_code == 422
    said = html.unescape(unknown.text)
    assert "“GGG” is no known code." in said
    near = said.partition("Expected: ")[2].partition("<")[0]
    assert "G (" in near, "with their names"
    assert not any(one in near for one in ("VSL", "BOITE", "AMI"))
    above = html.unescape(send(amar, path, "preview", acts="G=35,00").text)
    assert above.index("more than the highest price") < above.index("The patient pays now"), "said before it is signed"
    assert "G: €5.00 more than the highest price that may be asked here, €30.00." in above
    assert "a particular demand of the patient (DE)" in above
    assert "(DE)" not in send(amar, path, "preview", acts="G").text
    assert "goes with a home visit" in send(amar, path, "preview", acts="G MD").text
    assert "goes with a home visit" not in send(amar, path, "preview", acts="VG MD").text


def test_supplements_of_an_hour_are_looked_at_before_the_signature(people, country):  # noqa: F811
    amar, path = people("amar"), f"/practice/patient?of={country.alice}"

    def said(acts, day):
        return html.unescape(send(amar, path, "preview", acts=acts, care_date=day).text)

    wednesday = said("G CRD", "2026-07-15")
    assert "CRD: this supplement is for Sundays and holidays, and 15 July 2026 is neither." in wednesday
    assert "Sign and send all the same" in wednesday
    assert "MHP: this supplement depends on the hour" in said("G MHP", "2026-07-15")
    for acts in ("G CRD", "G MHP"):
        assert "all the same" not in said(acts, "2026-07-12"), "a Sunday"
    near = said("ZZZ", "2026-07-15").partition("Expected: ")[2]
    assert near.startswith("G ("), "codes of general practice"
    assert "CS (" not in near


def test_a_complementary_insurance_that_is_not_known_is_not_counted_as_none(people, country):  # noqa: F811
    zola, path = people("zola"), f"/practice/patient?of={country.zoe}"
    page = html.unescape(send(zola, path, "preview", acts="G", tiers_payant="full").text)
    assert "€2.00 to €11.00" in page
    assert "ask for the card" in page
    assert "€0.00 to €9.00" in page, "nor is what both parts would leave at the desk"


def test_a_mutuelle_of_unknown_guarantees_pays_between_nothing_and_the_share(people, country, database_url):  # noqa: F811
    def linked(session):
        complementary.register(session, country.zoe, "AMC990001", contract=None, starts_on=paris_today(),
                               day=paris_today(), at=now_utc())  # fmt: skip

    change(database_url, linked)
    page = send(people("zola"), f"/practice/patient?of={country.zoe}", "preview", acts="G", tiers_payant="full").text
    assert '<p class="sum money">€0.00 to €9.00</p>' in page
    assert "€2.00 to €11.00" in page
    assert "what it guarantees is not" in page


def test_while_two_contracts_overlap_no_complementary_part_is_left_unpaid(people, country, database_url):  # noqa: F811
    def two(session):
        for insurer in ("AMC990001", "AMC990002"):
            complementary.register(session, country.zoe, insurer, contract="responsable_100", starts_on=paris_today(),
                                   day=paris_today(), at=now_utc())  # fmt: skip

    change(database_url, two)
    zola, path = people("zola"), f"/practice/patient?of={country.zoe}"
    page = zola.get(path).text
    assert "complementary: waits for the patient" in page
    assert 'value="full"' not in page
    refused = send(zola, path, "preview", acts="G", tiers_payant="full")
    assert refused.status_code == 422
    assert "before the patient chooses one" in refused.text
    assert send(zola, path, "preview", acts="G", tiers_payant="partial").status_code == 200


def test_the_banner_is_of_the_day_of_care_and_a_contribution_of_nothing_is_explained(people, country):  # noqa: F811
    amar, path = people("amar"), f"/practice/patient?of={country.alice}"
    day = paris_today() - timedelta(days=3)
    page = send(amar, path, "preview", acts="G", care_date=day.isoformat()).text
    assert "today:" not in page
    assert re.search(rf"care of {day.day}\W.*outside the pathway", page), "it was not declared then"
    today = html.unescape(send(amar, path, "preview", acts="G").text)
    assert "No flat contribution with the solidarity complementary cover. (L160-15)" in today


@pytest.mark.parametrize("acts", ["G YYYY010", "G YYYY010=46,30"])
def test_a_code_without_a_tariff_here_is_told_to_a_secretary(people, country, acts):  # noqa: F811
    page = send(people("delegate"), f"/practice/patient?of={country.alice}", "preview", acts=acts)
    assert page.status_code == 422
    assert "This installation does not know the tariff of YYYY010 on that day" in page.text
    assert "ask who administers parcours" in page.text


def test_what_is_asked_above_the_law_is_not_owed_and_needs_the_mark_of_a_demand(people, country, database_url):  # noqa: F811
    zola, path = people("zola"), f"/practice/patient?of={country.zoe}"
    assert '<p class="sum money">€30.00</p>' in send(zola, path, "preview", acts="G=45,00", tiers_payant="none").text
    amar, path = people("amar"), f"/practice/patient?of={country.alice}"
    form, before = {"acts": "G=45,00", "tiers_payant": "full"}, sheets_of(database_url)
    shown = send(amar, path, "preview", **form)
    assert '<p class="sum money">€0.00</p>' in shown.text, "a holder of the C2S"
    assert '<del class="money">€15.00</del> asked in excess, not owed' in shown.text
    assert send(amar, path, "bill", **form, seen=seen(shown)).status_code == 422
    assert sheets_of(database_url) == before
    demanded = send(amar, path, "preview", **form, demand="1")
    assert '<p class="sum money">€15.00</p>' in demanded.text
    assert "not owed" not in demanded.text
    sent = send(amar, path, "bill", **form, demand="1", seen=seen(demanded)).text
    assert "the fund has received it" in sent
    sheet = re.search(r'href="(/practice/sheets/[^"?]+)"', sent)[1]
    assert "demand of the patient (DE)" in amar.get(sheet).text


@pytest.mark.parametrize(
    ("acts", "why"),
    [
        ("COE", "COE: This act is not for a patient of this age."),
        ("G MEG", "MEG: This act is not for a patient of this age."),
        ("APC", "APC: A one-off opinion is asked by the declared doctor of another doctor"),
        ("G MCG", "MCG: This coordination supplement is not"),
        ("G G", "a doctor does not bill two at the same time"),
    ],
)
def test_a_code_that_is_not_for_this_patient_or_doctor_has_no_figure(people, country, acts, why):  # noqa: F811
    page = html.unescape(send(people("amar"), f"/practice/patient?of={country.alice}", "preview", acts=acts).text)
    assert why in page
    assert "The patient pays now" not in page
    assert 'value="bill"' not in page


def test_a_holder_of_the_c2s_is_not_made_to_pay(people, country):  # noqa: F811
    amar, path = people("amar"), f"/practice/patient?of={country.alice}"
    assert '<option value="none"' not in amar.get(path).text
    assert "L861-3" in send(amar, path, "preview", acts="G", tiers_payant="none").text
    assert send(amar, path, "preview", acts="G", tiers_payant="none").status_code == 422
    assert "€0.00" in send(amar, path, "preview", acts="G").text


def test_a_blocked_card_is_not_read(people, country, database_url):  # noqa: F811
    def lost(session):
        card = cards.request(session, country.alice, day=paris_today())
        cards.accept_documents(session, card, day=paris_today())
        cards.deliver(session, card, day=paris_today(), at=now_utc())
        cards.oppose(session, card, "lost", day=paris_today(), at=now_utc())

    change(database_url, lost)
    amar, path = people("amar"), f"/practice/patient?of={country.alice}"
    assert amar.get("/practice").text.rpartition("<option value=")[2].startswith(f'"{country.alice}"'), "it comes last"
    refused = send(amar, "/practice", "read", inserted=country.alice)
    assert refused.status_code == 422
    assert "The reader refuses this card: blocked." in refused.text
    assert 'value="read"' not in amar.get(path).text
    assert send(amar, path, "preview", acts="G", card="read").status_code == 422
    assert send(amar, path, "preview", acts="G", card="unread").status_code == 200


def test_the_card_of_a_stranger_is_read_by_its_number_and_a_lost_one_is_not(people, country, database_url):  # noqa: F811
    def delivered(session):
        card = cards.request(session, country.alice, day=paris_today())
        cards.accept_documents(session, card, day=paris_today())
        cards.deliver(session, card, day=paris_today(), at=now_utc())
        return card.id

    number, zola = change(database_url, delivered), people("zola")
    assert number in people("alice").get("/me/card").text
    unknown = send(zola, "/practice", "read", card=country.alice)
    assert unknown.status_code == 422, "whoever's id is no card"
    assert "No card has this number." in unknown.text
    assert re.search(rf'name="card" aria-invalid="true" value="{country.alice}"', unknown.text), "it is shown again"
    line = send(zola, "/practice", "read", card=number)
    assert "declared:" in line.text
    assert "(simulated)" in line.text
    send(people("alice"), "/me/card", "lose", why="lost")
    change(database_url, delivered)
    before = len(refusals(database_url))
    refused = send(zola, "/practice", "read", card=number)
    assert refused.status_code == 422, "the lost one, though its owner has another"
    assert "The reader refuses this card: blocked." in refused.text
    assert len(refusals(database_url)) == before + 1


def test_after_a_change_of_fund_a_card_is_updated_before_it_is_read(people, country, database_url):  # noqa: F811
    today = paris_today()

    def moved(session):
        card = cards.request(session, country.alice, day=today)
        cards.accept_documents(session, card, day=today)
        cards.deliver(session, card, day=today - timedelta(days=9), at=now_utc())
        affiliate(session, country.alice, fund_code="01C992", scheme="general", starts_on=today)
        return card.id

    number, zola = change(database_url, moved), people("zola")
    refused = send(zola, "/practice", "read", card=number)
    assert "to be updated since the fund changed" in refused.text
    assert send(people("alice"), "/me/card", "update").status_code == 200
    assert send(zola, "/practice", "read", card=number).status_code == 200


def stopped_with(url, country, reason):
    """A sheet of the practice that the fund rejects with a reason."""

    def reject(session):
        at, day = now_utc(), paris_today()
        number = next_number(session, country.amar, day)
        sheet = Sheet(insured_id=country.alice, professional_id=country.amar, fund_code="01C991", care_date=day,
                      number=number, lines=(3000,), acts=({"code": "G"},))  # fmt: skip
        claim = write(session, sheet, day=day, at=at, state=ClaimState.RECEIVED)
        control.stop(session, claim, control.Refusal(reason), day=day, at=at)
        return claim.id

    return change(url, reject)


@pytest.mark.parametrize(
    ("reason", "offers", "says"),
    [
        ("2900 005", "Contest the rejection", "do not send it again"),
        ("SIM-RIGHTS-CLOSED", "Bill again", "let the patient pay"),
        ("0250 050", "Read the card", "read the card"),
        ("0317 051", "Bill again", "correct what the care is related to"),
    ],
)
def test_a_rejected_sheet_offers_one_next_step(people, country, database_url, reason, offers, says):  # noqa: F811
    claim = stopped_with(database_url, country, reason)
    page = people("amar").get(f"/practice/sheets/{claim}").text
    steps = page.partition("<details")[0]
    assert says in steps.lower()
    named = [
        one for one in ("Contest the rejection", "Bill again", "Read the card", "Send again") if f">{one}<" in steps
    ]
    assert named == [offers]
    assert (f"/practice/patient?of={country.alice}" in steps) == (offers == "Bill again")
    assert ("tiers_payant=none" in page) == (reason == "SIM-RIGHTS-CLOSED")


def test_a_rejection_is_contested_answered_and_decided_anew(people, country, database_url):  # noqa: F811
    delegate, officer = people("delegate"), people("officer")
    claim = stopped_with(database_url, country, "2900 005")
    path = f"/practice/sheets/{claim}"
    assert send(delegate, path, "contest", ground="no_duplicate").status_code == 200
    page = delegate.get(path).text
    assert "it is no duplicate" in page
    assert "no answer means no" in page
    assert ">Contest the rejection<" not in page, "once is enough"
    assert send(delegate, path, "contest", ground="no_duplicate").status_code == 409
    zola = people("zola")
    form = {"do": "contest", "csrf_token": token(zola.get("/practice")), "ground": "no_duplicate"}
    assert zola.post(path, data=form).status_code == 404
    queue = officer.get("/fund/queues/objections").text
    objection = re.search(r'href="(/fund/objections/[^"]+)"', queue)[1]
    shown = officer.get(objection).text
    for words in ("it is no duplicate", "Billed", "€30.00", "invoice already paid"):
        assert words in shown
    answered = send(officer, objection, "answer", state="accepted").text
    assert "accepted" in answered
    assert "The answer is recorded" in answered
    assert "accepted" in delegate.get(path).text
    assert "Decide now" in officer.get(f"/fund/claims/{claim}").text


def test_a_refused_lot_whose_sheets_went_on_says_so(people, country, database_url):  # noqa: F811
    amar = people("amar")

    def refused(session):
        at, day = now_utc(), paris_today()
        sheet = Sheet(insured_id=country.alice, professional_id=country.amar, fund_code="01C991", care_date=day,
                      number=next_number(session, country.amar, day), lines=(3000,), acts=({"code": "G"},))  # fmt: skip
        claim = issue(session, sheet, "L-1", day=day, at=at)
        acknowledge_lot(session, session.get_one(Lot, claim.lot_id), "unreadable", day=day, at=at)

    change(database_url, refused)
    assert "refused: send again" in amar.get("/practice/sheets").text
    assert "The sheets are sent" in send(amar, "/practice/sheets", "resend").text
    page = amar.get("/practice/sheets").text
    assert "refused, sent again since" in page
    assert "refused: send again" not in page
    assert "1 sheet<" in page


def test_a_delegate_prepares_and_the_doctor_signs(people, country, database_url):  # noqa: F811
    delegate, amar = people("delegate"), people("amar")
    path = f"/practice/patient?of={country.alice}"
    shown = send(delegate, path, "preview", acts="G=30,00", tiers_payant="full")
    prepared = send(delegate, path, "bill", acts="G=30,00", tiers_payant="full", seen=seen(shown))
    assert "a doctor must sign it" in prepared.text
    assert [state for state, *_ in sheets_of(database_url)].count(ClaimState.DRAFT) == 1
    assert "1 sheet waits for the signature" in delegate.get("/practice/sheets").text
    assert send(delegate, "/practice/sheets", "sign").status_code == 403
    assert send(amar, "/practice/sheets", "sign").status_code == 422, "nothing that was not shown is signed"
    shown = amar.get("/practice/sheets").text
    newest = re.search(r'name="newest" value="([^"]+)"', shown)[1]
    draft = re.search(r'href="(/practice/sheets/[^"?]+)"', amar.get("/practice/sheets?group=sign").text)[1]
    assert "Sign and send" in amar.get(draft).text
    later = send(delegate, path, "preview", acts="G=29,00", tiers_payant="full")
    send(delegate, path, "bill", acts="G=29,00", tiers_payant="full", seen=seen(later))
    assert "The sheets are sent" in send(amar, "/practice/sheets", "sign", newest=newest).text
    assert [fee for state, fee, _ in sheets_of(database_url) if state is ClaimState.DRAFT] == [2900], "not shown"
    assert "are sent" in send(amar, "/practice/sheets", "sign", newest=newest_of(amar)).text
    assert [state for state, *_ in sheets_of(database_url)].count(ClaimState.DRAFT) == 0


def test_a_number_opens_the_visit_of_a_stranger_for_the_day_and_is_traced(people, country, database_url):  # noqa: F811
    zola = people("zola")
    path = f"/practice/patient?of={country.alice}"
    assert zola.get(path).status_code == 404
    number, born = number_of(database_url, country.alice)
    wrong = send(zola, "/practice", "read", number=number, birth_date="1901-01-01")
    assert wrong.status_code == 422
    assert zola.get(path).status_code == 404, "a wrong birth date opens nothing"
    line = send(zola, "/practice", "read", number=number, birth_date=born)
    assert "declared:" in line.text
    assert "Propose to be their médecin traitant" in line.text
    form = re.search(r'href="(/me/doctor/form.pdf[^"]+)"', line.text)[1].replace("&amp;", "&")
    assert zola.get(form).headers["Content-Type"] == "application/pdf", (
        "the form is printed for the card that was shown"
    )
    shown = send(zola, path, "preview", acts="G", tiers_payant="full")
    assert "outside the pathway" in shown.text.lower()
    billed = send(zola, path, "bill", acts="G", tiers_payant="full", seen=seen(shown))
    assert "the fund has received it" in billed.text
    assert zola.get(f"/me/care?of={country.alice}").status_code in (403, 404), "no letter is opened by a card"
    assert send(zola, "/practice", "read", inserted=country.nora).status_code == 404
    assert send(zola, "/practice", "read", inserted=country.alice).status_code == 404, "a number makes no card"


def test_a_proposal_is_accepted_and_a_foreign_one_does_not_exist(people, country):  # noqa: F811
    alice, zola = people("alice"), people("zola")
    send(alice, "/me/doctor", "propose", professional_id=country.zola)
    page = zola.get("/practice/declarations")
    declaration = re.search(r'name="declaration_id" value="([^"]+)"', page.text)[1]
    assert send(people("sand"), "/practice/declarations", "sign", declaration_id=declaration).status_code == 403
    page = people("amar").get("/practice/declarations")
    fields = {"do": "sign", "csrf_token": token(page), "declaration_id": country.declaration_zoe}
    assert people("amar").post("/practice/declarations", data=fields).status_code == 404
    assert "in force" in send(zola, "/practice/declarations", "sign", declaration_id=declaration).text
    assert "Zola" in alice.get("/me/doctor").text or "In force" in alice.get("/me/doctor").text


def test_a_delegate_prepares_a_declaration_that_the_doctor_signs(people, country, database_url):  # noqa: F811
    delegate, amar, alice = people("delegate"), people("amar"), people("alice")
    send(alice, "/me/doctor", "leave", declaration_id=country.declaration)
    number, born = number_of(database_url, country.alice)
    said = {"number": number, "birth_date": born}
    assert (
        send(delegate, "/practice/declarations", "propose", number=number, birth_date="1901-01-01").status_code == 422
    )
    prepared = send(delegate, "/practice/declarations", "propose", **said)
    assert "must sign" in prepared.text
    assert "nobody has signed yet" in prepared.text
    row = re.search(r'name="declaration_id" value="([^"]+)"', prepared.text)[1]
    assert send(delegate, "/practice/declarations", "sign", declaration_id=row).status_code == 403
    assert row not in alice.get("/me/doctor").text, "the patient is asked nothing before the doctor has signed"
    send(amar, "/practice/declarations", "sign", declaration_id=row)
    assert row in alice.get("/me/doctor").text
    assert "in force" in send(alice, "/me/doctor", "sign", declaration_id=row).text


def test_a_letter_is_written_used_and_answered(people, country):  # noqa: F811
    amar, sand = people("amar"), people("sand")
    path = f"/practice/letters/new?of={country.alice}"
    assert send(amar, path, "write", reason="Motif", question="", specialty="5").status_code == 422
    written = send(amar, path, "write", reason="Motif fictif", question="Avis ?", specialty="5")
    assert "Motif fictif" in written.text
    own = f"/practice/letters/{country.referral}"
    assert "Seen today with this letter" in sand.get(own).text
    used = send(sand, own, "use").text
    assert "Seen with this letter on" in used
    assert "Seen today with this letter" not in used, "the visit is recorded"
    assert "Rien de grave" in send(sand, own, "report", text="Rien de grave (fictif)").text
    assert people("zola").get(own).status_code == 404
    shown = people("delegate").get(own)
    assert "for the doctor only" in shown.text
    assert people("delegate").get(f"{own}.pdf").status_code == 403


def test_the_author_of_a_letter_chooses_the_lines_of_the_synthesis_that_go_with_it(people, country):  # noqa: F811
    amar, record = people("amar"), f"/practice/record?of={country.alice}"
    for line in ("pénicilline", "asthme"):
        send(amar, record, "state", section="allergies", text=line)
    path = f"/practice/letters/new?of={country.alice}"
    page = amar.get(path).text
    chosen = re.search(r'name="extract" value="([^"]+)"> <span>pénicilline', page)[1]
    sent = send(amar, path, "write", reason="Motif", question="Avis ?", specialty="5", urgency="urgent",
                extract=[chosen, *map(str, range(200))], target_date="2999-01-31")  # fmt: skip
    key = sent.url.path.rsplit("/", 1)[1]
    letter = amar.get(f"/api/v1/referrals/{key}/letter").json()["letter"]
    assert letter["extract"] == [["allergies", "pénicilline"]]
    assert (letter["urgency"], letter["target_date"]) == ("urgent", "2999-01-31")
    assert "pénicilline" not in people("delegate").get(path).text
    send(amar, path, "prepare", reason="Motif", question="Avis ?", specialty="5", extract=chosen)
    ticked = f'value="{chosen}" checked'
    assert ticked in amar.get(drafted(amar)).text
    refused = send(amar, drafted(amar), "write", reason="Motif", question="", specialty="5")
    assert refused.status_code == 422
    assert ticked not in refused.text, "what was unticked stays so"


def test_a_letter_of_a_sequence_says_for_whom_it_is(people, country, database_url):  # noqa: F811
    amar = people("amar")
    body = {"patient_id": country.alice, "flow": "sequence", "letter": {"reason": "Genou", "question": "Avis ?"},
            "providers": [{"specialty": 15}, {"professional_id": country.sand}]}  # fmt: skip
    headers = {"X-CSRF-Token": token(amar.get("/practice"))}
    written = amar.post("/api/v1/referrals", json=body, headers=headers).json()["id"]
    for shown in (amar.get(f"/practice/letters/{written}"), people("alice").get(f"/me/care/letters/{written}")):
        assert re.search(r"Ophthalmology, Dr.\w+", shown.text), "in the order of the sequence"
    assert re.search(r"Ophthalmology, Dr.\w+", amar.get("/practice/letters").text)
    paper = change(database_url, lambda session: as_record(letter(session, session.get_one(Referral, written)), "en"))
    (to,) = [one["text"] for one in paper["sections"][0]["entries"] if one["name"] == "To"]
    assert to.startswith("Ophthalmology, ")


def test_letters_of_every_writer_wait_in_both_lists_in_the_same_state(people, country):  # noqa: F811
    """REC-02: by the API, by the page, by the registry itself; FHIR says that it makes none."""
    amar, sand = people("amar"), people("sand")
    headers = {"X-CSRF-Token": token(amar.get("/practice"))}
    letter = {"reason": "Motif", "question": "Avis ?"}
    body = {"patient_id": country.alice, "flow": "avis_ponctuel", "addressee_id": country.sand, "letter": letter}
    by_api = amar.post("/api/v1/referrals", json=body, headers=headers).json()["id"]
    before = {one["id"] for one in amar.get("/api/v1/my/referrals").json()}
    draft = {"draft": "letter", **letter, "addressee_id": country.sand}
    kept = amar.post(f"/api/v1/people/{country.alice}/drafts", json=draft, headers=headers).json()["id"]
    send(amar, f"/practice/letters/new?of={country.alice}&draft={kept}", "write", **letter)
    refused = amar.post("/fhir/ServiceRequest", json={"resourceType": "ServiceRequest"}, headers=headers)
    assert refused.status_code in (400, 404, 405, 422)
    lists = [{one["id"]: one["state"] for one in who.get("/api/v1/my/referrals").json()} for who in (amar, sand)]
    (by_page,) = lists[0].keys() - before
    for key in (by_api, by_page, country.referral):
        assert [one.get(key) for one in lists] == ["sent", "sent"]


def drafted(browser):
    """The address of the letter that waits to be signed."""
    page = browser.get("/practice/letters").text
    return unescape(re.search(r'href="(/practice/letters/new[^"]+draft=[^"]+)"', page)[1])


def test_a_delegate_prepares_a_letter_and_the_doctor_signs_it(people, country):  # noqa: F811
    amar, delegate = people("amar"), people("delegate")
    path = f"/practice/letters/new?of={country.alice}"
    assert "Prepare a letter" in delegate.get(f"/practice/patient?of={country.alice}").text
    assert "must read and sign" in delegate.get(path).text
    assert send(delegate, path, "write", reason="Motif", question="Avis ?", specialty="5").status_code == 403
    told = send(delegate, path, "prepare", reason="Motif préparé", question="Avis ?", specialty="5")
    assert "a doctor must read it and sign" in told.text
    assert "Letters and reports to sign: 1" in amar.get("/practice").text
    draft = drafted(amar)
    assert "Motif préparé" in delegate.get(draft).text, "one's own draft is read again"
    kept = send(amar, draft, "prepare", reason="Motif préparé", question="Avis ?", specialty="5").text
    assert "yours to read again and sign" in kept
    assert "must read" not in kept, "it is the doctor who reads"
    for name in ("alice", "zola", "officer"):
        assert people(name).get(draft).status_code in (403, 404), name
    assert "Motif préparé" not in people("alice").get("/me/export.json").text, "a note until it is signed"
    signed = send(amar, draft, "write", reason="Motif relu", question="Avis ?", specialty="5")
    assert "Motif relu" in signed.text
    assert "To sign" not in amar.get("/practice/letters").text
    assert amar.get(draft).status_code == 404
    assert "Motif relu" not in delegate.get(str(signed.url.path)).text, "signed, it is the doctor's"


@pytest.mark.parametrize("whom", [{"specialty": 5}, {"specialty": 42}, {"addressee_id": "sand"}])
def test_a_letter_prepared_by_a_program_keeps_whom_it_is_for(people, country, database_url, whom):  # noqa: F811
    """Read again on a page and kept for later, then signed: for the same specialty, or the same doctor."""
    whom = {name: getattr(country, value) if value == "sand" else value for name, value in whom.items()}
    said = {"reason": "Motif", "question": "Avis ?", **whom}
    draft = change(database_url, lambda session: drafts.prepare(session, country.alice, country.amar, said).id)
    amar, path = people("amar"), f"/practice/letters/new?of={country.alice}&draft={draft}"
    page = amar.get(path).text
    chosen = re.findall(r'<option value="(\d+)" selected>', page)
    assert chosen == [str(one) for name, one in whom.items() if name == "specialty"]
    send(amar, path, "prepare", reason="Motif relu", question="Avis ?", **({"specialty": chosen[0]} if chosen else {}))
    kept = change(database_url, lambda session: drafts.said_in(drafts.get_draft(session, draft)))
    assert kept == {**dict.fromkeys(SECTIONS, ""), **said, "reason": "Motif relu"}
    assert "Motif relu" in send(amar, path, "write", **{**kept, "reason": "Motif relu"}).text


def test_a_delegate_prepares_a_report_and_a_draft_is_thrown_away(people, country):  # noqa: F811
    amar, delegate = people("amar"), people("delegate")
    path = f"/practice/letters/new?of={country.alice}"
    send(delegate, path, "prepare", reason="Motif", question="Avis ?", specialty="5")
    draft = drafted(amar)
    elsewhere = draft.replace(country.alice, country.bob)
    assert delegate.get(elsewhere).status_code == 404, "a draft is of one person"
    assert send(delegate, draft, "prepare", reason="", question="", specialty="5").status_code == 422
    send(delegate, draft, "drop", reason="", question="", specialty="5")
    assert delegate.get(draft).status_code == 404
    sand, own = people("sand"), f"/practice/letters/{country.referral}"
    assert "Brouillon" in send(sand, own, "prepare_report", text="Brouillon de réponse").text
    assert "Brouillon" not in people("alice").get(f"/me/care/letters/{country.referral}").text
    assert "Brouillon" in sand.get(own).text
    send(sand, own, "use")
    assert "Réponse signée" in send(sand, own, "report", text="Réponse signée").text
    assert "Brouillon" not in sand.get(own).text
    assert "Réponse signée" in people("alice").get(f"/me/care/letters/{country.referral}").text


def test_a_plan_that_waits_is_read_and_signed_on_a_page(people, country, database_url):  # noqa: F811
    said = {"kind": "soins_iteratifs", "content": "Suivi préparé", "starts_on": paris_today().isoformat(),
            "actors": [{"acts": "consultation", "specialty": 3, "visits": 2, "unit": "year"}]}  # fmt: skip
    draft = change(
        database_url,
        lambda session: drafts.prepare(session, country.alice, country.amar, said, kind=DraftKind.PLAN).id,
    )
    amar, delegate, path = people("amar"), people("delegate"), f"/practice/drafts/{draft}"
    assert path in amar.get("/practice/letters").text
    shown = delegate.get(path).text
    assert "Suivi préparé" in shown
    assert ">Sign<" not in shown
    assert send(delegate, path, "sign").status_code == 403
    assert ">Sign<" in amar.get(path).text
    assert send(amar, path, "sign").status_code == 200
    assert amar.get(path).status_code == 404
    assert "Care plan" not in amar.get("/practice/letters").text


@pytest.mark.parametrize(
    ("what", "condition", "says"), [("soins_iteratifs", "", "Regular care"), ("protocole_ald", "24", "5 years<")]
)
def test_a_delegate_prepares_a_plan_on_a_page_and_the_doctor_signs_it(people, country, what, condition, says):  # noqa: F811
    amar, delegate, path = people("amar"), people("delegate"), f"/practice/plans/new?of={country.alice}"
    assert path.replace("&", "&amp;") in amar.get(f"/practice/patient?of={country.alice}").text
    said = {"what": what, "condition": condition, "content": "Suivi préparé", "starts_on": "2999-01-31",
            "acts-2": "consultation", "specialty-2": "3", "visits-2": "2", "unit-2": "year"}  # fmt: skip
    refused = send(delegate, path, "prepare", **{**said, "visits-2": "oft"})
    assert refused.status_code == 422
    assert "Suivi préparé" in refused.text, "what was typed is still there"
    assert re.findall(r'name="([^"]+)" aria-invalid', refused.text) == ["visits-2"]
    assert "a doctor must read it and sign" in send(delegate, path, "prepare", **said).text
    kept = re.search(r'href="(/practice/drafts/[^"]+)"', amar.get("/practice/letters").text)[1]
    shown = amar.get(kept).text.replace("\xa0", " ")
    for words in (says, "Suivi préparé", "31 January 2999", "2 times a year"):
        assert words in shown
    assert send(amar, kept, "sign").status_code == 200
    assert amar.get(kept).status_code == 404


@pytest.mark.parametrize(
    ("condition", "kind", "says"),
    [("24", "ald", "5 years<"), ("5", "ald", "10 years (from memory"), ("5", "follow_up", "5 years<")],
)
def test_a_protocol_that_waits_says_how_sure_its_duration_is(people, country, database_url, condition, kind, says):  # noqa: F811
    said = {
        "condition": condition,
        "content": "Suivi",
        "kind": kind,
        "actors": [{"acts": "consultation", "specialty": 8}],
    }
    draft = change(
        database_url,
        lambda session: drafts.prepare(session, country.alice, country.amar, said, kind=DraftKind.PROTOCOL).id,
    )
    assert says in people("amar").get(f"/practice/drafts/{draft}").text


def test_a_foreign_sheet_does_not_exist(people, country):  # noqa: F811
    own = people("amar").get(f"/practice/sheets/{country.claim}")
    assert "Read the card" in own.text, "its reason is a number that the fund does not know"
    assert people("zola").get(f"/practice/sheets/{country.claim}").status_code == 404
    page = people("zola").get("/practice/sheets")
    fields = {"do": "resend", "csrf_token": token(page), "claim_id": country.claim}
    assert people("zola").post("/practice/sheets", data=fields).status_code == 404


def test_the_list_of_who_is_due_gives_letters_and_indicators(people, country):  # noqa: F811
    amar = people("amar")
    page = amar.get("/practice/prevention", params={"lang": "fr", "from": "²"})
    assert "Témoin" in page.text
    assert "Cancer colorectal" in page.text
    assert "5,00" in page.text
    assert "non connu ici" in page.text
    (told,) = [one for one in amar.get("/api/v1/my/prevention/indicators").json() if one["not_known"]]
    assert (told["indicators"], told["met"], told["amount"]) == (4, None, None)
    archive = zipfile.ZipFile(io.BytesIO(amar.get("/practice/prevention.zip").content))
    assert archive.namelist()
    assert all(archive.read(name).startswith(b"%PDF-") for name in archive.namelist())
    assert people("officer").get("/practice/prevention.zip").status_code == 403


def test_the_list_of_who_is_due_comes_a_page_at_a_time(people, country, database, monkeypatch):  # noqa: F811
    """Only the calendars that a page shows are read, and noted; the letters are those of the page."""
    monkeypatch.setattr(due, "SHOWN", 1)
    with database.writing() as session:
        declare(session, session.get_one(Insured, country.yann), session.get_one(Professional, country.amar))
    amar, before = people("amar"), calendars_read(database)
    first = amar.get("/practice/prevention").text
    assert calendars_read(database) == before + 1
    following = re.search(r'href="/practice/prevention\?from=([0-9]+)"', first)[1]
    second = amar.get("/practice/prevention", params={"from": following}).text
    names = [re.findall(r"<strong>([^<]+)</strong><span class=\"small quiet\">", page)[0] for page in (first, second)]
    assert names == sorted(set(names))
    archive = zipfile.ZipFile(io.BytesIO(amar.get("/practice/prevention.zip", params={"from": following}).content))
    assert len(archive.namelist()) == 1
    assert "Nobody is due" in amar.get("/practice/prevention", params={"from": "99999"}).text


def calendars_read(database):
    return sum(one.tag == PreventionTag.PREVENTION_CALENDAR_READ for one in trail(database))
