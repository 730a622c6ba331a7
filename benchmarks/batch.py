"""A nation's claims beside its peers, on the same generated acts, results compared before anything is timed.

    python -m benchmarks.batch                 # 10^5 and 10^6 rows, some minutes
    python -m benchmarks.batch --rows 1e8      # up to that many rows (about 15 GB of disk for 10^8)

Prints rows a second, ratios to each peer and to the floor (reading all input columns and writing all output columns without
computing), peak memory and how cost grows; writes benchmarks/report.json and benchmarks/report.svg. In memory the contestants
take turns and the best of each counts, of one core's time and on the clock with every core that each of them uses. On a machine
that does other work too, compare the ratios of one run, not the figures of two. How the peers get the rules is in
`column_rules.py`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.column_rules import COMPARED, INPUTS, program
from benchmarks.machine import machine
from benchmarks.peers import Columns, duckdb_sql, openfisca, polars
from parcours.engine.batch import chunk as engine
from parcours.engine.batch.layout import AGES, AMOUNT_RESULTS, CODE_RESULTS, HALF, PATTERN_COLUMNS, ROW_FACTS, matrix
from parcours.engine.batch.parquet_join import MAGIC
from parcours.engine.batch.reading import whole
from parcours.engine.batch.results import DICTIONARIES
from parcours.engine.batch.run import CHUNK
from parcours.engine.batch.sinks import ParquetSink
from parcours.lab.sample import Sample, write_sample
from parcours.law.cache import flat_law
from parcours.law.record import LawRecord
from parcours.rules.settlement import settle as settle_act
from parcours.rules.types import Act, Contract, Counters, Readings

FOLDER = Path(__file__).parent
ACTS_A_PATIENT = 25.6
LAST_DAY = "2025-08-31"
"""Acts from 1 January to that day are under one state of the law: the peers need no table by date."""
INTERPRETED = 20_000
BARS = {"OpenFisca-core": 20.0, "Polars": 5.0, "floor": 0.5}
"""Least ratio, on the clock, of the compiled rules on every core to a peer as it runs; and of a whole run to the floor."""


# --- the same rules, in memory ---


def acts_in_memory(rows: int) -> pa.Table:
    """Acts without patients: each stands alone, as the peers carry no caps."""
    tables, count = [], 0
    for table in Sample(10**9, 2025, seed=1).blocks():
        one_law = table.filter(pc.less_equal(table["care_date"], pa.scalar(LAST_DAY).cast(pa.date32())))
        tables.append(one_law.drop_columns(["patient_id", "reimbursement_date"]))
        count += len(one_law)
        if count >= rows:
            break
    return pa.concat_tables(tables).slice(0, rows).unify_dictionaries().combine_chunks()


class Ours:
    """The compiled rules over encoded facts."""

    def __init__(self, table: pa.Table) -> None:
        self.table, self.count = table, len(table)
        self.settings = engine.Run.of()
        columns = {name: whole(table[name]) for name in table.column_names}
        self.facts = engine.encode_rows(columns, self.count, self.settings)
        self.order, self.first = engine.acts_of_patients(None, self.facts)
        self.professional = engine.codes_of(columns["professional_id"], self.count)
        self.amounts, self.codes = (
            matrix(AMOUNT_RESULTS, self.count, np.int32),
            matrix(CODE_RESULTS, self.count, np.int8),
        )
        self.refusals = np.zeros(self.count, np.int8)

    def run(self, threads: int) -> None:
        """The kernel, facts already encoded."""
        share = (self.facts, self.order, self.professional, self.settings, self.amounts, self.codes, self.refusals)
        with engine.ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda first: engine._run(*share, first), engine._shares(self.first, threads)))

    def whole(self, threads: int) -> None:
        """From an Arrow table to results: encoding, order, rules."""
        engine.settle_rows(self.table, self.settings, threads)

    def results(self) -> Columns:
        """What the peers must find."""
        assert not self.refusals.any(), "every act of the sample is settled"
        lines = {name: self.amounts[line] for line, name in enumerate(AMOUNT_RESULTS)}
        lines |= {name: self.codes[line] for line, name in enumerate(CODE_RESULTS)}
        return {name: lines[name][: self.count] for name in COMPARED}

    def inputs(self) -> Columns:
        """The encoded facts as columns: what the peers are given."""
        rows = {name: self.facts.rows[line, : self.count].astype(np.int64) for line, name in enumerate(ROW_FACTS)}
        patterns = self.facts.patterns.rows[self.facts.pattern].astype(np.int64)
        coded = {name: patterns[:, column] for column, name in enumerate(PATTERN_COLUMNS)}
        coded["exemption"] += coded["exemption_high"] << HALF
        contracts = self.facts.patterns.contracts[coded["contract"]]
        coded |= {f"contract_{name}": contracts[:, column] for column, name in enumerate(Contract._fields)}
        ages = {name: np.where(coded[name] >= 0, coded[name], rows[name]) for name in AGES}
        return {name: {**coded, **rows, **ages}[name] for name in INPUTS}

    def law(self) -> LawRecord:
        """The one state of the law of all these acts."""
        return self.settings.records.on(20250601)

    def interpreted(self, count: int) -> Columns:
        """The rules as plain Python, one act after the other."""
        columns = self.inputs()
        lines = np.stack([columns[name][:count] for name in INPUTS], axis=1).tolist()
        law, counters, readings = self.law(), Counters(), Readings()
        act = len(Act._fields)
        answers = [settle_act(Act(*line[:act]), Contract(*line[act:]), counters, law, readings) for line in lines]
        return {name: np.array([getattr(answer, name) for answer in answers]) for name in COMPARED}


def check_same(name: str, found: Columns, expected: Columns) -> None:
    """A peer that finds anything else is not compared: the benchmark stops."""
    for column in COMPARED:
        different = np.flatnonzero(np.asarray(found[column]).astype(np.int64) != expected[column][: len(found[column])])
        if len(different):
            row = int(different[0])
            sys.exit(f"{name} differs: {column}, row {row}: {found[column][row]} and not {expected[column][row]}")


def in_memory(rows: int, threads: int) -> dict[str, dict[str, float]]:
    """Rows a second of everyone on the same encoded acts: of one core's time, and on the clock with every core.

    They take turns, so that other work on the machine meets all of them; the best of each counts.
    """
    ours = Ours(acts_in_memory(rows))
    ours.run(threads)
    expected = ours.results()
    count = min(rows, INTERPRETED)
    check_same("interpreted", ours.interpreted(count), expected)
    turns: dict[str, tuple[Callable[[], Any], int]] = {
        COMPILED: (lambda: ours.run(1), rows),
        f"{COMPILED}, all cores": (lambda: ours.run(threads), rows),
        "compiled rules, Arrow to results": (lambda: ours.whole(1), rows),
        "interpreted rules (plain Python)": (lambda: ours.interpreted(count), count),
    }
    for name, peer in (("OpenFisca-core", openfisca), ("Polars", polars), ("DuckDB", duckdb_sql)):
        run = peer(ours.inputs(), program(ours.law()))
        check_same(name, run(), expected)
        turns[name] = run, rows
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in turns}
    for _ in range(ROUNDS):
        for name, (action, _) in turns.items():
            repeats = 5 if name.startswith(COMPILED) else 1
            times[name] += [timed(action) for _ in range(repeats)]
    return {
        name: {
            "of a core": done / min(t[0] for t in times[name]),
            "on the clock": done / min(t[1] for t in times[name]),
        }
        for name, (_, done) in turns.items()
    }


def timed(action: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the processor, and on the clock."""
    worked, start = time.process_time(), time.perf_counter()
    action()
    return time.process_time() - worked, time.perf_counter() - start


