"""What would have been cheaper: the levers a person can really pull, alone and two by two, each settled and ranked.

    advice = advise(settle(facts), "fr")
    advice.singles[0].saved        # cents, for this act

Levers are data (`law/levers.yaml`): for whom they exist, what they change, until when. An advice never proposes what
is not true: a lever that is honest only under a condition is given apart, with the condition. The fee stays the
same, except where the law sets it: in sector 1 and for C2S patients it follows the opposable tariff, and an unlawful
part is only given back by disputing it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from itertools import combinations
from typing import Any

from parcours.contracts.schema import encode_contract
from parcours.engine.case import Answer
from parcours.engine.facts.jsonio import plain
from parcours.engine.facts.readings import encode_readings
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.engine.results import euros
from parcours.engine.say.explain import Reference, context_of, lists_of, references
from parcours.engine.say.law_values import precise
from parcours.engine.say.opinions import as_opinion
from parcours.engine.say.row import SettledRow
from parcours.engine.say.wording import Words, fill, law_file, matches, sentence
from parcours.law.codes import Convention, Purpose, Status
from parcours.law.loader import load
from parcours.rules.participations import increased
from parcours.rules.settlement import settle
from parcours.rules.tariff import tariff_of_act
from parcours.rules.types import NO_CONTRACT, Act, Contract, Readings, Settlement
from parcours.text import percent

ACTS_PER_YEAR = 4
"""How many such acts a year of them counts, unless said: a visit each season."""
C2S_BANDS = ((30, "moins_30"), (50, "30_49"), (60, "50_59"), (70, "60_69"), (200, "70_plus"))
"""Ages under which each parameter of the C2S contribution applies: the ends of their names."""
WHOLE = 10_000
THAT_DAY = "care_date"
"""A changed date that is the day of the care."""


@dataclass(frozen=True)
class Option:
    """One lever, or two together, settled."""

    levers: tuple[str, ...]
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    only_if: tuple[str, ...]
    """What must be true for the lever to be honest; empty when it is always so."""
    after: bool
    """Can it still be done after the visit?"""
    patient: int
    """What the patient would be left with, in cents."""
    saved: int
    """Cents saved on this act."""
    saved_year: int
    """Cents saved over a year of such acts, caps included, before any monthly contribution."""
    advance_saved: int
    """Cents less to pay at the desk."""
    monthly: int | None
    """Cents a month the lever may cost (C2S), where it may."""
    status: int
    references: tuple[Reference, ...]
    summary: str

    def to_dict(self) -> dict[str, Any]:
        """The option as plain data: euros as `Decimal`, the national letter of the status."""
        amounts: dict[str, Any] = {name: euros(getattr(self, name)) for name in CENTS}
        monthly_ = None if self.monthly is None else euros(self.monthly)
        said: dict[str, Any] = plain(self)
        return {**said, **amounts, "monthly": monthly_, "status": Status(self.status).name}


OPTION_LISTS = ("singles", "pairs", "conditional", "conditional_pairs")
CENTS = ("patient", "saved", "saved_year", "advance_saved")


@dataclass(frozen=True)
class Advice:
    """Levers for one act, best first."""

    lang: str
    acts_per_year: int
    patient: int
    """What the patient is left with today, in cents."""
    singles: tuple[Option, ...]
    pairs: tuple[Option, ...]
    """Two levers together, where that is better than each alone."""
    conditional: tuple[Option, ...]
    """Levers that help only those for whom a condition is true."""
    conditional_pairs: tuple[Option, ...]
    note: str

    @property
    def best(self) -> Option | None:
        """The option that saves the most without any condition."""
        return min((*self.singles[:1], *self.pairs[:1]), key=rank, default=None)

    def to_dict(self) -> dict[str, Any]:
        """The advice as plain data, amounts in euros as `Decimal`."""
        options = {name: [item.to_dict() for item in getattr(self, name)] for name in OPTION_LISTS}
        return {**vars(self), **options, "patient": euros(self.patient)}


@dataclass(frozen=True)
class Outcome:
    """An act as it would be with some levers pulled."""

    names: tuple[str, ...]
    act: Act
    contract: Contract
    settlement: Settlement


def advise(answer: Answer, lang: str = "fr", acts_per_year: int = ACTS_PER_YEAR) -> Advice:
    """Settle every applicable lever and every pair of them; rank by what the patient saves on this act.

    Raises `ValueError` for a number of acts below 1.
    """
    if acts_per_year < 1:
        raise ValueError(f"acts_per_year: {acts_per_year}; at least 1")
    row = SettledRow.of_answer(answer)
    context = context_of_levers(answer, row)
    outcomes = list(helpful(answer, context))
    today = Outcome((), answer.act, answer.encoded.contract, answer.settlement)
    spent = year(today, answer, acts_per_year) if outcomes else 0
    words = row.words(lists=lists_of(row, context, lang)) if outcomes else row.words()
    said = (option(one, answer, row, words, context, lang, acts_per_year, spent) for one in outcomes)
    options = sorted(said, key=rank)
    honest = [item for item in options if not item.only_if]
    conditional = [item for item in options if item.only_if]
    return Advice(
        lang=lang,
        acts_per_year=acts_per_year,
        patient=answer.settlement.patient,
        singles=tuple(item for item in honest if len(item.levers) == 1),
        pairs=tuple(item for item in honest if len(item.levers) > 1),
        conditional=tuple(item for item in conditional if len(item.levers) == 1),
        conditional_pairs=tuple(item for item in conditional if len(item.levers) > 1),
        note=sentence("assumption_fee" if options else "no_advice", row.words(), lang),
    )


def rank(item: Option) -> tuple[int, int, int]:
    """Best first: most saved, then least to advance, then fewest levers."""
    return -item.saved, -item.advance_saved, len(item.levers)


def context_of_levers(answer: Answer, row: SettledRow) -> dict[str, Any]:
    """What the conditions of a lever read."""
    contract = answer.encoded.contract
    return {
        **context_of(row),
        "purpose_stated": "purpose" not in answer.encoded.defaults,
        "covered": bool(contract.present),
        "optam_guarantee": contract.consultation_optam > WHOLE,
    }


def helpful(answer: Answer, context: Mapping[str, Any]) -> Iterator[Outcome]:
    """The levers and the pairs that lower what the patient pays, or advances, more than a part of them would."""
    entries = {name: entry for name, entry in law_file("levers.yaml").items() if matches(entry["when"], context)}
    tariff, _ = tariff_of_act(answer.act, answer.law, encode_readings(answer.readings))
    at_tariff = answer.act.fee == tariff
    alone = {name: outcome((name,), entries, answer, at_tariff=at_tariff) for name in entries}
    entries = {name: entry for name, entry in entries.items() if adds(entry, alone[name], alone)}
    yield from (alone[name] for name in entries if better(alone[name].settlement, answer.settlement))
    for first, second in combinations(entries, 2):
        if not compatible(entries[first]["changes"], entries[second]["changes"]):
            continue
        together = outcome((first, second), entries, answer, at_tariff=at_tariff)
        limit = min(alone[first].settlement.patient, alone[second].settlement.patient, answer.settlement.patient)
        if together.settlement.patient < limit:
            yield together


def adds(entry: Mapping[str, Any], own: Outcome, alone: Mapping[str, Outcome]) -> bool:
    """Does a lever that goes beyond another one save more than it?"""
    other = alone.get(entry.get("beyond", ""))
    return other is None or own.settlement.patient < other.settlement.patient


def better(after: Settlement, before: Settlement) -> bool:
    """Is less left to the patient, or as much with less to advance?"""
    return (after.patient, after.advance) < (before.patient, before.advance)


def compatible(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Can both levers be pulled: no fact changed in two ways?"""
    return all(second.get(name, value) == value for name, value in first.items())


