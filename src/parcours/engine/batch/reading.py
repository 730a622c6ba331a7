"""From an Arrow column to numbers: typed columns at once, anything else value by value with the reader of a single
case.

A text column is read once for each different value it holds, so a file gets exactly the answers and the errors of a
single case.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.errors import FactError
from parcours.engine.facts.jsonio import loads
from parcours.engine.facts.vocabulary import BY_NAME, LONGEST_STAY, MOST_CENTS, OLDEST, READERS, given

Numbers = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

MOST_DIGITS = 16
"""Decimals of more digits are read one by one; with fewer, cents fit 64 bits."""
FIRST_DAY = np.datetime64("1800-01-01", "D").astype(int)
LAST_DAY = np.datetime64("2200-01-01", "D").astype(int)


@dataclass(frozen=True)
class Column:
    """A column of numbers: its values (0 where none is given), where one is given, and where what is given cannot be
    read.

    `given` is None when every row has one, `wrong` is None when nothing is wrong.
    """

    values: Numbers
    given: Mask | None
    wrong: Mask | None


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
    numbers, wrong, said = (np.zeros(len(values), dtype) for dtype in (np.int64, np.bool_, np.bool_))
    reader = READERS[BY_NAME[name].kind]
    for position, value in enumerate(values):
        said[position] = given(value)
        try:
            numbers[position] = reader(name, value) if said[position] else 0
        except FactError:
            wrong[position] = True
    return Column(numbers[codes], said[codes], wrong[codes] if wrong.any() else None)


def coded_column(name: str, array: pa.Array) -> tuple[npt.NDArray[Any], list[Any]]:
    """A code for each row of a coded fact, and the value of each code as people give it (the last is None: null)."""
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


def dictionary(array: pa.Array) -> tuple[npt.NDArray[Any], list[Any]]:
    """A code for each row, and the value of each code; the last is None: null."""
    if pa.types.is_nested(array.type):
        return _nested(array)
    if pa.types.is_boolean(array.type):
        codes = array.cast(pa.int8()).fill_null(2) if array.null_count else array.cast(pa.int8())
        return codes.to_numpy(zero_copy_only=False), [False, True, None]
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    return codes_in(encoded), [*encoded.dictionary.to_pylist(), None]


def codes_in(encoded: pa.DictionaryArray) -> npt.NDArray[Any]:
    """The code of each row in a dictionary; its length for null."""
    indices = encoded.indices
    if indices.null_count:
        count = len(encoded.dictionary)
        indices = indices.cast(pa.int32()) if count > np.iinfo(np.int8).max else indices
        indices = indices.fill_null(pa.scalar(count, indices.type))
    codes: npt.NDArray[Any] = indices.to_numpy(zero_copy_only=False)
    return codes


def _nested(array: pa.Array) -> tuple[npt.NDArray[Any], list[Any]]:
    """The same for a column of structures (a contract given by its guarantees); a field that is null is not given."""
    values = [value and {name: part for name, part in value.items() if part is not None} for value in array.to_pylist()]
    encoded = pa.array([None if value is None else repr(value) for value in values], pa.string()).dictionary_encode()
    by_text = {repr(value): value for value in values}
    return codes_in(encoded), [*(by_text[text] for text in encoded.dictionary.to_pylist()), None]


def _numpy(array: pa.Array) -> tuple[npt.NDArray[Any], Mask | None]:
    """Values (nulls as zero), and validity where there are nulls."""
    if not array.null_count:
        return array.to_numpy(zero_copy_only=False), None
    return array.fill_null(0).to_numpy(zero_copy_only=False), array.is_valid().to_numpy(zero_copy_only=False)


def _dates(array: pa.Array) -> Column | None:
    """Days as YYYYMMDD, from a calendar of the days between the first and the last."""
    if pa.types.is_timestamp(array.type):
        array = pc.cast(array, pa.date32(), safe=False)
    if not pa.types.is_date32(array.type):
        return None
    days, valid = _numpy(array.view(pa.int32()))
    if not len(days):
        return Column(days.astype(np.int64), valid, None)
    wrong = None
    if days.min() < FIRST_DAY or days.max() > LAST_DAY:
        wrong = (days < FIRST_DAY) | (days > LAST_DAY)
        days = np.where(wrong, 0, days)
    first = int(days.min())
    numbers = np.take(_calendar(first, int(days.max())), days - np.int32(first))
    return Column(numbers if valid is None else numbers * valid, valid, wrong)


def _calendar(first: int, last: int) -> npt.NDArray[np.int32]:
    """Each day as YYYYMMDD."""
    days = np.arange(first, last + 1).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    number = months.astype(int)
    day = (days - months).astype(int) + 1
    written: npt.NDArray[np.int32] = ((number // 12 + 1970) * 10_000 + (number % 12 + 1) * 100 + day).astype(np.int32)
    return written


def _hundredths(array: pa.Array) -> Column | None:
    """Numbers times a hundred; what has more than two decimals is wrong."""
    if pa.types.is_integer(array.type):
        values, valid = _numpy(array)
        if not len(values) or (values.min() >= 0 and values.max() <= MOST_CENTS):
            return Column(values.astype(np.int64) * 100, valid, None)
        outside = (values < 0) | (values > MOST_CENTS)
        return Column(np.where(outside, 0, values).astype(np.int64) * 100, valid, outside)
    if pa.types.is_decimal(array.type) and array.type.scale <= 2 and array.type.precision <= MOST_DIGITS:
        return _decimals(array)
    if pa.types.is_float64(array.type):
        values, valid = _numpy(array)
        with np.errstate(invalid="ignore", over="ignore"):
            cents = np.rint(values * 100)
            fine = (np.abs(cents) <= MOST_CENTS) & (cents / 100 == values)
        return Column(np.where(fine, cents, 0).astype(np.int64), valid, None if fine.all() else ~fine)
    return None


def _decimals(array: pa.Array) -> Column:
    """Decimals are read from their own bytes, whole numbers of hundredths or of larger units."""
    size = array.type.bit_width // 8
    words = np.frombuffer(array.buffers()[1], np.int32 if size == 4 else np.int64)
    step = max(1, size // 8)
    values = words[array.offset * step : (array.offset + len(array)) * step : step]
    scaled = values if array.type.scale == 2 else values.astype(np.int64) * 10 ** (2 - array.type.scale)
    if not array.null_count:
        return Column(scaled, None, None)
    valid = array.is_valid().to_numpy(zero_copy_only=False)
    return Column(np.where(valid, scaled, 0), valid, None)


def _money(array: pa.Array) -> Column | None:
    return _within(_hundredths(array), 0, MOST_CENTS)


def _quantities(array: pa.Array) -> Column | None:
    return _within(_hundredths(array), 1, MOST_CENTS)


def _years(array: pa.Array) -> Column | None:
    return _whole_numbers(array, 0, OLDEST)


def _days(array: pa.Array) -> Column | None:
    return _whole_numbers(array, 1, LONGEST_STAY)


def _whole_numbers(array: pa.Array, least: int, most: int) -> Column | None:
    column = _within(_hundredths(array), least * 100, most * 100)
    if column is None:
        return None
    numbers, rest = np.divmod(column.values, 100)
    return Column(numbers, column.given, _either(column.wrong, rest != 0))


def _within(column: Column | None, least: int, most: int) -> Column | None:
    if column is None or not len(column.values):
        return column
    values = column.values
    if column.given is None and values.min() >= least and values.max() <= most:
        return column
    outside = (values < least) | (values > most)
    if column.given is not None:
        outside &= column.given
    return Column(np.where(outside, 0, values), column.given, _either(column.wrong, outside))


def _either(one: Mask | None, other: Mask) -> Mask | None:
    both = other if one is None else one | other
    return both if both.any() else None


FAST: dict[str, Callable[[pa.Array], Column | None]] = {
    "date": _dates,
    "money": _money,
    "quantity": _quantities,
    "integer": _years,
    "days": _days,
}
"""How a typed column of each kind is read at once; None where its type needs reading value by value."""
