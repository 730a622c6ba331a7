"""Words as a person looks for them: without accents, case nor signs; the same for what is written and what is asked."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

WHOLE = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "Œ": "OE", "Æ": "AE", "Ø": "O", "Đ": "D"}
)
"""Letters that Unicode does not take apart."""


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower-case letters and digits, one space between words.

    Accents go, ligatures are written out, apostrophes and hyphens part words: "L'Haÿ-les-Roses" is "l hay les roses".
    """
    bare = unicodedata.normalize("NFKD", text.translate(WHOLE).casefold().translate(WHOLE))
    kept = "".join(one if one.isalnum() else "" if unicodedata.combining(one) else " " for one in bare)
    return " ".join(kept.split())


def spaced(words: Iterable[str]) -> str:
    """Words between spaces, so that one can be found whole, or by its beginning; nothing for none."""
    joined = " ".join(words)
    return f" {joined} " if joined else ""
