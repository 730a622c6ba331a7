"""`/search?q=`: one index, in memory, over situations, words, numbers, articles, rules and disputed points."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, lru_cache
from math import log
from pathlib import Path

import yaml
from starlette.requests import Request
from starlette.responses import Response

from parcours.law.loader import load
from parcours.text import LANGS, euros, plain_euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import Page, public, text
from parcours.web.public.emergency import numbers
from parcours.web.public.rules_pages import claims, rules
from parcours.web.public.situations import filled, situations, specialties, title_of
from parcours.words import fold, spaced

LONGEST = 100
MOST = 20
FILE = Path(__file__).with_name("search.yaml")
KIND_WEIGHT = {
    "Situation": 6,
    "Emergency": 7,
    "Page": 6,
    "Word": 4,
    "Article": 4,
    "Number": 3,
    "Guide": 2,
    "Disputed point": 2,
    "Limit": 2,
    "Rule": 1,
}
"""What a person who searches wants first."""
IN_KNOWN, IN_TITLE, IN_TEXT = 4, 3, 1
"""Weight of a word among what people call the page, in its title, in its text."""
WORTH_SHOWING = 0.3
"""Least share of the best score."""
ALIKE = 0.8
"""Least likeness of a word and of what may be meant, from 0 to 1; the first letter is the same."""
SHORTEST_MENDED = 4
SHORT = 3
"""A word of so many letters is meant whole: AME is no American."""
AROUND = re.compile(
    r"\b(?:rembours\w*|refund\w*|reimburs\w*|consultation|visite?|combien|how|much|back|money|get|je|i|suis|est|"
    r"serai|prix|price|cost|pour|for|de|of|an?|une?|sur|on|my|mon|ma)\b"
)
"""What people write around the price of a visit."""
PAGES = {
    "/": N_("What will my visit cost me?"),
    "/bill": N_("A whole bill, line by line"),
    "/compare": N_("Compare mutuelles over a year"),
    "/start": N_("New in France, step by step"),
    "/lab": N_("Try a reform"),
    "/prevention": N_("Prevention: what you are due"),
    "/tables": N_("Tariffs of ordinary visits"),
    "/law/guides": N_("Guides checked"),
    "/directory": N_("Find a doctor"),
    "/login": N_("Log in: my space, a practice, a fund, a mutuelle"),
    "/forgot": N_("Password forgotten"),
    "/account/security": N_("Password and passkeys of my account"),
    "/practice": N_("For a practice: patients, letters, sheets"),
    "/fund": N_("For a fund: claims, conciliations, agreements"),
    "/insurer": N_("For a mutuelle: its contracts and its lines"),
    "/me/privacy": N_("Who looked at my file, and a copy of it"),
    "/me/doctor": N_("Declare from my space (for who has an account), or ask the fund to help"),
    "/api/docs": N_("The API, for programs"),
    "/fhir": N_("FHIR R4: an estimate before care, for programs"),
    "/verify": N_("Check a document"),
    "/offline": N_("Without a connection"),
    "/security": N_("Report a mistake or a weakness"),
}
SUGGESTED = (
    "trouver_un_medecin",
    "hors_parcours",
    "medecin_de_garde",
    "carte_perdue",
    "secteurs",
    "ald",
    "c2s",
    "visiteurs",
)
AMOUNT = re.compile(r"€?\s*(?P<euro>\d{1,5})(?:[.,](?P<cent>\d{1,2}))?\s*(?:€|eur|euros?)?")
STOP = frozenset(
    re.findall(
        r"\w+",
        "a ai am an and are at au aux can ce cet cette combien comment d dans de des do does du elle en est et for "
        "from has have he her his how i il in is it j je l la le les m ma me mes mon my of on ou par pas pour pourquoi "
        "qu que quel quelle qui s sa sans se she si suis sur the to un une what when where who why with",
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
    known: str
    in_title: str
    everywhere: str
    query: tuple[tuple[str, str], ...] = ()
    """What its address says."""


@dataclass(frozen=True)
class Found:
    """What a query finds, and how it was read where a word was not known."""

    entries: list[Entry]
    read_as: str = ""


def entry(kind: str, title: str, body: str, path: str, fragment: str = "", more: str = "") -> Entry:
    """An entry with the folded words of one language."""
    in_title, others = spaced([fold(title)]), spaced([fold(f"{body} {more}")])
    known = spaced(map(stem, meant(known_as().get(f"{path}#{fragment}".rstrip("#"), ""))))
    return Entry(kind, title, body, path, fragment, known, in_title, in_title + others)


def meant(words: str) -> list[str]:
    """The words of a text that say something."""
    return [word for word in fold(words).split() if word not in STOP]


@cache
def known_as() -> Mapping[str, str]:
    """What people call a page, or a part of one, by its address."""
    content: dict[str, str] = yaml.safe_load(FILE.read_text("utf-8"))
    return content


@lru_cache(maxsize=2)
def index(lang: str) -> tuple[Entry, ...]:
    """Everything there is to find, shown in a language and found by the words of both."""
    both = zip(entries(lang), *(entries(other) for other in LANGS if other != lang), strict=True)
    return tuple(
        replace(
            shown,
            in_title=spaced([one.in_title.strip() for one in (shown, *others)]),
            everywhere=spaced([one.everywhere.strip() for one in (shown, *others)]),
        )
        for shown, *others in both
    )


def entries(lang: str) -> Iterator[Entry]:
    """The entries, the most useful first."""
    yield from situation_entries(lang)
    for path, words in PAGES.items():
        yield entry(N_("Page"), text(words, lang), "", path)
    yield entry(N_("Emergency"), text("A life is in danger: call 15 now", lang), "", "/emergency")
    for number in (*numbers()["urgent"], *numbers()["soon"]):
        title, detail = (i18n.typography(words[lang], lang) for words in (number.name, number.detail))
        yield entry(N_("Emergency"), f"{number.number} · {title}", detail, "/emergency", number.anchor)
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
        more = " ".join(part[lang] for part in item["text"])
        first = filled(item["answer"], lang)
        yield entry(N_("Situation"), title_of(item, lang), first, f"/situations/{slug}", more=more)
    for slug, specialty in specialties().items():
        name = i18n.label(specialty.label, lang)
        title = text("{specialty}: may I go directly?", lang, specialty=name)
        yield entry(N_("Situation"), title, "", f"/situations/{slug}", more=f"{slug} {doctors(slug)}")


def law_entries(lang: str) -> Iterator[Entry]:
    """Words, numbers, disputed points, articles, limits."""
    book = load()
    for id_, term in book.glossary.items():
        title, words = (i18n.typography(term[lang][name], lang) for name in ("term", "text"))
        yield entry(N_("Word"), title, words, "/glossary", id_, id_)
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


def find(query: str, lang: str) -> Found:
    """The entries that a query may mean, best first; a word that nothing holds is read as the nearest one."""
    if cents := amount(query[:LONGEST]):
        return Found(list(of_amount(cents, lang)))
    asked = meant(query[:LONGEST])
    words = [stem(word) if held(stem(word), lang) else mended(word, lang) for word in asked]
    words = [word for word in words if word]
    if not words:
        return Found([])
    rarity = {word: 1 + log(len(index(lang)) / held(word, lang)) for word in words}
    scored = [(score(item, rarity), -position, item) for position, item in enumerate(index(lang))]
    best = sorted((row for row in scored if row[0]), key=lambda row: row[:2], reverse=True)[:MOST]
    entries = [item for points, _, item in best if points >= best[0][0] * WORTH_SHOWING]
    changed = any(not word.startswith(now) for word, now in zip(asked, words, strict=False))
    return Found(entries, " ".join(words) if changed else "")


def amount(query: str) -> int:
    """The price of a visit, in cents: bare, or in euros among words that only ask for its refund; 0 where the query is
    something else, or a number that people call a page by.
    """
    said = query.strip().lower()
    bare = AROUND.sub("", said).strip()
    found = AMOUNT.fullmatch(bare)
    if found is None or said in called() or (bare != said and not re.search("€|eur", bare)):
        return 0
    euro, cent = found["euro"], (found["cent"] or "").ljust(2, "0")
    return int(euro) * 100 + int(cent)


@cache
def called() -> frozenset[str]:
    """The numbers that call a page or help."""
    known = {phrase.strip(' "') for phrases in known_as().values() for phrase in phrases.split(",")}
    return frozenset(known | {one.number for urgency in ("urgent", "soon") for one in numbers()[urgency]})


def of_amount(cents: int, lang: str) -> Iterator[Entry]:
    """Where a price leads: the quote of it, then what prices are."""
    title = text("What is left to you of {amount}?", lang, amount=euros(cents, lang))
    yield replace(entry(N_("Page"), title, "", "/"), query=(("fee", plain_euros(cents)),))
    others = ("/bill", "/tables", "/situations/secteurs", "/situations/medecin_de_garde")
    yield from sorted((one for one in index(lang) if one.path in others), key=lambda one: others.index(one.path))


def score(item: Entry, rarity: Mapping[str, float]) -> float:
    """How well an entry answers words: rare words, words of its title and of what people call it weigh more."""
    found = [
        weight * max(IN_KNOWN * (said in item.known), IN_TITLE * (said in item.in_title), IN_TEXT)
        for word, weight in rarity.items()
        if (said := begun(word)) in item.everywhere or said in item.known
    ]
    together = IN_KNOWN * len(rarity) if spaced(rarity).rstrip() in item.known else 0
    return (sum(found) + together) * len(found) / len(rarity) * KIND_WEIGHT[item.kind]


@lru_cache(maxsize=4096)
def held(word: str, lang: str) -> int:
    """The number of entries that hold a word, or words that begin with it."""
    said = begun(word)
    return sum(said in item.everywhere or said in item.known for item in index(lang))


def begun(word: str) -> str:
    """A word as it is looked for: at the beginning of others, unless it is short."""
    return f" {word} " if len(word) <= SHORT else f" {word}"


def stem(word: str) -> str:
    """A word without its plural."""
    return word[:-1] if len(word) > SHORTEST_MENDED and word[-1] in "sx" else word


@cache
def vocabulary(lang: str) -> list[str]:
    """Every word that can be found."""
    words = {word for item in index(lang) for word in (item.everywhere + item.known).split()}
    return sorted(word for word in words if len(word) >= SHORTEST_MENDED)


@lru_cache(maxsize=4096)
def mended(word: str, lang: str) -> str:
    """The nearest word that can be found; empty where none is near."""
    if len(word) < SHORTEST_MENDED:
        return ""
    alike = [one for one in vocabulary(lang) if one[0] == word[0]]
    return next(iter(get_close_matches(word, alike, n=1, cutoff=ALIKE)), "")


async def search(request: Request) -> Response:
    """The page."""
    page = Page.of(request)
    query = request.query_params.get("q", "").strip()[:LONGEST]
    found = find(query, page.lang)
    return public(
        page, "search.html", query=query, results=found.entries, read_as=found.read_as, suggested=suggested(page.lang)
    )


def suggested(lang: str) -> list[tuple[str, str]]:
    """Where most people go from here: address and title."""
    return [(f"/situations/{slug}", title_of(situations()[slug], lang)) for slug in SUGGESTED]
