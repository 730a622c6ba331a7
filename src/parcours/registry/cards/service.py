"""The life of a card, and the proof of rights abroad."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.law import thresholds
from parcours.law.workdays import months_after
from parcours.registry.cards import problems
from parcours.registry.cards.models import (
    Abroad,
    Card,
    CardEvent,
    CardReading,
    CardState,
    EuropeanProof,
    Shown,
)
from parcours.registry.cards.relations import SHOWN_FOR, readings
from parcours.registry.cards.words import CARDS, FUND_CHANGED
from parcours.registry.errors import not_found
from parcours.registry.identity.keys import NirKind
from parcours.registry.identity.service import current_identifier
from parcours.registry.messages.models import MessageKind
from parcours.registry.messages.service import send
from parcours.registry.people.models import Affiliation
from parcours.registry.people.service import affiliation_on
from parcours.registry.record import sharing
from parcours.registry.record.models import RecordConsent
from parcours.registry.record.sharing import Noted, Opens
from parcours.registry.store.clock import now_utc, paris_date
from parcours.registry.store.ids import get, parse_id
from parcours.registry.store.periods import holding
from parcours.text import Text

WORKING = (CardState.ACTIVE, CardState.TO_UPDATE)
OVER = (CardState.OPPOSED, CardState.REPLACED, CardState.DEACTIVATED)
"""States after which another card may be asked for: one valid card a person (L161-31)."""


def request(session: Session, insured_id: str, *, day: date) -> Card:
    """Ask for a card. Raises Refused: the number is provisional. Raises Conflict: there is one already."""
    if not has_final_number(session, insured_id, day):
        raise problems.card_needs_nir()
    before = card_of(session, insured_id)
    if before is not None and before.state not in OVER:
        raise problems.card_state(CARDS[before.state], states=[CARDS[one] for one in OVER])
    card = Card(insured_id=insured_id, state=CardState.REQUESTED, requested_on=day)
    session.add(card)
    session.flush()
    note(session, card, day, "asked")
    return card


def has_final_number(session: Session, insured_id: str, day: date) -> bool:
    """Is the number of a person more than a provisional one?"""
    number = current_identifier(session, insured_id, day)
    return number is not None and number.kind is not NirKind.NIA


def refuse_documents(session: Session, card: Card, why: str, *, day: date, at: datetime) -> None:
    """The photo or the document will not do; the insured sends another."""
    move(session, card, (CardState.REQUESTED,), CardState.DOCUMENTS_REFUSED, day, why)
    tell(session, card, f"card_{why}_refused", day, at)


def send_documents(session: Session, card: Card, *, day: date) -> None:
    """Good documents: the card is made."""
    move(session, card, (CardState.DOCUMENTS_REFUSED,), CardState.REQUESTED, day, "documents")
    accept_documents(session, card, day=day)


def accept_documents(session: Session, card: Card, *, day: date) -> None:
    """The fund has checked the documents."""
    move(session, card, (CardState.REQUESTED,), CardState.IN_PRODUCTION, day, "checked")


def deliver(session: Session, card: Card, *, day: date, at: datetime) -> None:
    """The card works from the day it is delivered."""
    move(session, card, (CardState.IN_PRODUCTION,), CardState.ACTIVE, day, "delivered")
    card.updated_on = day
    tell(session, card, "card_sent", day, at)


def update(session: Session, card: Card, *, day: date) -> None:
    """Read in a terminal: its rights are those of the day again."""
    if card.state is CardState.TO_UPDATE:
        move(session, card, (CardState.TO_UPDATE,), CardState.ACTIVE, day, "updated")
    if card.state is not CardState.ACTIVE:
        raise problems.card_state(CARDS[card.state], states=[CARDS[CardState.ACTIVE]])
    card.updated_on = day
    session.flush()


def ask_to_update(session: Session, *, day: date, at: datetime) -> int:
    """Cards that were not updated for the time of the law (R161-33-10) ask to be; how many."""
    since = months_after(day, -thresholds.whole("carte.mise_a_jour_mois", day))
    query = select(Card).where(Card.state == CardState.ACTIVE, Card.updated_on <= since)
    cards = list(session.scalars(query))
    for card in cards:
        move(session, card, (CardState.ACTIVE,), CardState.TO_UPDATE, day, "a year")
        tell(session, card, "card_to_update", day, at)
    return len(cards)


def end_with_rights(session: Session, *, day: date, at: datetime) -> int:
    """Cards of those whose rights ended work no more (R161-33-3); how many."""
    has_rights = select(Affiliation.id).where(Affiliation.insured_id == Card.insured_id, holding(Affiliation, day))
    cards = list(session.scalars(select(Card).where(Card.state.in_(WORKING), ~has_rights.exists())))
    for card in cards:
        move(session, card, WORKING, CardState.DEACTIVATED, day, "rights ended")
        tell(session, card, "card_deactivated", day, at)
    return len(cards)


def oppose(session: Session, card: Card, why: str, *, day: date, at: datetime) -> None:
    """Lost, stolen or misused: it never comes back."""
    move(session, card, WORKING, CardState.OPPOSED, day, why)
    card.opposed_on = day
    tell(session, card, "card_opposed", day, at)


def move(session: Session, card: Card, allowed: tuple[CardState, ...], state: CardState, day: date, why: str) -> None:
    """Change a card, and keep that it changed. Raises Conflict: its state forbids it."""
    if card.state not in allowed:
        raise problems.card_state(CARDS[card.state], states=[CARDS[one] for one in allowed])
    card.state = state
    note(session, card, day, why)


def note(session: Session, card: Card, day: date, why: str) -> None:
    """Write down the state that a card has now."""
    number = len(history(session, card.id)) + 1
    session.add(CardEvent(card_id=card.id, number=number, state=card.state, day=day, why=why))
    session.flush()


def history(session: Session, card_id: str) -> list[CardEvent]:
    """What happened to a card, in order."""
    return list(session.scalars(select(CardEvent).where(CardEvent.card_id == card_id).order_by(CardEvent.number)))


def tell(session: Session, card: Card, subject: str, day: date, at: datetime) -> None:
    """A message to the account of the insured."""
    send(session, MessageKind.AVIS, subject, card.insured_id, {"on": day.isoformat()}, at=at, day=day,
         insured_id=card.insured_id)  # fmt: skip


def card_of(session: Session, insured_id: str) -> Card | None:
    """The newest card of a person."""
    return session.scalar(select(Card).where(Card.insured_id == insured_id).order_by(Card.id.desc()).limit(1))


def cards_of(session: Session, insured_id: str) -> list[Card]:
    """Every card of a person, newest first."""
    return list(session.scalars(select(Card).where(Card.insured_id == insured_id).order_by(Card.id.desc())))


def get_card(session: Session, card_id: str, insured_id: str) -> Card:
    """A card of a person. Raises NotFound, also when it is somebody else's."""
    return get(session, Card, card_id, "card_id", insured_id=insured_id)


