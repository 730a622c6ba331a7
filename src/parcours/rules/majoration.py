"""The majoration of the ticket modérateur outside the pathway: CSS L162-5-3, L160-13 I, R160-6."""

from parcours.law.cases import CaseMajoration
from parcours.law.record import LawRecord
from parcours.rules.exemptions import free_of_majoration
from parcours.rules.money import share
from parcours.rules.types import Act, Cents, Readings


def majoration_of_act(
    act: Act, status: int, base: Cents, reimbursed: Cents, law: LawRecord, readings: Readings
) -> tuple[Cents, CaseMajoration]:
    """Amount taken off what the compulsory insurance pays, in cents, and its case.

    The rate applies to the base; the amount may not exceed that rate of the specialist's consultation (R160-6), nor
    what is reimbursed. People exempt from the ticket modérateur under L160-14 bear it too (R160-6); those who owe no
    share at all do not. `reimbursed` is the AMO's part before it.
    """
    if not law.majoree[status]:
        return 0, CaseMajoration.NONE
    if free_of_majoration(act):
        return 0, CaseMajoration.EXEMPT_NOT_DUE
    amount, case = capped(base, law, readings)
    if amount > reimbursed:
        return reimbursed, CaseMajoration.LIMITED_TO_REIMBURSEMENT
    return amount, case


def capped(base: Cents, law: LawRecord, readings: Readings) -> tuple[Cents, CaseMajoration]:
    """The rate of the base, at most the rate of the specialist's consultation, each rounded to the cent."""
    amount = share(base, law.majoration_taux)
    if readings.plafond_majoration:
        return amount, CaseMajoration.FLAT
    ceiling = share(law.majoration_plafond_assiette, law.majoration_taux)
    if amount > ceiling:
        return ceiling, CaseMajoration.CAPPED
    return amount, CaseMajoration.UNCAPPED
