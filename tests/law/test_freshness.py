"""Until when the law is known to be right: the oldest check of what an answer used, the versions already announced."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from parcours.engine.case import settle
from parcours.engine.say.explain import explain
from parcours.law.freshness import known, months_before, stale
from parcours.law.loader import load
from tests.cli.test_settle import run

BOOK = load()
READ = BOOK.articles["CSS-R160-6"].code.read_on
SESSION: dict[str, Any] = {"age": 40, "profession": "psychologue", "fee": 50, "medecin_traitant": False}


def test_an_answer_is_as_sure_as_the_oldest_thing_it_used(monkeypatch: pytest.MonkeyPatch) -> None:
    rate = BOOK.parameters["taux.medecin"]
    assert known(BOOK, ["taux.medecin"], ["CSS-R160-6"]).until == min(READ, rate.verified_on)
    assert known(BOOK, ["taux.medecin"], ["NGAP"]).read_on == READ, "the value rests on an article"
    old = date(2020, 1, 1)
    monkeypatch.setitem(BOOK.parameters, "taux.medecin", replace(rate, verified_on=old))
    assert known(BOOK, ["taux.medecin", "majoration.taux"], ["CSS-R160-6"]).until == old
    assert known(BOOK, ["tariffs/acts.APC", "tariffs/consultations.generaliste.coordonne"], []).verified_on > old


def test_an_announced_version_ends_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    soon = READ - timedelta(days=10)
    article = BOOK.articles["CSS-R160-6"]
    monkeypatch.setitem(BOOK.articles, "CSS-R160-6", replace(article, replaced_on=soon))
    assert known(BOOK, [], ["CSS-R160-6"]).until == soon - timedelta(days=1)
    monkeypatch.setitem(BOOK.articles, "CSS-R160-6", replace(article, replaced_on=date.max))
    undated = known(BOOK, [], ["CSS-R160-6"])
    assert undated.until == min(READ, BOOK.verified_on)
    assert [one.id for one in undated.replaced] == ["CSS-R160-6"]


@pytest.mark.parametrize(("lang", "words"), [("fr", "elle n'a pas été lue"), ("en", "it has not been read")])
def test_an_explanation_says_what_will_follow(lang: str, words: str) -> None:
    fresh = explain(settle({**SESSION, "care_date": "2026-11-02"}), lang).freshness
    assert words in fresh.text
    assert not fresh.covers
    assert fresh.known_until == READ.isoformat()
    assert [(one.id, one.on) for one in fresh.replaced if one.on] == [("CSS-L162-58", "2026-10-01")]
    assert explain(settle({**SESSION, "care_date": "2025-11-03"}), lang).freshness.covers


def test_the_api_says_it() -> None:
    content = explain(settle({**SESSION, "care_date": "2026-11-02"}), "en").to_dict()["freshness"]
    assert set(content) == {"known_until", "verified_on", "articles_read_on", "replaced", "covers", "text"}
    assert content["replaced"][0]["id"].startswith("CSS-")


def test_what_is_stale_on_a_day() -> None:
    def found(day: str, months: int = 12) -> dict[str, Any]:
        return {entry.id: entry for entry in stale(BOOK, date.fromisoformat(day), months)}

    assert "CSS-L162-58" not in found("2026-09-30")
    assert found("2026-10-01")["CSS-L162-58"].replaced_on == date(2026, 10, 1)
    assert "psychologue" in found("2026-10-01")["CSS-L162-58"].dependents.tariffs
    assert found("2026-03-14")["CSS-L861-3"].replaced_on == date.max, "announced, undated: to be looked at"
    followed = [article for article in BOOK.articles.values() if article.read_on]
    assert len(found("2031-01-01")) == sum(map(len, (BOOK.parameters, BOOK.acts, BOOK.consultations, followed)))


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [("2026-11-30", 9, "2026-02-28"), ("2024-03-31", 1, "2024-02-29"), ("2026-01-15", 12, "2025-01-15")],
)
def test_months_end_on_a_day_that_exists(day: str, months: int, before: str) -> None:
    assert months_before(date.fromisoformat(day), months).isoformat() == before


def test_the_command_lists_them_and_its_code_says_it() -> None:
    result = run("law", "stale", "--on", "2026-10-01", "--json")
    assert result.exit_code == 1
    entry = next(one for one in json.loads(result.stdout) if one["id"] == "CSS-L162-58")
    assert entry["replaced_on"] == "2026-10-01"
    assert "taux.mon_soutien_psy" in entry["rests_on_it"]
    for lang, words in (("fr", "remplacé le"), ("en", "replaced on")):
        assert words in " ".join(run("law", "stale", "--on", "2026-10-01", "--lang", lang).stdout.split())
