"""The one table of facts: the names, kinds and values of everything a person may say about an act of care.

CLI flags, JSON keys, CSV and Parquet columns, form fields and the JSON Schema are all made from `FACTS`. Reading a
value turns what people write (euros, ISO dates, slugs, national codes) into the integers of `rules/types.py`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import IntEnum
from functools import cache, lru_cache
from typing import Any

from parcours.contracts.library import library
from parcours.contracts.schema import ContractError, encode_contract
from parcours.engine.errors import FactError, UnknownName
from parcours.law import codes
from parcours.law.codes import UNKNOWN
from parcours.law.days import number_of
from parcours.law.flat import FlatLaw
from parcours.text import LANGS, Text, same

REQUIRED = object()
"""Default of a fact that is never assumed: it is asked for whenever it changes the answer."""
MOST_CENTS = 100_000_000
"""A fee above a million euros is a typing error."""
OLDEST = 130
LONGEST_STAY = 1000
LARGEST_EXPONENT = 20
CCAM = re.compile(r"[A-Z]{4}\d{3}")
GENERIC_TECHNICAL = "acte_technique"
"""Key of the table of acts that stands for a CCAM act it does not hold (its base must be given)."""


@dataclass(frozen=True)
class Fact:
    """One fact: its name everywhere, how it is read, what it is when nothing is said, and what it means."""

    name: str
    kind: str
    """date | money | integer | days | quantity | boolean | code | specialty | act | ips | status | contract | text"""
    default: Any
    """`REQUIRED`, or the value assumed (and shown) when nothing is said."""
    help: str
    codes: type[IntEnum] | None = None
    otherwise: Any = None
    """Of a fact that is never assumed: what an act holds where it cannot change anything."""

    @property
    def unsaid(self) -> Any:
        """What people would write for the value that an act holds when nothing is said; None for nothing."""
        return self.otherwise if self.default is REQUIRED else self.default


FACTS: tuple[Fact, ...] = (
    Fact("care_date", "date", REQUIRED, "Day of the care (YYYY-MM-DD)."),
    Fact("reimbursement_date", "date", None, "Day of the reimbursement; the day of the care unless said."),
    Fact("patient_id", "text", None, "Any text that tells one patient from another: caps run over a patient's acts."),
    Fact(
        "professional_id",
        "text",
        None,
        "Any text that tells one professional from another: daily caps are per professional.",
    ),
    Fact("birth_date", "date", None, "The patient's day of birth; or give `age`."),
    Fact("age", "integer", REQUIRED, "The patient's age in whole years on the day of the care."),
    Fact(
        "age_1er_janvier",
        "integer",
        REQUIRED,
        "Age on 1 January of that year; only needed at 18 without a day of birth.",
    ),
    Fact("profession", "code", REQUIRED, "Who performs the act.", codes.Profession),
    Fact("specialty", "specialty", REQUIRED, "A doctor's specialty: slug or national code."),
    Fact("convention", "code", REQUIRED, "The professional's sector.", codes.Convention, otherwise="sans_objet"),
    Fact("act", "act", "consultation", "NGAP key or CCAM code; `consultation` is the ordinary one of the specialty."),
    Fact("quantity", "quantity", 1, "Number of acts, boxes or trips; the coefficient of a letter that has one."),
    Fact("fee", "money", REQUIRED, "What the professional charges, in euros."),
    Fact("base", "money", None, "Base of reimbursement in euros, for acts the tariff table does not hold."),
    Fact(
        "medecin_traitant",
        "boolean",
        REQUIRED,
        "Is a médecin traitant declared on the day of the care?",
        otherwise=False,
    ),
    Fact("role", "code", REQUIRED, "What the doctor seen is to the patient.", codes.Role, otherwise="autre"),
    Fact(
        "referral", "code", REQUIRED, "How the patient was referred to this doctor.", codes.Referral, otherwise="none"
    ),
    Fact("urgent", "boolean", False, "Urgency in the sense of R160-6."),
    Fact("away", "boolean", False, "Away from the usual residence."),
    Fact("purpose", "code", "none", "Reason of the visit, where it opens a direct access.", codes.Purpose),
    Fact("medecin_traitant_left_on", "date", None, "Day the médecin traitant retired or left the département."),
    Fact("installed_on", "date", None, "Day a GP first settled in private practice, or settled in a deficit zone."),
    Fact("zone_deficitaire", "boolean", False, "Does the GP practise in a deficit zone?"),
    Fact("referrer_installed_on", "date", None, "Day the GP who sent the patient settled (see `installed_on`)."),
    Fact("referrer_zone_deficitaire", "boolean", False, "Did the GP who sent the patient settle in a deficit zone?"),
    Fact("centre_agree_on", "date", None, "Day the health centre of the deficit zone was approved."),
    Fact(
        "medecin_traitant_indisponible",
        "boolean",
        False,
        "Teleconsultation: is the médecin traitant unavailable in time?",
    ),
    Fact("special_setting", "code", "none", "A place or framework outside the ordinary pathway.", codes.SpecialSetting),
    Fact(
        "exemption",
        "codes",
        "none",
        "Grounds of an exemption from the ticket modérateur; several as `ald+invalidite` (in JSON, also as a list).",
        codes.Exemption,
    ),
    Fact("c2s", "boolean", False, "Does the patient have the complémentaire santé solidaire?"),
    Fact("ame", "boolean", False, "Does the patient have the aide médicale de l'État?"),
    Fact("scheme", "code", "general", "Compulsory scheme.", codes.Scheme),
    Fact("contract", "contract", None, "Complementary contract: an id of the library, or its guarantees."),
    Fact(
        "tiers_payant",
        "code",
        "none",
        "What the patient does not advance (full for C2S and AME unless said).",
        codes.TiersPayant,
    ),
    Fact("exigence_particuliere", "money", 0, "Overrun for a particular demand of the patient (DE), in euros."),
    Fact("prelevement_biologie", "boolean", False, "Is the act a sampling done for a laboratory test?"),
    Fact("drug_class", "code", "none", "Pharmacy: class of the drug, or `lpp` for a device.", codes.DrugClass),
    Fact("sejour_jours", "days", None, "Days of a stay (`act: sejour`)."),
    Fact("ips", "ips", None, "Pathway indicator the doctor transmitted (letter, empty text for blank)."),
    Fact("status", "status", None, "Status the fund computed: national letter or code."),
)
BY_NAME = {item.name: item for item in FACTS}
LEFT_ON = "medecin_traitant_left_on"
"""The day on which the médecin traitant left: never after the care."""
UNSAID = {item.name: item.unsaid for item in FACTS if item.unsaid is not None}
"""What stands for each fact, as people write it, where nothing was said and nothing depends on it."""
LETTERS = ("status", "ips")
"""Facts whose value is a national letter, shown with its label."""
IDS = ("stay_id", "bill_id", "session_id")
"""Columns that make rows of a file lines of one bill, the widest first."""
RENAMED = {"base": "given_base", "status": "given_status", "ips": "given_ips"}
"""Facts that bear the name of a result: their name in a settled file."""
SOURCE_ROW = "source_row"
"""Column of a settled file: the row of the source, the first being 1 (a header is not counted)."""


def check_names(facts: Mapping[str, Any]) -> None:
    """Every key is a fact. Raises `FactError` with the nearest known name."""
    for name in facts:
        if name not in BY_NAME:
            raise UnknownName(str(name), facts[name], tuple(BY_NAME))


def given(value: Any) -> bool:
    """Was something said?  Nothing, or an empty text (an empty CSV cell), is not."""
    return value is not None and value != ""


CALENDAR_DAY = Text("une date AAAA-MM-JJ du calendrier", "a day of the calendar, YYYY-MM-DD")
EUROS_AND_CENTS = Text(
    "un montant en euros, de 0 à 1 000 000, deux décimales au plus",
    "euros from 0 to 1,000,000, at most two decimals",
)


def read_date(name: str, value: Any) -> int:
    """A day as YYYYMMDD."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return number_of(value)
    try:
        return number_of(date.fromisoformat(str(value)))
    except ValueError:
        raise FactError(name, value, CALENDAR_DAY) from None


