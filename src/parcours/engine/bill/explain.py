"""Why, for a whole bill: each line with its steps, articles and values, then what holds for all of them.

    explanation = explain_bill(settle_bill(bill), "fr")
    explanation.lines[1].steps

The steps of one act are those of `parcours explain`; what the other lines changed comes from the cases of each level.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from parcours.engine.bill.beside import notes_of_bill
from parcours.engine.bill.disputed import other_readings, reading_label
from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.note import Note
from parcours.engine.bill.say import Reason, base_reason, case_of_base, label_of_line, reasons
from parcours.engine.bill.settle import BillAnswer
from parcours.engine.facts.decoding import decode
from parcours.engine.facts.jsonio import plain
from parcours.engine.results import euros
from parcours.engine.say.explain import Explanation, Reference, Step, WhyNot, explain_row, references
from parcours.engine.say.freshness import Freshness, freshness
from parcours.engine.say.row import STAGES as ACT_STAGES
from parcours.engine.say.row import SettledRow
from parcours.law.bill.codes import CaseCover, CaseSurcharge, Nature
from parcours.law.codes import UNKNOWN
from parcours.law.loader import load
from parcours.rules.bill.types import SettledLine
from parcours.text import euros as money

SAID_ONCE = ("status", "payment")
"""Stages of one act that a bill says for all its lines."""
OWN_BASES = ("given", "letter", "session")
"""Bases that the table of one act does not give."""


@dataclass(frozen=True)
class LineExplanation:
    """One line, explained."""

    number: int
    code: str
    label: str
    steps: tuple[Step, ...]
    warning: str | None
    """That a part of its fee may not be asked, where it is so."""


@dataclass(frozen=True)
class OtherBillReading:
    """What another reading of a disputed point makes of the bill."""

    name: str
    option: str
    label: str
    patient: int
    """What would be left to the patient, in cents."""
    text: str
    """What is disputed, what is kept here, and what the other reading would leave."""


@dataclass(frozen=True)
class BillExplanation:
    """A settled bill, explained in one language."""

    lang: str
    headline: str
    pathway: tuple[Step, ...]
    """Inside or outside the pathway, said once for the lines that share the answer."""
    lines: tuple[LineExplanation, ...]
    why_not: tuple[WhyNot, ...]
    notes: tuple[Note, ...]
    other_readings: tuple[OtherBillReading, ...]
    freshness: Freshness

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data."""
        said: dict[str, Any] = plain(self)
        said["notes"] = [
            {"lines": list(note.lines), "text": note.text[self.lang], "references": list(note.references)}
            for note in self.notes
        ]
        for item in said["other_readings"]:
            item["patient"] = euros(item["patient"])
        return said


def explain_bill(answer: BillAnswer, lang: str = "fr", *, quiet: bool = False, alone: bool = False) -> BillExplanation:
    """Explain a settled bill; `quiet=True` also gives the stages where nothing happens.

    `alone`: a line without the others of its bill, of which neither notes nor other readings can be told.
    """
    pathway: dict[str, Step] = {}
    why_not: dict[str, WhyNot] = {}
    lines, values, articles = [], [], []
    for line, one in zip(answer.lines, answer.settled, strict=True):
        own = act_explanation(answer, line, one, lang, quiet=quiet) if line.line.nature == Nature.ACT else None
        if own is not None:
            pathway.update((step.text, step) for step in own.steps if step.stage == "status")
            why_not.update((item.text, item) for item in own.why_not if item.name not in why_not)
        steps = tuple(steps_of(answer, line, one, own, lang, quiet=quiet))
        values += [value.id for step in steps for value in step.values]
        articles += [reference.id for step in steps for reference in step.references]
        warning = own.warning if own and not line.line.elsewhere else None  # overseas, another tariff may hold
        label = label_of_line(answer, line, lang)
        lines.append(LineExplanation(line.number, line.text, label, steps, warning))
    last = max(line.line.act.care_date for line in answer.lines)
    return BillExplanation(
        lang=lang,
        headline=headline(answer, lang),
        pathway=tuple(pathway.values()),
        lines=tuple(lines),
        why_not=tuple({item.name: item for item in why_not.values()}.values()),
        notes=() if alone else tuple(notes_of_bill(answer)),
        other_readings=() if alone else tuple(readings_said(answer, lang)),
        freshness=freshness(iter(values), iter(articles), last, lang),
    )


