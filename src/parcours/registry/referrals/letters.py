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

    def as_text(self) -> str:
        """JSON, as stored."""
        return json.dumps(asdict(self), ensure_ascii=False)


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
