"""The verbs of referrals, from the letter to the answer, and what a story of them may expect."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from parcours.registry.directory.service import end_practice, workplaces_on
from parcours.registry.referrals import service, states
from parcours.registry.referrals.letters import Letter, NewReferral, ReportDetails
from parcours.registry.referrals.models import Referral, ReferralState
from parcours.registry.scenario import problems
from parcours.registry.scenario.care import Happens, timed
from parcours.registry.scenario.failed import Check, Failed, equal
from parcours.registry.scenario.stage import Stage
from parcours.registry.scenario.verbs import Event
from parcours.registry.scenario.words import Verb, verb


def named(stage: Stage, session: Session, name: str) -> Referral:
    """The referral that an event tells of."""
    known = stage.found.setdefault("referrals", {})
    if name not in known:
        raise problems.unknown_name(name, field="id", names=sorted(known))
    return service.get_referral(session, known[name])


def refers(stage: Stage, session: Session, event: Event) -> None:
    """A doctor writes a letter to another one."""
    letter = Letter(
        str(event.get("reason", "avis")), str(event.get("question", "?")), str(event.get("urgency", "ordinary")),
        target_date=str(event.get("target", "")),
    )  # fmt: skip
    new = NewReferral(
        stage.person(session, event["of"]), stage.professional(session, event["by"]),
        event.get("flow", "avis_ponctuel"), letter, addressee_id=stage.professional(session, event["to"]),
        valid_until=event.get("until"),
    )  # fmt: skip
    stage.found.setdefault("referrals", {})[event["id"]] = service.write_referral(session, new).id


def moved(state: ReferralState) -> Happens:
    """The addressee says what becomes of it; the author, that the answer was read."""

    def happens(stage: Stage, session: Session, event: Event) -> None:
        row = named(stage, session, event["id"])
        by = row.author_id if state is ReferralState.ACKNOWLEDGED else row.addressee_id
        states.step(session, row, state, by=by, booked_for=event.get("on"), reason=event.get("reason", ""))

    return happens


def seen(stage: Stage, session: Session, event: Event) -> None:
    """The visit takes place."""
    row = named(stage, session, event["id"])
    by = stage.professional(session, event["by"]) if "by" in event else row.addressee_id or ""
    service.use(session, row.id, by, care_date=stage.today)


def reported(stage: Stage, session: Session, event: Event) -> None:
    """The addressee reports."""
    row = named(stage, session, event["id"])
    details = ReportDetails(answer=event.get("answer", "answered"))
    service.report_back(
        session, row.id, row.addressee_id or "", written_on=stage.today, text=event.get("text", "vu"), details=details
    )


def cancelled(stage: Stage, session: Session, event: Event) -> None:
    """The author takes it back."""
    row = named(stage, session, event["id"])
    service.cancel(session, row.id, by=row.author_id)


def leaves_practice(stage: Stage, session: Session, event: Event) -> None:
    """A professional works nowhere any more: the box at the other end is gone."""
    for practice, _ in workplaces_on(session, stage.professional(session, event["who"]), stage.today):
        end_practice(session, practice, ends_on=stage.today)


def referral_states(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Every state of a referral, in order; one word is the state of the last day of the story."""
    for name, wanted in expected.items():
        row = named(stage, session, name)
        if isinstance(wanted, list):
            found: Any = [one.state.value for one in states.steps_of(session, row.id)]
        else:
            found = states.state_of(session, row, stage.today).value
        yield from equal(f"referrals.{name}", wanted, found)


def alerts(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What the author of referrals is warned of, on a day."""
    for wanted in expected:
        names = {number: name for name, number in stage.found.get("referrals", {}).items()}
        doctor = stage.professional(session, wanted["who"])
        found = [f"{names[one.referral.id]} {one.what}" for one in states.alerts(session, doctor, wanted["on"])]
        yield from equal(f"alerts.{wanted['who']}.{wanted['on']}", wanted["are"], found)


def waiting(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What waits for somebody, with its state, as author or as addressee."""
    names = {number: name for name, number in stage.found.get("referrals", {}).items()}
    for who, wanted in expected.items():
        rows = states.waiting(session, stage.professional(session, who), stage.today)
        found = {names[row.id]: state.value for row, state in rows if row.id in names}
        yield from equal(f"waiting.{who}", wanted, found)


VERBS: dict[str, Verb] = {
    "refers": verb(timed(refers), "id of by to", "flow reason question urgency target until time utc"),
    "referral_received": verb(timed(moved(ReferralState.RECEIVED)), "id", "time utc"),
    "referral_booked": verb(timed(moved(ReferralState.BOOKED)), "id on", "time utc"),
    "referral_declined": verb(timed(moved(ReferralState.DECLINED)), "id", "reason time utc"),
    "patient_did_not_come": verb(timed(moved(ReferralState.DID_NOT_COME)), "id", "time utc"),
    "referral_seen": verb(timed(seen), "id", "by time utc"),
    "referral_reported": verb(timed(reported), "id", "text answer time utc"),
    "referral_acknowledged": verb(timed(moved(ReferralState.ACKNOWLEDGED)), "id", "time utc"),
    "referral_cancelled": verb(timed(cancelled), "id", "time utc"),
    "leaves_practice": verb(timed(leaves_practice), "who", "time utc"),
}
CHECKS: dict[str, Check] = {"referrals": referral_states, "alerts": alerts, "waiting": waiting}
