"""Reads the law data, checks all of it, and gives the law on a day.

    book = load()
    law = book.on(date(2025, 6, 1))

Everything is validated at load: dates in order, units, references that resolve, no value without a source. An error
names the file, the key and the date.
"""

from functools import cache, lru_cache, partial
from pathlib import Path

from parcours.law import data, tariffs, texts
from parcours.law.book import LawBook
from parcours.law.checks import check
from parcours.law.days import FOLDER, digest_of
from parcours.law.in_use import IN_USE, Change
from parcours.law.shelf import kept_book

SPOKEN = ("levers.yaml", "guides.yaml", "questions.yaml", "sentences.yaml", "why_not.yaml")
"""Files that only sentences read."""


def load(folder: Path = FOLDER) -> LawBook:
    """The law, under the reform in use where there is one. Raises `LawDataError` (file, key, what is wrong)."""
    changes = IN_USE.get()
    return under_reform(folder, changes) if changes else read(folder)


@lru_cache(maxsize=32)
def under_reform(folder: Path, changes: tuple[Change, ...]) -> LawBook:
    """The law under some changes."""
    from parcours.law.reform import apply

    return apply(read(folder), changes)


@cache
def read(folder: Path) -> LawBook:
    """The book of a folder; that of the product is kept between two commands."""
    digest = digest_of(folder)
    build = partial(parsed, folder, digest)
    return kept_book(digest, build) if folder == FOLDER else build()


def parsed(folder: Path, digest: str) -> LawBook:
    """Parse and check every file of the law."""
    files = data.read_all(folder)
    articles = texts.articles(files)
    references = {key: entry.reference() for key, entry in articles.items()} | files.mapping("references.yaml")
    book = LawBook(
        parameters=data.parameters(files),
        consultations=tariffs.consultations(files),
        acts=tariffs.acts(files),
        specialties=data.specialties(files),
        acces_direct=data.acces_direct(files),
        articles=articles,
        references=references,
        sources=files.mapping("sources.yaml") | references,
        readings=data.readings(files),
        codes=files.mapping("codes.yaml"),
        cases=files.mapping("cases.yaml", optional=True),
        gaps=files.mapping("gaps.yaml"),
        glossary=files.mapping("glossary.yaml", optional=True),
        notes=files.mapping("notes.yaml", optional=True),
        spoken={name: files.mapping(name, optional=True) for name in SPOKEN},
        digest=digest,
    )
    check(book)
    return book
