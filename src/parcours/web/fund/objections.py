"""`/fund/objections`: who disputes what, the answer and its reason, and the correction that follows."""

from starlette.responses import Response

from parcours.registry.claims import answers
from parcours.registry.claims.adjudicate import current_decision
from parcours.registry.claims.answers import FINDINGS, SHOWN, Shown
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.models import Claim, Finding, Ground, Objection, ObjectionState, Undue
from parcours.registry.claims.objections import ANSWERS
from parcours.registry.claims.words import GROUNDS, OBJECTIONS, reason
from parcours.registry.directory.models import Professional
from parcours.registry.people.context import PATIENT
from parcours.text import Text
from parcours.web.desk.names import called, doctor_name
from parcours.web.desk.room import Desk, wrong
from parcours.web.fund.desk import cause_of, insured_of, named_people, own_row, show


def objection(desk: Desk) -> Response:
    """One objection: who disputes what and why, the amounts, its delays, the answer, and what it has led to."""
    row = own_row(desk, Objection, "objection_id", Action.READ_CLAIMS, Tag.CLAIM_READ)
    undue = desk.session.get(Undue, row.undue_id) if row.undue_id else None
    claim_id = row.claim_id or (undue.claim_id if undue else None)
    claim = desk.session.get(Claim, claim_id) if claim_id else None
    decision = current_decision(desk.session, claim.id) if claim else None
    by = desk.session.get(Professional, row.professional_id) if row.professional_id else None
    person = row.insured_id or (claim.insured_id if claim else None)
    said_yes = row.state in answers.YES
    correction = answers.corrected(desk.session, row)
    return show(
        desk,
        "fund/objection.html",
        row=row,
        who=called(by) if by else named_people(desk, [person]).get(person or "", "—"),
        person=person,
        claim=claim,
        care_of=doctor_name(desk.session, claim.professional_id) if claim else "",
        decision=decision,
        undue=undue,
        cause=cause_of(undue) if undue else None,
        reason=reason,
        ground=GROUNDS[row.ground] if row.ground else None,
        answered=OBJECTIONS[row.state],
        finding=answers.finding_of(desk.session, row),
        findings=FINDINGS,
        shown=SHOWN if decision and row.claim_id and row.ground in (Ground.PATHWAY, Ground.OTHER, None) else {},
        correction=correction,
        to_do=answers.to_do(row) if said_yes and correction is None and (decision or undue) else None,
        left=(row.answer_by - desk.today).days,
    )


def answer(desk: Desk) -> Response:
    """The commission answers: a yes proposes the correction, anything less says why."""
    row = own_row(desk, Objection, "objection_id", Action.DECIDE_CLAIM, Tag.OBJECTION_DECIDE)
    may_correct(desk, row)
    given, finding = desk.field("state", 20), desk.field("finding", 20)
    if given not in ANSWERS:
        raise wrong("state", Text("une réponse", "an answer"))
    state = ObjectionState(given)
    answers.decide(
        desk.session, row, state,
        finding=Finding(finding) if finding in FINDINGS and state is not ObjectionState.ACCEPTED else None,
        shown=shown_in(desk) if state in answers.YES else None,
        by=desk.unit.actor.id, day=desk.today, at=desk.unit.incoming.at,
    )  # fmt: skip
    return desk.go(done="answered")


def correct(desk: Desk) -> Response:
    """A yes that has corrected nothing yet: propose what the registry knows by now, or what the file shows."""
    row = own_row(desk, Objection, "objection_id", Action.READ_CLAIMS, Tag.CLAIM_READ)
    may_correct(desk, row)
    proposed = answers.correct(desk.session, row, shown_in(desk), by=desk.unit.actor.id, at=desk.unit.incoming.at)
    if proposed is None:
        raise wrong("shown", NOTHING)
    return desk.go(done="saved")


NOTHING = Text(
    "ce que le dossier montre : rien de ce qui est enregistré depuis ne change un montant",
    "what the file shows: nothing recorded since changes an amount",
)


def may_correct(desk: Desk, row: Objection) -> None:
    """Only who may propose a correction does."""
    insured = row.insured_id or insured_of(desk, row)
    desk.unit.find(PATIENT, insured or "", Action.PROPOSE_REGULARISATION, Tag.REGULARISATION_PROPOSE)


def shown_in(desk: Desk) -> Shown | None:
    """What the file shows, as the form says; None: nothing but what is recorded."""
    given = desk.field("shown", 20)
    return Shown(given) if given in SHOWN else None
