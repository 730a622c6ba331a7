"""One act of care, settled in the order of the law: `amo + amc + patient == fee` always.  CSS L160-13, L162-5-3."""

from parcours.law.cases import CaseActeLourd, CasePayment
from parcours.law.codes import UNKNOWN, ActKind, TiersPayant
from parcours.law.record import LawRecord
from parcours.rules.around import (
    ALONE,
    Around,
    complementary_among,
    flat_fee_among,
    franchise_among,
    majoration_among,
    maximum_among,
    participation_among,
    rate_among,
    tariff_among,
)
from parcours.rules.charges import hospital_charge
from parcours.rules.exemptions import paid_directly
from parcours.rules.money import share
from parcours.rules.notes import notes_of
from parcours.rules.pathway import indicator, pathway_status
from parcours.rules.rate import overrun_covered
from parcours.rules.types import Act, Cents, Contract, Counters, Readings, Settlement


def settle(act: Act, contract: Contract, counters: Counters, law: LawRecord, readings: Readings) -> Settlement:
    """Settle one act on its day. Where its base or rate is not known, the case is `UNKNOWN`, the amounts void."""
    return settle_among(act, ALONE, contract, counters, law, readings)


def settle_among(
    act: Act, around: Around, contract: Contract, counters: Counters, law: LawRecord, readings: Readings
) -> Settlement:
    """Settle one act among the other lines of its bill: `around` is what they change for it."""
    status, case_status = pathway_status(act, law, readings)
    tariff, case_base = tariff_among(act, around, law, readings)
    rate, case_rate = rate_among(act, around, counters, law)
    base = min(tariff, act.fee)
    forfait, case_acte_lourd = flat_fee_among(act, around, tariff, rate, law)
    forfait = min(forfait, base)
    gross = share(base, rate) if case_acte_lourd == CaseActeLourd.NOT_HEAVY else base - forfait
    if law.acte_kind[act.act] >= ActKind.EMERGENCY:
        forfait, gross, case_acte_lourd = hospital_charge(act, base, rate, law)
    majoration, case_majoration = majoration_among(act, around, status, base, gross, law, readings)
    participation, case_participation = participation_among(act, around, gross - majoration, counters, law)
    taken_franchise, case_franchise = franchise_among(act, around, gross - majoration, counters, law)
    participations = participation + taken_franchise
    covered_excess = act.fee - base if overrun_covered(act) else 0
    gross += covered_excess
    amo = gross - majoration - participations
    amc, case_complementary = complementary_among(
        act, around, case_rate, status, base, gross, majoration, participations, contract, law, readings
    )
    max_fee, case_excess = maximum_among(act, around, status, case_rate, tariff, law, readings)
    unlawful_excess = 0 if max_fee == UNKNOWN else max(0, act.fee - max_fee)
    advance, deferred, case_payment = payment(act, gross, amo, amc, law)
    return Settlement(
        status=status,
        ips=indicator(status, case_status, law),
        pathway=law.position[status],
        base=base,
        rate=rate,
        ticket_moderateur=base - gross + covered_excess - forfait,
        majoration=majoration,
        participation_forfaitaire=participation,
        franchise=taken_franchise,
        forfait_acte_lourd=forfait,
        amo=amo,
        amc=amc,
        patient=act.fee - amo - amc,
        advance=advance,
        deferred=deferred,
        max_fee=max_fee,
        depassement=act.fee - base,
        unlawful_excess=unlawful_excess,
        case_status=case_status,
        case_base=case_base,
        case_rate=case_rate,
        case_acte_lourd=case_acte_lourd,
        case_majoration=case_majoration,
        case_participation=case_participation,
        case_franchise=case_franchise,
        case_excess=case_excess,
        case_complementary=case_complementary,
        case_payment=case_payment,
        notes=notes_of(act, status, base, unlawful_excess, case_payment, counters, law),
    )


def payment(act: Act, gross: Cents, amo: Cents, amc: Cents, law: LawRecord) -> tuple[Cents, Cents, CasePayment]:
    """What is paid at the desk, what is recovered on a later reimbursement, in cents, and the case.

    Under tiers payant the compulsory insurance pays the professional its part before majoration and participations,
    which it takes back later (line TMT, PFT). For C2S the majoration is applied at once. Without tiers payant all is
    advanced, unless the fund pays the professional anyway (work accident, prison, trainee).
    """
    paid_by_amo = amo if act.c2s else gross
    if act.tiers_payant == TiersPayant.NONE and paid_directly(act, law):
        return act.fee - paid_by_amo, paid_by_amo - amo, CasePayment.PAID_DIRECTLY
    if act.tiers_payant == TiersPayant.NONE:
        return act.fee, 0, CasePayment.ALL_ADVANCED
    if act.tiers_payant == TiersPayant.PARTIAL:
        return act.fee - paid_by_amo, paid_by_amo - amo, CasePayment.PARTIAL_THIRD_PARTY
    advance = max(0, act.fee - paid_by_amo - amc)
    return advance, act.fee - amo - amc - advance, CasePayment.FULL_THIRD_PARTY
