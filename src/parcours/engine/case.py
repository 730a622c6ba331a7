"""Settles one act.

answer = settle({"care_date": "2025-06-01", "age": 40, "specialty": "generaliste", "convention": "secteur_1",
                 "fee": 30, "medecin_traitant": True, "role": "autre", "referral": "none"})
answer.settlement.amo   # 840 cents
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product
from operator import attrgetter
from typing import Any, cast

from parcours.engine.errors import FactError, UnknownTariff
from parcours.engine.facts.decoding import decode
from parcours.engine.facts.encoding import EncodedAct, encode, missing_fact
from parcours.engine.facts.readings import RULE_READINGS, encode_readings
from parcours.engine.results import amounts_of, different_amounts, in_cents, ips_letter, note_slugs, result_dict
from parcours.engine.watched import Watched
from parcours.law import codes, thresholds
from parcours.law.cache import flat_law
from parcours.law.cases import CaseBase, CaseRate
from parcours.law.codes import Ips, Pathway, Status
from parcours.law.days import LawDataError, iso
from parcours.law.flat import FlatLaw
from parcours.law.in_use import per_reform
from parcours.law.record import LawRecord
from parcours.rules.settlement import settle as settle_act
from parcours.rules.types import Act, Counters, Readings, Settlement
from parcours.text import Text, plain_euros

CODED_CANDIDATES: dict[str, tuple[int, ...]] = {
    "medecin_traitant": (0, 1),
    "convention": (1, 2, 3, 4),
    "role": tuple(codes.Role),
    "referral": tuple(codes.Referral),
    "drug_class": tuple(codes.DrugClass)[1:],
}
UNCERTAIN = ("age", "age_1er_janvier", *CODED_CANDIDATES)
"""Facts that may stay unsaid where they change nothing."""
ABSENT = (None, "none", False, 0)
"""Values assumed that need not be told: nothing is there."""


@per_reform
def candidates() -> dict[str, tuple[int, ...]]:
    """Values that tell whether a missing fact changes the answer: one on each side of every threshold of the law."""
    told = thresholds.participation_age()
    return {"age": thresholds.candidate_ages(), "age_1er_janvier": (told - 1, told), **CODED_CANDIDATES}


@dataclass(frozen=True)
class OtherReading:
    """What another reading of a disputed point would give."""

    name: str
    option: str
    settlement: Settlement


@dataclass(frozen=True, repr=False)
class Answer:
    """A settled act, and all that is needed to explain it."""

    encoded: EncodedAct
    law: LawRecord
    flat: FlatLaw
    readings: Mapping[str, str]
    counters: Counters
    settlement: Settlement

    def __repr__(self) -> str:
        paid = self.settlement
        amounts = " ".join(f"{name}={plain_euros(getattr(paid, name))}" for name in ("amo", "amc", "patient"))
        fee = plain_euros(self.act.fee)
        return f"<Answer {iso(self.act.care_date)} fee={fee}: {Pathway(paid.pathway).name.lower()} {amounts}>"

    @property
    def act(self) -> Act:
        """The facts as the rules read them."""
        return self.encoded.act

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Every fact as people write it: given, inferred and defaulted."""
        return decode(self.encoded, self.flat)

    @property
    def defaults(self) -> dict[str, Any]:
        """The facts that were assumed, with their value."""
        assumed = {name: self.facts.get(name) for name in (*self.encoded.defaults, *self.encoded.missing)}
        return assumed | ({"contract": "none"} if self.encoded.no_contract_said else {})

    @property
    def notes(self) -> list[str]:
        """Slugs of what the rules noticed beside the amounts (`law/notes.yaml` has the sentences)."""
        return note_slugs(self.settlement.notes)

    @cached_property
    def other_readings(self) -> list[OtherReading]:
        """The other readings that would change an amount."""
        return list(readings_that_matter(self))

    def to_dict(self) -> dict[str, Any]:
        """The answer with the names of the vocabulary: euros as `Decimal`, slugs, national letters."""
        result = result_dict(self.settlement)
        result["notes"] = self.notes
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
    return settle_encoded(encode(facts, flat), flat, readings or {}, counters or Counters())


def settle_encoded(encoded: EncodedAct, flat: FlatLaw, readings: Mapping[str, str], counters: Counters) -> Answer:
    """Settle an encoded act."""
    law = law_on(encoded.act.care_date, flat, readings)
    settlement = settle_act(encoded.act, encoded.contract, counters, law, encode_readings(readings))
    return checked(Answer(encoded, law, flat, readings, counters, settlement))


def checked(answer: Answer) -> Answer:
    """An answer that holds: nothing that could change it is missing, the law knows it, nothing said contradicts it."""
    if answer.encoded.missing:
        readings = encode_readings(answer.readings)
        check_missing(answer.encoded, answer.settlement, answer.law, readings, answer.counters)
    check_known(answer.encoded, answer.settlement)
    check_declared(answer.encoded, answer.settlement)
    return answer


