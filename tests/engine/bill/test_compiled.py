"""Interpreted = compiled, on every amount and every case of random bills that reach every case of a bill.

`PARCOURS_EQUIVALENCE_BILLS` sets how many bills (100 000 for a release).
"""

import os
import random
from itertools import pairwise

import numpy as np
import pytest

from parcours.engine.bill.kernel import RESULTS, BillColumns, columns_of, settle_columns
from parcours.engine.bill.settle import bill_record, settle_bill
from parcours.law import codes
from parcours.law.bill.book import STAGES
from parcours.law.bill.codes import (
    Activity,
    Association,
    CaseCharge,
    Combination,
    Cover,
    Nature,
    WithConsultation,
)
from parcours.law.cache import flat_law
from parcours.law.codes import Profession, SpecialSetting
from parcours.rules.bill.bill import settle_bill as settle_lines
from parcours.rules.bill.types import BillReadings, Borne, EurosContract, Line
from parcours.rules.types import Act, Contract, Readings
from tests.engine.bill.test_worked import worked

BILLS = int(os.environ.get("PARCOURS_EQUIVALENCE_BILLS", "3000"))
LAW = flat_law()
DAYS = (20170601, 20200310, 20240401, 20250603, 20260310, 20261101)
ACTS = ("consultation", "MD", "MCS", "DEQP003", "acte_technique", "imagerie", "anesthesie", "AMI", "B", "IFD")
PROFESSIONS = (
    Profession.MEDECIN, Profession.MEDECIN, Profession.MEDECIN, Profession.INFIRMIER, Profession.PHARMACIE,
    Profession.LABORATOIRE, Profession.TRANSPORTEUR, Profession.ETABLISSEMENT, Profession.CHIRURGIEN_DENTISTE,
)  # fmt: skip


def random_act(draw: random.Random, day: int, person: dict[str, int]) -> Act:
    profession = draw.choice(PROFESSIONS)
    doctor = profession == Profession.MEDECIN
    facts = dict.fromkeys(Act._fields, 0)
    facts.update(
        care_date=day,
        reimbursement_date=day + draw.choice((0, 0, 10000)),
        profession=profession,
        specialty=draw.choice((1, 3, 5, 33)) if doctor else 0,
        convention=draw.choice((1, 2, 3)) if doctor else 0,
        act=LAW.acts[draw.choice(ACTS)],
        quantity=draw.choice((1, 1, 2, 6)),
        fee=draw.choice((0, 5, draw.randrange(400_00), 800_00)),
        base=-1,
        medecin_traitant=draw.randrange(2),
        role=draw.choice((0, 0, 1, 7)),
        referral=draw.choice((0, 0, 2)),
        urgent=draw.choice((0, 0, 0, 1)),
        special_setting=draw.choice((0, 0, SpecialSetting.HOSPITALISATION)),
        tiers_payant=draw.randrange(3),
        drug_class=draw.choice(list(codes.DrugClass)[1:]) if profession == Profession.PHARMACIE else 0,
        **person,
    )
    return Act(**facts)


def random_line(draw: random.Random, size: int, day: int, person: dict[str, int], theme: list[Combination]) -> Line:
    act = random_act(draw, day, person)
    nature = draw.choice((Nature.ACT, Nature.ACT, Nature.ACT, Nature.ACT, Nature.CHARGE, Nature.COMFORT))
    coefficient = draw.choice((0, 100, 150, 400))
    return Line(
        act=act,
        nature=nature,
        combination=draw.choice(theme),
        with_consultation=draw.choice(list(WithConsultation)),
        session=draw.choice((1, 1, 1, 2)),
        professional=draw.choice((1, 1, 1, 2)),
        joins=draw.choice((-1, draw.randrange(size))),
        component=draw.choice((0, 0, 1)),
        tariff=draw.choice((-1, draw.randrange(300_00), 30_00, 800_00)),
        given=draw.choice((0, 0, 0, 1)),
        letter=draw.choice((0, 3_15)),
        coefficient=coefficient,
        association=draw.choice((0, 0, 0, 0, 0, 0, 0, 0, *Association)),
        activity=draw.choice((0, 0, 1, Activity.ANAESTHESIA)),
        percent=draw.choice((0, 1300)),
        flat=draw.choice((0, 0, 26_88)),
        rate=draw.choice((-1, -1, 10_000, 6_500)),
        bears=draw.choice((1, 1, 0)),
        in_pathway=draw.choice((1, 1, 0)),
        cover=draw.choice(list(Cover)),
        ceiling=draw.choice((-1, 500_00)),
        stay=int(act.special_setting == SpecialSetting.HOSPITALISATION) * draw.randrange(2),
        case_charge=draw.choice([case for case in CaseCharge if case != CaseCharge.NOT_A_CHARGE])
        if nature != Nature.ACT
        else 0,
    )


