"""The language of stories: a cast, events with a `day` and a verb (`do`), and what is expected at the end.

cast: {people: {ana: {born: 1981-05-04, doctor: mt}}, professionals: {mt: {specialty: generaliste}}}
scenarios:
  - id: S1
    events: [{day: 2026-03-04, do: claim, id: F1, care: 2026-03-02}, {day: 2026-03-06, do: pay, who: ana}]
    expect: {claims: {F1: {amo: 19.00}}, bank: [[2026-03-06, amo, ana, 19.00]]}
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from parcours.registry.scenario import problems

PROFESSIONS: dict[str, tuple[str, str]] = {
    "dental": ("chirurgien_dentiste", ""), "laboratory": ("laboratoire", ""), "pharmacy": ("pharmacie", ""),
    "masseur": ("masseur_kinesitherapeute", ""), "nurse": ("infirmier", ""), "transport": ("transporteur", ""),
    "dermatologist": ("medecin", "dermatologie"), "cardiologist": ("medecin", "cardiologie"),
    "gp": ("medecin", "generaliste"),
}  # fmt: skip
"""A word that describes somebody -> profession and specialty."""
WITHOUT_SECTOR = ("laboratoire", "pharmacie", "transporteur")
ORDINARY_DOCTOR = "mt"
"""Whom somebody has declared, when a few words do not say `no MT`."""


@dataclass(frozen=True)
class Person:
    """Somebody of the cast."""

    born: date
    doctor: str = ""
    rights: tuple[str, ...] = ()
    payee: str = ""
    insurer: str = ""


@dataclass(frozen=True)
class Caregiver:
    """A professional of the cast."""

    profession: str = "medecin"
    specialty: str = ""
    convention: str = "secteur_1"


@dataclass(frozen=True)
class Scenario:
    """One story."""

    id: str
    title: str
    events: tuple[Mapping[str, Any], ...]
    expect: Mapping[str, Any]
    people: Mapping[str, Person]
    professionals: Mapping[str, Caregiver]
    defaults: Mapping[str, Any] = field(default_factory=dict)


def read(content: Any) -> list[Scenario]:
    """The stories of a file. Raises Invalid: it has another shape."""
    if not isinstance(content, Mapping) or not isinstance(content.get("scenarios"), list):
        raise problems.not_a_scenario(field="scenarios")
    cast = content.get("cast") or {}
    people = {name: person_of(said) for name, said in (cast.get("people") or {}).items()}
    professionals = {name: caregiver_of(said) for name, said in (cast.get("professionals") or {}).items()}
    defaults = cast.get("defaults") or {}
    return [scenario_of(one, people, professionals, defaults) for one in content["scenarios"]]


def scenario_of(
    one: Any, people: Mapping[str, Person], professionals: Mapping[str, Caregiver], defaults: Mapping[str, Any]
) -> Scenario:
    """One story of a file."""
    if not isinstance(one, Mapping) or not isinstance(one.get("events"), list) or "id" not in one:
        raise problems.not_a_scenario(field=str(one.get("id", "?")) if isinstance(one, Mapping) else "scenarios")
    for event in one["events"]:
        if not isinstance(event, Mapping) or not isinstance(event.get("day"), date) or "do" not in event:
            raise problems.not_a_scenario(event, field=str(one["id"]))
    return Scenario(
        str(one["id"]), str(one.get("title", "")), tuple(one["events"]), one.get("expect") or {}, people,
        professionals, defaults,
    )  # fmt: skip


def person_of(said: Any) -> Person:
    """Somebody, as a mapping or in a few words: `1957-09-30, ALD, MT dr mt`."""
    if isinstance(said, Mapping):
        return Person(**{**said, "rights": tuple(said.get("rights", ()))})
    text = str(said)
    born = re.search(r"\d{4}-\d\d-\d\d", text)
    if born is None:
        raise problems.not_a_scenario(said, field="cast.people")
    doctor = re.search(r"MT dr (\w+)", text)
    mother = re.search(r"mother (\w+)", text)
    rights = tuple(name for word, name in (("ALD", "ald"), ("C2S", "c2s")) if word in text)
    chosen = doctor[1] if doctor else "" if "no MT" in text else ORDINARY_DOCTOR
    alone = "no complementary" in text or "C2S" in text
    return Person(
        date.fromisoformat(born[0]), chosen, rights, mother[1] if mother else "",
        "" if alone else "amc_a",
    )  # fmt: skip


def caregiver_of(said: Any) -> Caregiver:
    """A professional, as a mapping or in a few words: `cardiologist sector 2 without OPTAM`."""
    if isinstance(said, Mapping):
        return Caregiver(**said)
    words = str(said).lower()
    found = next((one for word, one in PROFESSIONS.items() if word in words), None)
    if found is None:
        raise problems.not_a_scenario(said, field="cast.professionals")
    if found[0] in WITHOUT_SECTOR:
        return Caregiver(*found, convention="")
    sector = "secteur_2" if "sector 2" in words else "secteur_1"
    return Caregiver(*found, sector + ("_optam" if "with optam" in words else ""))


def cents(amount: Any) -> int:
    """Euros of a story as cents."""
    return int(Decimal(str(amount)) * 100)
