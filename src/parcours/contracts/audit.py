"""Which clauses of a contract break the rules of a contrat responsable: CSS L871-1, R871-1, R871-2."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from parcours.contracts.schema import WHOLE, encode_contract
from parcours.law.cache import flat_law
from parcours.law.codes import UNKNOWN
from parcours.law.days import iso
from parcours.law.loader import load
from parcours.rules.types import Contract
from parcours.text import Text


@dataclass(frozen=True)
class Finding:
    """A clause that breaks a rule: the field, what it says, what the rule wants, and the article."""

    field: str
    given: str
    message: Mapping[str, str]
    article: str


MUST_COVER = {
    "consultation_optam": "consultation_pct_br",
    "consultation_non_optam": "consultation_pct_br",
    "technique_optam": "acte_technique_pct_br",
    "technique_non_optam": "acte_technique_pct_br",
    "dentaire": "dentaire_pct_br",
    "auxiliaire": "auxiliaire_pct_br",
    "biologie": "biologie_pct_br",
    "medicament_majeur": "pharmacie_pct_br",
    "appareillage": "appareillage_pct_br",
    "transport": "transport_pct_br",
    "hospitalisation": "hospitalisation_pct_br",
}
"""Guarantees that must reach the whole ticket modérateur, and the field that says them."""


def audit(contract: Mapping[str, Any], day: int) -> list[Finding]:
    """What keeps the contract from being a contrat responsable on a day (YYYYMMDD); nothing when it is one.

    Raises `ContractError` when the contract cannot be read, `LawDataError` before the first day of the law.
    """
    guarantees = encode_contract({"responsable": False, **contract})
    return [
        *forbidden_cover(contract),
        *missing_cover(contract, guarantees),
        *overrun_caps(guarantees, day),
    ]


def forbidden_cover(contract: Mapping[str, Any]) -> Iterator[Finding]:
    """The majoration and the flat participations may not be covered (L871-1)."""
    if contract.get("majoration"):
        message = Text(
            "un contrat responsable ne rembourse jamais la majoration hors parcours",
            "a contrat responsable never refunds the majoration outside the pathway",
        )
        yield Finding("majoration", "true", message, "CSS-L871-1")
    if contract.get("participations"):
        message = Text(
            "un contrat responsable ne rembourse ni la participation forfaitaire ni les franchises",
            "a contrat responsable refunds neither the participation forfaitaire nor the franchises",
        )
        yield Finding("participations", "true", message, "CSS-L871-1")


def missing_cover(contract: Mapping[str, Any], guarantees: Contract) -> Iterator[Finding]:
    """The whole ticket modérateur, the daily hospital charge and the 100 % Santé baskets must be covered (R871-2)."""
    for name, field in MUST_COVER.items():
        level = getattr(guarantees, name)
        if level < WHOLE:
            message = Text(
                f"le ticket modérateur doit être couvert en entier ({name})",
                f"the whole ticket modérateur must be covered ({name})",
            )
            yield Finding(field, f"{level / 100:g} %", message, "CSS-R871-2")
    for field in ("cent_pour_cent_sante", "forfait_journalier"):
        if contract.get(field) is False:
            message = Text("doit être couvert sans limite", "must be covered without limit")
            yield Finding(field, "false", message, "CSS-R871-2")


def overrun_caps(guarantees: Contract, day: int) -> Iterator[Finding]:
    """Overruns of doctors without OPTAM: a cap, and a gap below what doctors with OPTAM get (R871-2)."""
    cap = flat_law().default.on(day).contrat_plafond_non_optam
    gap = load().parameters["contrat_responsable.ecart_optam_points"].default.on(day)
    if UNKNOWN in {cap, gap}:
        return
    for kind, field in (
        ("consultation", "consultation_pct_br_non_optam"),
        ("technique", "acte_technique_pct_br_non_optam"),
    ):
        optam, without = getattr(guarantees, f"{kind}_optam"), getattr(guarantees, f"{kind}_non_optam")
        if without > WHOLE + cap:
            message = Text(
                f"sans OPTAM, au plus {(WHOLE + cap) / 100:g} % de la base, Sécu comprise, le {iso(day)}",
                f"without OPTAM, at most {(WHOLE + cap) / 100:g}% of the base, Sécu included, on {iso(day)}",
            )
            yield Finding(field, f"{without / 100:g} %", message, "CSS-R871-2")
        if without > WHOLE and optam - without < gap:
            message = Text(
                f"sans OPTAM, au moins {gap / 100:g} points de moins qu'avec OPTAM ({optam / 100:g} %)",
                f"without OPTAM, at least {gap / 100:g} points less than with OPTAM ({optam / 100:g}%)",
            )
            yield Finding(field, f"{without / 100:g} %", message, "CSS-R871-2")
