"""Tables of people: who is insured, who treats, where, under which rights and conventions, and since when."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.db import Base, EncryptedText, PublicId, Versioned, text_enum
from parcours.registry.store.periods import Period


class Commune(Base):
    """A commune with its centre: what "near" means, and where the deficit zones are."""

    __tablename__ = "people_communes"
    __table_args__ = (Index("ix_people_communes_position", "latitude_e5", "longitude_e5"),)

    code: Mapped[str] = mapped_column(unique=True)
    """INSEE code, 5 characters."""
    name: Mapped[str]
    postal_code: Mapped[str]
    department: Mapped[str]
    latitude_e5: Mapped[int]
    """Degrees × 100 000."""
    longitude_e5: Mapped[int]


class DeficitZone(Period, Base):
    """A commune classed as a zone with too few doctors, for a period (L162-5-4)."""

    __tablename__ = "people_deficit_zones"
    __table_args__ = (Index("ix_people_deficit_zones_commune_code", "commune_code", "starts_on"),)

    commune_code: Mapped[str] = mapped_column(ForeignKey("people_communes.code"))


class Fund(Base):
    """A fund (caisse) of the compulsory insurance."""

    __tablename__ = "people_funds"

    code: Mapped[str] = mapped_column(unique=True)
    """National code: scheme (2), letter, fund (3): ``01C131``."""
    name: Mapped[str]
    department: Mapped[str]


class Insured(Versioned, Base):
    """A person covered by the compulsory insurance, adult or child. Names and address are encrypted at rest."""

    __tablename__ = "people_insured"
    __table_args__ = (Index("ix_people_insured_name_index", "name_index"),)

    family_name: Mapped[str] = mapped_column(EncryptedText("people_insured.family_name"))
    first_name: Mapped[str] = mapped_column(EncryptedText("people_insured.first_name"))
    name_index: Mapped[str]
    """Keyed index of the family name and the birth date together."""
    birth_date: Mapped[date]
    address: Mapped[str | None] = mapped_column(EncryptedText("people_insured.address"))
    commune_code: Mapped[str] = mapped_column(ForeignKey("people_communes.code"))
    died_on: Mapped[date | None]


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
    """A rights period of a person; `detail` (ALD number, type of C2S, contract) is encrypted."""

    __tablename__ = "people_rights"
    __table_args__ = (Index("ix_people_rights_insured_id", "insured_id", "starts_on"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    kind: Mapped[RightKind] = mapped_column(text_enum(RightKind))
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


class Professional(Versioned, Base):
    """A health professional of the public directory."""

    __tablename__ = "people_professionals"
    __table_args__ = (Index("ix_people_professionals_search_name", "search_name", "specialty"),)

    rpps: Mapped[str] = mapped_column(unique=True)
    family_name: Mapped[str]
    first_name: Mapped[str]
    search_name: Mapped[str]
    """Family name as letters A to Z only: what a search compares."""
    profession: Mapped[str]
    """Slug of `law.codes.Profession`."""
    specialty: Mapped[int] = mapped_column(Integer)
    """National code; 0 for anyone who is not a doctor."""
    installed_on: Mapped[date | None]
    """First liberal installation."""
    ceased_on: Mapped[date | None]
    """First day without any activity (retired, deceased)."""


class Convention(Period, Base):
    """Position of a professional towards the convention, for a period."""

    __tablename__ = "people_conventions"
    __table_args__ = (Index("ix_people_conventions_professional_id", "professional_id", "starts_on"),)

    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    convention: Mapped[str]
    """Slug of `law.codes.Convention`."""


class OrganisationKind(StrEnum):
    """Where care is given."""

    CABINET = "cabinet"
    CABINET_DE_GROUPE = "cabinet_de_groupe"
    MAISON_DE_SANTE = "maison_de_sante"
    CENTRE_DE_SANTE = "centre_de_sante"
    HOPITAL = "hopital"
    ETABLISSEMENT = "etablissement"


SHARED = frozenset(
    {
        OrganisationKind.CABINET_DE_GROUPE,
        OrganisationKind.MAISON_DE_SANTE,
        OrganisationKind.CENTRE_DE_SANTE,
    }
)
"""Places whose doctors may stand in for one another and be designated together."""


class Organisation(Versioned, Base):
    """A practice, a group, a health centre, a hospital."""

    __tablename__ = "people_organisations"
    __table_args__ = (Index("ix_people_organisations_commune_code", "commune_code"),)

    kind: Mapped[OrganisationKind] = mapped_column(text_enum(OrganisationKind))
    name: Mapped[str]
    finess: Mapped[str | None] = mapped_column(unique=True)
    commune_code: Mapped[str] = mapped_column(ForeignKey("people_communes.code"))
    special_setting: Mapped[str] = mapped_column(default="none")
    """Slug of `law.codes.SpecialSetting`: care given here falls under it."""


class PracticeMode(StrEnum):
    """How a professional works at a place."""

    TITULAIRE = "titulaire"
    SALARIE = "salarie"
    REMPLACANT = "remplacant"


class Practice(Period, Base):
    """A professional at a place for a period; a locum names the doctor replaced."""

    __tablename__ = "people_practices"
    __table_args__ = (
        Index("ix_people_practices_professional_id", "professional_id", "starts_on"),
        Index("ix_people_practices_organisation_id", "organisation_id", "starts_on"),
        Index(
            "uq_people_practices_main",
            "professional_id",
            unique=True,
            sqlite_where=text("main AND ends_on IS NULL AND superseded_at IS NULL"),
            postgresql_where=text("main AND ends_on IS NULL AND superseded_at IS NULL"),
        ),
    )

    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    organisation_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_organisations.id"))
    mode: Mapped[PracticeMode] = mapped_column(text_enum(PracticeMode))
    main: Mapped[bool] = mapped_column(default=True)
    """The principal place; the others are secondary practices."""
    am_number: Mapped[str | None]
    replaced_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    accepts_new_patients: Mapped[bool] = mapped_column(default=True)
