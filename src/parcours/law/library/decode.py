"""Which encoding a file is in: UTF-8 when it is; else cp850 or cp1252, whichever makes French of its letters.

The code page that a DBF header names is often wrong, and the same publisher writes one file in each: the text decides.
"""

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator

from parcours.law.library import problems

FRENCH = frozenset("éèêëàâäçùûüôöîïœæÿÉÈÊËÀÂÄÇÙÛÜÔÖÎÏŒÆ°’‘“”–—…«»µ²³®©±½¼¾·§€\N{NO-BREAK SPACE}")
"""What the official files write beside ASCII."""
TABLES = ("cp850", "cp1252")
FOREIGN = 50
"""One letter in so many may be of another language: the name of a foreign laboratory."""
ASCII = bytes(range(128))
LAYOUT = b"\t\n\r\x0c\x1a"
NO_CONTROL = bytes(set(range(256)) - set(range(32)) | set(LAYOUT))


def encoding_of(name: str, blocks: Iterable[bytes]) -> str:
    """The encoding of a file, read by blocks. Raises `LibraryError` when none reads as French."""
    decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, found = True, Counter[int]()
    for block in blocks:
        if controls := block.translate(None, NO_CONTROL):
            raise problems.wrong_encoding(rf"\x{controls[0]:02x}", field=name)
        found.update(block.translate(None, ASCII))
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            is_utf8, decoder = False, codecs.getincrementaldecoder("latin-1")()
    if not found:
        return "ascii"
    if is_utf8:
        return "utf-8"
    return table_of(name, found)


def table_of(name: str, found: Counter[int]) -> str:
    """cp850 or cp1252: the one in which nearly every letter is French, and more than in the other."""
    total = found.total()
    strange = {table: sum(count for byte, count in found.items() if not is_french(byte, table)) for table in TABLES}
    best = min(TABLES, key=strange.__getitem__)
    if strange[best] * FOREIGN > total or len(set(strange.values())) == 1:
        worst = next((byte for byte, _ in found.most_common() if not is_french(byte, best)), found.most_common(1)[0][0])
        raise problems.wrong_encoding(rf"\x{worst:02x}", field=name)
    return best


def is_french(byte: int, table: str) -> bool:
    """Does a byte stand for a letter of French in a table?"""
    return bytes([byte]).decode(table, errors="replace") in FRENCH


def blocks_of(file: object, size: int = 1 << 20) -> Iterator[bytes]:
    """A file by blocks."""
    while block := file.read(size):  # type: ignore[attr-defined]
        yield block


def decoded(raw: bytes, encoding: str, at: str) -> str:
    """A text. Raises `LibraryError` for a byte that stands for nothing, with its place."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise problems.wrong_encoding(rf"\x{raw[error.start]:02x}", field=at) from error


def one_line(text: str) -> str:
    """A label as it is shown: on one line, without what a terminal would obey."""
    if text.isprintable():
        return text.strip() if "  " not in text else " ".join(text.split())
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
