"""Expectations in sentences: messages, days, lines of the account and of the desk, looked for by their data."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from parcours.registry.claims.adjudicate import decisions_of
from parcours.registry.messages.models import MessageKind
from parcours.registry.scenario import told
from parcours.registry.scenario.failed import Failed, equal
from parcours.registry.scenario.stage import Stage

KINDS = tuple(one.value for one in MessageKind)


SUBJECTS = {"rejected", "positive", "negative", "cancel", "replace", "indu", "signalled"}


def messages(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Messages that were sent: their kind, their subject and their data; or how many (`two ARL, no rejection line`)."""
    lines = [told.message_line(stage, one) for one in told.messages(stage, session)]
    for text in expected:
        kind = ""
        for part in re.split(rf";|, (?={'|'.join(KINDS)}|(?:{'|'.join(NUMBERS)}) )", text):
            words = part.replace(":", " ").split()
            if words and words[0].lower() in NUMBERS:
                yield from numbered(stage, session, lines, words)
                continue
            kind = words[0] if words and words[0] in KINDS else kind
            if not kind:
                yield Failed("messages", f"{', '.join(KINDS)}, or a number of them", part.strip())
                continue
            wanted = told.tokens(part) | (set(words) & SUBJECTS)
            if not any(line.startswith(kind) and wanted <= told.tokens(line) | set(words_of(line)) for line in lines):
                same = [line for line in lines if line.startswith(kind)]
                yield Failed(f"messages.{kind}", part.strip(), " | ".join(same) or "none")


NUMBERS = {word: number for number, word in enumerate(("no", "one", "two", "three", "four", "five", "six"))}


CALLED = {"rejection line": "rsp rejected", "rejection": "rsp rejected", "acknowledgement": "arl"}
"""What people call some messages."""


def numbered(stage: Stage, session: Session, lines: list[str], words: list[str]) -> Iterator[Failed]:
    """So many messages of a kind, or decisions: `two ARL`, `one adjudication`, `no rejection line`."""
    name = " ".join(words[1:]).lower()
    singular = name.removesuffix("s")
    wanted = NUMBERS[words[0].lower()]
    if singular in ("adjudication", "decision"):
        found = sum(len(decisions_of(session, number)) for number in stage.claims.values())
    else:
        start = CALLED.get(singular, name)
        if not start.startswith(KINDS):
            yield Failed("messages", ", ".join((*KINDS, *CALLED, "adjudication")), name)
            return
        found = sum(line.startswith(start) for line in lines)
    yield from equal(f"messages.{name}", wanted, found)


def words_of(line: str) -> list[str]:
    """The words of a line."""
    return re.findall(r"\w+", line)


def deadline(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Days that the law counts: by name, or any day that a sentence names."""
    found = {name: str(day) for name, day in stage.found.get("deadline", {}).items()}
    if isinstance(expected, Mapping):
        for name, day in expected.items():
            yield from equal(f"deadline.{name}", str(day), found.get(name))
    else:
        for day in re.findall(r"\d{4}-\d\d-\d\d", str(expected)):
            if day not in found.values():
                yield Failed("deadline", day, str(found))


def parts(name: str, lines: list[str], expected: str) -> Iterator[Failed]:
    """Each part of a sentence has its data in one line."""
    for part in re.split(r"[;,]", expected):
        wanted = told.tokens(part)
        if wanted and not any(wanted <= told.tokens(line) for line in lines):
            yield Failed(name, part.strip(), " | ".join(lines))


def main_person(stage: Stage) -> str:
    """Whose account a sentence is about: who was paid last, else the first of the story."""
    paid = [one["who"] for one in stage.scenario.events if "who" in one and not stage.is_professional(one["who"])]
    return paid[-1] if paid else next(one for one in stage.ids if not stage.is_professional(one))


def statement(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Lines of the account."""
    yield from parts("statement", told.statement(stage, session, main_person(stage)), str(expected))


def screen(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The counters as the account shows them."""
    yield from parts("screen", told.screen(stage, session, main_person(stage)), str(expected))


def practice(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What a practice expects, received, and has to correct."""
    by = next(one["who"] for one in stage.scenario.events if stage.is_professional(one.get("who", "")))
    yield from parts("practice", told.practice(stage, session, by), str(expected))


def abroad(stage: Stage, who: str, expected: Any) -> Iterator[Failed]:
    """The proofs of rights abroad of somebody: the days that a sentence names, and their kinds."""
    found = " | ".join(stage.found.get("abroad", {}).get(who, ()))
    for wanted in re.findall(r"\d{4}-\d\d-\d\d|certificate|card", str(expected)):
        if wanted not in found:
            yield Failed(who, str(wanted), found)
