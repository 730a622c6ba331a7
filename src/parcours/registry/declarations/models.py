"""Tables of the declarations: the procedure (who proposed, who signed) and the contract's periods (two times)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, ForeignKey, Index, Integer, String, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base, Versioned
from parcours.registry.store.periods import Period


class Route(StrEnum):
    """How the declaration reaches the fund."""

    ELECTRONIC = "electronic"
    PAPER = "paper"
    """Form S3704, signed by both and sent to the fund."""


class Party(StrEnum):
    """Whose agreement a declaration needs."""

    INSURED = "insured"
    PARENT = "parent"
    DOCTOR = "doctor"


class State(StrEnum):
    """Where a declaration stands."""

    PREPARED = "prepared"
    """By a delegate: nobody has signed, and the patient is asked nothing before the doctor has."""
    PROPOSED = "proposed"
    SIGNED = "signed"
    """Paper, all signatures given, not yet recorded by the fund."""
    IN_FORCE = "in_force"
    ENDED = "ended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"
    """Recorded by mistake: never true, though it was believed for a while."""


class EndCode(StrEnum):
    """National reasons for the end of a contract (list IR_MTF_V)."""

    FIB = "FIB"
    """By the beneficiary."""
    FIP = "FIP"
    """By the health professional."""
    FIS = "FIS"
    """Replaced by a new contract."""


class EndReason(StrEnum):
    """Why it ended, finer than the national code."""

    PATIENT = "patient"
    DOCTOR = "doctor"
    REPLACED = "replaced"
    RETIRED = "retired"
    MOVED_DEPARTEMENT = "moved_departement"
    MOVED = "moved"
    """Moved within the département: no grace year."""
    DECEASED = "deceased"
    PATIENT_DECEASED = "patient_deceased"


END_CODES = {
    EndReason.PATIENT: EndCode.FIB,
    EndReason.DOCTOR: EndCode.FIP,
    EndReason.REPLACED: EndCode.FIS,
    EndReason.RETIRED: EndCode.FIP,
    EndReason.MOVED_DEPARTEMENT: EndCode.FIP,
    EndReason.MOVED: EndCode.FIP,
    EndReason.DECEASED: EndCode.FIP,
    EndReason.PATIENT_DECEASED: EndCode.FIB,
}


class DepartureState(StrEnum):
    """What a fund has decided of the departure of a doctor."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNDONE = "undone"


