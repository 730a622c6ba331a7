"""What must be settled together: the acts of a patient, and the lines of one bill.

A row that names a stay, a bill or a session (`stay_id`, `bill_id`, `session_id`) is a line of it: of the stay where it
names one, since a costly act looks at the whole of it, else of the bill, else of the session. The caps run over the
patient; where a file names no patient each bill stands alone.
"""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.facts.vocabulary import IDS

PATIENT = "patient_id"


def of_bills(names: Iterable[str]) -> bool:
    """Does a table hold bills?"""
    return any(name in IDS for name in names)


def plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array of plain values, in which an empty text is none."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        empty = pc.equal(pc.binary_length(column), 0)
        column = pc.if_else(empty, None, column) if pc.any(empty).as_py() else column
    return column


def units(table: pa.Table) -> pa.Array | None:
    """The patient of each row, else its bill; None where the table names neither. A row without one stands alone."""
    names = [name for name in (PATIENT, *IDS) if name in table.column_names]
    if not names:
        return None
    found = plain(table[names[0]])
    for name in names[1:]:  # as texts, whatever this part of the file holds: parts are compared
        other = pc.binary_join_element_wise(name, pc.cast(plain(table[name]), pa.string()), "\0")
        found = pc.coalesce(pc.cast(found, pa.string()), other)
    return found