def opposed_on(session: Session, insured_id: str, day: date) -> bool:
    """Was a card of this person on the opposition list that day, and none works?"""
    return insured_id in opposed_among(session, [insured_id], day)


def opposed_among(session: Session, insured_ids: Collection[str], day: date) -> set[str]:
    """Those whose card was on the opposition list that day, and who have none that works."""
    cards = list(session.scalars(select(Card).where(Card.insured_id.in_(insured_ids))))
    opposed = {one.insured_id for one in cards if one.opposed_on is not None and one.opposed_on <= day}
    return opposed - {one.insured_id for one in cards if one.state in WORKING}


# --- shown to a practice ---------------------------------------------------------------------------------------------


def show(session: Session, insured_id: str, professional_id: str, how: Shown, *, at: datetime) -> CardReading:
    """A patient shows a practice the card, or the number with the birth date.

    Raises `Refused`: a card that is blocked, or does not work for another reason, is not read. Who was never given one
    in this simulation shows one all the same.
    """
    held = cards_of(session, insured_id) if how is Shown.CARD else []
    reasons = [unread(session, one, paris_date(at)) for one in held]
    if held and None not in reasons:
        raise problems.card_not_read(state=reasons[0])
    return _noted(session, insured_id, professional_id, how, at)


def card_held(session: Session, card_id: str) -> Card | None:
    """The card that bears a number, whoever's it is: it is held by who presents it."""
    number = parse_id(card_id)
    return session.get(Card, number) if number else None


