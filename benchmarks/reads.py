"""Reads with a session and a trace, under 32 clients:  python -m benchmarks.reads [--on sqlite|postgresql] [--seconds 10]

A country of the demonstration, a doctor logged in, `parcours serve` with two workers; 32 connections ask for a person, then
for `/my/patients`. Bars on two idle cores, the clients included: 600 people a second, 150 lists. The processor time of the
server for one answer is printed beside: it does not depend on who else uses the machine. Every answer must have left its
trace, and the trail must be sound at the end.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import select

from benchmarks.web import processor_seconds, wait
from parcours.edge.caller import COOKIE
from parcours.edge.settings import Settings
from parcours.registry.accounts import sessions
from parcours.registry.accounts.models import Grant
from parcours.registry.audit import proof
from parcours.registry.declarations.timeline import patients_of
from parcours.registry.demo.accounts import open_demo_accounts
from parcours.registry.demo.seed import seed
from parcours.registry.store import schema
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key

CLIENTS = 32
BARS = {"person": 600, "my patients": 150}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--port", type=int, default=8798)
    options = parser.parse_args()
    os.environ[KEYS_VARIABLE] = new_key()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parcours-bench-")))
        url = f"sqlite:///{folder / 'parcours.db'}"
        if options.on == "postgresql":
            from tests.support.postgresql import execute, new_database, running_server

            server = stack.enter_context(running_server())
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                execute(server, f"ALTER SYSTEM SET {setting} = on")
            execute(server, "SELECT pg_reload_conf()")
            url = stack.enter_context(new_database(server, "reads"))
        cookie, people = settled(url)
        return measured(options, url, folder, cookie, people)


def settled(url: str) -> tuple[str, list[str]]:
    """A country; the cookie of a doctor, and the ids of the doctor's patients."""
    database = Database.open(url)
    schema.upgrade(database.engine)
    settings = Settings(public_url="http://127.0.0.1")
    with database.writing() as session:
        seed(session, population=150)
    with database.writing() as session:
        open_demo_accounts(session, public_url=settings.public_url, hashing=settings.password_hashing())
        grant = session.scalars(select(Grant).where(Grant.role == "doctor")).one()
        token = sessions.open_session(session, grant.account, "password+totp", grant=grant).token
        people = [one.insured_id for one in patients_of(session, grant.professional_id or "")]
    database.close()
    return token, people


def measured(options, url: str, folder: Path, cookie: str, people: list[str]) -> int:
    address = f"http://127.0.0.1:{options.port}"
    command = [
        sys.executable,
        "-m",
        "parcours.cli.main",
        "serve",
        "--port",
        str(options.port),
        "--log-level",
        "warning",
    ]
    environment = {
        **os.environ, "PARCOURS_DATABASE_URL": url, "PARCOURS_DATA_DIR": str(folder), "PARCOURS_COOKIE_SECURE": "false",
        "PARCOURS_RATE_LIMIT_PER_MINUTE": "0", "PARCOURS_CONNECTIONS_PER_CLIENT": "200",
    }  # fmt: skip
    paths = {"person": [f"/api/v1/people/{one}" for one in people], "my patients": ["/api/v1/my/patients"]}
    missed = 0
    with subprocess.Popen([*command, "--workers", str(options.workers)], env=environment) as server:
        try:
            wait(address)
            for name, asked in paths.items():
                asyncio.run(load(options.port, asked, cookie, 2))
                before = processor_seconds(server.pid)
                times, wrong = asyncio.run(load(options.port, asked, cookie, options.seconds))
                used = processor_seconds(server.pid) - before
                rate, times = len(times) / options.seconds, sorted(times)
                missed += rate < BARS[name] or wrong > 0
                print(
                    f"{options.on:10} {name:12} {rate:6.0f}/s (bar {BARS[name]})   p50 {times[len(times) // 2]:6.1f} ms"
                    f"   p99 {times[len(times) * 99 // 100]:6.1f} ms   {used / len(times) * 1000:5.2f} ms of processor each"
                    f"   {wrong} wrong   load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
        finally:
            server.terminate()
    database = Database.open(url)
    started = time.perf_counter()
    found = proof.examine(database)
    database.close()
    print(
        f"trail: {found.rows} rows, {'sound' if found.sound else found.findings[:3]}, {time.perf_counter() - started:.1f} s"
    )
    return int(missed > 0 or not found.sound)


async def load(port: int, paths: list[str], cookie: str, seconds: int) -> tuple[list[float], int]:
    """Milliseconds of each answer, and how many were not 200. As little work for an answer as can be."""
    times, wrong, until = [], 0, time.perf_counter() + seconds

    async def client(number: int) -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        at = number
        while time.perf_counter() < until:
            at += 1
            started = time.perf_counter()
            head = f"GET {paths[at % len(paths)]} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIE}={cookie}\r\n\r\n"
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            times.append((time.perf_counter() - started) * 1000)
            wrong += b" 200 " not in answer[:20]
        writer.close()

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return times, wrong


if __name__ == "__main__":
    sys.exit(main())
