"""The result of a quote: the card of who pays what, the payments in time, the reasons, the text to copy."""

from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import NamedTuple

from parcours.contracts.said import given
from parcours.engine.bill.advise import BillOption, advise_bill
from parcours.engine.bill.explain import LineExplanation, explain_bill
from parcours.engine.case import Answer
from parcours.engine.say.advise import Option as Lever
from parcours.engine.say.advise import advise
from parcours.engine.say.explain import Explanation, OtherReadingText, Step
from parcours.engine.say.sitting import Standing
from parcours.law.cases import AFTER_DEPARTURE, CaseComplementary, CaseStatus
from parcours.law.codes import UNKNOWN, Pathway, Profession, TiersPayant
from parcours.law.loader import load
from parcours.law.record import LawRecord
from parcours.rules.complementary import doctor_guarantee, guarantee_with_optam
from parcours.rules.rate import WHOLE
from parcours.rules.types import Settlement
from parcours.text import COLON, euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import text
from parcours.web.quote.charts import shares
from parcours.web.quote.letters import Dispute
from parcours.web.quote.split import Split
from parcours.web.quote.todo import paid_by_the_fund
from parcours.web.quote.view import Details, Payer, Result, Said, When

PATHWAYS = {
    Pathway.INSIDE: (N_("Inside the pathway"), "inside"),
    Pathway.OUTSIDE: (N_("Outside the pathway"), "outside"),
    Pathway.NOT_CONCERNED: (N_("Not concerned by the pathway"), "neutral"),
}
WITHOUT_EFFECT = (CaseStatus.UNDER_16, CaseStatus.UNDER_16_UNDECLARED)


def place_of(paid: Settlement, law: LawRecord) -> tuple[str, str]:
    """Where a visit lies, in words, and their tone; what changes no refund is not held against anybody."""
    if paid.case_status in WITHOUT_EFFECT:
        return N_("The pathway has no effect"), "neutral"
    if paid.case_status in AFTER_DEPARTURE:
        return N_("The year after your doctor left: no penalty"), "neutral"
    if paid.pathway == Pathway.OUTSIDE and not law.majoree[paid.status]:
        return N_("Outside the pathway, no penalty"), "neutral"
    return PATHWAYS[Pathway(paid.pathway)]


def plain_parameter(id_: str, day: int, lang: str) -> str:
    """A plain number of the law on a day (YYYYMMDD); the first there was, for a day before it."""
    series = load().parameters[id_].default
    return i18n.number((series.value_on(day) or series.values[0]).value, lang)


def open_result(standing: Standing, fee: int | None, lang: str) -> Result:
    """The card while answers are missing: what is sure, and what depends on them."""
    say, money = partial(text, lang=lang), partial(euros, lang=lang)
    span = standing.sector_1 if standing.range.high is None and standing.sector_1 else standing.range
    low, high = min(span.low, standing.range.low), span.high
    if high is None:
        left, of = say("from {amount}", amount=money(low)), say("The price is not known yet: the most depends on it.")
        least = max(low, 100)
        segments, payers = shares([("you", low), ("open", least)], low + least), []
    else:
        total = max(fee or 0, high)
        left, of = i18n.money_range(low, high, lang), basis(standing, fee, lang)
        segments = shares([("amo", total - high), ("open", high - low), ("you", low)], total)
        payers = [Payer("amo", say("Covered in any case"), money(total - high))] if fee else []
        if high > low:
            payers.append(Payer("open", say("Depends on your next answers"), money(high - low)))
    payers.append(Payer("you", say("Yours in any case"), money(low)))
    summary = say("Left to you so far: {amount}.", amount=left)
    return Result(False, left, of, "", "", segments, payers, [], summary, None)


def basis(standing: Standing, fee: int | None, lang: str) -> str:
    """On which price a range stands."""
    if fee:
        return text("of {amount} charged", lang, amount=euros(fee, lang))
    free = standing.range.high is None
    words = (
        N_("At the official tariff of sector 1; more where more may be asked.")
        if free
        else N_("At the official tariff.")
    )
    return text(words, lang)


class Shares(NamedTuple):
    """A sum and who pays what of it, in cents."""

    fee: int
    amo: int
    amc: int
    patient: int
    advance: int
    deferred: int


