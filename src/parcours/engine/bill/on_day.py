"""What an entry of a library says on one day: open or closed, price by grid, coefficient, price and class of a box."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from parcours.engine.case import law_on
from parcours.engine.errors import FactError, MissingFact, UnknownTariff
from parcours.engine.facts.encoding import missing_fact
from parcours.law.bill.book import BillLaw, Dated
from parcours.law.bill.book import on as value_on
from parcours.law.cache import flat_law
from parcours.law.codes import UNKNOWN, Convention, DrugClass, Profession
from parcours.law.days import iso
from parcours.law.library.content import OPEN, day_after, on
from parcours.text import Text, plain_euros, same

if TYPE_CHECKING:
    from parcours.law.library.content import Entry
    from parcours.law.library.store import Library

NOT_REFUNDED = 2
"""`REMBOU_COD` of an act that nobody refunds."""
CLASSES = {100: DrugClass.IRREMPLACABLE, 65: DrugClass.MAJEUR, 30: DrugClass.MODERE, 15: DrugClass.FAIBLE}
PERCENT = 100
HUNDRED = 100
GENERIC_TYPES = ("1", "2", "4")


def check_open(found: "Entry", day: int) -> None:
    """Refuse a code that has not begun, or has ended, on a day; its successor is said."""
    if day < found.first:
        allowed = Text(f"connu à partir du {iso(found.first)}", f"known from {iso(found.first)} on")
        raise UnknownTariff("code", found.code, allowed)
    if found.last != OPEN and day > found.last:
        after = found.record.get("next", "")
        allowed = Text(f"fermé depuis le {iso(found.last)}", f"closed since {iso(found.last)}")
        raise UnknownTariff(
            "code",
            found.code,
            allowed + Text(f" ; {after} lui succède", f"; {after} replaces it") if after else allowed,
        )


# --- CCAM ---


def activities(found: "Entry", day: int) -> dict[str, tuple[str, str | None]]:
    """Activity -> (grouping code, letters of the modifiers that it allows), on a day."""
    held = {activity: on(series, day) for activity, series in found.record["acts"].items()}
    return {activity: (value[0], value[1]) for activity, value in held.items() if value is not None}


def phases(found: "Entry", activity: str, day: int) -> dict[str, list[int]]:
    """Phase of an activity -> [old single price, youngest age, oldest age], on a day."""
    held = {key[1:]: on(series, day) for key, series in found.record["phases"].items() if key[0] == activity}
    return {phase: value for phase, value in held.items() if value is not None}


def prices(found: "Entry", activity: str, phase: str, day: int) -> dict[str, int]:
    """Grid -> price in cents, on a day; grid "" for the single price of before the grids."""
    held = {grids: on(series, day) for grids, series in found.record["prices"].get(activity + phase, {}).items()}
    known = {grids: price for grids, price in held.items() if price is not None and price != UNKNOWN}
    by_grid = {grid: price for grids, price in known.items() for grid in grids.split(",")}
    old = phases(found, activity, day).get(phase, [UNKNOWN])[0]
    return by_grid or ({"": old} if old > 0 else {})


def act(
    found: "Entry", day: int, values: Mapping[str, Any], facts: Mapping[str, Any], library: "Library | None"
) -> dict[str, Any]:
    """The tariff of an act, before the session and its modifiers."""
    held = activities(found, day)
    activity = one_of("activity", facts, held, "1", found.code)
    _group, letters = held[activity]
    if letters is not None:
        for letter in facts.get("modifiers", ()):
            if letter not in letters:
                allowed = Text(
                    f"de {found.code} : {' '.join(letters) or 'aucun'}",
                    f"of {found.code}: {' '.join(letters) or 'none'}",
                )
                raise FactError("modifiers", letter, allowed)
    phase = one_of("phase", facts, phases(found, activity, day), "0", found.code)
    said: dict[str, Any] = {"activity": int(activity)} if activity != "1" else {}
    if (on(found.record["rows"], day) or [0])[0] == NOT_REFUNDED:
        return {**said, "tariff": 0}
    by_grid = prices(found, activity, phase, day)
    tariff = price_in_grid(found, day, by_grid, values, library)
    return {**said, "tariff": tariff}


def one_of(name: str, facts: Mapping[str, Any], held: Mapping[str, Any], usual: str, code: str) -> str:
    """The activity or the phase of a line: said, the usual one, or the only one."""
    if name in facts:
        said = str(facts[name])
        if said not in held:
            raise FactError(name, said, same(", ".join(sorted(held)) or "—"))
        return said
    if usual in held or len(held) == 1:
        return usual if usual in held else next(iter(held))
    if not held:
        raise UnknownTariff(
            "code", code, Text("rien n'est ouvert ce jour : donnez base", "nothing is open that day: give base")
        )
    raise MissingFact(name, same(", ".join(sorted(held))))


def price_in_grid(
    found: "Entry", day: int, by_grid: Mapping[str, int], values: Mapping[str, Any], library: "Library | None"
) -> int:
    """The price for this professional: of his grid, or the one on which all grids agree."""
    if not by_grid:
        day_text = iso(day)
        allowed = Text(f"aucun prix le {day_text} ; donnez base", f"no price on {day_text}; give base")
        raise UnknownTariff("code", found.code, allowed)
    if len(set(by_grid.values())) == 1:
        return next(iter(by_grid.values()))
    grid = None if library is None else grid_of(values, library)
    if grid is not None and str(grid) in by_grid:
        return by_grid[str(grid)]
    named = library.about.tables["grids"] if library else {}
    if library and library.about.tables["of"] and "convention" not in values:
        raise missing_fact("convention")
    shown = shown_grids(by_grid, named)
    allowed = Text(
        f"les grilles de prix diffèrent ({shown}) : importez de nouveau avec --grid secteur_1=N, ou donnez base",
        f"the grids of prices differ ({shown}): import again with --grid secteur_1=N, or give base",
    )
    raise UnknownTariff("code", found.code, allowed)


def shown_grids(by_grid: Mapping[str, int], names: Mapping[str, str]) -> str:
    """Each price and the grids that have it: 14.52 (3 Secteur 1), 13.52 (4)."""
    alike: dict[int, list[str]] = {}
    for grid, price in by_grid.items():
        alike.setdefault(price, []).append(f"{grid} {names.get(grid, '')}".strip())
    return ", ".join(f"{plain_euros(price)} ({', '.join(grids)})" for price, grids in alike.items())


def grid_of(values: Mapping[str, Any], library: "Library") -> int | None:
    """The grid of prices of this professional, as whoever imported said: by convention, else by profession."""
    grids: Mapping[str, int] = library.about.tables["of"]
    names = [Profession(values["profession"]).name.lower()] if values.get("profession") else []
    if "convention" in values:
        convention = Convention(values["convention"]).name.lower()
        names = [f"{name}.{convention}" for name in names] + [convention, *names]
    return next((grids[name] for name in names if name in grids), None)


def modifier_series(rows: Sequence[Sequence[int]], grid: int) -> tuple[Dated, Dated]:
    """Amounts and percentages of one modifier over time, in one grid; `UNKNOWN` where it is not in force."""
    own = [row for row in rows if row[4] in {0, grid}]
    days: dict[int, tuple[int, int]] = {}
    for first, last, percent, amount, _ in own:
        days[first] = amount, percent
        if last:
            days.setdefault(day_after(last), (UNKNOWN, UNKNOWN))
    series = sorted(days.items())
    firsts = tuple(first for first, _ in series)
    return (firsts, tuple(pair[0] for _, pair in series)), (firsts, tuple(pair[1] for _, pair in series))


# --- NABM ---


def analysis(found: "Entry", day: int, facts: Mapping[str, Any], *, by_letter: bool) -> dict[str, Any]:
    """The coefficient of an analysis, or its tariff; nothing is refunded of one that is outside the list."""
    value = on(found.record["values"], day)
    if value is None:
        allowed = Text(f"aucune valeur le {iso(day)} ; donnez base", f"no value on {iso(day)}; give base")
        raise UnknownTariff("code", found.code, allowed)
    letters = value[3]
    if [letter for letter, _ in letters] == ["B"]:
        coefficient = letters[0][1] * facts.get("quantity", 1)
        if not by_letter:
            return {"tariff": worth(coefficient, day)}
        return {} if "coefficient" in facts else {"coefficient": coefficient}
    if all(letter == "BHN" for letter, _ in letters):
        return {"tariff": 0}
    shown = " + ".join(f"{letter} {plain_euros(number)}" for letter, number in letters)
    allowed = Text(
        f"{shown} : donnez base, la valeur de ces lettres n'est pas connue",
        f"{shown}: give base, what these letters are worth is unknown",
    )
    raise UnknownTariff("code", found.code, allowed)


def worth(coefficient: int, day: int) -> int:
    """So many B (in hundredths) on a day, in cents."""
    law = flat_law()
    return (law_on(day, law, {}).acte_base[law.acts["B"]] * coefficient + HUNDRED // 2) // HUNDRED


# --- BDPM ---


def box(found: "Entry", day: int, facts: Mapping[str, Any], bill: BillLaw) -> dict[str, Any]:
    """Price without fee, class and pack of a box, and the price that limits it where the generic is refused."""
    state = on(found.record["states"], day)
    if state is None:
        allowed = Text(f"plus en vente le {iso(day)} ; donnez price", f"no longer sold on {iso(day)}; give price")
        raise UnknownTariff("code", found.code, allowed)
    if "price" in facts:
        return class_of(found, state, facts)
    if state["price"] == UNKNOWN:
        return {"tariff": 0}
    said = {"price": state["price"], **class_of(found, state, facts)}
    if "pack" not in facts and state["fee"] == value_on(bill.codes["HG"].values, day):
        said["pack"] = "three_months"
    return {**said, **limit_of(found, state, day, facts)}


def class_of(found: "Entry", state: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The class of a box, from its rate; of several rates the line says which."""
    rates = state["rates"]
    if "rate_class" in facts or "drug_class" in facts or not rates:
        return {}
    if len(rates) > 1:
        note = found.record["note"]
        raise MissingFact("rate_class", same(", ".join(map(str, rates)) + (f" ({note})" if note else "")))
    return {"rate_class": rates[0]}


