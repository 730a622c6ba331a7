"""Sheets submitted over REST, under 16 clients:  python -m benchmarks.sheets [--on sqlite|postgresql] [--sheets 2000]

A country of the demonstration, a doctor logged in, `parcours serve` with two workers: each request takes one new sheet in,
with its trace, and is answered once it is kept. The bar on two idle cores, the clients included: 200 sheets a second. The
processor time of the server for one sheet is printed beside (and that of PostgreSQL): it does not depend on who else uses
the machine; 200 a second is 10 ms of two cores. At the end every answer has its claim, and the trail is sound.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.claims import of_postgresql
from benchmarks.web import processor_seconds, wait
from parcours.edge.caller import COOKIE, CSRF_HEADER
from parcours.edge.settings import Settings
from parcours.registry.accounts import sessions
from parcours.registry.accounts.models import Grant
from parcours.registry.audit import proof
from parcours.registry.claims.models import Claim
from parcours.registry.declarations.timeline import patients_of
from parcours.registry.demo.accounts import open_demo_accounts
from parcours.registry.demo.seed import seed
from parcours.registry.store import schema
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key

CLIENTS, WARM, BAR = 16, 100, 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--sheets", type=int, default=2000)
    parser.add_argument("--port", type=int, default=8797)
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
            url = stack.enter_context(new_database(server, "sheets"))
        return measured(options, url, folder, *settled(url))


def settled(url: str) -> tuple[dict[str, str], str, list[str]]:
    """A country; the headers of a doctor's session, the doctor, and the doctor's patients."""
    database = Database.open(url)
    schema.upgrade(database.engine)
    settings = Settings(public_url="http://127.0.0.1")
    with database.writing() as session:
        seed(session, population=150)
    with database.writing() as session:
        open_demo_accounts(session, public_url=settings.public_url, hashing=settings.password_hashing())
        grant = session.scalars(select(Grant).where(Grant.role == "doctor")).one()
        opened = sessions.open_session(session, grant.account, "password+totp", grant=grant)
        headers = {"Cookie": f"{COOKIE}={opened.token}", CSRF_HEADER: opened.session.csrf_token}
        doctor, people = (
            grant.professional_id,
            [one.insured_id for one in patients_of(session, grant.professional_id or "")],
        )
    database.close()
    return headers, doctor or "", people


def measured(options, url: str, folder: Path, headers: dict[str, str], doctor: str, people: list[str]) -> int:
    environment = {
        **os.environ, "PARCOURS_DATABASE_URL": url, "PARCOURS_DATA_DIR": str(folder), "PARCOURS_COOKIE_SECURE": "false",
        "PARCOURS_RATE_LIMIT_PER_MINUTE": "0", "PARCOURS_CONNECTIONS_PER_CLIENT": "200",
    }  # fmt: skip
    command = [sys.executable, "-m", "parcours.cli.main", "serve", "--port", str(options.port), "--log-level", "warning",
               "--workers", "2"]  # fmt: skip
    requests = [request_of(number, headers, doctor, people) for number in range(1, WARM + options.sheets + 1)]
    with subprocess.Popen(command, env=environment) as server:
        try:
            wait(f"http://127.0.0.1:{options.port}")
            asyncio.run(load(options.port, requests[:WARM]))
            used, others = processor_seconds(server.pid), of_postgresql()
            started = time.perf_counter()
            times, wrong = asyncio.run(load(options.port, requests[WARM:]))
            clock = time.perf_counter() - started
            used, others = processor_seconds(server.pid) - used, of_postgresql() - others
        finally:
            server.terminate()
    times, count = sorted(times), len(times)
    print(
        f"{options.on:10} {count / clock:5.0f} sheets/s (bar {BAR})   p50 {times[count // 2]:.1f} ms   p99 "
        f"{times[count * 99 // 100]:.1f} ms   processor {used / count * 1000:.2f} ms each + {others / count * 1000:.2f} of "
        f"PostgreSQL: {2 * count / (used + others):.0f}/s of two cores   {wrong} wrong   load {os.getloadavg()[0]:.1f}"
    )
    database = Database.open(url)
    with database.reading() as session:
        kept = session.scalar(select(func.count()).select_from(Claim).where(Claim.professional_id == doctor))
    found = proof.examine(database)
    database.close()
    print(f"{kept} claims kept of {len(requests)}; trail {'sound' if found.sound else found.findings[:3]}")
    missed = wrong or kept < len(requests) or not found.sound or 2 * count / (used + others) < BAR
    return int(missed)


def request_of(number: int, headers: dict[str, str], doctor: str, people: list[str]) -> bytes:
    """The request that submits one sheet."""
    said = {"professional_id": doctor, "care_date": (paris_today() - timedelta(days=number % 20)).isoformat(),
            "number": number, "fee": f"{20 + number % 60}.{number % 100:02d}", "ips": "T",
            "tiers_payant": ("none", "none", "partial")[number % 3]}  # fmt: skip
    body = json.dumps(said).encode()
    lines = [
        f"POST /api/v1/people/{people[number % len(people)]}/claims HTTP/1.1", "Host: 127.0.0.1",
        "Content-Type: application/json", f"Content-Length: {len(body)}", f"Idempotency-Key: sheet-{number}",
        *(f"{name}: {value}" for name, value in headers.items()), "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + body


async def load(port: int, requests: list[bytes]) -> tuple[list[float], int]:
    """Milliseconds of each answer, and how many did not say that the sheet is kept."""
    times, wrong, waiting = [], 0, iter(requests)

    async def client() -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for one in waiting:
            started = time.perf_counter()
            writer.write(one)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            content = await reader.readexactly(length)
            times.append((time.perf_counter() - started) * 1000)
            if b" 201 " not in answer[:20]:
                wrong += 1
                print(content.decode()[:300]) if wrong == 1 else None
        writer.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return times, wrong


if __name__ == "__main__":
    sys.exit(main())
