"""The card in an application (simulated): enrolled, suspended, removed; lent to another holder, for a year at most.

R161-33-11 to R161-33-17.
"""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.law.workdays import months_after
from parcours.registry.cards import problems
from parcours.registry.cards.models import AppState, CardApp, CardAppEvent
from parcours.registry.cards.service import has_final_number
from parcours.registry.cards.words import APPS
from parcours.registry.store.ids import parse_id


def enrol(session: Session, insured_id: str, *, day: date) -> CardApp:
    """Enrol an application. Raises Refused: the number is provisional. Raises Conflict: one works already."""
    if not has_final_number(session, insured_id, day):
        raise problems.card_needs_nir()
    before = app_of(session, insured_id)
    if before is not None and before.state is not AppState.REMOVED:
        raise problems.app_state(APPS[before.state], states=[APPS[AppState.REMOVED]])
    app = CardApp(insured_id=insured_id, state=AppState.ENROLLED, enrolled_on=day)
    session.add(app)
    session.flush()
    note(session, app, day)
    return app


AFTER = {
    AppState.SUSPENDED: (AppState.ENROLLED,),
    AppState.ENROLLED: (AppState.SUSPENDED,),
    AppState.REMOVED: (AppState.ENROLLED, AppState.SUSPENDED),
}
"""What each state may follow."""


def change(session: Session, app: CardApp, state: AppState, *, day: date) -> CardApp:
    """Suspend an application, take it up again, remove it: a loan ends with it. Raises Conflict."""
    if app.state not in AFTER[state]:
        raise problems.app_state(APPS[app.state], states=[APPS[one] for one in AFTER[state]])
    app.state = state
    if state is not AppState.ENROLLED:
        app.lent_to = app.lent_until = None
    note(session, app, day)
    return app


def longest_loan(day: date) -> date:
    """The last day of a loan that begins on a day (R161-33-17)."""
    return months_after(day, thresholds.whole("delais.delegation_application_mois", day))


def lend(session: Session, app: CardApp, to: str, until: date, *, day: date) -> CardApp:
    """Lend an application to another holder, a year at most; once more before or after its end.

    Raises Conflict: it is not enrolled. Raises Refused: too long, past, or the other one holds none.
    """
    if app.state is not AppState.ENROLLED:
        raise problems.app_state(APPS[app.state], states=[APPS[AppState.ENROLLED]])
    last = longest_loan(day)
    if not day <= until <= last:
        raise problems.lent_too_long(until, day=last)
    borrower = parse_id(to)
    other = app_of(session, borrower) if borrower else None
    if borrower == app.insured_id or other is None or other.state is not AppState.ENROLLED:
        raise problems.borrower_needs_app()
    app.lent_to, app.lent_until = borrower, until
    note(session, app, day)
    return app


def borrower_on(app: CardApp, day: date) -> str | None:
    """Who may show an application in the place of its holder on a day."""
    return app.lent_to if app.lent_until is not None and day <= app.lent_until else None


def note(session: Session, app: CardApp, day: date) -> None:
    """Write down what an application is now, and to whom it is lent."""
    number = len(history(session, app.id)) + 1
    session.add(CardAppEvent(app_id=app.id, number=number, state=app.state, day=day, lent_to=app.lent_to,
                         lent_until=app.lent_until))  # fmt: skip
    session.flush()


def history(session: Session, app_id: str) -> list[CardAppEvent]:
    """What happened to an application, in order."""
    return list(
        session.scalars(select(CardAppEvent).where(CardAppEvent.app_id == app_id).order_by(CardAppEvent.number))
    )


def app_of(session: Session, insured_id: str) -> CardApp | None:
    """The newest application of a person."""
    return session.scalar(select(CardApp).where(CardApp.insured_id == insured_id).order_by(CardApp.id.desc()).limit(1))


def own_app(session: Session, insured_id: str) -> CardApp:
    """The application of a person. Raises NotFound."""
    app = app_of(session, insured_id)
    if app is None:
        raise problems.no_app()
    return app
