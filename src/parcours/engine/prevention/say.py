"""A calendar as programs and people read it: what is due now, what comes next, what was done, with price and place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from parcours.engine.prevention.calendar import REASONS, Item, calendar, compulsory, dose_days
from parcours.engine.prevention.facts import PersonFacts
from parcours.engine.prevention.price import Price, price_of
from parcours.engine.results import euros
from parcours.engine.say.wording import day as day_text
from parcours.law.days import number_of
from parcours.law.prevention.book import prevention_law
from parcours.law.prevention.codes import DueKind, DueState, ScreeningTest
from parcours.text import OR, Text, listed, text_of

SOON_YEARS = 5
"""How far ahead a page looks for what comes next."""
STATES = {
    DueState.NOT_CONCERNED: Text("ne vous concerne pas", "does not concern you"),
    DueState.EXCLUDED: Text("mis de côté", "set aside"),
    DueState.UNKNOWN: Text("à préciser", "to be answered"),
    DueState.UPCOMING: Text("à venir", "coming"),
    DueState.DUE: Text("à faire", "due"),
    DueState.OVERDUE: Text("en retard", "overdue"),
    DueState.DONE: Text("fait", "done"),
    DueState.REFUSED: Text("refusé", "refused"),
    DueState.CLOSED: Text("passé", "over"),
    DueState.NOT_YET_LAW: Text("pas encore en vigueur", "not yet in force"),
}
TESTS = {
    ScreeningTest.CYTOLOGY: Text("cytologie, ou frottis", "cytology, or smear"),
    ScreeningTest.HPV: Text("test HPV", "HPV test"),
}
SINCE_BY = Text("depuis le {since}, jusqu'au {by}", "since {since}, until {by}")
UNTIL = Text("jusqu'au {by}", "until {by}")
SINCE = Text("depuis le {since}", "since {since}")
OPENS = Text("à partir du {since}", "from {since}")
DONE = Text("fait le {done}", "done on {done}")
DONE_NEXT = Text("fait le {done}, la prochaine fois le {following}", "done on {done}, next on {following}")
DONE_LAST = Text("fait le {done}, plus rien à prévoir", "done on {done}, nothing more to plan")
DOSE = Text("dose {number} sur {count}", "dose {number} of {count}")
INVITED = Text("L'assurance maladie vous invite.", "The health insurance invites you.")
NOBODY_INVITES = Text("Personne ne vous invite : prenez rendez-vous.", "Nobody invites you: make an appointment.")
CERTIFICATE = Text(
    "Le médecin remet un certificat, envoyé à la PMI.", "The doctor writes a certificate, sent to the PMI."
)
ASK = Text(
    "Pour les vaccins, c'est qui vous vaccine qui décide : médecin, sage-femme, infirmier ou pharmacien.",
    "For vaccines, who vaccinates you decides: doctor, midwife, nurse or pharmacist.",
)


@dataclass(frozen=True)
class Said:
    """An item with its price."""

    item: Item
    price: Price
    doses: tuple[date, ...]
    compulsory: bool


@dataclass(frozen=True)
class Sorted:
    """A calendar as a page shows it."""

    now: tuple[Said, ...]
    to_answer: tuple[Said, ...]
    following: tuple[Said, ...]
    done: tuple[Said, ...]
    if_you_wish: tuple[Said, ...]


def tell(person: PersonFacts, on: date, readings: Mapping[str, str] | None = None) -> list[Said]:
    """Every item of a person's calendar with its price."""
    return [
        Said(item, price_of(item, person, on), tuple(dose_days(item, person)), compulsory(item.programme, person))
        for item in calendar(person, on, readings)
    ]


def arranged(all_said: Iterable[Said], on: date) -> Sorted:
    """What is due first (late first, then by last day), what to answer, what comes soon, what was done."""
    kept: dict[str, list[Said]] = {name: [] for name in Sorted.__annotations__}
    for said in all_said:
        kept.get(place(said.item, on), []).append(said)
    kept["now"].sort(key=lambda one: (one.item.state is not DueState.OVERDUE, not one.compulsory,
                                      one.item.by or date.max))  # fmt: skip
    kept["following"].sort(key=lambda one: one.item.opens or date.max)
    return Sorted(**{name: tuple(found) for name, found in kept.items()})


def place(item: Item, on: date) -> str:
    """Where a page puts an item; nowhere when it says nothing useful today."""
    horizon = on.replace(year=on.year + SOON_YEARS, day=min(on.day, 28))
    if item.state in (DueState.DUE, DueState.OVERDUE):
        return "if_you_wish" if item.programme.optional else "now"
    if item.state is DueState.UNKNOWN:
        return "to_answer" if item.since is None or item.since < horizon else ""
    if item.state is DueState.UPCOMING and item.since and item.since < horizon:
        return "following"
    if item.state is DueState.DONE:
        return "following" if item.following and item.following < horizon else "done"
    return ""


