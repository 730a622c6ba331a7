"""From an Arrow column to numbers: typed columns at once, anything else value by value with the reader of a single case.

A text column is read once for each different value it holds, so a file gets exactly the answers and the errors of a single case.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.errors import FactError
from parcours.engine.jsonio import loads
from parcours.engine.vocabulary import BY_NAME, MOST_CENTS, OLDEST, READERS, given

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MOST_DIGITS = 16
"""Decimals of more digits are read one by one; with fewer, cents fit 64 bits."""
FIRST_DAY = np.datetime64("1800-01-01", "D").astype(int)
LAST_DAY = np.datetime64("2200-01-01", "D").astype(int)


@dataclass(frozen=True)
class Column:
    """A column of numbers: its values, where one is given, and where what is given cannot be read."""

    values: Numbers
    given: Mask
    wrong: Mask


def whole(array: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One contiguous array."""
    if isinstance(array, pa.Array):
        return array
    if array.num_chunks == 1:
        return array.chunk(0)
    return pa.concat_arrays(array.unify_dictionaries().chunks) if array.num_chunks else pa.array([], array.type)


def without_views(table: pa.Table) -> pa.Table:
    """Text stored as views (Polars, DuckDB) as ordinary text, which every operation knows."""
    for position, item in enumerate(table.schema):
        if pa.types.is_string_view(item.type):
            table = table.set_column(position, item.name, table.column(position).cast(pa.string()))
    return table


def read_numbers(name: str, array: pa.Array) -> Column:
    """The values of a fact as the integers the rules read: YYYYMMDD, cents, years, hundredths."""
    kind = BY_NAME[name].kind
    fast = FAST.get(kind)
    column = fast(array) if fast else None
    return column or _one_by_one(name, array)


def _one_by_one(name: str, array: pa.Array) -> Column:
    codes, values = dictionary(array)
    numbers, wrong, said = (np.zeros(len(values) + 1, dtype) for dtype in (np.int64, np.bool_, np.bool_))
    reader = READERS[BY_NAME[name].kind]
    for position, value in enumerate(values, start=1):
        said[position] = given(value)
        try:
            numbers[position] = reader(name, value) if said[position] else 0
        except FactError:
            wrong[position] = True
    return Column(numbers[codes], said[codes], wrong[codes])


def coded_column(name: str, array: pa.Array) -> tuple[npt.NDArray[np.int32], list[Any]]:
    """A code for each row of a coded fact (0: null, else 1 + position), and the different values as people give them."""
    codes, values = dictionary(array)
    return codes, [as_given(name, value) for value in values]


def as_given(name: str, value: Any) -> Any:
    """A cell as a value of the fact: a contract written as JSON in a cell of text is its guarantees."""
    if name == "contract" and isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return loads(value)
        except ValueError:
            return value
    return value


def dictionary(array: pa.Array) -> tuple[npt.NDArray[np.int32], list[Any]]:
    """A code for each row (0: null, else 1 + position), and the different values."""
    if pa.types.is_nested(array.type):
        return _nested(array)
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    codes = encoded.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False) + np.int32(1)
    return codes, encoded.dictionary.to_pylist()


def _nested(array: pa.Array) -> tuple[npt.NDArray[np.int32], list[Any]]:
    """The same for a column of structures (a contract given by its guarantees); a field that is null is not given."""
    values = [value and {name: part for name, part in value.items() if part is not None} for value in array.to_pylist()]
    encoded = pa.array([None if value is None else repr(value) for value in values], pa.string()).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False) + np.int32(1)
    by_text = {repr(value): value for value in values}
    return codes, [by_text[text] for text in encoded.dictionary.to_pylist()]


def _numpy(array: pa.Array, dtype: type) -> tuple[npt.NDArray[Any], Mask]:
    """Values (nulls as zero) and validity."""
    if not array.null_count:
        return array.to_numpy(zero_copy_only=False).astype(dtype, copy=False), np.ones(len(array), np.bool_)
    valid = array.is_valid().to_numpy(zero_copy_only=False)
    return array.fill_null(0).to_numpy(zero_copy_only=False).astype(dtype, copy=False), valid


def _dates(array: pa.Array) -> Column | None:
    if pa.types.is_timestamp(array.type):
        array = pc.cast(array, pa.date32(), safe=False)
    if not pa.types.is_date32(array.type):
        return None
    days, valid = _numpy(array.view(pa.int32()), np.int64)
    wrong = valid & ((days < FIRST_DAY) | (days > LAST_DAY))
    days = np.where(wrong | ~valid, 0, days) if wrong.any() or not valid.all() else days
    if not len(days):
        return Column(days, valid, wrong)
    first, last = int(days.min()), int(days.max())
    calendar = np.arange(first, last + 1).astype("datetime64[D]")
    months = calendar.astype("datetime64[M]").astype(int)
    numbers = (
        (months // 12 + 1970) * 10_000
        + (months % 12 + 1) * 100
        + (calendar - calendar.astype("datetime64[M]")).astype(int)
        + 1
    )
    return Column(np.where(valid, numbers[days - first], 0), valid, wrong)


def _hundredths(array: pa.Array) -> Column | None:
    """Numbers times a hundred; what has more than two decimals is wrong."""
    if pa.types.is_integer(array.type):
        values, valid = _numpy(array, np.int64)
        too_big = np.abs(values) > MOST_CENTS
        return Column(np.where(too_big, 0, values) * 100, valid, valid & too_big)
    if pa.types.is_decimal(array.type) and array.type.scale <= 2 and array.type.precision <= MOST_DIGITS:
        return _decimals(array)
    if pa.types.is_float64(array.type):
        values, valid = _numpy(array, np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            cents = np.rint(values * 100)
            wrong = valid & ~((np.abs(cents) <= MOST_CENTS) & (cents / 100 == values))
        return Column(np.where(wrong | ~valid, 0, cents).astype(np.int64), valid, wrong)
    return None


def _decimals(array: pa.Array) -> Column:
    scaled = pc.cast(array, pa.decimal128(38, 2))
    valid = array.is_valid().to_numpy(zero_copy_only=False)
    words = np.frombuffer(scaled.buffers()[1], np.int64)[scaled.offset * 2 : (scaled.offset + len(scaled)) * 2]
    return Column(np.where(valid, words[::2], 0), valid, np.zeros(len(array), np.bool_))


def _money(array: pa.Array) -> Column | None:
    return _within(_hundredths(array), 0, MOST_CENTS)


def _quantities(array: pa.Array) -> Column | None:
    return _within(_hundredths(array), 1, MOST_CENTS)


def _years(array: pa.Array) -> Column | None:
    column = _within(_hundredths(array), 0, OLDEST * 100)
    if column is None:
        return None
    return Column(column.values // 100, column.given, column.wrong | column.given & (column.values % 100 != 0))


def _within(column: Column | None, least: int, most: int) -> Column | None:
    if column is None:
        return None
    outside = column.given & ((column.values < least) | (column.values > most))
    return Column(np.where(outside, 0, column.values), column.given, column.wrong | outside)


FAST: dict[str, Callable[[pa.Array], Column | None]] = {
    "date": _dates,
    "money": _money,
    "quantity": _quantities,
    "integer": _years,
}
"""How a typed column of each kind is read at once; None where its type needs reading value by value."""
