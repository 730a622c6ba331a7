"""How fast the registry answers with a country in it: look-ups and the facts of a visit, on SQLite and PostgreSQL.

    python -m benchmarks.registry                         # a million insured, 100 000 doctors, on both
    python -m benchmarks.registry --people 20000 --doctors 2000 --on sqlite
    python -m benchmarks.registry --database postgresql://…      # an empty database of yours

People are streamed into the database in batches (memory stays flat), their identifiers encrypted and indexed as the
service does. Bars: look-ups under 10 ms, the facts of a visit under 20 ms, medians on the clock; the processor time
beside is that of this process (PostgreSQL works in its own). A missed measure is taken once more. The exit code is 1
when a bar is missed. `--report FILE` writes the figures as JSON, beside those of the other database.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import sqlalchemy
from sqlalchemy import func, insert, select, text

from benchmarks.machine import machine
from parcours.registry.declarations import timeline
from parcours.registry.declarations.models import Declaration, EndCode, EndReason, Party, Route, State, Tenure
from parcours.registry.demo.fictitious import fictitious_nir, fictitious_rpps
from parcours.registry.directory import service as directory
from parcours.registry.directory.models import (
    Commune,
    Convention,
    DeficitZone,
    Fund,
    Organisation,
    OrganisationKind,
    Practice,
    PracticeMode,
    Professional,
)
from parcours.registry.directory.near import doctors_near
from parcours.registry.identity import names
from parcours.registry.identity.keys import NirKind
from parcours.registry.identity.models import NIR_CONTEXT, Identifier
from parcours.registry.people import service as people
from parcours.registry.people.models import Affiliation, Insured, Right, RightKind
from parcours.registry.referrals.letters import Letter
from parcours.registry.referrals.models import Flow, Referral
from parcours.registry.store import schema
from parcours.registry.store.columns import EncryptedText, RowText, blind_index
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key
from parcours.registry.visits.facts import visit_facts

BATCH = 5000
COMMUNES = 3500
DOCTORS_A_PLACE = 4
SPECIALIST = 3
VISIT = date(2026, 6, 15)
FIRST_DAY, CHANGED_ON = date(2018, 1, 1), date(2022, 1, 1)
RECORDED = datetime(2022, 1, 1, 12, tzinfo=UTC)
LETTER = Letter("Essai", "Essai ?").as_text()
LOOKUP_MS, FACTS_MS = 10.0, 20.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--doctors", type=int, default=100_000)
    parser.add_argument("--on", choices=("sqlite", "postgresql", "both"), default="both", help="temporary databases")
    parser.add_argument("--database", help="address of an empty database, in place of the temporary ones")
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--report", type=Path, help="JSON file to write")
    options = parser.parse_args()
    os.environ.setdefault(KEYS_VARIABLE, new_key())
    kinds = ["given"] if options.database else ["sqlite", "postgresql"] if options.on == "both" else [options.on]
    runs = [run(kind, options) for kind in kinds]
    if options.report:
        write_report(options.report, runs)
    sys.exit(0 if all(one["passed"] for one in runs) else 1)


def run(kind, options):
    """Fill a database, measure it; what was found, as data."""
    with address(kind, options.database) as url:
        database = Database.open(url)
        print(f"\n{database_version(database)}")
        started = time.perf_counter()
        fill(database, options.people, options.doctors)
        seconds = time.perf_counter() - started
        size, memory = database_megabytes(database), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{options.people} insured, {options.doctors} doctors in {seconds:.0f} s; {size} MB, memory {memory} MB")
        measures = measure(database, options.people, options.doctors, options.samples)
        found = {
            "database": database_version(database), "insured": options.people, "doctors": options.doctors,
            "filled_in_s": round(seconds), "size_mb": size, "peak_memory_mb": memory, "samples": options.samples,
            "load_meanwhile": round(os.getloadavg()[0], 1),
            "passed": all(one.passed for one in measures), "measures": [asdict(one) for one in measures],
        }  # fmt: skip
        database.close()
    return found


@contextmanager
def address(kind, given):
    """Address of an empty database for the time of the block."""
    if kind == "given":
        yield given
    elif kind == "postgresql":
        from tests.support.postgresql import new_database, running_server

        with running_server() as server, new_database(server, "registry") as url:
            yield url
    else:
        with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'registry.db'}"


def database_version(database):
    questions = {"sqlite": "SELECT 'SQLite ' || sqlite_version()", "postgresql": "SELECT version()"}
    with database.engine.connect() as connection:
        words = connection.execute(text(questions[database.engine.dialect.name])).scalar().split()
    return f"{words[0]} {words[1]}"


def database_megabytes(database):
    question = {
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        "postgresql": "SELECT pg_database_size(current_database())",
    }
    with database.engine.connect() as connection:
        return connection.execute(text(question[database.engine.dialect.name])).scalar() // 2**20


def write_report(path, runs):
    """The runs, beside those of other databases that the file holds already."""
    known = json.loads(path.read_text("utf-8"))["runs"] if path.is_file() else []
    kept = [one for one in known if one["database"].split()[0] not in {run["database"].split()[0] for run in runs}]
    report = {
        "machine": {**machine(), "sqlalchemy": sqlalchemy.__version__},
        "runs": sorted(kept + runs, key=lambda one: one["database"], reverse=True),
    }
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")


# --- a country ---


def fill(database, count, doctors):
    schema.upgrade(database.engine)
    rng = Random(1)
    with database.writing() as session:
        session.execute(insert(Fund), [{"id": new_id(), "code": "01C991", "name": "Caisse", "department": "99"}])
        session.execute(insert(Commune), [commune(rank) for rank in range(COMMUNES)])
        session.execute(insert(DeficitZone), [deficit_zone(rank) for rank in range(0, COMMUNES, 10)])
    places, gps = [], []
    for batch in batched(range(doctors), BATCH):
        rows = [doctor_rows(rank, rng, places) for rank in batch]
        write(database, rows, (Professional, Organisation, Convention, Practice))
        gps += [own_place(one) for one in rows if one[Professional][0]["specialty"] == 1]
    for batch in batched(range(count), BATCH):
        rows = [person_rows(rank, rng, gps) for rank in batch]
        write(database, rows, (Insured, Identifier, Affiliation, Right, Declaration, Tenure, Referral))
    if database.engine.dialect.name == "postgresql":  # what its autovacuum does within minutes; SQLite goes without
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def batched(items, size):
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def write(database, rows, models):
    """One statement a table a batch: inserting is what a bulk load does, the services are for single acts."""
    with database.writing() as session:
        for model in models:
            if values := [values for one in rows for values in one.get(model, ())]:
                bind_to_rows(model, values)
                session.connection().execute(insert(model.__table__), values)


def bind_to_rows(model, rows):
    """What is encrypted belongs to its row, as when a service writes it."""
    encrypted = [column.key for column in model.__table__.columns if isinstance(column.type, EncryptedText)]
    for row in rows:
        for name in encrypted:
            if row.get(name) is not None:
                row[name] = RowText(str(row[name]), row["id"])


def commune(rank):
    return {
        "id": new_id(), "code": f"{rank:05d}", "name": f"Commune {rank}",
        "department": f"{rank // 100:02d}", "latitude_e5": 4_300_000 + rank % 60 * 10_000,
        "longitude_e5": rank // 60 * 10_000,
    }  # fmt: skip


def deficit_zone(rank):
    return {"id": new_id(), "commune_code": f"{rank:05d}", **period(FIRST_DAY)}


def period(starts_on, ends_on=None):
    return {"starts_on": starts_on, "ends_on": ends_on, "recorded_at": RECORDED, "superseded_at": None}


def doctor_rows(rank, rng, places):
    """A doctor, four to a place."""
    doctor, settled = new_id(), date(2015, 1, 1)
    rows = {}
    if rank % DOCTORS_A_PLACE == 0:
        places.append(new_id())
        rows[Organisation] = [{
            "id": places[-1], "kind": OrganisationKind.MAISON_DE_SANTE, "name": f"Maison {rank}", "version": 1,
            "commune_code": f"{rank // DOCTORS_A_PLACE % COMMUNES:05d}", "special_setting": "none",
            "recorded_at": RECORDED,
        }]  # fmt: skip
    name = f"Modèle-{rank % 997}"
    return rows | {
        Professional: [{
            "id": doctor, "rpps": fictitious_rpps(rank), "family_name": name, "first_name": "Dominique",
            "search_name": names.letters(name) + letters_of(rank), "profession": "medecin",
            "specialty": specialty_of(rank, rng), "installed_on": settled, "version": 1, "recorded_at": RECORDED,
        }],
        Convention: [{"id": new_id(), "professional_id": doctor, "convention": "secteur_1", **period(settled)}],
        Practice: [{
            "id": new_id(), "professional_id": doctor, "organisation_id": places[-1], "mode": PracticeMode.TITULAIRE,
            "main": True, "accepts_new_patients": rank % 3 == 0, **period(settled),
        }],
    }  # fmt: skip


def own_place(rows):
    """Doctor and place: what a declaration names."""
    practice = rows[Practice][0]
    return practice["professional_id"], practice["organisation_id"]


def specialty_of(rank, rng):
    """Half are general practitioners, every hundredth a cardiologist (to whom referrals go), the others of all kinds."""
    if rank % 2:
        return 1
    return SPECIALIST if rank % 100 == 0 else rng.choice((5, 6, 7, 8, 11, 12, 15, 33, 41))


def letters_of(rank):
    return "".join(chr(ord("A") + int(digit)) for digit in str(rank))


def born(rank):
    return date(1936, 1, 1) + timedelta(days=rank * 7 % 25_000)


def person_rows(rank, rng, gps):
    """A person; nine in ten have a médecin traitant, one in four had another before, some have rights or a referral."""
    person, (doctor, place) = new_id(), rng.choice(gps)
    nir, birth = fictitious_nir(rank), born(rank)
    name = f"Exemple-{letters_of(rank)}"
    rows = {
        Insured: [{
            "id": person, "family_name": name, "first_name": "Camille", "birth_date": birth, "version": 1,
            "name_index": blind_index(people.name_key(name, birth), people.NAME_CONTEXT), "recorded_at": RECORDED,
            "commune_code": f"{rank % COMMUNES:05d}",
        }],
        Identifier: [{
            "id": new_id(), "insured_id": person, "kind": NirKind.FICTITIOUS, "value": nir,
            "value_index": blind_index(nir, NIR_CONTEXT), **period(birth),
        }],
        Affiliation: [{
            "id": new_id(), "insured_id": person, "fund_code": "01C991", "scheme": "general", **period(birth),
        }],
        Right: [
            {"id": new_id(), "insured_id": person, "kind": kind, "detail": detail, **period(FIRST_DAY)}
            for every, kind, detail in ((5, RightKind.ALD, "8"), (9, RightKind.C2S, "sans participation"))
            if rank % every == 0
        ],
        Declaration: [], Tenure: [],
    }  # fmt: skip
    if rank % 4 == 0:
        declare(rows, person, *rng.choice(gps), FIRST_DAY, CHANGED_ON)
    if rank % 10:
        declare(rows, person, doctor, place, CHANGED_ON)
    if rank % 10 == 1:
        rows[Referral] = [{
            "id": new_id(), "insured_id": person, "author_id": doctor, "specialty": SPECIALIST,
            "flow": Flow.AVIS_PONCTUEL, "issued_on": date(2026, 5, 1), "valid_until": date(2027, 5, 1),
            "letter": LETTER, "authored_by_medecin_traitant": True, "version": 1, "recorded_at": RECORDED,
        }]  # fmt: skip
    return rows


def declare(rows, person, doctor, place, starts_on, ends_on=None):
    declaration = new_id()
    rows[Declaration].append({
        "id": declaration, "insured_id": person, "professional_id": doctor, "organisation_id": place,
        "route": Route.ELECTRONIC, "state": State.ENDED if ends_on else State.IN_FORCE, "proposed_by": Party.INSURED,
        "proposed_at": RECORDED, "insured_agreed_at": RECORDED, "doctor_agreed_at": RECORDED,
        "signed_on": starts_on, "version": 1, "recorded_at": RECORDED,
    })  # fmt: skip
    rows[Tenure].append({
        "id": new_id(), "declaration_id": declaration, "insured_id": person, "professional_id": doctor,
        "end_code": EndCode.FIS if ends_on else None, "end_reason": EndReason.REPLACED if ends_on else None,
        **period(starts_on, ends_on),
    })  # fmt: skip


# --- what is measured ---


@dataclass(frozen=True)
class Measure:
    """Milliseconds of one operation."""

    name: str
    bar_ms: float
    median_ms: float
    p95_ms: float
    processor_ms: float
    """Median of this process's own time."""
    passed: bool


