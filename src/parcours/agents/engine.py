"""Tools that need no registry: settle, explain, why not, advise, the law, the next question, contracts."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from parcours.agents import problems
from parcours.agents.answers import Facts, Lang, Object, Readings, Result, Source, Told, cited, digest, plain
from parcours.engine.case import settle
from parcours.engine.compare.plans import price, read_plan
from parcours.engine.compare.year import Plan, with_prices, with_times, years
from parcours.engine.compare.year import compare as settle_year
from parcours.engine.facts.vocabulary import read_date
from parcours.engine.say.advise import ACTS_PER_YEAR
from parcours.engine.say.advise import advise as advise_on
from parcours.engine.say.explain import Explanation
from parcours.engine.say.explain import explain as explain_answer
from parcours.engine.say.sitting import ask
from parcours.law.loader import load
from parcours.registry.store.clock import paris_today
from parcours.text import Text, euros

CONTRACTS_ARE = ("CSS-L871-1", "CSS-R871-2")
"""What a responsible contract pays."""
MOST = 60
"""Values of the law in one answer."""
NO_CONTRACT = Text("Sans mutuelle", "No mutuelle")
CHEAPEST = Text("Le moins cher : {name}, {total} dans l'année.", "Cheapest: {name}, {total} over the year.")
FOUND = Text("{count} valeurs du droit au {day}.", "{count} values of the law on {day}.")
NO_EXCEPTION = Text("Aucune exception n'était à portée.", "No exception was within reach.")


class Settled(Told):
    """Who pays what, in euros."""

    result: Result


class Explained(Told):
    """Who pays what, and why: each stage with its article and its values."""

    result: Result
    explanation: Object


class WhyNot(Told):
    """The exceptions that did not apply, and the facts that would have opened each."""

    exceptions: list[Object]


class Advised(Told):
    """What would have been cheaper, best first."""

    advice: Object


class LawValue(Told):
    """Values of the law on a day."""

    on: str
    values: list[Object]


class Asked(Told):
    """The next fact that matters, and between what and what the share of the patient lies."""

    question: Object | None
    range: Object | None


class Compared(Told):
    """Contracts over a year of care, the least total first."""

    comparison: Object


def sources_of(explanation: Explanation) -> list[Source]:
    """The articles of every step, each once."""
    return cited((one.id for step in explanation.steps for one in step.references), explanation.lang)


def settle_visit(facts: Facts, readings: Readings = None, lang: Lang = "fr") -> Settled:
    """Who pays what for one act of care in France on its date: compulsory insurance, complementary contract, patient.

    Facts that are left out and change the answer are asked for by name; `next_question` finds which one matters.
    """
    answer = settle(facts, readings)
    why = explain_answer(answer, lang)
    return Settled(sentence=why.headline, sources=sources_of(why), law=digest(), result=plain(answer.to_dict()))


def explain(facts: Facts, readings: Readings = None, lang: Lang = "fr") -> Explained:
    """Why an act is paid so: every stage of the settlement with its article, the values it used, other readings."""
    answer = settle(facts, readings)
    why = explain_answer(answer, lang)
    return Explained(
        sentence=why.headline, sources=sources_of(why), law=digest(), result=plain(answer.to_dict()),
        explanation=plain(why.to_dict()),
    )  # fmt: skip


def why_not(facts: Facts, readings: Readings = None, lang: Lang = "fr") -> WhyNot:
    """Why the exceptions did not apply (direct access, urgency, being away, age…), and which facts each would need."""
    why = explain_answer(settle(facts, readings), lang)
    ids = (one.id for exception in why.why_not for one in exception.references)
    sentence = " ".join(one.text for one in why.why_not) or NO_EXCEPTION[lang]
    exceptions = plain([vars(one) | {"references": [ref.id for ref in one.references]} for one in why.why_not])
    return WhyNot(sentence=sentence, sources=cited(ids, lang), law=digest(), exceptions=exceptions)


def advise(
    facts: Facts,
    acts_per_year: Annotated[int, Field(ge=1, le=366)] = ACTS_PER_YEAR,
    readings: Readings = None,
    lang: Lang = "fr",
) -> Advised:
    """What would have been cheaper for the same need: each lever settled again, with what it saves."""
    answer = settle(facts, readings)
    advice = plain(advise_on(answer, lang, acts_per_year).to_dict())
    ids = (one["id"] for lever in advice["singles"] for one in lever["references"])
    sentence = next((lever["summary"] for lever in advice["singles"]), advice["note"] or "")
    return Advised(sentence=sentence, sources=cited(ids, lang), law=digest(), advice=advice)


def law_on(
    day: Annotated[str, Field(description="YYYY-MM-DD")],
    words: Annotated[str, Field(max_length=100, description="Words of a name or a label; none: the first ones.")] = "",
    lang: Lang = "fr",
) -> LawValue:
    """Rates, amounts and ages of French health insurance law on a day, by words of their name, with their texts."""
    number = read_date("day", day)
    wanted = words.lower().split()
    found = []
    for one in load().parameters.values():
        value = one.default.value_on(number)
        names = f"{one.id} {one.label['fr']} {one.label['en']}".lower()
        if value is not None and all(word in names for word in wanted):
            found.append((one, value))
    values = [
        {
            "id": one.id, "label": one.label[lang], "value": value.value, "unit": one.unit,
            "from": value.first_day.isoformat(), "confidence": value.confidence, "references": list(one.references),
            "verified_on": one.verified_on.isoformat(),
        }
        for one, value in found[:MOST]
    ]  # fmt: skip
    ids = (id_ for one in values for id_ in one["references"])
    sentence = FOUND[lang].format(count=len(found), day=day)
    return LawValue(sentence=sentence, sources=cited(ids, lang), law=digest(), on=day, values=plain(values))


def next_question(facts: Facts, readings: Readings = None, lang: Lang = "fr") -> Asked:
    """With some facts known: the next one worth asking, its choices, and the range of the patient's share."""
    interview = ask(facts, lang, readings)
    made = plain(interview.to_dict())
    return Asked(
        sentence=interview.text, sources=[], law=digest(), question=made.get("question"), range=made.get("range")
    )


