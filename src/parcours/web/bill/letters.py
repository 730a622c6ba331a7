"""The letters of `/letter.pdf` and `/letter.txt`: of a quote, or of a bill where the address has lines."""

from starlette.requests import Request
from starlette.responses import Response

from parcours.engine.bill.excess import in_excess
from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError
from parcours.web.bill.address import state_of
from parcours.web.pages import Page
from parcours.web.quote import letters
from parcours.web.quote.letters import Claim, claim_of


async def letter_file(request: Request) -> Response:
    """A letter as a file."""
    of_a_bill = "code" in request.query_params
    return await letters.letter_file(request, claim_of_bill if of_a_bill else claim_of)


def claim_of_bill(page: Page) -> Claim | None:
    """What can be claimed back of the lines of a bill; None where it is not certain of any."""
    state = state_of(page)
    try:
        settled = settle_bill(state.bill(), state.readings)
    except FactError:
        return None
    found = [item for item in in_excess(settled) if item.certain and item.borne]
    if not found:
        return None
    act, excess = found[0].line.line.act, sum(item.borne for item in found)
    fee = sum(item.line.line.act.fee for item in found)
    return Claim(act.care_date, fee, fee - excess, excess, bool(act.c2s), act.profession, act.convention, act.specialty)
