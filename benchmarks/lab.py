"""A nation moved with a finger:  python -m benchmarks.lab [--people 200000] [--rounds 5]

Makes the sample of `/lab` in this process, then moves sliders and switches of the page: each is settled again and drawn, from
the request to the last byte of the page. Bars: a million people made a minute on two cores, 500 ms for a move (the median of
each, on the clock), a second until the first visitor sees something, and a reform at most 1.2 times as dear as the law in
force. The processor's time stands beside the clock: it does not depend on who else uses the machine. The floor adds up
every column of the encoded acts once, with as many threads, and settles nothing. The exit code is 1 when a bar is missed.
"""

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from starlette.testclient import TestClient

from parcours.edge.settings import Settings
from parcours.lab.reform import plan_of, read_reform
from parcours.lab.world import World
from parcours.site.app import create_app
from parcours.web.lab.form import YEAR, entry_of
from parcours.web.lab.page import SAMPLES
from parcours.web.lab.sample import Sample

BAR_MOVE, BAR_PAINT, BAR_A_MINUTE, BAR_REFORM = 0.5, 1.0, 1e6, 1.2
MOVES = {
    "surcharge 60 %": "maj=60",
    "contribution 3 euros": "pf=3",
    "box at 2 euros": "fr-drug=2",
    "deductibles to 100 euros": "fr-year=100",
    "doctors at 60 %": "doctor=60",
    "general practitioner 40 euros": "gp=40",
    "long illness at 95 %": "ald=95",
    "ceiling of 450 euros": "shield=450",
    "extra fee at 50 %": "excess=50",
    "no share left": "ticket_moderateur_zero=1",
    "paid at the desk": "collection_mode=1",
    "five at once": "maj=60&pf=3&fr-drug=2&ald=95&shield=600",
}
"""What the page moves, and an address that says it."""


class Took(NamedTuple):
    """Seconds of the processor, and on the clock."""

    worked: float
    clock: float


def timed(action: Callable[[], Any]) -> Took:
    """What an action takes."""
    worked, start = time.process_time(), time.perf_counter()
    action()
    return Took(time.process_time() - worked, time.perf_counter() - start)


def typical(times: list[Took]) -> Took:
    """The medians."""
    return Took(*(statistics.median(column) for column in zip(*times, strict=True)))


def floor(world: World) -> None:
    """Read every column of the acts once."""
    with ThreadPoolExecutor(world.threads) as pool:
        list(pool.map(lambda part: (part.facts.rows.sum(axis=1), part.facts.pattern.sum()), world.encoded))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    missed: list[str] = []

    def judged(name: str, value: float, bar: float, *, most: bool = True) -> str:
        met = value <= bar if most else value >= bar
        if not met:
            missed.append(name)
        return "" if met else "   MISSED"

    sample = SAMPLES[asked.people] = Sample(asked.people)
    with TestClient(create_app(Settings(page_rate_limit_per_minute=0, lab_people=asked.people))) as client:
        painted = timed(lambda: client.get("/lab").raise_for_status())
        print(f"first paint       {painted.clock * 1000:8.0f} ms{judged('first paint', painted.clock, BAR_PAINT)}")
        made = timed(lambda: sample.wait(3600))
        world = sample.made()
        a_minute = asked.people / (made.clock + painted.clock) * 60
        line = f"made              {a_minute:8,.0f} people a minute, encoded and settled ({made.worked:.1f} s of processor)"
        print(line + judged("made", a_minute, BAR_A_MINUTE, most=False))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{asked.people:,} people, {world.acts:,} acts, at most {memory:,.0f} MiB of memory")
        bare = typical([timed(lambda: floor(world)) for _ in range(asked.rounds)])
        in_force = plan_of([], YEAR)
        law = typical([timed(lambda: world.settle(in_force)) for _ in range(asked.rounds)])
        print(f"\n{'':32}{'settled':>18}{'of the law':>12}{'of the floor':>14}{'page':>18}")
        print(f"{'every column read once':32}{said(bare):>18}")
        print(f"{'the law in force':32}{said(law):>18}{1:12.2f}{law.worked / bare.worked:14.1f}")
        for name, address in MOVES.items():
            plan = plan_of([read_reform(entry_of(dict(part.split("=") for part in address.split("&"))))], YEAR)
            settled = typical([timed(lambda plan=plan: world.settle(plan)) for _ in range(asked.rounds)])
            page = typical([timed(lambda address=address: shown(client, sample, address)) for _ in range(asked.rounds)])
            ratio = settled.worked / law.worked
            line = f"{name:32}{said(settled):>18}{ratio:12.2f}{settled.worked / bare.worked:14.1f}{said(page):>18}"
            print(line + judged(name, page.clock, BAR_MOVE) + judged(name, ratio, BAR_REFORM), flush=True)
    print("\nsettled, page: ms of the processor, ms on the clock. of the law, of the floor: of the processor.")
    print(f"\nMissed: {', '.join(dict.fromkeys(missed))}." if missed else "\nEvery bar is met.")
    return 1 if missed else 0


def said(took: Took) -> str:
    """Milliseconds of the processor, and on the clock."""
    return f"{took.worked * 1000:,.0f} / {took.clock * 1000:,.0f}"


def shown(client: TestClient, sample: Sample, address: str) -> None:
    """The part of the page that changes, nothing remembered."""
    sample.forget()
    client.get(f"/lab?{address}", headers={"hx-request": "true"}).raise_for_status()


if __name__ == "__main__":
    sys.exit(main())
