"""What a server carries:  python -m benchmarks.capacity [--seconds 6]

Starts `parcours serve` with two workers and asks for each kind of request by `wrk` (Debian package `wrk`), on the same
machine. A busy machine spoils requests a second, less so the time of processor that a request takes: both are printed,
with the load, and beside them the ratio to `/healthz`, whose handler does nothing. Bars of issue 21, on two quiet cores.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.web import steps
from tests.support.server import children, resident_mib, running

FACTS = {
    "care_date": "2026-06-01", "age": 40, "specialty": "generaliste", "convention": "secteur_1", "fee": 30,
    "medecin_traitant": True, "role": "autre", "referral": "none", "contract": "responsable_100",
}  # fmt: skip
BARS = {"settle": 3_500, "explain": 1_500, "advise": 1_000, "quote": 2_500}
P99_MS = 60.0
POST = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = os.getenv("PARCOURS_BODY")
"""
GET = """
local paths = {}
for line in io.lines(os.getenv("PARCOURS_STEPS")) do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {["HX-Request"] = "true", ["Accept-Encoding"] = "gzip"})
end
"""
TICKS = os.sysconf("SC_CLK_TCK")
UNIT_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def processor_seconds(pids: list[int]) -> float:
    """Time of processor that processes have taken."""
    fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split() for pid in pids)
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICKS


def asked(address: str, script: str, folder: Path, seconds: int) -> tuple[int, float, float]:
    """Requests answered, a second, and the time of the slowest hundredth in milliseconds."""
    path = folder / "script.lua"
    path.write_text(script, "utf-8")
    environment = {**os.environ, "PARCOURS_BODY": json.dumps({"facts": FACTS}), "PARCOURS_STEPS": str(folder / "steps")}
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", "-s", str(path), address]
    out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out:
        sys.exit(f"{address} refuses:\n{out}")
    slowest, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    total, rate = re.search(r"(\d+) requests in", out)[1], re.search(r"Requests/sec:\s+([\d.]+)", out)[1]
    return int(total), float(rate), float(slowest) * UNIT_MS[unit]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=6)
    seconds = parser.parse_args().seconds
    if shutil.which("wrk") is None:
        print("needs wrk (Debian package wrk)")
        return 0
    missed = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "steps").write_text("\n".join(steps(2_000)), "utf-8")
        free = {"PARCOURS_RATE_LIMIT_PER_MINUTE": "0", "PARCOURS_PAGE_RATE_LIMIT_PER_MINUTE": "0"}
        with running(folder, "--workers", "2", **free, PARCOURS_LOG_LEVEL="warning") as server:
            workers = children(server.process.pid)
            kinds = {
                "nothing": ("/healthz", ""), "quote": ("/", GET), "settle": ("/api/v1/settle", POST),
                "explain": ("/api/v1/explain", POST), "advise": ("/api/v1/advise", POST),
            }  # fmt: skip
            print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            print(
                f"{'':10}{'a second':>10}{'p99 ms':>10}{'processor ms':>14}{'a core':>10}{'of nothing':>12}{'bar':>8}"
            )
            nothing = 0.0
            for kind, (path, script) in kinds.items():
                asked(server.address + path, script, folder, 2)  # warm
                before = processor_seconds(workers)
                total, rate, slowest = asked(server.address + path, script, folder, seconds)
                each = 1000 * (processor_seconds(workers) - before) / total
                nothing = nothing or each
                bar = BARS.get(kind)
                if bar and (rate < bar or slowest > P99_MS):
                    missed.append(kind)
                print(
                    f"{kind:10}{rate:10.0f}{slowest:10.1f}{each:14.3f}{1000 / each:10.0f}{nothing / each:12.2f}"
                    f"{bar or '':>8}"
                )
            print(f"memory of a worker: {max(resident_mib(pid) for pid in workers)} MiB")
    print(f"missed: {', '.join(missed)}" if missed else "every bar is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
