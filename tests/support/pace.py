"""How long something takes, apart from how busy or old the machine is.

A bar in seconds fails on a slower core, and on a fast one that others use. Here the work is timed in turns with a
floor, a fixed piece of plain Python, and told in seconds of a core on which that floor takes `FLOOR_SECONDS`.
"""

from collections.abc import Callable
from statistics import median
from time import process_time

FLOOR_SECONDS = 0.0100
"""One `floor()` on an idle core of the machine on which the bars were set."""


SLACK = 3
"""What neighbours on the machine may cost more than the floor shows: they take its caches and its memory too. A test
tells work of another order from what it was; `make bench`, alone on its machine, holds the bar itself."""

FLOORS = 20
"""Times that it is taken at least: one may be disturbed."""


def floor() -> int:
    """Plain Python as the rules are: small integers, tuples, names looked up, functions called."""
    total, seen = 0, {}
    for number in range(45_000):
        total += _step((number, total % 97), seen)
    return total


def _step(pair: tuple[int, int], seen: dict[int, int]) -> int:
    first, second = pair
    seen[second] = first
    return min(first % 7, second) if first > second else max(first, second)


def seconds(work: Callable[[], object], rounds: int = 20) -> float:
    """Processor time of one `work()`, in seconds of a core on which a floor takes `FLOOR_SECONDS`."""
    worked, floored = [], []
    for _ in range(rounds):
        worked.append(_took(work))
        floored += [_took(floor) for _ in range(max(1, FLOORS // rounds))]
    return median(worked) / median(floored) * FLOOR_SECONDS


def within(bar: float, work: Callable[[], object], rounds: int = 20) -> bool:
    """Whether one `work()` takes less than its bar, in seconds, but for `SLACK`."""
    took = seconds(work, rounds)
    return took < bar * SLACK


def _took(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start