def outcome(names: tuple[str, ...], entries: Mapping[str, Any], answer: Answer, *, at_tariff: bool) -> Outcome:
    """The act settled with these levers pulled; `at_tariff`: the fee is the tariff of today."""
    changes: dict[str, Any] = {}
    for name in names:
        changes.update(entries[name]["changes"])
    act = answer.act._replace(**encoded(names, changes, answer))
    act = as_opinion(act, answer.law) if changes.get("fee") == "tariff" else act
    contract = lever_contract(names, changes) if "contract" in changes else answer.encoded.contract
    readings = encode_readings(answer.readings)
    fee = fee_of_law(act, changes, answer, readings, at_tariff=at_tariff)
    if fee is None:
        settled = settle(act, contract, answer.counters, answer.law, readings)
        fee = fee_limited(act, settled.max_fee, changes, answer)
        if fee == act.fee:
            return Outcome(names, act, contract, settled)
    act = act._replace(fee=fee)
    return Outcome(names, act, contract, settle(act, contract, answer.counters, answer.law, readings))


def encoded(names: tuple[str, ...], changes: Mapping[str, Any], answer: Answer) -> dict[str, int]:
    """The changed facts as the rules read them, the fee and the contract apart."""
    fields = {name: value for name, value in changes.items() if name not in ("fee", "contract")}
    if fields.get("purpose") == "first":
        mask = answer.law.acces_direct[answer.act.specialty]
        fields["purpose"] = next(purpose.name for purpose in Purpose if purpose > Purpose.ANY and mask >> purpose & 1)
    return {name: answer.act.care_date if value == THAT_DAY else code_of(name, value) for name, value in fields.items()}


@lru_cache(maxsize=256)
def code_of(name: str, value: Any) -> int:
    """A changed fact as an integer."""
    enum = BY_NAME[name].codes
    return int(value) if enum is None else int(enum[str(value).upper()])


