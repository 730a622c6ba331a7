"""A sample of France encoded once, to be settled under as many laws as wanted: same people, same acts, other law."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parcours.engine.batch.chunk import Run
from parcours.engine.batch.supposed import (
    COLUMNS,
    EncodedPeople,
    SupposedLaw,
    Totals,
    encoded_people,
    moved_fees,
    settle_people,
)
from parcours.lab.bootstrap import LOTS
from parcours.lab.people import TRACT
from parcours.lab.population import BLOCK, Population, block, blocks
from parcours.lab.reform import Plan, plan_of

Numbers = npt.NDArray[np.int64]
DECILES = 10


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
        return self.counted + sum(len(part.facts.pattern) for part in self.encoded)

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
    def baseline(self) -> Totals:
        """The totals of each person under the law in force."""
        return self.settle(plan_of([], self.year))

    def settle(self, plan: Plan) -> Totals:
        """The totals of each person under a plan."""
        if plan.digest() in self.known:
            return self.known[plan.digest()]
        law = SupposedLaw(plan.records, plan.rule_readings(), plan.hypotheses)
        use = self.with_c2s if plan.c2s_for_all else self.encoded
        in_force = SupposedLaw(self.run.records)

        def of(part: EncodedPeople) -> Totals:
            fees = moved_fees(part, in_force, law) if plan.fees_move else None
            return settle_people(part, law, fees, threads=1)

        with ThreadPoolExecutor(self.threads) as pool:
            found = list(pool.map(of, use))
        return np.concatenate(found, axis=1) if found else np.zeros((len(COLUMNS), 0), np.int64)


def world_of(
    people: int,
    year: int,
    seed: int,
    *,
    c2s_for_all: bool = False,
    threads: int = 2,
    source: Callable[[], Iterator[Population]] | None = None,
) -> World:
    """The first people of a seed, their acts encoded under the law in force; `source` gives other people."""
    run = Run.of()
    tables, encoded, with_c2s = [], [], []
    for made in source() if source else blocks(people, year, seed):
        tables.append(made.people)
        encoded.append(encoded_block(made.people, made.acts, year, run))
        if c2s_for_all:
            with_c2s.append(encoded_block(made.people, given_c2s(made), year, run))
    return World(pa.concat_tables(tables), tuple(encoded), tuple(with_c2s), run, year, seed, threads)


def passing(people: int, year: int, seed: int, plans: Sequence[Plan], *, threads: int = 2) -> World:
    """The same, settled under some plans while the blocks pass: acts are not kept, so that memory grows by the people
    only. It answers for these plans and no other.
    """
    with_c2s = any(plan.c2s_for_all for plan in plans)

    def settled(start: int) -> tuple[pa.Table, int, list[Totals]]:
        made = block(np.arange(start, min(start + BLOCK, people)), year, seed)
        part = world_of(0, year, seed, c2s_for_all=with_c2s, threads=1, source=lambda: iter([made]))
        return made.people, part.acts, [part.settle(plan) for plan in plans]

    with ThreadPoolExecutor(threads) as pool:
        tables, acts, totals = zip(*pool.map(settled, range(0, people, BLOCK)), strict=True)
    whole = (np.concatenate(parts, axis=1) for parts in zip(*totals, strict=True))
    known = {plan.digest(): found for plan, found in zip(plans, whole, strict=True)}
    return World(pa.concat_tables(tables), (), (), Run.of(), year, seed, threads, known, sum(acts))


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
