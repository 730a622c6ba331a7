"""The price of a programme: an act that the engine settles, with its receipt; a rate where no tariff is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from parcours.engine.case import Answer, settle
from parcours.engine.prevention.calendar import Item
from parcours.engine.prevention.facts import PersonFacts
from parcours.law.codes import UNKNOWN
from parcours.law.days import iso, number_of
from parcours.law.in_use import per_reform
from parcours.law.loader import load
from parcours.law.thresholds import majority
from parcours.rules import due
from parcours.text import NARROW, Text, euros, percent, plain_euros

NOTIONAL = "100.00"
"""What a rate is read from where no tariff is known: only the rate is shown."""
FULL = 10_000


@dataclass(frozen=True)
class Price:
    """What the person pays, as the engine settles it."""

    rate: int
    """Basis points of the base that the compulsory insurance covers."""
    fee: int | None
    """Tariff of the act in cents; None where none is known."""
    patient: int | None
    """Left to the person in cents, without a complementary contract; None where only the rate is known."""
    advance: int | None
    free: bool
    answer: Answer | None
    """What the engine answered; None where nothing is billed."""

    @property
    def tag(self) -> Text:
        """The price in two or three words."""
        if self.answer is None:
            return Text("gratuit", "free")
        said = Text("{rate} remboursés", "{rate} refunded") if self.rate != FULL else FULLY
        if self.rate == FULL and self.advance == 0:
            said += Text(", rien à avancer", ", nothing to advance")
        return said.format(rate=spoken(percent, self.rate))

    @property
    def rest(self) -> tuple[Text, ...]:
        """What is left besides, each in a few words."""
        if self.answer is None:
            return ()
        found, result = [], self.answer.settlement
        if self.rate != FULL and self.patient is None:
            found.append(Text("le reste par votre complémentaire", "the rest by your complementary insurance"))
        elif self.rate != FULL:
            left = Text("{left} à votre charge", "{left} left to you")
            found.append(left.format(left=spoken(euros, self.patient or 0)))
        for held, why in ((result.participation_forfaitaire, CONTRIBUTION), (result.franchise, DEDUCTIBLE)):
            if held:
                found.append(why.format(held=spoken(euros, held)))
        return tuple(found)

    @property
    def said(self) -> Text:
        """The price in a sentence."""
        return Text(" ; ".join(one["fr"] for one in self._all()), "; ".join(one["en"] for one in self._all()))

    def _all(self) -> tuple[Text, ...]:
        return (self.tag, *self.rest)


FULLY = Text(f"pris en charge à 100{NARROW}%", "covered at 100%")
CONTRIBUTION = Text(
    "participation forfaitaire de {held}, retenue sur un remboursement",
    "flat contribution of {held}, kept from a refund",
)
DEDUCTIBLE = Text("franchise de {held}, retenue sur un remboursement", "deductible of {held}, kept from a refund")


def spoken(write: Callable[[int, str], str], value: int) -> Text:
    """A number as each language writes it."""
    return Text(write(value, "fr"), write(value, "en"))


FREE = Price(FULL, None, 0, 0, True, None)


def price_of(item: Item, person: PersonFacts, on: date) -> Price:
    """The price of what an item proposes, on its day: the day asked, or the day it opens when that is later."""
    entry = item.programme
    day = max(on, item.since) if item.since else on
    age, facts = whole_years(person.birth_date, day), entry.price.get("facts")
    if facts is None:
        return FREE
    if entry.price_until_18 and age < majority(day):
        facts = entry.price_until_18["facts"]
    if entry.price_from and person.pregnancy and day >= full_cover(person, entry.price_from["months"]):
        facts = entry.price_from["facts"]
    new_year = whole_years(person.birth_date, max(person.birth_date, on.replace(month=1, day=1)))
    return settled(tuple(sorted(facts.items())), age, max(0, new_year), on)


def whole_years(birth: date, on: date) -> int:
    """Age on a day; who was born on 29 February grows on 1 March."""
    years = on.year - birth.year
    return years - (due.age_reached(number_of(birth), 12 * years, 0) > number_of(on))


def full_cover(person: PersonFacts, months: int) -> date:
    """The day from which a pregnancy is covered in full."""
    if person.pregnancy is None:
        raise AssertionError("asked of a pregnancy only")
    return date.fromisoformat(iso(due.age_reached(number_of(person.pregnancy.started_on), months, 0)))


@per_reform
def settled(facts: tuple[tuple[str, Any], ...], age: int, new_year: int, on: date) -> Price:
    """The act of a price, settled by the engine."""
    act: dict[str, Any] = {
        **dict(facts),
        "care_date": on.isoformat(),
        "age": age,
        "age_1er_janvier": min(age, new_year),
    }
    notional = act["fee"] == "notional"
    if notional:
        act |= {"fee": NOTIONAL, "base": NOTIONAL}
    else:
        tariff = tariff_of(act, on)
        if tariff is None:
            act |= {"fee": NOTIONAL, "base": NOTIONAL}
            del act["act"]
            notional = True
        else:
            act["fee"] = plain_euros(tariff)
    answer = settle(act)
    result = answer.settlement
    free = result.patient == 0
    return Price(
        rate=result.rate,
        fee=None if notional else result.base,
        patient=None if notional and not free else result.patient,
        advance=result.advance if free or not notional else None,
        free=free,
        answer=answer,
    )


def tariff_of(act: Mapping[str, Any], on: date) -> int | None:
    """The tariff of the act on a day, in cents; None where the law has none yet."""
    value = load().acts[act["act"]].values.on(number_of(on))
    return None if value == UNKNOWN else value
