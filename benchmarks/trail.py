"""The audit trail, a million rows:  python -m benchmarks.trail [--rows 1000000]

Writes rows in commits of five hundred, as many requests at once do, then verifies them all. Bar: 60 seconds for a million.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from parcours.registry.audit import proof
from parcours.registry.audit import service as audit
from parcours.registry.audit.group import TOGETHER
from parcours.registry.people.context import Tag
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key

BAR = 60.0
MILLION = 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=MILLION)
    rows = parser.parse_args().rows
    os.environ[KEYS_VARIABLE] = new_key()
    with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
        database = Database.open(f"sqlite:///{Path(folder) / 'trail.db'}")
        schema.upgrade(database.engine)
        started, worked = time.perf_counter(), time.process_time()
        for _ in range(rows // TOGETHER):
            with database.writing() as session:
                audit.add(
                    session, [audit.Event(Tag.PERSON_READ, audit.system("bench"), new_id()) for _ in range(TOGETHER)]
                )
        said("written", rows, started, worked)
        started, worked = time.perf_counter(), time.process_time()
        found = proof.examine(database)
        seconds = said("verified", found.rows, started, worked) * MILLION / rows
        database.close()
    print(f"a million: {seconds:.0f} s of processor (bar {BAR:.0f})   {'sound' if found.sound else found.findings[:3]}")
    return int(seconds > BAR or not found.sound)


def said(what, rows, started, worked):
    """Print both times; the processor's."""
    clock, processor = time.perf_counter() - started, time.process_time() - worked
    print(
        f"{what} {rows} rows in {clock:.1f} s ({processor:.1f} s of processor)   load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return processor


if __name__ == "__main__":
    sys.exit(main())
