"""Participation forfaitaire (CSS L160-13 II, R160-19, R160-20) and franchises (L160-13 III), left to the patient.

Each has a daily and an annual cap, the first counted in number (D160-6, D160-8), the second in euros (D160-10,
D160-11); neither is ever above what is reimbursed. The memory of the caps is an explicit value (`Counters`): it goes
in, and comes out increased by what this act took.
"""

from parcours.law.cases import CaseFranchise, CaseParticipation
from parcours.law.codes import UNKNOWN, ActKind, DrugClass, Exemption, Profession, SpecialSetting
from parcours.law.record import LawRecord
from parcours.rules.exemptions import examination_of_pregnancy, holds
from parcours.rules.rate import is_auxiliaire
from parcours.rules.types import Act, Cents, Counters


def participation_forfaitaire(
    act: Act, reimbursed: Cents, counters: Counters, law: LawRecord
) -> tuple[Cents, CaseParticipation]:
    """Participation forfaitaire of the act in cents, and its case. `reimbursed`: AMO's part after the majoration."""
    case = participation_exemption(act, law)
    if case != CaseParticipation.TAKEN:
        return 0, case
    due = law.participation_montant * number_of_acts(act, law)
    left_today = law.participation_montant * max(0, law.participation_nombre_jour - counters.participation_nombre_jour)
    left_in_number = max(0, yearly_number(act, law) - counters.participation_nombre_annee)
    left_in_euros = max(0, law.participation_plafond_annee - counters.participation_annee)
    left_this_year = min(law.participation_montant * left_in_number, left_in_euros)
    amount = min(due, left_today, left_this_year, reimbursed)
    if amount == due:
        return amount, CaseParticipation.TAKEN
    if amount == left_this_year:
        return amount, CaseParticipation.ANNUAL_CAP
    if amount == left_today:
        return amount, CaseParticipation.DAILY_CAP
    return amount, CaseParticipation.LIMITED_TO_REIMBURSEMENT


def yearly_number(act: Act, law: LawRecord) -> int:
    """The most contributions of a civil year: that of the day of the refund (D160-6), not of the care."""
    if law.participation_nombre_suivant_le and law.participation_nombre_suivant_le <= act.reimbursement_date:
        return law.participation_nombre_suivant
    return law.participation_nombre_annee


def participation_exemption(act: Act, law: LawRecord) -> CaseParticipation:
    """Why no participation forfaitaire is due; `TAKEN` when it is. ALD, AT/MP and invalidity do not exempt
    (L160-15, L160-9, L169-2; a sampling act done for a test bears none, the test does: D160-8).
    """
    if act.profession != Profession.MEDECIN and act.profession != Profession.LABORATOIRE:
        return CaseParticipation.NOT_CONCERNED
    if law.acte_kind[act.act] == ActKind.SUPPLEMENT or law.acte_kind[act.act] == ActKind.COORDINATION:
        return CaseParticipation.NOT_CONCERNED
    if act.special_setting == SpecialSetting.HOSPITALISATION:
        return CaseParticipation.EXEMPT_STAY
    if act.special_setting == SpecialSetting.DEPISTAGE_ORGANISE:
        return CaseParticipation.EXEMPT_SCREENING
    if act.age_1er_janvier < law.participation_age:
        return CaseParticipation.EXEMPT_AGE
    if holds(act, Exemption.MATERNITE) or examination_of_pregnancy(act):
        return CaseParticipation.EXEMPT_MATERNITY
    if holds(act, Exemption.VICTIME_TERRORISME):
        return CaseParticipation.EXEMPT_TERRORISM
    if act.prelevement_biologie:
        return CaseParticipation.EXEMPT_SAMPLING
    if act.c2s:
        return CaseParticipation.EXEMPT_C2S
    if act.ame:
        return CaseParticipation.EXEMPT_AME
    return CaseParticipation.TAKEN