class Departure(Base):
    """A doctor leaves, as proposed to one fund whose people have them as médecin traitant."""

    __tablename__ = "declarations_departures"

    professional_id: Mapped[str] = mapped_column(ForeignKey("people_professionals.id"), index=True)
    fund_code: Mapped[str] = mapped_column(String(20), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    leaves_on: Mapped[date] = mapped_column()
    new_organisation_id: Mapped[str | None] = mapped_column(PublicId)
    declarations: Mapped[int] = mapped_column(Integer)
    """How many people of the fund it would leave, when it was proposed."""
    state: Mapped[DepartureState] = mapped_column(text_enum(DepartureState, 20), default=DepartureState.PROPOSED)
    proposed_by: Mapped[str | None] = mapped_column(PublicId)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    decided_by: Mapped[str | None] = mapped_column(PublicId)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


GRACE_REASONS = frozenset({EndReason.RETIRED, EndReason.MOVED_DEPARTEMENT})
"""Departures that open the grace year (L162-5-3, 5°)."""


class Declaration(Versioned, Base):
    """One declaration of a médecin traitant, from the proposal on."""

    __tablename__ = "declarations"
    __table_args__ = (
        Index("ix_declarations_insured_id", "insured_id", "professional_id"),
        Index("ix_declarations_professional_id", "professional_id"),
    )

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    organisation_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_organisations.id"))
    """Where the doctor practises: the premises of a joint designation."""
    route: Mapped[Route] = mapped_column(text_enum(Route))
    state: Mapped[State] = mapped_column(text_enum(State), default=State.PROPOSED)
    proposed_by: Mapped[Party] = mapped_column(text_enum(Party))
    proposed_at: Mapped[datetime]
    insured_agreed_at: Mapped[datetime | None]
    doctor_agreed_at: Mapped[datetime | None]
    parent_agreed_at: Mapped[datetime | None]
    parent_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    signed_on: Mapped[date | None]
    """Day of the last signature needed: the contract starts that day."""
    received_on: Mapped[date | None]
    """Paper: day the fund received the form."""
    form: Mapped[str | None]
    """Paper: version of the form, as the law data names it."""
    refused_at: Mapped[datetime | None]
    refused_by: Mapped[Party | None] = mapped_column(text_enum(Party))
    refusal_reason: Mapped[str | None] = mapped_column(EncryptedText("declarations.refusal_reason"))


class JointDoctor(Base):
    """A doctor designated together with the médecin traitant: same specialty and premises, or same health centre."""

    __tablename__ = "declarations_joint_doctors"
    __table_args__ = (UniqueConstraint("declaration_id", "professional_id"), Index(None, "professional_id"))

    declaration_id: Mapped[str] = mapped_column(PublicId, ForeignKey("declarations.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))


class Tenure(Period, Base):
    """The tenure that a declaration opens: from when to when the doctor is the médecin traitant, as known when.

    The partial unique index is the promise of the whole registry: one médecin traitant in force a person.
    A trigger (see the migrations) also refuses two known periods of one person that overlap in the past.
    """

    __tablename__ = "declarations_contracts"
    __table_args__ = (
        Index(
            "uq_declarations_contracts_one_in_force",
            "insured_id",
            unique=True,
            sqlite_where=text("ends_on IS NULL AND superseded_at IS NULL"),
            postgresql_where=text("ends_on IS NULL AND superseded_at IS NULL"),
        ),
        Index("ix_declarations_contracts_insured_id", "insured_id", "starts_on"),
        Index("ix_declarations_contracts_professional_id", "professional_id", "starts_on"),
        Index("ix_declarations_contracts_declaration_id", "declaration_id"),
    )

    declaration_id: Mapped[str] = mapped_column(PublicId, ForeignKey("declarations.id"))
    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    end_code: Mapped[EndCode | None] = mapped_column(text_enum(EndCode))
    end_reason: Mapped[EndReason | None] = mapped_column(text_enum(EndReason))


_OVERLAP = (
    "EXISTS (SELECT 1 FROM declarations_contracts other WHERE other.insured_id = NEW.insured_id"
    " AND other.superseded_at IS NULL AND other.id <> NEW.id"
    " AND (NEW.ends_on IS NULL OR NEW.starts_on < NEW.ends_on)"
    " AND (other.ends_on IS NULL OR other.starts_on < other.ends_on)"
    " AND (NEW.ends_on IS NULL OR other.starts_on < NEW.ends_on)"
    " AND (other.ends_on IS NULL OR NEW.starts_on < other.ends_on))"
)
_MESSAGE = "two contracts of one insured person overlap"

# PostgreSQL locks the row of the person first, so that two transactions cannot both find the way free.
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION declarations_contracts_refuse_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM people_insured WHERE id = NEW.insured_id FOR UPDATE;
  IF {_OVERLAP} THEN
    RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NEW;
END $$
"""
_TRIGGER = """
CREATE TRIGGER declarations_contracts_no_overlap BEFORE INSERT OR UPDATE ON declarations_contracts
FOR EACH ROW WHEN (NEW.superseded_at IS NULL) EXECUTE FUNCTION declarations_contracts_refuse_overlap()
"""

OVERLAP_TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"CREATE TRIGGER declarations_contracts_no_overlap_{verb.lower()} BEFORE {verb} ON declarations_contracts "
        f"WHEN NEW.superseded_at IS NULL AND {_OVERLAP} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        for verb in ("INSERT", "UPDATE")
    ),
    "postgresql": (_FUNCTION, _TRIGGER),
}


def _add_triggers(_table: object, connection: Connection, **_options: object) -> None:
    for statement in OVERLAP_TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(Tenure.__table__, "after_create", _add_triggers)
