"""`/`: the quote. The facts are in the address, under their names in the vocabulary; nothing is kept or identifies.

The engine says what still matters and between what and what the patient's share lies (`standing.py`), settles, explains
and advises (`result.py`). This module reads the address and asks, in plain words (`questions.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from parcours.engine.case import Answer, settle
from parcours.engine.errors import FactError
from parcours.engine.facts.vocabulary import BY_NAME, hundredths
from parcours.engine.say.explain import explain
from parcours.engine.say.questions import COMMON, base_act, choices_of, known_of, tariff_of
from parcours.engine.say.receipt import canonical, receipt
from parcours.engine.say.wording import has_labels, label, specialty_labels
from parcours.law.cache import flat_law
from parcours.law.loader import load
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import PRIVATE, Page, answer, text, today
from parcours.web.quote import questions
from parcours.web.quote.questions import Option, Question
from parcours.web.quote.result import as_text, details, exact_result, open_result, plain_parameter
from parcours.web.quote.standing import Given, Standing, standing
from parcours.web.quote.view import Link, Quote, Said

IDENTITY: Final = frozenset({"patient_id", "professional_id", "birth_date"})
"""Facts that may identify someone are never read from an address."""
STARTS: Final = (
    (
        N_("I saw a dermatologist without a referral"),
        {"specialty": "dermatologie", "medecin_traitant": "true", "role": "autre", "referral": "none"},
    ),
    (N_("My child has a fever on holiday"), {"specialty": "generaliste", "age": "7", "away": "true"}),
    (N_("Psychiatrist, I am 22"), {"specialty": "psychiatrie", "age": "22", "role": "autre", "referral": "none"}),
    (
        N_("A GP who is not mine"),
        {"specialty": "generaliste", "medecin_traitant": "true", "role": "autre", "referral": "none"},
    ),
    (
        N_("I have no médecin traitant"),
        {"specialty": "generaliste", "medecin_traitant": "false", "role": "autre", "referral": "none"},
    ),
    (
        N_("Glasses, straight to the eye doctor"),
        {"specialty": "ophtalmologie", "role": "autre", "referral": "none", "purpose": "refraction"},
    ),
    (
        N_("My doctor sent me to a cardiologist"),
        {
            "specialty": "cardiologie",
            "medecin_traitant": "true",
            "role": "correspondant",
            "referral": "soins_iteratifs",
        },
    ),
    (
        N_("Contraception, gynaecologist"),
        {"specialty": "gynecologie_medicale", "role": "autre", "referral": "none", "purpose": "contraception"},
    ),
)


async def quote_page(request: Request) -> Response:
    """The page, or the part of it that changes."""
    page = Page.of(request)
    quote = quote_of(page)
    template = "_quote_partial.html" if page.partial else "quote.html"
    return answer(page, template, 400 if quote.error else 200, PRIVATE, quote=quote)


async def quote_text(request: Request) -> Response:
    """`/quote.txt`: the same answer as plain text."""
    page = Page.of(request)
    quote = quote_of(page)
    headers = {"Cache-Control": PRIVATE, "Content-Language": page.language}
    return PlainTextResponse((quote.error or quote.text) + "\n", 400 if quote.error else 200, headers)


async def quote_receipt(request: Request) -> Response:
    """`/receipt.json`: the receipt of a complete answer, to keep and to replay."""
    page = Page.of(request)
    builder = Builder(page)
    builder.standing()
    settled = builder.settled() if builder.error is None else None
    if settled is None:
        return PlainTextResponse(
            f"{builder.error or builder.say('Some facts are missing: answer the questions first.')}\n", 400
        )
    name = f"parcours-{builder.given['care_date']}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": PRIVATE}
    return Response(canonical(receipt(settled)) + "\n", headers=headers, media_type="application/json")


def quote_of(page: Page) -> Quote:
    """The whole view of an address."""
    return Builder(page).quote()


def read_address(page: Page) -> tuple[Given, dict[str, str], str]:
    """(facts, readings, fact asked by hand) of an address; names that are neither are ignored."""
    readings = load().readings
    given: Given = {}
    chosen: dict[str, str] = {}
    for name, value in page.query:
        if name in BY_NAME and name not in IDENTITY:
            given[name] = None if value == "" or (name, value) == ("contract", "none") else value
        elif name in readings:
            chosen[name] = value
    return given, chosen, dict(page.query).get("ask", "")


class Builder:
    """Makes the view of one address."""

    def __init__(self, page: Page) -> None:
        self.page, self.language = page, page.language
        self.given, self.readings, self.by_hand = read_address(page)
        self.touched = bool(self.given)
        self.error: str | None = None
        self.given.setdefault("care_date", today().isoformat())

    def say(self, message: str, **values: Any) -> str:
        """A message in the language of the page."""
        return text(message, self.language, **values)

    def money(self, cents: int) -> str:
        """An amount in the language of the page."""
        return i18n.money(cents, self.language)

    # --- state ------------------------------------------------------------------------------------------------

    def standing(self) -> Standing:
        """Where the form stands; a fact the engine refuses is told and asked again."""
        for _ in range(len(self.given) + 1):
            try:
                return standing(questions.one_circumstance(self.given), self.readings)
            except FactError as error:
                self.refuse(error)
        return standing(self.nothing(), {})

    def refuse(self, error: FactError) -> None:
        """Tell what is wrong with a fact, and take it away."""
        self.error = i18n.set_once(error.message[self.language], self.language)
        name = error.field.split(".")[-1]
        if name in self.readings:
            del self.readings[name]
        elif self.given.pop(name, None) is None:
            self.given = self.nothing()
        self.given.setdefault("care_date", today().isoformat())

    def nothing(self) -> Given:
        """A form nobody has filled."""
        return {"care_date": today().isoformat()}

    def settled(self) -> Answer | None:
        """The exact answer, once enough is said."""
        facts = {name: value for name, value in self.given.items() if value is not None}
        try:
            return settle(facts, self.readings)
        except FactError as error:
            if type(error) is FactError:
                self.error = i18n.set_once(error.message[self.language], self.language)
            return None

    def quote(self) -> Quote:
        """The view."""
        where = self.standing()
        exact = self.touched and where.fact in (None, "tiers_payant") and where.range.low == where.range.high
        settled = self.settled() if exact else None
        question = self.question(where.fact)
        said = list(self.said())
        result = more = None
        if settled:
            explanation = explain(settled, self.language)
            result = exact_result(settled, explanation, self.language)
            more = details(settled, explanation, self.language)
        elif "specialty" in self.given or "profession" in self.given:
            result = open_result(where, self.cents("fee"), self.language)
        pairs = self.pairs(self.given)
        return Quote(
            title=self.say("{amount} left to you", amount=result.left)
            if result
            else self.say("What will your visit cost?"),
            care_date=self.day,
            checked=load().verified_on,
            error=self.error,
            question=question,
            options=list(self.links(question)) if question else [],
            more=self.specialists() if question is questions.WHO else [],
            hidden=pairs,
            hidden_but_date=[(name, value) for name, value in pairs if name != "care_date"],
            terms=[(name, load().glossary[name]) for name in question.terms] if question else [],
            answers=said,
            assumed=self.assumed(settled),
            starts=[]
            if self.touched
            else [(self.say(words), self.url(self.nothing() | facts)) for words, facts in STARTS],
            result=result,
            details=more,
            text=as_text(self.day, said, result, more, self.language) if result and more else "",
            text_url=self.page.address("/quote.txt", tuple(pairs)),
            receipt_url=self.page.address("/receipt.json", tuple(pairs)),
        )

    @property
    def day(self) -> date:
        """The day of the visit."""
        return date.fromisoformat(str(self.given["care_date"]))

    def cents(self, name: str) -> int | None:
        """A fact of money in cents, where it is said."""
        value = self.given.get(name)
        return hundredths(value) if value else None

    # --- questions ----------------------------------------------------------------------------------------------

    def question(self, asked: str | None) -> Question | None:
        """The question in plain words that settles the fact the engine asks for."""
        if self.by_hand == "medecin_traitant_left_on" and not self.given.get("medecin_traitant_left_on"):
            return questions.LEFT
        if self.by_hand == "installed_on" and not self.given.get("installed_on"):
            return questions.INSTALLED
        if asked is None:
            return None
        if asked in ("role", "referral") and self.given.get("medecin_traitant") == "false":
            return questions.SENT_UNDECLARED
        return questions.BY_FACT[asked]

    def pairs(self, facts: Mapping[str, str | None]) -> list[tuple[str, str]]:
        """Facts and readings as the address writes them."""
        return [
            *((name, "none" if name == "contract" and value is None else value or "") for name, value in facts.items()),
            *self.readings.items(),
        ]

    def url(self, facts: Mapping[str, str | None]) -> str:
        """The address of some facts."""
        return self.page.address("/", tuple(self.pairs(facts)))

    def links(self, question: Question) -> Iterator[Link]:
        """The answers offered, as addresses."""
        if question is questions.PURPOSE:
            yield from self.purposes()
        if question is questions.FEE:
            yield from self.usual_fees()
        for option in question.options:
            words, help_ = self.words(option.label), self.words(option.help) if option.help else ""
            yield Link(words, help_, self.url(self.given | dict(option.facts)))

    def words(self, message: str) -> str:
        """A message of a question, with the numbers of the law that it names."""
        if "{hours}" in message:
            return self.say(message, hours=plain_parameter("parcours.urgence_delai_heures", self.language))
        if message.startswith("{"):
            return self.say(message, **drug_rates(self.day, self.language))
        return self.say(message)

    def purposes(self) -> Iterator[Link]:
        """The reasons that open a direct access to this specialty, and none of them."""
        known = known_of(self.given, self.readings)
        choices = choices_of("purpose", known.law.acces_direct[known.values["specialty"]], self.language)
        for choice in sorted(choices, key=lambda item: item.value == "none"):
            yield Link(
                i18n.typography(choice.label, self.language),
                i18n.typography(choice.help, self.language),
                self.url({**self.given, "purpose": choice.value}),
            )

    def usual_fees(self) -> Iterator[Link]:
        """Prices to choose instead of typing: the tariff, the most that may be charged, the price of one opinion."""
        known = known_of(self.given, self.readings)
        act = base_act(known)
        tariff = tariff_of(act, known)
        if tariff > 0:
            yield self.fee_link(tariff, N_("official tariff"), {})
        if self.given.get("referral") == "avis_ponctuel" and "act" not in self.given:
            key = "APY" if self.given.get("specialty") in ("psychiatrie", "neurologie") else "APC"
            opinion = known.law.acte_base[flat_law().acts[key]]
            if opinion > 0 and self.given.get("specialty") != "generaliste":
                yield self.fee_link(opinion, N_("one-off opinion"), {"act": key})
        if self.given.get("convention") == "secteur_1" and tariff > 0:
            most = self.most(tariff)
            if most > tariff:
                yield self.fee_link(most, N_("the most allowed outside the pathway"), {})

    def most(self, tariff: int) -> int:
        """The most that may be charged, in cents; 0 when it is not known yet."""
        facts = {name: value for name, value in self.given.items() if value is not None}
        try:
            return settle({**facts, "fee": f"{tariff // 100}.{tariff % 100:02d}"}, self.readings).settlement.max_fee
        except FactError:
            return 0

    def fee_link(self, cents: int, words: str, facts: Mapping[str, str]) -> Link:
        """A price as an answer."""
        fee = f"{cents // 100}.{cents % 100:02d}"
        return Link(self.money(cents), self.say(words), self.url({**self.given, **facts, "fee": fee}))

    def specialists(self) -> list[tuple[str, str]]:
        """The specialties that are not among the answers offered."""
        offered = {option.facts.get("specialty") for option in questions.WHO.options}
        names = {
            slug: i18n.label(entry, self.language) for slug, entry in specialty_labels().items() if slug not in offered
        }
        common = [(slug, names[slug]) for slug in COMMON if slug in names]
        return common + sorted(
            ((slug, name) for slug, name in names.items() if slug not in COMMON), key=lambda item: item[1].casefold()
        )

    def said(self) -> Iterator[Said]:
        """The answers already given, in the order of the form."""
        if not self.touched:
            return
        for question in questions.ORDER:
            if not any(name in self.given for name in question.facts):
                continue
            if question.kind == "date" and not self.given.get(question.facts[0]):
                continue
            words = self.words_of(question)
            if words:
                dropped = {*question.facts, *question.resets}
                kept = {name: value for name, value in self.given.items() if name not in dropped}
                yield Said(question.short, words, self.url(kept))

    def words_of(self, question: Question) -> str:
        """What was answered, in the words of the question or of the law."""
        if question.kind in ("fee", "base"):
            return self.money(self.cents(question.facts[0]) or 0)
        if question.kind == "age":
            return self.say("{age} years", age=self.given["age"])
        if question.kind == "date":
            return i18n.long_date(date.fromisoformat(self.given[question.facts[0]] or ""), self.language)
        candidates = [*question.options, *(questions.SENT_UNDECLARED.options if question is questions.SENT else ())]
        matching = [option for option in candidates if self.chosen(option)]
        if matching:
            return self.words(max(matching, key=lambda option: len(option.facts)).label)
        return ", ".join(words for name in question.facts if (words := self.fact_words(name)))

    def chosen(self, option: Option) -> bool:
        """Are the facts of an answer those given?"""
        return all(
            self.given.get(name, "?") == (None if value == "" or (name, value) == ("contract", "none") else value)
            for name, value in option.facts.items()
        )

    def fact_words(self, name: str) -> str:
        """A fact by its label in the law."""
        value = self.given.get(name)
        if value is None or value in ("none", "false"):
            return ""
        if name == "specialty":
            return i18n.label(specialty_labels().get(value, value), self.language)
        if has_labels(name) and value in load().codes[name]:
            return i18n.typography(label(name, value, self.language), self.language)
        if value == "true":
            return i18n.typography(load().glossary[name][self.language]["term"], self.language)
        return value

    def assumed(self, settled: Answer | None) -> str:
        """What is taken for granted, in words."""
        names = settled.encoded.defaults if settled else ()
        terms = [
            load().glossary[name][self.language]["term"]
            for name in names
            if name in load().glossary and name not in self.given
        ]
        none = self.say("none")
        return i18n.typography(
            ", ".join(f"{term}: {none}" if self.language == "en" else f"{term} : {none}" for term in terms[:6]),
            self.language,
        ) or self.say("nothing")


@lru_cache(maxsize=256)
def drug_rates(day: date, language: str) -> dict[str, str]:
    """The rates of the classes of medicines on a day."""
    number = day.year * 10_000 + day.month * 100 + day.day
    names = ("irremplacable", "majeur", "modere", "faible")
    series = {name: load().parameters[f"taux.medicament_{name}"].default for name in names}
    return {name: i18n.percent(max(0, values.on(number)), language) for name, values in series.items()}
