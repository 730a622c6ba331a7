"""The decision space, laid out: the states of the law, the kinds of professionals, the values of each axis."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from parcours.engine.facts.vocabulary import slug
from parcours.law.cache import flat_law
from parcours.law.cases import CaseStatus
from parcours.law.codes import Ips, Profession, Purpose, Referral, Role, SpecialSetting, Status
from parcours.law.flat import FlatLaw
from parcours.law.record import LawRecord
from parcours.rules import pathway
from parcours.rules.types import Readings

TELECONSULTATION = "TCG"
LONG_AGO = 20 * pathway.YEAR
PATHWAY_FIELDS = (
    "age_exclusion",
    "grace_depart_annees",
    "installation_annees",
    "exception_installation",
    "exception_genetique",
    "exception_etudiants",
    "exception_examen_enfant",
    "exception_ipa",
    "exception_sage_femme",
    "psychiatrie_age_min",
    "psychiatrie_age_max",
)
"""The fields of the law that the pathway reads and that change with time."""
PEOPLE = ("age", "medecin_traitant", "role", "referral", "urgent", "away")
CIRCUMSTANCES = ("purpose", "teleconsultation", "special_setting", "left", "installation", "ips")
AXES = (*PEOPLE, *CIRCUMSTANCES)
CASES = max(CaseStatus) + 1
STATUS_CODES = max(Status) + 1
RELEVANT_IPS = (Ips.NOT_GIVEN, Ips.BLANK, Ips.D)
"""A blank indicator and a direct access change a letter; no rule tells the others from none at all."""


@dataclass(frozen=True)
class Variant:
    """One state of the law: an era in which the pathway does not change, under one reading."""

    name: str
    """Empty under the default readings, else the reading that differs."""
    first_day: int
    law: LawRecord
    readings: Readings


@dataclass(frozen=True)
class Professional:
    """Professionals that no rule tells apart."""

    name: str
    """Slug of the specialty that stands for them, or of the profession."""
    profession: int
    specialty: int
    alike: tuple[str, ...]
    """Slugs of all of them."""
    concerned: bool
    """False where the first rule answers before anything else is read."""


@dataclass(frozen=True)
class Grid:
    """Values of each axis, in the order of `AXES`; an axis of pairs holds two facts that go together."""

    values: Mapping[str, tuple[Any, ...]]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values on each axis."""
        return tuple(len(self.values[name]) for name in AXES)

    @property
    def size(self) -> int:
        """Number of combinations."""
        return prod(self.shape)

    @cached_property
    def people(self) -> Any:
        """A matrix: one row for each combination of the facts of the person."""
        return self.rows(PEOPLE)

    @cached_property
    def circumstances(self) -> Any:
        """A matrix: one row for each combination of the other facts, pairs spread over two columns."""
        return self.rows(CIRCUMSTANCES)

    def rows(self, names: tuple[str, ...]) -> Any:
        """The combinations of some axes."""
        import numpy as np

        return np.array([flattened(values) for values in product(*(self.values[name] for name in names))], np.int64)


OTHER_READINGS = {
    "medecin_traitant_acces_direct=non_requis": Readings(medecin_traitant_acces_direct=1),
    "acces_direct_perimetre=texte": Readings(acces_direct_perimetre=1),
    "medecin_traitant_exceptions=texte": Readings(medecin_traitant_exceptions=1),
    "centre_zone_deficitaire=texte": Readings(centre_zone_deficitaire=1),
}
"""The readings that the pathway takes."""


def variants() -> list[Variant]:
    """The eras between two changes of the pathway under the default readings, then the last era of each other
    reading.
    """
    flat = flat_law()
    found = [Variant("", day, law, Readings()) for day, law in distinct(flat.default.rows)]
    last = found[-1]
    found += [Variant(name, last.first_day, last.law, readings) for name, readings in OTHER_READINGS.items()]
    known = {key_of(variant.law) for variant in found}
    for (name, option), records in flat.alternatives.items():
        new = [(day, law) for day, law in distinct(records.rows) if key_of(law) not in known]
        found += [Variant(f"{name}={option}", day, law, Readings()) for day, law in new[-1:]]
    return found


