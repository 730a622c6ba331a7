"""Estimates in FHIR a second:  python -m benchmarks.fhir [--workers 2] [--seconds 10] [--claims 20000]

Starts `parcours serve`, then posts predeterminations that all differ to `Claim/$submit`: first one at a time, beside a
handler of the same server that does nothing (`/healthz`), then by several connections at once. The bars: under 20 ms
at the median, 150 a second with two workers. Then a file of Claims, by the command: milliseconds of a processor for
each, and memory, for the file and for twice as many: it must not grow.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.export import processor
from tests.fhir.claims import claim, item
from tests.support.server import UNLIMITED, running

MEDIAN_MS = 20.0
A_SECOND = 150
CONNECTIONS = 8
MEDIA = {"Content-Type": "application/fhir+json"}


def bodies(count: int) -> list[bytes]:
    """Claims that all differ."""
    draw = random.Random(20261126)
    found = []
    for _ in range(count):
        facts = [("medecin_traitant", draw.random() < 0.9), ("role", draw.choice(("autre", "medecin_traitant"))),
                 ("referral", draw.choice(("none", "avis_ponctuel"))), ("urgent", draw.random() < 0.1)]  # fmt: skip
        fee, day = draw.randrange(2500, 9000) / 100, f"2026-0{draw.randrange(1, 10)}-1{draw.randrange(10)}"
        said = claim(
            item(1, "consultation", fee, day), born=f"{draw.randrange(1940, 2000)}-05-04", facts=facts,
            specialty=draw.choice(("generaliste", "cardiologie", "dermatologie", "psychiatrie")),
            sector=draw.choice(("secteur_1", "secteur_2")), contract=draw.choice((None, "responsable_100")),
        )  # fmt: skip
        found.append(json.dumps(said).encode())
    return found


async def one_at_a_time(address: str, said: list[bytes]) -> tuple[float, float]:
    """Median milliseconds of an estimate, and of a handler that does nothing."""
    import httpx2

    async with httpx2.AsyncClient(base_url=address, trust_env=False) as client:

        async def timed(body: bytes | None) -> float:
            started = time.perf_counter()
            answer = await (
                client.post("/fhir/Claim/$submit", content=body, headers=MEDIA) if body else client.get("/healthz")
            )
            assert answer.status_code in {200, 422}, answer.text
            return (time.perf_counter() - started) * 1000

        for body in said[:20]:
            await timed(body)
        estimates = [await timed(body) for body in said]
        nothing = [await timed(None) for _ in said]
    return statistics.median(estimates), statistics.median(nothing)


async def at_once(address: str, said: list[bytes], seconds: float) -> float:
    """Estimates a second by several connections."""
    import httpx2

    until, count = time.perf_counter() + seconds, 0
    async with httpx2.AsyncClient(base_url=address, trust_env=False, timeout=60) as client:

        async def ask(start: int) -> None:
            nonlocal count
            at = start
            while time.perf_counter() < until:
                await client.post("/fhir/Claim/$submit", content=said[at % len(said)], headers=MEDIA)
                at, count = at + CONNECTIONS, count + 1

        await asyncio.gather(*(ask(one) for one in range(CONNECTIONS)))
    return count / seconds


def of_a_file(folder: Path, claims: int, workers: int) -> tuple[float, float, int]:
    """A file of Claims by the command: seconds on the clock, milliseconds of processor a Claim, most MiB of a process."""
    source, target = folder / "claims.ndjson", folder / "out.ndjson"
    said = bodies(400)
    with source.open("wb") as lines:
        for number in range(claims):
            lines.write(said[number % len(said)] + b"\n")
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [str(Path(sys.executable).with_name("parcours")), "fhir", "estimate", str(source), "-o", str(target)]
    run = subprocess.run([*command, "--workers", str(workers)], check=False, stdout=subprocess.DEVNULL)
    assert run.returncode in {0, 3}, run.returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, spent * 1000 / claims, after.ru_maxrss // 1024


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--claims", type=int, default=20_000)
    asked = parser.parse_args()
    said = bodies(400)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), "--workers", str(asked.workers), **UNLIMITED) as server,
    ):
        median, nothing = asyncio.run(one_at_a_time(server.address, said))
        before = processor(server)
        rate = asyncio.run(at_once(server.address, said, asked.seconds))
        spent = (processor(server) - before) * 1000 / (rate * asked.seconds)
    print(f"cores: {os.cpu_count()}; load before: {os.getloadavg()[0]:.1f}")
    print(
        f"Claim/$submit, one at a time: {median:.1f} ms at the median (bar {MEDIAN_MS:.0f}); "
        f"a handler that does nothing: {nothing:.1f} ms; ratio {median / nothing:.1f}"
    )
    print(f"Claim/$submit, {CONNECTIONS} connections, {asked.workers} workers: {rate:.0f} a second (bar {A_SECOND}); "
          f"{spent:.1f} ms of processor each")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for claims in (asked.claims, 2 * asked.claims):
            seconds, spent, memory = of_a_file(Path(folder), claims, asked.workers)
            print(
                f"{claims} Claims of a file, {asked.workers} processes: {seconds:.0f} s, {spent:.2f} ms of processor "
                f"each, {memory} MiB at most in a process; a million: {1_000_000 * seconds / claims / 60:.1f} minutes"
            )
    return int(median > MEDIAN_MS or rate < A_SECOND)


if __name__ == "__main__":
    sys.exit(main())
