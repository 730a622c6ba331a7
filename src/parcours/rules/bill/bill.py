"""A whole bill, settled in the order of the law: session, costly acts, surcharge, contributions, complementary.

`amo + amc + patient == fee` on each line, hence on the bill. One line alone is the settlement of its act.
"""

from collections.abc import Sequence

from parcours.law.bill.codes import CaseCharge, CaseCostly, CaseInvoice, CaseSession, CaseSurcharge, Nature
from parcours.law.bill.record import BillRecord
from parcours.law.codes import UNKNOWN
from parcours.law.record import LawRecord
from parcours.rules.around import Around
from parcours.rules.bill.costly import costly_line
from parcours.rules.bill.cover import charge_covered, guarantee_of_line
from parcours.rules.bill.invoice import contribution_due, share_contributions
from parcours.rules.bill.links import joined
from parcours.rules.bill.memory import counters_before
from parcours.rules.bill.plain import plain
from parcours.rules.bill.session import in_session, tariff_before
from parcours.rules.bill.surcharge import surcharge_base
from parcours.rules.bill.types import BillReadings, EurosContract, Line, SettledLine
from parcours.rules.settlement import payment, settle_among
from parcours.rules.types import Contract, Counters, Readings, Settlement


def settle_bill(  # noqa: PLR0913, PLR0917 - the law of each line, and what each level reads
    lines: Sequence[Line],
    eras: Sequence[int],
    laws: Sequence[LawRecord],
    bill_eras: Sequence[int],
    bill_laws: Sequence[BillRecord],
    contract: Contract,
    euros: EurosContract,
    before: Sequence[Counters],
    readings: Readings,
    bill_readings: BillReadings,
) -> list[SettledLine]:
    """Settle every line, in their order. `laws[eras[i]]` and `bill_laws[bill_eras[i]]` are the law of line `i`,
    `before[i]` what the patient had borne before the bill.
    """
    joins = [joined(lines, i) for i in range(len(lines))]
    alone = [tariff_before(lines[i], laws[eras[i]], readings) for i in range(len(lines))]
    after = [in_session(lines, alone, joins, i, bill_laws[bill_eras[i]]) for i in range(len(lines))]
    tariffs = [tariff for tariff, _ in after]
    settled: list[SettledLine] = []
    contributions: list[int] = []
    franchises: list[int] = []
    acts: list[int] = []
    arounds: list[Around] = []
    borne: list[Counters] = []
    for i in range(len(lines)):
        line = lines[i]
        law = laws[eras[i]]
        if line.nature != Nature.ACT:
            one = settle_charge(line, contract, euros, law)
        else:
            costly, case_costly = costly_line(lines, tariffs, i, law, bill_laws[bill_eras[i]])
            counted, case_surcharge = surcharge_base(lines, tariffs, joins, i, bill_readings)
            guarantee, case_cover = guarantee_of_line(
                lines, tariffs, settled, contract, euros, law, bill_laws[bill_eras[i]]
            )
            around = Around(
                tariff=UNKNOWN if tariffs[i] == alone[i] and line.tariff == UNKNOWN else tariffs[i],
                rate=line.rate,
                costly=costly,
                surcharge_base=counted,
                bears=line.bears,
                guarantee=guarantee,
                contribution=0,
                elsewhere=line.elsewhere,
                own_price=line.own_price,
            )
            counters = counters_before(lines, contributions, franchises, before, law, readings)
            settlement = settle_among(line.act, around, contract, counters, law, readings)
            one = SettledLine(
                plain(settlement),
                contribution_due(line.act, around, settlement, counters, law, bill_readings),
                after[i][1] + 0,
                case_costly + 0,
                case_surcharge + 0,
                CaseInvoice.OWN + 0,
                CaseCharge.NOT_A_CHARGE + 0,
                case_cover + 0,
            )
            acts.append(i)
            arounds.append(around)
            borne.append(counters)
        settled.append(one)
        contributions.append(one.contribution)
        franchises.append(one.settlement.franchise)
    share_contributions(lines, settled, acts, arounds, borne, eras, laws, contract, readings)
    return settled


def case_of_charge(line: Line) -> int:
    """What a charge is; that of an emergency visit may be owed by nobody (R160-17-1)."""
    visit = line.case_charge == CaseCharge.EMERGENCY or line.case_charge == CaseCharge.EMERGENCY_REDUCED
    return CaseCharge.EMERGENCY_EXEMPT if visit and not line.act.fee else line.case_charge


def settle_charge(line: Line, contract: Contract, euros: EurosContract, law: LawRecord) -> SettledLine:
    """A charge of the patient's invoice: nothing from the compulsory insurance, the contract's part, the rest."""
    amc, case_cover = charge_covered(line, contract, euros)
    fee = line.act.fee
    base = fee if line.nature == Nature.CHARGE else 0
    advance, deferred, case_payment = payment(line.act, 0, 0, amc, law)
    settlement = Settlement(
        status=0,
        ips=0,
        pathway=0,
        base=base,
        rate=0,
        ticket_moderateur=0,
        majoration=0,
        participation_forfaitaire=0,
        franchise=0,
        forfait_acte_lourd=0,
        amo=0,
        amc=amc,
        patient=fee - amc,
        advance=advance,
        deferred=deferred,
        max_fee=UNKNOWN,
        depassement=0,
        unlawful_excess=0,
        case_status=0,
        case_base=0,
        case_rate=0,
        case_acte_lourd=0,
        case_majoration=0,
        case_participation=0,
        case_franchise=0,
        case_excess=0,
        case_complementary=0,
        case_payment=case_payment,
        notes=0,
    )
    return SettledLine(
        plain(settlement),
        0,
        CaseSession.ALONE + 0,
        CaseCostly.NOT_CONCERNED + 0,
        CaseSurcharge.NOT_CONCERNED + 0,
        CaseInvoice.OWN + 0,
        case_of_charge(line) + 0,
        case_cover + 0,
    )
