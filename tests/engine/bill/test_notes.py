"""What a bill should not hold is noted, what the texts leave open is shown both ways, what is impossible is refused."""

from decimal import Decimal
from typing import Any

import pytest

from parcours.engine.bill.advise import advise_bill
from parcours.engine.bill.codetext import read_code
from parcours.engine.bill.disputed import other_readings
from parcours.engine.bill.say import bill_dict
from parcours.engine.bill.settle import settle_bill
from parcours.engine.errors import FactError, Impossible, MissingFact, UnknownTariff
from parcours.law.bill.book import bill_law
from parcours.law.cache import flat_law
from parcours.law.codes import Profession

NURSE = {"care_date": "2025-06-03", "age": 60, "profession": "infirmier"}
PHARMACY = {"care_date": "2026-02-10", "age": 45, "profession": "pharmacie"}
DENTIST = {"care_date": "2026-02-10", "age": 45, "profession": "chirurgien_dentiste"}
VISIT = {
    "care_date": "2026-03-10",
    "age": 40,
    "specialty": "generaliste",
    "convention": "secteur_1",
    "medecin_traitant": True,
    "role": "medecin_traitant",
}


def answered(facts: dict[str, Any], *lines: dict[str, Any]) -> dict[str, Any]:
    return bill_dict(settle_bill({**facts, "lines": list(lines)}))


@pytest.mark.parametrize(
    ("facts", "codes", "lines", "article"),
    [
        (NURSE, ["MCI", "BSB"], [1, 2], "NGAP XVI"),
        (NURSE, ["IFI", "IFD"], [1, 2], "NGAP 13"),
        (VISIT, ["G", "MEG"], [2], "NGAP"),
        (VISIT, ["G", "MHP", "MN"], [2, 3], "NGAP 14"),
    ],
)
def test_what_does_not_go_together_or_is_not_for_this_age(
    facts: dict[str, Any], codes: list[str], lines: list[int], article: str
) -> None:
    notes = answered(facts, *({"code": code, "fee": 20} for code in codes))["notes"]
    assert [(note["lines"], note["references"]) for note in notes] == [(lines, [article])]


CURE = {"care_date": "2025-06-03", "age": 66}
TRIP = {"care_date": "2026-05-05", "age": 66}
CHILD = {**VISIT, "age": 0}
COLLEAGUE = {**VISIT, "role": "autre", "urgent": True}
SECOND_DENTIST = {"care_date": "2025-06-03", "age": 12, "profession": "chirurgien_dentiste"}


@pytest.mark.parametrize(
    ("facts", "codes", "lines"),
    [
        (NURSE, ["perfusion longue", "perfusion longue cancer"], [[1, 2], [1, 2]]),
        (NURSE, ["perfusion courte", "retrait perfusion"], [[2, 1]]),
        (NURSE, ["organisation perfusion", "IFD"], [[1, 2]]),
        (NURSE, ["bilan de plaie", "MCI"], [[1, 2]]),
        (NURSE, ["injection sc", "MAU"], []),
        (NURSE, ["AMI 2", "MAU"], [[2, 1]]),
        (NURSE, ["AMI 1", "AMI 1", "MAU"], [[3, 1, 2]]),
        (NURSE, ["IFI x 5"], [[1]]),
        (TRIP, ["VSL zone A 151 km", "VSL zone A 150 km"], [[1]]),
        (TRIP, ["FPU", "FPU"], [[1, 2], [1, 2]]),
        (NURSE, ["AIS 3"] * 5, [[1, 2, 3, 4, 5]]),
        (SECOND_DENTIST, ["EBD", "C"], [[1, 2]]),
        (CHILD, ["COE", "MEG"], [[1, 2]]),
        (VISIT, ["G", "APC"], [[2, 1], [2]]),
        (COLLEAGUE, ["APC"], []),
        (VISIT, ["G", "SHE"], [[2]]),
        (VISIT, ["G", "MRT", "SHE"], []),
        (VISIT, ["G", "SNP"], [[2]]),
        (COLLEAGUE, ["G", "SNP"], []),
        (COLLEAGUE, ["G", "MRT"], [[2]]),
        (COLLEAGUE, ["VL", "MD"], [[1]]),
        (VISIT, ["RQD"], []),
        (VISIT, ["RQD", "TE2"], []),
        (VISIT, ["RQD", "G"], [[1, 2]]),
    ],
)
def test_what_the_nomenclatures_leave_out(facts: dict[str, Any], codes: list[str], lines: list[list[int]]) -> None:
    notes = answered(facts, *({"code": code, "fee": 20} for code in codes))["notes"]
    assert [note["lines"] for note in notes] == lines
    assert all(note["fr"] and note["en"] and note["references"] for note in notes)


