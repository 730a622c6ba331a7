"""A contract as its table prints it, read: "Consultations OPTAM 150 % BR, hors OPTAM 130 %; dentaire 250 %; verre
150 €".
"""

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
    "biologie_pct_br": r"biolog|laborato|analyses?\b|blood test|\blab tests?\b",
    "auxiliaire_pct_br": r"auxiliaires?|kin[ée]|infirmi|orthophon|orthopt|nurs|physio|speech",
    "transport_pct_br": r"transport|ambulance",
}
EUROS = {
    "monture_euros": r"monture|frame",
    "verre_euros": r"verre|lens",
    "aide_auditive_euros": r"auditi|audio|hearing",
    "chambre_euros": r"chambre|room",
}
OTHER_CARE = re.compile(
    r"ost[ée]opat|chiropra|acupunct|[ée]tiop|naturopat|hom[ée]opat|m[ée]decines? (?:douce|naturelle|alternative)"
    r"|alternative medicine|thermal|\bspa\b|optique|optical|lunettes|glasses"
    r"|lentilles|contact lens|naissance|birth|obs[èe]ques|funeral|psycholog|di[ée]t[ée]t|diet|podolog|p[ée]dicure"
    r"|vaccin",
    re.IGNORECASE,
)
"""What is neither a visit nor anything else that a contract holds here: its number counts for nothing."""
TECHNICAL = re.compile(
    r"actes? techniques?|technical|radio|imager|imaging|[ée]chograph|scanner|\birm\b|\bmri\b|ultrasound|x-ray"
    r"|chirurg|surg",
    re.IGNORECASE,
)
VISITS = re.compile(r"consult|visit|m[ée]decin\b|g[ée]n[ée]ralist|sp[ée]cialist|honoraire|doctor|\bgp\b", re.IGNORECASE)
"""What begins another guarantee inside one part of a line."""
OWN_WORD = re.compile(
    r"^\W*(?:(?:avec|with|and|et)\s+)?(?:(?:hors|non|sans|without|outside|not?)[\s-]*)?(?:optam|dptm)", re.IGNORECASE
)
"""A part that begins with OPTAM: it goes on about what the part before was about."""
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
KIND_WORD = re.compile(
    "|".join(
        f"(?P<{name}>{words})"
        for name, words in (
            *EUROS.items(),
            *PERCENTS.items(),
            ("technical", TECHNICAL.pattern),
            ("visits", VISITS.pattern),
        )
    ),
    re.IGNORECASE,
)
Kind = tuple[str, int] | re.Pattern[str] | None


def read_guarantee(text: str) -> tuple[int, int] | None:
    """(percent with OPTAM, percent without) of a pasted line; None where it holds no percentage, or a sum beside it.

    As many percentages as words about OPTAM go together in their order; else each belongs to the last word before it.
    A line that does not tell them apart gives one for both, and two numbers without a word are those with and without;
    two parts of a line that each give one of their own, a GP's and a specialist's, give none.
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
    if not marks and len(set(inside)) > 1 and CLAUSES.search(text):
        return None
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
    said, or not so that it can be read.

    What names one kind of care sets that kind alone: what a contrat responsable owes beside it is the law's to say.
    """
    parts: dict[re.Pattern[str], list[str]] = {VISITS: [], TECHNICAL: []}
    found: dict[str, Any] = {}
    for kind, clause in kinds_of(in_numbers(text)):
        if isinstance(kind, tuple):
            found[kind[0]] = kind[1]
        elif kind is not None:
            parts[kind].append(clause)
    said = [";".join(clauses) for clauses in parts.values()]
    visits, technical = map(read_guarantee, said)
    if any(
        MORE.search(clauses) or (has_percent(clauses) and not told)
        for clauses, told in zip(said, (visits, technical), strict=True)
    ):
        return None
    if not (visits or technical or found):
        return None
    frame = not NOT_RESPONSABLE.search(text)
    return {
        "responsable": frame,
        **pair_of("consultation_pct_br", visits),
        **pair_of("acte_technique_pct_br", technical or visits),
        "cent_pour_cent_sante": frame,
        "forfait_journalier": frame,
        **found,
    }


def kinds_of(text: str) -> Iterator[tuple[Kind, str]]:
    """The parts of a line with what each is about: a field and its number, visits, technical acts, or nothing here."""
    before: re.Pattern[str] = VISITS
    optam = False
    for clause in parts_of(text):
        goes_on = OWN_WORD.search(clause) and optam
        named = named_clause(clause)
        if named:
            yield named, clause
        elif names_other(clause) and not goes_on:
            yield None, clause
        else:
            before = before if goes_on else TECHNICAL if TECHNICAL.search(clause) else VISITS
            yield before, clause
        optam = not named and bool(WITH.search(clause))


def names_other(clause: str) -> bool:
    """Is a part of a line about other care than visits and technical acts?"""
    words = (*EUROS.values(), *PERCENTS.values())
    return bool(OTHER_CARE.search(clause)) or any(re.search(one, clause, re.IGNORECASE) for one in words)


def parts_of(text: str) -> Iterator[str]:
    """The parts of a line: at its signs, and where another kind of care is named after a number."""
    for clause in CLAUSES.split(text):
        start, kind = 0, ""
        for match in KIND_WORD.finditer(clause):
            other = str(match.lastgroup)
            if kind and other != kind and has_number(clause[start : match.start()]):
                yield clause[start : match.start()]
                start = match.start()
                kind = other
            kind = kind or other
        yield clause[start:]


def has_number(clause: str) -> bool:
    """Does a part hold a number?"""
    return NUMBER.search(clause) is not None


def has_percent(clause: str) -> bool:
    """Does a part hold a percentage of the base?"""
    return any(map(is_percent, NUMBER.finditer(clause)))


def in_numbers(text: str) -> str:
    """A text where the whole price ("frais réels") is a number as others are, a sign stands after its number, and
    "100 % Santé", which is no percentage of the base, is left out.
    """
    return BEFORE.sub(r"\1 €", REAL.sub(f"{WHOLE_PRICE} %", HEALTH.sub("", text)))


def not_counted(text: str) -> list[str]:
    """The parts of a contract that hold a number which `read_contract` makes nothing of."""
    return [clause.strip() for clause in parts_of(HEALTH.sub("", text)) if has_number(clause) and not counts(clause)]


def counts(clause: str) -> bool:
    """Does a part of a contract hold a guarantee?"""
    said = in_numbers(clause)
    return named_clause(said) is not None or (not names_other(said) and has_percent(said))


def named_clause(clause: str) -> tuple[str, int] | None:
    """The field of a clause about something else than visits, and its number; None where a sum is beside it."""
    if MORE.search(clause):
        return None
    for fields, unit in ((EUROS, "€"), (PERCENTS, "%")):
        for name, words in fields.items():
            if re.search(words, clause, re.IGNORECASE) and (numbers := list(numbers_of(clause, unit))):
                return name, numbers[0]
    return None


def numbers_of(clause: str, unit: str) -> Iterator[int]:
    """The whole numbers of a clause in a unit, those that say it before those that do not."""
    matches = [match for match in NUMBER.finditer(clause) if not match[2]]
    for match in sorted(matches, key=lambda one: one[3] is None):
        said = (match[3] or unit).lower()
        if ("%" if said == "%" else "€") == unit or int(match[1]) == WHOLE_PRICE:
            yield int(match[1])


def pair_of(field: str, told: tuple[int, int] | None) -> dict[str, int]:
    """A guarantee with and without OPTAM, under the names of its fields; nothing where it was not said."""
    return {f"{field}_optam": told[0], f"{field}_non_optam": told[1]} if told else {}
