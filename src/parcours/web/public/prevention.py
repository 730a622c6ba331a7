"""`/prevention`: an age, a body, and what is due now, what comes next, its price and where. Nothing is kept.

The address holds what was tapped: an age in years or months, and `sex` or the two facts about the body. A birth date,
for exact days, is sent in a form and is in no address.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from parcours.engine.errors import FactError
from parcours.engine.prevention.facts import BODY, PersonFacts, day_of, read_person
from parcours.engine.prevention.say import (
    ASK,
    CERTIFICATE,
    Said,
    Sorted,
    arranged,
    name_of,
    places,
    question_of,
    source_titles,
    tell,
    when,
    who_invites,
)
from parcours.law.days import iso, number_of
from parcours.rules import due
from parcours.text import Text
from parcours.web.forms import sent
from parcours.web.i18n import N_
from parcours.web.pages import PERSONAL, PRIVATE, Page, answer, public, today

AGES = (0, 1, 2, 3, 4, 6, 8, 11, 12, 15, 18, 25, 30, 45, 50, 60, 65, 70, 75, 80)
"""Ages to tap: those at which something starts; any other one is typed."""
OLDEST = 120
LONGEST = 40
MOST_BYTES = 1000
NAMES = frozenset({"age", "months", "birth_date", "sex", *BODY})
MONTHS = 12
SEXES = (("female", N_("A woman")), ("male", N_("A man")), ("prefer_not_to_say", N_("I prefer not to say")))
SECTIONS = (
    ("now", N_("Due now")),
    ("to_answer", N_("One question first")),
    ("following", N_("Next")),
    ("if_you_wish", N_("If you wish")),
)
AN_AGE = Text("un nombre de 0 à 120", "a number from 0 to 120")


@dataclass(frozen=True)
class Line:
    """One programme as the page shows it."""

    id: str
    name: str
    what: str
    when: str
    compulsory: bool
    price: str
    rest: list[str]
    """What is left besides."""
    free: bool
    where: str
    invites: str
    certificate: str
    question: str
    fact: str
    """The name of the fact that its question asks."""
    sources: list[str]
    confidence: str


async def prevention(request: Request) -> Response:
    """The page: by its address, or by what a form sends."""
    page = Page.of(request)
    said = await sent(request, MOST_BYTES) if request.method == "POST" else page.query
    given = {name: value.strip()[:LONGEST] for name, value in said if value.strip() and name in NAMES}
    if request.method == "GET":
        given.pop("birth_date", None)
    if not given:
        return public(page, "prevention.html", **asking(given))
    try:
        person = person_of(given, today())
    except FactError as error:
        return answer(page, "prevention.html", 400, PERSONAL, **{**asking(given), "error": error.said(page.lang)})
    if person is None:
        return answer(page, "prevention.html", 200, PRIVATE, **asking(given))
    exact = "birth_date" in given
    calendar = arranged(tell(person, today()), today())
    values = {**asking(given), "asked": False, "exact": exact, "sections": sections(calendar, page.lang, exact=exact)}
    return answer(page, "prevention.html", 200, PERSONAL if exact else PRIVATE, **{**values, "ask": ASK[page.lang]})


def asking(given: dict[str, str]) -> dict[str, Any]:
    """What the two taps need."""
    return {
        "given": given, "ages": AGES, "sexes": SEXES, "asked": True, "error": "", "sections": [], "exact": False,
        "ask": "", "facts": {need.name.lower(): name for name, need in BODY.items()},
    }  # fmt: skip


def person_of(given: dict[str, str], on: date) -> PersonFacts | None:
    """The person of an address; None until age and body are both said. Raises `FactError`."""
    if not ({"age", "months", "birth_date"} & given.keys()):
        return None
    facts = {name: given[name] for name in ("sex", *BODY) if name in given}
    birth = birth_of(given, on)
    person = read_person({"birth_date": birth, **facts}, on)
    return person if facts else None


def birth_of(given: dict[str, str], on: date) -> date:
    """The birth date, or one of somebody who reaches that age today."""
    if "birth_date" in given:
        return day_of("birth_date", given["birth_date"], AN_AGE)
    months = counted("months", given) if "months" in given else MONTHS * counted("age", given)
    return date.fromisoformat(iso(due.months_after(number_of(on), -months)))


def counted(name: str, given: dict[str, str]) -> int:
    """An age as a whole number."""
    text = given[name]
    if not (text.isascii() and text.isdigit() and int(text) <= OLDEST):
        raise FactError(name, text, AN_AGE)
    return int(text)


def sections(calendar: Sorted, lang: str, *, exact: bool) -> list[tuple[str, str, list[Line]]]:
    """What the page lists, in its order; empty sections but the first are left out."""
    found = [
        (name, title, [line(said, lang, exact=exact) for said in getattr(calendar, name)]) for name, title in SECTIONS
    ]
    return [one for one in found if one[2] or one[0] == "now"]


def line(said: Said, lang: str, *, exact: bool) -> Line:
    """One programme; from an age alone, its days are not those of the person, and are left out."""
    item, entry = said.item, said.item.programme
    question = question_of(item)
    return Line(
        id=entry.id,
        name=name_of(item, lang),
        what=entry.what[lang] if entry.what else "",
        when=when(item, lang) if exact else "",
        compulsory=said.compulsory,
        price=said.price.tag[lang],
        rest=[one[lang] for one in said.price.rest],
        free=said.price.free,
        where=places(item, lang),
        invites=who_invites(item)[lang] if entry.group.id == "screening" else "",
        certificate=CERTIFICATE[lang] if entry.certificate else "",
        question=question[lang] if question else "",
        fact=item.question,
        sources=source_titles(item),
        confidence=item.version.confidence if item.version else "",
    )
