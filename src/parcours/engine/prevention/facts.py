"""What people say of a person for prevention: birth, body, what was done, excluded, refused; a pregnancy.

A fact that is not known is None; one that the person prefers not to say is remembered as such, and not asked again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from parcours.engine.errors import FactError, MissingFact, UnknownName
from parcours.law.prevention.book import EXCLUSIONS, prevention_law
from parcours.law.prevention.codes import Need, ScreeningTest
from parcours.text import Text, same

UNSAID = "prefer_not_to_say"
SEXES = ("female", "male", "unknown", UNSAID)
SCOPES = ("this_time", "this_programme", "all")
SOURCES = ("claim", "professional", "patient_says", "imported")
TESTS = tuple(test.name.lower() for test in ScreeningTest if test)
BODY = {"has_breast_tissue": Need.BREAST_TISSUE, "has_cervix": Need.CERVIX}
YES_NO = ("immunosuppressed", "heart_or_lung_disease")
NAMES = ("birth_date", "sex", *BODY, *YES_NO, "done", "excluded", "refused", "pregnancy")
A_DAY = Text("une date (AAAA-MM-JJ)", "a day (YYYY-MM-DD)")
NOT_LATER = Text("une date qui n'est pas à venir", "a day that is not to come")
A_LIST = Text("une liste d'objets", "a list of objects")
AN_OBJECT = Text("un objet", "an object")
TRUE_FALSE = Text("true, false, ou prefer_not_to_say", "true, false, or prefer_not_to_say")
EARLIEST = date(1880, 1, 1)
LATEST = date(2200, 1, 1)
MOST = 500
"""Acts of one person."""


@dataclass(frozen=True)
class Done:
    """An act done for a programme: its day and who says so; never a result."""

    programme: str
    on: date
    test: ScreeningTest = ScreeningTest.ANY
    source: str = "patient_says"


@dataclass(frozen=True)
class Exclusion:
    """Why a programme does not fit somebody, and until when."""

    programme: str
    reason: str
    until: date | None = None


@dataclass(frozen=True)
class Refusal:
    """What somebody does not want, and for how long."""

    programme: str
    """`all`: every programme."""
    until: date | None = None


@dataclass(frozen=True)
class Pregnancy:
    """A pregnancy by its declared first day; `lost`: nothing is said of it any more."""

    started_on: date
    expected_on: date | None = None
    birth_on: date | None = None
    lost: bool = False


@dataclass(frozen=True)
class PersonFacts:
    """One person, as prevention needs to know them."""

    birth_date: date
    body: Mapping[Need, bool | None] = field(default_factory=dict)
    unsaid: frozenset[Need] = frozenset()
    """Facts about the body that the person prefers not to say."""
    proposed: frozenset[Need] = frozenset()
    """Facts that the civil sex alone proposes."""
    holds: frozenset[str] = frozenset()
    done: tuple[Done, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    refused: tuple[Refusal, ...] = ()
    pregnancy: Pregnancy | None = None


def read_person(given: Mapping[str, Any], on: date) -> PersonFacts:
    """What was said of a person, checked. Raises `FactError` with the field."""
    for name in given:
        if name not in NAMES:
            raise UnknownName(str(name), given[name], NAMES)
    birth = day_of("birth_date", given.get("birth_date"), Text("la date de naissance", "the birth date"))
    if not EARLIEST <= birth <= on:
        raise FactError("birth_date", birth, Text(f"un jour du {EARLIEST} au {on}", f"a day from {EARLIEST} to {on}"))
    sex = choice("sex", given.get("sex", "unknown"), SEXES)
    body, unsaid, proposed = body_of(given, sex)
    return PersonFacts(
        birth_date=birth,
        body=body,
        unsaid=unsaid,
        proposed=proposed,
        holds=frozenset(name for name in YES_NO if truth(name, given.get(name))),
        done=tuple(sorted((done_of(one, on) for one in objects("done", given)), key=lambda one: one.on)),
        excluded=tuple(exclusion_of(one) for one in objects("excluded", given)),
        refused=tuple(refusal_of(one) for one in objects("refused", given)),
        pregnancy=pregnancy_of(given.get("pregnancy")),
    )


def body_of(given: Mapping[str, Any], sex: str) -> tuple[dict[Need, bool | None], frozenset[Need], frozenset[Need]]:
    """What is known of the body: what was said; else what the civil sex proposes; else nothing."""
    body: dict[Need, bool | None] = {}
    unsaid, proposed = set(), set()
    for name, need in BODY.items():
        value = given.get(name)
        if value == UNSAID or (value is None and sex == UNSAID):
            body[need] = None
            unsaid.add(need)
        elif value is not None:
            body[need] = truth(name, value)
        elif sex in ("female", "male"):
            body[need] = sex == "female"
            proposed.add(need)
        else:
            body[need] = None
    return body, frozenset(unsaid), frozenset(proposed)


def objects(name: str, given: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """A list of objects."""
    value = given.get(name) or []
    if not isinstance(value, list) or len(value) > MOST or not all(isinstance(one, Mapping) for one in value):
        raise FactError(name, type(value).__name__, A_LIST)
    return value


def done_of(one: Mapping[str, Any], on: date) -> Done:
    """An act that was done, not later than the day asked."""
    only("done", one, ("programme", "on", "test", "source"))
    day = day_of("done.on", one.get("on"), A_DAY)
    if not EARLIEST <= day <= max(on, date.today()):  # noqa: DTZ011 - a day to come is refused, whatever the zone
        raise FactError("done.on", day, NOT_LATER)
    return Done(
        programme=programme("done.programme", one.get("programme")),
        on=day,
        test=ScreeningTest[choice("done.test", one.get("test", "any"), ("any", *TESTS)).upper()],
        source=choice("done.source", one.get("source", "patient_says"), SOURCES),
    )


def exclusion_of(one: Mapping[str, Any]) -> Exclusion:
    """A reason for which a programme does not fit."""
    only("excluded", one, ("programme", "reason", "until"))
    until = None if one.get("until") is None else day_of("excluded.until", one["until"], A_DAY)
    name = programme("excluded.programme", one.get("programme"))
    return Exclusion(name, choice("excluded.reason", one.get("reason"), EXCLUSIONS), until)


def refusal_of(one: Mapping[str, Any]) -> Refusal:
    """A refusal, of one programme or of all."""
    only("refused", one, ("programme", "until"))
    until = None if one.get("until") is None else day_of("refused.until", one["until"], A_DAY)
    name = one.get("programme", "all")
    return Refusal(name if name == "all" else programme("refused.programme", name), until)


def pregnancy_of(given: Any) -> Pregnancy | None:
    """A pregnancy; its first day is declared, never computed in silence."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise FactError("pregnancy", type(given).__name__, AN_OBJECT)
    only("pregnancy", given, ("started_on", "expected_on", "birth_on", "lost"))
    started = day_of("pregnancy.started_on", given.get("started_on"), A_DAY)
    expected, birth = (
        None if given.get(name) is None else day_of(f"pregnancy.{name}", given[name], A_DAY)
        for name in ("expected_on", "birth_on")
    )
    for name, later in (("expected_on", expected), ("birth_on", birth)):
        if later is not None and later < started:
            raise FactError(f"pregnancy.{name}", later, Text(f"après le {started}", f"after {started}"))
    return Pregnancy(started, expected, birth, bool(truth("pregnancy.lost", given.get("lost"))))


