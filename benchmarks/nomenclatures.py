"""How long the official files take to import, and a code to look up: files of the real size, invented, made first.

    python -m benchmarks.nomenclatures
    python -m benchmarks.nomenclatures --codes 500      # smaller

Bars: 8 000 acts of the CCAM (a million prices, ten dates, twelve grids) and 15 000 drugs under 20 s together; a look-up
by code and date, first and again, under 200 and 20 µs. The ratio beside a time is to what the same machine takes to read
the same rows and nothing more: it holds whatever the machine. The exit code is 1 when a bar is missed.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from parcours.lab.nomenclatures import write_nomenclature
from parcours.law.library.content import on
from parcours.law.library.dbf import RAW, table_of
from parcours.law.library.importing import import_library
from parcours.law.library.installed import entry, installed
from parcours.law.library.parts import parts_of

BAR_SECONDS = 20.0
BAR_FIRST, BAR_AGAIN = 200.0, 20.0
"""Microseconds."""
LOOKED_UP = 2_000


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of processor, and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def bare(folder: Path) -> int:
    """Read every row of the files of a folder, and do nothing with it."""
    count = 0
    for part in parts_of([folder]).values():
        if part.name.lower().endswith(".dbf"):
            table = table_of(part)
            count += sum(1 for _ in table.read(**dict.fromkeys(table.columns, RAW)))
        else:
            count += sum(len(line.split("\t")) > 1 for line in part.read(1 << 30).decode("cp1252").split("\n"))
    return count


def look_ups(name: str) -> tuple[float, float]:
    """Median microseconds of a first look-up, and of the next."""
    library = installed(name)
    assert library is not None
    codes = [one.code for one in library.entries()]
    random = Random(0)
    first, again = [], []
    for code in random.sample(codes, min(LOOKED_UP, len(codes))):
        day = random.randrange(2006, 2027) * 10_000 + 601
        for times in (first, again):
            start = time.perf_counter_ns()
            found = entry(name, code)
            assert found is not None
            on(found.record["rows" if name == "ccam" else "states"], day)
            times.append((time.perf_counter_ns() - start) / 1000)
    return statistics.median(first), statistics.median(again)


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--codes", type=int, default=0)
    codes = options.parse_args().codes
    missed, total = [], 0.0
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ["PARCOURS_LIBRARY_DIR"] = str(folder / "library")
        for name in ("ccam", "bdpm"):
            write_nomenclature(name, folder / name, codes)
            seconds, rows = timed(lambda name=name: bare(folder / name))
            taken, done = timed(lambda name=name: import_library(name, [folder / name], 20261120))
            total += taken
            size = (folder / "library" / f"{name}.sqlite").stat().st_size / 1e6
            print(
                f"{name}: {done.about.codes:,} codes of {rows:,} rows in {taken:.1f} s of processor, "
                f"{taken / seconds:.1f} times a bare reading; {size:.1f} MB"
            )
            first, again = look_ups(name)
            print(f"{name}: a look-up by code and date: {first:.0f} µs first, {again:.1f} µs again")
            if first > BAR_FIRST or again > BAR_AGAIN:
                missed.append(f"{name} look-up")
    print(f"both imports: {total:.1f} s of processor (bar {BAR_SECONDS:.0f} s)")
    if total > BAR_SECONDS:
        missed.append("import")
    print("Missed: " + ", ".join(missed) if missed else "Every bar is met.")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
