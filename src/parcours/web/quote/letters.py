"""Letters to claim back what should not have been asked: to the professional first, then to the fund's mediator.

As text to copy, or as a PDF to sign. Names and addresses are typed in a form and kept nowhere, in no address either;
what is not typed is filled in by hand.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from parcours import documents
from parcours.engine.case import Answer
from parcours.engine.errors import FactError
from parcours.law.codes import Convention, Profession
from parcours.law.days import iso
from parcours.text import COLON, euros
from parcours.web import i18n
from parcours.web.forms import sent
from parcours.web.i18n import N_
from parcours.web.pages import PERSONAL, PRIVATE, Page, text, today
from parcours.web.quote.state import state_of

BLANK = "[…]"
TO = {"professional": N_("To the professional"), "mediator": N_("To your fund's mediator")}
"""Who a letter may be for, the first to write to first."""
FIELDS = {
    "name": (N_("Your name"), "name"),
    "address": (N_("Your address"), "street-address"),
    "number": (N_("Your social security number"), "off"),
    "town": (N_("Town where you write"), "address-level2"),
    "professional": (N_("Name of the professional"), "off"),
    "practice": (N_("Address of the professional"), "off"),
    "fund": (N_("Address of your fund"), "off"),
}
"""What a letter says of people: its name, and what a browser may fill in by itself."""
LONGEST = 120
MOST_BYTES = 8000


class Dispute(NamedTuple):
    """A sum asked beyond what may be asked, in cents, and whether the product can be sure of it."""

    excess: int
    owed: int
    certain: bool


def dispute_of(settled: Answer) -> Dispute | None:
    """What may be disputed in an answer; None where nothing is.

    It is certain under the C2S and for a session of Mon soutien psy; elsewhere another line of the paper may
    explain it.
    """
    result, act = settled.settlement, settled.act
    if not result.unlawful_excess:
        return None
    certain = bool(act.c2s) or act.profession == Profession.PSYCHOLOGUE
    return Dispute(result.unlawful_excess, max(0, result.patient - result.unlawful_excess), certain)


def letters_of(page: Page, settled: Answer | None, pairs: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The letters that claim back what was asked in excess: for whom, as a PDF, as text."""
    if settled is None or dispute_of(settled) is None:
        return []

    def address(kind: str, to: str) -> str:
        return page.address(f"/letter.{kind}", (*pairs, ("to", to)))

    return [(text(words, page.lang), address("pdf", to), address("txt", to)) for to, words in TO.items()]


def filled(said: Mapping[str, str], name: str) -> str:
    """What was typed for a field, on one line; else a blank."""
    typed = "".join(sign if sign.isprintable() else " " for sign in said.get(name, ""))
    return " ".join(typed.split())[:LONGEST] or BLANK


def letter(settled: Answer, to: str, lang: str, said: Mapping[str, str]) -> documents.Letter:
    """The letter as the data of its sheet; `said`: what was typed of `FIELDS`."""
    day = date.fromisoformat(iso(settled.act.care_date))
    amounts = {
        "day": i18n.long_date(day, lang),
        "fee": euros(settled.act.fee, lang),
        "most": euros(settled.settlement.max_fee, lang),
        "excess": euros(settled.settlement.unlawful_excess, lang),
    }
    doctor = to == "professional"
    return {
        "title": text(TO[to], lang),
        "day": today().isoformat(),
        "sender": [
            filled(said, "name"),
            filled(said, "address"),
            text("Social security number", lang) + COLON[lang] + filled(said, "number"),
        ],
        "recipient": [filled(said, "professional"), filled(said, "practice")]
        if doctor
        else [
            text("The mediator (médiateur)", lang),
            text("Caisse primaire d'assurance maladie", lang),
            filled(said, "fund"),
        ],
        "place": f"{filled(said, 'town')}, ",
        "dated": text("on {day}", lang, day=i18n.long_date(today(), lang)),
        "subject": text("refund of {excess} asked in excess on {day}", lang, **amounts),
        "paragraphs": [
            text("Dear Sir or Madam,", lang),
            text("On {day} I was asked {fee} for my care.", lang, **amounts)
            if doctor or filled(said, "professional") == BLANK
            else text(
                "On {day} I was asked {fee} for my care by {professional}.",
                lang,
                **amounts,
                professional=filled(said, "professional"),
            ),
            text(ground(settled), lang, **amounts),
            *asks(doctor, lang, amounts),
        ],
        "closing": text("Yours faithfully,", lang),
        "signature": filled(said, "name"),
        "enclosures": [text("copy of the paper claim or of the invoice", lang)],
    }


def ground(settled: Answer) -> str:
    """Why the sum could not be asked, and the article that says so."""
    if settled.act.c2s:
        return N_(
            "I am covered by the complémentaire santé solidaire. Under articles "
            "L162-5-13 and L861-3 of the Code de la sécurité "
            "sociale no fee above the tariff may be asked of me, unless I "
            "make a particular demand, which I did not: {most} "
            "at most."
        )
    if settled.act.profession == Profession.PSYCHOLOGUE:
        return N_(
            "For a session covered by Mon soutien psy no fee above the tariff may be asked "
            "(article L162-58 of the Code de la sécurité sociale): {most} at most."
        )
    if settled.act.convention == Convention.SECTEUR_1:
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


def as_text(paper: documents.Letter) -> str:
    """The letter as lines to copy."""
    lines = [*paper["sender"], "", *paper["recipient"], "", paper["place"] + paper["dated"], "", paper["subject"]]
    return "\n".join([*lines, "", "\n\n".join(paper["paragraphs"]), "", paper["closing"], paper["signature"]])


async def letter_file(request: Request) -> Response:
    """`/letter.pdf` and `/letter.txt`: `to=professional` or `to=mediator`, and the facts of the quote.

    Names and addresses come in the body of a form, never in the address.
    """
    said = dict(await sent(request, MOST_BYTES)) if request.method == "POST" else {}
    return await run_in_threadpool(made, request, said)


def made(request: Request, said: Mapping[str, str]) -> Response:
    """The letter as a file."""
    page = Page.of(request)
    to = dict(page.query).get("to", "professional")
    settled = state_of(page).outcome
    if isinstance(settled, FactError) or to not in TO or dispute_of(settled) is None:
        return PlainTextResponse(text("There is nothing to dispute in these answers.", page.lang) + "\n", 400)
    paper = letter(settled, to, page.lang, said)
    headers = {"Cache-Control": PERSONAL if said else PRIVATE, "Content-Language": page.lang}
    if page.path.endswith(".txt"):
        return PlainTextResponse(as_text(paper) + "\n", headers=headers)
    headers["Content-Disposition"] = f'inline; filename="parcours-{to}.pdf"'
    return Response(documents.render("letter", paper, page.lang), headers=headers, media_type="application/pdf")