def only(field_name: str, given: Mapping[str, Any], names: Sequence[str]) -> None:
    """Refuse a name that is not of an object."""
    for name in given:
        if name not in names:
            raise UnknownName(str(name), given[name], names, f"{field_name}.")


def programme(field_name: str, given: Any) -> str:
    """The id of a programme."""
    known = tuple(prevention_law().programmes)
    if not isinstance(given, str) or given not in known:
        raise UnknownName(str(given), given, known, f"{field_name} ")
    return given


def choice(name: str, given: Any, allowed: Sequence[str]) -> str:
    """One of a closed list."""
    if not isinstance(given, str) or given not in allowed:
        raise FactError(name, given, same(", ".join(allowed)))
    return given


def truth(name: str, given: Any) -> bool | None:
    """True, false, or None where it is not known or not said."""
    words = {"true": True, "yes": True, "false": False, "no": False, UNSAID: None, "unknown": None}
    if given is None or isinstance(given, bool):
        return given
    if isinstance(given, str) and given in words:
        return words[given]
    raise FactError(name, given, TRUE_FALSE)


def day_of(name: str, given: Any, allowed: Text) -> date:
    """A day, as a date or as text."""
    if given is None:
        raise MissingFact(name, allowed)
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    try:
        day = date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise FactError(name, given, A_DAY) from error
    if not EARLIEST <= day <= LATEST:
        raise FactError(name, given, Text(f"un jour du {EARLIEST} au {LATEST}", f"a day from {EARLIEST} to {LATEST}"))
    return day
