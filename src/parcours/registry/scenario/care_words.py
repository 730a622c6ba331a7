"""The words of prevention and of the record, and what a story of them may expect."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from parcours.engine.prevention.say import item_dict
from parcours.registry.access.model import Record
from parcours.registry.ald.context import PROTOCOL
from parcours.registry.contexts import POLICY
from parcours.registry.people.context import of_patient
from parcours.registry.people.service import get_insured
from parcours.registry.prevention import service as prevention
from parcours.registry.record import documents, projects, service
from parcours.registry.record.context import DOCUMENT, EMERGENCY, FOLLOW_UP
from parcours.registry.record.models import Section
from parcours.registry.referrals.context import REFERRAL
from parcours.registry.scenario import care, problems
from parcours.registry.scenario.care import timed
from parcours.registry.scenario.failed import Check, Failed, equal
from parcours.registry.scenario.stage import Stage
from parcours.registry.scenario.words import Verb, verb
from parcours.registry.store.clock import stopped_at

SUBJECTS = {
    "document": ("documents", DOCUMENT), "emergency": ("emergencies", EMERGENCY), "referral": ("referrals", REFERRAL),
    "protocol": ("protocols", PROTOCOL), "action": ("actions", FOLLOW_UP),
}  # fmt: skip
"""What may be asked for besides a person, and where a story keeps its name."""
ABSENT = "not_yet_law"
"""A programme that is only announced does not exist yet."""


def plain(value: Any) -> Any:
    """A day of a file as an answer writes it."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def rest(wanted: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """What an expectation says besides what it is about; what it is about must be there."""
    missing = [name for name in names if name not in wanted]
    if missing:
        raise problems.word_missing(field=missing[0], names=", ".join(names))
    return {name: value for name, value in wanted.items() if name not in names}


def calendar(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What somebody is due on a day: the names are those of `parcours prevention --json`."""
    for wanted in expected:
        who, on, name = wanted["of"], wanted["on"], wanted["programme"]
        found = prevention.calendar_of(session, stage.person(session, who), on, by_parent=bool(wanted.get("by_parent")))
        said = next((one for one in found if one.item.programme.id == name), None)
        item = {} if said is None else item_dict(said, "en")
        item["exists"] = said is not None and item["state"] != ABSENT
        for key, value in rest(wanted, "of", "on", "programme").items():
            if key != "by_parent":
                yield from equal(f"calendar.{who}.{name}.{on}.{key}", plain(value), item.get(key, "?"))


def reminded(stage: Stage, _session: Session, expected: Any) -> Iterator[Failed]:
    """What became of the reminders of somebody, run after run: `sent`, or why nothing was."""
    for who, wanted in expected.items():
        yield from equal(f"reminded.{who}", wanted, stage.found.get("reminded", {}).get(who, []))


