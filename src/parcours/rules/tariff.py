"""The base of reimbursement: the opposable tariff of this act, for this doctor, on this day.

CSS L162-5 and the medical conventions: coordination supplements are not payable outside the pathway, a doctor of
sector 2 without OPTAM has a base of its own, and one outside the convention only the *tarif d'autorité* (L162-5-10);
who may charge no overrun has the opposable tariff as base (L162-5-11, L162-5-13, L162-5-14).
"""

from parcours.law.cases import CaseBase
from parcours.law.codes import UNKNOWN, ActKind, Convention, Profession, Profile
from parcours.law.record import SITUATIONS, LawRecord
from parcours.rules.exemptions import bound_to_tariff, without_excess
from parcours.rules.pathway import coordinated
from parcours.rules.types import Act, Cents, Readings

COORDINATED = 0
NOT_COORDINATED = 1
SECTOR_2 = 2
TELECONSULTATION = 3
CONSULTATION = 0
"""Index of the ordinary consultation in the table of acts."""


def tariff_of_act(act: Act, law: LawRecord, readings: Readings) -> tuple[Cents, CaseBase]:
    """Opposable tariff in cents, quantity included; 0 with the case `UNKNOWN` where the data has none."""
    if act.base != UNKNOWN:
        return act.base, CaseBase.GIVEN
    tariff, case = unit_tariff(act, law, readings)
    if tariff == UNKNOWN:
        return 0, CaseBase.UNKNOWN
    return times(tariff, act, law), case


def unit_tariff(act: Act, law: LawRecord, readings: Readings) -> tuple[Cents, CaseBase]:
    """Tariff of one unit: tarif d'autorité (L162-5-10), the consultation, or the table of acts."""
    outside = act.convention == Convention.NON_CONVENTIONNE and not bound_to_tariff(act, law)
    if act.profession == Profession.MEDECIN and outside:
        if law.generaliste[act.specialty]:
            return law.autorite_generaliste, CaseBase.AUTORITE
        return law.autorite_specialiste, CaseBase.AUTORITE
    if act.act == CONSULTATION:
        return consultation(act, law, readings)
    return letter_key(act, law, readings)


def consultation(act: Act, law: LawRecord, readings: Readings) -> tuple[Cents, CaseBase]:
    """Ordinary consultation of the specialty, at the patient's age, in or without coordination, by convention."""
    profile = profile_of(act, law)
    if in_sector_2(act, law, readings):
        return law.tarif[profile * SITUATIONS + SECTOR_2], CaseBase.SECTOR_2
    if coordinated(act, law, readings):
        return law.tarif[profile * SITUATIONS + COORDINATED], opposable_case(act, CaseBase.COORDINATED, law)
    return law.tarif[profile * SITUATIONS + NOT_COORDINATED], opposable_case(act, CaseBase.NOT_COORDINATED, law)


def in_sector_2(act: Act, law: LawRecord, readings: Readings) -> bool:
    """Does the lower base of sector 2 apply?  Not to a C2S patient, nor where no overrun at all may be charged
    (readings `base_c2s_secteur_2`, `base_secteur_2_sans_depassement`).
    """
    if act.convention != Convention.SECTEUR_2:
        return False
    if act.c2s:
        return bool(readings.base_c2s_secteur_2)
    return not without_excess(act, law) or bool(readings.base_secteur_2_sans_depassement)


def opposable_case(act: Act, case: CaseBase, law: LawRecord) -> CaseBase:
    """Case of the opposable tariff: `case`, or its own where the doctor's sector would give another base."""
    if act.c2s and act.convention == Convention.SECTEUR_2:
        return CaseBase.OPPOSABLE_C2S
    other_base = act.convention == Convention.SECTEUR_2 or act.convention == Convention.NON_CONVENTIONNE
    return CaseBase.OPPOSABLE_WITHOUT_EXCESS if other_base and without_excess(act, law) else case


def profile_of(act: Act, law: LawRecord) -> int:
    """Row of the consultation tariffs: the specialty, then the child's or the young person's age."""
    if act.profession == Profession.CHIRURGIEN_DENTISTE:
        return Profile.CHIRURGIEN_DENTISTE
    if act.profession == Profession.SAGE_FEMME:
        return Profile.SAGE_FEMME
    if act.profession == Profession.PSYCHOLOGUE:
        return Profile.PSYCHOLOGUE
    if act.profession != Profession.MEDECIN:
        return Profile.NONE
    return by_age(law.profil[act.specialty], act.age, law)


def by_age(profile: int, age: int, law: LawRecord) -> int:
    """The profile at the patient's age: children and young people have consultation tariffs of their own."""
    if profile == Profile.GENERALISTE and age < law.age_jeune_enfant:
        return Profile.GENERALISTE_MOINS_6
    if profile == Profile.PSYCHIATRE and age < law.age_jeune_psychiatrie:
        return Profile.PSYCHIATRE_MOINS_25
    if profile == Profile.NEUROLOGUE:
        return Profile.PSYCHIATRE
    if profile == Profile.PEDIATRE:
        return paediatrician(age, law)
    return profile


def paediatrician(age: int, law: LawRecord) -> int:
    """A paediatrician's consultation: infant, young child, child; an ordinary specialist's after childhood."""
    if age < law.age_nourrisson:
        return Profile.PEDIATRE_MOINS_2
    if age < law.age_jeune_enfant:
        return Profile.PEDIATRE_2_6
    if age < law.age_fin_pediatrie:
        return Profile.PEDIATRE_6_16
    return Profile.SPECIALISTE


def letter_key(act: Act, law: LawRecord, readings: Readings) -> tuple[Cents, CaseBase]:
    """An act of the table of letter keys and CCAM acts."""
    if law.acte_kind[act.act] == ActKind.COORDINATION and not coordinated(act, law, readings):
        return 0, CaseBase.COORDINATION_NOT_PAYABLE
    if law.acte_kind[act.act] == ActKind.EMERGENCY:
        return law.urgences_forfait, CaseBase.EMERGENCY_CHARGE
    own = own_teleconsultation(act, law)
    if own != UNKNOWN:
        return UNKNOWN if in_sector_2(act, law, readings) else own, CaseBase.LETTER_KEY
    if act.profession == Profession.SAGE_FEMME and law.acte_base_sage_femme[act.act] != UNKNOWN:
        return law.acte_base_sage_femme[act.act], CaseBase.LETTER_KEY
    if in_sector_2(act, law, readings) and law.acte_base_secteur_2[act.act] != UNKNOWN:
        return law.acte_base_secteur_2[act.act], CaseBase.SECTOR_2
    return law.acte_base[act.act], CaseBase.LETTER_KEY


def own_teleconsultation(act: Act, law: LawRecord) -> Cents:
    """Tariff of a teleconsultation proper to the specialty, known in sector 1 only; `UNKNOWN` where it has none."""
    if not law.acte_teleconsultation[act.act]:
        return UNKNOWN
    return law.tarif[profile_of(act, law) * SITUATIONS + TELECONSULTATION]


def times(tariff: Cents, act: Act, law: LawRecord) -> Cents:
    """The tariff times the quantity; the coefficient of a letter is in hundredths (AMS 7.5 is 750)."""
    if law.acte_coefficient[act.act]:
        return (tariff * act.quantity + 50) // 100
    return tariff * act.quantity
