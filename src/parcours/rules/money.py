"""Exact money: cents, basis points, one rounding."""

from parcours.rules.types import BasisPoints, Cents


def share(cents: Cents, basis_points: BasisPoints) -> Cents:
    """`basis_points` of an amount, rounded half up to the cent (each term on its own: billing rule of the majoration).

    Both must be zero or more: a reversal is rounded on its magnitude by the caller.
    """
    return (cents * basis_points + 5_000) // 10_000


def nearest_euro(cents: Cents) -> Cents:
    """A fee rounded to the nearest euro, half up."""
    return (cents + 50) // 100 * 100


def euro_above(cents: Cents) -> Cents:
    """A fee rounded up to the euro."""
    return (cents + 99) // 100 * 100


def portion(cents: Cents, part: int, whole: int) -> Cents:
    """So many parts of an amount that is cut in equal ones, rounded half up to the cent."""
    return (2 * cents * part + whole) // (2 * whole)