@pytest.mark.parametrize(
    ("facts", "lines", "told"),
    [
        (VISIT, [{"code": "G"}, {"code": "MM", "hour_band": "evening"}], [[2]]),
        (VISIT, [{"code": "G", "hour_band": "deep_night"}, {"code": "MM"}], []),
        (VISIT, [{"code": "G", "hour_band": "day"}, {"code": "MHP"}], [[2]]),
        (VISIT, [{"code": "VG", "regulated": False}, {"code": "VRN", "hour_band": "evening"}], [[2]]),
        (VISIT, [{"code": "VG", "regulated": True}, {"code": "VRN"}], []),
        (VISIT, [{"code": "G"}, {"code": "MN", "regulated": True}], [[2]]),
        (NURSE, [{"code": "AMI 4", "hour_band": "sunday"}, {"code": "NUIT"}], [[2]]),
        (PHARMACY, [{"code": "garde nuit", "hour_band": "sunday"}], [[1]]),
        (CURE, [{"code": "hebergement"}, {"code": "voyage de cure", "base": 8}], [[1, 2]]),
    ],
)  # fmt: skip
def test_a_supplement_of_another_hour_and_a_condition_that_no_bill_tells(
    facts: dict[str, Any], lines: list[dict[str, Any]], told: list[list[int]]
) -> None:
    notes = answered(facts, *({"fee": 20, **line} for line in lines))["notes"]
    assert [note["lines"] for note in notes] == told


def test_a_fee_of_a_prescription_counts_once_and_a_stay_leaves_no_emergency_charge() -> None:
    fees = [{"code": code, "fee": 1} for code in ("HDR", "HC", "HC", "HDE", "HDE")]
    notes = answered(PHARMACY, *fees)["notes"]
    assert [note["lines"] for note in notes if "counts once" in note["en"]] == [[4, 5], [2, 3]]
    stay = {"age": 50, "stay": {"entry": "2026-05-04", "exit": "2026-05-05", "daily_tariff": 1000}}
    notes = answered(stay, {"code": "FPU"})["notes"]
    assert [note["lines"] for note in notes if "owes no such charge" in note["en"]] == [[1, 2], [1, 3]]


@pytest.mark.parametrize(("boxes", "noted"), [(4, True), (5, False)])
def test_the_fee_of_a_long_prescription_needs_five_lines(boxes: int, noted: bool) -> None:
    lines = [{"code": "boite 65 % (8.90 + 1.02)", "fee": 9.92}] * boxes
    notes = answered(PHARMACY, *lines, {"code": "HC", "fee": 0.31})["notes"]
    assert [(note["lines"], note["references"]) for note in notes] == [([boxes + 1], ["CSS R160-7"])] * noted


@pytest.mark.parametrize(
    ("second", "noted"),
    [
        ({"code": "CS"}, True),
        ({"code": "G", "session": "evening"}, False),
        ({"code": "CS", "specialty": "dermatologie", "role": "autre", "referral": "sequence"}, False),
    ],
)
def test_one_consultation_of_a_doctor_in_a_session(second: dict[str, Any], noted: bool) -> None:
    """Another time of the day is another session, and another doctor's visit is theirs."""
    notes = answered(VISIT, {"code": "G", "fee": 30}, {"fee": 30, **second})["notes"]
    assert [(note["lines"], note["references"]) for note in notes] == [([1, 2], ["NGAP 15"])] * noted