def exact_result(
    settled: Answer, explanation: Explanation, disputed: Dispute | None, split: Split | None, lang: str
) -> Result:
    """The card of an exact answer, or of the lines that its price splits into; a sum that may not be asked is no part
    of what is owed.
    """
    result = settled.settlement
    paid = Shares(settled.act.fee, result.amo, result.amc, result.patient, result.advance, result.deferred)
    if split:
        paid = Shares(**{name: split.totals[name] for name in Shares._fields})
    card = card_of(
        paid,
        lang,
        c2s=bool(settled.act.c2s),
        kind=paid_by_the_fund(settled.act, result),
        day=settled.act.care_date,
        pathway=place_of(result, settled.law),
        warning=None if split or (disputed and disputed.certain) else explanation.warning,
        disputed=disputed,
    )
    return replace(card, note=without_optam(settled, lang), split=split.words if split else "")


def without_optam(settled: Answer, lang: str) -> str:
    """Why a contract counts for less than what it says of OPTAM doctors; empty where it does not."""
    act, contract, law = settled.act, settled.encoded.contract, settled.law
    if not contract.present or act.profession != Profession.MEDECIN:
        return ""
    said, own = guarantee_with_optam(act, contract, law), doctor_guarantee(act, contract, law)
    counted = {
        CaseComplementary.OPTAM_GAP: max(WHOLE, said - law.contrat_ecart_optam),
        CaseComplementary.NON_OPTAM_CAP: WHOLE + law.contrat_plafond_non_optam,
        CaseComplementary.GUARANTEE: own,
        CaseComplementary.TICKET_MODERATEUR: own,
    }.get(CaseComplementary(settled.settlement.case_complementary), said)
    if counted >= said:
        return ""
    words = N_(
        "Here your contract counts {counted} of the tariff, as this doctor is not in OPTAM; with one who is, {said}."
    )
    if contract.responsable and law.contrat_plafond_non_optam != UNKNOWN:
        words = N_(
            "Here your contract counts {counted} of the tariff, as this doctor is not in OPTAM; with one who is, "
            "{said}. The law has a contrat responsable pay at least {gap} of the tariff less there, and never more "
            "than {most}."
        )
    amounts = {"counted": counted, "said": said, "gap": law.contrat_ecart_optam}
    most = WHOLE + law.contrat_plafond_non_optam
    return text(words, lang, **{name: given("", one, lang) for name, one in {**amounts, "most": most}.items()})


def card_of(
    paid: Shares,
    lang: str,
    *,
    c2s: bool,
    kind: int,
    day: int,
    pathway: tuple[str, str],
    warning: str | None,
    disputed: Dispute | None = None,
) -> Result:
    """The card of who pays what, of one act or of a whole bill."""
    say, money = partial(text, lang=lang), partial(euros, lang=lang)
    words, tone = pathway
    later = min(paid.deferred, paid.patient)
    dispute = disputed.excess if disputed and disputed.certain else 0
    excess = disputed.excess if disputed and not disputed.certain else 0
    owed = paid.patient - dispute
    parts = [("amo", paid.amo), ("amc", paid.amc), ("you", owed - later), ("later", later), ("dispute", dispute)]
    labels = {
        "amo": say("Assurance maladie (Sécu)"),
        "amc": say("C2S") if c2s else say("Mutuelle"),
        "you": say("You"),
        "later": say("You, taken from a later refund"),
        "dispute": say("Asked in excess, to claim back"),
    }
    said = N_("Of {fee}: Sécu {amo}, {payer} {amc}, you {left}. At the desk: {advance}.")
    said = said if paid.amc else N_("Of {fee}: Sécu {amo}, you {left}. At the desk: {advance}.")
    summary = say(
        said,
        fee=money(paid.fee),
        amo=money(paid.amo),
        payer=say("C2S") if c2s else say("mutuelle"),
        amc=money(paid.amc),
        left=money(owed),
        advance=money(paid.advance),
    )
    return Result(
        exact=True,
        left=money(owed),
        of=say("of {amount} charged", amount=money(paid.fee)),
        pathway=words,
        tone=tone,
        segments=shares(parts, paid.fee),
        payers=[Payer(name, labels[name], money(cents)) for name, cents in parts if cents or name in ("amo", "you")],
        steps=list(payments(paid, kind, day, lang, c2s=c2s, dispute=dispute)),
        summary=summary,
        warning=i18n.typography(warning, lang) if warning else None,
        dispute=money(dispute) if dispute else "",
        excess=money(excess) if excess else "",
    )


