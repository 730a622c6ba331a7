"""The acts of some people as a table in the vocabulary of the engine, sorted by patient and day."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from parcours.lab import columns as made
from parcours.lab.care import ACT, PAY, SIDE, Care, care_of, kinds, stream_of
from parcours.lab.draw import Draws, Numbers
from parcours.lab.fees import LOOKED_UP, money_of
from parcours.lab.pathway import AWAY, LOST, PURPOSES, REFERRALS, ROLES, SETTINGS, URGENT, WAYS, Pathway, pathway_of
from parcours.lab.people import AME, C2S, DECLARED, SCHEMES, WOMAN, People, contracts
from parcours.lab.supply import CONVENTIONS, specialties, supply
from parcours.lab.values import care_values
from parcours.law.cache import flat_law
from parcours.law.codes import Profession

ACTS = ("consultation", "acte_technique", "imagerie", "sejour")
EXEMPTIONS = ("none", "ald", "maternite", "hospitalisation_30_jours")
"""The last stands for stays with a heavy act, which the engine knows by no fact of their own."""
THIRD_PARTY = ("none", "partial", "full")
DRUGS = ("majeur", "modere", "faible", "irremplacable", "lpp")
NO_SECTOR = (Profession.PHARMACIE, Profession.LABORATOIRE, Profession.TRANSPORTEUR, Profession.ETABLISSEMENT)
CENTS_A_DAY = 65_000
"""About what a day of a stay costs: a dearer stay is a longer one."""
LONGEST = 30


class Lots(NamedTuple):
    """What is drawn for each act besides its price and its pathway."""

    paid: Numbers
    delay: Numbers
    linked: Numbers
    side: Numbers


def acts_table(people: People, year: int, seed: int) -> pa.Table:
    """One row an act."""
    care = care_of(people, year, seed)
    order = np.lexsort((care.rank, care.kind, care.day, care.who))
    care = Care(*(column[order] for column in care))
    draws = Draws(seed, people.patient[care.who], care.rank)
    lots = Lots(*draws.pair(stream_of(care, PAY)), *draws.pair(stream_of(care, SIDE)))
    dates = np.datetime64(f"{year}-01-01").astype("datetime64[D]").astype(np.int64) + care.day
    ages = whole_years(people.born[care.who], dates)
    minor = ages < flat_law().default.on(year * 10_000 + 701).age_exclusion
    path = pathway_of(care, people, minor, seed)
    quantity = _quantities(care, lots)
    money = money_of(care, people, path, ages, quantity, year, seed)
    columns = {
        **_of_person(care, people, dates),
        **_of_act(care, people, path, lots, year, seed),
        "quantity": pa.array(quantity),
        **_of_pathway(care, people, path),
        "fee": made.decimals(money.fee),
        "tariff": made.decimals(money.tariff),
        "base": made.decimals(money.base, money.base == LOOKED_UP),
        "reimbursement_date": made.dates(dates + FIRST_PAID + (lots.delay * PAID_OVER).astype(np.int64)),
        "sejour_jours": pa.array(
            np.clip(1 + money.base // CENTS_A_DAY, 1, LONGEST).astype(np.int32),
            mask=_kinds().act[care.kind] != ACTS.index("sejour"),
        ),
    }
    return pa.table({name: columns[name] for name in NAMES}).replace_schema_metadata(made.synthetic(year, seed))


FIRST_PAID, PAID_OVER = 2, 18
"""Days until the first refunds are paid, and over which they are."""
NAMES = (
    "patient",
    "date",
    "patient_id",
    "professional_id",
    "birth_date",
    "care_date",
    "reimbursement_date",
    "profession",
    "specialty",
    "convention",
    "act",
    "quantity",
    "fee",
    "base",
    "medecin_traitant",
    "role",
    "referral",
    "urgent",
    "away",
    "purpose",
    "special_setting",
    "exemption",
    "c2s",
    "ame",
    "scheme",
    "contract",
    "tiers_payant",
    "drug_class",
    "sejour_jours",
    "kind",
    "tariff",
)
"""Columns: two keys of the lab, facts of the engine, the kind of care, what a doctor of sector 1 charges for it."""


def _of_person(care: Care, people: People, dates: Numbers) -> dict[str, pa.Array]:
    """What an act repeats of the patient."""
    who = care.who
    cover = people.cover[who]
    return {
        "patient": pa.array(people.patient[who]),
        "date": made.dates(dates),
        "patient_id": made.ids("P", people.patient[who], 9),
        "birth_date": made.dates(people.born[who]),
        "care_date": made.dates(dates),
        "c2s": pa.array(cover == C2S),
        "ame": pa.array(cover == AME),
        "scheme": made.coded(people.scheme[who], SCHEMES),
        "contract": made.coded(people.contract[who], contracts(), people.contract[who] < 0),
    }


def _of_act(care: Care, people: People, path: Pathway, lots: Lots, year: int, seed: int) -> dict[str, pa.Array]:
    """Who, what, how much of it, who pays first."""
    who, doctor, facts = care.who, care.specialty >= 0, _kinds()
    profession = facts.profession[care.kind]
    convention = np.where(doctor, supply(seed, year).convention[np.maximum(path.doctor, 0)], 0)
    drug = np.where(facts.drug[care.kind] >= 0, facts.drug[care.kind], _classes(lots.side))
    near = 10_000_000 * profession + people.department[who] * 1_000 + (lots.side * 997).astype(np.int64)
    return {
        "professional_id": made.ids("D", np.where(doctor, path.doctor, near), 9),
        "profession": made.coded(profession - 1, [member.name.lower() for member in Profession]),
        "specialty": made.coded(care.specialty, specialties(), ~doctor),
        "convention": made.coded(convention, CONVENTIONS, np.isin(profession, [int(item) for item in NO_SECTOR])),
        "act": made.coded(facts.act[care.kind], ACTS),
        "exemption": made.coded(_exemptions(care, people, lots), EXEMPTIONS),
        "tiers_payant": made.coded(_third_party(profession, care, path, lots.paid, people.cover[who]), THIRD_PARTY),
        "drug_class": made.coded(drug, DRUGS, profession != int(Profession.PHARMACIE)),
        "kind": made.coded(care.kind, [kind.name for kind in kinds()]),
    }


def _of_pathway(care: Care, people: People, path: Pathway) -> dict[str, pa.Array]:
    """How the patient came to a doctor."""
    doctor = care.specialty >= 0
    return {
        "medecin_traitant": pa.array(people.mt[care.who] == DECLARED, mask=~doctor),
        "role": made.coded(path.among(ROLES), ROLES, ~doctor),
        "referral": made.coded(path.among(REFERRALS), REFERRALS, ~doctor),
        "urgent": pa.array(doctor & (path.way == WAYS.index(URGENT))),
        "away": pa.array(doctor & (path.way == WAYS.index(AWAY))),
        "purpose": made.coded(path.purpose, PURPOSES),
        "special_setting": made.coded(np.where(doctor, path.among(SETTINGS), 0), SETTINGS),
    }


def whole_years(born: Numbers, day: Numbers) -> Numbers:
    """Ages in whole years."""
    months, now = (days.astype("datetime64[D]").astype("datetime64[M]") for days in (born, day))
    of_month = day - now.astype("datetime64[D]").astype(np.int64)
    birth = born - months.astype("datetime64[D]").astype(np.int64)
    whole: Numbers = (now.astype(np.int64) - months.astype(np.int64) - (of_month < birth)) // 12
    return whole


class _Kinds(NamedTuple):
    profession: Numbers
    act: Numbers
    drug: Numbers
    quantity: Numbers
    linked: Numbers
    exempt: Numbers


@cache
def _kinds() -> _Kinds:
    """What is the same for every act of a kind."""
    rows = []
    for kind in kinds():
        name = kind.values.get("profession", "medecin")
        act = "acte_technique" if kind.group == ACT else "sejour" if kind.name == "stay" else "consultation"
        act = "imagerie" if kind.name.startswith("imaging") else act
        drug = DRUGS.index(kind.values["drug"]) if "drug" in kind.values else -1
        linked = kind.values.get("linked", care_values()["linked"])
        rows.append(
            (
                int(Profession[name.upper()]),
                ACTS.index(act),
                drug,
                kind.values.get("quantity", 1),
                linked,
                kind.values.get("exempt", 0.0),
            )
        )
    return _Kinds(*(np.array(column) for column in zip(*rows, strict=True)))


def _quantities(care: Care, lots: Lots) -> Numbers:
    """How many boxes, for what is delivered by the box."""
    most = 2 * _kinds().quantity[care.kind] - 1
    return np.where(most > 1, 1 + lots.side * most, 1).astype(np.int32)


def _exemptions(care: Care, people: People, lots: Lots) -> Numbers:
    """Care of a long illness; stays for a birth, and those where next to nothing is left to pay."""
    who, facts, mothers = care.who, _kinds(), care_values()["mothers"]
    ald = people.ald[who].astype(bool) & (lots.linked < facts.linked[care.kind])
    woman = (
        (people.sex[who] == WOMAN) & (people.age[who] >= mothers["from_age"]) & (people.age[who] <= mothers["to_age"])
    )
    birth = woman & (lots.delay < mothers["share"])
    exempt = lots.side < facts.exempt[care.kind]
    return np.where(ald, 1, np.where(exempt, np.where(birth, 2, 3), 0))


def _classes(u: Numbers) -> Numbers:
    shares = care_values()["drug_classes"]
    return np.minimum(np.searchsorted(np.cumsum(list(shares.values())), u), len(shares) - 1)


def _third_party(profession: Numbers, care: Care, path: Pathway, u: Numbers, cover: Numbers) -> Numbers:
    """Full for who has full cover; else by profession, and apart for acts outside the pathway."""
    values = care_values()["third_party"]
    shares = np.zeros((max(Profession) + 1, 2))
    for name, pair in values.items():
        if name.upper() in Profession.__members__:
            shares[Profession[name.upper()]] = pair
    part, whole = shares[profession].T
    lost = path.way == WAYS.index(LOST)
    for here, pair in (
        (care.specialty == 0, values["gp"]),
        (care.specialty > 0, values["specialist"]),
        ((care.specialty >= 0) & lost, (values["outside"], 0.0)),
    ):
        part, whole = np.where(here, pair[0], part), np.where(here, pair[1], whole)
    ordinary = np.where(u < whole, 2, np.where(u < whole + part, 1, 0))
    return np.where((cover == C2S) | (cover == AME), 2, ordinary)
