"""What a contract guarantees as a whole or in euros, line by line of a bill."""

from collections.abc import Mapping
from typing import Any

from parcours.contracts.schema import EUROS, MOST_EUROS, boolean, number
from parcours.law.codes import UNKNOWN
from parcours.rules.bill.types import NO_EUROS, EurosContract


def encode_euros(contract: Mapping[str, Any] | None) -> EurosContract:
    """The tuple that the rules of a bill read. Raises `ContractError`."""
    if not contract:
        return NO_EUROS
    return EurosContract(
        cent_pour_cent_sante=int(boolean(contract, "cent_pour_cent_sante")),
        forfait_journalier=int(boolean(contract, "forfait_journalier")),
        monture=euros(contract, "monture_euros"),
        verre=euros(contract, "verre_euros"),
        aide_auditive=euros(contract, "aide_auditive_euros"),
        chambre=euros(contract, "chambre_euros"),
    )


def euros(contract: Mapping[str, Any], field: str) -> int:
    """An amount in cents, `UNKNOWN` where the contract says nothing."""
    if contract.get(field) is None:
        return UNKNOWN
    return number(contract, field, EUROS.format(most=MOST_EUROS))
