"""Quote steps a second:  python -m benchmarks.web [--workers 2] [--seconds 15]

Starts `parcours serve`, then asks for steps of quotes that all differ (age, day, fee, sector, situation): first one at
a time, for the time the server takes over a step, then as fast as it can. `wrk` (Debian package `wrk`) drives the load
where it is installed; otherwise a small client of asyncio does. The bars: under 15 ms at the median, 300 steps a second
with two workers.
"""

import argparse
import asyncio
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

MEDIAN_MS = 15.0
STEPS_PER_SECOND = 300
STEPS = 4_000
LUA = """
local paths = {}
for line in io.lines(os.getenv("PARCOURS_STEPS")) do paths[#paths + 1] = line end
math.randomseed(tonumber(tostring({}):sub(8)) or os.time())
local at = math.random(#paths)
request = function()
  at = at % #paths + 1
  local headers = {["HX-Request"] = "true", ["Accept-Language"] = "en", ["Accept-Encoding"] = "gzip"}
  return wrk.format("GET", paths[at], headers)
end
"""
HEADERS = {"HX-Request": "true", "Accept-Language": "en", "Accept-Encoding": "gzip"}
SPECIALTIES = ("generaliste", "dermatologie", "psychiatrie", "ophtalmologie", "gynecologie_medicale", "cardiologie")
COMING = (
    {"medecin_traitant": "true", "role": "medecin_traitant", "referral": "none"},
    {"medecin_traitant": "true", "role": "correspondant", "referral": "soins_iteratifs"},
    {"medecin_traitant": "true", "role": "autre", "referral": "none"},
    {"medecin_traitant": "false", "role": "autre", "referral": "none"},
)


def steps(count: int) -> list[str]:
    """Addresses of quote steps, each with its own facts, at every stage of the form."""
    draw = random.Random(20261122)
    found = []
    for _ in range(count):
        facts = {
            "care_date": (date(2025, 1, 1) + timedelta(days=draw.randrange(600))).isoformat(),
            "specialty": draw.choice(SPECIALTIES),
            "age": str(draw.choice((5, 10, 17, 20, 22, 25, 30, 40, 55, 70, 85))),
            **draw.choice(COMING),
            "purpose": "none",
            "urgent": "false",
            "away": "false",
            "special_setting": "none",
            "medecin_traitant_left_on": "",
            "installed_on": "",
            "convention": draw.choice(("secteur_1", "secteur_2", "secteur_2_optam")),
            "fee": f"{draw.randrange(2500, 9000) / 100:.2f}",
            "exemption": draw.choice(("none", "none", "ald")),
            "c2s": "false",
            "scheme": "general",
            "contract": draw.choice(("none", "responsable_100", "responsable_150")),
            "tiers_payant": "none",
        }
        names = list(facts)
        stage = draw.choice((2, 3, 6, 12, 13, len(names)))
        found.append("/?" + urlencode({name: facts[name] for name in names[:stage]}))
    return found


def one_at_a_time(address: str, paths: list[str]) -> list[float]:
    """Milliseconds of each step, over one connection."""
    return asyncio.run(_timed(address, paths))


async def _timed(address: str, paths: list[str]) -> list[float]:
    import httpx2

    times = []
    async with httpx2.AsyncClient(base_url=address, headers=HEADERS, trust_env=False) as client:
        for path in paths:
            started = time.perf_counter()
            answer = await client.get(path)
            times.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, path
    return times


def load(address: str, paths: list[str], seconds: int) -> tuple[str, float, int]:
    """(who measured, steps a second, answers that were not 200)."""
    if shutil.which("wrk"):
        return "wrk", *with_wrk(address, paths, seconds)
    return "asyncio", *asyncio.run(with_asyncio(address, paths, seconds))


def with_wrk(address: str, paths: list[str], seconds: int) -> tuple[float, int]:
    """wrk, one thread, eight connections."""
    with tempfile.TemporaryDirectory() as folder:
        script, listing = Path(folder, "steps.lua"), Path(folder, "steps.txt")
        script.write_text(LUA, "utf-8")
        listing.write_text("\n".join(paths), "utf-8")
        command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "--latency", "-s", str(script), address]
        environment = {**os.environ, "PARCOURS_STEPS": str(listing)}
        text = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    print(text)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    found = re.search(r"Requests/sec:\s*([\d.]+)", text)
    assert found, text
    return float(found[1]), int(wrong[1]) if wrong else 0


async def with_asyncio(address: str, paths: list[str], seconds: int) -> tuple[float, int]:
    """Eight clients in turn, for a machine without wrk; it shares the processor with the server."""
    import httpx2

    done = wrong = 0
    until = time.perf_counter() + seconds

    async def client(number: int) -> None:
        nonlocal done, wrong
        async with httpx2.AsyncClient(base_url=address, headers=HEADERS, trust_env=False) as http:
            position = number * 499
            while time.perf_counter() < until:
                position += 1
                answer = await http.get(paths[position % len(paths)])
                done += 1
                wrong += answer.status_code != 200

    await asyncio.gather(*(client(number) for number in range(8)))
    return done / seconds, wrong


def processor_seconds(pid: int) -> float:
    """Processor time of a process and of those it started (Linux: /proc; 0 elsewhere)."""
    total, ticks = 0.0, os.sysconf("SC_CLK_TCK")
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(folder.name))
        used[int(folder.name)] = (int(fields[11]) + int(fields[12])) / ticks
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        total += used.get(one, 0.0)
        waiting += children.get(one, [])
    return total


def main() -> int:
    """Run, print, and fail under the bars."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--port", type=int, default=8799)
    options = parser.parse_args()
    address = f"http://127.0.0.1:{options.port}"
    command = [
        sys.executable,
        "-m",
        "parcours",
        "serve",
        "--port",
        str(options.port),
        "--log-level",
        "warning",
    ]
    command += ["--workers", str(options.workers)]
    with tempfile.TemporaryDirectory() as folder:  # nobody's own database is served
        own = {**os.environ, "PARCOURS_DATA_DIR": folder, "PARCOURS_DATABASE_URL": ""}
        own["PARCOURS_PAGE_RATE_LIMIT_PER_MINUTE"] = "0"  # one address asks for more than a reader may
        return measured(command, own, address, options)


def measured(command, environment, address, options) -> int:
    """Serve, ask, print; 1 under a bar."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as server:
        try:
            wait(address)
            paths = steps(STEPS)
            one_at_a_time(address, paths[:100])
            times = one_at_a_time(address, paths[100:600])
            median, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            load(address, paths, max(3, options.seconds // 3))  # the processes warm up
            before = processor_seconds(server.pid)
            tool, rate, wrong = load(address, paths, options.seconds)
            used = processor_seconds(server.pid) - before
        finally:
            server.terminate()
    print(f"one at a time     median {median:6.1f} ms   95th percentile {late:6.1f} ms   (bar: {MEDIAN_MS:.0f} ms)")
    print(f"{options.workers} workers, {tool:8} {rate:6.0f} quote steps/s   {wrong} wrong   (bar: {STEPS_PER_SECOND})")
    print(f"processor time    {used / max(1.0, rate * options.seconds) * 1000:6.2f} ms a step")
    print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return int(median > MEDIAN_MS or rate < STEPS_PER_SECOND or wrong > 0)


def wait(address: str) -> None:
    """Wait until the server answers."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    sys.exit(main())
