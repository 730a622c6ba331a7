"""The contributions of an invoice as one sum: what a line cannot bear is taken on the others (CSS L160-13 II).

D160-9 limits the deductible to what is refunded, line by line; no text says it of the contribution (reading
`pf_plafond_ligne`). An invoice is what one professional bills; its contributions never exceed its refunds.
"""

from collections.abc import Sequence

from parcours.law.bill.codes import CaseInvoice, PfPlafondLigne
from parcours.law.cases import CaseParticipation
from parcours.law.record import LawRecord
from parcours.rules.around import Around, participation_among
from parcours.rules.bill.plain import plain
from parcours.rules.bill.types import BillReadings, Line, SettledLine
from parcours.rules.settlement import settle_among
from parcours.rules.types import Act, Contract, Counters, Readings, Settlement


def contribution_due(
    act: Act, around: Around, settlement: Settlement, counters: Counters, law: LawRecord, readings: BillReadings
) -> int:
    """Contribution of an act in cents: what its line bears, and what its refund was too low to bear; none for an act of
    which nothing is covered (L160-13 II): the session does not pay it.
    """
    if not settlement.base or not settlement.rate:
        return settlement.participation_forfaitaire
    limited = settlement.case_participation == CaseParticipation.LIMITED_TO_REIMBURSEMENT
    if not limited or readings.pf_plafond_ligne == PfPlafondLigne.LIGNE:
        return settlement.participation_forfaitaire
    return participation_among(act, around, law.participation_plafond_annee, counters, law)[0]


def share_contributions(  # noqa: PLR0913, PLR0917 - the law of each line, and what each was settled with
    lines: Sequence[Line],
    settled: list[SettledLine],
    acts: Sequence[int],
    arounds: list[Around],
    borne: Sequence[Counters],
    eras: Sequence[int],
    laws: Sequence[LawRecord],
    contract: Contract,
    readings: Readings,
) -> None:
    """Take on the other lines of its invoice what a line left of its contribution. `acts`: indexes of the lines that
    are acts; `arounds` and `borne`: what each of these was settled with.
    """
    for j in acts:
        missing = settled[j].contribution - settled[j].settlement.participation_forfaitaire
        if missing <= 0:
            continue
        left = missing
        for place in range(len(acts)):
            k = acts[place]
            taken = min(left, settled[k].settlement.amo)
            if taken <= 0 or lines[k].professional != lines[j].professional:
                continue
            left -= taken
            arounds[place] = bearing(arounds[place], taken)
            law = laws[eras[k]]
            more = settle_among(lines[k].act, arounds[place], contract, borne[place], law, readings)
            settled[k] = on_invoice(settled[k], plain(more), settled[k].contribution, CaseInvoice.TAKES_OF_OTHERS + 0)
        due = settled[j].contribution - left
        case = CaseInvoice.TAKEN_ELSEWHERE + 0 if left < missing else settled[j].case_invoice
        settled[j] = on_invoice(settled[j], settled[j].settlement, due, case)


def bearing(around: Around, taken: int) -> Around:
    """The same, with more of the contributions of other lines."""
    return Around(
        around.tariff,
        around.rate,
        around.costly,
        around.surcharge_base,
        around.bears,
        around.guarantee,
        around.contribution + taken,
        around.elsewhere,
        around.own_price,
    )


def on_invoice(one: SettledLine, settlement: Settlement, contribution: int, case: int) -> SettledLine:
    """The same line, settled otherwise by its invoice."""
    return SettledLine(
        settlement,
        contribution,
        one.case_session,
        one.case_costly,
        one.case_surcharge,
        case,
        one.case_charge,
        one.case_cover,
    )