def read_money(name: str, value: Any) -> int:
    """Euros as cents: zero or more, at most two decimals."""
    cents = hundredths(value)
    if cents is None or not 0 <= cents <= MOST_CENTS:
        raise FactError(name, value, EUROS_AND_CENTS)
    return cents


def hundredths(value: Any) -> int | None:
    """A number with at most two decimals, times a hundred; None when it is not one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and abs(value) <= MOST_CENTS:
        return value * 100
    text = str(value).strip().replace(",", ".")
    whole, _, rest = text.partition(".")
    if len(rest) <= 2 and len(whole) < LARGEST_EXPONENT and whole.isdecimal() and (rest + "0").isdecimal():
        return int(whole + rest.ljust(2, "0"))  # as amounts are mostly written: quicker than below
    try:
        number = Decimal(text)
        if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
            return None  # 1e999999 as an integer would take minutes
        cents = int(number * 100)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return cents if Decimal(cents).scaleb(-2) == number else None  # compared exactly: a product is rounded to 28 digits


def read_integer(name: str, value: Any) -> int:
    """Whole years, 0 to 130."""
    number = hundredths(value)
    if number is None or number % 100 or not 0 <= number <= OLDEST * 100:
        raise FactError(name, value, Text(f"un âge entier de 0 à {OLDEST}", f"a whole age from 0 to {OLDEST}"))
    return number // 100


def read_days(name: str, value: Any) -> int:
    """Days of a stay, 1 to 1000."""
    number = hundredths(value)
    if number is None or number % 100 or not 100 <= number <= LONGEST_STAY * 100:
        allowed = Text(f"un nombre de jours, de 1 à {LONGEST_STAY}", f"a number of days, 1 to {LONGEST_STAY}")
        raise FactError(name, value, allowed)
    return number // 100


def read_quantity(name: str, value: Any) -> int:
    """A quantity above zero, in hundredths."""
    number = hundredths(value)
    if number is None or not 0 < number <= MOST_CENTS:
        raise FactError(name, value, Text("un nombre supérieur à 0", "a number above 0"))
    return number


YES, NO = ("true", "1", "yes", "y", "oui", "o", "vrai"), ("false", "0", "no", "n", "non", "faux")
BOOLEANS = {**dict.fromkeys(YES, 1), **dict.fromkeys(NO, 0)}


def read_boolean(name: str, value: Any) -> int:
    """A yes or a no."""
    number = BOOLEANS.get(str(value).strip().lower())
    if number is None:
        raise FactError(name, value, Text("true ou false", "true or false"))
    return number


@cache
def values_of(enum: type[IntEnum]) -> Mapping[str, int]:
    """The slugs of an enum that people may write, and their values."""
    return {member.name.lower(): int(member) for member in enum if member.name != "SANS_OBJET"}


def slugs(enum: type[IntEnum]) -> list[str]:
    """The slugs of an enum that people may write."""
    return list(values_of(enum))


@lru_cache(maxsize=4096)
@cache
def slug(enum: type[IntEnum], value: int) -> str:
    """The slug of a value."""
    return enum(value).name.lower()


def read_code(name: str, value: Any, enum: type[IntEnum]) -> int:
    """A slug of an enum."""
    number = values_of(enum).get(str(value).strip().lower())
    if number is None:
        raise FactError(name, value, same(", ".join(slugs(enum))))
    return number


SEPARATORS = re.compile(r"[+,;\s]+")


def read_codes(name: str, value: Any, enum: type[IntEnum]) -> int:
    """Slugs of an enum as one number, one bit each: a list, or a text such as `ald+invalidite`; 0 for none."""
    items = value if isinstance(value, (list, tuple)) else SEPARATORS.split(str(value).strip())
    numbers = {read_code(name, item, enum) for item in items if item != ""}
    return sum(1 << number for number in numbers if number)


@lru_cache(maxsize=4096)
@cache
def slugs_of(enum: type[IntEnum], bits: int) -> str:
    """The slugs of the bits, joined by `+`: what `read_codes` reads; `none` for no bit."""
    return "+".join(slug(enum, member) for member in enum if member and bits >> member & 1) or slug(enum, 0)


def read_act(name: str, value: Any, law: FlatLaw) -> tuple[int, str]:
    """An act as its index in the table and its key; a CCAM act the table does not hold is the generic technical act."""
    text = str(value).strip()
    for key in (text, text.upper(), text.lower()):
        if key in law.acts:
            return law.acts[key], key
    if CCAM.fullmatch(text.upper()):
        return law.acts[GENERIC_TECHNICAL], GENERIC_TECHNICAL
    near = get_close_matches(text.upper(), law.acts, n=3, cutoff=0.5) or ["G", "CS", "APC", "TCG"]
    fr, en = (", ".join(named_act(key, lang) for key in near) for lang in LANGS)
    raise FactError(name, value, Text(f"une lettre clé ou un code CCAM : {fr}…", f"a letter key or a CCAM code: {en}…"))


def named_act(key: str, lang: str) -> str:
    """An act with its name: a letter alone says little."""
    from parcours.law.loader import load

    return f"{key} ({load().acts[key].label[lang]})"


def read_ips(name: str, value: Any) -> int:
    """The transmitted indicator: a letter, or blank."""
    text = str(value).strip().upper()
    if text in ("", "BLANK"):
        return codes.Ips.BLANK
    member = codes.Ips.__members__.get(text)
    if member is None or member is codes.Ips.NOT_GIVEN:
        letters = ", ".join(item.name for item in codes.Ips if item > codes.Ips.BLANK)
        raise FactError(name, value, same(f"{letters}, blank"))
    return int(member)


STATUS_CODES = {int(member) for member in codes.Status if member}


def read_status(name: str, value: Any) -> int:
    """A computed status: national letter or code."""
    text = str(value).strip().upper()
    if text.isdecimal() and int(text) in STATUS_CODES:
        return int(text)
    member = codes.Status.__members__.get(text)
    if member is None or member is codes.Status.NOT_GIVEN:
        letters = ", ".join(f"{item.name} ({item.value})" for item in codes.Status if item)
        raise FactError(name, value, same(letters))
    return int(member)


def read_text(name: str, value: Any) -> str:
    """Any text."""
    if isinstance(value, (dict, list)):
        raise FactError(name, value, Text("un texte", "a text"))
    return str(value)


def read_contract(name: str, value: Any) -> Any:
    """A contract, by its id in the library, its guarantees, or those as JSON text (a CSV cell)."""
    if isinstance(value, str):
        return written_contract(name, value)
    if not isinstance(value, Mapping):
        raise FactError(name, value, Text("un contrat connu ou ses garanties", "a known contract or its guarantees"))
    try:
        return encode_contract(value)
    except ContractError as error:
        raise FactError(error.field, error.given, error.allowed) from None


@lru_cache(maxsize=256)
def written_contract(name: str, text: str) -> Any:
    """A contract as text, kept: its name is said on every bill."""
    return read_contract(name, named_contract(name, text))


def named_contract(name: str, text: str) -> Any:
    """A contract written as JSON, or known by its id; `none` guarantees nothing."""
    if text == "none":
        return {}
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            raise FactError(name, text, Text("du JSON valide", "valid JSON")) from None
    contracts = library()
    if text not in contracts:
        raise FactError(
            name,
            text,
            Text(
                f"un contrat connu : {', '.join(contracts)}, ou none",
                f"a known contract: {', '.join(contracts)}, or none",
            ),
        )
    return {**contracts[text], "label": text}


READERS: dict[str, Callable[[str, Any], Any]] = {
    "date": read_date,
    "money": read_money,
    "integer": read_integer,
    "days": read_days,
    "quantity": read_quantity,
    "boolean": read_boolean,
    "ips": read_ips,
    "status": read_status,
    "text": read_text,
    "contract": read_contract,
}
NO_DATE = 0
NO_AMOUNT = UNKNOWN
