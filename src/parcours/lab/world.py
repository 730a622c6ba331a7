"""A sample of France encoded once, to be settled under as many laws as wanted: same people, same acts, other law."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.batch.chunk import Run
from parcours.engine.batch.people import EncodedPeople, encoded_people
from parcours.engine.batch.supposed import SupposedLaw, Totals
from parcours.lab.bootstrap import LOTS
from parcours.lab.people import TRACT
from parcours.lab.population import Population, block
from parcours.lab.reform import Plan, plan_of
from parcours.lab.sides import Sides

Numbers = npt.NDArray[np.int64]
DECILES = 10
BLOCK = 5_000
"""People made and encoded at once by a thread: what is thrown away stays small."""


@dataclass(frozen=True)
class World:
    """People and their encoded acts, block by block."""

    people: pa.Table
    encoded: tuple[EncodedPeople, ...]
    with_c2s: tuple[EncodedPeople, ...]
    """The same acts where all who may have C2S have it; empty unless asked for."""
    run: Run
    year: int
    seed: int
    threads: int = 2
    known: Mapping[str, Totals] = field(default_factory=dict)
    """Totals of plans already settled, by digest: where there are too many acts to keep."""
    counted: int = 0
    """How many acts there were, where they are not kept."""

    @cached_property
    def acts(self) -> int:
        """How many acts."""
        return self.counted + sum(len(part.acts) for part in self.encoded)

    @cached_property
    def decile(self) -> Numbers:
        """Tenth of the standard of living of each person, on all people."""
        return deciles(self.living)

    @cached_property
    def living(self) -> Numbers:
        """Standard of living of each person, in cents."""
        living: Numbers = self.people["standard_of_living"].to_numpy()
        return living

    @cached_property
    def order(self) -> Numbers:
        """People, poorest first."""
        return np.argsort(self.living, kind="stable")

    @cached_property
    def lots(self) -> Numbers:
        """The lot of neighbours of each person, for the intervals."""
        lots: Numbers = self.people["patient"].to_numpy() // TRACT % LOTS
        return lots

    @cached_property
    def groups(self) -> dict[str, tuple[list[str], Numbers]]:
        """Breakdowns that were asked: names of the groups, place of each person among them."""
        return {}

    @cached_property
    def cells(self) -> dict[str, Numbers]:
        """The cell of each person among breakdowns that were asked together."""
        return {}

    @cached_property
    def curves(self) -> dict[str, list[float]]:
        """Curves of everybody that no reform changes, once drawn."""
        return {}

    @cached_property
    def baseline(self) -> Totals:
        """The totals of each person under the law in force."""
        return self.settle(plan_of([], self.year))

    @cached_property
    def sides(self) -> tuple[Sides, Sides]:
        """The acts by side; the same where all who may have C2S have it."""
        return Sides(self.encoded), Sides(self.with_c2s)

    def settle(self, plan: Plan) -> Totals:
        """The totals of each person under a plan."""
        if plan.digest() in self.known:
            return self.known[plan.digest()]
        law = SupposedLaw(plan.records, plan.rule_readings(), plan.hypotheses)
        with ThreadPoolExecutor(self.threads) as pool:
            return self.sides[plan.c2s_for_all].settle(law, pool, fees_move=plan.fees_move)


class Part(NamedTuple):
    """People made together, with their acts."""

    people: pa.Table
    encoded: EncodedPeople
    with_c2s: EncodedPeople | None


def world_of(people: int, year: int, seed: int, *, c2s_for_all: bool = False, threads: int = 2) -> World:
    """The first people of a seed, their acts encoded under the law in force."""
    run = Run.of()
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(lambda start: part_of(start, people, year, seed, run, c2s_for_all), starts(people)))
    return world_of_parts(parts, run, year, seed, threads)


def starts(people: int) -> range:
    """The first person of each block."""
    return range(0, people, BLOCK)


def part_of(start: int, people: int, year: int, seed: int, run: Run, c2s_for_all: bool) -> Part:
    """A block of people and their acts, encoded."""
    made = block(np.arange(start, min(start + BLOCK, people)), year, seed)
    encoded = encoded_block(made.people, made.acts, year, run)
    return Part(made.people, encoded, encoded_block(made.people, given_c2s(made), year, run) if c2s_for_all else None)


def world_of_parts(parts: Sequence[Part], run: Run, year: int, seed: int, threads: int) -> World:
    """Parts together."""
    with_c2s = tuple(part.with_c2s for part in parts if part.with_c2s is not None)
    return World(
        pa.concat_tables([part.people for part in parts]),
        tuple(part.encoded for part in parts),
        with_c2s,
        run,
        year,
        seed,
        threads,
    )


def passing(people: int, year: int, seed: int, plans: Sequence[Plan], *, threads: int = 2) -> World:
    """The same, settled under some plans while the blocks pass: acts are not kept, so that memory grows by the people
    only. It answers for these plans and no other.
    """
    run = Run.of()
    with_c2s = any(plan.c2s_for_all for plan in plans)

    def settled(start: int) -> tuple[pa.Table, int, list[Totals]]:
        part = world_of_parts([part_of(start, people, year, seed, run, with_c2s)], run, year, seed, 1)
        return part.people, part.acts, [part.settle(plan) for plan in plans]

    with ThreadPoolExecutor(threads) as pool:
        tables, acts, totals = zip(*pool.map(settled, starts(people)), strict=True)
    whole = (np.concatenate(parts, axis=1) for parts in zip(*totals, strict=True))
    known = {plan.digest(): found for plan, found in zip(plans, whole, strict=True)}
    return World(pa.concat_tables(tables), (), (), run, year, seed, threads, known, sum(acts))


def encoded_block(people: pa.Table, acts: pa.Table, year: int, run: Run) -> EncodedPeople:
    """The acts of people, each refunded in the year of its care: a year of care meets the caps of one civil year."""
    december = pa.scalar(date(year, 12, 31))
    place = acts.column_names.index("reimbursement_date")
    acts = acts.set_column(place, "reimbursement_date", pc.min_element_wise(acts["reimbursement_date"], december))
    places = pc.index_in(acts["patient"], people["patient"].combine_chunks())
    person = places.combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64)
    return encoded_people(acts, person, len(people), run)


def given_c2s(made: Population) -> pa.Table:
    """The acts where all who may have C2S have it: no contract, and nothing to advance."""
    people, acts = made
    eligible = pc.and_(people["c2s_eligible"], pc.not_equal(people["cover"].cast(pa.string()), "ame"))
    of_act = eligible.take(pc.index_in(acts["patient"], people["patient"].combine_chunks()))
    columns: Mapping[str, pa.ChunkedArray] = {
        "c2s": pc.if_else(of_act, pa.scalar(value=True), acts["c2s"]),
        "contract": pc.if_else(of_act, pa.scalar(None, pa.string()), acts["contract"].cast(pa.string())),
        "tiers_payant": pc.if_else(of_act, pa.scalar("full"), acts["tiers_payant"].cast(pa.string())),
    }
    for name, column in columns.items():
        acts = acts.set_column(acts.column_names.index(name), name, column)
    return acts


def deciles(living: Numbers) -> Numbers:
    """The tenth of each value among all, equal values together in the lower one; always of ten."""
    ordered = np.sort(living)
    below = np.searchsorted(ordered, living, "left")
    found: Numbers = np.minimum(DECILES, 1 + below * DECILES // max(1, len(living))).astype(np.int64)
    return found
