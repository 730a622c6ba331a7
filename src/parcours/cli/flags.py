"""One flag for each fact of the vocabulary: `--care-date`, `--fee`, `--medecin-traitant` …"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from parcours.cli.common import Set, lang_of, trying
from parcours.engine.facts.vocabulary import BOOLEANS, FACTS, Fact, slugs


def flag(fact: Fact) -> str:
    """The flag of a fact."""
    return "--" + fact.name.replace("_", "-")


def parameter(fact: Fact) -> inspect.Parameter:
    """The flag of a fact as a parameter Typer understands: text, read later by the vocabulary."""
    choices = f" One of: {', '.join(slugs(fact.codes))}." if fact.codes else ""  # brackets would be read as markup
    option = typer.Option(flag(fact), help=fact.help + choices, metavar=fact.kind.upper(), show_default=False)
    annotation = Annotated[str | None, option]
    return inspect.Parameter(fact.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


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
    """`--away` alone means `--away true`, and `--no-away` means `--away false`."""
    yes_no = {flag(fact) for fact in FACTS if fact.kind == "boolean"}
    result: list[str] = []
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        denied = "--" + argument.removeprefix("--no-") if argument.startswith("--no-") else ""
        if denied in yes_no:
            result += [denied, "false"]
        elif argument in yes_no and following.lower() not in BOOLEANS:
            result += [argument, "true"]
        else:
            result.append(argument)
    return result
