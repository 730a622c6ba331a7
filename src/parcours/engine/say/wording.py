"""Sentences from templates: every figure comes from a row or from a dated parameter, written in the reader's language.

A template is plain text with placeholders `{kind:argument}`: `amount`, `rate`, `parameter`, `share`, `fact`, `date`,
`list`, `text`, `count`. The sentences themselves are data of `law/`; this module only fills them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from parcours.engine.facts.vocabulary import LETTERS
from parcours.law import loader
from parcours.law.data import Value
from parcours.rules.money import share
from parcours.text import COLON, NBSP, OR, Text, euros, listed, percent, plain_number, yes_no

PLACEHOLDER = re.compile(r"\{(\w+):([^{}]+)\}")
MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


class TemplateError(ValueError):
    """A template names something that does not exist: the template, the placeholder."""


def day(number: int, lang: str) -> str:
    """A day written YYYYMMDD: 2 juin 2025, 2 June 2025."""
    month, of_month = MONTHS[lang][number // 100 % 100 - 1], number % 100
    first = "1er" if of_month == 1 and lang == "fr" else str(of_month)
    return f"{first} {month} {number // 10_000}"


def lower_first(text: str) -> str:
    """A label inside a sentence: its first letter lower, unless it starts with an acronym."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def parameter_text(value: Value, unit: str, lang: str) -> str:
    """The value of a parameter with its unit."""
    if unit in ("euro", "euro_per_month", "euro_per_year"):
        return euros(int(value.value * 100), lang)
    if unit == "percent":
        return percent(int(Decimal(value.value) * 100), lang)
    if unit == "boolean":
        return yes_no(value.value)[lang]
    if unit == "text":
        return str(value.value)
    return plain_number(value.value, lang)


UNITS = {
    "years": (Text("an", "year"), Text("ans", "years")),
    "months": (Text("mois", "month"), Text("mois", "months")),
    "days": (Text("jour", "day"), Text("jours", "days")),
    "hour": (Text("heure", "hour"), Text("heures", "hours")),
    "hours": (Text("heure", "hour"), Text("heures", "hours")),
}


def measured_text(value: Value, unit: str, lang: str) -> str:
    """The value of a parameter that stands alone: a time says its unit."""
    text = parameter_text(value, unit, lang)
    one, several = UNITS.get(unit, (None, None))
    if one is None or several is None:
        return text
    return f"{text}{NBSP}{(several if abs(int(value.value)) > 1 else one)[lang]}"


@dataclass
class Words:
    """What a template may say: the facts, the amounts (cents), the rates (basis points), lists and texts of one row."""

    day: int
    """The day of the law, YYYYMMDD."""
    facts: Mapping[str, Any]
    amounts: Mapping[str, int | None] = field(default_factory=dict)
    rates: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    texts: Mapping[str, Any] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)


OPTIONAL = re.compile(r"\[([^\[\]]*\{amount:(\w+)\}[^\[\]]*)\]")
ONE_YEAR = re.compile(r"\bde 1 an\b")


@lru_cache(maxsize=1024)
def pieces(template: str) -> tuple[tuple[str, str, str], ...]:
    """A template as (text before, kind, argument); the last one has no kind."""
    found, start = [], 0
    for match in PLACEHOLDER.finditer(template):
        found.append((template[start : match.start()], match[1], match[2]))
        start = match.end()
    return (*found, (template[start:], "", ""))


def fill(template: str, words: Words, lang: str) -> str:
    """The sentence of a template. Raises `TemplateError` for a placeholder that names nothing.

    What is between brackets is said where its amount is not zero.
    """
    if "[" in template:
        template = OPTIONAL.sub(lambda part: part[1] if words.amounts.get(part[2]) else "", template)
    said = "".join(
        text + (placeholder(kind, argument, words, lang) if kind else "") for text, kind, argument in pieces(template)
    )
    return ONE_YEAR.sub("d'un an", said) if lang == "fr" and "de 1 an" in said else said


def placeholder(kind: str, argument: str, words: Words, lang: str) -> str:
    """One placeholder as text."""
    try:
        return PLACEHOLDERS[kind](argument, words, lang)
    except (KeyError, TypeError, AttributeError) as error:
        raise TemplateError(f"{{{kind}:{argument}}} has no value here") from error


def amount_text(name: str, words: Words, lang: str) -> str:
    """An amount of the row."""
    cents = words.amounts[name]
    if cents is None:
        raise KeyError(name)
    return euros(cents, lang)


