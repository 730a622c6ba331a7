"""Forms of Claims that were checked: one that differs from another in its digits alone needs no second check."""

import re
from datetime import date
from functools import cache

DIGITS = str.maketrans("123456789", "000000000")
IDS_OF_RECORDS = re.compile(r"/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ZEROS = re.compile("0+")
DAYS = re.compile(r'"(\d{4}-\d\d-\d\d)"')
UNSURE = ("0" * 10, "T00:", '"0000"', '"0000-00"', "oid")
"""What digits alone may make wrong, once all are zeros: long numbers, hours, years, months, identifiers of objects."""
NOTHING = tuple(f"{before}0{after}" for before in (" ", ":", "[", ",", "-") for after in ",]} ")
"""A number that is zero, where a positive one may be needed."""
MOST_SHAPES = 20_000


@cache
def is_day(text: str) -> bool:
    """Is it a day of the calendar?"""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


class Shapes:
    """Forms of Claims that were checked: one that differs in its digits alone is checked already."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def of(self, line: str) -> str:
        """The form of a line; nothing for one that its digits may make wrong."""
        if any(map(line.__contains__, NOTHING)) or not all(map(is_day, DAYS.findall(line))):
            return ""
        shape = IDS_OF_RECORDS.sub("/0", line).translate(DIGITS)
        return "" if any(map(shape.__contains__, UNSURE)) else ZEROS.sub("0", shape)

    def keep(self, shape: str) -> None:
        """It was checked, and is right."""
        if len(self.known) >= MOST_SHAPES:
            self.known.clear()
        if shape:
            self.known.add(shape)


SHAPES = Shapes()
