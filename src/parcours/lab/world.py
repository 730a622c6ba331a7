"""A sample of France encoded once, to be settled under as many laws as wanted: same people, same acts, other law."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
from parcours.lab.population import Population, blocks
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

    @cached_property
    def acts(self) -> int:
        """How many acts."""
        return sum(len(block.facts.pattern) for block in self.encoded)

    @cached_property
    def decile(self) -> Numbers:
        """Tenth of the standard of living of each person, on all people."""
        return deciles(self.people["standard_of_living"].to_numpy())

    @cached_property
    def baseline(self) -> Totals:
        """The totals of each person under the law in force."""
        return self.settle(plan_of([], self.year))

    def settle(self, plan: Plan) -> Totals:
        """The totals of each person under a plan."""
        law = SupposedLaw(plan.records(), plan.rule_readings(), plan.hypotheses)
        use = self.with_c2s if plan.c2s_for_all else self.encoded
        in_force = SupposedLaw(self.run.records)

        def of(block: EncodedPeople) -> Totals:
            fees = moved_fees(block, in_force, law) if plan.fees_move else None
            return settle_people(block, law, fees, threads=1)

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
    for block in source() if source else blocks(people, year, seed):
        tables.append(block.people)
        encoded.append(encoded_block(block.people, block.acts, year, run))
        if c2s_for_all:
            with_c2s.append(encoded_block(block.people, given_c2s(block), year, run))
    return World(pa.concat_tables(tables), tuple(encoded), tuple(with_c2s), run, year, seed, threads)


def encoded_block(people: pa.Table, acts: pa.Table, year: int, run: Run) -> EncodedPeople:
    """The acts of people, each refunded in the year of its care: a year of care meets the caps of one civil year."""
    december = pa.scalar(date(year, 12, 31))
    place = acts.column_names.index("reimbursement_date")
    acts = acts.set_column(place, "reimbursement_date", pc.min_element_wise(acts["reimbursement_date"], december))
    places = pc.index_in(acts["patient"], people["patient"].combine_chunks())
    person = places.combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64)
    return encoded_people(acts, person, len(people), run)


def given_c2s(block: Population) -> pa.Table:
    """The acts where all who may have C2S have it: no contract, and nothing to advance."""
    people, acts = block
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
