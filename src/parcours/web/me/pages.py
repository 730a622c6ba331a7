"""The addresses of the account of an insured person."""

from starlette.routing import Route

from parcours.web.desk.room import room
from parcours.web.me import (
    calendar,
    claim_back,
    doctor,
    family,
    files,
    money,
    notices,
    papers,
    quote,
    record,
    sheet,
    statement,
)  # fmt: skip
from parcours.web.me.home import home

BOTH = ["GET", "POST"]


def routes() -> list[Route]:
    """Every page of the account."""
    doctors = room(
        doctor.my_doctor, propose=doctor.propose, sign=doctor.sign, refuse=doctor.refuse, withdraw=doctor.withdraw,
        leave=doctor.leave, ask_help=doctor.ask_help, stop_help=doctor.stop_help,
    )  # fmt: skip
    card = room(
        papers.card,
        ask=papers.ask_card,
        lose=papers.lose_card,
        update=papers.update_card,
        document=papers.send_document,
        abroad=papers.go_abroad,
    )
    records = room(
        record.my_record, change=record.change, review=record.review, action_done=record.action_done,
        action_refused=record.action_refused,
    )  # fmt: skip
    return [
        Route("/me", room(home)),
        Route("/me/doctor", doctors, methods=BOTH),
        Route("/me/quote", room(quote.my_quote)),
        Route("/me/claim-back", room(claim_back.claim_back)),
        Route("/me/record", records, methods=BOTH),
        Route("/me/record.pdf", room(record.paper)),
        Route("/me/record.json", room(record.whole)),
        Route("/me/care/letters/{id}.pdf", room(files.letter)),
        Route("/me/care/letters/{id}/report.pdf", room(notices.report)),
        Route("/me/care", room(family.care, agree_plan=family.agree_plan), methods=BOTH),
        Route(
            "/me/care/letters/{id}", room(family.letter, withhold=family.withhold, cancel=family.cancel_letter),
            methods=BOTH,
        ),
        Route(
            "/me/calendar",
            room(
                calendar.my_calendar, it_is_done=calendar.it_is_done, refuse=calendar.refuse, answer=calendar.answer
            ),
            methods=BOTH,
        ),
        Route("/me/calendar.ics", room(calendar.calendar_file)),
        Route("/me/money", room(money.money)),
        Route("/me/money.csv", room(statement.file)),
        Route("/me/money.pdf", room(statement.statement)),
        Route("/me/money/{id}.pdf", room(files.decision)),
        Route("/me/card.pdf", room(files.attestation)),
        Route("/me/doctor.pdf", room(files.declaration)),
        Route("/me/doctor/form.pdf", room(notices.form)),
        Route("/me/doctor/help.pdf", room(notices.to_conciliator)),
        Route("/me/sheet", room(sheet.form, post=sheet.post), methods=BOTH),
        Route("/me/sheet.pdf", room(notices.sheet)),
        Route("/me/export.pdf", room(notices.copy)),
        Route("/me/objections/{id}.pdf", room(notices.notice)),
        Route("/me/messages/{id}.pdf", room(notices.sums_to_pay)),
        Route("/me/money/{id}", room(money.one_refund)),
        Route("/me/card", card, methods=BOTH),
        Route("/me/mutuelle", room(papers.mutuelle, choose=papers.choose, ask=papers.ask_link), methods=BOTH),
        Route("/me/family", room(family.my_family)),
        Route("/me/messages", room(papers.messages)),
        Route("/me/objections", room(papers.my_objections, object=papers.object_to), methods=BOTH),
        Route("/me/privacy", room(family.privacy)),
        Route("/me/export.json", room(family.copy)),
    ]  # fmt: skip
