"""What each kind of document is made of: plain data, already in the language of the reader.

A kind is one template (`templates/NAME.typ`) and one of these. Every kind may add what `Paper` allows.
"""

from typing import NotRequired, TypedDict


class Dated(TypedDict):
    """When a document was made."""

    day: str
    """The day it is made, YYYY-MM-DD; nothing else dates it, so that the same data give the same file."""
    note: NotRequired[str]
    """At the foot: what the document is worth, and what it is not."""


class Paper(Dated):
    """What every document has."""

    title: str
    """Of the document, for the reader of the file and for the margin."""
    address: NotRequired[str]
    """Where the same thing is on the web: printed, and drawn as a QR code."""
    code: NotRequired[str]
    """The verification code (`code_of`)."""


class Entry(TypedDict):
    """A name and what it is."""

    name: str
    text: str


class Part(TypedDict):
    """One payer's part of a sum. `kind` chooses its colour: amo, amc, you, later, open, dispute."""

    kind: str
    name: str
    amount: str
    cents: int


class Reason(TypedDict):
    """A step of an explanation and the articles behind it."""

    title: str
    text: str
    articles: str


class Card(TypedDict):
    """A result: the sum left, who pays what, when."""

    amount: str
    amount_says: str
    status: str
    warning: NotRequired[str]
    summary: str
    """The bar in words, for who does not see it."""
    parts_title: str
    parts: list[Part]
    calendar_title: str
    calendar: list[Part]


class Steps(TypedDict):
    """What to do at one time: before, at the desk, after."""

    title: str
    tasks: list[Entry]


class Outcomes(TypedDict):
    """What each answer to a question that was not known would give, and how to find out."""

    title: str
    rows: list[Part]
    how: str


class Told(Paper, Card):
    """An answer with what was said, why, and what to do."""

    facts_title: str
    facts: list[Entry]
    reasons_title: str
    reasons: list[Reason]
    todo_title: NotRequired[str]
    todo: NotRequired[list[Steps]]


class Answer(Told):
    """The answer of a quote, on one page whatever its length."""

    outcomes: NotRequired[list[Outcomes]]


class Letter(Paper):
    """A letter ready to be signed.

    What is to be filled in by hand is written `[…]`, or `[to fill in: what]`, and drawn as a dotted line.
    """

    sender: list[str]
    recipient: list[str]
    place: str
    """Written before the day (`dated`): `"Lyon, "`, or `"[…], "`."""
    dated: str
    subject: str
    paragraphs: list[str]
    closing: str
    signature: str
    enclosures: NotRequired[list[str]]
    enclosures_title: NotRequired[str]
    translation: NotRequired["Letter"]
    """The same in the language of who sends it: the letter itself is then in French."""


class Table(TypedDict):
    """Rows under headings; `right` are the places, from 0, of the columns of amounts."""

    caption: str
    head: list[str]
    rows: list[list[str]]
    right: NotRequired[list[int]]


class Bill(Told):
    """The answer for a whole bill: that of a quote, with its lines, on as many pages as they need."""

    lines_title: str
    lines: Table
    notes_title: NotRequired[str]
    notes: NotRequired[list[Entry]]
    """What to look at; `name` is the lines that a note is about, empty for the whole bill."""


class Picture(TypedDict):
    """A drawing as SVG, and what it says to who does not see it."""

    svg: str
    says: str


class Section(TypedDict):
    """A part of a record: sentences, then names and values, a drawing, a table; each where there is one."""

    title: str
    paragraphs: NotRequired[list[str]]
    entries: NotRequired[list[Entry]]
    picture: NotRequired[Picture]
    table: NotRequired[Table]


class Record(Paper):
    """What a register says: a statement, a declaration, a prescription, a certificate."""

    subtitle: NotRequired[str]
    sections: list[Section]
    signatures: NotRequired[list[str]]
    """Who signs by hand: a line for each."""


KINDS: dict[str, type] = {"answer": Answer, "bill": Bill, "letter": Letter, "record": Record}
