"""Small files of acts, one fact set a line: NDJSON and CSV in, NDJSON or CSV out, nothing lost.

A row that cannot be settled becomes a row with an `error` in its place; the others are settled. The output is written
aside and renamed, so that a file that has its name is whole.
"""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from parcours.engine.batch.beside import made_with, write_beside
from parcours.engine.case import Answer
from parcours.engine.errors import FactError
from parcours.engine.facts.jsonio import dumps, loads
from parcours.engine.facts.readings import encode_readings
from parcours.engine.facts.vocabulary import BY_NAME, SOURCE_ROW
from parcours.engine.memory import settle_many
from parcours.engine.results import AMOUNTS, CASE_CODES
from parcours.engine.say.freshness import checked_on
from parcours.errors import ParcoursError, os_reason
from parcours.law.cache import flat_law
from parcours.text import Text, text_of

BLOCK = 16 * 1024 * 1024
"""Bytes of text read at once."""
LONGEST_LINE = 1_000_000
"""A line of more characters is refused: no act of care needs it."""
TOO_LONG = "\0"
"""What stands for a line that is too long."""
RESULTS = ("status", "ips", "pathway", "base", "rate", *AMOUNTS[1:], *CASE_CODES, "notes")
ERRORS = ("error_field", "error_value", "error_allowed", "error_message")


class UnreadableFile(ParcoursError, ValueError):
    """The input cannot be read at all, or the output cannot be written."""

    def __init__(self, path: Path, problem: Mapping[str, str]) -> None:
        super().__init__("unreadable_file", text_of(problem), field=str(path))


class RowError(FactError):
    """A line that holds no facts at all."""

    def said(self, lang: str) -> str:
        """What a line needs."""
        return self.allowed[lang]


def settle_file(
    source: Path, output: Path, readings: Mapping[str, str], lang: str
) -> tuple[int, int, int, list[dict[str, Any]]]:
    """Settle a file: how many rows were settled, of which later than what is checked; how many refused, and why.
    Raises `UnreadableFile`, `FactError` for a reading.
    """
    encode_readings(readings)
    if output.resolve() == source.resolve():
        raise UnreadableFile(output, Text("remplacerait le fichier lu", "would replace the file that is read"))
    rows = list(read_rows(source))
    if not rows:
        raise UnreadableFile(source, Text("le fichier est vide", "the file is empty"))
    results = settle_rows(rows, readings)
    with written_whole(output) as stream:
        if output.suffix == ".csv":
            write_csv(stream, rows, results, lang, separator_of(source))
        else:
            write_ndjson(stream, rows, results, lang)
    receipt = made_with(flat_law(), readings, {"source": str(source), "map": {}})
    with writable(output):
        why = write_beside(output, source, receipt, rows, results, lang)
    days = [result.act.care_date for result in results if not isinstance(result, FactError)]
    return len(days), sum(day > checked_on() for day in days), len(results) - len(days), why


def settle_rows(rows: list[dict[str, Any] | FactError], readings: Mapping[str, str]) -> list[Answer | FactError]:
    """Settle the rows that could be read, and put each result back in its place."""
    facts = [{k: v for k, v in row.items() if k != "id"} for row in rows if not isinstance(row, FactError)]
    settled = iter(settle_many(facts, readings))
    return [row if isinstance(row, FactError) else next(settled) for row in rows]


def read_rows(source: Path) -> Iterator[dict[str, Any] | FactError]:
    """The rows of a file, by its extension."""
    if not source.is_file():
        raise UnreadableFile(source, Text("ce fichier n'existe pas", "there is no such file"))
    try:
        with source.open(encoding="utf-8-sig", newline="") as stream:
            yield from read_csv(stream, source) if source.suffix == ".csv" else read_ndjson(stream)
    except UnicodeDecodeError as error:
        problem = Text(f"n'est pas en UTF-8 (octet {error.start})", f"is not UTF-8 (byte {error.start})")
        raise UnreadableFile(source, problem) from None
    except OSError as error:
        raise UnreadableFile(source, os_reason(error)) from None


def read_ndjson(stream: TextIO) -> Iterator[dict[str, Any] | FactError]:
    """One JSON object a line; blank lines are passed over."""
    for line in bounded_lines(stream):
        if line == TOO_LONG:
            yield too_long()
        elif line.strip():
            yield read_object(line)


def bounded_lines(stream: TextIO) -> Iterator[str]:
    """The lines of a file, `TOO_LONG` in the place of one that no memory should hold."""
    while line := stream.readline(LONGEST_LINE):
        if len(line) >= LONGEST_LINE and not line.endswith("\n"):
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
            line = TOO_LONG  # what was read is given up
        yield line


