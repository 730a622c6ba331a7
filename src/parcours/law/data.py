"""The shapes of the law data and their checks: one class for each kind of file."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from parcours.law import problems
from parcours.law.codes import UNKNOWN
from parcours.law.days import LawDataError, number_of

UNITS = {
    "euro": 100,
    "percent": 100,
    "coefficient": 100,
    "years": 1,
    "months": 1,
    "days": 1,
    "hours": 1,
    "hour": 1,
    "count": 1,
    "boolean": 1,
    "euro_per_month": 100,
    "euro_per_year": 100,
    "text": 0,
}
"""Known units, and how many integers a rule counts in one: cents, basis points, hundredths."""
CONFIDENCES = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Files:
    """The parsed YAML files of the law, by their path under the folder."""

    content: dict[str, Any]

    def mapping(self, name: str, *, optional: bool = False) -> dict[str, Any]:
        """A file that must hold a mapping."""
        value = self.content.get(name, {} if optional else None)
        if not isinstance(value, dict):
            raise LawDataError(name, "file", problems.no_mapping)
        return value

    def under(self, folder: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(file, key, entry) of every mapping in a folder, keys unique across its files."""
        seen: dict[str, str] = {}
        for name in sorted(self.content):
            if not name.startswith(folder + "/"):
                continue
            for key, entry in self.mapping(name).items():
                if key in seen:
                    raise LawDataError(name, key, problems.given_twice.format(file=seen[key]))
                seen[key] = name
                yield name, key, entry


def read_all(folder: Path) -> Files:
    """Parse every YAML file below a folder."""
    import yaml  # a book that was kept is not parsed again

    from parcours.law.exact import ExactLoader

    content = {}
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        try:
            content[name] = yaml.load(path.read_text("utf-8"), Loader=ExactLoader)  # noqa: S506 - a safe loader
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise LawDataError(name, "file", problems.no_yaml.format(error=error)) from error
    return Files(content)


@dataclass(frozen=True)
class Value:
    """One value of a series, from its first day on."""

    first_day: date
    value: Any
    """Decimal, int, bool or text in the unit of its series; None = known to be unknown from that day."""
    sources: tuple[str, ...]
    confidence: str
    date_confidence: str
    date_precision: str
    note: Mapping[str, str]
    until: date | None


@dataclass(frozen=True)
class Series:
    """Values over time, in one unit."""

    values: tuple[Value, ...]
    unit: str

    @cached_property
    def first_days(self) -> list[int]:
        """First day of each value, as YYYYMMDD."""
        return [number_of(value.first_day) for value in self.values]

    @cached_property
    def change_days(self) -> list[int]:
        """Days on which the value changes, the day after a last day included."""
        ends = [number_of(date.fromordinal(value.until.toordinal() + 1)) for value in self.values if value.until]
        return [*self.first_days, *ends]

    @cached_property
    def integers(self) -> list[int]:
        """The values as a rule counts them: cents, basis points, hundredths, 1/0."""
        return [integer(value.value, self.unit) for value in self.values]

    def value_on(self, day: int) -> Value | None:
        """The value in force on a day (YYYYMMDD); None before the first one or after the last day of the last one."""
        index = bisect_right(self.first_days, day) - 1
        if index < 0:
            return None
        value = self.values[index]
        return None if value.until and day > number_of(value.until) else value

    def on(self, day: int) -> int:
        """The value a rule reads on a day, `UNKNOWN` where there is none."""
        value = self.value_on(day)
        return UNKNOWN if value is None else self.integers[bisect_right(self.first_days, day) - 1]

    def next_after(self, day: int) -> tuple[int, int]:
        """The next value that a rule will read after a day, and its first day; (`UNKNOWN`, 0) where none is known."""
        index = bisect_right(self.first_days, day)
        return (UNKNOWN, 0) if index == len(self.values) else (self.integers[index], self.first_days[index])


EMPTY = Series((), "euro")


def integer(value: Any, unit: str) -> int:
    """A value as a rule counts it; `UNKNOWN` for none or text."""
    if value is None or isinstance(value, str):
        return UNKNOWN
    scaled = Decimal(value) * UNITS[unit]
    if scaled != int(scaled):
        raise ValueError(f"{value} {unit} is finer than the smallest unit a rule counts")
    return int(scaled)


@dataclass(frozen=True)
class Parameter:
    """A dated number of the law."""

    id: str
    file: str
    label: Mapping[str, str]
    unit: str
    references: tuple[str, ...]
    verified_on: date
    note: Mapping[str, str]
    default: Series
    alternatives: Mapping[tuple[str, str], Series]
    """Other series under (reading, option)."""

    @property
    def values(self) -> tuple[Value, ...]:
        """The values of the default reading, oldest first."""
        return self.default.values

    def series(self, readings: Mapping[str, str]) -> Series:
        """The series under some readings."""
        for (name, option), series in self.alternatives.items():
            if readings.get(name) == option:
                return series
        return self.default


@dataclass(frozen=True)
class Specialty:
    """A specialty of the national table."""

    slug: str
    label: Mapping[str, str]
    profile: str
    generaliste: bool
    laboratory: bool
    pathology: bool


