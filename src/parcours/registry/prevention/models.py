"""Tables of prevention. A result is never kept; what is kept of an act is its day and who says so."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base, Versioned


class StatementKind(StrEnum):
    """What is said of a programme."""

    DONE = "done"
    EXCLUDED = "excluded"
    REFUSED = "refused"


class Source(StrEnum):
    """Who says so."""

    CLAIM = "claim"
    PROFESSIONAL = "professional"
    PATIENT_SAYS = "patient_says"
    IMPORTED = "imported"


class PreventionProfile(Versioned, Base):
    """What prevention needs to know of a person, as the person said it."""

    __tablename__ = "prevention_profiles"
    __table_args__ = (UniqueConstraint("insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    facts: Mapped[str] = mapped_column(EncryptedText("prevention_profiles.facts"))
    """JSON of the body, the pregnancy, what weakens: health data."""
    opted_out: Mapped[bool] = mapped_column(default=False)
    """No reminder at all."""


class PreventionStatement(Base):
    """An act done, a programme refused or set aside. Corrections cancel; nothing is rewritten."""

    __tablename__ = "prevention_statements"
    __table_args__ = (Index("ix_prevention_statements_insured_id", "insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    kind: Mapped[StatementKind] = mapped_column(text_enum(StatementKind))
    content: Mapped[str] = mapped_column(EncryptedText("prevention_statements.content"))
    """JSON: the programme, its test, the reason of an exclusion: health data."""
    on: Mapped[date] = mapped_column("on_day")
    """Day of the act, or of what is said."""
    until: Mapped[date | None]
    source: Mapped[Source] = mapped_column(text_enum(Source))
    author_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class PreventionReminder(Base):
    """A reminder that was sent: once for a person, a programme, a cycle and a step, whatever fails or comes back."""

    __tablename__ = "prevention_reminders"
    __table_args__ = (
        UniqueConstraint("insured_id", "key"),
        Index("ix_prevention_reminders_insured_id", "insured_id", "sent_on"),
    )

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    key: Mapped[str] = mapped_column(String(64))
    """Keyed hash of programme, cycle and step: the log names no programme."""
    sent_on: Mapped[date]
    """Day where the person lives."""
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime())
