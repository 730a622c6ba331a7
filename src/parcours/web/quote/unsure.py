"""What somebody does not know: the most common answer is taken, and at the end all of them are shown side by side."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from parcours.engine.errors import FactError
from parcours.engine.say.possible import Range
from parcours.engine.say.sitting import Sitting, Standing, spread
from parcours.text import plain_euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.quote import last, questions
from parcours.web.quote.cards import Card
from parcours.web.quote.form import Form
from parcours.web.quote.letters import dispute_of
from parcours.web.quote.state import one_circumstance
from parcours.web.quote.view import Outcome, Outcomes


class Unsure(NamedTuple):
    """What is taken while an answer is not known, and how to find out."""

    facts: Mapping[str, str]
    how: str


UNSURE = {
    "gynaecologist": Unsure(
        {"specialty": "gynecologie_obstetrique"},
        N_(
            "The letterhead, the prescription and the official directory "
            "(annuairesante.ameli.fr) say “gynécologie médicale” or “gynécologie obstétrique”."
        ),
    ),
    "sector": Unsure(
        {"convention": "secteur_1"},
        N_(
            "The sector is shown in the waiting room and in the official directory "
            "(annuairesante.ameli.fr): search the name, then look at the fees."
        ),
    ),
    "fee": Unsure({}, N_("Call the practice: it must tell you, and shows its prices in the waiting room.")),
    "base": Unsure({}, N_("Most charge exactly the tariff: it is printed on the statement of your fund (décompte).")),
    "mutuelle": Unsure(
        {"contract": "none"},
        N_(
            "Look for “consultation” in the table of guarantees of your "
            "contract: a percentage such as 100%, 150% or 200%."
        ),
    ),
    "sent": Unsure(
        {"role": "autre", "referral": "none"},
        N_(
            "A letter of your médecin traitant to this doctor makes the "
            "difference; the account of your fund says who is declared."
        ),
    ),
    "protocol": Unsure(
        {}, N_("The protocol lists the specialists for your illness: ask your médecin traitant, who keeps a copy.")
    ),
    "opinion": Unsure(
        {"act": "consultation"},
        N_("The code is on the paper claim, and on the statement of your fund (décompte): else ask the doctor."),
    ),
    "prenatal": Unsure(
        {}, N_("Ask the doctor or the midwife before the visit: they say which of your visits are compulsory.")
    ),
}
BY_HAND = {"specialty": questions.GYNAECOLOGIST, "referral": last.PROTOCOL, "act": last.OPINION}
"""The questions that a fact is not known of, where another one is the usual question of that fact."""


def unsure_url(form: Form, card: Card) -> str:
    """The address of "I don't know": the most common answer is taken, and all are shown side by side at the end."""
    known = UNSURE.get(card.id)
    if known is None:
        return ""
    if card is last.PRENATAL and not set(last.OF_THE_CARE).isdisjoint(last.grounds(form.state.given.get("exemption"))):
        return ""  # whether the care is for that ground is what would then be unsure
    facts: Mapping[str, str] = known.facts
    if card is questions.BASE:
        facts = {"base": str(form.state.given["fee"])}
    if card is questions.FEE:
        tariff = form.state.sitting.tariff()
        if tariff <= 0:
            return ""
        facts = {"fee": plain_euros(tariff)}
    names = ",".join([*form.state.unsure, card.facts[0]])
    return form.url({**form.state.given, **facts}, unsure=names)


def outcomes(form: Form) -> Iterator[Outcomes]:
    """For each fact that is not known: what each answer would give, and how to find out."""
    for card, options in answers_of(form):
        rows = [outcome(form, label, facts, card) for label, facts in options]
        yield Outcomes(form.words(card.short), rows, form.say(UNSURE[card.id].how))


def answers_of(form: Form) -> Iterator[tuple[Card, list[tuple[str, Mapping[str, str]]]]]:
    """The questions that were not answered, with each answer: its words, its facts."""
    for fact in form.state.unsure:
        card = card_of(form, fact)
        if card is None or card.id not in UNSURE or card is questions.BASE:
            continue
        options = (
            prices(form)
            if card is questions.FEE
            else [(form.option_words(one)[0], one.facts) for one in form.own(card)]
        )
        options += [(form.say(words), facts) for words, facts in last.own_options(card, form.state)]
        if no := last.DENIED.get(card.id):
            options.append((form.say(no), {}))
        if card is questions.GYNAECOLOGIST and "fee" in form.state.unsure:
            options = [(label, {**facts, **at_tariff(form, facts)}) for label, facts in options]
        yield card, options


def card_of(form: Form, fact: str) -> Card | None:
    """The question that was not answered; about a cover, that of a visit for a pregnancy."""
    if fact == "exemption":
        pregnant = form.state.given.get("purpose") == "grossesse" and not last.again_unsaid(form.state)
        return last.PRENATAL if pregnant else None
    return BY_HAND.get(fact) or questions.BY_FACT.get(fact)


def whatever_is_not_known(form: Form, where: Standing, still: Iterable[Mapping[str, str]]) -> Standing:
    """Where the form stands, the range of every answer that is not known among its own; `still`: of what is asked
    last.
    """
    spans = [where.range]
    for facts in (*(facts for _, options in answers_of(form) for _, facts in options), *still):
        try:
            sitting = Sitting(one_circumstance(form.state.given | dict(facts)), form.state.readings)
            spans.append(sitting.standing().range)
        except FactError:
            continue
    return replace(where, range=spread(spans))


def between(form: Form, where: Standing) -> str:
    """Between what and what a settled answer lies, by the answers that are not known; empty where it does not move."""
    if not form.state.unsure:
        return ""
    span = whatever_is_not_known(form, where, ()).range
    if span.high is None or span.low == span.high:
        return ""
    words = N_("This amount is for the most common answer. By what you did not know, it is {amount}: see below.")
    return form.say(words, amount=i18n.money_range(span.low, span.high, form.lang))


def at_tariff(form: Form, facts: Mapping[str, str]) -> Mapping[str, str]:
    """The price of a visit with these facts too, where nobody knows it: its own tariff."""
    tariff = Sitting(one_circumstance(form.state.given | dict(facts)), form.state.readings).tariff()
    return {"fee": plain_euros(tariff)} if tariff > 0 else {}


def prices(form: Form) -> list[tuple[str, Mapping[str, str]]]:
    """Prices to compare where the price is not known: the tariff, and one and a half and two times as much."""
    tariff = form.state.sitting.tariff()
    free = form.state.given.get("convention") not in ("secteur_1", None)
    prices = [tariff, *((tariff * times // 200 * 100 for times in (3, 4)) if free else ())]
    return [(form.money(price), {"fee": plain_euros(price)}) for price in prices]


def outcome(form: Form, label: str, facts: Mapping[str, str], card: Card) -> Outcome:
    """What one answer would give: an amount, or between what and what; and what of it may be disputed."""
    given = form.state.given | dict(facts)
    try:
        sitting = Sitting(one_circumstance(given), form.state.readings)
        span = sitting.standing().range
        settled = sitting.settle() if span.low == span.high else None
    except FactError:
        span, settled = Range(0, None), None
    if span.high is None:
        amount = form.say("from {amount}", amount=form.money(span.low))
    else:
        amount = i18n.money_range(span.low, span.high, form.lang)
    disputed = dispute_of(settled) if settled else None
    note = form.say("of which {amount} to check", amount=form.money(disputed.excess)) if disputed else ""
    denied = {"sure": form.surely(card.facts[0])} if card.id in last.DENIED and not facts else {}
    return Outcome(label, amount, note, form.url(given, known=card.facts, **denied))
