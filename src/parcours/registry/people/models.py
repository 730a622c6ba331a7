"""Tables of people: who is insured, by which fund, with which rights, and whose child."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import EncryptedText, Hidden, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base, Versioned
from parcours.registry.store.periods import Period


class Insured(Versioned, Base):
    """A person covered by the compulsory insurance, adult or child. Whatever singles somebody out is encrypted at rest:
    who reads the database without its keys finds rows about nobody.
    """

    __tablename__ = "people_insured"
    __table_args__ = (Index("ix_people_insured_name_index", "name_index"),)

    family_name: Mapped[str] = mapped_column(EncryptedText("people_insured.family_name"))
    first_name: Mapped[str] = mapped_column(EncryptedText("people_insured.first_name"))
    name_index: Mapped[str]
    """Keyed index of the family name and the birth date together."""
    birth_text: Mapped[str] = mapped_column(
        "birth_date", EncryptedText("people_insured.birth_date", 10, date.fromisoformat)
    )
    address: Mapped[str | None] = mapped_column(EncryptedText("people_insured.address"))
    commune_code: Mapped[str] = mapped_column(EncryptedText("people_insured.commune_code", 5))
    death_text: Mapped[str | None] = mapped_column(
        "died_on", EncryptedText("people_insured.died_on", 10, date.fromisoformat)
    )
    birth_date = Hidden("birth_text", date.fromisoformat)
    died_on = Hidden[date | None]("death_text", date.fromisoformat)


class Affiliation(Period, Base):
    """Fund and scheme of a person for a period."""

    __tablename__ = "people_affiliations"
    __table_args__ = (Index("ix_people_affiliations_insured_id", "insured_id", "starts_on"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    fund_code: Mapped[str] = mapped_column(ForeignKey("people_funds.code"))
    scheme: Mapped[str]
    """Slug of `law.codes.Scheme`."""


class RightKind(StrEnum):
    """What a rights period opens."""

    ALD = "ald"
    SUIVI_POST_ALD = "suivi_post_ald"
    MATERNITE = "maternite"
    AT_MP = "at_mp"
    INVALIDITE = "invalidite"
    ASPA = "aspa"
    PENSION_MILITAIRE = "pension_militaire"
    VICTIME_TERRORISME = "victime_terrorisme"
    C2S = "c2s"
    AME = "ame"
    CONTRACT = "contract"
    DETENTION = "detention"
    EHPAD = "ehpad"


class Right(Period, Base):
    """A rights period of a person; its kind and `detail` (ALD number, type of C2S, contract) are encrypted."""

    __tablename__ = "people_rights"
    __table_args__ = (Index("ix_people_rights_insured_id", "insured_id", "starts_on"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    kind_text: Mapped[str] = mapped_column("kind", EncryptedText("people_rights.kind", 24, RightKind))
    kind = Hidden("kind_text", RightKind)
    detail: Mapped[str | None] = mapped_column(EncryptedText("people_rights.detail"))


class KinshipKind(StrEnum):
    """What an adult is to a child, or to a dependant."""

    PARENT = "parent"
    GUARDIAN = "guardian"


class Kinship(Period, Base):
    """A holder of parental authority (or a guardian) and the child, who may be on the holder's rights."""

    __tablename__ = "people_kinships"
    __table_args__ = (
        Index("ix_people_kinships_child_id", "child_id"),
        Index("ix_people_kinships_holder_id", "holder_id"),
    )

    child_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    holder_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    kind: Mapped[KinshipKind] = mapped_column(text_enum(KinshipKind))
    dependant: Mapped[bool] = mapped_column(default=True)
    """Covered through the holder."""
    proof: Mapped[str | None] = mapped_column(EncryptedText("people_kinships.proof"))
    """The act of birth, the decision of the court that gives the authority or ends it."""
    proposed_by: Mapped[str | None] = mapped_column(PublicId)
    """The account or the program that recorded it; none: a command on the server."""
    confirmed_by: Mapped[str | None] = mapped_column(PublicId)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Until a second person has confirmed it, it opens nothing."""
