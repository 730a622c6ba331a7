"""The help of every command, in French and in English: nothing untranslated, nothing translated for nobody."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from parcours.cli import help as french
from parcours.cli.flags import PANELS as PANELS_OF_FACTS
from parcours.cli.flags import denial
from parcours.cli.main import COMMANDS, PANELS, app
from parcours.engine.facts.vocabulary import FACTS


def commands(command: Any, ctx: Any = None) -> Iterator[Any]:
    """A command and all those under it."""
    yield command
    if french.is_group(command):
        ctx = typer.Context(command, parent=ctx)
        for name in command.list_commands(ctx):
            yield from commands(command.get_command(ctx, name), ctx)


def english() -> set[str]:
    """Every sentence that some help says."""
    found: set[str] = {*PANELS, *PANELS_OF_FACTS.values()}
    for command in commands(typer.main.get_command(app)):
        options = command.get_params(typer.Context(command))
        said = [command.help, command.epilog, *(option.help for option in options)]
        found |= {part for text in said if text for part in french.parts(text)}
    return found


def test_every_help_is_in_french_and_no_french_is_left_over() -> None:
    assert set(french.sentences()) == english()
    for said, words in french.sentences().items():
        assert words, said
        assert "unless said" not in words


def help_of(*words: str, lang: str = "fr", **environment: str) -> str:
    asked = ("--lang", lang) if lang else ()
    answer = CliRunner().invoke(app, [*words, *asked, "--help"], env={"COLUMNS": "200", **environment})
    assert answer.exit_code == 0, answer.output
    return " ".join(answer.output.replace("│", " ").split())


def test_the_language_is_asked_or_the_terminals() -> None:
    french_help, english_help = "Affiche la version.", "Print the version."
    assert french_help in help_of()
    assert english_help in help_of(lang="en")
    assert french_help in help_of(lang="", LC_ALL="fr_FR.UTF-8")
    assert english_help in help_of(lang="", LC_ALL="C")


@pytest.mark.parametrize("command", ["law", "registry seed", "serve", "claims pay"])
def test_a_command_without_the_option_is_helped_in_french_too(command: str) -> None:
    shown = help_of(*command.split())
    assert "Show this message" not in shown
    assert "Affiche cette aide." in shown


@pytest.mark.parametrize("words", ["law --lang fr", "--lang fr law", "registry --lang=fr", "lab --lang fr"])
def test_a_group_alone_is_helped_in_the_language_that_is_asked(words: str) -> None:
    shown = CliRunner().invoke(app, words.split()).output
    assert "Affiche cette aide." in shown


@pytest.mark.parametrize(("typed", "meant"), [("sttle", "settle"), ("law shw", "show"), ("sumary", "summary")])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_misspelt_command_is_refused_with_the_one_that_may_be_meant(typed: str, meant: str, lang: str) -> None:
    refused = CliRunner().invoke(app, [*typed.split(), "--lang", lang])
    said = " ".join(refused.output.replace("│", " ").split())
    assert refused.exit_code == 2
    assert f"vouliez-vous dire {meant} ?" in said if lang == "fr" else f"Did you mean '{meant}'?" in said


def test_the_help_is_in_parts() -> None:
    assert sorted(name for names in PANELS.values() for name in names) == sorted(COMMANDS)
    assert "Régler et comprendre" in help_of()
    shown = help_of("settle")
    for title in PANELS_OF_FACTS.values():
        assert french.in_french(title) in shown


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_flag_that_says_no_is_shown_whole(lang: str) -> None:
    shown = CliRunner().invoke(app, ["settle", "--help", "--lang", lang], env={"COLUMNS": "90"}).output
    words = "".join(shown.replace("│", " ").split())
    for fact in FACTS:
        if fact.kind == "boolean":
            assert f"{french.NO[lang].replace(' ', '')}{denial(fact)}." in words
