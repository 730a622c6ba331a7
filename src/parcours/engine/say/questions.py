"""The questions of the form, each about one fact, and the answers offered."""

from dataclasses import dataclass
from typing import Any

from parcours.engine.facts.vocabulary import BY_NAME, slug, slugs
from parcours.engine.say.wording import Words, fill, label, law_file
from parcours.law.cache import flat_law
from parcours.law.codes import DrugClass, Profession, Purpose
from parcours.law.in_use import per_reform
from parcours.law.loader import load
from parcours.law.record import LawRecord

COMMON = (
    "generaliste",
    "gynecologie_medicale",
    "gynecologie_obstetrique",
    "ophtalmologie",
    "dermatologie",
    "psychiatrie",
    "cardiologie",
    "pediatrie",
)
"""Specialties offered first."""
JOURNEYS = ("transport_urgent", "transfert_hospitalier")
"""Settings of a journey, not of a visit."""


@dataclass(frozen=True)
class Choice:
    """An answer that is offered."""

    value: Any
    label: str
    help: str


@dataclass(frozen=True)
class Question:
    """The next thing to ask."""

    fact: str
    kind: str
    """Kind of the fact in the vocabulary: code, boolean, date, money, integer, specialty, contract."""
    text: str
    help: str
    """How to know the answer; may be empty."""
    choices: tuple[Choice, ...]
    optional: bool
    """May be answered by nothing (`None`): the fact then keeps its documented default."""


def question_of(name: str, specialty: int, law: LawRecord, lang: str, profession: int = 0) -> Question:
    """A question, with the answers that make sense, in the words of a profession where it has its own."""
    kind, default = BY_NAME[name].kind, BY_NAME[name].default
    mask = law.acces_direct[specialty] if name == "purpose" else int(specialty > 0)
    return Question(
        name,
        kind,
        *question_words(name, lang, slug(Profession, profession) if profession else ""),
        choices_of(name, mask, lang),
        default in (None, "none", False),
    )


def question_words(name: str, lang: str, profession: str = "") -> tuple[str, str]:
    """(question, help) about a fact, in the words of every face; those of a profession where it has its own."""
    entry = law_file("questions.yaml")[name]
    return entry.get("of", {}).get(profession, entry)[lang], entry.get("help", {}).get(lang, "")


@per_reform
def choices_of(name: str, mask: int, lang: str) -> tuple[Choice, ...]:
    """The answers offered to a question. `mask`: the purposes the specialty opens, or whether a doctor is seen."""
    if name == "specialty":
        return specialty_choices(lang)
    enum = BY_NAME[name].codes
    if enum is None:
        return ()
    offered = law_file("questions.yaml")[name].get("choices") or slugs(enum)
    if name == "purpose":
        offered = [value for value in offered if value == "none" or mask >> Purpose[value.upper()] & 1]
    if name == "special_setting":
        offered = [value for value in offered if (value in JOURNEYS) == (not mask) or value == "none"]
    if name == "drug_class":
        offered = [value for value in offered if value != DrugClass.NONE.name.lower()]
    return tuple(Choice(value, *answer_words(name, value, lang)) for value in offered)


def answer_words(name: str, value: str, lang: str) -> tuple[str, str]:
    """(answer, help) to a question, in the words of every face: those of somebody who is asked, else the label."""
    entry = load().codes[name][value]
    said = entry.get("asked", entry)
    newest = Words(flat_law().default.first_days[-1], {})
    words = fill(said["label"][lang], newest, lang) if "asked" in entry else label(name, value, lang)
    return words, said.get("help", {}).get(lang, "")


def specialty_choices(lang: str) -> tuple[Choice, ...]:
    """Specialties by their label, the common ones first."""
    labels = {entry.slug: entry.label[lang] for entry in load().specialties.values()}
    others = sorted((name for name in labels if name not in COMMON), key=lambda name: labels[name])
    return tuple(Choice(name, labels[name], "") for name in (*COMMON, *others))
