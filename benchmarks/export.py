"""Bulk export of explanations of benefit, from a database that the compiled rules have filled.

    python -m benchmarks.export                                     # 10 000, then 100 000, on SQLite
    python -m benchmarks.export --sizes 100000 1000000 --on postgresql

Sheets of one day are adjudicated in blocks, as the day of a fund does (`benchmarks.claims`); five a person. Then all of
them leave as the bulk export gives them: by the command on the server (`parcours fhir export`), and by HTTP to a
program of the fund (`GET /fhir/Patient/$export`, each file streamed). Printed: explanations a second on the clock,
milliseconds of processor of each (PostgreSQL's left out), the memory that the process has for itself. The bar: memory is
flat, at the end of an export no more than a tenth above what it was in its middle. The exit code is 1 when it is missed,
or a line is.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import httpx2
from sqlalchemy import func, select

from benchmarks import claims, registry
from parcours.registry.access.model import Who
from parcours.registry.accounts.clients import create_client
from parcours.registry.claims.context import Scope as ClaimScope
from parcours.registry.claims.models import Claim, Decision
from parcours.registry.payments import fund
from parcours.registry.people.context import Scope as PeopleScope
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key
from tests.support.server import UNLIMITED, running

EACH = 5
"""Sheets of a person."""
FLAT = 1.1
TYPE = "ExplanationOfBenefit"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--doctors", type=int, default=2000)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--by", choices=("command", "http"), nargs="+", default=["command", "http"])
    options = parser.parse_args()
    os.environ.setdefault(KEYS_VARIABLE, new_key())
    sizes, missed = sorted(options.sizes), False
    with registry.address(options.on, None) as url, tempfile.TemporaryDirectory() as folder:
        database = Database.open(url)
        print(f"{registry.database_version(database)}   load {os.getloadavg()[0]:.1f}", flush=True)
        registry.fill(database, sizes[-1] // EACH, options.doctors)
        token = program(database)
        for size in sizes:
            fill(database, size)
            for by in options.by:
                export = by_command if by == "command" else by_http
                count, seconds, spent, memory = export(url, token, Path(folder))
                third = len(memory) // 3  # the first one is that of starting
                middle, last = max(memory[third : 2 * third + 1]), max(memory[2 * third :])
                missed |= count != expected(database) or last > FLAT * middle
                print(f"{count} explanations by {by}: {count / seconds:.0f} a second on the clock, "
                      f"{spent / count * 1000:.2f} ms of processor each, "
                      f"{middle} MiB at most in its middle, {last} at its end", flush=True)  # fmt: skip
        database.close()
    print("memory is flat, every line is there" if not missed else "missed: memory grows, or lines are not all there")
    sys.exit(int(missed))


def fill(database, size):
    """Sheets up to so many, decided."""
    with database.reading() as session:
        there = session.scalar(select(func.count()).select_from(Claim))
    missing, started = size - there, time.perf_counter()
    claims.receive(database, missing, there)
    done = fund.FundDay(claims.DECIDED)
    fund.adjudicate_all(
        database, claims.FUND, claims.DECIDED, claims.AT, done, fund.silent, {},
        workers=os.cpu_count() or 1,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    print(f"{missing} sheets written and decided in {seconds:.0f} s, database {registry.database_megabytes(database)} MiB",
          flush=True)  # fmt: skip


def expected(database):
    """How many explanations there are: one a decision, and one of the complementary insurer where it has a part."""
    with database.reading() as session:
        return session.scalar(select(func.count() + func.count().filter(Decision.amc > 0)).select_from(Decision))


def program(database):
    """The token of a program of the fund."""
    scopes = (ClaimScope.CLAIMS_READ, PeopleScope.PEOPLE_READ)
    with database.writing() as session:
        return create_client(session, Who("system"), name="export", scopes=scopes, fund_code=claims.FUND)[1]


def by_command(url, token, folder):
    """(lines, seconds, seconds of processor, MiB as it goes) of the command on the server."""
    out, started = folder / "out", time.perf_counter()
    command = [str(Path(sys.executable).with_name("parcours")), "fhir", "export", str(out), "--type", TYPE]
    pid = os.posix_spawn(command[0], [*command, "--database", url], os.environ)
    memory, done = [], 0
    while not done:
        time.sleep(0.1)
        memory.append(own_mib(pid))
        done, status, used = os.wait4(pid, os.WNOHANG)
    assert status == 0, status
    seconds = time.perf_counter() - started
    file = out / f"{TYPE}.ndjson"
    with file.open("rb") as stream:
        count = sum(part.count(b"\n") for part in iter(lambda: stream.read(1 << 20), b""))
    file.unlink()
    return count, seconds, used.ru_utime + used.ru_stime, memory


def by_http(url, token, folder):
    """The same of a server, asked by a program of the fund."""
    environment = {"PARCOURS_DATABASE_URL": url, "PARCOURS_SECRET_KEYS": os.environ[KEYS_VARIABLE], **UNLIMITED}
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    with (
        running(folder, **environment) as server,
        httpx2.Client(trust_env=False, headers=headers, timeout=600) as client,
    ):
        address = f"{server.address}/fhir/Patient/$export?_type={TYPE}"
        before, started, count, memory = processor(server), time.perf_counter(), 0, []
        place = client.get(address, headers={"Prefer": "respond-async"}).headers["content-location"]
        for file in client.get(place).json()["output"]:
            with client.stream("GET", file["url"]) as answer:
                assert answer.status_code == 200, answer.status_code
                for number, part in enumerate(answer.iter_raw()):
                    count += part.count(b"\n")
                    if number % 100 == 0:
                        memory.append(max(map(own_mib, server.pids())))
        seconds = time.perf_counter() - started
        return count, seconds, processor(server) - before, memory


def processor(server):
    """Seconds of processor of a server so far."""
    ticks = 0
    for pid in server.pids():
        ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def own_mib(pid):
    """The memory that a process has for itself: without the pages of files, which SQLite maps."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon")), 0)


if __name__ == "__main__":
    main()
