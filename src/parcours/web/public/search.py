"""`/search?q=`: one index, in memory, over situations, words, numbers, articles, rules and disputed points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from parcours.law.loader import load
from parcours.web import i18n
from parcours.web.finding import fold, spaced
from parcours.web.i18n import N_
from parcours.web.pages import Page, public, text
from parcours.web.public.emergency import numbers
from parcours.web.public.rules_pages import claims, rules
from parcours.web.public.situations import situations, specialties, title_of

LONGEST: Final = 100
MOST: Final = 40
STOP: Final = frozenset(
    re.findall(
        r"\w+",
        "a an and au aux ce cet cette d dans de des do does du en est et for from i il is j je l la le les m ma me mes "
        "mon my of on ou par pas pour qu que quel quelle qui s sans se si sur the to un une with",
    )
)
"""Words too common to search."""


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
    folded = spaced(fold(title))
    return Entry(kind, title, body, path, fragment, folded, folded + spaced(fold(body)) + spaced(fold(more)))


@lru_cache(maxsize=2)
def index(lang: str) -> tuple[Entry, ...]:
    """Everything there is to find, in a language; French names are found in both."""
    return tuple(entries(lang))


def entries(lang: str) -> Iterator[Entry]:
    """The entries, the most useful first."""
    yield from situation_entries(lang)
    for number in (*numbers()["urgent"], *numbers()["soon"]):
        title, detail = (i18n.typography(words[lang], lang) for words in (number.name, number.detail))
        yield entry(N_("Emergency"), f"{number.number} · {title}", detail, "/emergency")
    yield from law_entries(lang)
    for claim in claims(lang):
        title, verdict = i18n.typography(claim.text, lang), i18n.typography(claim.verdict_text, lang)
        yield entry(N_("Guide"), title, verdict, "/law/guides", claim.id)
    for stage, _, cases in rules(lang):
        for case in cases:
            fragment = f"{stage}.{case.slug}"
            yield entry(N_("Rule"), case.text, "", "/law/rules", fragment, case.slug.replace("_", " "))


def situation_entries(lang: str) -> Iterator[Entry]:
    """The questions people ask, and the specialties."""
    for slug, item in situations().items():
        more = " ".join((*(part[lang] for part in item["text"]), item["title"]["fr"]))
        first = i18n.typography(item["answer"][lang].split("{")[0], lang)
        yield entry(N_("Situation"), title_of(item, lang), first, f"/situations/{slug}", more=more)
    for slug, specialty in specialties().items():
        name = i18n.label(specialty.label, lang)
        title = text("{specialty}: may I go directly?", lang, specialty=name)
        more = f"{specialty.label['fr']} {slug} {doctors(slug)}"
        yield entry(N_("Situation"), title, "", f"/situations/{slug}", more=more)


def law_entries(lang: str) -> Iterator[Entry]:
    """Words, numbers, disputed points, articles, limits."""
    book = load()
    for id_, term in book.glossary.items():
        title, words = (i18n.typography(term[lang][name], lang) for name in ("term", "text"))
        yield entry(N_("Word"), title, words, "/glossary", id_, f"{term['fr']['term']} {id_}")
    for parameter in book.parameters.values():
        title, path = i18n.label(parameter.label, lang), f"/law/parameters/{parameter.id}"
        yield entry(N_("Number"), title, "", path, more=parameter.id.replace(".", " "))
    for name, reading in book.readings.items():
        yield entry(N_("Disputed point"), i18n.label(reading.question, lang), "", "/law/readings", name)
    for id_, reference in book.references.items():
        path, fragment = (f"/law/articles/{id_}", "") if id_ in book.articles else ("/law/articles", id_)
        yield entry(N_("Article"), i18n.label(reference["title"], lang), "", path, fragment, id_)
    for id_, gap in book.gaps.items():
        title, detail = i18n.label(gap["label"], lang), i18n.label(gap["detail"], lang)
        yield entry(N_("Limit"), title, detail, "/law/limits", id_)


def doctors(slug: str) -> str:
    """Names people use for a specialist, from the name of the specialty: dermatologie, dermatologue, dermatologist."""
    if slug.endswith("logie"):
        return f"{slug[:-5]}logue {slug[:-5]}logist"
    return {
        "psychiatrie": "psychiatre psychiatrist psy",
        "pediatrie": "pediatre paediatrician pediatrician",
        "generaliste": "medecin traitant gp",
    }.get(slug, "")


def find(query: str, lang: str) -> list[Entry]:
    """The entries that hold every word of the query (beginnings of words), else the most of them; best first."""
    words = [word for word in spaced(fold(query[:LONGEST])).split() if word not in STOP]
    if not words:
        return []
    found = []
    for position, item in enumerate(index(lang)):
        held = sum(f" {word}" in item.everywhere for word in words)
        if held:
            found.append((held, sum(f" {word}" in item.in_title for word in words), -position, item))
    most = max((held for held, *_ in found), default=0)
    best = sorted((row for row in found if row[0] == most), key=lambda row: row[:3], reverse=True)
    return [row[3] for row in best[:MOST]]


async def search(request: Request) -> Response:
    """The page."""
    page = Page.of(request)
    query = request.query_params.get("q", "").strip()[:LONGEST]
    return public(page, "search.html", query=query, results=find(query, page.lang) if query else [], most=MOST)
