"""An upgrade under load:  python -m benchmarks.upgrade [--old FOLDER] [--seconds 20]

FOLDER is the version before: a copy of the repository with its `.venv`; without one, this version follows itself. On one
PostgreSQL of its own, the old version serves from a socket that this process holds, as systemd does; a doctor's sheets
are sent and read all the time. The new version brings the tables up to date, the old processes are told to stop, the new
ones serve from the same socket. At the end: every request had an answer, every acknowledged sheet is kept once, the trail
and the ledger are sound.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.installation import durable_database
from benchmarks.web import wait
from parcours.registry.audit import proof
from parcours.registry.claims.models import Claim
from parcours.registry.contexts import verify
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key
from tests.support.server import with_socket

THIS = Path(__file__).parents[1]
WRITERS, READERS = 3, 3
COUNTRY = """
import json, os
from benchmarks.installation import doctor_of_a_country
doctor = doctor_of_a_country(os.environ["PARCOURS_DATABASE_URL"])
print(json.dumps({"id": doctor.id, "headers": doctor.headers, "people": doctor.people}))
"""


class Clients:
    """Who sends sheets and reads them, each over a connection that it opens again when the server has closed it."""

    def __init__(self, port: int, doctor: dict[str, Any]) -> None:
        self.port, self.doctor, self.stopped = port, doctor, threading.Event()
        self.kept: list[str] = []
        self.answers: Counter[str] = Counter()
        self.longest = 0.0
        self._number, self._lock = 0, threading.Lock()
        work = [self.submit] * WRITERS + [self.read] * READERS
        self.threads = [threading.Thread(target=self.run, args=(one,)) for one in work]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def run(self, ask: Any) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.stopped.is_set():
            started = time.perf_counter()
            ask(connection)
            with self._lock:
                self.longest = max(self.longest, time.perf_counter() - started)

    def submit(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._number += 1
            number = self._number
        day = paris_today() - timedelta(days=number % 20)
        said = {"professional_id": self.doctor["id"], "care_date": day.isoformat(), "number": number, "fee": "30.00"}
        person = self.doctor["people"][number % len(self.doctor["people"])]
        status, body = self.asked(connection, "POST", f"/api/v1/people/{person}/claims", json.dumps(said), number)
        if status == 201:
            self.kept.append(json.loads(body)["id"])

    def read(self, connection: http.client.HTTPConnection) -> None:
        self.asked(connection, "GET", f"/api/v1/people/{self.doctor['people'][0]}/visits", None, 0)

    def asked(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: str | None, number: int
    ) -> tuple[int, bytes]:
        """An answer; a request whose connection ended before one is sent again, under the same key."""
        headers = {**self.doctor["headers"], "Content-Type": "application/json", "Idempotency-Key": f"sheet-{number}"}
        if body is None:
            del headers["Idempotency-Key"], headers["Content-Type"]
        while True:
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
            except (http.client.HTTPException, OSError) as error:
                connection.close()
                self.answers[f"{method} sent again: {type(error).__name__}"] += 1
                continue
            self.answers[f"{method} {answer.status}"] += 1
            return answer.status, content


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--old", type=Path, default=THIS)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    os.environ[KEYS_VARIABLE] = new_key()
    with durable_database("postgresql", "upgrade") as (url, folder), socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)
        os.environ.update(PARCOURS_DATABASE_URL=url, PARCOURS_DATA_DIR=str(folder), PARCOURS_COOKIE_SECURE="false",
                          PARCOURS_RATE_LIMIT_PER_MINUTE="0", PARCOURS_CONNECTIONS_PER_CLIENT="200")  # fmt: skip
        doctor = json.loads(run(options.old, "-c", COUNTRY).splitlines()[-1])
        return tried(options, url, listener, doctor)


def tried(options: argparse.Namespace, url: str, listener: socket.socket, doctor: dict[str, Any]) -> int:
    port = listener.getsockname()[1]
    server = serve(options.old, listener)
    wait(f"http://127.0.0.1:{port}")
    clients = Clients(port, doctor)
    try:
        time.sleep(options.seconds)
        said = step("before", clients)
        started = time.perf_counter()
        run(THIS, "-m", "parcours", "registry", "upgrade")
        print(f"tables brought up to date in {time.perf_counter() - started:.1f} s")
        time.sleep(3)
        said = step("the old version on the new tables", clients, said)
        server.send_signal(signal.SIGTERM)
        stopped = server.wait(timeout=60)
        said = step(f"the old version left ({stopped})", clients, said)
        server = serve(THIS, listener)
        wait(f"http://127.0.0.1:{port}")
        time.sleep(options.seconds)
        step("the new version", clients, said)
    finally:
        clients.stop()
        server.terminate()
        server.wait(timeout=60)
    return judged(url, clients)


def step(name: str, clients: Clients, before: Counter[str] | None = None) -> Counter[str]:
    now = Counter(clients.answers)
    print(f"{name}: {dict(sorted((now - (before or Counter())).items()))}", flush=True)
    return now


def judged(url: str, clients: Clients) -> int:
    database = Database.open(url)
    with database.reading() as session:
        claims = list(session.execute(select(Claim.id, Claim.sheet_number)))
        broken = [one.invariant.name for one in verify(session) if one.count]
    sound = proof.examine(database).sound
    database.close()
    lost = set(clients.kept) - {one for one, _ in claims}
    wrong = {name: count for name, count in clients.answers.items() if name not in ("GET 200", "POST 201")}
    print(
        f"{len(clients.kept)} sheets acknowledged, {len(lost)} lost; the longest wait {clients.longest:.1f} s; others: {wrong}"
    )
    print(
        f"trail {'sound' if sound else 'not sound'}; invariants broken: {broken or 'none'}; load {os.getloadavg()[0]:.1f}"
    )
    failed = any(" 4" in name or " 5" in name for name in wrong)
    return int(bool(lost or failed or broken or not sound))


def run(version: Path, *arguments: str) -> str:
    """A command of a version, to its end."""
    command = [str(version / ".venv/bin/python"), *arguments]
    return subprocess.run(command, cwd=version, check=True, stdout=subprocess.PIPE, text=True).stdout


def serve(version: Path, listener: socket.socket) -> subprocess.Popen[bytes]:
    """`parcours serve` of a version on a socket that it is passed, as systemd passes it."""
    python = str(version / ".venv/bin/python")
    command = [
        python,
        "-c",
        "from parcours.cli.main import main; main()",
        "serve",
        "--workers",
        "2",
        "--log-level",
        "warning",
    ]
    return with_socket(listener, command, cwd=version)


if __name__ == "__main__":
    sys.exit(main())
