"""From what people write to what the rules read: values, inference, contradictions, defaults, bad input by name."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from parcours.engine.case import settle
from parcours.engine.errors import FactError, MissingFact, UnknownTariff
from parcours.engine.facts.encoding import encode
from parcours.engine.facts.vocabulary import FACTS, hundredths
from parcours.law.cache import flat_law
from parcours.law.codes import Ips, Profession, Referral, Role, Status, TiersPayant

VISIT: dict[str, Any] = {
    "care_date": "2025-06-01",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "fee": 30,
    "medecin_traitant": True,
    "role": "autre",
    "referral": "none",
}
LAW = flat_law()


def refused(facts: dict[str, Any]) -> FactError:
    with pytest.raises(FactError) as caught:
        settle(facts)
    error = caught.value
    for lang in ("fr", "en"):
        assert error.field in error.message[lang]
        assert error.allowed[lang]
    return error


def without(*names: str, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**VISIT, **changes}.items() if name not in names}


# --- wrong values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("care_date", "2025-02-30"),
        ("care_date", "01/06/2025"),
        ("care_date", "yesterday"),
        ("care_date", "2025-13-01"),
        ("care_date", "0000-01-01"),
        ("care_date", "2005-12-31"),
        ("care_date", ["2025-06-01"]),
        ("birth_date", "2025-06-02"),
        ("birth_date", "31 mai"),
        ("age", -1),
        ("age", 131),
        ("age", "40.5"),
        ("age", "forty"),
        ("age", True),
        ("age", {"years": 40}),
        ("profession", "doctor"),
        ("specialty", "dermato"),
        ("specialty", "99"),
        ("specialty", "²"),
        ("specialty", [5]),
        ("convention", "secteur_3"),
        ("convention", "sans_objet"),
        ("act", "NOPE"),
        ("act", ""),
        ("quantity", 0),
        ("quantity", -1),
        ("quantity", "1.5"),
        ("quantity", "many"),
        ("fee", "abc"),
        ("fee", -5),
        ("fee", "-0.01"),
        ("fee", "30.001"),
        ("fee", "30.000000000000000000000000000001"),
        ("fee", "1000000.01"),
        ("fee", "1e999999"),
        ("fee", "1e-999999"),
        ("fee", "NaN"),
        ("fee", "sNaN"),
        ("fee", "Infinity"),
        ("fee", "30 €"),
        ("fee", True),
        ("fee", [30]),
        ("base", -1),
        ("medecin_traitant", "maybe"),
        ("medecin_traitant", 2),
        ("role", "friend"),
        ("referral", "letter"),
        ("urgent", "very"),
        ("purpose", "tourism"),
        ("special_setting", "spa"),
        ("exemption", "rich"),
        ("scheme", "martian"),
        ("tiers_payant", "half"),
        ("drug_class", "majeur"),
        ("installed_on", "2025-02-29"),
        ("medecin_traitant_left_on", "soon"),
        ("exigence_particuliere", "-1"),
        ("ips", "Q"),
        ("ips", "NOT_GIVEN"),
        ("status", "Q"),
        ("status", 0),
        ("status", "²"),
        ("status", 99),
        ("contract", "no_such_contract"),
        ("contract", "{not json"),
        ("contract", 12),
        ("patient_id", {"a": 1}),
    ],
)
def test_a_wrong_value_is_refused_by_its_field(field: str, value: Any) -> None:
    if field == "act" and value == "":
        assert settle({**VISIT, "act": ""}).encoded.act_key == "consultation"
        return
    facts = {**VISIT, field: value}
    if field == "birth_date":
        del facts["age"]
    error = refused(facts)
    assert error.field == field
    assert not isinstance(error, MissingFact)


@pytest.mark.parametrize(
    ("contract", "field"),
    [
        ({"responsable": "yes"}, "contract.responsable"),
        ({"consultation_pct_br": 150}, "contract.responsable"),
        ({"responsable": True, "consultation_pct_br": "lots"}, "contract.consultation_pct_br"),
        ({"responsable": True, "consultation_pct_br": -1}, "contract.consultation_pct_br"),
        ({"responsable": True, "consultation_pct_br": 10_001}, "contract.consultation_pct_br"),
        ({"responsable": True, "consultation_pct_br": "1e999999"}, "contract.consultation_pct_br"),
        ({"responsable": True, "consultation_pct_br": "NaN"}, "contract.consultation_pct_br"),
        ({"responsable": True, "consultation_pct_br": 100.005}, "contract.consultation_pct_br"),
        ({"responsable": True, "consultation_pct_br": True}, "contract.consultation_pct_br"),
        ({"responsable": True, "plafond_par_acte": -1}, "contract.plafond_par_acte"),
        ({"responsable": True, "plafond_par_acte": "1e30"}, "contract.plafond_par_acte"),
        ({"responsable": True, "dental": 100}, "contract.dental"),
        ('{"responsable": true, "dental": 100}', "contract.dental"),
    ],
)
def test_a_wrong_clause_of_a_contract_is_named(contract: Any, field: str) -> None:
    assert refused({**VISIT, "contract": contract}).field == field


def test_an_unknown_fact_is_refused_with_the_nearest_name() -> None:
    error = refused({**VISIT, "specialité": "dermatologie"})
    assert (error.field, error.allowed["en"]) == ("specialité", "specialty")
    assert "care_date" in refused({**VISIT, "zzz": 1}).allowed["en"]


def test_an_unknown_specialty_is_refused_with_near_ones() -> None:
    assert "dermatologie" in refused({**VISIT, "specialty": "dermato"}).allowed["fr"]


def test_a_long_value_is_cut_in_the_message() -> None:
    error = refused({**VISIT, "fee": "9" * 10_000})
    assert len(error.message["en"]) < 300
    assert error.to_dict("fr")["value"].endswith("…")


# --- contradictions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "field", "hint"),
    [
        ({"birth_date": "1990-01-01"}, "age", "35, from birth_date"),
        ({"birth_date": "1985-06-02", "age": 40}, "age", "39, from birth_date"),
        ({"birth_date": "1985-01-01", "age_1er_janvier": 39}, "age_1er_janvier", "40, from birth_date"),
        ({"reimbursement_date": "2025-05-31"}, "reimbursement_date", "not before the day of the care"),
        ({"medecin_traitant_left_on": "2025-06-02"}, "medecin_traitant_left_on", "not after the care"),
        ({"medecin_traitant": False, "role": "medecin_traitant"}, "role", "medecin_traitant is false"),
        ({"medecin_traitant": False, "role": "cabinet_secondaire"}, "role", "medecin_traitant is false"),
        ({"profession": "infirmier"}, "specialty", "infirmier has no specialty"),
        ({"act": "AMI"}, "act", "medecin"),
        ({"status": "T"}, "status", "P, from the given facts"),
        ({"ips": "T"}, "ips", "S, from the given facts"),
        ({"role": "correspondant", "referral": "sequence", "ips": "S"}, "ips", "O, from the given facts"),
    ],
)
def test_facts_that_contradict_one_another_are_refused(facts: dict[str, Any], field: str, hint: str) -> None:
    error = refused({**VISIT, **facts})
    assert error.field == field
    assert hint in error.allowed["en"]


@pytest.mark.parametrize("profession", ["laboratoire", "pharmacie", "transporteur", "etablissement", "psychologue"])
def test_a_profession_without_a_sector_is_given_none(profession: str) -> None:
    facts = without("specialty", "medecin_traitant", "role", "referral", profession=profession)
    assert refused(facts).field == "convention"


def test_a_drug_class_is_for_a_pharmacy() -> None:
    assert refused({**VISIT, "drug_class": "majeur"}).field == "drug_class"
    assert settle({**VISIT, "drug_class": "none"}).settlement.amo == 8_40


@pytest.mark.parametrize("ips", ["O", "M"])
def test_both_letters_of_a_referral_agree_with_it(ips: str) -> None:
    for referral in ("sequence", "autre_medecin"):
        facts = {**VISIT, "role": "correspondant", "referral": referral, "ips": ips}
        assert settle(facts).settlement.status == Status.O


@pytest.mark.parametrize("ips", ["S", "", "blank", "D"])
def test_outside_the_pathway_several_indicators_agree(ips: str) -> None:
    assert settle({**VISIT, "specialty": "dermatologie", "ips": ips}).settlement.majoration == 10_60


# --- missing facts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["care_date", "fee", "age", "convention", "medecin_traitant", "role", "referral"])
def test_a_fact_that_matters_is_asked_for(name: str) -> None:
    with pytest.raises(MissingFact) as caught:
        settle(
            without(name, specialty="dermatologie", **({"referral": "sequence"} if name == "medecin_traitant" else {}))
        )
    assert caught.value.field == name


def test_an_empty_cell_is_a_fact_that_is_not_given() -> None:
    with pytest.raises(MissingFact) as caught:
        settle({**VISIT, "fee": ""})
    assert caught.value.field == "fee"


def test_who_performs_the_act_is_asked_for() -> None:
    with pytest.raises(MissingFact) as caught:
        settle(without("specialty"))
    assert caught.value.field == "profession"
    with pytest.raises(MissingFact) as caught:
        settle(without("specialty", profession="medecin"))
    assert caught.value.field == "specialty"


def test_a_fact_that_changes_nothing_is_not_asked_for() -> None:
    # declared or not, the visit is outside; the letter alone differs, and the assumption is shown
    answer = settle(without("medecin_traitant"))
    assert (answer.settlement.amo, answer.defaults["medecin_traitant"]) == (8_40, False)
    assert settle(without("referral", role="medecin_traitant")).settlement.amo == 19_00
    nurse = {"care_date": "2025-06-01", "age": 40, "profession": "infirmier", "fee": 9, "base": 9}
    assert settle(nurse).settlement.amo == 4_40


def test_at_18_the_age_on_1_january_is_asked_for_when_it_matters() -> None:
    with pytest.raises(MissingFact) as caught:
        settle({**VISIT, "age": 18})
    assert caught.value.field == "age_1er_janvier"
    assert settle({**VISIT, "age": 18, "age_1er_janvier": 17}).settlement.participation_forfaitaire == 0
    assert settle({**VISIT, "age": 18, "age_1er_janvier": 18}).settlement.participation_forfaitaire == 2_00
    assert settle({**VISIT, "age": 18, "c2s": True}).settlement.participation_forfaitaire == 0


@pytest.mark.parametrize(("age", "on_1_january"), [(0, 0), (1, 0), (17, 16), (19, 19), (40, 40)])
def test_away_from_18_the_age_on_1_january_follows(age: int, on_1_january: int) -> None:
    assert encode({**VISIT, "age": age}, LAW).act.age_1er_janvier == on_1_january


def test_the_class_of_a_drug_is_asked_for() -> None:
    drug = {"care_date": "2025-06-01", "age": 40, "profession": "pharmacie", "fee": 10, "base": 10}
    with pytest.raises(MissingFact) as caught:
        settle(drug)
    assert caught.value.field == "drug_class"


# --- what follows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "care", "age", "on_1_january"),
    [
        ("2009-06-01", "2025-05-31", 15, 15),
        ("2009-06-01", "2025-06-01", 16, 15),
        ("2007-01-01", "2025-06-01", 18, 18),
        ("2007-01-02", "2025-06-01", 18, 17),
        ("2004-02-29", "2020-02-28", 15, 15),
        ("2004-02-29", "2020-02-29", 16, 15),
        ("2004-02-29", "2022-02-28", 17, 17),
        ("2004-02-29", "2022-03-01", 18, 17),
        ("2025-06-01", "2025-06-01", 0, 0),
    ],
)
def test_ages_follow_from_the_day_of_birth(birth: str, care: str, age: int, on_1_january: int) -> None:
    act = encode({**without("age"), "birth_date": birth, "care_date": care}, LAW).act
    assert (act.age, act.age_1er_janvier) == (age, on_1_january)


def test_a_specialty_makes_a_doctor_and_a_referral_a_correspondent() -> None:
    assert encode(VISIT, LAW).act.profession == Profession.MEDECIN
    case = encode(without("role", referral="sequence"), LAW)
    assert case.act.role == Role.CORRESPONDANT
    assert "role" in case.inferred


def test_ones_own_doctor_needs_no_more_words() -> None:
    act = encode(without("referral", "medecin_traitant", role="medecin_traitant"), LAW).act
    assert (act.medecin_traitant, act.referral) == (1, Referral.NONE)


@pytest.mark.parametrize(
    ("letter", "status"),
    [
        ("T", "T"),
        ("N", "N"),
        ("O", "O"),
        ("R", "R"),
        ("U", "U"),
        ("H", "H"),
        ("A", "A"),
        ("B", "B"),
        ("S", "P"),
        ("", "I"),
    ],
)
def test_a_coded_claim_is_settled_from_its_indicator(letter: str, status: str) -> None:
    facts = {**without("role", "referral"), "ips": letter}
    if letter in {"U", "H", "A", "B", ""}:
        facts |= {"role": "autre", "referral": "none"} if letter == "" else {}
    assert Status(settle(facts).settlement.status).name == status


def test_a_coded_claim_is_settled_from_its_status() -> None:
    coded = without("role", "referral", "medecin_traitant")
    for status in ("P", 23, "23"):
        assert settle({**coded, "status": status}).settlement.majoration == 10_60
    assert settle({**coded, "status": "T"}).settlement.majoration == 0


@pytest.mark.parametrize("who", ["c2s", "ame"])
def test_c2s_and_ame_advance_nothing_unless_said(who: str) -> None:
    assert encode({**VISIT, who: True}, LAW).act.tiers_payant == TiersPayant.FULL
    assert encode({**VISIT, who: True, "tiers_payant": "none"}, LAW).act.tiers_payant == TiersPayant.NONE


def test_defaults_are_listed() -> None:
    answer = settle(VISIT)
    assert answer.defaults["act"] == "consultation"
    assert answer.defaults["exemption"] == "none"
    assert "age" not in answer.defaults
    assert "exemption" not in settle({**VISIT, "exemption": "none"}).defaults


# --- ways of writing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fee", [30, 30.0, "30", "30.00", "30,00", " 30 ", Decimal("30.00"), "3e1", "+30", "030"])
def test_an_amount_may_be_written_in_several_ways(fee: Any) -> None:
    assert encode({**VISIT, "fee": fee}, LAW).act.fee == 30_00


@pytest.mark.parametrize("day", ["2025-06-01", date(2025, 6, 1), datetime(2025, 6, 1, 23, 59, tzinfo=UTC)])
def test_a_day_may_be_a_text_or_a_date(day: Any) -> None:
    assert encode({**VISIT, "care_date": day}, LAW).act.care_date == 20250601


@pytest.mark.parametrize(
    ("value", "number"), [(True, 1), ("oui", 1), ("YES", 1), (1, 1), ("non", 0), (0, 0), (False, 0)]
)
def test_a_yes_and_a_no(value: Any, number: int) -> None:
    assert encode({**VISIT, "medecin_traitant": value}, LAW).act.medecin_traitant == number


@pytest.mark.parametrize("value", ["dermatologie", "Dermatologie", 5, "5", "05"])
def test_a_specialty_by_slug_or_national_code(value: Any) -> None:
    assert encode({**VISIT, "specialty": value}, LAW).act.specialty == 5


@pytest.mark.parametrize(
    ("value", "key"), [("g", "G"), ("apc", "APC"), ("Consultation", "consultation"), ("zzzz999", "acte_technique")]
)
def test_an_act_by_its_key(value: str, key: str) -> None:
    assert encode({**VISIT, "act": value}, LAW).act_key == key


def test_an_act_of_the_ccam_that_is_not_in_the_table_needs_its_base() -> None:
    with pytest.raises(UnknownTariff):
        settle({**VISIT, "act": "ZZZZ999"})
    assert settle({**VISIT, "act": "ZZZZ999", "base": 30}).settlement.base == 30_00


def test_a_coefficient_has_decimals() -> None:
    facts = {"care_date": "2025-06-01", "age": 40, "profession": "masseur_kinesitherapeute", "convention": "secteur_1"}
    assert encode({**facts, "act": "AMS", "quantity": "7.5", "fee": "16.58"}, LAW).act.quantity == 7_50


def test_a_contract_of_the_library_by_its_name() -> None:
    own = {**VISIT, "role": "medecin_traitant"}
    assert settle({**own, "contract": "responsable_100"}).settlement.amc == 9_00
    assert settle({**own, "contract": '{"responsable": true}'}).settlement.amc == 9_00
    assert settle({**own, "contract": {"responsable": False}}).settlement.amc == 0


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1", 100),
        ("0.01", 1),
        ("0.001", None),
        (None, None),
        ("", None),
        ("1_0", 1000),
        ("١", 100),
        (1.1, 110),
        (True, None),
    ],
)
def test_hundredths(value: Any, number: int | None) -> None:
    assert hundredths(value) == number


def test_every_fact_has_one_row_and_a_help() -> None:
    assert len({item.name for item in FACTS}) == len(FACTS)
    assert all(item.help for item in FACTS)


@pytest.mark.parametrize("day", ["2010-12-31", "2006-01-01"])
def test_a_day_without_a_known_tariff_says_so(day: str) -> None:
    with pytest.raises(UnknownTariff) as caught:
        settle({**VISIT, "care_date": day})
    assert "give base" in caught.value.message["en"]
    assert settle({**VISIT, "care_date": day, "base": 20, "fee": 20}).settlement.base == 20_00


def test_an_unknown_rate_says_so() -> None:
    facts = {"care_date": "2022-04-04", "age": 40, "profession": "psychologue", "fee": 30, "base": 30}
    with pytest.raises(UnknownTariff) as caught:
        settle(facts)
    assert caught.value.field == "care_date"


@pytest.mark.parametrize(
    ("readings", "field"), [({"foo": "bar"}, "readings.foo"), ({"arrondi_da": "bar"}, "readings.arrondi_da")]
)
def test_an_unknown_reading_or_option_is_refused(readings: dict[str, str], field: str) -> None:
    with pytest.raises(FactError) as caught:
        settle(VISIT, readings)
    assert caught.value.field == field


def test_the_other_readings_of_an_answer_give_the_other_amounts() -> None:
    others = {(o.name, o.option): o.settlement for o in settle(VISIT).other_readings}
    assert others["plafond_majoration", "fiche"].amo == 7_00
    assert not settle({**VISIT, "role": "medecin_traitant"}).other_readings
    chosen = settle(VISIT, {"plafond_majoration": "fiche"})
    assert {(o.name, o.option): o.settlement.amo for o in chosen.other_readings} == {
        ("plafond_majoration", "texte"): 8_40
    }


def test_two_readings_that_change_the_law_may_be_chosen_together() -> None:
    readings = {"acte_lourd_32": "2026-04-22", "psychiatrie_25_ans": "exclus"}
    heavy = {
        **VISIT,
        "care_date": "2026-04-10",
        "act": "acte_technique",
        "base": 200,
        "fee": 200,
        "specialty": "psychiatrie",
    }
    answer = settle({**heavy, "age": 25}, readings)
    assert (answer.settlement.forfait_acte_lourd, Status(answer.settlement.status)) == (24_00, Status.P)
    default = settle({**heavy, "age": 25})
    assert (default.settlement.forfait_acte_lourd, Status(default.settlement.status)) == (32_00, Status.D)


@pytest.mark.parametrize("member", [i for i in Ips if i > Ips.BLANK])
def test_every_indicator_is_a_letter(member: Ips) -> None:
    assert len(member.name) == 1


@pytest.mark.parametrize(
    ("given", "grounds"),
    [({}, "prevention"), ({"exemption": "none"}, "prevention"), ({"exemption": "ald"}, "ald+prevention")],
)
def test_organised_screening_is_wholly_paid(given: dict[str, str], grounds: str) -> None:
    answer = settle({**without(special_setting="depistage_organise"), **given})
    assert (answer.facts["exemption"], answer.settlement.rate) == (grounds, 10_000)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("gp", "generaliste"), ("psy", "psychiatrie"), ("genraliste", "generaliste, "), ("xyzzy", "generaliste, dermato")],
)
def test_a_specialty_that_is_not_known_is_answered_with_a_few(said: str, meant: str) -> None:
    allowed = refused({**VISIT, "specialty": said}).allowed["en"]
    assert allowed.startswith(f"a specialty: {meant}")
    assert len(allowed) < 200


def test_an_act_that_is_not_known_is_answered_with_names() -> None:
    assert "G (" in refused({**VISIT, "act": "GP"}).allowed["fr"]


def test_no_contract_may_be_said() -> None:
    assert settle({**VISIT, "contract": "none"}).settlement == settle(VISIT).settlement
