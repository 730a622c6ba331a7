"""A visit is answered, kept, and compared with what is known later.

An answered visit is never rewritten; `visits_that_would_change` tells which ones later knowledge contradicts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.store.clock import now_utc
from parcours.registry.store.ids import get
from parcours.registry.visits import problems
from parcours.registry.visits.facts import DerivedFact, Source, VisitFacts, iso, visit_facts
from parcours.registry.visits.models import AnsweredVisit


def settle_visit(
    session: Session, facts: VisitFacts, given: Mapping[str, Any], *, at: datetime | None = None
) -> AnsweredVisit:
    """Settle a visit with the facts of the registry and those that it does not hold, and keep answer and receipt.

    Raises Invalid for a given fact that the registry derives, or a question left open; FactError as the engine does.
    """
    from parcours.engine.case import settle
    from parcours.engine.say.receipt import receipt

    known = next((name for name in given if name in facts.facts), None)
    if known is not None:
        raise problems.fact_of_registry(field=f"given.{known}")
    for name, choices in facts.questions.items():
        if name not in given:
            raise problems.related_to_missing(choices=", ".join(choices))
    answer = settle(facts.values() | dict(given))
    return answer_visit(session, facts, given=given, settlement=_kept(answer.to_dict()), receipt=receipt(answer), at=at)


def answer_visit(
    session: Session,
    facts: VisitFacts,
    *,
    given: Mapping[str, Any] | None = None,
    settlement: Mapping[str, Any] | None = None,
    receipt: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AnsweredVisit:
    """Keep what was answered about a visit.

    `given`: the facts that the registry does not hold (fee, act, purpose), to settle again later.
    `settlement`: what was answered, in the names of the vocabulary, when the act was settled.
    """
    answer: dict[str, Any] | None = None
    if settlement is not None:
        provenance = [[one.name, one.because, *_record_of(one)] for one in facts.facts.values()]
        answer = {"given": dict(given or {}), "settlement": dict(settlement), "provenance": provenance}
        answer |= {"receipt": dict(receipt)} if receipt is not None else {}
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

    Raises `FactError`: a fact is missing or wrong.
    """
    from parcours.engine.case import settle

    return _kept(settle(facts).to_dict())


def _kept(answer: Mapping[str, Any]) -> dict[str, Any]:
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


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """What is kept of an answered visit."""

    facts: tuple[DerivedFact, ...]
    """As derived then, each with the record it came from."""
    given: Mapping[str, Any]
    settlement: Mapping[str, Any] | None
    receipt: Mapping[str, Any] | None


def answered(visit: AnsweredVisit) -> Answered:
    """What was answered about a visit. Kept without its settlement, or before reasons were, it says so of each fact."""
    answer = json.loads(visit.answer) if visit.answer else {}
    why = {name: (because, kind, key) for name, because, kind, key in answer.get("provenance", ())}
    facts = []
    for name, value in json.loads(visit.facts).items():
        because, kind, key = why.get(name, ("not_kept", None, None))
        facts.append(DerivedFact(name, value, because, Source(kind, key) if kind else None))
    return Answered(tuple(facts), answer.get("given", {}), answer.get("settlement"), answer.get("receipt"))


def get_visit(session: Session, visit_id: str, insured_id: str) -> AnsweredVisit:
    """An answered visit of a person. Raises NotFound, also when it is somebody else's."""
    return get(session, AnsweredVisit, visit_id, "visit_id", insured_id=insured_id)


def visits_of(session: Session, insured_id: str, *, after: str | None = None, limit: int = 50) -> list[AnsweredVisit]:
    """Answered visits of a person, newest first; pages by `after` (last id)."""
    query = select(AnsweredVisit).where(AnsweredVisit.insured_id == insured_id)
    if after:
        query = query.where(AnsweredVisit.id < after)
    return list(session.scalars(query.order_by(AnsweredVisit.id.desc()).limit(limit)))


def _record_of(fact: DerivedFact) -> tuple[str | None, str | None]:
    return (fact.source.kind, fact.source.id) if fact.source else (None, None)
