"""The articles of the codes that the law data cites: the version that was read, and what each paragraph decides.

`articles/codes.yaml` says which codes are followed and the day of the state that was read; every other file of
`articles/` holds articles by subject. The official sentences are nowhere here: an article is known by the hash of its
text, and said in our own words.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from html import unescape
from typing import Any

from parcours.law import problems
from parcours.law.data import Files, both_languages
from parcours.law.days import LawDataError
from parcours.text import Text

CODES = "articles/codes.yaml"
ADDRESS = "https://www.legifrance.gouv.fr/codes/article_lc/"
CODE_ADDRESS = "https://www.legifrance.gouv.fr/codes/texte_lc/"
SEEN = ("full", "former", "secondary", "not_seen")
UNDATED = "undated"
"""A later version is known, its first day is not."""


@dataclass(frozen=True)
class LegalCode:
    """A code whose articles are followed."""

    id: str
    title: Mapping[str, str]
    legitext: str
    read_on: date | None
    """Day of the state of the code that was read whole; none for a code that is not followed."""


@dataclass(frozen=True)
class Paragraph:
    """What one paragraph decides, the cases of the rules it gives and the parameters it holds."""

    at: Mapping[str, str]
    text: Mapping[str, str]
    cases: tuple[tuple[str, str], ...]
    """(stage, case) of `cases.yaml`."""
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Article:
    """One version of one article; without version or hash where it was not read."""

    id: str
    """Code and number: CSS-R160-6."""
    file: str
    code: LegalCode
    subject: Mapping[str, str]
    legiarti: str
    first_day: date | None
    sha256: str
    seen: str
    """full, former (an earlier wording), secondary (through a text that applies it), not_seen."""
    replaced_on: date | None
    """First day of a later version that is already known; `date.max` when its day is not."""
    decides: tuple[Paragraph, ...]
    example: Mapping[str, Any]
    """Facts on which its cases are shown, where they lead to them; each case has an example of its own otherwise."""

    @property
    def number(self) -> str:
        """The number in its code: R160-6."""
        return self.id.removeprefix(f"{self.code.id}-")

    @property
    def read_on(self) -> date | None:
        """Day of the state in which the article itself was read; none where it is known through another text."""
        return self.code.read_on if self.sha256 else None

    @property
    def address(self) -> str:
        """The page of this version in the official publication, or of its code."""
        return ADDRESS + self.legiarti if self.legiarti else CODE_ADDRESS + self.code.legitext

    @property
    def title(self) -> dict[str, str]:
        """Code, number and subject."""
        return {lang: f"{self.code.title[lang]}, article {self.number} ({self.subject[lang]})" for lang in ("fr", "en")}

    def reference(self) -> dict[str, Any]:
        """The article as an entry of the texts of the law."""
        return {"title": self.title, "url": self.address, "seen": self.seen}


def legal_codes(files: Files) -> dict[str, LegalCode]:
    """`articles/codes.yaml`."""
    return {
        key: LegalCode(key, both_languages(CODES, key, entry.get("title")), entry["legitext"], entry.get("read_on"))
        for key, entry in files.mapping(CODES).items()
    }


def articles(files: Files) -> dict[str, Article]:
    """Every article of `articles/`."""
    codes = legal_codes(files)
    return {key: article(file, key, entry, codes) for file, key, entry in files.under("articles") if file != CODES}


def article(file: str, key: str, entry: Mapping[str, Any], codes: Mapping[str, LegalCode]) -> Article:
    """One article, checked."""
    code = codes.get(key.partition("-")[0])
    if code is None:
        raise LawDataError(file, key, problems.no_code.format(file=CODES, codes=list(codes)))
    check_version(file, key, entry, read=code.read_on is not None and "seen" not in entry)
    replaced = entry.get("replaced_on")
    return Article(
        id=key,
        file=file,
        code=code,
        subject=both_languages(file, key, entry.get("title")),
        legiarti=entry.get("legiarti", ""),
        first_day=entry.get("from"),
        sha256=entry.get("sha256", ""),
        seen=entry.get("seen", "full"),
        replaced_on=date.max if replaced == UNDATED else replaced,
        decides=tuple(paragraph(file, key, item) for item in entry.get("decides", ())),
        example=entry.get("example", {}),
    )


def check_version(file: str, key: str, entry: Mapping[str, Any], *, read: bool) -> None:
    """An article of a followed code says which version was read; one that was not read, how it is known."""
    if not read:
        if entry.get("seen") not in SEEN:
            raise LawDataError(
                file, key, problems.not_one_of.format(field="seen", given=repr(entry.get("seen")), choices=SEEN)
            )
        return
    if not re.fullmatch(r"LEGIARTI\d{12}", str(entry.get("legiarti"))):
        raise LawDataError(file, key, problems.no_legiarti.format(given=repr(entry.get("legiarti"))))
    if not isinstance(entry.get("from"), date):
        raise LawDataError(file, key, problems.no_date.format(field="from", given=repr(entry.get("from"))))
    if not re.fullmatch(r"[0-9a-f]{64}", str(entry.get("sha256"))):
        raise LawDataError(file, key, problems.no_hash.format(given=repr(entry.get("sha256"))))
    replaced = entry.get("replaced_on")
    if replaced not in (None, UNDATED) and not isinstance(replaced, date):
        raise LawDataError(
            file, key, problems.no_date_or.format(field="replaced_on", given=repr(replaced), other=repr(UNDATED))
        )


def paragraph(file: str, key: str, entry: Mapping[str, Any]) -> Paragraph:
    """One paragraph."""
    pairs = [str(case).partition(".") for case in entry.get("cases", ())]
    return Paragraph(
        at=entry.get("at", Text("", "")),
        text=both_languages(file, key, {lang: entry.get(lang) for lang in ("fr", "en")}),
        cases=tuple((f"case_{stage}", case) for stage, _, case in pairs),
        parameters=tuple(entry.get("parameters", ())),
    )


def text_hash(html: str) -> str:
    """Hash of the text of an article, whatever its tags and spaces: no tag, entities decoded, NFC, no white space."""
    bare = unicodedata.normalize("NFC", unescape(re.sub(r"<[^>]*>", "", html)))
    return sha256("".join(char for char in bare if not char.isspace()).encode()).hexdigest()


def text_lines(html: str) -> Iterator[str]:
    """The paragraphs of an article, to be read."""
    broken = re.sub(r"<(?:br|/p|/div|/li|/tr)\b[^>]*>", "\n", html, flags=re.IGNORECASE)
    for line in unescape(re.sub(r"<[^>]*>", "", broken)).splitlines():
        if text := " ".join(line.split()):
            yield text
