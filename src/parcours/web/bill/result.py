"""The card of a bill: the sum that is left, who pays what, what is paid at the desk and what later."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from parcours.engine.bill.beside import paid_beside
from parcours.engine.bill.explain import BillExplanation
from parcours.engine.bill.settle import BillAnswer
from parcours.law.bill.codes import Nature
from parcours.law.codes import Pathway, Profession
from parcours.text import euros
from parcours.web import i18n
from parcours.web.pages import text
from parcours.web.quote.charts import shares
from parcours.web.quote.result import PATHWAYS, Shares, card_of
from parcours.web.quote.todo import About
from parcours.web.quote.view import Payer, Result


def settled_result(settled: BillAnswer, explanation: BillExplanation, lang: str) -> Result:
    """The card of a settled bill."""
    totals = settled.totals
    acts = [line.line for line in settled.lines if line.line.nature == Nature.ACT]
    places = {
        one.settlement.pathway
        for line, one in zip(settled.lines, settled.settled, strict=True)
        if line.line.nature == Nature.ACT and line.line.act.profession == Profession.MEDECIN
    }
    words, tone = PATHWAYS[Pathway(places.pop())] if len(places) == 1 else ("", "")
    warning = next((line.warning for line in explanation.lines if line.warning), None)
    card = card_of(
        Shares(**{name: totals[name] for name in Shares._fields}),
        lang,
        c2s=any(line.act.c2s for line in acts),
        kind=acts[0].act.tiers_payant if acts else 0,
        day=settled.lines[0].line.act.care_date,
        pathway=(words, tone),
        warning=warning,
    )
    beside = beside_of(settled, lang)
    if not beside:
        return card
    payers = [payer for payer in card.payers if payer.name != "amo" or totals["amo"]]
    return replace(card, beside=beside, payers=payers)


def about_bill(settled: BillAnswer, facts: Mapping[str, Any]) -> About:
    """What the steps after a bill depend on; what a hospital receives directly does not come back."""
    totals, act = settled.totals, settled.lines[0].line.act
    first = settled.settled[0].settlement
    majoration = sum(one.settlement.majoration for one in settled.settled)
    amo = 0 if beside_of(settled, "en") else totals["amo"]
    return About(act, facts, first.pathway, majoration, amo, totals["amc"], 0, None)


def beside_of(settled: BillAnswer, lang: str) -> str:
    """What compulsory insurance pays the hospital directly; empty where the bill holds it."""
    return " ".join(i18n.set_once(note.text[lang], lang) for note in paid_beside(settled))


def so_far(low: int, high: int, total: int, lang: str) -> Result:
    """The card while an answer is missing: what is sure, and what depends on it."""
    say, money = partial(text, lang=lang), partial(euros, lang=lang)
    total = max(total, high)
    left = i18n.money_range(low, high, lang)
    payers = [
        Payer("amo", say("Covered in any case"), money(total - high)),
        Payer("open", say("Depends on your next answers"), money(high - low)),
        Payer("you", say("Yours in any case"), money(low)),
    ]
    return Result(
        exact=False,
        left=left,
        of=say("of {amount} charged", amount=money(total)),
        pathway="",
        tone="",
        segments=shares([("amo", total - high), ("open", high - low), ("you", low)], total),
        payers=payers,
        steps=[],
        summary=say("Left to you so far: {amount}.", amount=left),
        warning=None,
    )
