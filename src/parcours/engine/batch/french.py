"""A CSV file as spreadsheets write it in France: semicolons, decimal commas, days as 31/12/2026, Latin-1.

Found in the beginning of the file, told once, and turned into what every other file holds.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.batch.reading import whole
from parcours.text import Text, text_of

SAMPLE = 1 << 16
"""Bytes of the beginning that are looked at."""
DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")
SPACES = "[ \u00a0\u202f]"
"""Between the thousands of a number."""
DECIMAL = re.compile(rf"-?\d{{1,3}}(?:{SPACES}?\d{{3}})*,\d{{1,2}}")
YES_NO = ("oui", "non", "vrai", "faux")
"""Read as they are, like every yes and no."""


@dataclass(frozen=True)
class Style:
    """How a file is written, column by column."""

    encoding: str = "utf-8"
    separator: str = ","
    days: tuple[str, ...] = ()
    decimals: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()

    @property
    def french(self) -> bool:
        """Is there something to turn?"""
        told = self.booleans and self.separator == ";"
        return bool(self.days or self.decimals or told) or self.encoding != "utf-8"

    @property
    def told(self) -> Text:
        """What was found, in words."""
        found = []
        if self.encoding != "utf-8":
            found.append(Text("Latin-1", "Latin-1"))
        if self.separator == ";":
            found.append(Text("séparateur « ; »", "separator “;”"))
        if self.decimals:
            found.append(Text("virgule décimale ({names})", "decimal comma ({names})").format(names=self.decimals))
        if self.days:
            found.append(Text("jours JJ/MM/AAAA ({names})", "days DD/MM/YYYY ({names})").format(names=self.days))
        if self.booleans:
            found.append(Text("oui/non ({names})", "oui/non ({names})").format(names=self.booleans))
        return Text("Fichier français lu comme tel : {found}", "French file, read as one: {found}").format(
            found=text_of(found)
        )


def style_of(path: Path) -> Style:
    """The style of a file, from its beginning; the plain one where nothing is French."""
    with path.open("rb") as stream:
        beginning = stream.read(SAMPLE)
    encoding = encoding_of(beginning)
    lines = beginning.decode(encoding, errors="replace").lstrip("\ufeff").splitlines()
    if len(beginning) == SAMPLE:
        lines = lines[:-1]
    if not lines:
        return Style(encoding)
    separator = separator_in(lines[0])
    rows = list(csv.reader(lines, delimiter=separator))
    names = [name.strip() for name in rows[0]]
    columns = {
        name: [row[place] for row in rows[1:] if place < len(row) and row[place]] for place, name in enumerate(names)
    }
    return Style(
        encoding,
        separator,
        tuple(name for name, cells in columns.items() if all_match(cells, DAY)),
        tuple(name for name, cells in columns.items() if decimal_commas(cells)),
        tuple(name for name, cells in columns.items() if cells and all(cell.lower() in YES_NO for cell in cells)),
    )


def separator_in(header: str) -> str:
    """What parts the cells of a file of any size, by its header."""
    return max(",;\t", key=header.count)


def encoding_of(beginning: bytes) -> str:
    """UTF-8, unless a byte cannot be; the last character of a sample may be cut."""
    try:
        beginning.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(beginning) - 4:
            return "latin-1"
    return "utf-8"


def all_match(cells: Sequence[str], pattern: re.Pattern[str]) -> bool:
    """Does every cell look so?"""
    return bool(cells) and all(pattern.fullmatch(cell.strip()) for cell in cells)


def decimal_commas(cells: Sequence[str]) -> bool:
    """Are the cells numbers, some with a decimal comma?"""
    commas = [cell for cell in cells if DECIMAL.fullmatch(cell.strip())]
    return bool(commas) and all(DECIMAL.fullmatch(cell.strip()) or cell.strip().lstrip("-").isdigit() for cell in cells)


def plain(table: pa.Table, style: Style) -> Any:
    """A block of text cells, its days and decimals as every other file writes them."""
    for name in style.days:
        encoded = pc.cast(whole(table[name]), pa.string()).dictionary_encode()
        days = pa.array([year_first(cell) for cell in encoded.dictionary.to_pylist()], pa.string())
        table = put(table, name, pa.DictionaryArray.from_arrays(encoded.indices, days).cast(pa.string()))
    for name in style.decimals:
        number = pc.replace_substring_regex(table[name], SPACES, "")
        table = put(table, name, pc.replace_substring(number, ",", "."))
    return table


def year_first(cell: str) -> str:
    """A day as every other file writes it; one that no calendar has stays as it is written, for its refusal."""
    try:
        return datetime.strptime(cell.strip(), "%d/%m/%Y").date().isoformat()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        return cell


def as_written(table: pa.Table, style: Style) -> Any:
    """A block of results the way back: as a file of this style writes its days and decimals."""
    if not style.french:
        return table
    for name in table.column_names:
        column = table[name]
        if pa.types.is_decimal(column.type) or name in style.decimals:
            table = put(table, name, pc.replace_substring(pc.cast(column, pa.string()), ".", ","))
        elif name in style.days:
            table = put(table, name, pc.replace_substring_regex(column, r"^(\d{4})-(\d{2})-(\d{2})$", r"\3/\2/\1"))
    return table


def put(table: pa.Table, name: str, column: Any) -> Any:
    """A table with one column replaced."""
    return table.set_column(table.column_names.index(name), name, column)