def test_a_modifier_of_urgency_counts_once_for_an_operator() -> None:
    urgent = {"code": "ACTE", "tariff": 50, "fee": 80, "modifiers": ["U"]}
    notes = answered(VISIT, urgent, {**urgent, "association": 2}, {**urgent, "session": "evening"})["notes"]
    assert [note["lines"] for note in notes] == [[1, 2]]


def test_nothing_else_is_asked_for_an_emergency_visit() -> None:
    notes = answered(VISIT, {"code": "G", "fee": 20}, {"code": "FPU", "fee": 20})["notes"]
    assert [note["lines"] for note in notes] == [[2], [2, 1]], "who pays the hospital, then the pair"


@pytest.mark.parametrize(
    ("code", "tooth", "told"),
    [
        ("HBLD634", 14, False), ("HBLD634", 15, True), ("HBLD350", 25, False), ("HBLD350", 26, True),
        ("HBLD491", 35, False), ("HBLD491", 34, True), ("HBLD158", 48, False), ("HBLD158", 43, True),
        ("HBLD073", 16, False), ("HBLD073", 15, True),
        ("HBLD073", 75, False), ("HBLD073", 73, True), ("HBLD350", 55, True), ("HBLD350", 53, False),
    ],
)  # fmt: skip
def test_a_prosthesis_on_a_tooth_that_is_not_its_own(code: str, tooth: int, told: bool) -> None:
    notes = answered(DENTIST, {"code": code, "tooth": tooth, "fee": 400})["notes"]
    assert bool(notes) == told


def test_the_metal_crown_leaves_the_basket_without_rest_on_back_teeth() -> None:
    def left(day: str, **tooth: int) -> Decimal:
        facts = {**DENTIST, "care_date": day, "contract": "responsable_100"}
        total: Decimal = answered(facts, {"code": "HBLD038", "fee": 290, **tooth})["total"]["patient"]
        return total

    assert left("2025-12-31", tooth=26) == left("2025-12-31") == 0
    assert left("2026-01-01", tooth=23) == 0
    assert left("2026-01-01", tooth=24) == 170  # 290 less the base: the share is all that the contract pays
    with pytest.raises(MissingFact, match="tooth"):
        left("2026-01-01")


@pytest.mark.parametrize(("tooth", "lever"), [(23, True), (46, False)])
def test_a_crown_out_of_the_basket_is_not_said_to_have_a_highest_price(tooth: int, lever: bool) -> None:
    line = {"code": "HBLD038", "fee": 400, "tooth": tooth}
    facts = {**DENTIST, "care_date": "2026-03-10", "contract": "responsable_100", "lines": [line]}
    advice = advise_bill(settle_bill(facts))
    assert any("within_ceiling" in one.levers for one in advice.singles) == lever


def test_no_charge_of_an_emergency_visit_before_there_was_one() -> None:
    with pytest.raises(UnknownTariff, match="2022-01-01"):
        settle_bill({"care_date": "2021-12-31", "age": 40, "lines": [{"code": "FPU"}]})


@pytest.mark.parametrize(
    ("territory", "base"),
    [("974", 480), ("Réunion", 480), ("La Réunion", 480), ("69", 400), ("métropole", 400), (None, 400)],
)
def test_a_territory_is_a_departement_or_its_name(territory: str | None, base: int) -> None:
    facts = {"care_date": "2026-03-10", "age": 60, "profession": "pharmacie", "territory": territory}
    assert answered(facts, {"code": "AIDE_AUDITIVE_I", "fee": 1140})["lines"][0]["base"] == base
    with pytest.raises(FactError, match="territory"):
        answered({**facts, "territory": "the moon"}, {"code": "AIDE_AUDITIVE_I", "fee": 1140})


