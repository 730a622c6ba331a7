"""The codes that a bill may hold, as people look for them: by the code, by words, by the day and the hour."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache

from parcours.engine.bill.codetext import professions_of
from parcours.engine.bill.find import find as find_code
from parcours.engine.bill.lines import BillLine, Shared, code_of
from parcours.engine.bill.settle import prepare, settle_bill
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import CCAM, hundredths
from parcours.law.bill.book import BillLaw, Code, bill_law
from parcours.law.bill.codes import Combination, Cover, Nature
from parcours.law.cache import flat_law
from parcours.law.codes import UNKNOWN, Profession
from parcours.law.days import number_of
from parcours.law.loader import load
from parcours.law.workdays import SATURDAY, is_sunday_or_holiday
from parcours.web import i18n
from parcours.web.bill.address import HOURS, State
from parcours.web.quote.supplements import GENERALIST, suggestions
from parcours.words import fold, spaced

MOST_FOUND = 12
HIDDEN = frozenset({"ACTE", "TM_SEJOUR", "FORFAIT_ACTE_LOURD", "MAJORATION_SEJOUR", "HD", "HG", "FPU_MINORE"})
"""Codes that a bill makes by itself, or that stand for others."""
YOUNG = 6
VISITS = frozenset({"VG", "VL", "VSP"})
"""Codes of a doctor who came to the patient."""
ANYONE = {
    "age": "40",
    "age_1er_janvier": "40",
    "convention": "secteur_1",
    "medecin_traitant": "true",
    "role": "medecin_traitant",
    "referral": "none",
}
"""What a tariff does not depend on, said for the engine to answer."""
COUNTED = ("LENTILLES", "B")
"""Codes of which one line holds several."""
FREE_PRICES = (Cover.BASKET_FREE, Cover.FRAME, Cover.LENS, Cover.HEARING_AID, Cover.ROOM)


@dataclass(frozen=True)
class Known:
    """A code that can be found."""

    code: str
    label: Mapping[str, str]
    words: str
    profession: int


@cache
def known_codes() -> tuple[Known, ...]:
    """Every code, with the words that find it: those of bills, then those of the tables of one act."""
    bill, book = bill_law(), load()
    phrases: dict[str, list[str]] = {}
    for words, key in (*bill.words.items(), *bill.letters.items()):
        phrases.setdefault(key, []).append(words)
    found = [
        Known(key, code.label, folded(key, code.label, phrases.get(key, ())), code.profession)
        for key, code in bill.codes.items()
        if key not in HIDDEN
    ]
    taken = {code.act for code in bill.codes.values()} | set(bill.codes)
    for key, (label, _) in bill.acts.items():
        if key not in taken and key.isupper():
            profession = Profession[book.acts[key].professions[0].upper()] if book.acts[key].professions else 0
            found.append(Known(key, label, folded(key, label, ()), int(profession)))
    return tuple(found)


def folded(key: str, label: Mapping[str, str], phrases: Sequence[str]) -> str:
    """The words that find a code, in both languages."""
    return spaced([fold(" ".join((key, label["fr"], label["en"], *phrases)))])


def find(query: str, profession: int, day: date | None = None) -> list[Known]:
    """The codes that hold every word of a query: the exact one, those of the profession, then imported libraries."""
    words = fold(query).split()
    if not words:
        return []
    held = [known for known in known_codes() if all(f" {word}" in known.words for word in words)]
    exact = query.strip().upper()
    order = sorted(held, key=lambda known: (known.code != exact, known.profession not in (0, profession)))
    here = {known.code for known in order}
    imported = [known for known in in_libraries(query, day) if known.code not in here] if day else []
    return [*order, *imported][:MOST_FOUND]


def near_codes(state: State, text: str) -> list[str]:
    """Codes that look like a text that is none and that this profession may bill; else those that it often bills."""
    profession, law, bill = profession_of(state), flat_law(), bill_law()
    own = [known.code for known in known_codes()
           if profession in (professions_of(known.code, law, bill) or {known.profession})]  # fmt: skip
    return get_close_matches(text.upper(), own, n=4, cutoff=0.5) or [*table_of(state).get("acts", ())]


def in_libraries(query: str, day: date) -> Iterator[Known]:
    """The codes of the libraries that were imported (CCAM, LPP, NABM, medicines)."""
    for one in find_code(query, number_of(day), MOST_FOUND):
        if one.nomenclature:
            yield Known(one.code, one.label, "", 0)


def profession_of(state: State) -> int:
    """Who made the paper out, as the rules number it; 0 where it is not said."""
    name = state.facts.get("profession", "").upper()
    if name in Profession.__members__:
        return int(Profession[name])
    return int(Profession.MEDECIN) if state.facts.get("specialty") else 0


# --- what a line may say --------------------------------------------------------------------------------------------


def read_line(state: State, line: Mapping[str, str]) -> BillLine | None:
    """A line as the engine reads it, alone and with everything it needs said; None where it cannot be read."""
    return read_lines(tuple(sorted(plain_facts(state).items())), tuple(line.items()))


@lru_cache(maxsize=2048)
def read_lines(facts: tuple[tuple[str, str], ...], line: tuple[tuple[str, str], ...]) -> BillLine | None:
    """The same, kept: the public tables alone decide it."""
    said = {**dict(line), "fee": dict(line).get("fee") or "0"}
    try:
        return prepare({**dict(facts), "lines": [said]}, {}).lines[0]
    except FactError:
        return None


def plain_facts(state: State) -> dict[str, str]:
    """The facts on which a tariff depends: who, which day, which age."""
    own = {
        name: state.facts[name]
        for name in ("specialty", "profession", "convention", "age", "territory")
        if state.facts.get(name)
    }
    if "specialty" not in own and "profession" not in own:
        own["profession"] = "medecin"
        own["specialty"] = "generaliste"
    facts = {**ANYONE, **own, "care_date": state.day}
    if facts["age"].isdecimal():
        facts["age_1er_janvier"] = facts["age"]
    return facts


OURS = ("SF_CONSULTATION", "PSY_SEANCE")
LONGEST_LETTERS = 3


def printed(key: str) -> str:
    """A code as papers print it; empty for a word that is ours (BOITE, MONTURE_B), of which the label says all."""
    if CCAM.fullmatch(key):
        return key
    letters = key.partition("_")[0]
    return letters if len(letters) <= LONGEST_LETTERS and key not in OURS else ""


def code_named(text: str) -> Code | None:
    """The code of an exact key."""
    bill, law = bill_law(), flat_law()
    if text in bill.codes:
        return bill.codes[text]
    return code_of(text, Shared({}, "", law, bill, {})) if text in law.acts else None


def fields_of(code: Code, line: Mapping[str, str], bill: BillLaw) -> Iterator[str]:
    """What a line of this code may say beside its price, in the order of the paper."""
    if code.fee_per_box:
        yield from ("rate_class", "price", "quantity", "pack", "generic")
        yield from ("generic_price",) if line.get("generic") in ("refused", "tfr") else ()
        yield "exemption"
    asked = {
        "coefficient": takes_coefficient(code),
        "distance_km": bool(code.kilometres or code.trip),
        "tooth": code.tooth,
        "max_price": bool(code.ceiling_from_base),
        "quantity": bool(code.parameter) or code.key in COUNTED,
    }
    yield from (name for name, needed in asked.items() if needed)
    yield from fields_of_trip(code, bill)


def fields_of_trip(code: Code, bill: BillLaw) -> Iterator[str]:
    """What a trip may say: those that its tables know."""
    if code.trip:
        table = bill.trips[code.trip]
        asked = {
            "zone": "any" not in table["packages"],
            "departement": bool(table["kilometres"]),
            "shared_with": bool(table["shared"]),
        }
        yield from (name for name, needed in asked.items() if needed)


def takes_coefficient(code: Code) -> bool:
    """Is it a letter whose tariff is its value times a coefficient?"""
    if code.coefficient:
        return True
    number = flat_law().acts.get(code.act)
    return number is not None and not code.values[0] and bool(flat_law().default.rows[-1].acte_coefficient[number])


def tariff(state: State, line: Mapping[str, str]) -> int | None:
    """What is charged where the law sets the price, in cents; None where it is free, or not known yet."""
    return tariff_of(tuple(sorted(plain_facts(state).items())), tuple(line.items()), apart(state))


def apart(state: State) -> tuple[str, ...]:
    """The supplements of the paper that an ordinary consultation would hold: its letter is then worth the rest."""
    named = [line["code"].upper() for line in state.lines]
    return tuple(key for key in named if key in bill_law().codes and bill_law().codes[key].component)


@lru_cache(maxsize=4096)
def tariff_of(
    facts: tuple[tuple[str, str], ...], line: tuple[tuple[str, str], ...], beside: tuple[str, ...]
) -> int | None:
    """The same, kept: the public tables alone decide it."""
    said = dict(line)
    known = read_lines(facts, line)
    if known is None or known.line.cover in FREE_PRICES or known.line.given:
        return None
    if known.line.nature != Nature.ACT:
        said.pop("fee", None)
        try:
            return int(prepare({**dict(facts), "lines": [said]}, {}).lines[0].line.act.fee) or None
        except FactError:
            return None
    if known.line.tariff != UNKNOWN and not (known.line.percent or known.line.flat):
        return known.line.tariff
    try:
        others = [{"code": key, "fee": "0"} for key in beside]
        return int(
            settle_bill({**dict(facts), "lines": [{**said, "fee": "10000"}, *others]}).settled[0].settlement.base
        )
    except FactError:
        return None


# --- what the day and the hour add ----------------------------------------------------------------------------------


@cache
def general_practice() -> frozenset[str]:
    """The specialties that are general practice, by their words."""
    return frozenset(one.slug for one in load().specialties.values() if one.generaliste)


def table_of(state: State) -> Mapping[str, Sequence[str]]:
    """The suggestions for who made the paper out."""
    known, specialty = suggestions(), state.facts.get("specialty", "")
    specialty = GENERALIST if specialty in general_practice() else specialty
    names = (state.facts.get("kind", ""), specialty, state.facts.get("profession", ""))
    own = next((known[name] for name in names if name in known), None)
    if specialty:
        return {**known["medecin"], **own} if own and own is not known["generaliste"] else own or known["medecin"]
    return own or {}


def suggested(state: State, day: date | None) -> Iterator[tuple[str, Sequence[str]]]:
    """(group, codes) that the day, the hour, a visit or the age of the patient suggest, those of the paper left out."""
    table = table_of(state)
    here = {line["code"].split(" ")[0].upper() for line in state.lines}
    groups = {"acts": table.get("acts", ()), "supplements": table.get("supplements", ())}
    if state.facts.get("age", "").isdecimal() and int(state.facts["age"]) < YOUNG:
        groups["young"] = table.get("young", ())
    if state.facts.get("specialty") != "generaliste" or here & VISITS:
        groups["visit"] = table.get("visit", ())
    if day and is_sunday_or_holiday(day):
        groups["sunday"] = table.get("sunday", ())
    elif day and day.weekday() == SATURDAY:
        groups["saturday"] = table.get("saturday", ())
    if state.at != HOURS[0]:
        groups[state.at] = table.get(state.at, ())
    for name, codes in groups.items():
        left = [code for code in codes if code not in here and has_room(state, code)]
        if left:
            yield name, left


def has_room(state: State, code: str) -> bool:
    """May this supplement be added: is it no part of an ordinary consultation, or is one written without it?"""
    known = bill_law().codes.get(code)
    if known is None or not known.component:
        return True
    added = tariff(state, {"code": code}) or 0
    return any(written_below(state, line) >= added > 0 for line in state.lines)


def written_below(state: State, line: Mapping[str, str]) -> int:
    """How much the price written for a consultation is below its tariff, in cents; 0 where it is not."""
    fee = hundredths(line.get("fee", ""))
    known = read_line(state, line)
    if not fee or known is None or known.line.combination != Combination.CONSULTATION:
        return 0
    whole = tariff_of(tuple(sorted(plain_facts(state).items())), tuple(line.items()), ())
    return max(0, (whole or 0) - fee)


def label_of(code: str, lang: str, profession: int) -> str:
    """The name of a code, the one of the profession where several write it alike."""
    from parcours.engine.bill.codetext import read_code

    try:
        key = read_code(code, profession, flat_law(), bill_law()).key
    except FactError:
        return code
    known = code_named(key)
    return i18n.label(dict(known.label), lang) if known else code


def day_number(day: date) -> int:
    """A day as the law writes it."""
    return number_of(day)
