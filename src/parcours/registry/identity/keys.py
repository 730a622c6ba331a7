"""Form and check digits of the national identifiers. Pure functions: nothing here stores or shows a number.

NIR and NIA: 13 characters and a two-digit key, `97 - N mod 97` with 2A read as 19 and 2B as 18.
RPPS (11 digits), AM number of a practice (9), FINESS (9): Luhn.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from parcours.registry.identity import problems

_NIR = re.compile(r"[1-8]\d{4}(?:\d{2}|2A|2B)\d{6}(?:\d{2})?", re.ASCII)
_CORSICA = {"2A": "19", "2B": "18"}


class NirKind(StrEnum):
    """What a number of the NIR form is (national list IR_NIR_V, grouped)."""

    NIR = "nir"
    NIA = "nia"
    """Provisional: first digit 3, 4, 7 or 8 (awaiting registration), 5 or 6 (passing migrant, MSA 555555 …)."""
    FICTITIOUS = "fictitious"
    """A 555555 …: care that must not be traced to a person, and test identities."""


INS_OIDS = {
    NirKind.NIR: "1.2.250.1.213.1.4.8",
    NirKind.NIA: "1.2.250.1.213.1.4.9",
    NirKind.FICTITIOUS: "1.2.250.1.213.1.4.11",
}
"""Assigning authority of an INS by kind of number; what is fictitious is of the demonstration authority."""


@dataclass(frozen=True)
class Nir:
    """A checked number; its `repr` and `str` never show it."""

    body: str = field(repr=False)
    key: str = field(repr=False)
    kind: NirKind

    @property
    def value(self) -> str:
        """The 15 characters, for storage under encryption and for the cardholder."""
        return self.body + self.key

    @property
    def oid(self) -> str:
        """Assigning authority, for an INS (the number, 15 characters, with this OID)."""
        return INS_OIDS[self.kind]

    @property
    def masked(self) -> str:
        """What a screen may show beside a name: the key only."""
        return f"{'•' * 13} {self.key}"

    def __str__(self) -> str:
        return self.masked


def nir_key(body: str) -> str:
    """Two-digit key of 13 characters.

    >>> nir_key("297022A020778")
    '78'
    """
    digits = body[:5] + _CORSICA.get(body[5:7], body[5:7]) + body[7:]
    return f"{97 - int(digits) % 97:02d}"


def parse_nir(text: str, *, field_name: str = "nir") -> Nir:
    """A NIR or NIA with its key, spaces and case ignored; 13 characters without key are accepted and completed."""
    cleaned = re.sub(r"[\s.\-]", "", text).upper()
    if not _NIR.fullmatch(cleaned):
        raise problems.nir_form(field=field_name, count=len(cleaned))
    body, key = cleaned[:13], cleaned[13:]
    if key and key != nir_key(body):
        raise problems.nir_key(field=field_name, key=key)
    return Nir(body, key or nir_key(body), _nir_kind(body))


def _nir_kind(body: str) -> NirKind:
    if body[0] in "12":
        return NirKind.FICTITIOUS if body[1:7] == "555555" else NirKind.NIR
    return NirKind.NIA


def luhn_sum(digits: str) -> int:
    """Luhn sum of a number, its check digit included; a multiple of 10 when the number is right."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total


def luhn_digit(digits: str) -> str:
    """Check digit to append."""
    return str(-luhn_sum(digits + "0") % 10)


def parse_rpps(text: str, *, strict: bool = True) -> str:
    """An RPPS number, 11 digits.  `strict=False` skips the check digit: official samples exist that fail it."""
    digits = re.sub(r"\s", "", text)
    if not re.fullmatch(r"\d{11}", digits, re.ASCII):
        raise problems.rpps_form(count=len(digits))
    if strict and luhn_sum(digits) % 10:
        raise problems.rpps_check_digit(digit=digits[-1])
    return digits


@dataclass(frozen=True)
class AmNumber:
    """Number of a practice at the compulsory insurance: it changes when the practice moves."""

    value: str
    department: str
    category: str


_AM_CATEGORIES = {
    "0": "etablissement",
    "1": "medecin",
    "2": "fournisseur",
    "3": "laboratoire",
    "4": "chirurgien_dentiste",
    "5": "sage_femme",
    "6": "infirmier",
    "7": "masseur_kinesitherapeute",
    "8": "pedicure_podologue",
    "9": "orthophoniste_orthoptiste",
}


def parse_am_number(text: str) -> AmNumber:
    """A practice's AM number: department (2), category (1), order (5), Luhn digit."""
    digits = re.sub(r"\s", "", text)
    if not re.fullmatch(r"\d{9}", digits, re.ASCII):
        raise problems.am_number_form(count=len(digits))
    if luhn_sum(digits) % 10:
        raise problems.am_number_check_digit(digit=digits[-1])
    return AmNumber(digits, digits[:2], _AM_CATEGORIES[digits[2]])


def parse_finess(text: str) -> str:
    """A FINESS number: 9 characters, Luhn; in Corsica 2A and 2B are read as 2001 and 2002 over the first four."""
    cleaned = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"(?:\d{2}|2A|2B)\d{7}", cleaned, re.ASCII):
        raise problems.finess_form(count=len(cleaned))
    if luhn_sum(_finess_digits(cleaned)) % 10:
        raise problems.finess_check_digit(digit=cleaned[-1])
    return cleaned


def complete_finess(eight: str) -> str:
    """The nine characters, from the first eight."""
    return eight + luhn_digit(_finess_digits(eight))


def _finess_digits(text: str) -> str:
    return {"2A": "2001", "2B": "2002"}[text[:2]] + text[4:] if text[:2] in _CORSICA else text
