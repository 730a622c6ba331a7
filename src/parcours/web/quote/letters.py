"""Letters to claim back what should not have been asked: to the professional first, then to the fund's mediator.

As text to copy, or as a PDF to sign (`web/letters.py`).
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from parcours import documents
from parcours.engine.case import Answer
from parcours.engine.errors import FactError
from parcours.engine.say.possible import bound_to_tariff
from parcours.engine.say.wording import label, lower_first
from parcours.law.codes import Convention, Profession
from parcours.law.days import iso
from parcours.law.loader import load
from parcours.text import euros
from parcours.web import i18n
from parcours.web.forms import sent
from parcours.web.i18n import N_
from parcours.web.letters import (
    CONCILIATOR,
    LONGEST,
    conciliator,
    filled,
    for_france,
    letter_answer,
    sender,
)
from parcours.web.pages import Page, text, today
from parcours.web.quote.state import state_of

TO = {"professional": N_("To the professional"), "mediator": N_("To your fund's mediator")}
"""Who a letter may be for, the first to write to first."""
OF_DISPUTES = ("name", "address", "number", "town", "professional", "practice", "fund")
"""What may be typed into them."""
MOST_BYTES = 8000


class Dispute(NamedTuple):
    """A sum asked beyond what may be asked, in cents, and whether the product can be sure of it."""

    excess: int
    owed: int
    certain: bool


class Claim(NamedTuple):
    """What a letter says of the care, of one act or of the lines of a bill; amounts in cents."""

    care_date: int
    fee: int
    most: int
    excess: int
    c2s: bool
    profession: int
    convention: int
    specialty: int


def claim_of(page: Page) -> Claim | None:
    """What can be claimed back in what an address says; None where nothing can."""
    settled = state_of(page).outcome
    if isinstance(settled, FactError) or dispute_of(settled) is None:
        return None
    act, result = settled.act, settled.settlement
    excess = result.unlawful_excess
    return Claim(
        act.care_date, act.fee, result.max_fee, excess, bool(act.c2s), act.profession, act.convention, act.specialty
    )


def dispute_of(settled: Answer) -> Dispute | None:
    """What may be disputed in an answer; None where nothing is.

    It is certain under the C2S and for a session of Mon soutien psy; elsewhere another line of the paper may
    explain it.
    """
    result, act = settled.settlement, settled.act
    if not result.unlawful_excess:
        return None
    owed = max(0, result.patient - result.unlawful_excess)
    return Dispute(result.unlawful_excess, owed, certain=bound_to_tariff(act))


def letters_of(page: Page, disputed: Dispute | None, pairs: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The letters that claim back what was asked in excess: for whom, as a PDF, as text."""
    if disputed is None:
        return []

    def address(kind: str, to: str) -> str:
        return page.address(f"/letter.{kind}", (*pairs, ("to", to)))

    return [(text(words, page.lang), address("pdf", to), address("txt", to)) for to, words in TO.items()]


def letter(claim: Claim, to: str, lang: str, said: Mapping[str, str]) -> documents.Letter:
    """The letter as the data of its sheet; `said`: what was typed of `FIELDS`."""
    day = date.fromisoformat(iso(claim.care_date))
    amounts = {
        "day": i18n.long_date(day, lang),
        "fee": euros(claim.fee, lang),
        "most": euros(claim.most, lang),
        "excess": euros(claim.excess, lang),
    }
    doctor = to == "professional"
    return {
        "title": text(TO[to], lang),
        "day": today().isoformat(),
        "sender": sender(said, lang),
        "recipient": [
            filled(said, "professional", lang),
            i18n.upper_first(seen(claim, lang)),
            filled(said, "practice", lang),
        ]
        if doctor
        else [
            text("The mediator (médiateur)", lang),
            text("Caisse primaire d'assurance maladie", lang),
            filled(said, "fund", lang),
        ],
        "place": f"{filled(said, 'town', lang)}, ",
        "dated": text("on {day}", lang, day=i18n.long_date(today(), lang)),
        "subject": text("Refund of {excess} asked in excess on {day}", lang, **amounts),
        "paragraphs": [
            text("Dear Sir or Madam,", lang),
            text("On {day} I was asked {fee} for my care ({seen}).", lang, **amounts, seen=seen(claim, lang))
            if doctor
            else text(
                "On {day} I was asked {fee} for my care ({seen}) by {professional}.",
                lang,
                **amounts,
                seen=seen(claim, lang),
                professional=filled(said, "professional", lang),
            ),
            text(ground(claim), lang, **amounts),
            *asks(doctor, lang, amounts),
        ],
        "closing": text("Yours faithfully,", lang),
        "signature": filled(said, "name", lang),
        "enclosures": [text("copy of the paper claim or of the invoice", lang)],
    }