def headline(answer: BillAnswer, lang: str) -> str:
    """Who pays what, in one sentence."""
    amounts = {name: money(cents, lang) for name, cents in answer.totals.items()}
    return answer.bill.sentences["headline"][lang].format(**amounts)


def row_of_line(answer: BillAnswer, line: BillLine, one: SettledLine) -> SettledRow:
    """A line as an explanation of one act reads it."""
    readings = {name: option for name, option in answer.readings.items() if name not in answer.bill.readings}
    facts = decode(line.encoded, answer.law)
    return SettledRow.of_settlement(one.settlement, line.line.act.care_date, facts, readings)


def act_explanation(answer: BillAnswer, line: BillLine, one: SettledLine, lang: str, *, quiet: bool) -> Explanation:
    """The explanation of the act of a line."""
    return explain_row(row_of_line(answer, line, one), lang, {}, quiet=quiet)


def steps_of(
    answer: BillAnswer, line: BillLine, one: SettledLine, own: Explanation | None, lang: str, *, quiet: bool
) -> Iterator[Step]:
    """What the session made of the line, its own steps, then what the other levels did."""
    levels = {
        reason.stage: step_of(answer, reason, lang)
        for reason in reasons(answer, one, lang, quiet=quiet)
        if reason.case != "given"
    }
    if "case_session" in levels:
        yield levels.pop("case_session")
    for step in own.steps if own else ():
        if step.stage in SAID_ONCE or replaced(step.stage, one):
            continue
        base = base_reason(answer, line, one, lang) if step.stage == "base" else None
        if base and own_base(line, one):
            yield step_of(answer, base, lang)
        elif step.stage != "excess" or one.settlement.depassement:
            yield step
    yield from levels.values()


def own_base(line: BillLine, one: SettledLine) -> bool:
    """Is the base of a line one that the table of one act does not give?"""
    return case_of_base(line, one) in OWN_BASES or line.line.tariff != UNKNOWN


def said_otherwise(line: BillLine, one: SettledLine) -> frozenset[str]:
    """The stages of the act of a line that the line's code or a level of the bill says instead."""
    base = ("base",) if own_base(line, one) else ()
    return frozenset((*base, *(stage for stage in ACT_STAGES if replaced(stage, one))))


def replaced(stage: str, one: SettledLine) -> bool:
    """Does a level of the bill say this stage instead?"""
    if stage == "complementary":
        return one.case_cover != CaseCover.CATEGORY
    return stage == "majoration" and one.case_surcharge == CaseSurcharge.JOINED


def step_of(answer: BillAnswer, reason: Reason, lang: str) -> Step:
    """What a level did, as a step."""
    title = answer.bill.sentences[f"stage_{reason.stage}"][lang]
    found = tuple(article(name, lang) for name in reason.references)
    return Step(reason.stage, title, reason.case, reason.sentence, found, (), None, None, False, (), False)


@lru_cache(maxsize=512)
def article(name: str, lang: str) -> Reference:
    """An article as a bill cites it ("CSS R160-16 I"): the one that the law knows, or its name alone."""
    words = name.split(" ")
    for count in (len(words), 2, 1):
        id_ = "-".join(words[:count])
        if id_ in load().references:
            return references((id_,), lang)[0]
    return Reference(name, name, "")


def readings_said(answer: BillAnswer, lang: str) -> Iterator[OtherBillReading]:
    """Each other reading that changes a total, by its label; a closed point is told to who reopens it."""
    for other in other_readings(answer):
        if other.name in load().readings and load().readings[other.name].closed and other.name not in answer.readings:
            continue
        patient = other.totals.get("patient", answer.totals["patient"])
        label = reading_label(answer, other.name, other.option, lang)
        said = answer.bill.sentences["disputed"][lang].format(
            question=question_of_reading(answer, other.name, lang),
            kept=reading_label(answer, other.name, option_kept(answer, other.name), lang),
            label=label,
            amount=money(patient, lang),
        )
        yield OtherBillReading(other.name, other.option, label, patient, said)


def option_kept(answer: BillAnswer, name: str) -> str:
    """The option of a reading that the answer follows: the chosen one, or the first."""
    known = answer.bill.readings.get(name) or answer.law.readings[name]
    return answer.readings.get(name, next(iter(known)))


def question_of_reading(answer: BillAnswer, name: str, lang: str) -> str:
    """What a reading asks of the texts."""
    if name in answer.bill.readings:
        return answer.bill.sentences[f"reading_{name}"][lang]
    return load().readings[name].question[lang]
