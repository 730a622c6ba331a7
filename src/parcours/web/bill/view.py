"""What the page of a bill shows: plain data between the engine and the template."""

from dataclasses import dataclass
from datetime import date

from parcours.engine.bill.advise import BillOption
from parcours.engine.bill.explain import BillExplanation
from parcours.web.quote import todo
from parcours.web.quote.charts import Segment
from parcours.web.quote.view import Link, Result, Said


@dataclass(frozen=True)
class Field:
    """A field of a line, or of the bill."""

    name: str
    label: str
    value: str
    kind: str
    """money | number | text | select | date"""
    options: tuple[tuple[str, str], ...]
    unit: str
    placeholder: str
    error: str
    asked: str
    """What is missing, said kindly; an error is what is wrong."""


@dataclass(frozen=True)
class Row:
    """A line of the paper."""

    number: int
    code: str
    """As the address writes it."""
    shown: str
    """As papers print it; empty for a word of ours."""
    label: str
    fields: tuple[Field, ...]
    more: tuple[Field, ...]
    """Those that few papers need."""
    more_said: bool
    """Is one of them filled?"""
    kept: tuple[tuple[str, str], ...]
    """What the line says and shows no field for."""
    remove: str
    """The address without it; empty for a charge of the stay, which nobody wrote."""
    error: str
    fee: str
    amo: str
    amc: str
    payer: str
    """Who pays what the Sécu leaves: the mutuelle, or the C2S."""
    patient: str
    excess: str
    """What was asked in excess for certain, where it was."""
    segments: tuple[Segment, ...]

    @property
    def name(self) -> str:
        """Its code, where it has one, and what it is."""
        return f"{self.shown} {self.label}".strip()


@dataclass(frozen=True)
class Chip:
    """A line that can be added."""

    code: str
    """As papers print it; empty for a word of ours."""
    label: str
    amount: str
    url: str


@dataclass(frozen=True)
class Group:
    """Lines that the day, the hour or a visit suggest."""

    title: str
    chips: tuple[Chip, ...]


@dataclass(frozen=True)
class Question:
    """The next question about the patient or the professional."""

    title: str
    help: str
    kind: str
    """options | number"""
    name: str
    unit: str
    options: tuple[Link, ...]


@dataclass(frozen=True)
class BillView:
    """All that the page shows."""

    title: str
    day: date | None
    checked: date
    makers: tuple[Link, ...]
    """Who made the paper out; empty once it is said."""
    specialists: tuple[tuple[str, str], ...]
    head: tuple[Field, ...]
    """The fields of the whole bill: day, hour, age, a stay."""
    hidden: tuple[tuple[str, str], ...]
    """The facts that are kept and not shown as fields."""
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    found: tuple[Chip, ...]
    by_hand: tuple[tuple[str, ...], tuple[Chip, ...]]
    """Where a search found nothing: how to copy the paper, and the lines that take its base."""
    query: str
    error: str
    question: Question | None
    answers: tuple[Said, ...]
    result: Result | None
    letters: list[tuple[str, str, str]]
    """Letters that claim back what was asked in excess: for whom, as a PDF, as text."""
    todo: list[todo.Group]
    explanation: BillExplanation | None
    written: int
    """Lines of the paper; those after them are charges of the stay."""
    disputed: tuple[str, ...]
    """Other readings of the texts that would leave another sum."""
    cheaper: tuple[BillOption, ...]
    advice_note: str
    starts: tuple[tuple[str, str], ...]
    all_lines: tuple[tuple[str, str], ...]
    """The lines as pairs: what a form that does not show them keeps."""
    text: str
    text_url: str
    pdf_url: str
    receipt_url: str
