"""Reforms as data: dated values of the law, readings, tariffs and named switches, composed in their order.

A reform is a file (YAML or JSON) or the id of one of `reforms.yaml`. It never touches the files of the law: `Plan`
holds what the rules read instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

from parcours.engine.facts.jsonio import dumps
from parcours.engine.facts.readings import encode_readings
from parcours.errors import os_reason
from parcours.lab import problems
from parcours.lab.hooks import HOOKS, as_list, hypotheses, read_hooks
from parcours.lab.tied import derived
from parcours.law.book import LawBook
from parcours.law.flat import Records
from parcours.law.in_use import Change, as_data
from parcours.law.loader import load
from parcours.law.reform import CONSULTATIONS, apply, change_of, names, parts_of, told
from parcours.law.tariffs import SITUATIONS
from parcours.rules.hypotheses import Hypotheses
from parcours.rules.types import Readings
from parcours.text import Text

FILE = Path(__file__).with_name("reforms.yaml")
FIELDS = (
    "id", "label", "status", "dates", "changes", "readings", "hook", "hooks", "parameters", "tariffs", "population",
    "supply", "estimate", "signs", "note",
)  # fmt: skip
STATUSES = ("in_force", "voted", "rejected", "renounced", "bill", "proposal", "history", "fictitious")
TAKE_UP = "c2s_take_up"
CAP_OF_A_DAY = "participation_forfaitaire.plafond_jour"
PROFILES = {"G": ("generaliste",), "GS": ("generaliste",)}
"""Profiles of consultations that a letter stands for."""


@dataclass(frozen=True)
class Reform:
    """A reform as its author writes it."""

    id: str
    label: Text
    status: str = "fictitious"
    changes: Mapping[str, Any] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)
    hooks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tariffs: Mapping[str, Any] = field(default_factory=dict)
    c2s_for_all: bool = False
    supply: bool = False
    source: Mapping[str, Any] = field(default_factory=dict)
    """What was read, as it was read."""

    def as_file(self) -> str:
        """The reform as a file that reads back the same."""
        kept = {"id": self.id, "label": {"fr": self.label["fr"], "en": self.label["en"]}, "status": self.status}
        more = {
            "changes": dict(self.changes),
            "readings": dict(self.readings),
            "hook": {name: dict(own) or True for name, own in self.hooks.items()},
            "tariffs": dict(self.tariffs),
            "population": {TAKE_UP: 1.0} if self.c2s_for_all else {},
        }
        kept |= {name: value for name, value in more.items() if value}
        return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False)


@dataclass(frozen=True)
class Plan:
    """Reforms composed for a year: what the rules read in place of the law in force."""

    reforms: tuple[Reform, ...]
    year: int
    changes: tuple[Change, ...]
    derived: tuple[Change, ...]
    """Counts that move with the amounts they are tied to."""
    readings: Mapping[str, str]
    hypotheses: Hypotheses
    fees_move: bool
    c2s_for_all: bool
    without_effect: tuple[str, ...]
    """Changes that start after the year."""
    not_simulated: tuple[str, ...]
    """Reforms that change where doctors are: nothing of the first year's money."""

    @property
    def id(self) -> str:
        """The ids, in the order of composition."""
        return "+".join(one.id for one in self.reforms) or "none"

    @cached_property
    def records(self) -> Records:
        """The law by day under the plan, in its year."""
        book = load()
        return (apply(book, (*self.changes, *self.derived)) if self.changes else book).records_of(
            self.year, self.readings
        )

    def rule_readings(self) -> Readings:
        """The readings that a rule takes."""
        return encode_readings(self.readings)

    def digest(self) -> str:
        """Hash of what the plan changes."""
        content = {
            "changes": as_data((*self.changes, *self.derived)), "readings": dict(self.readings),
            "hypotheses": self.hypotheses._asdict(), "c2s_for_all": self.c2s_for_all,
        }  # fmt: skip
        return blake2b(dumps(content).encode(), digest_size=16).hexdigest()

    def words(self, lang: str) -> list[str]:
        """Each change as a person reads it."""
        book = load()
        said = [told(book, change, lang) for change in (*self.changes, *self.derived)]
        said += [f"{name}={option}" for name, option in self.readings.items()]
        for reform in self.reforms:
            for name, own in reform.hooks.items():
                given = ", ".join(f"{key}={value}" for key, value in own.items())
                said.append(name + (f" ({given})" if given else ""))
        return [*said, *([TAKE_UP + "=1"] if self.c2s_for_all else [])]


