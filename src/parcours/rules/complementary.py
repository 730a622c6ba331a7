"""What the complementary insurance pays: CSS L861-3 (C2S), L871-1, R871-1, R871-2 (contrat responsable)."""

from parcours.law.cases import CaseComplementary
from parcours.law.codes import UNKNOWN, ActKind, Convention, DrugClass, Profession
from parcours.law.record import LawRecord
from parcours.rules.excess import authorised_after_departure
from parcours.rules.money import share
from parcours.rules.rate import WHOLE, not_covered
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
    if not_covered(act, law) and (act.c2s or contract.present):
        return 0, CaseComplementary.NOT_COVERED
    if act.c2s:
        return c2s_part(status, base, gross, majoration, law, readings)
    if not contract.present:
        return 0, CaseComplementary.NONE
    amount, case = guaranteed(act, status, base, gross, contract, law, readings)
    given_back = (
        0 if contract.responsable else contract.majoration * majoration + contract.participations * participations
    )
    if given_back:
        amount, case = amount + given_back, CaseComplementary.WITH_MAJORATION
    if contract.plafond != UNKNOWN and amount > contract.plafond:
        return contract.plafond, CaseComplementary.EURO_CAP
    return amount, case


def guaranteed(
    act: Act, status: int, base: Cents, gross: Cents, contract: Contract, law: LawRecord, readings: Readings
) -> tuple[Cents, CaseComplementary]:
    """What the guarantee of this category pays beyond the compulsory insurance, in cents, and its case."""
    level = guarantee(act, contract, law)
    if not level:
        return 0, CaseComplementary.NOT_COVERED
    case: CaseComplementary = CaseComplementary.TICKET_MODERATEUR if level == WHOLE else CaseComplementary.GUARANTEE
    if contract.responsable:
        level, case = responsible_level(act, status, contract, level, case, law, readings)
    amount = max(0, min(act.fee, share(base, level)) - gross)
    if not amount:
        return 0, CaseComplementary.NOTHING_LEFT
    return amount, case


def c2s_part(
    status: int, base: Cents, gross: Cents, majoration: Cents, law: LawRecord, readings: Readings
) -> tuple[Cents, CaseComplementary]:
    """C2S pays the ticket modérateur of what is covered, and no overrun.

    Outside the pathway it pays, in practice, the majoration too; by the letter (L861-3, 1°) nothing of the share
    (reading `c2s_hors_parcours`).
    """
    if law.majoree[status] and readings.c2s_hors_parcours:
        return 0, CaseComplementary.C2S_OUTSIDE
    left = max(0, base - gross)  # the fund may pay more than the base (L169-2-1)
    if majoration:
        return left + majoration, CaseComplementary.C2S_WITH_MAJORATION
    return left, CaseComplementary.C2S


def responsible_level(
    act: Act,
    status: int,
    contract: Contract,
    level: BasisPoints,
    case: CaseComplementary,
    law: LawRecord,
    readings: Readings,
) -> tuple[BasisPoints, CaseComplementary]:
    """What R871-1 and R871-2 leave of a guarantee: overruns outside the pathway, the authorised one after the
    médecin traitant left, a double limit without OPTAM.

    Outside, R871-1 forbids the overruns of 18° of L162-5, which are those of sector 1; insurers cover none (reading
    `depassements_hors_parcours`).
    """
    if level < WHOLE:
        return level, case
    without_optam = act.convention == Convention.SECTEUR_2 or act.convention == Convention.NON_CONVENTIONNE
    sets_own_fees = without_optam or act.convention == Convention.SECTEUR_2_OPTAM
    if law.majoree[status] and not (sets_own_fees and readings.depassements_hors_parcours):
        return WHOLE, CaseComplementary.OUTSIDE_PATHWAY
    if act.convention == Convention.SECTEUR_1 and authorised_after_departure(act, status, law, readings):
        return WHOLE, CaseComplementary.AUTHORISED_OVERRUN
    cap = law.contrat_plafond_non_optam
    if not without_optam or cap == UNKNOWN:
        return level, case
    most = most_without_optam(guarantee_with_optam(act, contract, law), law)
    if level > most:
        return most, CaseComplementary.OPTAM_GAP if most < WHOLE + cap else CaseComplementary.NON_OPTAM_CAP
    return level, case


def most_without_optam(with_optam: BasisPoints, law: LawRecord) -> BasisPoints:
    """What a contrat responsable may pay at most for a doctor without OPTAM, where it pays so much with (R871-2): a
    cap, and a gap below. Only where the law of the day has one.
    """
    return min(WHOLE + law.contrat_plafond_non_optam, max(WHOLE, with_optam - law.contrat_ecart_optam))


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
    if act.convention == Convention.SECTEUR_1 or act.convention == Convention.SECTEUR_2_OPTAM:
        return guarantee_with_optam(act, contract, law)
    return contract.technique_non_optam if technical(act, law) else contract.consultation_non_optam


def guarantee_with_optam(act: Act, contract: Contract, law: LawRecord) -> BasisPoints:
    """The guarantee for a doctor with OPTAM, whichever doctor was seen."""
    return contract.technique_optam if technical(act, law) else contract.consultation_optam


def technical(act: Act, law: LawRecord) -> bool:
    """A technical act, imaging or anaesthesia, rather than a visit."""
    kind = law.acte_kind[act.act]
    return kind == ActKind.TECHNICAL or kind == ActKind.IMAGING or kind == ActKind.ANAESTHESIA


def pharmacy_guarantee(act: Act, contract: Contract) -> BasisPoints:
    """Drugs by class; a contrat responsable need not cover the classes at 30 % and 15 %."""
    if act.drug_class == DrugClass.LPP or act.drug_class == DrugClass.GRAND_APPAREILLAGE:
        return contract.appareillage
    if act.drug_class == DrugClass.MODERE:
        return contract.medicament_modere
    if act.drug_class == DrugClass.FAIBLE or act.drug_class == DrugClass.HOMEOPATHIE:
        return contract.medicament_faible
    return contract.medicament_majeur
