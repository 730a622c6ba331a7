"""The CCAM in its dBase distribution: acts, activities, phases, prices by grid, modifiers, pairs.

Each table keeps one row for each day of change; a row below repeats the key and the day of the row above it. What holds
on a day are the rows below those in force on that day; a price is the newest one of its phase and grid.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from parcours.law.library import problems
from parcours.law.library.ccam_tables import (
    check_day,
    check_key,
    check_parent,
    in_order,
    read_associations,
    read_grids,
    read_modifiers,
    told,
    wrong,
)
from parcours.law.library.content import OPEN, Content, Entry, steps
from parcours.law.library.dbf import CENTS, DAY, RAW, WHOLE, WORD, Table, table_of
from parcours.law.library.decode import decoded, one_line
from parcours.law.library.parts import Part, needed
from parcours.law.library.problems import place
from parcours.text import same

NEEDED = ("R_ACTE.dbf", "R_ACTE_IVITE.dbf", "R_ACTE_IVITE_PHASE.dbf", "R_PU_BASE.dbf", "R_TB11.dbf")
LABELS = ("NOM_LONG", *(f"NOM_LONG{suffix}" for suffix in "0123456789ABCDE"))
"""One label, cut every 254 characters in the middle of its words."""
CODE = re.compile(r"[A-Z]{4}\d{3}")
Rows = dict[str, list[tuple[Any, ...]]]


def read(parts: Mapping[str, Part], grids: Mapping[str, int]) -> Content:
    """A distribution of the CCAM. `grids`: who -> grid of prices. Raises `LibraryError`."""
    needed(dict(parts), NEEDED)
    tables = {name: table_of(part) for name, part in parts.items() if name.startswith("R_") and name.endswith(".DBF")}
    acts, labels = read_acts(tables["R_ACTE.DBF"])
    activities = read_activities(tables["R_ACTE_IVITE.DBF"], acts)
    phases = read_phases(tables["R_ACTE_IVITE_PHASE.DBF"], activities)
    prices = read_prices(tables["R_PU_BASE.DBF"], phases)
    modifiers = read_allowed(tables.get("R_ACTIVITE_MODIFICATEUR.DBF"), activities)
    incompatible = read_incompatible(tables.get("R_INCOMPATIBILITES.DBF"), acts)
    known = sorted({grid for series in prices.values() for grid in series})
    for grid in grids.values():
        if grid not in known:
            raise problems.unknown_grid(grid, grids=same(", ".join(map(str, known))))
    below = Below(by_parent(activities), by_parent(phases), prices, modifiers, incompatible)
    encoding = tables["R_ACTE.DBF"].encoding()
    entries = [entry(code, rows, labels[code], encoding, below) for code, rows in sorted(acts.items())]
    names = read_grids(tables.get("R_TB23.DBF"), known)
    return Content(
        entries,
        max(table.day for table in tables.values()) or max(row[0] for rows in acts.values() for row in rows),
        "",
        {
            "modifiers": read_modifiers(tables["R_TB11.DBF"]),
            "grids": names,
            "of": dict(grids),
            "associations": read_associations(tables),
        },
        told(tables, names, grids),
    )


class Below:
    """The rows below an act."""

    def __init__(
        self,
        activities: Mapping[tuple[str, int], list[tuple[str, int, tuple[Any, ...]]]],
        phases: Mapping[tuple[str, int], list[tuple[str, int, tuple[Any, ...]]]],
        prices: Mapping[str, Mapping[int, list[tuple[int, int]]]],
        modifiers: Mapping[tuple[str, int], str] | None,
        incompatible: Mapping[str, list[str]],
    ) -> None:
        self.activities, self.phases, self.prices = activities, phases, prices
        self.modifiers, self.incompatible = modifiers, incompatible


# --- rows ---


def read_acts(table: Table) -> tuple[Rows, dict[str, bytes]]:
    """Rows of the acts by code, and the newest label of each, as bytes."""
    pieces = [name for name in LABELS if table.has(name)]
    if "NOM_LONG" not in pieces:
        table.column("NOM_LONG")
    rows: Rows = defaultdict(list)
    labels: dict[str, tuple[int, bytes]] = {}
    kinds = dict.fromkeys(pieces, RAW)
    for number, code, day, refunded, sex, last, agreement, after, *texts in table.read(
        COD_ACTE=WORD, DT_MODIF=DAY, REMBOU_COD=WHOLE, SEXE=WHOLE, DT_FIN=DAY, ENTENTE=WORD, SUIVANT=WORD, **kinds
    ):
        if not CODE.fullmatch(code):
            raise wrong(table, number, "COD_ACTE", code, same("DEQP003"))
        check_day(table, number, "DT_MODIF", day)
        rows[code].append((day, refunded, sex, last, agreement, after, number))
        if day >= labels.get(code, (0, b""))[0]:
            labels[code] = day, b"".join(texts)
    for found in rows.values():
        in_order(table, found)
    if not rows:
        raise problems.nothing_in_it(field=table.part.name)
    return rows, {code: label for code, (_, label) in labels.items()}


def read_activities(table: Table, acts: Rows) -> Rows:
    """Rows of the activities, by act and activity."""
    parents = {(code, row[0]) for code, rows in acts.items() for row in rows}
    rows: Rows = defaultdict(list)
    for number, key, day, act, act_day, activity, group in table.read(
        COD_AA=WORD, DT_MODIF=DAY, ACTE_COD=WORD, ACDT_MODIF=DAY, ACTIV_COD=WORD, REGROU_COD=WORD
    ):
        check_day(table, number, "DT_MODIF", day)
        check_key(table, number, "COD_AA", key, f"{act}{activity}")
        check_parent(table, number, (act, act_day), parents, "R_ACTE")
        rows[key].append((day, act, act_day, group, number))
    for found in rows.values():
        in_order(table, found, 2)
    return rows


def read_phases(table: Table, activities: Rows) -> Rows:
    """Rows of the phases, by act, activity and phase."""
    parents = {(key, row[0]) for key, rows in activities.items() for row in rows}
    rows: Rows = defaultdict(list)
    for number, key, day, above, above_day, phase, old_price, youngest, oldest in table.read(
        COD_AAP=WORD, DT_MODIF=DAY, AA_COD=WORD, AADT_MODIF=DAY, PHASE_COD=WHOLE, PU_BASE=CENTS, AGE_MIN=WHOLE,
        AGE_MAX=WHOLE,
    ):  # fmt: skip
        check_day(table, number, "DT_MODIF", day)
        check_key(table, number, "COD_AAP", key, f"{above}{phase}")
        check_parent(table, number, (above, above_day), parents, "R_ACTE_IVITE")
        rows[key].append((day, above, above_day, old_price, max(0, youngest), max(0, oldest), number))
    for found in rows.values():
        in_order(table, found, 2)
    return rows


def read_prices(table: Table, phases: Rows) -> dict[str, dict[int, list[tuple[int, int]]]]:
    """Prices by phase and grid: (first day, cents)."""
    parents = {(key, row[0]) for key, rows in phases.items() for row in rows}
    prices: dict[str, dict[int, list[tuple[int, int]]]] = {key: {} for key in phases}
    for number, key, grid, price, day in table.read(AAP_COD=WORD, GRILLE_COD=WHOLE, PU_BASE=CENTS, APDT_MODIF=DAY):
        if (key, day) not in parents:
            check_parent(table, number, (key, day), parents, "R_ACTE_IVITE_PHASE")
        if grid < 0:
            raise wrong(table, number, "GRILLE_COD", "", same("0, 1, 2…"))
        series = prices[key].setdefault(grid, [])
        if series and series[-1][0] >= day:
            at = bisect_right(series, day, key=lambda pair: pair[0])
            if at and series[at - 1][0] == day:
                raise problems.twice(f"{key} {grid} {day}", field=place(table.part.name, number))
            series.insert(at, (day, price))
        else:
            series.append((day, price))
    return prices


def read_allowed(table: Table | None, activities: Rows) -> dict[tuple[str, int], str] | None:
    """Letters of the modifiers allowed on each row of an activity; None without the table."""
    if table is None:
        return None
    parents = {(key, row[0]) for key, rows in activities.items() for row in rows}
    letters: dict[tuple[str, int], str] = dict.fromkeys(parents, "")
    for number, key, day, letter in table.read(AA_CODE=WORD, AADT_MODIF=DAY, MODIFI_COD=WORD):
        check_parent(table, number, (key, day), parents, "R_ACTE_IVITE")
        letters[key, day] += letter
    return letters


def read_incompatible(table: Table | None, acts: Rows) -> dict[str, list[str]]:
    """Acts that are refused beside an act in one session, in both orders."""
    pairs: dict[str, set[str]] = defaultdict(set)
    if table is not None:
        for number, one, other in table.read(ACTE_COD1=WORD, ACTE_COD2=WORD):
            for code in (one, other):
                if code not in acts:
                    raise problems.orphan(code, field=place(table.part.name, number), parent="R_ACTE")
            pairs[one].add(other)
            pairs[other].add(one)
    return {code: sorted(others) for code, others in pairs.items()}


# --- one act over time ---


def entry(code: str, rows: Sequence[tuple[Any, ...]], label: bytes, encoding: str, below: Below) -> Entry:
    """One act: who may do it, in which phases, at what price, over time."""
    days = {row[0] for row in rows}
    by_day = {row[0]: row for row in rows}
    activities: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    phases: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for act_day in sorted(days):
        for key, day, _ in below.activities.get((code, act_day), ()):
            days.add(day)
            days.update(found for _, found, _ in below.phases.get((key, day), ()))
    for day in sorted(days):
        act = newest(by_day, day)
        held = {} if act is None else in_force(below.activities.get((code, act[0]), ()), day)
        for key, (activity_day, row) in held.items():
            allowed = None if below.modifiers is None else "".join(sorted(below.modifiers[key, activity_day]))
            activities[key].append((day, [row[3], allowed]))
            for phase, (_, found) in in_force(below.phases.get((key, activity_day), ()), day).items():
                phases[phase].append((day, [found[3], found[4], found[5]]))
        gone(activities, held, day)
        gone(phases, {key for key, series in phases.items() if series[-1][0] == day}, day)
    last = rows[-1]
    first = min(day for day, *_ in rows)
    return Entry(
        code,
        one_line(decoded(label, encoding, f"R_ACTE.dbf: {code}")),
        first,
        last[3] or OPEN,
        {
            "rows": steps([(row[0], [row[1], row[4]]) for row in rows]),
            "sex": max(0, last[2]),
            "next": last[5],
            "acts": {key[len(code) :]: steps(series) for key, series in sorted(activities.items())},
            "phases": {key[len(code) :]: steps(series) for key, series in sorted(phases.items())},
            "prices": {key[len(code) :]: by_grid(below.prices[key]) for key in sorted(phases) if below.prices.get(key)},
            "never": below.incompatible.get(code, []),
        },
    )


def newest(by_day: Mapping[int, tuple[Any, ...]], day: int) -> tuple[Any, ...] | None:
    """The row in force on a day."""
    before = [first for first in by_day if first <= day]
    return by_day[max(before)] if before else None


def in_force(rows: Sequence[tuple[str, int, tuple[Any, ...]]], day: int) -> dict[str, tuple[int, tuple[Any, ...]]]:
    """Of the rows below one row: key -> (its day, the row) of the newest that has begun."""
    found: dict[str, tuple[int, tuple[Any, ...]]] = {}
    for key, first, row in rows:
        if first <= day and first >= found.get(key, (0, ()))[0]:
            found[key] = first, row
    return found


def gone(series: Mapping[str, list[tuple[int, Any]]], held: Any, day: int) -> None:
    """End what is no longer held on a day."""
    for key, values in series.items():
        if key not in held and values[-1][1] is not None:
            values.append((day, None))


def by_grid(prices: Mapping[int, list[tuple[int, int]]]) -> dict[str, list[list[int]]]:
    """Prices of one phase: the grids that have them -> first days and cents, in order."""
    alike: dict[tuple[tuple[int, int], ...], list[str]] = defaultdict(list)
    for grid, series in sorted(prices.items()):
        alike[tuple(series)].append(str(grid))
    return {",".join(grids): steps(series) for series, grids in alike.items()}


def by_parent(rows: Rows) -> dict[tuple[str, int], list[tuple[str, int, tuple[Any, ...]]]]:
    """The rows of a table under the row that each depends on."""
    found: dict[tuple[str, int], list[tuple[str, int, tuple[Any, ...]]]] = defaultdict(list)
    for key, series in rows.items():
        for row in series:
            found[row[1], row[2]].append((key, row[0], row))
    return found