SPECIALIST = {**VISIT, "specialty": "cardiologie", "role": "correspondant", "referral": "soins_iteratifs"}


@pytest.mark.parametrize(
    ("facts", "codes", "line", "article"),
    [
        (NURSE, ["BSB", "BSB"], 2, "NGAP XVI"),
        (NURSE, ["BSA", "IFI", "BSC"], 3, "NGAP XVI"),
        (NURSE, ["AIS 3", "BSB"], 2, "NGAP XVI"),
        (NURSE, ["MIE"], 1, "NGAP XVI"),
        (VISIT, ["G", "MRT", "SNP"], 3, "CONV 2024"),
        (SPECIALIST, ["APC", "MCS"], 2, "CONV 2024"),
        (SPECIALIST, ["DEQP003", "CSC"], 1, "CCAM III-3 A"),
    ],
)
def test_what_no_text_leaves_a_case_for_is_refused(
    facts: dict[str, Any], codes: list[str], line: int, article: str
) -> None:
    with pytest.raises(Impossible) as raised:
        answered(facts, *({"code": code, "fee": 20} for code in codes))
    assert raised.value.field == f"lines[{line}].code"
    assert article in raised.value.sentence("fr")
    assert "cannot be billed so" in raised.value.sentence("en")


def test_two_days_or_two_sessions_are_not_one() -> None:
    day = {"code": "BSB", "fee": 18.20}
    assert answered(NURSE, day, {**day, "care_date": "2025-06-04"})["notes"] == []
    apart = [{"code": "MRT", "fee": 15}, {"code": "SNP", "fee": 15, "session": "soir"}]
    notes = answered(VISIT, {"code": "G", "fee": 30}, *apart)["notes"]
    assert not any("exclude each other" in note["en"] for note in notes)


def test_a_tooth_that_nobody_has_is_refused() -> None:
    facts = {"care_date": "2025-06-03", "age": 40, "profession": "chirurgien_dentiste"}
    for tooth in (19, 50, 56, 86):
        with pytest.raises(FactError, match="tooth"):
            answered(facts, {"code": "HBLD634", "fee": 500, "tooth": tooth})


def test_a_bill_that_is_right_has_no_note() -> None:
    assert answered(VISIT, {"code": "G", "fee": 30}, {"code": "MHP", "fee": 5})["notes"] == []


def test_a_given_base_wins_and_is_flagged() -> None:
    answer = answered(NURSE, {"code": "BSB", "base": 18, "fee": 18.20})
    assert answer["lines"][0]["base"] == 18
    assert "BSB" in answer["notes"][0]["en"]


def reading(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in answer["readings"] if item["name"] == name)


@pytest.mark.parametrize(
    ("tooth", "left", "others"),
    [
        (24, 170, {"seconde_premolaire": 0, "molaires": 0}),
        (25, 170, {"molaires": 0}),
        (36, 170, {}),
        (13, 0, {}),
        (54, 170, {}),  # a milk molar
    ],
)
def test_where_back_teeth_begin_is_a_reading(tooth: int, left: int, others: dict[str, int]) -> None:
    said = answered({**DENTIST, "contract": "responsable_100"}, {"code": "HBLD038", "fee": 290, "tooth": tooth})
    found = {one["option"]: one["patient"] for one in said["readings"] if one["name"] == "couronne_metallique"}
    assert said["total"]["patient"] == left
    assert found == others


def c2s_notes(day: str, **line: Any) -> list[list[int]]:
    said = answered({**DENTIST, "care_date": day, "c2s": True}, {"code": "detartrage", "fee": 28.92}, line)
    return [note["lines"] for note in said["notes"] if "C2S pays" in note["en"]]


