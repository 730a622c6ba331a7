"""Departures of doctors, as the funds concerned decide them."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import BackgroundTasks

from parcours.api.common import CHANGING, LISTING, Id, Out, api_router
from parcours.edge.depends import ReadUnit, WriteUnit
from parcours.edge.mail import send
from parcours.edge.problems import problems
from parcours.edge.unit import Unit
from parcours.registry.access.model import Record
from parcours.registry.accounts.find import told_of_people
from parcours.registry.accounts.messages import departure_message
from parcours.registry.declarations import departures
from parcours.registry.declarations.context import DECLARATION, DEPARTURE, Action, Tag, departures_of_fund
from parcours.registry.declarations.models import Departure, DepartureState, Tenure

router = api_router(tag="declarations")


class DecidedOut(Out):
    """A departure as proposed to the fund: who leaves, when, and what became of it."""

    id: str
    professional_id: str
    fund: str
    reason: str
    leaves_on: date
    declarations: int
    state: DepartureState
    proposed_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, row: Departure) -> DecidedOut:
        return cls(
            id=row.id, professional_id=row.professional_id, fund=row.fund_code, reason=row.reason,
            leaves_on=row.leaves_on, declarations=row.declarations, state=row.state, proposed_at=row.proposed_at,
            decided_at=row.decided_at,
        )  # fmt: skip


class Departures(Out):
    """Departures proposed to the fund, the newest first."""

    items: list[DecidedOut]


@router.get("/departures", responses=problems(*LISTING))
def list_departures(unit: ReadUnit) -> Departures:
    """What was proposed to the officer's fund."""
    fund = unit.actor.fund_code
    unit.allow(Action.DECIDE_DEPARTURE, departures_of_fund(fund), Tag.DEPARTURE_READ)
    return Departures(items=[DecidedOut.of(one) for one in departures.departures_of(unit.session, fund or "")])


@router.post("/departures/{departure_id}/confirmation", responses=problems(*CHANGING))
def confirm_departure(departure_id: Id, unit: WriteUnit, later: BackgroundTasks) -> DecidedOut:
    """The doctor leaves the people of the fund; they are told."""
    row = _found(unit, departure_id)
    ended = departures.confirm(unit.session, row, by=unit.actor.account_id)
    return _told(unit, row, ended, Tag.DECLARATION_END, later)


@router.post("/departures/{departure_id}/refusal", responses=problems(*CHANGING))
def refuse_departure(departure_id: Id, unit: WriteUnit) -> DecidedOut:
    """The people of the fund keep their médecin traitant."""
    row = _found(unit, departure_id)
    departures.refuse(unit.session, row, by=unit.actor.account_id)
    return DecidedOut.of(row)


@router.post("/departures/{departure_id}/undoing", responses=problems(*CHANGING))
def undo_departure(departure_id: Id, unit: WriteUnit, later: BackgroundTasks) -> DecidedOut:
    """It was a mistake: what it ended goes on, for whoever has not chosen since; they are told."""
    row = _found(unit, departure_id)
    resumed = departures.undo(unit.session, row, by=unit.actor.account_id)
    return _told(unit, row, resumed, Tag.DECLARATION_RESUME, later)


def _found(unit: Unit, departure_id: str) -> Departure:
    unit.find(DEPARTURE, departure_id, Action.DECIDE_DEPARTURE, Tag.DEPARTURE_DECIDE)
    return departures.get_departure(unit.session, departure_id)


def _told(unit: Unit, row: Departure, changed: list[Tenure], tag: Tag, later: BackgroundTasks) -> DecidedOut:
    for tenure in changed:
        record = Record(DECLARATION, tenure.declaration_id, insured_id=tenure.insured_id)
        unit.note(tag, record, "departure", reason=row.reason)
    for account in told_of_people(unit.session, [one.insured_id for one in changed]):
        later.add_task(send, unit.services, account.login, departure_message(account.language, row.state.value))
    return DecidedOut.of(row)
