"""Names as what a search compares: letters, without accent or case."""

import unicodedata

LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O"})
"""Letters that Unicode does not take apart."""


def fold(text: str) -> str:
    """A text as a search compares it: words of upper-case letters and digits, one space between them.

    Accents go, ligatures are written out, apostrophes and hyphens part words: "L'Haÿ-les-Roses" is "L HAY LES ROSES".
    The same function serves what is written and what is asked.
    """
    bare = unicodedata.normalize("NFKD", text.translate(LIGATURES)).upper()
    kept = "".join(one if one.isalnum() else "" if unicodedata.combining(one) else " " for one in bare)
    return " ".join(kept.split())


def letters(name: str) -> str:
    """A name as upper-case letters without accent; anything else is dropped."""
    bare = unicodedata.normalize("NFKD", name).upper()
    return "".join(letter for letter in bare if letter.isalpha())


def next_prefix(prefix: str) -> str | None:
    """The first text after every text that starts with `prefix`, in any collation of the letters A to Z."""
    stem = prefix.rstrip("Z")
    return stem[:-1] + chr(ord(stem[-1]) + 1) if stem else None
