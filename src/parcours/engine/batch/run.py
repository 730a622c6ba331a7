"""Settles files of any size: read, settle and write overlap; memory holds a few chunks, whatever the size.

Rows that come grouped by patient (sorted on `patient_id`) stream through. Others are first dealt into buckets on the
disk by a hash of the patient, each small enough for memory. Either way a patient's acts are settled together, in the
order of the caps. Lines of bills without a patient are grouped by their bill (see `units.py`).
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.batch.beside import made_with, rejection
from parcours.engine.batch.buckets import Buckets
from parcours.engine.batch.chunk import Run, reasons, settle_rows
from parcours.engine.batch.errors import UnreadableInput
from parcours.engine.batch.french import Style
from parcours.engine.batch.header import names_of, same_columns
from parcours.engine.batch.inputs import Inputs
from parcours.engine.batch.partial import Counts, Partial, writing
from parcours.engine.batch.reading import Numbers, read_numbers, whole
from parcours.engine.batch.refusals import counted as by_reason
from parcours.engine.batch.results import output_table
from parcours.engine.batch.sinks import Encoded, Sink, sink_of
from parcours.engine.batch.sources import Block, Unread, blocks, columns_of, files_of, rows_in, style_of_output
from parcours.engine.batch.units import of_bills, units
from parcours.engine.batch.values import Values, joined, of_facts, translated, with_joined
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import SOURCE_ROW
from parcours.engine.say.freshness import checked_on
from parcours.law.bill.book import bill_law
from parcours.text import Text

CHUNK = 262_144
"""Rows settled at once by one worker."""
STREAM, BUCKETS = "stream", "buckets"
Progress = Callable[[str, int, int | None], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Job:
    """What is asked of a run."""

    source: str
    output: Path
    readings: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    """Other column names: column -> fact, or -> nothing to carry it through."""
    workers: int = 2
    resume: bool = False
    lang: str = "en"
    chunk: int = CHUNK
    values: Values = field(default_factory=dict)
    """What the words of a column stand for."""
    plain: bool = False
    """Is the output of a French CSV written with commas and points all the same?"""


@dataclass(frozen=True)
class RunReport:
    """What a run did. `rows == settled + refused`, always checked."""

    rows: int
    settled: int
    refused: int
    output: Path
    rejected: Path | None
    because: Sequence[Mapping[str, Any]] = ()
    """Why rows were refused, and how many each time."""
    later: int = 0
    """Rows settled whose care is later than what is checked: a rule may have changed since."""


@dataclass(frozen=True)
class Chunk:
    """Rows to be settled together, with all the acts of their patients."""

    table: pa.Table
    unread: list[Unread]
    until: int
    """The last row of the source it brings to an end, or its bucket."""


@dataclass(frozen=True)
class Done:
    """A chunk settled and encoded."""

    until: int
    rows: Counts
    encoded: Encoded | None
    rejected: bytes


class NotGrouped(Exception):
    """The rows do not come sorted by patient after all."""


def settle_path(job: Job, progress: Progress | None = None) -> RunReport:
    """Settle files into a file. Raises `BatchError` or `FactError` (a reading), and leaves nothing half-written."""
    run = Run.of(job.readings)
    files = files_of(job.source)
    columns = columns_of(files[0])
    columns += joined(columns, job.columns)
    names = names_of(columns, job.columns)
    values = of_facts(job.values, columns, names)
    style = Style() if job.plain else style_of_output(files[0], dict(zip(columns, names, strict=True)))
    sink = sink_of(job.output, style)
    receipt = receipt_of(job, run, names)
    stamps = [[str(file), file.stat().st_size, file.stat().st_mtime_ns] for file in files]
    state = {**receipt, "files": stamps, "output": job.output.name}
    partial = Partial.open(job.output, sink.start, state, resume=job.resume)
    work = Work(job, run, sink, files, columns, names, values, partial, progress or (lambda *_: None))
    with closing(partial), Inputs(files) as inputs:
        work.settle_all()
        return work.publish({**receipt, "inputs": inputs.digests()})


def receipt_of(job: Job, run: Run, columns: Sequence[str]) -> dict[str, Any]:
    """With which law, rules, readings and arguments: the same receipt on the same source gives the same output."""
    arguments = {"source": job.source, "map": dict(job.columns), "chunk": job.chunk}
    arguments |= {name: said for name, said in (("values", job.values), ("plain", job.plain)) if said}
    made = made_with(run.flat, job.readings, arguments)
    if not of_bills(columns):
        return made
    from parcours.engine.bill.library import OFFICIAL, libraries_of

    return {**made, "bill_law": bill_law().digest, "libraries": libraries_of(OFFICIAL)}


@dataclass
class Work:
    """A run under way."""

    job: Job
    run: Run
    sink: Sink
    files: list[Path]
    columns: list[str]
    names: list[str]
    values: Values
    """What the words of each fact stand for."""
    partial: Partial
    progress: Progress
    read: int = 0
    total: int | None = None

    def settle_all(self) -> None:
        """Stream while the rows come sorted by patient; deal them into buckets as soon as they do not."""
        self.total = rows_in(self.files)
        if self.partial.mode != BUCKETS:
            try:
                self.partial.mode = STREAM
                self._settle(self._grouped_chunks())
            except NotGrouped:
                self.partial.restart()
                self.partial.mode = BUCKETS
            else:
                return
        self._settle_buckets()

    def _settle_buckets(self) -> None:
        buckets = Buckets(self.partial.folder / "buckets", self.files, self.total)
        if not buckets.complete:
            self.partial.restart()
            unread: list[Unread] = []
            with closing(self._blocks(0)) as source, writing(buckets.folder), buckets.deal() as deal:
                for block in source:
                    unread += block.unread
                    deal(block.table)
                    self.progress("deal", block.end - 1, self.total)
            rejected = b"".join(self._rejection(item.row, _unread_error(item), {}) for item in unread)
            self.partial.append(-1, Counts(0, len(unread)), b"", rejected, "")
            buckets.finish(self.read)
        self.read = buckets.rows
        done = self.partial.entries[-1].until if self.partial.entries else -1
        self._settle(Chunk(table, [], number) for number, table in buckets.tables(after=done))

    def _settle(self, chunks: Iterable[Chunk]) -> None:
        """Settle and encode in worker threads, append in order."""
        for done in in_order(self._done, chunks, self.job.workers):
            self._append(done)
            self.progress("settle", self._counts()[0], self.total or None)

    def _append(self, done: Done) -> None:
        body, place = b"", ""
        if done.encoded is not None:
            position = self.partial.body.stat().st_size
            body, place = self.sink.place(done.encoded, position, self._chunks_written())
        self.partial.append(done.until, done.rows, body, done.rejected, place)

    def _chunks_written(self) -> int:
        return sum(1 for entry in self.partial.entries if entry.settled)

    def _counts(self) -> tuple[int, int]:
        """Rows settled or refused so far, and refused."""
        refused = sum(entry.refused for entry in self.partial.entries)
        return refused + sum(entry.settled for entry in self.partial.entries), refused

    def _done(self, chunk: Chunk) -> Done:
        rejected = [self._rejection(item.row, _unread_error(item), {}) for item in chunk.unread]
        encoded, count, later = None, 0, 0
        if len(chunk.table):
            settled = settle_rows(chunk.table, self.run)
            count = settled.count
            for item in reasons(chunk.table, settled, self.run):
                facts = {name: value for name, value in item.row.items() if name != SOURCE_ROW}
                rejected.append(self._rejection(item.row[SOURCE_ROW], item.error, facts))
            if count:
                later = rows_later(chunk.table["care_date"], settled.rows)
                encoded = self.sink.encode(output_table(chunk.table, settled))
        return Done(chunk.until, Counts(count, len(rejected), later), encoded, b"".join(rejected))

    def _rejection(self, row: int, error: FactError, facts: Mapping[str, Any]) -> bytes:
        own = dict(zip(self.names, self.columns, strict=True)).get(error.field, error.field)
        return rejection(row, error, facts, self.job.lang, own if own != error.field else "").encode()

    def _blocks(self, skip: int) -> Generator[Block, None, None]:
        """Every block of every file, columns by the names of the run, each row with its number."""
        columns = columns_of(self.files[0])
        first = 1
        schema: pa.Schema | None = None
        for file in self.files:
            same_columns(columns_of(file), columns, str(file))
            for block in blocks(file, self.job.chunk, first, skip):
                table = block.table
                if table.num_columns:
                    table = with_joined(table, self.columns[len(columns) :]).rename_columns(self.names)
                    table = translated(table, self.values).append_column(SOURCE_ROW, pa.array(block.numbers))
                    schema = schema or table.schema
                    table = _as_first(table, schema, str(file))
                elif schema is not None:
                    table = schema.empty_table()
                first_of_next = block.end
                self.read = block.end - 1
                yield Block(table, block.numbers, block.unread, block.end)
            first = first_of_next

    def _grouped_chunks(self) -> Iterator[Chunk]:
        """Chunks cut between two patients. Raises `NotGrouped` when a patient comes back."""
        done = self.partial.entries[-1].until if self.partial.entries else 0
        self.read = done
        held: list[pa.Table] = []
        unread: list[Unread] = []
        last = LastPatient()
        for block in self._blocks(done):
            unread += block.unread
            if not len(block.table):
                continue
            last = check_grouped(block.table, last)
            held.append(block.table)
            rows = pa.concat_tables(held)
            cut = last_patient(rows)
            if cut:
                until = int(rows[SOURCE_ROW][cut - 1].as_py())
                named = [item for item in unread if item.row <= until]
                unread = [item for item in unread if item.row > until]
                yield Chunk(rows.slice(0, cut), named, until)
            held = [rows.slice(cut)] if cut < len(rows) else []
        rest = pa.concat_tables(held) if held else pa.table({})
        if len(rest) or unread or not self.partial.entries:
            yield Chunk(rest, unread, self.read)

    def publish(self, receipt: dict[str, Any]) -> RunReport:
        """Check that no row is lost, complete the file, give it its name."""
        counted, refused = self._counts()
        if counted != self.read:
            msg = f"{self.read} rows read, {counted} settled or refused"
            raise AssertionError(msg)
        if not counted:
            raise UnreadableInput(Text(f"{self.job.source} : aucune ligne", f"{self.job.source}: no row"))
        if counted == refused:
            self._append(self._nothing())
        places = [entry.place for entry in self.partial.entries if entry.place]
        counts = {"rows": counted, "settled": counted - refused, "refused": refused}
        because = self._because() if refused else []
        if because:
            receipt["refused_because"] = because
        with writing(self.job.output):
            complete = self.sink.finish(self.partial.body, places, {**receipt, **counts}, counted - refused)
        rejected = self.partial.publish(complete, self.job.output)
        later = sum(entry.later for entry in self.partial.entries)
        return RunReport(counted, counted - refused, refused, self.job.output, rejected, because, later)

    def _because(self) -> list[dict[str, Any]]:
        """Why rows were refused, counted in the list of them."""
        with self.partial.rejected.open(encoding="utf-8") as lines:
            return by_reason(lines)

    def _nothing(self) -> Done:
        """No row of the output, but its columns."""
        columns = {name: pa.array([], pa.string()) for name in self.names}
        table = pa.table({**columns, SOURCE_ROW: pa.array([], pa.int64())})
        return Done(0, Counts(), self.sink.encode(output_table(table, settle_rows(table, self.run))), b"")


def rows_later(days: pa.ChunkedArray, settled: Numbers | None) -> int:
    """How many of the rows that were settled (None: all of them) are of care later than what is checked."""
    care = read_numbers("care_date", whole(days)).values
    return int(np.count_nonzero((care if settled is None else care[settled]) > checked_on()))


def _unread_error(item: Unread) -> FactError:
    return FactError("line", item.given[:200], item.allowed)


def _as_first(table: pa.Table, schema: pa.Schema, file: str) -> pa.Table:
    """Columns of the types of the first file. Raises `UnreadableInput`."""
    if table.schema.equals(schema):
        return table
    try:
        return table.cast(schema)
    except (pa.ArrowException, ValueError) as error:
        raise UnreadableInput(
            Text(
                f"{file} : les colonnes n'ont pas les types du premier fichier ({error})",
                f"{file}: the columns do not have the types of the first file ({error})",
            )
        ) from None


@dataclass(frozen=True)
class LastPatient:
    """The last patient met, and whether a row without one came after."""

    id: Any = None
    closed: bool = True


def check_grouped(table: pa.Table, last: LastPatient) -> LastPatient:
    """The last patient, if patients come in ascending order, each one's rows together. Raises `NotGrouped`."""
    patients = units(table)
    if patients is None:
        return last
    rows = np.flatnonzero(patients.is_valid().to_numpy(zero_copy_only=False))
    if not len(rows):
        return LastPatient(last.id, closed=True)
    said = patients.drop_null() if patients.null_count else patients
    comes_back = last.closed or rows[0] > 0
    if last.id is not None and (said[0].as_py() < last.id or (comes_back and said[0].as_py() == last.id)):
        raise NotGrouped
    if pc.any(pc.less(said[1:], said[:-1])).as_py():
        raise NotGrouped
    gaps = np.flatnonzero(np.diff(rows) > 1)
    if len(gaps) and pc.any(pc.equal(said.take(pa.array(gaps)), said.take(pa.array(gaps + 1)))).as_py():
        raise NotGrouped
    return LastPatient(said[-1].as_py(), closed=bool(rows[-1] < len(patients) - 1))


def last_patient(table: pa.Table) -> int:
    """Where the acts of the last patient start: those before are whole."""
    patients = units(table)
    if patients is None or not patients[-1].is_valid:
        return len(table)
    same = pc.fill_null(pc.equal(patients, patients[-1]), fill_value=False)
    return int(np.argmax(same.to_numpy(zero_copy_only=False)))


def in_order(function: Callable[[Any], T], items: Iterable[Any], workers: int) -> Iterator[T]:
    """Results in the order of the items, a few computed at once; nothing more is read than is being worked on."""
    waiting: list[Future[T]] = []
    pool = ThreadPoolExecutor(workers)
    try:
        for item in items:
            waiting.append(pool.submit(copy_context().run, function, item))  # under the reform of the caller
            if len(waiting) > workers:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
