"""All that can still be, with some facts known: the classes of the pathway, and the patient's share in each.

The pathway only reaches the amounts through two things: is the act majorated, may coordination be charged? So the
facts of the pathway are enumerated down to those classes, and the facts of money are settled once for each class
that can still occur.

Circumstances of few people are not asked: they keep their documented default, which the answer shows (state medical
aid, schemes other than Alsace-Moselle, and the special settings that only lift the flat contribution).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from parcours.contracts.schema import encode_contract
from parcours.engine.facts.encoding import OWN_ROLES, act_of
from parcours.law.cache import flat_law
from parcours.law.codes import (
    Convention,
    Exemption,
    Profession,
    Purpose,
    Referral,
    Role,
    Scheme,
    SpecialSetting,
    TiersPayant,
)
from parcours.law.record import LawRecord
from parcours.rules.excess import authorised_after_departure
from parcours.rules.exemptions import without_excess
from parcours.rules.pathway import coordinated, pathway_status
from parcours.rules.settlement import settle
from parcours.rules.tariff import tariff_of_act
from parcours.rules.types import NO_CONTRACT, Act, Contract, Counters, Readings, Settlement

PATHWAY = (
    "medecin_traitant",
    "role",
    "referral",
    "purpose",
    "urgent",
    "away",
    "medecin_traitant_indisponible",
    "special_setting",
    "medecin_traitant_left_on",
    "installed_on",
    "referrer_installed_on",
    "centre_agree_on",
)
"""The facts of the pathway, in the order of the form."""
DATED = PATHWAY[8:]
"""Those that are counted from the day of the care itself."""
CIRCUMSTANCES = PATHWAY[4:]
"""Those that excuse whoever the doctor is."""
MONEY = ("convention", "fee", "exemption", "c2s", "contract", "scheme")
"""The facts of money, in the order of the form."""
OTHERS = ("age", *MONEY[1:])
"""The same with a professional who is not a doctor."""
BESIDE = {Profession.TRANSPORTEUR: ("special_setting",), Profession.LABORATOIRE: ("prelevement_biologie",)}
"""What else counts for some of them: an urgent journey has no share (R160-17 I), a sampling bears nothing (D160-8)."""
LATE: dict[str, tuple[int, ...]] = {
    "tiers_payant": tuple(TiersPayant),
    "scheme": (Scheme.GENERAL, Scheme.ALSACE_MOSELLE),
}
"""Facts that may change what is advanced at the desk when the share no longer depends on anything."""
FREE = (Convention.SECTEUR_2, Convention.SECTEUR_2_OPTAM, Convention.NON_CONVENTIONNE)
EVERY_CARE = ("consultation", "acte_technique", "dentaire", "auxiliaire", "biologie", "pharmacie", "pharmacie_modere",
              "pharmacie_faible", "appareillage", "transport", "hospitalisation")  # fmt: skip
GENEROUS = encode_contract(
    {"responsable": False, "majoration": True, **{f"{name}_pct_br": 1000 for name in EVERY_CARE}}
)
"""A contract that is not named yet stands between none and this one, which pays all that any contract may pay; one that
is responsable pays less.
"""
REFERRALS = (Referral.NONE, Referral.AVIS_PONCTUEL, Referral.PROTOCOLE_ALD, Referral.SAGE_FEMME)
"""One of each kind: not sent; sent by one's doctor; under a protocol (no authorised overrun); sent by a midwife."""
ADULT = 40
DOUBLE = 2
"""A free fee that is not known yet stands at the tariff and at twice the tariff."""


Kind = tuple[int, bool, bool, bool]
"""A class of the pathway: surcharged, coordinated, under a protocol."""
Money = dict[tuple[Any, ...], tuple[int, int, int]]
"""Values of the facts of money -> the patient's share, the highest lawful fee, what of the share is owed, in cents."""


@dataclass(frozen=True)
class Range:
    """Between what and what the patient's share lies, in cents; no `high` where a free fee is not known."""

    low: int
    high: int | None


@dataclass(frozen=True)
class Known:
    """What is said so far."""

    values: dict[str, Any]
    said: frozenset[str]
    """Facts that were answered, those answered by nothing included."""
    law: LawRecord
    readings: Readings

    def open(self, name: str) -> bool:
        """Is this fact still unknown?"""
        return name not in self.values and name not in self.said

    @property
    def doctor(self) -> bool:
        """Is the professional a doctor?"""
        return bool(self.values.get("profession") == Profession.MEDECIN)


