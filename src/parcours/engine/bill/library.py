"""Codes that an installed library knows: what they are on a bill, and what the day of care decides of a line.

The structure of a code that the product ships stays its own; the price of a CCAM act or of an analysis is that of the
official file where it was imported. A fact that the line says wins over what a file says.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from parcours.engine.bill import on_day
from parcours.engine.bill.prices import modifiers_of
from parcours.law.bill.book import BASKETS, NEVER, BillLaw, Code
from parcours.law.bill.codes import Activity, Combination, Cover
from parcours.law.codes import UNKNOWN, DrugClass, Profession
from parcours.law.days import iso
from parcours.law.library.installed import entry, installed
from parcours.text import Text, same

if TYPE_CHECKING:
    from parcours.law.library.content import Entry

SHAPES = (
    ("ccam", re.compile(r"[A-Z]{4}\d{3}")),
    ("nabm", re.compile(r"\d{4}")),
    ("bdpm", re.compile(r"\d{13}|\d{7}")),
    ("lpp", re.compile(r"\d{7}")),
    ("ngap", re.compile(r"[A-Z][A-Z0-9_+]{0,15}")),
)
"""What a code of each nomenclature looks like; seven digits are a device or a box."""
OFFICIAL = {
    "ccam": Text(
        "ameli.fr, CCAM en base de données : trois archives DBF", "ameli.fr, the CCAM as a database: three DBF archives"
    ),
    "lpp": Text(
        "codage de l'Assurance maladie, LPP : une archive DBF", "codage of the health insurance, LPP: one DBF archive"
    ),
    "nabm": Text(
        "codage de l'Assurance maladie, biologie : une archive DBF",
        "codage of the health insurance, biology: one DBF archive",
    ),
    "bdpm": Text(
        "base-donnees-publique.medicaments.gouv.fr : CIS_bdpm, CIS_CIP_bdpm, CIS_GENER_bdpm",
        "base-donnees-publique.medicaments.gouv.fr: CIS_bdpm, CIS_CIP_bdpm, CIS_GENER_bdpm",
    ),
    "ngap": Text("un CSV de notre format", "a CSV of our own layout"),
}
"""Where each distribution is."""
PREFIXES = {"CCAM": "ccam", "NABM": "nabm", "CIP": "bdpm", "LPP": "lpp", "NGAP": "ngap"}
"""What may stand before a code to say whose it is."""
NAMED = re.compile(rf"({'|'.join(PREFIXES)}) (\S+)")
SAME_ACT = {"ccam", "nabm"}
"""Nomenclatures whose price holds for a code that the product ships too."""
FULL_SANTE = re.compile(r"\bCLASSE (A|1|I)\b")
"""What the label of a device of the 100 % Santé basket says."""
IMAGING = "ADI"
"""Grouping code of the imaging acts of the CCAM."""
CARED_BY = (Profession.CHIRURGIEN_DENTISTE, Profession.SAGE_FEMME)
NGAP_COMBINATIONS = {
    "consultation": Combination.CONSULTATION,
    "visit": Combination.CONSULTATION,
    "letter": Combination.NGAP,
    "supplement": Combination.SUPPLEMENT,
    "travel": Combination.SUPPLEMENT,
    "majoration": Combination.SUPPLEMENT,
}


@dataclass(frozen=True)
class Known:
    """A code in a library."""

    nomenclature: str
    entry: "Entry"


def known(text: str) -> Known | None:
    """What the installed libraries say of a written code; of two that know it, none unless the text names one."""
    written, named = looks_like(text)
    all_found = [Known(name, found) for name in named if (found := entry(name, written)) is not None]
    return all_found[0] if len(all_found) == 1 else None


@lru_cache(maxsize=8_192)
def looks_like(text: str) -> tuple[str, tuple[str, ...]]:
    """A written code without the name of its nomenclature, and those that it may be of."""
    written = text.strip().upper()
    named = NAMED.fullmatch(written)
    if named:
        return named[2], (PREFIXES[named[1]],)
    return written, tuple(name for name, shape in SHAPES if shape.fullmatch(written))


def shape_of(text: str) -> list[str]:
    """Nomenclatures that a written code may be of: letters of the NGAP are not guessed."""
    return [name for name in looks_like(text)[1] if name != "ngap" or NAMED.fullmatch(text.strip().upper())]


def not_in(names: Sequence[str]) -> Text:
    """How to get a code that no library knows: import the file, or another one than is installed."""
    said = [missing_from(name) for name in names]
    fr, en = " ; ".join(text.fr for text in said), "; ".join(text.en for text in said)
    twice = Text(f"LPP ou CIP devant le code s'il est des deux ; {fr}", f"LPP or CIP before a code of both; {en}")
    return twice if len(names) > 1 and all(installed(name) for name in names) else Text(fr, en)


def missing_from(name: str) -> Text:
    """One nomenclature does not know a code: it is not imported, or it is and does not hold it."""
    library = installed(name)
    if library is None:
        return Text(
            f"parcours law import {name} FICHIERS ({OFFICIAL[name].fr})",
            f"parcours law import {name} FILES ({OFFICIAL[name].en})",
        )
    about = library.about
    shown = f"{name.upper()} {about.version}".strip()
    return Text(f"un code de {shown} du {iso(about.day)}", f"a code of {shown} of {iso(about.day)}")


def code_of_known(found: Known, day: int | None, profession: int, activity: int, bill: BillLaw) -> Code:
    """A code of a library as the tables of bills would hold it."""
    if found.nomenclature == "ccam":
        code = of_ccam(found.entry, day or found.entry.first, profession, activity, bill)
    elif found.nomenclature == "lpp":
        code = of_lpp(found.entry, bill)
    elif found.nomenclature == "ngap":
        code = of_ngap(found.entry, bill)
    else:
        code = bill.codes["B" if found.nomenclature == "nabm" else "BOITE"]
    return replace(code, key=found.entry.code, label=same(found.entry.label))


def of_ccam(found: "Entry", day: int, profession: int, activity: int, bill: BillLaw) -> Code:
    """An act: technical unless its group says imaging; of a dentist or a midwife where the bill is theirs."""
    if profession in CARED_BY:
        own_price = 1 if profession == Profession.CHIRURGIEN_DENTISTE else UNKNOWN  # it may be a prosthesis
        alone = int(Combination.ALONE)
        return replace(bill.codes["ACTE"], act="", profession=profession, combination=alone, own_price=own_price)
    if activity == Activity.ANAESTHESIA:
        return bill.codes["ANESTHESIE"]
    groups = {group for group, _ in on_day.activities(found, day).values()}
    return bill.codes["IMAGERIE" if IMAGING in groups else "ACTE"]


def of_lpp(found: "Entry", bill: BillLaw) -> Code:
    """A device: its base and its highest price over time; whole for a contract where it is of 100 % Santé."""
    base, ceiling = on_day.device_series(found)
    free = bool(FULL_SANTE.search(found.label.upper())) and any(price > 0 for price in ceiling[1])
    return replace(
        bill.codes["BOITE"],
        drug_class=int(DrugClass.LPP),
        fee_per_box=False,
        bears=False,
        values=base,
        ceiling=ceiling,
        basket=((0,), (BASKETS.index("rac0"),)) if free else NEVER,
        cover=int(Cover.BASKET_FREE if free else Cover.CATEGORY),
        references=("LPP",),
    )


def of_ngap(found: "Entry", bill: BillLaw) -> Code:
    """A key: an amount, or a letter by coefficient, over time."""
    newest = found.record["periods"][-1][2]
    values, rates = on_day.letter_series(found)
    who = newest["profession"].removesuffix("_generaliste")
    kind = NGAP_COMBINATIONS[newest["kind"]]
    return replace(
        bill.codes["ACTE"],
        act="",
        profession=int(Profession[who.upper()]),
        combination=int(kind),
        coefficient=bool(newest["coefficient"]),
        values=values,
        rate=rates,
        bears=kind != Combination.SUPPLEMENT,
        references=("NGAP",),
    )


def facts_of_known(
    found: Known, code: Code, values: Mapping[str, Any], facts: Mapping[str, Any], bill: BillLaw
) -> dict[str, Any]:
    """What the day of care decides of a line: its tariff, its coefficient, the price and the class of its box.

    Raises `FactError` where the code is closed that day, or the line must say more.
    """
    day = values.get("care_date")
    if day is None or "base" in facts or "tariff" in facts:
        return {}
    on_day.check_open(found.entry, day)
    if found.nomenclature == "ccam":
        return on_day.act(found.entry, day, values, facts, installed("ccam"))
    if found.nomenclature == "nabm":
        return on_day.analysis(found.entry, day, facts, by_letter=code.act == "B")
    if found.nomenclature == "bdpm":
        return on_day.box(found.entry, day, facts, bill)
    return {}


@lru_cache(maxsize=64)
def modifiers_of_library(library: Any, grid: int) -> Mapping[str, Any]:
    """Letter -> (amounts, percentages) over time, as the tables of bills hold them, in one grid of prices."""
    return {letter: on_day.modifier_series(rows, grid) for letter, rows in library.about.tables["modifiers"].items()}


def known_modifiers(values: Mapping[str, Any], bill: BillLaw) -> Mapping[str, Any]:
    """The modifiers of the CCAM: those of its library where it is installed, then those that the product ships."""
    library = installed("ccam")
    if library is None:
        return bill.modifiers
    return {**bill.modifiers, **modifiers_of_library(library, on_day.grid_of(values, library) or 0)}


def modifiers_said(letters: Sequence[str], day: int, values: Mapping[str, Any], bill: BillLaw) -> tuple[int, int]:
    """Percentage (basis points) and amount (cents) of the modifiers of a line."""
    return modifiers_of(letters, day, known_modifiers(values, bill)) if letters else (0, 0)


def libraries_of(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """What a receipt keeps of the libraries of some nomenclatures."""
    found = {name: installed(name) for name in sorted(filter(None, names))}
    return {name: library.about.kept for name, library in found.items() if library is not None}
