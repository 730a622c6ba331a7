"""What would have been cheaper for a whole bill: every lever is settled again on all its lines.

Two kinds: those of one act (`law/levers.yaml`: the pathway, the sector, a contract), pulled for the whole bill, and
those of its lines (`law/bill/levers.yaml`: a generic, a pack, 100 % Santé, a room). As for one act, none is a lie: what
must be true is in `only_if`, and such a lever is shown apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from parcours.engine.bill.explain import article, row_of_line
from parcours.engine.bill.levers import changed_lines
from parcours.engine.bill.settle import BillAnswer, prepare, settle_bill
from parcours.engine.errors import FactError
from parcours.engine.facts.jsonio import plain
from parcours.engine.facts.vocabulary import given
from parcours.engine.results import euros
from parcours.engine.say.advise import WHOLE, lever_text, saves
from parcours.engine.say.explain import Reference, context_of, lists_of, references
from parcours.engine.say.row import SettledRow
from parcours.engine.say.wording import law_file, matches
from parcours.law.bill.codes import Nature
from parcours.law.codes import UNKNOWN, Convention, Profession, Purpose
from parcours.text import euros as money
from parcours.text import plain_euros

NEVER_ON_A_BILL = ("ald_protocol",)
"""Levers of one act that a bill says line by line."""
ANY_FEE = "1000"
"""A fee above every tariff: its base is the tariff."""


@dataclass(frozen=True)
class BillOption:
    """One lever, or two together, settled on the whole bill."""

    levers: tuple[str, ...]
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    only_if: tuple[str, ...]
    after: bool
    """Can it still be done once the care was given?"""
    patient: int
    """What the patient would be left with, in cents."""
    saved: int
    advance_saved: int
    references: tuple[Reference, ...]
    summary: str
    monthly: None = None

    def to_dict(self) -> dict[str, Any]:
        """The option as plain data, amounts in euros as `Decimal`."""
        said = {name: value for name, value in plain(self).items() if name != "monthly"}
        return {**said, **{name: euros(getattr(self, name)) for name in ("patient", "saved", "advance_saved")}}


@dataclass(frozen=True)
class BillAdvice:
    """Levers for one bill, best first."""

    lang: str
    patient: int
    """What the patient is left with today, in cents."""
    singles: tuple[BillOption, ...]
    pairs: tuple[BillOption, ...]
    conditional: tuple[BillOption, ...]
    """Those that help only where a condition is true."""
    note: str

    def to_dict(self) -> dict[str, Any]:
        """The advice as plain data, amounts in euros as `Decimal`."""
        options = {name: [one.to_dict() for one in getattr(self, name)] for name in ("singles", "pairs", "conditional")}
        return {"lang": self.lang, "patient": euros(self.patient), **options, "note": self.note}


@dataclass(frozen=True)
class Lever:
    """A lever that exists for this bill: what it changes, and the row of the line that it is told of."""

    name: str
    entry: Mapping[str, Any]
    row: SettledRow | None
    """None: a lever of the lines of bills."""


@dataclass(frozen=True)
class Pulled:
    """The bill as it would be with some levers pulled."""

    levers: tuple[Lever, ...]
    answer: BillAnswer

    @property
    def left(self) -> tuple[int, int]:
        """What is left to the patient, and what is to be paid at the desk."""
        return self.answer.totals["patient"], self.answer.totals["advance"]


def advise_bill(answer: BillAnswer, lang: str = "fr") -> BillAdvice:
    """Settle every lever that applies and every pair of those that help; rank by what the patient saves."""
    options = sorted((option(item, answer, lang) for item in helpful(answer)), key=rank)
    return BillAdvice(
        lang=lang,
        patient=answer.totals["patient"],
        singles=tuple(item for item in options if not item.only_if and len(item.levers) == 1),
        pairs=tuple(item for item in options if not item.only_if and len(item.levers) > 1),
        conditional=tuple(item for item in options if item.only_if),
        note=answer.bill.sentences["same_fees" if options else "no_advice"][lang],
    )


def rank(item: BillOption) -> tuple[int, int, int]:
    """Best first: most saved, then least to advance, then fewest levers."""
    return -item.saved, -item.advance_saved, len(item.levers)


def helpful(answer: BillAnswer) -> Iterator[Pulled]:
    """The levers, and the pairs of those that need no condition, that leave less to the patient or to advance."""
    today = Pulled((), answer).left
    alone = {lever.name: item for lever in levers(answer) if (item := pulled((lever,), answer)) is not None}
    good = [item for item in alone.values() if item.left < today and adds(item, alone)]
    yield from good
    sure = [item for item in good if "only_if" not in item.levers[0].entry]
    for first, second in combinations(sure, 2):
        together = pulled((*first.levers, *second.levers), answer) if compatible(first, second) else None
        if together and together.left[0] < min(first.left[0], second.left[0]):
            yield together


def adds(item: Pulled, alone: Mapping[str, Pulled]) -> bool:
    """Does a lever that goes beyond another one save more than it?"""
    other = alone.get(item.levers[0].entry.get("beyond", ""))
    return other is None or item.left[0] < other.left[0]


def compatible(first: Pulled, second: Pulled) -> bool:
    """Is no fact changed in two ways?"""
    one, other = (item.levers[0].entry.get("changes", {}) for item in (first, second))
    return all(other.get(name, value) == value for name, value in one.items())


@cache
def line_levers() -> Mapping[str, Any]:
    """The levers of the lines of bills."""
    from parcours.law.bill.reader import parsed

    return parsed("levers.yaml")


def levers(answer: BillAnswer) -> Iterator[Lever]:
    """The levers that exist for some line of the bill."""
    for name, entry in line_levers().items():
        if any(True for _ in changed_lines(entry["change"], answer)):
            yield Lever(name, entry, None)
    rows = [
        (row_of_line(answer, line, one), line)
        for line, one in zip(answer.lines, answer.settled, strict=True)
        if line.line.nature == Nature.ACT
    ]
    contexts = [(row, context_of_line(answer, row, "purpose" in line.encoded.defaults)) for row, line in rows]
    for name, entry in law_file("levers.yaml").items():
        found = next((row for row, context in contexts if matches(entry["when"], context)), None)
        if found is not None and name not in NEVER_ON_A_BILL:
            yield Lever(name, entry, found)


def context_of_line(answer: BillAnswer, row: SettledRow, unstated: bool) -> dict[str, Any]:
    """What the conditions of a lever read."""
    contract = answer.question.contract
    return {
        **context_of(row),
        "purpose_stated": not unstated,
        "covered": bool(contract.present),
        "optam_guarantee": contract.consultation_optam > WHOLE,
    }


def pulled(chosen: tuple[Lever, ...], answer: BillAnswer) -> Pulled | None:
    """The bill settled with these levers pulled; None where it can no longer be settled."""
    bill = dict(answer.given)
    lines: list[Any] = [dict(raw) for raw in bill.get("lines", ())]
    facts: dict[str, Any] = {}
    for lever in chosen:
        if lever.row is None:
            for index, line in changed_lines(lever.entry["change"], answer):
                lines[index] = line
        else:
            facts.update(facts_of(lever, answer))
    fee = facts.pop("fee", "")
    bill = {**bill, **facts}
    lines = [None if line is None else overridden(line, facts) for line in lines]
    try:
        lines = charged(lines, bill, answer, fee) if fee or not facts.keys() <= NO_PRICE else lines
        kept = [line for line in lines if line is not None]
        return Pulled(chosen, settle_bill({**bill, "lines": kept}, answer.readings))
    except FactError:
        return None


NO_PRICE = frozenset({"contract", "tiers_payant"})
"""Facts on which no fee that the law sets depends."""


def overridden(line: dict[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """A line whose own facts are changed with those of the bill."""
    return {**line, **{name: facts[name] for name in facts if given(line.get(name))}}


def facts_of(lever: Lever, answer: BillAnswer) -> dict[str, Any]:
    """The facts that a lever of one act changes."""
    facts = dict(lever.entry["changes"])
    if facts.get("purpose") == "first" and lever.row is not None:
        mask = lever.row.law.acces_direct[lever.row.specialty_code]
        first = next(purpose for purpose in Purpose if purpose > Purpose.ANY and mask >> purpose & 1)
        facts["purpose"] = first.name.lower()
    if "contract" in facts:
        kept = answer.given.get("contract")
        facts["contract"] = {**(kept if isinstance(kept, Mapping) else {}), **facts["contract"]}
    return facts


def charged(lines: list[Any], bill: Mapping[str, Any], answer: BillAnswer, fee: str) -> list[Any]:
    """The fees as they would be: the same, but where the law sets them or the lever disputes them."""
    free = [as_asked(line, index, answer) for index, line in enumerate(lines)]
    after = prepare({**bill, "lines": [line for line in free if line is not None]}, answer.readings)
    settled = iter(zip(after.lines, after.settled(), strict=False))
    result: list[Any] = []
    for index, line in enumerate(lines):
        if line is None:
            result.append(None)
            continue
        known, one = next(settled)
        before = answer.settled[index].settlement
        doctor = known.line.act.profession == Profession.MEDECIN
        if doctor and fee == "tariff":  # outside the pathway a specialist of sector 1 may ask more than it
            most = known.line.act.fee - one.settlement.unlawful_excess
            cents = max(one.settlement.base, min(answer.lines[index].line.act.fee, most))
            result.append({**line, "fee": plain_euros(cents)})
        elif doctor and free[index] is not line:
            result.append({**line, "fee": plain_euros(one.settlement.base)})
        elif one.settlement.unlawful_excess and (fee == "maximum" or not before.unlawful_excess):
            result.append({**line, "fee": plain_euros(known.line.act.fee - one.settlement.unlawful_excess)})
        else:
            result.append(line)
    return result


def as_asked(line: Any, index: int, answer: BillAnswer) -> Any:
    """A doctor's visit at the tariff of sector 1 follows the tariff: it is asked without a limit."""
    known, one = answer.lines[index], answer.settled[index].settlement
    act = known.line.act
    bound = act.convention == Convention.SECTEUR_1 or act.c2s
    table = known.line.tariff == UNKNOWN and act.profession == Profession.MEDECIN and not known.line.given
    return {**line, "fee": ANY_FEE} if line and bound and table and act.fee == one.base else line


