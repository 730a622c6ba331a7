from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parcours.law.library.importing import Imported, import_library


@pytest.fixture
def library_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "library"
    monkeypatch.setenv("PARCOURS_LIBRARY_DIR", str(folder))
    return folder


@pytest.fixture
def importing(library_folder: Path) -> Callable[..., Imported]:
    """Imports in a folder of the test."""

    def run(name: str, *paths: Path, day: int = 20261120, grids: Any = None) -> Imported:
        return import_library(name, paths, day if name == "bdpm" else 0, grids)

    return run
