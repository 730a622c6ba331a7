"""A guarantee as a contract's table prints it, read: "Consultations spécialistes OPTAM 150 % BR, hors OPTAM 130 %"."""

import json
import re
from collections.abc import Mapping
from typing import Any

PERCENT = re.compile(r"(\d{2,3})(?:[.,]0+)?\s*%?")
WITHOUT = re.compile(r"(hors|non|sans|without|outside|no)[\s-]*(optam|dptm)", re.IGNORECASE)
WITH = re.compile(r"(optam|dptm)", re.IGNORECASE)
LEAST, MOST = 30, 999


def read_guarantee(text: str) -> tuple[int, int] | None:
    """(percent with OPTAM, percent without) of a pasted line; None where it holds no percentage.

    Each percentage belongs to the last word about OPTAM before it; a line that
    does not tell them apart gives one for both.
    """
    found = [(match.start(), int(match[1])) for match in PERCENT.finditer(text) if LEAST <= int(match[1]) <= MOST]
    if not found:
        return None
    without = [match.start() for match in WITHOUT.finditer(text)]
    outside = [percent for place, percent in found if any(mark < place for mark in without) and apart(text, place)]
    inside = [percent for place, percent in found if not (any(mark < place for mark in without) and apart(text, place))]
    first = (inside or outside)[0]
    return first, (outside or inside[1:2] or [first])[0]


def apart(text: str, place: int) -> bool:
    """Is the last word about OPTAM before a place one that says "without"?"""
    before = text[:place]
    marks = [(match.end(), True) for match in WITHOUT.finditer(before)]
    ends = {end for end, _ in marks}
    marks += [(match.end(), False) for match in WITH.finditer(before) if match.end() not in ends]
    return max(marks, default=(0, False))[1]


def contract_of(optam: int, other: int, *, responsable: bool = True) -> Mapping[str, Any]:
    """A contract with these percentages for consultations and technical acts."""
    return {
        "responsable": responsable,
        "consultation_pct_br_optam": optam,
        "consultation_pct_br_non_optam": other,
        "acte_technique_pct_br_optam": optam,
        "acte_technique_pct_br_non_optam": other,
    }


def as_text(optam: int, other: int) -> str:
    """The same contract as JSON text, as an address or a cell of a table holds it."""
    return json.dumps(contract_of(optam, other), separators=(",", ":"))
