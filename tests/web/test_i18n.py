"""French and English everywhere: no message without a translation, typography of each language."""

import re
import string
from datetime import date
from pathlib import Path

import pytest

from parcours.text import euros, percent
from parcours.web import i18n, pages
from parcours.web.public.situations import situations
from tools.catalogue import extracted, stored

TEMPLATES = Path(i18n.__file__).parent / "templates"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_message_is_translated() -> None:
    catalogue = stored("fr")
    for message in extracted():
        if message.id:
            found = catalogue.get(message.id)
            assert found is not None, f"not in the French catalogue (python -m tools.catalogue): {message.id!r}"
            assert found.string, f"no French: {message.id!r}"
            assert not found.fuzzy, f"not reviewed: {message.id!r}"
            assert fields(str(found.string)) == fields(str(message.id)), f"not the same placeholders: {message.id!r}"


def test_no_translation_is_unused() -> None:
    used = {message.id for message in extracted()}
    assert [message.id for message in stored("fr") if message.id and message.id not in used] == []


def test_no_message_hides_in_an_f_string() -> None:
    """The extractor reads no call inside an f-string: its message would stay English."""
    known = {message.id for message in stored("fr")}
    for path in Path(i18n.__file__).parent.rglob("*.py"):
        for message in re.findall(r"\{(?:text|(?:\w+\.)?say)\(['\"](.+?)['\"]", path.read_text("utf-8")):
            assert message in known, f"{path.name}: {message!r}"


def test_no_text_of_a_template_escapes_translation() -> None:
    """What is between tags is a message, a value, or a mark."""
    allowed = {"parcours", "· parcours", "€", "·", "–", ",", "15", ":", "·  ·", ". ·", "#", "+", "NBSP", "(", ")", "."}
    for path in TEMPLATES.rglob("*.html"):
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"<!doctype html>|<svg.*?</svg>", " ", text, flags=re.DOTALL | re.IGNORECASE)
        for piece in re.sub(r"<[^>]*>", "\n", text).split("\n"):
            words = piece.strip()
            assert not re.search(r"[A-Za-zÀ-ÿ]{3,}", words) or words in allowed, (
                f"{path.name}: {words!r} is not translated"
            )


def test_the_french_catalogue_has_french_typography() -> None:
    for text in i18n.messages("fr").values():
        assert not re.search(r"[^\u202f\xa0\s][;!?»](?=\s|$)", text), text
        assert not re.search(r" [:;!?»%€]", text), text
        assert not re.search(r"\w'\w", text), text


@pytest.mark.parametrize("slug", sorted(situations()))
def test_a_situation_is_in_both_languages(slug: str) -> None:
    def check(entry: object, place: str) -> None:
        if isinstance(entry, dict) and {"fr", "en"} & set(entry):
            assert entry.get("fr"), place
            assert entry.get("en"), place
            assert sorted(re.findall(r"{[^}]+}", entry["fr"])) == sorted(re.findall(r"{[^}]+}", entry["en"])), place
        elif isinstance(entry, dict):
            for name, value in entry.items():
                check(value, f"{place}.{name}")
        elif isinstance(entry, list):
            for position, value in enumerate(entry):
                check(value, f"{place}[{position}]")

    check(situations()[slug], slug)


@pytest.mark.parametrize(
    ("wanted", "header", "lang"),
    [
        (None, None, "fr"),
        (None, "", "fr"),
        (None, "en", "en"),
        (None, "en-GB,en;q=0.9,fr;q=0.8", "en"),
        (None, "de-DE, fr;q=0.5, en;q=0.7", "en"),
        (None, "de", "fr"),
        (None, "en;q=0, fr", "fr"),
        (None, "en;q=nonsense,fr;q=0.1", "fr"),
        ("en", "fr", "en"),
        ("fr", "en", "fr"),
        ("de", "en", "en"),
    ],
)
def test_the_language_of_an_answer(wanted: str | None, header: str | None, lang: str) -> None:
    assert i18n.negotiate(wanted, header) == lang


@pytest.mark.parametrize(
    ("cents", "fr", "en"),
    [
        (840, "8,40\u202f€", "€8.40"),
        (0, "0,00\u202f€", "€0.00"),
        (-1060, "−10,60\u202f€", "−€10.60"),
        (123456789, "1\u202f234\u202f567,89\u202f€", "€1,234,567.89"),
    ],
)
def test_amounts(cents: int, fr: str, en: str) -> None:
    assert euros(cents, "fr") == fr
    assert euros(cents, "en") == en


def test_ranges_rates_and_dates() -> None:
    assert i18n.money_range(840, 1900, "fr") == "8,40\xa0à\xa019,00\u202f€"
    assert i18n.money_range(840, 1900, "en") == "€8.40\xa0to\xa0€19.00"
    assert i18n.money_range(840, 840, "en") == "€8.40"
    assert percent(1750, "fr") == "17,5\u202f%"
    assert percent(7000, "en") == "70%"
    assert i18n.long_date(date(2025, 6, 1), "fr") == "1er\xa0juin\xa02025"
    assert i18n.long_date(date(2025, 6, 1), "en") == "1\xa0June\xa02025"
    assert i18n.numeric_date(date(2025, 6, 1), "fr") == "01/06/2025"


def test_typography() -> None:
    assert (
        i18n.typography("L'acte : « hors » ; 40 % ?", "fr") == "L’acte\xa0: «\u202fhors\u202f»\u202f; 40\u202f%\u202f?"
    )
    assert i18n.typography("the doctor's fee: 40%", "en") == "the doctor’s fee: 40%"


def test_a_preposition_before_the_title_of_a_doctor() -> None:
    assert pages.text("Letter to {who}", "fr", who="Dr Ida Roy") == "Lettre au Dr Ida Roy"
    shown = pages.html_text("asked by {who}, {day}", "fr", who="Dr <b>", day="3")
    assert shown.startswith("demandé par le Dr &lt;b&gt;")
    assert pages.html_text("Letter to {who}", "fr", who="Ida Roy") == "Lettre à Ida Roy"
    assert i18n.typography("de Dr Roy, pour Dr Roy", "fr") == "du Dr Roy, pour le Dr Roy"


@pytest.mark.parametrize("cents", [0, 840, -1060, 123_456_789])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_terminal_and_the_pages_write_amounts_alike(cents: int, lang: str) -> None:
    amount, rate = euros(cents, lang), percent(cents, lang)
    assert i18n.typography(f"{amount} · {rate}", lang) == f"{amount} · {rate}"
    assert "-" not in amount
    assert not re.search(r"[ \u00a0]", amount)