@dataclass(frozen=True)
class Space:
    """All that can still be: the classes of the pathway that can occur, and the patient's share in each."""

    known: Known
    assignments: list[tuple[tuple[int, ...], int]]
    """(values of the pathway facts, class) of every possibility; classes with the same amounts are one."""
    money_names: tuple[str, ...]
    shares: dict[int, dict[tuple[Any, ...], int]]
    """For each class: values of the money facts -> patient's share in cents."""
    least: int
    """The least that is owed: what may not be asked for certain is no part of it."""
    tariff_known: bool

    @classmethod
    def of(cls, known: Known) -> "Space":
        """Enumerate the pathway, then settle the money once for each class."""
        act = base_act(known)
        classes, found = dict[Kind, Act](), list[tuple[tuple[int, ...], Kind]]()
        for values, candidate in pathway_acts(act, known):
            status, _ = pathway_status(candidate, known.law, known.readings)
            protocol = candidate.referral == Referral.PROTOCOLE_ALD
            departed = authorised_after_departure(candidate, status, known.law, known.readings)
            kind = (known.law.majoree[status], coordinated(candidate, known.law, known.readings), protocol, departed)
            classes.setdefault(kind, candidate)
            found.append((values, kind))
        tariff_known = known.values.get("base") is not None or tariff_of(act, known) > 0
        names = MONEY if known.doctor else (*OTHERS, *BESIDE.get(known.values["profession"], ()))
        settled = {kind: settled_money(representative, names, known) for kind, representative in classes.items()}
        numbers = merged(settled)
        return cls(
            known,
            [(values, numbers[kind]) for values, kind in found],
            names,
            {numbers[kind]: {key: share for key, (share, _, _) in money.items()} for kind, money in settled.items()},
            min(owed for money in settled.values() for _, _, owed in money.values()),
            tariff_known,
        )

    def next_fact(self) -> str | None:
        """The first fact, in the order of the form, that can still change an amount."""
        for position, name in enumerate(PATHWAY):
            if self.known.doctor and self.known.open(name) and self.pathway_matters(position):
                return name
        if not self.tariff_known and self.known.open("base"):
            return "base"
        for position, name in enumerate(self.money_names):
            if self.known.open(name) and (name == "fee" or self.money_matters(position)):
                return name
        return next((name for name in LATE if self.known.open(name) and self.advance_matters(name)), None)

    def pathway_matters(self, position: int) -> bool:
        """Does the class depend on this fact, all others equal?"""
        seen: dict[tuple[int, ...], int] = {}
        return any(
            seen.setdefault((*values[:position], *values[position + 1 :]), kind) != kind
            for values, kind in self.assignments
        )

    def money_matters(self, position: int) -> bool:
        """Does the patient's share depend on this fact, all others equal?"""
        for shares in self.shares.values():
            seen: dict[tuple[Any, ...], int] = {}
            for values, share in shares.items():
                if seen.setdefault((*values[:position], *values[position + 1 :]), share) != share:
                    return True
        return False

    def advance_matters(self, name: str) -> bool:
        """With all else known: does this fact change what is advanced?"""
        act = base_act(self.known)
        contract = self.known.values.get("contract", NO_CONTRACT)
        acts = (act._replace(**{name: value}) for value in LATE[name])
        results = [settle(item, contract, Counters(), self.known.law, self.known.readings) for item in acts]
        return len({result.advance for result in results}) > 1

    def range(self) -> Range:
        """The least that can be owed, and the most the patient can be left with; the share itself once it is known."""
        shares = {share for by_values in self.shares.values() for share in by_values.values()}
        free = self.known.open("fee") and (not self.known.doctor or self.may_be_free())
        least = min(shares) if len(shares) == 1 else self.least
        return Range(least if self.tariff_known or not self.known.open("base") else 0, None if free else max(shares))

    def sector_1(self) -> list[int]:
        """The shares that the patient can be left with in sector 1, while the sector is open."""
        if "convention" not in self.money_names:
            return []
        place = self.money_names.index("convention")
        return [
            share
            for shares in self.shares.values()
            for values, share in shares.items()
            if values[place] == Convention.SECTEUR_1
        ]

    def may_be_free(self) -> bool:
        """May the doctor set fees freely?"""
        return self.known.values.get("convention", Convention.SECTEUR_2) in FREE


