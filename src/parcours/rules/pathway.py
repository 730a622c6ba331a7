"""Is the act inside the coordinated care pathway?  CSS L162-5-3, L162-5-4, D162-1-6, R160-6.

The order is the one funds apply: what is excluded, the acts of D162-1-6, urgency, the médecin traitant and who stands
in for him, distance, direct access, referral, the doctors and times of grace, and the general rule last.
"""

from parcours.law.codes import (
    CaseStatus,
    Exemption,
    Ips,
    Profession,
    Purpose,
    Referral,
    Role,
    Scheme,
    SpecialSetting,
    Status,
)
from parcours.law.record import LawRecord
from parcours.rules.facts import Act, Readings

YEAR = 10_000
"""One year, in a date written YYYYMMDD."""


def pathway_status(act: Act, law: LawRecord, readings: Readings) -> tuple[int, int]:
    """Status (national letter) of the act and the case that gives it. General rule last, exceptions first."""
    if act.profession != Profession.MEDECIN or law.laboratoire[act.specialty]:
        return Status.X, CaseStatus.NOT_A_DOCTOR
    if outside_the_mechanism(act):
        return Status.K, CaseStatus.OUTSIDE_SCHEME
    if act.age < law.age_exclusion:
        return (Status.L, CaseStatus.UNDER_16) if act.medecin_traitant else (Status.G, CaseStatus.UNDER_16_UNDECLARED)
    if act.status != Status.NOT_GIVEN:
        return act.status, CaseStatus.STATUS_GIVEN
    if teleconsultation_excluded(act, law):
        return Status.X, CaseStatus.TELECONSULTATION_EXCLUDED
    listed = listed_act(act, law)
    if listed:
        return Status.A, listed
    if act.special_setting == SpecialSetting.PERMANENCE_DES_SOINS:
        return Status.U, CaseStatus.PERMANENCE_DES_SOINS
    if act.urgent:
        return (Status.U, CaseStatus.URGENCY) if act.medecin_traitant else (Status.W, CaseStatus.URGENCY_UNDECLARED)
    own = own_doctor(act)
    if own[0]:
        return own
    if act.away:
        return Status.H, CaseStatus.AWAY
    if direct_access(act, law, readings):
        return Status.D, CaseStatus.DIRECT_ACCESS
    referred = referral_case(act, law)
    if referred:
        return Status.O, referred
    return grace_or_outside(act, law)


def outside_the_mechanism(act: Act) -> bool:
    """Schemes and people whom the pathway does not concern: AME, Mayotte, overseas territories, passing through."""
    return bool(act.ame or act.scheme == Scheme.MAYOTTE or act.scheme == Scheme.TOM or act.scheme == Scheme.PASSAGE)


def teleconsultation_excluded(act: Act, law: LawRecord) -> bool:
    """A teleconsultation is out of the mechanism without a doctor of one's own in time, in prison or a care home."""
    if not law.acte_teleconsultation[act.act]:
        return False
    return bool(
        not act.medecin_traitant
        or act.medecin_traitant_indisponible
        or act.special_setting == SpecialSetting.DETENU
        or act.special_setting == SpecialSetting.EHPAD
    )


def listed_act(act: Act, law: LawRecord) -> int:
    """Acts of D162-1-6, 6° to 10°, and people in prison: no condition of a declared médecin traitant. 0 when none."""
    setting = act.special_setting
    if setting == SpecialSetting.NONE:
        return 0
    if setting == SpecialSetting.ADDICTOLOGIE:
        return CaseStatus.ADDICTOLOGY
    if setting == SpecialSetting.MILITAIRE:
        return CaseStatus.MILITARY
    if setting == SpecialSetting.GENETIQUE and law.exception_genetique:
        return CaseStatus.GENETICS
    if setting == SpecialSetting.MEDECINE_PREVENTIVE_ETUDIANTE and law.exception_etudiants:
        return CaseStatus.STUDENTS
    if setting == SpecialSetting.EXAMEN_ENFANT and law.exception_examen_enfant:
        return CaseStatus.CHILD_EXAMINATION
    if setting == SpecialSetting.DETENU:
        return CaseStatus.PRISONER
    return 0


