"""How a value of the law is written, by its unit."""

from decimal import Decimal
from typing import Any

from parcours.text import NBSP, euros, percent
from parcours.web import i18n
from parcours.web.i18n import N_

UNIT_WORDS = {
    "years": (N_("year"), N_("years")),
    "months": (N_("month"), N_("months")),
    "days": (N_("day"), N_("days")),
    "hours": (N_("hour"), N_("hours")),
}
SUFFIXES = {"euro_per_month": N_("a month"), "euro_per_year": N_("a year")}


def value_text(value: Any, unit: str, lang: str) -> str:
    """A value of a series in words: 8,40 €, 70 %, 16 ans, oui."""
    if value is None:
        return i18n.translate(N_("not known"), lang)
    if isinstance(value, bool) or unit == "boolean":
        return i18n.translate(N_("yes") if value else N_("no"), lang)
    if isinstance(value, str):
        return i18n.typography(value, lang)
    if unit.startswith("euro"):
        text = euros(int(Decimal(value) * 100), lang)
        return f"{text} {i18n.translate(SUFFIXES[unit], lang)}" if unit in SUFFIXES else text
    if unit == "percent":
        return percent(int(Decimal(value) * 100), lang)
    if unit == "hour":
        return f"{value}{NBSP}h" if lang == "fr" else f"{value}:00"
    number = i18n.number(value, lang)
    if unit not in UNIT_WORDS:
        return number
    word = UNIT_WORDS[unit][0 if value == 1 else 1]
    return f"{number}{NBSP}{i18n.translate(word, lang)}"