def read(session: Session, card: Card, professional_id: str, *, day: date, at: datetime) -> CardReading:
    """A practice reads the card that is presented, of a person whom it may never have seen.

    Raises `Refused`: it is blocked or works no more, also where its owner has another one; or the fund of its owner
    changed since it was last updated.
    """
    why = unread(session, card, day)
    if why is not None:
        raise problems.card_not_read(state=why)
    return _noted(session, card.insured_id, professional_id, Shown.CARD, at)


def _noted(session: Session, insured_id: str, professional_id: str, how: Shown, at: datetime) -> CardReading:
    row = CardReading(insured_id=insured_id, professional_id=professional_id, read_at=at, how=how)
    session.add(row)
    session.flush()
    return row


def unread(session: Session, card: Card, day: date) -> Text | None:
    """Why no reader reads a card on a day (R161-33-3, R161-33-10)."""
    if card.state not in WORKING:
        return CARDS[card.state]
    updated = card.updated_on or card.requested_on
    then, now = (affiliation_on(session, card.insured_id, one) for one in (updated, day))
    return FUND_CHANGED if then and now and then.fund_code != now.fund_code else None


def shown_since(
    session: Session, insured_id: str, professional_id: str, since: datetime, ways: tuple[Shown, ...] = tuple(Shown)
) -> CardReading | None:
    """The last time that a patient showed a practice the card, since an instant."""
    found = readings(insured_id, professional_id, since, ways)
    return session.scalar(found.order_by(CardReading.read_at.desc()).limit(1))


def note_consent(session: Session, insured_id: str, professional_id: str, how: str, opens: Opens) -> RecordConsent:
    """A consent that the patient gives in front of who read the card; it ends with that reading at the latest.

    Raises `NotFound`: the card itself was not read. Raises `Refused`: the patient ended one of this doctor since.
    """
    reading = shown_since(session, insured_id, professional_id, now_utc() - SHOWN_FOR, (Shown.CARD,))
    if reading is None:
        raise not_found("patient_id")
    noted = Noted(professional_id, reading.read_at, reading.read_at + SHOWN_FOR)
    return sharing.consent(session, insured_id, professional_id, how, opens, noted=noted)


# --- abroad ----------------------------------------------------------------------------------------------------------


def ask_abroad(
    session: Session, insured_id: str, *, day: date, leaves: date, rights_end: date | None = None
) -> list[EuropeanProof]:
    """A European card, never beyond the rights; before it a certificate when it would come too late.

    Raises Invalid: the day to leave, or the rights, are past.
    """
    if leaves < day or (rights_end is not None and rights_end < day):
        raise problems.leaves_past(leaves, day=day)
    last = months_after(day, thresholds.whole("europe.carte_mois", day)) - timedelta(days=1)
    card = EuropeanProof(
        insured_id=insured_id, kind=Abroad.CARD, valid_from=day, valid_until=min(last, rights_end or last)
    )
    proofs = [card]
    if (leaves - day).days < thresholds.whole("europe.demande_jours", day):
        until = months_after(day, thresholds.whole("europe.certificat_mois", day)) - timedelta(days=1)
        proofs.insert(0, EuropeanProof(
            insured_id=insured_id, kind=Abroad.CERTIFICATE, valid_from=day, valid_until=min(until, card.valid_until)
        ))  # fmt: skip
    session.add_all(proofs)
    session.flush()
    return proofs
