"""Languages of the pages: which one, its messages, and how it writes amounts, dates and punctuation.

Message ids are the English sentences; `locale/fr/LC_MESSAGES/messages.po` translates all of them. The catalogue is
compiled when it is first read: there is no `.mo` file to forget.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from parcours.text import LANGS, NARROW, NBSP, Text, euros, preferred

LOCALES = Path(__file__).parent / "locale"
NAMES = Text("Français", "English")

_TITLES = (
    (re.compile(r"\b([Dd])e Dr\b"), r"\1u Dr"),
    (re.compile(r"(?<!\w)à Dr\b"), "au Dr"),
    (re.compile(r"(?<!\w)À Dr\b"), "Au Dr"),
    (re.compile(r"\b([Pp]ar|[Pp]our|[Cc]hez|[Aa]vec) Dr\b"), r"\1 le Dr"),
)
"""What becomes of a preposition before the title of a doctor."""
_FRENCH = (
    *_TITLES,
    (re.compile(r"[ \u00a0\u202f]+([;!?»])"), NARROW + r"\1"),
    (re.compile(r"[ \u00a0\u202f]+:"), NBSP + ":"),
    (re.compile(r"«[ \u00a0\u202f]*"), "«" + NARROW),
    (re.compile(r"(?<=\d)[ \u00a0\u202f]+(?=[€%])"), NARROW),
    (re.compile(r"\b(\d{1,3}) (?=\d{3}\b)"), r"\1" + NARROW),
    (re.compile(r"(?<=\w)'(?=\w)"), "\u2019"),
)
_INVERSION = re.compile(r"-(?=(?:t-)?(?:il|elle|on|ils|elles)\b)")
_ENGLISH = ((re.compile(r"(?<=\w)'(?=\w)"), "\u2019"),)


@lru_cache(maxsize=16384)
def typography(text: str, lang: str) -> str:
    """Spaces that do not break before French punctuation, and true apostrophes in both languages.

    Kept in memory: for our own sentences. What a visitor typed goes through `set_once`.
    """
    return set_once(text, lang)


def unbroken(text: str) -> str:
    """A heading whose line never ends inside a French question: `est-il`, `suppose-t-il`."""
    return type(text)(_INVERSION.sub("-\u2060", text))


def set_once(text: str, lang: str) -> str:
    """The same, without keeping the text."""
    for pattern, replacement in _FRENCH if lang == "fr" else _ENGLISH:
        text = pattern.sub(replacement, text)
    return text


def filled(text: str, lang: str) -> str:
    """A sentence whose values are in place: a name may begin with a title."""
    if lang == "fr" and "Dr" in text:
        for pattern, replacement in _TITLES:
            text = pattern.sub(replacement, text)
    return text


@cache
def messages(lang: str) -> Mapping[str, str]:
    """English id -> sentence of a language, with its typography; English itself has no catalogue."""
    if lang == "en":
        return {}
    with (LOCALES / lang / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=lang)
    return {
        str(message.id): typography(str(message.string), lang)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


def translate(text: str, lang: str) -> str:
    """A message in a language; an unknown message stays English (a test refuses it)."""
    return messages(lang).get(text) or typography(text, lang)


def N_(text: str) -> str:  # noqa: N802 - the customary name, known to the extractor
    """Mark a message for translation where it is written, to be translated where it is shown."""
    return text


def negotiate(wanted: str | None, accept_language: str | None) -> str:
    """The language of an answer: the one the address asks for, else the first the browser accepts, else French."""
    if wanted in LANGS:
        return wanted
    return preferred(accept_language or "")


# --- amounts, rates, dates -------------------------------------------------------------------------------------


def money_range(low: int, high: int, lang: str) -> str:
    """One amount, or "8,40 à 19,00 €"."""
    if low == high:
        return euros(low, lang)
    if lang == "fr":
        return f"{euros(low, lang).removesuffix('€').rstrip(NARROW)} à {euros(high, lang)}".replace(" ", NBSP)
    return f"{euros(low, lang)} to {euros(high, lang)}".replace(" ", NBSP)


def number(value: Decimal | int, lang: str) -> str:
    """A plain number: 1 234,5 or 1,234.5."""
    return str(format_decimal(value, locale=lang))


@lru_cache(maxsize=4_096)
def long_date(day: date, lang: str) -> str:
    """1er juin 2025, or 1 June 2025."""
    if lang == "fr":
        text = str(format_date(day, "d MMMM y", locale="fr"))
        return ("1er" + text[1:] if day.day == 1 else text).replace(" ", NBSP)
    return str(format_date(day, "d MMMM y", locale="en_GB")).replace(" ", NBSP)


@lru_cache(maxsize=4_096)
def whole_date(day: date, lang: str) -> str:
    """The same with its day of the week: dimanche 22 novembre 2026."""
    name = str(format_date(day, "EEEE", locale="fr" if lang == "fr" else "en_GB"))
    return f"{name}{NBSP}{long_date(day, lang)}"


def month(day: date, lang: str) -> str:
    """Novembre 2026, or November 2026."""
    return str(format_date(day, "LLLL y", locale="fr" if lang == "fr" else "en_GB")).replace(" ", NBSP)


@lru_cache(maxsize=4_096)
def numeric_date(day: date, lang: str) -> str:
    """01/06/2025 or 1 Jun 2025: short, for tables, and never ambiguous in English."""
    if lang == "fr":
        return str(format_date(day, "dd/MM/y", locale="fr"))
    return str(format_date(day, "d MMM y", locale="en_GB")).replace(" ", NBSP)


def full_stop(words: str) -> str:
    """Words as a sentence ends."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def upper_first(text: str) -> str:
    """A text that begins a line."""
    return text[:1].upper() + text[1:]


def insurer_name(slug: str) -> str:
    """An insurer, as people say: the registry knows it by a short name without spaces."""
    return slug.replace("_", " ").capitalize()


def label(entry: Mapping[str, str] | str, lang: str) -> str:
    """The text of a `{fr, en}` entry of the law data, in a language, with its typography."""
    text = entry if isinstance(entry, str) else entry.get(lang) or entry.get("fr", "")
    return typography(text, lang)
