"""`--help` in French: in English the commands say themselves what they are, `help.fr.yaml` translates each sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from parcours.text import Text

FILE = Path(__file__).with_name("help.fr.yaml")
ONE_OF = Text(" Parmi : ", " One of: ")
NO = Text(" Sinon : ", " If not: ")
"""Before the values of a fact, and before the flag that says no."""
FIXED = {
    "COMMANDS_PANEL_TITLE": "Commandes",
    "DEFAULT_STRING": "[défaut : {}]",
    "REQUIRED_LONG_STRING": "[obligatoire]",
}
"""Words of Typer's own."""
METAVARS = {
    "TEXT": "TEXTE", "INTEGER": "ENTIER", "SPECIALTY": "SPÉCIALITÉ", "ACT": "ACTE", "QUANTITY": "QUANTITÉ",
    "MONEY": "EUROS", "CONTRACT": "CONTRAT", "DAYS": "JOURS", "STATUS": "STATUT",
    "str": "<texte>", "int": "<entier>", "int range": "<entier>", "path": "<chemin>", "datetime": "<date>",
}  # fmt: skip
"""What an option takes, by the name or the type it shows in English."""
USAGE = "COMMANDE [ARGUMENTS]..."


@cache
def sentences() -> dict[str, str]:
    """English → French."""
    import yaml

    found: dict[str, str] = yaml.load(FILE.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    return found


def parts(text: str) -> Iterator[str]:
    """The sentences of a help that are translated: without the values of a fact, nor the flag that denies it."""
    for mark in (ONE_OF, NO):
        text = text.partition(mark.en)[0]
    yield "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def in_french(text: str) -> str:
    """A help in French; a sentence without French as it is."""
    (said,) = parts(text)
    rest = " ".join(text.split())[len(" ".join(said.split())) :]
    for mark in (ONE_OF, NO):
        rest = rest.replace(mark.en, mark.fr)
    return sentences().get(said, said) + rest


def speak_french(command: Any) -> None:
    """Make a command, and those under it, show their help in French."""
    shown = command.format_help

    def format_help(ctx: Any, formatter: Any) -> None:
        translate(command, ctx)
        with fixed_words():
            shown(ctx, formatter)

    command.format_help = format_help
    for child in getattr(command, "commands", {}).values():
        speak_french(child)


def is_group(command: Any) -> bool:
    """Has it sub-commands?"""
    return hasattr(command, "list_commands")


def translate(command: Any, ctx: Any) -> None:
    """The words of a command, its options and its sub-commands, in place."""
    children = [command.get_command(ctx, name) for name in command.list_commands(ctx)] if is_group(command) else []
    for one in (command, *children):
        for name in ("help", "epilog", "rich_help_panel"):
            if isinstance(getattr(one, name, None), str):
                setattr(one, name, in_french(getattr(one, name)))
    for option in command.get_params(ctx):
        for name in ("help", "rich_help_panel"):
            if isinstance(getattr(option, name, None), str):
                setattr(option, name, in_french(getattr(option, name)))
        if option.param_type_name == "option" and not option.is_flag:
            shown = option.metavar or option.type.name
            option.metavar = METAVARS.get(shown, option.metavar)
    if is_group(command):
        command.subcommand_metavar = USAGE


@contextmanager
def fixed_words() -> Iterator[None]:
    """The words of Typer's own, in French."""
    from typer import rich_utils

    before = {name: getattr(rich_utils, name) for name in FIXED}
    for name, words in FIXED.items():
        setattr(rich_utils, name, words)
    try:
        yield
    finally:
        for name, words in before.items():
            setattr(rich_utils, name, words)
