"""`/practice/agreements`: what was asked of a fund before an act, what it answered; one more for a patient here."""

from dataclasses import replace

from starlette.responses import Response

from parcours.registry.claims import agreements as service
from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.intake import fund_of
from parcours.registry.claims.models import AgreementState
from parcours.registry.claims.words import AGREEMENTS, NO_AGREEMENTS
from parcours.registry.declarations.context import of_practice
from parcours.registry.people.service import get_insured
from parcours.registry.visits.facts import visit_facts
from parcours.web.desk.acts import name_of_act
from parcours.web.desk.paging import cut
from parcours.web.desk.room import Desk
from parcours.web.practice.desk import doctor_of, patients_named, show
from parcours.web.practice.sheet import check_known, state_of, typed

PAGE = 40


def agreements(desk: Desk) -> Response:
    """What this practice asked, the newest first; of one patient where the address names one."""
    doctor, patient = doctor_of(desk), None
    if desk.asked("of", 64):
        record = desk.person(Action.PREPARE_CLAIM)
        patient = get_insured(desk.session, record.insured_id or "")
    desk.unit.allow(Action.READ_SHEETS, of_practice(doctor.id), Tag.SHEETS_READ)
    found = service.asked_by(
        desk.session, doctor.id, insured_id=patient.id if patient else None, after=desk.after,
        limit=PAGE + 1,
    )  # fmt: skip
    rows, more = cut(found, PAGE)
    states = {one.id: service.state_on(one, desk.today) for one in rows}
    return show(
        desk,
        "practice/agreements.html",
        patient=patient,
        rows=rows,
        more=more,
        names=patients_named(desk, [one.insured_id for one in rows]),
        acts={one.code: name_of_act(one.code, doctor, desk.lang) for one in rows},
        states={id_: AGREEMENTS[state] for id_, state in states.items()},
        waits={id_ for id_, state in states.items() if state is AgreementState.ASKED},
        why={id_: NO_AGREEMENTS[why] for id_, why in service.refusals_of(desk.session, rows).items()},
        typed=desk.field("acts", 200),
    )


def ask(desk: Desk) -> Response:
    """Ask for each act, as who may send its sheet: the fund receives it today."""
    doctor = doctor_of(desk)
    record = desk.person(Action.PREPARE_CLAIM)
    desk.unit.allow(Action.SUBMIT_CLAIM, replace(record, professional_id=doctor.id))
    insured_id, words = record.insured_id or "", typed(desk.field("acts", 200))
    state = state_of(desk, doctor, visit_facts(desk.session, insured_id, doctor.id, desk.today), words)
    fund = fund_of(desk.session, insured_id, desk.today, None)
    for one in words:
        check_known(state, one)
        row = service.ask(
            desk.session, insured_id, doctor.id, one.code, fund_code=fund, day=desk.today,
            longer=bool(desk.field("longer", 5)), by=desk.unit.actor.id,
        )  # fmt: skip
        desk.unit.note(Tag.AGREEMENT_ASK, record, agreement=row.id)
    return desk.go(done="asked")
