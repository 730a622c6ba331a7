"""What others install: the wheel, alone in an empty environment and with each extra."""

import ast
import hashlib
import importlib.metadata
import importlib.util
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

import parcours
from parcours.cli.extras import MODULES, extra_of

ROOT = Path(__file__).parents[2]
UV = ROOT / "tools/uv.sh"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = [name for name in PROJECT["optional-dependencies"] if name != "dev"]
CORE = {"click", "rich", "typer", "yaml"}
PEERS = {"duckdb", "openfisca_core", "pandas"}
"""A reader of tables of others: used where they are already there."""
OWN_DOCTOR = (
    "--care-date", "2026-06-01", "--age", "40", "--specialty", "generaliste", "--convention", "secteur_1",
    "--fee", "30", "--medecin-traitant", "--role", "medecin_traitant", "--referral", "none",
    "--contract", "responsable_100",
)  # fmt: skip
TABLE = """
import datetime
import polars, parcours
facts = {"care_date": datetime.date(2026, 6, 1), "age": 40, "specialty": "generaliste", "convention": "secteur_1",
         "fee": 30.0, "medecin_traitant": True, "role": "medecin_traitant", "referral": "none",
         "contract": "responsable_100"}
(row,) = parcours.settle(polars.DataFrame([facts])).to_dicts()
assert row["error"] is None, row
print(row["amo"])
"""
PROOFS = {
    "batch": ("python", "-c", TABLE),
    "service": ("parcours", "registry", "init"),
    "plots": ("python", "-c", "import altair, polars, vl_convert; import parcours.cli.summary"),
    "spark": ("python", "-c", "import pyspark, numba, pyarrow; from parcours.engine.batch import jvm; jvm.java_home()"),
    "postgresql": ("python", "-c", "import psycopg; assert psycopg.pq.version() >= 150000"),
    "agents": ("python", "-c", "import mcp.server"),
    "telemetry": (
        "python", "-c", "import opentelemetry.sdk.trace, opentelemetry.exporter.otlp.proto.http.trace_exporter",
    ),
}  # fmt: skip
"""Extra -> what must work with it and nothing else."""


