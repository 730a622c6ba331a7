"""Switches of reforms, which are no law: neutral unless one is on, and then what its name says, to the cent."""

import pytest

from parcours.law.cases import CaseRate
from parcours.law.codes import Convention, DrugClass, Exemption, Profession, Referral, Scheme, Status
from parcours.rules.hypotheses import HALF_OF_SPECIALTIES, NEUTRAL, Borne, Hypotheses, Outcome, settle_supposed
from parcours.rules.settlement import settle
from parcours.rules.types import NO_CONTRACT, Contract, Counters, Readings
from tests.rules.support import (
    DEFAULT_READINGS,
    DERMATOLOGUE,
    GYNECOLOGUE_MEDICAL,
    NOTHING_BORNE,
    RESPONSABLE_100,
    law_of,
    make,
)

DENTIST = {"profession": Profession.CHIRURGIEN_DENTISTE, "convention": 0, "base": 100_00, "fee": 100_00}
MEDICINE = {
    "profession": Profession.PHARMACIE,
    "convention": 0,
    "drug_class": DrugClass.MAJEUR,
    "base": 20_00,
    "fee": 20_00,
}
DEVICE = {**MEDICINE, "drug_class": DrugClass.LPP}
TRANSPORT = {"profession": Profession.TRANSPORTEUR, "convention": 0, "base": 80_00, "fee": 80_00}
NONE_BORNE = Borne()
SPECIALIST = {"specialty": DERMATOLOGUE, "convention": Convention.SECTEUR_2, "fee": 80_00}


def supposed(
    hypotheses: Hypotheses = NEUTRAL,
    *,
    contract: Contract = NO_CONTRACT,
    counters: Counters = NOTHING_BORNE,
    borne: Borne = NONE_BORNE,
    readings: Readings = DEFAULT_READINGS,
    **facts: int,
) -> Outcome:
    act = make(**facts)
    found = settle_supposed(act, contract, counters, borne, law_of(act), readings, hypotheses)
    assert found.amo + found.amc + found.patient == found.fee
    return found


ACTS = [
    {},
    {"role": 1},
    {"medecin_traitant": 0},
    {"c2s": 1},
    {"exemption": Exemption.ALD},
    {"ame": 1},
    {"tiers_payant": 2},
    {"fee": 60_00},
    {"convention": Convention.SECTEUR_2, "exemption": Exemption.VICTIME_TERRORISME, "fee": 70_00},
    {**MEDICINE, "drug_class": DrugClass.GRAND_APPAREILLAGE},
    DENTIST,
    MEDICINE,
    DEVICE,
    TRANSPORT,
    SPECIALIST,
]


@pytest.mark.parametrize("facts", ACTS)
@pytest.mark.parametrize("contract", [NO_CONTRACT, RESPONSABLE_100])
def test_without_a_hypothesis_the_law_answers(facts: dict[str, int], contract: Contract) -> None:
    act = make(**facts)
    law = settle(act, contract, NOTHING_BORNE, law_of(act), DEFAULT_READINGS)
    found = supposed(contract=contract, **facts)
    for name in set(Outcome._fields) - {"fee", "included"}:
        assert getattr(found, name) == getattr(law, name), name


def test_flat_amounts_are_paid_at_the_desk_under_tiers_payant() -> None:
    facts = {"role": 1, "tiers_payant": 2}
    law, desk = (
        supposed(contract=RESPONSABLE_100, **facts),
        supposed(Hypotheses(collection_mode=1), contract=RESPONSABLE_100, **facts),
    )
    assert (law.advance, law.deferred) == (0, 2_00)
    assert (desk.advance, desk.deferred) == (2_00, 0)
    assert (desk.amo, desk.amc, desk.patient) == (law.amo, law.amc, law.patient)


def test_no_surcharge_without_a_medecin_traitant_and_the_same_one_with() -> None:
    switch = Hypotheses(exemption_sans_medecin_traitant=1)
    assert supposed(medecin_traitant=0).majoration == 10_60
    assert supposed(switch, medecin_traitant=0).majoration == 0
    assert supposed(switch).majoration == 10_60


def test_care_of_a_long_term_illness_is_refunded_less_and_nothing_else_is() -> None:
    switch = Hypotheses(taux_exoneration_ald=95_00)
    found = supposed(switch, exemption=Exemption.ALD, role=1)
    assert (found.ticket_moderateur, found.participation_forfaitaire, found.patient) == (1_50, 2_00, 3_50)
    assert supposed(switch, contract=RESPONSABLE_100, exemption=Exemption.ALD, role=1).amc == 1_50
    both = 1 << Exemption.ALD | 1 << Exemption.MATERNITE
    assert supposed(switch, exemption=both, role=1).ticket_moderateur == 0
    assert supposed(switch, role=1).ticket_moderateur == 9_00
    assert supposed(switch, exemption=Exemption.ALD, ame=1).ticket_moderateur == 0
    costly = {"act": "acte_technique", "base": 200_00, "fee": 200_00, "referral": Referral.AVIS_PONCTUEL}
    assert supposed(switch, exemption=Exemption.ALD, **costly).forfait_acte_lourd == 0


