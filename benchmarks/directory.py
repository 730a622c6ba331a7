"""How fast the directory is imported and searched, on SQLite or a database of yours.

python -m benchmarks.directory --lines 200000
python -m benchmarks.directory --lines 1500000 --database postgresql://…      # an empty one
"""

import argparse
import os
import resource
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from random import Random

from parcours.registry.demo.directory_files import write_rpps
from parcours.registry.directory.ask import answer, read
from parcours.registry.directory.cards import cards
from parcours.registry.directory.communes import load_communes
from parcours.registry.directory.importing.run import Asked, run
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import new_key

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--database")
    parser.add_argument("--tries", type=int, default=40)
    asked = parser.parse_args()
    os.environ.setdefault("PARCOURS_SECRET_KEYS", new_key())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rpps.txt"
        write_rpps(path, asked.lines)
        database = Database.open(asked.database or f"sqlite:///{folder}/registry.db")
        schema.upgrade(database.engine)
        with database.writing() as session:
            load_communes(session)
        wall, cpu = time.perf_counter(), time.process_time()
        run(database, Asked(path, date(2026, 11, 1)))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"import of {asked.lines:,} lines: {wall:.1f} s, {cpu:.1f} s of processor, {memory:.0f} MB at most")
        search_all(database, asked.tries)
        database.close()


def search_all(database: Database, tries: int) -> None:
    rng = Random(0)
    with database.reading() as session:
        places = session.connection().exec_driver_sql("SELECT code FROM people_communes WHERE latitude_e5 IS NOT NULL")
        codes = [code for (code,) in places]
        for name, filters in SEARCHES.items():
            times = []
            for _ in range(tries):
                given = filters or {"place": rng.choice(codes), "specialty": "generaliste"}
                start = time.perf_counter()
                question = read(session, given)
                found = cards(session, answer(session, question).items, question.query.where, question.query.day)
                times.append((time.perf_counter() - start) * 1000)
            times.sort()
            late = times[int(0.95 * len(times))]
            print(f"{name:28s} median {statistics.median(times):6.1f} ms  p95 {late:6.1f} ms  {len(found)} shown")


if __name__ == "__main__":
    main()
