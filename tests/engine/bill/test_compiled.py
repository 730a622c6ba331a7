"""Interpreted = compiled, on every amount and every case of random bills that reach every case of a bill.

`PARCOURS_EQUIVALENCE_ROWS` sets how many acts are compared elsewhere: here a bill for each ten of them (100 000 for a
release).
"""

import os
import random

import numpy as np
import pytest

from parcours.engine.batch.bill_facts import NOTHING_TRIED, BillFacts
from parcours.engine.batch.bills import Bills, run_bills
from parcours.engine.batch.chunk import Run
from parcours.engine.batch.layout import AMOUNT_RESULTS, HALF, PATTERN_FACTS, PATTERN_WIDTH, ROW_FACTS, matrix
from parcours.engine.batch.layout import lines as pattern_lines
from parcours.engine.batch.patterns import Patterns
from parcours.engine.bill.kernel import BILL_CODE_RESULTS, CASES, ROW_FIELDS, TABLE_FIELDS
from parcours.engine.bill.together import bill_record
from parcours.engine.facts.readings import encode_readings
from parcours.law import codes
from parcours.law.bill.book import STAGES
from parcours.law.bill.codes import (
    Activity,
    Association,
    CaseCharge,
    Combination,
    Cover,
    Nature,
    OpticalCategory,
    WithConsultation,
)
from parcours.law.cache import flat_law
from parcours.law.codes import Profession, SpecialSetting
from parcours.rules.bill.bill import settle_bill as settle_lines
from parcours.rules.bill.memory import borne_before
from parcours.rules.bill.types import BillReadings, Borne, EurosContract, Line
from parcours.rules.types import Act, Contract, Counters, Readings, Settlement

