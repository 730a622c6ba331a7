"""Where a person's national numbers are kept: encrypted, with a keyed index to find them."""

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.identity.keys import NirKind
from parcours.registry.store.columns import EncryptedText, PublicId, text_enum
from parcours.registry.store.db import Base
from parcours.registry.store.periods import Period

NIR_CONTEXT = "identity_identifiers.value"


class Identifier(Period, Base):
    """One number of one person; a provisional one ends when the definitive one is assigned."""

    __tablename__ = "identity_identifiers"
    __table_args__ = (
        Index(
            "uq_identity_identifiers_value_index_known",
            "value_index",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_identity_identifiers_insured_id", "insured_id", "starts_on"),
    )

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    kind: Mapped[NirKind] = mapped_column(text_enum(NirKind))
    value: Mapped[str] = mapped_column(EncryptedText(NIR_CONTEXT))
    value_index: Mapped[str]
