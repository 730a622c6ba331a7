"""kill -9 in the middle of concurrent writes: nothing acknowledged is lost, nobody has two médecins traitants, no sheet
is decided or paid twice, and the books balance.

Three processes write to a few people; they are killed in turn and started again; on PostgreSQL the server itself is
killed and restarted too.  `PARCOURS_CRASH_WRITES` sets how many acknowledged writes to wait for,
`PARCOURS_CRASH_SHEETS` the weight of sheets among them: `make crash` waits for 16 000, two in three of them sheets.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import select, text

from parcours.registry.claims.models import Claim, Decision
from parcours.registry.contexts import verify
from parcours.registry.declarations.models import Tenure
from parcours.registry.declarations.timeline import people_with_two_contracts
from parcours.registry.payments.models import Order
from parcours.registry.referrals.models import Referral
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from tests.registry.world import World

WRITES = int(os.environ.get("PARCOURS_CRASH_WRITES", "600"))
WORKERS = 3
PEOPLE = max(12, WRITES // 100)
DOCTORS = 5
KILLS = 4
PATIENCE = 120 + WRITES / 5


KINDS = ("declared", "ended", "referred", "submitted", "decided", "paid")


class Crew:
    """Writing processes with a log each."""

    def __init__(self, url, folder):
        self.url, self.folder, self.started = url, folder, 0
        self.running = [self.start() for _ in range(WORKERS)]

    def start(self):
        self.started += 1
        log = self.folder / f"worker-{self.started}.log"
        command = [sys.executable, "-m", "tests.registry.crash_worker", self.url, str(log), str(self.started)]
        return subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL)

    def kill(self, rank):
        self.running[rank].send_signal(signal.SIGKILL)
        self.running[rank].wait()

    def replace(self, rank):
        self.kill(rank)
        self.running[rank] = self.start()

    def acknowledged(self):
        """Whole lines only: a line cut by the kill was never read by anybody."""
        texts = [path.read_text() for path in self.folder.glob("worker-*.log")]
        return [line.split() for one in texts for line in one.split("\n")[:-1]]

    def count(self):
        return sum(path.read_bytes().count(b"\n") for path in self.folder.glob("worker-*.log"))

    def wait_for(self, count):
        deadline = time.monotonic() + PATIENCE
        while (done := self.count()) < count:
            assert time.monotonic() < deadline, f"{done} writes of {count} in {PATIENCE:.0f} s"
            time.sleep(0.1)


@contextmanager
def crew_on(url, folder):
    database = Database.open(url)
    schema.upgrade(database.engine)
    with database.writing() as session:
        world = World(session)
        for _ in range(PEOPLE):
            world.person()
        for _ in range(DOCTORS):
            world.doctor()
    database.close()
    crew = Crew(url, folder)
    try:
        yield crew
    finally:
        for rank in range(WORKERS):
            crew.kill(rank)


def check(url, acknowledged):
    """Everything acknowledged is there, and the promise holds."""
    by_kind = {kind: {one for k, one in acknowledged if k == kind} for kind in KINDS}
    assert all(by_kind.values()), f"each kind of write must occur: {Counter(kind for kind, _ in acknowledged)}"
    database = Database.open(url)
    with database.reading() as session:
        declared = set(session.scalars(select(Tenure.declaration_id)))
        ended = set(session.scalars(select(Tenure.declaration_id).where(Tenure.end_code.is_not(None))))
        referred = set(session.scalars(select(Referral.id)))
        submitted, paid = set(session.scalars(select(Claim.id))), set(session.scalars(select(Order.id)))
        decided = list(session.scalars(select(Decision.claim_id)))
        assert len(decided) == len(set(decided))
        assert not [(one.invariant.name, one.examples) for one in verify(session) if one.count]
        assert people_with_two_contracts(session) == []
        if url.startswith("sqlite"):
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).first() is None
    database.close()
    lost = (by_kind["declared"] - declared, by_kind["ended"] - ended, by_kind["referred"] - referred)
    assert lost == (set(), set(), set())
    lost = (by_kind["submitted"] - submitted, by_kind["decided"] - set(decided), by_kind["paid"] - paid)
    assert lost == (set(), set(), set())


@pytest.mark.slow
def test_killed_writers_on_sqlite(tmp_path):
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    with crew_on(url, tmp_path) as crew:
        for kill in range(KILLS):
            crew.wait_for(WRITES * (kill + 1) // (KILLS + 1))
            crew.replace(kill % WORKERS)
        crew.wait_for(WRITES)
    check(url, crew.acknowledged())


@pytest.mark.postgresql
@pytest.mark.slow
def test_killed_writers_and_server_on_postgresql(tmp_path):
    from tests.support.postgresql import execute, new_database, running_server

    with running_server() as server, new_database(server, "crash") as url:
        # The tests' server is told not to care for its data: this one must.
        for setting in ("synchronous_commit", "fsync", "full_page_writes"):
            execute(server, f"ALTER SYSTEM SET {setting} = on")
        execute(server, "SELECT pg_reload_conf()")
        with crew_on(url, tmp_path) as crew:
            for kill in range(KILLS):
                crew.wait_for(WRITES * (kill + 1) // (KILLS + 1))
                crew.replace(kill % WORKERS)
                if kill == KILLS // 2:
                    kill_server(server)
            crew.wait_for(WRITES)
        check(url, crew.acknowledged())


def kill_server(server):
    """The power cut of a server: every process of it dies at once; then it starts again on the same files."""
    import psutil

    process = psutil.Process(server.get_pid())
    family = [process, *process.children(recursive=True)]
    for one in family:
        one.kill()
    psutil.wait_procs(family, timeout=10)
    for _ in range(60):  # a busy machine takes longer to recover than the wheel waits
        with suppress(subprocess.TimeoutExpired, AssertionError):
            server.ensure_postgres_running()
            return
        time.sleep(1)
    raise AssertionError("the server did not come back")
