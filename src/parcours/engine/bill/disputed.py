"""What another reading of a disputed point makes of a bill.

Most readings concern few bills: the rules are run once with records that remember what is read of them, and only the
readings whose field, or whose values of the law, were read are settled again. What no rule reads changes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from parcours.engine.bill.missing import check_known, check_missing
from parcours.engine.bill.settle import BILL_READINGS, BillAnswer, question_of, settle_bill
from parcours.engine.bill.together import laws_of, settle_all
from parcours.engine.case import law_on
from parcours.engine.errors import FactError
from parcours.engine.facts.readings import RULE_READINGS
from parcours.engine.watched import Watched
from parcours.law.record import LawRecord
from parcours.text import Text


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
    read = what_rules_read(answer)
    for name, option in options:
        if option == answer.readings.get(name, defaults[name]) or same_answer(answer, name, option, read):
            continue
        try:
            other = totals_under(answer, name, option)
        except FactError:
            continue  # not a reading of this bill: it would need a fact that nobody gave
        changed = {item: cents for item, cents in other.items() if cents != answer.totals[item]}
        if changed:
            yield OtherTotals(name, option, changed)


def what_rules_read(answer: BillAnswer) -> frozenset[str]:
    """The fields of readings and of the law that settling this bill read; none for a stay, which is read day by day."""
    if answer.given.get("stay"):
        return frozenset()
    question, laws = answer.question, laws_of(answer.lines, answer.shared, answer.question)
    acts, bills = Watched(question.readings), Watched(question.bill_readings)
    rows = [Watched(row) for row in laws.rows]
    watched = replace(question, readings=cast("Any", acts), bill_readings=cast("Any", bills))
    settle_all(answer.lines, answer.shared, watched, replace(laws, rows=cast("Any", rows)))
    return frozenset.union(frozenset(acts.seen), bills.seen, *(row.seen for row in rows))


def same_answer(answer: BillAnswer, name: str, option: str, read: frozenset[str]) -> bool:
    """Is it sure that the option changes nothing?  A stay reads the law of each of its days: it is settled again."""
    if answer.given.get("stay"):
        return False
    if name in RULE_READINGS or name in BILL_READINGS:
        return name not in read
    if name in answer.bill.readings:
        return False
    others = {**answer.question.chosen, name: option}
    return all(same_law(day, answer, others, read) for day in {line.line.act.care_date for line in answer.lines})


def same_law(day: int, answer: BillAnswer, others: Mapping[str, str], read: frozenset[str]) -> bool:
    """Are the values of the law that were read the same under other readings?"""
    kept, other = law_on(day, answer.law, answer.question.chosen), law_on(day, answer.law, others)
    return kept == other or all(getattr(kept, name) == getattr(other, name) for name in read & LAW)


LAW = frozenset(LawRecord._fields)


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


def reading_label(answer: BillAnswer, name: str, option: str, lang: str) -> str:
    """What an option of a reading means."""
    if name in answer.bill.readings:
        return Text(*answer.bill.readings[name][option])[lang]
    from parcours.law.loader import load  # the whole book: few bills need it, and a first command waits for it

    known: Mapping[str, str] = load().readings[name].options[option]["label"]
    return known[lang]
