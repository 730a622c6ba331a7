"""What a complementary contract guarantees for a line beyond a percentage of the base: CSS R871-2, L871-1.

Amounts are in cents, the compulsory insurance's part included; `UNKNOWN` leaves the line to the guarantee of its
category.
"""

from collections.abc import Sequence

from parcours.law.bill.codes import CaseCover, Cover, OpticalCategory
from parcours.law.bill.record import BillRecord
from parcours.law.codes import UNKNOWN
from parcours.law.record import LawRecord
from parcours.rules.bill.types import EurosContract, Line, SettledLine
from parcours.rules.money import share
from parcours.rules.rate import WHOLE, rate_of_act
from parcours.rules.types import Contract


def guarantee_of_line(
    lines: Sequence[Line],
    tariffs: Sequence[int],
    settled: Sequence[SettledLine],
    contract: Contract,
    euros: EurosContract,
    law: LawRecord,
    values: BillRecord,
) -> tuple[int, int]:
    """Most that both insurances pay for the line that follows those that are settled, in cents, and the case."""
    line = lines[len(settled)]
    if line.act.c2s:
        basket = line.cover == Cover.BASKET_FREE and line.c2s_ceiling != UNKNOWN
        return (line.c2s_ceiling, CaseCover.C2S_BASKET) if basket else (UNKNOWN, CaseCover.CATEGORY)
    if line.cover == Cover.NONE:
        return 0, CaseCover.NONE
    if line.cover == Cover.BASKET_FREE and euros.cent_pour_cent_sante and line.ceiling != UNKNOWN:
        return line.ceiling, CaseCover.WHOLE_BASKET
    if line.cover == Cover.FRAME and euros.monture != UNKNOWN:
        amount = capped_by_frame(euros.monture, contract, values)
        return of_equipment(amount, left_for_line(lines, tariffs, settled, contract, law, values))
    if line.cover == Cover.LENS and euros.verre != UNKNOWN:
        return of_equipment(euros.verre, left_for_line(lines, tariffs, settled, contract, law, values))
    if line.cover == Cover.HEARING_AID:
        return hearing_aid(line, tariffs[len(settled)], contract, euros, values)
    return UNKNOWN, CaseCover.CATEGORY


def of_equipment(amount: int, left: int) -> tuple[int, int]:
    """A frame or a lens: the guarantee, within what the ceiling of the equipment leaves (R871-2 3°)."""
    if left != UNKNOWN and amount > left:
        return left, CaseCover.OPTICAL_CEILING
    return amount, CaseCover.EUROS


def left_for_line(
    lines: Sequence[Line],
    tariffs: Sequence[int],
    settled: Sequence[SettledLine],
    contract: Contract,
    law: LawRecord,
    values: BillRecord,
) -> int:
    """What the ceiling of the whole equipment leaves for one frame or lens, both insurances' parts of the others
    taken off; `UNKNOWN` where there is no ceiling.
    """
    i = len(settled)
    ceiling = optical_ceiling(lines[i].category, values)
    if not contract.responsable or ceiling == UNKNOWN:
        return UNKNOWN
    for j in range(len(lines)):
        if lines[j].category != lines[i].category or lines[j].session != lines[i].session:
            continue
        if j < i:
            ceiling -= settled[j].settlement.amo + settled[j].settlement.amc
        elif j > i:
            ceiling -= share(min(tariffs[j], lines[j].act.fee), rate_of_act(lines[j].act, law)[0])
    return max(0, ceiling)


def optical_ceiling(category: int, values: BillRecord) -> int:
    """Most that a contrat responsable pays for an equipment of class B, in cents."""
    if category == OpticalCategory.A:
        return values.contrat_optique_plafond_a
    if category == OpticalCategory.B:
        return values.contrat_optique_plafond_b
    if category == OpticalCategory.C:
        return values.contrat_optique_plafond_c
    if category == OpticalCategory.D:
        return values.contrat_optique_plafond_d
    if category == OpticalCategory.E:
        return values.contrat_optique_plafond_e
    if category == OpticalCategory.F:
        return values.contrat_optique_plafond_f
    return UNKNOWN


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
    public = line.act.ame or line.act.c2s
    if public and line.cover != Cover.ROOM and line.cover != Cover.CATEGORY:
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
