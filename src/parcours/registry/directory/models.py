"""Tables of the directory: who treats, where, under which convention; communes, deficit zones, funds."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zlib import crc32

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.identity.names import fold
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base, Versioned
from parcours.registry.store.periods import Period


def _folded(context: Any) -> str:
    return fold(context.get_current_parameters()["name"])


def seed_of(professional_id: str) -> int:
    """A number of a professional, for the draw of the day."""
    return crc32(professional_id.encode()) & 0x7FFFFFFF


def _seed(context: Any) -> int:
    return seed_of(context.get_current_parameters()["professional_id"])


class Commune(Base):
    """A commune with its centre: what "near" means, and where the deficit zones are."""

    __tablename__ = "people_communes"
    __table_args__ = (
        Index("ix_people_communes_position", "latitude_e5", "longitude_e5"),
        Index("ix_people_communes_search_name", "search_name"),
        Index("ix_people_communes_mother_code", "mother_code"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    """INSEE code, 5 characters."""
    name: Mapped[str]
    search_name: Mapped[str] = mapped_column(default=_folded)
    """The name as a search compares it (`names.fold`)."""
    department: Mapped[str]
    population: Mapped[int | None]
    latitude_e5: Mapped[int | None]
    """Degrees × 100 000, of the centre; None where it is not known."""
    longitude_e5: Mapped[int | None]
    mother_code: Mapped[str | None]
    """Of a municipal arrondissement: the INSEE code of its commune (Paris, Lyon, Marseille)."""


class Postcode(Base):
    """A postcode that serves a commune: two of three serve several, and many communes have several."""

    __tablename__ = "directory_postcodes"
    __table_args__ = (
        UniqueConstraint("postcode", "commune_code"),
        Index("ix_directory_postcodes_commune_code", "commune_code"),
    )

    postcode: Mapped[str]
    commune_code: Mapped[str] = mapped_column(ForeignKey("people_communes.code"))


class OldCommune(Base):
    """The code of a commune that was merged into another: registers go on using it for years."""

    __tablename__ = "directory_old_communes"
    __table_args__ = (Index("ix_directory_old_communes_search_name", "search_name"),)

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    search_name: Mapped[str] = mapped_column(default=_folded)
    commune_code: Mapped[str] = mapped_column(ForeignKey("people_communes.code"))
    """The commune it is part of today."""


class ZoneKind(StrEnum):
    """How short of doctors the regional agency found a commune to be."""

    ZIP = "zip"
    """Zone d'intervention prioritaire."""
    ZAC = "zac"
    """Zone d'action complémentaire."""


class DeficitZone(Period, Base):
    """A commune classed as a zone with too few doctors, for a period, by a decision (L162-5-4)."""

    __tablename__ = "people_deficit_zones"
    __table_args__ = (Index("ix_people_deficit_zones_commune_code", "commune_code", "starts_on"),)

    commune_code: Mapped[str] = mapped_column(ForeignKey("people_communes.code"))
    kind: Mapped[ZoneKind] = mapped_column(text_enum(ZoneKind), default=ZoneKind.ZIP)
    decision: Mapped[str | None]
    """Which decision of which agency says so."""


class Fund(Base):
    """A fund (caisse) of the compulsory insurance."""

    __tablename__ = "people_funds"

    code: Mapped[str] = mapped_column(unique=True)
    """National code: scheme (2), letter, fund (3): `01C131`."""
    name: Mapped[str]
    department: Mapped[str]


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


class Precision(StrEnum):
    """What a position is the position of."""

    HOUSE = "house"
    STREET = "street"
    COMMUNE = "commune"
    """The centre of the commune: a distance from it is "about"."""


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
    external_id: Mapped[str | None] = mapped_column(unique=True)
    """Technical identifier of the structure in the national file."""
    source_commune: Mapped[str | None]
    """The commune as the file gave it, where it is a code of before a merger."""
    address: Mapped[str | None]
    postcode: Mapped[str | None]
    latitude_e5: Mapped[int | None]
    longitude_e5: Mapped[int | None]
    precision: Mapped[Precision | None] = mapped_column(text_enum(Precision))
    """Of its own position; None: only its commune is known."""


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
    accepts_new_patients: Mapped[bool | None]
    """None: never said. What somebody said since is in the claims."""


# --- what is found ---------------------------------------------------------------------------------------------------


