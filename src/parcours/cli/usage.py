"""The reader of the command line: what it refuses, and its help, in French also."""

import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

import typer
from typer.core import TyperGroup

from parcours.cli import problems
from parcours.cli.common import default_lang
from parcours.cli.help import is_group, speak_french
from parcours.cli.problems import CliError
from parcours.text import Text

ClickError: Any = typer.BadParameter.__mro__[2]
"""What Typer raises for a command that it cannot read: it gives this class no public name."""

WRONG = (
    (r"'(?P<given>.*)' is not a valid (int|integer)\.?", Text("un nombre entier", "a whole number")),
    (r"'(?P<given>.*)' is not a valid (float|number)\.?", Text("un nombre", "a number")),
    (r"'(?P<given>.*)' is not a valid boolean.*", Text("true, false", "true, false")),
    (r"'(?P<given>.*)' is not one of (?P<choices>.*?)\.?", Text("{choices}", "{choices}")),
    (r"'(?P<given>.*)' does not match the formats? .*", Text("AAAA-MM-JJ", "YYYY-MM-DD")),
    (r"\w+ '(?P<given>.*)' does not exist\.?", Text("un fichier qui existe", "a file that exists")),
    (r"\w+ '(?P<given>.*)' is a directory\.?", Text("un fichier", "a file")),
    (r"\w+ '(?P<given>.*)' is a file\.?", Text("un dossier", "a folder")),
    (r"(?P<given>-?\d+) is not in the range (?P<range>.*?)\.?", Text("{range}", "{range}")),
)
"""What is said of a wrong value -> what was expected."""


class Group(TyperGroup):
    """A group that helps, and says what was typed wrong, in the language that is asked."""

    lang = "en"

    def main(self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override] # Typer passes names
        """Run a command; exit codes are those of the reader."""
        args = list(sys.argv[1:] if args is None else args)
        self.lang = asked_lang(args)
        if "--help" in args or self.bare(without_lang(args)):
            args = without_lang(args)  # not every command has the option
        if self.lang == "fr":
            speak_french(self)
        if not standalone_mode or self.lang != "fr":
            return super().main(args, standalone_mode=standalone_mode, **extra)
        try:
            code = super().main(args, standalone_mode=False, **extra)
        except ClickError as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                error.show()
            else:
                typer.echo(in_words(error).message["fr"], err=True)
            sys.exit(error.exit_code)
        except typer.Abort:
            typer.echo("abandonné", err=True)
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)

    def bare(self, words: Sequence[str]) -> bool:
        """Do these words name a group of commands and nothing else?  Its help is shown."""
        command: Any = self
        for word in words:
            command = command.get_command(None, word) if is_group(command) else None
        return is_group(command)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """A sub-command; a name that there is none of is refused with the nearest one."""
        self.suggest_commands = False  # Typer knows only those that were imported
        try:
            return super().resolve_command(ctx, args)
        except ClickError as error:
            if nearest := near(error, args[0]):
                error.message = f"{error.message} Did you mean {nearest!r}?"
            raise


def asked_lang(words: Sequence[str]) -> str:
    """The language that the words of a command ask for, else the terminal's."""
    for word, following in pairwise([*words, ""]):
        if word == "--lang" and following:
            return following
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return default_lang()


def without_lang(words: Sequence[str]) -> list[str]:
    """The words of a command without the language they ask for."""
    value = [before == "--lang" for before in ["", *words]]
    return [
        word for word, is_value in zip(words, value, strict=False)
        if not is_value and word != "--lang" and not word.startswith("--lang=")
    ]  # fmt: skip


def in_words(error: Any) -> CliError:
    """The same refusal, of our own catalogue."""
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return problems.no_such_option(field=error.option_name)
    if kind == "BadOptionUsage":
        problem = problems.takes_no_value if "does not take" in error.message else problems.needs_value
        return problem(field=error.option_name)
    if kind == "MissingParameter":
        return problems.not_said(field=name_of(error))
    if kind == "BadParameter":
        return wrong_value(error)
    if found := re.match(r"No such command '(.*?)'", error.message):
        nearest = near(error, found[1])
        problem = problems.near_command if nearest else problems.no_such_command
        return problem(field=found[1], near=nearest)
    if found := re.match(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", error.message):
        return problems.too_many_arguments(found[1])
    return problems.misused()


def near(error: Any, name: str) -> str:
    """The command that looks most like what was typed; empty where none does."""
    names = error.ctx.command.list_commands(error.ctx) if error.ctx else ()
    return next(iter(get_close_matches(name, names, n=1, cutoff=0.6)), "")


def wrong_value(error: Any) -> CliError:
    """A value of another kind."""
    for pattern, expected in WRONG:
        if found := re.fullmatch(pattern, error.message):
            values = found.groupdict()
            return problems.not_accepted(values["given"], field=name_of(error), expected=expected.format(**values))
    return problems.misused(field=name_of(error))


def name_of(error: Any) -> str:
    """The option or argument as it is typed."""
    if error.param is None:
        return str(error.param_hint or "")
    options = [name for name in error.param.opts if name.startswith("-")]
    return " / ".join(options) or str(error.param.human_readable_name)