def key_of(law: LawRecord) -> tuple[int, ...]:
    """What the pathway reads of the law."""
    return tuple(getattr(law, name) for name in PATHWAY_FIELDS)


def distinct(rows: list[LawRecord]) -> Iterator[tuple[int, LawRecord]]:
    """First day and record of each period in which the pathway does not change."""
    before: tuple[int, ...] = ()
    for law in rows:
        if key_of(law) != before:
            before = key_of(law)
            yield law.first_day, law


def professionals(flat: FlatLaw) -> list[Professional]:
    """Specialties by what the pathway says of them, and one professional who is not a doctor."""
    law = flat.default.rows[-1]
    classes: dict[tuple[int, ...], list[str]] = {}
    for name, code in flat.specialties.items():
        key = (
            law.generaliste[code],
            law.laboratoire[code],
            law.acces_direct[code],
            law.acces_direct_age[code],
            law.acces_direct_decret[code],
        )
        classes.setdefault(key, []).append(name)
    doctors = [
        Professional(names[0], int(Profession.MEDECIN), flat.specialties[names[0]], tuple(names), not key[1])
        for key, names in classes.items()
    ]
    others = tuple(slug(Profession, item) for item in Profession if item != Profession.MEDECIN)
    return [
        *doctors,
        Professional("chirurgien_dentiste", int(Profession.CHIRURGIEN_DENTISTE), 0, others, concerned=False),
    ]


def grid_of(variant: Variant, flat: FlatLaw) -> Grid:
    """One value on each side of every threshold, one for each class of values that a rule tells apart."""
    law, day = variant.law, variant.first_day
    ages = {
        law.age_exclusion - 1,
        law.age_exclusion,
        law.psychiatrie_age_min,
        law.psychiatrie_age_max,
        law.psychiatrie_age_max + 1,
    }
    tele = flat.acts[TELECONSULTATION]
    return Grid(
        {
            "age": tuple(sorted(ages)),
            "medecin_traitant": (0, 1),
            "role": tuple(Role),
            "referral": tuple(Referral),
            "urgent": (0, 1),
            "away": (0, 1),
            "purpose": purposes(law),
            "teleconsultation": ((0, 0), (tele, 0), (tele, 1)),
            "special_setting": tuple(SpecialSetting),
            "left": (0, day - LONG_AGO, day),
            "installation": SETTLED if not variant.law.exception_installation else settlings(day),
            "ips": RELEVANT_IPS,
        }
    )


INSTALLATION = (
    "installed_on",
    "zone_deficitaire",
    "referrer_installed_on",
    "referrer_zone_deficitaire",
    "centre_agree_on",
)
"""The facts of the axis `installation`, which go together."""
SETTLED = ((0, 0, 0, 0, 0),)


def settlings(day: int) -> tuple[tuple[int, ...], ...]:
    """Nobody settled; all long ago; then today the GP, the GP who sent the patient, in the zone or not, the centre."""
    return (
        *SETTLED,
        (day - LONG_AGO, 1, day - LONG_AGO, 1, day - LONG_AGO),
        (day, 0, 0, 0, 0),
        (day, 1, 0, 0, 0),
        (0, 0, day, 0, 0),
        (0, 0, day, 1, 0),
        (0, 0, 0, 0, day),
    )


def purposes(law: LawRecord) -> tuple[int, ...]:
    """One purpose for each set of direct accesses it opens; none and the drug abortion stand for themselves."""
    masks = sorted(set(law.acces_direct) - {0})
    classes: dict[tuple[bool, ...], int] = {}
    for purpose in Purpose:
        alone = purpose in (Purpose.NONE, Purpose.IVG_MEDICAMENTEUSE)
        key = (*(bool(mask >> purpose & 1) for mask in masks), alone, purpose == Purpose.NONE)
        classes.setdefault(key, int(purpose))
    return tuple(classes.values())


def flattened(values: tuple[Any, ...]) -> list[int]:
    """Values with the pairs opened."""
    return [int(number) for value in values for number in (value if isinstance(value, tuple) else (value,))]
