"""ADR 0005: a new fact is a row of the vocabulary and a field of the act; every edge knows it at once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import parcours

ROW = '    Fact("porte_lunettes", "boolean", False, "Does the patient wear glasses?"),\n'
FIELD = "    porte_lunettes: int\n"
EDGES = """
from typer.testing import CliRunner
from parcours.cli.main import app
from parcours.engine.batch.kernel import PATTERN_FACTS
from parcours.engine.batch.patterns import CODED
from parcours.engine.case import settle
from parcours.engine.facts.schema import facts_schema

visit = {"care_date": "2025-06-02", "age": 40, "specialty": "generaliste", "convention": "secteur_1", "fee": 30,
         "medecin_traitant": True, "role": "autre", "referral": "none"}
assert settle({**visit, "porte_lunettes": "oui"}).act.porte_lunettes == 1
assert settle(visit).act.porte_lunettes == 0 and settle(visit).defaults["porte_lunettes"] is False
assert settle({**visit, "porte_lunettes": True}).facts["porte_lunettes"] is True
assert facts_schema()["properties"]["porte_lunettes"]["description"] == "Does the patient wear glasses?"
assert "porte_lunettes" in CODED and "porte_lunettes" in PATTERN_FACTS
assert "--porte-lunettes" in CliRunner().invoke(app, ["settle", "--help"], env={"COLUMNS": "200"}).output
"""


def test_a_new_fact_is_a_row_of_the_vocabulary_and_a_field_of_the_act(tmp_path: Path) -> None:
    home = tmp_path / "parcours"
    shutil.copytree(Path(parcours.__file__).parent, home, ignore=shutil.ignore_patterns("__pycache__"))
    insert(home / "engine/facts/vocabulary.py", ROW, '    Fact("ips", ')
    insert(home / "rules/types.py", FIELD, "    ips: int\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-c", EDGES]
    run = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def insert(path: Path, line: str, before: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(before) >= 1, f"{path.name}: {before!r}"
    path.write_text(text.replace(before, line + before, 1), "utf-8")
