"""What a doctor writes: the letter, to whom it goes, for how long."""

import json
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True)
class Letter:
    """Content of a lettre d'adressage; clinical text, encrypted at rest."""

    reason: str
    question: str
    urgency: str = "ordinary"
    history: str = ""
    current_treatment: str = ""
    examinations_done: str = ""
    allergies: str = ""
    expectations: str = ""
    target_date: str = ""
    """The day until which the patient is to be seen, YYYY-MM-DD: urgency is a date, not only a word."""
    needs: str = ""
    """Language, handicap, interpreter, autonomy."""
    copy_to: str = ""
    patient_informed: bool = False
    extract: tuple[tuple[str, str], ...] = ()
    """Lines of the synthesis that the author chose, each with its section, as they were that day."""

    def as_text(self) -> str:
        """JSON, as stored."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True)
class ReportDetails:
    """What a report says besides its conclusion."""

    reason: str = ""
    answer: str = ""
    """`answered`, `partly`, `needs_other_opinion`."""
    treatment_changes: tuple[str, ...] = ()
    """Proposed to the synthesis: the médecin traitant accepts each."""
    examinations: str = ""
    who_does_what: str = ""
    next_visit: str = ""
    watch: str = ""
    copy_to_patient: bool = True

    def as_text(self) -> str:
        """JSON, as stored."""
        return json.dumps(asdict(self), ensure_ascii=False)


ANSWERS = ("", "answered", "partly", "needs_other_opinion")


@dataclass(frozen=True)
class Provider:
    """A step of a sequence: a named doctor or any of a specialty."""

    professional_id: str | None = None
    specialty: int | None = None


@dataclass(frozen=True)
class NewReferral:
    """Who sends whom to whom, in which flow, with what letter, until when."""

    insured_id: str
    author_id: str
    flow: str
    letter: Letter
    addressee_id: str | None = None
    specialty: int | None = None
    plan_id: str | None = None
    providers: tuple[Provider, ...] = ()
    """The doctors of a sequence, in order."""
    issued_on: date | None = None
    valid_until: date | None = None
    withheld: bool = False
    """At the wish of a minor: kept from those who act for them."""
    """Last day of use; a year after the issue when not given (a habit of this house: the law sets none)."""
