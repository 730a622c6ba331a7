"""Days as numbers, the folder of the law data and its hash, and how it says that it is wrong."""

from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path

from parcours.errors import ParcoursError
from parcours.text import Text

FOLDER = Path(__file__).parent


class LawDataError(ParcoursError, ValueError):
    """The law data is wrong, or has nothing for the question: file, key and what is wrong."""

    def __init__(self, file: str, key: str, problem: Text) -> None:
        super().__init__("law_data", problem, field=f"{file}: {key}")
        self.file, self.key = file, key


def number_of(day: date) -> int:
    """A date as the number YYYYMMDD."""
    return day.year * 10_000 + day.month * 100 + day.day


def iso(number: int) -> str:
    """The number YYYYMMDD as an ISO date."""
    return f"{number // 10_000:04d}-{number // 100 % 100:02d}-{number % 100:02d}"


@cache
def digest_of(folder: Path) -> str:
    """Hash of every data file of a folder of the law, names included; what is read from it is kept as long."""
    digest = blake2b(digest_size=16)
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