def synthesis(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """A section of the synthesis: `filled` with its texts, `nothing_known` since a day, `not_asked`."""
    for wanted in expected:
        who, section = wanted["of"], Section(wanted["section"])
        state = service.synthesis(session, stage.person(session, who), (section,))[0]
        found = {
            "state": state.state, "since": plain(state.since), "texts": [row.text for row in state.lines],
            "by": [stage.name_of(row.author_id) for row in state.lines],
        }  # fmt: skip
        for key, value in rest(wanted, "of", "section").items():
            yield from equal(f"synthesis.{who}.{section.value}.{key}", plain(value), found.get(key, "?"))


def documents_kept(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The state of documents: `approved`, `deprecated`; `absent`, one that was refused."""
    kept = stage.found.get("documents", {})
    for name, wanted in expected.items():
        found = documents.get_document(session, kept[name]).state.value if name in kept else "absent"
        yield from equal(f"documents.{name}", wanted, found)


def subject(stage: Stage, session: Session, wanted: Mapping[str, Any]) -> Record:
    """What somebody asks for: a document, a letter, a protocol, an emergency access; else a person."""
    for word, (group, kind) in SUBJECTS.items():
        if word in wanted:
            known = stage.found.get(group, {})
            if wanted[word] not in known:
                raise problems.unknown_name(wanted[word], field=word, names=sorted(known))
            return POLICY.load(session, kind, known[wanted[word]])
    return of_patient(get_insured(session, stage.person(session, wanted["of"])))


def access(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """May somebody do something, on a day at a time? By the one table of the policy."""
    for wanted in expected:
        action = POLICY.actions.get(wanted["may"])
        if action is None:
            yield Failed("access.may", ", ".join(sorted(POLICY.actions)), str(wanted["may"]))
            continue
        stage.today = wanted.get("on", stage.today)
        with stopped_at(care.instant(stage, wanted)):
            asked = subject(stage, session, wanted)
            decision = POLICY.decide(session, care.actor_of(stage, session, wanted["who"]), action, asked)
        what = f"access.{wanted['who']}.{wanted['may']}.{stage.today}"
        yield from equal(what, bool(wanted["is"]), decision.allowed)


def told_of(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The subjects of the messages that somebody got, in their order."""
    from parcours.registry.messages.service import messages_to

    for who, wanted in expected.items():
        recipient = stage.ids.get(who, who)
        yield from equal(f"told.{who}", wanted, [one.subject for one in messages_to(session, recipient)])


def follow_up(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Where an action of a project is on a day: `state`, `since`, `by`, `done_on`, `next_on`."""
    for wanted in expected:
        who, on, action = wanted["of"], wanted["on"], wanted["action"]
        found = projects.calendar(session, stage.person(session, who), on)
        item = next((standing_dict(each) for each in found if each.action.what == action), {})
        for key, value in rest(wanted, "of", "on", "action").items():
            yield from equal(f"follow_up.{who}.{action}.{on}.{key}", plain(value), item.get(key, "?"))


def standing_dict(one: projects.Standing) -> dict[str, Any]:
    """An action as an answer writes it."""
    return {
        "state": one.state.name.lower(), "since": plain(one.since), "by": plain(one.by), "done_on": plain(one.done),
        "next_on": plain(one.following),
    }  # fmt: skip


def taken_in(stage: Stage, _session: Session, expected: Any) -> Iterator[Failed]:
    """What each record that was taken in added, in order."""
    done = stage.found.get("taken_in", [])
    for number, wanted in enumerate(expected):
        found = done[number] if number < len(done) else {}
        for key, value in wanted.items():
            yield from equal(f"taken_in.{number}.{key}", value, found.get(key, "?"))


def purged(stage: Stage, _session: Session, expected: Any) -> Iterator[Failed]:
    """Whose records were destroyed."""
    yield from equal("purged", sorted(expected), sorted(stage.found.get("purged", [])))


VERBS: dict[str, Verb] = {
    "about_oneself": verb(timed(care.about_oneself), "who facts", "opted_out time utc"),
    "done": verb(timed(care.said_of_a_programme("done")), "who programme", "on test source time utc"),
    "refuses": verb(timed(care.said_of_a_programme("refused")), "who programme", "until source time utc"),
    "set_aside": verb(timed(care.said_of_a_programme("excluded")), "who programme reason", "until source time utc"),
    "taken_back": verb(timed(care.taken_back), "who programme", "time utc"),
    "lives_in": verb(timed(care.lives_in), "who department", "time utc"),
    "remind": verb(timed(care.remind), "who", "times time utc"),
    "dies": verb(timed(care.dies), "who", "time utc"),
    "declares": verb(timed(care.declares), "who doctor", "parent time utc"),
    "states": verb(
        timed(care.states), "of by section", "id status text origin stated_on corrects time utc"
    ),
    "deposits": verb(
        timed(care.deposits), "id of by",
        "unique_id type title content sha1 size visibility hidden_until replaces time utc",
    ),
    "plans": verb(timed(care.plans_project), "of by aims review_on", "actions time utc"),
    "follows_up": verb(timed(care.follows_up), "action", "outcome on time utc"),
    "morning": verb(timed(care.morning), "", "time utc"),
    "handed_over": verb(timed(care.handed_over), "of by", "for time utc"),
    "purged": verb(timed(care.purged), "", "time utc"),
    "opposes": verb(timed(care.opposes), "who to", "time utc"),
    "shares": verb(timed(care.shares), "who to", "as how time utc"),
    "opens_in_emergency": verb(timed(care.opens_in_emergency), "of by reason", "id explanation time utc"),
    "reviews": verb(timed(care.reviews), "by verdict", "id time utc"),
}  # fmt: skip

CHECKS: dict[str, Check] = {
    "calendar": calendar, "reminded": reminded, "synthesis": synthesis, "documents": documents_kept,
    "access": access, "told": told_of, "follow_up": follow_up, "taken_in": taken_in, "purged": purged,
}  # fmt: skip
