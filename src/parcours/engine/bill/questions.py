"""What to ask next about a bill, and between what and what the patient's share still lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.missing import MOST_VARIANTS, check_known, check_missing, missing_of, variants, varied
from parcours.engine.bill.settle import Prepared, prepare
from parcours.engine.case import candidates
from parcours.engine.errors import FactError, MissingFact
from parcours.engine.facts.jsonio import plain
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.engine.results import euros
from parcours.engine.say.questions import Question, question_of
from parcours.engine.say.wording import law_file
from parcours.law.bill.book import bill_law
from parcours.rules.bill.types import SettledLine
from parcours.text import euros as money


@dataclass(frozen=True)
class BillInterview:
    """Where the questions about a bill stand."""

    lang: str
    question: Question | None
    """None: nothing more can change the result."""
    line: int | None
    """The line that the question is about; None: the whole bill."""
    low: int | None
    high: int | None
    """What is left to the patient in cents, at least and at most; None: not known yet."""
    text: str

    def to_dict(self) -> dict[str, Any]:
        """The interview as plain data, amounts in euros as `Decimal`."""
        amounts = {name: None if value is None else euros(value) for name, value in self.range.items()}
        return {**plain(self), **amounts}

    @property
    def range(self) -> dict[str, int | None]:
        """The least and the most that is left to the patient."""
        return {"low": self.low, "high": self.high}


def ask_bill(given: Any, lang: str = "fr", readings: Mapping[str, str] | None = None) -> BillInterview:
    """The next question that changes an amount of the bill. Raises `FactError` for what is wrong."""
    try:
        ready = prepare(given, readings or {})
    except MissingFact as error:
        return asked(error, given, (), None, lang)
    settled = ready.settled()
    try:
        check_missing(ready.lines, settled, ready.shared, ready.question)
    except MissingFact as error:
        return asked(error, given, ready.lines, span_of(ready), lang)
    check_known(ready.lines, settled)
    left = patient(settled)
    text = bill_law().sentences["question_none"][lang].format(low=money(left, lang))
    return BillInterview(lang, None, None, left, left, text)


def patient(settled: Sequence[SettledLine]) -> int:
    """What is left to the patient, in cents."""
    return sum(one.settlement.patient for one in settled)


def span_of(ready: Prepared) -> tuple[int, int] | None:
    """The least and the most that is left, whatever the missing facts turn out to be; None where they are too many."""
    missing, known = missing_of(ready.lines), candidates()
    if any(name not in known for name in missing) or prod(len(known[name]) for name in missing) > MOST_VARIANTS:
        return None
    amounts = [patient(ready.settled([varied(line, values) for line in ready.lines])) for values in variants(missing)]
    return min(amounts), max(amounts)


def asked(
    error: FactError, given: Mapping[str, Any], lines: Sequence[BillLine], span: tuple[int, int] | None, lang: str
) -> BillInterview:
    """The question about a missing fact."""
    name = error.field.rpartition(".")[2]
    inside = error.field.partition("[")[2].partition("]")[0]
    number = int(inside) if inside.isdecimal() and name not in BY_NAME else None
    said = bill_law().sentences
    if name in BY_NAME and name in law_file("questions.yaml") and name != "fee":
        law, specialty = law_and_specialty(lines)
        question = question_of(name, specialty, law, lang)
    else:
        code = given["lines"][number - 1].get("code", "") if number else ""
        what = error.allowed[lang]
        text = said["question_line"][lang].format(number=number, code=code, what=what) if number else f"{what} ?"
        question = Question(name, "text", text, "", (), optional=False)
    if span is None:
        return BillInterview(lang, question, number, None, None, said["question_open"][lang])
    text = said["question_range"][lang].format(low=money(span[0], lang), high=money(span[1], lang))
    return BillInterview(lang, question, number, *span, text)


def law_and_specialty(lines: Sequence[BillLine]) -> tuple[Any, int]:
    """The law of the first line and the specialty of its doctor: they decide which answers make sense."""
    from parcours.law.cache import flat_law

    flat = flat_law()
    if not lines:
        return flat.default.rows[-1], 0
    act = lines[0].line.act
    return flat.default.on(act.care_date), act.specialty
