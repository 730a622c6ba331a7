"""A study: people settled under the law in force and under reforms, and what is said of the difference.

Every figure is of the sample, unchanged behaviour: the same people, acts and fees, another law. A restriction is made
after the ranks: a part of the people has the numbers it has in the whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.engine.batch.supposed import PLACE, Totals
from parcours.errors import Problem
from parcours.lab import problems
from parcours.lab.reform import Plan, Reform, in_full_year, plan_of
from parcours.lab.world import DECILES, Numbers, World

HIDDEN = 11
"""A cell of fewer people is not shown: the habit of statistics, kept on invented people too."""
PAYERS = ("amo", "contracts", "c2s", "patients")
EURO, FINE = 100, 100
"""Cents of a euro; parts of a cent in the tables."""
AGES = ((0, 17), (18, 29), (30, 49), (50, 64), (65, 79), (80, 130))
Mask = npt.NDArray[np.bool_]
Row = dict[str, Any]
Groups = list[tuple[str, Mask]]
Coded = tuple[list[str], Numbers]


@dataclass(frozen=True)
class Step:
    """One reform added to those before it, and the same alone."""

    reform: Reform
    totals: Totals
    alone: Totals


@dataclass(frozen=True)
class Study:
    """What was asked and what came out."""

    world: World
    plan: Plan
    steps: tuple[Step, ...]
    kept: Mask
    """People that the tables are about."""
    full_year: Totals | None = None
    """Each person if every change of the year had begun with it; none where they do."""

    @property
    def baseline(self) -> Totals:
        """Each person under the law in force."""
        return self.world.baseline

    @property
    def reformed(self) -> Totals:
        """Each person under all the reforms."""
        return self.steps[-1].totals if self.steps else self.baseline

    @cached_property
    def change(self) -> Numbers:
        """What each person pays more, in cents."""
        row = PLACE["patient"]
        changed: Numbers = self.reformed[row] - self.baseline[row]
        return changed

    @cached_property
    def whole(self) -> bool:
        """Are the tables about everybody?"""
        return bool(self.kept.all())

    def of_kept(self, values: Numbers) -> Numbers:
        """The values of the people that the tables are about."""
        if self.whole:
            return values
        kept: Numbers = values[self.kept]
        return kept

    @cached_property
    def order(self) -> Numbers:
        """Their places, poorest first."""
        return self.world.order if self.whole else np.argsort(self.of_kept(self.world.living), kind="stable")

    @cached_property
    def flagged(self) -> tuple[Numbers, ...]:
        """Of each person kept: `FLAGS` as bits, the change, that of who loses, what was left to pay."""
        change, before = self.of_kept(self.change), self.of_kept(self.baseline[PLACE["patient"]])
        lost = change >= EURO
        bits = (
            change <= -EURO, lost, change >= 10 * EURO, change <= -10 * EURO, (change * 20 >= before) & (change > 0)
        )  # fmt: skip
        flags = sum(bit.astype(np.int64) << place for place, bit in enumerate(bits))
        return np.asarray(flags), change.astype(float), np.where(lost, change, 0).astype(float), before.astype(float)

    @cached_property
    def said(self) -> dict[str, list[Row]]:
        """Winners and losers, by breakdown, once asked."""
        return {}

    @cached_property
    def without_effect(self) -> bool:
        """Is every figure the same?"""
        return not self.change.any() and bool((self.reformed == self.baseline).all())


def study(world: World, reforms: Sequence[Reform], where: Mapping[str, str] | None = None) -> Study:
    """Settle people under reforms, in their order. Raises `LabError` or `ReformError`."""
    plan = plan_of(reforms, world.year)
    steps: list[Step] = []
    for count, reform in enumerate(reforms, 1):
        totals = world.settle(plan if count == len(reforms) else plan_of(reforms[:count], world.year))
        steps.append(Step(reform, totals, totals if count == 1 else world.settle(plan_of([reform], world.year))))
    full = full_year(reforms, world.year)
    settled = world.settle(full) if full else None
    return Study(world, plan, tuple(steps), kept_people(world, where or {}), settled)


def full_year(reforms: Sequence[Reform], year: int) -> Plan | None:
    """The same reforms from the first day of the year on; none where they say no other day."""
    said = [value for one in reforms for value in (*one.changes.values(), *one.tariffs.values())]
    if not any(isinstance(value, Mapping) for value in said):
        return None
    full = plan_of([in_full_year(one, year) for one in reforms], year)
    return None if full.digest() == plan_of(reforms, year).digest() else full


def plans_of(reforms: Sequence[Reform], year: int) -> list[Plan]:
    """Every plan that a study of these reforms settles: none, each more than those before, each alone."""
    together = [plan_of(reforms[:count], year) for count in range(len(reforms) + 1)]
    full = full_year(reforms, year)
    return [*together, *(plan_of([one], year) for one in reforms[1:]), *([full] if full else [])]


def check_breakdowns(names: Iterable[str], refusal: Problem[problems.LabError]) -> None:
    """Refuse a name by which people are not told apart."""
    for name in names:
        if name not in BREAKDOWNS:
            raise refusal(name, near=", ".join(BREAKDOWNS))


def kept_people(world: World, where: Mapping[str, str]) -> Mask:
    """The people of `NAME=VALUE` restrictions."""
    kept = np.ones(len(world.people), np.bool_)
    check_breakdowns(where, problems.unknown_where)
    for name, value in where.items():
        groups = dict(groups_of(world, name))
        if value not in groups:
            raise problems.unknown_where(f"{name}={value}", near=", ".join(groups))
        kept &= groups[value]
    return kept


def groups_of(world: World, name: str) -> Groups:
    """The groups of a breakdown, every one of them, also the empty ones. Raises `LabError`."""
    names, codes = coded(world, name)
    return [(word, codes == place) for place, word in enumerate(names)]


def coded(world: World, name: str) -> Coded:
    """The names of the groups of a breakdown, and the place of each person among them. Raises `LabError`."""
    if name not in BREAKDOWNS:
        raise problems.unknown_by(name, near=", ".join(BREAKDOWNS))
    if name not in world.groups:
        world.groups[name] = grouped(world, name)
    return world.groups[name]


def grouped(world: World, name: str) -> Coded:
    """The same, found for the first time."""
    if name == "decile":
        return [str(tenth) for tenth in range(1, DECILES + 1)], world.decile - 1
    if name == "age":
        names = [f"{low}-{high}" if high < AGES[-1][1] else f"{low}+" for low, high in AGES]
        return names, np.searchsorted([low for low, _ in AGES], world.people["age"].to_numpy(), side="right") - 1
    column = world.people[name].combine_chunks()
    if pa.types.is_boolean(column.type):
        return ["yes", "no"], 1 - column.to_numpy(zero_copy_only=False).astype(np.int64)
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    words = [str(word) for word in encoded.dictionary.to_pylist()]
    return words, encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


BREAKDOWNS = ("decile", "age", "zone", "ald", "cover", "department", "sex", "mt")


def payers_of(totals: Totals, kept: Mask) -> dict[str, int]:
    """What each payer pays, in cents, and the fees."""
    all_kept = bool(kept.all())
    sums = {
        name: int((totals[PLACE[name]] if all_kept else totals[PLACE[name], kept]).sum())
        for name in ("fee", "amo", "amc", "amc_c2s", "patient")
    }
    return {
        "amo": sums["amo"],
        "contracts": sums["amc"] - sums["amc_c2s"],
        "c2s": sums["amc_c2s"],
        "patients": sums["patient"],
        "fees": sums["fee"],
    }


def payers(found: Study) -> list[Row]:
    """Total by payer before and after."""
    before, after = payers_of(found.baseline, found.kept), payers_of(found.reformed, found.kept)
    each, full = per_person(found, FINE), payers_of(in_full(found), found.kept)
    return [
        {
            "payer": name, "baseline_eur": before[name] / EURO, "reform_eur": after[name] / EURO,
            "change_eur": (after[name] - before[name]) / EURO,
            "full_year_change_eur": (full[name] - before[name]) / EURO,
            "change_per_person_eur": each[name] / FINE / EURO,
        }
        for name in (*PAYERS, "fees")
    ]  # fmt: skip


def in_full(found: Study) -> Totals:
    """Each person in a full year of the reforms."""
    return found.reformed if found.full_year is None else found.full_year


def per_person(found: Study, parts: int = 1, *, full: bool = False) -> dict[str, int]:
    """The change of each payer a person, in cents or in `parts` of them: as shown, the payers add up to the fees.
    `full`: in a full year of the reforms.
    """
    totals = in_full(found) if full else found.reformed
    before, after = payers_of(found.baseline, found.kept), payers_of(totals, found.kept)
    changes = [(after[name] - before[name]) * parts for name in PAYERS]
    shown = divided(changes, max(1, int(found.kept.sum())))
    return {**dict(zip(PAYERS, shown, strict=True)), "fees": sum(shown)}


def divided(amounts: Sequence[int], by: int) -> list[int]:
    """Each amount divided, in whole numbers whose sum is that of the amounts divided and rounded once: the largest
    remainders are rounded up.
    """
    whole = [amount // by for amount in amounts]
    missing = (2 * sum(amounts) + by) // (2 * by) - sum(whole)
    for place in sorted(range(len(amounts)), key=lambda place: -(amounts[place] % by))[:missing]:
        whole[place] += 1
    return whole


def payer_changes(found: Study, name: str) -> Numbers:
    """The change of each person for a payer, in cents."""

    def change(column: str) -> Numbers:
        return found.of_kept(found.reformed[PLACE[column]] - found.baseline[PLACE[column]])

    if name == "contracts":
        return change("amc") - change("amc_c2s")
    return change({"c2s": "amc_c2s", "patients": "patient", "fees": "fee"}.get(name, name))


def winners(found: Study, by: str = "") -> list[Row]:
    """Winners and losers (a euro, ten euros, a twentieth of what is left to pay), of all or of each group."""
    if by not in found.said:
        gone_through(found, [by] if by else [])
    return found.said[by]


def gone_through(found: Study, breakdowns: Sequence[str]) -> None:
    """Winners and losers of all, and by some breakdowns: the people are gone through once, by the groups of all of them
    together.
    """
    groups = [coded(found.world, name) for name in breakdowns]
    sizes = [len(words) for words, _ in groups]
    cells = cells_of(found.world, breakdowns)
    sums = [column.reshape(sizes) for column in sums_by(found, found.of_kept(cells), prod(sizes))]
    found.said[""] = [said("all", "all", [int(column.sum()) for column in sums])]
    for axis, (name, (words, _)) in enumerate(zip(breakdowns, groups, strict=True)):
        others = tuple(place for place in range(len(sizes)) if place != axis)
        columns = [column.sum(axis=others).tolist() for column in sums]
        found.said[name] = [said(name, word, [column[k] for column in columns]) for k, word in enumerate(words)]


def cells_of(world: World, breakdowns: Sequence[str]) -> Numbers:
    """The cell of each person among the groups of all these breakdowns together."""
    name = ",".join(breakdowns)
    if name not in world.cells:
        groups = [coded(world, one) for one in breakdowns]
        sizes = [len(words) for words, _ in groups]
        none = np.zeros(len(world.people), np.int64)
        world.cells[name] = np.ravel_multi_index([codes for _, codes in groups], sizes) if groups else none
    return world.cells[name]


def said(by: str, group: str, sums: Sequence[int]) -> Row:
    """The row of a group."""
    return {"by": by, "group": group, **shares(*sums)}


def sums_by(found: Study, codes: Numbers, groups: int) -> list[Numbers]:
    """Of each group: people, who gain, who lose, who lose and gain ten euros, who lose a twentieth; then cents: the
    change, that of the losers, what was left to pay. Whole numbers, so that no order of adding matters.
    """
    flags, *cents = found.flagged
    kinds = 1 << FLAGS
    together = np.bincount(codes * kinds + flags, minlength=groups * kinds).reshape(groups, kinds)
    has = np.arange(kinds)[:, None] >> np.arange(FLAGS) & 1
    counts = [together.sum(axis=1), *(together @ has).T]
    return [*counts, *(whole(codes, amounts, groups) for amounts in cents)]


def whole(codes: Numbers, amounts: Numbers, groups: int) -> Numbers:
    """The sum of whole numbers of each group: doubles hold them exactly."""
    sums: Numbers = np.bincount(codes, amounts, groups).astype(np.int64)
    return sums


FLAGS = 5
"""Who gains, who loses, who loses ten euros, who gains ten, who loses a twentieth of what was left."""
SHARES = (
    "winners", "losers", "unchanged", "winners_share", "losers_share", "unchanged_share", "losers_10_eur_share",
    "winners_10_eur_share", "losers_5_pct_share", "mean_change_eur", "mean_loss_of_losers_eur", "total_change_eur",
    "mean_out_of_pocket_eur",
)  # fmt: skip


def shares(  # noqa: PLR0913, PLR0917 - the columns of `sums_by`
    people: int, won: int, lost: int, lost_10: int, won_10: int, lost_5: int, change: int, of_losers: int, before: int
) -> Row:
    """The row of a group: nothing but its size where it is too small."""
    if people < HIDDEN:
        return {"people": 0 if not people else None, **dict.fromkeys(SHARES)}
    values = (
        won, lost, people - won - lost, won / people, lost / people, 1 - won / people - lost / people,
        lost_10 / people, won_10 / people, lost_5 / people, change / people / EURO,
        of_losers / lost / EURO if lost else 0.0, change / EURO, before / people / EURO,
    )  # fmt: skip
    return {"people": people, **{name: rounded(value) for name, value in zip(SHARES, values, strict=True)}}


def rounded(value: Any) -> Any:
    """A figure of a table: whole numbers as they are."""
    return value if isinstance(value, int) else round(float(value), 6)


def caps(found: Study) -> list[Row]:
    """Share of people who reach each yearly cap, month by month, before and after."""
    rows = []
    people = max(1, int(found.kept.sum()))
    for label, totals in (("baseline", found.baseline), ("reform", found.reformed)):
        for cap in ("participation", "franchise"):
            month = found.of_kept(totals[PLACE[f"{cap}_month"]])
            reached = np.cumsum(np.bincount(month, minlength=13)[1:13])
            rows += [
                {"series": label, "cap": cap, "month": number, "reached_share": rounded(count / people)}
                for number, count in enumerate(reached, 1)
            ]
    return rows
