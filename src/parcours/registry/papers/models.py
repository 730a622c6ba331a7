"""The table of the codes of papers."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import PublicId
from parcours.registry.store.db import Base


class Paper(Base):
    """A paper that was made here: what it was and when, never what it said."""

    __tablename__ = "papers_codes"

    code: Mapped[str] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    made_on: Mapped[date]
    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"), index=True)
