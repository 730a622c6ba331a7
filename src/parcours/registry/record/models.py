"""Tables of the coordination record. Corrections add; nothing is overwritten."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base


class Section(StrEnum):
    """The sections of the synthesis."""

    PROBLEMS = "problems"
    HISTORY = "history"
    SURGERY = "surgery"
    ALLERGIES = "allergies"
    FAMILY_RISKS = "family_risks"
    PROFESSIONAL_RISKS = "professional_risks"
    LIFESTYLE = "lifestyle"
    VIGILANCE = "vigilance"
    TREATMENT = "treatment"
    RESULTS = "results"
    DEVICES = "devices"
    DIRECTIVES = "directives"


class Origin(StrEnum):
    """Where a statement comes from."""

    ENTERED = "entered"
    REPORT = "report"
    PATIENT = "patient"
    IMPORTED = "imported"


class Status(StrEnum):
    """What a statement is worth now."""

    ACTIVE = "active"
    NOTHING_KNOWN = "nothing_known"
    """Asked, and there is none: not the same as nothing asked."""
    RESOLVED = "resolved"
    REFUTED = "refuted"
    ENTERED_IN_ERROR = "entered_in_error"


class Visibility(StrEnum):
    """Who does not see a document that they otherwise would: said, never inferred."""

    NORMAL = "normal"
    HIDDEN_FROM_REPRESENTATIVES = "hidden_from_legal_representatives"
    MASKED = "masked"


class DocumentState(StrEnum):
    """What a version of a document is."""

    APPROVED = "approved"
    DEPRECATED = "deprecated"


class How(StrEnum):
    """How a consent was given."""

    ORAL_NOTED = "oral_noted"
    ELECTRONIC = "electronic"
    PAPER = "paper"


class ConsentScope(StrEnum):
    """What of a record a consent of the moment opens."""

    ALL = "all"
    SYNTHESIS = "synthesis"
    DOCUMENTS = "documents"
    TYPE = "type"
    """The documents of one type."""
    DOCUMENT = "document"
    """One document."""


class Reason(StrEnum):
    """Why a record is opened in an emergency."""

    VITAL = "vital"
    UNCONSCIOUS = "unconscious"
    REGULATION_SAMU = "regulation_samu"
    OTHER = "other"


class Verdict(StrEnum):
    """What the review of an emergency access finds."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


