"""The addresses of the desk of a fund."""

from starlette.routing import Route

from parcours.web.desk.room import room
from parcours.web.fund import agreements, claims, desk, objections, payments, people

BOTH = ["GET", "POST"]


def routes() -> list[Route]:
    """Every page of the fund."""
    claim = room(
        claims.one_claim, desk.gate, decide=claims.decide, release=claims.release, reject=claims.reject,
        pay=claims.pay, propose=claims.propose,
    )  # fmt: skip
    case = room(people.one_case, desk.gate, contact=people.contact, answered=people.answered, close=people.close)
    return [
        Route("/fund", room(desk.today, desk.gate)),
        Route("/fund/queues/{name}", room(desk.one_queue, desk.gate)),
        Route("/fund/claims/{id}", claim, methods=BOTH),
        Route(
            "/fund/regularisations",
            room(desk.regularisations, desk.gate, confirm=desk.confirm, drop=desk.drop),
            methods=BOTH,
        ),
        Route(
            "/fund/objections/{id}",
            room(objections.objection, desk.gate, answer=objections.answer, correct=objections.correct),
            methods=BOTH,
        ),
        Route(
            "/fund/undue/{id}", room(desk.undue, desk.gate, received=desk.received, summon=desk.summon), methods=BOTH
        ),
        Route(
            "/fund/agreements/{id}",
            room(agreements.agreement, desk.gate, agreed=agreements.agree, refused=agreements.refuse),
            methods=BOTH,
        ),
        Route(
            "/fund/returned_payments/{id}",
            room(payments.returned, desk.gate, again=payments.order_again),
            methods=BOTH,
        ),
        Route("/fund/overlaps/{id}", room(desk.overlap, desk.gate, take_up=desk.take_up), methods=BOTH),
        Route("/fund/people", room(people.search, desk.gate, find=people.find), methods=BOTH),
        Route(
            "/fund/people/{id}",
            room(people.person, desk.gate, form=people.record_form, code=people.give_code, open_case=people.open_case),
            methods=BOTH,
        ),
        Route("/fund/cases", room(people.all_cases, desk.gate)),
        Route("/fund/cases/{id}", case, methods=BOTH),
    ]
