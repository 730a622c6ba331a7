"""The rate of the compulsory insurance: CSS R160-5 by category, L160-14 and R160-8 for the exempt, L325-1 locally."""

from parcours.law.codes import (
    UNKNOWN,
    ActKind,
    CaseActeLourd,
    CaseRate,
    DrugClass,
    Profession,
    Scheme,
    SpecialSetting,
)
from parcours.law.record import LawRecord
from parcours.rules.pathway import exempt_from_ticket_moderateur
from parcours.rules.types import Act, BasisPoints, Cents

WHOLE: BasisPoints = 10_000
"""100 %, in basis points."""


def rate_of_act(act: Act, law: LawRecord) -> tuple[BasisPoints, CaseRate]:
    """Share of the base paid before majoration and participations, in basis points, and its case."""
    rate, case = applicable_rate(act, law)
    if rate == UNKNOWN:
        return 0, CaseRate.UNKNOWN
    return rate, case


def applicable_rate(act: Act, law: LawRecord) -> tuple[BasisPoints, CaseRate]:
    """Whole for the exempt, then the act's own rate, the local scheme's, the category's."""
    if act.ame:
        return WHOLE, CaseRate.AME
    if exempt_from_ticket_moderateur(act):
        return WHOLE, CaseRate.EXEMPT
    if law.acte_taux[act.act]:
        return law.acte_taux[act.act], CaseRate.ACT
    if act.scheme == Scheme.ALSACE_MOSELLE:
        local = alsace_moselle_rate(act, law)
        if local:
            return local, CaseRate.ALSACE_MOSELLE
    if act.profession == Profession.TRANSPORTEUR and act.special_setting == SpecialSetting.TRANSPORT_URGENT:
        return law.taux_transport_urgent, CaseRate.URGENT_TRANSPORT
    return ordinary_rate(act, law), CaseRate.ORDINARY


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
    return law.taux_lpp


def alsace_moselle_rate(act: Act, law: LawRecord) -> BasisPoints:
    """Rate with the complement of the local scheme (L325-1); 0 where the local scheme adds nothing known."""
    if act.profession == Profession.MEDECIN or act.profession == Profession.SAGE_FEMME:
        return law.alsace_honoraires
    if act.profession == Profession.LABORATOIRE or is_auxiliaire(act):
        return law.alsace_auxiliaires_biologie
    if act.profession == Profession.ETABLISSEMENT:
        return law.alsace_hospitalisation
    if act.profession == Profession.PHARMACIE and act.drug_class == DrugClass.MAJEUR:
        return law.alsace_medicament_majeur
    if act.profession == Profession.PHARMACIE and act.drug_class == DrugClass.MODERE:
        return law.alsace_medicament_modere
    return 0


def is_auxiliaire(act: Act) -> bool:
    """Nurse, physiotherapist, speech therapist, orthoptist, podiatrist."""
    return Profession.INFIRMIER <= act.profession <= Profession.PEDICURE_PODOLOGUE


def heavy_act(act: Act, tariff: Cents, rate: BasisPoints, law: LawRecord) -> tuple[Cents, CaseActeLourd]:
    """Flat fee that replaces the ticket modérateur of a heavy act (R160-16), in cents, and its case.

    Technical acts of a doctor from the threshold up; not imaging, anaesthesia, biology or dental acts. People at 100
    % owe nothing; the local scheme of Alsace-Moselle bears it. `tariff` is the opposable tariff of the act.
    """
    technical = act.profession == Profession.MEDECIN and law.acte_kind[act.act] == ActKind.TECHNICAL
    if not technical or not law.acte_lourd_forfait or tariff < law.acte_lourd_seuil:
        return 0, CaseActeLourd.NOT_HEAVY
    return flat_fee(act, rate, law)


def flat_fee(act: Act, rate: BasisPoints, law: LawRecord) -> tuple[Cents, CaseActeLourd]:
    """Who bears the flat fee of a costly act: nobody at 100 %, the local scheme of Alsace-Moselle, else the patient."""
    if rate == WHOLE:
        return 0, CaseActeLourd.EXEMPT
    if act.scheme == Scheme.ALSACE_MOSELLE:
        return 0, CaseActeLourd.BORNE_BY_SCHEME
    return law.acte_lourd_forfait, CaseActeLourd.FLAT_FEE
