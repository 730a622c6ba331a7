"""The verbs of protocols of long-term conditions, and what a story of them may expect."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from parcours.registry.ald import decisions, delays, service
from parcours.registry.ald.models import Protocol
from parcours.registry.care_plans.service import Actor
from parcours.registry.scenario import problems
from parcours.registry.scenario.care import Happens, timed
from parcours.registry.scenario.failed import Check, Failed, equal
from parcours.registry.scenario.language import specialties
from parcours.registry.scenario.stage import Stage
from parcours.registry.scenario.verbs import Event
from parcours.registry.scenario.words import Verb, verb
from parcours.registry.visits.facts import visit_facts


def named(stage: Stage, event: Mapping[str, Any], word: str = "id") -> str:
    """The protocol that an event tells of."""
    known = stage.found.setdefault("protocols", {})
    if event[word] not in known:
        raise problems.unknown_name(event[word], field=word, names=sorted(known))
    found: str = known[event[word]]
    return found


def prepares(stage: Stage, session: Session, event: Event) -> None:
    """A doctor writes a protocol, for a correspondent or for any doctor of a specialty."""
    to = str(event.get("to", "gastroenterologie"))
    named_doctor = stage.is_professional(to)
    actor = Actor(
        "consultation", stage.professional(session, to) if named_doctor else None,
        None if named_doctor else specialties().get(to),
    )  # fmt: skip
    new = service.NewProtocol(
        str(event["condition"]), event.get("content", "suivi"), (actor,), event.get("kind", "ald"), event.get("from"),
        event.get("until"), named(stage, event, "renews") if "renews" in event else None, bool(event.get("emergency")),
    )  # fmt: skip
    row = service.prepare(session, stage.person(session, event["of"]), stage.professional(session, event["by"]), new)
    stage.found.setdefault("protocols", {})[event["id"]] = row.id


def step(work: Callable[..., Any], *words: str) -> Happens:
    """A step of a protocol, with some words of its event."""

    def happens(stage: Stage, session: Session, event: Event) -> None:
        work(session, named(stage, event), *(event.get(word, "") for word in words))

    return happens


def grants(stage: Stage, session: Session, event: Event) -> None:
    """The fund grants."""
    decisions.grant(session, named(stage, event), starts_on=event.get("from"), until=event.get("until"))


def time_passes(stage: Stage, session: Session, event: Event) -> None:
    """A day of the fund: silences speak, suspensions end, renewals are told, periods are over."""
    decisions.let_time_pass(session, stage.today)


def proposes(stage: Stage, session: Session, event: Event) -> None:
    """A correspondent proposes."""
    service.propose(session, named(stage, event), stage.professional(session, event["by"]), event["text"])


def protocols(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Where protocols are on a day, and their days."""
    for wanted in expected:
        row = session.get_one(Protocol, named(stage, wanted))
        on = wanted.get("on", stage.today)
        found = {
            "standing": delays.standing(row, on), "late": delays.late(row, on), "tacit": row.tacit,
            "state": row.state.value, "from": row.granted_from, "until": row.granted_until,
            "opinion_by": row.opinion_by, "decide_by": row.decide_by, "renewal_from": delays.renewal_from(row),
            "asked_from": row.asked_from, "asked_until": row.asked_until, "appeal_by": row.appeal_by,
            "doctor_by": row.doctor_by, "steps": [one.state.value for one in service.steps_of(session, row.id)],
        }  # fmt: skip
        for key, value in wanted.items():
            if key not in ("id", "on"):
                yield from equal(f"protocols.{wanted['id']}.{on}.{key}", value, found.get(key, "?"))


def cover(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The exemption that the engine's facts hold for a visit: in relation with the condition, or not; or a question."""
    for wanted in expected:
        facts = visit_facts(
            session, stage.person(session, wanted["of"]), stage.professional(session, wanted["by"]), wanted["on"],
            related_to=wanted.get("related"),
        )  # fmt: skip
        fact = facts.facts.get("exemption")
        found = fact.value if fact else "asked"
        what = f"cover.{wanted['of']}.{wanted['on']}.{wanted.get('related', 'unsaid')}"
        yield from equal(what, wanted["exemption"], found)


VERBS: dict[str, Verb] = {
    "protocol": verb(
        timed(prepares), "id of by condition", "to content kind from until renews emergency time utc"
    ),
    "protocol_proposal": verb(timed(proposes), "id by text", "time utc"),
    "protocol_signed": verb(timed(step(service.sign)), "id", "time utc"),
    "protocol_sent": verb(timed(step(service.send)), "id", "time utc"),
    "protocol_observed": verb(timed(step(decisions.observe, "text")), "id", "text time utc"),
    "protocol_answered": verb(timed(step(decisions.reply)), "id", "time utc"),
    "protocol_opinion": verb(timed(step(decisions.opine, "opinion")), "id opinion", "time utc"),
    "protocol_granted": verb(timed(grants), "id", "from until time utc"),
    "protocol_refused": verb(timed(step(decisions.refuse, "grounds")), "id", "grounds time utc"),
    "protocol_withdrawn": verb(timed(step(decisions.withdraw)), "id", "time utc"),
    "protocol_ended": verb(timed(step(decisions.end, "why")), "id why", "time utc"),
    "time_passes": verb(timed(time_passes), "", "time utc"),
}  # fmt: skip
CHECKS: dict[str, Check] = {"protocols": protocols, "cover": cover}