def option(item: Pulled, answer: BillAnswer, lang: str) -> BillOption:
    """An outcome, said."""
    entries = [lever.entry for lever in item.levers]
    before, after = answer.totals, item.answer.totals
    saved, advance = (before[name] - after[name] for name in ("patient", "advance"))
    later = after["deferred"] - before["deferred"]
    summary = answer.bill.sentences[saves(saved, later) or "saves"][lang]
    return BillOption(
        levers=tuple(lever.name for lever in item.levers),
        labels=tuple(entry["label"][lang] for entry in entries),
        texts=tuple(text_of(lever, {"saved": saved, "advance_saved": advance}, lang) for lever in item.levers),
        only_if=tuple(entry["only_if"][lang] for entry in entries if "only_if" in entry),
        after=all(entry["after"] for entry in entries),
        patient=after["patient"],
        saved=saved,
        advance_saved=advance,
        references=tuple(dict.fromkeys(one for lever in item.levers for one in cited(lever, lang))),
        summary=summary.format(saved=money(saved, lang), advance=money(advance, lang), later=money(later, lang)),
    )


def cited(lever: Lever, lang: str) -> tuple[Reference, ...]:
    """The articles of a lever."""
    if lever.row is None:
        return tuple(article(name, lang) for name in lever.entry["references"])
    return references(tuple(lever.entry["references"]), lang)


def text_of(lever: Lever, amounts: Mapping[str, int], lang: str) -> str:
    """What to do, in words."""
    if lever.row is None:
        text: str = lever.entry[lang]
        return text
    context = context_of(lever.row)
    words = lever.row.words(lists=lists_of(lever.row, context, lang), texts={"acts": 1})
    words.amounts = {**amounts, "saved_year": amounts["saved"]}
    return lever_text(lever.entry, context, words, lang)