def payments(paid: Shares, kind: int, day: int, lang: str, *, c2s: bool = False, dispute: int = 0) -> Iterator[When]:
    """What is paid at the desk, what comes back and when, what is taken later."""
    say, money = partial(text, lang=lang), partial(euros, lang=lang)
    yield When(say("At the desk"), say("you are asked") if dispute else say("you pay"), money(paid.advance))
    if kind == TiersPayant.NONE and paid.amo > 0:
        days = plain_parameter("remboursement.delai_fse_jours", day, lang)
        words = N_("In about {days} days with the card, some weeks on paper")
        yield When(say(words, days=days), say("the Sécu sends you"), money(paid.amo))
    if kind != TiersPayant.FULL and paid.amc > 0:
        payer = say("the C2S sends you, by your fund or your mutuelle") if c2s else say("the mutuelle sends you")
        yield When(say("A few days after"), payer, money(paid.amc))
    if paid.deferred > 0:
        yield When(say("On a later refund"), say("the Sécu keeps"), money(paid.deferred))


def details(
    settled: Answer, explanation: Explanation, disputed: Dispute | None, lang: str, *, untrue: Container[str] = ()
) -> Details:
    """Why, why not, what would have been cheaper: what is always possible first, then what has a condition.

    `untrue`: levers whose condition does not hold.
    """
    advice = advise(settled, lang)
    conditional = [lever for lever in advice.conditional if lever.levers[0] not in untrue]
    cheaper = (*advice.singles[:4], *advice.pairs[:1], *conditional[:3])
    if disputed is None:  # a price that is lawful is not checked
        cheaper = tuple(lever for lever in cheaper if "dispute_excess" not in lever.levers)
    if disputed and disputed.certain:  # what is not owed is no saving
        cheaper = tuple(lever for lever in cheaper if not 0 < lever.saved <= disputed.excess)
    return Details(explanation.steps, explanation.why_not, cheaper, advice.note, explanation.freshness.text)


def of_lines(more: Details, split: Split, lang: str) -> Details:
    """The reasons of a price that splits: of each line, then of all; what would be cheaper is that of the bill."""
    settled = split.settled
    whole, advice = explain_bill(settled, lang), advise_bill(settled, lang)
    others = tuple(
        OtherReadingText(other.name, other.option, other.text)
        for other in whole.other_readings
        if other.patient != settled.totals["patient"]
    )
    last = replace(more.steps[-1], text=split.words, values=(), other_readings=others)
    return Details(
        (*whole.pathway, *(of_line(line) for line in whole.lines), last),
        whole.why_not,
        (*advice.singles[:4], *advice.pairs[:1], *advice.conditional[:3]),
        advice.note,
        whole.freshness.text,
    )


def of_line(line: LineExplanation) -> Step:
    """Why a line gives what it gives, as one step: its sentences, its articles, its values."""
    told = [step for step in line.steps if step.case != "none"]
    return replace(
        told[0],
        title=line.code if line.label == line.code else f"{line.code} {line.label}",
        text=" ".join(step.text for step in told),
        references=tuple({one.id: one for step in told for one in step.references}.values()),
        values=tuple({one.id: one for step in told for one in step.values}.values()),
        other_readings=(),
    )


def condition(lever: Lever | BillOption) -> str:
    """What must be true for a lever, after its name; empty where nothing must."""
    return f" ({' '.join(lever.only_if)})" if lever.only_if else ""


def as_text(day: date, said: list[Said], result: Result, more: Details, lang: str) -> str:
    """The answer as lines of text."""
    say, money, colon = partial(text, lang=lang), partial(euros, lang=lang), COLON[lang]
    lines = [f"parcours · {i18n.long_date(day, lang)}", ""]
    lines += [f"{item.name}{colon}{item.text}" for item in said]
    lines += ["", say("Asked in excess, to claim back") + colon + result.dispute] if result.dispute else []
    lines += ["", f"{say('Left to you in the end')}{colon}{result.left} ({result.of})", say(result.pathway)]
    lines += [f"- {payer.label}{colon}{payer.amount}" for payer in result.payers]
    lines += [f"- {step.when}{colon}{step.what} {step.amount}" for step in result.steps]
    lines += ["", *filter(None, (result.split, result.note))] if result.split or result.note else []
    lines += ["", say("Why")]
    told = [f"{step.title}{colon}{step.text}" if result.split else step.text for step in more.steps]
    lines += [f"{number}. {words}" for number, words in enumerate(told, 1)]
    saving = [lever for lever in more.cheaper if lever.saved]
    lines += ["", say("What would have been cheaper")] if saving else []
    lines += [f"- {money(-lever.saved)}{colon}{' + '.join(lever.labels)}{condition(lever)}" for lever in saving]
    return i18n.set_once("\n".join(lines), lang)
