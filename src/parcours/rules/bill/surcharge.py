"""On which base the surcharge outside the pathway is counted, line by line: CSS R160-6."""

from collections.abc import Sequence

from parcours.law.bill.codes import CaseSurcharge, Combination, MajorationSeance
from parcours.law.codes import UNKNOWN
from parcours.rules.bill.types import BillReadings, Line


def surcharge_base(
    lines: Sequence[Line], tariffs: Sequence[int], joins: Sequence[int], i: int, readings: BillReadings
) -> tuple[int, int]:
    """Base of the surcharge of one line in cents (`UNKNOWN`: its own; 0: none here), and the case.

    The text speaks of acts and consultations: a supplement is neither, it joins its act before the cap (reading
    `majoration_seance`). `tariffs`: after the session.
    """
    line = lines[i]
    if not line.in_pathway:
        return 0, CaseSurcharge.NOT_CONCERNED
    if readings.majoration_seance == MajorationSeance.PAR_LIGNE:
        return UNKNOWN, CaseSurcharge.OWN
    if line.combination == Combination.SUPPLEMENT and joins[i] >= 0:
        return 0, CaseSurcharge.JOINED
    total = min(tariffs[i], line.act.fee)
    joined = False
    for j in range(len(lines)):
        if joins[j] == i and lines[j].combination == Combination.SUPPLEMENT:
            total += min(tariffs[j], lines[j].act.fee)
            joined = True
    if joined:
        return total, CaseSurcharge.WITH_SUPPLEMENTS
    return UNKNOWN, CaseSurcharge.OWN
