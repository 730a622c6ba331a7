"""What each level of a bill makes of its lines, by the rules alone: session, costly acts, surcharge, supplements."""

from collections.abc import Sequence
from typing import Any

import pytest

from parcours.engine.bill.settle import prepare
from parcours.engine.bill.together import bill_record
from parcours.law.bill.codes import (
    Activity,
    Association,
    CaseCostly,
    CaseSession,
    CaseSurcharge,
    Combination,
    Costly,
    Nature,
    StayOf,
    WithConsultation,
)
from parcours.law.cache import flat_law
from parcours.law.codes import Profession
from parcours.rules.bill.costly import costly_line
from parcours.rules.bill.links import joined
from parcours.rules.bill.session import in_session
from parcours.rules.bill.surcharge import surcharge_base
from parcours.rules.bill.types import BillReadings, Line

DAY = 20260310
LAW, VALUES = flat_law().default.on(DAY), bill_record(DAY)
VISIT: dict[str, Any] = {
    "care_date": "2026-03-10", "age": 40, "specialty": "generaliste", "convention": "secteur_1",
    "medecin_traitant": True, "role": "medecin_traitant",
}  # fmt: skip
ACT = prepare({**VISIT, "lines": [{"code": "ACTE", "tariff": 10, "fee": 10}]}, {}).lines[0].line
IMAGING = prepare({**VISIT, "lines": [{"code": "IMAGERIE", "tariff": 10, "fee": 10}]}, {}).lines[0].line.act
CONSULTATION, SUPPLEMENT, NGAP, NGAP_FULL, NGAP_SAMPLE, CCAM, CCAM_FULL, ALONE = (
    Combination.CONSULTATION, Combination.SUPPLEMENT, Combination.NGAP, Combination.NGAP_FULL, Combination.NGAP_SAMPLE,
    Combination.CCAM, Combination.CCAM_FULL, Combination.ALONE,
)  # fmt: skip
Told = tuple[Combination, int, dict[str, Any]]


def one(combination: Combination, tariff: int, **more: Any) -> Told:
    """A line: how it combines, its tariff before the session, and what it has of its own."""
    return combination, tariff, more


def lines_of(told: Sequence[Told]) -> list[Line]:
    """The lines, of one doctor in one session unless they say otherwise; `fee` is the tariff unless said."""
    lines = []
    for combination, tariff, more in told:
        number = 0 if combination == CONSULTATION else ACT.act.act
        fee, profession = more.get("fee", tariff), more.get("profession", Profession.MEDECIN)
        act = ACT.act._replace(act=number, fee=fee, profession=profession)
        own = {name: value for name, value in more.items() if name not in ("fee", "profession")}
        lines.append(ACT._replace(**{"act": act, "combination": combination, "tariff": tariff, **own}))
    return lines


