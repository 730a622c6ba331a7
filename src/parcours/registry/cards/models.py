"""Simulated cards, and what happened to each."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base


class CardState(StrEnum):
    """Where a card is in its life."""

    REQUESTED = "requested"
    DOCUMENTS_REFUSED = "documents_refused"
    IN_PRODUCTION = "in_production"
    ACTIVE = "active"
    TO_UPDATE = "to_update"
    OPPOSED = "opposed"
    REPLACED = "replaced"
    DEACTIVATED = "deactivated"


class Card(Base):
    """A simulated card of a person."""

    __tablename__ = "cards_cards"
    __table_args__ = (Index(None, "insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    state: Mapped[CardState] = mapped_column(text_enum(CardState))
    requested_on: Mapped[date]
    updated_on: Mapped[date | None]
    opposed_on: Mapped[date | None]


class CardEvent(Base):
    """A change of a card. Never rewritten."""

    __tablename__ = "cards_events"
    __table_args__ = (UniqueConstraint("card_id", "number"),)

    card_id: Mapped[str] = mapped_column(PublicId, ForeignKey("cards_cards.id"))
    number: Mapped[int]
    state: Mapped[CardState] = mapped_column(text_enum(CardState))
    day: Mapped[date]
    why: Mapped[str] = mapped_column(String(60))


class AppState(StrEnum):
    """Where the card in an application is in its life."""

    ENROLLED = "enrolled"
    SUSPENDED = "suspended"
    REMOVED = "removed"


class CardApp(Base):
    """A simulated card in an application."""

    __tablename__ = "cards_apps"
    __table_args__ = (Index(None, "insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    state: Mapped[AppState] = mapped_column(text_enum(AppState))
    enrolled_on: Mapped[date]
    lent_to: Mapped[str | None] = mapped_column(PublicId)
    """Another holder, who may show it until a day."""
    lent_until: Mapped[date | None]


class CardAppEvent(Base):
    """A change of an application. Never rewritten."""

    __tablename__ = "cards_app_events"
    __table_args__ = (UniqueConstraint("app_id", "number"),)

    app_id: Mapped[str] = mapped_column(PublicId, ForeignKey("cards_apps.id"))
    number: Mapped[int]
    state: Mapped[AppState] = mapped_column(text_enum(AppState))
    day: Mapped[date]
    lent_to: Mapped[str | None] = mapped_column(PublicId)
    lent_until: Mapped[date | None]


class Shown(StrEnum):
    """How a patient showed who they are to a practice."""

    CARD = "card"
    """Its simulated reader."""
    NUMBER = "number"
    """The number and the birth date, without the card."""


class CardReading(Base):
    """A patient showed a practice the card. Never rewritten; it opens what a sheet needs, for a day."""

    __tablename__ = "cards_readings"
    __table_args__ = (Index(None, "insured_id", "professional_id", "read_at"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime())
    how: Mapped[Shown] = mapped_column(text_enum(Shown))


class Abroad(StrEnum):
    """What proves rights in another country of the Union."""

    CARD = "card"
    CERTIFICATE = "certificate"


class EuropeanProof(Base):
    """A European card, or the provisional certificate when there is no time for one."""

    __tablename__ = "cards_european"
    __table_args__ = (Index(None, "insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    kind: Mapped[Abroad] = mapped_column(text_enum(Abroad))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