def seen(claim: Claim, lang: str) -> str:
    """Who gave the care: the specialty of a doctor, else the profession."""
    if claim.specialty:
        return lower_first(i18n.label(load().specialties[claim.specialty].label, lang))
    return lower_first(i18n.typography(label("profession", Profession(claim.profession).name.lower(), lang), lang))


def ground(claim: Claim) -> str:
    """Why the sum could not be asked, and the article that says so."""
    if claim.c2s and claim.profession != Profession.MEDECIN:
        return N_(
            "I am covered by the complémentaire santé solidaire. Under article L861-3 of the Code de la sécurité "
            "sociale no fee above what it pays may be asked of me, unless I make a particular demand, which I did "
            "not: {most} at most."
        )
    if claim.c2s:
        return N_(
            "I am covered by the complémentaire santé solidaire. Under articles "
            "L162-5-13 and L861-3 of the Code de la sécurité "
            "sociale no fee above the tariff may be asked of me, unless I "
            "make a particular demand, which I did not: {most} "
            "at most."
        )
    if claim.profession == Profession.PSYCHOLOGUE:
        return N_(
            "For a session covered by Mon soutien psy no fee above the tariff may be asked "
            "(article L162-58 of the Code de la sécurité sociale): {most} at most."
        )
    if claim.convention == Convention.SECTEUR_1:
        return N_(
            "In sector 1, for the act on my paper and without a particular demand from "
            "me, the tariff of the medical agreement is {most} at most."
        )
    return N_("For the act on my paper, at most {most} may be asked.")


def asks(doctor: bool, lang: str, amounts: dict[str, str]) -> list[str]:
    """What is asked for, and what comes next."""
    if doctor:
        return [
            text("I therefore ask you to refund me {excess}.", lang, **amounts),
            text(
                "If another act or a supplement explains this price, please tell me its code. "
                "Without an answer within a month I shall write to the mediator of my fund.",
                lang,
            ),
        ]
    return [
        text("I asked the professional to refund me {excess}, without success.", lang, **amounts),
        text("I ask you to look into this price and to help me obtain the refund.", lang),
    ]


async def letter_file(request: Request, found: Callable[[Page], Claim | None] = claim_of) -> Response:
    """`/letter.pdf` and `/letter.txt`: `to=professional` or `mediator` with the facts of the quote, or `conciliator`.

    Names and addresses come in the body of a form, never in the address.
    """
    typed = await sent(request, MOST_BYTES) if request.method == "POST" else []
    said = {name: value[:LONGEST] for name, value in typed}
    return await run_in_threadpool(made, request, said, found)


def made(request: Request, said: Mapping[str, str], found: Callable[[Page], Claim | None]) -> Response:
    """The letter as a file."""
    page = Page.of(request)
    to = dict(page.query).get("to", "professional")
    if to == CONCILIATOR:
        return letter_answer(page, for_france(partial(conciliator, said), page.lang), to, said)
    claim = found(page)
    if to not in TO or claim is None:
        return PlainTextResponse(text("There is nothing to dispute in these answers.", page.lang) + "\n", 400)
    paper = for_france(lambda lang: letter(claim, to, lang, said), page.lang)
    return letter_answer(page, paper, to, said)
