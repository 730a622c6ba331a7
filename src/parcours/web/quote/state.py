"""What an address says, read once: the facts, the readings, what is refused, where the form stands, the settled act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from parcours.engine.case import Answer
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.engine.say.sitting import Sitting, Standing
from parcours.law.loader import load
from parcours.web.pages import Page, today

Given = dict[str, str | None]
"""Facts as the address gives them; None: answered by nothing."""

IDENTITY = frozenset({"patient_id", "professional_id", "birth_date"})
"""Facts that may identify someone are never read from an address."""
CIRCUMSTANCES = ("urgent", "away", "special_setting", "medecin_traitant_left_on", "installed_on")
"""The facts of one question: what is special about the visit."""


@dataclass(frozen=True)
class State:
    """Where somebody is in the form."""

    given: Given
    readings: Mapping[str, str]
    by_hand: str
    """The fact that the address asks for itself."""
    touched: bool
    """Was anything said?"""
    refused: FactError | None
    """The last fact that was refused, and is asked again."""
    sitting: Sitting
    standing: Standing

    @property
    def day(self) -> date:
        """The day of the visit."""
        return date.fromisoformat(str(self.given["care_date"]))

    @property
    def day_number(self) -> int:
        """The same as the law writes it, YYYYMMDD."""
        return int(self.sitting.values["care_date"])

    def cents(self, name: str) -> int | None:
        """A fact of money in cents, where it is said."""
        return self.sitting.values.get(name)

    @property
    def complete(self) -> bool:
        """Can nothing that is still open change what the patient is left with?"""
        where = self.standing
        return self.touched and where.fact in (None, "tiers_payant") and where.range.low == where.range.high

    @cached_property
    def outcome(self) -> Answer | FactError:
        """The settled act, or why it cannot be."""
        try:
            return self.sitting.settle()
        except FactError as error:
            return error


def state_of(page: Page) -> State:
    """Read an address; a fact the engine refuses is told and asked again."""
    given, readings, by_hand = read_address(page)
    touched, refused = bool(given), None
    given.setdefault("care_date", today().isoformat())
    for _ in range(len(given) + len(readings) + 1):
        try:
            sitting = Sitting(one_circumstance(given), readings)
            return State(given, readings, by_hand, touched, refused, sitting, sitting.standing())
        except FactError as error:
            refused = error
            given, readings = without(error, given, readings)
    sitting = Sitting(nothing())
    return State(nothing(), {}, by_hand, touched, refused, sitting, sitting.standing())


def read_address(page: Page) -> tuple[Given, dict[str, str], str]:
    """(facts, readings, fact asked by hand) of an address; names that are neither are ignored."""
    readings = load().readings
    given: Given = {}
    chosen: dict[str, str] = {}
    for name, value in page.query:
        if name in BY_NAME and name not in IDENTITY:
            given[name] = None if value == "" or (name, value) == ("contract", "none") else value
        elif name in readings:
            chosen[name] = value
    return given, chosen, dict(page.query).get("ask", "")


def without(error: FactError, given: Given, readings: Mapping[str, str]) -> tuple[Given, dict[str, str]]:
    """What is left when the wrong fact or reading is taken away."""
    wrong = error.field.split(".")[-1]
    kept = {name: option for name, option in readings.items() if name != wrong}
    if len(kept) == len(readings):
        given = {name: value for name, value in given.items() if name != wrong} if wrong in given else nothing()
    given.setdefault("care_date", today().isoformat())
    return given, kept


def nothing() -> Given:
    """A form nobody has filled."""
    return {"care_date": today().isoformat()}


def one_circumstance(given: Mapping[str, str | None]) -> Given:
    """Facts to ask about: one circumstance that is said answers the question, the others are not asked one by one."""
    said = any(given.get(name) not in (None, "", "false", "none") for name in CIRCUMSTANCES)
    return {**dict.fromkeys(CIRCUMSTANCES), **given} if said else dict(given)