@cache
def contract_of(name: str) -> Contract:
    """The contract a lever proposes."""
    return encode_contract(law_file("levers.yaml")[name]["changes"]["contract"])


def lever_contract(names: tuple[str, ...], changes: Mapping[str, Any]) -> Contract:
    """The contract among the levers pulled."""
    return contract_of(
        next(name for name in names if law_file("levers.yaml")[name]["changes"].get("contract") == changes["contract"])
    )


def fee_of_law(
    act: Act, changes: Mapping[str, Any], answer: Answer, readings: Readings, *, at_tariff: bool
) -> int | None:
    """What would be charged where the law sets it; None where it stays the same, below a maximum."""
    to_tariff = changes.get("fee") == "tariff"
    bound = act.convention == Convention.SECTEUR_1 or act.c2s
    if not to_tariff and not (bound and at_tariff):
        return None
    tariff, _ = tariff_of_act(act, answer.law, readings)
    if not to_tariff:
        return tariff
    # outside the pathway a specialist of sector 1 may ask more than it
    most = settle(act._replace(fee=tariff), NO_CONTRACT, answer.counters, answer.law, readings).max_fee
    return max(tariff, min(act.fee, most))


def fee_limited(act: Act, maximum: int, changes: Mapping[str, Any], answer: Answer) -> int:
    """The same fee, at most the maximum where there is one and it is kept."""
    limited = not answer.settlement.unlawful_excess or act.c2s > answer.act.c2s or changes.get("fee") == "maximum"
    return min(act.fee, maximum) if maximum >= 0 and limited else act.fee


def option(
    result: Outcome,
    answer: Answer,
    row: SettledRow,
    words: Words,
    context: Mapping[str, Any],
    lang: str,
    acts_per_year: int,
    spent: int,
) -> Option:
    """An outcome, said; `spent`: what a year of such acts leaves without it, in cents."""
    entries = [law_file("levers.yaml")[name] for name in result.names]
    before, after = answer.settlement, result.settlement
    saved_year = spent - year(result, answer, acts_per_year)
    amounts = {
        "saved": before.patient - after.patient,
        "saved_year": saved_year,
        "advance_saved": before.advance - after.advance,
    }
    later = after.deferred - before.deferred
    words = replace(words, amounts={**amounts, "later": later}, texts={"acts": acts_per_year})
    ids = tuple(dict.fromkeys(id_ for entry in entries for id_ in entry["references"]))
    return Option(
        levers=result.names,
        labels=tuple(entry["label"][lang] for entry in entries),
        texts=tuple(lever_text(entry, context, words, lang) for entry in entries),
        only_if=tuple(entry["only_if"][lang] for entry in entries if "only_if" in entry),
        after=all(entry["after"] for entry in entries),
        patient=after.patient,
        saved=amounts["saved"],
        saved_year=saved_year,
        advance_saved=amounts["advance_saved"],
        monthly=next((monthly(entry["monthly"], row) for entry in entries if "monthly" in entry), None),
        status=after.status,
        references=references(ids, lang),
        summary=sentence(saves(amounts["saved"], later) or "saves_act", words, lang),
    )


def lever_text(entry: Mapping[str, Any], context: Mapping[str, Any], words: Words, lang: str) -> str:
    """What to do, in words: those for this act where a lever has some; the contract that it supposes in percentages."""
    if "contract" in entry["changes"]:
        supposed = encode_contract(entry["changes"]["contract"])
        shares = {"optam": supposed.consultation_optam, "other": supposed.consultation_non_optam}
        words = replace(words, texts={**words.texts, **{name: percent(share, lang) for name, share in shares.items()}})
    return fill(precise(entry, context)[lang], words, lang)


def saves(saved: int, later: int) -> str:
    """The sentence of a lever that saves nothing in the end: what is not advanced, and what is taken later."""
    return "" if saved else "saves_advance_later" if later > 0 else "saves_advance"


def year(one: Outcome, answer: Answer, acts_per_year: int) -> int:
    """What the patient is left with over a year of such acts, the annual caps running, in cents."""
    counters, result, readings = answer.counters, one.settlement, encode_readings(answer.readings)
    total = result.patient
    for _ in range(acts_per_year - 1):
        counters = increased(one.act, counters, result.participation_forfaitaire, result.franchise, answer.law)
        counters = counters._replace(participation_nombre_jour=0, franchise_jour=0)
        result = settle(one.act, one.contract, counters, answer.law, readings)
        total += result.patient
    return total


def monthly(prefix: str, row: SettledRow) -> int | None:
    """What a lever costs each month at the patient's age on 1 January (L861-1), in cents; None before its first day."""
    band = next(
        name for limit, name in C2S_BANDS if int(row.facts.get("age_1er_janvier", row.facts.get("age", 0))) < limit
    )
    value = load().parameters[f"{prefix}_{band}"].default.value_on(row.day)
    return None if value is None else int(Decimal(value.value) * 100)
