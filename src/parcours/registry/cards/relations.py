"""Who one is by a card: the practice to which the patient has just shown it."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from parcours.registry.access.model import PRACTICE, Actor, Record
from parcours.registry.access.rules import OWN_PRACTICE, Relation, rule
from parcours.registry.cards.models import CardReading, Shown
from parcours.registry.store.clock import now_utc

SHOWN_FOR = timedelta(hours=24)
"""How long a card that was shown opens what a sheet needs: the day of the visit."""


def _shown(session: Session, actor: Actor, record: Record) -> bool:
    """The patient showed this practice the card, or the number with the birth date, within a day."""
    return _read(session, actor, record, tuple(Shown))


def _held(session: Session, actor: Actor, record: Record) -> bool:
    """The card itself was read here, within a day: a number may be typed while the patient is not there."""
    return _read(session, actor, record, (Shown.CARD,))


def _read(session: Session, actor: Actor, record: Record, ways: tuple[Shown, ...]) -> bool:
    if actor.professional_id is None or record.insured_id is None:
        return False
    found = readings(record.insured_id, actor.professional_id, now_utc() - SHOWN_FOR, ways)
    return session.scalar(found.with_only_columns(CardReading.id).limit(1)) is not None


def readings(
    insured_id: str, professional_id: str, since: datetime, ways: tuple[Shown, ...] = tuple(Shown)
) -> Select[CardReading]:
    """The times that a patient showed a practice the card since an instant, in some ways."""
    return select(CardReading).where(
        CardReading.insured_id == insured_id, CardReading.professional_id == professional_id,
        CardReading.read_at > since, CardReading.how.in_(ways),
    )  # fmt: skip


CARD_SHOWN = Relation("card_shown", _shown, to_person=True)
CARD_HELD = Relation("card_held", _held, to_person=True)

PRACTICE_CARD = rule(
    "practice_card", PRACTICE, CARD_SHOWN,
    "Le cabinet à qui le patient montre sa carte voit, ce jour-là, ce qu'il faut pour la feuille de soins.",
    "A practice to which the patient shows the card sees, on that day, what the sheet of care needs.",
)  # fmt: skip
PRACTICE_CARD_HELD = rule(
    "practice_card_held", PRACTICE, CARD_HELD,
    "Qui a lu la carte elle-même ce jour-là note l'accord que le patient donne devant lui ; un numéro ne suffit pas.",
    "Who read the card itself on that day notes the consent that the patient gives there; a number is not enough.",
)  # fmt: skip
PRACTICE_READER = rule(
    "practice_reader", PRACTICE, OWN_PRACTICE,
    "Un cabinet lit la carte que le patient lui présente.", "A practice reads the card that the patient presents.",
)  # fmt: skip
