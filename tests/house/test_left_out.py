"""A test whose need is missing is left out on a laptop, in one line that says how to get it, and fails in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUITE = """
import pytest

@pytest.mark.browser
def test_in_a_browser():
    pass

def test_without_need():
    pass
"""


def run_without_chromium(folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_suite.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-p", "tests.conftest"]
    environment = {**os.environ, "PATH": str(folder), "CI": ci, "CHROMIUM": "", "PYTHONPATH": str(ROOT)}
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), str(folder / "test_suite.py")]
    return subprocess.run([*command, *options], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_on_a_laptop_it_is_left_out_in_one_line(tmp_path: Path) -> None:
    run = run_without_chromium(tmp_path, ci="")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed, 1 skipped" in run.stdout
    line = next(line for line in run.stdout.splitlines() if line.startswith("Left out: "))
    assert "1 browser tests (install Chromium" in line


@pytest.mark.parametrize("ci", ["true", "1"])
def test_in_ci_it_fails(tmp_path: Path, ci: str) -> None:
    run = run_without_chromium(tmp_path, ci)
    assert run.returncode == 1
    assert "1 passed, 1 error" in run.stdout
    assert "In CI nothing may be left out" in run.stdout
