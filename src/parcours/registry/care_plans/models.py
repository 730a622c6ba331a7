"""Tables of the care plans."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import EncryptedText, Hidden, PublicId, text_enum
from parcours.registry.store.db import Base, Versioned


class PlanKind(StrEnum):
    """What the plan frames."""

    SOINS_ITERATIFS = "soins_iteratifs"
    SEQUENCE = "sequence"
    PROTOCOLE_ALD = "protocole_ald"


class RhythmUnit(StrEnum):
    """Over what the number of visits is counted, backwards from the visit."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    PLAN = "plan"


class CarePlan(Versioned, Base):
    """Content and rhythm agreed by the médecin traitant, the correspondent and the patient (D162-1-6, 1° and 3°)."""

    __tablename__ = "care_plans"
    __table_args__ = (Index("ix_care_plans_insured_id", "insured_id", "starts_on"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    author_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    kind_text: Mapped[str] = mapped_column("kind", EncryptedText("care_plans.kind", 24, PlanKind))
    kind = Hidden("kind_text", PlanKind)
    content: Mapped[str] = mapped_column(EncryptedText("care_plans.content"))
    """Clinical text: condition, aims, what is planned."""
    destroyed_on: Mapped[date | None]
    """The time of its content was over: it is empty since."""
    ald_number: Mapped[str | None] = mapped_column(EncryptedText("care_plans.ald_number"))
    """Number of the ALD list (1 to 30, 99 off the list), for a protocol."""
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    insured_agreed_on: Mapped[date | None]
    approved_on: Mapped[date | None]
    """ALD protocol: opinion of the fund's medical adviser."""
    stopped_at: Mapped[datetime | None]


class PlanActor(Base):
    """Who takes part, for which acts, at what rhythm."""

    __tablename__ = "care_plans_actors"
    __table_args__ = (Index("ix_care_plans_actors_plan_id", "plan_id"),)

    plan_id: Mapped[str] = mapped_column(PublicId, ForeignKey("care_plans.id"))
    professional_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    specialty_text: Mapped[str | None] = mapped_column(
        "specialty", EncryptedText("care_plans_actors.specialty", 2, int)
    )
    specialty = Hidden[int | None]("specialty_text", int)
    acts: Mapped[str] = mapped_column(EncryptedText("care_plans_actors.acts"))
    visits: Mapped[int | None]
    """At most so many visits each `unit`; None: no rhythm fixed (ALD protocol)."""
    unit: Mapped[RhythmUnit | None] = mapped_column(text_enum(RhythmUnit))
    agreed_on: Mapped[date | None]
    """Agreement of a named correspondent."""