def own_doctor(act: Act) -> tuple[int, int]:
    """The médecin traitant, a doctor designated with him, a new one, or who stands in for him. (0, 0) when none."""
    if act.role == Role.NOUVEAU_MEDECIN_TRAITANT:
        return Status.N, CaseStatus.NEW_MEDECIN_TRAITANT
    if not act.medecin_traitant or act.role == Role.AUTRE:
        return 0, 0
    if act.role == Role.MEDECIN_TRAITANT:
        return Status.T, CaseStatus.MEDECIN_TRAITANT
    if act.role == Role.DESIGNE_CONJOINTEMENT:
        return Status.T, CaseStatus.JOINTLY_DESIGNATED
    if act.role == Role.CABINET_SECONDAIRE:
        return Status.V, CaseStatus.SECONDARY_PRACTICE
    if act.role == Role.REMPLACANT:
        return Status.R, CaseStatus.REPLACEMENT
    if act.role == Role.MEME_CABINET:
        return Status.R, CaseStatus.SAME_PREMISES
    return 0, 0


def direct_access(act: Act, law: LawRecord, readings: Readings) -> bool:
    """Specific direct access: specialty AND purpose AND age AND a declared médecin traitant (reading)."""
    if not act.medecin_traitant and not readings.medecin_traitant_acces_direct:
        return False
    purposes = law.acces_direct[act.specialty]
    if not purposes:
        return False
    if law.acces_direct_age[act.specialty]:
        return law.psychiatrie_age_min <= act.age <= law.psychiatrie_age_max
    if act.purpose == Purpose.NONE:
        return act.ips == Ips.D
    return (purposes >> act.purpose) & 1 == 1


def referral_case(act: Act, law: LawRecord) -> int:
    """Sent by the médecin traitant in one of the four flows, by a nurse in advanced practice, or by another doctor.

    Each supposes a declared médecin traitant. 0 when none.
    """
    if not act.medecin_traitant or act.referral == Referral.NONE:
        return 0
    if act.referral == Referral.AVIS_PONCTUEL:
        return CaseStatus.REFERRED_ONE_OFF
    if act.referral == Referral.SOINS_ITERATIFS:
        return CaseStatus.REFERRED_ITERATIVE
    if act.referral == Referral.SEQUENCE:
        return CaseStatus.REFERRED_SEQUENCE
    if act.referral == Referral.PROTOCOLE_ALD:
        return CaseStatus.REFERRED_ALD_PROTOCOL
    if act.referral == Referral.IPA and law.exception_ipa:
        return CaseStatus.REFERRED_IPA
    if act.referral == Referral.AUTRE_MEDECIN:
        return CaseStatus.REFERRED_OTHER_DOCTOR
    return 0


def grace_or_outside(act: Act, law: LawRecord) -> tuple[int, int]:
    """New GPs (L162-5-4), a departed médecin traitant (L162-5-3, 5°), activities the funds leave out; else outside."""
    newly_installed = new_generalist(act, law)
    if newly_installed[0]:
        return newly_installed
    if departed_doctor(act, law):
        if act.medecin_traitant:
            return Status.Y, CaseStatus.DEPARTED_MEDECIN_TRAITANT
        return Status.Z, CaseStatus.DEPARTED_MEDECIN_TRAITANT_UNDECLARED
    if excluded_activity(act):
        return Status.A, CaseStatus.EXCLUDED_ACTIVITY
    if social_structure(act):
        if act.medecin_traitant:
            return Status.Y, CaseStatus.SOCIAL_STRUCTURE
        return Status.Z, CaseStatus.SOCIAL_STRUCTURE_UNDECLARED
    return outside(act, law)


