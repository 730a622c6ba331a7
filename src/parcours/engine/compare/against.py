"""Two contracts over a year of care, one against the other: which costs less, and from how much care the dearer premium
is worth it, in whole acts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.text import MINUS, Text, agreed, euros

if TYPE_CHECKING:
    from parcours.engine.compare.year import Item, PlanYear

MOST_SAID = 60
"""A break-even of more times a year helps nobody."""
LESS = Text(
    "« {second} » coûte {amount} de moins que « {first} » sur cette année",
    "“{second}” costs {amount} less than “{first}” over this year",
)
MORE = Text(
    "« {second} » coûte {amount} de plus que « {first} » sur cette année",
    "“{second}” costs {amount} more than “{first}” over this year",
)
ALIKE = Text(
    "« {second} » et « {first} » reviennent au même sur cette année",
    "“{second}” and “{first}” come to the same over this year",
)
DETAIL = Text(" (cotisations {premiums}, soins {care}).", " (premiums {premiums}, care {care}).")
WORTH = Text(
    " La cotisation de « {dear} » est rentable à partir de {n} {n:soin|soins} comme ceux-ci dans l'année (il y en a "
    "{acts})",
    " The premium of “{dear}” is worth it from {n} {n:act|acts} of care like these in the year (there {acts:is|are} "
    "{acts})",
)
OR_ITEM = Text(", ou de {times} fois « {item} » au lieu de {now}", ", or from {times} times “{item}” instead of {now}")
NEVER = Text(
    " Aucun nombre de ces soins ne rentabilise la cotisation de « {dear} »",
    " No number of these acts of care makes the premium of “{dear}” worth it",
)


@dataclass(frozen=True)
class Pair:
    """A second contract against a first, over the same care."""

    first: "PlanYear"
    second: "PlanYear"
    items: Sequence["Item"]

    @property
    def ordered(self) -> "tuple[PlanYear, PlanYear]":
        """The one with the lower premium, then the dearer one."""
        dearer_last = self.first.premiums <= self.second.premiums
        return (self.first, self.second) if dearer_last else (self.second, self.first)

    @property
    def more(self) -> int:
        """How much more the dearer premium is, in cents a year."""
        cheap, dear = self.ordered
        return dear.premiums - cheap.premiums

    @property
    def saved(self) -> int:
        """How much less the dearer one leaves of the care."""
        cheap, dear = self.ordered
        return cheap.care.patient - dear.care.patient

    @property
    def of(self) -> int:
        """How many acts the year holds."""
        return sum(item.times for item in self.items)

    @property
    def acts(self) -> int | None:
        """From how many acts like those of the year the dearer premium is worth it: the first whole number; None where
        none is.
        """
        return first_whole(self.more * self.of, self.saved) if self.more > 0 and self.saved > 0 else None

    @property
    def item(self) -> "tuple[Item, int] | None":
        """The care of which the fewest more make the dearer premium worth it, the rest of the year as it is, and how
        many times it then happens; None where it already is worth it.
        """
        missing = self.more - self.saved
        if missing <= 0:
            return None
        cheap, dear = self.ordered
        each = {one.id: cheap.by_item[one.id].patient - dear.by_item[one.id].patient for one in self.items}
        found = [
            (first_whole(missing * one.times, each[one.id]), place)
            for place, one in enumerate(self.items)
            if each[one.id] > 0
        ]
        if not found:
            return None
        extra, place = min(found)
        return self.items[place], self.items[place].times + extra

    def to_dict(self) -> dict[str, Any]:
        """The break-even as plain data."""
        cheap, dear = self.ordered
        item = self.item
        named = {"item": item[0].id, "item_times": item[1]} if item else {}
        return {"cheap": cheap.plan.name, "dear": dear.plan.name, "acts": self.acts, "of": self.of, **named}

    def said(self, lang: str) -> str:
        """The second contract against the first, in words."""
        change = self.second.total - self.first.total
        template = MORE if change > 0 else LESS if change < 0 else ALIKE
        premiums = signed(self.second.premiums - self.first.premiums, lang)
        care = signed(self.second.care.patient - self.first.care.patient, lang)
        names = {"first": self.first.plan.name, "second": self.second.plan.name}
        told = template[lang].format(**names, amount=euros(abs(change), lang))
        return told + DETAIL[lang].format(premiums=premiums, care=care) + self.worth(lang)

    def worth(self, lang: str) -> str:
        """From how much care the dearer premium is worth it; nothing where the premiums are the same."""
        if self.more <= 0:
            return ""
        dear = self.ordered[1].plan.name
        if self.acts is None:
            return NEVER[lang].format(dear=dear) + "."
        told = agreed(WORTH, lang, dear=dear, n=self.acts, acts=self.of)
        item, times = self.item or (None, 0)
        if item and times <= MOST_SAID:
            told += OR_ITEM[lang].format(times=times, item=item.label[lang], now=item.times)
        return told + "."


def pairs_of(found: "Sequence[PlanYear]", items: "Sequence[Item]") -> Iterable[Pair]:
    """Each contract against each one before it, then each against none."""
    contracts = [one for one in found if one.plan.contract is not None]
    yield from (Pair(first, second, items) for place, second in enumerate(contracts) for first in contracts[:place])
    yield from (Pair(none, one, items) for none in found if none.plan.contract is None for one in contracts)


def first_whole(amount: int, each: int) -> int:
    """The first whole number of times that something worth `each` reaches an amount."""
    return -(-amount // each)


def signed(cents: int, lang: str) -> str:
    """An amount with its sign, always."""
    return ("+" if cents >= 0 else MINUS) + euros(abs(cents), lang)
