"""A contract with its premium as people write it: `Alan: OPTAM 200 %, hors OPTAM 180 % = 48,50, employeur 50 %`."""

import re
from collections.abc import Mapping
from typing import Any

from parcours.contracts.library import library
from parcours.contracts.paste import names_care, read_contract
from parcours.contracts.refused import how_to_write
from parcours.contracts.said import left_out, understood
from parcours.engine.compare.year import Plan
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import read_money
from parcours.rules.types import Cents
from parcours.text import Text

NOTHING = ("", "none", "rien", "sans", "aucune")
MONTHLY = Text("une cotisation de 0 à 2000 euros par mois", "a premium from 0 to 2000 euros a month")
MOST = 2_000_00
PRICE = Text("un prix de 0 à 20 000 euros", "a price from 0 to 20,000 euros")
HIGHEST = 20_000_00
EMPLOYER = re.compile(r"[\s,;]*\b(?:employeur|employer)\b\D*(\d[\d.,]*)\s*%?\s*$", re.IGNORECASE)
PART = Text("une part de 0 à 100 % de la cotisation", "a part from 0 to 100% of the premium")
WHOLE = 100_00


def plan_of(guarantees: str, premium: str, name: str = "", employer: str = "") -> Plan:
    """A plan from its fields. Raises `FactError` naming `contract`, `premium` or `employer`."""
    label, text = labelled(named_in_words(guarantees) or guarantees.strip())
    return Plan(name or label or text or "none", contract_named(text), cents(premium), part(employer))


def labelled(text: str) -> tuple[str, str]:
    """The name and the guarantees of "Alan: OPTAM 200 %"; an empty name where there is none, or some care."""
    label, _, rest = text.partition(":")
    if rest.strip() and not label.strip()[-1:].isdigit() and not names_care(label) and read_contract(rest):
        return label.strip(), rest.strip()
    return "", text


def understood_of(guarantees: str, lang: str) -> str:
    """What a contract of the list guarantees, or what was understood of guarantees as they are printed; empty for
    none.
    """
    found = contract_named(written_of(guarantees))
    return understood(found, lang) if found else ""


def left_out_of(guarantees: str, lang: str) -> str:
    """The parts of printed guarantees that count for nothing; empty where all counts, or a contract is named."""
    text = written_of(guarantees)
    return "" if text in library() else left_out(text, lang)


def written_of(guarantees: str) -> str:
    """The contract of a field: the id of one of the list, or the guarantees without the name before them."""
    return labelled(named_in_words(guarantees) or guarantees.strip())[1]


def named_in_words(text: str) -> str:
    """The id of the library's contract that is called so, in French or in English; empty for no such contract."""
    said = plain(text)
    for id_, entry in library().items():
        if said in {plain(name) for name in entry["label"].values()}:
            return id_
    return ""


def plain(name: str) -> str:
    """A name without the spaces of typography."""
    return " ".join(name.replace("’", "'").split()).casefold()


def contract_named(text: str) -> Mapping[str, Any] | None:
    """A contract of the library, guarantees as they are printed, or nothing."""
    if text.lower() in NOTHING:
        return None
    if text in library():
        return library()[text]
    found = read_contract(text)
    if found is None:
        raise FactError("contract", text, how_to_write(text))
    return found


def cents(text: str) -> int:
    """A premium of a month."""
    try:
        found = int(read_money("premium", text.replace("€", "").replace(" ", "") or "0"))
    except FactError:
        raise FactError("premium", text, MONTHLY) from None
    if not 0 <= found <= MOST:
        raise FactError("premium", text, MONTHLY)
    return found


def price(name: str, text: str) -> Cents:
    """The price of some care, "75 €". Raises `FactError` naming it."""
    try:
        found = int(read_money(name, text.replace("€", "").replace(" ", "")))
    except FactError:
        raise FactError(name, text, PRICE) from None
    if found > HIGHEST:
        raise FactError(name, text, PRICE)
    return found


def part(text: str) -> int:
    """The part of the premium that an employer pays, "50 %", in basis points."""
    try:
        found = int(read_money("employer", text.replace("%", "").replace(" ", "") or "0"))
    except FactError:
        raise FactError("employer", text, PART) from None
    if not 0 <= found <= WHOLE:
        raise FactError("employer", text, PART)
    return found


def read_plan(text: str) -> Plan:
    """A plan from one text: its premium after the last `=`, then what an employer pays of it."""
    guarantees, premium, employer = fields_of(text)
    return plan_of(guarantees, premium, employer=employer)


def fields_of(text: str) -> tuple[str, str, str]:
    """The guarantees, the premium and the employer's part of one text."""
    found = EMPLOYER.search(text)
    said, employer = (text[: found.start()], found[1]) if found else (text, "")
    guarantees, sign, premium = said.rpartition("=")
    return (guarantees, premium, employer) if sign else (said, "0", employer)