def test_an_emergency_visit_keeps_its_reduced_charge() -> None:
    visit = {"profession": Profession.ETABLISSEMENT, "act": "forfait_patient_urgences", "fee": 30_00, "convention": 0}
    with_law = supposed(exemption=Exemption.ALD, **visit)
    assert supposed(Hypotheses(taux_exoneration_ald=95_00), exemption=Exemption.ALD, **visit) == with_law


def test_medicines_that_no_one_refunds_stay_so() -> None:
    facts = {**MEDICINE, "drug_class": DrugClass.HOMEOPATHIE, "exemption": Exemption.ALD}
    assert supposed(Hypotheses(taux_exoneration_ald=95_00), **facts).amo == 0
    shield = supposed(Hypotheses(annual_ceiling_rac_amo=0), **facts)
    assert (shield.amo, shield.included) == (0, 0)


def test_care_of_a_long_term_illness_bears_no_flat_amount() -> None:
    switch = Hypotheses(exemption_participations_ald=1)
    assert supposed(switch, exemption=Exemption.ALD, role=1).participation_forfaitaire == 0
    assert supposed(switch, exemption=Exemption.ALD, **MEDICINE).franchise == 0
    assert supposed(switch, role=1).participation_forfaitaire == 2_00


def test_a_yearly_ceiling_gives_back_the_share_then_the_flat_amounts() -> None:
    switch = Hypotheses(annual_ceiling_rac_amo=450_00)
    law = supposed(role=1)
    assert (law.ticket_moderateur, law.included, law.patient) == (9_00, 11_00, 11_00)
    assert supposed(switch, role=1) == law
    near = supposed(switch, role=1, borne=Borne(included=445_00))
    assert (near.ticket_moderateur, near.participation_forfaitaire, near.patient, near.included) == (
        3_00,
        2_00,
        5_00,
        5_00,
    )
    over = supposed(switch, role=1, borne=Borne(included=450_00))
    assert (over.ticket_moderateur, over.participation_forfaitaire, over.patient) == (0, 0, 0)
    drug = supposed(switch, borne=Borne(included=450_00), **MEDICINE)
    assert (drug.franchise, drug.patient) == (0, 0)
    covered = supposed(switch, role=1, contract=RESPONSABLE_100, borne=Borne(included=450_00))
    assert (covered.amo, covered.amc) == (30_00, 0)
    above = supposed(switch, fee=80_00, convention=Convention.SECTEUR_2, role=1, borne=Borne(included=450_00))
    assert above.patient == above.depassement


def test_nothing_is_left_of_the_share_of_what_is_covered() -> None:
    switch = Hypotheses(ticket_moderateur_zero=1)
    assert supposed(switch, role=1).patient == 2_00
    assert supposed(switch, **{**MEDICINE, "drug_class": DrugClass.HOMEOPATHIE}).amo == 0
    costly = {"act": "acte_technique", "base": 200_00, "fee": 200_00, "referral": Referral.AVIS_PONCTUEL}
    assert supposed(switch, **costly).forfait_acte_lourd == 0


def test_the_extra_fee_of_a_doctor_has_a_cap() -> None:
    switch = Hypotheses(fee_cap=50_00)
    found = supposed(switch, referral=Referral.AVIS_PONCTUEL, **SPECIALIST)
    assert (found.fee, found.depassement) == (34_50, 11_50)
    assert found.amo == supposed(referral=Referral.AVIS_PONCTUEL, **SPECIALIST).amo
    assert supposed(switch, role=1).fee == 30_00
    assert supposed(switch, **{**DENTIST, "fee": 300_00}).fee == 300_00
    assert supposed(switch, act="acte_technique", fee=500_00, convention=Convention.SECTEUR_2).fee == 500_00


def test_sector_2_is_refunded_on_the_tariff_of_optam() -> None:
    switch = Hypotheses(base_secteur_2=1)
    law = supposed(referral=Referral.AVIS_PONCTUEL, **SPECIALIST)
    found = supposed(switch, referral=Referral.AVIS_PONCTUEL, **SPECIALIST)
    assert (law.depassement, found.depassement) == (57_00, 48_50)
    assert found.amo > law.amo
    both = supposed(switch._replace(fee_cap=50_00), referral=Referral.AVIS_PONCTUEL, **SPECIALIST)
    assert both.fee == 47_25
    assert supposed(switch, role=1) == supposed(role=1)
    unknown = {"act": "acte_technique", "fee": 500_00, "convention": Convention.SECTEUR_2}
    assert supposed(switch, **unknown) == supposed(**unknown)


