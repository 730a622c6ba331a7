"""The rate of the compulsory insurance: CSS R160-5 by category, R160-9 for the old-age minimum, L325-1 locally."""

from parcours.law.cases import CaseActeLourd, CaseRate
from parcours.law.codes import UNKNOWN, ActKind, DrugClass, Exemption, Profession, Purpose, Scheme, SpecialSetting
from parcours.law.record import LawRecord
from parcours.rules.exemptions import exempt_from_ticket_moderateur, holds
from parcours.rules.types import Act, BasisPoints, Cents, Counters

WHOLE: BasisPoints = 10_000
"""100 %, in basis points."""


def rate_of_act(act: Act, law: LawRecord) -> tuple[BasisPoints, CaseRate]:
    """Share of the base paid before majoration and participations, in basis points, and its case."""
    rate, case = applicable_rate(act, law)
    if rate == UNKNOWN or charge_unknown(act, law):
        return 0, CaseRate.UNKNOWN
    return rate, case


def charge_unknown(act: Act, law: LawRecord) -> bool:
    """A stay whose days are not said, an emergency visit before its charge existed (2022): a base is not enough."""
    if law.acte_kind[act.act] == ActKind.STAY:
        return not act.sejour_jours
    return law.acte_kind[act.act] == ActKind.EMERGENCY and law.urgences_forfait == UNKNOWN


def applicable_rate(act: Act, law: LawRecord) -> tuple[BasisPoints, CaseRate]:
    """Nothing for what is not covered, whole for the exempt, then the act's own rate, the local scheme's, ordinary."""
    if not_covered(act, law):
        return 0, CaseRate.NOT_COVERED
    if act.ame:
        return WHOLE, CaseRate.AME
    if holds(act, Exemption.VICTIME_TERRORISME):
        return WHOLE, CaseRate.TERRORISM
    if exempt_from_ticket_moderateur(act, law):
        return WHOLE, CaseRate.EXEMPT
    if act.special_setting == SpecialSetting.DETENU:
        return WHOLE, CaseRate.PRISONER
    if whole_orthodontics(act, law):
        return WHOLE, CaseRate.ORTHODONTICS
    if law.acte_taux[act.act]:
        return law.acte_taux[act.act], CaseRate.ACT
    rate, case = category_rate(act, law)
    if act.scheme == Scheme.ALSACE_MOSELLE and law.acte_kind[act.act] != ActKind.EMERGENCY:
        local = alsace_moselle_rate(act, law)
        if local > rate:
            rate, case = local, CaseRate.ALSACE_MOSELLE
    if holds(act, Exemption.ASPA):
        old_age = old_age_minimum_rate(act, law)
        if old_age > rate:
            rate, case = old_age, CaseRate.OLD_AGE_MINIMUM
    return rate, case


def whole_orthodontics(act: Act, law: LawRecord) -> bool:
    """A half-year or the first retention of an orthodontic treatment begun in childhood: a costly act, without its
    flat charge (R160-16).
    """
    if act.purpose != Purpose.ORTHODONTIE or act.age >= law.orthodontie_age:
        return False
    return law.acte_lourd_seuil != UNKNOWN and act.base >= law.acte_lourd_seuil


def sessions_used_up(act: Act, counters: Counters, law: LawRecord) -> bool:
    """A session with a psychologist beyond those of the civil year is not covered (R162-65)."""
    return act.profession == Profession.PSYCHOLOGUE and 0 <= law.seances_annee <= counters.seances_annee


def not_covered(act: Act, law: LawRecord) -> bool:
    """Medicines off the list of refunds, a psychologist's session before the age of R162-64; for adults under AME also
    medicines of low benefit, spa cures and assisted reproduction (parameter `ame.exclusions_adulte`).
    """
    if act.drug_class == DrugClass.HOMEOPATHIE:
        return law.taux_homeopathie == 0
    if act.profession == Profession.PSYCHOLOGUE and act.age < law.psychologue_minimum:
        return True
    if not act.ame or not law.ame_exclusions or act.age < law.participation_age:
        return False
    return (
        act.drug_class == DrugClass.FAIBLE
        or act.special_setting == SpecialSetting.CURE_THERMALE
        or holds(act, Exemption.AMP)
    )