def test_a_device_under_the_c2s_whose_price_is_not_known_says_so() -> None:
    assert c2s_notes("2025-06-03", code="HBLD634", tooth=13, fee=500) == [[2]]
    assert c2s_notes("2024-06-03", code="HBLD634", tooth=13, fee=451.25) == []
    assert c2s_notes("2024-06-03", code="HBLD158", tooth=26, fee=550) == [[2]]
    assert c2s_notes("2025-06-03", code="HBLD634", tooth=13, fee=120) == [], "the share is all that is left"
    assert c2s_notes("2025-06-03", code="MONTURE_A", fee=30) == [[2]]
    assert c2s_notes("2025-06-03", code="MONTURE_B", fee=30) == []


def overseas(territory: str, *lines: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return answered({**VISIT, **facts, "territory": territory}, *lines)


def of_places(said: dict[str, Any]) -> list[tuple[list[int], bool]]:
    found = [note for note in said["notes"] if "metropolitan France" in note["en"]]
    return [(note["lines"], "territory's own" in note["en"]) for note in found]


def test_a_doctor_s_fee_overseas_is_not_called_unlawful() -> None:
    visit = {"code": "G", "fee": 36}
    here, there = answered(VISIT, visit), overseas("974", visit)
    assert here["total"]["unlawful_excess"] == 6
    assert there["total"]["unlawful_excess"] == 0
    assert there["lines"][0]["max_fee"] is None
    assert there["lines"][0]["case_excess"] == "unknown"
    assert there["total"]["amo"] == here["total"]["amo"]
    assert of_places(there) == [([1], False)]
    assert of_places(here) == []


def test_the_tariff_that_a_bill_gives_overseas_is_the_most() -> None:
    said = overseas("reunion", {"code": "G", "fee": 38, "base": 36}, {"code": "MHP", "fee": 5})
    assert said["total"]["unlawful_excess"] == 2
    assert of_places(said) == [([2], False)]


def test_a_letter_with_a_price_of_its_own_there_says_nothing() -> None:
    nurse = {"care_date": "2026-03-10", "age": 60, "profession": "infirmier", "territory": "972"}
    said = answered(nurse, {"code": "AMI 2", "fee": 6.60}, {"code": "IFD", "fee": 2.75})
    assert of_places(said) == [([2], False)]


@pytest.mark.parametrize(
    "territory", ["975", "976", "977", "978", "Mayotte", "Saint-Martin", "Saint-Barthélemy", "Saint-Pierre-et-Miquelon"]
)
def test_of_other_territories_nothing_is_held_and_the_bill_says_so(territory: str) -> None:
    said = overseas(territory, {"code": "G", "fee": 30, "base": 30}, {"code": "MHP", "fee": 5})
    assert of_places(said) == [([1, 2], True)]


def test_another_reading_gives_the_other_amount() -> None:
    outside = {**VISIT, "role": "autre", "referral": "none"}
    answer = answered(outside, {"code": "VG", "fee": 30}, {"code": "MD", "fee": 10})
    other = reading(answer, "majoration_seance")
    assert (other["option"], str(other["majoration"]), str(other["amo"])) == ("par_ligne", "14.60", "11.40")
    rates = reading(answered(PHARMACY, {"code": "HDR", "fee": 0.61}), "taux_honoraires_ordonnance")
    assert (rates["option"], str(rates["amo"])) == ("70", "0.43")
    zones = reading(answered({**PHARMACY, "exemption": "ald"}, {"code": "HDR", "fee": 0.61}), "bizone_honoraires")
    assert str(zones["amo"]) == "0.61"
    expert = reading(answered(VISIT, {"code": "TE2", "fee": 23}), "pf_teleexpertise")
    assert str(expert["amo"]) == "21.00"


def test_a_reading_that_is_chosen_is_the_answer() -> None:
    lines = [{"code": "HDR", "fee": 0.61}]
    assert settle_bill({**PHARMACY, "lines": lines}, {"taux_honoraires_ordonnance": "70"}).totals["amo"] == 43
    with pytest.raises(FactError, match=r"readings\.taux_honoraires_ordonnance.*60, 70"):
        settle_bill({**PHARMACY, "lines": lines}, {"taux_honoraires_ordonnance": "65"})


@pytest.mark.parametrize(
    ("facts", "line", "said"),
    [
        (PHARMACY, {"code": "BOITE", "drug_class": "majeur", "fee": 9}, "give base"),
        (PHARMACY, {"code": "BOITE", "price": 5, "fee": 6.02}, "drug_class: is not given"),
        (
            PHARMACY,
            {"code": "BOITE", "price": 5, "fee": 6.02, "rate_class": 65, "generic": "refused"},
            "generic_price: is not given",
        ),
        (PHARMACY, {"code": "VSL", "distance_km": 12, "fee": 20}, "zone: is not given"),
        ({"care_date": "2025-06-03"}, {"code": "aide auditive I", "fee": 900}, "age: is not given"),
        (VISIT, {"code": "AMI", "fee": 9}, "coefficient: is not given"),
        (VISIT, {"code": "G", "fee": 30, "supplement_of": 4}, "supplement_of: '4'"),
        (VISIT, {"code": "ACTE", "tariff": 30, "fee": 30, "modifiers": ["U", "F"]}, "modifiers"),
        (VISIT, {"code": "ACTE", "tariff": 30, "fee": 30, "modifiers": list("UYZMP")}, "modifiers"),
        ({**VISIT, "care_date": "2017-04-30"}, {"code": "TE2", "fee": 23}, "give base"),
    ],
)
def test_what_is_not_known_is_asked_for_and_what_is_impossible_refused(
    facts: dict[str, Any], line: dict[str, Any], said: str
) -> None:
    with pytest.raises(FactError, match=said):
        settle_bill({**facts, "lines": [line]})


@pytest.mark.parametrize(
    ("profession", "code"),
    [("sage_femme", "IK"), ("chirurgien_dentiste", "bridge"), ("medecin", "IK"), ("orthoptiste", "AMY 10")],
)
def test_a_code_without_a_price_never_takes_the_tariff_of_a_visit(profession: str, code: str) -> None:
    facts = {**VISIT, "profession": profession}
    if profession != "medecin":
        facts = {"care_date": "2026-03-10", "age": 40, "profession": profession}
    with pytest.raises(FactError, match="give base"):
        settle_bill({**facts, "lines": [{"code": code, "fee": 50}]})
    assert answered(facts, {"code": code, "fee": 50, "base": 40})["lines"][0]["base"] == 40


def test_the_kilometres_of_a_visit_are_counted_beyond_the_first_four() -> None:
    line = answered(VISIT, {"code": "VG", "fee": 30}, {"code": "IK", "distance_km": 10, "fee": 9})["lines"][1]
    assert str(line["base"]) == "3.66"  # (10 - 4) x 0.61
    charged = answered(VISIT, {"code": "VG", "fee": 30}, {"code": "IK", "quantity": 6, "fee": 9})["lines"][1]
    assert str(charged["base"]) == "3.66"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("EBD 2 radios", "EBD_2"), ("EBD", "EBD"), ("garde nuit", "GARDE_NUIT"), ("test angine", "TROD"),
        ("RAM 8.1 kine", "KINE"), ("boite 65 % (8.90 + 1.02)", "BOITE"), ("verre B OG", "VERRE_B"),
        ("aide auditive II OD", "AIDE_AUDITIVE_II"), ("TM sejour 5 j", "TM_SEJOUR"),
        ("forfait thermal", "CURE_FORFAIT"),
    ],
)  # fmt: skip
def test_a_code_is_read_as_bills_print_it(text: str, key: str) -> None:
    assert read_code(text, 0, flat_law(), bill_law()).key == key


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("HBLD634 (activité 4)", "HBLD634", {"activity": "4"}),
        ("VSL (25 km)", "VSL", {"distance_km": "25"}),
        ("VSL (aller-retour, 25 km) (zone B)", "VSL", {"quantity": 2, "distance_km": "25", "zone": "B"}),
        ("paracetamol (65 %)", "BOITE", {"drug_class": "majeur"}),
        ("paracetamol 65 % (3 mois)", "BOITE", {"drug_class": "majeur", "pack": "three_months"}),
        ("paracetamol 65 % (pendant 3 jours)", "BOITE", {"drug_class": "majeur"}),
        ("FJ (4 jours)", "FJ", {"quantity": "4"}),
        ("FJ x 5 (du 1 au 5)", "FJ", {"quantity": "5"}),
        ("FJ (x 5)", "FJ", {"quantity": "5"}),
        ("AMI 4 (soir)", "AMI", {"coefficient": "4", "noted": "full"}),
        ("verre B (OG)", "VERRE_B", {"eye": "og"}),
    ],
)
def test_what_stands_in_parentheses_is_read(text: str, key: str, said: dict[str, Any]) -> None:
    found = read_code(text, 0, flat_law(), bill_law())
    assert found.key == key
    assert {name: found.said[name] for name in said} == said
    assert "quantity" in said or "quantity" not in found.said