def too_long() -> RowError:
    """The error of a line that is too long."""
    allowed = Text(f"plus de {LONGEST_LINE} caractères", f"more than {LONGEST_LINE} characters")
    return RowError("line", None, allowed)


def read_object(line: str) -> dict[str, Any] | FactError:
    """The facts of one line."""
    try:
        value = loads(line)
    except (ValueError, RecursionError) as error:
        return RowError("line", line.strip(), Text(f"n'est pas du JSON ({error})", f"is not JSON ({error})"))
    if not isinstance(value, dict):
        return RowError("line", line.strip(), Text("n'est pas un objet JSON", "is not a JSON object"))
    return value


def separator_in(header: str) -> str:
    """What parts the cells of a CSV file, by its header."""
    return ";" if header.count(";") > header.count(",") else ","


def read_csv(stream: TextIO, source: Path) -> Iterator[dict[str, Any] | FactError]:
    """A CSV file with a header, separated by commas or semicolons; an empty cell is a fact that is not given."""
    header = stream.readline(LONGEST_LINE)
    separator = separator_in(header)
    names = next(csv.reader([header], delimiter=separator), [])
    names = [name.strip() for name in names]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableFile(
            source,
            Text(f"la colonne {twice} est deux fois", f"column {twice} is there twice"),
        )
    csv.field_size_limit(LONGEST_LINE)
    try:
        for cells in csv.reader(bounded_lines(stream), delimiter=separator, strict=True):
            if cells == [TOO_LONG]:
                yield too_long()
            elif cells and len(cells) != len(names):
                counts = Text(
                    f"{len(cells)} cellules pour {len(names)} colonnes", f"{len(cells)} cells for {len(names)} columns"
                )
                yield RowError("line", separator.join(cells), counts)
            elif cells:
                yield {name: cell for name, cell in zip(names, cells, strict=True) if cell}
    except csv.Error as error:
        raise UnreadableFile(source, Text(f"n'est pas du CSV ({error})", f"is not CSV ({error})")) from None


def plain_header(beginning: bytes) -> bool:
    """Does a CSV file, from its beginning, hold facts under their names and nothing else, in UTF-8?"""
    try:
        lines = beginning.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        return error.start >= len(beginning) - 4
    header = lines[0] if lines else ""
    separator = separator_in(header)
    names = [name.strip() for name in next(csv.reader([header], delimiter=separator), [])]
    french = any(re.search(r"\d/\d{1,2}/\d{4}|\d,\d{1,2};", line) for line in lines[1:20])
    return all(name == "id" or name in BY_NAME for name in names) and not french


def result_row(row: dict[str, Any] | FactError, result: Answer | FactError, lang: str) -> dict[str, Any]:
    """The output of one row: its id, then the settlement or the error."""
    identity = {"id": row["id"]} if isinstance(row, dict) and "id" in row else {}
    if isinstance(result, FactError):
        return {**identity, "error": result.to_dict(lang)}
    return {**identity, **result.to_dict()}


def write_ndjson(stream: TextIO, rows: Iterable[Any], results: Iterable[Any], lang: str) -> None:
    """One JSON object a line."""
    stream.writelines(dumps(result_row(row, result, lang)) + "\n" for row, result in zip(rows, results, strict=True))


def separator_of(source: Path) -> str:
    """What parts the cells of a CSV file; a comma for a file of another kind."""
    if source.suffix != ".csv":
        return ","
    with source.open(encoding="utf-8-sig") as stream:
        header = stream.readline(LONGEST_LINE)
    return separator_in(header)


def write_csv(stream: TextIO, rows: Sequence[Any], results: Iterable[Any], lang: str, separator: str) -> None:
    """The number of each row, every column that came in, then the results and the error."""
    came = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row if name not in RESULTS))
    names = list(dict.fromkeys([SOURCE_ROW, "id", *came, *RESULTS, *ERRORS]))
    writer = csv.DictWriter(stream, names, extrasaction="ignore", lineterminator="\n", delimiter=separator)
    writer.writeheader()
    for place, (row, result) in enumerate(zip(rows, results, strict=True), 1):
        line = {SOURCE_ROW: place, **(row if isinstance(row, dict) else {}), **result_row(row, result, lang)}
        line["notes"] = "+".join(line.get("notes", ()))
        line.update({f"error_{name}": text for name, text in line.get("error", {}).items()})
        writer.writerow(line)


@contextmanager
def written_whole(output: Path) -> Iterator[TextIO]:
    """A stream to a file that takes its name only when it is complete."""
    aside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with writable(output):
            with aside.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
                yield stream
            aside.replace(output)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def writable(output: Path) -> Iterator[None]:
    """Say in words why a file cannot be written. Raises `UnreadableFile`."""
    try:
        yield
    except OSError as error:
        raise UnreadableFile(output, os_reason(error)) from None