@cache
def known_reforms() -> Mapping[str, Reform]:
    """The reforms of the lab, by id."""
    content = yaml.safe_load(FILE.read_text("utf-8"))
    return {one.id: one for one in (read_reform(entry) for entry in content["reforms"])}


def find_reforms(names: Iterable[str]) -> list[Reform]:
    """The reforms of some ids and files, in their order. Raises `LabError`."""
    return [reform for name in names for reform in find(name)]


def find(name: str) -> list[Reform]:
    """One id of the lab, or the reforms of a file."""
    if name in known_reforms():
        return [known_reforms()[name]]
    path = Path(name)
    if path.suffix in {".yaml", ".yml", ".json"} or path.is_file():
        try:
            return read_text(path.read_text("utf-8"), name)
        except OSError as error:
            raise problems.unreadable(name, field="reform", why=os_reason(error)) from None
        except UnicodeDecodeError as error:
            raise problems.unreadable(name, field="reform", why=str(error)) from None
    near = ", ".join(get_close_matches(name, known_reforms(), n=4, cutoff=0.3) or list(known_reforms())[:6])
    raise problems.unknown_reform(name, near=near)


def read_text(text: str, name: str = "reform") -> list[Reform]:
    """The reforms of a text in YAML or JSON: one, a list, or a mapping with `reforms`. Raises `LabError`."""
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader)  # noqa: S506 - safe loaders
    except yaml.YAMLError as error:
        raise problems.unreadable(name, field="reform", why=str(error).replace("\n", " ")) from None
    if isinstance(content, Mapping) and "reforms" in content:
        content = content["reforms"]
    if content is None:
        content = {}
    entries = content if isinstance(content, list) else [content]
    return [read_reform(entry, Path(name).stem) for entry in entries]


def reforms_of(texts: Iterable[str]) -> list[Reform]:
    """The reforms of `NAME=VALUE` and `NAME=VALUE@DAY` texts, in their order. Raises `ReformError`."""
    return [
        read_reform({"id": f"set-{rank}", "label": text, "changes": {name: {day: value} if day else value}})
        for rank, text in enumerate(texts, 1)
        for name, value, day in [parts_of(text)]
    ]


def read_reform(entry: Any, name: str = "reform") -> Reform:
    """A reform, checked against the law: every name and unit. Raises `LabError` or `ReformError`."""
    if not isinstance(entry, Mapping):
        raise problems.bad_shape(entry, field="reform", expected=", ".join(FIELDS))
    for key in entry:
        if str(key) in names(load()):
            raise problems.value_of_the_law(key, field="reform", name=key)
        if key not in FIELDS:
            near = ", ".join(get_close_matches(str(key), FIELDS, n=3, cutoff=0.5) or FIELDS)
            raise problems.unknown_field(key, field="reform", near=near)
    parts = {name: mapping_of(entry, name) for name in ("changes", "readings", "tariffs", "population", "parameters")}
    id_ = str(entry.get("id", name))
    for key in parts["population"]:
        if key != TAKE_UP or float(parts["population"][key]) != 1:
            raise problems.bad_shape(
                f"{key}: {parts['population'][key]}", field="population", expected=f"{TAKE_UP}: 1.0"
            )
    if entry.get("status", "fictitious") not in STATUSES:
        raise problems.bad_shape(entry["status"], field="status", expected=", ".join(STATUSES))
    reform = Reform(
        id_,
        label_of(entry.get("label"), id_),
        entry.get("status", "fictitious"),
        parts["changes"],
        {str(key): str(value) for key, value in parts["readings"].items()},
        read_hooks(entry.get("hook", entry.get("hooks")), parts["parameters"]),
        parts["tariffs"],
        c2s_for_all=bool(parts["population"]),
        supply="supply" in entry,
        source=dict(entry),
    )
    encode_readings(reform.readings)
    raw_changes(load(), reform, date.today().year)  # noqa: DTZ011 - only names and units are looked at
    return reform