def category_rate(act: Act, law: LawRecord) -> tuple[BasisPoints, CaseRate]:
    """Rate by the frame of the act, then by its category (R160-5, R160-8)."""
    setting = act.special_setting
    if act.profession == Profession.TRANSPORTEUR and setting == SpecialSetting.TRANSPORT_URGENT:
        return law.taux_transport_urgent, CaseRate.URGENT_TRANSPORT
    if act.profession == Profession.TRANSPORTEUR and setting == SpecialSetting.TRANSFERT_HOSPITALIER:
        return WHOLE, CaseRate.HOSPITAL_TRANSFER
    if setting == SpecialSetting.HOSPITALISATION and acts_during_a_stay(act):
        return law.taux_hospitalisation, CaseRate.STAY
    if setting == SpecialSetting.HOPITAL_SANS_SEJOUR and acts_during_a_stay(act):
        return law.taux_hopital_sans_sejour, CaseRate.HOSPITAL_WITHOUT_STAY
    if setting == SpecialSetting.CURE_THERMALE and act.profession == Profession.ETABLISSEMENT:
        return law.taux_cure_thermale, CaseRate.SPA_CURE
    if setting == SpecialSetting.TELESURVEILLANCE:
        return law.taux_telesurveillance, CaseRate.REMOTE_MONITORING
    return ordinary_rate(act, law), CaseRate.ORDINARY


def acts_during_a_stay(act: Act) -> bool:
    """Fees of practitioners, of auxiliaires and of laboratories have the rate of the stay (R160-5, 1°)."""
    return act.profession <= Profession.PEDICURE_PODOLOGUE or act.profession == Profession.LABORATOIRE


def overrun_covered(act: Act) -> bool:
    """Victims of terrorism: overruns on acts of the nomenclatures (L169-2-1), devices at what they cost (L169-3)."""
    if not holds(act, Exemption.VICTIME_TERRORISME):
        return False
    device = act.drug_class == DrugClass.LPP or act.drug_class == DrugClass.GRAND_APPAREILLAGE
    return device or acts_during_a_stay(act)


def old_age_minimum_rate(act: Act, law: LawRecord) -> BasisPoints:
    """With the old-age minimum (R160-9): a limited share on auxiliaires, tests and, by the reading `aspa_dispositifs`,
    devices; none on transport; `UNKNOWN` where it changes nothing.
    """
    if act.profession == Profession.TRANSPORTEUR:
        return WHOLE
    if act.profession == Profession.LABORATOIRE or is_auxiliaire(act):
        return law.taux_aspa
    if act.drug_class == DrugClass.LPP and law.aspa_dispositifs == 1:
        return law.taux_aspa
    return UNKNOWN


def ordinary_rate(act: Act, law: LawRecord) -> BasisPoints:
    """Rate of the category (R160-5)."""
    if act.profession == Profession.MEDECIN:
        return law.taux_medecin
    if act.profession == Profession.CHIRURGIEN_DENTISTE:
        return law.taux_dentiste
    if act.profession == Profession.SAGE_FEMME:
        return law.taux_sage_femme
    if act.profession == Profession.LABORATOIRE:
        return law.taux_biologie
    if act.profession == Profession.PHARMACIE:
        return pharmacy_rate(act, law)
    if act.profession == Profession.TRANSPORTEUR:
        return law.taux_transport
    if act.profession == Profession.ETABLISSEMENT:
        return law.taux_hospitalisation
    if act.profession == Profession.PSYCHOLOGUE:
        return law.taux_mon_soutien_psy
    return law.taux_auxiliaire