BILLS = int(os.environ.get("PARCOURS_EQUIVALENCE_ROWS", "30000")) // 10
SHARE = 5_000
"""Bills drawn from one seed."""
RESULTS = (*Settlement._fields, *CASES)
OTHERS = [
    {"majoration_seance": "par_ligne", "plafond_majoration": "fiche"},
    {"franchise_plafond_jour": "pratique", "pf_plafond_ligne": "ligne"},
]
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
    cover = draw.choice(list(Cover))
    tariff = draw.choice((-1, draw.randrange(300_00), 30_00, 800_00))
    if cover == Cover.HEARING_AID and nature == Nature.ACT:
        act, tariff = act._replace(fee=2500_00), 800_00
    return Line(
        act=act,
        nature=nature,
        combination=draw.choice(theme),
        with_consultation=draw.choice(list(WithConsultation)),
        session=draw.choice((1, 1, 1, 2)),
        professional=draw.choice((1, 1, 1, 2)),
        joins=draw.choice((-1, draw.randrange(size))),
        component=draw.choice((0, 0, 1)),
        tariff=tariff,
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
        cover=cover,
        ceiling=draw.choice((-1, 500_00)),
        c2s_ceiling=draw.choice((-1, 300_00)),
        category=draw.choice((0, 0, *OpticalCategory)),
        stay=int(act.special_setting == SpecialSetting.HOSPITALISATION) * draw.choice((0, 1, 1, 2, 3)),
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


def facts_of(
    bills: list[tuple[list[Line], Contract, EurosContract, Borne]], readings: Readings
) -> tuple[BillFacts, Bills, np.ndarray]:
    """Bills as the compiled loop reads them, each of a patient of its own."""
    lines = [line for bill in bills for line in bill[0]]
    count, sizes = len(lines), [len(bill[0]) for bill in bills]
    ends = np.cumsum(sizes)
    contracts = list(dict.fromkeys((*bill[1], *bill[2]) for bill in bills))
    place = {contract: number for number, contract in enumerate(contracts)}
    chosen = np.repeat([place[*bill[1], *bill[2]] for bill in bills], sizes)
    rows = np.array([[getattr(line.act, name) for line in lines] for name in ROW_FACTS], np.int32)
    patterns = pattern_lines(
        [[*pattern_of(line.act), int(number), 0, 0, 0] for line, number in zip(lines, chosen, strict=True)],
        PATTERN_WIDTH,
        np.int16,
    )
    nobody = np.zeros(count, np.int64)
    facts = BillFacts(
        rows,
        np.arange(count, dtype=np.int32),
        Patterns(patterns, nobody, nobody, nobody, nobody == 0),
        np.array(contracts, np.int64),
        nobody,
        NOTHING_TRIED,
        np.array([[getattr(line, name) for name in TABLE_FIELDS] for line in lines], np.int64),
        np.arange(count),
        np.array([[getattr(line, name) for name in ROW_FIELDS] for line in lines], np.int64),
        nobody - 1,
    )
    number = np.arange(len(bills) + 1)
    tied = Bills(np.arange(count), ends - sizes, ends, np.zeros((len(bills), 2), np.int64), number, [])
    borne = [counters for bill in bills for counters in before(bill, readings)]
    return facts, tied, np.array(borne, np.int64)


def pattern_of(act: Act) -> list[int]:
    facts = [getattr(act, name) for name in PATTERN_FACTS]
    facts[PATTERN_FACTS.index("exemption")] = act.exemption & (1 << HALF) - 1
    return [*facts, -1, -1, act.exemption >> HALF]


def before(bill: tuple[list[Line], Contract, EurosContract, Borne], readings: Readings) -> list[Counters]:
    lines, _, _, borne = bill
    return [borne_before(lines, i, borne, LAW.default.on(line.act.care_date), readings) for i, line in enumerate(lines)]


def compiled(bills: list[tuple[list[Line], Contract, EurosContract, Borne]], run: Run) -> tuple[np.ndarray, np.ndarray]:
    """The results of every line, in the columns of `RESULTS`, and whether its bill is refused."""
    facts, tied, borne = facts_of(bills, encode_readings(run.readings))
    count = len(facts.kind)
    amounts, codes = matrix(AMOUNT_RESULTS, count, np.int32), matrix(BILL_CODE_RESULTS, count, np.int8)
    refusals = np.zeros(count, np.int8)
    run_bills(facts, tied, run, borne, amounts, codes, refusals, tied.patients)
    results = [
        amounts[AMOUNT_RESULTS.index(name)] if name in AMOUNT_RESULTS else codes[BILL_CODE_RESULTS.index(name)]
        for name in RESULTS
    ]
    return np.stack([column[:count] for column in results], axis=1), refusals != 0


def interpreted(
    bill: tuple[list[Line], Contract, EurosContract, Borne], readings: Readings, bill_readings: BillReadings
) -> list[tuple[int, ...]]:
    lines, contract, euros, _ = bill
    laws = [LAW.default.on(line.act.care_date) for line in lines]
    bill_laws = [bill_record(line.act.care_date) for line in lines]
    eras = range(len(lines))
    settled = settle_lines(
        lines, eras, laws, eras, bill_laws, contract, euros, before(bill, readings), readings, bill_readings
    )
    return [(*one.settlement, *one[2:]) for one in settled]


def compare(count: int, seed: int, chosen: dict[str, str]) -> tuple[int, dict[str, set[int]]]:
    """Settle some bills both ways; how many lines were compared, and the cases that were met."""
    draw = random.Random(seed)
    bills = [random_bill(draw) for _ in range(count)]
    run = Run.of(chosen)
    found, refused = compiled(bills, run)
    expected = np.array(
        [row for bill in bills for row in interpreted(bill, encode_readings(run.readings), run.bills.readings)]
    )
    fees = np.array([line.act.fee for bill in bills for line in bill[0]])
    kept = ~refused
    different = np.argwhere((found != expected) & kept[:, None])
    assert not len(different), f"seed {seed}, row and column {different[:5].tolist()}"
    amo, amc, patient = (expected[:, RESULTS.index(name)] for name in ("amo", "amc", "patient"))
    assert (amo + amc + patient == fees).all()
    met = {
        stage: set(np.unique(expected[kept, len(RESULTS) - len(STAGES) + place]).tolist())
        for place, stage in enumerate(STAGES)
    }
    return int(kept.sum()), met


@pytest.mark.slow
def test_interpreted_equals_compiled_on_every_case() -> None:
    shares = max(1, BILLS // SHARE)
    results = [compare(BILLS // shares, seed, {}) for seed in range(shares)]
    assert sum(rows for rows, _ in results) > BILLS, "too few of the random lines can be settled"
    for stage, enum in STAGES.items():
        met = set().union(*(cases[stage] for _, cases in results))
        never = {case.name for case in enum} - {enum(case).name for case in met if case}
        assert not never, f"{stage}: no random bill reaches {never}"


@pytest.mark.parametrize("chosen", OTHERS, ids=lambda chosen: next(iter(chosen)))
def test_interpreted_equals_compiled_under_other_readings(chosen: dict[str, str]) -> None:
    compare(BILLS // 20, 7, chosen)