@dataclass(frozen=True)
class AccesDirect:
    """A family of specialties in specific direct access."""

    label: Mapping[str, str]
    specialties: tuple[int, ...]
    purposes: tuple[str, ...]
    decree: bool
    """Opened by D162-1-7, whatever the purpose and the age."""
    age: bool
    """Has an age range (psychiatry)."""
    references: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A disputed point, its options and the default."""

    question: Mapping[str, str]
    stage: str
    """The stage of the settlement that it decides."""
    references: tuple[str, ...]
    options: Mapping[str, Any]
    default: str
    closed: bool = False
    """Did the text settle it?  Another option only replays what some sheets print: it is no doubt."""


def parameters(files: Files) -> dict[str, Parameter]:
    """Every parameter of `parameters/`."""
    return {key: parameter(file, key, entry) for file, key, entry in files.under("parameters")}


def parameter(file: str, key: str, entry: Mapping[str, Any]) -> Parameter:
    """One parameter, checked."""
    unit = entry.get("unit", "")
    if unit not in UNITS:
        raise LawDataError(file, key, problems.not_one_of.format(field="unit", given=repr(unit), choices=UNITS))
    alternatives = {
        (name, str(option)): series_of(file, key, values, unit)
        for name, options in entry.get("alternatives", {}).items()
        for option, values in options.items()
    }
    return Parameter(
        id=key,
        file=file,
        label=both_languages(file, key, entry.get("label")),
        unit=unit,
        **grounds(file, key, entry),
        note=entry.get("note", {}),
        default=series_of(file, key, entry.get("values"), unit),
        alternatives=alternatives,
    )


def grounds(file: str, key: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The texts an entry rests on, and the day it was last checked against them."""
    if not isinstance(entry.get("verified_on"), date):
        raise LawDataError(
            file, key, problems.no_date.format(field="verified_on", given=repr(entry.get("verified_on")))
        )
    if not entry.get("references"):
        raise LawDataError(file, key, problems.no_reference)
    return {"references": tuple(entry["references"]), "verified_on": entry["verified_on"]}


def series_of(file: str, key: str, values: Any, unit: str) -> Series:
    """A series, its dates in order and each value with a source."""
    if not isinstance(values, list) or not values:
        raise LawDataError(file, key, problems.no_values)
    parsed = tuple(value_of(file, key, value) for value in values)
    for before, after in pairwise(parsed):
        if after.first_day <= before.first_day:
            raise LawDataError(file, key, problems.out_of_order.format(day=after.first_day, before=before.first_day))
    series = Series(parsed, unit)
    try:
        negative = any(number < UNKNOWN for number in series.integers)
    except (ValueError, ArithmeticError) as error:
        raise LawDataError(file, key, problems.not_counted.format(error=error)) from error
    if negative:
        raise LawDataError(file, key, problems.negative)
    return series


def value_of(file: str, key: str, entry: Mapping[str, Any]) -> Value:
    """One dated value."""
    first_day = entry.get("from")
    if not isinstance(first_day, date):
        raise LawDataError(file, key, problems.no_date.format(field="from", given=repr(first_day)))
    if not entry.get("sources"):
        raise LawDataError(file, key, problems.no_source.format(day=first_day))
    confidence = entry.get("confidence")
    if confidence not in CONFIDENCES:
        raise LawDataError(
            file,
            key,
            problems.not_one_of.format(field=f"{first_day}: confidence", given=repr(confidence), choices=CONFIDENCES),
        )
    if "value" not in entry:
        raise LawDataError(file, key, problems.no_value.format(day=first_day))
    return Value(
        first_day=first_day,
        value=entry["value"],
        sources=tuple(entry["sources"]),
        confidence=confidence,
        date_confidence=entry.get("date_confidence", confidence),
        date_precision=entry.get("date_precision", "day"),
        note=entry.get("note", {}),
        until=entry.get("until"),
    )


def both_languages(file: str, key: str, label: Any) -> Mapping[str, str]:
    """A label in French and in English."""
    if not isinstance(label, dict) or not label.get("fr") or not label.get("en"):
        raise LawDataError(file, key, problems.one_language.format(given=repr(label)))
    return label


def specialties(files: Files) -> dict[int, Specialty]:
    """`specialties.yaml`, by national code."""
    file = "specialties.yaml"
    return {
        int(code): Specialty(
            slug=entry["slug"],
            label=both_languages(file, str(code), entry.get("label")),
            profile=entry["profile"],
            generaliste=bool(entry.get("generaliste", False)),
            laboratory=bool(entry.get("laboratory", False)),
            pathology=bool(entry.get("pathology", False)),
        )
        for code, entry in files.mapping(file).items()
    }


def acces_direct(files: Files) -> dict[str, AccesDirect]:
    """`acces_direct.yaml`."""
    file = "acces_direct.yaml"
    return {
        key: AccesDirect(
            label=both_languages(file, key, entry.get("label")),
            specialties=tuple(entry["specialties"]),
            purposes=tuple(entry["purposes"]),
            decree=bool(entry.get("decree")),
            age=bool(entry.get("age_min")),
            references=tuple(entry.get("references", ())),
        )
        for key, entry in files.mapping(file).items()
    }


def readings(files: Files) -> dict[str, Reading]:
    """`readings.yaml`."""
    return {
        key: Reading(
            question=both_languages("readings.yaml", key, entry.get("question")),
            stage=str(entry["stage"]),
            closed=bool(entry.get("closed")),
            references=tuple(entry.get("references", ())),
            options={str(option): content for option, content in entry["options"].items()},
            default=str(entry["default"]),
        )
        for key, entry in files.mapping("readings.yaml").items()
    }
