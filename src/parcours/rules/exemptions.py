"""What each ground of an exemption takes away and what it leaves due.

The share goes under L160-14 (R160-8 to R160-17) and, outside that article, for maternity (L160-9), work accidents
(L432-1), victims of terrorism (L169-2) and war pensioners (L371-6). R160-6 makes the exempt of L160-14 bear the
majoration; it does not reach the others. R160-18 leaves some of them the share of medicines of moderate and low
benefit.
"""

from parcours.law.codes import DrugClass, Exemption, Profession, Purpose, SpecialSetting
from parcours.law.record import LawRecord
from parcours.rules.types import Act

WITHOUT_SHARE = (
    1 << Exemption.ALD
    | 1 << Exemption.SUIVI_POST_ALD
    | 1 << Exemption.MINEUR_VICTIME
    | 1 << Exemption.MATERNITE
    | 1 << Exemption.AT_MP
    | 1 << Exemption.VICTIME_TERRORISME
    | 1 << Exemption.PENSION_MILITAIRE
)
"""Grounds under which nothing of the share is left, on whatever is covered."""
WITHOUT_SHARE_SAVE_DRUGS = (
    1 << Exemption.INVALIDITE
    | 1 << Exemption.RENTE_AT
    | 1 << Exemption.HOSPITALISATION_30_JOURS
    | 1 << Exemption.NOUVEAU_NE
    | 1 << Exemption.STERILITE
    | 1 << Exemption.AMP
    | 1 << Exemption.DONNEUR
    | 1 << Exemption.IVG
    | 1 << Exemption.PREVENTION
    | 1 << Exemption.EXAMEN_ENFANT
    | 1 << Exemption.VIH_VHC
    | 1 << Exemption.VACCINATION
    | 1 << Exemption.SANTE_SEXUELLE
)
"""Grounds of R160-10, R160-16 and R160-17 I: medicines of moderate and low benefit keep their share (R160-18)."""
OUTSIDE_L160_14 = (
    1 << Exemption.MATERNITE
    | 1 << Exemption.AT_MP
    | 1 << Exemption.VICTIME_TERRORISME
    | 1 << Exemption.PENSION_MILITAIRE
)
"""Grounds that are not of L160-14: the majoration is a rise of a share that they do not owe at all."""


def holds(act: Act, ground: Exemption) -> bool:
    """Is this ground among those of the act?"""
    return (act.exemption >> ground) & 1 == 1


def exempt_from_ticket_moderateur(act: Act, law: LawRecord) -> bool:
    """Does the share of this act go?  Not for an illness unrelated to the one that is recognised."""
    if act.exemption & WITHOUT_SHARE:
        return True
    if holds(act, Exemption.ENFANT_HANDICAPE) and act.profession == Profession.TRANSPORTEUR:
        return True  # L160-14 6 covers the journey, not the care
    if examination_of_pregnancy(act):
        return True
    if moderate_or_low_benefit(act):
        return False
    return (
        act.exemption & WITHOUT_SHARE_SAVE_DRUGS != 0
        or (holds(act, Exemption.CONTRACEPTION) and act.age < law.contraception_age)
        or (holds(act, Exemption.CONTRACEPTION_URGENCE) and law.contraception_urgence == 1)
        or (act.purpose == Purpose.IVG_MEDICAMENTEUSE and law.ivg_exoneree == 1)
        or act.special_setting == SpecialSetting.EXAMEN_ENFANT
    )


def examination_of_pregnancy(act: Act) -> bool:
    """Is it a compulsory examination of a pregnancy (CSP L2122-1), or a test of it?  L160-9 covers it in any month."""
    seen = act.profession == Profession.MEDECIN or act.profession == Profession.SAGE_FEMME
    return (seen or act.profession == Profession.LABORATOIRE) and holds(act, Exemption.EXAMEN_GROSSESSE)


def moderate_or_low_benefit(act: Act) -> bool:
    """A medicine of the classes that R160-18 leaves out of some exemptions."""
    return act.drug_class == DrugClass.MODERE or act.drug_class == DrugClass.FAIBLE


def free_of_majoration(act: Act) -> bool:
    """Is the person without any share at all, beyond the reach of R160-6?"""
    return act.exemption & OUTSIDE_L160_14 != 0 or examination_of_pregnancy(act)


def in_training(act: Act, law: LawRecord) -> bool:
    """Is it the act of a trainee in general practice, charged on behalf of the host doctor (L162-5-11)?"""
    if act.profession != Profession.MEDECIN:
        return False
    return act.special_setting == SpecialSetting.INTERNE_MEDECINE_GENERALE and law.interne_opposable == 1


def duty_at_tariff(act: Act, law: LawRecord) -> bool:
    """Is it the act of a doctor on duty, who keeps to the tariffs of the convention, in or outside it (L162-5-14)?"""
    if act.profession != Profession.MEDECIN:
        return False
    return act.special_setting == SpecialSetting.PERMANENCE_DES_SOINS and law.garde_opposable == 1


def bound_to_tariff(act: Act, law: LawRecord) -> bool:
    """Does the tariff of the convention hold even outside it?  Duty (L162-5-14), a trainee (L162-5-11)."""
    return duty_at_tariff(act, law) or in_training(act, law)


def without_excess(act: Act, law: LawRecord) -> bool:
    """May this doctor charge no overrun at all?  Prison (L162-5-13 I bis), duty (L162-5-14), a trainee (L162-5-11)."""
    if act.profession == Profession.MEDECIN and act.special_setting == SpecialSetting.DETENU:
        return True
    return bound_to_tariff(act, law)


def paid_directly(act: Act, law: LawRecord) -> bool:
    """Is the compulsory part never advanced?  Work accident (L432-3), prison (L382-35), a trainee (L162-5-11)."""
    return holds(act, Exemption.AT_MP) or act.special_setting == SpecialSetting.DETENU or in_training(act, law)
