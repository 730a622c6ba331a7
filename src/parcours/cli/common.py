"""What every command shares: the language, the console, errors as a person reads them."""

import locale
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO, cast

import typer

from parcours.cli import problems
from parcours.errors import ParcoursError
from parcours.text import LANGS, Text, euros

if TYPE_CHECKING:
    from rich.console import Console

EXIT_NOT_WRITTEN = 1
EXIT_UNREADABLE = 2
EXIT_REFUSED_ROWS = 3
EXIT_INTERRUPTED = 130

Lang = Annotated[str, typer.Option("--lang", help="Language of the text: fr or en (the terminal's unless said).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Reading = Annotated[
    list[str] | None,
    typer.Option("--reading", help="Choose a reading of a disputed point: NAME=OPTION (see `parcours law readings`)."),
]


def default_lang() -> str:
    """French for a French terminal, English otherwise."""
    name = (
        os.environ.get("LC_ALL")
        or os.environ.get("LC_MESSAGES")
        or os.environ.get("LANG")
        or locale.getlocale()[0]
        or ""
    )
    return "fr" if name.lower().startswith("fr") else "en"


def lang_of(lang: str) -> str:
    """A language of the product, or exit with what is allowed."""
    chosen = lang or default_lang()
    if chosen not in LANGS:
        fail(problems.not_accepted(lang, field="--lang", expected=", ".join(LANGS)), default_lang())
    return chosen


def fail(error: ParcoursError, lang: str, code: int = EXIT_UNREADABLE) -> NoReturn:
    """Say what is wrong on the error stream and stop."""
    typer.echo(as_typed(error.message[lang_of(lang)]), err=True)
    raise typer.Exit(code)


AT_THE_END = re.compile(r" +((?:\x1b\[[\d;]*m)*)$", re.MULTILINE)
"""Spaces that end a line, before the signs that end its colours."""


class Trimmed:
    """A stream whose lines end where their words do: a table pads its last column."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write the lines without the spaces at their ends."""
        return self.stream.write(AT_THE_END.sub(r"\1", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def screen(*, markup: bool = True) -> "Console":
    """Where tables and paragraphs are printed."""
    from rich.console import Console

    return Console(file=cast("TextIO", Trimmed(sys.stdout)), highlight=False, markup=markup)


COMMAND = "parcours"
OURS = re.compile(
    r"(?<![\w/.-])parcours (?=(?:settle|bill|prevention|explain|advise|law|demo|serve|questions|audit|admin|space)\b)"
)
"""Our command inside a sentence: not the pathway of care, which has the same name in French."""


def as_typed(sentence: str) -> str:
    """A sentence that names our command, as it was typed here: set-up does not put it on the path."""
    typed = sys.argv[0]
    if Path(typed).name != COMMAND or shutil.which(COMMAND) == str(Path(typed).absolute()):
        return sentence
    return OURS.sub(f"{typed} ", sentence)


@contextmanager
def clear_errors(lang: str) -> Iterator[None]:
    """Turn what the engine refuses into a sentence and an exit code; never a traceback."""
    try:
        yield
    except ParcoursError as error:
        fail(error, lang)


@contextmanager
def batch_errors(lang: str) -> Iterator[None]:
    """Turn what stops a run into a sentence and an exit code."""
    from parcours.engine.batch.errors import OutputFailed

    try:
        yield
    except OutputFailed as error:
        fail(error, lang, EXIT_NOT_WRITTEN)
    except ParcoursError as error:
        fail(error, lang)
    except KeyboardInterrupt:
        fail(problems.interrupted(), lang, EXIT_INTERRUPTED)


@dataclass(frozen=True)
class Columns:
    """How the columns of a file are read: `--map`, `--values`; `plain`: the output is not written the French way."""

    named: Sequence[str] = ()
    values: Sequence[str] = ()
    plain: bool = False


Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="Try a reform: NAME=VALUE or NAME=VALUE@YYYY-MM-DD (majoration.taux=30%)."),
]
TRIED = Text("Réforme essayée : {changes}", "Reform tried: {changes}")


@contextmanager
def trying(texts: list[str] | None, lang: str) -> Iterator[None]:
    """Answer under a reform, named on the error stream."""
    if not texts:
        yield
        return
    from parcours.law.in_use import enacted

    with clear_errors(lang):
        from parcours.law.loader import load
        from parcours.law.reform import read_texts, told

        book = load()
        changes = read_texts(book, texts)
    typer.echo(TRIED[lang].format(changes=", ".join(told(book, one, lang) for one in changes)), err=True)
    with enacted(changes):
        yield


def readings_of(options: list[str] | None, lang: str) -> dict[str, str]:
    """`NAME=OPTION` texts as a mapping."""
    return pairs(options, "--reading", "OPTION", lang)


def pairs(options: list[str] | None, flag: str, value: str, lang: str) -> dict[str, str]:
    """The texts of a repeatable option as a mapping: `flag` NAME=`value`."""
    said = {}
    for text in options or []:
        name, _, right = text.partition("=")
        if not name or not right:
            fail(problems.not_accepted(text, field=flag, expected=Text(f"NOM={value}", f"NAME={value}")), lang)
        said[name] = right
    return said


def money(amount: Decimal | None, lang: str) -> str:
    """Euros as a person writes them; a dash for none."""
    return "—" if amount is None else euros(int(amount * 100), lang)