def pharmacy_rate(act: Act, law: LawRecord) -> BasisPoints:
    """Rate of a drug by its class of medical service, of a device of the list otherwise."""
    if act.drug_class == DrugClass.IRREMPLACABLE:
        return law.taux_medicament_irremplacable
    if act.drug_class == DrugClass.MAJEUR:
        return law.taux_medicament_majeur
    if act.drug_class == DrugClass.MODERE:
        return law.taux_medicament_modere
    if act.drug_class == DrugClass.FAIBLE:
        return law.taux_medicament_faible
    if act.drug_class == DrugClass.HOMEOPATHIE:
        return law.taux_homeopathie
    if act.drug_class == DrugClass.SERVICE_PHARMACIEN:
        return law.taux_service_pharmacien
    if act.drug_class == DrugClass.GRAND_APPAREILLAGE:
        return law.taux_grand_appareillage
    return law.taux_lpp


def alsace_moselle_rate(act: Act, law: LawRecord) -> BasisPoints:
    """Rate with the complement of the local scheme (L325-1, D325-7); `UNKNOWN` where what it adds is not known."""
    if act.special_setting == SpecialSetting.HOSPITALISATION or act.profession == Profession.ETABLISSEMENT:
        return law.alsace_hospitalisation
    if act.profession <= Profession.SAGE_FEMME:
        return law.alsace_honoraires
    if act.profession == Profession.LABORATOIRE or is_auxiliaire(act):
        return law.alsace_auxiliaires_biologie
    if act.profession == Profession.PSYCHOLOGUE:
        return law.alsace_mon_soutien_psy
    if act.drug_class == DrugClass.MAJEUR:
        return law.alsace_medicament_majeur
    if act.drug_class == DrugClass.MODERE:
        return law.alsace_medicament_modere
    return UNKNOWN


def is_auxiliaire(act: Act) -> bool:
    """Nurse, physiotherapist, speech therapist, orthoptist, podiatrist."""
    return Profession.INFIRMIER <= act.profession <= Profession.PEDICURE_PODOLOGUE


def heavy_act(act: Act, tariff: Cents, rate: BasisPoints, law: LawRecord) -> tuple[Cents, CaseActeLourd]:
    """Flat fee that replaces the ticket modérateur of a heavy act (R160-16), in cents, and its case.

    Technical acts of a doctor, and of a dentist by the reading `acte_lourd_dentaire`, from the threshold up, pathology
    excepted (IV); for imaging the share goes and no flat fee comes (II, 1°). People at 100 % owe nothing; the local
    scheme of Alsace-Moselle bears it. `tariff` is the opposable tariff of the act.
    """
    if not may_be_heavy(act, law) or not law.acte_lourd_forfait or tariff < law.acte_lourd_seuil:
        return 0, CaseActeLourd.NOT_HEAVY
    if rate == 0:
        return 0, CaseActeLourd.NOT_HEAVY
    return flat_fee(act, rate, law)


def may_be_heavy(act: Act, law: LawRecord) -> bool:
    """Is the act of a kind that the flat fee may concern, whatever its tariff?  Not a dental prosthesis or pathology
    (IV).
    """
    kind = law.acte_kind[act.act]
    if act.purpose == Purpose.PROTHESE_DENTAIRE or act.special_setting == SpecialSetting.ANATOMOPATHOLOGIE:
        return False
    if act.profession == Profession.MEDECIN and law.pathologie[act.specialty]:
        return False
    if act.profession == Profession.CHIRURGIEN_DENTISTE:
        return kind == ActKind.TECHNICAL and law.acte_lourd_dentaire == 1
    return act.profession == Profession.MEDECIN and (kind == ActKind.TECHNICAL or kind == ActKind.IMAGING)


def flat_fee(act: Act, rate: BasisPoints, law: LawRecord) -> tuple[Cents, CaseActeLourd]:
    """Who bears the flat fee of a costly act: nobody at 100 % nor for imaging (R160-16 II 1), the local scheme of
    Alsace-Moselle, else the patient.
    """
    if rate == WHOLE:
        return 0, CaseActeLourd.EXEMPT
    if law.acte_kind[act.act] == ActKind.IMAGING:
        return 0, CaseActeLourd.IMAGING
    if act.scheme == Scheme.ALSACE_MOSELLE:
        return 0, CaseActeLourd.BORNE_BY_SCHEME
    return law.acte_lourd_forfait, CaseActeLourd.FLAT_FEE
