"""Arrow columns made at once from arrays of numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from parcours.lab.draw import Numbers


def synthetic(year: int, seed: int) -> dict[str, str]:
    """What every table of the lab says of itself."""
    return {"synthetic": "invented people and acts: they describe nobody", "year": str(year), "seed": str(seed)}


def coded(codes: Numbers, words: Sequence[Any], null: Numbers | None = None) -> pa.Array:
    """Places in a list of words."""
    kind = np.int8 if len(words) < 127 else np.int16
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(kind), mask=null), pa.array(list(words), pa.string()))


def decimals(cents: Numbers, null: Numbers | None = None) -> pa.Array:
    """Euros of two decimals."""
    validity = None if null is None else pa.array(~null).buffers()[1]
    return pa.Array.from_buffers(pa.decimal32(9, 2), len(cents), [validity, pa.py_buffer(cents.astype(np.int32))])


def dates(days: Numbers) -> pa.Array:
    """Days counted from 1970."""
    return pa.array(days.astype(np.int32)).view(pa.date32())


def ids(letter: str, numbers: Numbers, digits: int) -> pa.Array:
    """A letter and digits, all of one length: written at once as the bytes of the column."""
    text = np.empty((len(numbers), digits + 1), np.uint8)
    text[:, 0] = ord(letter)
    rest = numbers.astype(np.int64)
    for place in range(digits, 0, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * (digits + 1)
    return pa.Array.from_buffers(pa.string(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(text)])