HALF, FULL = WithConsultation.ACT_HALF, WithConsultation.BOTH_FULL
LETTER = {"letter": 3_15, "coefficient": 150}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([one(CONSULTATION, 30_00)], [(30_00, CaseSession.ALONE)]),
        (
            [one(CONSULTATION, 30_00), one(CCAM, 50_00, with_consultation=FULL)],
            [(30_00, CaseSession.CONSULTATION_AND_ACT), (50_00, CaseSession.CONSULTATION_AND_ACT)],
        ),
        (
            [one(CCAM, 40_00, with_consultation=HALF), one(CONSULTATION, 30_00)],
            [(20_00, CaseSession.CONSULTATION_AND_HALF_ACT), (30_00, CaseSession.CONSULTATION_AND_ACT)],
        ),
        (
            [one(CONSULTATION, 30_00), one(CCAM, 30_00)],
            [(30_00, CaseSession.CONSULTATION_AND_ACT), (0, CaseSession.ACT_NOT_ADDED)],
        ),
        (
            [one(CCAM, 30_01), one(CONSULTATION, 30_00)],
            [(30_01, CaseSession.ALONE), (0, CaseSession.CONSULTATION_NOT_ADDED)],
        ),
        (
            [one(CONSULTATION, 30_00), one(CCAM, 50_00, session=2), one(CCAM, 50_00, professional=2)],
            [(30_00, CaseSession.ALONE), (50_00, CaseSession.ALONE), (50_00, CaseSession.ALONE)],
        ),
        (
            [one(CONSULTATION, 30_00), one(SUPPLEMENT, 5_00, component=1), one(SUPPLEMENT, 0, component=1)],
            [(25_00, CaseSession.COMPONENTS_APART), (5_00, CaseSession.SUPPLEMENT), (0, CaseSession.SUPPLEMENT)],
        ),
        (
            [one(CONSULTATION, 30_00), one(SUPPLEMENT, 0, component=1), one(SUPPLEMENT, 5_00)],
            [(30_00, CaseSession.ALONE), (0, CaseSession.SUPPLEMENT), (5_00, CaseSession.SUPPLEMENT)],
        ),
        (
            [one(CONSULTATION, 3_00), one(SUPPLEMENT, 5_00, component=1)],
            [(0, CaseSession.COMPONENTS_APART), (5_00, CaseSession.SUPPLEMENT)],
        ),
        ([one(NGAP, 4_73, **LETTER)], [(4_73, CaseSession.ALONE)]),
        ([one(CCAM_FULL, 10_05, percent=13_00)], [(11_36, CaseSession.CCAM_FULL)]),
        (
            [one(CCAM, 50_00, activity=4), one(CCAM, 40_00), one(CCAM, 30_00)],
            [(50_00, CaseSession.ALONE), (40_00, CaseSession.CCAM_FIRST), (15_00, CaseSession.CCAM_HALF)],
        ),
        (
            [one(NGAP, 12_60, letter=3_15, coefficient=400), one(NGAP, 4_73, **LETTER), one(NGAP, 3_15)],
            [(12_60, CaseSession.NGAP_FIRST), (2_36, CaseSession.NGAP_HALF), (0, CaseSession.NGAP_NOT_NOTED)],
        ),
        (  # 3.15 x 3.05 / 2 is rounded once
            [one(NGAP, 12_60, letter=3_15, coefficient=400), one(NGAP, 9_61, letter=3_15, coefficient=305)],
            [(12_60, CaseSession.NGAP_FIRST), (4_80, CaseSession.NGAP_HALF)],
        ),
        (  # two acts on a line: a part of their price
            [one(NGAP, 12_60, letter=3_15, coefficient=400), one(NGAP, 9_45, **LETTER)],
            [(12_60, CaseSession.NGAP_FIRST), (4_73, CaseSession.NGAP_HALF)],
        ),
        (
            [one(NGAP, 3_00, coefficient=100, fee=9_00), one(NGAP, 4_00, coefficient=100, fee=1_00)],
            [(1_50, CaseSession.NGAP_HALF), (4_00, CaseSession.NGAP_FIRST)],
        ),
        (
            [one(NGAP, 4_00, fee=1_00), one(NGAP, 4_00, fee=2_00), one(NGAP, 4_00, fee=1_00)],
            [(2_00, CaseSession.NGAP_HALF), (4_00, CaseSession.NGAP_FIRST), (0, CaseSession.NGAP_NOT_NOTED)],
        ),
        (
            [one(NGAP, 6_31, association=Association.SECOND), one(NGAP, 1_00), one(NGAP, 1_00, association=1)],
            [(3_16, CaseSession.TRANSMITTED_HALF), (1_00, CaseSession.ALONE), (1_00, CaseSession.NGAP_FIRST)],
        ),
        (
            [one(NGAP_FULL, 6_30), one(NGAP, 1_00), one(NGAP_FULL, 9_45, association=Association.SECOND)],
            [(6_30, CaseSession.NGAP_NEVER_CUT), (1_00, CaseSession.ALONE), (4_73, CaseSession.TRANSMITTED_HALF)],
        ),
        (  # a blood sample is in full, and takes the place of the act at half, of its own session
            [one(NGAP_SAMPLE, 4_73, **LETTER), one(NGAP, 6_30, coefficient=200), one(NGAP, 3_15, coefficient=100)],
            [(4_73, CaseSession.NGAP_NEVER_CUT), (6_30, CaseSession.NGAP_FIRST), (0, CaseSession.NGAP_NOT_NOTED)],
        ),
        (
            [one(NGAP_SAMPLE, 4_73, session=2), one(NGAP, 6_30, coefficient=200), one(NGAP, 3_15, coefficient=100)],
            [(4_73, CaseSession.NGAP_NEVER_CUT), (6_30, CaseSession.NGAP_FIRST), (1_58, CaseSession.NGAP_HALF)],
        ),
        (
            [one(CCAM_FULL, 10_00, percent=13_00, flat=5_00), one(ALONE, 7_00), one(ALONE, 7_00, given=1)],
            [(16_30, CaseSession.CCAM_FULL), (7_00, CaseSession.ALONE), (7_00, CaseSession.GIVEN)],
        ),
        (
            [one(CCAM, 10_03, association=code, percent=13_00, flat=5_00) for code in Association if code],
            [
                (16_33, CaseSession.CCAM_FIRST),
                (10_67, CaseSession.CCAM_HALF),
                (13_50, CaseSession.CCAM_THREE_QUARTERS),
                (16_33, CaseSession.CCAM_DEROGATION),
                (16_33, CaseSession.CCAM_OTHER_TIME),
            ],
        ),
        (
            [
                one(CCAM, 20_00),
                one(CCAM, 40_00),
                one(CCAM, 30_00),
                one(CCAM, 10_00, activity=4),
                one(CCAM, 9_00, given=1),
            ],
            [
                (0, CaseSession.CCAM_NOT_ASSOCIATED),
                (40_00, CaseSession.CCAM_FIRST),
                (15_00, CaseSession.CCAM_HALF),
                (10_00, CaseSession.ALONE),
                (9_00, CaseSession.GIVEN),
            ],
        ),
    ],
)
def test_a_session(told: list[Told], expected: list[tuple[int, CaseSession]]) -> None:
    lines = lines_of(told)
    joins = [joined(lines, i) for i in range(len(lines))]
    tariffs = [line.tariff for line in lines]
    assert [in_session(lines, tariffs, joins, i, VALUES) for i in range(len(lines))] == expected


