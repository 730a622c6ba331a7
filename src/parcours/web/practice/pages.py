"""The addresses of the desk of a practice."""

from starlette.routing import Route

from parcours.web.desk.room import room
from parcours.web.me import files
from parcours.web.practice import (
    agreements,
    desk,
    drafts,
    due,
    emergency,
    forfait,
    letters,
    line,
    people,
    plans,
    record,
    sheets,
)

BOTH = ["GET", "POST"]


def routes() -> list[Route]:
    """Every page of the practice."""
    patient = room(desk.patient, desk.gate, preview=desk.preview, bill=desk.send_sheet, propose=people.propose)
    records = room(
        record.record, desk.gate, state=record.state, plan=record.plan, action_done=record.action_done,
        action_refused=record.action_refused, review=record.review, inform=record.inform,
    )  # fmt: skip
    new_letter = room(
        letters.new_letter, desk.gate, write=letters.write_letter, prepare=letters.prepare_letter,
        drop=letters.drop_letter,
    )  # fmt: skip
    letter = room(
        letters.letter, desk.gate, use=letters.use, report=letters.report, prepare_report=letters.prepare_report
    )
    return [
        Route("/practice", room(desk.today, desk.gate, read=desk.unknown_card), methods=BOTH),
        Route("/practice/patient", patient, methods=BOTH),
        Route("/practice/sheets", room(sheets.sheets, desk.gate, sign=sheets.sign, resend=sheets.resend), methods=BOTH),
        Route(
            "/practice/sheets/{id}",
            room(sheets.one_sheet, desk.gate, sign=sheets.sign, resend=sheets.resend, contest=sheets.contest),
            methods=BOTH,
        ),
        Route("/practice/agreements", room(agreements.agreements, desk.gate, ask=agreements.ask), methods=BOTH),
        Route("/practice/payments", room(sheets.payments, desk.gate)),
        Route("/practice/forfait", room(forfait.forfait, desk.gate)),
        Route("/practice/letters/{id}.pdf", room(files.letter, desk.gate)),
        Route("/practice/patients", room(people.patients, desk.gate)),
        Route("/practice/prevention", room(due.prevention, desk.gate)),
        Route("/practice/prevention.zip", room(due.letters_file, desk.gate)),
        Route("/practice/record", records, methods=BOTH),
        Route("/practice/emergency", room(emergency.emergency, desk.gate, open=emergency.opens), methods=BOTH),
        Route("/practice/emergency/record", room(emergency.read, desk.gate)),
        Route(
            "/practice/declarations",
            room(
                people.proposals,
                desk.gate,
                sign=people.sign,
                refuse=people.refuse,
                propose=people.propose,
                withdraw=people.withdraw,
            ),
            methods=BOTH,
        ),
        Route("/practice/line", room(line.my_line, keep=line.keep, oppose=line.oppose_it), methods=BOTH),
        Route("/practice/letters", room(letters.letters, desk.gate)),
        Route("/practice/letters/new", new_letter, methods=BOTH),
        Route("/practice/letters/{id}", letter, methods=BOTH),
        Route("/practice/plans/new", room(plans.new_plan, desk.gate, prepare=plans.prepare), methods=BOTH),
        Route("/practice/drafts/{id}", room(drafts.draft, desk.gate, sign=drafts.sign, drop=drafts.drop), methods=BOTH),
    ]
