"""The doctors of the country, and how many there are to go to, in the vocabulary of the engine."""

import numpy as np
import pyarrow as pa

from parcours.lab import columns as made
from parcours.lab.places import places
from parcours.lab.supply import CONVENTIONS, SALARIED, STATUSES, specialties, supply


def doctors(seed: int, year: int) -> pa.Table:
    """One row a doctor, under the number that acts and people have."""
    book = supply(seed, year)
    numbers = np.arange(len(book.specialty))
    return pa.table(
        {
            "doctor": pa.array(numbers),
            "professional_id": made.ids("D", numbers, 9),
            "specialty": made.coded(book.specialty, specialties()),
            "department": made.coded(book.department, places().departments),
            "status": made.coded(book.status, STATUSES),
            "convention": made.coded(book.convention, CONVENTIONS),
            "closed": pa.array(book.closed.astype(bool)),
        }
    )


def offers(seed: int, year: int) -> pa.Table:
    """One row a specialty, department and sector: the doctors who practise outside the hospital."""
    book = supply(seed, year)
    outside = book.status != SALARIED
    sizes = len(specialties()), len(places().departments), len(CONVENTIONS)
    cells = np.ravel_multi_index((book.specialty, book.department, book.convention), sizes)
    counts, closed = (np.bincount(cells[some], minlength=np.prod(sizes)) for some in (outside, outside & book.closed))
    some = np.flatnonzero(counts)
    specialty, department, convention = np.unravel_index(some, sizes)
    return pa.table(
        {
            "specialty": made.coded(specialty, specialties()),
            "department": made.coded(department, places().departments),
            "convention": made.coded(convention, CONVENTIONS),
            "doctors": pa.array(counts[some]),
            "closed": pa.array(closed[some]),
        }
    )