ROUNDS = 5
COMPILED = "compiled rules"


# --- from file to file ---


def settle_file(source: Path, output: Path, threads: int) -> tuple[float, float, int]:
    """Seconds, peak memory in MiB and rows of `parcours settle`, in a process of its own."""
    command = [
        str(Path(sys.executable).with_name("parcours")),
        "settle",
        str(source),
        "-o",
        str(output),
        "--lang",
        "en",
    ]
    code = (
        "import resource, subprocess, sys, time; start = time.perf_counter();"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True); took = time.perf_counter() - start;"
        "print(took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024);"
        "sys.exit(done.stderr if done.returncode else 0)"
    )
    argv = [sys.executable, "-c", code, *command, "--workers", str(threads)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory, pq.read_metadata(output).num_rows


def start_seconds(folder: Path, threads: int, runs: int = 2) -> float:
    """Seconds to settle a handful of acts: Python, imports, the compiled code from its cache."""
    source, output = folder / "few.parquet", folder / "few-settled.parquet"
    write_sample(Sample(3, 2025), source)
    return min(settle_file(source, output, threads)[0] for _ in range(runs))


def compile_seconds(folder: Path, threads: int) -> float:
    """Seconds that the first run of all takes more than the next."""
    cache = folder / "cache"
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(cache)
    try:
        first, *others = (start_seconds(folder, threads, runs=1) for _ in range(3))
    finally:
        os.environ.pop("XDG_CACHE_HOME") if before is None else os.environ.update(XDG_CACHE_HOME=before)
    return first - min(others)


COMPILE_SECONDS = 10


def floor(source: Path, settled: Path, output: Path, threads: int) -> float:
    """Seconds to read every input column and to write every output column, computing nothing, with as many threads.

    The columns to write are made ready in memory, a few groups at a time: that is not counted.
    """
    names = pq.read_schema(settled).names
    results = pq.ParquetFile(settled, read_dictionary=[name for name in DICTIONARIES if name in names])
    batches = pq.ParquetFile(source, memory_map=True).iter_batches(batch_size=CHUNK)
    sink, spent = ParquetSink(), 0.0

    def through(table: pa.Table) -> Any:
        next_batch()
        return sink.encode(table).body

    def next_batch() -> None:
        with turn:
            next(batches, None)

    turn = threading.Lock()
    with output.open("wb") as stream, engine.ThreadPoolExecutor(threads) as pool:
        stream.write(MAGIC)
        for group in range(0, results.num_row_groups, AT_ONCE):
            last = min(group + AT_ONCE, results.num_row_groups)
            tables = [results.read_row_group(number) for number in range(group, last)]
            start = time.perf_counter()
            for body in pool.map(through, tables):
                stream.write(body)
            spent += time.perf_counter() - start
    return spent


AT_ONCE = 8


@contextmanager
def quiet_spark() -> Iterator[Any]:
    """A local Spark on every core."""
    from pyspark.sql import SparkSession

    from parcours.engine.batch.jvm import use_java

    use_java()
    builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "4").config("spark.driver.memory", "2g").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


