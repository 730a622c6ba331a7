"""Words of the field inside sentences: the first time one appears on a page, it carries its explanation."""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from markupsafe import Markup, escape

from parcours.law.loader import load
from parcours.web import i18n

ORDINARY = frozenset(
    {
        "age",
        "act",
        "rate",
        "fee",
        "role",
        "patient",
        "status",
        "quantity",
        "contract",
        "profession",
        "specialty",
        "professional_id",
        "patient_id",
        "care_date",
        "reimbursement_date",
        "birth_date",
        "away",
        "lecture",
        "lacune",
        "plafond",
        "garantie",
        "assure",
        "drug_class",
        "special_setting",
        "convention",
        "declaration",
        "coefficient",
    }
)
"""Terms that are plain words: explaining them in every sentence would be noise."""


@cache
def terms(lang: str) -> dict[str, str]:
    """Term in lower case -> id of its glossary entry: the French name in both languages, and the language's own."""
    found: dict[str, str] = {}
    for id_, entry in load().glossary.items():
        if id_ in ORDINARY:
            continue
        for code in (lang, "fr"):
            found.setdefault(i18n.typography(entry[code]["term"], lang).lower(), id_)
    return found


@cache
def pattern(lang: str) -> re.Pattern[str]:
    """Any term as whole words, the longest first."""
    names = sorted(terms(lang), key=len, reverse=True)
    return re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(name) for name in names) + r")(?![\w-])", re.IGNORECASE)


@lru_cache(maxsize=8_192)
def found_in(text: str, lang: str) -> tuple[tuple[int, int, str], ...]:
    """Where a sentence names a term, and the id of its entry. Kept: most sentences of the pages come again."""
    known = terms(lang)
    return tuple((*match.span(), known[match[0].lower()]) for match in pattern(lang).finditer(text))


class Glosses:
    """Explains each term once a page."""

    def __init__(self, lang: str, url: Callable[..., str]) -> None:
        self.lang, self.url = lang, url
        self.explained: set[str] = set()

    def __call__(self, text: str) -> Markup:
        """A sentence as HTML, its new terms linked to their explanation."""
        text = i18n.typography(text, self.lang)
        parts: list[Markup] = []
        start = 0
        for first, after, id_ in found_in(text, self.lang):
            if id_ in self.explained:
                continue
            self.explained.add(id_)
            parts += [escape(text[start:first]), self.term(id_, text[first:after])]
            start = after
        return Markup().join([*parts, escape(text[start:])])

    def term(self, id_: str, shown: str) -> Markup:
        """A term with its explanation on hover or focus, and its place in the glossary."""
        text = i18n.typography(load().glossary[id_][self.lang]["text"], self.lang)
        return Markup(
            '<span class="tip"><a href="{url}" aria-describedby="word-{id}">{shown}</a>'
            '<span class="tip-text" role="tooltip" id="word-{id}">{text}</span></span>'
        ).format(url=self.url("/glossary", fragment=id_), id=id_, shown=shown, text=text)
