"""The tables of the CCAM that are of no act, and the checks that its readers share."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from parcours.law.bill.book import bill_law
from parcours.law.codes import UNKNOWN
from parcours.law.library import problems
from parcours.law.library.dbf import CENTS, DAY, RATE, RAW, WHOLE, WORD, Table
from parcours.law.library.decode import decoded, one_line
from parcours.law.library.problems import place
from parcours.text import Text, percent

WHOLE_COEFFICIENT = 10_000
MOST_CONTEXTS = 20
RATE_OF_FILE = Text(
    "R_TB02, code d'association {code} : {found} dans le fichier, {own} dans le produit",
    "R_TB02, association code {code}: {found} in the file, {own} in the product",
)
RATES_KNOWN = 20250101
"""A day on which the product knows the rates of association."""


def read_modifiers(table: Table) -> dict[str, list[list[Any]]]:
    """Letter -> [first day, last day, percentage in basis points, amount in cents, grid]."""
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for number, letter, first, coefficient, flat, last, grid in table.read(
        COD_MODIFI=WORD, DT_DEBUT=DAY, COEF=RATE, FORFAIT=CENTS, DT_FIN=DAY, GRILLE_COD=WHOLE
    ):
        check_day(table, number, "DT_DEBUT", first)
        if last and last < first:
            raise problems.wrong_order(last, field=place(table.part.name, number, "DT_FIN"), first=first)
        percent = max(0, coefficient - WHOLE_COEFFICIENT)
        if 0 < coefficient < WHOLE_COEFFICIENT:
            raise wrong(
                table, number, "COEF", f"{coefficient / WHOLE_COEFFICIENT}", Text("0, ou 1 et plus", "0, or 1 and more")
            )
        found[letter].append([first, last, percent, max(0, flat), max(0, grid)])
    return {letter: sorted(rows) for letter, rows in sorted(found.items())}


def read_grids(table: Table | None, known: Sequence[int]) -> dict[str, str]:
    """Name of each grid that has prices."""
    names = dict.fromkeys(map(str, known), "")
    if table is not None:
        encoding = table.encoding()
        for number, grid, label in table.read(COD_GRILLE=WHOLE, LIBELLE=RAW):
            if str(grid) in names:
                names[str(grid)] = text(table, number, "LIBELLE", label, encoding)
    return names


def read_associations(tables: Mapping[str, Table]) -> dict[str, list[list[Any]]]:
    """Main act and activity -> [the other, percentage of it in basis points], for the pairs that the list foresees."""
    pairs, rules = tables.get("R_ASSOCIATIONS.DBF"), tables.get("R_TB03.DBF")
    if pairs is None or rules is None:
        return {}
    rates = {rule: rate for _, rule, rate in rules.read(COD_REGLE=WORD, COEF=RATE)}
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for number, main, other, rule in pairs.read(AA_CODE1=WORD, AA_CODE2=WORD, REGLE_COD=WORD):
        if rule not in rates:
            raise problems.orphan(rule, field=place(pairs.part.name, number, "REGLE_COD"), parent="R_TB03")
        found[main].add((other, rates[rule]))
    return {main: [list(one) for one in sorted(others)] for main, others in sorted(found.items())}


def told(tables: Mapping[str, Table], names: Mapping[str, str], grids: Mapping[str, int]) -> list[Text]:
    """What whoever imports should know: whose the grids are is not for us to guess; rates that are not ours."""
    said = list(other_rates(tables.get("R_TB02.DBF")))
    if len(names) > 1 and not grids:
        shown = ", ".join(f"{grid} {name}".strip() for grid, name in names.items())
        said.append(
            Text(
                f"prix en {len(names)} grilles ({shown}) : dites laquelle est celle de qui, --grid secteur_1=N "
                "--grid secteur_2=N ; sinon un acte dont les grilles diffèrent demande sa base",
                f"prices in {len(names)} grids ({shown}): say whose each is, --grid secteur_1=N --grid secteur_2=N; "
                "otherwise an act whose grids differ asks for its base",
            )
        )
        said += contexts(tables.get("R_TB22.DBF"))
    return said


def contexts(table: Table | None) -> Iterator[Text]:
    """Which grid the file gives to which context of the professional and of the patient, as it numbers them."""
    if table is not None:
        rows = {row[1:] for row in table.read(COD_CONTXT=WORD, COD_CONTX0=WORD, GRILLE_COD=WHOLE)}
        shown = ", ".join(f"{who}/{patient} → {grid}" for who, patient, grid in sorted(rows)[:MOST_CONTEXTS])
        yield Text(
            f"R_TB22, professionnel/bénéficiaire → grille : {shown}", f"R_TB22, professional/patient → grid: {shown}"
        )


def other_rates(table: Table | None) -> Iterator[Text]:
    """Rates of association codes of the file that are not those that the product settles with."""
    if table is None:
        return
    law = bill_law()
    for _, code, first, last, rate in table.read(COD_ASSONP=WORD, DT_DEBUT=DAY, DT_FIN=DAY, COEF=RATE):
        own = (
            law.value(f"association_{code}", max(first, RATES_KNOWN))
            if f"association_{code}" in law.values
            else UNKNOWN
        )
        if not last and own not in (UNKNOWN, rate):
            yield RATE_OF_FILE.format(code=code, found=percents(rate), own=percents(own))


def percents(basis_points: int) -> Text:
    """A rate in both languages."""
    return Text(percent(basis_points, "fr"), percent(basis_points, "en"))


# --- checks ---


def in_order(table: Table, rows: list[tuple[Any, ...]], parents: int = 0) -> None:
    """Order the rows of one key; refuse two of one day (and of one row above, where there is one)."""
    rows.sort(key=lambda row: row[0])
    seen = set()
    for row in rows:
        key = (row[0], row[parents] if parents else 0)
        if key in seen:
            raise problems.twice(row[0], field=place(table.part.name, row[-1]))
        seen.add(key)


def check_day(table: Table, number: int, column: str, day: int) -> None:
    """A day that cannot be blank."""
    if not day:
        raise wrong(table, number, column, "", Text("AAAAMMJJ", "YYYYMMDD"))


def check_key(table: Table, number: int, column: str, key: str, expected: str) -> None:
    """A key is made of its parts."""
    if key != expected:
        raise problems.not_its_key(key, field=place(table.part.name, number, column), expected=expected)


def check_parent(table: Table, number: int, key: tuple[str, int], parents: Any, parent: str) -> None:
    """The row above is there."""
    if key not in parents:
        raise problems.orphan(f"{key[0]} {key[1]}", field=place(table.part.name, number), parent=parent)


def wrong(table: Table, number: int, column: str, given: object, expected: Text) -> Exception:
    """A value that is not of its column."""
    return problems.wrong_value(given, field=place(table.part.name, number, column), expected=expected)


def text(table: Table, number: int, column: str, raw: bytes, encoding: str) -> str:
    """A label, on one line. Raises `LibraryError`."""
    return one_line(decoded(raw, encoding, place(table.part.name, number, column)))