def merged(settled: Mapping[Kind, Money]) -> dict[Kind, int]:
    """Classes with the same amounts everywhere get the same number."""
    numbers: dict[Kind, int] = {}
    distinct: list[Money] = []
    for kind, shares in settled.items():
        if shares not in distinct:
            distinct.append(shares)
        numbers[kind] = distinct.index(shares)
    return numbers


def base_act(known: Known) -> Act:
    """The act as far as it is known, the rest at its defaults."""
    values = {"care_date": known.law.first_day, "fee": 0, "age": ADULT, **known.values}
    values.setdefault("age_1er_janvier", values["age"])
    return act_of(values, flat_law())


def pathway_acts(act: Act, known: Known) -> Iterable[tuple[tuple[int, ...], Act]]:
    """The possibilities of the facts of the pathway that are open, as acts.

    Each circumstance after the purpose excuses on its own, whatever the others: they are tried one at a time.
    """
    if not known.doctor:
        return [((), act)]
    choices = [pathway_values(name, act, known) for name in CIRCUMSTANCES]
    ordinary = tuple(values[0] for values in choices)
    single = [ordinary]
    for position, values in enumerate(choices):
        single += [(*ordinary[:position], value, *ordinary[position + 1 :]) for value in values[1:]]
    found = []
    for first in own_values(act, known):
        for purpose in pathway_values("purpose", act, known):
            for more in single:
                chosen: tuple[int, ...] = (*first, purpose, *more)
                found.append((chosen, act._replace(**dict(zip(PATHWAY, chosen, strict=True)))))
    return found


def own_values(act: Act, known: Known) -> list[tuple[int, int, int]]:
    """(médecin traitant, role, referral) that go together; those that were said, where none of them does.

    Who has no médecin traitant may have been sent to a locum too: he stands in for another.
    """
    declared = [act.medecin_traitant] if not known.open("medecin_traitant") else [1, 0]
    roles = [act.role]
    if known.open("role"):
        roles = [Role.MEDECIN_TRAITANT, Role.REMPLACANT, Role.NOUVEAU_MEDECIN_TRAITANT, Role.AUTRE]
    referrals = [act.referral] if not known.open("referral") else REFERRALS
    every = [(mine, int(role), int(referral)) for mine in declared for role in roles for referral in referrals]
    together = [(mine, role, referral) for mine, role, referral in every if go_together(mine, role, referral)]
    return together or every


def go_together(mine: int, role: int, referral: int) -> bool:
    """Who has a médecin traitant is sent to others only; who has none sees none of their own."""
    if not mine:
        return role not in OWN_ROLES
    return referral == Referral.NONE or role in (Role.AUTRE, Role.CORRESPONDANT)


def pathway_values(name: str, act: Act, known: Known) -> list[int]:
    """The values of one fact of the pathway: the known one, or one on each side of what the law distinguishes."""
    value = getattr(act, name)
    if not known.open(name):
        return [value]
    law, code = known.law, act.specialty
    if name == "purpose":
        opens = law.acces_direct[code] and not law.acces_direct_age[code]
        return [Purpose.NONE, first_purpose(law.acces_direct[code])] if opens else [value]
    if name == "medecin_traitant_indisponible":
        return [0, 1] if law.acte_teleconsultation[act.act] else [value]
    if name == "special_setting":
        return [SpecialSetting.NONE, SpecialSetting.ADDICTOLOGIE]
    if name in DATED:
        return [0, act.care_date] if dated_matters(name, act, known) else [value]
    return [0, 1]


def dated_matters(name: str, act: Act, known: Known) -> bool:
    """May the day of a departure, of a settling or of an approval count on the day of the care?"""
    law = known.law
    if name == "medecin_traitant_left_on":
        return law.grace_depart_annees > 0
    if not law.exception_installation:
        return False
    if name == "installed_on":
        return law.generaliste[act.specialty] == 1
    if name == "referrer_installed_on":
        return known.open("referral") or act.referral != Referral.NONE
    centre = act.special_setting == SpecialSetting.CENTRE_SANTE_ZONE_DEFICITAIRE
    return centre and known.readings.centre_zone_deficitaire == 1


