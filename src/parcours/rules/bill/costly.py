"""The flat fee of costly acts over a visit or a stay: CSS R160-16 I, II, IV; order of 18 December 2003.

Tariffs of therapeutic acts done in the same time add up, after the association rules; imaging never does. Outside a
stay one flat fee is due for a visit; in a stay it is due once and stands for all the shares of the stay.
"""

from collections.abc import Sequence

from parcours.law.bill.codes import Activity, CaseCostly, Costly, Nature, StayOf
from parcours.law.bill.record import BillRecord
from parcours.law.codes import UNKNOWN, ActKind, Profession
from parcours.law.record import LawRecord
from parcours.rules.bill.session import ahead, rank_of, same_time
from parcours.rules.bill.types import Line


def therapeutic(line: Line, law: LawRecord) -> bool:
    """Does the tariff of the line count towards the threshold?  A doctor's technical act or its anaesthesia, not
    imaging.
    """
    if line.nature != Nature.ACT or line.act.profession != Profession.MEDECIN:
        return False
    return bool(law.acte_kind[line.act.act] == ActKind.TECHNICAL or line.activity == Activity.ANAESTHESIA)


def costly_line(
    lines: Sequence[Line], tariffs: Sequence[int], i: int, law: LawRecord, values: BillRecord
) -> tuple[int, int]:
    """How the flat fee concerns one act (`Costly`), and the case. `tariffs`: after the session."""
    line = lines[i]
    if line.stay:
        return costly_in_stay(lines, tariffs, i, law, values)
    if not therapeutic(line, law):
        return Costly.OWN, CaseCostly.NOT_CONCERNED
    number, total = sum_of_session(lines, tariffs, i, law, values)
    if number == 1:
        return Costly.OWN, CaseCostly.OWN_TARIFF
    if not reaches(total, law):
        return Costly.OWN, CaseCostly.BELOW_SUM
    if bearer_of_session(lines, tariffs, i, law) == i:
        return Costly.BEARS, CaseCostly.BEARS_VISIT
    return Costly.COVERED, CaseCostly.COVERED_BY_VISIT


def reaches(total: int, law: LawRecord) -> bool:
    """Is a tariff, or a sum of them, that of a costly act?"""
    return bool(law.acte_lourd_seuil != UNKNOWN and total >= law.acte_lourd_seuil)


def sum_of_session(
    lines: Sequence[Line], tariffs: Sequence[int], i: int, law: LawRecord, values: BillRecord
) -> tuple[int, int]:
    """Number and total of the tariffs that add up to that of line `i`: same session, same patient.

    They add up after the association rules: of acts whose bases are given without a code, only as many as these admit.
    """
    number = 0
    total = 0
    for j in range(len(lines)):
        if not same_time(lines, i, j) or not therapeutic(lines[j], law) or not tariffs[j]:
            continue
        if lines[j].given and not lines[j].association and rank_of(lines, tariffs, j)[0] >= values.ccam_actes:
            continue
        number += 1
        total += tariffs[j]
    return number, total


def bearer_of_session(lines: Sequence[Line], tariffs: Sequence[int], i: int, law: LawRecord) -> int:
    """Index of the line that bears the flat fee of the visit: the dearest, the first of equals."""
    bearer = i
    for j in range(len(lines)):
        if not same_time(lines, i, j) or not therapeutic(lines[j], law):
            continue
        if ahead(lines, j, tariffs[j], bearer, tariffs[bearer]):
            bearer = j
    return bearer


def costly_in_stay(
    lines: Sequence[Line], tariffs: Sequence[int], i: int, law: LawRecord, values: BillRecord
) -> tuple[int, int]:
    """In a stay with a costly act every line is whole but one: the establishment's, or the dearest act where it has
    none. What directly follows a costly stay is whole too (R160-16 I).
    """
    if lines[i].stay == StayOf.AFTER_COSTLY:
        return Costly.COVERED, CaseCostly.COVERED_BY_STAY
    if lines[i].stay != StayOf.COSTLY and not costly_stay(lines, tariffs, lines[i].stay, law, values):
        return Costly.NEVER, CaseCostly.NOT_CONCERNED
    if bearer_of_stay(lines, tariffs, i) == i:
        return Costly.BEARS, CaseCostly.BEARS_STAY
    return Costly.COVERED, CaseCostly.COVERED_BY_STAY


def costly_stay(lines: Sequence[Line], tariffs: Sequence[int], stay: int, law: LawRecord, values: BillRecord) -> bool:
    """Does the stay hold a costly act: one by itself, or those of one session by their sum?"""
    for i in range(len(lines)):
        if lines[i].stay == stay and therapeutic(lines[i], law):
            _, total = sum_of_session(lines, tariffs, i, law, values)
            if reaches(total, law):
                return True
    return False


def bearer_of_stay(lines: Sequence[Line], tariffs: Sequence[int], i: int) -> int:
    """Index of the line of the stay that bears its flat fee."""
    bearer = -1
    for j in range(len(lines)):
        if lines[j].stay != lines[i].stay or lines[j].nature != Nature.ACT:
            continue
        if bearer < 0 or before_in_stay(lines, tariffs, j, bearer):
            bearer = j
    return bearer


def before_in_stay(lines: Sequence[Line], tariffs: Sequence[int], i: int, j: int) -> bool:
    """The establishment's lines first, then the dearest, then the first on the bill."""
    first = lines[i].act.profession == Profession.ETABLISSEMENT
    second = lines[j].act.profession == Profession.ETABLISSEMENT
    if first != second:
        return first
    return ahead(lines, i, tariffs[i], j, tariffs[j])
