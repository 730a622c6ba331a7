"""A contract as its table prints it, read: "Consultations OPTAM 150 % BR, hors OPTAM 130 %; dentaire 250 %; verre
150 €".
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

NUMBER = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?\s*(%|€|euros?)?", re.IGNORECASE)
WITHOUT = re.compile(r"(hors|non|sans|without|outside|not?)[\s-]*(optam|dptm)", re.IGNORECASE)
WITH = re.compile(r"(optam|dptm)", re.IGNORECASE)
PERCENTS = {
    "dentaire_pct_br": r"dent|teeth|tooth|proth|couronne|crown|bridge|orthodont",
    "hospitalisation_pct_br": r"h[oô]pital|hospital",
    "appareillage_pct_br": r"appareill|device",
    "pharmacie_pct_br": r"pharmac|m[ée]dicament|drug|medicine",
}
EUROS = {
    "monture_euros": r"monture|frame",
    "verre_euros": r"verre|lens",
    "aide_auditive_euros": r"auditi|audio|hearing",
    "chambre_euros": r"chambre|room",
}
OTHER_CARE = re.compile(
    r"ost[ée]opat|chiropra|acupunct|[ée]tiop|naturopat|hom[ée]opat|m[ée]decines? (?:douce|naturelle|alternative)"
    r"|alternative medicine|thermal|\bspa\b|transport|ambulance|laborato|analyses?\b|optique|optical|lunettes|glasses"
    r"|lentilles|contact lens|naissance|birth|obs[èe]ques|funeral|psycholog|di[ée]t[ée]t|diet|podolog|p[ée]dicure"
    r"|vaccin",
    re.IGNORECASE,
)
"""What is neither a visit nor anything else that a contract holds here: its number counts for nothing."""
NOT_RESPONSABLE = re.compile(r"non[\s-]*responsable|not responsable", re.IGNORECASE)
SCHEME = (
    r"(?:la\s+|the\s+)?(?:s[ée]cu\b|s[ée]curit[ée] sociale|assurance maladie|r[ée]gime (?:obligatoire|de base)"
    r"|RO\b|AMO\b|SS\b|TM\b)"
)
PART = r"(?:(?:le\s+|la\s+|the\s+)?(?:remboursement|part|refund)s?\s+(?:de\s+|du\s+|of\s+)?)?"
MORE = re.compile(
    rf"\+\s*\d|{SCHEME}\s*\+|\+\s*{SCHEME}"
    r"|\ben (?:plus|sus|compl[ée]ment|suppl[ée]ment)\b|\bon top\b|\bin addition\b"
    rf"|\b(?:hors|sans|excluding|without|au[- ]del[àa] de)\s+{PART}{SCHEME}"
    rf"|{SCHEME}\s*(?:en plus|not included|excluded)|\b(?:non|not) (?:compris|includ)",
    re.IGNORECASE,
)
"""A sum beside a percentage, beside the patient's share or on top of the scheme's part: these contracts hold it all."""
LEAST, MOST = 30, 999
WHOLE_PRICE = 10_000
"""A guarantee of the whole price, in percent of the base and in euros: above anything that is charged."""
REAL = re.compile(
    r"(?:100\s*%\s*(?:des|of(?: the)?)\s*)?(?:frais\s+r[ée]els?|(?:actual|full|real|whole)\s+(?:cost|fee|price)s?)",
    re.IGNORECASE,
)
HEALTH = re.compile(r"100\s*%\s*sant[ée]", re.IGNORECASE)
BEFORE = re.compile(r"€\s*(\d+(?:[.,]\d+)?)")
CLAUSES = re.compile(r"[;\n]|,(?=\s*[^\d\s])")


def read_guarantee(text: str) -> tuple[int, int] | None:
    """(percent with OPTAM, percent without) of a pasted line; None where it holds no percentage, or a sum beside it.

    As many percentages as words about OPTAM go together in their order; else each belongs to the last word before it.
    A line that does not tell them apart gives one for both, and two numbers without a word are those with and without.
    """
    text = in_numbers(text)
    found = [(match.start(), int(match[1])) for match in NUMBER.finditer(text) if is_percent(match)]
    if not found or MORE.search(text):
        return None
    marks = marks_of(text)
    if len(marks) == len(found):
        told = [(percent, outside) for (_, percent), (_, outside) in zip(found, marks, strict=True)]
    else:
        told = [(percent, apart(marks, place)) for place, percent in found]
    without = [percent for percent, outside in told if outside]
    inside = [percent for percent, outside in told if not outside]
    first = (inside or without)[0]
    return first, (without or inside[1:2] or [first])[0]


def is_percent(match: re.Match[str]) -> bool:
    """Is a number a percentage of the base?  One without a sign is, where it could be."""
    number = int(match[1])
    return (match[3] or "%") == "%" and not match[2] and (LEAST <= number <= MOST or number == WHOLE_PRICE)


def marks_of(text: str) -> list[tuple[int, bool]]:
    """Where each word about OPTAM ends, and whether it says "without"."""
    marks = {match.end(): False for match in WITH.finditer(text)}
    marks |= {match.end(): True for match in WITHOUT.finditer(text)}
    return sorted(marks.items())


def apart(marks: list[tuple[int, bool]], place: int) -> bool:
    """Is the last word about OPTAM before a place one that says "without"?"""
    before = [outside for end, outside in marks if end <= place]
    return before[-1] if before else False


def read_contract(text: str) -> Mapping[str, Any] | None:
    """A whole contract from a line or several: visits, teeth, glasses, hearing aids, room. None where nothing is
    said.
    """
    visits: list[str] = []
    found: dict[str, Any] = {}
    for clause in CLAUSES.split(in_numbers(text)):
        named = named_clause(clause)
        if named:
            found[named[0]] = named[1]
        elif not OTHER_CARE.search(clause):
            visits.append(clause)
    said = ",".join(visits)
    guarantee = read_guarantee(said)
    if (guarantee is None and not found) or MORE.search(said):
        return None
    optam, other = guarantee or (100, 100)
    return {**contract_of(optam, other, responsable=not NOT_RESPONSABLE.search(text)), **found}


def in_numbers(text: str) -> str:
    """A text where the whole price ("frais réels") is a number as others are, a sign stands after its number, and
    "100 % Santé", which is no percentage of the base, is left out.
    """
    return BEFORE.sub(r"\1 €", REAL.sub(f"{WHOLE_PRICE} %", HEALTH.sub("", text)))


def not_counted(text: str) -> list[str]:
    """The parts of a contract that hold a number which `read_contract` makes nothing of."""
    return [clause.strip() for clause in CLAUSES.split(text) if re.search(r"\d", clause) and not counts(clause)]


def counts(clause: str) -> bool:
    """Does a part of a contract hold a guarantee?"""
    said = in_numbers(clause)
    of_visits = not OTHER_CARE.search(said) and any(map(is_percent, NUMBER.finditer(said)))
    return of_visits or named_clause(said) is not None


def named_clause(clause: str) -> tuple[str, int] | None:
    """The field of a clause about something else than visits, and its number."""
    for fields, unit in ((EUROS, "€"), (PERCENTS, "%")):
        for name, words in fields.items():
            if re.search(words, clause, re.IGNORECASE) and (numbers := list(numbers_of(clause, unit))):
                return name, numbers[0]
    return None


def numbers_of(clause: str, unit: str) -> Iterator[int]:
    """The whole numbers of a clause in a unit, or without one."""
    for match in NUMBER.finditer(clause):
        said = (match[3] or unit).lower()
        if ("%" if said == "%" else "€") == unit or int(match[1]) == WHOLE_PRICE:
            yield int(match[1])


def contract_of(optam: int, other: int, *, responsable: bool = True) -> Mapping[str, Any]:
    """A contract with these percentages for consultations and technical acts."""
    return {
        "responsable": responsable,
        "consultation_pct_br_optam": optam,
        "consultation_pct_br_non_optam": other,
        "acte_technique_pct_br_optam": optam,
        "acte_technique_pct_br_non_optam": other,
        "cent_pour_cent_sante": responsable,
        "forfait_journalier": responsable,
    }


def as_text(optam: int, other: int) -> str:
    """The same contract as JSON text, as an address or a cell of a table holds it."""
    return json.dumps(contract_of(optam, other), separators=(",", ":"))
