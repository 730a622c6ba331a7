"""One act of care in the integers the rules read, for tests that bypass everything that reads what people write.

The ordinary case: a general practitioner of sector 1 sees an adult of 40 on 1 June 2025, for 30 €. A doctor is
declared, this one is another, and there is no referral. A test says only what differs.
"""

from parcours.law.cache import flat_law
from parcours.law.codes import Convention, Exemption, Profession
from parcours.law.record import LawRecord
from parcours.rules.settlement import settle
from parcours.rules.types import NO_CONTRACT, Act, Contract, Counters, Readings, Settlement

GENERALISTE = 1
ANESTHESISTE = 2
CARDIOLOGUE = 3
DERMATOLOGUE = 5
GYNECOLOGUE_OBSTETRICIEN = 7
PEDIATRE = 12
OPHTALMOLOGUE = 15
NEUROPSYCHIATRE = 17
STOMATOLOGUE = 18
MPR = 31
NEUROLOGUE = 32
PSYCHIATRE = 33
GERIATRE = 34
DIRECTEUR_LABORATOIRE = 38
CHIRURGIEN_MAXILLO_FACIAL = 44
CHIRURGIEN_ORAL = 69
GYNECOLOGUE_MEDICAL = 70
PSYCHIATRE_ENFANT = 75

ORDINARY = Act(
    care_date=20250601,
    reimbursement_date=20250601,
    age=40,
    age_1er_janvier=40,
    profession=Profession.MEDECIN,
    specialty=GENERALISTE,
    convention=Convention.SECTEUR_1,
    act=0,
    quantity=1,
    fee=30_00,
    base=-1,
    medecin_traitant=1,
    role=0,
    referral=0,
    urgent=0,
    away=0,
    purpose=0,
    medecin_traitant_left_on=0,
    installed_on=0,
    zone_deficitaire=0,
    referrer_installed_on=0,
    referrer_zone_deficitaire=0,
    centre_agree_on=0,
    medecin_traitant_indisponible=0,
    special_setting=0,
    exemption=0,
    c2s=0,
    ame=0,
    scheme=0,
    tiers_payant=0,
    exigence_particuliere=0,
    prelevement_biologie=0,
    drug_class=0,
    sejour_jours=0,
    ips=0,
    status=0,
)
RESPONSABLE_100 = Contract(
    present=1,
    responsable=1,
    consultation_optam=100_00,
    consultation_non_optam=100_00,
    technique_optam=100_00,
    technique_non_optam=100_00,
    dentaire=100_00,
    auxiliaire=100_00,
    biologie=100_00,
    medicament_majeur=100_00,
    medicament_modere=0,
    medicament_faible=0,
    appareillage=100_00,
    transport=100_00,
    hospitalisation=100_00,
    majoration=0,
    participations=0,
    plafond=-1,
)

NOTHING_BORNE = Counters()
DEFAULT_READINGS = Readings()


def act_number(key: str) -> int:
    """Index of a letter key or a CCAM act in the table of acts."""
    return flat_law().acts[key]


def make(**facts: int | str) -> Act:
    """The ordinary act with these facts; reimbursed on the day of the care, as old on 1 January as on that day."""
    values = dict(facts)
    if isinstance(values.get("act"), str):
        values["act"] = act_number(str(values["act"]))
    if isinstance(values.get("exemption"), Exemption):
        values["exemption"] = 1 << values["exemption"] if values["exemption"] else 0
    if "care_date" in values:
        values.setdefault("reimbursement_date", values["care_date"])
    if "age" in values:
        values.setdefault("age_1er_janvier", values["age"])
    if values.get("profession", Profession.MEDECIN) != Profession.MEDECIN:
        values.setdefault("specialty", 0)
    return ORDINARY._replace(**values)


def law_of(act: Act, readings: dict[str, str] | None = None) -> LawRecord:
    """The law on the day of an act."""
    return flat_law().under(readings or {}).on(act.care_date)


def settled(
    *,
    contract: Contract = NO_CONTRACT,
    counters: Counters = NOTHING_BORNE,
    readings: Readings = DEFAULT_READINGS,
    **facts: int | str,
) -> Settlement:
    """The ordinary act with these facts, settled on its day."""
    act = make(**facts)
    return settle(act, contract, counters, law_of(act), readings)


def day_before(day: int) -> int:
    """The day before, for a first day that is not the first of January of a year that matters elsewhere."""
    from datetime import date, timedelta

    eve = date(day // 10_000, day // 100 % 100, day % 100) - timedelta(days=1)
    return eve.year * 10_000 + eve.month * 100 + eve.day
