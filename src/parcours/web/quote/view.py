"""What the quote shows: plain data between the engine's answer and the template."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from parcours.engine.say.advise import Option as Lever
from parcours.engine.say.explain import Step, WhyNot
from parcours.web.quote.charts import Segment
from parcours.web.quote.questions import Card


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


@dataclass(frozen=True)
class Details:
    """What is below: why, what would have been cheaper, why not."""

    steps: tuple[Step, ...]
    why_not: tuple[WhyNot, ...]
    cheaper: tuple[Lever, ...]
    note: str
    freshness: str


@dataclass(frozen=True)
class Quote:
    """All that the page shows."""

    title: str
    care_date: date
    checked: date
    error: str | None
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
    answers: list[Said]
    assumed: str
    starts: list[tuple[str, str]]
    result: Result | None
    details: Details | None
    text: str
    text_url: str
    pdf_url: str
    receipt_url: str
    bill_url: str
    """The same act as the first line of a bill; empty where its code is not known."""
