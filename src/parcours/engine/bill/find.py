"""Looking a code up by words, by its start, or whole: in the imported libraries and in what the product ships."""

from collections.abc import Iterator
from dataclasses import dataclass

from parcours.engine.bill import on_day
from parcours.engine.errors import FactError
from parcours.law.bill.book import BillLaw, Code, bill_law
from parcours.law.bill.book import on as value_on
from parcours.law.cache import flat_law
from parcours.law.codes import UNKNOWN
from parcours.law.days import iso
from parcours.law.library.content import Entry, on
from parcours.law.library.installed import all_installed
from parcours.law.library.store import Library
from parcours.text import COLON, SEMICOLON, Text, plain_euros, same
from parcours.words import fold

SHIPPED = Text("livré", "shipped")
CLOSED = Text("fermé le {day}", "closed on {day}")
NOT_REFUNDED = Text("non remboursé", "not refunded")
ON_QUOTE = Text("sur devis", "on a quote")
AT_MOST = Text("prix maximal {price}", "highest price {price}")
WITH_FEE = Text("honoraire {fee} compris", "fee of {fee} included")
SEVERAL = Text("selon la grille", "by grid")


@dataclass(frozen=True)
class Found:
    """A code that was looked for."""

    code: str
    label: Text
    nomenclature: str
    """Empty: shipped."""
    price: int
    """In cents on the day; `UNKNOWN` where none, or several, are known."""
    detail: Text
    source: Text


def find(text: str, day: int, most: int) -> list[Found]:
    """Codes that start so, or whose words do: exact codes first, then labels, the libraries before what is shipped."""
    words, code = fold(text).split(), text.strip().upper()
    if not words:
        return []
    found = [
        of_entry(entry, library, day)
        for library in all_installed().values()
        for entry in library.find(words, code, most)
    ]
    known = {one.code for one in found}
    found += [one for one in shipped(words, code, day) if one.code not in known]
    found.sort(key=lambda one: (one.code != code, not one.code.startswith(code)))
    return found[:most]


def of_entry(entry: Entry, library: Library, day: int) -> Found:
    """An entry of a library on a day."""
    about = library.about
    source = same(f"{about.name.upper()} {about.version}".strip() + f", {iso(about.day)}")
    try:
        on_day.check_open(entry, day)
        price, detail = {"ccam": ccam, "lpp": lpp, "nabm": nabm, "bdpm": bdpm, "ngap": ngap}[about.name](entry, day)
    except FactError as error:
        price, detail = UNKNOWN, error.allowed
    return Found(entry.code, same(entry.label), about.name, price, detail, source)


def ccam(entry: Entry, day: int) -> tuple[int, Text]:
    """The price of an act: of its first activity and phase, or each of its grids."""
    if (on(entry.record["rows"], day) or [0])[0] == on_day.NOT_REFUNDED:
        return 0, NOT_REFUNDED
    for activity in sorted(on_day.activities(entry, day)):
        for phase in sorted(on_day.phases(entry, activity, day)):
            by_grid = on_day.prices(entry, activity, phase, day)
            if len(set(by_grid.values())) == 1:
                return next(iter(by_grid.values())), same("")
            if by_grid:
                return UNKNOWN, SEVERAL + COLON + on_day.shown_grids(by_grid, {})
    return UNKNOWN, same("")


def lpp(entry: Entry, day: int) -> tuple[int, Text]:
    """The base of a device, and its highest price."""
    base, price = (value_on(series, day) for series in on_day.device_series(entry))
    if base == UNKNOWN:
        return UNKNOWN, ON_QUOTE
    return base, AT_MOST.format(price=plain_euros(price)) if price != UNKNOWN else same("")


def nabm(entry: Entry, day: int) -> tuple[int, Text]:
    """The price of an analysis, and its letters."""
    value = on(entry.record["values"], day)
    letters = value[3] if value else []
    detail = same(" + ".join(f"{letter} {plain_euros(number)}" for letter, number in letters))
    known = bool(letters) and all(letter == "B" for letter, _ in letters)
    return on_day.worth(sum(number for _, number in letters), day) if known else UNKNOWN, detail


def bdpm(entry: Entry, day: int) -> tuple[int, Text]:
    """The price of a box with its fee, and its rate."""
    state = on(entry.record["states"], day)
    if state is None or state["price"] == UNKNOWN:
        return UNKNOWN, NOT_REFUNDED
    rates = ", ".join(f"{rate} %" for rate in state["rates"])
    fee = max(0, state["fee"])
    return state["price"] + fee, WITH_FEE.format(fee=plain_euros(fee)) + (SEMICOLON + rates if rates else "")


def ngap(entry: Entry, day: int) -> tuple[int, Text]:
    """The amount of a key."""
    return value_on(on_day.letter_series(entry)[0], day), same("")


def shipped(words: list[str], code: str, day: int) -> Iterator[Found]:
    """What the product ships: the codes of bills, and the table of acts."""
    law, bill = flat_law(), bill_law()
    rows = law.default.on(max(day, law.default.first_days[0]))
    labels = {key: Text(label["fr"], label["en"]) for key, (label, _) in bill.acts.items()}
    labels |= {key: Text(one.label["fr"], one.label["en"]) for key, one in bill.codes.items()}
    other = {key: letter for letter, key in bill.letters.items()}
    for key, label in sorted(labels.items()):
        written = f" {fold(label.fr)} {fold(label.en)} {fold(key)} {other.get(key, '')}"
        if not key.startswith(code) and other.get(key) != code and not all(f" {word}" in written for word in words):
            continue
        price = price_of(bill.codes[key], bill, day) if key in bill.codes else UNKNOWN
        if price == UNKNOWN and key in law.acts:
            price = rows.acte_base[law.acts[key]]
        yield Found(key, label, "", price, same(""), SHIPPED)


def price_of(code: Code, bill: BillLaw, day: int) -> int:
    """What the tables of bills give to a code on a day."""
    return value_on(bill.parameters[code.parameter] if code.parameter else code.values, day)
