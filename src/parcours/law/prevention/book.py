"""Reads the programmes of this folder and checks all of them: an error names the file, the key and what is wrong.

An age is written `9y`, `16m`, `42d`, `8w`, or several with a plus (`18m+1d`); or the id of a parameter of the law, in
its years. A version holds from its first day, until its last one where it has one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from parcours.law import problems
from parcours.law.book import LawBook
from parcours.law.checks import check_ids
from parcours.law.data import CONFIDENCES, Reading, both_languages, grounds, read_all
from parcours.law.days import LawDataError, number_of
from parcours.law.loader import load
from parcours.law.prevention.codes import DueKind, DueState, Need, ScreeningTest
from parcours.text import Text

FOLDER = Path(__file__).parent
PROGRAMME_FILES = ("examens", "bilans", "depistages", "vaccins", "grossesse")
AGE = re.compile(r"(?:\d+[ymwd])(?:\+\d+[ymwd])*")
PART = re.compile(r"(\d+)([ymwd])")
IN_MONTHS = {"y": 12, "m": 1}
IN_DAYS = {"w": 7, "d": 1}
NO_AGE = (-1, 0)
ANCHORS = ("birth", "pregnancy", "birth_given")
FACTS_OF_VARIANTS = ("immunosuppressed", "heart_or_lung_disease", "pregnant")
EXCLUSIONS = ("personal_history", "high_risk", "organ_absent", "contraindication", "recent_exam")
"""Why somebody leaves a programme; of a doctor or of the person."""

Slots = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Version:
    """A programme as it is from a day on."""

    first_day: date
    until: date | None
    slots: Slots
    wide: Slots
    """Under the other reading of "between two ages"."""
    sources: tuple[str, ...]
    confidence: str
    date_precision: str


@dataclass(frozen=True)
class Group:
    """A family of programmes."""

    id: str
    label: Text


@dataclass(frozen=True)
class Programme:
    """What a person may be due: one examination, one screening, one vaccine."""

    id: str
    file: str
    group: Group
    label: Text
    what: Text | None
    kind: DueKind
    need: Need
    anchor: str
    tolerance: int
    grace: int
    missed: DueState
    season: tuple[int, int]
    versions: tuple[Version, ...]
    variants: Mapping[str, tuple[Version, ...]]
    """Versions for whom a fact holds."""
    where: tuple[str, ...]
    price: Mapping[str, Any]
    price_from: Mapping[str, Any]
    price_until_18: Mapping[str, Any]
    invited_by: str
    certificate: bool
    compulsory: bool
    compulsory_born_from: date | None
    """Compulsory for who was born from this day on; advised to the others."""
    optional: bool
    sensitive: bool
    not_in_force: bool
    closes_after_birth: bool
    unless_done: str
    born_from: date | None
    exclusions: tuple[str, ...]
    references: tuple[str, ...]
    verified_on: date

    def version_on(self, day: date, facts: frozenset[str] = frozenset()) -> Version | None:
        """The version in force on a day, for somebody for whom these facts hold; None before the first, after the
        last.
        """
        for fact, versions in self.variants.items():
            if fact in facts and (found := in_force(versions, day)):
                return found
        return in_force(self.versions, day)

    @property
    def first_day(self) -> date:
        """The first day of its first version."""
        return self.versions[0].first_day


@dataclass(frozen=True)
class PreventionLaw:
    """Every programme, its places, its questions."""

    programmes: Mapping[str, Programme]
    places: Mapping[str, Text]
    questions: Mapping[str, Text]
    readings: Mapping[str, Reading]
    sources: Mapping[str, Any]


def in_force(versions: tuple[Version, ...], day: date) -> Version | None:
    """The version of a day."""
    for version in reversed(versions):
        if version.first_day <= day:
            return version if version.until is None or day <= version.until else None
    return None


@cache
def prevention_law() -> PreventionLaw:
    """The programmes. Raises `LawDataError`."""
    files, book = read_all(FOLDER), load()
    groups = files.mapping("groups.yaml")
    places = {key: text("places.yaml", key, entry) for key, entry in files.mapping("places.yaml").items()}
    sources = {**files.mapping("sources.yaml"), **book.sources}
    readings = {
        key: Reading(
            text("readings.yaml", key, entry["question"]), "prevention", tuple(entry["references"]),
            entry["options"], entry["default"],
        )
        for key, entry in files.mapping("readings.yaml").items()
    }  # fmt: skip
    found: dict[str, Programme] = {}
    for name in PROGRAMME_FILES:
        file = f"{name}.yaml"
        for key, entry in files.mapping(file).items():
            if key in found:
                raise LawDataError(file, key, problems.twice)
            check_ids(file, key, (entry.get("group"),), groups, "group")
            found[key] = programme_of(file, key, {**groups[entry["group"]], **entry}, groups, book, sources)
            check_ids(file, key, found[key].where, places, "place")
    questions = {key: text("questions.yaml", key, entry) for key, entry in files.mapping("questions.yaml").items()}
    return PreventionLaw(found, places, questions, readings, sources)


def programme_of(
    file: str, key: str, entry: Mapping[str, Any], groups: Mapping[str, Any], book: LawBook, sources: Mapping[str, Any]
) -> Programme:
    """One programme, checked."""
    on = grounds(file, key, entry)
    check_ids(file, key, on["references"], book.references, "reference")
    group = Group(entry["group"], text(file, key, groups[entry["group"]]["label"]))
    season = entry.get("season", {})
    price = dict(entry.get("price", {}))
    if "act" in entry:
        price["facts"] = {**price["facts"], "act": entry["act"]}
        check_ids(file, key, (entry["act"],), book.acts, "act")
    versions = tuple(versions_of(file, key, entry["versions"], book, sources))
    variants = {
        fact: tuple(versions_of(file, f"{key}: {fact}", raw, book, sources))
        for fact, raw in entry.get("variants", {}).items()
    }
    check_ids(file, key, tuple(variants), dict.fromkeys(FACTS_OF_VARIANTS), "fact")
    check_ids(file, key, tuple(entry.get("exclusions", ())), dict.fromkeys(EXCLUSIONS), "exclusion")
    check_ids(file, key, (entry.get("anchor", "birth"),), dict.fromkeys(ANCHORS), "anchor")
    return Programme(
        id=key,
        file=file,
        group=group,
        label=text(file, key, entry.get("label")),
        what=text(file, key, entry["what"]) if "what" in entry else None,
        kind=DueKind[entry["kind"].upper()],
        need=Need[entry.get("need", "nothing").upper()],
        anchor=entry.get("anchor", "birth"),
        tolerance=int(entry.get("tolerance_days", 0)),
        grace=int(entry.get("grace_months", -1)),
        missed=DueState[entry["missed"].upper()],
        season=(month_day(season.get("opens")), month_day(season.get("closes"))),
        versions=versions,
        variants=variants,
        where=tuple(entry["where"]),
        price=price,
        price_from=entry.get("price_from", {}),
        price_until_18=entry.get("price_until_18", {}),
        invited_by=entry["invited_by"],
        certificate=bool(entry.get("certificate")),
        compulsory=bool(entry.get("compulsory")) or entry["group"] == "child",
        compulsory_born_from=entry.get("compulsory_born_from"),
        optional=bool(entry.get("optional")),
        sensitive=bool(entry.get("sensitive")),
        not_in_force=bool(entry.get("not_in_force")),
        closes_after_birth=bool(entry.get("closes_after_birth")),
        unless_done=entry.get("unless_done", ""),
        born_from=entry.get("born_from"),
        exclusions=tuple(entry.get("exclusions", ())),
        **on,
    )


def text(file: str, key: str, given: Any) -> Text:
    """A sentence in both languages."""
    return Text(**both_languages(file, key, given))


def month_day(given: str | None) -> int:
    """MM-DD as the number MMDD."""
    return int(given.replace("-", "")) if given else 0


def versions_of(file: str, key: str, raw: Any, book: LawBook, sources: Mapping[str, Any]) -> Iterator[Version]:
    """The versions of a programme, in the order of their days, each with a source and a confidence."""
    before: date | None = None
    for entry in raw:
        first_day = entry.get("from")
        if not isinstance(first_day, date):
            raise LawDataError(file, key, problems.no_date.format(field="from", given=repr(first_day)))
        if before is not None and first_day <= before:
            raise LawDataError(file, key, problems.out_of_order.format(day=first_day, before=before))
        before = first_day
        if not entry.get("sources"):
            raise LawDataError(file, key, problems.no_source.format(day=first_day))
        check_ids(file, key, tuple(entry["sources"]), sources, "source")
        check_ids(file, key, (entry.get("confidence"),), dict.fromkeys(CONFIDENCES), "confidence")
        slots = yearly(entry["yearly_at"]) if "yearly_at" in entry else entry["slots"]
        yield Version(
            first_day=first_day,
            until=entry.get("until"),
            slots=tuple(slot_of(file, key, slot, book, wide=False) for slot in slots),
            wide=tuple(slot_of(file, key, slot, book, wide=True) for slot in slots),
            sources=tuple(entry["sources"]),
            confidence=entry["confidence"],
            date_precision=entry.get("date_precision", "day"),
        )


def yearly(ages: list[int]) -> list[dict[str, str]]:
    """The year that follows each of some birthdays."""
    return [{"opens": f"{age}y", "closes": f"{age + 1}y"} for age in ages]


def slot_of(file: str, key: str, entry: Mapping[str, Any], book: LawBook, *, wide: bool) -> tuple[int, ...]:
    """A slot as the rules count it."""
    opens = age_of(file, key, entry["opens"], book)
    closes = entry.get("wide") if wide and "wide" in entry else entry.get("closes")
    minimum = age_of(file, key, entry.get("minimum", entry["opens"]), book)
    interval, gap, from_first, first = (
        age_of(file, key, entry.get(name, "0m"), book)[0]
        for name in ("interval", "gap", "from_first", "first_interval")
    )
    test = ScreeningTest[entry.get("test", "any").upper()]
    ends = NO_AGE if closes is None else age_of(file, key, closes, book)
    return (*opens, *ends, *minimum, gap, from_first, interval, first or interval, int(test))


def age_of(file: str, key: str, given: str, book: LawBook) -> tuple[int, int]:
    """Months and days of an age or of an interval."""
    if given in book.parameters:
        return 12 * max(book.parameters[given].default.integers), 0
    if not AGE.fullmatch(given):
        raise LawDataError(file, key, problems.not_an_age.format(given=repr(given)))
    parts = [(int(count), unit) for count, unit in PART.findall(given)]
    months = sum(count * IN_MONTHS.get(unit, 0) for count, unit in parts)
    return months, sum(count * IN_DAYS.get(unit, 0) for count, unit in parts)


def change_days(law: PreventionLaw) -> list[int]:
    """Every day on which a programme changes, as YYYYMMDD."""
    days = {number_of(version.first_day) for one in law.programmes.values() for version in one.versions}
    ends = {
        number_of(version.until + timedelta(days=1))
        for one in law.programmes.values()
        for version in one.versions
        if version.until
    }
    return sorted(days | ends)
