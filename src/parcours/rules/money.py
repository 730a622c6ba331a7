"""Exact money: cents, basis points, one rounding."""


def share(cents: int, basis_points: int) -> int:
    """`basis_points` of an amount, rounded half up to the cent (each term on its own: billing rule of the majoration).

    Both must be zero or more: a reversal is rounded on its magnitude by the caller.
    """
    return (cents * basis_points + 5_000) // 10_000


def nearest_euro(cents: int) -> int:
    """A fee rounded to the nearest euro, half up."""
    return (cents + 50) // 100 * 100


def euro_above(cents: int) -> int:
    """A fee rounded up to the euro."""
    return (cents + 99) // 100 * 100
