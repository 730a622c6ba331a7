"""Claims adjudicated and posted, in blocks and one by one, beside the bare COPY of the same rows.

    python -m benchmarks.claims                            # 20 000 claims on SQLite and on PostgreSQL
    python -m benchmarks.claims --claims 1000000 --people 400000 --doctors 40000 --on postgresql
    python -m benchmarks.claims --report benchmarks/claims.json

A country as in `benchmarks.registry`, sheets of one day, a day of its fund. Times are on the clock and of processors:
of this process, and of those of PostgreSQL. Bars: 2 000 claims a second on two cores of PostgreSQL (one millisecond of
processor a claim), three times as fast as one by one, memory that does not grow with the claims, a statement of 5 000
lines in 20 ms of processor. The exit code is 1 when one is missed.
"""

import argparse
import gc
import json
import os
import resource
import sys
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select, text

from benchmarks import registry
from benchmarks.machine import machine
from parcours.registry.claims.bulk import Block
from parcours.registry.claims.models import Claim, ClaimEvent, ClaimState, Decision, SheetKind
from parcours.registry.claims.sheets import FINGERPRINT, Sheet
from parcours.registry.contexts import verify
from parcours.registry.directory.models import Professional
from parcours.registry.ledger.models import LedgerPosting, LedgerTransaction
from parcours.registry.messages.models import Message
from parcours.registry.payments import fund
from parcours.registry.payments.account import account_lines
from parcours.registry.payments.service import run as pay
from parcours.registry.people.models import Insured
from parcours.registry.store.bulk import insert_all
from parcours.registry.store.columns import blind_index
from parcours.registry.store.db import Database
from parcours.registry.store.ids import new_id
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key

