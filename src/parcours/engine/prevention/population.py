"""A population in and out of Parquet: one row a person in, one row for each programme that waits for somebody out.

In: `birth_date` (a day), and where they are known `id`, `sex`, `has_breast_tissue`, `has_cervix`, `immunosuppressed`,
`heart_or_lung_disease`, and `done.PROGRAMME`, a day or a list of days. Out: `id`, `programme`, `state`, `due_on`,
`question`. The loop is that of `kernel.py`, over the very rules of one person; pregnancies are not of such a file.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcours.engine.errors import FactError, MissingFact, UnknownName
from parcours.engine.prevention.calendar import integers
from parcours.engine.prevention.facts import A_DAY, BODY, SEXES, YES_NO
from parcours.engine.prevention.kernel import NO, UNSAID, YES, empty_tests, population_kernel
from parcours.law.days import number_of
from parcours.law.prevention.book import Programme, Version, prevention_law
from parcours.law.prevention.codes import DueState, Need
from parcours.rules import due
from parcours.text import Text, same

Array = npt.NDArray[Any]
CHUNK = 100_000
DONE = "done."
WRITTEN = (DueState.DUE, DueState.OVERDUE, DueState.UNKNOWN)
STATES = ["", *(state.name.lower() for state in DueState)]
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("programme", pa.dictionary(pa.int16(), pa.string())),
        ("state", pa.dictionary(pa.int8(), pa.string())),
        ("due_on", pa.date32()),
        ("question", pa.dictionary(pa.int8(), pa.string())),
    ]
)
DAYS = Text("une colonne de dates, ou de listes de dates", "a column of days, or of lists of days")
TRUE_OR_FALSE = Text("une colonne de vrai ou faux", "a column of true or false")
A_FILE = Text("un fichier Parquet", "a Parquet file")
LATER = Text("des naissances qui ne sont pas à venir", "births that are not to come")


@dataclass(frozen=True)
class Counts:
    """What was read and written."""

    people: int
    rows: int


@dataclass(frozen=True)
class Table:
    """The programmes of a day, as the loop reads them, for people who share the facts that choose a version."""

    entries: tuple[Programme, ...]
    versions: tuple[Version, ...]
    rows: Array
    slots: Array


def table_on(on: date, facts: frozenset[str]) -> Table:
    """The programmes whose ages count from birth, in force on a day."""
    found = [
        (entry, version)
        for entry in prevention_law().programmes.values()
        if entry.anchor == "birth" and not entry.not_in_force and on >= entry.first_day
        and (version := entry.version_on(on, facts)) is not None
    ]  # fmt: skip
    names = [entry.id for entry, _ in found]
    rows: list[tuple[int, ...]] = []
    slots: list[tuple[int, ...]] = []
    for entry, version in found:
        other = names.index(entry.unless_done) if entry.unless_done in names else -1
        born = number_of(entry.born_from) if entry.born_from else 0
        rows.append((*integers(entry), int(entry.need), born, number_of(version.first_day), len(slots),
                     len(version.slots), other, years_over(version)))  # fmt: skip
        slots += version.slots
    return Table(
        tuple(entry for entry, _ in found), tuple(version for _, version in found), np.array(rows, np.int64),
        np.array(slots, np.int64),
    )  # fmt: skip


def years_over(version: Version) -> int:
    """Civil years after the birth from which every age of a version is over; -1: it has no end."""
    ends = [slot[due.CLOSES_MONTHS] for slot in version.slots]
    return -1 if due.NO_CLOSING in ends else max(ends) // 12 + 2


def due_list(source: Path, output: Path, on: date, states: Sequence[DueState] = WRITTEN) -> Counts:
    """Write who is due what on a day. Raises `FactError` with the column."""
    try:
        file = pq.ParquetFile(source)
    except (OSError, pa.ArrowInvalid) as error:
        raise FactError(str(source), type(error).__name__, A_FILE) from error
    check_columns(file.schema_arrow)
    partial = output.with_name(output.name + ".partial")
    people = rows = 0
    try:
        with pq.ParquetWriter(partial, SCHEMA) as writer:
            for batch in file.iter_batches(CHUNK):
                table = of_batch(batch, on, states, people)
                writer.write_table(table)
                people, rows = people + batch.num_rows, rows + table.num_rows
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return Counts(people, rows)


def check_columns(schema: pa.Schema) -> None:
    """Every column is known and of its type."""
    names = set(schema.names)
    programmes = prevention_law().programmes
    if "birth_date" not in names:
        raise MissingFact("birth_date", A_DAY)
    for name in schema.names:
        kind = schema.field(name).type
        if name.startswith(DONE):
            if name.removeprefix(DONE) not in programmes:
                raise UnknownName(name, kind, [f"{DONE}{one}" for one in programmes])
            listed = pa.types.is_list(kind) or pa.types.is_large_list(kind)
            if not pa.types.is_date(kind.value_type if listed else kind):
                raise FactError(name, kind, DAYS)
        elif name == "birth_date" and not pa.types.is_date(kind):
            raise FactError(name, kind, DAYS)
        elif name in (*BODY, *YES_NO) and not pa.types.is_boolean(kind):
            raise FactError(name, kind, TRUE_OR_FALSE)
        elif name not in ("id", "birth_date", "sex", *BODY, *YES_NO):
            raise UnknownName(name, kind, ("id", "birth_date", "sex", *BODY, *YES_NO, f"{DONE}PROGRAMME"))


def of_batch(batch: pa.RecordBatch, on: date, states: Sequence[DueState], first: int) -> pa.Table:
    """The rows of some people."""
    births = batch.column("birth_date")
    if births.null_count:
        raise MissingFact("birth_date", A_DAY)
    if batch.num_rows and pc.max(births).as_py() > on:
        raise FactError("birth_date", pc.max(births).as_py(), LATER)
    ids = batch.column("id").cast(pa.string()) if "id" in batch.schema.names else None
    if ids is None:
        ids = pc.cast(pa.array(np.arange(first, first + batch.num_rows)), pa.string())
    tables = [
        rows_of(batch.take(pa.array(chosen)), pc.take(ids, pa.array(chosen)), on, facts, states)
        for facts, chosen in by_facts(batch)
    ]
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


def by_facts(batch: pa.RecordBatch) -> Iterator[tuple[frozenset[str], Array]]:
    """People grouped by the facts that choose a version."""
    code = np.zeros(batch.num_rows, np.int64)
    for index, name in enumerate(YES_NO):
        if name in batch.schema.names:
            code |= (
                pc.fill_null(batch.column(name), fill_value=False).to_numpy(zero_copy_only=False).astype(np.int64)
                << index
            )
    for one in np.unique(code):
        yield frozenset(name for index, name in enumerate(YES_NO) if one >> index & 1), np.flatnonzero(code == one)


def rows_of(
    batch: pa.RecordBatch, ids: pa.Array, on: date, facts: frozenset[str], wanted: Sequence[DueState]
) -> pa.Table:
    """The rows of people who share a table of programmes."""
    table = table_on(on, facts)
    people, programmes = batch.num_rows, len(table.entries)
    states = np.zeros((people, programmes), np.int8)
    days = np.zeros((people, programmes), np.int64)
    first, act_programmes, act_days = acts_of(batch, table)
    population_kernel(
        numbers(batch.column("birth_date")), body_of(batch), first, act_programmes, act_days,
        empty_tests(len(act_days)), table.rows, table.slots, number_of(on), states, days,
    )  # fmt: skip
    who, what = np.nonzero(np.isin(states, [int(state) for state in wanted]))
    unknown = states[who, what] == int(DueState.UNKNOWN)
    questions = [need.name.lower() for need in Need]
    asked = np.array([int(entry.need) for entry in table.entries])[what]
    return pa.table(
        [
            pc.take(ids, pa.array(who)),
            coded(what, [entry.id for entry in table.entries], pa.int16()),
            coded(states[who, what], STATES, pa.int8()),
            dates(days[who, what]),
            coded(np.where(unknown, asked, 0), questions, pa.int8(), missing=~unknown),
        ],
        schema=SCHEMA,
    )


def coded(codes: Array, names: list[str], kind: pa.DataType, missing: Array | None = None) -> pa.Array:
    """A column of a few words."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, kind, mask=missing), pa.array(names))


