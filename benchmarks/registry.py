"""How fast the registry answers with a country in it: look-ups and the facts of a visit.

    python benchmarks/registry.py                                  # a million insured, 100 000 doctors, SQLite
    python benchmarks/registry.py --people 100000 --doctors 10000 --database postgresql://…

People are streamed into the database in batches (memory stays flat). Bars: look-ups under 10 ms, the facts of a visit
under 20 ms, medians. The exit code is 1 when a bar is missed.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from sqlalchemy import func, insert, select, text

from parcours.registry import schema
from parcours.registry.db import Database, blind_index, new_id
from parcours.registry.declarations import service as declarations
from parcours.registry.declarations.models import Contract, Declaration, Party, Route, State
from parcours.registry.facts import visit_facts
from parcours.registry.fictitious import fictitious_nir, fictitious_rpps
from parcours.registry.identity.keys import NirKind
from parcours.registry.identity.models import NIR_CONTEXT, Identifier
from parcours.registry.keyring import KEYS_VARIABLE, new_key
from parcours.registry.people import service as people
from parcours.registry.people.models import (
    Affiliation,
    Commune,
    Convention,
    Fund,
    Insured,
    Organisation,
    OrganisationKind,
    Practice,
    PracticeMode,
    Professional,
)
from parcours.registry.referrals.models import Flow, Referral
from parcours.registry.referrals.service import Letter

BATCH = 5000
COMMUNES = 3500
VISIT = date(2026, 6, 15)
RECORDED = datetime(2022, 1, 1, 12, tzinfo=UTC)
LETTER = Letter("Essai", "Essai ?").as_text()
LOOKUP_MS, FACTS_MS = 10.0, 20.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--doctors", type=int, default=100_000)
    parser.add_argument("--database", help="address of an empty database; a temporary SQLite file unless said")
    parser.add_argument("--samples", type=int, default=500)
    options = parser.parse_args()
    os.environ.setdefault(KEYS_VARIABLE, new_key())
    with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
        database = Database.open(options.database or f"sqlite:///{Path(folder) / 'registry.db'}")
        started = time.perf_counter()
        fill(database, options.people, options.doctors)
        print(f"{options.people} insured, {options.doctors} doctors seeded in {time.perf_counter() - started:.0f} s")
        passed = measure(database, options.people, options.doctors, options.samples)
        database.close()
    sys.exit(0 if passed else 1)


# --- a country ---


def fill(database, count, doctors):
    schema.upgrade(database.engine)
    rng = Random(1)
    doctor_ids, places = [], []
    with database.writing() as session:
        session.execute(insert(Fund), [{"id": new_id(), "code": "01C991", "name": "Caisse", "department": "99"}])
        session.execute(insert(Commune), [commune(rank) for rank in range(COMMUNES)])
    for batch in batched(range(doctors), BATCH):
        rows = [doctor_rows(rank, rng) for rank in batch]
        doctor_ids += [one[Professional]["id"] for one in rows]
        places += [one[Organisation]["id"] for one in rows]
        write(database, rows, (Professional, Organisation, Convention, Practice))
    for batch in batched(range(count), BATCH):
        rows = [person_rows(rank, rng, doctor_ids, places) for rank in batch]
        write(database, rows, (Insured, Identifier, Affiliation, Declaration, Contract, Referral))
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
            values = [one[model] for one in rows if model in one]
            if values:
                session.execute(insert(model), values)


def commune(rank):
    return {
        "id": new_id(), "code": f"{rank:05d}", "name": f"Commune {rank}", "postal_code": f"{rank:05d}",
        "department": f"{rank // 100:02d}", "latitude_e5": 4_300_000 + rank % 60 * 10_000,
        "longitude_e5": rank // 60 * 10_000,
    }  # fmt: skip


def doctor_rows(rank, rng):
    doctor, place = new_id(), new_id()
    specialty = 1 if rank % 2 else rng.choice((3, 5, 6, 7, 8, 11, 12, 15, 33, 41))
    period = {"starts_on": date(2015, 1, 1), "ends_on": None, "recorded_at": RECORDED, "superseded_at": None}
    name = f"Modèle-{rank % 997}"
    return {
        Professional: {
            "id": doctor, "rpps": fictitious_rpps(rank), "family_name": name, "first_name": "Dominique",
            "search_name": people.letters(name) + letters_of(rank), "profession": "medecin",
            "specialty": specialty, "installed_on": date(2015, 1, 1), "version": 1, "recorded_at": RECORDED,
        },
        Organisation: {
            "id": place, "kind": OrganisationKind.CABINET, "name": f"Cabinet {rank}",
            "commune_code": f"{rank % COMMUNES:05d}", "special_setting": "none", "version": 1, "recorded_at": RECORDED,
        },
        Convention: {"id": new_id(), "professional_id": doctor, "convention": "secteur_1", **period},
        Practice: {
            "id": new_id(), "professional_id": doctor, "organisation_id": place, "mode": PracticeMode.TITULAIRE,
            "main": True, "accepts_new_patients": rank % 3 == 0, **period,
        },
    }  # fmt: skip


def letters_of(rank):
    return "".join(chr(ord("A") + int(digit)) for digit in str(rank))


def born(rank):
    return date(1936, 1, 1) + timedelta(days=rank * 7 % 25_000)


def person_rows(rank, rng, doctor_ids, places):
    person, chosen = new_id(), rng.randrange(len(doctor_ids))
    nir, birth = fictitious_nir(rank), born(rank)
    name = f"Exemple-{letters_of(rank)}"
    period = {"ends_on": None, "recorded_at": RECORDED, "superseded_at": None}
    rows = {
        Insured: {
            "id": person, "family_name": name, "first_name": "Camille", "birth_date": birth, "version": 1,
            "name_index": blind_index(people.name_key(name, birth), people.NAME_CONTEXT), "recorded_at": RECORDED,
            "commune_code": f"{rank % COMMUNES:05d}",
        },
        Identifier: {
            "id": new_id(), "insured_id": person, "kind": NirKind.FICTITIOUS, "value": nir,
            "value_index": blind_index(nir, NIR_CONTEXT), "starts_on": birth, **period,
        },
        Affiliation: {
            "id": new_id(), "insured_id": person, "fund_code": "01C991", "scheme": "general", "starts_on": birth,
            **period,
        },
    }  # fmt: skip
    if rank % 10:
        rows |= declared(person, doctor_ids[chosen], places[chosen])
    if rank % 10 == 1:
        rows[Referral] = {
            "id": new_id(), "insured_id": person, "author_id": doctor_ids[chosen], "specialty": 3,
            "flow": Flow.AVIS_PONCTUEL, "issued_on": date(2026, 5, 1), "valid_until": date(2027, 5, 1),
            "letter": LETTER, "authored_by_medecin_traitant": True, "version": 1, "recorded_at": RECORDED,
        }  # fmt: skip
    return rows


def declared(person, doctor, place):
    declaration = new_id()
    return {
        Declaration: {
            "id": declaration, "insured_id": person, "professional_id": doctor, "organisation_id": place,
            "route": Route.ELECTRONIC, "state": State.IN_FORCE, "proposed_by": Party.INSURED,
            "proposed_at": RECORDED, "insured_agreed_at": RECORDED, "doctor_agreed_at": RECORDED,
            "signed_on": date(2022, 1, 1), "version": 1, "recorded_at": RECORDED,
        },
        Contract: {
            "id": new_id(), "declaration_id": declaration, "insured_id": person, "professional_id": doctor,
            "starts_on": date(2022, 1, 1), "ends_on": None, "recorded_at": RECORDED, "superseded_at": None,
        },
    }  # fmt: skip


# --- what is measured ---


def measure(database, count, doctors, samples):
    rng = Random(2)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Insured)) == count
        some = [people.find_by_nir(session, fictitious_nir(rng.randrange(count))).id for _ in range(200)]
    operations = {
        "person by NIR": (LOOKUP_MS, lambda s: people.find_by_nir(s, fictitious_nir(rng.randrange(count)))),
        "person by name and birth date": (LOOKUP_MS, lambda s: by_name(s, rng.randrange(count))),
        "doctor by RPPS": (LOOKUP_MS, lambda s: people.get_professional(s, fictitious_rpps(rng.randrange(doctors)))),
        "doctors by name prefix": (LOOKUP_MS, lambda s: by_prefix(s, rng.randrange(doctors))),
        "médecin traitant on a day": (LOOKUP_MS, lambda s: declarations.as_of(s, rng.choice(some), VISIT)),
        "médecin traitant as known on a day": (
            LOOKUP_MS, lambda s: declarations.as_known_on(s, rng.choice(some), VISIT, datetime(2023, 1, 1, tzinfo=UTC))
        ),
        "history of a person": (LOOKUP_MS, lambda s: declarations.history(s, rng.choice(some))),
        "doctors near who take patients": (
            LOOKUP_MS, lambda s: people.doctors_near(s, f"{rng.randrange(COMMUNES):05d}", on=VISIT)
        ),
        "facts of a visit": (
            FACTS_MS,
            lambda s: visit_facts(s, rng.choice(some), fictitious_rpps(rng.randrange(doctors)), VISIT),
        ),
    }  # fmt: skip
    results = [report(database, name, *operation, samples) for name, operation in operations.items()]
    return all(results)


def by_name(session, rank):
    (found,) = people.find_by_name(session, f"Exemple-{letters_of(rank)}", born(rank))
    return found


def by_prefix(session, rank):
    found = people.search_professionals(session, family_name=f"Modèle{letters_of(rank)}", limit=20)
    assert found
    return found


def report(database, name, bar, operation, samples):
    """Each sample in a session of its own, as a request of the service would do.

    The processor time stands beside: on a busy machine the time on the clock is mostly waiting.
    """
    clock, processor = [], []
    for _ in range(samples):
        with database.reading() as session:
            started, worked = time.perf_counter(), time.process_time()
            operation(session)
            processor.append((time.process_time() - worked) * 1000)
            clock.append((time.perf_counter() - started) * 1000)
    median, slow = statistics.median(clock), statistics.quantiles(clock, n=20)[-1]
    passed = median < bar
    print(
        f"{name:36} median {median:7.2f} ms   p95 {slow:7.2f} ms   processor {statistics.median(processor):6.2f} ms"
        f"   bar {bar:3.0f} ms   {'ok' if passed else 'MISSED'}"
    )
    return passed


if __name__ == "__main__":
    main()
