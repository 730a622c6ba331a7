"""The acts that a sheet names, read as a bill reads them: "TO 90", "to" and "TO" are one code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from parcours.engine.bill.codetext import GENERIC, read_code
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import CCAM
from parcours.law.bill.book import bill_law
from parcours.law.cache import flat_law
from parcours.law.codes import SpecialSetting


@dataclass(frozen=True)
class NamedAct:
    """A code, and the coefficient that is written with it; None where none is."""

    code: str
    coefficient: Decimal | None = None


def named(text: str, coefficient: Any = None) -> NamedAct:
    """The act of a text; a coefficient beside it counts before the one in it. Raises FactError: no known code."""
    try:
        found = read_code(text, 0, flat_law(), bill_law())
    except FactError:
        if text == text.upper():
            raise
        return named(text.upper(), coefficient)
    own = CCAM.search(text.upper())  # an act that no table of ours holds keeps its code
    code = found.key if found.key not in ("", GENERIC) else own[0] if own else text.strip().upper()
    return NamedAct(code, number(found.said.get("coefficient") if coefficient is None else coefficient))


def number(said: Any) -> Decimal | None:
    """A coefficient; None for what is none, which the engine refuses."""
    try:
        return None if said is None else Decimal(str(said).replace(",", "."))
    except InvalidOperation:
        return None


def acts_of(content: Mapping[str, Any]) -> Iterator[NamedAct]:
    """What a sheet names; a code that nobody knows is left to the engine, which holds the sheet."""
    for one in (content["facts"], *content.get("acts", ())):
        text = one.get("code") or one.get("act")
        if text:
            try:
                yield named(str(text), one.get("coefficient"))
            except FactError:
                continue


def of_a_spa(content: Mapping[str, Any]) -> bool:
    """Does a sheet say that its care is that of a spa?"""
    spa = SpecialSetting.CURE_THERMALE
    said = {str(one.get("special_setting", "")).lower() for one in (content["facts"], *content.get("acts", ()))}
    codes = bill_law().codes
    return spa.name.lower() in said or any(
        one.code in codes and codes[one.code].setting == spa for one in acts_of(content)
    )
