"""A year of acts of invented patients: a plausible mix, to try and to measure. It is not calibrated and describes no
one.

The same seed gives the same rows. Patients come in order, so the file is sorted by `patient_id`; it is made and
written by blocks, so any number of patients holds in little memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.law.cache import flat_law
from parcours.law.codes import UNKNOWN, Profession, Profile
from parcours.law.flat import FlatLaw
from parcours.law.record import SITUATIONS, LawRecord
from parcours.rules.tariff import COORDINATED, NOT_COORDINATED

BLOCK = 20_000
"""Patients made at once: part of what a seed means."""
ACTS_A_YEAR = 12.0
ADULT = 16

PROFESSIONS = {
    "medecin": 0.46,
    "pharmacie": 0.22,
    "laboratoire": 0.09,
    "infirmier": 0.07,
    "masseur_kinesitherapeute": 0.07,
    "chirurgien_dentiste": 0.05,
    "transporteur": 0.02,
    "sage_femme": 0.01,
    "orthophoniste": 0.01,
}
SPECIALTIES = {
    "generaliste": 0.64,
    "ophtalmologie": 0.06,
    "dermatologie": 0.03,
    "gynecologie_medicale": 0.03,
    "cardiologie": 0.04,
    "pediatrie": 0.05,
    "psychiatrie": 0.04,
    "radiologie": 0.04,
    "orl": 0.02,
    "rhumatologie": 0.02,
    "gastroenterologie": 0.02,
    "endocrinologie": 0.01,
}
SECTOR_OF_SPECIALISTS = {"secteur_1": 0.52, "secteur_2_optam": 0.2, "secteur_2": 0.27, "non_conventionne": 0.01}
SECTOR_OF_GENERALISTS = {"secteur_1": 0.93, "secteur_2_optam": 0.03, "secteur_2": 0.03, "non_conventionne": 0.01}
OUTSIDE = {"avis_ponctuel": 0.35, "soins_iteratifs": 0.25, "sequence": 0.07, "protocole_ald": 0.05, "none": 0.28}
PURPOSES = {"ophtalmologie": "refraction", "gynecologie_medicale": "contraception", "psychiatrie": "any"}
DRUG_CLASSES = {"majeur": 0.68, "modere": 0.14, "faible": 0.09, "irremplacable": 0.03, "lpp": 0.06}
BASES = {
    "pharmacie": (180, 6_000),
    "laboratoire": (540, 5_500),
    "infirmier": (315, 1_890),
    "masseur_kinesitherapeute": (1_613, 2_200),
    "transporteur": (1_300, 9_000),
    "orthophoniste": (1_040, 5_200),
}
"""Least and most base of an act, in cents, where it is not looked up."""
Draw = npt.NDArray[Any]


@dataclass(frozen=True)
class Sample:
    """What is asked: `patients` people over the civil year `year`, drawn from `seed`."""

    patients: int
    year: int
    seed: int = 0

    def blocks(self) -> Iterator[pa.Table]:
        """The acts, patient by patient."""
        for block in range(-(-self.patients // BLOCK)):
            first = block * BLOCK
            yield self._block(np.random.default_rng([self.seed, block]), first, min(BLOCK, self.patients - first))

    @cached_property
    def law(self) -> LawRecord:
        """The law in the middle of the year, for the fees."""
        return flat_law().default.on(self.year * 10_000 + 701)

    def _block(self, rng: np.random.Generator, first: int, count: int) -> pa.Table:
        people = _people(rng, first, count, self.year)
        who = np.repeat(np.arange(count), rng.poisson(ACTS_A_YEAR * (0.4 + people["age"] / 60)))
        rows = len(who)
        days = np.sort(who * 366 + rng.integers(0, 365, rows)) % 366  # each patient's days in order
        care = np.datetime64(f"{self.year}-01-01") + days
        columns = _acts(rng, {name: values[who] for name, values in people.items()}, self.law, flat_law())
        columns["care_date"] = _dates(care)
        columns["reimbursement_date"] = _dates(care + rng.integers(2, 21, rows))
        return pa.table({name: columns[name] for name in NAMES})


NAMES = (
    "patient_id",
    "professional_id",
    "birth_date",
    "care_date",
    "reimbursement_date",
    "profession",
    "specialty",
    "convention",
    "quantity",
    "fee",
    "base",
    "medecin_traitant",
    "role",
    "referral",
    "urgent",
    "away",
    "purpose",
    "exemption",
    "c2s",
    "scheme",
    "tiers_payant",
    "drug_class",
)
"""Columns of a sample."""


def _people(rng: np.random.Generator, first: int, count: int, year: int) -> dict[str, Draw]:
    """What does not change from one act of a patient to the next."""
    age = np.minimum(rng.integers(0, 84, count) + rng.integers(0, 16, count), 104)
    birth = np.datetime64(f"{year}-01-01") - (age * 365.25 + rng.integers(0, 365, count)).astype(int)
    ald = rng.random(count) < np.where(age > 50, 0.36, 0.06)
    return {
        "id": np.arange(first, first + count),
        "age": age,
        "birth": birth.astype("datetime64[D]"),
        "medecin_traitant": rng.random(count) < np.where(age < ADULT, 0.35, 0.9),
        "own_doctor": rng.integers(0, max(1, (first + count) // 900), count),
        "ald": ald,
        "c2s": rng.random(count) < 0.11,
        "alsace": rng.random(count) < 0.03,
    }


def _acts(rng: np.random.Generator, people: Mapping[str, Draw], law: LawRecord, flat: FlatLaw) -> dict[str, Any]:
    """The facts of each act."""
    rows = len(people["id"])
    profession = _drawn(rng, PROFESSIONS, rows)
    doctor = profession == list(PROFESSIONS).index("medecin")
    specialty = _drawn(rng, SPECIALTIES, rows)
    generalist = specialty == 0
    own = doctor & generalist & people["medecin_traitant"] & (rng.random(rows) < 0.82)
    professional = np.where(own, people["own_doctor"], rng.integers(0, 400, rows) + 1_000_000 * (1 + profession))
    sector = np.where(generalist, _drawn(rng, SECTOR_OF_GENERALISTS, rows), _drawn(rng, SECTOR_OF_SPECIALISTS, rows))
    sector = np.where(own, professional % 16 == 0, sector).astype(np.int64)
    referral = _drawn(rng, OUTSIDE, rows)
    referral = np.where(doctor & ~generalist & people["medecin_traitant"], referral, list(OUTSIDE).index("none"))
    fee, base, quantity = _money(rng, profession, specialty, sector, law, flat)
    urgent = doctor & (rng.random(rows) < 0.03)
    purpose = np.array(
        [list(dict.fromkeys(("none", *PURPOSES.values()))).index(PURPOSES.get(s, "none")) for s in SPECIALTIES]
    )
    return {
        "patient_id": _ids("P", people["id"], 9),
        "professional_id": _ids("D", professional, 9),
        "birth_date": _dates(people["birth"]),
        "profession": _coded(profession, PROFESSIONS),
        "specialty": _coded(specialty, SPECIALTIES, ~doctor),
        "convention": _coded(sector, SECTOR_OF_SPECIALISTS, ~np.isin(profession, _with_sector())),
        "quantity": pa.array(quantity.astype(np.int32)),
        "fee": _decimals(fee),
        "base": _decimals(base, base < 0),
        "medecin_traitant": pa.array(people["medecin_traitant"], mask=~doctor),
        "role": _coded(own.astype(np.int64), ("autre", "medecin_traitant"), ~doctor),
        "referral": _coded(referral, OUTSIDE, ~doctor),
        "urgent": pa.array(urgent),
        "away": pa.array(doctor & ~own & (rng.random(rows) < 0.02)),
        "purpose": _coded(
            np.where(doctor & (rng.random(rows) < 0.5), purpose[specialty], 0), ("none", *PURPOSES.values())
        ),
        "exemption": _coded((people["ald"] & (rng.random(rows) < 0.8)).astype(np.int64), ("none", "ald")),
        "c2s": pa.array(people["c2s"]),
        "scheme": _coded(people["alsace"].astype(np.int64), ("general", "alsace_moselle")),
        "tiers_payant": _coded(_third_party(rng, people["c2s"], doctor), ("none", "partial", "full")),
        "drug_class": _coded(
            _drawn(rng, DRUG_CLASSES, rows), DRUG_CLASSES, profession != list(PROFESSIONS).index("pharmacie")
        ),
    }


def _third_party(rng: np.random.Generator, c2s: Draw, doctor: Draw) -> Draw:
    """Full for C2S; often partial with a doctor, mostly full elsewhere."""
    draw = rng.random(len(c2s))
    ordinary = np.where(doctor, draw < 0.45, 1 + (draw < 0.8))
    return np.where(c2s, 2, ordinary).astype(np.int64)


def _money(
    rng: np.random.Generator, profession: Draw, specialty: Draw, sector: Draw, law: LawRecord, flat: FlatLaw
) -> tuple[Draw, Draw, Draw]:
    """Fee, base (-1: looked up) and quantity of each act."""
    rows = len(profession)
    tariffs = np.array([_tariff(law, law.profil[flat.specialties[name]]) for name in SPECIALTIES])
    names = list(PROFESSIONS)
    base = np.full(rows, -1)
    fee = tariffs[specialty]
    for name, (least, most) in BASES.items():
        here = profession == names.index(name)
        amounts = rng.integers(least, most, rows)
        base, fee = np.where(here, amounts, base), np.where(here, amounts, fee)
    for name in ("chirurgien_dentiste", "sage_femme"):
        fee = np.where(profession == names.index(name), 2_300, fee)
        base = np.where(profession == names.index(name), 2_300, base)
    free = (profession == names.index("medecin")) & (sector > 0)
    above = (fee * rng.uniform(1.0, 2.1, rows)).astype(np.int64) // 500 * 500
    quantity = np.where(profession == names.index("pharmacie"), rng.integers(1, 5, rows), 1)
    per_unit = np.where(quantity > 1, fee // quantity * quantity, fee)
    return np.where(free, np.maximum(above, fee), per_unit), base, quantity


def _tariff(law: LawRecord, profile: int) -> int:
    situation = NOT_COORDINATED if profile == Profile.GENERALISTE else COORDINATED
    amount = law.tarif[profile * SITUATIONS + situation]
    return 3_000 if amount == UNKNOWN else amount


def _with_sector() -> list[int]:
    """Professions of the sample that have a sector."""
    none = {Profession.PHARMACIE, Profession.LABORATOIRE, Profession.TRANSPORTEUR}
    return [place for place, name in enumerate(PROFESSIONS) if Profession[name.upper()] not in none]


def _drawn(rng: np.random.Generator, weights: Mapping[str, float], rows: int) -> Draw:
    shares = np.array(list(weights.values()))
    return np.searchsorted(np.cumsum(shares / shares.sum()), rng.random(rows)).clip(max=len(shares) - 1)


def _coded(codes: Draw, words: Any, null: Draw | None = None) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int8), mask=null), pa.array(list(words), pa.string())
    )


def _decimals(cents: Draw, null: Draw | None = None) -> pa.Array:
    validity = None if null is None else pa.array(~null).buffers()[1]
    return pa.Array.from_buffers(pa.decimal32(9, 2), len(cents), [validity, pa.py_buffer(cents.astype(np.int32))])


def _dates(days: Draw) -> pa.Array:
    return pa.array(days.astype("datetime64[D]").astype(np.int32)).view(pa.date32())


def _ids(letter: str, numbers: Draw, digits: int) -> pa.Array:
    """A letter and digits, all of one length: written at once as the bytes of the column."""
    text = np.empty((len(numbers), digits + 1), np.uint8)
    text[:, 0] = ord(letter)
    rest = numbers.astype(np.int64)
    for place in range(digits, 0, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * (digits + 1)
    return pa.Array.from_buffers(pa.string(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def write_sample(sample: Sample, output: Path) -> int:
    """Write a sample into a file of any known format; how many acts it has. Raises `BatchError`."""
    from parcours.engine.batch.partial import Partial
    from parcours.engine.batch.sinks import sink_of

    sink = sink_of(output)
    partial = Partial.open(output, sink.start, {"sample": vars(sample)}, resume=False)
    for block, table in enumerate(sample.blocks()):
        encoded = sink.encode(table)
        body, place = sink.place(encoded, partial.body.stat().st_size, block)
        partial.append(block, len(table), 0, body, b"", place)
    rows = sum(entry.settled for entry in partial.entries)
    places = [entry.place for entry in partial.entries]
    asked = {"format": "parcours-sample-1", "patients": sample.patients, "year": sample.year, "seed": sample.seed}
    partial.publish(sink.finish(partial.body, places, asked, rows), output)
    return rows