@pytest.mark.parametrize(
    ("who", "before", "key"),
    [("medecin", 0, "MN"), ("medecin", "medecin", "MN"), (0, "medecin", "MN"), ("medecin", "infirmier", "NUIT"),
     ("infirmier", "medecin", "NUIT"), (0, 0, "NUIT"), ("masseur_kinesitherapeute", 0, "NUIT_KINE")],
)  # fmt: skip
def test_a_night_is_that_of_who_bills_it(who: str | int, before: str | int, key: str) -> None:
    said, last = (Profession[one.upper()] if isinstance(one, str) else one for one in (who, before))
    for words in ("majoration de nuit", "nuit"):
        assert read_code(words, said, flat_law(), bill_law(), last).key == key


@pytest.mark.parametrize(("second", "noted"), [("2026-03-10", True), ("2026-07-11", False)])
def test_two_one_off_opinions_of_one_consultant_on_a_bill(second: str, noted: bool) -> None:
    """The nomenclature allows one in four months (NGAP 18)."""
    visit = {**VISIT, "specialty": "dermatologie", "role": "correspondant", "referral": "avis_ponctuel"}
    opinion = {"code": "APC", "fee": 60}
    notes = answered(visit, {**opinion, "care_date": "2026-03-02"}, {**opinion, "care_date": second})["notes"]
    assert any("one-off opinion" in note["en"] for note in notes) is noted