def new_generalist(act: Act, law: LawRecord) -> tuple[int, int]:
    """A GP installed for less than five years, anywhere or in a deficit zone (L162-5-4). (0, 0) when not."""
    if not law.exception_installation or not law.generaliste[act.specialty]:
        return 0, 0
    if act.special_setting == SpecialSetting.CENTRE_SANTE_ZONE_DEFICITAIRE:
        return Status.B, CaseStatus.NEW_GP_DEFICIT_ZONE
    if not act.installed_on <= act.care_date < act.installed_on + law.installation_annees * YEAR:
        return 0, 0
    if act.zone_deficitaire:
        return Status.B, CaseStatus.NEW_GP_DEFICIT_ZONE
    return Status.J, CaseStatus.NEW_GP


def departed_doctor(act: Act, law: LawRecord) -> bool:
    """The médecin traitant retired or changed département less than a year ago (L162-5-3, 5°)."""
    left = act.medecin_traitant_left_on
    return left <= act.care_date < left + law.grace_depart_annees * YEAR


def excluded_activity(act: Act) -> bool:
    """Organised screening, expertise, palliative care, pathology, a doctor biologist, care given during a stay."""
    setting = act.special_setting
    if act.purpose == Purpose.IVG_MEDICAMENTEUSE:
        return True
    return (
        setting == SpecialSetting.DEPISTAGE_ORGANISE
        or setting == SpecialSetting.EXPERTISE
        or setting == SpecialSetting.SOINS_PALLIATIFS
        or setting == SpecialSetting.ANATOMOPATHOLOGIE
        or setting == SpecialSetting.MEDECIN_BIOLOGISTE
        or setting == SpecialSetting.HOSPITALISATION
    )


def social_structure(act: Act) -> bool:
    """Humanitarian structures and family planning centres (service-public F163 of 2021)."""
    return (
        act.special_setting == SpecialSetting.STRUCTURE_HUMANITAIRE
        or act.special_setting == SpecialSetting.CENTRE_PLANIFICATION
    )


def outside(act: Act, law: LawRecord) -> tuple[int, int]:
    """The general rule: another doctor seen without referral. What was transmitted tells the letter."""
    if not act.medecin_traitant:
        return Status.S, CaseStatus.OUTSIDE_UNDECLARED
    if act.ips == Ips.D:
        if law.acces_direct[act.specialty]:
            return Status.C, CaseStatus.OUTSIDE_PURPOSE
        return Status.F, CaseStatus.OUTSIDE_SPECIALTY
    if act.ips == Ips.BLANK:
        return Status.I, CaseStatus.OUTSIDE_NOT_TRANSMITTED
    return Status.P, CaseStatus.OUTSIDE


def coordinated(act: Act, law: LawRecord, readings: Readings) -> bool:
    """May the supplements of coordination be charged?  Referred, direct access, away, under 16; not one's own doctor.

    Independent of the letter: a patient both referred and urgent keeps the coordinated tariff.
    """
    if act.profession != Profession.MEDECIN:
        return False
    if act.age < law.age_exclusion:
        return not law.generaliste[act.specialty]  # MCG, the GP's supplement, is for patients of 16 and over
    if act.status != Status.NOT_GIVEN:
        return act.status == Status.O or act.status == Status.D or act.status == Status.H
    if own_doctor(act)[0]:
        return False
    return bool(act.away or direct_access(act, law, readings) or referral_case(act, law))


def indicator(status: int, case_status: int, law: LawRecord) -> int:
    """Indicator a doctor transmits: M for a patient sent by another than the médecin traitant, else the status's."""
    if case_status == CaseStatus.REFERRED_OTHER_DOCTOR:
        return Ips.M
    return law.ips[status]


def exempt_from_ticket_moderateur(act: Act) -> bool:
    """Is the person exempt from the ticket modérateur for this act (L160-14)?  Not for an illness unrelated to it."""
    return act.exemption != Exemption.NONE and act.exemption != Exemption.ALD_SANS_RAPPORT
