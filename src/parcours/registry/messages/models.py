"""The table of simulated messages."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base


class MessageKind(StrEnum):
    """What a message is for."""

    LOT = "lot"
    ARL = "arl"
    RSP = "rsp"
    NOEMIE_OC = "noemie_oc"
    DRE = "dre"
    """A practice asks a complementary insurer for its part, under full tiers payant."""
    DRE_RSP = "dre_rsp"
    IDB = "idb"
    """A practice asks an insurer whether it knows somebody, and is answered, before care."""
    CLC = "clc"
    """The same for an amount."""
    AVIS = "avis"
    NOTIFICATION = "notification"
    STATEMENT = "statement"
    SECURE = "secure"
    """Secure mail between professionals (simulated)."""


TO_PAY = text("subject = 'avis_a_payer'")
"""Notices of sums to pay, in the order in which a fund's queue shows them."""


class Message(Base):
    """One simulated message: who sends it to whom, about which claim."""

    __tablename__ = "messages_messages"
    __table_args__ = (
        Index(None, "insured_id", "day"),
        Index(None, "recipient", "day"),
        Index(None, "claim_id"),
        Index("ix_messages_messages_to_pay", "day", "id", sqlite_where=TO_PAY, postgresql_where=TO_PAY),
    )

    kind: Mapped[MessageKind] = mapped_column(text_enum(MessageKind))
    subject: Mapped[str] = mapped_column(String(60))
    """Slug: `card_opposed`, `rejected`, `cancel`."""
    day: Mapped[date]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime())
    recipient: Mapped[str] = mapped_column(String(60))
    """A public id, or the name of an insurer."""
    insured_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    claim_id: Mapped[str | None] = mapped_column(PublicId)
    reply_to: Mapped[str | None] = mapped_column(PublicId, ForeignKey("messages_messages.id"))
    body: Mapped[str] = mapped_column(EncryptedText("messages_messages.body"))
    """Canonical JSON, `simulated: true` in it."""
    hash: Mapped[str] = mapped_column(String(64))
    """Keyed hash of the body: the same message is known again, its content is not guessed."""
