"""What a fund owes a practice beside its acts: the penalty of a late payment, the flat fee of the médecin traitant."""

from parcours.rules.money import share
from parcours.rules.types import BasisPoints, Cents

FIRST_YEAR, SECOND_YEAR = 1, 2


def late_penalty(part: Cents, days: int, guaranteed: int, heavy: int, flat: Cents, rate: BasisPoints) -> Cents:
    """Penalty of one invoice under tiers payant, paid on a working day after its reception.  CSS L161-36-3, D161-13-4.

    `part`: the compulsory insurance's. Nothing up to the guaranteed day; a flat sum up to the day `heavy`, a share of
    the part from it on.
    """
    if days <= guaranteed:
        return 0
    if days < heavy:
        return flat
    return share(part, rate)


def surcharge_of(unpaid: Cents, rate: BasisPoints) -> Cents:
    """What a sum paid by mistake bears more once it is not given back in time.  CSS L133-4, R133-9-1."""
    return share(unpaid, rate)


def flat_fee(patients: int, amount: Cents) -> Cents:
    """Yearly flat fee for so many patients of one kind (convention of 2024)."""
    return patients * amount


def flat_fee_increase(
    base: Cents, aged_or_zone: bool, practice_year: int, rate: BasisPoints, first: BasisPoints, second: BasisPoints
) -> Cents:
    """What a doctor's age or zone adds to the flat fee (convention of 2024).

    `practice_year`: `FIRST_YEAR` or `SECOND_YEAR` of a first practice in a priority zone, which take the place of the
    rate of the zone; 0 otherwise.
    """
    if practice_year == FIRST_YEAR:
        return share(base, first)
    if practice_year == SECOND_YEAR:
        return share(base, second)
    if aged_or_zone:
        return share(base, rate)
    return 0
