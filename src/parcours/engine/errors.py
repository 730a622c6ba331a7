"""What is wrong with a question put to the engine: always the field, what was given, and what is allowed."""

from collections.abc import Mapping, Sequence
from typing import Any


class FactError(ValueError):
    """A fact is wrong. `message` is a sentence in French (fr) and English (en)."""

    def __init__(self, field: str, given: object, allowed: Mapping[str, str]) -> None:
        self.field, self.given = field, given
        self.allowed = dict(allowed)
        self.message = self.sentences()
        super().__init__(self.message["en"])

    def sentences(self) -> dict[str, str]:
        """The error as a sentence in both languages."""
        shown = show(self.given)
        return {
            "fr": f"{self.field} : « {shown} » n'est pas accepté ; attendu : {self.allowed['fr']}",
            "en": f"{self.field}: {shown!r} is not accepted; expected: {self.allowed['en']}",
        }

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """The `error` object of an output row."""
        return {
            "field": self.field,
            "value": None if self.given is None else show(self.given),
            "allowed": self.allowed[lang],
            "message": self.message[lang],
        }


class MissingFact(FactError):
    """A fact that changes the answer was not given; `also` names the others that may be needed."""

    def __init__(self, field: str, allowed: Mapping[str, str], also: Sequence[str] = ()) -> None:
        self.also = tuple(also)
        super().__init__(field, None, allowed)

    def sentences(self) -> dict[str, str]:
        """The error as a sentence in both languages."""
        others = ", ".join(self.also)
        more = (
            {"fr": f" (non donnés non plus : {others})", "en": f" (not given either: {others})"}
            if others
            else {"fr": "", "en": ""}
        )
        return {
            "fr": f"{self.field} : n'est pas donné et change la réponse ; attendu : {self.allowed['fr']}{more['fr']}",
            "en": f"{self.field}: is not given and changes the answer; expected: {self.allowed['en']}{more['en']}",
        }


class UnknownTariff(FactError):
    """The law data has no tariff or no rate for this act on this day."""

    def sentences(self) -> dict[str, str]:
        """The error as a sentence in both languages."""
        return {
            "fr": f"{self.field} : « {show(self.given)} » : {self.allowed['fr']}",
            "en": f"{self.field}: {show(self.given)!r}: {self.allowed['en']}",
        }


LONGEST_SHOWN = 80


def show(value: object) -> str:
    """A given value as text, cut when it is long."""
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