def number_of_acts(act: Act, law: LawRecord) -> int:
    """Acts, boxes or trips that bear a participation: one for a letter with a coefficient."""
    if law.acte_coefficient[act.act]:
        return 1
    return act.quantity


def franchise(act: Act, reimbursed: Cents, counters: Counters, law: LawRecord) -> tuple[Cents, CaseFranchise]:
    """Franchise on boxes of drugs, acts of auxiliaires and transport, in cents, and its case."""
    case = franchise_exemption(act, law)
    if case != CaseFranchise.TAKEN:
        return 0, case
    unit, daily_cap = franchise_unit(act, law)
    if unit <= 0:
        return 0, CaseFranchise.NOT_YET_CREATED
    due = unit * number_of_acts(act, law)
    left_today = due if daily_cap == UNKNOWN else max(0, daily_cap - counters.franchise_jour)
    left_this_year = max(0, law.franchise_plafond_annee - counters.franchise_annee)
    amount = min(due, left_today, left_this_year, reimbursed)
    if amount == due:
        return amount, CaseFranchise.TAKEN
    if amount == left_this_year:
        return amount, CaseFranchise.ANNUAL_CAP
    if amount == left_today:
        return amount, CaseFranchise.DAILY_CAP
    return amount, CaseFranchise.LIMITED_TO_REIMBURSEMENT


def franchise_unit(act: Act, law: LawRecord) -> tuple[Cents, Cents]:
    """Franchise for one unit and its daily cap, `UNKNOWN` where there is none."""
    if act.profession == Profession.PHARMACIE:
        return law.franchise_medicament, UNKNOWN
    if act.profession == Profession.TRANSPORTEUR:
        return law.franchise_transport, law.franchise_plafond_jour_transport
    return law.franchise_auxiliaire, law.franchise_plafond_jour_auxiliaire


def franchise_exemption(act: Act, law: LawRecord) -> CaseFranchise:
    """Why no franchise is due; `TAKEN` when it is."""
    if not bears_franchise(act) or act.drug_class >= DrugClass.LPP or law.acte_kind[act.act] == ActKind.SUPPLEMENT:
        return CaseFranchise.NOT_CONCERNED
    if act.special_setting == SpecialSetting.TRANSPORT_URGENT:
        return CaseFranchise.EXEMPT_URGENT_TRANSPORT
    if act.special_setting == SpecialSetting.HOSPITALISATION:
        return CaseFranchise.EXEMPT_STAY
    if act.age_1er_janvier < law.participation_age:
        return CaseFranchise.EXEMPT_AGE
    if holds(act, Exemption.MATERNITE):
        return CaseFranchise.EXEMPT_MATERNITY
    if holds(act, Exemption.VICTIME_TERRORISME):
        return CaseFranchise.EXEMPT_TERRORISM
    if act.c2s:
        return CaseFranchise.EXEMPT_C2S
    if act.ame:
        return CaseFranchise.EXEMPT_AME
    return CaseFranchise.TAKEN


def bears_franchise(act: Act) -> bool:
    """Is it care of those whose boxes, acts or trips bear a franchise?  None of them bears a participation."""
    return act.profession == Profession.PHARMACIE or act.profession == Profession.TRANSPORTEUR or is_auxiliaire(act)


def increased(act: Act, counters: Counters, participation: Cents, taken_franchise: Cents, law: LawRecord) -> Counters:
    """The counters after an act that took these amounts."""
    number = contributions(participation, law)
    return Counters(
        counters.participation_annee + participation,
        counters.participation_nombre_annee + number,
        counters.participation_nombre_jour + number,
        counters.franchise_annee + taken_franchise,
        counters.franchise_jour + taken_franchise,
        counters.seances_annee + (act.quantity if act.profession == Profession.PSYCHOLOGUE else 0),
        act.care_date if law.acte_avis[act.act] else counters.avis_precedent,
    )


def contributions(taken: Cents, law: LawRecord) -> int:
    """How many contributions an amount is: one that a limit has reduced counts as one."""
    return (taken + law.participation_montant - 1) // law.participation_montant
