"""`/fund/returned_payments`: a transfer that the bank gave back, the claims that wait for it, and another order."""

from collections import Counter

from sqlalchemy import select
from starlette.responses import Response

from parcours.registry.claims.context import Action, Tag
from parcours.registry.claims.models import Claim
from parcours.registry.claims.words import STATES
from parcours.registry.directory.models import Professional
from parcours.registry.payments.models import Order
from parcours.registry.payments.queues import UNREAD, waits_again
from parcours.registry.payments.service import paid_by, run
from parcours.registry.people.context import PATIENT, of_fund
from parcours.registry.store.ids import get
from parcours.web.desk.money import TONES
from parcours.web.desk.names import called, professionals
from parcours.web.desk.room import Desk
from parcours.web.fund.desk import named_people, show


def own_order(desk: Desk) -> Order:
    """The order of an address, if it is of the officer's fund; else it does not exist."""
    row = get(desk.session, Order, desk.request.path_params["id"], "order_id")
    desk.unit.allow(Action.READ_QUEUES, of_fund(row.book.partition(":")[2]), Tag.QUEUES_READ)
    return row


def claims_of(desk: Desk, row: Order) -> list[tuple[Claim, int]]:
    """The claims that an order paid, by their day, and how much of it was for each."""
    paid = Counter[str]()
    for one in paid_by(desk.session, row):
        paid[one.claim_id or ""] += one.cents
    query = select(Claim).options(UNREAD).where(Claim.id.in_(paid))
    return [(one, paid[one.id]) for one in desk.session.scalars(query.order_by(Claim.care_date, Claim.id))]


def returned(desk: Desk) -> Response:
    """Whom the transfer was for, how much, when it came back, what it paid."""
    row = own_order(desk)
    claims = claims_of(desk, row)
    by = desk.session.get(Professional, row.party)
    people = named_people(desk, [row.party, *(one.insured_id for one, _ in claims)])
    return show(
        desk,
        "fund/returned.html",
        row=row,
        who=called(by) if by else people.get(row.party, "—"),
        claims=claims,
        people=people,
        doctors=professionals(desk.session, [one.professional_id for one, _ in claims]),
        states=STATES,
        tones=TONES,
        waits=desk.session.scalar(select(Order.id).where(Order.id == row.id, waits_again())) is not None,
    )


def order_again(desk: Desk) -> Response:
    """Order what the transfer paid once more, less what its payee owes."""
    row = own_order(desk)
    claims = claims_of(desk, row)
    for one in sorted({claim.insured_id for claim, _ in claims}):
        desk.unit.find(PATIENT, one, Action.DECIDE_CLAIM, Tag.CLAIM_PAY)
    run(
        desk.session, row.book, row.party, professional=desk.session.get(Professional, row.party) is not None,
        day=desk.today, at=desk.unit.incoming.at, only=[one.id for one, _ in claims],
    )  # fmt: skip
    return desk.go(done="saved")
