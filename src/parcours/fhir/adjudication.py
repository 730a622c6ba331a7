"""Amounts as adjudications: one line a fact, each with the case of the engine that made it.

benefit + complementary + memberliability = submitted, in each explanation of benefit.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from parcours.fhir.site import CARIN, HL7, Site, concept, money
from parcours.law.bill.book import bill_law
from parcours.rules.types import Settlement
from parcours.text import Lang, euros

BASE = f"{HL7}adjudication"
OURS = "adjudication-fr"


class Payer(StrEnum):
    """Whose decision it is."""

    AMO = "amo"
    AMC = "amc"


class Amounts(NamedTuple):
    """What was settled for one act, or for all: cents, and the rate in basis points."""

    fee: int
    base: int
    rate: int
    ticket_moderateur: int
    majoration: int
    participation_forfaitaire: int
    franchise: int
    forfait_acte_lourd: int
    amo: int
    amc: int
    patient: int
    advance: int
    deferred: int
    depassement: int

    @classmethod
    def of(cls, settled: Settlement, fee: int, rate: int) -> "Amounts":
        """Those of a settled act."""
        own = (getattr(settled, name) for name in cls._fields[3:])
        return cls(fee, settled.base, rate, *own)

    @classmethod
    def of_all(cls, totals: Mapping[str, int]) -> "Amounts":
        """Those of a whole bill."""
        return cls(*(totals.get(name, 0) for name in cls._fields))

    @property
    def gross(self) -> int:
        """What the insurance grants before anything is taken."""
        return self.amo + self.majoration + self.participation_forfaitaire + self.franchise

    @property
    def to_professional(self) -> int:
        """What the payers give to who gave the care."""
        return self.fee - self.advance

    @property
    def to_patient(self) -> int:
        """What the payers give to the patient."""
        return max(0, self.amo + self.amc - self.to_professional)


@lru_cache(maxsize=65_536)
def headline(amounts: Amounts, lang: Lang) -> str:
    """Who pays what, in one sentence."""
    said = {name: euros(cents, lang) for name, cents in amounts._asdict().items()}
    return bill_law().sentences["headline"][lang].format(**said)


STAGES = {
    "eligible": "base", "eligpercent": "rate", "majoration-hors-parcours": "majoration",
    "participation-forfaitaire": "participation", "franchise": "franchise", "forfait-acte-lourd": "acte_lourd",
    "depassement": "excess", "benefit": "status", "priorpayerpaid": "complementary", "paidbypatient": "payment",
}  # fmt: skip
"""Category -> the stage whose case is its reason."""


def facts(amounts: Amounts, payer: Payer) -> Iterator[tuple[str, str, int]]:
    """(system, category, cents) of each fact; those that are nothing are left out, but the six that make the sum."""
    benefit, other = (amounts.amo, amounts.amc) if payer is Payer.AMO else (amounts.amc, amounts.amo)
    yield "", "submitted", amounts.fee
    yield "", "eligible", amounts.base
    for name, cents in (
        ("ticket-moderateur", amounts.ticket_moderateur), ("majoration-hors-parcours", amounts.majoration),
        ("participation-forfaitaire", amounts.participation_forfaitaire), ("franchise", amounts.franchise),
        ("forfait-acte-lourd", amounts.forfait_acte_lourd), ("brut", amounts.gross),
        ("depassement", amounts.depassement),
    ):  # fmt: skip
        if cents:
            yield OURS, name, cents
    yield "", "benefit", benefit
    yield CARIN, "priorpayerpaid", other
    yield CARIN, "memberliability", amounts.patient
    yield CARIN, "paidbypatient", amounts.advance
    yield CARIN, "paidtopatient", amounts.to_patient
    yield CARIN, "paidtoprovider", amounts.to_professional
    if amounts.deferred:
        yield OURS, "differe", amounts.deferred


ALSO = {
    "ticket-moderateur": (CARIN, "coinsurance"), "forfait-acte-lourd": (BASE, "copay"),
    "depassement": (CARIN, "noncovered"),
}  # fmt: skip
"""The same fact in the words of others."""


@lru_cache(maxsize=1024)
def category(site: Site, system: str, code: str) -> dict[str, Any]:
    """A category: of the base system, of ours with that of others beside it. The same for all: it is never changed."""
    said = site.concept(OURS, code) if system == OURS else concept(system or BASE, code)
    if code in ALSO:
        other, name = ALSO[code]
        said["coding"].append({"system": other, "code": name})
    return said


def adjudications(
    site: Site, amounts: Amounts, payer: Payer, cases: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The lines of an item; `cases`: the case of each stage."""
    found = []
    for system, code, cents in facts(amounts, payer):
        line = {"category": category(site, system, code), "amount": money(cents)}
        found.append(line | reason(site, code, cases))
        if code == "eligible":
            percent = {"category": category(site, "", "eligpercent"), "value": Decimal(amounts.rate).scaleb(-2)}
            found.append(percent | reason(site, "eligpercent", cases))
    return found


def reason(site: Site, code: str, cases: Mapping[str, str] | None) -> dict[str, Any]:
    """The case of the engine behind a line."""
    stage = STAGES.get(code, "")
    return because(site, stage, cases[stage]) if cases and stage in cases else {}


@lru_cache(maxsize=4096)
def because(site: Site, stage: str, case: str) -> dict[str, Any]:
    """A case of the engine as a reason. One and the same for all: never changed."""
    return {"reason": site.concept("case", f"{stage}.{case}")}


def totals(site: Site, amounts: Amounts, payer: Payer) -> list[dict[str, Any]]:
    """The totals of an answer."""
    return [{"category": category(site, *one[:2]), "amount": money(one[2])} for one in facts(amounts, payer)]
