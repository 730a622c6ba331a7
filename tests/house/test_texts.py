"""Every sentence for a person is French and English, each in its own words, and every error comes from a catalogue."""

import ast
import importlib
import re
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest

import parcours
from parcours.edge.problems import Refusal
from parcours.errors import ParcoursError, Problem
from parcours.text import LANGS, Text

SOURCE = Path(parcours.__file__).parent
CATALOGUES = [
    ".".join(["parcours", *path.relative_to(SOURCE).with_suffix("").parts])
    for name in ("problems.py", "refusals.py")
    for path in sorted(SOURCE.rglob(name))
    if path.relative_to(SOURCE).as_posix() != "edge/problems.py"  # what makes a problem of an error, no catalogue
]
OF_THE_OTHER = {
    "fr": "the is are of with without must not nor and from this that which expected given allowed needed unknown "
    "number value between than least another person day year already later reading",
    "en": "le la les des une est pour avec aucun aucune cette qui ou sans attendu donné permis inconnu personne caisse "
    "jour année déjà valeur lecture",
}
FOREIGN = {lang: set(text.split()) for lang, text in OF_THE_OTHER.items()}
"""Words that only the other language has."""


def words(text: str) -> set[str]:
    """The words of a sentence, without names of the vocabulary, commands and fields."""
    return set(re.findall(r"[^\W\d_]+", re.sub(r"`[^`]*`|\{[^}]*\}|\w*_\w*", " ", text.lower())))


def check(text: Text) -> None:
    for lang in LANGS:
        assert text[lang].strip(), text
        assert not words(text[lang]) & FOREIGN[lang], (lang, text[lang])


def entries(module: str) -> list[tuple[str, Problem | Refusal]]:
    """The errors of a catalogue, by name."""
    content = vars(importlib.import_module(module))
    return [(name, entry) for name, entry in content.items() if isinstance(entry, (Problem, Refusal))]


@pytest.mark.parametrize("module", CATALOGUES)
def test_an_error_is_said_in_both_languages(module):
    for name, entry in entries(module):
        check_entry(f"{module}.{name}", entry)


def check_entry(name: str, entry: Problem | Refusal) -> None:
    texts = [one for one in vars(entry).values() if isinstance(one, Text)]
    fields = {field for text in texts for lang in LANGS for _, field, _, _ in Formatter().parse(text[lang]) if field}
    for text in texts:
        check(text)
        in_each = [{field for _, field, _, _ in Formatter().parse(text[lang]) if field} for lang in LANGS]
        assert in_each[0] == in_each[1], (name, text)
    assert entry.reason.fr != entry.reason.en or entry.reason.fr.startswith("{"), name
    error = entry(**dict.fromkeys(fields, "1"))
    assert isinstance(error, ParcoursError), name
    assert error.code == entry.code, name
    assert error.message["fr"] != error.message["en"] or entry.reason.fr.startswith("{"), name
    assert "{" not in error.message["fr"] + error.message["en"], f"{name}: a field is not filled"


def test_the_catalogues_are_found():
    assert len(CATALOGUES) >= 10
    assert sum(len(entries(module)) for module in CATALOGUES) >= 110


def literal(node: ast.expr) -> str | None:
    """The constant parts of a text written in the code."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return " ".join(part.value for part in node.values if isinstance(part, ast.Constant))
    return None


def texts_written(path: Path) -> list[tuple[int, Text]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text" and node.args:
            french, english = (literal(argument) for argument in (*node.args, *node.args)[:2])
            if french is not None and english is not None:
                found.append((node.lineno, Text(french, english)))
    return found


def test_each_half_of_a_text_is_in_its_language():
    wrong = [
        f"{path.relative_to(SOURCE)}:{line}: {lang}: {text[lang]}"
        for path in sorted(SOURCE.rglob("*.py"))
        for line, text in texts_written(path)
        for lang in LANGS
        if words(text[lang]) & FOREIGN[lang]
    ]
    assert not wrong


STATES = sorted(
    {
        one.value
        for path in (SOURCE / "registry").glob("*/models.py")
        for name, enum in vars(importlib.import_module(f"parcours.registry.{path.parent.name}.models")).items()
        if isinstance(enum, type) and issubclass(enum, StrEnum) and name.endswith("State")
        for one in enum
    }
)


FRENCH_TOO = {"active"}


@pytest.mark.parametrize("module", CATALOGUES)
def test_no_state_is_said_by_the_name_that_programs_give_it(module):
    for name, entry in entries(module):
        for text in (one for one in vars(entry).values() if isinstance(one, Text)):
            said = set(re.findall(r"[a-z_]+", re.sub(r"\{[^}]*\}|`[^`]*`", " ", text.fr.lower())))
            assert not said & set(STATES) - FRENCH_TOO, name


def test_no_error_is_given_a_state_as_programs_name_it():
    """`card.state.value` is for the database and for programs: a sentence takes it from the words of its context."""
    wrong = [
        f"{path}:{call.lineno}"
        for path in sorted((SOURCE / "registry").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("problems.")
        if ".state.value" in ast.unparse(call)
    ]
    assert not wrong


FAMILIES = {
    "Invalid",
    "NotFound",
    "Conflict",
    "Refused",
    "Misconfigured",
    "Unauthenticated",
    "ProviderFailure",
    "Forbidden",
}


@pytest.mark.parametrize("folder", ["registry", "cli"])
def test_a_raise_of_the_registry_is_one_line_from_a_catalogue(folder):
    made = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in sorted((SOURCE / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FAMILIES
    ]
    assert not made


@pytest.mark.parametrize("path", sorted((SOURCE / "registry").rglob("words.py")), ids=lambda path: path.parent.name)
def test_every_state_has_its_words(path):
    module = importlib.import_module(".".join(path.relative_to(SOURCE.parent).with_suffix("").parts))
    for name, said in vars(module).items():
        if isinstance(said, dict) and said and all(isinstance(key, StrEnum) for key in said):
            missing = set(type(next(iter(said)))) - set(said)
            assert not missing, (name, missing)