def limit_of(found: "Entry", state: Mapping[str, Any], day: int, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The dearest generic of the group in a pack of the same size: what counts where a dearer product is delivered."""
    if "generic_price" in facts or facts.get("generic") in ("accepted", "not_substitutable", "tfr"):
        return {}
    dearest = dearest_generic(state["group"], found.record["pack"], day) if state["group"] else UNKNOWN
    if dearest == UNKNOWN or dearest >= state["price"]:
        return {"generic_price": state["price"]} if "generic" in facts else {}
    if "generic" not in facts:
        allowed = Text(
            f"refused, not_substitutable ou tfr : {plain_euros(state['price'])} ici, générique le plus cher "
            f"{plain_euros(dearest)}",
            f"refused, not_substitutable or tfr: {plain_euros(state['price'])} here, dearest generic "
            f"{plain_euros(dearest)}",
        )
        raise MissingFact("generic", allowed)
    return {"generic_price": dearest}


def dearest_generic(group: str, pack: str, day: int) -> int:
    """Price without fee of the dearest generic of a group in a pack of that size; `UNKNOWN` where there is none."""
    from parcours.law.library.installed import installed

    library = installed("bdpm")
    states = (
        [on(one.record["states"], day) for one in library.of_group(group) if one.record["pack"] == pack]
        if library
        else []
    )
    found = [one["price"] for one in states if one and one["group"] == group and one["type"] in GENERIC_TYPES]
    return max(found, default=UNKNOWN)


# --- LPP, NGAP ---


def series_of(periods: Sequence[tuple[int, int, int]]) -> Dated:
    """First day, last day and value of each period, as a series: `UNKNOWN` after a last day that nothing follows."""
    days: dict[int, int] = {}
    for first, last, value in periods:
        days[first] = value
        if last:
            days[day_after(last)] = UNKNOWN
    return tuple(days), tuple(days.values())


def device_series(found: "Entry") -> tuple[Dated, Dated]:
    """Base and highest price of a device over time; no base where it is on a quote, no price where none is set."""
    periods = found.record["periods"]
    base = series_of([(one[0], one[1], one[5] or UNKNOWN) for one in periods])
    return base, series_of([(one[0], one[1], one[7] or UNKNOWN) for one in periods])


def letter_series(found: "Entry") -> tuple[Dated, Dated]:
    """Amount and own rate of a key of the NGAP over time."""
    periods = found.record["periods"]
    rates = [
        (first, last, value["rate"] * PERCENT if value["rate"] >= 0 else UNKNOWN) for first, last, value in periods
    ]
    return series_of([(first, last, value["amount"]) for first, last, value in periods]), series_of(rates)
