"""The laws of the euros: on a grid of facts of money and of the pathway, what may never happen to an amount.

Plain interpreted rules on a reduced grid: the pathway itself is enumerated in full by `engine/space.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from parcours.contracts.schema import encode_contract
from parcours.engine.proof.space_grid import Professional, professionals
from parcours.law.cache import flat_law
from parcours.law.codes import Convention, Exemption, Profession, Purpose, Referral, Role
from parcours.rules.settlement import settle
from parcours.rules.types import NO_CONTRACT, Act, Contract, Counters, Readings, Settlement

CONTRACTS: tuple[Contract, ...] = (
    NO_CONTRACT,
    encode_contract({"responsable": True, "consultation_pct_br": 100}),
    encode_contract({"responsable": True, "consultation_pct_br_optam": 200, "consultation_pct_br_non_optam": 180}),
)
AXES: dict[str, tuple[Any, ...]] = {
    "age": (10, 17, 40),
    "convention": (Convention.SECTEUR_1, Convention.SECTEUR_2_OPTAM, Convention.SECTEUR_2, Convention.NON_CONVENTIONNE),
    "fee": (2500, 7000),
    "medecin_traitant": (0, 1),
    "role": (Role.AUTRE, Role.MEDECIN_TRAITANT),
    "referral": (Referral.NONE, Referral.SOINS_ITERATIFS),
    "excuse": (None, "urgent", "away"),
    "exemption": (0, 1 << Exemption.ALD, 1 << Exemption.MATERNITE),
    "c2s": (0, 1),
    "contract": CONTRACTS,
}
"""Facts and values of the grid."""
DAY = 20250601
"""A day of the present tariffs."""
Results = Mapping[tuple[Any, ...], Settlement]
Checks = Iterator[tuple[bool, tuple[Any, ...]]]
"""Does the law hold, and the values at which it was asked."""


@dataclass(frozen=True)
class EuroLaw:
    """A law of the amounts, checked."""

    name: str
    fr: str
    en: str
    checked: int
    broken: int
    example: str


def settled(professional: Professional, day: int) -> Results:
    """Every combination of the grid, settled."""
    law = flat_law().default.on(day)
    blank = Act(*(0,) * len(Act._fields))._replace(
        care_date=day,
        reimbursement_date=day,
        profession=professional.profession,
        specialty=professional.specialty,
        quantity=1,
        base=-1 if professional.profession == Profession.MEDECIN else 2500,
        purpose=int(Purpose.NONE),
    )
    results = {}
    for values in product(*AXES.values()):
        facts = dict(zip(AXES, values, strict=True))
        contract, excuse = facts.pop("contract"), facts.pop("excuse")
        act = blank._replace(**facts, age_1er_janvier=facts["age"], **({excuse: 1} if excuse else {}))
        results[values] = settle(act, contract, Counters(), law, Readings())
    return results


def better(axis: str, start: Any, **apart: Any) -> Callable[[Results], Checks]:
    """The law that moving away from `start` on an axis never leaves more to the patient; `apart`: values left out."""
    place = list(AXES).index(axis)
    left_out = [(list(AXES).index(name), value) for name, value in apart.items()]

    def check(results: Results) -> Checks:
        for values, after in results.items():
            if values[place] != start and not any(values[at] == value for at, value in left_out):
                before = results[(*values[:place], start, *values[place + 1 :])]
                yield after.patient <= before.patient, values

    return check


def balanced(results: Results) -> Checks:
    """The three shares make the fee; none is negative; at the desk and later make the patient's."""
    fee = list(AXES).index("fee")
    for values, item in results.items():
        whole = item.amo + item.amc + item.patient == values[fee]
        yield whole and min(item.amo, item.amc, item.patient, item.majoration, item.base) >= 0, values


def payer_bound(results: Results) -> Checks:
    """The compulsory insurance never pays more than the base."""
    for values, item in results.items():
        yield item.amo <= item.base, values


LAWS: dict[str, tuple[str, str, Any]] = {
    "balance": (
        "Les trois parts font les honoraires, aucune n'est négative",
        "The three shares make the fee, none is negative",
        balanced,
    ),
    "base": (
        "L'assurance maladie ne paie jamais plus que la base",
        "Compulsory insurance never pays more than the base",
        payer_bound,
    ),
    "declaration": (
        "Déclarer un médecin traitant ne coûte jamais",
        "Declaring a médecin traitant never costs more",
        better("medecin_traitant", 0, role=Role.MEDECIN_TRAITANT),
    ),
    "referral": (
        "Être adressé ne coûte jamais, à honoraires égaux",
        "A referral never costs more, at an equal fee",
        better("referral", Referral.NONE),
    ),
    "excuse": (
        "L'urgence et l'éloignement ne coûtent jamais",
        "Urgency and being away never cost more",
        better("excuse", None),
    ),
    # Outside the convention the base is below the participation forfaitaire, which eats the whole refund: an
    # exemption then moves to the compulsory insurance, and so to the participation, what a contract would have paid.
    "exemption": (
        "Une exonération ne coûte jamais (hors convention à part)",
        "An exemption never costs more (outside the convention apart)",
        better("exemption", 0, convention=Convention.NON_CONVENTIONNE),
    ),
    "contract": (
        "Un contrat ne coûte jamais, sa prime à part",
        "A contract never costs more, its premium apart",
        better("contract", NO_CONTRACT),
    ),
}


def check_euros() -> tuple[EuroLaw, ...]:
    """Check every law of the euros on the whole grid."""
    totals = dict.fromkeys(LAWS, (0, 0, ""))
    for professional in professionals(flat_law()):
        results = settled(professional, DAY)
        for name, (_, _, law) in LAWS.items():
            totals[name] = added(totals[name], law(results), professional.name)
    return tuple(EuroLaw(name, fr, en, *totals[name]) for name, (fr, en, _) in LAWS.items())


def added(total: tuple[int, int, str], checks: Checks, where: str) -> tuple[int, int, str]:
    """Add checks to a total: made, broken, the first broken one."""
    checked, broken, example = total
    for holds, values in checks:
        checked += 1
        if not holds:
            broken += 1
            example = example or f"{where} {dict(zip(AXES, values, strict=True))}"
    return checked, broken, example
