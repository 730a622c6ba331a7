"""What may be charged above the base: dépassements, by convention and pathway.

Sector 1 owes the opposable tariff, with an authorised overrun (DA) for specialists outside the pathway (convention
2016, 37.1) and the patient's particular demand (DE, 39.1); sector 2 and OPTAM set their fees with tact and measure
(CSP R4127-53); a C2S patient owes nothing but a DE (L162-5-13).
"""

from parcours.law.codes import UNKNOWN, ActKind, CaseExcess, Convention, Profession
from parcours.law.record import SITUATIONS, LawRecord
from parcours.rules.money import euro_above, nearest_euro, share
from parcours.rules.tariff import CONSULTATION, COORDINATED, profile_of
from parcours.rules.types import Act, Cents, Readings


def maximum_fee(act: Act, status: int, tariff: Cents, law: LawRecord, readings: Readings) -> tuple[Cents, CaseExcess]:
    """The most that may be charged, in cents (`UNKNOWN`: no maximum), and its case. `tariff`: the opposable tariff."""
    if act.profession != Profession.MEDECIN:
        return UNKNOWN, CaseExcess.NOT_CONCERNED
    if act.convention == Convention.NON_CONVENTIONNE:
        return UNKNOWN, CaseExcess.FREE
    if act.c2s:
        return tariff + act.exigence_particuliere, CaseExcess.C2S
    if act.convention == Convention.SECTEUR_2 or act.convention == Convention.SECTEUR_2_OPTAM:
        return UNKNOWN, CaseExcess.FREE
    authorised = authorised_outside(act, status, tariff, law, readings)
    if authorised == UNKNOWN:
        return tariff + act.exigence_particuliere, CaseExcess.OPPOSABLE
    if readings.da_de_cumul:
        return max(authorised, tariff + act.exigence_particuliere), CaseExcess.AUTHORISED_OUTSIDE
    return authorised + act.exigence_particuliere, CaseExcess.AUTHORISED_OUTSIDE


def authorised_outside(act: Act, status: int, tariff: Cents, law: LawRecord, readings: Readings) -> Cents:
    """Tariff with the authorised overrun (DA): sector 1 specialist, outside the pathway. `UNKNOWN` if none."""
    if not law.majoree[status] or law.generaliste[act.specialty]:
        return UNKNOWN
    if law.acte_kind[act.act] == ActKind.SUPPLEMENT or law.acte_kind[act.act] == ActKind.COORDINATION:
        return UNKNOWN
    reference = inside_tariff(act, tariff, law)
    fee = reference + share(reference, law.da_taux)
    if readings.arrondi_da:
        return euro_above(fee)
    return nearest_euro(fee)


def inside_tariff(act: Act, tariff: Cents, law: LawRecord) -> Cents:
    """Tariff the act would have inside the pathway: the base of the 17.5 %."""
    if act.act != CONSULTATION:
        return tariff
    coordinated = law.tarif[profile_of(act, law) * SITUATIONS + COORDINATED]
    return max(tariff, coordinated * act.quantity)
