"""Names as what a search compares: letters, without accent or case."""

import unicodedata

from parcours import words


def fold(text: str) -> str:
    """A name as the registry writes it to be searched: the words of `words.fold` in capitals."""
    return words.fold(text).upper()


def letters(name: str) -> str:
    """A name as upper-case letters without accent; anything else is dropped."""
    bare = unicodedata.normalize("NFKD", name).upper()
    return "".join(letter for letter in bare if letter.isalpha())


def next_prefix(prefix: str) -> str | None:
    """The first text after every text that starts with `prefix`, in any collation of the letters A to Z."""
    stem = prefix.rstrip("Z")
    return stem[:-1] + chr(ord(stem[-1]) + 1) if stem else None