def uv(*words: object) -> None:
    run = subprocess.run([UV, *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def build(source: Path, folder: Path) -> Path:
    uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", folder, source)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


def already_built_pyspark(there: Path, folder: Path) -> Path:
    """PySpark comes as 400 MB of source: the one of these tests is lent, what it brings is installed."""
    (spec,) = importlib.util.find_spec("pyspark").submodule_search_locations
    lent = folder / "lent"
    lent.mkdir()
    (lent / "pyspark").symlink_to(spec)
    (site,) = there.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(str(lent))
    override = folder / "override.txt"
    override.write_text("pyspark; python_version < '3'\n")
    return override


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Callable[[str], Path]:
    """The commands of an empty environment with the wheel and an extra, in the versions of the lock."""

    def install(extra: str) -> Path:
        there = tmp_path / "venv"
        uv("venv", "-q", "--python", sys.executable, there)
        python = there / "bin/python"
        lock = ["-c", ROOT / "requirements-dev.lock"]
        if extra == "spark":
            lock += ["--override", already_built_pyspark(there, tmp_path), "py4j"]
        uv("pip", "install", "-q", "--python", python, *lock, f"{wheel}[{extra}]" if extra else wheel)
        return there / "bin"

    return install


def run(commands: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PARCOURS_", "PYTHON"))}
    environment = {**own, "PARCOURS_DATA_DIR": str(folder / "data"), "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    command = [str(commands / Path(words[0]).name), *words[1:]]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_same_sources_give_the_same_wheel_to_the_byte(wheel: Path, tmp_path: Path) -> None:
    """Elsewhere, by somebody whose files are younger and closed to others."""
    copy = tmp_path / "copy"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(ROOT / "src", copy / "src", ignore=ignored, copy_function=shutil.copyfile)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, copy / name)
    for path in copy.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    again = build(copy, tmp_path / "again")
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(wheel.read_bytes()).digest()


def test_it_holds_every_file_of_the_product_and_nothing_else(wheel: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "-z", "src"], cwd=ROOT, check=True, capture_output=True, text=True)
    ours = {name.removeprefix("src/") for name in tracked.stdout.split("\0") if name and (ROOT / name).exists()}
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert "parcours/py.typed" in held
    assert ours - held == set()
    assert {name for name in held - ours if not name.endswith((".mo", ".py"))} == set()


def test_alone_it_settles_explains_and_says_what_the_rest_needs(
    installed: Callable[[str], Path], tmp_path: Path
) -> None:
    bare = installed("")
    settled = run(bare, tmp_path, "parcours", "settle", *OWN_DOCTOR, "--json")
    assert settled.returncode == 0, settled.stderr
    assert json.loads(settled.stdout)["amo"] == 19.0
    for command in ("explain", "advise"):
        assert run(bare, tmp_path, "parcours", command, *OWN_DOCTOR).returncode == 0
    (tmp_path / "acts.csv").write_text("care_date\n2026-06-01\n")
    needing = {
        "batch": ("settle acts.csv -o out.parquet", "summary acts.csv", "space check"),
        "service": ("serve", "demo --no-serve", "registry init", "facts"),
    }
    for extra, commands in needing.items():
        for command in commands:
            refused = run(bare, tmp_path, "parcours", *command.split())
            assert refused.returncode == 2, command
            assert refused.stderr.strip().endswith(f"pip install 'parcours[{extra}]'"), command
    table = run(bare, tmp_path, "python", "-c", "import parcours; parcours.settle([])")
    assert table.stderr.strip().endswith("pip install 'parcours[batch]'")


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_brings_what_it_promises(installed: Callable[[str], Path], tmp_path: Path, extra: str) -> None:
    proof = run(installed(extra), tmp_path, *PROOFS[extra])
    assert proof.returncode == 0, proof.stdout + proof.stderr


def test_every_module_from_elsewhere_is_of_the_core_or_of_an_extra() -> None:
    """So that who lacks one is told what to install."""
    imported = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - {"parcours"} - CORE - PEERS
    assert {name for name in foreign if extra_of(name) is None} == set()
    given_by = importlib.metadata.packages_distributions()
    for extra, modules in MODULES.items():
        asked = {re.split(r"[^\w-]", one)[0].lower() for one in PROJECT["optional-dependencies"][extra]}
        for module in set(modules) - {"markupsafe", "mcp_types", "opentelemetry", "starlette"}:
            brought = {re.sub(r"[-_.]+", "-", name).lower() for name in given_by[module]}
            assert brought & asked, f"{extra} does not bring {module}"


def test_the_public_face_is_the_one_that_was_promised() -> None:
    """A change here is a change for everybody: it is made on purpose, with a line in the changelog."""
    promised = (Path(__file__).parent / "public_face.txt").read_text("utf-8")
    assert face() == promised


def face() -> str:
    """Every public name with its signature; what its answers hold."""
    lines = [f"parcours.{name}{inspect.signature(getattr(parcours, name))}" for name in sorted(parcours.__all__)]
    answer = parcours.settle(
        {
            "care_date": "2026-06-01", "age": 40, "specialty": "generaliste", "convention": "secteur_1", "fee": 30,
            "medecin_traitant": True, "role": "autre", "referral": "none", "contract": "responsable_100",
        }
    )  # fmt: skip
    held = {
        "Answer": answer,
        "Explanation": parcours.explain(answer, "en"),
        "Advice": parcours.advise(answer, "en"),
        "Interview": parcours.ask({"care_date": "2026-06-01"}, "en"),
    }
    for name, one in held.items():
        lines += [f"{name}.{attribute}" for attribute in sorted(dir(one)) if not attribute.startswith("_")]
    return "\n".join(lines) + "\n"


def test_every_public_name_is_explained() -> None:
    assert {"FactError", "settle"} < set(parcours.__all__)
    for name in parcours.__all__:
        assert inspect.getdoc(getattr(parcours, name)), name
        assert f"`{name}`" in (ROOT / "docs/guides/library.md").read_text("utf-8"), name
