"""The emergency charge and the stay derived again from R160-17-1 and L174-4, to the cent."""

import pytest

from parcours.engine.case import settle
from parcours.engine.errors import UnknownTariff
from tests.law.rederived import ADULT, Derived, case, found

VISIT = {**ADULT, "profession": "etablissement", "act": "forfait_patient_urgences", "fee": 19.61}
STAY = {**ADULT, "profession": "etablissement", "act": "sejour", "base": 2700, "fee": 2700, "sejour_jours": 3}
SMALL = {**STAY, "base": 200, "fee": 200}

EMERGENCY = [
    case("R160-17-1", "nobody's ground: the whole charge", VISIT, patient=19_61),
    case(
        "R160-17-1 I", "work accident, whatever the reason", {**VISIT, "fee": 8.49, "exemption": "at_mp"}, patient=8_49
    ),
    case("R160-17-1 I", "ALD, unrelated visit", {**VISIT, "fee": 8.49, "exemption": "ald_sans_rapport"}, patient=8_49),
    case("R160-17-1 II", "of two grounds the better: maternity", {**VISIT, "exemption": "ald+maternite"}, patient=0),
    case("L382-35", "a prisoner: the share of L160-13 I", {**VISIT, "special_setting": "detenu"}, patient=0),
    case("L861-3", "C2S bears it", {**VISIT, "c2s": True}, amc=19_61, patient=0),
    case("R160-17-1", "old-age minimum: the whole charge", {**VISIT, "age": 70, "exemption": "aspa"}, patient=19_61),
    case("R160-17-1", "an infertility ground is not named", {**VISIT, "exemption": "sterilite"}, patient=19_61),
    *(
        case("R160-17-1 II", f"none: {ground}", {**VISIT, "exemption": ground}, patient=0)
        for ground in (
            *("nouveau_ne", "rente_at", "invalidite", "pension_militaire"),
            *("mineur_victime", "donneur", "victime_terrorisme", "risque_sanitaire"),
        )
    ),
]
STAYS = [
    case("L174-4", "the share is greater: 20 %", STAY, patient=540_00),
    case("L174-4", "the charge is greater: three days", SMALL, patient=60_00),
    case("L174-4", "both equal: once", {**STAY, "base": 300, "fee": 300}, patient=60_00),
    case("L174-4", "ALD: no share, the charge is left", {**STAY, "exemption": "ald"}, patient=60_00),
    case("L174-4", "disability pension: the same", {**STAY, "exemption": "invalidite"}, patient=60_00),
    case("L174-4", "work accident: neither", {**STAY, "exemption": "at_mp"}, patient=0),
    case("L174-4", "maternity: neither", {**STAY, "exemption": "maternite"}, patient=0),
    case("L174-4", "war pension: neither", {**STAY, "exemption": "pension_militaire"}, patient=0),
    case("L174-4", "a donor: neither", {**STAY, "exemption": "donneur"}, patient=0),
    case("L382-35", "a prisoner: neither", {**STAY, "special_setting": "detenu"}, patient=0),
    case("R160-9", "the old-age minimum does not name stays", {**STAY, "age": 70, "exemption": "aspa"}, patient=540_00),
    case("L861-3", "C2S pays what is left", {**STAY, "c2s": True}, amc=540_00, patient=0),
    case(
        "R160-16 V 3",
        "forty days: the share of thirty, the charge of ten",
        {**STAY, "base": 40_000, "fee": 40_000, "sejour_jours": 40},
        patient=6_200_00,
    ),
    case(
        "R160-16 V 3",
        "thirty days: the share alone",
        {**STAY, "base": 30_000, "fee": 30_000, "sejour_jours": 30},
        patient=6_000_00,
    ),
]


@pytest.mark.parametrize("derived", [*EMERGENCY, *STAYS], ids=str)
def test_the_amounts_derived_from_the_article(derived: Derived) -> None:
    assert found(derived) == derived.cents


def test_before_the_charge_existed_a_visit_is_refused_whatever_its_base() -> None:  # R160-17-1, first day 2022-01-01
    old = {**VISIT, "base": 40, "fee": 40}
    with pytest.raises(UnknownTariff):
        settle({**old, "care_date": "2021-12-31"})
    assert settle({**old, "care_date": "2022-01-01"}).settlement.forfait_acte_lourd == 19_61
