"""The tables of the official sheets for any day: situation x doctor x sector -> tariff, base, reimbursed.

Every number is settled by the engine for a patient without exemption, the fee being the tariff.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from parcours.engine.case import settle
from parcours.engine.errors import FactError
from parcours.law.exact import ExactLoader
from parcours.rules.types import Settlement
from parcours.text import plain_euros

SHEETS = Path(__file__).with_name("sheets.yaml")
SECTORS = ("secteur_1", "secteur_2_optam", "secteur_2")


@dataclass(frozen=True)
class Situation:
    """A block of the sheet: its title, the facts that make it, and the doctors it lists (specialty, act, age)."""

    name: str
    title: dict[str, str]
    facts: dict[str, Any]
    doctors: list[tuple[str, str, int]]


@cache
def situations() -> tuple[Situation, ...]:
    """The blocks of the official sheets, in their order (`sheets.yaml`)."""
    entries = yaml.load(SHEETS.read_text("utf-8"), Loader=ExactLoader)  # noqa: S506 - a safe loader
    return tuple(Situation(**entry) for entry in entries)


@dataclass(frozen=True)
class SheetRow:
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
class SheetBlock:
    """One situation and its lines."""

    name: str
    title: dict[str, str]
    rows: list[SheetRow]


def tables(on: date, readings: dict[str, str] | None = None) -> list[SheetBlock]:
    """Every block for a day; a line whose tariff is not known on that day is left out."""
    return [SheetBlock(item.name, item.title, list(rows_of(item, on, readings))) for item in situations()]


def rows_of(situation: Situation, on: date, readings: dict[str, str] | None) -> Iterator[SheetRow]:
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
                yield SheetRow(
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
    return tariff, settle({**facts, "fee": plain_euros(tariff)}, readings).settlement
