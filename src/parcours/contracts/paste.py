"""A contract as its table prints it, read: "Consultations OPTAM 150 % BR, hors OPTAM 130 %; dentaire 250 %; verre
150 €".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from parcours.contracts.words import strange_words

NUMBER = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?\s*(%|€|euros?)?", re.IGNORECASE)
JOINED = (
    r"(?:adh[ée]r\w*|signataires?\b|members?\b|signed\b)"
    r"(?:(?:(?!adh[ée]r|signat|(?:et|ou|and|or|non|not)\b)[^\d;,:/()%\n])*?(?:optam|dpta?m))?"
)
"""A doctor who has joined, with the name of the agreement where it is said."""
OPTAM = rf"(?:{JOINED}|optam|dpta?m)"
NO_OPTAM = rf"(?:hors|non|sans|pas|without|outside|not?)[\s-]*(?:a\s+)?{OPTAM}"
OPTAM_WORD = rf"(?:{NO_OPTAM}|{OPTAM})"
"""The words that say "without OPTAM", a doctor who has not joined it among them."""
WITHOUT = re.compile(NO_OPTAM, re.IGNORECASE)
AND_SURGEONS = re.compile(r"(optam)\s*(?:/|,|et|ou|and|or)\s*optam[\s-]*a?co\b", re.IGNORECASE)
"""OPTAM-CO, the same agreement for surgeons and obstetricians."""
WITH = re.compile(OPTAM, re.IGNORECASE)
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
OWN_WORD = re.compile(rf"^\W*(?:(?:avec|with|and|et)\s+)?{OPTAM_WORD}", re.IGNORECASE)
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
BARE, LEAST, MOST = 30, 100, 999
"""The least number without a sign that is a percentage, and the levels of the tariff: below 100 the part of the Sécu
cannot be in it (R871-2 has a contrat responsable pay the whole share).
"""
OVERRUNS = re.compile(r"d[ée]passement|overrun|\bDH\b|extra fee", re.IGNORECASE)
WHOLE_PRICE = 10_000
"""A guarantee of the whole price, in percent of the base and in euros: above anything that is charged."""
REAL = re.compile(
    r"(?:(\d{1,3})\s*%\s*(?:(?:des|du|de|of(?: the)?)\s+)?)?"
    r"(?:frais\s+(?:r[ée]els?|engag[ée]s)|\bFR\b|(?:actual|full|real|whole)\s+(?:cost|fee|price)s?)",
    re.IGNORECASE,
)
"""The whole price, or a share of it, which is no level of the tariff."""
NO_MORE_THAN = re.compile(
    r"\(?\b(?:dans la |within the )?limite? (?:des |of (?:the )?)"
    r"(?:frais (?:r[ée]els?|engag[ée]s)|d[ée]penses engag[ée]es)\)?",
    re.IGNORECASE,
)
"""No contract pays more than what was charged: it need not say so."""
TARIFF = r"(?:la\s+)?(?:BR(?:SS)?\b|base de remboursement|tarif de convention|TC\b)"
SHARE = r"(?:TM\b|tickets? mod[ée]rateurs?)"
OF_TARIFF = (
    rf"\s*%(?:\s*(?:de\s+|du\s+)?{TARIFF})?(?!\s*(?:(?:des?|du|of)\s+|d['’])?(?:d[ée]pass|overrun|DH\b|frais|FR\b))"
)
PLUS = rf"(?:100\s*%\s*(?:de\s+|du\s+|of\s+)?)?(?:le\s+)?(?:{SHARE}|{TARIFF})\s*(?:\+|plus)\s*"
ADDED = re.compile(rf"{PLUS}(\d{{1,3}}){OF_TARIFF}", re.IGNORECASE)
"""The patient's share, or the whole tariff, and so much of the tariff on top of it."""
ADDED_TWICE = (
    rf"({PLUS}\d{{1,3}}{OF_TARIFF}\s*\(?{OPTAM_WORD}\)?\W*)(\d{{2}}{OF_TARIFF}\s*\(?{OPTAM_WORD})",
    rf"({OPTAM_WORD}\s*:?\s*{PLUS}\d{{1,3}}{OF_TARIFF}\W*{OPTAM_WORD}\s*:?\s*)(\d{{2}}{OF_TARIFF})",
)
"""With OPTAM and without, the share written once for both: less than the tariff is on top of it too."""
WHOLE_SHARE = re.compile(rf"(?:100\s*%\s*(?:de\s+|du\s+|of\s+)?|(?<!\d )(?<!% )){SHARE}", re.IGNORECASE)
HEALTH = re.compile(r"100\s*%\s*sant[ée]", re.IGNORECASE)
PAIR = re.compile(r"\d\s*%?\s*(?:BR\s*)?/\s*\d")
BEFORE = re.compile(r"€\s*(\d+(?:[.,]\d+)?)")
CLAUSES = re.compile(r";|[,\n](?=\s*[^\d\s])")
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
    """(percent with OPTAM, percent without) of a pasted line; None where that is not surely a level of the tariff.

    As many percentages as words about OPTAM go together in their order; else each belongs to the last word before it.
    A line that does not tell them apart gives one for both, and two numbers with a bar between are those with and
    without. One level each: a GP's and a specialist's that differ give none, nor does what holds without OPTAM alone.
    """
    text = in_numbers(text)
    levels = levels_of(text)
    if not levels or MORE.search(text) or not all(map(is_level, NUMBER.finditer(text))):
        return None
    inside, without = ({percent for percent, outside in levels if outside == apart} for apart in (False, True))
    if not without and len(inside) > 1 and PAIR.search(text) and len(levels) == 2:
        return levels[0][0], levels[1][0]
    if len(inside) != 1 or len(without) > 1:
        return None
    return inside.copy().pop(), (without or inside).pop()


