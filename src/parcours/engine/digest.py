"""One digest of the rules, for receipts and for batches: the same rules bear the same name everywhere."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

import parcours.rules
from parcours.law.days import FOLDER

TYPES_OF_THE_LAW = ("codes.py", "cases.py", "record.py", "bill/codes.py", "bill/record.py", "prevention/codes.py")
"""The files of `law/` that the rules read: closed lists and the law on one day."""


@cache
def rules_digest() -> str:
    """BLAKE2 of the source of every rule and of the types of the law they read: what answers depend on."""
    found = blake2b(digest_size=16)
    home = Path(parcours.rules.__path__[0])
    named = {f"rules/{path.relative_to(home).as_posix()}": path for path in sorted(home.rglob("*.py"))}
    for name, path in (named | {f"law/{name}": FOLDER / name for name in TYPES_OF_THE_LAW}).items():
        found.update(name.encode())
        found.update(path.read_bytes())
    return found.hexdigest()
