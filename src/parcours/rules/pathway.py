"""Is the act inside the coordinated care pathway?  CSS L162-5-3, L162-5-4, D162-1-6 to D162-1-8, R160-6.

The order is the one funds apply: what is excluded, the acts of D162-1-6, urgency, the médecin traitant and who stands
in for them, distance, direct access, referral, the doctors and times of grace, and the general rule last.
"""

from parcours.law.cases import CaseStatus
from parcours.law.codes import Ips, Profession, Purpose, Referral, Role, Scheme, SpecialSetting, Status
from parcours.law.record import LawRecord
from parcours.rules.types import NOT_HERE, Act, Day, Finding, Readings

YEAR = 10_000
"""One year, in a date written YYYYMMDD."""


def pathway_status(act: Act, law: LawRecord, readings: Readings) -> Finding:
    """Status (national letter) of the act and the case that gives it. General rule last, exceptions first."""
    found = not_concerned(act, law)
    if found != NOT_HERE:
        return found
    for exception in exceptions(act, law, readings):
        if exception != NOT_HERE:
            return exception
    return outside(act, law)


def not_concerned(act: Act, law: LawRecord) -> Finding:
    """Acts and people whom the mechanism does not reach, or whom the fund has classified already."""
    if act.profession != Profession.MEDECIN or law.laboratoire[act.specialty]:
        return Status.X, CaseStatus.NOT_A_DOCTOR
    if act.ame or act.scheme == Scheme.MAYOTTE or act.scheme == Scheme.TOM or act.scheme == Scheme.PASSAGE:
        return Status.K, CaseStatus.OUTSIDE_SCHEME
    if act.age < law.age_exclusion:
        return (Status.L, CaseStatus.UNDER_16) if act.medecin_traitant else (Status.G, CaseStatus.UNDER_16_UNDECLARED)
    if act.status != Status.NOT_GIVEN:
        return act.status, CaseStatus.STATUS_GIVEN
    return teleconsultation_excluded(act, law)


def exceptions(act: Act, law: LawRecord, readings: Readings) -> tuple[Finding, ...]:
    """Every exception, in the order in which funds apply them: the first that is here decides."""
    return (
        listed_act(act, law),
        on_duty(act),
        urgency(act),
        own_doctor(act),
        away(act),
        direct_access(act, law, readings),
        referred(act, law, readings),
        sent_by_new_generalist(act, law),
        new_generalist(act, law, readings),
        departed_doctor(act, law),
        excluded_activity(act),
        social_structure(act),
    )


def teleconsultation_excluded(act: Act, law: LawRecord) -> Finding:
    """A teleconsultation is out of the mechanism without a doctor of one's own in time, in prison or a care home."""
    if law.acte_teleconsultation[act.act] and (
        not act.medecin_traitant
        or act.medecin_traitant_indisponible
        or act.special_setting == SpecialSetting.DETENU
        or act.special_setting == SpecialSetting.EHPAD
    ):
        return Status.X, CaseStatus.TELECONSULTATION_EXCLUDED
    return NOT_HERE


def listed_act(act: Act, law: LawRecord) -> Finding:
    """Acts of D162-1-6, 6° to 10°, and people in prison: no condition of a declared médecin traitant."""
    setting = act.special_setting
    if setting == SpecialSetting.ADDICTOLOGIE:
        return Status.A, CaseStatus.ADDICTOLOGY
    if setting == SpecialSetting.MILITAIRE:
        return Status.A, CaseStatus.MILITARY
    if setting == SpecialSetting.GENETIQUE and law.exception_genetique:
        return Status.A, CaseStatus.GENETICS
    if setting == SpecialSetting.MEDECINE_PREVENTIVE_ETUDIANTE and law.exception_etudiants:
        return Status.A, CaseStatus.STUDENTS
    if setting == SpecialSetting.EXAMEN_ENFANT and law.exception_examen_enfant:
        return Status.A, CaseStatus.CHILD_EXAMINATION
    if setting == SpecialSetting.DETENU:
        return Status.A, CaseStatus.PRISONER
    return NOT_HERE