def when(item: Item, lang: str) -> str:
    """The days of an item, in words."""
    words = {
        name: day_text(number_of(value), lang)
        for name, value in (
            ("since", item.since), ("by", item.by), ("done", item.done), ("following", item.following),
        )
        if value is not None
    }  # fmt: skip
    if item.state is DueState.UPCOMING:
        return OPENS[lang].format(**words)
    if item.state is DueState.DONE:
        template = DONE_NEXT if item.following else DONE_LAST if item.programme.kind is DueKind.REPEATED else DONE
        return template[lang].format(**words)
    if item.state in (DueState.DUE, DueState.OVERDUE):
        late = item.state is DueState.OVERDUE or item.done is not None
        template = SINCE_BY if late and item.by else UNTIL if item.by else SINCE
        return template[lang].format(**words)
    return REASONS[item.reason][lang] if item.reason else ""


def name_of(item: Item, lang: str) -> str:
    """The programme, with its test or its dose."""
    name = item.programme.label[lang]
    if item.test:
        name += f" ({TESTS[item.test][lang]})"
    doses = item.programme.kind is DueKind.DOSES and item.slots > 1
    if doses and item.state in (DueState.DUE, DueState.OVERDUE, DueState.UPCOMING):
        name += ", " + DOSE[lang].format(number=item.slot + 1, count=item.slots)
    return name


def places(item: Item, lang: str) -> str:
    """Where one goes."""
    law = prevention_law()
    return listed([law.places[key][lang] for key in item.programme.where], lang, OR)


def who_invites(item: Item) -> Text:
    """Who sends the invitation, said as it is."""
    return INVITED if item.programme.invited_by == "fund" else NOBODY_INVITES


def question_of(item: Item) -> Text | None:
    """What is asked, where something is."""
    return prevention_law().questions[item.question] if item.question else None


def item_dict(said: Said, lang: str) -> dict[str, Any]:
    """One item as a JSON object: amounts in euros, rates in basis points, days in ISO."""
    item, entry = said.item, said.item.programme
    question = question_of(item)
    return {
        "programme": entry.id,
        "group": entry.group.id,
        "label": name_of(item, lang),
        "state": item.state.name.lower(),
        "reason": item.reason or None,
        "question": item.question or None,
        "question_text": question[lang] if question else None,
        "due_on": iso_of(item.since if item.state in (DueState.DUE, DueState.OVERDUE) else item.opens),
        "since": iso_of(item.since if item.state in (DueState.DUE, DueState.OVERDUE) else None),
        "by": iso_of(item.by if item.state is not DueState.UPCOMING else None),
        "opens": iso_of(item.opens),
        "done_on": iso_of(item.done),
        "next_on": iso_of(item.following),
        "until": iso_of(item.until),
        "in_range": item.in_range,
        "confirmed": not item.proposed,
        "test": item.test.name.lower() if item.test else None,
        "valid_doses": item.doses if entry.kind is DueKind.DOSES else None,
        "doses_due_on": [one.isoformat() for one in said.doses],
        "price": price_dict(said.price, lang),
        "where": [prevention_law().places[key][lang] for key in entry.where],
        "invited_by": entry.invited_by,
        "certificate": entry.certificate,
        "compulsory": said.compulsory,
        "optional": entry.optional,
        "sensitive": entry.sensitive,
        "references": list(entry.references),
        "sources": list(item.version.sources) if item.version else [],
        "confidence": item.version.confidence if item.version else entry.versions[-1].confidence,
        "verified_on": entry.verified_on.isoformat(),
    }


def price_dict(price: Price, lang: str) -> dict[str, Any]:
    """A price as a JSON object."""
    return {
        "text": price.said[lang],
        "free": price.free,
        "rate": price.rate,
        "fee": None if price.fee is None else euros(price.fee),
        "patient": None if price.patient is None else euros(price.patient),
        "advance": None if price.advance is None else euros(price.advance),
    }


def iso_of(day: date | None) -> str | None:
    """A day in ISO."""
    return None if day is None else day.isoformat()


def calendar_dict(all_said: Iterable[Said], on: date, lang: str) -> dict[str, Any]:
    """A calendar as a JSON object."""
    return {"on": on.isoformat(), "items": [item_dict(said, lang) for said in all_said]}


def source_titles(item: Item) -> list[str]:
    """Where a version was read."""
    law = prevention_law()
    titles = [law.sources[key]["title"] for key in (item.version.sources if item.version else ())]
    return [text_of(title)["fr"] for title in titles]
