"""The tables of the official sheets for any day: situation x doctor x sector -> tariff, base, reimbursed.

Every number is settled by the engine for an adult of 40 (children: 1, 4 and 10) without exemption, the fee being the
tariff.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.rules.types import Settlement

SECTORS = ("secteur_1", "secteur_2_optam", "secteur_2")
DOCTORS = (
    "generaliste",
    "autre_specialite",
    "psychiatrie",
    "neurologie",
    "cardiologie",
    "gynecologie_medicale",
    "geriatrie",
    "mpr",
)
"""Doctors of the sheets, by specialty; `autre_specialite` is any other specialist."""
ADULT = 40
YOUNG = 20


@dataclass(frozen=True)
class Situation:
    """A block of the sheet: its title, the facts that make it, and the doctors it lists (specialty, act, age)."""

    name: str
    title: dict[str, str]
    facts: dict[str, Any]
    doctors: tuple[tuple[str, str, int], ...]


def adults(*specialties: str, act: str = "consultation") -> tuple[tuple[str, str, int], ...]:
    """The same act by several specialties, for an adult."""
    return tuple((specialty, act, ADULT) for specialty in specialties)


REFERRED = {"medecin_traitant": True, "role": "correspondant"}
SITUATIONS = (
    Situation(
        "medecin_traitant",
        {"fr": "Votre médecin traitant", "en": "Your own médecin traitant"},
        {"medecin_traitant": True, "role": "medecin_traitant", "referral": "none"},
        adults(*DOCTORS),
    ),
    Situation(
        "correspondant_regulier",
        {"fr": "Médecin correspondant, suivi régulier", "en": "Correspondent, regular follow-up"},
        {**REFERRED, "referral": "soins_iteratifs"},
        adults(*DOCTORS),
    ),
    Situation(
        "avis_ponctuel",
        {"fr": "Médecin correspondant, avis ponctuel", "en": "Correspondent, one-off opinion"},
        {**REFERRED, "referral": "avis_ponctuel"},
        (*adults("autre_specialite", act="APC"), *adults("psychiatrie", "neurologie", act="APY")),
    ),
    Situation(
        "acces_direct_gynecologie",
        {
            "fr": "Accès direct : gynécologue, pour la contraception",
            "en": "Direct access: gynaecologist, for contraception",
        },
        {"medecin_traitant": True, "role": "autre", "referral": "none", "purpose": "contraception"},
        adults("gynecologie_medicale", "gynecologie_obstetrique"),
    ),
    Situation(
        "acces_direct_ophtalmologie",
        {"fr": "Accès direct : ophtalmologue, pour des lunettes", "en": "Direct access: ophthalmologist, for glasses"},
        {"medecin_traitant": True, "role": "autre", "referral": "none", "purpose": "refraction"},
        adults("ophtalmologie"),
    ),
    Situation(
        "acces_direct_stomatologie",
        {
            "fr": "Accès direct : stomatologue, pour des soins dentaires",
            "en": "Direct access: stomatologist, for dental care",
        },
        {"medecin_traitant": True, "role": "autre", "referral": "none", "purpose": "soins_dentaires"},
        adults("stomatologie"),
    ),
    Situation(
        "acces_direct_psychiatrie",
        {"fr": "Accès direct : psychiatre, à 20 ans", "en": "Direct access: psychiatrist, at 20"},
        {"medecin_traitant": True, "role": "autre", "referral": "none", "purpose": "any"},
        (("psychiatrie", "consultation", YOUNG),),
    ),
    Situation(
        "hors_parcours",
        {"fr": "Hors du parcours de soins", "en": "Outside the care pathway"},
        {"medecin_traitant": True, "role": "autre", "referral": "none"},
        adults(*DOCTORS),
    ),
    Situation(
        "enfants",
        {"fr": "Enfants (aucune majoration avant 16 ans)", "en": "Children (no majoration under 16)"},
        {"medecin_traitant": False, "role": "autre", "referral": "none"},
        (
            ("generaliste", "consultation", 4),
            ("generaliste", "consultation", 10),
            ("pediatrie", "consultation", 1),
            ("pediatrie", "consultation", 4),
            ("pediatrie", "consultation", 10),
        ),
    ),
)


@dataclass(frozen=True)
class Row:
    """One line of a block. Amounts in cents; `tariff` is the fee settled, `amo` what comes back."""

    specialty: str
    act: str
    age: int
    sector: str
    tariff: int
    base: int
    rate: int
    majoration: int
    participation_forfaitaire: int
    amo: int
    max_fee: int
    """-1 where the fee is free."""


@dataclass(frozen=True)
class Block:
    """One situation and its lines."""

    name: str
    title: dict[str, str]
    rows: list[Row]


def tables(on: date, readings: dict[str, str] | None = None) -> list[Block]:
    """Every block for a day; a line whose tariff is not known on that day is left out."""
    return [Block(item.name, item.title, list(rows_of(item, on, readings))) for item in SITUATIONS]


def rows_of(situation: Situation, on: date, readings: dict[str, str] | None) -> Iterator[Row]:
    """The lines of one situation."""
    for specialty, act, age in situation.doctors:
        for sector in SECTORS:
            facts = {
                "care_date": on,
                "age": age,
                "specialty": specialty,
                "convention": sector,
                "act": act,
                **situation.facts,
            }
            settled = at_the_tariff(facts, readings)
            if settled:
                fee, result = settled
                yield Row(
                    specialty=specialty,
                    act=act,
                    age=age,
                    sector=sector,
                    tariff=fee,
                    base=result.base,
                    rate=result.rate,
                    majoration=result.majoration,
                    participation_forfaitaire=result.participation_forfaitaire,
                    amo=result.amo,
                    max_fee=result.max_fee,
                )


HIGH_FEE = 1_000
"""A fee in euros above every tariff of a consultation: its base is the tariff."""


def at_the_tariff(facts: dict[str, Any], readings: dict[str, str] | None) -> tuple[int, Settlement] | None:
    """The tariff in cents and the act settled at that fee; None where the tariff is not known."""
    try:
        tariff = settle({**facts, "fee": HIGH_FEE}, readings).settlement.base
    except FactError as error:
        if error.field == "act":
            return None
        raise
    return tariff, settle({**facts, "fee": f"{tariff // 100}.{tariff % 100:02d}"}, readings).settlement
