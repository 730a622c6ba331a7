"""Settles one bill: facts in, every line settled, totals.

answer = settle_bill({"care_date": "2026-03-10", "age": 40, "profession": "infirmier",
                      "lines": [{"code": "AMI 2", "fee": 6.30}]})
answer.totals["amo"]    # cents
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from parcours.contracts.euros import encode_euros
from parcours.engine.bill.library import libraries_of, not_in, shape_of
from parcours.engine.bill.lines import BillLine, Shared, read_line
from parcours.engine.bill.links import linked
from parcours.engine.bill.stays import charges_of_stay, iso_of
from parcours.engine.bill.vocabulary import NOT_ON_A_BILL, check_shape, read_borne, read_stay
from parcours.engine.case import candidates, law_on
from parcours.engine.errors import FactError, UnknownTariff
from parcours.engine.facts.encoding import missing_fact, read, said
from parcours.engine.facts.readings import RULE_READINGS, encode_readings
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.law.bill import codes as bill_codes
from parcours.law.bill.book import BillLaw, bill_law, on
from parcours.law.bill.codes import Nature, StayOf
from parcours.law.bill.record import BillRecord
from parcours.law.cache import flat_law
from parcours.law.codes import CaseBase, CaseRate, Profession, SpecialSetting
from parcours.law.days import iso
from parcours.law.flat import FlatLaw
from parcours.law.in_use import per_reform
from parcours.law.library.installed import looked_up_once
from parcours.law.record import LawRecord
from parcours.rules.bill.bill import settle_bill as settle_lines
from parcours.rules.bill.costly import costly_stay
from parcours.rules.bill.links import joined
from parcours.rules.bill.memory import borne_before
from parcours.rules.bill.session import in_session, tariff_before
from parcours.rules.bill.types import BillReadings, Borne, EurosContract, SettledLine
from parcours.rules.charges import emergency_charge
from parcours.rules.types import Contract, Readings
from parcours.text import SEMICOLON, Text, plain_euros, same

BILL_READINGS = {
    "majoration_seance": bill_codes.MajorationSeance,
    "fj_jour_sortie": bill_codes.FjJourSortie,
}
"""The readings that a rule of a bill takes."""
TOTALS = (
    "base", "ticket_moderateur", "majoration", "participation_forfaitaire", "franchise", "forfait_acte_lourd", "amo",
    "amc", "patient", "advance", "deferred", "depassement", "unlawful_excess",
)  # fmt: skip
"""Amounts of a line that add up to those of the bill."""


@dataclass(frozen=True)
class Laws:
    """The law of each line: rows of the law, and which one each line reads."""

    rows: Sequence[LawRecord]
    eras: Sequence[int]
    bill_rows: Sequence[BillRecord]


@dataclass(frozen=True)
class BillQuestion:
    """What the rules of a bill read, beside its lines."""

    contract: Contract
    euros: EurosContract
    borne: Borne
    chosen: Mapping[str, str]
    readings: Readings
    bill_readings: BillReadings


@dataclass(frozen=True)
class BillAnswer:
    """A settled bill, and all that is needed to explain it."""

    given: Mapping[str, Any]
    lines: Sequence[BillLine]
    settled: Sequence[SettledLine]
    question: BillQuestion
    shared: Shared
    readings: Mapping[str, str]
    """The readings that were chosen."""

    @property
    def law(self) -> FlatLaw:
        """The law of one act."""
        return self.shared.law

    @property
    def bill(self) -> BillLaw:
        """The law of bills."""
        return self.shared.bill

    @property
    def territory(self) -> str:
        """Where the bill was made, where it matters."""
        return self.shared.territory

    @cached_property
    def totals(self) -> dict[str, int]:
        """Amounts of the whole bill, in cents."""
        totals = {name: sum(getattr(one.settlement, name) for one in self.settled) for name in TOTALS}
        return {"fee": sum(line.line.act.fee for line in self.lines), **totals}

    @cached_property
    def libraries(self) -> dict[str, dict[str, str]]:
        """The imported libraries that gave a code or a price: digest, day and version of each."""
        return libraries_of({line.library for line in self.lines})


@dataclass(frozen=True)
class OtherTotals:
    """What another reading of a disputed point makes of the totals, in cents."""

    name: str
    option: str
    totals: Mapping[str, int]
    """Those that differ."""


def other_readings(answer: BillAnswer) -> Iterator[OtherTotals]:
    """Settle again under each other option; keep those that change a total."""
    options = [(name, option) for name, known in answer.bill.readings.items() for option in known]
    options += [(name, option) for name, known in answer.law.readings.items() for option in known]
    defaults = {name: next(iter(known)) for name, known in {**answer.bill.readings, **answer.law.readings}.items()}
    for name, option in options:
        if option == answer.readings.get(name, defaults[name]) or same_law(answer, name, option):
            continue
        try:
            other = totals_under(answer, name, option)
        except FactError:
            continue  # not a reading of this bill: it would need a fact that nobody gave
        changed = {item: cents for item, cents in other.items() if cents != answer.totals[item]}
        if changed:
            yield OtherTotals(name, option, changed)


def same_law(answer: BillAnswer, name: str, option: str) -> bool:
    """Does the option only change values of the law, and none of those in force on the days of this bill?

    A stay reads the law of each of its days: it is settled again.
    """
    if name in RULE_READINGS or name in answer.bill.readings or answer.given.get("stay"):
        return False
    others = {**answer.question.chosen, name: option}
    days = {line.line.act.care_date for line in answer.lines}
    return all(law_on(day, answer.law, others) == law_on(day, answer.law, answer.question.chosen) for day in days)


@dataclass(frozen=True)
class Prepared:
    """A bill, read: what the rules need."""

    lines: list[BillLine]
    shared: Shared
    question: BillQuestion

    def settled(self, lines: Sequence[BillLine] | None = None) -> list[SettledLine]:
        """The rules, over its lines or over others in their place."""
        return settle_all(self.lines if lines is None else lines, self.shared, self.question)


def totals_under(answer: BillAnswer, name: str, option: str) -> dict[str, int]:
    """The totals under another option; its lines are read again only where it may change what they are."""
    readings = {**answer.readings, name: option}
    if answer.given.get("stay"):
        return settle_bill(answer.given, readings).totals
    if name in answer.bill.readings and name not in BILL_READINGS:
        known = answer.bill.alternatives
        changed = {*known.get((name, option), ()), *known.get((name, answer.readings.get(name, "")), ())}
        others = any(line.code.key in changed for line in answer.lines)
        return settle_bill(answer.given, readings).totals if others else answer.totals
    own = {name: option} if name in BILL_READINGS else {}
    shared = replace(answer.shared, options={**answer.shared.options, **own})
    question = question_of(answer.given, shared, readings)
    settled = settle_all(answer.lines, answer.shared, question)
    check_missing(answer.lines, settled, answer.shared, question)
    check_known(answer.lines, settled)
    return replace(answer, settled=settled, question=question, readings=readings).totals


def settle_bill(given: Any, readings: Mapping[str, str] | None = None) -> BillAnswer:
    """Settle one bill. Raises `FactError` for a fact that is wrong, missing or contradictory; it names its line."""
    with looked_up_once():
        ready = prepare(given, readings or {})
        settled = ready.settled()
        check_missing(ready.lines, settled, ready.shared, ready.question)
        check_known(ready.lines, settled)
    return BillAnswer(given, ready.lines, settled, ready.question, ready.shared, readings or {})


def prepare(given: Any, readings: Mapping[str, str]) -> Prepared:
    """Read one bill. Raises `FactError` for what is wrong, or missing to read it."""
    check_shape(given)
    law = bill_law()
    options = {name: option for name, option in readings.items() if name in law.readings}
    shared = shared_of(given, law, options)
    question = question_of(given, shared, readings)
    lines = read_lines(given, shared)
    if given.get("stay"):
        stay = read_stay(given["stay"])
        lines = of_stay(stay, lines)
        lines += charges_of_stay(
            stay,
            lines,
            is_costly(stay, lines, shared, question),
            shared,
            (question.chosen, question.readings, question.bill_readings),
        )
        if not lines:
            raise FactError(
                "stay",
                iso_of(stay["entry"]),
                Text("un séjour qui doit quelque chose", "a stay that owes something"),
            )
    return Prepared(lines, shared, question)


def of_stay(stay: Mapping[str, Any], lines: list[BillLine]) -> list[BillLine]:
    """The lines of a stay that the bill says to follow a costly one, or to hold a costly act."""
    if stay.get("linked_stay"):
        return [line.as_line(line.line._replace(stay=int(StayOf.AFTER_COSTLY))) for line in lines]
    if stay.get("heavy_act"):
        said = int(StayOf.COSTLY)
        return [line.as_line(line.line._replace(stay=said)) if line.line.stay else line for line in lines]
    return lines


def shared_of(given: Mapping[str, Any], bill: BillLaw, options: Mapping[str, str]) -> Shared:
    """The facts that all lines share, read."""
    law = flat_law()
    values = {
        name: read(BY_NAME[name], value, law)
        for name, value in given.items()
        if name in BY_NAME and name not in NOT_ON_A_BILL and name != "contract" and said(name, value)
    }
    if "specialty" in values:
        values.setdefault("profession", int(Profession.MEDECIN))
    stay = given.get("stay")
    if stay and "care_date" not in values:
        values["care_date"] = read_stay(stay)["entry"]
    if stay or given.get("kind") == "sejour":
        values.setdefault("special_setting", int(SpecialSetting.HOSPITALISATION))
    if given.get("contract"):
        values["contract"] = read(BY_NAME["contract"], given["contract"], law)
    return Shared(values, str(given.get("territory", "")), law, bill, options)


def question_of(given: Mapping[str, Any], shared: Shared, readings: Mapping[str, str]) -> BillQuestion:
    """The contract, what was borne, and the readings."""
    for name, option in shared.options.items():
        known = shared.bill.readings[name]
        if option not in known:
            raise FactError(f"readings.{name}", option, same(", ".join(known)))
    others = {name: option for name, option in readings.items() if name not in shared.options}
    own = {name: option for name, option in shared.options.items() if name in BILL_READINGS}
    return BillQuestion(
        contract=shared.values.get("contract", no_contract()),
        euros=encode_euros(contract_in_words(given.get("contract"))),
        borne=Borne(**read_borne(given)),
        chosen=others,
        readings=encode_readings(others),
        bill_readings=BillReadings(**{name: int(BILL_READINGS[name][option.upper()]) for name, option in own.items()}),
    )


def no_contract() -> Contract:
    """Nobody's contract."""
    from parcours.rules.types import NO_CONTRACT

    return NO_CONTRACT


