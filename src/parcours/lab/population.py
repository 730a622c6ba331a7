"""A synthetic France: people, and the acts of a year, in the vocabulary of the engine. It makes facts and no money.

`generate` makes some people, `blocks` any number of them in flat memory. Whoever asks, for whatever people, in
blocks of whatever size: the same seed gives the same person the same year.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from parcours.lab import columns as made
from parcours.lab.acts import acts_table
from parcours.lab.draw import Draws, Numbers
from parcours.lab.people import (
    CONDITIONS,
    COVERS,
    DOCTOR,
    NEVER,
    SCHEMES,
    SCREENINGS,
    SEXES,
    TENURES,
    TRACT,
    People,
    contract_names,
    people_of,
)
from parcours.lab.places import ZONES, places
from parcours.lab.supply import doctor_of, supply

BLOCK = 333 * TRACT
"""People made at once by `blocks`, some 20,000: no household is in two blocks. It changes nothing to what is made."""
ROLES = ("alone", "couple", "parent", "child", "lone_parent")


class Population(NamedTuple):
    """People, one row each, and their acts, sorted by patient and day."""

    people: pa.Table
    acts: pa.Table


def generate(people: int, year: int = 2022, seed: int = 1, *, first: int = 0) -> Population:
    """The people numbered from `first`, and their acts of the civil year."""
    made_blocks = list(blocks(people, year, seed, first=first))
    return Population(*(pa.concat_tables(tables) for tables in zip(*made_blocks, strict=True)))


def blocks(people: int, year: int = 2022, seed: int = 1, *, first: int = 0, size: int = BLOCK) -> Iterator[Population]:
    """The same, block by block."""
    for start in range(first, first + people, size):
        yield block(np.arange(start, min(start + size, first + people)), year, seed)


def block(patients: Numbers, year: int, seed: int) -> Population:
    """These people and their acts."""
    people = people_of(patients, year, seed)
    return Population(people_table(people, year, seed), acts_table(people, year, seed))


def doctors_of(people: People, seed: int) -> Numbers:
    """The number of the médecin traitant of each, or of the last one of those whose doctor is gone."""
    return doctor_of(supply(seed), 0, people.department, Draws(seed, people.patient).one(DOCTOR))


def people_table(people: People, year: int, seed: int) -> pa.Table:
    """One row a person."""
    where = places()
    columns = {
        "patient": pa.array(people.patient),
        "patient_id": made.ids("P", people.patient, 9),
        "age": pa.array(people.age.astype(np.int16)),
        "birth_date": made.dates(people.born),
        "sex": made.coded(people.sex - 1, SEXES),
        "household": pa.array(people.household),
        "household_size": pa.array(people.size.astype(np.int8)),
        "role": made.coded(people.role, ROLES),
        "commune": pa.array(where.code).take(pa.array(people.commune)),
        "department": made.coded(people.department, where.departments),
        "zone": made.coded(people.zone, ZONES),
        "standard_of_living": pa.array(people.living),
        "decile": pa.array(people.decile.astype(np.int8)),
        "ald": pa.array(people.ald.astype(bool)),
        "ald_on_list": pa.array(people.ald_on_list.astype(bool)),
        "ald_new": pa.array(people.ald_new.astype(bool)),
        "ald_condition": made.coded(people.ald_main, CONDITIONS, people.ald_main < 0),
        "ald_second_condition": made.coded(people.ald_second, CONDITIONS, people.ald_second < 0),
        "cover": made.coded(people.cover, COVERS),
        "c2s_free": pa.array(people.c2s_free.astype(bool)),
        "c2s_eligible": pa.array(people.c2s_eligible.astype(bool)),
        "contract": made.coded(people.contract, contract_names(), people.contract < 0),
        "premium": pa.array(people.premium),
        **{f"unclaimed_{name}": pa.array(spent) for name, spent in people.unclaimed.items()},
        "scheme": made.coded(people.scheme, SCHEMES),
        "mt": made.coded(people.mt, TENURES),
        "doctor": pa.array(doctors_of(people, seed), mask=people.mt == NEVER),
        **{
            f"screening_{name}": pa.array((people.screened >> bit & 1).astype(bool))
            for bit, name in enumerate(SCREENINGS)
        },
    }
    return pa.table(columns).replace_schema_metadata(made.synthetic(year, seed))