def compare_contracts(
    contracts: Annotated[
        list[str], Field(max_length=12, description="CONTRACT=PREMIUM of a month: responsable_100=30")
    ],
    year: Annotated[str, Field(description="student, family, ald, pregnancy, senior or glasses")] = "family",
    times: Annotated[dict[str, int] | None, Field(description="How many times each item of the year happens.")] = None,
    prices: Annotated[dict[str, str] | None, Field(description="Euros of each item; its tariff unless said.")] = None,
    age: Annotated[int | None, Field(ge=0, le=130)] = None,
    on: Annotated[int | None, Field(ge=2005, le=2100, description="The civil year.")] = None,
    lang: Lang = "fr",
) -> Compared:
    """Complementary contracts over a year of care, premiums included: who pays what, the cheapest, the break-even."""
    if year not in years():
        raise problems.not_accepted(year, field="year", expected=", ".join(years()))
    chosen, numbers = years()[year], times or {}
    items = [one.id for one in chosen.items]
    for name, number in numbers.items():
        if name not in items or not 0 <= number <= problems.MOST_TIMES:
            raise problems.not_accepted(f"{name}: {number}", field="times", expected=", ".join(items))
    priced = [name for one in chosen.items for name in one.prices]
    for name, said in (prices or {}).items():
        if name not in priced:
            raise problems.not_accepted(f"{name}: {said}", field="prices", expected=", ".join(priced))
    charged = {name: price(name, said) for name, said in (prices or {}).items()}
    plans = [Plan(NO_CONTRACT[lang], None, 0), *(read_plan(text) for text in contracts)]
    person: dict[str, Any] = {**chosen.person, **({} if age is None else {"age": age})}
    items_of_year = with_prices(with_times(chosen.items, numbers), charged)
    found = settle_year(plans, items_of_year, person, on or this_year())
    sentence = CHEAPEST[lang].format(name=found.best.plan.name, total=euros(found.best.total, lang))
    return Compared(
        sentence=sentence, sources=cited(CONTRACTS_ARE, lang), law=digest(), comparison=plain(found.to_dict())
    )


def this_year() -> int:
    """The civil year, in France."""
    today: date = paris_today()
    return today.year
