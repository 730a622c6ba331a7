"""Twelve typical people, each a year of care settled act by act under the law in force and under a reform."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from parcours.engine.batch.supposed import SupposedLaw
from parcours.engine.facts.encoding import EncodedAct
from parcours.lab.person import encoded_year, settle_year
from parcours.lab.reform import Plan, plan_of
from parcours.rules.tariff import tariff_of_act
from parcours.text import Text, text_of

FILE = Path(__file__).with_name("cases.yaml")
SAID = {
    "exemption": "none", "c2s": False, "ame": False, "scheme": "general", "tiers_payant": "none", "urgent": False,
    "away": False, "special_setting": "none", "purpose": "none", "medecin_traitant": True,
}  # fmt: skip
"""What an act is where nothing else is said."""
STEPS = (
    "fee", "amo", "amc", "patient", "ticket_moderateur", "majoration", "participation_forfaitaire", "franchise",
    "forfait_acte_lourd", "depassement",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A typical person."""

    id: str
    label: Text
    facts: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Cascade:
    """A person's year, in cents, under the law in force and under a reform, by name of `STEPS`."""

    case: Case
    before: Mapping[str, int]
    after: Mapping[str, int]


@cache
def cases(year: int) -> tuple[Case, ...]:
    """The people and their acts of a year."""
    return tuple(case_of(entry, year) for entry in yaml.safe_load(FILE.read_text("utf-8")))


def case_of(entry: Mapping[str, Any], year: int) -> Case:
    """A person of the file, the times of each item spread over the year."""
    rows: list[dict[str, Any]] = []
    for item in entry["items"]:
        for time in range(item["times"]):
            day = date(year, 1, 15) + timedelta(days=330 * time // item["times"])
            dated = {"care_date": day.isoformat(), "professional_id": str(len(rows))}
            facts = {**SAID, **entry["person"], **item["facts"], **dated}
            rows.append({name: value for name, value in facts.items() if relevant(name, facts)})
    return Case(entry["id"], text_of(entry["label"]), tuple(rows))


def relevant(name: str, facts: Mapping[str, Any]) -> bool:
    """Is this fact one of the act?  The pathway is of doctors."""
    doctor = facts.get("profession", "medecin") == "medecin"
    return doctor or name not in {"medecin_traitant", "purpose", "urgent", "away"}


def cascades(plan: Plan) -> list[Cascade]:
    """Every person's year under a plan."""
    reformed, found = law_of(plan), []
    for case, year, before in in_force_of(plan.year):
        fees = moved(year, law_of(plan_of([], plan.year)), reformed) if plan.fees_move else None
        found.append(Cascade(case, before, summed(year, reformed, fees)))
    return found


@cache
def in_force_of(year: int) -> list[tuple[Case, list[EncodedAct], Mapping[str, int]]]:
    """Each person, the acts as the rules read them, the sums under the law in force."""
    law = law_of(plan_of([], year))
    encoded = [(case, encoded_year(case.facts)) for case in cases(year)]
    return [(case, acts, summed(acts, law, None)) for case, acts in encoded]


def law_of(plan: Plan) -> SupposedLaw:
    """The law of a plan."""
    return SupposedLaw(plan.records, plan.rule_readings(), plan.hypotheses)


def summed(year: list[EncodedAct], law: SupposedLaw, fees: Mapping[int, int] | None) -> dict[str, int]:
    """The sums of a year under a law."""
    outcomes = [one.outcome for one in settle_year(year, law, fees)]
    return {name: sum(getattr(outcome, name) for outcome in outcomes) for name in STEPS}


def moved(year: list[EncodedAct], before: SupposedLaw, after: SupposedLaw) -> dict[int, int]:
    """What is charged when tariffs move: as much above the new tariff as above the old one."""
    found = {}
    for place, encoded in enumerate(year):
        act = encoded.act
        was, _ = tariff_of_act(act, before.records.on(act.care_date), before.readings)
        now, _ = tariff_of_act(act, after.records.on(act.care_date), after.readings)
        if 0 < was <= act.fee and now:
            found[place] = act.fee + now - was
    return found
