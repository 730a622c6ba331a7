"""What a question of the quote is: a card, its answers, and the facts that each of them settles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

Facts = Mapping[str, str]
Suits = Callable[[int, date, str], bool]
"""Of an age, a day and a profession."""


def always(age: int, day: date, profession: str) -> bool:
    """An answer for everybody."""
    del age, day, profession
    return True


@dataclass(frozen=True)
class CardOption:
    """One possible answer: what it says, a word of help, the facts it sets."""

    label: str
    """Empty: the words of its first fact in the law's file."""
    facts: Facts
    help: str = ""
    code: str = ""
    """The answer is the first line of a bill: its code."""
    suits: Suits = always
    """Whom it may concern: it is not offered to others."""


@dataclass(frozen=True)
class Card:
    """A question: its words, the facts it settles, its answers."""

    id: str
    short: str
    """Its name in the list of answers."""
    facts: tuple[str, ...]
    title: str = ""
    """Its own words where it settles several facts or asks for one from another side; else those of the law's file."""
    help: str = ""
    kind: str = "options"
    """options | age | days | fee | base | date"""
    options: tuple[CardOption, ...] = ()
    terms: tuple[str, ...] = ()
    """Words of the glossary that the question uses."""
    links: tuple[str, ...] = ()
    """Where the answer can be found: names of `links.py`."""
    resets: tuple[str, ...] = ()
    """Facts that no longer hold when this answer changes."""


def doctor(specialty: str, label: str, help_: str = "") -> CardOption:
    """An answer that is a specialty."""
    return CardOption(label, {"specialty": specialty}, help_)


def other(profession: str, label: str, help_: str = "") -> CardOption:
    """An answer that is a profession other than a doctor's."""
    return CardOption(label, {"profession": profession}, help_)


def worded(name: str, value: str, **others: str) -> CardOption:
    """An answer in the words that every face has for it (`law/codes.yaml`); `others`: facts that it settles too."""
    return CardOption("", {name: value, **others})


def ground(exemption: str, suits: Suits = always) -> CardOption:
    """An answer that is a ground of exemption, offered to whom it may concern."""
    return CardOption("", {"exemption": exemption, "c2s": "false", "scheme": "general"}, suits=suits)