OF_THE_REFUND = ("participation_forfaitaire.nombre_annee",)
"""Parameters whose value is that of the day of the refund (D160-6)."""


def day_of_value(id_: str, care: int, facts: Mapping[str, Any]) -> int:
    """The day, YYYYMMDD, on which a parameter counts: that of the care, or of the refund where the law says so."""
    refund = facts.get("reimbursement_date") if id_ in OF_THE_REFUND else None
    return int(str(refund).replace("-", "")) if refund else care


def parameter_in_force(id_: str, words: Words) -> tuple[Value, str]:
    """The value of a parameter on the day of the row, and its unit."""
    entry = loader.load().parameters[id_]
    value = entry.series(words.readings).value_on(day_of_value(id_, words.day, words.facts))
    if value is None:
        raise KeyError(id_)
    return value, entry.unit


def share_text(argument: str, words: Words, lang: str) -> str:
    """A rate of an amount, both parameters: `amount.id*rate.id`."""
    amount, rate = (int(parameter_in_force(id_, words)[0].value * 100) for id_ in argument.split("*"))
    return euros(share(amount, rate), lang)


def facts_said(facts: Mapping[str, Any], day: int, lang: str) -> str:
    """Facts in words, each by the term of the glossary and its label: "régime : général"."""
    words = Words(day, facts)
    terms = loader.load().glossary
    return ", ".join(f"{terms[name][lang]['term']}{COLON[lang]}{fact_text(name, words, lang)}" for name in facts)


def fact_text(name: str, words: Words, lang: str) -> str:
    """A fact of the row by its label."""
    if name == "professional":
        name = "specialty" if words.facts.get("profession") == "medecin" else "profession"
    value = words.facts[name]
    if name == "specialty":
        return lower_first(specialty_labels()[str(value)][lang])
    if name in LETTERS:
        return f"{value} ({lower_first(label(name, value, lang))})"
    if has_labels(name):
        return lower_first(label(name, value, lang))
    if isinstance(value, bool):
        return yes_no(value)[lang]
    return plain_number(value, lang) if isinstance(value, (int, Decimal)) else str(value)


def has_labels(fact: str) -> bool:
    """Is this fact or result a code, with a label for each of its values?"""
    return fact in loader.load().codes


def codes() -> Mapping[str, Any]:
    """The facts and cases whose values have a label."""
    return loader.load().codes


def label(fact: str, value: Any, lang: str) -> str:
    """Label of a coded value of a fact."""
    known = loader.load().codes[fact]
    first, *rest = [str(known[one]["label"][lang]) for one in str(value).split("+")]
    return listed([first, *map(lower_first, rest)], lang)


@cache
def specialty_labels() -> dict[str, Mapping[str, str]]:
    """Label of each specialty by its slug."""
    return {entry.slug: entry.label for entry in loader.load().specialties.values()}


def date_text(name: str, words: Words, lang: str) -> str:
    """A date of the row, ISO or YYYYMMDD."""
    value = words.facts.get(name, words.texts.get(name))
    return day(int(str(value).replace("-", "")), lang)


PLACEHOLDERS: dict[str, Callable[[str, Words, str], str]] = {
    "amount": amount_text,
    "rate": lambda name, words, lang: percent(words.rates[name], lang),
    "parameter": lambda id_, words, lang: parameter_text(*parameter_in_force(id_, words), lang),
    "share": share_text,
    "fact": fact_text,
    "date": date_text,
    "list": lambda name, words, lang: listed(words.lists[name], lang, OR),
    "text": lambda name, words, lang: str(words.texts[name]),
    "count": lambda name, words, lang: plain_number(words.texts[name], lang),
}


def law_file(name: str) -> Any:
    """A file of the law that only sentences read (levers, guides, sentences)."""
    spoken: Any = loader.load().spoken[name]
    return spoken


def sentence(key: str, words: Words, lang: str) -> str:
    """A sentence of `law/sentences.yaml`."""
    return fill(law_file("sentences.yaml")[key][lang], words, lang)


def matches(conditions: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
    """Do all conditions hold?  Each is a fact and the value, the list of values, or `{not: ...}` it must have."""
    return all(matches_one(context.get(name), wanted) for name, wanted in conditions.items())


def matches_one(value: Any, wanted: Any) -> bool:
    """Does one value satisfy one condition?"""
    if isinstance(wanted, dict):
        return not matches_one(value, wanted["not"])
    if isinstance(wanted, list):
        return value in wanted
    return bool(value == wanted)
