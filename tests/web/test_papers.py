"""Papers of an account: tagged PDF with a code that `/verify` knows; the newcomer's path."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from parcours.registry.claims.models import Undue
from parcours.registry.directory.models import Professional
from parcours.registry.messages import service as messages
from parcours.registry.messages.models import MessageKind
from parcours.registry.people.models import Insured
from parcours.registry.store.clock import now_utc, paris_today
from parcours.web.public import start
from tests.api.fixtures import *  # noqa: F403 - databases, a country, accounts
from tests.api.fixtures import _keys  # noqa: F401
from tests.web.test_fund import change
from tests.web.test_me import database_kind, people, send  # noqa: F401
from tests.web.test_practice import number_of

CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


def text_of(answer):
    reader = PdfReader(BytesIO(answer.content))
    assert "/MarkInfo" in reader.trailer["/Root"], "a document that a screen reader reads"
    return "\n".join(page.extract_text() for page in reader.pages)


def owed(session, country):
    """A sum asked back from Alice, and a notice of sums to pay."""
    today = paris_today()
    row = Undue(claim_id=country.claim, insured_id=country.alice, cents=1234, cause="rule_broken", notified_on=today)
    session.add(row)
    body = {"to_pay": "2.00", "lines": [
        {"line": "PFT 1952", "care_date": today.isoformat(), "claim": country.claim, "cents": "2.00"}
    ]}  # fmt: skip
    sent = messages.send(
        session, MessageKind.AVIS, "avis_a_payer", country.alice, body, at=now_utc(), day=today,
        insured_id=country.alice,
    )  # fmt: skip
    session.flush()
    return row.id, sent.id


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_paper_says_that_it_is_simulated_and_has_a_code_that_is_known(people, country, database_url, lang):  # noqa: F811
    alice = people("alice")
    report = "Rien de grave (fictif)"
    send(people("sand"), f"/practice/letters/{country.referral}", "use")
    send(people("sand"), f"/practice/letters/{country.referral}", "report", text=report)
    undue, notice = change(database_url, lambda session: owed(session, country))
    said_in = {}
    for path in (
        "/me/card.pdf",
        "/me/money.pdf",
        "/me/doctor.pdf",
        f"/me/money/{country.claim}.pdf",
        f"/me/care/letters/{country.referral}.pdf",
        f"/me/care/letters/{country.referral}/report.pdf",
        "/me/doctor/form.pdf",
        f"/me/doctor/form.pdf?with={country.zola}",
        "/me/doctor/help.pdf",
        "/me/sheet.pdf",
        "/me/export.pdf",
        f"/me/objections/{undue}.pdf",
        f"/me/messages/{notice}.pdf",
    ):
        answer = alice.get(path, params={"lang": lang})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf"), path
        assert answer.headers["Cache-Control"] == "no-store"
        said = said_in[path] = text_of(answer)
        assert ("simulé" if lang == "fr" else "simulated") in said.lower()
        code = CODE.search(said)[0]
        checked = alice.post("/verify", data={"code": code.lower().replace("-", " ")}, params={"lang": "en"})
        assert "made here on" in checked.text
        assert "Témoin" not in checked.text, "of whom is not told"
    assert report in said_in[f"/me/care/letters/{country.referral}/report.pdf"]
    assert "12" in said_in[f"/me/objections/{undue}.pdf"]
    assert ("participation forfaitaire" if lang == "fr" else "flat contribution") in said_in[
        f"/me/messages/{notice}.pdf"
    ]
    copy = PdfReader(BytesIO(alice.get("/me/export.pdf").content))
    assert country.alice in copy.attachments["parcours.json"][0].decode()


def test_a_code_that_was_never_given_is_unknown(people):  # noqa: F811
    answer = people("alice").post("/verify", data={"code": "AAAA-BBBB-CCCC-DDDD"})
    assert "No document of this installation has this code" in answer.text


def test_a_paper_of_somebody_else_does_not_exist(people, country):  # noqa: F811
    for path in (f"/me/card.pdf?of={country.alice}", f"/me/money/{country.claim}.pdf?of={country.alice}",
                 f"/me/care/letters/{country.referral}.pdf"):  # fmt: skip
        assert people("zoe").get(path).status_code == 404


@pytest.mark.parametrize("who", ["worker", "student", "retired", "posted", "uk", "us", "asylum", "child"])
def test_a_newcomer_has_a_path_and_a_specimen(people, who):  # noqa: F811
    alice = people("alice")
    page = alice.get("/start", params={"who": who, "lang": "en"})
    assert page.status_code == 200
    assert page.text.count('data-done="') >= 8
    assert "{parameter:" not in page.text
    for link in set(re.findall(r'href="(/[^"?#]*)', page.text)):
        assert alice.get(link, follow_redirects=True).status_code == 200, link
    assert "Specimen" in text_of(alice.get("/start/sheet.pdf?lang=en"))


def test_the_delays_of_the_path_are_those_of_the_law():
    """No delay, age or share is written in the path: each is a parameter, shown with its unit and named below."""
    written = re.compile(
        r"(\b\d+|\b(un|une|deux|trois|six|neuf|douze|one|two|three|six|nine|twelve)|quelques|plusieurs|some|several)"
        r"\s+(jours?|semaines?|mois|ans?|années?|days?|weeks?|months?|years?)\b|\d\s*%"
    )
    for step in start.content()["steps"]:
        for text in (words for value in step.values() if isinstance(value, dict) for words in value.values()):
            assert not written.search(text), (step["id"], text)
    for lang, months, days in (("fr", "9 mois", "21 jours"), ("en", "9 months", "21 days")):
        steps = {one["id"]: one for one in start.steps_for("worker", lang)}
        assert months in steps["number"]["long"].replace("\xa0", " ")
        assert days in steps["card"]["long"].replace("\xa0", " ")
        assert [item.id for item, _ in steps["rights"]["law"]] == ["arrivee.residence_mois"]
        assert {id_ for id_, _ in steps["number"]["texts"]} == {"CSS-R114-7", "CSS-R161-1"}


@pytest.mark.parametrize("profile", sorted(start.content()["profiles"]))
def test_each_step_of_a_newcomer_says_what_to_keep_where_to_send_it_and_how_long(profile):
    assert [one["id"] for one in start.steps_for(profile, "en") if not {"keep", "where", "long"} <= one.keys()] == []


def names_of(session, person, doctor):
    """Of a patient and a doctor, then the doctor's number."""
    patient, chosen = session.get_one(Insured, person), session.get_one(Professional, doctor)
    return patient.family_name, patient.first_name, chosen.family_name, chosen.rpps


def test_the_form_that_a_practice_printed_is_on_the_line_once_the_fund_recorded_it(people, country, database_url):  # noqa: F811
    number, born = number_of(database_url, country.alice)
    line = send(people("zola"), "/practice", "read", number=number, birth_date=born)
    assert "Paper form (PDF)" in line.text
    assert "Paper form signed" not in line.text
    form = re.search(r'href="(/me/doctor/form.pdf[^"]+)"', line.text)[1].replace("&amp;", "&")
    said = text_of(people("zola").get(form))
    names = change(database_url, lambda session: names_of(session, country.alice, country.zola))
    assert all(one in said for one in names), "both are filled in"
    signed = paris_today().isoformat()
    send(people("officer"), f"/fund/people/{country.alice}", "form", professional=names[-1], signed_on=signed)
    path = f"/practice/patient?of={country.alice}"
    now = people("zola").get(path).text
    assert "Paper form signed on" in now
    assert "the fund has recorded it" in now
    assert "Paper form (PDF)" not in now, "declared here: nothing to sign any more"
    assert "Paper form signed" not in people("amar").get(path).text, "with another doctor: not theirs to see"
