"""A complementary contract as people write it, and the tuple the rules read.

Guarantees are in percent of the base of reimbursement, the compulsory insurance's part included ("150 % BR"), as
contracts print them. What a contract does not say is nothing, except that a contrat responsable always covers the
whole ticket modérateur (R871-2): 100 % where it is silent, but for drugs at the two low rates.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from parcours.errors import ParcoursError
from parcours.law.codes import UNKNOWN
from parcours.rules.types import NO_CONTRACT, Contract
from parcours.text import Text

PERCENTAGES = {
    "consultation_pct_br": ("consultation_optam", "consultation_non_optam"),
    "consultation_pct_br_optam": ("consultation_optam",),
    "consultation_pct_br_non_optam": ("consultation_non_optam",),
    "acte_technique_pct_br": ("technique_optam", "technique_non_optam"),
    "acte_technique_pct_br_optam": ("technique_optam",),
    "acte_technique_pct_br_non_optam": ("technique_non_optam",),
    "dentaire_pct_br": ("dentaire",),
    "auxiliaire_pct_br": ("auxiliaire",),
    "biologie_pct_br": ("biologie",),
    "pharmacie_pct_br": ("medicament_majeur",),
    "pharmacie_modere_pct_br": ("medicament_modere",),
    "pharmacie_faible_pct_br": ("medicament_faible",),
    "appareillage_pct_br": ("appareillage",),
    "transport_pct_br": ("transport",),
    "hospitalisation_pct_br": ("hospitalisation",),
}
"""Fields in percent of the base, and the guarantees each one sets (a precise one wins over a general one)."""
BOOLEANS = ("responsable", "majoration", "participations", "cent_pour_cent_sante", "forfait_journalier")
TEXTS = ("id", "label")
AMOUNTS = ("plafond_par_acte",)
IN_EUROS = ("monture_euros", "verre_euros", "aide_auditive_euros", "chambre_euros")
"""Guarantees in euros for one frame, one lens, one hearing aid, one night: the lines of a bill read them."""
FIELDS = (*BOOLEANS, *PERCENTAGES, *AMOUNTS, *IN_EUROS, *TEXTS)
WHOLE = 10_000
NOT_OWED = ("medicament_modere", "medicament_faible")
"""Guarantees that even a contrat responsable may leave out (R871-2)."""
MOST_PERCENT = 10_000
MOST_EUROS = 1_000_000


class ContractError(ParcoursError, ValueError):
    """A field of a contract is wrong: which, what was given, what is allowed."""

    field: str
    allowed: Text

    def __init__(self, field: str, given: object, allowed: Text) -> None:
        super().__init__("wrong_contract", NOT_ACCEPTED, field=f"contract.{field}", given=given, allowed=allowed)


NOT_ACCEPTED = Text("cette garantie ne convient pas", "this guarantee is not right")
TRUE_OR_FALSE = Text("true ou false", "true or false")
A_FIELD = Text("un des champs {fields}", "one of the fields {fields}")
A_PERCENTAGE = Text("un pourcentage de la base, de 0 à {most}", "a percentage of the base, from 0 to {most}")
EUROS = Text(
    "un montant en euros, de 0 à {most}, deux décimales au plus", "euros from 0 to {most}, at most two decimals"
)


def encode_contract(contract: Mapping[str, Any] | None) -> Contract:
    """The tuple the rules read. Raises `ContractError`."""
    if not contract:
        return NO_CONTRACT
    check_fields(contract)
    responsable = boolean(contract, "responsable")
    guarantees = dict.fromkeys(sorted({name for names in PERCENTAGES.values() for name in names}), 0)
    if responsable:
        guarantees.update({name: WHOLE for name in guarantees if name not in NOT_OWED})
    for field, names in PERCENTAGES.items():
        if contract.get(field) is not None:
            guarantees.update(dict.fromkeys(names, basis_points(contract, field)))
    plafond = contract.get("plafond_par_acte")
    return Contract(
        present=1,
        responsable=int(responsable),
        majoration=int(boolean(contract, "majoration")),
        participations=int(boolean(contract, "participations")),
        plafond=UNKNOWN if plafond is None else number(contract, "plafond_par_acte", EUROS.format(most=MOST_EUROS)),
        **guarantees,
    )


def check_fields(contract: Mapping[str, Any]) -> None:
    """Only known fields, and `responsable` said."""
    for field in contract:
        if field not in FIELDS:
            raise ContractError(str(field), contract[field], A_FIELD.format(fields=", ".join(FIELDS)))
    if contract.get("responsable") is None:
        raise ContractError("responsable", None, TRUE_OR_FALSE)


def boolean(contract: Mapping[str, Any], field: str) -> bool:
    """A yes/no field, no when absent."""
    value = contract.get(field, False)
    if not isinstance(value, bool):
        raise ContractError(field, value, TRUE_OR_FALSE)
    return value


def basis_points(contract: Mapping[str, Any], field: str) -> int:
    """A percentage as basis points."""
    allowed = A_PERCENTAGE.format(most=MOST_PERCENT)
    points = number(contract, field, allowed)
    if points > MOST_PERCENT * 100:
        raise ContractError(field, contract[field], allowed)
    return points


def number(contract: Mapping[str, Any], field: str, allowed: Text) -> int:
    """A number of zero or more with at most two decimals, as hundredths."""
    value = contract[field]
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        raise ContractError(field, value, allowed) from None
    if isinstance(value, bool) or not exact.is_finite() or not 0 <= exact <= MOST_EUROS:
        raise ContractError(field, value, allowed)
    whole = int(exact * 100)
    if Decimal(whole).scaleb(-2) != exact:
        raise ContractError(field, value, allowed)
    return whole