def test_an_act_of_a_dentist_bears_the_contribution_within_the_caps() -> None:
    switch = Hypotheses(participation_dentiste=1)
    law, found = supposed(**DENTIST), supposed(switch, **DENTIST)
    assert (found.participation_forfaitaire, law.amo - found.amo, found.patient - law.patient) == (2_00, 2_00, 2_00)
    for spared in ({"age": 17}, {"c2s": 1}, {"ame": 1}, {"exemption": Exemption.MATERNITE}):
        assert supposed(switch, **DENTIST, **spared).participation_forfaitaire == 0
    full = Counters(participation_annee=50_00, participation_nombre_annee=25)
    assert supposed(switch, counters=full, **DENTIST).participation_forfaitaire == 0
    supplement = {**DENTIST, "act": "MCG", "base": 5_00, "fee": 5_00}
    assert supposed(switch, **supplement).participation_forfaitaire == 0
    assert supposed(switch, **MEDICINE).participation_forfaitaire == 0
    gives_back = RESPONSABLE_100._replace(responsable=0, participations=1)
    assert supposed(switch, contract=gives_back, **DENTIST).patient == 0


def test_a_device_bears_a_deductible_within_the_caps() -> None:
    switch = Hypotheses(franchise_dispositif=1)
    law, found = supposed(**DEVICE), supposed(switch, **DEVICE)
    assert (found.franchise, law.amo - found.amo) == (1_00, 1_00)
    large = {**DEVICE, "drug_class": DrugClass.GRAND_APPAREILLAGE}
    assert supposed(switch, **large).franchise == 1_00
    assert supposed(switch, counters=Counters(franchise_annee=50_00), **DEVICE).franchise == 0
    assert supposed(switch, **DEVICE, c2s=1).franchise == 0
    assert supposed(switch, **MEDICINE).franchise == 1_00


def test_transport_has_a_yearly_cap_of_its_own() -> None:
    switch = Hypotheses(plafond_transport_distinct=1)
    full = {"counters": Counters(franchise_annee=50_00), "borne": Borne(transport=8_00)}
    assert supposed(**full, **TRANSPORT).franchise == 0
    assert supposed(switch, **full, **TRANSPORT).franchise == 4_00
    assert supposed(switch, **full, **MEDICINE).franchise == 1_00
    assert supposed(switch, counters=Counters(franchise_annee=50_00), **MEDICINE).franchise == 0


def test_who_is_sent_by_a_nurse_as_referent_is_inside() -> None:
    switch = Hypotheses(role_referent_ipa=1)
    facts = {"medecin_traitant": 0, "referral": Referral.IPA, "specialty": DERMATOLOGUE, "fee": 60_00}
    assert supposed(**facts).majoration == 10_60
    found = supposed(switch, **facts)
    assert (found.majoration, found.status) == (0, Status.O)
    assert supposed(switch, **{**facts, "medecin_traitant": 1}).status == Status.O
    assert supposed(switch, medecin_traitant=0).majoration == 10_60


def test_a_listed_specialty_is_in_direct_access_for_who_has_a_medecin_traitant() -> None:
    low = Hypotheses(acces_direct_premieres=1 << DERMATOLOGUE)
    high = Hypotheses(acces_direct_suivantes=1 << GYNECOLOGUE_MEDICAL - HALF_OF_SPECIALTIES)
    seen = {"specialty": DERMATOLOGUE, "fee": 60_00}
    assert (supposed(**seen).majoration, supposed(low, **seen).majoration) == (10_60, 0)
    assert supposed(low, **seen).depassement == supposed(**seen).depassement
    assert supposed(high, specialty=GYNECOLOGUE_MEDICAL, fee=60_00).status == Status.D
    assert supposed(low, **seen, medecin_traitant=0).majoration == 10_60
    assert supposed(high, **seen).majoration == 10_60
    assert supposed(low, **DENTIST) == supposed(**DENTIST)
    unknown = {**seen, "act": "acte_technique"}
    assert supposed(low, **unknown).amo == supposed(**unknown).amo


def test_the_rate_of_the_local_scheme_is_no_lower_under_a_hypothesis() -> None:
    local = {"exemption": Exemption.ALD, "role": 1, "scheme": Scheme.ALSACE_MOSELLE}
    assert supposed(Hypotheses(taux_exoneration_ald=80_00), **local).ticket_moderateur == 0
    assert supposed(Hypotheses(taux_exoneration_ald=95_00), **local).ticket_moderateur == 1_50
    assert supposed(**local).case_rate == CaseRate.EXEMPT