def on_duty(act: Act) -> Finding:
    """A doctor on duty in the organised out-of-hours service (D162-1-6, 5°)."""
    if act.special_setting == SpecialSetting.PERMANENCE_DES_SOINS:
        return Status.U, CaseStatus.PERMANENCE_DES_SOINS
    return NOT_HERE


def urgency(act: Act) -> Finding:
    """Urgency: not foreseen, a threat, a doctor needed quickly (R160-6)."""
    if not act.urgent:
        return NOT_HERE
    return (Status.U, CaseStatus.URGENCY) if act.medecin_traitant else (Status.W, CaseStatus.URGENCY_UNDECLARED)


def own_doctor(act: Act) -> Finding:
    """The médecin traitant, a doctor designated with them, a new one, or who stands in for them."""
    if act.role == Role.NOUVEAU_MEDECIN_TRAITANT:
        return Status.N, CaseStatus.NEW_MEDECIN_TRAITANT
    if not act.medecin_traitant or act.role == Role.AUTRE:
        return NOT_HERE
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
    return NOT_HERE


def away(act: Act) -> Finding:
    """Away from one's usual residence, with or without a médecin traitant (R160-6)."""
    if act.away:
        return Status.H, CaseStatus.AWAY
    return NOT_HERE


def direct_access(act: Act, law: LawRecord, readings: Readings) -> Finding:
    """Specific direct access: specialty AND purpose AND age AND a declared médecin traitant (readings).

    D162-1-7 opens the specialties it names without more; purposes and ages come from the convention.
    """
    if law.acces_direct_decret[act.specialty] and readings.acces_direct_perimetre:
        return Status.D, CaseStatus.DIRECT_ACCESS_DECREE
    if open_directly(act, law) and (act.medecin_traitant or readings.medecin_traitant_acces_direct):
        return Status.D, CaseStatus.DIRECT_ACCESS
    return NOT_HERE


def open_directly(act: Act, law: LawRecord) -> bool:
    """Does the specialty open a direct access, for this purpose or at this age?"""
    purposes = law.acces_direct[act.specialty]
    if law.acces_direct_age[act.specialty]:
        return law.psychiatrie_age_min <= act.age <= law.psychiatrie_age_max
    if act.purpose == Purpose.NONE:
        return purposes != 0 and act.ips == Ips.D
    return (purposes >> act.purpose) & 1 == 1


def referred(act: Act, law: LawRecord, readings: Readings) -> Finding:
    """Sent by the médecin traitant in one of the four flows, by a nurse in advanced practice, or by another doctor.

    Each supposes a declared médecin traitant, in practice the protocol and the nurse too (D162-1-6, 3° and 11°; reading
    `medecin_traitant_exceptions`). Sent by a midwife in the course of her care: never (L162-5-3, 4°).
    """
    if act.referral == Referral.SAGE_FEMME and law.exception_sage_femme:
        return Status.O, CaseStatus.REFERRED_MIDWIFE
    open_to_all = act.referral == Referral.PROTOCOLE_ALD or act.referral == Referral.IPA
    if not act.medecin_traitant and not (open_to_all and readings.medecin_traitant_exceptions):
        return NOT_HERE
    if act.referral == Referral.AVIS_PONCTUEL:
        return Status.O, CaseStatus.REFERRED_ONE_OFF
    if act.referral == Referral.SOINS_ITERATIFS:
        return Status.O, CaseStatus.REFERRED_ITERATIVE
    if act.referral == Referral.SEQUENCE:
        return Status.O, CaseStatus.REFERRED_SEQUENCE
    if act.referral == Referral.PROTOCOLE_ALD:
        return Status.O, CaseStatus.REFERRED_ALD_PROTOCOL
    if act.referral == Referral.IPA and law.exception_ipa:
        return Status.O, CaseStatus.REFERRED_IPA
    if act.referral == Referral.AUTRE_MEDECIN:
        return Status.O, CaseStatus.REFERRED_OTHER_DOCTOR
    return NOT_HERE


