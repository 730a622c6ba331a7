"""What is worth saying beside the amounts: nothing here changes a cent.

An act that is not for this patient (NGAP); a right to tiers payant that is not used, and its absence outside the
pathway (L161-36-4, L162-1-21, L162-1-22, L162-4-5, L861-3); overruns that nobody may ask (L162-5-11, L162-5-13,
L162-5-14, L162-58); a second one-off opinion too soon (NGAP); a visit that a pregnancy may make compulsory, and
covered whole (L160-9); an opinion that was asked for, without its code (NGAP).
"""

from parcours.law.cases import CasePayment, Note
from parcours.law.codes import (
    UNKNOWN,
    ActKind,
    Convention,
    Exemption,
    Profession,
    Purpose,
    Referral,
    SpecialSetting,
    TiersPayant,
)
from parcours.law.record import LawRecord
from parcours.rules.exemptions import duty_at_tariff, holds, in_training
from parcours.rules.tariff import CONSULTATION
from parcours.rules.types import Act, Cents, Counters, Day

GROUNDS_OF_CHILDREN = 1 << Exemption.EXAMEN_ENFANT | 1 << Exemption.NOUVEAU_NE
WITH_THE_RIGHT = (
    1 << Exemption.ALD
    | 1 << Exemption.MATERNITE
    | 1 << Exemption.IVG
    | 1 << Exemption.EXAMEN_ENFANT
    | 1 << Exemption.EXAMEN_GROSSESSE
)
"""Grounds that give a right to third-party payment."""
COVERED_MATERNITY = 1 << Exemption.MATERNITE | 1 << Exemption.EXAMEN_GROSSESSE
"""Grounds of L160-9: nothing is left of what they cover."""


def notes_of(
    act: Act, status: int, base: Cents, unlawful_excess: Cents, case_payment: int, counters: Counters, law: LawRecord
) -> int:
    """The notes of an act, one bit each."""
    notes = 0
    if not for_this_age(act, law):
        notes |= 1 << Note.NOT_FOR_THIS_AGE
    if law.majoree[status]:
        if act.profession == Profession.MEDECIN and act.tiers_payant != TiersPayant.NONE:
            notes |= 1 << Note.NO_THIRD_PARTY_OUTSIDE
    elif case_payment == CasePayment.ALL_ADVANCED and right_to_third_party_payment(act, law):
        notes |= 1 << Note.THIRD_PARTY_RIGHT
    if unlawful_excess:
        notes |= forbidden_overrun(act, law)
    if second_opinion(act, counters, law):
        notes |= 1 << Note.SECOND_OPINION
    if perhaps_examination_of_pregnancy(act):
        notes |= 1 << Note.PREGNANCY_EXAMINATION
    if opinion_uncoded(act, status, base, law):
        notes |= 1 << Note.OPINION_UNCODED
    return notes


def perhaps_examination_of_pregnancy(act: Act) -> bool:
    """A visit for a pregnancy that no ground covers whole: it may be a compulsory examination (CSP L2122-1)."""
    seen = act.profession == Profession.MEDECIN or act.profession == Profession.SAGE_FEMME
    whole = act.exemption & COVERED_MATERNITY != 0 or act.c2s == 1 or act.ame == 1
    return seen and act.purpose == Purpose.GROSSESSE and not whole


def opinion_uncoded(act: Act, status: int, base: Cents, law: LawRecord) -> bool:
    """A consultation where an opinion was asked for, whose own act would have another base (NGAP 18)?"""
    plain = act.act == CONSULTATION and act.base == UNKNOWN and act.convention != Convention.NON_CONVENTIONNE
    opinion = law.avis[act.specialty]
    if not plain or opinion == 0 or act.referral != Referral.AVIS_PONCTUEL or law.majoree[status]:
        return False
    return law.acte_base[opinion] != UNKNOWN and min(law.acte_base[opinion], act.fee) != base


def second_opinion(act: Act, counters: Counters, law: LawRecord) -> bool:
    """Another one-off opinion of the same consultant within the months, before or after, that allow only one?"""
    last = counters.avis_precedent
    if not law.acte_avis[act.act] or not last or law.avis_delai_mois == UNKNOWN:
        return False
    months = law.avis_delai_mois
    return act.care_date < months_later(last, months) and last < months_later(act.care_date, months)


def months_later(day: Day, months: int) -> Day:
    """The same day so many months later; only compared, so that a day no month has does not matter."""
    month = day // 10_000 * 12 + day // 100 % 100 - 1 + months
    return month // 12 * 10_000 + (month % 12 + 1) * 100 + day % 100


def for_this_age(act: Act, law: LawRecord) -> bool:
    """Is the act for patients of this age?  Compulsory examinations and the ground of newborns are not for adults."""
    of_a_child = act.special_setting == SpecialSetting.EXAMEN_ENFANT or act.exemption & GROUNDS_OF_CHILDREN != 0
    if of_a_child and act.age >= law.participation_age:
        return False
    before = law.acte_ages_max[act.act]
    return law.acte_ages_min[act.act] <= act.age and (before == 0 or act.age < before)


def right_to_third_party_payment(act: Act, law: LawRecord) -> bool:
    """May the patient, who advances all, ask not to advance the part of the compulsory insurance?  An emergency charge
    is the patient's part alone.
    """
    if law.tiers_payant_droit != 1 or law.acte_kind[act.act] == ActKind.EMERGENCY:
        return False
    return (
        act.c2s == 1
        or act.exemption & WITH_THE_RIGHT != 0
        or act.purpose == Purpose.IVG_MEDICAMENTEUSE
        or act.special_setting == SpecialSetting.EXAMEN_ENFANT
        or (holds(act, Exemption.CONTRACEPTION) and act.age < law.contraception_age)
    )


def forbidden_overrun(act: Act, law: LawRecord) -> int:
    """Whom the overrun may not be asked of, or who may not ask it."""
    if act.profession == Profession.PSYCHOLOGUE:
        return 1 << Note.OVERRUN_PSYCHOLOGIST
    if act.c2s:
        return 1 << Note.OVERRUN_C2S
    if act.special_setting == SpecialSetting.DETENU:
        return 1 << Note.OVERRUN_PRISONER
    if duty_at_tariff(act, law):
        return 1 << Note.OVERRUN_DUTY
    if in_training(act, law):
        return 1 << Note.OVERRUN_TRAINEE
    return 0
