"""The one bilingual value, and how each language writes an amount, a rate, a number, a list.

    expected = Text("une date à partir du {day}", "a day from {day}").format(day="2006-01-01")
    expected["fr"]

The bottom layer of the house: it imports nothing of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")
DEFAULT: Lang = "fr"

NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


class Text(Mapping[str, str]):
    """A sentence in French and in English; `text[lang]` gives one of them."""

    __slots__ = ("en", "fr")

    def __init__(self, fr: str, en: str) -> None:
        self.fr, self.en = fr, en

    def __getitem__(self, lang: str) -> str:
        if lang == "fr":
            return self.fr
        if lang == "en":
            return self.en
        raise KeyError(lang)

    def __iter__(self) -> Iterator[str]:
        return iter(LANGS)

    def __len__(self) -> int:
        return len(LANGS)

    def __hash__(self) -> int:
        return hash((self.fr, self.en))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    def __repr__(self) -> str:
        return f"Text({self.fr!r}, {self.en!r})"

    def __add__(self, other: "Text | str") -> "Text":
        after = text_of(other)
        return Text(self.fr + after.fr, self.en + after.en)

    def format(self, **values: object) -> "Text":
        """The text with its fields filled; a value that is itself a `Text` is said in each language."""
        if not values:
            return self
        return Text(
            *(self[lang].format(**{name: said(value, lang) for name, value in values.items()}) for lang in LANGS)
        )


def same(text: str) -> Text:
    """What is written alike in both languages: names, slugs, numbers."""
    return Text(text, text)


COLON = Text(" : ", ": ")
SEMICOLON = Text(" ; ", "; ")
THOUSANDS = Text(NARROW, ",")
DECIMAL = Text(",", ".")
AND = Text("et", "and")
OR = Text("ou", "or")
YES = Text("oui", "yes")
NO = Text("non", "no")


def text_of(value: object) -> Text:
    """A text as it is, a `{fr, en}` mapping as a text, several values as a list, anything else as it is written."""
    if isinstance(value, Text):
        return value
    if isinstance(value, Mapping) and value.keys() >= set(LANGS):
        return Text(value["fr"], value["en"])
    if isinstance(value, Iterable) and not isinstance(value, str):
        items = [text_of(item) for item in value]
        return Text(*(", ".join(item[lang] for item in items) for lang in LANGS))
    return same(str(value))


def said(value: object, lang: str) -> object:
    """A value inside a sentence: several ones as a list."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return text_of(value)[lang]


def listed(items: Iterable[str], lang: str, last: Text = AND) -> str:
    """A list in a sentence: "a, b et c"."""
    names = list(items)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last[lang]} {names[-1]}"


def euros(cents: int, lang: str) -> str:
    """An amount: 8,40 € in French, €8.40 in English; two decimals always, so that columns stay aligned."""
    sign, cents = (MINUS, -cents) if cents < 0 else ("", cents)
    whole = f"{cents // 100:,}"
    if lang == "fr":
        return f"{sign}{whole.replace(',', NARROW)},{cents % 100:02d}{NARROW}€"
    return f"{sign}€{whole}.{cents % 100:02d}"


def plain_euros(cents: int) -> str:
    """An amount as files and facts write it: 8.40."""
    return f"{cents // 100}.{cents % 100:02d}"


def plain_cents(text: str) -> int:
    """The cents of an amount written so: the way back of `plain_euros`."""
    euros, _, rest = text.partition(".")
    return int(euros) * 100 + int(rest.ljust(2, "0"))


def percent(basis_points: int, lang: str) -> str:
    """A rate: 17,5 % in French, 17.5% in English."""
    number = plain_number(Decimal(basis_points).scaleb(-2), lang)
    return f"{number}{NARROW}%" if lang == "fr" else f"{number}%"


def count(number: int, lang: str) -> str:
    """A count, its thousands apart: 1 234 in French, 1,234 in English."""
    return f"{number:,}".replace(",", THOUSANDS[lang])


class Agreeing:
    """A number that words agree with in a template: `{rows} {rows:row|rows}`; in French, none is singular too."""

    def __init__(self, number: int, lang: str) -> None:
        self.number, self.plural = number, number > 1 or (number == 0 and lang == "en")

    def __format__(self, words: str) -> str:
        return words.split("|")[self.plural] if words else str(self.number)


def agreed(template: Mapping[str, str], lang: str, **values: object) -> str:
    """A sentence with its fields filled; its words agree with its whole numbers."""
    return template[lang].format(
        **{name: Agreeing(value, lang) if isinstance(value, int) else value for name, value in values.items()}
    )


def yes_no(value: object) -> Text:
    """A fact that is true or false, as a word."""
    return YES if value else NO


def plain_number(number: Decimal | int | str, lang: str) -> str:
    """A number without needless zeros."""
    text = f"{Decimal(number).normalize():f}"
    return text.replace(".", DECIMAL[lang])


def preferred(accept_language: str) -> Lang:
    """The first of the two languages that an `Accept-Language` header prefers (weights of RFC 9110), else French."""
    best: tuple[float, Lang] = (0.0, DEFAULT)
    for part in accept_language[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        name = tag.strip().lower().split("-")[0]
        weight = weight_of(parameters)
        for lang in LANGS:
            if name == lang and weight > best[0]:
                best = (weight, lang)
    return best[1]


def weight_of(parameters: str) -> float:
    """The weight `q=` of a language: 1 where none is said, 0 where it cannot be read."""
    _, _, value = parameters.strip().partition("q=")
    try:
        return min(max(float(value), 0.0), 1.0) if value else 1.0
    except ValueError:
        return 0.0