class Offer(Base):
    """What a search finds: one professional, at one place, for one savoir-faire. Made from the other tables."""

    __tablename__ = "directory_offers"
    __table_args__ = (
        Index("ix_directory_offers_position", "trade", "latitude_e5", "longitude_e5", "accepts_adults"),
        Index(
            "ix_directory_offers_accepting",
            "trade",
            "latitude_e5",
            "longitude_e5",
            sqlite_where=text("accepts_adults IS 1"),
            postgresql_where=text("accepts_adults IS true"),
        ),
        Index("ix_directory_offers_professional_id", "professional_id", "latitude_e5", "longitude_e5"),
        Index("ix_directory_offers_organisation_id", "organisation_id"),
        Index("ix_directory_offers_bucket", "bucket"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    """RPPS, place and savoir-faire: what makes it the same offer in the next file."""
    bucket: Mapped[int]
    """Part of the country's professionals that an import writes at once."""
    digest: Mapped[int | None] = mapped_column(BigInteger)
    """Of what the last file said; None when no file did."""
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    organisation_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_organisations.id"))
    commune_code: Mapped[str]
    trade: Mapped[int]
    """Of a doctor the national code of the specialty, of anybody else 100 + the profession."""
    savoir_faire: Mapped[str]
    functions: Mapped[str] = mapped_column(default="")
    sector: Mapped[int | None]
    """`law.codes.Convention`; None: not known."""
    latitude_e5: Mapped[int | None]
    longitude_e5: Mapped[int | None]
    precision: Mapped[Precision] = mapped_column(text_enum(Precision), default=Precision.COMMUNE)
    accepts_adults: Mapped[bool | None]
    accepts_children: Mapped[bool | None]
    accepts_until: Mapped[date | None]
    """From this day on, nobody knows any more whether they accept."""
    teleconsultation: Mapped[bool | None]
    carte_vitale: Mapped[bool | None]
    home_visits: Mapped[bool | None]
    languages: Mapped[str] = mapped_column(default="")
    """ISO 639 codes between spaces: ` en pt `."""
    accessible: Mapped[str] = mapped_column(default="")
    """Known facets between spaces: ` step_free `."""
    first_seen: Mapped[date]
    ends_on: Mapped[date | None]
    """First day it no longer exists; nothing is deleted."""
    seed: Mapped[int] = mapped_column(BigInteger, default=_seed)
    """Of the professional: what the draw of a day is made from."""
    hidden: Mapped[bool] = mapped_column(default=False)
    """The professional opposes being shown."""


class NameToken(Base):
    """A word of a professional's name, folded: an index, made anew from the name, whose rows have no key to check."""

    __tablename__ = "directory_tokens"
    __table_args__ = (
        Index("ix_directory_tokens_token", "token", "professional_id", "names"),
        Index("ix_directory_tokens_professional_id", "professional_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, sort_order=-1)  # type: ignore[assignment]
    token: Mapped[str]
    professional_id: Mapped[str] = mapped_column(PublicId)
    names: Mapped[str]
    """All the words of that name, a space before each: who is found by one word is asked for the others in one look."""


class ClaimSource(StrEnum):
    """Who says so, the strongest first."""

    PROFESSIONAL = "professional"
    DELEGATE = "delegate"
    FUND = "fund"
    IMPORT = "import"
    REPORT = "report"
    """Somebody wrote that it is wrong: it opens a check, and never wins."""


class Claim(Base):
    """What somebody says of a professional, at one place or everywhere: with its source, its day and its expiry."""

    __tablename__ = "directory_claims"
    __table_args__ = (Index("ix_directory_claims_professional_id", "professional_id", "attribute"),)

    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    organisation_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_organisations.id"))
    attribute: Mapped[str]
    value: Mapped[str]
    source: Mapped[ClaimSource] = mapped_column(text_enum(ClaimSource))
    observed_on: Mapped[date]
    expires_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class OppositionScope(StrEnum):
    """What a professional opposes."""

    ALL = "all"
    """Being shown at all."""
    CONTACT = "contact"
    """Telephone and e-mail."""


class Opposition(Base):
    """A professional opposes (RGPD, article 21): it outlives every import, and the number is not in clear."""

    __tablename__ = "directory_oppositions"
    __table_args__ = (
        Index("ix_directory_oppositions_rpps_index", "rpps_index"),
        Index("ix_directory_oppositions_withdrawn_on", "withdrawn_on"),
    )

    rpps: Mapped[str] = mapped_column(EncryptedText("directory_oppositions.rpps"))
    rpps_index: Mapped[str]
    scope: Mapped[OppositionScope] = mapped_column(text_enum(OppositionScope))
    opposed_on: Mapped[date]
    withdrawn_on: Mapped[date | None]


class Import(Base):
    """A file that was applied, and what it changed."""

    __tablename__ = "directory_imports"
    __table_args__ = (Index("ix_directory_imports_source", "source", "recorded_at"),)

    source: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of the file."""
    snapshot_on: Mapped[date]
    accepted: Mapped[bool]
    """Somebody let it pass a guard."""
    counts: Mapped[str]
    """The report, as JSON."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
