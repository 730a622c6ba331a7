"""Settles one case, and a list of cases with the caps running over each patient's acts.

answer = settle({"care_date": "2025-06-01", "age": 40, "specialty": "generaliste", "convention": "secteur_1",
                 "fee": 30, "medecin_traitant": True, "role": "autre", "referral": "none"})
answer.settlement.amo   # 840 cents
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any

from parcours.engine.errors import FactError, UnknownTariff
from parcours.engine.facts.encoding import Case, encode, missing_fact
from parcours.engine.facts.vocabulary import BY_NAME, FACTS, Fact, both, slug
from parcours.law import codes
from parcours.law.cache import flat_law
from parcours.law.codes import CaseBase, CaseRate, Ips, Pathway, Status
from parcours.law.days import LawDataError, iso
from parcours.law.flat import FlatLaw
from parcours.law.record import LawRecord
from parcours.rules.facts import Act, Counters, Readings, Settlement
from parcours.rules.participations import increased
from parcours.rules.settlement import settle as settle_act

RULE_READINGS = {
    "plafond_majoration": codes.PlafondMajoration,
    "c2s_hors_parcours": codes.C2sHorsParcours,
    "medecin_traitant_acces_direct": codes.MedecinTraitantAccesDirect,
    "arrondi_da": codes.ArrondiDa,
    "exoneres_majoration": codes.ExoneresMajoration,
    "base_c2s_secteur_2": codes.BaseC2sSecteur2,
    "da_de_cumul": codes.DaDeCumul,
}
"""The readings that a rule takes; the others change a value of the law."""
CASE_CODES = {
    "case_status": codes.CaseStatus,
    "case_base": codes.CaseBase,
    "case_rate": codes.CaseRate,
    "case_acte_lourd": codes.CaseActeLourd,
    "case_majoration": codes.CaseMajoration,
    "case_participation": codes.CaseParticipation,
    "case_franchise": codes.CaseFranchise,
    "case_excess": codes.CaseExcess,
    "case_complementary": codes.CaseComplementary,
    "case_payment": codes.CasePayment,
}
AMOUNTS = (
    "base",
    "ticket_moderateur",
    "majoration",
    "participation_forfaitaire",
    "franchise",
    "forfait_acte_lourd",
    "amo",
    "amc",
    "patient",
    "advance",
    "deferred",
    "max_fee",
    "depassement",
    "unlawful_excess",
)
"""Fields of a settlement in cents."""
CANDIDATES: dict[str, tuple[int, ...]] = {
    "age": (0, 2, 6, 16, 17, 18, 25, 26, 40),
    "age_1er_janvier": (17, 18),
    "medecin_traitant": (0, 1),
    "convention": (1, 2, 3, 4),
    "role": tuple(codes.Role),
    "referral": tuple(codes.Referral),
    "drug_class": tuple(codes.DrugClass)[1:],
}
"""Values that tell whether a missing fact changes the answer: one on each side of every threshold of the law."""


@dataclass(frozen=True)
class OtherReading:
    """What another reading of a disputed point would give."""

    name: str
    option: str
    settlement: Settlement


@dataclass(frozen=True)
class Answer:
    """A settled case, and all that is needed to explain it."""

    case: Case
    law: LawRecord
    flat: FlatLaw
    readings: Mapping[str, str]
    counters: Counters
    settlement: Settlement

    @property
    def act(self) -> Act:
        """The facts as the rules read them."""
        return self.case.act

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Every fact as people write it: given, inferred and defaulted."""
        return decode(self.case, self.flat)

    @property
    def defaults(self) -> dict[str, Any]:
        """The facts that were assumed, with their value."""
        return {name: self.facts.get(name) for name in (*self.case.defaults, *self.case.missing)}

    @cached_property
    def other_readings(self) -> list[OtherReading]:
        """The other readings that would change an amount."""
        return list(readings_that_matter(self))

    def to_dict(self) -> dict[str, Any]:
        """The answer with the names of the vocabulary: euros as `Decimal`, slugs, national letters."""
        result = result_dict(self.settlement)
        result["defaults"] = self.defaults
        result["readings"] = [
            {"name": other.name, "option": other.option, **different_amounts(self.settlement, other.settlement)}
            for other in self.other_readings
        ]
        return result


def settle(
    facts: Mapping[str, Any], readings: Mapping[str, str] | None = None, counters: Counters | None = None
) -> Answer:
    """Settle one act. Raises `FactError` for a wrong, missing or contradictory fact, or a date without law."""
    flat = flat_law()
    return settle_case(encode(facts, flat), flat, readings or {}, counters or Counters())


def settle_case(case: Case, flat: FlatLaw, readings: Mapping[str, str], counters: Counters) -> Answer:
    """Settle an encoded case."""
    law = law_on(case.act.care_date, flat, readings)
    rule_readings = encode_readings(readings)
    settlement = settle_act(case.act, case.contract, counters, law, rule_readings)
    if case.missing:
        check_missing(case, settlement, law, rule_readings, counters)
    check_known(case, settlement)
    check_declared(case, settlement)
    return Answer(case, law, flat, readings, counters, settlement)


