"""What the quote shows: plain data between the engine's answer and the template."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from parcours.engine.bill.advise import BillOption
from parcours.engine.say.advise import Option as Lever
from parcours.engine.say.explain import Step, WhyNot
from parcours.web.quote.cards import Card
from parcours.web.quote.charts import Segment
from parcours.web.quote.refused import Wrong
from parcours.web.quote.split import Split
from parcours.web.quote.supplements import Supplement
from parcours.web.quote.todo import Group


@dataclass(frozen=True)
class Link:
    """An answer that is offered, as an address."""

    label: str
    help: str
    url: str


@dataclass(frozen=True)
class Said:
    """An answer already given."""

    name: str
    text: str
    url: str
    """The address where it is asked again."""


@dataclass(frozen=True)
class Payer:
    """A line under the bar."""

    name: str
    label: str
    amount: str


@dataclass(frozen=True)
class When:
    """A payment in time."""

    when: str
    what: str
    amount: str


@dataclass(frozen=True)
class Result:
    """The card of the result."""

    exact: bool
    left: str
    of: str
    pathway: str
    tone: str
    segments: list[Segment]
    payers: list[Payer]
    steps: list[When]
    summary: str
    warning: str | None
    dispute: str = ""
    """A sum asked beyond what may be asked, for certain."""
    beside: str = ""
    """What compulsory insurance pays elsewhere than on this paper."""
    note: str = ""
    """Why the contract counts for less than somebody who reads it expects."""
    split: str = ""
    """How the price splits into lawful lines, where it does to the cent."""
    excess: str = ""
    """A sum above the tariff of this act alone, which another line of the paper may explain."""


@dataclass(frozen=True)
class Details:
    """What is below: why, what would have been cheaper, why not."""

    steps: tuple[Step, ...]
    why_not: tuple[WhyNot, ...]
    cheaper: tuple[Lever | BillOption, ...]
    note: str
    freshness: str


@dataclass(frozen=True)
class Stop:
    """Why nothing is refunded, and what can be done."""

    title: str
    text: str
    links: list[tuple[str, str]]


@dataclass(frozen=True)
class Profile:
    """The answers about the person, as an address writes them and in words, and where another visit starts."""

    query: str
    words: str
    url: str


@dataclass(frozen=True)
class Outcome:
    """What one answer would give."""

    label: str
    amount: str
    note: str
    url: str


@dataclass(frozen=True)
class Outcomes:
    """The answers to a question that was not known, side by side."""

    name: str
    rows: list[Outcome]
    how: str
    """How to find out."""


@dataclass(frozen=True)
class Quote:
    """All that the page shows."""

    title: str
    heading: str
    """What the page answers, in the words of who gives the care."""
    care_date: date
    checked: date
    error: str | None
    without: str
    """The same address without the name that nothing understands; empty where all are."""
    question: Card | None
    asked: str
    """The question in words."""
    help: str
    """How to know the answer."""
    options: list[Link]
    more: list[tuple[str, str]]
    hidden: list[tuple[str, str]]
    hidden_but_date: list[tuple[str, str]]
    terms: list[tuple[str, Any]]
    day: Said
    """The day of the visit: today unless somebody said otherwise."""
    answers: list[Said]
    links: list[tuple[str, str]]
    """Where the answer to the question can be found."""
    back: str
    """The address of the question before."""
    progress: str
    """How far the form is."""
    wrong: Wrong | None
    """The refused value of the field that is asked again."""
    was: str
    """What was written in the field before it was asked again."""
    check: Wrong | None
    """A value that few people mean, to confirm."""
    check_links: tuple[str, str]
    """Where it is confirmed, and where it is changed."""
    notice: str
    stop: Stop | None
    """Where nothing is refunded, whatever else is said."""
    unsure: str
    """The address of "I don't know"; empty where the question has none."""
    boxes: list[tuple[str, str]]
    nothing_more: list[tuple[str, str]]
    """The facts of "none of these", which the ticked boxes change."""
    outcomes: list[Outcomes]
    supplements: list[Supplement]
    split: Split | None
    """The lawful lines that a price is made of, to the cent."""
    possible: list[Split]
    """How the price would split, if what nobody said were so."""
    letters: list[tuple[str, str, str]]
    """(who it is for, as PDF, as text) of the letters that claim a sum back."""
    letter_fields: list[tuple[str, str, str, str]]
    """(name, its words, what the browser may fill in, its value) of what may be typed into them."""
    claim_back_url: str
    """The same letters in one's account, filled in."""
    longest: int
    todo: list[Group]
    calendar_url: str
    assumed: str
    follows: str
    """What follows from other answers, and was not said."""
    profile: Profile | None
    """The answers about the person, to keep on the device."""
    starts: list[tuple[str, str]]
    result: Result | None
    details: Details | None
    text: str
    text_url: str
    pdf_url: str
    receipt_url: str
    bill_url: str
    """The same act as the first line of a bill; empty where its code is not known."""