class Rhythm(StrEnum):
    """In what an interval is counted."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class CountedFrom(StrEnum):
    """From what the next time counts: the plan, or the last time it was done."""

    PLANNED = "planned"
    LAST_DONE = "last_done"


class Outcome(StrEnum):
    """What became of an action."""

    DONE = "done"
    REFUSED = "refused"
    CONTRAINDICATED = "contraindicated"
    NOT_CONCERNED = "not_concerned"


class RecordStatement(Base):
    """One statement of the synthesis: who says it, when, from where, what it is worth."""

    __tablename__ = "record_statements"
    __table_args__ = (Index("ix_record_statements_insured_id", "insured_id", "section"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    section: Mapped[Section] = mapped_column(text_enum(Section))
    status: Mapped[Status] = mapped_column(text_enum(Status))
    text: Mapped[str] = mapped_column(EncryptedText("record_statements.text"))
    origin: Mapped[Origin] = mapped_column(text_enum(Origin))
    author_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    stated_on: Mapped[date]
    corrects_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("record_statements.id"))
    """The statement that this one replaces; a statement is replaced once."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class RecordDocument(Base):
    """A version of a document with the metadata of the shared record (simulated)."""

    __tablename__ = "record_documents"
    __table_args__ = (UniqueConstraint("unique_id"), Index("ix_record_documents_insured_id", "insured_id"))

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    unique_id: Mapped[str] = mapped_column(String(128))
    type_code: Mapped[str] = mapped_column(String(20))
    mime: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(EncryptedText("record_documents.title"))
    content: Mapped[str] = mapped_column(EncryptedText("record_documents.content"))
    """Base 64."""
    size: Mapped[int]
    sha1: Mapped[str] = mapped_column(String(40))
    author_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    state: Mapped[DocumentState] = mapped_column(text_enum(DocumentState))
    visibility: Mapped[Visibility] = mapped_column(text_enum(Visibility))
    hidden_until: Mapped[date | None]
    """The patient is told by a doctor first: shown from this day on."""
    replaces_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("record_documents.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class RecordOpposition(Base):
    """What a person refuses: one professional, everybody but the médecin traitant, or access in an emergency."""

    __tablename__ = "record_oppositions"
    __table_args__ = (Index("ix_record_oppositions_insured_id", "insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    emergency: Mapped[bool]
    professional_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RecordConsent(Base):
    """A consent of the moment to one professional outside the care team: a day at most."""

    __tablename__ = "record_consents"
    __table_args__ = (Index("ix_record_consents_insured_id", "insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    how: Mapped[How] = mapped_column(text_enum(How))
    scope: Mapped[ConsentScope] = mapped_column(text_enum(ConsentScope), default=ConsentScope.ALL)
    named: Mapped[str | None] = mapped_column(String(64))
    """The type, or the id of the document, that the scope is of."""
    recorded_by: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    """Who noted it; None: the person did, in their account."""
    given_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
    until: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RecordInformation(Base):
    """A person was told that their record is shared, with whom, and that they may oppose it (CSP L1110-4)."""

    __tablename__ = "record_information_acts"
    __table_args__ = (Index("ix_record_information_acts_insured_id", "insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    """Who told them; None: they read it in their account."""
    how: Mapped[How] = mapped_column(text_enum(How))
    informed_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class RecordTeamMember(Base):
    """A professional whom the patient accepted in the care team."""

    __tablename__ = "record_team_members"
    __table_args__ = (Index("ix_record_team_members_insured_id", "insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    accepted_on: Mapped[date]
    ended_on: Mapped[date | None]


class EmergencyAccess(Base):
    """A record opened in an emergency: one patient, four hours, reviewed by somebody else."""

    __tablename__ = "record_emergency_accesses"
    __table_args__ = (
        Index("ix_record_emergency_accesses_insured_id", "insured_id"),
        Index("ix_record_emergency_accesses_account_id", "account_id"),
    )

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    account_id: Mapped[str | None] = mapped_column(PublicId)
    reason: Mapped[Reason] = mapped_column(text_enum(Reason))
    explanation: Mapped[str] = mapped_column(EncryptedText("record_emergency_accesses.explanation"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    until: Mapped[datetime] = mapped_column(UtcDateTime())
    review_due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    verdict: Mapped[Verdict | None] = mapped_column(text_enum(Verdict))
    reviewed_by: Mapped[str | None] = mapped_column(PublicId)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RecordProject(Base):
    """The therapeutic project of a person: a new one ends the one before, and edits nothing."""

    __tablename__ = "record_projects"
    __table_args__ = (Index("ix_record_projects_insured_id", "insured_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    author_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    aims: Mapped[str] = mapped_column(EncryptedText("record_projects.aims"))
    """In the words of the patient."""
    starts_on: Mapped[date]
    review_on: Mapped[date]
    ended_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)


class RecordAction(Base):
    """What is to be done, by whom, how often; its calendar follows from it and is not kept."""

    __tablename__ = "record_actions"
    __table_args__ = (Index("ix_record_actions_project_id", "project_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    project_id: Mapped[str] = mapped_column(PublicId, ForeignKey("record_projects.id"))
    what: Mapped[str] = mapped_column(EncryptedText("record_actions.what"))
    who: Mapped[str] = mapped_column(EncryptedText("record_actions.who"))
    """Who does it, in words; empty where anybody may."""
    first_on: Mapped[date]
    every: Mapped[int]
    """0: once."""
    rhythm: Mapped[Rhythm] = mapped_column(text_enum(Rhythm))
    before_days: Mapped[int]
    after_days: Mapped[int]
    until: Mapped[date | None]
    counted_from: Mapped[CountedFrom] = mapped_column(text_enum(CountedFrom))


class RecordActionNote(Base):
    """An action was done on a day, or will not be."""

    __tablename__ = "record_action_notes"
    __table_args__ = (Index("ix_record_action_notes_action_id", "action_id"),)

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    action_id: Mapped[str] = mapped_column(PublicId, ForeignKey("record_actions.id"))
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome))
    on: Mapped[date] = mapped_column("on_day")
    author_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now_utc)
