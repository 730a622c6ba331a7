"""Tables of the conciliation cases."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base, Versioned


class CaseState(StrEnum):
    """Is the fund still looking?"""

    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case ended."""

    DECLARATION = "declaration"
    WITHDRAWN = "withdrawn"
    NO_DOCTOR_FOUND = "no_doctor_found"


class ContactOutcome(StrEnum):
    """What a doctor answered."""

    WAITING = "waiting"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    ACCEPTED = "accepted"


class Case(Versioned, Base):
    """A patient without a médecin traitant asks the fund for help; one case open at a time."""

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_one_open",
            "insured_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_cases_fund_code", "fund_code", "state"),
        Index(None, "insured_id"),
    )

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    fund_code: Mapped[str] = mapped_column(ForeignKey("people_funds.code"))
    state: Mapped[CaseState] = mapped_column(text_enum(CaseState), default=CaseState.OPEN)
    opened_on: Mapped[date]
    first_contact_due_on: Mapped[date]
    due_on: Mapped[date]
    reason: Mapped[str | None] = mapped_column(EncryptedText("cases.reason"))
    outcome: Mapped[Outcome | None] = mapped_column(text_enum(Outcome))
    closed_on: Mapped[date | None]
    declaration_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("declarations.id"))


class Contact(Base):
    """A doctor asked by the officer, and the answer."""

    __tablename__ = "cases_contacts"
    __table_args__ = (Index("ix_cases_contacts_case_id", "case_id"),)

    case_id: Mapped[str] = mapped_column(PublicId, ForeignKey("cases.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    contacted_on: Mapped[date]
    outcome: Mapped[ContactOutcome] = mapped_column(text_enum(ContactOutcome), default=ContactOutcome.WAITING)
    answered_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(EncryptedText("cases_contacts.reason"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class ReminderKind(StrEnum):
    """What is due."""

    FIRST_CONTACT = "first_contact"
    ANSWER = "answer"
    CLOSING = "closing"


class Reminder(Base):
    """Something the officer must do by a day; done when `done_at` is set."""

    __tablename__ = "cases_reminders"
    __table_args__ = (Index("ix_cases_reminders_due_on", "due_on"),)

    case_id: Mapped[str] = mapped_column(PublicId, ForeignKey("cases.id"))
    contact_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("cases_contacts.id"))
    kind: Mapped[ReminderKind] = mapped_column(text_enum(ReminderKind))
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
