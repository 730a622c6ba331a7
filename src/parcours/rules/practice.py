"""What a fund owes a practice beside its acts: the penalty of a late payment, the flat fee of the médecin traitant."""

from parcours.rules.money import share
from parcours.rules.types import BasisPoints, Cents


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


def flat_fee(patients: int, amount: Cents) -> Cents:
    """Yearly flat fee for so many patients of one kind (convention of 2024)."""
    return patients * amount
