"""What may be charged above the base: dépassements, by convention and pathway.

Sector 1 owes the opposable tariff, with an authorised overrun (DA) for specialists outside the pathway (convention
2016, 37.1; after the médecin traitant left, a reading) and the patient's particular demand (DE, 39.1); sector 2 and
OPTAM set their fees with tact and measure (CSP R4127-53), but not on duty (L162-5-14), nor for a trainee (L162-5-11);
a C2S patient owes nothing but a DE (L162-5-13, L861-3), a prisoner nothing (L162-5-13 I bis), nor does a covered
session of a psychologist bear an overrun (L162-58).
"""

from parcours.law.cases import CaseExcess, CaseRate
from parcours.law.codes import UNKNOWN, ActKind, Convention, Profession, Referral, SpecialSetting
from parcours.law.record import SITUATIONS, LawRecord
from parcours.rules.exemptions import duty_at_tariff, in_training
from parcours.rules.money import euro_above, nearest_euro, share
from parcours.rules.pathway import departed_doctor
from parcours.rules.tariff import CONSULTATION, COORDINATED, profile_of
from parcours.rules.types import Act, Cents, Readings


def maximum_fee(
    act: Act, status: int, case_rate: int, tariff: Cents, law: LawRecord, readings: Readings
) -> tuple[Cents, CaseExcess]:
    """The most that may be charged, in cents (`UNKNOWN`: no maximum), and its case. `tariff`: the opposable tariff."""
    if act.profession == Profession.PSYCHOLOGUE:
        covered = case_rate != CaseRate.NOT_COVERED and case_rate != CaseRate.SESSIONS_USED_UP
        return (tariff, CaseExcess.PSYCHOLOGIST) if covered else (UNKNOWN, CaseExcess.NOT_CONCERNED)
    if act.profession != Profession.MEDECIN:
        if tariff_owed_to_c2s(act, case_rate):
            return tariff + act.exigence_particuliere, CaseExcess.C2S_NOT_A_DOCTOR
        return UNKNOWN, CaseExcess.NOT_CONCERNED
    if duty_at_tariff(act, law):
        return tariff, CaseExcess.ON_DUTY
    if in_training(act, law):
        return tariff, CaseExcess.IN_TRAINING
    if act.convention == Convention.NON_CONVENTIONNE:
        return UNKNOWN, CaseExcess.FREE
    if act.special_setting == SpecialSetting.DETENU:
        return tariff, CaseExcess.PRISONER
    if act.c2s:
        return tariff + act.exigence_particuliere, CaseExcess.C2S
    if act.convention == Convention.SECTEUR_2 or act.convention == Convention.SECTEUR_2_OPTAM:
        return UNKNOWN, CaseExcess.FREE
    departed = authorised_after_departure(act, status, law, readings)
    if not departed and not (law.majoree[status] and open_to_overrun(act, law)):
        return tariff + act.exigence_particuliere, CaseExcess.OPPOSABLE
    reference = inside_tariff(act, tariff, law)
    if reference == UNKNOWN:
        return UNKNOWN, CaseExcess.UNKNOWN
    authorised = rounded(reference + share(reference, law.da_taux), readings)
    case = CaseExcess.AUTHORISED_AFTER_DEPARTURE if departed else CaseExcess.AUTHORISED_OUTSIDE
    if readings.da_de_cumul:
        return max(authorised, tariff + act.exigence_particuliere), case
    return authorised + act.exigence_particuliere, case


def tariff_owed_to_c2s(act: Act, case_rate: int) -> bool:
    """Does a professional who is no doctor owe the tariff to a C2S patient (L861-3)?  Devices have prices of their
    own, journeys one price for all.
    """
    others = act.profession >= Profession.CHIRURGIEN_DENTISTE and act.profession <= Profession.LABORATOIRE
    return bool(act.c2s and others and case_rate != CaseRate.NOT_COVERED)


def authorised_after_departure(act: Act, status: int, law: LawRecord, readings: Readings) -> bool:
    """Is it the year after the médecin traitant left that lifts the surcharge, and it alone (reading
    `da_annee_du_depart`)?
    """
    letter, _ = departed_doctor(act, law)
    lifted = letter != 0 and status == letter
    return bool(lifted and open_to_overrun(act, law) and readings.da_annee_du_depart == 0)


def open_to_overrun(act: Act, law: LawRecord) -> bool:
    """Is it a specialist's act that takes an authorised overrun (DA), not under an ALD protocol (L162-5, 18°)?"""
    if law.generaliste[act.specialty] or act.referral == Referral.PROTOCOLE_ALD:
        return False
    return law.acte_kind[act.act] != ActKind.SUPPLEMENT and law.acte_kind[act.act] != ActKind.COORDINATION


def rounded(fee: Cents, readings: Readings) -> Cents:
    """The highest fee in whole euros (reading `arrondi_da`)."""
    return euro_above(fee) if readings.arrondi_da else nearest_euro(fee)


def inside_tariff(act: Act, tariff: Cents, law: LawRecord) -> Cents:
    """Tariff the act would have inside the pathway, the base of the overrun; `UNKNOWN` where the data has none."""
    if act.act != CONSULTATION:
        return tariff
    coordinated = law.tarif[profile_of(act, law) * SITUATIONS + COORDINATED]
    if coordinated == UNKNOWN:
        return UNKNOWN
    return max(tariff, coordinated * act.quantity)
