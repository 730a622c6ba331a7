"""A small code of our own, beside the registry of articles: what changed, what ended, what is known to follow."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from parcours.law.dependents import dependents
from parcours.law.drift import CodeFileError, Status, drift, read_code
from parcours.law.loader import load
from parcours.law.texts import text_hash, text_lines
from tests.cli.test_settle import run

BOOK = load()
DAY = date(2026, 6, 1)
HTML = "<p>Un premier alinéa&nbsp;:</p><br/>\n<p>un <b>second</b>&#160;alinéa.</p>"
IDS = {"same": "D162-1-8", "changed": "R160-6", "later": "L162-58", "ended": "R160-19", "dotted": "L162-5-3"}


def ms(day: str) -> int:
    """A day as the publication writes it."""
    return (date.fromisoformat(day).toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000


def node(num: str, html: str, start: str = "2016-01-01", end: str = "2999-01-01", **more: Any) -> dict[str, Any]:
    """An article of the file."""
    data = {"num": num, "id": "LEGIARTI000000000001", "dateDebut": ms(start), "dateFin": ms(end), "etat": "VIGUEUR"}
    return {"type": "article", "data": {**data, "texteHtml": html, **more}}


@pytest.fixture
def same_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry as if our own sentences were the law: what a real file gives, without a sentence of it here."""
    for name in ("same", "later", "ended", "dotted"):
        id_ = f"CSS-{IDS[name]}"
        monkeypatch.setitem(BOOK.articles, id_, replace(BOOK.articles[id_], sha256=text_hash(HTML)))


def code(tmp_path: Path, *articles: dict[str, Any], id_: str = "LEGITEXT000006073189") -> Path:
    """A file of the open data: a code, a section in a section, its articles."""
    section = {"type": "section", "data": {"title": "Titre"}, "children": list(articles)}
    tree = {"type": "code", "data": {"id": id_}, "children": [{"type": "section", "data": {}, "children": [section]}]}
    path = tmp_path / "code.json"
    path.write_text(json.dumps(tree), "utf-8")
    return path


@pytest.fixture
def small(tmp_path: Path, same_hash: None) -> Path:
    legiarti = BOOK.articles["CSS-D162-1-8"].legiarti
    return code(
        tmp_path,
        node("D162-1-8", HTML.replace("\n", " "), id=legiarti),
        node("R160-6", "<p>Autre chose.</p>", "2026-05-01"),
        node("L162-58", HTML, articleVersions=[{"dateDebut": ms("2025-02-28")}, {"dateDebut": ms("2026-10-01")}]),
        node("R160-19", HTML, end="2026-05-01", etat="ABROGE"),
        node("L. 162-5-3", HTML),
    )


def test_each_article_is_found_as_it_is(small: Path) -> None:
    found = {finding.article.number: finding for finding in drift(BOOK, read_code(small, BOOK), DAY)}
    assert len(found) == sum(article.code.id == "CSS" for article in BOOK.articles.values()) >= 100
    assert found["D162-1-8"].status is Status.SAME
    assert found["L162-5-3"].status is Status.REISSUED
    assert found["R160-6"].status is Status.CHANGED
    assert (found["L162-58"].status, found["L162-58"].next_change) == (Status.REPLACED_LATER, date(2026, 10, 1))
    assert found["R160-19"].status is Status.ENDED
    assert found["L160-13"].status is Status.MISSING
    assert "majoration.taux" in found["R160-6"].dependents.parameters
    assert ("case_majoration", "capped") in found["R160-6"].dependents.cases
    assert "psychologue" in found["L162-58"].dependents.tariffs


@pytest.mark.parametrize(("start", "status"), [("2025-12-31", Status.SAME), ("2026-07-01", Status.CHANGED)])
def test_an_article_that_was_not_read_is_told_by_its_first_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str, status: Status
) -> None:
    unread = replace(BOOK.articles["CSS-L162-5-14"], legiarti="", sha256="")
    monkeypatch.setitem(BOOK.articles, unread.id, unread)
    path = code(tmp_path, node("L162-5-14", "<p>Un texte.</p>", start))
    found = {finding.article.number: finding for finding in drift(BOOK, read_code(path, BOOK), date(2026, 11, 26))}
    assert found["L162-5-14"].status is status
    assert "permanence_des_soins.tarif_opposable" in found["L162-5-14"].dependents.parameters


