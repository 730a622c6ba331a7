"""Supplements that a day, an hour or a call centre adds to a visit, and other acts on the paper: lawful, and refunded.

The quote settles one act. Where more may be charged than its tariff, the page says what may explain it, with the
amount of the day, and opens the bill with both lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

import yaml

from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError
from parcours.law.bill.book import bill_law
from parcours.law.loader import load
from parcours.law.workdays import SATURDAY, is_sunday_or_holiday
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import text

FILE = Path(__file__).with_name("suggestions.yaml")
GENERALIST = "generaliste"
AT_PRACTICE = frozenset({"CRD", "CRN", "CRM"})
"""Asked for by the call centre, at the practice: not for a visit at home."""
AT_HOME = frozenset({"VRD", "VRN", "VRM", "VRS"})
"""Asked for by the call centre, at home."""
NOT_SENT = frozenset({"F", "MN", "MM", "MHP"})
"""For who comes without a call centre."""
UNCALLED = N_("you went there without calling the 15")
"""What these suppose at a doctor on call, who is seen with or without a call."""
ON_CALL = "permanence_des_soins"
HOME = ("VG", "MD")
"""A general practitioner's visit at home, and its travel."""
ORDINARY = {"fee": "10000"}
"""A price above every tariff: the base is then the tariff."""


@dataclass(frozen=True)
class Supplement:
    """A supplement that may be on the paper: its code, its name, its amount, and the bill with it."""

    code: str
    label: str
    cents: int
    url: str = ""
    explains: bool = False
    """Is it exactly what is above the tariff?"""
    only_if: str = ""
    """What must be so for it to be lawful."""


@cache
def suggestions() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """What is often on the paper, by who made it out: for the quote and for a bill."""
    content: dict[str, dict[str, list[str]]] = yaml.safe_load(FILE.read_text("utf-8"))
    return content


def codes_of(facts: Mapping[str, str | None], day: date) -> Iterator[str]:
    """The supplements to think of: those of the day and, for a doctor on call or in an emergency, of the hours."""
    found = list(hours_of(facts, "sunday")) if is_sunday_or_holiday(day) else []
    if facts.get("special_setting") == ON_CALL or facts.get("urgent") == "true":
        found += any_hour(facts, day)
    yield from dict.fromkeys(found)


def any_hour(facts: Mapping[str, str | None], day: date) -> Iterator[str]:
    """The supplements of the evening and the night, and those of a Saturday on one."""
    names = ("saturday", "evening", "night") if day.weekday() == SATURDAY else ("evening", "night")
    yield from dict.fromkeys(code for name in names for code in hours_of(facts, name))


def hours_of(facts: Mapping[str, str | None], name: str) -> Iterator[str]:
    """What a bill is known to hold for an hour (`suggestions.yaml`), by who made it out, and that no answer denies;
    that a call centre asks for at the practice, for any doctor.
    """
    specialty = facts.get("specialty")
    if facts.get("profession", "medecin") != "medecin" or not specialty:
        return
    own = suggestions()[GENERALIST if specialty == GENERALIST else "medecin"].get(name, ())
    asked_for = (code for code in suggestions()[GENERALIST].get(name, ()) if code in AT_PRACTICE)
    yield from (code for code in dict.fromkeys((*asked_for, *own)) if not denied(code, facts))


def denied(code: str, facts: Mapping[str, str | None]) -> bool:
    """Does an answer exclude a supplement: of a call centre where none sent the patient, or not urgent?"""
    sent = facts.get("special_setting") in (None, ON_CALL)
    urgent = facts.get("urgent") == "true"
    return (not sent and code in AT_PRACTICE | AT_HOME) or (urgent and code == "MHP")


def uncalled(codes: Sequence[str], facts: Mapping[str, str | None]) -> bool:
    """Are these lawful at the doctor on call for who went there without a call only?"""
    return facts.get("special_setting") == ON_CALL and not NOT_SENT.isdisjoint(codes)


