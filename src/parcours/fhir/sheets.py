"""Sheets as a practice reads its own: Claims that it sent, and what the fund answered; never a patient's refunds."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import select

from parcours.fhir import refunds
from parcours.fhir.kinds import Ask, Kind, Resource
from parcours.fhir.personal import people_of
from parcours.fhir.practice import also_of_practice, mine, names_somebody
from parcours.fhir.query import Query
from parcours.fhir.sent import claim_resource
from parcours.registry.claims.models import Claim, Decision
from parcours.registry.store.ids import parse_id

MOST = 200
"""Rows read at once."""
PRIVATE = ("item", "addItem", "total", "processNote")
"""What is between the patient and the fund when the patient is paid."""
Made = Callable[[Ask, Claim], Resource]


def claims_of(ask: Ask, practice: str, query: Query) -> Iterator[Claim]:
    """The sheets of a practice that a search is about, the newest first."""
    rows = select(Claim).where(Claim.professional_id == practice).order_by(Claim.id.desc()).limit(MOST)
    ids = [*query.values("_id"), *(one.rpartition("/")[2] for one in query.values("request"))]
    if ids:
        rows = rows.where(Claim.id.in_([key for one in ids if (key := parse_id(one))]))
    elif names_somebody(query):
        people = people_of(ask, query, nobody, lambda ask, query: None)
        rows = rows.where(Claim.insured_id.in_([key for one in people if (key := parse_id(one))]))
    start = query.place.start
    some = list(ask.by.session.scalars(rows.where(Claim.id <= start) if start else rows))
    while some:
        yield from some
        some = list(ask.by.session.scalars(rows.where(Claim.id < some[-1].id))) if len(some) == MOST else []


def nobody(ask: Ask, id_: str) -> None:
    """Ids of sheets name nobody here."""


def response(ask: Ask, claim: Claim) -> Resource:
    """The fund's answer; the amounts of an act only where the practice is paid for it."""
    about = list(
        ask.by.session.scalars(select(Decision).where(Decision.claim_id == claim.id).order_by(Decision.number))
    )
    said = refunds.response_of(ask, claim, about)
    if any(one.current and (one.to_professional or one.amc_to_professional) for one in about):
        return said
    return {name: value for name, value in said.items() if name not in PRIVATE}


def of_both(own: Kind, made: Made) -> Kind:
    """A type of sheets: those of a person, and those that a practice sent."""

    def rows(ask: Ask, practice: str, query: Query) -> Iterator[Resource]:
        return (made(ask, one) for one in claims_of(ask, practice, query))

    def one(ask: Ask, practice: str, id_: str) -> Resource | None:
        key = parse_id(id_)
        row = ask.by.session.get(Claim, key) if key else None
        return made(ask, row) if row is not None and row.professional_id == practice else None

    return also_of_practice(own, rows, one)


def of_sheets(kind: Kind) -> Kind:
    """The type as it is served: a practice has too many sheets to count them."""
    made = {"Claim": claim_resource, "ClaimResponse": response}.get(kind.name)
    return kind if made is None else replace(of_both(kind, made), walks=lambda ask: mine(ask) is not None)


KINDS: tuple[Kind, ...] = tuple(of_sheets(one) for one in refunds.KINDS)
