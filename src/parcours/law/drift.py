"""Has a code changed since its articles were read? The open JSON of a code, beside the registry of articles.

The file is what open data publishes (package `legi-data`): nested `type`, `data`, `children`; an article has `num`,
`id`, `dateDebut`, `dateFin`, `etat`, `texteHtml`, and the list `articleVersions` of the versions around it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from parcours.errors import ParcoursError, Problem, os_reason
from parcours.law.book import LawBook
from parcours.law.dependents import Dependents, dependents
from parcours.law.texts import Article, LegalCode, text_hash
from parcours.text import Text

NO_END = date(2222, 2, 22)
"""A last day beyond this one is how the publication says that there is none."""
EPOCH = date(1970, 1, 1).toordinal()
DAY_MS = 86_400_000
ENDED = ("ABROGE", "ANNULE", "DISJOINT", "MODIFIE", "MODIFIE_MORT_NE", "PERIME", "TRANSFERE")
"""States of a version that is no longer in force."""


class CodeFileError(ParcoursError, ValueError):
    """The file is not the open JSON of a followed code."""


unreadable = Problem(CodeFileError, "code_unreadable", Text("illisible : {why}", "cannot be read: {why}"), field="code")
not_json = Problem(
    CodeFileError, "code_not_json", Text("n'est pas du JSON : {why}", "is not JSON: {why}"), field="code"
)
other_code = Problem(
    CodeFileError, "code_not_followed",
    Text("data.id n'est pas celui d'un code suivi", "data.id is not that of a followed code"),
    field="code", allowed=Text("{known}", "{known}"),
)  # fmt: skip
incomplete = Problem(
    CodeFileError, "code_article_incomplete",
    Text("un article n'a pas de dateDebut ou de texteHtml", "an article has no dateDebut or no texteHtml"),
    field="code",
)  # fmt: skip


class Status(StrEnum):
    """What became of an article."""

    SAME = "same"
    REISSUED = "reissued"
    """Another version has the same text."""
    CHANGED = "changed"
    REPLACED_LATER = "replaced_later"
    """Same text today; a later version, or an end, is already known."""
    ENDED = "ended"
    """No version is in force."""
    MISSING = "missing"
    """The file does not hold it."""


@dataclass(frozen=True)
class Version:
    """One version of an article, as the file gives it."""

    number: str
    legiarti: str
    first_day: date
    end: date | None
    """First day it is no longer in force."""
    state: str
    html: str
    later: tuple[date, ...]
    """First days of the versions that follow it."""

    def in_force(self, day: date) -> bool:
        """Is it the law on a day?"""
        return self.first_day <= day and (self.end is None or day < self.end) and self.state not in ENDED


@dataclass(frozen=True)
class CodeFile:
    """A code as a file holds it."""

    code: LegalCode
    versions: Mapping[str, tuple[Version, ...]]
    """By the number of the article."""

    def on(self, number: str, day: date) -> Version | None:
        """The version in force on a day."""
        found = [version for version in self.versions.get(number, ()) if version.in_force(day)]
        return max(found, key=lambda version: version.first_day, default=None)

    def next_change(self, number: str, day: date) -> date | None:
        """First known day after `day` on which the article is another one, or ends."""
        days: list[date] = []
        for version in self.versions.get(number, ()):
            days += [version.first_day, *version.later, *([version.end] if version.end else [])]
        return min((found for found in days if found > day), default=None)


@dataclass(frozen=True)
class Finding:
    """One article of the registry, beside the file."""

    article: Article
    status: Status
    found: Version | None
    next_change: date | None
    dependents: Dependents


def read_code(path: Path, book: LawBook) -> CodeFile:
    """The open JSON of a followed code. Raises `CodeFileError`."""
    try:
        tree = json.loads(path.read_bytes())
    except OSError as error:
        raise unreadable(path.name, why=os_reason(error)) from error
    except ValueError as error:
        raise not_json(path.name, why=error) from error
    codes = {article.code.legitext: article.code for article in book.articles.values() if article.code.read_on}
    data = tree.get("data") if isinstance(tree, dict) else None
    id_ = data.get("id") if isinstance(data, dict) else None
    if id_ not in codes:
        raise other_code(id_, known=", ".join(f"{legitext} ({code.id})" for legitext, code in codes.items()))
    versions: dict[str, tuple[Version, ...]] = {}
    for found in articles_in(tree):
        version = version_of(found)
        versions[version.number] = (*versions.get(version.number, ()), version)
    return CodeFile(codes[id_], versions)


def articles_in(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The data of every article below a node, whatever its depth."""
    left = [tree]
    while left:
        node = left.pop()
        if not isinstance(node, dict):
            continue
        if node.get("type") == "article" and isinstance(node.get("data"), dict) and node["data"].get("num"):
            yield node["data"]
        left += reversed(node.get("children") or [])


def version_of(data: Mapping[str, Any]) -> Version:
    """One version of an article."""
    number = str(data["num"]).replace(" ", "").replace(".", "").replace("*", "")
    first_day, end = day_of(data.get("dateDebut")), day_of(data.get("dateFin"))
    html = data.get("texteHtml")
    if first_day is None or not isinstance(html, str):
        raise incomplete(number)
    others = (day_of(other.get("dateDebut")) for other in data.get("articleVersions") or ())
    return Version(
        number=number,
        legiarti=str(data.get("id", "")),
        first_day=first_day,
        end=end if end and end < NO_END else None,
        state=str(data.get("etat", "")),
        html=html,
        later=tuple(sorted(day for day in others if day and first_day < day < NO_END)),
    )


def day_of(value: Any) -> date | None:
    """A day as the publication writes it: milliseconds since 1970, or ISO."""
    try:
        if isinstance(value, (int, float)):
            return date.fromordinal(EPOCH + int(value // DAY_MS))
        return date.fromisoformat(str(value)[:10])
    except (ValueError, OverflowError):
        return None


def drift(book: LawBook, file: CodeFile, day: date) -> list[Finding]:
    """Every article of the registry that belongs to the code, beside the file on a day."""
    rests = dependents(book)
    return [
        finding(article, file, day, rests[article.id])
        for article in book.articles.values()
        if article.code == file.code
    ]


def finding(article: Article, file: CodeFile, day: date, rests: Dependents) -> Finding:
    """One article."""
    number = article.number.replace("*", "")
    found, change = file.on(number, day), file.next_change(number, day)
    return Finding(article, status_of(article, file, found, change), found, change, rests)


def status_of(article: Article, file: CodeFile, found: Version | None, change: date | None) -> Status:
    """What became of an article, the gravest first."""
    if found is None:
        return Status.ENDED if article.number in file.versions else Status.MISSING
    if differs(article, found):
        return Status.CHANGED
    if change:
        return Status.REPLACED_LATER
    return Status.SAME if found.legiarti == article.legiarti or not article.legiarti else Status.REISSUED


def differs(article: Article, found: Version) -> bool:
    """Is it another text than the one read?  One that was not read is told by its first day."""
    if not article.sha256:
        return article.first_day is None or found.first_day > article.first_day
    return text_hash(found.html) != article.sha256
