"""The tables of a study, each with the interval that the draw of people leaves."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from parcours.engine.batch.supposed import PLACE
from parcours.lab import bootstrap
from parcours.lab.cases import STEPS, cascades
from parcours.lab.draw import Numbers
from parcours.lab.places import centres, places
from parcours.lab.study import (
    EURO,
    HIDDEN,
    PAYERS,
    Row,
    Study,
    caps,
    coded,
    groups_of,
    payer_changes,
    payers,
    payers_of,
    rounded,
    winners,
)
from parcours.lab.world import World

CHILD, UNITS, UNITS_OF_A_CHILD = 14, 0.5, 0.3
"""Consumption units: the first person of a household is a half more than another."""
QUANTILES = (10, 25, 50, 75, 90, 95, 99)
TOP = (1, 5, 10)


def tables(found: Study, by: Sequence[str]) -> dict[str, list[Row]]:
    """Every table of a study, by name."""
    return {
        "payers": sure_payers(found),
        "items": items(found),
        "winners": sure_winners(found),
        **{f"by_{name}": sure_winners(found, name) for name in by},
        "distribution": distribution(found),
        "effort": effort(found),
        "concentration": concentration(found),
        "caps": sure_caps(found),
        "steps": steps(found),
        "flows": flows(found),
        "map": departments(found),
        "cases": typical(found),
    }


def sure_payers(found: Study) -> list[Row]:
    """Total by payer before and after, and the change a person with its interval."""
    lots, alone = found.of_kept(found.world.lots), np.zeros(int(found.kept.sum()), np.int64)
    people = bootstrap.by_lot(lots, alone, 1)
    rows = []
    for row in payers(found):
        changed = bootstrap.by_lot(lots, alone, 1, payer_changes(found, row["payer"]))
        low, high = bootstrap.bounds(changed, people)
        rows.append({**row, "low_per_person_eur": euros_of(low[0]), "high_per_person_eur": euros_of(high[0])})
    return rows


def sure_winners(found: Study, by: str = "") -> list[Row]:
    """Winners and losers of each group, with the intervals of their shares and of the mean change."""
    flags, change, *_ = found.flagged
    lots = found.of_kept(found.world.lots)
    names, codes = coded(found.world, by) if by else (["all"], np.zeros(len(found.kept), np.int64))
    codes, groups = found.of_kept(codes), len(names)
    people = bootstrap.by_lot(lots, codes, groups)
    ends = {
        name: bootstrap.bounds(bootstrap.by_lot(lots, codes, groups, amounts), people)
        for name, amounts in (("winners_share", flags & 1), ("losers_share", flags >> 1 & 1), ("mean_change", change))
    }
    return [
        {**row, **{
            f"{name}_{end}{'_eur' * (name == 'mean_change')}": None if row["losers_share"] is None
            else euros_of(values[place]) if name == "mean_change" else rounded(values[place])
            for name, both in ends.items() for end, values in zip(("low", "high"), both, strict=True)
        }}
        for place, row in enumerate(winners(found, by))
    ]  # fmt: skip


def sure_caps(found: Study) -> list[Row]:
    """Share of people at each yearly cap by month, with its interval."""
    lots, alone = found.of_kept(found.world.lots), np.zeros(int(found.kept.sum()), np.int64)
    people = bootstrap.by_lot(lots, alone, 1)
    rows = []
    for row in caps(found):
        totals = found.baseline if row["series"] == "baseline" else found.reformed
        month = found.of_kept(totals[PLACE[f"{row['cap']}_month"]])
        low, high = bootstrap.bounds(bootstrap.by_lot(lots, alone, 1, (month > 0) & (month <= row["month"])), people)
        rows.append({**row, "reached_share_low": rounded(low[0]), "reached_share_high": rounded(high[0])})
    return rows


def flows(found: Study) -> list[Row]:
    """Who pays what is charged to people of each cover, euros a person of all, before and after."""
    names, codes = coded(found.world, "cover")
    codes, people = found.of_kept(codes), max(1, int(found.kept.sum()))
    rows = []
    for series, totals in (("baseline", found.baseline), ("reform", found.reformed)):
        amc, c2s = (found.of_kept(totals[PLACE[name]]) for name in ("amc", "amc_c2s"))
        paid = {
            "amo": found.of_kept(totals[PLACE["amo"]]),
            "contracts": amc - c2s,
            "c2s": c2s,
            "patients": found.of_kept(totals[PLACE["patient"]]),
        }
        for payer in PAYERS:
            sums = np.bincount(codes, paid[payer], len(names)) / people
            rows += [
                {"series": series, "cover": name, "payer": payer, "eur_per_person": euros_of(cents)}
                for name, cents in zip(names, sums.tolist(), strict=True)
            ]
    return rows


def departments(found: Study) -> list[Row]:
    """The mean change of each department, and where it is: kilometres east and north of the middle of the country."""
    where = dict(zip(places().departments, centres().tolist(), strict=True))
    return [
        {
            "department": row["group"],
            "x_km": round(where[row["group"]][0]),
            "y_km": round(where[row["group"]][1]),
            **{name: row[name] for name in ("people", "mean_change_eur", "losers_share", "winners_share")},
        }
        for row in winners(found, "department")
    ]


def euros_of(cents: float) -> float:
    """A mean of cents in euros, as the tables write it."""
    return round(cents / EURO, 4)


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
    """Effort rate by tenth: out-of-pocket over disposable income, premiums aside and included."""
    incomes = incomes_of(found.world)
    premiums = found.world.people["premium"].to_numpy().astype(np.float64)
    rows = []
    for name, group in groups_of(found.world, "decile"):
        mask = group & found.kept
        row: Row = {"decile": int(name)}
        income = incomes[mask].sum()
        for label, totals in (("baseline", found.baseline), ("reform", found.reformed)):
            paid = totals[PLACE["patient"], mask].sum()
            small = mask.sum() < HIDDEN or not income
            row[f"{label}_effort"] = None if small else rounded(paid / income)
            row[f"{label}_effort_with_premiums"] = None if small else rounded((paid + premiums[mask].sum()) / income)
        rows.append(row)
    return rows


def incomes_of(world: World) -> npt.NDArray[np.float64]:
    """The part of each person in the disposable income of the household, in cents: the standard of living times the
    consumption units, of which the first one is shared.
    """
    own = np.where(world.people["age"].to_numpy() < CHILD, UNITS_OF_A_CHILD, UNITS)
    incomes: npt.NDArray[np.float64] = world.living * (own + UNITS / world.people["household_size"].to_numpy())
    return incomes


def typical(found: Study) -> list[Row]:
    """The cascade of each typical person, before and after: what nobody of the sample need be."""
    return [
        {
            "case": one.case.id, "label_fr": one.case.label["fr"], "label_en": one.case.label["en"], "item": item,
            "baseline_eur": one.before[item] / EURO, "reform_eur": one.after[item] / EURO,
            "change_eur": (one.after[item] - one.before[item]) / EURO,
        }
        for one in cascades(found.plan)
        for item in STEPS
    ]  # fmt: skip


def concentration(found: Study) -> list[Row]:
    """How concentrated what is left is: share of the first hundredths, Gini, Kakwani (ranked by standard of living)."""
    living = found.of_kept(found.world.living)
    order = found.order
    rows = []
    for label, totals in (("baseline", found.baseline), ("reform", found.reformed)):
        paid = found.of_kept(totals[PLACE["patient"]])
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
