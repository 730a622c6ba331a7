"""The values the lab is made of: files beside the code, read once. None of them is a value of the law."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from parcours.lab.draw import Numbers

FOLDER = Path(__file__).with_name("data")


@cache
def values_in(name: str) -> Any:
    """A file of values."""
    import yaml

    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))


def people_values() -> dict[str, Any]:
    """What the people are made of."""
    content: dict[str, Any] = values_in("people")
    return content


def care_values() -> dict[str, Any]:
    """What their care is made of, as calibrated."""
    content: dict[str, Any] = values_in("calibrated-2022")
    return content


def of_year(values: Mapping[int, float], year: int) -> float:
    """The value of a year: between two known years on a line, outside them the nearest."""
    return float(np.interp(year, list(values), list(values.values())))


def grown(values: Mapping[int, float], year: int) -> float:
    """The same, but a year after the last known one grows as the last known one did, every year."""
    *_, before, last = values
    if year <= last:
        return of_year(values, year)
    return float(values[last] * (values[last] / values[before]) ** ((year - last) / (last - before)))


def knots(values: Mapping[int, float], at: Numbers) -> Numbers:
    """A broken line through the given points."""
    return np.interp(at, list(values), list(values.values()))


def steps(values: Mapping[int, float], at: Numbers) -> Numbers:
    """The value of the last given point that is not after; 0 before the first."""
    places = np.searchsorted(list(values), at, side="right")
    return np.array([0.0, *values.values()])[places]
