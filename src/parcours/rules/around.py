"""What the other lines of a bill change for one act: each stage of a settlement, among them or alone.

`ALONE` changes nothing: one act is a bill of one line.
"""

from typing import NamedTuple

from parcours.law.bill.codes import Costly
from parcours.law.cases import (
    CaseActeLourd,
    CaseBase,
    CaseComplementary,
    CaseExcess,
    CaseFranchise,
    CaseMajoration,
    CaseParticipation,
    CaseRate,
)
from parcours.law.codes import UNKNOWN, Profession
from parcours.law.record import LawRecord
from parcours.rules.complementary import complementary_part
from parcours.rules.excess import maximum_fee
from parcours.rules.majoration import majoration_of_act
from parcours.rules.participations import franchise, participation_forfaitaire
from parcours.rules.rate import WHOLE, flat_fee, heavy_act, rate_of_act, sessions_used_up
from parcours.rules.tariff import tariff_of_act
from parcours.rules.types import Act, Contract, Counters, Readings


class Around(NamedTuple):
    """What the rest of the bill makes of one act. Amounts in cents, rates in basis points, `UNKNOWN`: as alone."""

    tariff: int
    """Opposable tariff after the rules of the session."""
    rate: int
    """The own rate of the code on that day."""
    costly: int
    """`Costly`: does the flat fee of the visit or of the stay concern it?"""
    surcharge_base: int
    """Base of the surcharge outside the pathway; 0: it is counted on another line."""
    bears: int
    """0: neither contribution nor deductible on this line."""
    guarantee: int
    """Most that both insurances pay for it, where the contract says so in euros."""
    contribution: int
    """Contributions of other lines of the invoice that this one bears, in cents."""
    elsewhere: int
    """1: the tariff is that of metropolitan France, the one of the place is not held."""
    own_price: int
    """1: a prosthesis or orthodontics, whose price stands above the tariff even under the C2S (L861-3 3°); 0: none."""


ALONE = Around(UNKNOWN, UNKNOWN, 0, UNKNOWN, 1, UNKNOWN, 0, 0, UNKNOWN)


def tariff_among(act: Act, around: Around, law: LawRecord, readings: Readings) -> tuple[int, int]:
    """Opposable tariff in cents, and its case."""
    tariff, case = tariff_of_act(act, law, readings)
    if around.tariff == UNKNOWN:
        return tariff, case
    return around.tariff, CaseBase.GIVEN if case == CaseBase.UNKNOWN else case


def rate_among(act: Act, around: Around, counters: Counters, law: LawRecord) -> tuple[int, int]:
    """Rate, and its case: whole when another line bears the flat fee (R160-16); the exempt keep their own case."""
    if sessions_used_up(act, counters, law):
        return 0, CaseRate.SESSIONS_USED_UP
    rate, case = rate_of_act(act, law)
    if case == CaseRate.AME or case == CaseRate.EXEMPT or case == CaseRate.NOT_COVERED:
        return rate, case
    if case == CaseRate.TERRORISM or case == CaseRate.PRISONER:
        return rate, case
    if around.costly == Costly.COVERED:
        return WHOLE, CaseRate.EXEMPT
    if around.rate != UNKNOWN:
        return around.rate, CaseRate.ACT
    return rate, case


def flat_fee_among(act: Act, around: Around, tariff: int, rate: int, law: LawRecord) -> tuple[int, int]:
    """Flat fee of costly acts in cents, and its case (R160-16)."""
    if around.costly == Costly.OWN:
        return heavy_act(act, tariff, rate, law)
    if around.costly == Costly.BEARS:
        return flat_fee(act, rate, law)
    return 0, CaseActeLourd.EXEMPT if around.costly == Costly.COVERED else CaseActeLourd.NOT_HEAVY


def majoration_among(
    act: Act, around: Around, status: int, base: int, gross: int, law: LawRecord, readings: Readings
) -> tuple[int, int]:
    """Surcharge outside the pathway in cents, and its case: on the act with its supplements, or on another line."""
    if around.surcharge_base == 0:
        return 0, CaseMajoration.NONE
    counted = base if around.surcharge_base == UNKNOWN else around.surcharge_base
    return majoration_of_act(act, status, counted, gross, law, readings)


def maximum_among(
    act: Act, around: Around, status: int, case_rate: int, tariff: int, law: LawRecord, readings: Readings
) -> tuple[int, int]:
    """The most that may be charged, in cents (`UNKNOWN`: no maximum that is known), and its case: a tariff overseas is
    higher, and what exceeds that of metropolitan France is not unlawful for that.
    """
    if act.profession == Profession.MEDECIN:
        if around.elsewhere:
            return UNKNOWN, CaseExcess.UNKNOWN
    elif act.profession != Profession.PSYCHOLOGUE and (around.elsewhere or price_of_its_own(act, around)):
        return UNKNOWN, CaseExcess.NOT_CONCERNED
    return maximum_fee(act, status, case_rate, tariff, law, readings)


def price_of_its_own(act: Act, around: Around) -> bool:
    """Is it a prosthesis or orthodontics, or may a dentist's act of which only the base is given be one?"""
    given = act.profession == Profession.CHIRURGIEN_DENTISTE and act.base != UNKNOWN
    return around.own_price == 1 or (around.own_price == UNKNOWN and given)


def participation_among(
    act: Act, around: Around, reimbursed: int, counters: Counters, law: LawRecord
) -> tuple[int, int]:
    """Flat contribution in cents, with what other lines of the invoice leave to this one, and its case."""
    if not around.bears:
        return around.contribution, CaseParticipation.NOT_CONCERNED
    amount, case = participation_forfaitaire(act, reimbursed, counters, law)
    return amount + around.contribution, case


def franchise_among(act: Act, around: Around, reimbursed: int, counters: Counters, law: LawRecord) -> tuple[int, int]:
    """Deductible in cents, and its case."""
    if not around.bears:
        return 0, CaseFranchise.NOT_CONCERNED
    return franchise(act, reimbursed, counters, law)


def complementary_among(  # noqa: PLR0913, PLR0917 - what each stage before it found
    act: Act,
    around: Around,
    case_rate: int,
    status: int,
    base: int,
    gross: int,
    majoration: int,
    participations: int,
    contract: Contract,
    law: LawRecord,
    readings: Readings,
) -> tuple[int, int]:
    """Part of the complementary insurance in cents, and its case: nothing where the act has no base of refund."""
    if case_rate == CaseRate.SESSIONS_USED_UP:
        return 0, CaseComplementary.NOT_COVERED
    if guarantee_in_euros(act, around, contract):
        return euros_guaranteed(act, around, gross, contract)
    return complementary_part(act, status, base, gross, majoration, participations, contract, law, readings)


def guarantee_in_euros(act: Act, around: Around, contract: Contract) -> bool:
    """Does the contract, or the C2S, pay this line up to an amount, rather than a percentage of its base?"""
    return bool(around.guarantee != UNKNOWN and not act.ame and (contract.present or act.c2s))


def euros_guaranteed(act: Act, around: Around, gross: int, contract: Contract) -> tuple[int, int]:
    """Part of the complementary insurance in cents, the compulsory insurance's included in the guarantee; its case."""
    amount = max(0, min(act.fee, around.guarantee) - gross)
    if contract.plafond != UNKNOWN and amount > contract.plafond:
        return contract.plafond, CaseComplementary.EURO_CAP
    if not around.guarantee:
        return 0, CaseComplementary.NOT_COVERED
    return amount, CaseComplementary.GUARANTEE if amount else CaseComplementary.NOTHING_LEFT
