"""The NGAP in our own layout: a CSV with one row a key and a date; no official list exists for machines."""

import csv
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from parcours.law.codes import Profession
from parcours.law.library import problems
from parcours.law.library.content import OPEN, Content, Entry
from parcours.law.library.decode import decoded, encoding_of
from parcours.law.library.parts import MEGABYTE, Part
from parcours.law.library.problems import place
from parcours.text import Text, same

COLUMNS = (
    "key", "profession", "kind", "from", "to", "amount", "coefficient", "professions_excluded", "needs", "excludes",
    "rate", "conf", "source",
)  # fmt: skip
KINDS = ("consultation", "visit", "letter", "supplement", "travel", "majoration")
CONFIDENCES = ("A", "B", "C")
MOST_BYTES = 64 * MEGABYTE
MOST_FIELD = 100_000
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
Period = tuple[int, int, dict[str, Any], int]
"""First day, last day, what it says, its line."""
PROFESSIONS = {item.name.lower(): item for item in Profession} | {"medecin_generaliste": Profession.MEDECIN}


def read(parts: Mapping[str, Part]) -> Content:
    """The keys of a file, over time. Raises `LibraryError`."""
    found = [part for name, part in parts.items() if name.endswith(".CSV")]
    if len(found) != 1:
        names = ", ".join(part.name for part in parts.values()) or "0"
        raise (problems.two_files(names, field="*.csv") if found else problems.no_file(names, names=same("*.csv")))
    part = found[0]
    content = part.read(MOST_BYTES)
    text = decoded(content, encoding_of(part.name, [content]), part.name).removeprefix(BOM)
    rows: dict[str, list[Period]] = defaultdict(list)
    table = csv.reader(io.StringIO(text), delimiter=";")
    header = next(table, [])
    for name in COLUMNS:
        if name not in header:
            raise problems.no_column(field=place(part.name, 1, name), names=same(", ".join(header)))
    for fields in rows_of(part, table):
        if len(fields) != len(header):
            raise problems.wrong_count(len(fields), field=place(part.name, table.line_num), expected=len(header))
        add(part, table.line_num, dict(zip(header, fields, strict=True)), rows)
    if not rows:
        raise problems.nothing_in_it(field=part.name)
    entries = [entry_of(part, key, found) for key, found in sorted(rows.items())]
    return Content(entries, max(one[0] for found in rows.values() for one in found))


def rows_of(part: Part, table: Any) -> Any:
    """The rows that hold something. Raises `LibraryError` for what is no CSV."""
    try:
        yield from (fields for fields in table if fields)
    except csv.Error as error:
        at = place(part.name, table.line_num)
        raise problems.wrong_count("", field=at, expected=len(COLUMNS)) from error


def add(part: Part, number: int, row: Mapping[str, str], rows: dict[str, list[Period]]) -> None:
    """One row, checked, beside the others of its key."""

    def refuse(column: str, expected: Text) -> None:
        raise problems.wrong_value(row[column], field=place(part.name, number, column), expected=expected)

    key = row["key"].strip().upper()
    if not re.fullmatch(r"[A-Z][A-Z0-9_+]{0,15}", key):
        refuse("key", Text("une lettre clé", "a letter key"))
    for column, allowed in (
        ("profession", PROFESSIONS),
        ("kind", KINDS),
        ("conf", CONFIDENCES),
        ("coefficient", ("true", "false")),
    ):
        if row[column].strip() not in allowed:
            refuse(column, same(", ".join(allowed)))
    first, last = read_day(row["from"]), read_day(row["to"]) if row["to"].strip() else 0
    if not first:
        refuse("from", Text("AAAA-MM-JJ", "YYYY-MM-DD"))
    if last is None or 0 < last < (first or 0):
        refuse("to", Text("AAAA-MM-JJ ou rien, pas avant `from`", "YYYY-MM-DD or blank, not before `from`"))
    if not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", row["amount"].strip()):
        refuse("amount", same("30.00"))
    if not re.fullmatch(r"(\d{1,2}|100)?", row["rate"].strip()):
        refuse("rate", same("0 … 100"))
    whole, _, decimals = row["amount"].strip().partition(".")
    value = {
        "amount": int(whole) * 100 + int(decimals.ljust(2, "0")),
        "profession": row["profession"].strip(),
        "kind": row["kind"].strip(),
        "coefficient": int(row["coefficient"].strip() == "true"),
        "rate": int(row["rate"].strip()) if row["rate"].strip() else -1,
        "needs": split(row["needs"]),
        "excludes": split(row["excludes"]),
        "source": row["source"].strip(),
    }
    rows[key].append((first or 0, last or 0, value, number))


def read_day(text: str) -> int | None:
    """A day as YYYYMMDD."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day.year * 10_000 + day.month * 100 + day.day


def split(text: str) -> list[str]:
    """Keys between bars."""
    return [key for key in (one.strip() for one in text.split("|")) if key]


def entry_of(part: Part, key: str, rows: list[Period]) -> Entry:
    """One key over time. Raises `LibraryError` where two of its rows hold on one day and neither follows the other."""
    rows.sort(key=lambda row: row[0])
    for before, after in itertools.pairwise(rows):
        if before[0] == after[0] or before[1] >= after[0]:
            raise problems.twice(f"{key} {after[0]}", field=place(part.name, after[3], "from"))
    newest = rows[-1][2]
    label = f"{key}, {newest['kind']}, {newest['profession']}"
    return Entry(key, label, rows[0][0], rows[-1][1] or OPEN, {"periods": [list(row[:3]) for row in rows]})