FUND = "01C991"
SENT, DECIDED = date(2026, 6, 15), date(2026, 6, 16)
AT = datetime(2026, 6, 16, 12, tzinfo=UTC)
ALONE = 300
READS = 40
BARE = (Decision, ClaimEvent, LedgerPosting, LedgerTransaction, Message)
PER_SECOND, TIMES, STATEMENT_MS, STATEMENT_LINES, MEMORY_MIB = 2000, 3, 20.0, 5000, 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--doctors", type=int, default=2000)
    parser.add_argument("--on", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--report", type=Path, help="JSON file to write")
    options = parser.parse_args()
    os.environ.setdefault(KEYS_VARIABLE, new_key())
    kinds = ["sqlite", "postgresql"] if options.on == "both" else [options.on]
    runs = [measured(kind, options) for kind in kinds]
    if options.report:
        options.report.write_text(json.dumps({"machine": machine(), "runs": runs}, indent=1) + "\n", "utf-8")
    sys.exit(0 if all(one["passed"] for one in runs) else 1)


def measured(kind, options):
    """One database: fill, decide, compare; what was found, as data."""
    with registry.address(kind, None) as url:
        database = Database.open(url)
        print(f"\n{registry.database_version(database)}   load {os.getloadavg()[0]:.1f}")
        registry.fill(database, options.people, options.doctors)
        server = server_of(database)
        receive(database, options.claims + ALONE)
        alone = per_claim(server, "one by one", ALONE, lambda: one_by_one(database))
        fund.MANY = min(fund.MANY, options.claims)  # the compiled rules, also for a short run
        warm(database)
        before = megabytes()
        together = per_claim(server, "in blocks", options.claims, lambda: in_blocks(database, options.claims))
        grown = megabytes()
        floor = per_claim(server, "bare copy", options.claims, lambda: bare(database))
        lines, milliseconds = statement(database, server)
        with database.reading() as session:
            broken = [one.invariant.name for one in verify(session) if one.count]
        database.close()
    rate, ratio = 1000 / together["processor_ms"] * 2, alone["processor_ms"] / together["processor_ms"]
    print(f"two cores of processor: {rate:.0f} a second (bar {PER_SECOND} on PostgreSQL); on the clock, one worker: "
          f"{1000 / together['clock_ms']:.0f}")  # fmt: skip
    print(
        f"{ratio:.1f} times one by one (bar {TIMES}); {together['processor_ms'] / floor['processor_ms']:.1f} times the bare copy"
    )
    print(
        f"memory {before} MiB before, {grown} MiB at most (bar {MEMORY_MIB}); a statement of {lines} lines: {milliseconds:.1f} ms (bar {STATEMENT_MS:.0f})"
    )
    print(f"invariants broken: {', '.join(broken) or 'none'}")
    passed = not broken and ratio >= TIMES and milliseconds < STATEMENT_MS and grown < MEMORY_MIB
    passed = passed and (kind == "sqlite" or rate >= PER_SECOND)
    return {
        "database": kind, "claims": options.claims, "one_by_one": alone, "in_blocks": together, "bare_copy": floor,
        "per_second_two_cores": round(rate), "times_one_by_one": round(ratio, 1), "memory_mib": grown,
        "statement_lines": lines, "statement_ms": round(milliseconds, 1), "passed": passed,
    }  # fmt: skip


def per_claim(server, name, count, work):
    """Milliseconds a claim of some work: on the clock, and of all processors."""
    clock, own, others = time.perf_counter(), time.process_time(), of_postgresql(server)
    work()
    clock, own, others = time.perf_counter() - clock, time.process_time() - own, of_postgresql(server) - others
    found = {"clock_ms": clock, "own_ms": own, "database_ms": others, "processor_ms": own + others}
    found = {key: round(value / count * 1000, 3) for key, value in found.items()}
    print(f"{name:<11} {count} claims: {found['clock_ms']:.3f} ms each on the clock, processor {found['own_ms']:.3f} here"
          f" + {found['database_ms']:.3f} of PostgreSQL", flush=True)  # fmt: skip
    return found


def server_of(database):
    """The process that began all those of a PostgreSQL; none of SQLite."""
    if database.engine.dialect.name == "sqlite":
        return None
    with database.engine.connect() as connection:
        return numbers_of(connection.execute(text("SELECT pg_backend_pid()")).scalar())[1]


def of_postgresql(server):
    """Seconds of processor of a server, those of it that have ended included."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            numbers = numbers_of(path.name)
        except OSError:
            continue
        if server is not None and server in (int(path.name), numbers[1]):
            ticks += sum(numbers[11:15])  # its own, and of its children that ended
    return ticks / os.sysconf("SC_CLK_TCK")


def numbers_of(process):
    """What the system says of a process after its name: its state (0), its parent, … its times (11 to 14)."""
    _, *numbers = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return [0, *map(int, numbers)]


def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def receive(database, count, start=0):
    """Sheets of one day, numbered from `start` on: nine in ten of a general practitioner's, a third tiers payant."""
    rng = Random(14 + start)
    with database.reading() as session:
        people = session.scalars(select(Insured.id)).all()
        doctors = session.scalars(select(Professional.id)).all()
    for batch in registry.batched(range(start, start + count), registry.BATCH):
        claims = [claim_of(rank, rng.choice(people), rng.choice(doctors), rng) for rank in batch]
        with database.writing() as session:
            insert_all(session, claims)
            insert_all(session, [
                ClaimEvent(id=new_id(), claim_id=one.id, number=1, state=ClaimState.RECEIVED, day=SENT,
                           known_at=AT - timedelta(days=1), why="") for one in claims
            ])  # fmt: skip
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def claim_of(rank, person, doctor, rng):
    sheet = Sheet(
        insured_id=person, professional_id=doctor, fund_code=FUND, care_date=SENT - timedelta(days=rng.randrange(4)),
        number=rank + 1, lines=(rng.choice((3000, 3000, 3150, 5000)),),
        tiers_payant=rng.choice(("none", "none", "partial")), ips=rng.choice(("", "T", "S")),
    )  # fmt: skip
    return Claim(
        id=new_id(), version=1, recorded_at=AT - timedelta(days=1), insured_id=person, payee_id=person,
        professional_id=doctor, fund_code=FUND, kind=SheetKind.ELECTRONIC, sheet_key=sheet.key, content=sheet.content,
        fingerprint=blind_index(sheet.content, FINGERPRINT), sheet_number=sheet.number, care_date=sheet.care_date,
        fee=sheet.lines[0], state=ClaimState.RECEIVED, received_on=SENT,
    )  # fmt: skip


def one_by_one(database):
    """As the day of a fund did before: a few claims a transaction, each by itself."""
    done = fund.FundDay(DECIDED)
    waiting = [one for one, _ in fund.in_state(database, FUND, ClaimState.RECEIVED)[:ALONE]]
    for batch in registry.batched(waiting, 20):
        with database.writing() as session:
            for claim_id in batch:
                fund.one_claim(session, claim_id, DECIDED, AT, done, {})


def warm(database):
    """Load the compiled rules, which is not what is measured."""
    with database.writing() as session:
        ids = [one for one, _ in fund.in_state(database, FUND, ClaimState.RECEIVED)[:10]]
        Block(session, ids, day=DECIDED, at=AT, readings={}, compiled=True).run()
        session.rollback()


def in_blocks(database, count):
    done = fund.FundDay(DECIDED)
    fund.adjudicate_all(database, FUND, DECIDED, AT, done, fund.silent, {})
    assert sum(done.counts.values()) == count, done


@contextmanager
def raw(database):
    with database.engine.connect() as connection:
        yield connection, connection.connection.driver_connection


def bare(database):
    """The same rows into tables of the same shape, with their indexes, and nothing else."""
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect().execution_options(parcours_write=True) as connection:
            for model in BARE:
                name = model.__tablename__
                connection.execute(text(f"CREATE TABLE bare_{name} AS SELECT * FROM {name}"))
            connection.commit()
        return
    with raw(database) as (_, sink), raw(database) as (_, source), sink.cursor() as into, source.cursor() as out:
        for model in BARE:
            name = model.__tablename__
            into.execute(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING INDEXES)")
            with out.copy(f"COPY {name} TO STDOUT") as rows, into.copy(f"COPY bare_{name} FROM STDIN") as copied:
                for row in rows:  # as they come: a million decisions do not stand in memory
                    copied.write(row)
        sink.commit()


def statement(database, server):
    """The account of one person with thousands of refunds: how many lines, and milliseconds of processor to read it."""
    with database.reading() as session:
        person, doctor = session.scalars(select(Insured.id)).first(), session.scalars(select(Professional.id)).first()
    rng, day = Random(1), DECIDED
    claims = []
    for rank in range(STATEMENT_LINES):
        one = claim_of(10**5 + rank, person, doctor, rng)
        one.care_date, one.fee = SENT - timedelta(days=rank % 700), 2500 + rank
        claims.append(one)
    with database.writing() as session:
        insert_all(session, claims)
        ids = [one.id for one in claims]
        for start in range(0, len(ids), 500):
            block = Block(session, ids[start : start + 500], day=day, at=AT, readings={}).run()
            assert not block.left
    for start in range(0, len(ids), 850):
        with database.writing() as session:
            for professional, party in ((False, person), (True, doctor)):
                pay(session, f"amo:{FUND}", party, professional=professional, day=day + timedelta(days=start // 850),
                    at=AT, only=ids[start : start + 850])  # fmt: skip
    del claims, ids  # what the benchmark holds is not what a server would walk through for each read
    gc.collect()
    gc.freeze()  # as a server does once it is ready
    with database.reading() as session:
        lines = account_lines(session, person)
        own, others = time.process_time(), of_postgresql(server)
        for _ in range(READS):
            account_lines(session, person)
        used = time.process_time() - own + of_postgresql(server) - others
    return len(lines), used / READS * 1000


if __name__ == "__main__":
    main()
