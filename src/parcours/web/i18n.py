"""Languages of the pages: which one, its messages, and how it writes amounts, dates and punctuation.

Message ids are the English sentences; `locale/fr/LC_MESSAGES/messages.po` translates all of them. The catalogue is
compiled when it is first read: there is no `.mo` file to forget.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from parcours.text import LANGS, NARROW, NBSP, preferred

LOCALES: Final = Path(__file__).parent / "locale"
NAMES: Final = {"fr": "Français", "en": "English"}

_FRENCH = (
    (re.compile(r"[ \u00a0\u202f]+([;!?»])"), NARROW + r"\1"),
    (re.compile(r"[ \u00a0\u202f]+:"), NBSP + ":"),
    (re.compile(r"«[ \u00a0\u202f]*"), "«" + NARROW),
    (re.compile(r"(?<=\d)[ \u00a0\u202f]+(?=[€%])"), NARROW),
    (re.compile(r"\b(\d{1,3}) (?=\d{3}\b)"), r"\1" + NARROW),
    (re.compile(r"(?<=\w)'(?=\w)"), "\u2019"),
)
_ENGLISH = ((re.compile(r"(?<=\w)'(?=\w)"), "\u2019"),)


@lru_cache(maxsize=16384)
def typography(text: str, language: str) -> str:
    """Spaces that do not break before French punctuation, and true apostrophes in both languages.

    Kept in memory: for our own sentences. What a visitor typed goes through `set_once`.
    """
    return set_once(text, language)


def set_once(text: str, language: str) -> str:
    """The same, without keeping the text."""
    for pattern, replacement in _FRENCH if language == "fr" else _ENGLISH:
        text = pattern.sub(replacement, text)
    return text


@cache
def messages(language: str) -> Mapping[str, str]:
    """English id -> sentence of a language, with its typography; English itself has no catalogue."""
    if language == "en":
        return {}
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {
        str(message.id): typography(str(message.string), language)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


def translate(text: str, language: str) -> str:
    """A message in a language; an unknown message stays English (a test refuses it)."""
    return messages(language).get(text) or typography(text, language)


def N_(text: str) -> str:  # noqa: N802 - the customary name, known to the extractor
    """Mark a message for translation where it is written, to be translated where it is shown."""
    return text


def negotiate(wanted: str | None, accept_language: str | None) -> str:
    """The language of an answer: the one the address asks for, else the first the browser accepts, else French."""
    if wanted in LANGS:
        return wanted
    return preferred(accept_language or "")


# --- amounts, rates, dates -------------------------------------------------------------------------------------


def money(cents: int, language: str) -> str:
    """8,40 € or €8.40, from integer cents; a whole amount keeps its two decimals, columns stay aligned."""
    sign, cents = ("\u2212", -cents) if cents < 0 else ("", cents)
    euros, rest = divmod(cents, 100)
    if language == "fr":
        return f"{sign}{f'{euros:,}'.replace(',', NARROW)},{rest:02d}{NARROW}€"
    return f"{sign}€{euros:,}.{rest:02d}"


def money_range(low: int, high: int, language: str) -> str:
    """One amount, or "8,40 à 19,00 €"."""
    if low == high:
        return money(low, language)
    if language == "fr":
        return f"{money(low, language).removesuffix('€').rstrip(NARROW)} à {money(high, language)}".replace(" ", NBSP)
    return f"{money(low, language)} to {money(high, language)}".replace(" ", NBSP)


def percent(basis_points: int, language: str) -> str:
    """70 % or 70%, from basis points."""
    whole, rest = divmod(basis_points, 100)
    decimals = f"{rest:02d}".rstrip("0")
    if language == "fr":
        return f"{whole},{decimals}{NARROW}%" if decimals else f"{whole}{NARROW}%"
    return f"{whole}.{decimals}%" if decimals else f"{whole}%"


def number(value: Decimal | int, language: str) -> str:
    """A plain number: 1 234,5 or 1,234.5."""
    return str(format_decimal(value, locale=language))


def long_date(day: date, language: str) -> str:
    """1er juin 2025, or 1 June 2025."""
    if language == "fr":
        text = str(format_date(day, "d MMMM y", locale="fr"))
        return ("1er" + text[1:] if day.day == 1 else text).replace(" ", NBSP)
    return str(format_date(day, "d MMMM y", locale="en_GB")).replace(" ", NBSP)


def numeric_date(day: date, language: str) -> str:
    """01/06/2025 or 1 Jun 2025: short, for tables, and never ambiguous in English."""
    if language == "fr":
        return str(format_date(day, "dd/MM/y", locale="fr"))
    return str(format_date(day, "d MMM y", locale="en_GB")).replace(" ", NBSP)


def label(entry: Mapping[str, str] | str, language: str) -> str:
    """The text of a `{fr, en}` entry of the law data, in a language, with its typography."""
    text = entry if isinstance(entry, str) else entry.get(language) or entry.get("fr", "")
    return typography(text, language)
