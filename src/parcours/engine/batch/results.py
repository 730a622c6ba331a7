"""The columns of an output: the facts as they came, then amounts in euros (decimal, two places) and codes as
dictionaries.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.engine.batch.chunk import Settled
from parcours.engine.batch.layout import AMOUNT_RESULTS, CODE_RESULTS
from parcours.engine.facts.vocabulary import RENAMED
from parcours.engine.results import CASE_CODES, ips_letter, note_slugs
from parcours.law.bill.book import STAGES
from parcours.law.codes import Ips, Pathway, Status
from parcours.rules.types import Settlement

BILL_CASES = tuple(STAGES)
"""Cases of the levels of a bill: results of a file of bills only."""
RESULT_NAMES = (*Settlement._fields, *BILL_CASES)
EUROS = pa.decimal32(9, 2)


def _letters(enum: type[IntEnum], text: Callable[[Any], str]) -> tuple[npt.NDArray[np.int8], pa.Array]:
    """The place in a dictionary of each code, and the dictionary."""
    words = list(dict.fromkeys(text(member) for member in enum))
    places = np.zeros(max(enum) + 1, np.int8)
    for member in enum:
        places[member] = words.index(text(member))
    return places, pa.array(words, pa.string())


DICTIONARIES = {
    "status": _letters(Status, lambda member: member.name),
    "ips": _letters(Ips, ips_letter),
    "pathway": _letters(Pathway, lambda member: member.name.lower()),
    **{name: _letters(enum, lambda member: member.name.lower()) for name, enum in {**CASE_CODES, **STAGES}.items()},
}


def result_columns(settled: Settled) -> dict[str, pa.Array]:
    """The results of the settled rows, by name, in the order of the vocabulary."""
    arrays: dict[str, pa.Array] = {}
    for line, name in enumerate(AMOUNT_RESULTS):
        values = _kept(settled.amounts[line], settled)
        if name == "notes":
            arrays[name] = _notes(values)
            continue
        arrays[name] = pa.array(values.astype(np.int16)) if name == "rate" else _euros(name, values)
    found = (*CODE_RESULTS, *BILL_CASES) if len(settled.codes) > len(CODE_RESULTS) else CODE_RESULTS
    for line, name in enumerate(found):
        places, words = DICTIONARIES[name]
        codes = _kept(settled.codes[line], settled)
        arrays[name] = pa.DictionaryArray.from_arrays(pa.array(_places(places, codes)), words)
    return {name: arrays[name] for name in RESULT_NAMES if name in arrays}


def _places(places: npt.NDArray[np.int8], codes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """The place of each code: most often they follow each other, and a subtraction does."""
    before = len(places) - 1 - places[-1]
    follow = (places[before:] == np.arange(len(places) - before)).all()
    return np.maximum(codes, np.int8(before)) - np.int8(before) if follow else places[codes]


def _notes(values: npt.NDArray[np.int32]) -> pa.Array:
    """The slugs of the notes, joined by `+`; empty for none."""
    met = pa.array(values).dictionary_encode()
    words = pa.array(["+".join(note_slugs(bits)) for bits in met.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(met.indices, words)


def _kept(line: npt.NDArray[Any], settled: Settled) -> npt.NDArray[Any]:
    return line[: settled.count] if settled.rows is None else line[settled.rows]


def _euros(name: str, cents: npt.NDArray[np.int32]) -> pa.Array:
    """Cents as decimals, without a copy; the free fee (`max_fee` below zero) is null."""
    validity = None
    if name == "max_fee":
        validity = pa.array(cents >= 0).buffers()[1]
    return pa.Array.from_buffers(EUROS, len(cents), [validity, pa.py_buffer(cents)])


def output_table(table: pa.Table, settled: Settled) -> pa.Table:
    """The settled rows of a table: what came in, then the results."""
    kept = table if settled.rows is None else table.take(pa.array(settled.rows))
    columns = {RENAMED.get(name, name): kept[name] for name in kept.column_names}
    return pa.table({**columns, **result_columns(settled)})
