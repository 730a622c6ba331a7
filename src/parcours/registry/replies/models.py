"""The table of the answers that may have to be given again."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime
from parcours.registry.store.db import Base


class IdempotentReply(Base):
    """The answer once given to a request with an idempotency key, given again when it is repeated."""

    __tablename__ = "idempotent_replies"

    actor_id: Mapped[str] = mapped_column(PublicId)
    key: Mapped[str] = mapped_column(String(100))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    headers: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(EncryptedText("idempotent_replies.body"))
    about: Mapped[str] = mapped_column(Text)
    """JSON: kind, id and person of each record the answer shows; to show it again is to read them."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)

    __table_args__ = (UniqueConstraint("actor_id", "key"), Index(None, "recorded_at"))
