"""A command of its own process loads no package that it does not need, and asks no hook for the members of an enum; a
program that uses parcours keeps its own.
"""

import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq

COMMAND = """
import enum, sys
from parcours.cli import main
sys.argv[1:] = ["settle", "acts.parquet", "-o", "settled.parquet"]
try:
    main.main()
except SystemExit as stop:
    loaded = [name in sys.modules for name in ("numba", "pandas", "coverage")]
    print(stop.code or 0, *loaded, "__getattr__" in vars(enum.EnumType))
"""


ACT = {
    "care_date": "2026-03-10", "specialty": "generaliste", "age": 40, "fee": 3000, "convention": "secteur_1",
    "medecin_traitant": True, "role": "medecin_traitant",
}  # fmt: skip


def test_a_file_is_settled_without_pandas_and_without_numba_once_compiled(tmp_path):
    pq.write_table(pa.Table.from_pylist([ACT] * 3000), tmp_path / "acts.parquet")
    command = [sys.executable, "-c", COMMAND]
    runs = [
        subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
        for _ in ("compiles where need be", "loads")
    ]
    assert runs[-1].stdout.splitlines()[-1] == "0 False False False False", runs[-1].stderr
