"""What the README shows works as it is shown, and its links lead somewhere."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.fr.md")
ROOT_PAGES = (*READMES, "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = [*(ROOT / name for name in ROOT_PAGES), *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str, name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", READMES)
def test_every_command_runs(name: str, tmp_path: Path) -> None:
    commands = [line for block in blocks("sh", name) for line in block.splitlines() if line.startswith("parcours ")]
    assert len(commands) >= 8
    program = Path(sys.executable).parent / "parcours"
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": cache}
    for command in commands:
        line = [str(program), *shlex.split(command)[1:]]
        run = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"
        assert run.stdout.strip() or run.stderr.strip(), f"{command} says nothing"


@pytest.mark.parametrize("name", READMES)
def test_the_python_example_is_true(name: str) -> None:
    (example,) = blocks("python", name)
    exec(compile(example, name, "exec"), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert not missing