def measure(database, count, doctors, samples):
    """Every operation on people and doctors drawn at random."""
    rng = Random(2)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Insured)) == count
        anyone = [id_of(session, rng.randrange(count)) for _ in range(samples)]
        referred = [id_of(session, 10 * rng.randrange(count // 10) + 1) for _ in range(samples)]
    operations = look_ups(rng, anyone, count, doctors) | visits(rng, anyone, referred, doctors)
    return [measured(database, name, *operation, samples) for name, operation in operations.items()]


def id_of(session, rank):
    return people.find_by_nir(session, fictitious_nir(rank)).id


def look_ups(rng, anyone, count, doctors):
    known_at = datetime(2023, 1, 1, tzinfo=UTC)
    operations = {
        "person by NIR": lambda s: people.find_by_nir(s, fictitious_nir(rng.randrange(count))),
        "person by name and birth date": lambda s: by_name(s, rng.randrange(count)),
        "doctor by RPPS": lambda s: directory.get_professional(s, fictitious_rpps(rng.randrange(doctors))),
        "doctors by name prefix": lambda s: by_prefix(s, rng.randrange(doctors)),
        "médecin traitant on a day": lambda s: timeline.as_of(s, rng.choice(anyone), VISIT),
        "médecin traitant as known on a day": lambda s: timeline.as_known_on(s, rng.choice(anyone), VISIT, known_at),
        "history of a person": lambda s: timeline.history(s, rng.choice(anyone)),
        "doctors near who take patients": lambda s: doctors_near(s, f"{rng.randrange(COMMUNES):05d}", on=VISIT),
    }
    return {name: (LOOKUP_MS, operation) for name, operation in operations.items()}


def visits(rng, anyone, referred, doctors):
    operations = {
        "facts of a visit": lambda s: visit_facts(
            s, rng.choice(anyone), fictitious_rpps(rng.randrange(doctors)), VISIT
        ),
        "facts of a visit on a referral": lambda s: referred_visit(
            s, rng.choice(referred), fictitious_rpps(rng.randrange(0, doctors, 100))
        ),
    }
    return {name: (FACTS_MS, operation) for name, operation in operations.items()}


def by_name(session, rank):
    (found,) = people.find_by_name(session, f"Exemple-{letters_of(rank)}", born(rank))
    return found


def by_prefix(session, rank):
    found = directory.search_professionals(session, family_name=f"Modèle{letters_of(rank)}", limit=20)
    assert found
    return found


def referred_visit(session, person, rpps):
    facts = visit_facts(session, person, rpps, VISIT)
    assert facts.values()["referral"] == "avis_ponctuel"
    return facts


def measured(database, name, bar, operation, samples):
    """Each sample in a session of its own, as a request of the service would do; once more when the bar is missed."""
    for _ in range(2):
        one = timed(database, name, bar, operation, samples)
        print(
            f"{name:36} median {one.median_ms:7.2f} ms   p95 {one.p95_ms:7.2f} ms   processor {one.processor_ms:6.2f} ms"
            f"   bar {bar:3.0f} ms   {'ok' if one.passed else 'MISSED'}",
            flush=True,
        )
        if one.passed:
            break
    return one


def timed(database, name, bar, operation, samples):
    clock, processor = [], []
    for _ in range(samples):
        with database.reading() as session:
            started, worked = time.perf_counter(), time.process_time()
            operation(session)
            processor.append((time.process_time() - worked) * 1000)
            clock.append((time.perf_counter() - started) * 1000)
    median, slow = statistics.median(clock), statistics.quantiles(clock, n=20)[-1]
    return Measure(name, bar, round(median, 2), round(slow, 2), round(statistics.median(processor), 2), median < bar)


if __name__ == "__main__":
    main()
