"""A visit is answered, kept, and compared with what is known later.

An answered visit is never rewritten; :func:`visits_that_would_change` tells which ones later knowledge contradicts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.store.clock import now_utc
from parcours.registry.visits.facts import VisitFacts, iso, visit_facts
from parcours.registry.visits.models import AnsweredVisit

# --- answered visits -------------------------------------------------------------------------------------------------


def answer_visit(
    session: Session,
    facts: VisitFacts,
    *,
    given: Mapping[str, Any] | None = None,
    settlement: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AnsweredVisit:
    """Keep what was answered about a visit.

    :param given: the facts that the registry does not hold (fee, act, purpose), to settle again later.
    :param settlement: what was answered, in the names of the vocabulary, when the act was settled.
    """
    answer = None if settlement is None else {"given": dict(given or {}), "settlement": dict(settlement)}
    row = AnsweredVisit(
        insured_id=facts.patient_id,
        professional_id=facts.professional_id,
        organisation_id=facts.organisation_id,
        care_date=facts.care_date,
        answered_at=at or now_utc(),
        facts=facts.as_json(),
        answer=None if answer is None else json.dumps(answer, default=iso, ensure_ascii=False),
    )
    session.add(row)
    session.flush()
    return row


def settled(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The settlement of an act, as it is kept: amounts, status, cases; without the remarks around it.

    :raises FactError: a fact is missing or wrong.
    """
    from parcours.engine.case import settle

    answer = settle(facts).to_dict()
    return {name: value for name, value in answer.items() if name not in {"defaults", "readings"}}


@dataclass(frozen=True)
class VisitChange:
    """An answered visit that would be answered otherwise today."""

    visit: AnsweredVisit
    facts: dict[str, tuple[Any, Any]]
    """Name → (as answered, as known now); None where there was no value."""
    settlement: dict[str, tuple[Any, Any]]
    """The same for the amounts and cases, when the act was settled."""


def visits_that_would_change(session: Session, insured_id: str) -> list[VisitChange]:
    """Answered visits of a person whose facts differ from what is known now, oldest first, settled again.

    Nothing is rewritten: what to do about a difference is for the fund to decide.
    """
    visits = session.scalars(
        select(AnsweredVisit)
        .where(AnsweredVisit.insured_id == insured_id)
        .order_by(AnsweredVisit.care_date, AnsweredVisit.answered_at)
    )
    return [change for visit in visits if (change := _change(session, visit)).facts]


def _change(session: Session, visit: AnsweredVisit) -> VisitChange:
    then = json.loads(visit.facts)
    exemption = then.get("exemption")
    now = visit_facts(
        session,
        visit.insured_id,
        visit.professional_id,
        visit.care_date,
        organisation_id=visit.organisation_id,
        related_to="none" if exemption == "ald_sans_rapport" else exemption,
    )
    facts = _difference(then, json.loads(now.as_json()))
    if not facts or visit.answer is None:
        return VisitChange(visit, facts, {})
    answer = json.loads(visit.answer)
    again = json.loads(json.dumps(settled(now.values() | answer["given"]), default=iso))
    return VisitChange(visit, facts, _difference(answer["settlement"], again))


def _difference(then: dict[str, Any], now: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = sorted(then.keys() | now.keys())
    return {name: (then.get(name), now.get(name)) for name in names if then.get(name) != now.get(name)}
