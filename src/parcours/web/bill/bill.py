"""`/bill`: the whole paper. Its lines and facts are in the address; nothing is kept, and nothing says who it is about.

The address is read (`address.py`), the engine settles and says what it still needs, and the page puts beside each line
who pays it, what the day and the hour may add (`catalogue.py`), and what is wrong beside its field (`fields.py`).
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from parcours import documents
from parcours.engine.bill.receipt import bill_receipt
from parcours.engine.say.receipt import canonical
from parcours.web.bill.address import state_of
from parcours.web.bill.paper import Paper
from parcours.web.bill.sheet import bill_sheet
from parcours.web.letters import LONGEST, fields
from parcours.web.pages import PRIVATE, PUBLIC, Page, answer
from parcours.web.quote.letters import OF_DISPUTES
from parcours.web.quote.papers import for_programs
from parcours.web.quote.quote import missing


async def bill_page(request: Request) -> Response:
    """The page, or the part of it that changes."""
    page = Page.of(request)
    view = Paper(state_of(page)).view()
    of_letters: dict[str, Any] = {"letter_fields": fields(OF_DISPUTES, page.lang), "longest": LONGEST}
    template = "_bill_partial.html" if page.partial else "bill.html"
    wrong = view.error or any(row.error or any(item.error for item in row.fields) for row in view.rows)
    refused = wrong or any(item.error for item in view.head)
    return answer(page, template, 400 if refused else 200, PRIVATE if page.query else PUBLIC, bill=view, **of_letters)


async def bill_text(request: Request) -> Response:
    """`/bill.txt`: the same answer as plain text."""
    page = Page.of(request)
    view = Paper(state_of(page)).view()
    if not view.text:
        return missing(view.error, page.lang)
    headers = {"Cache-Control": PRIVATE, "Content-Language": page.lang}
    return PlainTextResponse(f"{view.text}\n", headers=headers)


def bill_pdf(request: Request) -> Response:
    """`/bill.pdf`: the same answer on paper, made in a thread of its own."""
    page = Page.of(request)
    paper = Paper(state_of(page))
    view = paper.view()
    if paper.settled is None or view.result is None or view.explanation is None or view.day is None:
        return missing(view.error, page.lang)
    address = f"{page.site}{page.address('/bill', paper.state.pairs())}"
    data = bill_sheet(view, view.day, view.result, view.explanation, paper.settled, address)
    pdf = documents.render("bill", data, page.lang, for_programs(bill_receipt(paper.settled), page.lang))
    headers = {"Content-Disposition": f'inline; filename="parcours-{view.day}.pdf"', "Cache-Control": PRIVATE}
    return Response(pdf, headers=headers, media_type="application/pdf")


async def bill_receipt_file(request: Request) -> Response:
    """`/bill.json`: the receipt of a complete bill, to keep and to replay."""
    page = Page.of(request)
    paper = Paper(state_of(page))
    if paper.settled is None:
        return missing(paper.error(), page.lang)
    name = f"parcours-{paper.state.day}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": PRIVATE}
    return Response(canonical(bill_receipt(paper.settled)) + "\n", headers=headers, media_type="application/json")
