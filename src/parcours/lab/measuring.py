"""What the figures of the targets are read with: their register, sums over acts, means over people."""

from collections.abc import Callable, Mapping

import polars as pl

from parcours.lab.measure import Year

Measure = Callable[..., float]
MEASURES: dict[str, Measure] = {}
GP = pl.col("specialty") == "generaliste"
DOCTOR = pl.col("specialty").is_not_null()
VISIT = DOCTOR & (pl.col("act") == "consultation")
GROUPS: Mapping[str, pl.Expr] = {"all": pl.lit(True), "gp": GP, "specialists": DOCTOR & ~GP}


def measure(function: Measure) -> Measure:
    """Make a figure known by the name of its function."""
    MEASURES[function.__name__] = function
    return function


def ratio(part: float, whole: float) -> float:
    """A share; not a number where there is nothing to divide by."""
    return part / whole if whole else float("nan")


def mean_of(values: pl.Series) -> float:
    """A mean; not a number where there is nothing."""
    return float(values.to_numpy().mean()) if len(values) else float("nan")


def total(year: Year, column: str, where: pl.Expr | None = None) -> float:
    """A sum over acts, of the people simulated."""
    acts = year.acts if where is None else year.acts.filter(where)
    return float(acts[column].sum())


def share_of(year: Year, expression: pl.Expr) -> float:
    """A mean over people."""
    return mean_of(year.people.select(expression.cast(pl.Float64)).to_series())
