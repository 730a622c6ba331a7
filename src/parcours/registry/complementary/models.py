"""The link of a person to an insurer, what happened to it, and who asks for one."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import EncryptedText, PublicId, text_enum
from parcours.registry.store.db import Base


class LinkState(StrEnum):
    """Whether the fund tells the insurer what it refunds."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CHOSEN = "chosen"
    ENDED = "ended"


class Link(Base):
    """A contract of a person with an insurer, as the fund knows it."""

    __tablename__ = "complementary_links"
    __table_args__ = (Index(None, "insured_id", "starts_on"), Index(None, "insurer"), Index(None, "state"))

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    insurer: Mapped[str] = mapped_column(String(40))
    contract: Mapped[str | None] = mapped_column(EncryptedText("complementary_links.contract"))
    """What it guarantees, when the fund was told: a name of the library of contracts."""
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    state: Mapped[LinkState] = mapped_column(text_enum(LinkState))


class LinkEvent(Base):
    """A change of a link. Never rewritten."""

    __tablename__ = "complementary_link_events"
    __table_args__ = (UniqueConstraint("link_id", "number"),)

    link_id: Mapped[str] = mapped_column(PublicId, ForeignKey("complementary_links.id"))
    number: Mapped[int]
    state: Mapped[LinkState] = mapped_column(text_enum(LinkState))
    day: Mapped[date]


class RequestState(StrEnum):
    """What became of a person who asked an insurer to link their contract."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class LinkRequest(Base):
    """A person says that an insurer covers them: it links the contract, or answers that it knows none."""

    __tablename__ = "complementary_requests"
    __table_args__ = (Index(None, "insured_id"), Index(None, "insurer", "state", "id"))

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    insurer: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(EncryptedText("complementary_requests.number"))
    """Of the contract, as its card says."""
    starts_on: Mapped[date]
    asked_on: Mapped[date]
    state: Mapped[RequestState] = mapped_column(text_enum(RequestState))
    ended_on: Mapped[date | None]
