"""Tables of the protocols of long-term conditions. Which condition it is, is health data."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base, Versioned


class ProtocolKind(StrEnum):
    """What is asked for."""

    ALD = "ald"
    FOLLOW_UP = "follow_up"
    """The follow-up after a long-term condition (R160-14)."""


class ProtocolState(StrEnum):
    """Where a protocol is."""

    PREPARED = "prepared"
    SENT = "sent"
    MORE_ASKED = "more_asked"
    """The medical service made an observation: the delays are suspended."""
    FAVOURABLE = "favourable"
    PARTIAL = "partial"
    UNFAVOURABLE = "unfavourable"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class Opinion(StrEnum):
    """What the medical service thinks of it."""

    FAVOURABLE = "favourable"
    PARTIAL = "partial"
    UNFAVOURABLE = "unfavourable"


class Ending(StrEnum):
    """Why a granted period ends before its day."""

    CURED = "cured"
    WITHDRAWN = "withdrawn"


class Protocol(Versioned, Base):
    """A protocol of one condition: several conditions are several protocols, each with its own period."""

    __tablename__ = "ald_protocols"
    __table_args__ = (Index("ix_ald_protocols_insured_id", "insured_id"), Index("ix_ald_protocols_state", "state"))

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    author_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    plan_id: Mapped[str] = mapped_column(PublicId, ForeignKey("care_plans.id"))
    """Its content, who takes part and for which acts."""
    kind: Mapped[ProtocolKind] = mapped_column(text_enum(ProtocolKind))
    condition: Mapped[str] = mapped_column(EncryptedText("ald_protocols.condition", 8))
    """Entry of the list: in no list, address, log or message."""
    state: Mapped[ProtocolState] = mapped_column(text_enum(ProtocolState))
    asked_from: Mapped[date]
    asked_until: Mapped[date | None]
    """First day without; None: the decision says it."""
    renews_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("ald_protocols.id"))
    doctor_by: Mapped[date | None]
    """Written by another doctor: the day by which a médecin traitant is to be declared."""
    received_on: Mapped[date | None]
    opinion_by: Mapped[date | None]
    decide_by: Mapped[date | None]
    observed_on: Mapped[date | None]
    observation: Mapped[str | None] = mapped_column(EncryptedText("ald_protocols.observation"))
    tacit: Mapped[bool] = mapped_column(default=False)
    """The opinion is that of a silence."""
    granted_from: Mapped[date | None]
    granted_until: Mapped[date | None]
    """First day without."""
    right_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_rights.id"))
    refusal: Mapped[str | None] = mapped_column(EncryptedText("ald_protocols.refusal"))
    """Grounds, as told to the person."""
    appeal_by: Mapped[date | None]
    renewal_told_on: Mapped[date | None]


class ProtocolStep(Base):
    """A step of a protocol: its state, its day."""

    __tablename__ = "ald_steps"
    __table_args__ = (Index("ix_ald_steps_protocol_id", "protocol_id"),)

    protocol_id: Mapped[str] = mapped_column(PublicId, ForeignKey("ald_protocols.id"))
    state: Mapped[ProtocolState] = mapped_column(text_enum(ProtocolState))
    day: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class Proposal(Base):
    """What a correspondent proposes for a protocol that is being written."""

    __tablename__ = "ald_proposals"
    __table_args__ = (Index("ix_ald_proposals_protocol_id", "protocol_id"),)

    protocol_id: Mapped[str] = mapped_column(PublicId, ForeignKey("ald_protocols.id"))
    author_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    text: Mapped[str] = mapped_column(EncryptedText("ald_proposals.text"))
    proposed_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
