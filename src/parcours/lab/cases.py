"""Twelve typical people, each a year of care settled under the law in force and under a reform."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from parcours.engine.batch.chunk import Run
from parcours.engine.batch.people import EncodedPeople, encoded_people
from parcours.engine.batch.supposed import PLACE, SupposedLaw, Totals, settle_people
from parcours.lab.reform import Plan, plan_of
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
    people, before = in_force_of(plan.year)
    after = settle_people(people, law_of(plan), fees_move=plan.fees_move)
    return [
        Cascade(case, *(said(totals, place) for totals in (before, after)))
        for place, case in enumerate(cases(plan.year))
    ]


def said(totals: Totals, place: int) -> dict[str, int]:
    """The sums of one person."""
    return {name: int(totals[PLACE[name], place]) for name in STEPS}


@cache
def in_force_of(year: int) -> tuple[EncodedPeople, Totals]:
    """The people with their acts as the rules read them, and the sums under the law in force."""
    people = cases(year)
    rows = [facts for case in people for facts in case.facts]
    names = dict.fromkeys(name for row in rows for name in row)
    acts = pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})
    person = np.repeat(np.arange(len(people)), [len(case.facts) for case in people])
    encoded = encoded_people(acts, person, len(people), Run.of())
    return encoded, settle_people(encoded, law_of(plan_of([], year)))


def law_of(plan: Plan) -> SupposedLaw:
    """The law of a plan."""
    return SupposedLaw(plan.records, plan.rule_readings(), plan.hypotheses)
