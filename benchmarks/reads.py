"""Reads with a session and a trace, under 32 clients:  python -m benchmarks.reads [--on sqlite|postgresql] [--seconds 10]

A country of the demonstration, a doctor logged in, `parcours serve` with two workers; 32 connections ask for a person, then
for `/my/patients`. Bars on two idle cores, the clients included: 600 people a second, 150 lists. The processor time of the
server for one answer is printed beside: it does not depend on who else uses the machine. Every answer must have left its
trace, and the trail must be sound at the end.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

from benchmarks.installation import Doctor, doctor_of_a_country, durable_database, serving
from benchmarks.web import processor_seconds
from parcours.registry.audit import proof
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
    with durable_database(options.on, "reads") as (url, folder):
        return measured(options, url, folder, doctor_of_a_country(url))


def measured(options, url: str, folder: Path, doctor: Doctor) -> int:
    paths = {"person": [f"/api/v1/people/{one}" for one in doctor.people], "my patients": ["/api/v1/my/patients"]}
    cookie, missed = doctor.headers["Cookie"], 0
    with serving(url, folder, options.port, options.workers) as server:
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
    loop, until = asyncio.get_running_loop(), time.perf_counter() + seconds
    asked = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode() for path in paths]
    clients = [Client(asked, number, until, loop.create_future()) for number in range(CLIENTS)]
    for one in clients:
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)
    await asyncio.gather(*(one.done for one in clients))
    return [time for one in clients for time in one.times], sum(one.wrong for one in clients)


class Client(asyncio.Protocol):
    """A connection that asks for the next as soon as it is answered."""

    def __init__(self, asked: list[bytes], at: int, until: float, done: asyncio.Future[None]) -> None:
        self.asked, self.at, self.until, self.done = asked, at, until, done
        self.times: list[float] = []
        self.wrong = 0

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.at += 1
        self.came, self.length, self.started = b"", 0, time.perf_counter()
        self.transport.write(self.asked[self.at % len(self.asked)])

    def data_received(self, data: bytes) -> None:
        self.came += data
        if not self.length and (end := self.came.find(b"\r\n\r\n")) > 0:
            head = self.came[:end].lower()
            self.length = end + 4 + int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if not self.length or len(self.came) < self.length:
            return
        self.times.append((time.perf_counter() - self.started) * 1000)
        self.wrong += b" 200 " not in self.came[:20]
        if time.perf_counter() < self.until:
            self.ask()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.done.set_result(None) if error is None else self.done.set_exception(error)


if __name__ == "__main__":
    sys.exit(main())
