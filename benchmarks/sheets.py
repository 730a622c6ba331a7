"""Sheets submitted over REST, under 16 clients:

    python -m benchmarks.sheets [--on sqlite|postgresql] [--sheets 2000] [--lot 50]

A country of the demonstration, a doctor logged in, `parcours serve` with two workers: each request takes one new sheet in,
with its trace, and is answered once it is kept. The bar on two idle cores, the clients included: 200 sheets a second. The
processor time of the server for one sheet is printed beside (and that of PostgreSQL): it does not depend on who else uses
the machine; 200 a second is 10 ms of two cores. `--lot`: so many sheets a request, as a practice sends them. At the end every answer has its claim, and the trail is sound.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.claims import FUND, of_postgresql, server_of
from benchmarks.installation import Doctor, doctor_of_a_country, durable_database, serving
from benchmarks.web import processor_seconds
from parcours.registry.audit import proof
from parcours.registry.claims import b2
from parcours.registry.claims.models import Claim
from parcours.registry.claims.sheets import Sheet, claim_of
from parcours.registry.store.clock import paris_today
from parcours.registry.store.db import Database
from parcours.registry.store.keyring import KEYS_VARIABLE, new_key

CLIENTS, WORKERS, WARM, BAR = 16, 2, 100, 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--sheets", type=int, default=2000)
    parser.add_argument("--lot", type=int, default=1, help="Sheets of a request.")
    parser.add_argument("--port", type=int, default=8797)
    options = parser.parse_args()
    os.environ[KEYS_VARIABLE] = new_key()
    with durable_database(options.on, "sheets") as (url, folder):
        return measured(options, url, folder, doctor_of_a_country(url))


def measured(options, url: str, folder: Path, doctor: Doctor) -> int:
    numbers = range(1, WARM + options.sheets // options.lot * options.lot + 1)
    if options.lot == 1:
        requests, warm = [request_of(number, doctor) for number in numbers], WARM
    else:
        requests, warm = lots(url, doctor, numbers, options.lot), WARM // options.lot
    database = Database.open(url)
    postgresql = server_of(database)
    with serving(url, folder, options.port, WORKERS) as server:
        asyncio.run(load(options.port, requests[:warm]))
        used, others = processor_seconds(server.pid), of_postgresql(postgresql)
        started = time.perf_counter()
        times, wrong = asyncio.run(load(options.port, requests[warm:]))
        clock = time.perf_counter() - started
        used, others = processor_seconds(server.pid) - used, of_postgresql(postgresql) - others
    times, answers, count = sorted(times), len(times), len(times) * options.lot
    print(
        f"{options.on:10} {count / clock:5.0f} sheets/s (bar {BAR}), {options.lot} a request   p50 {times[answers // 2]:.1f} ms"
        f"   p99 {times[answers * 99 // 100]:.1f} ms   processor {used / count * 1000:.2f} ms each + {others / count * 1000:.2f} of "
        f"PostgreSQL: {2 * count / (used + others):.0f}/s of two cores   {wrong} wrong   load {os.getloadavg()[0]:.1f}"
    )
    with database.reading() as session:
        kept = session.scalar(select(func.count()).select_from(Claim).where(Claim.professional_id == doctor.id))
    found = proof.examine(database)
    database.close()
    sent = len(requests) * options.lot
    print(f"{kept} claims kept of {sent}; trail {'sound' if found.sound else found.findings[:3]}")
    missed = wrong or kept < sent or not found.sound or 2 * count / (used + others) < BAR
    return int(missed)


def request_of(number: int, doctor: Doctor) -> bytes:
    """The request that submits one sheet."""
    said = {"professional_id": doctor.id, "care_date": (paris_today() - timedelta(days=number % 20)).isoformat(),
            "number": number, "fee": f"{20 + number % 60}.{number % 100:02d}", "ips": "T",
            "tiers_payant": ("none", "none", "partial")[number % 3]}  # fmt: skip
    return posted(
        f"/api/v1/people/{doctor.people[number % len(doctor.people)]}/claims", f"sheet-{number}", said, doctor
    )


def lots(url: str, doctor: Doctor, numbers: Sequence[int], size: int) -> list[bytes]:
    """The requests that submit sheets together, in the records of a lot."""
    database = Database.open(url)
    with database.reading() as session:
        found = [
            posted("/api/v1/my/lots", f"lot-{first}", b2.lot_of(session, [
                claim_of(sheet_of(number, doctor)) for number in numbers[first : first + size]
            ]), doctor)
            for first in range(0, len(numbers), size)
        ]  # fmt: skip
    database.close()
    return found


def sheet_of(number: int, doctor: Doctor) -> Sheet:
    """The same sheet as one submitted alone."""
    return Sheet(
        insured_id=doctor.people[number % len(doctor.people)], professional_id=doctor.id, fund_code=FUND,
        care_date=paris_today() - timedelta(days=number % 20), number=number,
        lines=((20 + number % 60) * 100 + number % 100,), ips="T",
        tiers_payant=("none", "none", "partial")[number % 3],
    )  # fmt: skip


def posted(path: str, key: str, said: Mapping[str, Any], doctor: Doctor) -> bytes:
    """A request with its key and the doctor's session."""
    body = json.dumps(said).encode()
    lines = [
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1",
        "Content-Type: application/json", f"Content-Length: {len(body)}", f"Idempotency-Key: {key}",
        *(f"{name}: {value}" for name, value in doctor.headers.items()), "", "",
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