REFUSED = {"code": "princeps 65 %", "price": 27.28, "generic": "refused", "generic_price": 16.18, "fee": 28.30}
COVERED = {**PHARMACY, "tiers_payant": "full", "contract": "responsable_100"}


@pytest.mark.parametrize(
    ("day", "changes", "advance"),
    [
        ("2026-02-10", {}, "28.30"),
        ("2026-08-31", {}, "28.30"),
        ("2026-09-01", {}, "11.10"),  # the article is repealed
        ("2026-02-10", {"generic_price": 27.28}, "0.00"),
        ("2026-02-10", {"generic": "tfr"}, "11.10"),
        ("2026-02-10", {"generic": "not_substitutable"}, "0.00"),
    ],
)
def test_who_refuses_the_generic_pays_the_box_at_the_counter(day: str, changes: dict[str, Any], advance: str) -> None:
    said = answered({**COVERED, "care_date": day}, {"code": "HDR", "fee": 0.61}, {**REFUSED, **changes})
    assert str(said["lines"][1]["advance"]) == advance
    assert str(said["lines"][0]["advance"]) == "0.00"
    assert [note["lines"] for note in said["notes"]] == ([[2]] if advance == "28.30" else [])
    assert (
        said["total"]["patient"]
        == answered(
            {**PHARMACY, "contract": "responsable_100", "care_date": day},
            {"code": "HDR", "fee": 0.61},
            {**REFUSED, **changes},
        )["total"]["patient"]
    )


