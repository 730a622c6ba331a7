"""What the guides say: the computed verdict is the one a careful reader found."""

import pytest

from parcours.engine.proof.guides import VERDICTS, check_claims, verdict_of
from parcours.engine.say.wording import law_file
from parcours.text import LANGS

CONTENT = law_file("guides.yaml")
CLAIMS = CONTENT["claims"]
BY_LANGUAGE = {lang: {claim.id: claim for claim in check_claims(lang)} for lang in LANGS}


@pytest.mark.parametrize("name", CLAIMS)
def test_the_computed_verdict_is_the_expected_one(name: str) -> None:
    assert BY_LANGUAGE["en"][name].verdict == CLAIMS[name]["expected"]


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_said_in_both_languages_with_its_guide_and_article(name: str) -> None:
    for lang in LANGS:
        claim = BY_LANGUAGE[lang][name]
        assert claim.text
        assert claim.guide == CONTENT["guides"][CLAIMS[name]["guide"]][lang]
        assert claim.references


@pytest.mark.parametrize(
    "name", [name for name, entry in CLAIMS.items() if entry["expected"] in ("wrong", "true_only_if")]
)
def test_what_is_not_simply_true_says_why_and_shows_a_figure(name: str) -> None:
    claim = BY_LANGUAGE["en"][name]
    assert claim.condition
    assert claim.figures
    assert not all(figure.agrees for figure in claim.figures)


def test_what_was_true_for_a_time_says_until_when() -> None:
    assert BY_LANGUAGE["en"]["one_euro"].until == "2024-05-14"
    assert BY_LANGUAGE["en"]["thirty_percent_insurer"].until == "2024-12-21"
    assert "14 mai 2024" in BY_LANGUAGE["fr"]["one_euro"].verdict_text


def test_every_verdict_is_met_at_least_once() -> None:
    assert {claim.verdict for claim in BY_LANGUAGE["en"].values()} == set(VERDICTS)


@pytest.mark.parametrize(
    ("held", "over_time", "expected"),
    [
        ([], False, ("not_computed", None)),
        ([True, True], False, ("true", None)),
        ([False], False, ("wrong", None)),
        ([True, False], False, ("true_only_if", None)),
        ([True, False], True, ("true_until", "2009-12-31")),
        ([False, True], True, ("true_only_if", None)),
    ],
)
def test_the_verdict_follows_from_the_checks(
    held: list[bool], *, over_time: bool, expected: tuple[str, str | None]
) -> None:
    assert verdict_of(held, [{"over_time": over_time}], [20060101, 20100101][: len(held)]) == expected
