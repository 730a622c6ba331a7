"""The fields of the page of a bill: how each is called and filled, and what stands beside it when it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from parcours.engine.bill.prices import EMERGENCIES
from parcours.engine.errors import FactError, MissingFact, UnknownTariff
from parcours.law.bill.book import Code, bill_law
from parcours.web import i18n
from parcours.web.bill.view import Field
from parcours.web.i18n import N_
from parcours.web.pages import text

MONEY, NUMBER, TEXT, SELECT, DATE = "money", "number", "text", "select", "date"
KINDS: Mapping[str, tuple[str, str, str]] = {
    "fee": (N_("Price asked"), MONEY, "€"),
    "base": (N_("Base printed"), MONEY, "€"),
    "price": (N_("Price of the box, without its fee"), MONEY, "€"),
    "generic_price": (N_("Price of the dearest generic"), MONEY, "€"),
    "max_price": (N_("Highest price of 100% Santé"), MONEY, "€"),
    "daily_tariff": (N_("Price of a day"), MONEY, "€"),
    "quantity": (N_("How many"), NUMBER, ""),
    "coefficient": (N_("Coefficient"), NUMBER, ""),
    "distance_km": (N_("Distance, there and back"), NUMBER, "km"),
    "shared_with": (N_("Patients on board"), NUMBER, ""),
    "tooth": (N_("Tooth"), NUMBER, ""),
    "association": (N_("Association code"), NUMBER, ""),
    "age": (N_("Age of the patient"), NUMBER, ""),
    "rate_class": (N_("Rate printed"), SELECT, ""),
    "pack": (N_("Pack"), SELECT, ""),
    "generic": (N_("Generic"), SELECT, ""),
    "exemption": (N_("Zone of the prescription"), SELECT, ""),
    "zone": (N_("Zone"), SELECT, ""),
    "departement": (N_("Département"), SELECT, ""),
    "heavy_act": (N_("A costly act during the stay"), SELECT, ""),
    "at": (N_("Hour"), SELECT, ""),
    "care_date": (N_("Day of the care"), DATE, ""),
    "entry": (N_("Entry"), DATE, ""),
    "exit": (N_("Exit"), DATE, ""),
}
"""Name in the vocabulary -> its label, how it is filled, its unit."""
OPTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "rate_class": (("65", "65 %"), ("100", "100 %"), ("30", "30 %"), ("15", "15 %")),
    "pack": (("", N_("One month")), ("three_months", N_("Three months"))),
    "generic": (
        ("", N_("No generic, or accepted")),
        ("refused", N_("I refused it")),
        ("not_substitutable", N_("“Not to be replaced” on the prescription")),
        ("tfr", N_("Refunded at the price of the group (TFR)")),
    ),
    "exemption": (("", N_("Ordinary")), ("ald", N_("Long-term illness (ALD)"))),
    "heavy_act": (("", N_("No, or I do not know")), ("true", N_("Yes"))),
    "at": (
        ("day", N_("By day")),
        ("evening", N_("Evening, early morning (20-24 h, 6-8 h)")),
        ("night", N_("In the night (0-6 h)")),
    ),
}
PACKAGES = {
    "departement": N_("Package of the département"),
    "agglomeration": N_("Package of the town"),
    "prise_en_charge": N_("Pick-up charge, every kilometre counted"),
}
"""Packages of a trip that are no letter."""
SAY_BASE = N_("No table we know gives it: copy the base printed on the paper.")
SAY_FEE = N_("The price is free: copy the one of the paper.")
SAY_MISSING = N_("Needed to settle this line.")


@dataclass(frozen=True)
class Wrong:
    """What the engine refuses or misses: where, and the sentence."""

    line: int
    """0: the bill."""
    name: str
    error: str
    asked: str


def wrong_of(problem: FactError | None, lang: str) -> Wrong | None:
    """A refusal of the engine, as a place of the page and a sentence in its words."""
    if problem is None:
        return None
    inside = problem.field.partition("[")[2].partition("]")[0]
    line, name = int(inside) if inside.isdecimal() else 0, problem.field.rpartition(".")[2]
    say = partial(text, lang=lang)
    if isinstance(problem, UnknownTariff) and line and name == "code" and problem.given not in EMERGENCIES:
        return Wrong(line, "base", "", say(SAY_BASE))
    if isinstance(problem, MissingFact) and line:
        return Wrong(line, name, "", say(SAY_FEE) if name == "fee" else say(SAY_MISSING))
    if isinstance(problem, MissingFact):
        return None
    expected = i18n.set_once(problem.allowed[lang], lang)
    return Wrong(line, name, say("Not understood. Expected: {expected}.", expected=expected), "")


def field_of(
    name: str,
    values: Mapping[str, str],
    lang: str,
    *,
    code: Code | None = None,
    placeholder: str = "",
    wrong: Wrong | None = None,
) -> Field:
    """One field, filled with what was said."""
    label, kind, unit = KINDS[name]
    here = wrong is not None and wrong.name == name
    return Field(
        name=name,
        label=text(label, lang),
        value=values.get(name, ""),
        kind=kind,
        options=tuple((value, text(words, lang)) for value, words in options_of(name, code)),
        unit=unit,
        placeholder=placeholder,
        error=wrong.error if wrong and here else "",
        asked=wrong.asked if wrong and here else "",
    )


def options_of(name: str, code: Code | None) -> tuple[tuple[str, str], ...]:
    """The values of a list: those of the page, or those that the tables know for a trip."""
    if name in OPTIONS:
        return OPTIONS[name]
    if code is None or not code.trip:
        return ()
    table: Mapping[str, Any] = bill_law().trips[code.trip]
    known = {"zone": table["packages"], "departement": table["kilometres"]}.get(name, {})
    return (("", "–"), *((str(value), PACKAGES.get(value, str(value))) for value in known))
