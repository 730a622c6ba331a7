"""Any act of care a person may describe: facts drawn from the table of facts, consistent with one another."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from parcours.contracts.schema import MOST_PERCENT, PERCENTAGES
from parcours.engine.facts.encoding import STAY, WITHOUT_SECTOR
from parcours.engine.facts.vocabulary import BY_NAME, FACTS, slugs
from parcours.law import codes
from parcours.law.cache import flat_law
from parcours.law.codes import Profession
from parcours.law.days import iso

LAW = flat_law()
FIRST_DAY = date(2006, 1, 1)
LAST_DAY = date(2027, 12, 31)
ERAS = LAW.default.first_days
PATHWAY = ("medecin_traitant", "role", "referral")
SUPPOSES_A_DOCTOR = {"medecin_traitant", "designe_conjointement", "cabinet_secondaire"}
STANDS_IN = {"remplacant", "meme_cabinet"}
CODED = ("ips", "status")
"""Facts of a claim that was already coded: they replace others, and have strategies of their own."""
OPTIONAL = tuple(
    fact.name
    for fact in FACTS
    if fact.name not in {*PATHWAY, *CODED, "care_date", "profession", "specialty", "convention", "act", "fee", "age"}
    and fact.name not in {"age_1er_janvier", "birth_date", "patient_id", "professional_id", "contract", "drug_class"}
)
"""Facts that may be said or not of any act."""


@cache
def euros(least: int = 0, most: int = 400_00) -> SearchStrategy[Decimal]:
    """An amount, to the cent."""
    return st.integers(least, most).map(lambda cents: Decimal(cents).scaleb(-2))


@cache
def days() -> SearchStrategy[str]:
    """A day of the law, often the first or the last of a period."""
    edges = st.sampled_from(ERAS).map(iso)
    eves = st.sampled_from(ERAS[1:]).map(
        lambda day: date.fromordinal(date.fromisoformat(iso(day)).toordinal() - 1).isoformat()
    )
    return st.one_of(edges, eves, st.dates(FIRST_DAY, LAST_DAY).map(date.isoformat))


@cache
def value(name: str) -> SearchStrategy[Any]:
    """Any value of a fact, by its kind."""
    fact = BY_NAME[name]
    if fact.codes is not None:
        return st.sampled_from(slugs(fact.codes))
    kinds: dict[str, SearchStrategy[Any]] = {
        "date": days(),
        "money": euros(),
        "boolean": st.booleans(),
        "quantity": st.integers(1, 12),
        "integer": st.integers(0, 110),
        "days": st.integers(1, 60),
        "specialty": st.sampled_from(sorted(LAW.specialties)),
    }
    return kinds[fact.kind]


@cache
def contracts(responsable: bool | None = None) -> SearchStrategy[dict[str, Any]]:
    """A complementary contract."""
    percent = st.one_of(st.sampled_from([0, 60, 70, 85, 100, 125, 150, 200, 225, 300]), st.integers(0, MOST_PERCENT))
    return st.fixed_dictionaries(
        {"responsable": st.booleans() if responsable is None else st.just(responsable)},
        optional={
            **dict.fromkeys(PERCENTAGES, percent),
            "majoration": st.booleans(),
            "participations": st.booleans(),
            "plafond_par_acte": euros(0, 60_00),
        },
    )


@cache
def billable(profession: str) -> SearchStrategy[str]:
    """An act that a profession may bill."""
    keys = [key for key, allowed in LAW.act_professions.items() if not allowed or profession in allowed]
    return st.sampled_from(["consultation", *keys])


@cache
def roles(declared: bool) -> SearchStrategy[str]:
    """What a doctor may be to a patient who has, or has not, a médecin traitant."""
    every = slugs(codes.Role)
    return st.sampled_from([role for role in every if declared or role not in SUPPOSES_A_DOCTOR])


PROFESSIONS = st.one_of(st.just("medecin"), value("profession"))
OTHERS = st.lists(st.sampled_from(OPTIONAL), max_size=6, unique=True)


@st.composite
def acts(draw: st.DrawFn, profession: str | None = None, *, contract: bool = True) -> dict[str, Any]:
    """The facts of one act, all that changes the answer being given."""
    name = profession or draw(PROFESSIONS)
    number = Profession[name.upper()]
    facts: dict[str, Any] = {"care_date": draw(days()), "profession": name, "fee": draw(euros())}
    facts["age"] = draw(value("age"))
    born_before = facts["age"] - int(draw(st.booleans()))
    facts["age_1er_janvier"] = max(0, born_before)
    if number not in WITHOUT_SECTOR:
        facts["convention"] = draw(value("convention"))
    if name == "medecin":
        facts |= draw(visits())
    if name == "pharmacie":
        facts["drug_class"] = draw(value("drug_class"))
    facts["act"] = draw(billable(name))
    for other in draw(OTHERS):
        facts[other] = draw(value(other))
    if facts["act"] == STAY:
        facts["sejour_jours"] = draw(value("sejour_jours"))
    if facts.get("reimbursement_date", "9999") < facts["care_date"]:
        del facts["reimbursement_date"]
    if facts.get("medecin_traitant_left_on", "") > facts["care_date"]:
        del facts["medecin_traitant_left_on"]
    if contract and draw(st.booleans()):
        facts["contract"] = draw(contracts())
    return facts


@st.composite
def visits(draw: st.DrawFn) -> dict[str, Any]:
    """What a doctor is to the patient."""
    declared = draw(st.booleans())
    return {
        "specialty": draw(value("specialty")),
        "medecin_traitant": declared,
        "role": draw(roles(declared)),
        "referral": draw(value("referral")),
    }