FOOT = {"care_date": "2026-03-10", "age": 66, "profession": "pedicure_podologue", "exemption": "ald"}


@pytest.mark.parametrize(
    ("facts", "line", "noted"),
    [
        ({**FOOT, "used": {"POD": 4}}, {"code": "POD 1", "grade": "2"}, False),
        ({**FOOT, "used": {"POD": 5}}, {"code": "POD 1", "grade": "2"}, True),
        ({**FOOT, "used": {"POD": 5}}, {"code": "POD 1", "grade": 3}, False),
        ({**FOOT, "used": {"POD": 7}}, {"code": "POD 1.17"}, False),
        ({**FOOT, "used": {"POD": 8}}, {"code": "POD 1.17"}, True),
        ({**FOOT, "used": {"POD": 8}}, {"code": "POD 0.67"}, False),
        ({**FOOT, "used": {"POD": 4}, "care_date": "2024-03-07"}, {"code": "POD 1", "grade": "2"}, False),
        ({**FOOT, "used": {"POD": 3}, "care_date": "2024-03-06"}, {"code": "POD 1", "grade": "2"}, False),
        ({**FOOT, "used": {"POD": 4}, "care_date": "2024-03-06"}, {"code": "POD 1", "grade": "2"}, True),
        ({**FOOT, "used": {"POD": 6}, "care_date": "2024-03-06"}, {"code": "POD 1", "grade": "3_plaie"}, True),
        ({**VISIT, "used": {"RQD": 3}}, {"code": "RQD", "quantity": 2}, True),
        (VISIT, {"code": "RQD", "quantity": 4}, False),
        ({**DENTIST, "age": 13, "used": {"TO": 6}}, {"code": "TO 90"}, True),
        ({**DENTIST, "age": 13, "used": {"TO": 6}}, {"code": "TO 5"}, False),
    ],
)
def test_what_was_billed_before_counts_towards_the_most_of_a_year_or_a_course(
    facts: dict[str, Any], line: dict[str, Any], noted: bool
) -> None:
    notes = answered(facts, {**line, "fee": 20})["notes"]
    assert (
        any(
            word in note["en"]
            for note in notes
            for word in ("diabetic foot", "four a year", "Four requests", "semesters")
        )
        == noted
    )


@pytest.mark.parametrize(
    ("used", "field"),
    [("POD", "used"), ({"POD": -1}, "used.POD"), ({"POD": 1.5}, "used.POD"), ({"pod": 1}, "used.pod")],
)
def test_what_was_billed_before_is_a_number_of_a_counted_code(used: Any, field: str) -> None:
    with pytest.raises(FactError) as refused:
        answered({**FOOT, "used": used}, {"code": "POD 1", "fee": 30})
    assert refused.value.field == field


def test_who_gives_the_care_is_asked_where_nothing_says_it() -> None:
    with pytest.raises(MissingFact, match="profession"):
        settle_bill({"age": 40, "care_date": "2026-03-01", "lines": [{"code": "consultation", "fee": "30.00"}]})


def test_a_care_package_bears_one_deductible_or_one_for_each_act_that_it_holds() -> None:
    package = {"code": "BSB (3 actes)", "fee": Decimal("18.20")}
    bill = {**NURSE, "lines": [package]}
    assert settle_bill(bill).totals["franchise"] == 1_00
    assert settle_bill(bill, {"franchise_bs": "par_acte"}).totals["franchise"] == 3_00
    assert {other.name for other in other_readings(settle_bill(bill))} == {"franchise_bs"}
    twice = {**NURSE, "lines": [{**package, "acts": 2, "quantity": 2}]}
    assert settle_bill(twice, {"franchise_bs": "par_acte"}).totals["franchise"] == 4_00