def law_on(day: int, flat: FlatLaw, readings: Mapping[str, str]) -> LawRecord:
    """The law on the day of the care."""
    try:
        return flat.under(readings).on(day)
    except LawDataError:
        first = iso(flat.default.first_days[0])
        allowed = {
            "fr": f"une date à partir du {first}, premier jour de droit connu",
            "en": f"a day from {first}, the first day of known law",
        }
        raise FactError("care_date", iso(day), allowed) from None


def encode_readings(readings: Mapping[str, str]) -> Readings:
    """The chosen options of the readings that a rule takes. Raises `FactError` for an unknown reading or option."""
    known = flat_law().readings
    for name, option in readings.items():
        if name not in known:
            raise FactError(f"readings.{name}", name, both(", ".join(sorted(known))))
        if option not in known[name]:
            raise FactError(f"readings.{name}", option, both(", ".join(known[name])))
    return Readings(
        **{name: int(RULE_READINGS[name][option.upper()]) for name, option in readings.items() if name in RULE_READINGS}
    )


def check_missing(case: Case, settlement: Settlement, law: LawRecord, readings: Readings, counters: Counters) -> None:
    """Raise `MissingFact` when a fact that was not given can change an amount."""
    for name in case.missing:
        if name not in CANDIDATES:
            raise missing_fact(name, case.missing)
    amounts = amounts_of(settlement)
    for values in product(*(CANDIDATES[name] for name in case.missing)):
        act = case.act._replace(**dict(zip(case.missing, values, strict=True)))
        if amounts_of(settle_act(act, case.contract, counters, law, readings)) != amounts:
            raise missing_fact(first_that_matters(case, law, readings, counters), case.missing)


def first_that_matters(case: Case, law: LawRecord, readings: Readings, counters: Counters) -> str:
    """The first missing fact that alone can change an amount; the first one where only several together can."""
    for name in case.missing:
        acts = (case.act._replace(**{name: value}) for value in CANDIDATES[name])
        outcomes = {amounts_of(settle_act(act, case.contract, counters, law, readings)) for act in acts}
        if len(outcomes) > 1:
            return name
    return case.missing[0]


def amounts_of(settlement: Settlement) -> tuple[int, ...]:
    """The amounts and the rate of a settlement: what a missing fact must not be able to change."""
    return tuple(settlement[3:18])


def check_known(case: Case, settlement: Settlement) -> None:
    """Raise `UnknownTariff` where the law data has no tariff or no rate for that day."""
    day = iso(case.act.care_date)
    if settlement.case_base == CaseBase.UNKNOWN:
        allowed = {
            "fr": f"aucun tarif connu le {day} pour ces faits ; donnez base",
            "en": f"no known tariff on {day} for these facts; give base",
        }
        raise UnknownTariff("act", case.act_key, allowed)
    if settlement.case_rate == CaseRate.UNKNOWN:
        allowed = {"fr": f"aucun taux connu le {day} pour ces faits", "en": f"no known rate on {day} for these facts"}
        raise UnknownTariff("care_date", day, allowed)


def check_declared(case: Case, settlement: Settlement) -> None:
    """A transmitted indicator or a computed status that was given beside its facts must agree with them."""
    ips, status = case.declared
    if status and status != settlement.status:
        letter = Status(settlement.status).name
        raise FactError(
            "status",
            Status(status).name,
            {"fr": f"{letter}, d'après les faits donnés", "en": f"{letter}, from the given facts"},
        )
    if ips and ips != settlement.ips and not equivalent(ips, settlement):
        letter = ips_letter(settlement.ips) or "blank"
        raise FactError(
            "ips", Ips(ips).name, {"fr": f"{letter}, d'après les faits donnés", "en": f"{letter}, from the given facts"}
        )


def equivalent(ips: int, settlement: Settlement) -> bool:
    """What a doctor may transmit for these facts: M or O when referred; S, blank or a wrong D outside the pathway."""
    if ips == Ips.M:
        return settlement.status in (Status.O, Status.S)
    if ips == Ips.O:
        return settlement.status == Status.O
    return settlement.pathway != Pathway.INSIDE and ips in (Ips.S, Ips.BLANK, Ips.D)


def ips_letter(ips: int) -> str:
    """The letter of an indicator, empty for blank."""
    return "" if ips in (Ips.BLANK, Ips.NOT_GIVEN) else Ips(ips).name


def result_dict(settlement: Settlement) -> dict[str, Any]:
    """A settlement with the names and the values of the vocabulary."""
    result: dict[str, Any] = {
        "status": Status(settlement.status).name,
        "ips": ips_letter(settlement.ips),
        "pathway": slug(Pathway, settlement.pathway),
        "base": euros(settlement.base),
        "rate": settlement.rate,
    }
    result.update({name: euros(getattr(settlement, name)) for name in AMOUNTS[1:]})
    if settlement.max_fee < 0:
        result["max_fee"] = None
    result.update({name: slug(enum, getattr(settlement, name)) for name, enum in CASE_CODES.items()})
    return result


def euros(cents: int) -> Decimal:
    """Cents as euros with two decimals."""
    return Decimal(cents).scaleb(-2)