def first_purpose(mask: int) -> int:
    """A purpose that opens the direct access of a specialty."""
    return next(int(purpose) for purpose in Purpose if purpose > Purpose.ANY and mask >> purpose & 1)


def tariff_of(act: Act, known: Known) -> int:
    """The opposable tariff of an act as far as it is known, 0 when the law data has none."""
    return tariff_of_act(act, known.law, known.readings)[0]


def settled_money(act: Act, names: tuple[str, ...], known: Known) -> Money:
    """Patient's share and highest fee for every possibility of the facts of money that are open."""
    found, settled_once = {}, {}
    for values in product(*(money_values(name, act, known) for name in names)):
        chosen = dict(zip(names, values, strict=True))
        contract: Contract = chosen.pop("contract")
        if chosen["c2s"] and known.open("contract") and contract.present:
            continue
        fee = chosen.pop("fee")
        if fee == DOUBLE and known.open("fee") and known.doctor and chosen["convention"] not in FREE:
            continue
        candidate = act._replace(**chosen)
        if "age" in chosen and known.open("age_1er_janvier"):
            candidate = candidate._replace(age_1er_janvier=chosen["age"])
        candidate = candidate._replace(fee=fee if known_fee(known) else likely_fee(candidate, fee, known))
        if (candidate, contract) not in settled_once:  # one price for who pays the tariff whatever is asked
            settled = settle(candidate, contract, Counters(), known.law, known.readings)
            settled_once[candidate, contract] = (settled.patient, settled.max_fee, owed(candidate, settled))
        found[values] = settled_once[candidate, contract]
    return found


def owed(act: Act, settled: Settlement) -> int:
    """The patient's share without what may not be asked for certain, in cents."""
    if not settled.unlawful_excess or not bound_to_tariff(act):
        return settled.patient
    return max(0, settled.patient - settled.unlawful_excess)


def bound_to_tariff(act: Act) -> bool:
    """Is all that is above the tariff unlawful: under the C2S, for a session of Mon soutien psy?

    Elsewhere another line of the paper may explain it.
    """
    return bool(act.c2s) or act.profession == Profession.PSYCHOLOGUE


def known_fee(known: Known) -> bool:
    """Is the fee said?"""
    return "fee" in known.values


def likely_fee(act: Act, multiple: int, known: Known) -> int:
    """A fee that is not known: the tariff where the law sets it, the tariff or more where it is free."""
    tariff = tariff_of(act, known)
    return tariff * multiple if act.convention in FREE and not act.c2s else tariff


def money_values(name: str, act: Act, known: Known) -> tuple[Any, ...]:
    """The values of one fact of money: the known one, or one for each rule of the law."""
    if name == "contract":
        return (known.values.get("contract", NO_CONTRACT),) if not known.open(name) else (NO_CONTRACT, GENEROUS)
    if name == "fee":
        return (1, DOUBLE) if known.open(name) else (act.fee,)
    if not known.open(name) or (name == "scheme" and before_scheme_open(known)):
        return (getattr(act, name),)
    return OPEN_MONEY[name]


def before_scheme_open(known: Known) -> bool:
    """While these are open, a better cover than the local scheme's is possible anyway: it adds nothing to the range.

    A doctor who may charge no overrun is not asked for a sector.
    """
    of_money = ("exemption", "c2s", "contract")
    sector = known.doctor and not without_excess(base_act(known), known.law)
    covers = ("convention", *of_money) if sector else of_money
    return any(known.open(name) for name in covers if not (name == "contract" and known.values.get("c2s")))


OPEN_MONEY: dict[str, tuple[int, ...]] = {
    "age": (10, ADULT),
    "convention": (Convention.SECTEUR_1, *FREE),
    "exemption": (0, 1 << Exemption.MATERNITE),
    "scheme": (Scheme.GENERAL, Scheme.ALSACE_MOSELLE),
    "c2s": (0, 1),
    "special_setting": (SpecialSetting.NONE, SpecialSetting.TRANSPORT_URGENT),
    "prelevement_biologie": (0, 1),
}
