"""The worked examples printed by others: facts, numbers, and our verdict where a number is wrong or disputed.

`examples.ndjson` holds one example a line: publisher, facts in the vocabulary of the product, amounts printed, in euros
(`amo_gross` is what the fund pays before the participation forfaitaire). Classes:

- `assert`: the engine must give the printed amounts, to the cent;
- `known_error`: the printed amount contradicts its own arithmetic: the engine must not give it;
- `conflict`: another source says otherwise: the engine's amount and the reason are below.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from parcours.engine.case import Answer, settle
from parcours.engine.facts.vocabulary import hundredths
from parcours.engine.results import euros

FILE = Path(__file__).with_name("examples.ndjson")
TRUNCATED = "C276"
"""The one publisher who cuts to the cent where the law rounds half up."""


@dataclass(frozen=True)
class Example:
    """One printed example."""

    id: str
    publisher: str
    kind: str
    facts: Mapping[str, Any]
    printed: Mapping[str, str]

    def settle(self, readings: Mapping[str, str] | None = None) -> Answer:
        """What the engine says of its facts."""
        return settle(self.facts, readings)


def cents(text: str) -> int:
    """A printed amount in cents."""
    amount = hundredths(text)
    assert amount is not None
    return amount


def amount(answer: Answer, name: str) -> int:
    """An amount of an answer, in cents, by the name the examples give it."""
    settlement = answer.settlement
    if name == "amo_gross":
        return settlement.amo + settlement.participation_forfaitaire + settlement.franchise
    value: int = getattr(settlement, name)
    return value


def shown(answer: Answer, name: str) -> Decimal:
    """An amount of an answer in euros."""
    return euros(amount(answer, name))


def load() -> list[Example]:
    """Every example, in the order of the file."""
    return [
        Example(row["id"], row["publisher"], row["class"], row["facts"], row["printed"])
        for row in map(json.loads, FILE.read_text("utf-8").splitlines())
    ]


EXAMPLES = load()

CAP = (
    "The sheet takes a flat 30 % of the base. R160-6 and the billing specification cap the surcharge at 10.60 €; "
    "the sheet's figure is the reading `plafond_majoration=fiche`."
)
SECTOR_2_CHILD = (
    "The sheet of 2021 prints the base of sector 1 on the row of sector 2. The sheet of December 2024 and an insurer "
    "print the lower base, which is kept on every date."
)

VERDICTS: dict[str, tuple[Mapping[str, str], str]] = {
    "C012": ({"ticket_moderateur": "7.95"}, "26.50 − 18.55 is 7.95: the page prints the ticket modérateur of 25 €."),
    "C179": ({"base": "23.00", "amo": "16.10"}, "70 % of 23 is 16.10; 18.55 is 70 % of 26.50."),
    "C201": (
        {"base": "31.50", "amo": "22.05"},
        "The page takes the participation off the base, before the rate; a child of 10 owes none (R160-20).",
    ),
    "C372": ({"base": "30.00", "amo": "21.00"}, "70 % of 30 is 21; 16.10 is 70 % of 23."),
    "C030": (
        {"amo": "15.10", "amc": "25.30", "patient": "19.60"},
        (
            "The same guarantee of 200 % with and without OPTAM: R871-2, 2 lets a contrat responsable cover 180 % "
            "without it, 41.40 € with the fund's 16.10 €. The page lets the contract pay the participation too, which "
            "L871-1 forbids."
        ),
    ),
    "C054": ({"amo_gross": "7.95"}, "The refund agrees; the sheet rounds what is left from 18.55 to 18.60."),
    "C056": (
        {"base": "30.00", "amo": "8.40"},
        "21 − 10.60 − 2: the capped surcharge of R160-6. A flat 30 %, as official sheets print, would give 7.00.",
    ),
    "C097": (
        {"max_fee": "38.00"},
        (
            "32 × 1.175 is 37.60, 38 to the nearest euro or above; the page prints 37. Every other printed maximum "
            "fits the nearest euro."
        ),
    ),
    "C101": (
        {"base": "43.70", "amo": "29.59"},
        (
            "The base is the fee, as the fee is below the tariff of that day (50.20): the sheet had not followed the "
            "tariff of 2022."
        ),
    ),
    "C153": ({"base": "28.00", "amo": "19.60"}, SECTOR_2_CHILD),
    "C156": ({"base": "23.00", "amo": "16.10"}, SECTOR_2_CHILD),
    "C202": (
        {"base": "34.50", "amo": "24.15"},
        "Agrees: the official sheet of December 2024 prints 34.50 too; earlier sheets printed 28.",
    ),
    "C214": (
        {"amo_gross": "27.30"},
        (
            "Agrees on a given base at the ordinary rate. These child examinations are refunded whole: with their key "
            "`COE` they are."
        ),
    ),
    "C284": ({"base": "30.00"}, "The base agrees; the sheet gives a rate of 30 % and no amount. " + CAP),
    "C336": (
        {"base": "31.50", "amo": "20.05"},
        (
            "The base is the fee charged. The tariff of a correspondent GP is 35 € since December 2024 (30 + 5): the "
            "row was not updated."
        ),
    ),
    "C363": ({"base": "42.50", "amo": "17.15"}, CAP),
    "C365": (
        {"base": "47.73", "amo": "20.81"},
        "The base printed includes the coordination supplement, which is not payable outside the pathway. " + CAP,
    ),
    "C366": ({"base": "47.73", "amo": "20.81"}, CAP),
    "C396": ({"base": "30.00", "amo_gross": "10.40"}, CAP),
}
"""What the engine says instead, and why, for each known error and each conflict."""