VISIT_FEE = [(Costly.BEARS, CaseCostly.BEARS_VISIT), (Costly.COVERED, CaseCostly.COVERED_BY_VISIT)]
BELOW, OWN = (Costly.OWN, CaseCostly.BELOW_SUM), (Costly.OWN, CaseCostly.OWN_TARIFF)
NOT_CONCERNED, NEVER = (Costly.OWN, CaseCostly.NOT_CONCERNED), (Costly.NEVER, CaseCostly.NOT_CONCERNED)
STAY_FEE = [(Costly.BEARS, CaseCostly.BEARS_STAY), (Costly.COVERED, CaseCostly.COVERED_BY_STAY)]
IN, CLINIC = {"stay": StayOf.ITSELF}, {"profession": Profession.ETABLISSEMENT}
GIVEN = {"given": 1}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([one(CCAM, 200_00)], [OWN]),
        ([one(CCAM, 200_00), one(CCAM, 0)], [OWN, OWN]),
        ([one(CCAM, 100_00), one(CCAM, 19_99)], [BELOW, BELOW]),
        ([one(CCAM, 100_00), one(CCAM, 20_00)], VISIT_FEE),
        ([one(CCAM, 20_00), one(CCAM, 100_00)], VISIT_FEE[::-1]),
        ([one(CCAM, 60_00), one(CCAM, 60_00)], VISIT_FEE),
        ([one(CCAM, 100_00), one(CCAM, 60_00, session=2), one(CCAM, 1_00)], [BELOW, OWN, BELOW]),
        ([one(CCAM, 100_00), one(NGAP, 60_00, profession=Profession.INFIRMIER)], [OWN, NOT_CONCERNED]),
        ([one(CCAM, 50_00, **GIVEN), one(CCAM, 40_00, **GIVEN), one(CCAM, 35_00, **GIVEN)], [BELOW] * 3),
        (
            [one(CCAM, 50_00, **GIVEN), one(CCAM, 40_00, **GIVEN), one(CCAM, 35_00, association=3, **GIVEN)],
            [VISIT_FEE[0], VISIT_FEE[1], VISIT_FEE[1]],
        ),
        ([one(CCAM, 90_00, **IN), one(ALONE, 800_00, **IN, **CLINIC)], [NEVER, NEVER]),
        ([one(CCAM, 120_00, **IN), one(ALONE, 8_00, **IN, **CLINIC)], STAY_FEE[::-1]),
        (
            [one(ALONE, 8_00, **IN, **CLINIC), one(ALONE, 9_00, **IN, **CLINIC), one(CCAM, 130_00, **IN)],
            [STAY_FEE[1], STAY_FEE[0], STAY_FEE[1]],
        ),
        ([one(CCAM, 10_00, **IN), one(CCAM, 130_00, **IN)], STAY_FEE[::-1]),
        (
            [one(CCAM, 70_00, **IN), one(CCAM, 60_00, session=2), one(CCAM, 60_00, **IN)],
            [*STAY_FEE[:1], OWN, STAY_FEE[1]],
        ),
        ([one(CCAM, 130_00), one(CCAM, 20_00, **IN, session=2)], [OWN, NEVER]),
        ([one(CCAM, 10_00, stay=StayOf.AFTER_COSTLY)], STAY_FEE[1:]),
        (
            [one(CCAM, 35_00, **GIVEN), one(CCAM, 80_00, **GIVEN), one(CCAM, 70_00, **GIVEN)],
            [VISIT_FEE[1], VISIT_FEE[0], VISIT_FEE[1]],
        ),
        ([one(CCAM, 100_00), one(CCAM, 500_00, session=2), one(CCAM, 20_00)], [VISIT_FEE[0], OWN, VISIT_FEE[1]]),
        ([one(CCAM, 5_00, session=2), one(CCAM, 20_00), one(CCAM, 100_00)], [OWN, VISIT_FEE[1], VISIT_FEE[0]]),
        ([one(CCAM, 10_00, stay=StayOf.COSTLY), one(CCAM, 5_00, stay=StayOf.COSTLY)], STAY_FEE),
    ],
)
def test_costly_acts(told: list[Told], expected: list[tuple[Costly, CaseCostly]]) -> None:
    lines = lines_of(told)
    tariffs = [line.tariff for line in lines]
    assert [costly_line(lines, tariffs, i, LAW, VALUES) for i in range(len(lines))] == expected