def numbers(days: pa.Array) -> Array:
    """Days as YYYYMMDD."""
    moments = days.cast(pa.date32()).to_numpy(zero_copy_only=False).astype("datetime64[D]")
    months = moments.astype("datetime64[M]")
    years = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    return years * 10_000 + month * 100 + (moments - months).astype(np.int64) + 1  # type: ignore[no-any-return]


def dates(days: Array) -> pa.Array:
    """YYYYMMDD as days; none for 0."""
    none = days == 0
    safe = np.where(none, 1970_01_01, days)
    months = (safe // 10_000 - 1970) * 12 + safe // 100 % 100 - 1
    moments = months.astype("datetime64[M]").astype("datetime64[D]") + (safe % 100 - 1).astype("timedelta64[D]")
    return pa.array(moments, pa.date32(), mask=none)


def body_of(batch: pa.RecordBatch) -> Array:
    """What is known of the body: what was said; else what the civil sex proposes; else nothing."""
    found = np.full((batch.num_rows, len(BODY)), UNSAID, np.int64)
    if "sex" in batch.schema.names:
        sex = pc.fill_null(batch.column("sex").cast(pa.string()), "unknown")
        wrong = pc.unique(sex).to_pylist()
        for one in wrong:
            if one not in SEXES:
                raise FactError("sex", one, same(", ".join(SEXES)))
        found[pc.equal(sex, "female").to_numpy(zero_copy_only=False)] = YES
        found[pc.equal(sex, "male").to_numpy(zero_copy_only=False)] = NO
    for name, need in BODY.items():
        if name in batch.schema.names:
            said = batch.column(name)
            known = pc.is_valid(said).to_numpy(zero_copy_only=False)
            values = pc.fill_null(said, fill_value=False).to_numpy(zero_copy_only=False).astype(np.int64)
            found[known, int(need) - 1] = values[known]
    return found


def acts_of(batch: pa.RecordBatch, table: Table) -> tuple[Array, Array, Array]:
    """The acts of everybody, by person, programme and day, and where those of each person start."""
    places = {entry.id: place for place, entry in enumerate(table.entries)}
    people, programmes, days = [], [], []
    for name in batch.schema.names:
        place = places.get(name.removeprefix(DONE), -1) if name.startswith(DONE) else -1
        if place >= 0:
            who, when = flat(batch.column(name))
            people.append(who)
            days.append(numbers(when))
            programmes.append(np.full(len(who), place, np.int64))
    if not people:
        nothing = np.zeros(0, np.int64)
        return np.zeros(batch.num_rows + 1, np.int64), nothing, nothing
    who, what, when = np.concatenate(people), np.concatenate(programmes), np.concatenate(days)
    order = np.lexsort((when, what, who))
    first = np.zeros(batch.num_rows + 1, np.int64)
    np.cumsum(np.bincount(who, minlength=batch.num_rows), out=first[1:])
    return first, what[order], when[order]


def flat(column: pa.Array) -> tuple[Array, pa.Array]:
    """People and days of a column of days, or of lists of days."""
    if pa.types.is_date(column.type):
        valid = pc.is_valid(column).to_numpy(zero_copy_only=False)
        return np.flatnonzero(valid), column.filter(pa.array(valid))
    days = pc.list_flatten(column)
    who = pc.list_parent_indices(column).to_numpy(zero_copy_only=False).astype(np.int64)
    valid = pc.is_valid(days).to_numpy(zero_copy_only=False)
    return who[valid], days.filter(pa.array(valid))


def names_of(states: Iterable[str]) -> tuple[DueState, ...]:
    """States by their names. Raises `FactError`."""
    found = []
    for one in states:
        if one.upper() not in DueState.__members__:
            raise FactError("--state", one, same(", ".join(STATES[1:])))
        found.append(DueState[one.upper()])
    return tuple(found)
