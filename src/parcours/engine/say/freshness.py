"""Until when an answer is known to be right, said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from parcours.engine.say.wording import day as said_day
from parcours.law.days import iso, number_of
from parcours.law.freshness import Known, known, later_day
from parcours.law.loader import load
from parcours.text import Text

COVERED = Text(
    "Vérifié pour le jour des soins : {checked}.",
    "Checked for the day of care: {checked}.",
)
LATER = Text(
    "Soins plus récents que ce qui est vérifié ({checked}) : une règle a pu changer depuis.",
    "The care is later than what is checked ({checked}): a rule may have changed since.",
)
VALUES_AND_ARTICLES = Text(
    "valeurs contrôlées le {verified}, articles lus dans leur état du {read}",
    "values checked on {verified}, articles read as they stood on {read}",
)
ARTICLES = Text("articles lus dans leur état du {read}", "articles read as they stood on {read}")
VALUES = Text("valeurs contrôlées le {verified}", "values checked on {verified}")
REPLACED = Text(
    "Une version de l'article {number} commence le {day} ; elle n'a pas été lue.",
    "A version of article {number} starts on {day}; it has not been read.",
)
UNDATED = Text(
    "Une version ultérieure de l'article {number} est annoncée, sans date.",
    "A later version of article {number} is announced, without a date.",
)


@dataclass(frozen=True)
class Replacement:
    """A later version of an article that the answer cites."""

    id: str
    on: str | None
    """Its first day; none when it is not known."""


@dataclass(frozen=True)
class Freshness:
    """Until when an answer is known to be right."""

    known_until: str
    verified_on: str
    """The oldest check of a value it used."""
    articles_read_on: str | None
    """The oldest reading of an article it cites."""
    replaced: tuple[Replacement, ...]
    covers: bool
    """Is the day of care on or before `known_until`?"""
    text: str


@cache
def checked_on() -> int:
    """The day on which the law was checked as a whole."""
    return number_of(load().verified_on)


def later_note(day: int, lang: str) -> dict[str, str]:
    """The note of care later than what was checked, for an answer that is not explained; empty where it is not."""
    return {} if day <= checked_on() else {"later_than_checked": later_than_checked(lang)}


def later_than_checked(lang: str) -> str:
    """That care is later than what was checked."""
    return LATER[lang].format(checked=VALUES[lang].format(verified=said_day(checked_on(), lang)))


def freshness(values: Iterable[str], references: Iterable[str], day: int, lang: str) -> Freshness:
    """How fresh an answer of a day is, from the ids of its values and of its texts."""
    fresh = known(load(), values, references)
    until = number_of(fresh.until)
    return Freshness(
        known_until=iso(until),
        verified_on=fresh.verified_on.isoformat(),
        articles_read_on=iso_of(fresh.read_on),
        replaced=tuple(Replacement(one.id, iso_of(later_day(one))) for one in fresh.replaced),
        covers=day <= until,
        text=" ".join(sentences(fresh, day, lang)),
    )


def iso_of(day: date | None) -> str | None:
    """A day as a program reads it."""
    return day.isoformat() if day else None


def sentences(fresh: Known, day: int, lang: str) -> Iterable[str]:
    """Whether what was checked covers the day of care, and what is known to follow."""
    covered = day <= number_of(fresh.until)
    checks = {"verified": number_of(fresh.verified_on), "read": number_of(fresh.read_on) if fresh.read_on else None}
    told = {name: said_day(on, lang) for name, on in checks.items() if on and (covered or on < day)}
    if told:  # else nothing is older than the care, and the later version of an article is said below
        words = {("verified", "read"): VALUES_AND_ARTICLES, ("verified",): VALUES, ("read",): ARTICLES}[tuple(told)]
        yield (COVERED if covered else LATER)[lang].format(checked=words[lang].format(**told))
    for article in fresh.replaced:
        later = later_day(article)
        if later:
            yield REPLACED[lang].format(number=article.number, day=said_day(number_of(later), lang))
        else:
            yield UNDATED[lang].format(number=article.number)