def test_neither_a_charge_nor_imaging_is_a_costly_act_but_an_anaesthesia_adds_up() -> None:
    told = [one(CCAM, 100_00), one(CCAM, 20_00)]

    def found(**second: Any) -> list[tuple[int, int]]:
        lines = lines_of(told)
        lines[1] = lines[1]._replace(**second)
        return [costly_line(lines, [100_00, 20_00], i, LAW, VALUES) for i in range(2)]

    assert found() == VISIT_FEE
    assert found(nature=Nature.CHARGE) == [OWN, NOT_CONCERNED]
    assert found(act=IMAGING) == [OWN, NOT_CONCERNED]
    assert found(act=IMAGING, activity=Activity.ANAESTHESIA) == VISIT_FEE
    lines = [line._replace(stay=StayOf.COSTLY) for line in lines_of(told)]
    lines[0] = lines[0]._replace(nature=Nature.CHARGE)
    assert costly_line(lines, [100_00, 20_00], 1, LAW, VALUES) == STAY_FEE[0], "a charge bears no flat fee of the stay"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([one(SUPPLEMENT, 5), one(CCAM, 90), one(CONSULTATION, 10)], [2, -1, -1]),
        ([one(SUPPLEMENT, 5), one(NGAP, 90), one(CCAM, 10)], [2, -1, -1]),
        ([one(SUPPLEMENT, 5), one(NGAP_FULL, 90), one(NGAP, 10)], [2, -1, -1]),
        ([one(SUPPLEMENT, 5), one(NGAP_SAMPLE, 90)], [1, -1]),
        ([one(SUPPLEMENT, 5), one(NGAP, 90), one(NGAP, 91)], [2, -1, -1]),
        ([one(SUPPLEMENT, 5), one(NGAP, 90), one(NGAP, 90)], [1, -1, -1]),
        ([one(SUPPLEMENT, 5), one(CCAM, 90, session=2), one(CCAM, 90, professional=2)], [-1, -1, -1]),
        ([one(SUPPLEMENT, 5), one(CCAM_FULL, 9), one(ALONE, 9), one(SUPPLEMENT, 9)], [-1, -1, -1, -1]),
        ([one(CCAM, 90, session=2), one(SUPPLEMENT, 5), one(CCAM, 10)], [-1, 2, -1]),
        ([one(SUPPLEMENT, 5, joins=1), one(CCAM, 9), one(CONSULTATION, 9)], [1, -1, -1]),
        ([one(CCAM, 5, joins=1), one(CCAM, 9)], [1, -1]),
    ],
)
def test_the_line_that_a_supplement_joins(told: list[Told], expected: list[int]) -> None:
    lines = lines_of(told)
    assert [joined(lines, i) for i in range(len(lines))] == expected


JOINT, EACH = BillReadings(), BillReadings(majoration_seance=1)


@pytest.mark.parametrize(
    ("told", "readings", "expected"),
    [
        ([one(CONSULTATION, 30_00)], JOINT, [(-1, CaseSurcharge.OWN)]),
        (
            [one(CONSULTATION, 30_00, fee=25_00), one(SUPPLEMENT, 10_00, fee=9_00), one(SUPPLEMENT, 5_00)],
            JOINT,
            [(39_00, CaseSurcharge.WITH_SUPPLEMENTS), (0, CaseSurcharge.JOINED), (0, CaseSurcharge.JOINED)],
        ),
        ([one(CONSULTATION, 30_00), one(SUPPLEMENT, 10_00)], EACH, [(-1, CaseSurcharge.OWN), (-1, CaseSurcharge.OWN)]),
        (
            [one(CONSULTATION, 30_00, in_pathway=0), one(SUPPLEMENT, 10_00)],
            JOINT,
            [(0, CaseSurcharge.NOT_CONCERNED), (0, CaseSurcharge.JOINED)],
        ),
        ([one(SUPPLEMENT, 10_00)], JOINT, [(-1, CaseSurcharge.OWN)]),
        ([one(CCAM, 10_00), one(CCAM, 9_00, joins=0)], JOINT, [(-1, CaseSurcharge.OWN), (-1, CaseSurcharge.OWN)]),
    ],
)
def test_the_base_of_the_surcharge(told: list[Told], readings: BillReadings, expected: list[tuple[int, int]]) -> None:
    lines = lines_of(told)
    joins = [joined(lines, i) for i in range(len(lines))]
    tariffs = [line.tariff for line in lines]
    assert [surcharge_base(lines, tariffs, joins, i, readings) for i in range(len(lines))] == expected