def sent_by_new_generalist(act: Act, law: LawRecord) -> Finding:
    """Visits that a newly settled GP prescribes escape like those they give (L162-5-4)."""
    if act.referral == Referral.NONE or not within_years_of_settling(act.referrer_installed_on, act, law):
        return NOT_HERE
    if act.referrer_zone_deficitaire:
        return Status.B, CaseStatus.SENT_BY_NEW_GP_DEFICIT_ZONE
    return Status.J, CaseStatus.SENT_BY_NEW_GP


def new_generalist(act: Act, law: LawRecord, readings: Readings) -> Finding:
    """A GP installed for less than five years, anywhere or in a deficit zone (L162-5-4, D162-1-8)."""
    if not law.generaliste[act.specialty] or not law.exception_installation:
        return NOT_HERE
    if act.special_setting == SpecialSetting.CENTRE_SANTE_ZONE_DEFICITAIRE and (
        not readings.centre_zone_deficitaire or within_years_of_settling(act.centre_agree_on, act, law)
    ):
        return Status.B, CaseStatus.NEW_GP_DEFICIT_ZONE
    if not within_years_of_settling(act.installed_on, act, law):
        return NOT_HERE
    if act.zone_deficitaire:
        return Status.B, CaseStatus.NEW_GP_DEFICIT_ZONE
    return Status.J, CaseStatus.NEW_GP


def within_years_of_settling(day: Day, act: Act, law: LawRecord) -> bool:
    """Is the care less than five years after that day?  Never before the exception exists."""
    return law.exception_installation == 1 and day <= act.care_date < day + law.installation_annees * YEAR


def departed_doctor(act: Act, law: LawRecord) -> Finding:
    """The médecin traitant retired or changed département less than a year ago (L162-5-3, 5°)."""
    left = act.medecin_traitant_left_on
    if not left <= act.care_date < left + law.grace_depart_annees * YEAR:
        return NOT_HERE
    if act.medecin_traitant:
        return Status.Y, CaseStatus.DEPARTED_MEDECIN_TRAITANT
    return Status.Z, CaseStatus.DEPARTED_MEDECIN_TRAITANT_UNDECLARED


def excluded_activity(act: Act) -> Finding:
    """Organised screening, expertise, palliative care, pathology, a doctor biologist, care given during a stay."""
    setting = act.special_setting
    if (
        act.purpose == Purpose.IVG_MEDICAMENTEUSE
        or setting == SpecialSetting.DEPISTAGE_ORGANISE
        or setting == SpecialSetting.EXPERTISE
        or setting == SpecialSetting.SOINS_PALLIATIFS
        or setting == SpecialSetting.ANATOMOPATHOLOGIE
        or setting == SpecialSetting.MEDECIN_BIOLOGISTE
        or setting == SpecialSetting.HOSPITALISATION
    ):
        return Status.A, CaseStatus.EXCLUDED_ACTIVITY
    return NOT_HERE


def social_structure(act: Act) -> Finding:
    """Humanitarian structures and family planning centres (L162-5-3, paragraph 6)."""
    setting = act.special_setting
    if setting != SpecialSetting.STRUCTURE_HUMANITAIRE and setting != SpecialSetting.CENTRE_PLANIFICATION:
        return NOT_HERE
    if act.medecin_traitant:
        return Status.Y, CaseStatus.SOCIAL_STRUCTURE
    return Status.Z, CaseStatus.SOCIAL_STRUCTURE_UNDECLARED


def outside(act: Act, law: LawRecord) -> Finding:
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
    if own_doctor(act) != NOT_HERE:
        return False
    sent = act.medecin_traitant and referred(act, law, readings) != NOT_HERE
    return bool(away(act) != NOT_HERE or direct_access(act, law, readings) != NOT_HERE or sent)


def indicator(status: int, case_status: int, law: LawRecord) -> int:
    """Indicator a doctor transmits: M for a patient sent by another than the médecin traitant, else the status's."""
    if case_status == CaseStatus.REFERRED_OTHER_DOCTOR:
        return Ips.M
    return law.ips[status]
