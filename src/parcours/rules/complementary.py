"""What the complementary insurance pays: CSS L861-3 (C2S), L871-1, R871-1, R871-2 (contrat responsable)."""

from parcours.law.codes import UNKNOWN, ActKind, CaseComplementary, Convention, DrugClass, Profession
from parcours.law.record import LawRecord
from parcours.rules.money import share
from parcours.rules.rate import WHOLE
from parcours.rules.types import Act, BasisPoints, Cents, Contract, Readings


def complementary_part(  # noqa: PLR0913, PLR0917 - what each stage before it found
    act: Act,
    status: int,
    base: Cents,
    gross: Cents,
    majoration: Cents,
    participations: Cents,
    contract: Contract,
    law: LawRecord,
    readings: Readings,
) -> tuple[Cents, CaseComplementary]:
    """Part of the complementary insurance in cents, and its case.

    `gross` is the AMO's part before the majoration and the participations taken: a guarantee in percent of the base
    includes it. Only a contract that is not responsable may give back what these took away.
    """
    if act.ame:
        return 0, CaseComplementary.NONE
    if act.c2s:
        return c2s_part(base, gross, majoration, readings)
    if not contract.present:
        return 0, CaseComplementary.NONE
    amount, case = guaranteed(act, status, base, gross, contract, law)
    given_back = (
        0 if contract.responsable else contract.majoration * majoration + contract.participations * participations
    )
    if given_back:
        amount, case = amount + given_back, CaseComplementary.WITH_MAJORATION
    if contract.plafond != UNKNOWN and amount > contract.plafond:
        return contract.plafond, CaseComplementary.EURO_CAP
    return amount, case


def guaranteed(
    act: Act, status: int, base: Cents, gross: Cents, contract: Contract, law: LawRecord
) -> tuple[Cents, CaseComplementary]:
    """What the guarantee of this category pays beyond the compulsory insurance, in cents, and its case."""
    level = guarantee(act, contract, law)
    if not level:
        return 0, CaseComplementary.NOT_COVERED
    case: CaseComplementary = CaseComplementary.TICKET_MODERATEUR if level == WHOLE else CaseComplementary.GUARANTEE
    if contract.responsable:
        level, case = responsible_level(act, status, level, case, law)
    amount = max(0, min(act.fee, share(base, level)) - gross)
    if not amount:
        return 0, CaseComplementary.NOTHING_LEFT
    return amount, case


def c2s_part(base: Cents, gross: Cents, majoration: Cents, readings: Readings) -> tuple[Cents, CaseComplementary]:
    """C2S pays the ticket modérateur, and in practice the majoration (reading `c2s_hors_parcours`); no overrun."""
    if majoration and not readings.c2s_hors_parcours:
        return base - gross + majoration, CaseComplementary.C2S_WITH_MAJORATION
    return base - gross, CaseComplementary.C2S


def responsible_level(
    act: Act, status: int, level: BasisPoints, case: CaseComplementary, law: LawRecord
) -> tuple[BasisPoints, CaseComplementary]:
    """What R871-2 leaves of a guarantee: no overrun outside the pathway, a cap on overruns without OPTAM."""
    if law.majoree[status] and level >= WHOLE:
        return WHOLE, CaseComplementary.OUTSIDE_PATHWAY
    without_optam = act.convention == Convention.SECTEUR_2 or act.convention == Convention.NON_CONVENTIONNE
    cap = law.contrat_plafond_non_optam
    if without_optam and cap != UNKNOWN and level > WHOLE + cap:
        return WHOLE + cap, CaseComplementary.NON_OPTAM_CAP
    return level, case


def guarantee(act: Act, contract: Contract, law: LawRecord) -> BasisPoints:
    """Guarantee of the contract for this category of care, in basis points of the base, the AMO's part included."""
    if act.profession == Profession.MEDECIN:
        return doctor_guarantee(act, contract, law)
    if act.profession == Profession.CHIRURGIEN_DENTISTE:
        return contract.dentaire
    if act.profession == Profession.LABORATOIRE:
        return contract.biologie
    if act.profession == Profession.PHARMACIE:
        return pharmacy_guarantee(act, contract)
    if act.profession == Profession.TRANSPORTEUR:
        return contract.transport
    if act.profession == Profession.ETABLISSEMENT:
        return contract.hospitalisation
    return contract.auxiliaire


def doctor_guarantee(act: Act, contract: Contract, law: LawRecord) -> BasisPoints:
    """Consultations or technical acts, with or without OPTAM."""
    optam = act.convention == Convention.SECTEUR_1 or act.convention == Convention.SECTEUR_2_OPTAM
    kind = law.acte_kind[act.act]
    if kind == ActKind.TECHNICAL or kind == ActKind.IMAGING:
        return contract.technique_optam if optam else contract.technique_non_optam
    return contract.consultation_optam if optam else contract.consultation_non_optam


def pharmacy_guarantee(act: Act, contract: Contract) -> BasisPoints:
    """Drugs by class; a contrat responsable need not cover the classes at 30 % and 15 %."""
    if act.drug_class == DrugClass.LPP:
        return contract.appareillage
    if act.drug_class == DrugClass.MODERE:
        return contract.medicament_modere
    if act.drug_class == DrugClass.FAIBLE or act.drug_class == DrugClass.HOMEOPATHIE:
        return contract.medicament_faible
    return contract.medicament_majeur
