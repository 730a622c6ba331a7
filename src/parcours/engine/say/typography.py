"""Amounts, rates and numbers as each language writes them."""

from decimal import Decimal
from typing import Any

NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


def euros(cents: int, lang: str) -> str:
    """An amount: 8,40 € in French, €8.40 in English."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    whole = f"{cents // 100:,}"
    if lang == "fr":
        return f"{sign}{whole.replace(',', NARROW)},{cents % 100:02d}{NBSP}€"
    return f"{sign}€{whole}.{cents % 100:02d}"


def percent(basis_points: int, lang: str) -> str:
    """A rate: 17,5 % in French, 17.5% in English."""
    number = plain_number(Decimal(basis_points).scaleb(-2), lang)
    return f"{number}{NBSP}%" if lang == "fr" else f"{number}%"


def plain_number(number: Any, lang: str) -> str:
    """A number without needless zeros."""
    text = f"{Decimal(number).normalize():f}"
    return text.replace(".", ",") if lang == "fr" else text
