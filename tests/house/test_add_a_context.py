"""Adding a context touches its folder, one line of a list, one module, one migration and rows of the roles test."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guides/add-a-context.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(?:python|text) (\S+)(?: (\w+))?\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
CHECK = """
from parcours.registry.contexts import METADATA, POLICY, Scope, Tag, export_person, holdings, rotate_keys
from parcours.registry.invitations.models import Invitation
from parcours.registry.store import schema
from tests.api.fixtures import paris_today, settle_country
from tests.support.templates import opened
assert set(holdings()) == set(METADATA.tables)
assert "invitations:read" in set(Scope) and "invitations:invitation:read" in set(Tag)
assert "read_invitations" in POLICY.actions
with opened("sqlite:///registry.db") as database:
    schema.upgrade(database.engine)
    assert schema.differences(database.engine, METADATA) == []
    country = settle_country(database)
    with database.writing() as session:
        session.add(Invitation(insured_id=country.alice, what="dépistage", sent_on=paris_today()))
        session.flush()
        assert [one["what"] for one in export_person(session, country.alice)["invitations_sent"]] == ["dépistage"]
        assert export_person(session, country.zoe)["invitations_sent"] == []
    assert rotate_keys(database)["invitations_sent"] == 0
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the house with the context of the guide in it."""
    house = tmp_path_factory.mktemp("house")
    for name in ("src/parcours", "tests"):
        shutil.copytree(ROOT / name, house / name)
    shutil.copy(ROOT / "pyproject.toml", house)
    for name, tuple_name, text in BLOCKS:
        path = house / name
        if tuple_name:
            path.write_text(_with_member(path.read_text(encoding="utf-8"), tuple_name, text), encoding="utf-8")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(_on_the_newest_revision(text), encoding="utf-8")
    return house


def _with_member(source: str, name: str, member: str) -> str:
    """The source with one line more at the end of a tuple of the module."""
    (found,) = [node for node in ast.parse(source).body if _target(node) == name]
    lines = source.splitlines(keepends=True)
    lines.insert(found.end_lineno - 1, member)
    return "".join(lines)


def _target(node: ast.stmt) -> str | None:
    target = (
        node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
    )
    return getattr(target, "id", None)


def _on_the_newest_revision(text: str) -> str:
    from parcours.registry.store.schema import head_revision

    return re.sub(r'^down_revision = ".*"', f'down_revision = "{head_revision()}"', text, flags=re.MULTILINE)


def _run(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{house / 'src'}{os.pathsep}{house}"}
    run = subprocess.run(
        [sys.executable, *arguments], cwd=house, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return run


def test_the_guide_touches_these_files_and_nothing_else():
    touched = [name for name, _, _ in BLOCKS]
    inside = [name for name in touched if name.startswith("src/parcours/registry/invitations/")]
    assert [name for name in touched if name not in inside] == [
        "src/parcours/registry/contexts.py",
        "src/parcours/api/invitations.py",
        "src/parcours/registry/migrations/versions/9999_invitations.py",
        "tests/roles/test_roles.py",
    ]
    assert all(text.count("\n") == 1 for _, member, text in BLOCKS if member), "one line of a list"


def test_policy_scopes_trail_export_keys_and_tables_take_it_in(house):
    _run(house, "-c", CHECK)


def test_its_endpoint_answers_who_may_and_nobody_else(house):
    run = _run(house, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "tests/roles/test_roles.py",
               "-k", "sqlite and (invitations or every_endpoint)")  # fmt: skip
    assert re.search(r"\b[4-9] passed", run.stdout), run.stdout
