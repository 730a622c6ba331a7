"""The addresses of the desk of a practice."""

from starlette.routing import Route

from parcours.web.desk.room import room
from parcours.web.practice import desk, line, people, sheets

BOTH = ["GET", "POST"]


def routes() -> list[Route]:
    """Every page of the practice."""
    patient = room(desk.patient, preview=desk.preview, bill=desk.send_sheet, propose=people.propose)
    return [
        Route("/practice", room(desk.today, read=desk.unknown_card), methods=BOTH),
        Route("/practice/patient", patient, methods=BOTH),
        Route("/practice/sheets", room(sheets.sheets, sign=sheets.sign, resend=sheets.resend), methods=BOTH),
        Route("/practice/sheets/{id}", room(sheets.one_sheet)),
        Route("/practice/payments", room(sheets.payments)),
        Route("/practice/patients", room(people.patients)),
        Route(
            "/practice/declarations",
            room(people.proposals, sign=people.sign, refuse=people.refuse, propose=people.propose),
            methods=BOTH,
        ),
        Route("/practice/line", room(line.my_line, keep=line.keep, oppose=line.oppose_it), methods=BOTH),
        Route("/practice/letters", room(people.letters)),
        Route("/practice/letters/new", room(people.new_letter, write=people.write_letter), methods=BOTH),
        Route("/practice/letters/{id}", room(people.letter, use=people.use, report=people.report), methods=BOTH),
    ]
