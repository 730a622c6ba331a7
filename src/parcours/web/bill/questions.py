"""The questions about a bill: those of the quote, each answer an address of the bill."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import read
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.engine.say.sitting import Sitting
from parcours.law.cache import flat_law
from parcours.web.bill import catalogue
from parcours.web.bill.address import State
from parcours.web.quote import guards
from parcours.web.quote.form import Form
from parcours.web.quote.view import Said as Answered


@dataclass(frozen=True)
class Said:
    """The facts of a bill as the form of the quote reads them."""

    given: dict[str, str | None]
    readings: Mapping[str, str]
    by_hand: str
    day: date
    touched: bool
    sure: frozenset[str] = frozenset()
    unsure: tuple[str, ...] = ()
    told: str = "yes"

    @property
    def day_number(self) -> int:
        """The day as the law writes it, YYYYMMDD."""
        return catalogue.day_number(self.day)

    @property
    def sitting(self) -> Sitting:
        """The form of one act, on the same facts."""
        return Sitting({name: value for name, value in self.given.items() if name in BY_NAME})

    def cents(self, name: str) -> int | None:
        """A fact of money; a bill says them line by line."""
        del name
        return None


def readable(name: str, value: str) -> bool:
    """Does the engine understand this fact?  One that it refuses is told, and is no answer."""
    if name not in BY_NAME or not value or (name, value) == ("contract", "none"):
        return True
    try:
        read(BY_NAME[name], value, flat_law())
    except FactError:
        return False
    return True


class BillForm(Form):
    """The questions of the quote, each answer an address of the bill."""

    def __init__(self, state: State, day: date) -> None:
        given: dict[str, str | None] = {
            name: None if (name, value) == ("contract", "none") else value
            for name, value in state.facts.items()
            if readable(name, value)
        }
        super().__init__(Said(given, state.readings, state.by_hand, day, state.touched), state.page)
        self.bill = state

    def said(self) -> Iterator[Answered]:
        """The answers already given; what was done is on the lines."""
        guard = guards.GUARDS.get(self.state.given.get("profession") or "")
        return (item for item in super().said() if guard is None or item.name != self.words(guard.short))

    def act_said(self) -> Iterator[Answered]:
        """Nothing: the acts are the lines."""
        return iter(())

    def url(self, facts: Mapping[str, str | None], known: Collection[str] = (), **more: str) -> str:
        """The address of the bill with some facts."""
        said = {name: "none" if name == "contract" and not value else value or "" for name, value in facts.items()}
        return self.bill.url(facts=said)