def supposed(codes: Sequence[str], facts: Mapping[str, str | None], day: date) -> Iterator[str]:
    """What these supplements take for true that nobody said: a visit at home, who sent the patient, an hour."""
    if not AT_HOME.isdisjoint(codes) or not set(HOME).isdisjoint(codes):
        yield N_("the doctor came to your home")
    setting = facts.get("special_setting")
    if setting != ON_CALL and not (AT_PRACTICE | AT_HOME).isdisjoint(codes):
        yield N_("the 15 or the 116 117 sent you")
    if setting is None and not facts.get("role") and not NOT_SENT.isdisjoint(codes):
        yield N_("no call centre sent you")
    whole_day = {code for name in named_days(day) for code in hours_of(facts, name)} | set(HOME)
    if not whole_day.issuperset(codes):
        night = not set(codes).isdisjoint(hours_of(facts, "night"))
        evening = not set(codes).isdisjoint(hours_of(facts, "evening"))
        yield HOURS[evening, night]


HOURS = {
    (True, False): N_("it was in the evening or early in the morning"),
    (False, True): N_("it was in the middle of the night"),
    (True, True): N_("it was in the evening or at night"),
}


def named_days(day: date) -> tuple[str, ...]:
    """Under which name of `suggestions.yaml` a whole day is."""
    if is_sunday_or_holiday(day):
        return ("sunday",)
    return ("saturday",) if day.weekday() == SATURDAY else ()


def supplements(facts: Mapping[str, str | None], day: date, excess: int, lang: str) -> list[Supplement]:
    """What may be added, at the tariff of the day; where something is in excess, what explains it to the cent first."""
    likely = list(codes_of(facts, day))
    home = HOME[1:] if facts.get("specialty") == GENERALIST else ()
    rare = (*any_hour(facts, day), *home) if excess else ()
    who = who_of(facts)
    costs = {code: tariff(code, day, who) for code in dict.fromkeys((*likely, *rare))}
    found = [
        Supplement(
            code,
            name_of(code, lang),
            cents,
            explains=cents == excess,
            only_if=text(UNCALLED, lang) if uncalled((code,), facts) else "",
        )
        for code, cents in costs.items()
        if cents > 0 and (cents == excess or code in likely)
    ]
    return sorted(found, key=lambda one: not one.explains)


def visit_code(code: str, supplement: str) -> str:
    """The code of the visit that a supplement goes with: the one at home, where it is of a visit at home."""
    return HOME[0] if supplement in AT_HOME or supplement in HOME else code


def ways(facts: Mapping[str, str | None], day: date) -> Iterator[tuple[str, ...]]:
    """The supplements that go together on this day: one for the hour, at home with its travel or without."""
    codes = list(codes_of(facts, day))
    yield from ((code,) for code in codes)
    if codes and facts.get("specialty") == GENERALIST:
        yield HOME[1:]
        yield from ((*HOME[1:], code) for code in codes if code not in AT_PRACTICE)


def who_of(facts: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    """The facts on which the tariff of a supplement depends."""
    return tuple((name, str(facts[name])) for name in ("specialty", "convention", "age") if facts.get(name))


@lru_cache(maxsize=1024)
def tariff(code: str, day: date, who: tuple[tuple[str, str], ...]) -> int:
    """The tariff of a supplement on a day, in cents; 0 where it is not known for these facts."""
    alone = {
        "medecin_traitant": True,
        "role": "medecin_traitant",
        "referral": "none",
        "age": "40",
        "convention": "secteur_1",
    }
    line = {"code": code, **ORDINARY}
    try:
        bill = settle_bill(
            {**alone, **dict(who), "care_date": day.isoformat(), "lines": [{"code": "G", **ORDINARY}, line]}
        )
    except FactError:
        return 0
    return int(bill.settled[-1].settlement.base)


def name_of(code: str, lang: str) -> str:
    """The name of a code."""
    bill = bill_law()
    known = bill.codes.get(code)
    label = known.label if known else load().acts[code].label
    return i18n.label(dict(label), lang)
