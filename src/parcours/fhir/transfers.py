"""Transfers: PaymentReconciliation, with the lines of what was told with it, and PaymentNotice.

A person has theirs; a practice has its own, with the lines of its returns.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import select

from parcours.fhir.kinds import Ask, Kind, Resource
from parcours.fhir.person import fund_id
from parcours.fhir.personal import personal, reference
from parcours.fhir.practice import also_of_practice, names_somebody
from parcours.fhir.query import Param, Params, Query
from parcours.fhir.refunds import STATEMENT
from parcours.fhir.site import HL7, concept, meta, money
from parcours.registry.directory.models import Organisation, Professional
from parcours.registry.directory.service import workplaces_on
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import body_of
from parcours.registry.payments.models import Order, OrderState
from parcours.registry.payments.service import orders_of
from parcours.registry.store.clock import paris_date, paris_today
from parcours.registry.store.ids import parse_id
from parcours.text import Text, plain_cents

TOLD = (MessageKind.STATEMENT, MessageKind.RSP, MessageKind.DRE_RSP)
"""What is sent with a transfer, line by line."""
STATES = {
    OrderState.PREPARED: Text("préparé (simulé)", "prepared (simulated)"),
    OrderState.SENT: Text("envoyé (simulé)", "sent (simulated)"),
    OrderState.SETTLED: Text("réglé (simulé)", "settled (simulated)"),
    OrderState.RETURNED: Text("revenu (simulé)", "returned (simulated)"),
}


def bodies(ask: Ask, party: str) -> dict[str, Resource]:
    """What was told with each transfer of a party, by its reference; read once a request."""

    def by_reference() -> dict[str, Resource]:
        query = select(Message).where(Message.recipient == party, Message.kind.in_(TOLD))
        found = [body_of(one) for one in ask.by.session.scalars(query)]
        return {one["reference"]: one for one in found if one.get("reference")}

    return ask.once(f"told:{party}", by_reference)


def details(ask: Ask, order: Order) -> Iterator[Resource]:
    """The lines of a transfer: refunds of claims, then what was taken; their sum is the transfer."""
    body = bodies(ask, order.party).get(order.reference, {})
    for one in (*body.get("refunds", ()), *body.get("lines", ())):
        yield detail("payment", one["claim"], plain_cents(one.get("refund") or one["paid"]))
    for one in body.get("deductions", ()):
        yield detail("adjustment", one["claim"], -plain_cents(one["cents"]))


def detail(kind: str, claim: str, cents: int) -> Resource:
    """A line."""
    return {
        "type": concept(f"{HL7}payment-type", kind), "request": reference("Claim", claim),
        "response": reference("ClaimResponse", claim), "amount": money(cents),
    }  # fmt: skip


def reconciliation(ask: Ask, order: Order) -> Resource:
    """A transfer."""
    said: Resource = {
        "resourceType": "PaymentReconciliation", "id": order.id, "meta": meta(updated=order.prepared_at.isoformat()),
        "identifier": [{"system": f"{ask.site.base}/sid/transfer", "value": order.reference}],
        "status": "cancelled" if order.state is OrderState.RETURNED else "active",
        "created": str(paris_date(order.prepared_at)), "outcome": "complete" if order.settled_on else "queued",
        "disposition": STATES[order.state].fr, "paymentDate": str(order.settled_on or order.day),
        "paymentAmount": money(order.cents), "paymentIssuer": issuer(ask, order),
        "detail": list(details(ask, order)),
    }  # fmt: skip
    if ask.by.session.get(Professional, order.party) is not None:
        said["requestor"] = reference("Practitioner", order.party)
    return {name: value for name, value in said.items() if value != []}


def issuer(ask: Ask, order: Order) -> Resource:
    """Who pays: a fund, or a complementary insurer by its name."""
    kind, _, code = order.book.partition(":")
    found = fund_id(ask, code) if kind == "amo" else None
    return reference("Organization", found) if found else {"display": code or order.book}


def notice(ask: Ask, order: Order) -> Resource:
    """That a transfer was made, or came back."""
    said: Resource = {
        "resourceType": "PaymentNotice", "id": order.id, "meta": meta(updated=order.prepared_at.isoformat()),
        "status": "cancelled" if order.state is OrderState.RETURNED else "active",
        "created": str(paris_date(order.prepared_at)), "payment": reference("PaymentReconciliation", order.id),
        "paymentDate": str(order.settled_on or order.day), "recipient": recipient(ask, order),
        "amount": money(order.cents),
        "paymentStatus": concept(f"{HL7}paymentstatus", "paid" if order.settled_on else "cleared"),
    }  # fmt: skip
    if ask.by.session.get(Professional, order.party) is not None:
        said["provider"] = reference("Practitioner", order.party)
    return said


def recipient(ask: Ask, order: Order) -> Resource:
    """Who is told: the place of a practice; for a person, themself by what they are."""
    place = next(iter(places(ask, order.party)), None)
    return reference("Organization", place.id) if place else {"display": "Assuré", "type": "Organization"}


def places(ask: Ask, professional: str) -> Iterator[Organisation]:
    """Where a professional works today."""
    return (place for _, place in workplaces_on(ask.by.session, professional, paris_today()))


Made = Callable[[Ask, Order], Resource]


def of_both(name: str, made: Made, params: Params) -> Kind:
    """A type of transfers: those of people, by their own right; those of a practice, to itself."""

    def rows(ask: Ask, practice: str, query: Query) -> Iterator[Resource]:
        return (made(ask, one) for one in (() if names_somebody(query) else orders_of(ask.by.session, practice)))

    def one(ask: Ask, practice: str, id_: str) -> Resource | None:
        key = parse_id(id_)
        order = ask.by.session.get(Order, key) if key else None
        return made(ask, order) if order is not None and order.party == practice else None

    own = personal(
        name, STATEMENT, lambda ask, person: (made(ask, one) for one in orders_of(ask.by.session, person)),
        party_of, params,
    )  # fmt: skip
    return also_of_practice(own, rows, one)


def party_of(ask: Ask, id_: str) -> str | None:
    """For whom an order is."""
    key = parse_id(id_)
    row = ask.by.session.get(Order, key) if key else None
    return row.party if row else None


COMMON: Params = {
    "patient": Param("reference", ()), "created": Param("date", ("created",)), "status": Param("token", ("status",)),
}  # fmt: skip
KINDS: tuple[Kind, ...] = (
    of_both(
        "PaymentReconciliation", reconciliation,
        {
            **COMMON, "identifier": Param("token", ("identifier",)), "requestor": Param("reference", ("requestor",)),
            "outcome": Param("token", ("outcome",)), "payment-issuer": Param("reference", ("paymentIssuer",)),
        },
    ),
    of_both(
        "PaymentNotice", notice,
        {
            **COMMON, "provider": Param("reference", ("provider",)),
            "payment-status": Param("token", ("paymentStatus",)),
        },
    ),
)  # fmt: skip
