"""Bills in a file beside independent acts: rows a second of each, from Parquet to Parquet, and their ratio.

    python -m benchmarks.bills                 # half a million rows of each, under a minute

The two files are settled in turns, in processor seconds and on the clock; the best of each counts.
"""

import argparse
import random
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from parcours.engine.batch.run import CHUNK, Job, settle_path
from parcours.lab.sample import Sample, write_sample

BAR = 0.6
"""Least rows a second of bills, in parts of those of independent acts."""
ROUNDS = 3
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


def main() -> None:
    """Print both speeds and their ratio; exit 1 under the bar."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=float, default=5e5)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
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
    sys.exit(ratio < BAR)


if __name__ == "__main__":
    main()
