"""Random numbers that are looked up, not drawn one after the other: each is a function of the seed, who, the stream and
the ordinal alone.

Philox 2×32 with ten rounds (Salmon and others, 2011). A person can be made again alone, in any order, on any machine:
the first thousand people of a million are the same thousand.
"""

from functools import cache
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]
ROUNDS = 10
MULTIPLIER = np.uint64(0xD256D193)
WEYL = 0x9E3779B9
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
ORDINALS = 1 << 20
"""Numbers of one stream for one person."""
SCALE = 1.0 / 2**32
CELLS = 1 << 14
"""Cells of a table of quantiles: between two, the quantile is interpolated."""


def words(seed: int, who: Numbers, stream: Numbers | int, ordinal: Numbers | int = 0) -> tuple[Numbers, Numbers]:
    """Two words of 32 bits for each of `who`."""
    left = np.asarray(who, np.uint64) & LOW
    right = np.asarray(ordinal, np.uint64) + np.asarray(stream, np.uint64) * np.uint64(ORDINALS)
    right = np.broadcast_to(right & LOW, left.shape)
    key = (seed * 0x9E3779B97F4A7C15 >> 7 ^ seed) & 0xFFFFFFFF
    for _ in range(ROUNDS):
        product = left * MULTIPLIER
        left, right = (product >> HALF) ^ np.uint64(key) ^ right, product & LOW
        key = (key + WEYL) & 0xFFFFFFFF
    return left, right


class Draws(NamedTuple):
    """The numbers of some rows: who each is of, and its place among the rows of the same who."""

    seed: int
    who: Numbers
    ordinal: Numbers | int = 0

    def pair(self, stream: Numbers | int) -> tuple[Numbers, Numbers]:
        """Two independent numbers between 0 and 1, both excluded, for each row."""
        left, right = words(self.seed, self.who, stream, self.ordinal)
        return (left + 0.5) * SCALE, (right + 0.5) * SCALE

    def one(self, stream: Numbers | int) -> Numbers:
        """A number between 0 and 1, both excluded, for each row."""
        return self.pair(stream)[0]


# --- quantiles: a number between 0 and 1 as a value ---


def normal(u: Numbers) -> Numbers:
    """Standard normal values."""
    return np.interp(u, *_normal_table())


@cache
def _normal_table() -> tuple[Numbers, Numbers]:
    law = NormalDist()
    tail = np.geomspace(SCALE / 2, 1e-3, 200)
    at = np.concatenate([tail, np.linspace(1e-3, 1 - 1e-3, CELLS)[1:-1], 1 - tail[::-1]])
    return at, np.array([law.inv_cdf(p) for p in at.tolist()])


def gamma(u: Numbers, shape: float) -> Numbers:
    """Gamma values of mean 1."""
    return np.interp(u, *_gamma_table(shape))


@cache
def _gamma_table(shape: float) -> tuple[Numbers, Numbers]:
    x = np.linspace(0, 1, CELLS) ** 3 * (25 + 30 / shape)
    middle = (x[1:] + x[:-1]) / 2
    density = middle ** (shape - 1) * np.exp(-shape * middle) * np.diff(x)
    cumulated = np.concatenate([[0.0], np.cumsum(density)])
    cumulated /= cumulated[-1]
    kept = np.concatenate([[True], np.diff(cumulated) > 0])
    mean = float((np.diff(cumulated) * middle).sum())
    return cumulated[kept], x[kept] / mean


def poisson(u: Numbers, mean: Numbers) -> Numbers:
    """Counts: how many times the cumulated probability passes `u`; for a large mean, its normal approximation."""
    count: Numbers = np.zeros(len(mean), np.int64)
    large = mean > 30
    if large.any():
        near = mean[large] + np.sqrt(mean[large]) * normal(u[large])
        count[large] = np.maximum(np.rint(near), 0)
    left: Numbers = np.flatnonzero(~large)
    left = left[u[left] > np.exp(-mean[left])]
    means, wanted = mean[left], u[left]
    term = np.exp(-means)
    total, step = term.copy(), 0
    while len(left):
        step += 1
        term = term * means / step
        total = total + term
        count[left] = step
        going = (wanted > total) & (step < 200)
        left, means, wanted, term, total = (values[going] for values in (left, means, wanted, term, total))
    return count


def chosen(u: Numbers, weights: Numbers) -> Numbers:
    """A place among the weights for each number."""
    limits = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(limits, u, side="right"), len(weights) - 1)
