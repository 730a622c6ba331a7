"""What a hospital asks of the patient itself: the charge of an emergency visit, the daily charge of a stay.

CSS L160-13 I and R160-17-1 (a visit to an emergency unit without a stay), L174-4 (each day of a stay).
"""

from parcours.law.bill.codes import CaseCharge
from parcours.law.cases import CaseActeLourd
from parcours.law.codes import UNKNOWN, ActKind, Exemption, Scheme, SpecialSetting
from parcours.law.record import LawRecord
from parcours.rules.money import portion, share
from parcours.rules.types import Act, BasisPoints, Cents

NO_EMERGENCY_CHARGE = (
    1 << Exemption.MATERNITE
    | 1 << Exemption.NOUVEAU_NE
    | 1 << Exemption.INVALIDITE
    | 1 << Exemption.RENTE_AT
    | 1 << Exemption.PENSION_MILITAIRE
    | 1 << Exemption.VICTIME_TERRORISME
    | 1 << Exemption.MINEUR_VICTIME
    | 1 << Exemption.DONNEUR
    | 1 << Exemption.RISQUE_SANITAIRE
)
"""None whatever the reason of the visit; none for the care concerned, from the victims of terrorism on."""
REDUCED_EMERGENCY_CHARGE = 1 << Exemption.ALD | 1 << Exemption.ALD_SANS_RAPPORT | 1 << Exemption.AT_MP
"""Whatever the reason of the visit."""
NO_DAILY_CHARGE = (
    1 << Exemption.MATERNITE
    | 1 << Exemption.NOUVEAU_NE
    | 1 << Exemption.AT_MP
    | 1 << Exemption.PENSION_MILITAIRE
    | 1 << Exemption.VICTIME_TERRORISME
    | 1 << Exemption.ENFANT_HANDICAPE
    | 1 << Exemption.DONNEUR
)


def emergency_charge(act: Act, whole: Cents, reduced: Cents) -> tuple[Cents, CaseCharge]:
    """Charge of one visit in cents, and the case; nothing else is asked of the patient for that visit (R160-17-1)."""
    if act.exemption & NO_EMERGENCY_CHARGE or act.special_setting == SpecialSetting.DETENU:
        return 0, CaseCharge.EMERGENCY_EXEMPT
    if act.exemption & REDUCED_EMERGENCY_CHARGE:
        return reduced, CaseCharge.EMERGENCY_REDUCED
    return whole, CaseCharge.EMERGENCY


def owes_daily_charge(act: Act) -> bool:
    """Not for maternity, the newborn, work accidents, war pensioners, donors, victims of terrorism, disabled children,
    prisoners; the local scheme of Alsace-Moselle bears it (L174-4, L382-35).
    """
    if act.scheme == Scheme.ALSACE_MOSELLE or act.special_setting == SpecialSetting.DETENU:
        return False
    return act.exemption & NO_DAILY_CHARGE == 0


def hospital_charge(act: Act, base: Cents, rate: BasisPoints, law: LawRecord) -> tuple[Cents, Cents, CaseActeLourd]:
    """Charge of an emergency visit or of a stay, what is refunded beside it, in cents, and the case."""
    if law.acte_kind[act.act] == ActKind.EMERGENCY:
        charge, case = charge_of_visit(act, law)
        charge = min(charge, base)
        return charge, base - charge, case
    return charge_of_stay(act, base, base - share(base, rate), law)


def charge_of_visit(act: Act, law: LawRecord) -> tuple[Cents, CaseActeLourd]:
    """The emergency charge of this patient; void before there was one, as its rate (`rate_of_act`)."""
    if law.urgences_forfait == UNKNOWN:
        return 0, CaseActeLourd.EMERGENCY
    charge, case = emergency_charge(act, law.urgences_forfait, law.urgences_forfait_minore)
    if act.ame or case == CaseCharge.EMERGENCY_EXEMPT:
        return 0, CaseActeLourd.EMERGENCY_EXEMPT
    if case == CaseCharge.EMERGENCY_REDUCED:
        return charge, CaseActeLourd.EMERGENCY_REDUCED
    return charge, CaseActeLourd.EMERGENCY


def charge_of_stay(act: Act, base: Cents, left: Cents, law: LawRecord) -> tuple[Cents, Cents, CaseActeLourd]:
    """The daily charge and the share are set off: the patient owes the greater. From the thirty-first day there is no
    share and the charge is owed (L174-4, R160-16 V). `left`: the share of all the days.
    """
    if not act.sejour_jours:
        return 0, 0, CaseActeLourd.STAY_SHARE  # the rate is then not known either: see `rate_of_act`
    daily = law.forfait_journalier if owes_daily_charge(act) and not act.ame else 0
    days = min(act.sejour_jours, law.sejour_jour_100 - 1)
    owed_share = portion(left, days, act.sejour_jours)
    after = daily * (act.sejour_jours - days)  # less than what is left of the base: the share is a part of it
    if owed_share < daily * days or owed_share == 0:
        charge = min(daily * act.sejour_jours, base)
        return charge, base - charge, CaseActeLourd.DAILY_CHARGE if charge else CaseActeLourd.NO_DAILY_CHARGE
    return after, base - owed_share - after, CaseActeLourd.LONG_STAY if after else CaseActeLourd.STAY_SHARE