def contract_in_words(value: Any) -> Mapping[str, Any] | None:
    """The contract as people write it: of the library, or its own guarantees (already read without error)."""
    if not value:
        return None
    if isinstance(value, str):
        from parcours.engine.facts.vocabulary import named_contract

        named: Mapping[str, Any] = named_contract("contract", value)
        return named
    own: Mapping[str, Any] = value
    return own


def read_lines(given: Mapping[str, Any], shared: Shared) -> list[BillLine]:
    """The lines of the bill, read, completed, and tied to each other."""
    lines: list[BillLine] = []
    before = 0
    raws = [emergency(raw, shared) for raw in given.get("lines", [])]
    package = (given.get("stay") or {}).get("ghs")
    if package is not None:
        raws.append({"code": "GHS", "fee": package, "base": package})
    for number, raw in enumerate(raws, start=1):
        line = read_line(number, raw, shared, before)
        before = line.line.act.profession if line.line.nature == Nature.ACT else before
        lines.append(line)
    return linked(lines, raws)


EMERGENCY = "FPU"
"""The charge of an emergency visit: the law sets it for each patient."""


def emergency(raw: Mapping[str, Any], shared: Shared) -> Mapping[str, Any]:
    """An emergency charge without its amount: the one that this patient owes."""
    if str(raw["code"]).strip().upper() != EMERGENCY or "fee" in raw:
        return raw
    line = read_line(1, {**raw, "fee": 0}, shared, 0)
    day = line.line.act.care_date
    amounts = [on(shared.bill.parameters[name], day) for name in ("urgences.forfait", "urgences.forfait_minore")]
    amount, case = emergency_charge(line.line.act, *amounts)
    code = "FPU_MINORE" if case == bill_codes.CaseCharge.EMERGENCY_REDUCED else "FPU"
    return {**raw, "code": code, "fee": plain_euros(amount)}