def mapping_of(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part of a reform that is a mapping."""
    value = entry.get(name) or {}
    if not isinstance(value, Mapping):
        raise problems.bad_shape(
            value, field=name, expected=Text("des noms et leurs valeurs", "names and their values")
        )
    return {str(key): content for key, content in value.items()}


def label_of(label: Any, name: str) -> Text:
    """A label in both languages, the same where only one is given."""
    if isinstance(label, Mapping):
        fr, en = label.get("fr"), label.get("en")
        return Text(str(fr or en or name), str(en or fr or name))
    return Text(str(label or name), str(label or name))


def raw_changes(book: LawBook, reform: Reform, year: int) -> list[Change]:
    """The changes of a reform, those without a day from the first of January of the year. Raises `ReformError`."""
    first = f"{year}-01-01"
    found = []
    for id_, wanted in reform.changes.items():
        dated = wanted if isinstance(wanted, Mapping) else {first: wanted}
        for day, value in sorted((str(day), value) for day, value in dated.items()):
            if id_ == CAP_OF_A_DAY:
                like = change_of(book, "participation_forfaitaire.plafond_annee", value, day)
                found.append(like._replace(id=id_))
            else:
                found.append(change_of(book, id_, value, day))
    for letter, wanted in reform.tariffs.items():
        dated = wanted if isinstance(wanted, Mapping) else {first: wanted}
        for day, value in sorted((str(day), value) for day, value in dated.items()):
            found += tariff_changes(book, letter, value, day)
    return found


def in_full_year(reform: Reform, year: int) -> Reform:
    """The reform as if what it changes within a year had begun with it."""

    def moved(values: Mapping[str, Any]) -> dict[str, Any]:
        return {id_: begun(wanted) if isinstance(wanted, Mapping) else wanted for id_, wanted in values.items()}

    def begun(dated: Mapping[Any, Any]) -> dict[str, Any]:
        days = {str(day): value for day, value in dated.items()}
        within = [day for day in sorted(days) if f"{year}-01-01" <= day <= f"{year}-12-31"]
        kept = {day: value for day, value in days.items() if day not in within}
        return kept | ({f"{year}-01-01": days[within[-1]]} if within else {})

    return replace(reform, changes=moved(reform.changes), tariffs=moved(reform.tariffs))


def tariff_changes(book: LawBook, letter: str, value: Any, day: str) -> list[Change]:
    """A tariff: an act, or a consultation whose coordinated tariff moves by as much."""
    if letter not in PROFILES:
        return [change_of(book, letter if "/" in letter else f"tariffs/acts.{letter}", value, day)]
    found = []
    for profile in PROFILES[letter]:
        plain = change_of(book, f"{CONSULTATIONS}{profile}.{SITUATIONS[1]}", value, day)
        number = int(day.replace("-", ""))
        entry = book.consultations[profile]
        more = entry.coordonne.on(number) - entry.sans_coordination.on(number)
        cents = round(float(plain.value) * 100) + more
        found += [plain, Change(f"{CONSULTATIONS}{profile}.{SITUATIONS[0]}", f"{cents // 100}.{cents % 100:02d}", day)]
    return found


def plan_of(reforms: Sequence[Reform], year: int, *, base: Mapping[str, str] | None = None) -> Plan:
    """Compose reforms for a year: a later one wins where two change one value. Raises `LabError` or `ReformError`."""
    book = load()
    said = [change for reform in reforms for change in raw_changes(book, reform, year)]
    changes = tuple(change for change in said if change.id != CAP_OF_A_DAY)
    hooks: dict[str, Mapping[str, Any]] = {}
    readings = dict(base or {})
    for reform in reforms:
        hooks |= reform.hooks
        readings |= reform.readings
    late = tuple(str(change) for change in said if change.first_day > f"{year}-12-31")
    return Plan(
        tuple(reforms),
        year,
        changes,
        derived(book, apply(book, changes) if changes else book, said, year),
        readings,
        hypotheses(hooks),
        any(change.id.startswith("tariffs/") for change in changes),
        any(reform.c2s_for_all for reform in reforms),
        late,
        tuple(one.id for one in reforms if one.supply),
    )


__all__ = ["HOOKS", "Plan", "Reform", "as_list", "find_reforms", "known_reforms", "plan_of", "read_text"]
