"""One flag for each fact of the vocabulary: `--care-date`, `--fee`, `--medecin-traitant` …"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from parcours.cli.common import Set, lang_of, trying
from parcours.cli.help import NO, ONE_OF
from parcours.engine.facts.vocabulary import BOOLEANS, FACTS, Fact, slugs
from parcours.law.cache import flat_law

BOOLEAN, CODES = "boolean", "codes"
"""Kinds of facts: said by a yes or a no, and by several values."""


def flag(fact: Fact) -> str:
    """The flag of a fact."""
    return "--" + fact.name.replace("_", "-")


PANELS = {
    "care_date": "The day and the people",
    "profession": "The act and its price",
    "medecin_traitant": "The pathway",
    "exemption": "What covers the patient",
    "exigence_particuliere": "Rarer facts",
}
"""The first fact of each part of the help."""
SEVERAL = frozenset(flag(fact) for fact in FACTS if fact.kind == CODES)
"""Flags that may come more than once."""


def denial(fact: Fact) -> str:
    """The flag that says no to a yes-or-no fact."""
    return flag(fact).replace("--", "--no-", 1)


def completion(fact: Fact) -> Callable[[str], list[str]]:
    """What a shell completes the value of a fact with."""

    def values(incomplete: str) -> list[str]:
        if fact.kind in ("specialty", "act"):
            law = flat_law()
            known = list(law.specialties if fact.kind == "specialty" else law.acts)
        elif fact.kind == "contract":
            from parcours.contracts.library import library

            known = list(library())
        else:
            known = slugs(fact.codes) if fact.codes else []
        return [value for value in known if value.startswith(incomplete)]

    return values


def parameter(fact: Fact) -> inspect.Parameter:
    """The flag of a fact as a parameter Typer understands: text, read later by the vocabulary."""
    choices = f"{ONE_OF.en}{', '.join(slugs(fact.codes))}." if fact.codes else ""  # brackets would be read as markup
    no = f"{NO.en}{denial(fact)}." if fact.kind == BOOLEAN else ""  # a narrow terminal cuts long names, not the help
    option = typer.Option(
        flag(fact),
        help=fact.help + choices + no,
        metavar=fact.kind.upper(),
        show_default=False,
        rich_help_panel=panel(fact),
        autocompletion=completion(fact),
    )
    annotation = Annotated[str | None, option]
    return inspect.Parameter(fact.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def panel(fact: Fact) -> str:
    """The part of the help where a fact is."""
    names = [one.name for one in FACTS]
    return [title for first, title in PANELS.items() if names.index(first) <= names.index(fact.name)][-1]


def with_fact_flags(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that takes `**facts` one flag for each fact, and `--set` for a reform to try."""

    @wraps(function)
    def command(**values: Any) -> None:
        with trying(values.pop("set"), lang_of(values["lang"])):
            function(**values)

    signature = inspect.signature(function)
    own = [item for item in signature.parameters.values() if item.kind is not inspect.Parameter.VAR_KEYWORD]
    keyword_only = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in own]
    reform = inspect.Parameter("set", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Set)
    parameters = [*keyword_only, reform, *(parameter(fact) for fact in FACTS)]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {item.name: item.annotation for item in parameters}
    return command


def spelled_out(arguments: list[str]) -> list[str]:
    """`--away` alone means `--away true`, and `--no-away` means `--away false`; `--exemption` twice adds up."""
    yes_no = {flag(fact): denial(fact) for fact in FACTS if fact.kind == BOOLEAN}
    denied = {no: yes for yes, no in yes_no.items()}
    result: list[str] = []
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if argument in denied:
            result += [denied[argument], "false"]
        elif argument in yes_no and following.lower() not in BOOLEANS:
            result += [argument, "true"]
        else:
            result.append(argument)
    return added_up(result)


def added_up(arguments: list[str]) -> list[str]:
    """A flag of several values that comes more than once keeps them all: the last would hide the others."""
    result: list[str] = []
    for argument in arguments:
        if result[-1:] and result[-1] in SEVERAL and result[-1] in result[:-1]:
            first = result.index(result[-1]) + 1
            result[first] += "," + argument
            result.pop()
        else:
            result.append(argument)
    return result
