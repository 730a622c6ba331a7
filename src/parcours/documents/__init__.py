"""Papers: data in, a tagged PDF out, in French or in English.

    pdf = documents.render("letter", letter, "fr")

`kinds.py` says what each kind needs; the templates beside it draw it. Nothing is fetched: the compiler and the
fonts come with the packages. The same data give the same bytes.
"""

from parcours.documents.calendar import Event, calendar
from parcours.documents.kinds import (
    Answer,
    Bill,
    Card,
    Dated,
    Entry,
    Letter,
    Outcomes,
    Paper,
    Part,
    Reason,
    Record,
    Section,
    Steps,
    Table,
)
from parcours.documents.pdf import Attachment, code_of, render

__all__ = [
    "Answer",
    "Attachment",
    "Bill",
    "Card",
    "Dated",
    "Entry",
    "Event",
    "Letter",
    "Outcomes",
    "Paper",
    "Part",
    "Reason",
    "Record",
    "Section",
    "Steps",
    "Table",
    "calendar",
    "code_of",
    "render",
]
