"""One family of errors: each names its code, the field, what was given, what is allowed and the article of the law.

A room keeps a catalogue of its problems, so that a raise is one line and a test can walk all of them:

    # problems.py
    end_before_start = Problem(
        Conflict, "end_before_start", Text("la fin précède le début", "the end is before the start"),
        field="on", allowed=Text("{first} ou plus tard", "{first} or later"),
    )
    # service.py
    raise problems.end_before_start(given=on, first=contract.starts_on)
"""

import errno
import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from parcours.text import COLON, LANGS, SEMICOLON, Text, said, same, text_of

GIVEN = Text("donné", "given")
ALLOWED = Text("permis", "allowed")
LONGEST_SHOWN = 80
OF_A_LINE = re.compile(r"lines\[(\d+)\](?:\.(.+))?")
"""A field of the first line of a bill is `lines[1].fee`."""
LINE = Text("ligne {number}", "line {number}")
OF_THE_SYSTEM = {
    errno.ENOENT: Text("ce fichier ou ce dossier n'existe pas", "no such file or directory"),
    errno.EACCES: Text("accès refusé", "permission denied"),
    errno.EPERM: Text("opération non permise", "operation not permitted"),
    errno.EISDIR: Text("c'est un dossier", "it is a directory"),
    errno.ENOTDIR: Text("ce n'est pas un dossier", "it is not a directory"),
    errno.ENOSPC: Text("plus de place sur le disque", "no space left on device"),
    errno.EFBIG: Text("fichier trop grand", "file too large"),
    errno.EROFS: Text("le disque est en lecture seule", "read-only file system"),
    errno.ENAMETOOLONG: Text("ce nom est trop long", "file name too long"),
}
"""What an operating system refuses, in words; anything else by its name (EIO)."""


class ParcoursError(Exception):
    """Something that was asked cannot be done, and why. `message[lang]` is the whole sentence for a person.

    `code` is stable, for programs; `field` is a name of the vocabulary; `given` is what was received, never a value
    that identifies a person; `allowed` is what would have been accepted; `article` is the reference of the law.
    """

    def __init__(
        self,
        code: str,
        reason: Text,
        *,
        field: str | None = None,
        given: object = None,
        allowed: object = None,
        article: str | None = None,
    ) -> None:
        self.code, self.reason = code, reason
        self.field, self.given, self.article = field, given, article
        self.allowed: Text | None = None if allowed is None else text_of(allowed)
        super().__init__(code)

    @property
    def message(self) -> Text:
        """The field, the reason, then what was given, what is allowed and the article."""
        return Text(*(self.sentence(lang) for lang in LANGS))

    def sentence(self, lang: str) -> str:
        """The whole sentence in one language."""
        start = f"{self.place[lang]}{COLON[lang]}" if self.field else ""
        return start + self.said(lang)

    @property
    def place(self) -> Text:
        """The field in a sentence, where people count the lines of a bill from 1."""
        line = OF_A_LINE.fullmatch(self.field or "")
        if line is None:
            return same(self.field or "")
        return LINE.format(number=line[1]) + same(f", {line[2]}" if line[2] else "")

    @property
    def path(self) -> str | None:
        """The field in JSON, where programs count the lines of a bill from 0."""
        line = OF_A_LINE.fullmatch(self.field or "")
        if line is None:
            return self.field
        return f"lines[{int(line[1]) - 1}]" + (f".{line[2]}" if line[2] else "")

    def said(self, lang: str) -> str:
        """The sentence without the name that programs give to the field: a page says it beside the field."""
        colon, semicolon = COLON[lang], SEMICOLON[lang]
        details = [] if self.given is None else [f"{GIVEN[lang]}{colon}{show(said(self.given, lang))}"]
        if self.allowed is not None:
            details.append(f"{ALLOWED[lang]}{colon}{self.allowed[lang]}")
        if self.article:
            details.append(self.article)
        return self.reason[lang] + (f" ({semicolon.join(details)})" if details else "")

    def __str__(self) -> str:
        return self.message["en"]


Family = TypeVar("Family", bound=ParcoursError)


def told_as(family: type[Family], error: ParcoursError) -> Family:
    """The same error as one of another family: what a lower room refused, said by the room above it."""
    return family(
        error.code,
        error.reason,
        field=error.field,
        given=error.given,
        allowed=error.allowed,
        article=error.article,
    )


@dataclass(frozen=True)
class Problem(Generic[Family]):
    """An entry of a catalogue: calling it makes the error. Its texts may hold fields, filled by the call."""

    family: type[Family]
    code: str
    reason: Text
    field: str | None = None
    given: Text | None = None
    allowed: Text | None = None
    article: str | None = None

    def __call__(self, given: object = None, *, field: str | None = None, **values: Any) -> Family:
        """The error, for what was given; `field` where it differs, `values` for the fields of the texts."""
        return self.family(
            self.code,
            self.reason.format(**values),
            field=field or self.field,
            given=self.given.format(**values) if self.given and given is None else given,
            allowed=self.allowed and self.allowed.format(**values),
            article=self.article,
        )


def show(value: object) -> str:
    """A given value as text, cut when it is long."""
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def os_reason(error: OSError) -> Text:
    """Why the operating system refused, in both languages."""
    number = error.errno or 0
    return OF_THE_SYSTEM.get(number) or same(errno.errorcode.get(number, type(error).__name__))