def law_on(day: int, flat: FlatLaw, readings: Mapping[str, str]) -> LawRecord:
    """The law on the day of the care."""
    try:
        return flat.under(readings).on(day)
    except LawDataError:
        first = iso(flat.default.first_days[0])
        allowed = Text(
            f"une date à partir du {first}, premier jour de droit connu",
            f"a day from {first}, the first day of known law",
        )
        raise FactError("care_date", iso(day), allowed) from None


def check_missing(
    encoded: EncodedAct, settlement: Settlement, law: LawRecord, readings: Readings, counters: Counters
) -> None:
    """Raise `MissingFact` when a fact that was not given can change an amount."""
    for name in encoded.missing:
        if name not in UNCERTAIN:
            raise missing_fact(name, encoded.missing)
    amounts = amounts_of(settlement)
    for values in product(*(candidates()[name] for name in encoded.missing)):
        act = encoded.act._replace(**dict(zip(encoded.missing, values, strict=True)))
        if amounts_of(settle_act(act, encoded.contract, counters, law, readings)) != amounts:
            raise missing_fact(first_that_matters(encoded, law, readings, counters), encoded.missing)


def first_that_matters(encoded: EncodedAct, law: LawRecord, readings: Readings, counters: Counters) -> str:
    """The first missing fact that alone can change an amount; the first one where only several together can."""
    for name in encoded.missing:
        acts = (encoded.act._replace(**{name: value}) for value in candidates()[name])
        outcomes = {amounts_of(settle_act(act, encoded.contract, counters, law, readings)) for act in acts}
        if len(outcomes) > 1:
            return name
    return encoded.missing[0]


def check_known(encoded: EncodedAct, settlement: Settlement) -> None:
    """Raise `UnknownTariff` where the law data has no tariff or no rate for that day."""
    if settlement.case_base == CaseBase.UNKNOWN:
        day = iso(encoded.act.care_date)
        allowed = Text(
            f"aucun tarif connu le {day} pour ces faits ; donnez base",
            f"no known tariff on {day} for these facts; give base",
        )
        raise UnknownTariff("act", encoded.act_key, allowed)
    if settlement.case_rate == CaseRate.UNKNOWN:
        day = iso(encoded.act.care_date)
        allowed = Text(f"aucun taux connu le {day} pour ces faits", f"no known rate on {day} for these facts")
        raise UnknownTariff("care_date", day, allowed)


def check_declared(encoded: EncodedAct, settlement: Settlement) -> None:
    """A transmitted indicator or a computed status that was given beside its facts must agree with them."""
    ips, status = encoded.declared
    if status and status != settlement.status:
        letter = Status(settlement.status).name
        raise FactError(
            "status",
            Status(status).name,
            Text(f"{letter}, d'après les faits donnés", f"{letter}, from the given facts"),
        )
    if ips and ips != settlement.ips and not equivalent(ips, settlement):
        letter = ips_letter(settlement.ips) or "blank"
        raise FactError(
            "ips", Ips(ips).name, Text(f"{letter}, d'après les faits donnés", f"{letter}, from the given facts")
        )


def equivalent(ips: int, settlement: Settlement) -> bool:
    """What a doctor may transmit for these facts: M or O when referred; S, blank or a wrong D outside the pathway."""
    if ips == Ips.M:
        return settlement.status in (Status.O, Status.S)
    if ips == Ips.O:
        return settlement.status == Status.O
    return settlement.pathway != Pathway.INSIDE and ips in (Ips.S, Ips.BLANK, Ips.D)


def readings_that_matter(answer: Answer) -> Iterator[OtherReading]:
    """Settle again under each other option whose field, or whose values of the law, were read; keep those that change
    an amount.
    """
    readings = encode_readings(answer.readings)
    chosen, law = Watched(readings), Watched(answer.law)
    act, contract, counters = answer.act, answer.encoded.contract, answer.counters
    settle_act(act, contract, counters, cast("LawRecord", law), cast("Readings", chosen))
    for name, option, other, on_day in chain(
        read_otherwise(answer.law, readings, chosen.seen), other_laws(answer, readings, law.seen)
    ):
        settlement = settle_act(act, contract, counters, on_day, other)
        if in_cents(settlement) != in_cents(answer.settlement):
            yield OtherReading(name, option, settlement)


Otherwise = tuple[str, str, Readings, LawRecord]
"""A reading, another option of it, and what the rules then take."""


def read_otherwise(law: LawRecord, readings: Readings, seen: set[str]) -> Iterator[Otherwise]:
    """The options that were not chosen of the readings that a rule read."""
    for name, options in RULE_READINGS.items():
        if name in seen:
            for option in options:
                if option != getattr(readings, name):
                    yield name, option.name.lower(), readings._replace(**{name: int(option)}), law


def other_laws(answer: Answer, readings: Readings, seen: set[str]) -> Iterator[Otherwise]:
    """The options of the other readings that change a value of the law that a rule read."""
    values_of = attrgetter(*seen)
    for name, option in answer.flat.alternatives:
        if option == answer.readings.get(name):
            continue
        law = answer.flat.under({**answer.readings, name: option}).on(answer.act.care_date)
        if values_of(law) != values_of(answer.law):
            yield name, option, readings, law
