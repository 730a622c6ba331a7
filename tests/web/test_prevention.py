"""`/prevention`: two taps, in both languages, without JavaScript; nothing kept."""

import re
from html import unescape

import pytest

from tests.support.client import TestClient


def links(html: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="(/prevention\?[^"]+)"', html)]


@pytest.mark.parametrize(
    ("lang", "now", "free"), [("fr", "À faire maintenant", "100\u202f%"), ("en", "Due now", "100%")]
)
def test_two_taps_by_links_alone(client: TestClient, lang: str, now: str, free: str) -> None:
    first = client.get("/prevention", headers={"accept-language": lang})
    age = next(link for link in links(first.text) if link.startswith("/prevention?age=50"))
    second = client.get(age, headers={"accept-language": lang})
    body = next(link for link in links(second.text) if "sex=female" in link)
    page = client.get(body, headers={"accept-language": lang})
    assert now in page.text
    assert free in page.text
    assert page.headers["cache-control"].startswith("private")
    assert "set-cookie" not in page.headers


def test_an_age_alone_gives_no_day(client: TestClient) -> None:
    assert "2046" not in client.get("/prevention?age=55&sex=female").text
    assert "until 1 March 2046" in client.post("/prevention", data={"birth_date": "1971-03-02", "sex": "female"}).text


def test_the_body_is_asked_not_inferred(client: TestClient) -> None:
    page = client.get("/prevention?age=40&sex=unknown").text
    assert "Do you have a cervix?" in page
    answers = [link for link in links(page) if "has_cervix=" in link]
    assert len(answers) == 3
    yes = client.get(next(link for link in answers if "true" in link)).text
    assert "Cervical cancer screening (HPV test)" in yes
    assert "Do you have a cervix?" not in yes
    unsaid = client.get("/prevention?age=40&sex=prefer_not_to_say").text
    form = client.post("/prevention", data={"birth_date": "1986-01-01", "sex": "unknown"}).text
    assert 'name="birth_date" value="1986-01-01"' in form, "its answers are a form: no birth date in an address"
    assert not [link for link in links(form) if "birth_date" in link]
    assert "Do you have a cervix?" not in unsaid, "who prefers not to say is not asked again"


def test_a_baby_has_its_examinations(client: TestClient) -> None:
    page = client.get("/prevention?months=8&sex=female").text
    assert "ninth month" in page
    assert "The doctor writes a certificate" in page


@pytest.mark.parametrize("query", ["age=-1&sex=female", "age=1000&sex=male", "age=abc&sex=male",

                                   "age=40&sex=%3Cb%3E"])  # fmt: skip
def test_what_is_wrong_is_said_and_escaped(client: TestClient, query: str) -> None:
    answer = client.get(f"/prevention?{query}")
    assert answer.status_code == 400
    assert 'id="prevention-error"' in answer.text
    assert "<b>" not in answer.text


def test_a_wrong_birth_date_is_said(client: TestClient) -> None:
    for wrong in ("x", "2999-01-01"):
        answer = client.post("/prevention", data={"birth_date": wrong, "sex": "male"})
        assert answer.status_code == 400
        assert answer.headers["cache-control"] == "private, no-store"
