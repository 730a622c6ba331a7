"""Supplements that a day, an hour or a call centre adds to a visit, and other acts on the paper: lawful, and refunded.

The quote settles one act. Where more may be charged than its tariff, the page says what may explain it, with the
amount of the day, and opens the bill with both lines.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError
from parcours.law.bill.book import bill_law
from parcours.law.loader import load
from parcours.law.workdays import is_sunday_or_holiday
from parcours.web import i18n

ON_CALL = {"sunday": ("CRD", "VRD"), "other": ("CRN", "CRM", "VRN", "VRM")}
"""Asked for by the call centre: at the practice, at home."""
AT_HOME = ("VRD", "VRN", "VRM")
ALONE = {"sunday": ("F",), "other": ("MN", "MM")}
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


def codes_of(facts: Mapping[str, str | None], day: date) -> Iterator[str]:
    """The supplements to think of: those of the day, and of a doctor on call."""
    if facts.get("profession", "medecin") != "medecin" or not facts.get("specialty"):
        return
    when = "sunday" if is_sunday_or_holiday(day) else "other"
    if facts.get("special_setting") == "permanence_des_soins":
        yield from ON_CALL[when]
    elif when == "sunday":
        yield from (*ON_CALL[when], *ALONE[when])
    elif facts.get("urgent") == "true":
        yield from ALONE[when]


def supplements(facts: Mapping[str, str | None], day: date, excess: int, lang: str) -> list[Supplement]:
    """What may be added, at the tariff of the day; where something is in excess, what explains it to the cent first."""
    codes = list(codes_of(facts, day))
    if excess and facts.get("specialty") == "generaliste":
        codes += [code for code in (*ON_CALL["sunday"], *ON_CALL["other"], *ALONE["other"]) if code not in codes]
    who = who_of(facts)
    found = [Supplement(code, name_of(code, lang), cents) for code in codes if (cents := tariff(code, day, who)) > 0]
    exact = [one for one in found if one.cents == excess]
    likely = set(codes_of(facts, day))
    return [
        replace(one, explains=one in exact)
        for one in sorted(found, key=lambda one: one.cents != excess)
        if one in exact or one.code in likely
    ]


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