def random_bill(draw: random.Random) -> tuple[list[Line], Contract, EurosContract, Borne]:
    person = {
        "age": (age := draw.choice((4, 17, 40, 70))),
        "age_1er_janvier": age,
        "exemption": draw.choice((0, 0, 0, *(1 << ground for ground in codes.Exemption if ground))),
        "c2s": draw.choice((0, 0, 0, 1)),
        "ame": draw.choice((0, 0, 0, 0, 1)),
        "scheme": draw.choice((0, 0, 0, 1)),
    }
    theme = draw.choice((list(Combination), [Combination.CCAM], [Combination.NGAP]))
    size, day = draw.randint(1, 8), draw.choice(DAYS)
    lines = [random_line(draw, size, draw.choice((day, day, DAYS[0])), person, theme) for _ in range(size)]
    percent = [draw.choice((0, 100_00, 300_00, 500_00)) for _ in Contract._fields[2:15]]
    contract = Contract(
        draw.choice((0, 1, 1)),
        draw.randrange(2),
        *percent,
        draw.randrange(2),
        draw.randrange(2),
        draw.choice((-1, 20_00)),
    )
    euros = EurosContract(draw.randrange(2), draw.randrange(2), *(draw.choice((-1, 120_00, 2000_00)) for _ in range(4)))
    return lines, contract, euros, Borne(*(draw.choice((0, 0, 3_00, 49_00)) for _ in Borne._fields))


def columns(bills: list[tuple[list[Line], Contract, EurosContract, Borne]]) -> BillColumns:
    rows = [(*line.act, *line[1:]) for lines, *_ in bills for line in lines]
    first = np.cumsum([0, *(len(lines) for lines, *_ in bills)], dtype=np.int64)
    parts = (np.array([bill[place] for bill in bills], np.int64) for place in (1, 2, 3))
    return BillColumns(np.array(rows, np.int64), first, *parts)


def interpreted(
    bill: tuple[list[Line], Contract, EurosContract, Borne], readings: Readings, bill_readings: BillReadings
) -> list[tuple[int, ...]]:
    lines, contract, euros, borne = bill
    laws = [LAW.default.on(line.act.care_date) for line in lines]
    bill_laws = [bill_record(line.act.care_date) for line in lines]
    eras = range(len(lines))
    settled = settle_lines(lines, eras, laws, eras, bill_laws, contract, euros, borne, readings, bill_readings)
    return [(*one.settlement, *one[1:]) for one in settled]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("readings", "bill_readings"), [(Readings(), BillReadings()), (Readings(1), BillReadings(1, 1))]
)
def test_interpreted_equals_compiled_on_every_case(readings: Readings, bill_readings: BillReadings) -> None:
    draw = random.Random(20260310)
    bills = [random_bill(draw) for _ in range(BILLS if not bill_readings.majoration_seance else BILLS // 4)]
    table = columns(bills)
    found = settle_columns(table, LAW.default, readings, bill_readings)
    expected = np.array([row for bill in bills for row in interpreted(bill, readings, bill_readings)])
    different = np.argwhere(found != expected)
    assert not len(different), f"row and column {different[:5].tolist()}"
    if bill_readings.majoration_seance:
        return
    for place, (stage, enum) in enumerate(STAGES.items()):
        column = found.shape[1] - len(STAGES) + place
        met = {enum(case).name for case in np.unique(found[:, column]).tolist() if case}
        never = {case.name for case in enum} - met
        assert not never, f"{stage}: no random bill reaches {never}"
    fees = table.rows[:, Act._fields.index("fee")]
    amo, amc, patient = (found[:, RESULTS.index(name)] for name in ("amo", "amc", "patient"))
    assert (amo + amc + patient == fees).all()


def test_worked_bills_are_equal_compiled() -> None:
    answers = [settle_bill(entry["bill"]) for entry in worked()]
    table = columns_of([(answer.lines, answer.question) for answer in answers])
    found = settle_columns(table, LAW.default)
    for answer, (start, end) in zip(answers, pairwise(table.first.tolist()), strict=True):
        expected = [[*one.settlement, *one[1:]] for one in answer.settled]
        assert found[start:end].tolist() == expected
