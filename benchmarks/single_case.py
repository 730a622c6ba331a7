"""One case: the interpreted rules, the engine with reading and encoding, and the command from a cold start.

    python -m benchmarks.single_case

The process starts as the command and the server do (`cli/lean.py`). The rules alone settle a spread of cases. Times are those of the processor, which other work on the machine hardly
changes, and the bars are for them; for the command the time on the clock is printed too. The best of several rounds counts.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from parcours.cli.lean import start_lean
from parcours.engine.case import settle
from parcours.engine.facts.encoding import encode
from parcours.engine.say.advise import advise
from parcours.engine.say.explain import explain
from parcours.engine.say.sitting import ask
from parcours.law.cache import flat_law
from parcours.rules.settlement import settle as settle_act
from parcours.rules.types import Counters, Readings

CASE_BAR = 50.0
"""Microseconds a case, from what people write."""
COLD_BAR = 0.2
"""Seconds, Python's start included."""
SAID_BARS = {"what is said": 2, "what would be cheaper": 20, "what is asked next": 15}
"""Milliseconds."""
ROUNDS = 7
REPEATS = 500

VISIT: dict[str, Any] = {
    "care_date": "2025-06-01",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": "30.00",
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}
CASES: tuple[dict[str, Any], ...] = (
    VISIT,
    {**VISIT, "role": "medecin_traitant"},
    {**VISIT, "specialty": "dermatologie", "fee": 60, "convention": "secteur_2_optam", "contract": "responsable_150"},
    {**VISIT, "specialty": "ophtalmologie", "purpose": "glaucome", "fee": "31.50"},
    {**VISIT, "specialty": "psychiatrie", "age": 20, "fee": 67},
    {**VISIT, "act": "acte_technique", "base": 200, "fee": 200, "specialty": "chirurgie_orale", "referral": "sequence"},
    {**VISIT, "c2s": True},
    {**VISIT, "age": 4, "specialty": "pediatrie", "fee": 35},
    {"care_date": "2025-06-01", "age": 40, "profession": "pharmacie", "drug_class": "majeur", "base": 20, "fee": 20},
    {"care_date": "2025-06-01", "age": 40, "profession": "infirmier", "act": "AMI", "quantity": "1.5", "fee": "4.73"},
)


def best(action: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> float:
    """The shortest time of an action, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = clock()
        action()
        times.append(clock() - start)
    return min(times)


def processor_of_children() -> float:
    """Seconds of processor that the processes we started have used."""
    used = os.times()
    return used.children_user + used.children_system


def rules_microseconds() -> float:
    """Microseconds for one case, facts already encoded."""
    cases = [encode(facts, flat_law()) for facts in CASES]
    laws = [flat_law().default.on(case.act.care_date) for case in cases]
    counters, readings = Counters(), Readings()
    settled = list(zip(cases, laws, strict=True))

    def run() -> None:
        for _ in range(REPEATS):
            for case, law in settled:
                settle_act(case.act, case.contract, counters, law, readings)

    return best(run) / (REPEATS * len(settled)) * 1e6


def engine_microseconds() -> float:
    """Microseconds for one case from what people write: reading, inference, checks, rules."""

    def run() -> None:
        for _ in range(REPEATS // 10):
            for facts in CASES:
                settle(facts)

    return best(run) / (REPEATS // 10 * len(CASES)) * 1e6


def said_milliseconds() -> dict[str, float]:
    """Milliseconds to explain one settled visit, to say what would be cheaper, and to ask what comes next."""
    answer, known = settle(VISIT), {name: VISIT[name] for name in ("specialty", "care_date", "age")}
    works: dict[str, Callable[[], Any]] = {
        "what is said": lambda: explain(answer, "fr"),
        "what would be cheaper": lambda: advise(answer, "fr"),
        "what is asked next": lambda: ask(known, "fr"),
    }
    return {name: best(work) * 1e3 for name, work in works.items()}


def cold_seconds(clock: Callable[[], float]) -> float:
    """Seconds for `parcours settle … --json` in a new process, the cache of the law being there."""
    command = Path(sys.executable).with_name("parcours")
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in VISIT.items()]
    environment = {**os.environ, "LANG": "C.UTF-8"}

    def run() -> None:
        subprocess.run([command, "settle", *flags, "--json"], check=True, capture_output=True, env=environment)

    run()
    return best(run, clock)


def main() -> int:
    """Print the figures with their bars; 1 when a bar is missed."""
    start_lean()
    rules, engine = rules_microseconds(), engine_microseconds()
    cold, cold_processor = cold_seconds(time.perf_counter), cold_seconds(processor_of_children)
    said = said_milliseconds()
    print(f"rules, facts already read       {rules:8.1f} µs")
    print(f"one case, from what people write{engine:8.1f} µs   (bar: {CASE_BAR:.0f} µs)")
    print(f"command, cold, on the clock     {cold:8.3f} s")
    print(f"command, cold, of processor     {cold_processor:8.3f} s    (bar: {COLD_BAR} s)")
    for name, took in said.items():
        print(f"{name:32}{took:8.2f} ms   (bar: {SAID_BARS[name]} ms)")
    late = any(took > SAID_BARS[name] for name, took in said.items())
    return int(engine > CASE_BAR or cold_processor > COLD_BAR or late)


if __name__ == "__main__":
    sys.exit(main())
