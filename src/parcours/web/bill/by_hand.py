"""What to do where a search finds no line: copy the paper, with the price and the base that are printed on it."""

from collections.abc import Callable, Mapping, Sequence

from parcours.engine.facts.vocabulary import CCAM
from parcours.law.codes import Profession
from parcours.law.library.installed import installed
from parcours.text import listed
from parcours.web.bill.address import State
from parcours.web.bill.catalogue import Known, profession_of
from parcours.web.bill.view import Chip
from parcours.web.i18n import N_
from parcours.web.pages import text

LISTS = {
    "ccam": N_("acts (CCAM)"),
    "nabm": N_("laboratory tests (NABM)"),
    "bdpm": N_("medicines"),
    "lpp": N_("devices (LPP)"),
}
"""The national lists, as people may have heard of them."""
OF_ACTS = ("ccam",)
HELD_BY: Mapping[int, Sequence[str]] = {
    Profession.LABORATOIRE: ("nabm",),
    Profession.PHARMACIE: ("bdpm", "lpp"),
    Profession.CHIRURGIEN_DENTISTE: OF_ACTS,
    Profession.SAGE_FEMME: OF_ACTS,
    Profession.MEDECIN: OF_ACTS,
}
"""Which of them hold the lines of a paper, by who made it out."""
Advice = tuple[tuple[str, ...], tuple[Chip, ...]]


def by_hand(state: State, found: Sequence[Known], chip: Callable[[str], Chip], lang: str) -> Advice:
    """How to add a line that a search did not find, and the lines that take its base; nothing where it did."""
    if not state.query or found:
        return (), ()
    profession = profession_of(state)
    return how_to(profession, lang), tuple(chip(code) for code in codes_by_hand(state.query, profession))


def codes_by_hand(query: str, profession: int) -> Sequence[str]:
    """The lines that take a printed base: the code that was looked for, else an act of a doctor."""
    code = query.strip().upper()
    if CCAM.fullmatch(code):
        return (code,)
    return ("ACTE", "IMAGERIE") if profession == Profession.MEDECIN else ()


def how_to(profession: int, lang: str) -> tuple[str, ...]:
    """How to copy the paper; that the national list is not here, where it is not."""
    lacking = [text(LISTS[name], lang) for name in HELD_BY.get(profession, ()) if installed(name) is None]
    copy = N_(
        "Copy the paper by hand: add a line below, then write the price asked and the base (tariff) printed beside the "
        "code. The base is also on the statement of your fund."
    )
    absent = N_("This site does not hold the national list of {lists}: it knows a few lines only.")
    said = [text(absent, lang, lists=listed(lacking, lang))] if lacking else []
    return (*said, text(copy, lang))
