"""How sure the figures of a sample are: made again on people drawn with replacement, by lots of neighbours.

Whole tracts go together, so that the members of a household do; the draws are looked up, so a sample has the same
intervals everywhere. They say what the draw of people leaves unsure, not what is assumed about them.
"""

from functools import cache

import numpy as np

from parcours.lab.draw import Draws, Numbers

LOTS = 100
"""Parts of the people that are drawn."""
TIMES = 500
"""How often the figures are made again."""
STREAM, SEED = 9, 20_22
LOW, HIGH = 2.5, 97.5
"""Hundredths: between them are 95 in 100 of what came out."""


@cache
def drawn() -> Numbers:
    """How often each lot is drawn, each time."""
    numbers = Draws(SEED, np.arange(TIMES * LOTS)).one(STREAM)
    places = (numbers * LOTS).astype(np.int64) + np.repeat(np.arange(TIMES), LOTS) * LOTS
    return np.bincount(places, minlength=TIMES * LOTS).reshape(TIMES, LOTS)


def by_lot(lots: Numbers, codes: Numbers, groups: int, amounts: Numbers | None = None) -> Numbers:
    """Sums of amounts, or numbers of people, of each group of each lot."""
    return np.bincount(lots * groups + codes, amounts, LOTS * groups).reshape(LOTS, groups)


def bounds(parts: Numbers, wholes: Numbers) -> tuple[list[float], list[float]]:
    """Between what and what the ratio of two sums is, for each group; not a number where there is nobody."""
    again = drawn()
    whole = again @ wholes
    ratio = np.where(whole > 0, again @ parts, np.nan) / np.maximum(whole, 1)
    none = np.isnan(ratio).all(axis=0)
    ratio[:, none] = 0.0
    low, high = np.nanpercentile(ratio, (LOW, HIGH), axis=0)
    low[none] = high[none] = np.nan
    return low.tolist(), high.tolist()
