"""Cases of prevention against what is expected of them: a file of `checks`, of `scenarios`, or of both.

    checks: [{programme: sein, birth_date: 1976-11-26, at: 2026-11-26, in_range: true}]
    scenarios:
      - {id: P1, given: {birth_date: 2018-06-01}, programme: child.a7, on: {2025-01-01: {state: due, by: 2025-05-31}}}

What is expected of an item has the names of `parcours prevention --json`; `exists: false`, that there is none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from parcours.engine.errors import FactError
from parcours.engine.prevention.calendar import calendar, compulsory, dose_days
from parcours.engine.prevention.facts import A_DAY, AN_OBJECT, BODY, NAMES, day_of, programme, read_person
from parcours.engine.prevention.price import FREE
from parcours.engine.prevention.say import Said, item_dict
from parcours.text import Text

OF_A_CHECK = ("programme", "at", "why", "band", "exists", "in_range", "in_window")
EXPECTED = Text("une suite de jours avec ce qui est attendu", "days with what is expected")
ABSENT = "not_yet_law"
"""An item that is only announced does not exist yet."""


@dataclass(frozen=True)
class Case:
    """One programme of one person on one day, and what is expected of it."""

    id: str
    given: Mapping[str, Any]
    programme: str
    on: date
    expected: Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """What is not as expected."""

    case: Case
    name: str
    found: Any


def named(content: Any) -> Any:
    """A file of YAML whose key `on` was read as a yes."""
    if isinstance(content, Mapping):
        return {("on" if key is True else key): named(value) for key, value in content.items()}
    return [named(one) for one in content] if isinstance(content, list) else content


def cases(file: Any) -> Iterator[Case]:
    """The cases of a file. Raises `FactError` for another shape."""
    content = named(file)
    if not isinstance(content, Mapping) or not ({"checks", "scenarios"} & content.keys()):
        raise FactError("checks", type(content).__name__, AN_OBJECT)
    for number, one in enumerate(content.get("checks") or (), start=1):
        if not isinstance(one, Mapping):
            raise FactError(f"checks.{number}", one, AN_OBJECT)
        yield check_of(f"checks.{number}", one)
    for number, one in enumerate(content.get("scenarios") or (), start=1):
        if not isinstance(one, Mapping):
            raise FactError(f"scenarios.{number}", one, AN_OBJECT)
        yield from scenario_of(str(one.get("id", f"scenarios.{number}")), one)


def check_of(name: str, one: Mapping[str, Any]) -> Case:
    """A line of `checks`: whatever the body, unless it is said."""
    given = {key: value for key, value in one.items() if key in NAMES}
    for key in BODY:
        given.setdefault(key, True)
    expected = {key: value for key, value in one.items() if key in ("exists", "in_range")}
    if "in_window" in one:
        expected["in_range"] = one["in_window"]
    if not expected:
        raise FactError(
            f"{name}.in_range", None, Text("in_range, in_window ou exists", "in_range, in_window or exists")
        )
    wanted = programme(f"{name}.programme", one.get("programme"))
    return Case(name, given, wanted, day_of(f"{name}.at", one.get("at"), A_DAY), expected)


def scenario_of(name: str, one: Mapping[str, Any]) -> Iterator[Case]:
    """The days of a scenario."""
    given, days = one.get("given"), one.get("on")
    if not isinstance(given, Mapping):
        raise FactError(f"{name}.given", given, AN_OBJECT)
    if not isinstance(days, Mapping) or not days:
        raise FactError(f"{name}.on", days, EXPECTED)
    for key, expected in days.items():
        on = day_of(f"{name}.on", key, A_DAY)
        each = expected if one.get("programme") is None else {one["programme"]: expected}
        if not isinstance(each, Mapping):
            raise FactError(f"{name}.on.{on}", each, EXPECTED)
        for id_, wanted in each.items():
            found = {"state": wanted} if isinstance(wanted, str) else wanted
            if not isinstance(found, Mapping):
                raise FactError(f"{name}.on.{on}", found, EXPECTED)
            yield Case(name, given, programme(f"{name}.programme", id_), on, found)


def differences(case: Case) -> list[Difference]:
    """What the calendar says otherwise than the case."""
    person = read_person(case.given, case.on)
    found_items = {one.programme.id: one for one in calendar(person, case.on)}
    wanted = found_items.get(case.programme)
    item = (
        None
        if wanted is None
        else item_dict(Said(wanted, FREE, tuple(dose_days(wanted, person)), compulsory(wanted.programme, person)), "en")
    )
    exists = item is not None and item["state"] != ABSENT
    found = []
    for name, expected in case.expected.items():
        value = exists if name == "exists" else None if item is None else item.get(name, "?")
        if value != plain(expected):
            found.append(Difference(case, name, value))
    return found


def plain(expected: Any) -> Any:
    """A day of a file as an item writes it."""
    if isinstance(expected, list):
        return [plain(one) for one in expected]
    return expected.isoformat() if isinstance(expected, date) else expected
