"""The indicators of prevention that the flat fee of a médecin traitant counts, each on programmes of this folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from parcours.law.checks import check_ids
from parcours.law.data import CONFIDENCES, read_all
from parcours.law.prevention.book import FOLDER, prevention_law, text
from parcours.text import Text

FILE = "indicators.yaml"


@dataclass(frozen=True)
class Indicator:
    """One indicator: met for a patient once any of its programmes is done."""

    id: str
    label: Text
    programmes: tuple[str, ...]
    from_age: int
    before_age: int
    risk: frozenset[int]
    """Long-term conditions that concern it at another age too."""
    risk_age: int
    """The age from which they do."""
    sources: tuple[str, ...]
    confidence: str


@dataclass(frozen=True)
class NotKnown:
    """Indicators that nothing kept here can tell."""

    id: str
    label: Text
    count: int
    reason: Text
    confidence: str


@cache
def indicators() -> Mapping[str, Indicator]:
    """Every indicator that a calendar tells, by its id. Raises `LawDataError`."""
    law, found = prevention_law(), {}
    for key, entry in entries(known=True):
        check_ids(FILE, key, tuple(entry["programmes"]), law.programmes, "programme")
        check_ids(FILE, key, tuple(entry["sources"]), law.sources, "source")
        check_ids(FILE, key, (entry["confidence"],), dict.fromkeys(CONFIDENCES), "confidence")
        found[key] = Indicator(
            key, text(FILE, key, entry["label"]), tuple(entry["programmes"]), int(entry.get("from_age", 0)),
            int(entry.get("before_age", 999)), frozenset(entry.get("risk", ())), int(entry.get("risk_age", 0)),
            tuple(entry["sources"]), entry["confidence"],
        )  # fmt: skip
    return found


def not_known() -> tuple[NotKnown, ...]:
    """Those that are not known here, and why. Raises `LawDataError`."""
    return tuple(
        NotKnown(
            key, text(FILE, key, entry["label"]), int(entry["count"]), text(FILE, key, entry["not_known"]),
            entry["confidence"],
        )
        for key, entry in entries(known=False)
    )  # fmt: skip


def entries(*, known: bool) -> list[tuple[str, Any]]:
    """The entries of the file that follow from a calendar, or the others."""
    return [one for one in read_all(FOLDER).mapping(FILE).items() if ("not_known" not in one[1]) == known]
