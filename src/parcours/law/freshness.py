"""Until when the law data is known to be right: when each entry was checked, and what is already known to follow.

A value is as sure as the day it was last checked; an article, as the day of the state of its code that was read, and no
longer than the day before a version that is already announced.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from parcours.law.book import LawBook
from parcours.law.data import Parameter
from parcours.law.dependents import Dependents, dependents
from parcours.law.tariffs import ActEntry, Consultation
from parcours.law.texts import Article

ACTS, CONSULTATIONS = "tariffs/acts.", "tariffs/consultations."


@dataclass(frozen=True)
class Known:
    """How fresh what an answer used is."""

    verified_on: date
    """The oldest check of a value."""
    read_on: date | None
    """The oldest reading of an article; none where no article of a followed code was used."""
    replaced: tuple[Article, ...]
    """Articles of which a later version is known."""

    @property
    def until(self) -> date:
        """The last day on which all of it is known to be right."""
        ends = (later_day(article) for article in self.replaced)
        return min([self.verified_on, self.read_on or self.verified_on, *(end - ONE_DAY for end in ends if end)])


ONE_DAY = timedelta(days=1)


def later_day(article: Article) -> date | None:
    """First day of a later version, where it is known."""
    return None if article.replaced_on == date.max else article.replaced_on


@dataclass(frozen=True)
class Stale:
    """An entry that is no longer known to be right on a day."""

    kind: str
    """parameter, tariff or article."""
    id: str
    checked_on: date
    replaced_on: date | None
    """First day of the later version; `date.max` when its day is not known."""
    dependents: Dependents | None
    """What rests on an article."""


def entry_of(book: LawBook, id_: str) -> Parameter | ActEntry | Consultation:
    """A parameter or a tariff, by the id an explanation gives it."""
    if id_.startswith(ACTS):
        return book.acts[id_.removeprefix(ACTS)]
    if id_.startswith(CONSULTATIONS):
        return book.consultations[id_.removeprefix(CONSULTATIONS).split(".")[0]]
    return book.parameters[id_]


def known(book: LawBook, values: Iterable[str], references: Iterable[str]) -> Known:
    """How fresh the values of an answer are, with the texts they rest on and those it cites."""
    entries = [entry_of(book, id_) for id_ in values]
    cited = dict.fromkeys([*references, *(id_ for entry in entries for id_ in entry.references)])
    articles = [book.articles[id_] for id_ in cited if id_ in book.articles]
    return Known(
        verified_on=min((entry.verified_on for entry in entries), default=book.verified_on),
        read_on=min((article.read_on for article in articles if article.read_on), default=None),
        replaced=tuple(article for article in articles if article.replaced_on),
    )


def stale(book: LawBook, day: date, months: int) -> Iterator[Stale]:
    """What was checked too long before a day, and the articles of which a later version is in force or undated."""
    limit = months_before(day, months)
    for id_, parameter in book.parameters.items():
        if parameter.verified_on < limit:
            yield Stale("parameter", id_, parameter.verified_on, None, None)
    tariffs: dict[str, Consultation | ActEntry] = {**book.consultations, **book.acts}
    for key, tariff in tariffs.items():
        if tariff.verified_on < limit:
            yield Stale("tariff", key, tariff.verified_on, None, None)
    rests = dependents(book)
    for id_, article in book.articles.items():
        later, read_on = later_day(article), article.read_on
        replaced = article.replaced_on is not None and (later is None or later <= day)
        if read_on and (replaced or read_on < limit):
            yield Stale("article", id_, read_on, article.replaced_on if replaced else None, rests[id_])


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last one of that month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - ONE_DAY).day
    return date(year, month + 1, min(day.day, last))
