"""The contracts that may be named by an id instead of being written out."""

import marshal
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from parcours.law.cache import cache_folder, read_cache, write_cache

FILE = Path(__file__).with_name("library.yaml")


@cache
def library() -> Mapping[str, Mapping[str, Any]]:
    """Contracts by id, from the cache folder when the file has not changed: a first command does not parse it."""
    text = FILE.read_bytes()
    path = cache_folder() / f"contracts-{blake2b(text, digest_size=8).hexdigest()}.marshal"
    try:
        kept: dict[str, dict[str, Any]] = marshal.loads(read_cache(path))  # noqa: S302 - our own file, checked
    except (OSError, ValueError, EOFError, TypeError):
        kept = parsed(text)
        write_cache(path, marshal.dumps(kept))
    return kept


def parsed(text: bytes) -> dict[str, dict[str, Any]]:
    """The content of the file."""
    import yaml

    content: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return content
