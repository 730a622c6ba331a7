"""The names of what a settlement says, and a settlement as people read it."""

from decimal import Decimal
from operator import attrgetter
from typing import Any

from parcours.engine.facts.vocabulary import slug
from parcours.law import cases
from parcours.law.codes import Ips, Pathway, Status
from parcours.rules.types import Settlement

CASE_CODES = {
    "case_status": cases.CaseStatus,
    "case_base": cases.CaseBase,
    "case_rate": cases.CaseRate,
    "case_acte_lourd": cases.CaseActeLourd,
    "case_majoration": cases.CaseMajoration,
    "case_participation": cases.CaseParticipation,
    "case_franchise": cases.CaseFranchise,
    "case_excess": cases.CaseExcess,
    "case_complementary": cases.CaseComplementary,
    "case_payment": cases.CasePayment,
}
AMOUNTS = (
    "base",
    "ticket_moderateur",
    "majoration",
    "participation_forfaitaire",
    "franchise",
    "forfait_acte_lourd",
    "amo",
    "amc",
    "patient",
    "advance",
    "deferred",
    "max_fee",
    "depassement",
    "unlawful_excess",
)
"""Fields of a settlement in cents."""
COMPARED = (*AMOUNTS, "rate")
"""What a missing fact may not change, with the notes."""
ASKING = 1 << cases.Note.OPINION_UNCODED
"""The note that only asks for another fact: no amount is refused for want of what it depends on."""


def note_slugs(notes: int) -> list[str]:
    """The slugs of the notes of a settlement."""
    return [slug(cases.Note, note) for note in cases.Note if notes >> note & 1] if notes else []


def result_dict(settlement: Settlement) -> dict[str, Any]:
    """A settlement with the names and the values of the vocabulary."""
    result: dict[str, Any] = {
        "status": Status(settlement.status).name,
        "ips": ips_letter(settlement.ips),
        "pathway": slug(Pathway, settlement.pathway),
        "base": euros(settlement.base),
        "rate": settlement.rate,
    }
    result.update({name: euros(getattr(settlement, name)) for name in AMOUNTS[1:]})
    if settlement.max_fee < 0:
        result["max_fee"] = None
    result.update({name: slug(enum, getattr(settlement, name)) for name, enum in CASE_CODES.items()})
    return result


def euros(cents: int) -> Decimal:
    """Cents as euros with two decimals."""
    return Decimal(cents).scaleb(-2)


def different_amounts(before: Settlement, after: Settlement) -> dict[str, Any]:
    """The amounts of the second settlement that differ from the first."""
    return {
        name: None if name == "max_fee" and getattr(after, name) < 0 else euros(getattr(after, name))
        for name in AMOUNTS
        if getattr(before, name) != getattr(after, name)
    }


in_cents = attrgetter(*AMOUNTS)
"""The amounts of a settlement, in their order."""


def ips_letter(ips: int) -> str:
    """The letter of an indicator, empty for blank."""
    return "" if ips in (Ips.BLANK, Ips.NOT_GIVEN) else Ips(ips).name


_compared = attrgetter(*COMPARED)


def amounts_of(settlement: Settlement) -> tuple[int, ...]:
    """What a missing fact may not change of a settlement: the amounts, the rate, the notes but the one that asks."""
    return (*_compared(settlement), settlement.notes | ASKING)
