"""The house itself: what its files promise."""

import ast
import importlib.util
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "src/parcours/rules").glob("*.py"))
LOCKS = sorted(ROOT.glob("requirements*.lock"))
ALLOWED = ("parcours.law", "parcours.rules")


def imported_modules(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import hides where it points"
            modules.add(node.module or "")
    return modules


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_a_rule_imports_nothing_but_python_and_the_law(path: Path) -> None:
    foreign = {
        module
        for module in imported_modules(path)
        if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith(ALLOWED)
    }
    assert not foreign


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_is_pinned_by_hash_and_no_index_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    requirements = re.findall(r"^([a-z0-9][^\n=]*)==[^\n]*\\\n    --hash=sha256:", text, flags=re.MULTILINE)
    assert len(requirements) == len(re.findall(r"^[a-z0-9]", text, flags=re.MULTILINE)) > 0


def test_the_locks_agree_on_every_version() -> None:
    everything = pinned_versions(ROOT / "requirements-dev.lock")
    for path in LOCKS:
        for name, versions in pinned_versions(path).items():
            # uv and the build backends are the build lock's alone.
            assert versions <= everything.get(name, versions), f"{path.name}: another {name} than requirements-dev"


def scripts() -> list[Path]:
    return sorted(path for folder in ("benchmarks", "docs", "tools", "tests") for path in (ROOT / folder).rglob("*.py"))


def test_what_a_script_takes_from_the_product_is_there() -> None:
    """A name that moved would stop a benchmark that no test runs."""
    for path in scripts():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "parcours":
                module = importlib.import_module(node.module or "")
                for name in (one.name for one in node.names):
                    there = hasattr(module, name) or importlib.util.find_spec(f"{node.module}.{name}")
                    assert there, f"{path.relative_to(ROOT)} takes {name} from {node.module}"


def test_what_a_script_imports_is_ours_or_in_the_locks() -> None:
    """A fresh clone runs every benchmark, tool and test."""
    ours = {"parcours", "benchmarks", "tools", "tests"}
    locked = set(pinned_versions(ROOT / "requirements-dev.lock"))
    given_by = metadata.packages_distributions()
    for path in scripts():
        for name in {module.split(".")[0] for module in imported_modules(path)} - ours - sys.stdlib_module_names:
            packages = {re.sub(r"[-_.]+", "-", one).lower() for one in given_by.get(name, ())}
            assert packages & locked, f"{path.relative_to(ROOT)} imports {name}, which no lock holds"


def pinned_versions(path: Path) -> dict[str, set[str]]:
    """Every version of every package in a lock: a universal one may hold two, for two versions of Python."""
    versions: dict[str, set[str]] = {}
    text = path.read_text(encoding="utf-8")
    for name, version in re.findall(r"^([a-z0-9._-]+)[^\n=]*==([^\s;]+)", text, re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


def test_no_file_names_a_package_index() -> None:
    # Put together here, or this file would be the one that names them.
    names = (("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"))
    hosts = [".".join(parts) for parts in names]
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, tracked.split("\0")):
        path = ROOT / name
        text = path.read_bytes().decode("utf-8", errors="ignore") if path.is_file() else ""
        assert not [host for host in hosts if host in text], name


LONGEST_MODULE = 400


def test_a_module_is_not_longer_than_a_newcomer_reads_at_once() -> None:
    """A longer one is cut along its own lines; a migration is a record, not a place to live."""
    modules = (path for path in (ROOT / "src").rglob("*.py") if path.parent.name != "versions")
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in modules}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_make_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    explained = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    assert set(phony[1].split()) - explained == {"chromium"}
