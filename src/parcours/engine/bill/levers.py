"""What a lever changes on the lines of a bill, as people write them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.prices import basket_on
from parcours.engine.bill.settle import BillAnswer
from parcours.law.bill.book import BASKETS, on
from parcours.law.bill.codes import Nature
from parcours.law.codes import UNKNOWN
from parcours.text import plain_euros

Raw = Mapping[str, Any]
"""A line as it was said."""
Changed = dict[str, Any] | None
"""The line in its place; None: it is no longer there."""
MONTHS = 3
"""Boxes of a month that one pack of three months replaces."""


def changed_lines(change: Any, answer: BillAnswer) -> Iterator[tuple[int, Changed]]:
    """(index, line in its place) of each line that a lever of bills changes."""
    for index, (raw, line) in enumerate(zip(answer.given.get("lines", ()), answer.lines, strict=False)):
        found = (
            exchanged(change, raw, line, answer) if isinstance(change, Mapping) else CHANGES[change](raw, line, answer)
        )
        if found is not raw:
            yield index, found


def exchanged(change: Mapping[str, str], raw: Raw, line: BillLine, answer: BillAnswer) -> Any:
    """Another code in its place, at the highest price of 100 % Santé."""
    if line.code.key != change["from"]:
        return raw
    to = answer.bill.codes[change["to"]]
    ceiling = on(to.ceiling, line.line.act.care_date)
    fee = min(line.line.act.fee, ceiling)
    if ceiling == UNKNOWN:
        return raw
    kept = {name: value for name, value in raw.items() if name not in ("base", "tariff", "max_price")}
    return {**kept, "code": to.key, "fee": plain_euros(fee)}


def generic(raw: Raw, line: BillLine, answer: BillAnswer) -> Any:
    """The generic in the place of a product that was preferred to it."""
    del answer
    act, said = line.line.act, line.said
    if line.line.given and line.code.fee_per_box and "generic" not in said and act.fee > line.line.tariff:
        return {**raw, "fee": plain_euros(line.line.tariff)}
    if said.get("generic") not in ("refused", "tfr") or "price" not in said:
        return raw
    less = said["price"] - said.get("generic_price", said["price"])
    if less <= 0:
        return raw
    fee = act.fee - less * said.get("quantity", 1)
    return {**raw, "generic": "accepted", "price": raw["generic_price"], "fee": plain_euros(fee)}


def pack(raw: Raw, line: BillLine, answer: BillAnswer) -> Any:
    """Packs of three months in the place of boxes of a month."""
    quantity = line.said.get("quantity", 1)
    if not line.code.fee_per_box or quantity % MONTHS or "price" not in line.said or "pack" in line.said:
        return raw
    day = line.line.act.care_date
    month, three = (on(answer.bill.codes[name].values, day) for name in ("HD", "HG"))
    if UNKNOWN in (month, three):
        return raw
    packs = quantity // MONTHS
    fee = line.line.act.fee - quantity * month + packs * three
    price = line.said["price"] * MONTHS
    return {**raw, "pack": "three_months", "quantity": packs, "price": plain_euros(price), "fee": plain_euros(fee)}


def ceiling(raw: Raw, line: BillLine, answer: BillAnswer) -> Any:
    """The highest price where more was charged for the basket without anything left."""
    del answer
    basket = basket_on(line.code, line.line.act.care_date, line.said)
    free = basket != UNKNOWN and BASKETS[basket] == "rac0"
    if not free or line.line.ceiling == UNKNOWN or line.line.act.fee <= line.line.ceiling:
        return raw
    return {**raw, "fee": plain_euros(line.line.ceiling)}


def comfort(raw: Raw, line: BillLine, answer: BillAnswer) -> Any:
    """Nothing in the place of a private room."""
    del answer
    return None if line.line.nature == Nature.COMFORT else raw


CHANGES: dict[str, Callable[[Raw, BillLine, BillAnswer], Any]] = {
    "generic": generic,
    "pack": pack,
    "ceiling": ceiling,
    "comfort": comfort,
}
"""What `change` names in `law/bill/levers.yaml`."""