def test_the_day_decides_which_version_is_in_force(tmp_path: Path, same_hash: None) -> None:
    path = code(tmp_path, node("D162-1-8", HTML, end="2027-01-01"), node("D162-1-8", "<p>Nouveau.</p>", "2027-01-01"))
    file = read_code(path, BOOK)
    before, after = (
        next(one for one in drift(BOOK, file, day) if one.article.number == "D162-1-8")
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    )
    assert (before.status, before.next_change) == (Status.REPLACED_LATER, date(2027, 1, 1))
    assert (after.status, after.next_change) == (Status.CHANGED, None)


def test_the_hash_forgets_tags_entities_and_spaces() -> None:
    """As the registry says: tags away, entities decoded, NFC, every white space removed, UTF-8."""
    expected = hashlib.sha256("Unpremieralinéa:unsecondalinéa.".encode()).hexdigest()
    assert text_hash(HTML) == expected
    assert text_hash("Un premier aline\u0301a : un second\u202falinéa.") == expected
    assert text_hash(HTML.replace("second", "dernier")) != expected
    assert list(text_lines(HTML)) == ["Un premier alinéa :", "un second alinéa."]


@pytest.mark.parametrize(
    ("content", "code_", "words"),
    [
        (b"{", "code_not_json", "JSON"),
        (b"[]", "code_not_followed", "LEGITEXT000006073189"),
        (b'{"data": {"id": "LEGITEXT000006072665"}}', "code_not_followed", "LEGITEXT000006072665"),
        (b'{"data": {"id": "LEGITEXT000006073189"}, "children": [{"type": "article", "data": {"num": "L1"}}]}',
         "code_article_incomplete", "L1"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_followed_code_is_refused(tmp_path: Path, content: bytes, code_: str, words: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(CodeFileError) as caught:
        read_code(path, BOOK)
    assert caught.value.code == code_
    assert words in caught.value.message["fr"]
    assert words in caught.value.message["en"]


def test_what_rests_on_a_text_cites_it() -> None:
    for id_, rests in dependents(BOOK).items():
        for stage, case in rests.cases:
            assert id_ in BOOK.cases[stage][case]["references"]
        for name in rests.parameters:
            assert id_ in BOOK.parameters[name].references


# --- the commands ---------------------------------------------------------------------------------------------------


def test_drift_says_what_to_read_again_and_exits_1(small: Path) -> None:
    result = run("law", "drift", "--code", str(small), "--on", "2026-06-01", "--json")
    assert result.exit_code == 1
    found = {one["id"]: one for one in json.loads(result.stdout)["articles"]}
    assert found["CSS-R160-6"]["status"] == "changed"
    assert found["CSS-R160-6"]["found"] == {"legiarti": "LEGIARTI000000000001", "from": "2026-05-01"}
    assert "majoration.capped" in found["CSS-R160-6"]["cases"]
    assert found["CSS-L162-58"]["next_change"] == "2026-10-01"
    for lang, words in (("fr", "texte changé"), ("en", "text changed")):
        shown = run("law", "drift", "--code", str(small), "--on", "2026-06-01", "--lang", lang)
        assert shown.exit_code == 1
        assert words in " ".join(shown.stdout.split())


def test_drift_exits_2_without_a_readable_file(tmp_path: Path) -> None:
    result = run("law", "drift", "--code", str(tmp_path / "none.json"), "--lang", "en")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_text_stands_beside_the_rule(small: Path) -> None:
    alone = run("law", "text", "R. 160-6", "--lang", "en")
    assert alone.exit_code == 0
    assert "€10.60" in alone.stdout
    assert "https://www.legifrance.gouv.fr/codes/article_lc/LEGIARTI000031796275" in alone.stdout
    beside = run("law", "text", "css-d162-1-8", "--code", str(small), "--on", "2026-06-01", "--lang", "fr")
    assert "un second alinéa." in beside.stdout
    assert "celui qui a été lu" in beside.stdout
    changed = run("law", "text", "R160-6", "--code", str(small), "--on", "2026-06-01", "--lang", "en")
    assert "no longer the one" in changed.stdout
    unknown = run("law", "text", "R160-66", "--lang", "en")
    assert unknown.exit_code == 2
    assert "R160-6" in unknown.stderr