def spark_seconds(source: Path, output: Path) -> float:
    """Seconds of the second of two runs in one session: its workers are there."""
    import parcours.spark

    with quiet_spark() as session:

        def run() -> None:
            parcours.spark.settle(session.read.parquet(str(source))).write.mode("overwrite").parquet(str(output))

        run()
        return timed(run)[1]


def from_file_to_file(rows: int, threads: int, folder: Path, *, spark: bool) -> dict[str, float]:
    """Seconds of each way, peak memory, and sizes."""
    source, output = folder / f"acts-{rows}.parquet", folder / f"settled-{rows}.parquet"
    count = write_sample(Sample(max(1, round(rows / ACTS_A_PATIENT)), 2025, seed=2), source)
    runs = 3 if rows <= SMALL else 1  # the first of a small one also fills the caches
    seconds, memory, settled = min(settle_file(source, output, threads) for _ in range(runs))
    assert settled == count
    result = {
        "rows": count,
        "seconds": seconds,
        "start seconds": start_seconds(folder, threads),
        "peak MiB": memory,
        "floor seconds": min(floor(source, output, folder / "floor", threads) for _ in range(runs)),
    }
    if rows <= MEDIUM:
        shuffled = folder / "shuffled.parquet"
        table = pq.read_table(source)
        pq.write_table(
            table.take(pa.array(np.random.default_rng(0).permutation(count))), shuffled, row_group_size=CHUNK
        )
        result["seconds, any order"], result["peak MiB, any order"], _ = settle_file(shuffled, output, threads)
        shuffled.unlink()
    if spark:
        result["seconds, Spark"] = spark_seconds(source, folder / "spark")
        shutil.rmtree(folder / "spark")
    for path in (source, output, folder / "floor"):
        path.unlink()
    return result


SMALL, MEDIUM = 1_000_000, 10_000_000


# --- report ---


def conditions() -> str:
    """What it ran on, and the load when it started."""
    load = f", load {os.getloadavg()[0]:.1f} when it started" if hasattr(os, "getloadavg") else ""
    here = machine()
    return f"{here['processor']}, {here['cores']} cores, Python {here['python']}{load}"


def plot(growth: list[dict[str, float]], path: Path) -> None:
    """Microseconds a row against rows, the start of the process left out."""
    import altair as alt

    ways = {
        "settled": "seconds",
        "settled, rows in any order": "seconds, any order",
        "floor: read and write": "floor seconds",
    }
    points = [
        {
            "rows": item["rows"],
            "way": way,
            "µs a row": (item[key] - (0 if "floor" in key else item["start seconds"])) / item["rows"] * 1e6,
        }
        for item in growth
        for way, key in ways.items()
        if key in item
    ]
    powers = [10**power for power in range(5, 9) if 10**power <= max(item["rows"] for item in growth) * 1.1]
    chart = alt.Chart({"values": points}, width=520, height=280).mark_line(point=True)
    chart = chart.encode(
        alt.X("rows:Q")
        .scale(type="log", domain=[powers[0] * 0.9, powers[-1] * 1.1], nice=False)
        .axis(values=powers, format="~s", title="rows of the file", grid=False),
        alt.Y("µs a row:Q").scale(zero=True).axis(title="microseconds a row"),
        alt.Color("way:N", title=None, sort=list(ways)),
    )
    chart.save(str(path))


