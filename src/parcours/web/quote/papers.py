"""The answer of a quote on paper: the sheet of one page, its verification code, the file for programs inside it."""

from parcours import documents
from parcours.engine.case import Answer
from parcours.engine.say.receipt import canonical, receipt
from parcours.text import COLON
from parcours.web import i18n
from parcours.web.pages import text, today
from parcours.web.quote.view import Details, Quote, Result


def answer_paper(
    quote: Quote, result: Result, details: Details, settled: Answer, address: str, lang: str
) -> documents.Answer:
    """The answer as the data of its sheet."""
    made = today()
    day = i18n.long_date(quote.care_date, lang)
    said: list[documents.Entry] = [{"name": text("Day of the care", lang), "text": day}]
    said += [{"name": item.name, "text": item.text} for item in quote.answers[1:]]
    paper: documents.Answer = {
        "title": text("Your care on {day}", lang, day=day),
        "day": made.isoformat(),
        "address": address,
        "code": documents.code_of(receipt(settled)["hash"]),
        "note": text(
            "Made on {made}, with the law of {day}; data checked on {checked}. An estimate to the cent, before any "
            "yearly cap already reached; not legal advice.",
            lang,
            made=i18n.long_date(made, lang),
            day=day,
            checked=i18n.long_date(quote.checked, lang),
        ),
        "amount": result.left,
        "amount_says": text("left to you in the end, {of}", lang, of=result.of),
        "status": text(result.pathway, lang),
        "summary": result.summary,
        "parts_title": text("Who pays what", lang),
        "parts": parts(result),
        "calendar_title": text("When", lang),
        "calendar": [
            {"kind": "", "name": f"{step.when}{COLON[lang]}{step.what}", "amount": step.amount, "cents": 0}
            for step in result.steps
        ],
        "facts_title": text("Your answers", lang),
        "facts": said,
        "reasons_title": text("Why", lang),
        "reasons": reasons(details),
    }
    if result.warning:
        paper["warning"] = result.warning
    return paper


def parts(result: Result) -> list[documents.Part]:
    """Who pays what, with the widths of the bar."""
    widths = {segment.name: round(segment.width * 100) for segment in result.segments}
    return [
        {"kind": payer.name, "name": payer.label, "amount": payer.amount, "cents": widths.get(payer.name, 0)}
        for payer in result.payers
    ]


def reasons(details: Details) -> list[documents.Reason]:
    """The steps of the explanation."""
    return [
        {"title": step.title, "text": step.text, "articles": ", ".join(item.id for item in step.references)}
        for step in details.steps
    ]


def for_programs(settled: Answer, lang: str) -> documents.Attachment:
    """The receipt that travels inside the sheet."""
    says = text("The same answer for programs, to settle again.", lang)
    return documents.Attachment("parcours.json", "application/json", says, canonical(receipt(settled)))
