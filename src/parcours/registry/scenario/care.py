"""The verbs of prevention and of the coordination record: what is said, done, deposited, shared, opened.

An event of these happens at a `time` of its day in Paris, or at a `utc` one; at noon unless it says.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.access.model import Actor, Role, Who
from parcours.registry.contexts import CONTEXTS
from parcours.registry.declarations.checks import PaperForm
from parcours.registry.declarations.service import record_paper
from parcours.registry.directory.models import Commune
from parcours.registry.people.service import get_insured
from parcours.registry.prevention import reminders
from parcours.registry.prevention import service as prevention
from parcours.registry.record import documents, handover, projects, retention, service, sharing
from parcours.registry.record.reminders import remind as remind_of_record
from parcours.registry.referrals.reminders import remind as remind_of_referrals
from parcours.registry.scenario import problems
from parcours.registry.scenario.stage import Stage
from parcours.registry.scenario.verbs import Event
from parcours.registry.store.clock import PARIS, now_utc, stopped_at
from parcours.registry.store.ids import new_id

Happens = Callable[[Stage, Session, Event], None]


def instant(stage: Stage, event: Mapping[str, Any]) -> datetime:
    """When an event happens."""
    for name, zone in (("time", PARIS), ("utc", UTC)):
        if name in event:
            return datetime.combine(stage.today, clock_time(name, event[name]), tzinfo=zone).astimezone(UTC)
    return stage.at


def clock_time(field: str, said: Any) -> time:
    """`HH:MM`; YAML reads some of them as minutes."""
    try:
        if isinstance(said, int):
            return time(said // 60, said % 60)
        return time.fromisoformat(str(said))
    except ValueError as error:
        raise problems.wrong_word(said, field=field, allowed="HH:MM") from error


@contextmanager
def happening(stage: Stage, event: Mapping[str, Any]) -> Iterator[Session]:
    """One transaction at the time of an event."""
    with stopped_at(instant(stage, event)), stage.writing() as session:
        yield session


def timed(work: Happens) -> Callable[[Stage, Event], None]:
    """A verb that happens at its time."""

    def happens(stage: Stage, event: Event) -> None:
        with happening(stage, event) as session:
            work(stage, session, event)

    return happens


def account_of(name: str) -> str:
    """The account of somebody of the cast: always the same."""
    return str(uuid5(NAMESPACE_URL, f"story:{name}"))


def actor_of(stage: Stage, session: Session, name: str) -> Actor:
    """Somebody of the cast, as they would ask for something."""
    if stage.is_professional(name):
        return Actor(Role.DOCTOR, account_id=account_of(name), professional_id=stage.professional(session, name))
    return Actor(Role.INSURED, account_id=account_of(name), insured_id=stage.person(session, name))


# --- prevention -------------------------------------------------------------------------------------------------------


def about_oneself(stage: Stage, session: Session, event: Event) -> None:
    """What prevention needs to know."""
    prevention.set_profile(
        session, stage.person(session, event["who"]), event["facts"], opted_out=bool(event.get("opted_out"))
    )


def said_of_a_programme(kind: str) -> Happens:
    """Done, refused, set aside."""

    def said(stage: Stage, session: Session, event: Event) -> None:
        new = prevention.NewStatement(
            kind, event["programme"], event.get("on") or stage.today, event.get("source", "patient_says"),
            event.get("until"), event.get("reason"), event.get("test"),
        )  # fmt: skip
        row = prevention.state(session, stage.person(session, event["who"]), new)
        stage.found.setdefault("prevention", {})[event["who"], event["programme"]] = row.id

    return said


def taken_back(stage: Stage, session: Session, event: Event) -> None:
    """It was said by mistake."""
    said = stage.found.get("prevention", {})
    key = event["who"], event["programme"]
    if key not in said:
        raise problems.nothing_there(event["programme"], field="programme")
    prevention.cancel(session, said[key])


def lives_in(stage: Stage, session: Session, event: Event) -> None:
    """Somebody moves to a département."""
    person, department = stage.person(session, event["who"]), str(event["department"])
    commune = session.scalar(select(Commune).where(Commune.department == department).limit(1))
    if commune is None:
        commune = Commune(
            id=new_id(), code=f"{department:0<5}"[:5], name="Ailleurs", department=department, latitude_e5=0,
            longitude_e5=0,
        )  # fmt: skip
        session.add(commune)
        session.flush()
    get_insured(session, person, lock=True).commune_code = commune.code


def remind(stage: Stage, session: Session, event: Event) -> None:
    """The reminders of somebody are sent, as often as the event repeats; a crash is a run that comes back."""
    for _ in range(int(event.get("times", 1))):
        done = reminders.remind(session, stage.person(session, event["who"]), now_utc())
        stage.found.setdefault("reminded", {}).setdefault(event["who"], []).append(done.why or "sent")


def dies(stage: Stage, session: Session, event: Event) -> None:
    """Somebody dies."""
    get_insured(session, stage.person(session, event["who"]), lock=True).died_on = stage.today


# --- the record -------------------------------------------------------------------------------------------------------


def declares(stage: Stage, session: Session, event: Event) -> None:
    """Somebody signs for a médecin traitant; the one before is none from that day on."""
    person, doctor = stage.person(session, event["who"]), stage.professional(session, event["doctor"])
    parent = stage.person(session, event["parent"]) if "parent" in event else None
    form = PaperForm(person, doctor, stage.today, stage.today, parent is None, True, parent)
    record_paper(session, form, at=now_utc())


def states(stage: Stage, session: Session, event: Event) -> None:
    """A professional states something in the synthesis, or corrects it."""
    lines = stage.found.setdefault("lines", {})
    corrects = event.get("corrects")
    if corrects is not None and corrects not in lines:
        raise problems.unknown_name(corrects, field="corrects", names=sorted(lines))
    new = service.NewStatement(
        event["section"], event.get("status", "active"), event.get("text", ""), event.get("origin", "entered"),
        event.get("stated_on"), lines.get(corrects),
    )  # fmt: skip
    row = service.state(session, stage.person(session, event["of"]), stage.professional(session, event["by"]), new)
    lines[event.get("id", f"L{len(lines) + 1}")] = row.id


def deposits(stage: Stage, session: Session, event: Event) -> None:
    """A professional deposits a document; its hash is that of its content unless the event says another."""
    kept = stage.found.setdefault("documents", {})
    replaces = event.get("replaces")
    if replaces is not None and replaces not in kept:
        raise problems.unknown_name(replaces, field="replaces", names=sorted(kept))
    content = f"%PDF-1.7 {event.get('content', 'essai')}".encode()
    person = stage.person(session, event["of"])
    new = documents.NewDocument(
        f"{event.get('unique_id', event['id'])}.{person}", str(event.get("type", "60591-5")), "application/pdf",
        str(event.get("title", "Essai")), base64.b64encode(content).decode(),
        str(event.get("sha1") or hashlib.sha1(content).hexdigest()),  # noqa: S324 - the format's
        int(event.get("size", len(content))), str(event.get("visibility", "normal")), event.get("hidden_until"),
        kept.get(replaces),
    )  # fmt: skip
    row = documents.deposit(session, person, stage.professional(session, event["by"]), new)
    kept[event["id"]] = row.id


def plans_project(stage: Stage, session: Session, event: Event) -> None:
    """A médecin traitant writes a therapeutic project; each action has a name."""
    said = event.get("actions", {})
    new = tuple(
        projects.NewAction(**{"what": name, "first_on": stage.today, **(rest or {})}) for name, rest in said.items()
    )
    person, author = stage.person(session, event["of"]), stage.professional(session, event["by"])
    row = projects.plan(session, person, author, projects.NewProject(event["aims"], event["review_on"], new))
    kept = projects.actions_of(session, row.id)
    stage.found.setdefault("actions", {}).update({one.what: one.id for one in kept})


def follows_up(stage: Stage, session: Session, event: Event) -> None:
    """What became of an action."""
    kept = stage.found.get("actions", {})
    if event["action"] not in kept:
        raise problems.unknown_name(event["action"], field="action", names=sorted(kept))
    on = event.get("on") or stage.today
    projects.note(session, kept[event["action"]], event.get("outcome", "done"), on, None)


def morning(_stage: Stage, session: Session, _event: Event) -> None:
    """The reminders of referrals and of the record are sent, each once."""
    remind_of_referrals(session, now_utc())
    remind_of_record(session, now_utc())


def handed_over(stage: Stage, session: Session, event: Event) -> None:
    """The record of somebody is handed over, and taken in by another doctor for the same or another person."""
    package = handover.package_of(session, stage.person(session, event["of"]), stage.today, lambda _: True)
    read = handover.read_package(json.loads(json.dumps(package, default=lambda value: value.isoformat())))
    to = stage.person(session, event.get("for", event["of"]))
    done = handover.take_in(session, to, stage.professional(session, event["by"]), read)
    stage.found.setdefault("taken_in", []).append(handover.counts(done))


def purged(stage: Stage, session: Session, _event: Event) -> None:
    """What is past its time is destroyed."""
    names = {number: name for name, number in stage.ids.items()}
    found = retention.purge(session, Who("system", role="purge"), stage.today, CONTEXTS)
    stage.found.setdefault("purged", []).extend(names[one.insured_id] for one in found if one.insured_id in names)


def opposes(stage: Stage, session: Session, event: Event) -> None:
    """A person opposes a professional, everybody, or access in an emergency; or opposes nothing any more."""
    person, to = stage.person(session, event["who"]), event["to"]
    if to == "nobody":
        sharing.withdraw_oppositions(session, person)
    elif to in ("everybody", "emergency"):
        sharing.oppose(session, person, emergency=to == "emergency")
    else:
        sharing.oppose(session, person, professional_id=stage.professional(session, to))


def shares(stage: Stage, session: Session, event: Event) -> None:
    """A person accepts a professional in the team, consents for the moment, or ends both."""
    person, to = stage.person(session, event["who"]), stage.professional(session, event["to"])
    how = event.get("as", "team")
    if how == "team":
        sharing.accept(session, person, to)
    elif how == "moment":
        sharing.consent(session, person, to, event.get("how", "oral_noted"))
    elif how == "no_more":
        sharing.leave(session, person, to)
    else:
        raise problems.wrong_word(how, field="as", allowed="team, moment, no_more")


def opens_in_emergency(stage: Stage, session: Session, event: Event) -> None:
    """A doctor without relation opens a record."""
    row = sharing.open_emergency(
        session, stage.person(session, event["of"]), stage.professional(session, event["by"]), account_of(event["by"]),
        event["reason"], event.get("explanation", ""),
    )  # fmt: skip
    stage.found.setdefault("emergencies", {})[event.get("id", "E1")] = row.id


def reviews(stage: Stage, session: Session, event: Event) -> None:
    """Somebody else says what an emergency access was."""
    opened = stage.found.get("emergencies", {})
    name = event.get("id", "E1")
    if name not in opened:
        raise problems.unknown_name(name, field="id", names=sorted(opened))
    sharing.review(session, opened[name], event["verdict"], account_of(event["by"]))
