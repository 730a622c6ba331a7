"""What the data of bills name must exist: codes, acts, specialties. An error names the file, the key, what is wrong."""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from parcours.law import problems
from parcours.law.days import LawDataError

BESIDE = ("full_with", "half_with", "ranked_with")
"""What names codes of the same session in an entry."""
NAMED = ("codes", "first", "second", "beside", "besides")
"""What names codes in a note."""
REFUSING = ("ages", "pairs", "most")
"""Kinds of notes that may be `impossible`."""


def check_names(
    entries: Iterable[tuple[str, str, Mapping[str, Any]]], codes: Container[str], specialties: Container[str]
) -> None:
    """Raise `LawDataError` for a code or a specialty that an entry names and nobody knows."""
    for file, key, entry in entries:
        named = [(one, codes) for part in BESIDE for one in entry.get(part, ())]
        named += [(one, specialties) for one in entry.get("with_consultation_by", ())]
        unknown = [one for one, known in named if one not in known]
        if unknown:
            raise LawDataError(file, key, problems.unknown_names.format(names=", ".join(unknown)))


def check_notes(notes: Mapping[str, Mapping[str, Any]], known: Container[str]) -> None:
    """Raise `LawDataError` for a note without sentence or article, of unknown codes, or that can refuse nothing."""
    for kind, items in notes.items():
        for name, entry in items.items():
            if entry.get("impossible") and kind not in REFUSING:
                kinds = ", ".join(REFUSING)
                raise LawDataError("notes.yaml", f"{kind}.{name}", problems.never_refuses.format(kinds=kinds))
            named = {code for part in NAMED for code in entry.get(part, [])}
            unknown = ", ".join(sorted(one for one in named if one not in known))
            if unknown or not (entry.get("fr") and entry.get("en") and entry.get("references")):
                raise LawDataError("notes.yaml", f"{kind}.{name}", problems.no_sentence.format(codes=unknown))
