"""How fast the directory is imported and searched at the size of France, on SQLite and PostgreSQL.

    python -m benchmarks.directory                              # 1.5 million lines of the national file, on both
    python -m benchmarks.directory --lines 200000 --on sqlite
    python -m benchmarks.directory --database postgresql://…     # an empty database of yours

Lines are invented (`parcours sample --directory`). Bars at 1.5 million: import under five minutes and one GiB, each search
under 30 ms for 95 of 100. Figures are on the clock, with the processor time of this process beside (PostgreSQL works in
its own); on a busy machine only the latter means something. `--report FILE` writes them as JSON. The exit code is 1
when a bar is missed on the clock.
"""

import argparse
import gc
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from random import Random

from benchmarks.machine import machine
from benchmarks.registry import address, database_version
from parcours.registry.demo.directory_files import write_rpps
from parcours.registry.directory.ask import answer, read
from parcours.registry.directory.cards import cards
from parcours.registry.directory.communes import load_communes
from parcours.registry.directory.importing.run import Asked, run
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key

SEARCHES = {
    "GP, Paris 11e": {"place": "75111", "specialty": "generaliste"},
    "nurse, Paris 11e": {"place": "75111", "specialty": "infirmier"},
    "GP who accepts, Paris 11e": {"place": "75111", "specialty": "generaliste", "accepts": "adults"},
    "20 nearest nurses, Lyon 3e": {"place": "69383", "specialty": "infirmier", "nearest": "20"},
    "rare specialty, 200 km": {"place": "Limoges", "specialty": "genetique_medicale", "radius": "200"},
    "postcode of 46 communes": {"place": "51300", "specialty": "generaliste"},
    "name": {"q": "specimen alix", "place": "Toulouse"},
    "GP, anywhere": {},
}
IMPORT_SECONDS, IMPORT_MB, SEARCH_MS = 300, 1024, 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_500_000)
    parser.add_argument("--on", choices=("sqlite", "postgresql", "both"), default="both", help="temporary databases")
    parser.add_argument("--database", help="address of an empty database, in place of the temporary ones")
    parser.add_argument("--tries", type=int, default=40)
    parser.add_argument("--report", type=Path, help="JSON file to write")
    asked = parser.parse_args()
    os.environ.setdefault(KEYS_VARIABLE, new_key())
    kinds = ["given"] if asked.database else ["sqlite", "postgresql"] if asked.on == "both" else [asked.on]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rpps.txt"
        write_rpps(path, asked.lines)
        runs = [measure(kind, asked, path) for kind in kinds]
    if asked.report:
        found = {"machine": machine(), "runs": runs}
        asked.report.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.exit(0 if all(one["passed"] for one in runs) else 1)


def measure(kind: str, asked: argparse.Namespace, path: Path) -> dict[str, object]:
    """Import the file into an empty database, then search; what was found, as data."""
    with address(kind, asked.database) as url:
        database = Database.open(url)
        schema.upgrade(database.engine)
        with database.writing() as session:
            load_communes(session)
        wall, cpu = time.perf_counter(), time.process_time()
        run(database, Asked(path, date(2026, 11, 1)))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"\n{database_version(database)}")
        print(f"import of {asked.lines:,} lines: {wall:.0f} s, {cpu:.0f} s of processor, {memory:.0f} MB at most")
        gc.collect()
        gc.freeze()  # as the server does once all is loaded
        searches = search_all(database, asked.tries)
        passed = wall < IMPORT_SECONDS and memory < IMPORT_MB and all(one["p95_ms"] < SEARCH_MS for one in searches)
        found = {
            "database": database_version(database), "lines": asked.lines, "import_s": round(wall),
            "import_processor_s": round(cpu), "peak_memory_mb": round(memory), "searches": searches,
            "load_meanwhile": round(os.getloadavg()[0], 1), "passed": passed,
        }  # fmt: skip
        database.close()
    return found


def search_all(database: Database, tries: int) -> list[dict[str, object]]:
    """Each search so many times, once before to warm up; the cards of the page included."""
    rng, found = Random(0), []
    with database.reading() as session:
        places = session.connection().exec_driver_sql("SELECT code FROM people_communes WHERE latitude_e5 IS NOT NULL")
        codes = [code for (code,) in places]
        for name, filters in SEARCHES.items():
            times = []
            for _ in range(tries + 1):
                given = filters or {"place": rng.choice(codes), "specialty": "generaliste"}
                wall, cpu = time.perf_counter(), time.process_time()
                question = read(session, given)
                shown = cards(session, answer(session, question).items, question.query.where, question.query.day)
                times.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)))
            walls, cpus = (sorted(one[at] for one in times[1:]) for at in (0, 1))
            late = int(0.95 * tries)
            figures = {"median_ms": statistics.median(walls), "p95_ms": walls[late], "processor_p95_ms": cpus[late]}
            found.append({"search": name, **{key: round(value, 1) for key, value in figures.items()}})
            line = "  ".join(f"{key} {value:6.1f}" for key, value in figures.items())
            print(f"{name:28s} {line}  {len(shown)} shown")
    return found


if __name__ == "__main__":
    main()
