"""A year of care under several contracts: each act settled in its order with the caps of the year, each bill as a
whole.

found = compare([Plan("A", {...}, 25_00), Plan("B", {...}, 48_00)], year("family").items, person, 2026)
found.best.plan.name, found.best.total
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from parcours.engine.bill.settle import settle_bill
from parcours.engine.case import settle_encoded
from parcours.engine.compare.against import Pair, pairs_of
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import encode
from parcours.engine.facts.vocabulary import read_money
from parcours.engine.memory import Memory
from parcours.law.cache import flat_law
from parcours.rules.money import share
from parcours.rules.types import BasisPoints, Cents, Counters
from parcours.text import Text, plain_euros, text_of

FILE = Path(__file__).with_name("years.yaml")
MONTHS = 12
MOST_TIMES = 60
HIGH_FEE = 1000
"""No tariff depends on it."""
SAID = {
    "exemption": "none",
    "c2s": False,
    "ame": False,
    "scheme": "general",
    "tiers_payant": "none",
    "urgent": False,
    "away": False,
    "special_setting": "none",
    "purpose": "none",
    "medecin_traitant": True,
}
"""What an act of a year is where nothing else is said."""


@dataclass(frozen=True)
class Item:
    """Some care of the year: an act, or a bill where it has lines; how many times. Without a fee it is charged at its
    tariff.
    """

    id: str
    label: Text
    times: int
    facts: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...] = ()
    parts: Mapping[str, tuple[str, Text]] = field(default_factory=dict)
    """Of a bill whose lines have prices of their own: the code and the name of each."""

    @property
    def prices(self) -> Mapping[str, Text]:
        """What has a price: the item, or its parts as `ITEM.PART`."""
        parts = {f"{self.id}.{name}": label for name, (_, label) in self.parts.items()}
        return parts or {self.id: self.label}

    def at(self, price: str, cents: Cents) -> "Item":
        """The item, what `price` names at this price."""
        fee = {"fee": plain_euros(cents)}
        if not self.lines:
            return replace(self, facts={**self.facts, **fee})
        code = self.parts[price.partition(".")[2]][0] if self.parts else self.lines[0]["code"]
        return replace(self, lines=tuple({**line, **fee} if line["code"] == code else line for line in self.lines))


@dataclass(frozen=True)
class Year:
    """A year to start from."""

    id: str
    label: Text
    person: Mapping[str, Any]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Plan:
    """A contract as people write it, or none, and its premium of a month in cents."""

    name: str
    contract: Mapping[str, Any] | None
    premium: int
    employer: BasisPoints = 0
    """Part of the premium that an employer pays."""

    @property
    def employer_pays(self) -> Cents:
        """The employer's part of a month's premium."""
        return share(self.premium, self.employer)


@dataclass
class Cost:
    """What some care costs to each, in cents."""

    fee: int = 0
    amo: int = 0
    amc: int = 0
    patient: int = 0

    def add(self, other: "Cost") -> None:
        """Add another cost."""
        self.fee, self.amo = self.fee + other.fee, self.amo + other.amo
        self.amc, self.patient = self.amc + other.amc, self.patient + other.patient


@dataclass(frozen=True)
class PlanYear:
    """A contract's year."""

    plan: Plan
    care: Cost
    premiums: int
    """What the person pays of them."""
    by_item: Mapping[str, Cost]
    contributions: int
    """Flat contributions and deductibles of the year, which no contrat responsable pays."""

    @property
    def employer(self) -> int:
        """What an employer pays of the premiums."""
        return self.plan.employer_pays * MONTHS

    @property
    def total(self) -> int:
        """What the person pays: premiums, and what is left of the care."""
        return self.premiums + self.care.patient


