"""The card of a bill: the sum that is left, who pays what, what is paid at the desk and what later."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from parcours.engine.bill.advise import BillOption
from parcours.engine.bill.beside import paid_beside
from parcours.engine.bill.excess import excess_of, in_excess, perhaps_paid
from parcours.engine.bill.explain import BillExplanation
from parcours.engine.bill.note import Note
from parcours.engine.bill.settle import BillAnswer
from parcours.engine.case import law_on
from parcours.law.bill.codes import Nature
from parcours.law.codes import Profession
from parcours.text import COLON, euros
from parcours.web import i18n
from parcours.web.pages import text
from parcours.web.quote.charts import shares
from parcours.web.quote.letters import Dispute
from parcours.web.quote.result import Shares, card_of, place_of
from parcours.web.quote.todo import About, paid_by_the_fund, saved_by
from parcours.web.quote.view import Payer, Result


def settled_result(settled: BillAnswer, explanation: BillExplanation, lang: str) -> Result:
    """The card of a settled bill."""
    totals = settled.totals
    acts = [line.line for line in settled.lines if line.line.nature == Nature.ACT]
    places = {
        place_of(one.settlement, law_on(line.line.act.care_date, settled.law, {}))
        for line, one in zip(settled.lines, settled.settled, strict=True)
        if line.line.nature == Nature.ACT and line.line.act.profession == Profession.MEDECIN
    }
    words, tone = places.pop() if len(places) == 1 else ("", "")
    certain = {item.line.number: item for item in in_excess(settled) if item.certain}
    warning = next((line.warning for line in explanation.lines if line.warning and line.number not in certain), None)
    card = card_of(
        Shares(**{name: totals[name] for name in Shares._fields}),
        lang,
        c2s=any(line.act.c2s for line in acts),
        kind=paid_how(settled),
        day=settled.lines[0].line.act.care_date,
        pathway=(words, tone),
        warning=warning,
        disputed=dispute_of_bill(settled),
    )
    beside = beside_of(settled, lang)
    if beside:
        payers = [payer for payer in card.payers if payer.name != "amo" or totals["amo"]]
        card = replace(card, beside=beside, payers=payers)
    return with_gap(card, settled, lang)


def paid_how(settled: BillAnswer) -> int:
    """How the professional is paid: directly where nothing of any act is advanced."""
    acts = [
        (line.line.act, one.settlement)
        for line, one in zip(settled.lines, settled.settled, strict=True)
        if line.line.nature == Nature.ACT
    ]
    kinds = {paid_by_the_fund(act, paid) for act, paid in acts}
    return kinds.pop() if len(kinds) == 1 else acts[0][0].tiers_payant if acts else 0


def dispute_of_bill(settled: BillAnswer) -> Dispute | None:
    """What the lines ask for certain above what may be asked; None where nothing is."""
    excess = sum(item.borne for item in in_excess(settled) if item.certain)
    return Dispute(excess, settled.totals["patient"] - excess, certain=True) if excess else None


def with_gap(card: Result, settled: BillAnswer, lang: str) -> Result:
    """The card of who has the C2S, where it may pay more than what is known: a range, and why, beside the amount."""
    gap = sum(perhaps_paid(line, one) for line, one in zip(settled.lines, settled.settled, strict=True))
    disputed = dispute_of_bill(settled)
    if not gap:
        return card
    say, money, totals = partial(text, lang=lang), partial(euros, lang=lang), settled.totals
    excess = disputed.excess if disputed else 0
    high = totals["patient"] - excess
    low, left = high - gap, i18n.money_range(high - gap, high, lang)
    parts = [("amo", totals["amo"]), ("amc", totals["amc"]), ("open", gap), ("you", low), ("dispute", excess)]
    labels = {
        "amc": say("C2S, at least"),
        "open": say("The C2S too, up to a price that was not found"),
        "you": say("Yours in any case"),
    }
    known = {payer.name: payer.label for payer in card.payers}
    payers = [
        Payer(name, labels.get(name) or known[name], money(cents)) for name, cents in parts if cents or name == "you"
    ]
    desk = i18n.money_range(max(0, totals["advance"] - gap), totals["advance"], lang)
    gaps = settled.bill.notes["unknown"]["c2s"][lang]
    return replace(
        card,
        left=left,
        segments=shares(parts, totals["fee"]),
        payers=payers,
        steps=[replace(card.steps[0], amount=desk), *card.steps[1:]],
        summary=say("Left to you so far: {amount}.", amount=left),
        beside=" ".join(filter(None, (card.beside, i18n.set_once(gaps, lang)))),
    )


def about_bill(settled: BillAnswer, facts: Mapping[str, Any], levers: Iterable[BillOption]) -> About:
    """What the steps after a bill depend on; what a hospital receives directly does not come back."""
    totals, act = settled.totals, settled.lines[0].line.act
    first = settled.settled[0].settlement
    amo = 0 if beside_of(settled, "en") else totals["amo"]
    disputed = dispute_of_bill(settled)
    most = totals["fee"] - disputed.excess if disputed else 0
    act = act._replace(tiers_payant=max(act.tiers_payant, paid_how(settled)))
    return About(act, facts, first.pathway, saved_by(levers), amo, totals["amc"], most, disputed)


def beside_of(settled: BillAnswer, lang: str) -> str:
    """What compulsory insurance pays the hospital directly; empty where the bill holds it."""
    return " ".join(i18n.set_once(note.text[lang], lang) for note in paid_beside(settled))


def so_far(low: int, high: int, total: int, lang: str) -> Result:
    """The card while an answer is missing: what is sure, and what depends on it."""
    say, money = partial(text, lang=lang), partial(euros, lang=lang)
    total = max(total, high)
    left = i18n.money_range(low, high, lang)
    payers = [Payer("amo", say("Covered in any case"), money(total - high))]
    if high > low:
        payers.append(Payer("open", say("Depends on your next answers"), money(high - low)))
    payers.append(Payer("you", say("Yours in any case"), money(low)))
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


def shared_amounts(settled: BillAnswer, place: int, lang: str) -> dict[str, Any]:
    """The amounts of a line as text, and its bar."""
    line, settled_line = settled.lines[place], settled.settled[place]
    one, asked = settled_line.settlement, excess_of(line, settled_line)
    fee, gap = line.line.act.fee, perhaps_paid(line, settled_line)
    excess = asked.borne if asked and asked.certain else 0
    owed = one.patient - excess
    parts = [("amo", one.amo), ("amc", one.amc), ("open", gap), ("you", owed - gap), ("dispute", excess)]
    amounts = {name: euros(getattr(one, name), lang) for name in ("amo", "amc")}
    amounts["patient"] = i18n.money_range(owed - gap, owed, lang)
    amounts["excess"] = euros(excess, lang) if excess else ""
    amounts["payer"] = text("C2S", lang) if line.line.act.c2s else text("mutuelle", lang)
    if settled.lines[place].line.nature == Nature.CHARGE:
        amounts["amo"] = ""  # a charge is the patient's part: what the hospital is paid beside is said once
    return {"fee": euros(fee, lang), **amounts, "segments": tuple(shares(parts, fee))}


def said_of(note: Note, lang: str) -> str:
    """A note, and the lines it is about."""
    of = text("Line {numbers}", lang, numbers=", ".join(map(str, note.lines))) + COLON[lang] if note.lines else ""
    return of + note.text[lang]