def laws_of(lines: Sequence[BillLine], shared: Shared, question: BillQuestion) -> Laws:
    """The law of each line: one row for each day of care."""
    days = sorted({line.line.act.care_date for line in lines})
    rows = [law_on(day, shared.law, question.chosen) for day in days]
    return Laws(rows, [days.index(line.line.act.care_date) for line in lines], [bill_record(day) for day in days])


@per_reform
def bill_record(day: int) -> BillRecord:
    """The general values of bills on a day."""
    law = bill_law()
    return BillRecord(*(law.value(name, day) for name in BillRecord._fields))


def settle_all(lines: Sequence[BillLine], shared: Shared, question: BillQuestion) -> list[SettledLine]:
    """The rules, over all lines."""
    laws = laws_of(lines, shared, question)
    acts = [line.line for line in lines]
    before = [
        borne_before(acts, i, question.borne, laws.rows[era], question.readings) for i, era in enumerate(laws.eras)
    ]
    return settle_lines(
        acts,
        laws.eras,
        laws.rows,
        laws.eras,
        laws.bill_rows,
        question.contract,
        question.euros,
        before,
        question.readings,
        question.bill_readings,
    )


def is_costly(stay: Mapping[str, Any], lines: Sequence[BillLine], shared: Shared, question: BillQuestion) -> bool:
    """Does the stay hold a costly act, or directly follow one that did?  As it says, or as its lines show."""
    if stay.get("linked_stay"):
        return True
    if "heavy_act" in stay or not lines:
        return bool(stay.get("heavy_act", 0))
    laws = laws_of(lines, shared, question)
    acts = [line.line for line in lines]
    before = [tariff_before(line, laws.rows[era], question.readings) for line, era in zip(acts, laws.eras, strict=True)]
    joins = [joined(acts, i) for i in range(len(acts))]
    tariffs = [in_session(acts, before, joins, i, laws.bill_rows[laws.eras[i]])[0] for i in range(len(acts))]
    return any(costly_stay(acts, tariffs, line.stay, laws.rows[0], laws.bill_rows[0]) for line in acts if line.stay)


