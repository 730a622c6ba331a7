"""Tables of the referrals."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import EncryptedText, Hidden, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base, Versioned


class Flow(StrEnum):
    """The four flows of coordination, the ALD protocol, the nurse in advanced practice, another doctor."""

    AVIS_PONCTUEL = "avis_ponctuel"
    SOINS_ITERATIFS = "soins_iteratifs"
    SEQUENCE = "sequence"
    CORRESPONDANT_GENERALISTE = "correspondant_generaliste"
    PROTOCOLE_ALD = "protocole_ald"
    IPA = "ipa"
    AUTRE_MEDECIN = "autre_medecin"


class Urgency(StrEnum):
    """How soon the addressee should see the patient."""

    ORDINARY = "ordinary"
    SOON = "soon"
    URGENT = "urgent"


class ReferralState(StrEnum):
    """Where a referral is, whoever wrote it and from wherever."""

    SENT = "sent"
    RECEIVED = "received"
    BOOKED = "booked"
    SEEN = "seen"
    REPORTED = "reported"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    DID_NOT_COME = "patient_did_not_come"
    EXPIRED = "expired"


class Referral(Versioned, Base):
    """A patient sent by one professional to another (or to any of a specialty), with a letter."""

    __tablename__ = "referrals"
    __table_args__ = (
        Index("ix_referrals_insured_id", "insured_id", "issued_on"),
        Index("ix_referrals_addressee_id", "addressee_id"),
        Index("ix_referrals_author_id", "author_id"),
    )

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    author_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    addressee_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    specialty_text: Mapped[str | None] = mapped_column("specialty", EncryptedText("referrals.specialty", 2, int))
    specialty = Hidden[int | None]("specialty_text", int)
    """National code, when the letter names no doctor."""
    flow_text: Mapped[str] = mapped_column("flow", EncryptedText("referrals.flow", 32, Flow))
    flow = Hidden("flow_text", Flow)
    plan_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("care_plans.id"))
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    """Last day on which it may be used."""
    letter: Mapped[str] = mapped_column(EncryptedText("referrals.letter"))
    """JSON of the letter's sections: clinical text, never shown to a fund officer."""
    destroyed_on: Mapped[date | None]
    """The time of its text was over: letter and reports are empty since."""
    withheld: Mapped[bool] = mapped_column(default=False)
    """A minor keeps it from those who act for them: they neither see it nor that it is there (CSP L1111-5)."""
    cancelled_at: Mapped[datetime | None]
    authored_by_medecin_traitant: Mapped[bool]
    """Was the author the médecin traitant (or designated with them) on the day of issue, as known then?"""


class SequenceProvider(Base):
    """A doctor or a specialty that takes part in a sequence of care, in order."""

    __tablename__ = "referrals_sequence_providers"
    __table_args__ = (UniqueConstraint("referral_id", "rank"),)

    referral_id: Mapped[str] = mapped_column(PublicId, ForeignKey("referrals.id"))
    rank: Mapped[int]
    professional_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    specialty_text: Mapped[str | None] = mapped_column(
        "specialty", EncryptedText("referrals_sequence_providers.specialty", 2, int)
    )
    specialty = Hidden[int | None]("specialty_text", int)


class ReferralUse(Base):
    """A visit made with a referral; the database allows only one for an opinion."""

    __tablename__ = "referrals_uses"
    __table_args__ = (
        Index(
            "uq_referrals_uses_single",
            "referral_id",
            unique=True,
            sqlite_where=text("single AND cancelled_at IS NULL"),
            postgresql_where=text("single AND cancelled_at IS NULL"),
        ),
        Index("ix_referrals_uses_referral_id", "referral_id", "care_date"),
        Index(None, "professional_id"),
    )

    referral_id: Mapped[str] = mapped_column(PublicId, ForeignKey("referrals.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    care_date: Mapped[date]
    single: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
    cancelled_at: Mapped[datetime | None]


class Report(Base):
    """What the addressee writes back to the médecin traitant."""

    __tablename__ = "referrals_reports"
    __table_args__ = (Index("ix_referrals_reports_referral_id", "referral_id"),)

    referral_id: Mapped[str] = mapped_column(PublicId, ForeignKey("referrals.id"))
    author_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    written_on: Mapped[date]
    text: Mapped[str] = mapped_column(EncryptedText("referrals_reports.text"))
    """The conclusion."""
    details: Mapped[str | None] = mapped_column(EncryptedText("referrals_reports.details"))
    """JSON of the other parts of a report."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class DraftKind(StrEnum):
    """What is prepared."""

    LETTER = "letter"
    REPORT = "report"
    PLAN = "plan"
    PROTOCOL = "protocol"


class Draft(Versioned, Base):
    """A letter, report, plan or protocol that waits for who signs it: a note of the practice, deleted once signed."""

    __tablename__ = "referrals_drafts"
    __table_args__ = (
        Index("ix_referrals_drafts_author_id", "author_id"),
        Index("ix_referrals_drafts_insured_id", "insured_id"),
    )

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    author_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    """Who must sign."""
    kind: Mapped[DraftKind] = mapped_column(text_enum(DraftKind))
    referral_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("referrals.id"))
    """Of a report: what it answers."""
    content: Mapped[str] = mapped_column(EncryptedText("referrals_drafts.content"))
    """JSON of what was typed: clinical text."""
    prepared_by: Mapped[str | None] = mapped_column(PublicId)
    """Account."""
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ReferralStep(Base):
    """A step of a referral: its state, its day, who made it. Never changed."""

    __tablename__ = "referrals_steps"
    __table_args__ = (Index("ix_referrals_steps_referral_id", "referral_id"),)

    referral_id: Mapped[str] = mapped_column(PublicId, ForeignKey("referrals.id"))
    state: Mapped[ReferralState] = mapped_column(text_enum(ReferralState))
    day: Mapped[date]
    by_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    """A professional; None: the patient, or time."""
    booked_for: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(EncryptedText("referrals_steps.reason"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
