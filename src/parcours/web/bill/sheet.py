"""The answer of a whole bill on paper: its card, its lines with who pays each, what to look at, why."""

from collections.abc import Iterator
from datetime import date

from parcours import documents
from parcours.engine.bill.explain import BillExplanation, LineExplanation
from parcours.engine.bill.receipt import bill_receipt
from parcours.engine.bill.settle import BillAnswer
from parcours.web import i18n
from parcours.web.bill.fields import DATE
from parcours.web.bill.view import BillView, Field, Row
from parcours.web.i18n import N_
from parcours.web.pages import text
from parcours.web.quote.papers import card, dated, steps
from parcours.web.quote.view import Result

COLUMNS = (N_("Line"), N_("Price asked"), N_("Sécu"), N_("Mutuelle"), N_("You"))


def bill_sheet(
    view: BillView, day: date, result: Result, explanation: BillExplanation, settled: BillAnswer, address: str
) -> documents.Bill:
    """The bill as the data of its sheet."""
    lang = explanation.lang
    return {
        "title": text("Your bill of {day}", lang, day=i18n.long_date(day, lang)),
        "address": address,
        "code": documents.code_of(bill_receipt(settled)["hash"]),
        **dated(day, view.checked, lang),
        **card(result, lang),
        "lines_title": text("Line by line", lang),
        "lines": lines(view.rows, lang),
        "notes_title": text("To look at", lang),
        "notes": list(notes(result, explanation)),
        "todo_title": text("What to do now", lang),
        "todo": [steps(group, lang) for group in view.todo],
        "facts_title": text("Your answers", lang),
        "facts": list(facts(view, lang)),
        "reasons_title": text("Why, line by line", lang),
        "reasons": [reason(row, line, lang) for row, line in zip(view.rows, explanation.lines, strict=True)],
    }


def lines(rows: tuple[Row, ...], lang: str) -> documents.Table:
    """Each line of the paper, and who pays it."""
    return {
        "caption": text("The lines of the bill, with who pays each", lang),
        "head": [text(name, lang) for name in COLUMNS],
        "rows": [[f"{row.number}. {row.name}", row.fee, row.amo, row.amc, row.patient] for row in rows],
        "right": [1, 2, 3, 4],
    }


def notes(result: Result, explanation: BillExplanation) -> Iterator[documents.Entry]:
    """What the hospital is paid beside, then what a line or the bill should make one look at."""
    lang = explanation.lang
    if result.beside:
        yield {"name": "", "text": result.beside}
    for note in explanation.notes:
        of = text("Line {numbers}", lang, numbers=", ".join(map(str, note.lines))) if note.lines else ""
        yield {"name": of, "text": i18n.set_once(note.text[lang], lang)}


def facts(view: BillView, lang: str) -> Iterator[documents.Entry]:
    """What was said of the whole bill."""
    for item in view.head:
        if item.value and item.name != "age":  # it is among the answers
            yield {"name": item.label, "text": shown(item, lang)}
    for said in view.answers:
        yield {"name": text(said.name, lang), "text": said.text}


def shown(item: Field, lang: str) -> str:
    """The value of a field as people write it."""
    if item.kind == DATE:
        return i18n.long_date(date.fromisoformat(item.value), lang)
    return dict(item.options).get(item.value, f"{item.value} {item.unit}".strip())


def reason(row: Row, line: LineExplanation, lang: str) -> documents.Reason:
    """Why a line gives what it gives, in short."""
    told = [step for step in line.steps if step.case != "none"]
    articles = dict.fromkeys(item.id for step in told for item in step.references)
    said = " ".join(i18n.set_once(step.text, lang) for step in told)
    return {"title": row.name, "text": said, "articles": ", ".join(articles)}
