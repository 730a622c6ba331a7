"""A letter of a practice to each patient who is due something, in one file: no name in the name of a letter."""

import io
import zipfile
from collections.abc import Iterable
from datetime import date

from parcours.documents.pdf import render
from parcours.engine.prevention.say import name_of, places
from parcours.registry.prevention.practice import Due
from parcours.text import Text, listed

SUBJECT = Text("Votre prévention", "Your prevention")
TO_DO = Text(
    "D'après votre âge, voici ce qui est proposé : {what}. Parlons-en à votre prochaine visite.",
    "At your age, this is offered: {what}. Let us talk about it at your next visit.",
)
CHILD = Text(
    "D'après l'âge de votre enfant, voici ce qui est proposé : {what}. Parlons-en à sa prochaine visite.",
    "At your child's age, this is offered: {what}. Let us talk about it at the next visit.",
)
FREE = Text(
    "Vous êtes libre d'accepter ou non. Vous pouvez aussi me dire de ne plus vous écrire à ce sujet.",
    "You are free to accept or not. You may also tell me not to write to you about it again.",
)
CLOSING = Text("Bien à vous,", "Yours sincerely,")
PARENTS = Text("Aux parents de {name}", "To the parents of {name}")


def letters(found: Iterable[Due], doctor: str, lang: str, *, parents_until: int) -> bytes:
    """A ZIP of letters; below an age, to the parents. Who is due nothing that a letter may name gets none."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, due in enumerate((one for one in found if one.open), start=1):
            entry = zipfile.ZipInfo(f"{number:04}.pdf", (1980, 1, 1, 0, 0, 0))
            archive.writestr(
                entry, letter(due, doctor, lang, child=is_younger(due.row.birth_date, due.on, parents_until))
            )
    return made.getvalue()


def is_younger(born: date, on: date, years: int) -> bool:
    """Is somebody younger than that on a day?"""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) < years


def letter(due: Due, doctor: str, lang: str, *, child: bool) -> bytes:
    """One letter."""
    name = f"{due.row.first_name} {due.row.family_name}"
    what = listed([f"{name_of(one.item, lang)} ({places(one.item, lang)})" for one in due.open], lang)
    return render(
        "letter",
        {
            "title": SUBJECT[lang], "day": due.on.isoformat(), "sender": [doctor],
            "recipient": [PARENTS[lang].format(name=name) if child else name], "place": "",
            "dated": f"{due.on:%d/%m/%Y}", "subject": SUBJECT[lang],
            "paragraphs": [(CHILD if child else TO_DO)[lang].format(what=what), FREE[lang]],
            "closing": CLOSING[lang], "signature": doctor,
        },
        lang,
    )  # fmt: skip
