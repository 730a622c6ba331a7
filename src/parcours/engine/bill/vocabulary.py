"""What a bill may say: facts of its patient and of its professional, lines, a stay, what was already borne.

Every fact of one act (`engine/facts/vocabulary.py`) may stand on the bill, for all its lines, or on one line.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from parcours.engine.errors import FactError, MissingFact, UnknownName
from parcours.engine.facts.vocabulary import (
    BY_NAME,
    READERS,
    given,
    hundredths,
    read_boolean,
    read_date,
    read_money,
)
from parcours.law.bill.book import BASKETS, BillLaw
from parcours.law.bill.codes import OpticalCategory
from parcours.text import Text, same
from parcours.words import fold

KINDS = (
    "feuille_de_soins", "ticket_pharmacie", "laboratoire", "devis_dentaire", "optique", "audition", "urgences",
    "sejour", "transport", "cure",
)  # fmt: skip
NOT_ON_A_BILL = ("act", "quantity", "fee", "base", "ips", "status")
"""Facts of one act that a bill says line by line."""
BILL_KEYS = ("id", "title", "kind", "lines", "stay", "territory", "used")
LINE_KEYS = (
    "code", "quantity", "coefficient", "noted", "fee", "base", "tariff", "association", "activity", "phase",
    "modifiers",
    "supplement_of", "session", "price", "pack", "generic", "generic_price", "tooth", "eye",
    "ear", "rate_class", "distance_km", "zone",
    "departement", "shared_with", "night", "big_city", "empty_return", "max_price", "optical_class", "category",
    "basket", "cip", "hour_band", "regulated", "place", "previous_on", "sight_changed", "grade", "acts",
    "note",
)  # fmt: skip
STAY_KEYS = ("entry", "exit", "daily_tariff", "ghs", "heavy_act", "linked_stay", "discipline", "outside_pathway")
BORNE = {
    "pf_year": "participation_annee",
    "pf_day_professional": "participation_jour",
    "franchise_year": "franchise_annee",
    "franchise_day_auxiliaires": "franchise_jour_auxiliaires",
    "franchise_day_transport": "franchise_jour_transport",
}
"""What was already borne before the bill, in euros -> its name in the rules."""
PACKS = ("month", "three_months")
GENERICS = ("accepted", "refused", "not_substitutable", "tfr")
NOTED = ("full", "half")
DISCIPLINES = ("medecine", "chirurgie", "obstetrique", "psychiatrie", "soins_de_suite")
SIDES = ("od", "og")
CLASSES = ("a", "b")
HOUR_BANDS = ("day", "evening", "deep_night", "sunday")
PLACES = ("cabinet", "domicile", "etablissement")
GRADES = ("2", "3", "3_plaie")
"""Grades of a diabetic foot; the third may bear a wound."""
CATEGORIES = tuple(member.name.lower() for member in OpticalCategory)
MOST_LINES = 100
"""A bill of more lines is a typing error, and would take long: the rules compare each line with each other."""
FIRST_MILK_TOOTH = 51
MOST_KM = 200_000
"""Hundredths of a kilometre."""


def read_number(name: str, value: Any, low: int, high: int) -> int:
    """A whole number."""
    number = hundredths(value)
    if number is None or number % 100 or not low * 100 <= number <= high * 100:
        raise FactError(
            name, value, Text(f"un nombre entier de {low} à {high}", f"a whole number from {low} to {high}")
        )
    return number // 100


def read_decimal(name: str, value: Any, high: int) -> int:
    """A number above zero with at most two decimals, in hundredths."""
    number = hundredths(value)
    if number is None or not 0 < number <= high:
        raise FactError(name, value, Text(f"un nombre de 0 à {high // 100}", f"a number from 0 to {high // 100}"))
    return number


def one_of(values: tuple[str, ...]) -> Callable[[str, Any], str]:
    """A reader of a closed list."""

    def reader(name: str, value: Any) -> str:
        text = "_".join(str(value).lower().split())
        if text not in values:
            raise FactError(name, value, same(", ".join(values)))
        return text

    return reader


def read_modifiers(name: str, value: Any) -> list[str]:
    """Letters of the modifiers of a CCAM act."""
    letters = list(value if isinstance(value, (list, tuple)) else str(value).replace(",", " ").split())
    if not all(isinstance(letter, str) and len(letter) == 1 for letter in letters):
        raise FactError(name, value, Text("des lettres de modificateurs", "letters of modifiers"))
    return [letter.upper() for letter in letters]


def read_tooth(name: str, value: Any) -> int:
    """A tooth: its quadrant, 1 to 4 (5 to 8 for milk teeth), then its place in it."""
    tooth = read_number(name, value, 11, 85)
    if not 1 <= tooth % 10 <= (8 if tooth < FIRST_MILK_TOOTH else 5):
        raise FactError(name, value, Text("une dent, de 11 à 48 ou de 51 à 85", "a tooth, 11 to 48 or 51 to 85"))
    return tooth


LINE_READERS: dict[str, Callable[[str, Any], Any]] = {
    "quantity": lambda name, value: read_number(name, value, 1, 1000),
    "coefficient": lambda name, value: read_decimal(name, value, 1_000_000),
    "noted": one_of(NOTED),
    "fee": read_money,
    "base": read_money,
    "tariff": read_money,
    "association": lambda name, value: read_number(name, value, 1, 5),
    "activity": lambda name, value: read_number(name, value, 1, 5),
    "phase": lambda name, value: read_number(name, value, 0, 3),
    "modifiers": read_modifiers,
    "session": READERS["text"],
    "price": read_money,
    "pack": one_of(PACKS),
    "generic": one_of(GENERICS),
    "generic_price": read_money,
    "tooth": read_tooth,
    "eye": one_of(SIDES),
    "ear": one_of(SIDES),
    "rate_class": lambda name, value: read_number(name, value, 1, 100),
    "distance_km": lambda name, value: read_decimal(name, value, MOST_KM),
    "zone": READERS["text"],
    "departement": READERS["text"],
    "shared_with": lambda name, value: read_number(name, value, 1, 9),
    "night": read_boolean,
    "big_city": read_boolean,
    "empty_return": read_boolean,
    "max_price": read_money,
    "optical_class": one_of(CLASSES),
    "basket": one_of(BASKETS),
    "cip": READERS["text"],
    "hour_band": one_of(HOUR_BANDS),
    "regulated": read_boolean,
    "place": one_of(PLACES),
    "category": one_of(CATEGORIES),
    "grade": one_of(GRADES),
    "acts": lambda name, value: read_number(name, value, 1, 100),
    "previous_on": read_date,
    "sight_changed": read_boolean,
    "note": READERS["text"],
}


def read_facts(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a line beside the facts of its act, read. Raises `FactError`."""
    return {
        name: LINE_READERS[name](name, value) for name, value in said.items() if name in LINE_READERS and given(value)
    }


