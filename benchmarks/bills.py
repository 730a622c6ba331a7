"""One bill, its page and its command; then bills in a file beside independent acts.

    python -m benchmarks.bills                 # half a million rows of each, under a minute
    python -m benchmarks.bills --rows 0        # one bill only

One bill is settled in a process that starts as the command and the server do (`cli/lean.py`). The two files are settled in turns, in processor seconds and on the clock; the best of each counts. Each figure is
printed with its part of its bar: under 1 is better, but for the rows of a file, where 1 or more is.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.parquet as pq
from starlette.testclient import TestClient

from parcours.cli.lean import start_lean
from parcours.edge.settings import Settings
from parcours.engine.batch.run import CHUNK, Job, settle_path
from parcours.engine.bill.settle import settle_bill
from parcours.lab.sample import Sample, write_sample
from parcours.site.app import create_app

BAR = 0.6
"""Least rows a second of bills, in parts of those of independent acts."""
BILL_BAR, PAGE_BAR, COLD_BAR = 0.001, 0.015, 0.25
"""Seconds of ten mixed lines, of a step of the page, and of a first command, all of processor."""
ROUNDS = 3
PATIENT = {
    "care_date": "2026-03-10", "age": 60, "exemption": "none", "c2s": False, "scheme": "general", "contract": "responsable_100",
    "specialty": "generaliste", "convention": "secteur_1", "medecin_traitant": True, "role": "medecin_traitant",
    "referral": "none", "tiers_payant": "none",
}  # fmt: skip
TEN_LINES = [
    {"code": "G", "fee": 30}, {"code": "DEQP003", "fee": 14.52}, {"code": "MHP", "fee": 5},
    {"code": "AMI 2", "fee": 6.30, "profession": "infirmier"}, {"code": "AMI 1.5", "fee": 4.73, "profession": "infirmier"},
    {"code": "boite 65 % (8.90 + 1.02)", "fee": 9.92, "profession": "pharmacie"},
    {"code": "boite 15 % (3.20 + 1.02)", "fee": 4.22, "profession": "pharmacie"},
    {"code": "HDR", "fee": 0.61, "profession": "pharmacie"},
    {"code": "B 50", "fee": 12.50, "quantity": 3, "profession": "laboratoire"},
    {"code": "RAM 8.1", "fee": 17.90, "profession": "masseur_kinesitherapeute"},
]  # fmt: skip
ON_PAPER = (("code", "G"), ("fee", "30"), ("code", "MHP"), ("fee", "5"), ("code", "DEQP003"), ("fee", "14.52"))
ACTS_A_PATIENT = 25.6
DOCTOR = {"profession": "medecin", "specialty": "generaliste", "convention": "secteur_1"}
NURSE = {"profession": "infirmier"}
CHEMIST = {"profession": "pharmacie"}
BILLS: tuple[tuple[dict[str, str], tuple[tuple[str, int, str | None], ...]], ...] = (
    (DOCTOR, (("G", 30_00, None), ("DEQP003", 14_52, None))),
    (DOCTOR, (("VG", 30_00, None), ("MD", 10_00, None), ("IK", 3_66, "6"))),
    (DOCTOR, (("ACTE", 62_70, None), ("ACTE", 40_00, None), ("ACTE", 19_63, None))),
    (NURSE, (("AMI", 6_30, "2"), ("AMI", 3_15, "1"), ("IFD", 2_75, None))),
    (NURSE, (("BSB", 18_20, None), ("AMX", 4_73, "1.5"), ("IFI", 2_75, None), ("IFI", 2_75, None))),
    (CHEMIST, (("BOITE", 9_92, None), ("BOITE", 4_22, None), ("BOITE", 21_40, None), ("HDR", 61, None))),
    ({"profession": "laboratoire"}, (("B", 17_50, "70"), ("B", 5_00, "20"), ("PREANALYTIQUE", 1_00, None))),
    ({"profession": "masseur_kinesitherapeute"}, (("RAM", 17_90, "8.1"),)),
)
"""Bills as they are handed: code, fee in cents, coefficient or kilometres. A fee varies from bill to bill."""


def write_bills(path: Path, rows: int, seed: int = 1) -> int:
    """A file of bills of invented patients, sorted by patient; how many rows it has."""
    draw = random.Random(seed)
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    patient = bill = 0
    while len(columns["bill_id"]) < rows:
        patient += 1
        told = {"age": draw.randrange(20, 95), "exemption": draw.choice(("none", "none", "none", "ald"))}
        for _ in range(draw.randint(1, 10)):
            bill += 1
            who, lines = draw.choice(BILLS)
            day = f"2025-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
            for code, fee, coefficient in lines:
                own = {
                    **told, **who, "patient_id": f"P{patient:08}", "bill_id": bill, "care_date": day, "code": code,
                    "professional_id": f"{who['profession']}{bill % 500}",
                    "quantity" if code == "IK" else "coefficient": coefficient,
                    "fee": fee + draw.randrange(0, 300) if code == "BOITE" else fee, **(SEEN if who is DOCTOR else {}),
                }  # fmt: skip
                own["base"] = own["fee"] if code in GIVEN else None
                own["drug_class"] = "majeur" if code == "BOITE" else None
                for name, values in columns.items():
                    values.append(own.get(name))
    table = pa.table({name: as_typed(name, values) for name, values in columns.items()})
    pq.write_table(table, path, row_group_size=CHUNK)
    return len(table)


GIVEN = ("ACTE", "BOITE", "PREANALYTIQUE")
SEEN = {"medecin_traitant": True, "role": "medecin_traitant"}
COLUMNS = (
    "patient_id", "bill_id", "professional_id", "care_date", "age", "exemption", "profession", "specialty",
    "convention", "medecin_traitant", "role", "code", "coefficient", "quantity", "fee", "base", "drug_class",
)  # fmt: skip


def as_typed(name: str, values: list[object]) -> pa.Array:
    """A column in the type of a claims file."""
    if name in ("fee", "base"):
        euros = [None if value is None else Decimal(int(str(value))).scaleb(-2) for value in values]
        return pa.array(euros, pa.decimal128(9, 2))
    if name == "care_date":
        return pa.array(values, pa.string()).cast(pa.date32())
    if name in ("bill_id", "age", "medecin_traitant"):
        return pa.array(values)
    text = pa.array(values, pa.string())
    return text if name == "patient_id" else text.dictionary_encode()


def seconds(source: Path, output: Path, workers: int) -> tuple[float, float]:
    """Processor and clock seconds of a whole run."""
    worked, start = time.process_time(), time.perf_counter()
    settle_path(Job(str(source), output, workers=workers))
    return time.process_time() - worked, time.perf_counter() - start


def best(work: Callable[[], object], times: int, clock: Callable[[], float]) -> float:
    """Seconds of one call: the best of five series."""
    work()
    series = []
    for _ in range(5):
        start = clock()
        for _ in range(times):
            work()
        series.append((clock() - start) / times)
    return min(series)


def children() -> float:
    """Processor seconds of the commands that were run: on a quiet machine, what their user waits."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one_bill(folder: Path) -> bool:
    """Print the bars of one bill; False where one is missed."""
    bill = {**PATIENT, "lines": TEN_LINES}
    path = folder / "bill.json"
    path.write_text(json.dumps(bill), "utf-8")
    address = "/bill?" + urlencode([*((name, str(value).lower()) for name, value in PATIENT.items()), *ON_PAPER])
    command = [sys.executable, "-m", "parcours", "bill", str(path)]
    with TestClient(create_app(Settings(page_rate_limit_per_minute=0)), headers={"hx-request": "true"}) as client:
        measured = (
            ("ten mixed lines", best(lambda: settle_bill(bill), 100, time.process_time), BILL_BAR),
            ("a step of /bill", best(lambda: client.get(address).raise_for_status(), 20, time.process_time), PAGE_BAR),
            ("parcours bill FILE, cold", best(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True), 1, children), COLD_BAR),
        )  # fmt: skip
    for name, took, bar in measured:
        print(f"{name:>26}: {took * 1000:>9.2f} ms, {took / bar:.2f} of its bar ({bar * 1000:g} ms)")
    return all(took <= bar for _, took, bar in measured)


