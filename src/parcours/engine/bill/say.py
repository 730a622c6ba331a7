"""A settled bill as people and programs read it: the names of the vocabulary, sentences and articles of its cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from parcours.engine.bill.beside import notes_of_bill
from parcours.engine.bill.disputed import other_readings
from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.settle import BillAnswer
from parcours.engine.bill.vocabulary import BORNE
from parcours.engine.results import euros, result_dict
from parcours.law.bill.book import STAGES
from parcours.law.bill.codes import CaseSession, CaseSurcharge, Nature
from parcours.law.cases import CaseActeLourd
from parcours.law.codes import Pathway
from parcours.law.days import iso
from parcours.rules.bill.types import SettledLine
from parcours.rules.rate import WHOLE
from parcours.text import Text, agreed, percent, plain_number
from parcours.text import euros as money

AMOUNTS = (
    "base", "ticket_moderateur", "majoration", "participation_forfaitaire", "franchise", "forfait_acte_lourd", "amo",
    "amc", "patient", "advance", "deferred", "depassement", "unlawful_excess",
)  # fmt: skip
LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class Reason:
    """What one level did to a line, and its article."""

    stage: str
    case: str
    sentence: str
    references: tuple[str, ...]


def reasons(answer: BillAnswer, one: SettledLine, lang: str, *, quiet: bool = False) -> Iterator[Reason]:
    """What each level of the bill did to a line; what has nothing to tell only when asked."""
    for stage, enum in STAGES.items():
        slug = enum(getattr(one, stage)).name.lower()
        french, english, references, silent = answer.bill.cases[stage][slug]
        if quiet or not silent or tells(answer, one, stage):
            yield Reason(stage, slug, Text(french, english)[lang], references)


def tells(answer: BillAnswer, one: SettledLine, stage: str) -> bool:
    """Does a case that is mostly silent say something here: which line bears the surcharge of a supplement?"""
    if stage != "case_surcharge" or one.settlement.pathway != Pathway.OUTSIDE:
        return False
    surcharge = any(other.settlement.majoration for other in answer.settled)
    return surcharge and one.case_surcharge in (CaseSurcharge.WITH_SUPPLEMENTS, CaseSurcharge.JOINED)


def label_of_line(answer: BillAnswer, line: BillLine, lang: str) -> str:
    """What a line is; of a charge of a stay, for how many of its days."""
    said = answer.bill.sentences.get(f"line_of_stay_{line.code.key}")
    if not said or not line.line.act.quantity:
        return line.code.label[lang]
    return agreed(said, lang, days=line.line.act.quantity)


def base_reason(answer: BillAnswer, line: BillLine, one: SettledLine, lang: str) -> Reason | None:
    """Where the base of an act comes from, and its rate; None for a charge, whose case says it."""
    if line.line.nature != Nature.ACT:
        return None
    result, price = one.settlement, line.line
    amounts = {"base": result.base, "tariff": max(0, price.tariff), "letter": price.letter}
    case = case_of_base(line, one)
    about = answer.libraries.get(line.library, {"day": ""})
    text = answer.bill.sentences[f"base_{case}"][lang].format(
        list=line.library.upper(),
        day=about["day"],
        **{name: money(cents, lang) for name, cents in amounts.items()},
        rate=percent(effective_rate(one), lang),
        coefficient=plain_number(Decimal(price.coefficient).scaleb(-2), lang),
    )
    return Reason("base", case, text, line.code.references)


def case_of_base(line: BillLine, one: SettledLine) -> str:
    """What made the base: the bill, a letter and its coefficient, the session, the fee, or the tariff of the code."""
    if line.line.given:
        return "given"
    if line.line.letter:
        return "letter"
    if CaseSession(one.case_session) in CUT:
        return "session"
    limited = one.settlement.base == line.line.act.fee < line.line.tariff
    return "limited" if limited else "library" if line.library else "code"


CUT = (
    CaseSession.NGAP_HALF,
    CaseSession.NGAP_NOT_NOTED,
    CaseSession.CCAM_HALF,
    CaseSession.CCAM_THREE_QUARTERS,
    CaseSession.CCAM_NOT_ASSOCIATED,
    CaseSession.CONSULTATION_AND_HALF_ACT,
    CaseSession.CONSULTATION_NOT_ADDED,
    CaseSession.ACT_NOT_ADDED,
    CaseSession.COMPONENTS_APART,
)
"""Cases of the session that leave less than the tariff of the line."""


def bill_dict(answer: BillAnswer) -> dict[str, Any]:
    """The whole answer: lines, totals, cases; euros as `Decimal`."""
    return {
        **{name: answer.given[name] for name in ("id", "title", "kind") if name in answer.given},
        "lines": [line_dict(answer, line, one) for line, one in zip(answer.lines, answer.settled, strict=True)],
        "total": {name: euros(cents) for name, cents in answer.totals.items()},
        "notes": [
            {"lines": list(note.lines), "fr": note.text.fr, "en": note.text.en, "references": list(note.references)}
            for note in notes_of_bill(answer)
        ],
        "readings": [
            {"name": other.name, "option": other.option, **{name: euros(cents) for name, cents in other.totals.items()}}
            for other in other_readings(answer)
        ],
        "defaults": defaults(answer),
        **({"libraries": answer.libraries} if answer.libraries else {}),
    }


def line_dict(answer: BillAnswer, line: BillLine, one: SettledLine) -> dict[str, Any]:
    """One line with the names of the vocabulary."""
    result = one.settlement
    said: dict[str, Any] = {
        "number": line.number,
        "code": line.text,
        "key": line.code.key,
        "label": dict(line.code.label),
        "care_date": iso(line.line.act.care_date),
        "fee": euros(line.line.act.fee),
        "base_given": bool(line.line.given),
    }
    if line.line.nature == Nature.ACT:
        said.update(result_dict(result))
        said["rate"] = effective_rate(one)
    else:
        said.update({name: euros(getattr(result, name)) for name in AMOUNTS})
        said["rate"] = 0
    said.update({stage: enum(getattr(one, stage)).name.lower() for stage, enum in STAGES.items()})
    said["reasons"] = [
        {"stage": reason.stage, "fr": reason.sentence, "en": english.sentence, "references": list(reason.references)}
        for reason, english in zip(*(every_reason(answer, line, one, lang) for lang in LANGUAGES), strict=True)
    ]
    return said


def every_reason(answer: BillAnswer, line: BillLine, one: SettledLine, lang: str) -> list[Reason]:
    """Why a line is what it is: its base first, then what the levels did."""
    base = base_reason(answer, line, one, lang)
    return [*([base] if base else []), *(item for item in reasons(answer, one, lang) if item.case != "given")]


def effective_rate(one: SettledLine) -> int:
    """The rate of a line: whole where a flat fee replaces the share, or where costly imaging owes none."""
    whole = one.settlement.forfait_acte_lourd or one.settlement.case_acte_lourd == CaseActeLourd.IMAGING
    return WHOLE if whole else one.settlement.rate


def defaults(answer: BillAnswer) -> dict[str, Any]:
    """What was assumed, because nothing was said: facts of the lines, and what was borne before."""
    assumed: dict[str, Any] = {}
    for line in answer.lines:
        if line.line.nature == Nature.ACT:
            assumed.update(dict.fromkeys((*line.encoded.defaults, *line.encoded.missing), "default"))
    if any(line.encoded.no_contract_said for line in answer.lines):
        assumed["contract"] = "default"
    shown = [name for name in assumed if name not in answer.given]
    return {"facts": sorted(shown), "borne": not any(name in answer.given for name in BORNE)}
