"""What is wrong with a question put to the engine: always the field, what was given, and what is allowed."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from parcours.errors import ParcoursError, show
from parcours.text import Text, same, text_of

NOT_ACCEPTED = Text("cette valeur n'est pas acceptée", "this value is not accepted")
MEANT = Text("ce nom est inconnu ; vouliez-vous dire", "this name is unknown; did you mean")
UNKNOWN_NAME = Text("ce nom est inconnu ; noms connus :", "this name is unknown; known names:")
NOT_GIVEN = Text("n'est pas donné et change la réponse", "is not given and changes the answer")


class FactError(ParcoursError, ValueError):
    """A fact is wrong."""

    field: str
    allowed: Text

    def __init__(self, field: str, given: object, allowed: Mapping[str, str], *, code: str = "wrong_fact") -> None:
        super().__init__(code, NOT_ACCEPTED, field=field, given=given, allowed=text_of(allowed))

    def said(self, lang: str) -> str:
        """What is wrong, and what was expected."""
        if lang == "fr":
            return f"« {show(self.given)} » n'est pas accepté ; attendu : {self.allowed.fr}"
        return f"{show(self.given)!r} is not accepted; expected: {self.allowed.en}"

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """The `error` object of an output row."""
        return {
            "field": self.path,
            "value": None if self.given is None else show(self.given),
            "allowed": self.allowed[lang],
            "message": self.sentence(lang),
        }


class UnknownName(FactError):
    """A name is not of the vocabulary: what was meant, else what there is."""

    def __init__(self, name: str, value: object, known: Sequence[str], where: str = "") -> None:
        near = get_close_matches(name, known, n=1)
        super().__init__(where + name, value, same(", ".join(near or known)))
        self.near = near[0] if near else ""
        self.reason = MEANT if near else UNKNOWN_NAME

    def said(self, lang: str) -> str:
        """What was meant."""
        end = Text(" ?", "?")[lang] if self.reason is MEANT else ""
        return f"{self.reason[lang]} {self.allowed[lang]}{end}"


class MissingFact(FactError):
    """A fact that changes the answer was not given; `also` names the others that may be needed."""

    def __init__(self, field: str, allowed: Mapping[str, str], also: Sequence[str] = ()) -> None:
        super().__init__(field, None, allowed, code="missing_fact")
        self.reason, self.also = NOT_GIVEN, tuple(also)

    def said(self, lang: str) -> str:
        """What is needed, and what else."""
        others = ", ".join(self.also)
        if lang == "fr":
            more = f" (non donnés non plus : {others})" if others else ""
            return f"{self.reason.fr} ; attendu : {self.allowed.fr}{more}"
        more = f" (not given either: {others})" if others else ""
        return f"{self.reason.en}; expected: {self.allowed.en}{more}"


class Impossible(FactError):
    """Lines that cannot stand on one bill, or a code that this patient cannot have; with its articles."""

    def __init__(self, field: str, given: object, why: Text, references: Sequence[str]) -> None:
        articles = ", ".join(references)
        super().__init__(field, given, why + same(f" ({articles})"), code="impossible_line")

    def said(self, lang: str) -> str:
        """What is wrong, and why."""
        if lang == "fr":
            return f"{show(self.given)} ne peut pas être facturé ainsi : {self.allowed.fr}"
        return f"{show(self.given)} cannot be billed so: {self.allowed.en}"


class UnknownTariff(FactError):
    """The law data has no tariff or no rate for this act on this day."""

    def __init__(self, field: str, given: object, allowed: Mapping[str, str]) -> None:
        super().__init__(field, given, allowed, code="unknown_tariff")

    def said(self, lang: str) -> str:
        """What has no tariff, and what to give instead."""
        if lang == "fr":
            return f"« {show(self.given)} » : {self.allowed.fr}"
        return f"{show(self.given)!r}: {self.allowed.en}"