def main() -> None:
    """Print both speeds and their ratio; exit 1 under the bar."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=float, default=5e5)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    start_lean()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        met = one_bill(folder)
        if not asked.rows:
            sys.exit(not met)
        acts, bills, output = folder / "acts.parquet", folder / "bills.parquet", folder / "out.parquet"
        count = {
            "independent acts": write_sample(Sample(round(asked.rows / ACTS_A_PATIENT), 2025, seed=2), acts),
            "lines of bills": write_bills(bills, int(asked.rows)),
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in count}
        for turn in range(ROUNDS + 1):
            for name, source in zip(count, (acts, bills), strict=True):
                took = seconds(source, output, asked.workers)
                if turn:  # the first compiles
                    times[name].append(took)
    speeds = {
        name: (count[name] / min(t[0] for t in took), count[name] / min(t[1] for t in took))
        for name, took in times.items()
    }
    for name, (worked, clock) in speeds.items():
        print(f"{name:>20}: {worked:>12,.0f} rows a processor second, {clock:>12,.0f} on the clock")
    ratio = speeds["lines of bills"][0] / speeds["independent acts"][0]
    print(f"bills / independent acts: {ratio:.2f} (bar: {BAR})")
    sys.exit(ratio < BAR or not met)


if __name__ == "__main__":
    main()
