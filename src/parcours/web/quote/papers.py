"""The answer of a quote on paper: the sheet of one page, its verification code, the file for programs inside it.

A bill (`web/bill/sheet.py`) has the same card on its own sheet.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from parcours import documents
from parcours.engine.say.receipt import canonical
from parcours.text import COLON
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import text, today
from parcours.web.quote.todo import Group
from parcours.web.quote.view import Details, Outcomes, Quote, Result

LOOK = N_("Look at the codes on the paper: another act or a supplement has its own tariff, lawful and refunded.")


def answer_paper(
    quote: Quote, result: Result, details: Details, hash_: str, address: str, lang: str
) -> documents.Answer:
    """The answer as the data of its sheet."""
    day = i18n.long_date(quote.care_date, lang)
    said: list[documents.Entry] = [{"name": text("Day of the care", lang), "text": day}]
    said += [{"name": item.name, "text": item.text} for item in quote.answers[1:]]
    reasons: list[documents.Reason] = [
        {"title": step.title, "text": step.text, "articles": ", ".join(item.id for item in step.references)}
        for step in details.steps
    ]
    paper: documents.Answer = {
        "title": text("Your care on {day}", lang, day=day),
        "address": address,
        "code": documents.code_of(hash_),
        **dated(quote.care_date, quote.checked, lang),
        **card(result, lang),
        "outcomes": [*(side_by_side(group, lang) for group in quote.outcomes), *possibilities(quote, result, lang)],
        "todo_title": text("What to do now", lang),
        "todo": [steps(group, lang) for group in quote.todo],
        "facts_title": text("Your answers", lang),
        "facts": said,
        "reasons_title": text("Why", lang),
        "reasons": reasons,
    }
    if quote.outcomes:
        words = N_("left to you in the end, {of}, if what you did not know is as supposed here: see the outcomes below")
        paper["amount_says"] = text(words, lang, of=result.of)
    return paper


def possibilities(quote: Quote, result: Result, lang: str) -> Iterator[documents.Outcomes]:
    """In which cases a price above its tariff is lawful, to look at before it is disputed."""
    if quote.possible and result.excess:
        yield {
            "title": text("Before you dispute {amount}", lang, amount=result.excess),
            "rows": [
                {"kind": "", "name": i18n.set_once(one.words, lang), "amount": "", "cents": 0} for one in quote.possible
            ],
            "how": text(LOOK, lang),
        }


def side_by_side(group: Outcomes, lang: str) -> documents.Outcomes:
    """What each answer would give; `kind` is what of it may be disputed."""
    return {
        "title": text("You did not know: {name}", lang, name=group.name),
        "rows": [{"kind": row.note, "name": row.label, "amount": row.amount, "cents": 0} for row in group.rows],
        "how": i18n.set_once(group.how, lang),
    }


def steps(group: Group, lang: str) -> documents.Steps:
    """What to do at one time."""
    tasks: list[documents.Entry] = [
        {"name": i18n.set_once(task.title, lang), "text": i18n.set_once(task.text, lang)} for task in group.tasks
    ]
    return {"title": group.title, "tasks": tasks}


def dated(care_date: date, checked: date, lang: str) -> documents.Dated:
    """The day that the sheet is made, and what it is worth."""
    made = today()
    return {
        "day": made.isoformat(),
        "note": text(
            "Made on {made}, with the law of {day}; data checked on {checked}. An estimate to the cent, before any "
            "yearly cap already reached; not legal advice.",
            lang,
            made=i18n.long_date(made, lang),
            day=i18n.long_date(care_date, lang),
            checked=i18n.long_date(checked, lang),
        ),
    }


def card(result: Result, lang: str) -> documents.Card:
    """What is left, who pays what and when."""
    paper: documents.Card = {
        "amount": result.left,
        "amount_says": text("left to you in the end, {of}", lang, of=result.of),
        "status": text(result.pathway, lang) if result.pathway else "",
        "summary": result.summary,
        "parts_title": text("Who pays what", lang),
        "parts": parts(result),
        "calendar_title": text("When", lang),
        "calendar": [
            {"kind": "", "name": f"{step.when}{COLON[lang]}{step.what}", "amount": step.amount, "cents": 0}
            for step in result.steps
        ],
    }
    if result.warning or result.split:
        paper["warning"] = result.warning or result.split
    return paper


def parts(result: Result) -> list[documents.Part]:
    """Who pays what, with the widths of the bar."""
    widths = {segment.name: round(segment.width * 100) for segment in result.segments}
    return [
        {"kind": payer.name, "name": payer.label, "amount": payer.amount, "cents": widths.get(payer.name, 0)}
        for payer in result.payers
    ]


def for_programs(kept: Mapping[str, Any], lang: str) -> documents.Attachment:
    """The receipt that travels inside the sheet."""
    says = text("The same answer for programs, to settle again.", lang)
    return documents.Attachment("parcours.json", "application/json", says, canonical(kept))