def different_amounts(before: Settlement, after: Settlement) -> dict[str, Any]:
    """The amounts of the second settlement that differ from the first."""
    return {
        name: None if name == "max_fee" and getattr(after, name) < 0 else euros(getattr(after, name))
        for name in AMOUNTS
        if getattr(before, name) != getattr(after, name)
    }


def readings_that_matter(answer: Answer) -> Iterator[OtherReading]:
    """Settle again under each other option; keep those that change an amount."""
    options = [(name, member.name.lower()) for name, enum in RULE_READINGS.items() for member in enum]
    for name, option in [*options, *answer.flat.alternatives]:
        chosen = answer.readings.get(name)
        if option == chosen or (chosen is None and name in RULE_READINGS and not RULE_READINGS[name][option.upper()]):
            continue
        readings = {**answer.readings, name: option}
        law = answer.flat.under(readings).on(answer.act.care_date)
        settlement = settle_act(answer.act, answer.case.contract, answer.counters, law, encode_readings(readings))
        if different_amounts(answer.settlement, settlement):
            yield OtherReading(name, option, settlement)


def decode(case: Case, flat: FlatLaw) -> dict[str, Any]:
    """The encoded case as people write it, without what is simply absent."""
    specialties = {code: name for name, code in flat.specialties.items()}
    facts: dict[str, Any] = {
        "patient_id": case.patient_id,
        "professional_id": case.professional_id,
        "act": case.act_key,
    }
    for item in FACTS:
        if item.name not in facts and hasattr(case.act, item.name):
            facts[item.name] = decoded(item, getattr(case.act, item.name), specialties)
    if flat.default.rows[-1].acte_coefficient[case.act.act]:
        facts["quantity"] = euros(case.act.quantity)
    return {name: facts[name] for name in BY_NAME if facts.get(name) is not None}


def decoded(item: Fact, value: int, specialties: Mapping[int, str]) -> Any:
    """One encoded value as people write it; None when there is none."""
    if item.codes is not None:
        return None if item.name == "convention" and not value else slug(item.codes, value)
    if item.kind == "specialty":
        return specialties.get(value)
    decoder = DECODERS.get(item.kind)
    return decoder(value) if decoder else value


DECODERS: dict[str, Callable[[int], Any]] = {
    "date": lambda day: iso(day) if day else None,
    "money": lambda cents: euros(cents) if cents >= 0 else None,
    "boolean": bool,
    "ips": lambda ips: None if ips == Ips.NOT_GIVEN else ips_letter(ips),
    "status": lambda status: Status(status).name if status else None,
}


@dataclass
class Memory:
    """The caps of one patient: what was borne each year, and each day with each professional."""

    participation_year: dict[int, int]
    franchise_year: dict[int, int]
    participation_day: dict[tuple[int, str], int]
    franchise_day: dict[tuple[int, str], int]

    @classmethod
    def empty(cls) -> "Memory":
        """Nothing borne yet."""
        return cls({}, {}, {}, {})

    def before(self, act: Act, professional: str) -> Counters:
        """The counters before an act."""
        year, day = act.reimbursement_date // 10_000, (act.care_date, professional)
        return Counters(
            self.participation_year.get(year, 0),
            self.participation_day.get(day, 0),
            self.franchise_year.get(year, 0),
            self.franchise_day.get(day, 0),
        )

    def after(self, act: Act, professional: str, counters: Counters, settlement: Settlement) -> None:
        """Remember what an act took."""
        year, day = act.reimbursement_date // 10_000, (act.care_date, professional)
        new = increased(counters, settlement.participation_forfaitaire, settlement.franchise)
        self.participation_year[year], self.participation_day[day] = new.participation_annee, new.participation_jour
        self.franchise_year[year], self.franchise_day[day] = new.franchise_annee, new.franchise_jour


def settle_many(
    rows: Iterable[Mapping[str, Any]], readings: Mapping[str, str] | None = None
) -> list[Answer | FactError]:
    """Settle rows in their order of input, the caps running over each patient's acts in order of date.

    Order of the caps: day of reimbursement, day of care, order of input. A row without `patient_id` stands alone; one
    without `professional_id` counts as a professional of its own.
    """
    flat = flat_law()
    results: list[Answer | FactError | None] = []
    cases: list[tuple[int, Case]] = []
    for index, row in enumerate(rows):
        results.append(None)
        try:
            cases.append((index, encode(row, flat)))
        except FactError as error:
            results[index] = error
    memories: dict[str, Memory] = {}
    for index, case in sorted(cases, key=lambda item: (item[1].act.reimbursement_date, item[1].act.care_date, item[0])):
        memory = memories.setdefault(case.patient_id, Memory.empty()) if case.patient_id else Memory.empty()
        professional = case.professional_id or f"\0{index}"
        counters = memory.before(case.act, professional)
        try:
            answer = settle_case(case, flat, readings or {}, counters)
        except FactError as error:
            results[index] = error
            continue
        memory.after(case.act, professional, counters, answer.settlement)
        results[index] = answer
    return [result for result in results if result is not None]
