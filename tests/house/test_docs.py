"""Every block of the documentation that says `sh` or `python` runs as shown; the picture and settings are current.

A block without a language is only shown: it needs a server, a secret or a cluster.
"""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from parcours.edge.settings import Settings
from parcours.engine.say.receipt import read_receipt, replay
from parcours.site.settings import ServerSettings

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(sh|python|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if BLOCK.search(page.read_text("utf-8"))]
SETTINGS = (ROOT / "docs/guides/settings.md").read_text("utf-8")
FILE_NAME = re.compile(r"# ([\w.-]+)\n")
"""A block of data that begins with the name of its file is that file, for the commands after it."""
ROOM = re.compile(r'<text x="(\d+)" y="(\d+)"[^>]*>(\w+)<')
NAME = re.compile(r"PARCOURS_[A-Z0-9_]+")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARCOURS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("PARCOURS_LIBRARY_DIR")
    names: dict[str, Any] = {}
    for language, block in BLOCK.findall(page.read_text("utf-8")):
        if language == "python":
            exec(compile(block, page.name, "exec"), names)
        elif language == "sh":
            run_commands(block, tmp_path)
        elif named := FILE_NAME.match(block):
            (tmp_path / named[1]).write_text(block, "utf-8")


def run_commands(block: str, folder: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["sh", "-euc", block]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{block}\n{run.stdout}\n{run.stderr}"


def test_the_receipt_that_is_shown_still_replays() -> None:
    page = (ROOT / "docs/concepts/receipts.md").read_text("utf-8")
    shown = re.search(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert shown
    assert replay(read_receipt(shown[1]), "en").same


def test_the_picture_has_the_rooms_and_floors_of_the_import_contract() -> None:
    path = ROOT / "docs/architecture/draw.py"
    spec = importlib.util.spec_from_file_location("draw", path)
    assert spec
    assert spec.loader
    draw = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw)
    shown = ROOM.findall((path.parent / "layers.svg").read_text("utf-8"))
    assert shown, "the picture is empty"
    assert shown == ROOM.findall(draw.drawing()), "run: python docs/architecture/draw.py"


def test_every_setting_is_documented_and_no_other() -> None:
    models = {f"PARCOURS_{name.upper()}" for model in (Settings, ServerSettings) for name in model.model_fields}
    assert models | named_in_the_code() == set(NAME.findall(SETTINGS))


def named_in_the_code() -> set[str]:
    """The variables that the product names in a string of its code."""
    found: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(name for name in NAME.findall(node.value) if name != "PARCOURS_")
    return found


def test_the_site_is_built_without_a_dead_link_and_asks_nothing_of_a_third_party() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "tools.docs_site"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    pages = sorted((ROOT / "build/site").rglob("*.html"))
    assert len(pages) > len(list((ROOT / "docs").rglob("*.md")))
    for page in pages:
        html = page.read_text("utf-8")
        asked = re.findall(
            r'<(?:script|img|iframe)[^>]+src="(https?:[^"]+)|<link[^>]+stylesheet[^>]+href="(https?:[^"]+)', html
        )
        assert not asked, f"{page.name} asks {asked}"
