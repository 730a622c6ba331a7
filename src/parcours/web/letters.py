"""Letters ready to send: what is typed of people, the French text with a translation, and the one to a conciliator.

Names and addresses are typed in a form and kept nowhere, in no address either; what is not typed is filled in by hand.
"""

from collections.abc import Callable, Mapping
from datetime import date

from starlette.responses import PlainTextResponse, Response

from parcours import documents
from parcours.engine.say.wording import lower_first
from parcours.text import COLON
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import PERSONAL, PRIVATE, Page, text, today

FRENCH = "fr"
"""The language of who receives them."""
LONGEST = 120
FIELDS = {
    "name": (N_("Your name"), "name"),
    "address": (N_("Your address"), "street-address"),
    "number": (N_("Your social security number"), "off"),
    "town": (N_("Town where you write"), "address-level2"),
    "professional": (N_("Name of the professional"), "off"),
    "practice": (N_("Address of the professional"), "off"),
    "fund": (N_("Address of your fund"), "off"),
    "refused": (N_("Doctors who declined, and when"), "off"),
}
"""What a letter says of people: its name, and what a browser may fill in by itself."""
CONCILIATOR = "conciliator"
OF_CONCILIATOR = ("name", "address", "number", "town", "fund", "refused")


def fields(names: tuple[str, ...], lang: str) -> list[tuple[str, str, str, str]]:
    """(name, its words, what the browser may fill in, its value) of what may be typed into a letter."""
    return [(name, text(FIELDS[name][0], lang), FIELDS[name][1], "") for name in names]


def filled(said: Mapping[str, str], name: str, lang: str) -> str:
    """What was typed for a field, on one line; else a blank that says what goes there."""
    what = lower_first(text(FIELDS[name][0], lang))
    return typed(said, name) or text("[to fill in: {what}]", lang, what=what)


def typed(said: Mapping[str, str], name: str) -> str:
    """What was typed for a field, on one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in said.get(name, "")).split())


def for_france(write: Callable[[str], documents.Letter], lang: str) -> documents.Letter:
    """A letter to a doctor or a fund: in French, with its translation for who reads another language."""
    paper = write(FRENCH)
    return paper if lang == FRENCH else {**paper, "translation": write(lang)}


def as_text(paper: documents.Letter, lang: str) -> str:
    """The letter as lines to copy, then its translation."""
    own = FRENCH if "translation" in paper else lang
    subject = text("Subject: {subject}", own, subject=paper["subject"])
    lines = [*paper["sender"], "", *paper["recipient"], "", paper["place"] + paper["dated"], "", subject]
    said = "\n".join([*lines, "", "\n\n".join(paper["paragraphs"]), "", paper["closing"], paper["signature"]])
    if "translation" not in paper:
        return said
    above = text("Translation, for you to read: the letter to send is the French one.", lang)
    return f"{said}\n\n\n--- {above}\n\n{as_text(paper['translation'], lang)}"


def letter_answer(page: Page, paper: documents.Letter, name: str, said: Mapping[str, str]) -> Response:
    """The letter as a file: text or PDF, as the address ends."""
    headers = {"Cache-Control": PERSONAL if said else PRIVATE, "Content-Language": page.lang}
    if page.path.endswith(".txt"):
        return PlainTextResponse(as_text(paper, page.lang) + "\n", headers=headers)
    headers["Content-Disposition"] = f'inline; filename="parcours-{name}.pdf"'
    return Response(documents.render("letter", paper, page.lang), headers=headers, media_type="application/pdf")


def sender(said: Mapping[str, str], lang: str) -> list[str]:
    """Who writes: a name, an address, a number."""
    number = text("Social security number", lang) + COLON[lang] + filled(said, "number", lang)
    return [filled(said, "name", lang), filled(said, "address", lang), number]


def conciliator(said: Mapping[str, str], lang: str, opened_on: date | None = None) -> documents.Letter:
    """To the conciliator of one's fund: nobody takes one as a patient (L162-15-4).

    `opened_on`: since when the fund has a file about it.
    """
    refused, opened = filled(said, "refused", lang), opened_on and i18n.long_date(opened_on, lang)
    return {
        "title": text("To the conciliator of your fund", lang),
        "day": today().isoformat(),
        "sender": sender(said, lang),
        "recipient": [
            text("The conciliator (conciliateur) or the mediator (médiateur)", lang),
            text("Caisse primaire d'assurance maladie", lang),
            filled(said, "fund", lang),
        ],
        "place": f"{filled(said, 'town', lang)}, ",
        "dated": text("on {day}", lang, day=i18n.long_date(today(), lang)),
        "subject": text("Help to find a médecin traitant", lang),
        "paragraphs": [
            text("Dear Sir or Madam,", lang),
            text("I have no médecin traitant, and find no doctor who accepts to be mine.", lang),
            text("Have declined: {refused}.", lang, refused=refused),
            *([text("My file has been open since {day}.", lang, day=opened)] if opened else []),
            text(
                "The medical agreement has the conciliator contact the doctors near the patient’s home: "
                "I ask you to help me find one who accepts to declare me.",
                lang,
            ),
        ],
        "closing": text("Yours faithfully,", lang),
        "signature": filled(said, "name", lang),
    }


def conciliator_letters(page: Page) -> list[tuple[str, str, str]]:
    """(who it is for, as PDF, as text) of the letter to the conciliator."""
    pdf, txt = (page.address(f"/letter.{kind}", (("to", CONCILIATOR),)) for kind in ("pdf", "txt"))
    return [(text("To the conciliator of your fund", page.lang), pdf, txt)]