@dataclass(frozen=True)
class Comparison:
    """Every contract's year, the least total first."""

    years: tuple[PlanYear, ...]
    pairs: tuple[Pair, ...] = ()
    """Each contract against each one before it, then each against none: in the order they were given."""
    refused: tuple[tuple[str, FactError], ...] = ()
    """Items that could not be settled, and why."""

    @property
    def best(self) -> PlanYear:
        """The least total."""
        return self.years[0]

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data, amounts in euros as text."""
        rows = [
            {
                "contract": one.plan.name,
                "fee": plain_euros(one.care.fee),
                "amo": plain_euros(one.care.amo),
                "amc": plain_euros(one.care.amc),
                "patient": plain_euros(one.care.patient),
                "premiums": plain_euros(one.premiums),
                "employer": plain_euros(one.employer),
                "total": plain_euros(one.total),
                "contributions": plain_euros(one.contributions),
                "items": {name: plain_euros(cost.patient) for name, cost in one.by_item.items()},
            }
            for one in self.years
        ]
        even = [one.to_dict() for one in self.pairs if one.acts is not None]
        return {"contracts": rows, "cheapest": self.best.plan.name, "break_even": even}


@cache
def years() -> Mapping[str, Year]:
    """The years to start from."""
    content = yaml.safe_load(FILE.read_text("utf-8"))
    return {name: year_of(name, entry) for name, entry in content.items()}


def year_of(name: str, entry: Mapping[str, Any]) -> Year:
    """A year of the file."""
    return Year(name, text_of(entry["label"]), entry["person"], tuple(map(item_of, entry["items"])))


def item_of(entry: Mapping[str, Any]) -> Item:
    """An item of the file."""
    parts = {name: (part["code"], text_of(part["label"])) for name, part in entry.get("parts", {}).items()}
    lines = tuple(entry.get("lines", ()))
    return Item(entry["id"], text_of(entry["label"]), entry["times"], entry["facts"], lines, parts)


def with_times(items: Iterable[Item], times: Mapping[str, int]) -> tuple[Item, ...]:
    """The items, some of them another number of times; at most `MOST_TIMES`."""
    return tuple(replace(one, times=min(MOST_TIMES, max(0, times.get(one.id, one.times)))) for one in items)


def with_prices(items: Iterable[Item], prices: Mapping[str, Cents]) -> tuple[Item, ...]:
    """The items, some of them at another price."""
    found = []
    for one in items:
        for name in one.prices:
            one = one.at(name, prices[name]) if name in prices else one  # noqa: PLW2901 - each price on top of the others
        found.append(one)
    return tuple(found)


def prices_of(item: Item, person: Mapping[str, Any], civil_year: int) -> dict[str, Cents]:
    """What is charged for an item, or for each part of it. Raises `FactError` for one that cannot be settled."""
    if item.parts:
        fees = {line["code"]: read_money("fee", line["fee"]) for line in item.lines}
        return {f"{item.id}.{name}": fees[code] for name, (code, _) in item.parts.items()}
    return {item.id: settled(item, date(civil_year, 1, 15), person, None, Memory(), "")[0].fee}


def compare(plans: Sequence[Plan], items: Sequence[Item], person: Mapping[str, Any], civil_year: int) -> Comparison:
    """Settle the year under each plan. An item that cannot be settled is named and left out everywhere.

    Raises `FactError` for a contract that cannot be read.
    """
    refused = [(one.id, error) for one in items if (error := trouble(one, person, civil_year))]
    kept = [one for one in items if one.id not in {name for name, _ in refused} and one.times]
    found = [under(plan, kept, person, civil_year) for plan in plans]
    least_first = sorted(found, key=lambda one: (one.total, one.premiums))
    return Comparison(tuple(least_first), tuple(pairs_of(found, kept)), tuple(refused))


def trouble(item: Item, person: Mapping[str, Any], civil_year: int) -> FactError | None:
    """Why an item cannot be settled, without any contract."""
    try:
        settled(item, date(civil_year, 1, 15), person, None, Memory(), "")
    except FactError as error:
        return error
    return None


def under(plan: Plan, items: Sequence[Item], person: Mapping[str, Any], civil_year: int) -> PlanYear:
    """The year under one contract: the acts in the order of their days, so that the caps run."""
    memory, total, contributions = Memory(), Cost(), 0
    by_item = {one.id: Cost() for one in items}
    dated = sorted((day, one.id, one) for one in items for day in days_of(one.times, civil_year))
    for number, (day, _, one) in enumerate(dated):
        cost, kept = settled(one, day, person, plan.contract, memory, str(number))
        by_item[one.id].add(cost)
        total.add(cost)
        contributions += kept
    return PlanYear(plan, total, (plan.premium - plan.employer_pays) * MONTHS, by_item, contributions)


def days_of(times: int, civil_year: int) -> list[date]:
    """Days spread over a year."""
    return [date(civil_year, 1, 15) + timedelta(days=330 * place // max(1, times)) for place in range(times)]


def settled(
    item: Item, day: date, person: Mapping[str, Any], contract: Mapping[str, Any] | None, memory: Memory, doctor: str
) -> tuple[Cost, int]:
    """What one time of an item costs, and the contributions in it."""
    facts = {
        **SAID,
        **person,
        **item.facts,
        "care_date": day.isoformat(),
        "contract": dict(contract) if contract else None,
    }
    facts = {name: value for name, value in facts.items() if value is not None}
    if not item.lines and "fee" not in facts:
        facts["fee"] = plain_euros(tariff(facts))
    if item.lines:
        own = {
            name: value
            for name, value in facts.items()
            if name not in ("medecin_traitant", "purpose", "special_setting")
        }
        bill = settle_bill({**own, "lines": [dict(line) for line in item.lines]})
        totals = bill.totals
        return Cost(totals["fee"], totals["amo"], totals["amc"], totals["patient"]), 0
    answer = memory.settle(encode(facts, flat_law()), flat_law(), {}, doctor)
    result = answer.settlement
    return Cost(
        answer.act.fee, result.amo, result.amc, result.patient
    ), result.participation_forfaitaire + result.franchise


def tariff(facts: Mapping[str, Any]) -> Cents:
    """The tariff of an act on its day: what it is refunded on."""
    return settle_encoded(encode({**facts, "fee": HIGH_FEE}, flat_law()), flat_law(), {}, Counters()).settlement.base
