"""The language of stories: a cast, events with a `day` and a verb (`do`), and what is expected at the end.

cast: {people: {ana: {born: 1981-05-04, doctor: mt}}, professionals: {mt: {specialty: generaliste}}}
scenarios:
  - id: S1
    events: [{day: 2026-03-04, do: claim, id: F1, care: 2026-03-02}, {day: 2026-03-06, do: pay, who: ana}]
    expect: {claims: {F1: {amo: 19.00}}, bank: [[2026-03-06, amo, ana, 19.00]]}
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from parcours.engine.facts.encoding import WITHOUT_SECTOR
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.law.codes import Profession
from parcours.law.loader import load
from parcours.registry.people.models import RightKind
from parcours.registry.scenario import problems

PROFESSIONS: dict[str, tuple[str, str]] = {
    "dental": ("chirurgien_dentiste", ""), "dentist": ("chirurgien_dentiste", ""), "laboratory": ("laboratoire", ""),
    "pharmac": ("pharmacie", ""), "masseur": ("masseur_kinesitherapeute", ""),
    "physiotherap": ("masseur_kinesitherapeute", ""), "advanced practice nurse": ("infirmier_pratique_avancee", ""),
    "nurse": ("infirmier", ""), "transport": ("transporteur", ""), "ambulance": ("transporteur", ""),
    "taxi": ("transporteur", ""), "midwife": ("sage_femme", ""), "speech": ("orthophoniste", ""),
    "orthoptist": ("orthoptiste", ""), "podiatrist": ("pedicure_podologue", ""), "psychologist": ("psychologue", ""),
    "hospital": ("etablissement", ""),
    "dermatologist": ("medecin", "dermatologie"), "cardiologist": ("medecin", "cardiologie"),
    "gynaecologist": ("medecin", "gynecologie_medicale"), "gynecologist": ("medecin", "gynecologie_medicale"),
    "ophthalmologist": ("medecin", "ophtalmologie"), "psychiatrist": ("medecin", "psychiatrie"),
    "paediatrician": ("medecin", "pediatrie"), "pediatrician": ("medecin", "pediatrie"),
    "radiologist": ("medecin", "radiologie"), "neurologist": ("medecin", "neurologie"),
    "rheumatologist": ("medecin", "rhumatologie"), "endocrinologist": ("medecin", "endocrinologie"),
    "stomatologist": ("medecin", "stomatologie"), "geriatrician": ("medecin", "geriatrie"),
    "general practitioner": ("medecin", "generaliste"), "gp": ("medecin", "generaliste"),
}  # fmt: skip
"""A word that describes somebody -> profession and specialty."""
RIGHTS = {
    "ALD": "ald", "C2S": "c2s", "AME": "ame", "ASPA": "aspa", "maternity": "maternite", "pregnant": "maternite",
    "invalidity": "invalidite", "disability": "invalidite", "EHPAD": "ehpad", "prison": "detention",
}  # fmt: skip
"""A word that describes somebody -> a right that is open."""
FACT_NAMES = frozenset(BY_NAME)
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
    readings: Mapping[str, str] = field(default_factory=dict)
    """Of the fund, where the law is disputed."""


OF_A_FILE = {"cast", "scenarios", "readings"}
OF_A_CAST = {"people", "professionals", "defaults"}
OF_A_STORY = {"id", "title", "covers", "rule", "source", "events", "expect", "readings"}


def read(content: Any) -> list[Scenario]:
    """The stories of a file. Raises Invalid: it has another shape."""
    content = named(content)
    if not isinstance(content, Mapping) or not isinstance(content.get("scenarios"), list):
        raise problems.not_a_scenario(field="scenarios")
    known("", content, OF_A_FILE)
    cast = content.get("cast") or {}
    known("cast", cast, OF_A_CAST)
    people = {name: person_of(said) for name, said in (cast.get("people") or {}).items()}
    professionals = {name: caregiver_of(said) for name, said in (cast.get("professionals") or {}).items()}
    shared = (people, professionals, cast.get("defaults") or {})
    found = [scenario_of(one, *shared, content.get("readings") or {}) for one in content["scenarios"]]
    ids = [one.id for one in found]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise problems.unknown_word(twice, field="scenarios.id", names="…")
    return found


def named(content: Any) -> Any:
    """What a file says, a key `on` that YAML read as a yes given back."""
    if isinstance(content, Mapping):
        return {("on" if key is True else key): named(value) for key, value in content.items()}
    return [named(one) for one in content] if isinstance(content, list) else content


def known(where: str, said: Mapping[str, Any], allowed: set[str]) -> None:
    """Raise Invalid for a word that is not of the language; one without a value is the end of a text with a comma."""
    for name, value in said.items():
        if name not in allowed and value is not None:
            raise problems.unknown_word(name, field=where or "…", names=", ".join(sorted(allowed)))


def scenario_of(
    one: Any, people: Mapping[str, Person], professionals: Mapping[str, Caregiver], defaults: Mapping[str, Any],
    readings: Mapping[str, str],
) -> Scenario:  # fmt: skip
    """One story of a file."""
    if not isinstance(one, Mapping) or not isinstance(one.get("events"), list) or "id" not in one:
        raise problems.not_a_scenario(field=str(one.get("id", "?")) if isinstance(one, Mapping) else "scenarios")
    known(str(one["id"]), one, OF_A_STORY)
    for event in one["events"]:
        if not isinstance(event, Mapping) or not isinstance(event.get("day"), date) or "do" not in event:
            raise problems.not_a_scenario(event, field=str(one["id"]))
    if not isinstance(one.get("expect") or {}, Mapping):
        raise problems.not_a_scenario(field=f"{one['id']}.expect")
    return Scenario(
        str(one["id"]), str(one.get("title", "")), tuple(one["events"]), one.get("expect") or {}, people,
        professionals, defaults, {**readings, **(one.get("readings") or {})},
    )  # fmt: skip


def person_of(said: Any) -> Person:
    """Somebody, as a mapping or in a few words: `1957-09-30, ALD, MT dr mt`."""
    if isinstance(said, Mapping):
        known("cast.people", said, set(Person.__dataclass_fields__))
        if not isinstance(said.get("born"), date):
            raise problems.wrong_word(said.get("born"), field="cast.people.born", allowed="YYYY-MM-DD")
        rights = tuple(said.get("rights", ()))
        for right in rights:
            if right not in set(RightKind):
                raise problems.wrong_word(right, field="cast.people.rights", allowed=", ".join(RightKind))
        return Person(**{**said, "rights": rights})
    text = str(said)
    born = re.search(r"\d{4}-\d\d-\d\d", text)
    if born is None:
        raise problems.not_a_scenario(said, field="cast.people")
    doctor = re.search(r"MT dr (\w+)", text)
    parent = re.search(r"(?:mother|father|parent) (\w+)", text)
    rights = tuple(dict.fromkeys(name for word, name in RIGHTS.items() if re.search(rf"\b{word}\b", text)))
    chosen = doctor[1] if doctor else "" if "no MT" in text else ORDINARY_DOCTOR
    alone = "no complementary" in text or "C2S" in text
    return Person(
        date.fromisoformat(born[0]), chosen, rights, parent[1] if parent else "",
        "" if alone else "amc_a",
    )  # fmt: skip


def caregiver_of(said: Any) -> Caregiver:
    """A professional, as a mapping or in a few words: `cardiologist sector 2 without OPTAM`."""
    if isinstance(said, Mapping):
        known("cast.professionals", said, set(Caregiver.__dataclass_fields__))
        return checked(Caregiver(**said), said)
    words = str(said).lower()
    found = next((one for word, one in PROFESSIONS.items() if word in words), None)
    if found is None:
        raise problems.wrong_word(said, field="cast.professionals", allowed=", ".join(PROFESSIONS))
    if Profession[found[0].upper()] in WITHOUT_SECTOR:
        return Caregiver(*found, convention="")
    return Caregiver(*found, convention_of(words))


def convention_of(words: str) -> str:
    """The sector that a few words say."""
    if "sector 3" in words or "non-convention" in words or "outside the convention" in words:
        return "non_conventionne"
    optam = "optam" in words and "without optam" not in words and "no optam" not in words
    return ("secteur_2" if "sector 2" in words else "secteur_1") + ("_optam" if optam else "")


def checked(said: Caregiver, words: Mapping[str, Any]) -> Caregiver:
    """A professional whose profession and specialty the law knows; without a sector where it has none."""
    professions = [one.name.lower() for one in Profession]
    if said.profession not in professions:
        raise problems.wrong_word(said.profession, field="profession", allowed=", ".join(professions))
    if said.specialty and said.specialty not in specialties():
        raise problems.wrong_word(said.specialty, field="specialty", allowed=", ".join(specialties()))
    no_sector = Profession[said.profession.upper()] in WITHOUT_SECTOR and "convention" not in words
    return replace(said, convention="") if no_sector else said


def specialties() -> dict[str, int]:
    """Specialty -> its national code."""
    return {one.slug: code for code, one in load().specialties.items()}


def cents(amount: Any) -> int:
    """Euros of a story as cents."""
    return int(Decimal(str(amount)) * 100)
