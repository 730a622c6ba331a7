"""The contracts that may be named by an id instead of being written out."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("library.yaml")


@cache
def library() -> Mapping[str, Mapping[str, Any]]:
    """Contracts by id."""
    import yaml

    content: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
    return content
