"""Payment orders. The simulated bank file is rebuilt from them, so that a crash sends once."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base


class OrderState(StrEnum):
    """Where an order is."""

    PREPARED = "prepared"
    SENT = "sent"
    SETTLED = "settled"
    RETURNED = "returned"


class Order(Base):
    """One transfer to one party, of one cent at least."""

    __tablename__ = "payments_orders"
    __table_args__ = (CheckConstraint("cents > 0", name="cents"), Index(None, "party", "day"), Index(None, "day"),
                      Index(None, "state"))  # fmt: skip

    book: Mapped[str] = mapped_column(String(60))
    party: Mapped[str] = mapped_column(PublicId)
    """The insured person or the professional for whom it is due."""
    payee: Mapped[str] = mapped_column(PublicId)
    """Whose bank account it goes to: a child's refund goes to the parent whose card was read."""
    cents: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    reference: Mapped[str] = mapped_column(String(35), unique=True)
    """End-to-end reference of the simulated transfer."""
    state: Mapped[OrderState] = mapped_column(text_enum(OrderState))
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime())
    settled_on: Mapped[date | None]
