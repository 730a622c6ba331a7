"""A study: people settled under the law in force and under reforms, and what is said of the difference.

Every figure is of the sample, unchanged behaviour: the same people, acts and fees, another law. A restriction is made
after the ranks: a part of the people has the numbers it has in the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parcours.engine.batch.supposed import PLACE, Totals
from parcours.lab import problems
from parcours.lab.reform import Plan, Reform, plan_of
from parcours.lab.world import DECILES, Numbers, World

HIDDEN = 11
"""A cell of fewer people is not shown: the habit of statistics, kept on invented people too."""
PAYERS = ("amo", "contracts", "c2s", "patients")
EURO = 100
AGES = ((0, 17), (18, 29), (30, 49), (50, 64), (65, 79), (80, 130))
QUANTILES = (10, 25, 50, 75, 90, 95, 99)
TOP = (1, 5, 10)
Mask = npt.NDArray[np.bool_]
Row = dict[str, Any]
Groups = list[tuple[str, Mask]]


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
    def without_effect(self) -> bool:
        """Is every figure the same?"""
        return bool((self.reformed == self.baseline).all())


def study(world: World, reforms: Sequence[Reform], where: Mapping[str, str] | None = None) -> Study:
    """Settle people under reforms, in their order. Raises `LabError` or `ReformError`."""
    plan = plan_of(reforms, world.year)
    steps: list[Step] = []
    for count, reform in enumerate(reforms, 1):
        totals = world.settle(plan_of(reforms[:count], world.year))
        steps.append(Step(reform, totals, totals if count == 1 else world.settle(plan_of([reform], world.year))))
    return Study(world, plan, tuple(steps), kept_people(world, where or {}))


def kept_people(world: World, where: Mapping[str, str]) -> Mask:
    """The people of `NAME=VALUE` restrictions."""
    kept = np.ones(len(world.people), np.bool_)
    for name, value in where.items():
        groups = dict(groups_of(world, name))
        if value not in groups:
            raise problems.unknown_by(f"{name}={value}", near=", ".join(groups))
        kept &= groups[value]
    return kept


def groups_of(world: World, name: str) -> Groups:
    """The groups of a breakdown, every one of them, also the empty ones. Raises `LabError`."""
    people = world.people
    if name == "decile":
        return [(str(tenth), world.decile == tenth) for tenth in range(1, DECILES + 1)]
    if name == "age":
        age = people["age"].to_numpy()
        return [
            (f"{low}-{high}" if high < AGES[-1][1] else f"{low}+", (age >= low) & (age <= high)) for low, high in AGES
        ]
    if name not in BREAKDOWNS:
        raise problems.unknown_by(name, near=", ".join(BREAKDOWNS))
    column = people[name].combine_chunks()
    if pa.types.is_boolean(column.type):
        said = column.to_numpy(zero_copy_only=False)
        return [("yes", said), ("no", ~said)]
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    return [(str(word), codes == place) for place, word in enumerate(encoded.dictionary.to_pylist())]


BREAKDOWNS = ("decile", "age", "zone", "ald", "cover", "department", "sex", "mt")


def payers_of(totals: Totals, kept: Mask) -> dict[str, int]:
    """What each payer pays, in cents, and the fees."""
    sums = {name: int(totals[PLACE[name], kept].sum()) for name in ("fee", "amo", "amc", "amc_c2s", "patient")}
    return {
        "amo": sums["amo"],
        "contracts": sums["amc"] - sums["amc_c2s"],
        "c2s": sums["amc_c2s"],
        "patients": sums["patient"],
        "fees": sums["fee"],
    }


def payers(found: Study) -> list[Row]:
    """Total by payer before and after, with the interval that the sample leaves."""
    before, after = payers_of(found.baseline, found.kept), payers_of(found.reformed, found.kept)
    people = max(1, int(found.kept.sum()))
    rows = []
    for name in (*PAYERS, "fees"):
        spread = interval(payer_changes(found, name), people)
        change = after[name] - before[name]
        rows.append(
            {
                "payer": name, "baseline_eur": before[name] / EURO, "reform_eur": after[name] / EURO,
                "change_eur": change / EURO, "change_per_person_eur": round(change / people / EURO, 4),
                "low_per_person_eur": round((change - spread) / people / EURO, 4),
                "high_per_person_eur": round((change + spread) / people / EURO, 4),
            }
        )  # fmt: skip
    return rows


def payer_changes(found: Study, name: str) -> Numbers:
    """The change of each person for a payer, in cents."""
    change: Numbers = found.reformed - found.baseline
    if name == "contracts":
        of_payer = change[PLACE["amc"]] - change[PLACE["amc_c2s"]]
    else:
        of_payer = change[PLACE[{"c2s": "amc_c2s", "patients": "patient", "fees": "fee"}.get(name, name)]]
    kept: Numbers = of_payer[found.kept]
    return kept


def interval(values: Numbers, people: int) -> float:
    """Half of the 95 % interval of a sum over people drawn alike."""
    return 1.96 * float(values.std()) * people**0.5 if len(values) else 0.0


def winners(found: Study, by: str = "") -> list[Row]:
    """Winners and losers (a euro, ten euros, a twentieth of what is left to pay), of all or of each group."""
    groups: Groups = groups_of(found.world, by) if by else [("all", np.ones(len(found.kept), np.bool_))]
    return [{"by": by or "all", "group": name, **shares(found, mask & found.kept)} for name, mask in groups]


def shares(found: Study, mask: Mask) -> Row:
    """The row of a group: nothing but its size where it is too small."""
    people = int(mask.sum())
    names = (
        "winners", "losers", "unchanged", "winners_share", "losers_share", "unchanged_share", "losers_10_eur_share",
        "winners_10_eur_share", "losers_5_pct_share", "mean_change_eur", "mean_loss_of_losers_eur", "total_change_eur",
        "mean_out_of_pocket_eur",
    )  # fmt: skip
    if people < HIDDEN:
        return {"people": 0 if not people else None, **dict.fromkeys(names)}
    change, before = found.change[mask], found.baseline[PLACE["patient"], mask]
    lost, won = change >= EURO, change <= -EURO
    values = (
        int(won.sum()), int(lost.sum()), people - int(won.sum()) - int(lost.sum()), won.mean(), lost.mean(),
        1 - won.mean() - lost.mean(), (change >= 10 * EURO).mean(), (change <= -10 * EURO).mean(),
        ((change * 20 >= before) & (change > 0)).mean(), change.mean() / EURO,
        change[lost].mean() / EURO if lost.any() else 0.0, int(change.sum()) / EURO, before.mean() / EURO,
    )  # fmt: skip
    return {"people": people, **{name: rounded(value) for name, value in zip(names, values, strict=True)}}


def rounded(value: Any) -> Any:
    """A figure of a table: whole numbers as they are."""
    return value if isinstance(value, int) else round(float(value), 6)


def distribution(found: Study) -> list[Row]:
    """What is left to people in the year: mean, quantiles, before and after, and of the change."""
    rows = []
    series = {
        "baseline": found.baseline[PLACE["patient"], found.kept],
        "reform": found.reformed[PLACE["patient"], found.kept],
        "change": found.change[found.kept],
    }
    for name, values in series.items():
        row: Row = {"series": name, "mean_eur": rounded(values.mean() / EURO if len(values) else 0.0)}
        for level in QUANTILES:
            row[f"p{level}_eur"] = rounded(np.quantile(values, level / 100) / EURO if len(values) else 0.0)
        rows.append(row)
    return rows


def effort(found: Study) -> list[Row]:
    """Effort rate by tenth: out-of-pocket over standard of living, premiums aside and included."""
    living = found.world.people["standard_of_living"].to_numpy().astype(np.float64)
    premiums = found.world.people["premium"].to_numpy().astype(np.float64)
    rows = []
    for name, group in groups_of(found.world, "decile"):
        mask = group & found.kept
        row: Row = {"decile": int(name)}
        income = living[mask].sum()
        for label, totals in (("baseline", found.baseline), ("reform", found.reformed)):
            paid = totals[PLACE["patient"], mask].sum()
            small = mask.sum() < HIDDEN or not income
            row[f"{label}_effort"] = None if small else rounded(paid / income)
            row[f"{label}_effort_with_premiums"] = None if small else rounded((paid + premiums[mask].sum()) / income)
        rows.append(row)
    return rows


def concentration(found: Study) -> list[Row]:
    """How concentrated what is left is: share of the first hundredths, Gini, Kakwani (ranked by standard of living)."""
    living = found.world.people["standard_of_living"].to_numpy()[found.kept]
    order = np.argsort(living, kind="stable")
    rows = []
    for label, totals in (("baseline", found.baseline), ("reform", found.reformed)):
        paid = totals[PLACE["patient"], found.kept]
        whole = max(1, int(paid.sum()))
        largest = np.sort(paid)[::-1]
        row: Row = {"series": label}
        for top in TOP:
            row[f"top_{top}_pct_share"] = rounded(largest[: max(1, len(paid) * top // 100)].sum() / whole)
        row["gini"] = rounded(gini(np.sort(paid)))
        row["concentration_by_living"] = rounded(gini(paid[order]))
        row["kakwani"] = rounded(gini(paid[order]) - gini(living[order]))
        rows.append(row)
    return rows


def gini(ordered: Numbers) -> float:
    """One minus twice the area under the curve of values in a given order: Gini in their own, else concentration."""
    count, whole = len(ordered), float(ordered.sum())
    if not count or not whole:
        return 0.0
    return float(2 * (np.arange(1, count + 1) * ordered).sum() / (count * whole) - (count + 1) / count)


def caps(found: Study) -> list[Row]:
    """Share of people who reach each yearly cap, month by month, before and after."""
    rows = []
    people = max(1, int(found.kept.sum()))
    for label, totals in (("baseline", found.baseline), ("reform", found.reformed)):
        for cap in ("participation", "franchise"):
            month = totals[PLACE[f"{cap}_month"], found.kept]
            reached = np.cumsum(np.bincount(month, minlength=13)[1:13])
            rows += [
                {"series": label, "cap": cap, "month": number, "reached_share": rounded(count / people)}
                for number, count in enumerate(reached, 1)
            ]
    return rows


def steps(found: Study) -> list[Row]:
    """The change of each payer at each step, the same reform alone, and what the order makes (interaction)."""
    rows: list[Row] = []
    before = found.baseline
    for number, step in enumerate(found.steps, 1):
        was, now, first, alone = before, step.totals, found.baseline, step.alone
        rows += [
            {
                "step": number, "reform": step.reform.id, "payer": name,
                "change_eur": (payers_of(now, found.kept)[name] - payers_of(was, found.kept)[name]) / EURO,
                "alone_eur": (payers_of(alone, found.kept)[name] - payers_of(first, found.kept)[name]) / EURO,
            }
            for name in (*PAYERS, "fees")
        ]  # fmt: skip
        before = step.totals
    for row in rows:
        row["interaction_eur"] = round(row["change_eur"] - row["alone_eur"], 2)
    return rows


def items(found: Study) -> list[Row]:
    """What is left to people by item, and when they pay it."""
    names = (
        "ticket_moderateur", "majoration", "participation_forfaitaire", "franchise", "forfait_acte_lourd",
        "depassement", "advance", "deferred",
    )  # fmt: skip
    rows = []
    for name in names:
        before, after = (int(totals[PLACE[name], found.kept].sum()) for totals in (found.baseline, found.reformed))
        rows.append(
            {
                "item": name,
                "baseline_eur": before / EURO,
                "reform_eur": after / EURO,
                "change_eur": (after - before) / EURO,
            }
        )
    return rows


def tables(found: Study, by: Sequence[str]) -> dict[str, list[Row]]:
    """Every table of a study, by name."""
    return {
        "payers": payers(found),
        "items": items(found),
        "winners": winners(found),
        **{f"by_{name}": winners(found, name) for name in by},
        "distribution": distribution(found),
        "effort": effort(found),
        "concentration": concentration(found),
        "caps": caps(found),
        "steps": steps(found),
    }