def print_speeds(rows: int, speeds: dict[str, dict[str, float]]) -> bool:
    """The table in memory; True when the bars are met."""
    one, every = speeds[COMPILED]["of a core"], speeds[f"{COMPILED}, all cores"]["on the clock"]
    print(f"\nThe same rules in memory, {rows:,} acts, every amount and every case equal, rows a second:")
    print(f"  {'':34} {'of one core':>14}  ratio   {'on the clock':>14}  ratio")
    met = True
    for name, speed in speeds.items():
        ratios = one / speed["of a core"], every / speed["on the clock"]
        bar = BARS.get(name)
        note = f"   (bar: ≥ {bar:.0f})" if bar else ""
        print(
            f"  {name:34} {speed['of a core']:14,.0f} {ratios[0]:6.1f}   {speed['on the clock']:14,.0f} {ratios[1]:6.1f}{note}"
        )
        met &= bar is None or ratios[1] >= bar
    return met


def print_files(item: dict[str, float]) -> bool:
    """A line of the table from file to file; True when the bar is met."""
    rows, ratio = item["rows"], item["floor seconds"] / working(item)
    told = f"{ratio:5.2f} of the floor" if working(item) > HARDLY else "hardly more than its start"
    print(
        f"  {rows:>12,} rows {rows / item['seconds']:12,.0f} rows/s   {working(item) / rows * 1e6:5.2f} µs a row"
        f"   {told}   peak {item['peak MiB']:6,.0f} MiB"
    )
    for key in ("seconds, any order", "seconds, Spark"):
        if key in item:
            print(f"  {'':17} {rows / item[key]:12,.0f} rows/s   {key.split(', ')[1]}", flush=True)
    return rows < SMALL * 0.9 or ratio >= BARS["floor"]


def print_flatness(growth: list[dict[str, float]]) -> bool:
    """How the cost of a row changes from a million rows on; True when it stays within the bar."""
    costs = [working(item) / item["rows"] for item in growth if item["rows"] >= SMALL * 0.9]
    if len(costs) < 2:
        return True
    change = max(abs(cost / costs[0] - 1) for cost in costs)
    print(f"  The cost of a row changes by {change:.0%} from the first to the largest of them (bar: ≤ {FLAT:.0%}).")
    return change <= FLAT


def working(item: dict[str, float]) -> float:
    """Seconds of a run, without the start of its process."""
    return max(item["seconds"] - item["start seconds"], 1e-9)


FLAT = 0.2
HARDLY = 0.05
"""Seconds of work that the start of a process hides."""


def main() -> int:
    """Run, print, write the report; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=float, default=1e6, help="the largest file (default 1e6)")
    parser.add_argument("--no-spark", action="store_true", help="leave Spark out")
    asked = parser.parse_args()
    threads, where = os.cpu_count() or 1, conditions()
    print(f"{where}\nlaw {flat_law().digest[:12]}")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = Path(name)
        compiling = compile_seconds(folder, threads)
        print(
            f"Compiling the rules, once for each version of them: {compiling:.1f} s (bar: < {COMPILE_SECONDS})",
            flush=True,
        )
        speeds = in_memory(SMALL, threads)
        met = compiling < COMPILE_SECONDS
        met &= print_speeds(SMALL, speeds)
        print("\nFrom Parquet to Parquet, one process (a row's cost and the ratio leave out its start):", flush=True)
        growth = []
        for rows in (10**power for power in range(5, 9) if 10**power <= asked.rows):
            growth.append(from_file_to_file(rows, threads, folder, spark=rows == SMALL and not asked.no_spark))
            met &= print_files(growth[-1])
    met &= print_flatness(growth)
    report = {
        "machine": where,
        "threads": threads,
        "compile seconds": compiling,
        "in memory": {"rows": SMALL, "rows a second": speeds},
        "files": growth,
    }
    (FOLDER / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    plot(growth, FOLDER / "report.svg")
    print(f"\nWritten: {FOLDER / 'report.json'}, {FOLDER / 'report.svg'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
