"""What holds of every settlement, whatever the facts."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parcours.engine.case import settle as settle_facts
from parcours.engine.errors import FactError, UnknownTariff
from parcours.engine.facts.encoding import encode
from parcours.engine.facts.readings import RULE_READINGS, encode_readings
from parcours.engine.results import AMOUNTS, different_amounts
from parcours.law.cache import flat_law
from parcours.law.cases import CaseBase, CaseMajoration, CasePayment, CaseRate
from parcours.law.codes import Pathway, Status
from parcours.rules.money import share
from parcours.rules.participations import contributions
from parcours.rules.rate import overrun_covered
from parcours.rules.settlement import settle
from parcours.rules.types import Counters, Settlement
from tests.properties.strategies import LAW, STANDS_IN, SUPPOSES_A_DOCTOR, acts, contracts, euros

COUNTERS = st.builds(Counters, *(st.integers(0, 60_00) for _ in Counters._fields))
READINGS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([m.name.lower() for m in enum]) for name, enum in RULE_READINGS.items()}
)
NOTHING_BORNE = Counters()


def settled(
    facts: dict[str, Any], counters: Counters = NOTHING_BORNE, readings: dict[str, str] | None = None
) -> Settlement:
    """The settlement of facts, unknown tariffs included."""
    case = encode(facts, LAW)
    law = flat_law().under(readings or {}).on(case.act.care_date)
    return settle(case.act, case.contract, counters, law, encode_readings(readings or {}))


def known(settlement: Settlement) -> bool:
    """Are the tariff and the rate known on that day?"""
    return settlement.case_base != CaseBase.UNKNOWN and settlement.case_rate != CaseRate.UNKNOWN


@given(acts(), COUNTERS, READINGS)
@settings(max_examples=200)
def test_the_shares_make_the_fee_and_none_is_negative(
    facts: dict[str, Any], counters: Counters, readings: dict[str, str]
) -> None:
    answer = settled(facts, counters, readings)
    fee = answer.amo + answer.amc + answer.patient
    assert fee == int(facts["fee"] * 100)
    for name in AMOUNTS:
        assert getattr(answer, name) >= (-1 if name == "max_fee" else 0), name
    assert 0 <= answer.rate <= 100_00


@given(acts(), COUNTERS, READINGS)
def test_the_base_is_split_into_named_parts(
    facts: dict[str, Any], counters: Counters, readings: dict[str, str]
) -> None:
    answer = settled(facts, counters, readings)
    taken = answer.majoration + answer.participation_forfaitaire + answer.franchise
    covered = answer.depassement if overrun_covered(encode(facts, LAW).act) else 0
    assert answer.amo + taken + answer.ticket_moderateur + answer.forfait_acte_lourd == answer.base + covered
    assert answer.base + answer.depassement == int(facts["fee"] * 100)
    if not answer.amc:
        parts = answer.ticket_moderateur + answer.forfait_acte_lourd + taken + answer.depassement - covered
        assert answer.patient == parts


@given(acts("medecin"), READINGS)
@settings(max_examples=300)
def test_declaring_a_medecin_traitant_never_costs_more(facts: dict[str, Any], readings: dict[str, str]) -> None:
    """Three cases apart. A teleconsultation without a médecin traitant is out of the mechanism and bears no surcharge.

    Who stands in for the médecin traitant supposes one: without a declaration that role is empty. And a contract that
    is not responsable may give back the surcharge but not the participation, which is never above what is refunded:
    where the surcharge eats a refund of cents, it gives back what the participation would have taken.
    """
    assume(facts["role"] not in SUPPOSES_A_DOCTOR | STANDS_IN)
    case = encode(facts, LAW)
    assume(case.contract.responsable or not case.contract.majoration or case.contract.participations)
    assume(not LAW.default.on(case.act.care_date).acte_teleconsultation[case.act.act])
    declared = settled({**facts, "medecin_traitant": True}, readings=readings)
    undeclared = settled({**facts, "medecin_traitant": False}, readings=readings)
    assume(known(declared) and known(undeclared))
    assert declared.patient <= undeclared.patient
    assert declared.amo >= undeclared.amo


@given(acts("medecin"), st.integers(0, 15), st.sampled_from([s.name for s in Status if s]))
def test_under_16_there_is_never_a_surcharge(facts: dict[str, Any], age: int, letter: str) -> None:
    young = {**facts, "age": age, "age_1er_janvier": age}
    assert settled(young).majoration == 0
    coded = {name: value for name, value in young.items() if name not in {"role", "referral", "medecin_traitant"}}
    assert settled({**coded, "status": letter}).majoration == 0


@given(acts(), contracts(responsable=True), COUNTERS)
@settings(max_examples=200)
def test_a_contrat_responsable_never_pays_what_l871_1_forbids(
    facts: dict[str, Any], contract: dict[str, Any], counters: Counters
) -> None:
    answer = settled({**facts, "contract": contract, "c2s": False, "ame": False}, counters)
    forbidden = answer.majoration + answer.participation_forfaitaire + answer.franchise
    assert answer.patient >= forbidden
    if answer.majoration or answer.case_majoration != CaseMajoration.NONE:
        assert answer.amc <= answer.ticket_moderateur + answer.forfait_acte_lourd
        assert answer.patient >= forbidden + answer.depassement


@given(acts(), contracts(), COUNTERS)
def test_a_contract_never_costs_the_patient_more(
    facts: dict[str, Any], contract: dict[str, Any], counters: Counters
) -> None:
    bare = {name: value for name, value in facts.items() if name != "contract"}
    assert settled({**bare, "contract": contract}, counters).patient <= settled(bare, counters).patient


@given(acts("medecin"), st.integers(0, 400), st.integers(0, 400))
def test_a_higher_guarantee_never_costs_the_patient_more(facts: dict[str, Any], one: int, other: int) -> None:
    low, high = sorted((one, other))
    for responsable in (True, False):
        contract = {"responsable": responsable, "acte_technique_pct_br": low, "consultation_pct_br": low}
        better = {"responsable": responsable, "acte_technique_pct_br": high, "consultation_pct_br": high}
        assert settled({**facts, "contract": better}).patient <= settled({**facts, "contract": contract}).patient


@given(acts(contract=False), COUNTERS, READINGS)
@settings(max_examples=200)
def test_c2s_never_raises_the_share_of_the_patient(
    facts: dict[str, Any], counters: Counters, readings: dict[str, str]
) -> None:
    covered = settled({**facts, "c2s": True}, counters, readings)
    bare = settled({**facts, "c2s": False}, counters, readings)
    assume(known(covered) and known(bare))
    assert covered.patient <= bare.patient


@given(acts(contract=False))
def test_the_c2s_patient_pays_the_overrun_and_nothing_else(facts: dict[str, Any]) -> None:
    answer = settled({**facts, "c2s": True, "ame": False})
    covered = answer.case_rate != CaseRate.NOT_COVERED
    assert answer.patient == (answer.depassement if covered else int(facts["fee"] * 100))


@given(acts(contract=False), COUNTERS)
def test_an_exemption_never_costs_the_patient_more(facts: dict[str, Any], counters: Counters) -> None:
    exempt = settled({**facts, "exemption": "ald"}, counters)
    assert exempt.patient <= settled({**facts, "exemption": "none"}, counters).patient


@given(acts(), COUNTERS, READINGS)
@settings(max_examples=200)
def test_what_is_paid_now_and_later(facts: dict[str, Any], counters: Counters, readings: dict[str, str]) -> None:
    ends = set()
    for how in ("none", "partial", "full"):
        answer = settled({**facts, "tiers_payant": how}, counters, readings)
        fee = int(facts["fee"] * 100)
        assert 0 <= answer.advance <= fee
        ends.add((answer.amo, answer.amc, answer.patient))
        if how == "none" and answer.case_payment != CasePayment.PAID_DIRECTLY:
            assert (answer.advance, answer.deferred) == (fee, 0)
        elif how != "full":
            assert answer.advance + answer.deferred == fee - answer.amo
        else:
            assert answer.advance + answer.deferred == answer.patient
    assert len(ends) == 1, "how it is paid changes who bears it"


@given(acts("medecin"), COUNTERS)
def test_an_unlawful_excess_is_part_of_the_overrun(facts: dict[str, Any], counters: Counters) -> None:
    answer = settled(facts, counters)
    assert answer.unlawful_excess <= answer.depassement
    if answer.max_fee == -1:
        assert answer.unlawful_excess == 0
    else:
        assert answer.max_fee >= answer.base
        assert answer.unlawful_excess == max(0, int(facts["fee"] * 100) - answer.max_fee)


@given(acts(), euros(0, 50_00), COUNTERS)
@settings(max_examples=200)
def test_a_higher_fee_never_costs_the_patient_less(facts: dict[str, Any], more: Any, counters: Counters) -> None:
    lower, higher = settled(facts, counters), settled({**facts, "fee": facts["fee"] + more}, counters)
    assert higher.patient >= lower.patient
    assert higher.base >= lower.base
    if lower.depassement and lower.case_rate != CaseRate.TERRORISM:  # whose extra fees are covered: L169-2-1
        assert higher.amo == lower.amo


@given(acts())
def test_the_surcharge_has_its_rate_its_cap_and_its_statuses(facts: dict[str, Any]) -> None:
    answer = settled(facts)
    law = LAW.default.on(encode(facts, LAW).act.care_date)
    most = share(law.majoration_plafond_assiette, law.majoration_taux)
    assert answer.majoration <= min(most, share(answer.base, law.majoration_taux))
    if answer.majoration:
        assert answer.pathway == Pathway.OUTSIDE
        assert Status(answer.status) in {Status.I, Status.P, Status.S, Status.F}
        assert facts["profession"] == "medecin"
        assert facts["age"] >= 16


@given(acts(), COUNTERS)
def test_the_flat_reading_never_refunds_more(facts: dict[str, Any], counters: Counters) -> None:
    flat = settled(facts, counters, {"plafond_majoration": "fiche"})
    assert flat.amo <= settled(facts, counters).amo


@given(acts(), COUNTERS, COUNTERS)
def test_who_has_borne_more_bears_less(facts: dict[str, Any], one: Counters, other: Counters) -> None:
    low = Counters(*map(min, one, other))
    high = Counters(*map(max, one, other))
    for name in ("participation_forfaitaire", "franchise"):
        assert getattr(settled(facts, high), name) <= getattr(settled(facts, low), name)


@given(acts(), COUNTERS)
def test_no_cap_is_ever_crossed(facts: dict[str, Any], counters: Counters) -> None:
    answer = settled(facts, counters)
    law = LAW.default.on(encode(facts, LAW).act.care_date)
    if answer.participation_forfaitaire:
        assert counters.participation_annee + answer.participation_forfaitaire <= law.participation_plafond_annee
        taken = contributions(answer.participation_forfaitaire, law)
        assert counters.participation_nombre_jour + taken <= law.participation_nombre_jour
    if answer.franchise:
        assert counters.franchise_annee + answer.franchise <= law.franchise_plafond_annee


@given(acts())
def test_an_answer_settled_again_from_its_own_facts_is_the_same(facts: dict[str, Any]) -> None:
    try:
        answer = settle_facts(facts)
    except UnknownTariff:
        return
    again = {**answer.facts, **({"contract": facts["contract"]} if "contract" in facts else {})}
    assert settle_facts(again).settlement == answer.settlement


@given(acts())
def test_another_reading_is_shown_only_where_an_amount_changes(facts: dict[str, Any]) -> None:
    try:
        answer = settle_facts(facts)
    except UnknownTariff:
        return
    for other in answer.other_readings:
        amounts = [(getattr(answer.settlement, name), getattr(other.settlement, name)) for name in AMOUNTS]
        assert any(before != after for before, after in amounts)
        assert other.settlement.amo + other.settlement.amc + other.settlement.patient == int(facts["fee"] * 100)


@pytest.mark.parametrize("declared", [True, False])
def test_a_teleconsultation_is_the_documented_exception(declared: bool) -> None:
    facts = {
        "care_date": "2025-06-01",
        "age": 40,
        "specialty": "generaliste",
        "convention": "secteur_1",
        "act": "TCG",
        "fee": 25,
        "medecin_traitant": declared,
        "role": "autre",
        "referral": "none",
    }
    assert settled(facts).majoration == (10_00 if declared else 0)


@given(acts(), READINGS, st.sampled_from([None, *LAW.alternatives]))
@settings(max_examples=150)
def test_the_readings_told_are_all_that_change_an_amount(
    facts: dict[str, Any], readings: dict[str, str], of_the_law: tuple[str, str] | None
) -> None:
    """Only those that a rule read are settled again: here all are."""
    chosen = readings | dict([of_the_law] if of_the_law else [])
    try:
        answer = settle_facts(facts, chosen)
    except FactError:
        assume(False)
    every = [(name, one.name.lower()) for name, enum in RULE_READINGS.items() for one in enum]
    told = {
        (name, option)
        for name, option in [*every, *LAW.alternatives]
        if different_amounts(answer.settlement, settled(facts, readings={**chosen, name: option}))
    }
    assert {(other.name, other.option) for other in answer.other_readings} == told
