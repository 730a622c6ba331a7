"""What a complementary contract guarantees for a line beyond a percentage of the base: CSS R871-2, L871-1.

Amounts are in cents, the compulsory insurance's part included; `UNKNOWN` leaves the line to the guarantee of its
category.
"""

from parcours.law.bill.codes import CaseCover, Cover
from parcours.law.bill.record import BillRecord
from parcours.law.codes import UNKNOWN
from parcours.rules.bill.types import EurosContract, Line
from parcours.rules.money import share
from parcours.rules.rate import WHOLE
from parcours.rules.types import Contract


def guarantee_of_line(
    line: Line, tariff: int, contract: Contract, euros: EurosContract, values: BillRecord
) -> tuple[int, int]:
    """Most that both insurances pay for one line in cents, and the case."""
    if line.cover == Cover.NONE:
        return 0, CaseCover.NONE
    if line.cover == Cover.BASKET_FREE and euros.cent_pour_cent_sante and line.ceiling != UNKNOWN:
        return line.ceiling, CaseCover.WHOLE_BASKET
    if line.cover == Cover.FRAME and euros.monture != UNKNOWN:
        return capped_by_frame(euros.monture, contract, values), CaseCover.EUROS
    if line.cover == Cover.LENS and euros.verre != UNKNOWN:
        return euros.verre, CaseCover.EUROS
    if line.cover == Cover.HEARING_AID:
        return hearing_aid(line, tariff, contract, euros, values)
    return UNKNOWN, CaseCover.CATEGORY


def capped_by_frame(amount: int, contract: Contract, values: BillRecord) -> int:
    """A contrat responsable pays a class B frame up to an amount of the decree."""
    if contract.responsable and values.contrat_monture != UNKNOWN:
        return min(amount, values.contrat_monture)
    return amount


def hearing_aid(
    line: Line, tariff: int, contract: Contract, euros: EurosContract, values: BillRecord
) -> tuple[int, int]:
    """A class II hearing aid: euros or percent of the base, under the ceiling of a contrat responsable."""
    ceiling = values.contrat_aide_auditive if contract.responsable else UNKNOWN
    if euros.aide_auditive != UNKNOWN:
        amount = euros.aide_auditive if ceiling == UNKNOWN else min(euros.aide_auditive, ceiling)
        return amount, CaseCover.EUROS
    if ceiling != UNKNOWN and share(min(tariff, line.act.fee), contract.appareillage) > ceiling:
        return ceiling, CaseCover.EQUIPMENT_CEILING
    return UNKNOWN, CaseCover.CATEGORY


def charge_covered(line: Line, contract: Contract, euros: EurosContract) -> tuple[int, int]:
    """What the complementary insurance pays of a charge of the patient's invoice, in cents, and the case.

    A contrat responsable pays the emergency charge, the daily charge without limit, the whole share and the flat fee;
    never the surcharge (R871-1, R871-2).
    """
    owed = line.act.fee
    if line.act.ame or (line.act.c2s and line.cover != Cover.ROOM and line.cover != Cover.CATEGORY):
        return owed, CaseCover.C2S
    if not contract.present:
        return 0, CaseCover.NONE
    if line.cover == Cover.DAILY_CHARGE:
        covered = contract.responsable or euros.forfait_journalier
        return (owed, CaseCover.CHARGE_COVERED) if covered else (0, CaseCover.NOT_COVERED)
    if line.cover == Cover.EMERGENCY_CHARGE:
        return (owed, CaseCover.CHARGE_COVERED) if contract.responsable else (0, CaseCover.NOT_COVERED)
    if line.cover == Cover.STAY_SHARE or line.cover == Cover.FLAT_FEE:
        whole = contract.hospitalisation >= WHOLE
        return (owed, CaseCover.CHARGE_COVERED) if whole else (0, CaseCover.NOT_COVERED)
    if line.cover == Cover.SURCHARGE:
        paid = contract.majoration and not contract.responsable
        return (owed, CaseCover.CHARGE_COVERED) if paid else (0, CaseCover.NOT_COVERED)
    if line.cover == Cover.ROOM and euros.chambre != UNKNOWN:
        return min(owed, euros.chambre * line.act.quantity), CaseCover.EUROS
    return 0, CaseCover.NOT_COVERED
