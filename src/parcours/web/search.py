"""`/search?q=`: one index over situations, words, numbers of the law, articles, rules and disputed points, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from parcours.law.loader import load
from parcours.web import i18n
from parcours.web.emergency import SOON, URGENT
from parcours.web.i18n import N_
from parcours.web.law_pages import fold
from parcours.web.pages import Page, answer, text
from parcours.web.rules_pages import rules
from parcours.web.situations import situations, specialties

LONGEST: Final = 100
MOST: Final = 40
STOP: Final = frozenset("a an and au aux ce cet cette d dans de des do does du en est et for from i il is j je l la le les m ma me mes mon my of on ou par pas pour qu que quel quelle qui s sans se si sur the to un une with".split())


@dataclass(frozen=True)
class Entry:
    """Something that can be found."""

    kind: str
    title: str
    text: str
    path: str
    fragment: str
    in_title: str
    everywhere: str


def entry(kind: str, title: str, body: str, path: str, fragment: str = "", more: str = "") -> Entry:
    """An entry with its folded words."""
    return Entry(kind, title, body, path, fragment, f" {fold(title)}", f" {fold(title)} {fold(body)} {fold(more)}")


@lru_cache(maxsize=2)
def index(language: str) -> tuple[Entry, ...]:
    """Everything there is to find, in a language; French names are found in both."""
    return tuple(entries(language))


def entries(language: str) -> Iterator[Entry]:
    """The entries, the most useful first."""
    book = load()
    for slug, item in situations().items():
        words = " ".join(part[language] for part in item["text"])
        yield entry(N_("Situation"), i18n.label(item["title"], language), i18n.typography(item["answer"][language].split("{")[0], language), f"/situations/{slug}", more=words + " " + item["title"]["fr"])
    for slug, specialty in specialties().items():
        title = text("{specialty}: may I go directly?", language, specialty=i18n.label(specialty.label, language))
        yield entry(N_("Situation"), title, "", f"/situations/{slug}", more=f"{specialty.label['fr']} {slug} {doctors(slug)}")
    for number in (*URGENT, *SOON):
        yield entry(N_("Emergency"), f"{number.number} · {i18n.translate(number.name, language)}", i18n.translate(number.detail, language), "/emergency")
    for id_, term in book.glossary.items():
        yield entry(N_("Word"), i18n.typography(term[language]["term"], language), i18n.typography(term[language]["text"], language), "/glossary", id_, term["fr"]["term"] + " " + id_)
    for parameter in book.parameters.values():
        yield entry(N_("Number"), i18n.label(parameter.label, language), "", f"/law/parameters/{parameter.id}", more=parameter.id.replace(".", " "))
    for name, reading in book.readings.items():
        yield entry(N_("Disputed point"), i18n.label(reading.question, language), "", "/law/readings", name)
    for id_, reference in book.references.items():
        yield entry(N_("Article"), i18n.label(reference["title"], language), "", "/law/articles", id_, id_)
    for stage, _, cases in rules(language):
        for case in cases:
            yield entry(N_("Rule"), case.text, "", "/law/rules", f"{stage}.{case.slug}", case.slug.replace("_", " "))
    for id_, gap in book.gaps.items():
        yield entry(N_("Limit"), i18n.label(gap["label"], language), i18n.label(gap["detail"], language), "/law/limits", id_)


def doctors(slug: str) -> str:
    """Names people use for a specialist, from the name of the specialty: dermatologie, dermatologue, dermatologist."""
    if slug.endswith("logie"):
        return f"{slug[:-5]}logue {slug[:-5]}logist"
    return {"psychiatrie": "psychiatre psychiatrist psy", "pediatrie": "pediatre paediatrician pediatrician", "generaliste": "medecin traitant gp"}.get(slug, "")


def find(query: str, language: str) -> list[Entry]:
    """The entries that hold every word of the query (beginnings of words), best first."""
    words = [word for word in "".join(c if c.isalnum() else " " for c in fold(query[:LONGEST])).split() if word not in STOP]
    if not words:
        return []
    found = []
    for position, item in enumerate(index(language)):
        haystack = item.everywhere.replace("'", " ").replace("\u2019", " ").replace("-", " ").replace("(", " ")
        if not all(f" {word}" in haystack for word in words):
            continue
        title = item.in_title.replace("'", " ").replace("\u2019", " ").replace("-", " ").replace("(", " ")
        found.append((-sum(f" {word}" in title for word in words), position, item))
    return [item for _, _, item in sorted(found, key=lambda row: row[:2])[:MOST]]


async def search(request: Request) -> Response:
    """The page."""
    page = Page.of(request)
    query = request.query_params.get("q", "").strip()[:LONGEST]
    return answer(page, "search.html", query=query, results=find(query, page.language) if query else [], most=MOST)
