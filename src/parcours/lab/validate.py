"""A synthetic France beside the public figures: what each target is, what ours is, how far, whether that passes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from parcours.lab.measure import LOTS, Year, simulated
from parcours.lab.measures import MEASURES, flat_amounts_rise
from parcours.lab.values import values_in

COMPARED = "flat_amounts_rise"
"""The one figure that takes two years: the year named, less `BEFORE`."""
BEFORE = 2022
Z = 1.96
Progress = Callable[[int, int, int], None]


class Target(NamedTuple):
    """A figure to meet."""

    id: str
    part: str
    use: str
    value: float
    tolerance: float
    year: int
    measure: str | None
    arguments: tuple[Any, ...]
    source: str
    note: str

    @property
    def name(self) -> str:
        """How it is called."""
        return self.id if self.part == "all" else f"{self.id}.{self.part}"


class Outcome(NamedTuple):
    """A target met or not: ours with its interval; None where it is not simulated."""

    target: Target
    ours: float | None
    half_width: float | None

    @property
    def distance(self) -> float | None:
        """Relative, signed."""
        return None if self.ours is None else self.ours / self.target.value - 1

    @property
    def passed(self) -> bool:
        """Is it inside its tolerance? What is not simulated is not."""
        return self.distance is not None and abs(self.distance) <= self.target.tolerance


class Report(NamedTuple):
    """All outcomes: failures first, those that are fitted before those that are not."""

    people: int
    seed: int
    outcomes: list[Outcome]

    def passing(self, use: str) -> tuple[int, int]:
        """How many figures of a use pass, of how many."""
        of = [outcome.passed for outcome in self.outcomes if outcome.target.use == use]
        return sum(of), len(of)

    @property
    def fitted(self) -> bool:
        """Does every figure that the generator is tuned to pass?"""
        met, of = self.passing("fit")
        return met == of


def targets() -> Iterator[Target]:
    """Every figure of the file."""
    content = values_in("targets")
    for item in content["targets"]:
        for part, (value, tolerance, year, name, *arguments) in item["of"].items():
            source = content["sources"][item["source"]]
            yield Target(
                item["id"],
                str(part),
                item["use"],
                float(value),
                tolerance,
                year,
                name,
                tuple(arguments),
                source,
                item.get("note", ""),
            )


def years_of(wanted: Iterable[Target]) -> list[int]:
    """The years to simulate."""
    years = {target.year for target in wanted if target.measure}
    years |= {BEFORE for target in wanted if target.measure == COMPARED}
    return sorted(years)


def validate(
    people: int, seed: int, wanted: Iterable[Target] | None = None, progress: Progress = lambda year, done, of: None
) -> Report:
    """Simulate each year, in the law of that year, and compare."""
    chosen = list(targets() if wanted is None else wanted)
    years = {
        year: simulated(people, year, seed, lambda done, of, year=year: progress(year, done, of))  # type: ignore[misc]
        for year in years_of(chosen)
    }
    lots = [{year: whole.lot(number) for year, whole in years.items()} for number in range(LOTS)]
    outcomes = [outcome(target, years, lots) for target in chosen]
    outcomes.sort(key=lambda item: (item.passed, item.target.use != "fit"))
    return Report(people, seed, outcomes)


def outcome(target: Target, years: Mapping[int, Year], lots: list[dict[int, Year]]) -> Outcome:
    """One target; its interval is that of the means of the parts of the people."""
    if target.measure is None:
        return Outcome(target, None, None)
    ours = measured(target, years)
    parts = np.array([measured(target, lot) for lot in lots])
    return Outcome(target, ours, float(Z * np.nanstd(parts, ddof=1) / LOTS**0.5))


def measured(target: Target, years: Mapping[int, Year]) -> float:
    """Our figure."""
    if target.measure == COMPARED:
        return flat_amounts_rise(years[target.year], years[BEFORE])
    return MEASURES[str(target.measure)](years[target.year], *target.arguments)
