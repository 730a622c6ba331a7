"""What is said of a value that is refused or unlikely: a plain sentence beside its field, in the words of the page."""

from dataclasses import dataclass
from datetime import date, timedelta

from parcours.contracts.refused import how_to_write
from parcours.engine.errors import FactError, UnknownName
from parcours.engine.facts.vocabulary import BY_NAME, LEFT_ON, OLDEST
from parcours.law.cache import flat_law
from parcours.law.loader import load
from parcours.text import euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import text, today
from parcours.web.quote.state import OF_MONEY

OF_DAYS = frozenset(name for name, fact in BY_NAME.items() if fact.kind == "date")
LONGEST = 60
UNLIKELY_AGE = 105
UNLIKELY_FEE = 1_000_00
UNLIKELY_WAIT = timedelta(days=550)
"""A visit further away than that is rarely booked."""


@dataclass(frozen=True)
class Wrong:
    """A refused value: its fact, what was written, what to write."""

    fact: str
    given: str
    text: str


def wrong_of(error: FactError, given: str, lang: str) -> Wrong:
    """The plain sentence about a refused fact."""
    fact = error.field.split(".")[0]
    if fact == "contract" and not given.startswith("{"):
        return Wrong(fact, given, i18n.set_once(how_to_write(given)[lang], lang))
    return Wrong(fact, given, sentence(fact, error, lang))


def unread(error: UnknownName, lang: str) -> str:
    """That an address says what is no fact, and what may be meant."""
    name = error.field[:LONGEST]
    if error.near:
        words = N_("“{name}” in this address is no fact of a visit. Is it “{near}”?")
        return text(words, lang, name=name, near=error.near)
    return text("“{name}” in this address is no fact of a visit: take it out.", lang, name=name)


def sentence(fact: str, error: FactError, lang: str) -> str:
    """How to write it instead."""
    if isinstance(error, UnknownName):
        return unread(error, lang)
    if fact == "age":
        return text("Enter an age between 0 and {oldest}, in whole years.", lang, oldest=OLDEST)
    if fact in OF_MONEY:
        return text("Enter an amount in euros, such as 60 or 25.50.", lang)
    if fact == "care_date":
        first = date.fromisoformat(first_day())
        return text("Choose a day from {first} on: the law before it is not known here.", lang, first=said(first, lang))
    if fact in OF_DAYS:
        named = N_("The day your médecin traitant left: enter a day that exists, not after the visit.")
        return text(named if fact == LEFT_ON else N_("Enter a day that exists, not after the visit."), lang)
    if fact in ("specialty", "profession"):
        return text("Choose who you are seeing among the answers below.", lang)
    if fact in BY_NAME and BY_NAME[fact].kind in ("code", "boolean"):
        return text("This answer does not exist: choose one of those below.", lang)
    return i18n.set_once(error.said(lang) if fact in BY_NAME else error.message[lang], lang)


def first_day() -> str:
    """The first day of known law, YYYY-MM-DD."""
    number = str(flat_law().default.first_days[0])
    return f"{number[:4]}-{number[4:6]}-{number[6:]}"


def said(day: date, lang: str) -> str:
    """A day in words."""
    return i18n.long_date(day, lang)


def unlikely(given: dict[str, str | None], sure: frozenset[str], day: date, fee: int | None, lang: str) -> Wrong | None:
    """A value that is possible and that few people mean: asked once, as "are you sure?"."""
    age = given.get("age")
    if age and age.isdecimal() and int(age) >= UNLIKELY_AGE and "age" not in sure:
        return Wrong("age", age, text("You entered an age of {age} years. Is it right?", lang, age=age))
    if fee is not None and fee >= UNLIKELY_FEE and "fee" not in sure:
        return Wrong(
            "fee", str(given["fee"]), text("You entered a price of {fee}. Is it right?", lang, fee=euros(fee, lang))
        )
    if day > today() + UNLIKELY_WAIT and "care_date" not in sure:
        words = N_("You chose {day}, which is far away. Is it right?")
        return Wrong("care_date", day.isoformat(), text(words, lang, day=said(day, lang)))
    return None


def notice(day: date, lang: str) -> str:
    """What a day in the future changes to the answer; nothing for another day."""
    if day <= today():
        return ""
    words = N_("This day is still to come: the answer follows the law known on {checked}, which may change before.")
    return text(words, lang, checked=said(load().verified_on, lang))
