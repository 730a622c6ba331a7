"""Random bills that reach every case of a bill, and what the rules say of them."""

import random

from parcours.engine.bill.kernel import CASES
from parcours.engine.bill.together import bill_record
from parcours.law import codes
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

Bill = tuple[list[Line], Contract, EurosContract, Borne]
RESULTS = (*Settlement._fields, *CASES)
"""What `interpreted` gives of a line."""
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
        elsewhere=draw.choice((0, 0, 0, 1)),
        own_price=draw.choice((-1, -1, 0, 1)),
    )


def random_bill(draw: random.Random) -> Bill:
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


def before(bill: Bill, readings: Readings) -> list[Counters]:
    lines, _, _, borne = bill
    return [borne_before(lines, i, borne, LAW.default.on(line.act.care_date), readings) for i, line in enumerate(lines)]


def interpreted(bill: Bill, readings: Readings, bill_readings: BillReadings) -> list[tuple[int, ...]]:
    lines, contract, euros, _ = bill
    laws = [LAW.default.on(line.act.care_date) for line in lines]
    bill_laws = [bill_record(line.act.care_date) for line in lines]
    eras = range(len(lines))
    settled = settle_lines(
        lines, eras, laws, eras, bill_laws, contract, euros, before(bill, readings), readings, bill_readings
    )
    return [(*one.settlement, *one[2:]) for one in settled]
