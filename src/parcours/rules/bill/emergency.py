"""The charge of an emergency visit without a stay: CSS L160-13 I, R160-17-1."""

from parcours.law.bill.codes import CaseCharge
from parcours.law.codes import Exemption
from parcours.rules.exemptions import holds
from parcours.rules.types import Act


def emergency_charge(act: Act, whole: int, reduced: int) -> tuple[int, int]:
    """Charge of one visit in cents, and the case; nothing else is asked of the patient for that visit.

    Whatever the reason of the visit: none for maternity, the newborn, a disability pension, a war pension, victims of
    terrorism; reduced for a long-term illness or a work accident.
    """
    if (
        holds(act, Exemption.MATERNITE)
        or holds(act, Exemption.NOUVEAU_NE)
        or holds(act, Exemption.INVALIDITE)
        or holds(act, Exemption.PENSION_MILITAIRE)
        or holds(act, Exemption.VICTIME_TERRORISME)
    ):
        return 0, CaseCharge.EMERGENCY_EXEMPT
    if holds(act, Exemption.ALD) or holds(act, Exemption.ALD_SANS_RAPPORT) or holds(act, Exemption.AT_MP):
        return reduced, CaseCharge.EMERGENCY_REDUCED
    return whole, CaseCharge.EMERGENCY
