"""The book of the law kept in the user's cache folder, so that what shows a text of the law does not parse YAML.

As for the flat law: a kept book bears the hash of the data and of the code that shapes it, ends with the digest of its
own content, and only the user's own files are believed. It is made of the classes below and of plain values: a file
that names anything else is not read.
"""

import io
import pickle
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from parcours.law import data, tariffs, texts
from parcours.law.book import LawBook
from parcours.law.cache import SHAPING, cache_folder, digest_of_code, read_cache, write_cache
from parcours.text import Text

MADE_OF = {
    f"{one.__module__}.{one.__qualname__}": one
    for one in (
        LawBook, data.Parameter, data.Series, data.Value, data.Specialty, data.AccesDirect, data.Reading,
        tariffs.Consultation, tariffs.ActEntry, texts.Article, texts.LegalCode, texts.Paragraph, Text, date, Decimal,
    )
}  # fmt: skip
SHAPING_BOOK = (*SHAPING, "texts.py", "checks.py", "shelf.py", "../text.py")
"""The code that shapes a book."""
REFUSED = (OSError, ValueError, EOFError, TypeError, KeyError, AttributeError, IndexError, pickle.UnpicklingError)
"""What a file that is not a kept book raises."""


class BookReader(pickle.Unpickler):
    """Reads a kept book, and nothing that is not made of its classes."""

    def find_class(self, module: str, name: str) -> Any:
        """One of the classes of a book."""
        return MADE_OF[f"{module}.{name}"]


def kept_book(digest: str, build: Callable[[], LawBook]) -> LawBook:
    """The book from the cache folder, or built and kept. Raises `LawDataError` for data that is wrong."""
    path = cache_folder() / f"book-{digest}-{digest_of_code(SHAPING_BOOK)}.kept"
    try:
        book = BookReader(io.BytesIO(read_cache(path))).load()
        if isinstance(book, LawBook):
            return book
    except REFUSED:
        pass
    book = build()
    write_cache(path, pickle.dumps(book, protocol=pickle.HIGHEST_PROTOCOL))
    return book
