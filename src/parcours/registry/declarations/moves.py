"""A doctor leaves a place: what changes in the directory, and the reason that it gives to tenures."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from parcours.registry.declarations import problems
from parcours.registry.declarations.models import EndReason
from parcours.registry.directory.models import Professional
from parcours.registry.directory.places import require_commune
from parcours.registry.directory.service import get_organisation, main_practice, practices_on, start_practice
from parcours.registry.store.periods import replace


def leave_practices(
    session: Session, doctor: Professional, *, reason: str, on: date, new_organisation_id: str | None, at: datetime
) -> EndReason:
    """What a departure changes in the directory; the reason that it gives to tenures."""
    if reason == "moved":
        end_reason = _move_practice(session, doctor, new_organisation_id, on, at)
    elif reason in {"retired", "deceased"}:
        end_reason = EndReason(reason)
        doctor.ceased_on = on
        for practice in practices_on(session, doctor.id, on):
            replace(session, practice, at, ends_on=on)
    else:
        raise problems.departure_reason(reason)
    session.flush()
    return end_reason


def _move_practice(
    session: Session, doctor: Professional, new_organisation_id: str | None, on: date, at: datetime
) -> EndReason:
    if new_organisation_id is None:
        raise problems.new_place()
    place = get_organisation(session, new_organisation_id)
    old = main_practice(session, doctor.id, on)
    if old is None:
        raise problems.no_main_practice()
    end_reason = reason_of_move(session, old.organisation_id, place.id)
    replace(session, old, at, ends_on=on)
    # The AM number is of the place: the new one comes with the new place.
    start_practice(session, doctor.id, place.id, starts_on=on, mode=old.mode, at=at)
    return end_reason


def reason_of_move(session: Session, old_id: str, new_id: str) -> EndReason:
    """Only a move to another département ends tenures."""
    old, new = (require_commune(session, get_organisation(session, one).commune_code) for one in (old_id, new_id))
    return EndReason.MOVED if old.department == new.department else EndReason.MOVED_DEPARTEMENT