STAY_READERS: dict[str, Callable[[str, Any], Any]] = {
    "entry": read_date,
    "exit": read_date,
    "daily_tariff": read_money,
    "ghs": read_money,
    "heavy_act": read_boolean,
    "linked_stay": read_boolean,
    "discipline": one_of(DISCIPLINES),
    "outside_pathway": read_boolean,
}


def check_keys(where: str, said: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Every key is of the vocabulary. Raises `FactError`."""
    for name in said:
        if name not in allowed:
            raise UnknownName(str(name), said[name], tuple(allowed), where)


OF_AN_ACT = tuple(name for name in BY_NAME if name not in NOT_ON_A_BILL)
BILL_ALLOWED = dict.fromkeys((*BILL_KEYS, *BORNE, *OF_AN_ACT))
LINE_ALLOWED = dict.fromkeys((*LINE_KEYS, *OF_AN_ACT))
"""Every name of a bill, of a line, in order and found at once."""


OF_A_STAY = Text("un objet : entry, exit…", "an object: entry, exit…")


def check_shape(bill: Any) -> None:
    """A bill is an object with lines or a stay. Raises `FactError`."""
    if not isinstance(bill, Mapping):
        raise FactError("bill", bill, Text("un objet : faits et lignes", "an object: facts and lines"))
    check_keys("", bill, BILL_ALLOWED)
    if not isinstance(bill.get("stay") or {}, Mapping):
        raise FactError("stay", bill["stay"], OF_A_STAY)
    lines = bill.get("lines", [])
    shape = Text(
        f"une liste de 1 à {MOST_LINES} lignes, ou un séjour (stay)", f"a list of 1 to {MOST_LINES} lines, or a stay"
    )
    if not isinstance(lines, (list, tuple)) or len(lines) > MOST_LINES or not (lines or bill.get("stay")):
        raise FactError("lines", type(lines).__name__ if lines else None, shape)
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, Mapping):
            raise FactError(f"lines[{number}]", line, Text("un objet avec un code", "an object with a code"))
        check_keys(f"lines[{number}].", line, LINE_ALLOWED)
        if not given(line.get("code")):
            raise MissingFact(f"lines[{number}].code", Text("le code de la ligne", "the code of the line"))


def read_stay(stay: Any) -> dict[str, Any]:
    """A stay, read. Raises `FactError`."""
    if not isinstance(stay, Mapping):
        raise FactError("stay", stay, OF_A_STAY)
    check_keys("stay.", stay, STAY_KEYS)
    read = {name: STAY_READERS[name](f"stay.{name}", value) for name, value in stay.items() if given(value)}
    for name in ("entry", "exit"):
        if name not in read:
            raise MissingFact(f"stay.{name}", Text("une date AAAA-MM-JJ", "a day, YYYY-MM-DD"))
    if read["exit"] < read["entry"]:
        raise FactError("stay.exit", stay["exit"], Text("pas avant l'entrée", "not before the entry"))
    return read


TERRITORIES = {
    "guadeloupe": "971", "martinique": "972", "guyane": "973", "reunion": "974", "mayotte": "976",
    "saint pierre et miquelon": "975", "saint barthelemy": "977", "saint martin": "978", "metropole": "",
}  # fmt: skip
"""Where tariffs differ, by name and by the number of the département."""
DEPARTEMENT = re.compile(r"\d\d|2[AB]|97[1-8]")


def read_territory(value: Any) -> str:
    """The number of a département overseas; empty for metropolitan France. Raises `FactError`."""
    text = fold(str(value or "")).removeprefix("la ")
    if text in TERRITORIES:
        return TERRITORIES[text]
    if text and not DEPARTEMENT.fullmatch(text.upper()):
        known = ", ".join(TERRITORIES)
        allowed = Text(f"{known}, ou le numéro d'un département", f"{known}, or the number of a département")
        raise FactError("territory", value, allowed)
    return text if text.startswith("97") else ""


def read_borne(bill: Mapping[str, Any]) -> dict[str, int]:
    """What was borne before the bill, in cents. Raises `FactError`."""
    return {rule: read_money(name, bill[name]) for name, rule in BORNE.items() if given(bill.get(name))}


def read_used(given_bill: Mapping[str, Any], bill: BillLaw) -> dict[str, int]:
    """How many of each counted code were billed before, in the year or the course of care. Raises `FactError`."""
    used = given_bill.get("used") or {}
    if not isinstance(used, Mapping):
        raise FactError("used", used, Text("un objet : RQD: 3, POD: 5…", "an object: RQD: 3, POD: 5…"))
    if not used:
        return {}
    check_keys(
        "used.", used, tuple(sorted({code for entry in bill.notes["before"].values() for code in entry["codes"]}))
    )
    return {code: read_number(f"used.{code}", number, 0, 1000) for code, number in used.items() if given(number)}