def check_missing(
    lines: Sequence[BillLine], settled: Sequence[SettledLine], shared: Shared, question: BillQuestion
) -> None:
    """Raise `MissingFact` when a fact that was not given can change an amount of the bill."""
    missing = missing_of(lines)
    known = candidates()
    for name in missing:
        if name not in known:
            raise missing_fact(name, missing)
    if not missing:
        return
    amounts = amounts_of(settled)
    for values in variants(missing):
        replaced = [varied(line, values) for line in lines]
        if amounts_of(settle_all(replaced, shared, question)) != amounts:
            raise missing_fact(culprit(lines, missing, amounts, shared, question), missing)


def missing_of(lines: Sequence[BillLine]) -> list[str]:
    """The facts that no line was given, and that some line may depend on."""
    return list(
        dict.fromkeys(name for line in lines if line.line.nature == Nature.ACT for name in line.encoded.missing)
    )


MOST_VARIANTS = 64
"""Combinations of missing facts that are all tried; beyond, each fact alone: a long bill must answer at once."""


def variants(missing: Sequence[str]) -> Iterator[dict[str, int]]:
    """Values of the missing facts that tell whether they change an amount."""
    known = candidates()
    if prod(len(known[name]) for name in missing) <= MOST_VARIANTS:
        for values in product(*(known[name] for name in missing)):
            yield dict(zip(missing, values, strict=True))
        return
    for name in missing:
        for value in known[name]:
            yield {name: value}


def culprit(
    lines: Sequence[BillLine], missing: Sequence[str], amounts: Any, shared: Shared, question: BillQuestion
) -> str:
    """The first missing fact that alone can change an amount; the first one where only several together can."""
    for name in missing:
        for value in candidates()[name]:
            if amounts_of(settle_all([varied(line, {name: value}) for line in lines], shared, question)) != amounts:
                return name
    return missing[0]


def varied(line: BillLine, values: Mapping[str, int]) -> BillLine:
    """A line with other values of the facts that it misses."""
    own = {name: value for name, value in values.items() if name in line.encoded.missing}
    return line.as_line(line.line._replace(act=line.line.act._replace(**own))) if own else line


def amounts_of(settled: Sequence[SettledLine]) -> list[tuple[int, ...]]:
    """The amounts that a missing fact must not be able to change: who pays what, line by line."""
    return [(one.settlement.base, one.settlement.amo, one.settlement.amc, one.settlement.patient) for one in settled]


def check_known(lines: Sequence[BillLine], settled: Sequence[SettledLine]) -> None:
    """Raise `UnknownTariff` where nothing known gives the base or the rate of a line."""
    for line, one in zip(lines, settled, strict=True):
        if line.line.nature != Nature.ACT:
            continue
        day = iso(line.line.act.care_date)
        if one.settlement.case_base == CaseBase.UNKNOWN:
            allowed = Text(
                f"aucun tarif connu le {day} pour ces faits ; donnez base",
                f"no known tariff on {day} for these facts; give base",
            )
            shapes = shape_of(line.text.split(" ")[0])
            allowed += SEMICOLON + not_in(shapes) if shapes and not line.library else ""
            raise UnknownTariff(f"lines[{line.number}].code", line.text, allowed)
        if one.settlement.case_rate == CaseRate.UNKNOWN:
            allowed = Text(f"aucun taux connu le {day}", f"no known rate on {day}")
            raise UnknownTariff(f"lines[{line.number}].care_date", day, allowed)
