"""A doctor's specialty as people write it: its slug, its national code, or its name in French or English."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from parcours.engine.errors import FactError
from parcours.law.flat import FlatLaw
from parcours.text import Text
from parcours.words import fold

SHORT_NAMES = {
    **dict.fromkeys(("gp", "mg", "omnipraticien", "medecin", "médecin", "docteur", "doctor"), ("generaliste",)),
    **dict.fromkeys(("gyneco", "gynéco", "gyn", "obgyn"), ("gynecologie_medicale", "gynecologie_obstetrique")),
    "psy": ("psychiatrie",),
    "ent": ("orl",),
}
"""What people say of a specialty whose name does not look like it."""

EXAMPLES = "generaliste, dermatologie, gynecologie_medicale, ophtalmologie, pediatrie, psychiatrie"
SOME = Text(
    f"une spécialité : {EXAMPLES}… (toutes : `parcours schema`)",
    f"a specialty: {EXAMPLES}… (all: `parcours schema`)",
)


def read_specialty(name: str, value: Any, law: FlatLaw) -> int:
    """A doctor's specialty as its national code."""
    text = str(value).strip().lower()
    if text.isdecimal() and int(text) in law.specialties.values():
        return int(text)
    if text in law.specialties:
        return law.specialties[text]
    named = specialty_named(text)
    if named:
        return named
    near = SHORT_NAMES.get(text) or get_close_matches(text, law.specialties, n=3, cutoff=0.5)
    if near:
        raise FactError(name, value, Text(f"une spécialité : {', '.join(near)}", f"a specialty: {', '.join(near)}"))
    raise FactError(name, value, SOME)


def specialty_named(text: str) -> int:
    """The code of the specialty that is called so in words, in either language; 0 for none."""
    return specialties_by_name().get(fold(text), 0)


@cache
def specialties_by_name() -> Mapping[str, int]:
    """The code of each specialty by its names."""
    from parcours.law.loader import load

    known = load().specialties
    named = {fold(name): code for code, entry in known.items() for name in entry.label.values()}
    return {**named, **{fold(entry.slug): code for code, entry in known.items()}}
