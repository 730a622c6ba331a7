"""A code as bills print it: letter and coefficient, association, modifiers, words, price and fee of a box.

read_code("AMI 1/2", ...)                 -> AMI, coefficient 1, noted at half
read_code("HBLD634", ...)                 -> HBLD634
read_code("boite 65 % (8.90 + 1.02)", ...) -> BOITE, class majeur, price 8.90
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Any

from parcours.engine.bill.library import SAME_ACT, Known, known, not_in, shape_of
from parcours.engine.bill.vocabulary import read_facts
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import CCAM
from parcours.law.bill.book import BillLaw
from parcours.law.bill.codes import Nature
from parcours.law.codes import Profession
from parcours.law.flat import FlatLaw
from parcours.law.library.installed import none_installed
from parcours.text import Text

MOST_KEPT = 4_096
GENERIC, BOX, ANALYSES = "ACTE", "BOITE", "B"
"""The code of a CCAM act that no table holds: its base must be given; that of a box of any medicine, of tests."""
OF_BOXES = (0, Profession.PHARMACIE)
OF_ALL = (0, Profession.MEDECIN, Profession.ETABLISSEMENT)
"""Whose bills may hold the words of other professions: nobody said, or a bill of several."""
CLASS_OF_LENS = re.compile(r"\b[AB]\b")
LETTER = re.compile(r"(?P<key>[A-Z][A-Z0-9_]*) (?P<coefficient>\d+(?:[.,]\d+)?)(?P<half>/2)?(?:[ ,]+[^+]*)?")
UNSPACED = re.compile(r"^(AMI|AMX|AIS|AMK|AMS|AMO|AMP|AMY|POD|SF|SP|B|TO)(?=\d)")
"""A letter that its coefficient follows at once: B70."""
MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("association", re.compile(r" ?\basso(?:ciation)? (\d)\b")),
    ("half", re.compile(r" ?\b[aà] 50 ?%")),
    ("price", re.compile(r" ?\((\d+(?:[.,]\d+)?) ?\+ ?\d+(?:[.,]\d+)?\)")),
    ("acts", re.compile(r",? ?\(?\b(\d+) (?:actes|analyses|examens)\b\)?")),
    ("tooth", re.compile(r",? ?\(?\bdent (\d\d)\b\)?")),
    ("rate_class", re.compile(r" ?\b(\d+) ?%")),
    ("pack", re.compile(r" ?\b(?:(?:3|trois) mois|grand conditionnement)\b")),
    ("activity", re.compile(r" ?\bactivit[eé] (\d)\b")),
    ("phase", re.compile(r" ?\bphase (\d)\b")),
    ("both_ways", re.compile(r",? ?\baller[- ]retour\b|,? ?\bA/R\b", re.IGNORECASE)),
    ("distance", re.compile(r" ?\b(\d+(?:[.,]\d+)?) ?km\b")),
    ("road", re.compile(r"(?<=^IK) \(?(plaine|montagne|pied|a pied|à pied|ski)\b\)?", re.IGNORECASE)),
    ("trip_zone", re.compile(r",? ?\bzone ([A-D])\b")),
    ("side", re.compile(r" ?\b(OD|OG)\b")),
    ("aside", re.compile(r"(?: ?\((?!x ?\d)[^()]*\))+")),
    ("days", re.compile(r" (\d+) j(?:ours?)?\b")),
    ("quantity", re.compile(r" \(?x ?(\d+)\)?$")),
    ("modifiers", re.compile(r" \+ ?([A-Z0-9](?:[ ,+]+[A-Z0-9])*)$")),
    ("zone", re.compile(r"^(ALD) ")),
)
"""What a text says beside its code, in the order in which it is taken out. What stands in parentheses is read, then the
rest of them dropped, before the marks that end a text. Days there may be those of a treatment (`said_of_kind`).
"""
DAYS_ASIDE = re.compile(r"\((\d+) j(?:ours?)?\b")
CLASSES = {"100": "irremplacable", "65": "majeur", "30": "modere", "15": "faible"}
SUFFIXES: dict[int, str] = {
    Profession.INFIRMIER: "INFIRMIER",
    Profession.MASSEUR_KINESITHERAPEUTE: "KINE",
    Profession.SAGE_FEMME: "SF",
    Profession.CHIRURGIEN_DENTISTE: "DENTISTE",
}
"""Ending of the codes that several professions write alike (IK, IFD, MD)."""
OF_DOCTORS = {"NUIT": "MN", "NUIT_PROFONDE": "MM", "DIMANCHE": "F"}
"""Supplements of nurses -> those that a doctor means by the same words."""


@dataclass(frozen=True)
class CodeText:
    """What a printed code says."""

    key: str
    said: Mapping[str, Any] = field(default_factory=dict)
    """Facts of the line, by their names in the vocabulary of a line."""
    known: Known | None = None
    """What an installed library says of the code."""

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """The facts of the line, read once for all the lines that are written so. Raises `FactError`."""
        return read_facts(self.said)


def read_code(text: str, profession: int, law: FlatLaw, bill: BillLaw, before: int = 0) -> CodeText:
    """The code of a printed text and what stands beside it. Raises `FactError` with the nearest known codes.

    `profession`: who bills, where it is said; else `before`: that of the line before. Kept for the next line that
    writes the same, where no imported library could say otherwise.
    """
    if not none_installed():
        return read_text(text, profession, law, bill, before)
    kept, key = bill.texts, (text, profession, before)
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = read_text(text, profession, law, bill, before)
    found: CodeText = kept[key]
    return found


def read_text(text: str, profession: int, law: FlatLaw, bill: BillLaw, before: int) -> CodeText:
    """The same, read."""
    near = profession or before
    exact = coded(text.strip(), near, law, bill)
    if exact:
        return as_meant(exact, near, before)
    rest, found = without_marks(UNSPACED.sub(r"\1 ", text.strip()))
    said = facts_of_marks(found)
    bare = coded(rest, near, law, bill)
    letter = LETTER.fullmatch(rest)
    if not bare:
        bare = worded(by_words(plain(rest), profession, law, bill, least=2))
    if not bare and letter:
        bare = coded(letter["key"], near, law, bill)
        if bare:
            said["coefficient"] = letter["coefficient"].replace(",", ".")
            said["noted"] = "half" if letter["half"] or "half" in found else "full"
    bare = bare or worded(by_words(plain(rest), profession, law, bill))
    if found.get("rate_class") in CLASSES and a_medicine(bare, profession, law, bill):
        bare = CodeText(BOX)
    if not bare:
        raise unknown_code(text, law, bill)
    bare = as_meant(bare, near, before)
    return CodeText(bare.key, {**said, **said_of_kind(bare.key, rest, found, bill)}, bare.known)


def as_meant(bare: CodeText, near: int, before: int) -> CodeText:
    """The code as a doctor means it, but after the line of another: their bills may hold the acts of several."""
    doctor = near == Profession.MEDECIN and before in {0, Profession.MEDECIN}
    return replace(bare, key=OF_DOCTORS[bare.key]) if doctor and bare.key in OF_DOCTORS else bare


def coded(text: str, profession: int, law: FlatLaw, bill: BillLaw) -> CodeText | None:
    """An exact text as a code of the product, or of an installed library."""
    key = known_key(text, profession, law, bill)
    found = known(text)
    if found and key not in ("", GENERIC) and found.nomenclature not in SAME_ACT:
        found = None
    return CodeText("" if found and key == GENERIC else key, known=found) if key or found else None


def worded(key: str) -> CodeText | None:
    """The code that words stand for."""
    return CodeText(key) if key else None


@lru_cache(maxsize=MOST_KEPT)
def without_marks(text: str) -> tuple[str, Mapping[str, str]]:
    """The text without what stands beside its code, and those marks."""
    found = {}
    for name, pattern in MARKS:
        match = pattern.search(text)
        if match:
            found[name] = match[1] if pattern.groups else match[0]
            text = (text[: match.start()] + text[match.end() :]).strip(" ,")
    return " ".join(text.split()), found


def facts_of_marks(found: Mapping[str, str]) -> dict[str, Any]:
    """The marks of a text as facts of a line."""
    said: dict[str, Any] = {
        name: found[name] for name in ("association", "activity", "phase", "quantity") if name in found
    }
    if "days" in found:
        said["quantity"] = found["days"]
    said |= {name: found[name] for name in ("acts", "tooth") if name in found}
    said.update(facts_of_journey(found))
    if "price" in found:
        said["price"] = found["price"].replace(",", ".")
    if found.get("rate_class") in CLASSES:
        said["drug_class"] = CLASSES[found["rate_class"]]
    if "pack" in found:
        said["pack"] = "three_months"
    if "modifiers" in found:
        said["modifiers"] = re.findall(r"[A-Z0-9]", found["modifiers"])
    if "side" in found:
        said["eye"] = found["side"].lower()
    if "zone" in found:
        said["exemption"] = "ald"
    return said


def facts_of_journey(found: Mapping[str, str]) -> dict[str, Any]:
    """How far, in which zone, by which road."""
    said = {}
    if "distance" in found:
        said["distance_km"] = found["distance"].replace(",", ".")
    if "trip_zone" in found:
        said["zone"] = found["trip_zone"]
    if found.get("road", "plaine").lower() != "plaine":
        said["zone"] = found["road"].lower().removeprefix("a ").removeprefix("à ")
    return said


def known_key(text: str, profession: int, law: FlatLaw, bill: BillLaw) -> str:
    """The code of an exact text; the one of the profession where several write it alike. Empty when none."""
    key = text.upper()
    own = f"{key}_{SUFFIXES.get(profession, '')}"
    if own in bill.codes:
        return own
    letter = bill.letters.get(key, "")
    if letter and (key not in law.acts or bill.codes[letter].profession == profession):
        return letter
    for one in (key, text):
        if one in bill.codes or one in law.acts:
            return one
    return GENERIC if CCAM.fullmatch(key) else ""


def by_words(text: str, profession: int, law: FlatLaw, bill: BillLaw, least: int = 1) -> str:
    """The code whose words start a text, at least so many; the longest win."""
    words = text.split(" ")
    starts = (" ".join(words[:count]) for count in range(len(words), least - 1, -1))
    found = (of_whom(bill.words[start], profession, law, bill) for start in starts if start in bill.words)
    return next((key for key in found if key), "")


def of_whom(key: str, profession: int, law: FlatLaw, bill: BillLaw) -> str:
    """The code that words stand for when this one bills; none where they are those of another."""
    own = f"{key}_{SUFFIXES.get(profession, '')}"
    if own in bill.codes:
        return own
    theirs = professions_of(key, law, bill)
    return key if profession in OF_ALL or not theirs or {profession, Profession.MEDECIN} & theirs else ""


def professions_of(key: str, law: FlatLaw, bill: BillLaw) -> set[int]:
    """Who bills a code; empty where anybody may, or it is a charge."""
    code = bill.codes.get(key)
    if code is None or code.nature != Nature.ACT:
        return set()
    return (
        {code.profession}
        if code.profession
        else {Profession[one.upper()] for one in law.act_professions.get(code.act, ())}
    )


def a_medicine(bare: CodeText | None, profession: int, law: FlatLaw, bill: BillLaw) -> bool:
    """Is a text with the rate of a medicine the name of one?  Where it is no code that a pharmacy bills."""
    if bare is None or profession != Profession.PHARMACIE:
        return bare is None and profession in OF_BOXES
    theirs = professions_of(bare.key, law, bill)
    return bool(theirs) and Profession.PHARMACIE not in theirs


def said_of_kind(key: str, text: str, found: Mapping[str, str], bill: BillLaw) -> dict[str, Any]:
    """What a text says in words that only some codes have: class of a lens, tests, days of a charge, there and back."""
    code = bill.codes.get(key)
    lens = CLASS_OF_LENS.search(text) if key.startswith("VERRE_") else None
    if lens:
        return {"optical_class": lens[0].lower()}
    if key == ANALYSES and "acts" in found:
        return {"quantity": found["acts"]}
    days = DAYS_ASIDE.search(found.get("aside", "")) if code and code.nature == Nature.CHARGE else None
    if days:
        return {"quantity": days[1]}
    return {"quantity": 2} if code and code.trip and "both_ways" in found else {}


def plain(text: str) -> str:
    """Lower case, without accents nor commas."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace(",", " "))
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())


def unknown_code(text: str, law: FlatLaw, bill: BillLaw) -> FactError:
    """The error of a text that names no code: which library would know it, else the codes that look like it."""
    shapes = shape_of(text)
    if shapes:
        return FactError("code", text, not_in(shapes))
    near = get_close_matches(text.upper(), [*bill.codes, *law.acts, *bill.letters], n=4, cutoff=0.5)
    examples = ", ".join(near or ["G", "AMI 2", "BOITE", "HBLD634", "VSL", "FJ"])
    return FactError("code", text, Text(f"un code d'une facture : {examples}…", f"a code of a bill: {examples}…"))