def levels_of(text: str) -> list[tuple[int, bool]]:
    """The percentages of a line, each with whether it holds without OPTAM; one that names both counts for both."""
    found = [(match.start(), int(match[1])) for match in NUMBER.finditer(text) if is_percent(match)]
    marks = marks_of(text)
    if len(marks) == len(found):
        return [(percent, outside) for (_, percent), (_, outside) in zip(found, marks, strict=True)]
    if len(found) == 1:
        return [(found[0][1], outside) for outside in {outside for _, outside in marks} or {False}]
    return [(percent, apart(marks, place)) for place, percent in found]


def is_level(match: re.Match[str]) -> bool:
    """Is a number a percentage that a contract may pay, or neither a percentage nor a sum beside one?"""
    return not match[2] and levels_hold(int(match[1])) if is_percent(match) else match[3] is None


def levels_hold(percent: int) -> bool:
    """May a contract pay so much of the tariff, the Sécu's part included?"""
    return LEAST <= percent <= MOST or percent == WHOLE_PRICE


def is_percent(match: re.Match[str]) -> bool:
    """Is a number a percentage?  One without a sign is, where it could be."""
    number = int(match[1])
    return match[3] == "%" or (match[3] is None and not match[2] and BARE <= number <= MOST)


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
        elif kind is not None and has_percent(clause) and strange_words(clause):
            return None
        elif kind is not None and (has_percent(clause) or not has_number(clause) or MORE.search(clause)):
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
        elif not goes_on and (names_other(clause) or is_strange(clause)):
            yield None, clause
        else:
            before = before if goes_on else TECHNICAL if TECHNICAL.search(clause) else VISITS
            yield before, clause
        optam = not named and bool(WITH.search(clause))


def names_care(label: str) -> bool:
    """Do the words before a colon name some care, or OPTAM, rather than a contract?"""
    return bool(KIND_WORD.search(label) or WITH.search(label)) or names_other(label)


def is_strange(clause: str) -> bool:
    """Is a part of a line about something that nothing here names, rather than visits or technical acts?"""
    return bool(strange_words(clause)) and not (VISITS.search(clause) or TECHNICAL.search(clause))


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
    """A text where the whole price ("frais réels") and the patient's share with what is on top of it are numbers as
    others are, a sign stands after its number, and "100 % Santé", which is no percentage of the base, is left out.
    """
    text = NO_MORE_THAN.sub("", HEALTH.sub("", text))
    text = REAL.sub(lambda match: match[0] if match[1] not in {None, "100"} else f"{WHOLE_PRICE} %", text)
    for twice in ADDED_TWICE:
        text = re.sub(twice, r"\1TM + \2", text, flags=re.IGNORECASE)
    text = ADDED.sub(lambda match: f"{LEAST + int(match[1])} %", AND_SURGEONS.sub(r"\1", text))
    return BEFORE.sub(r"\1 €", WHOLE_SHARE.sub(f"{LEAST} %", text))


def not_counted(text: str) -> list[str]:
    """The parts of a contract that hold a number which `read_contract` makes nothing of."""
    return [clause.strip() for clause in parts_of(HEALTH.sub("", text)) if has_number(clause) and not counts(clause)]


def counts(clause: str) -> bool:
    """Does a part of a contract hold a guarantee?"""
    said = in_numbers(clause)
    return named_clause(said) is not None or (not names_other(said) and not is_strange(said) and has_percent(said))


def named_clause(clause: str) -> tuple[str, int] | None:
    """The field of a clause about something else than visits, and its number; None where a sum is beside it, or where
    it is no level of the tariff.
    """
    if MORE.search(clause) or OVERRUNS.search(clause):
        return None
    for fields, unit in ((EUROS, "€"), (PERCENTS, "%")):
        for name, words in fields.items():
            if re.search(words, clause, re.IGNORECASE) and (numbers := list(numbers_of(clause, unit))):
                return (name, numbers[0]) if unit == "€" or levels_hold(numbers[0]) else None
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
