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
from urllib.parse import parse_qsl

import numpy as np
from starlette.testclient import TestClient

from parcours.edge.settings import Settings
from parcours.engine.batch.supposed import SupposedLaw, settle_people
from parcours.lab.population import block
from parcours.lab.reform import Plan, plan_of, read_reform
from parcours.lab.world import BLOCK, World, starts
from parcours.site.app import create_app
from parcours.web.lab.form import YEAR, entry_of
from parcours.web.lab.page import SAMPLES
from parcours.web.lab.sample import SEED, Sample

BAR_MOVE, BAR_PAINT, BAR_A_MINUTE, BAR_REFORM = 0.5, 1.0, 1e6, 1.2
BOTH = "&maj={maj}&fr-drug={box}"
MOVES = {
    "surcharge": "maj={maj}",
    "contribution": "pf={contribution}",
    "a box": "fr-drug={box}",
    "doctors": "doctor={maj}",
    "general practitioner": "gp={visit}",
    "surcharge and a box": BOTH[1:],
    "long illness": "ald={illness}",
    "yearly ceiling": "shield={ceiling}",
    "extra fees": "excess={excess}",
    "no share left, and both": "ticket_moderateur_zero=1" + BOTH,
    "paid at the desk, and both": "collection_mode=1" + BOTH,
    "direct access, and both": "acces_direct_list=1" + BOTH,
    "ten at once": "pf={contribution}&doctor=60&gp={visit}&ald={illness}&shield={ceiling}&excess={excess}&dentist=70"
    + BOTH,
}
"""What the page moves: an address with a value that no address before had, so that nothing is remembered."""


def address(move: str, time: int) -> str:
    """The address of a move the n-th time."""
    return move.format(
        maj=5 * time % 40 + 45, contribution=f"{2.1 + time / 10:.2f}", box=f"{1.1 + time / 10:.2f}", visit=31 + time % 28,
        illness=99 - time % 48, ceiling=300 + 50 * (time % 30), excess=20 + 10 * (time % 25),
    )  # fmt: skip


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
        list(pool.map(lambda part: [part.acts[name].sum() for name in part.acts.dtype.names or ()], world.encoded))


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
        print(f"made, encoded and settled in {made.clock:.1f} s ({made.worked:.1f} s of processor)")
        drawn = timed(lambda: generated(asked.people))
        a_minute = asked.people / drawn.clock * 60
        line = f"generated alone   {a_minute:8,.0f} people a minute ({drawn.worked:.1f} s of processor)"
        print(line + judged("generation", a_minute, BAR_A_MINUTE, most=False))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{asked.people:,} people, {world.acts:,} acts, at most {memory:,.0f} MiB of memory")
        bare = typical([timed(lambda: floor(world)) for _ in range(asked.rounds)])
        law = typical([timed(lambda: in_force(world)) for _ in range(asked.rounds)])
        print(f"\n{'':32}{'settled':>18}{'of the law':>12}{'of the floor':>14}{'page':>18}")
        print(f"{'every column read once':32}{said(bare):>18}")
        print(f"{'the law in force':32}{said(law):>18}{1:12.2f}{law.worked / bare.worked:14.1f}")
        for name, move in MOVES.items():
            plans = [plan_at(address(move, time)) for time in range(asked.rounds)]
            settled = typical([timed(lambda plan=plan: world.settle(plan)) for plan in plans])
            pages = [address(move, asked.rounds + time) for time in range(asked.rounds)]
            page = typical([timed(lambda where=where: shown(client, where)) for where in pages])
            ratio = settled.worked / law.worked
            line = f"{name:32}{said(settled):>18}{ratio:12.2f}{settled.worked / bare.worked:14.1f}{said(page):>18}"
            print(line + judged(name, page.clock, BAR_MOVE) + judged(name, ratio, BAR_REFORM), flush=True)
    print("\nsettled, page: ms of the processor, ms on the clock. of the law, of the floor: of the processor.")
    print(f"\nMissed: {', '.join(dict.fromkeys(missed))}." if missed else "\nEvery bar is met.")
    return 1 if missed else 0


def said(took: Took) -> str:
    """Milliseconds of the processor, and on the clock."""
    return f"{took.worked * 1000:,.0f} / {took.clock * 1000:,.0f}"


def generated(people: int) -> None:
    """Make people and their acts, and throw them away."""
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda start: len(block(np.arange(start, start + BLOCK), YEAR, SEED).acts), starts(people)):
            pass


def in_force(world: World) -> None:
    """Every act under the law in force, nothing remembered."""
    law = SupposedLaw(world.run.records)
    with ThreadPoolExecutor(world.threads) as pool:
        list(pool.map(lambda part: settle_people(part, law, threads=1), world.encoded))


def plan_at(address: str) -> Plan:
    """What an address of the page asks."""
    return plan_of([read_reform(entry_of(dict(parse_qsl(address))))], YEAR)


def shown(client: TestClient, address: str) -> None:
    """The part of the page that changes."""
    client.get(f"/lab?{address}", headers={"hx-request": "true"}).raise_for_status()


if __name__ == "__main__":
    sys.exit(main())
