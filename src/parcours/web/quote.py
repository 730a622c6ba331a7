"""`/`: the quote. The facts are in the address, under their names in the vocabulary; nothing is kept or identifies.

The engine says what still matters and between what and what the patient's share lies (`engine/questions.py`), settles,
explains and advises. This module asks in plain words and lays the result out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from parcours.engine.advise import Option as Lever
from parcours.engine.advise import advise
from parcours.engine.case import Answer, settle
from parcours.engine.errors import FactError
from parcours.engine.explain import Step, WhyNot, explain
from parcours.engine.questions import COMMON, Interview, Range, ask, base_act, known_of, tariff_of
from parcours.engine.receipt import canonical, receipt
from parcours.engine.vocabulary import BY_NAME
from parcours.engine.wording import FACT_LABELS, label, specialty_labels
from parcours.law.codes import Pathway
from parcours.law.flat import flat_law
from parcours.law.loader import load
from parcours.web import i18n, questions
from parcours.web.charts import Segment, shares
from parcours.web.i18n import N_
from parcours.web.pages import PRIVATE, Page, answer, text, today
from parcours.web.questions import Question

IDENTITY: Final = frozenset({"patient_id", "professional_id", "birth_date"})
"""Facts that may identify someone are never read from an address."""
AGES: Final = ("10", "17", "22", "40")
"""While the age is not said, the result spans these."""
PATHWAYS: Final = {
    Pathway.INSIDE: (N_("Inside the pathway"), "inside"),
    Pathway.OUTSIDE: (N_("Outside the pathway"), "outside"),
    Pathway.NOT_CONCERNED: (N_("Not concerned by the pathway"), "neutral"),
}
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

Given = dict[str, str | None]
"""Facts as the address gives them; None: answered by nothing."""


@dataclass(frozen=True)
class Link:
    """An answer that is offered, as an address."""

    label: str
    help: str
    url: str


@dataclass(frozen=True)
class Said:
    """An answer already given."""

    name: str
    text: str
    url: str
    """The address where it is asked again."""


@dataclass(frozen=True)
class Payer:
    """A line under the bar."""

    name: str
    label: str
    amount: str


@dataclass(frozen=True)
class When:
    """A payment in time."""

    when: str
    what: str
    amount: str


@dataclass(frozen=True)
class Result:
    """The card of the result."""

    exact: bool
    left: str
    of: str
    pathway: str
    tone: str
    segments: list[Segment]
    payers: list[Payer]
    steps: list[When]
    summary: str
    warning: str | None


@dataclass(frozen=True)
class Details:
    """What is below: why, what would have been cheaper, why not."""

    steps: tuple[Step, ...]
    why_not: tuple[WhyNot, ...]
    cheaper: tuple[Lever, ...]
    note: str


@dataclass(frozen=True)
class Quote:
    """All that the page shows."""

    title: str
    care_date: date
    checked: date
    error: str | None
    question: Question | None
    options: list[Link]
    more: list[tuple[str, str]]
    hidden: list[tuple[str, str]]
    hidden_but_date: list[tuple[str, str]]
    terms: list[tuple[str, Any]]
    answers: list[Said]
    assumed: str
    starts: list[tuple[str, str]]
    result: Result | None
    details: Details | None
    text: str
    text_url: str
    receipt_url: str


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
    builder.interview()
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


@lru_cache(maxsize=4096)
def interview_of(facts: tuple[tuple[str, str | None], ...], readings: tuple[tuple[str, str], ...]) -> Interview:
    """What to ask next and the range, in any language; the same facts always give the same answer."""
    return ask(dict(facts), "en", dict(readings))


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

    # --- state --------------------------------------------------------------------------------------------------

    def interview(self) -> Interview:
        """What the engine asks next; a fact it refuses is told and asked again."""
        for _ in range(len(self.given) + 1):
            try:
                return self.ask(self.given)
            except FactError as error:
                self.error = i18n.typography(error.message[self.language], self.language)
                field = error.field.split(".")[-1]
                if field in self.readings:
                    del self.readings[field]
                elif self.given.pop(field, None) is None:
                    self.given = {"care_date": today().isoformat()}
                if field == "care_date":
                    self.given["care_date"] = today().isoformat()
        return self.ask({"care_date": today().isoformat()})

    def ask(self, facts: Given) -> Interview:
        """The engine's interview for some facts."""
        return interview_of(tuple(sorted(facts.items())), tuple(sorted(self.readings.items())))

    def settled(self) -> Answer | None:
        """The exact answer, once enough is said."""
        facts = {name: value for name, value in self.given.items() if value is not None}
        try:
            return settle(facts, self.readings)
        except FactError as error:
            if type(error) is FactError:
                self.error = i18n.typography(error.message[self.language], self.language)
            return None

    def range(self, interview: Interview) -> tuple[Range, bool]:
        """The range to show, and whether it is that of sector 1 only (elsewhere fees are free)."""
        spans = [interview.range]
        if "age" not in self.given and ("specialty" in self.given or "profession" in self.given):
            spans = [self.ask({**self.given, "age": age, "age_1er_janvier": age}).range for age in AGES]
        if all(span.high is not None for span in spans):
            return spread(spans), False
        if "specialty" not in self.given or self.given.get("convention"):
            return spread(spans), False
        ages = [self.given["age"]] if "age" in self.given else AGES
        first = {**self.given, "convention": "secteur_1"}
        return spread(
            [
                self.ask({**first, "age": age, "age_1er_janvier": self.given.get("age_1er_janvier", age)}).range
                for age in ages
            ]
        ), True

    def quote(self) -> Quote:
        """The view."""
        interview = self.interview()
        asked = interview.question.fact if interview.question else None
        exact = self.touched and asked in (None, "tiers_payant") and interview.range.low == interview.range.high
        settled = self.settled() if exact else None
        question = self.question(asked)
        result = self.exact_result(settled) if settled else self.open_result(interview)
        details = self.details(settled) if settled else None
        return Quote(
            title=self.title(result),
            care_date=date.fromisoformat(self.given["care_date"] or today().isoformat()),
            checked=load().verified_on,
            error=self.error,
            question=question,
            options=list(self.links(question)) if question else [],
            more=self.specialists() if question is questions.WHO else [],
            hidden=self.pairs(self.given),
            hidden_but_date=self.pairs({name: value for name, value in self.given.items() if name != "care_date"}),
            terms=[(name, load().glossary[name]) for name in question.terms] if question else [],
            answers=list(self.said()),
            assumed=self.assumed(settled),
            starts=[]
            if self.touched
            else [(self.say(words), self.url({**facts, "care_date": today().isoformat()})) for words, facts in STARTS],
            result=result,
            details=details,
            text=self.as_text(result, details) if result and details else "",
            text_url=self.page.address("/quote.txt", tuple(self.pairs(self.given))),
            receipt_url=self.page.address("/receipt.json", tuple(self.pairs(self.given))),
        )

    def title(self, result: Result | None) -> str:
        """The title of the window."""
        if result is None or not self.touched:
            return self.say("What will your visit cost?")
        return self.say("{amount} left to you", amount=result.left)

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
            words = {"hours": self.parameter("parcours.urgence_delai_heures"), **self.drug_rates()}
            yield Link(
                self.say(option.label, **words),
                self.say(option.help, **words) if option.help else "",
                self.page.address("/", tuple(self.pairs(self.given | dict(option.facts)))),
            )

    def parameter(self, id_: str) -> str:
        """A plain number of the law today."""
        return i18n.number(load().parameters[id_].values[-1].value, self.language)

    def drug_rates(self) -> dict[str, str]:
        """The rates of the classes of medicines on the day of the care."""
        day = int((self.given["care_date"] or "").replace("-", ""))
        names = ("irremplacable", "majeur", "modere", "faible")
        series = {name: load().parameters[f"taux.medicament_{name}"].default for name in names}
        return {name: i18n.percent(max(0, values.on(day)), self.language) for name, values in series.items()}

    def purposes(self) -> Iterator[Link]:
        """The reasons that open a direct access to this specialty, and none of them."""
        question = self.ask(self.given).question
        choices = ask_in(self.given, self.readings, self.language) if question and question.fact == "purpose" else ()
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
            return self.money(round(float((self.given[question.facts[0]] or "0").replace(",", ".")) * 100))
        if question.kind == "age":
            return self.say("{age} years", age=self.given["age"])
        if question.kind == "date":
            return i18n.long_date(date.fromisoformat(self.given[question.facts[0]] or ""), self.language)
        candidates = [*question.options, *(questions.SENT_UNDECLARED.options if question is questions.SENT else ())]
        matching = [
            option
            for option in candidates
            if all(
                self.given.get(name, "?") == (value or None)
                or ((name, value) == ("contract", "none") and self.given.get("contract", "?") is None)
                for name, value in option.facts.items()
            )
        ]
        if matching:
            best = max(matching, key=lambda option: len(option.facts))
            return self.say(best.label, **self.drug_rates())
        return ", ".join(words for name in question.facts if (words := self.fact_words(name)))

    def fact_words(self, name: str) -> str:
        """A fact by its label in the law."""
        value = self.given.get(name)
        if value is None or value in ("none", "false"):
            return ""
        if name == "specialty":
            return i18n.label(specialty_labels().get(value, value), self.language)
        if name in FACT_LABELS and value in load().codes[FACT_LABELS[name]]:
            return i18n.typography(label(name, value, self.language), self.language)
        if value == "true":
            return i18n.typography(load().glossary[name][self.language]["term"], self.language)
        return value

    def assumed(self, settled: Answer | None) -> str:
        """What is taken for granted, in words."""
        names = settled.case.defaults if settled else ()
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

    # --- result -------------------------------------------------------------------------------------------------

    def open_result(self, interview: Interview) -> Result | None:
        """The card while answers are missing: what is sure, and what depends."""
        if not ("specialty" in self.given or "profession" in self.given):
            return None
        span, only_sector_1 = self.range(interview)
        low, high = span.low, span.high
        if high is None:
            left = self.say("from {amount}", amount=self.money(low))
            of = self.say("The price is not known yet: the most depends on it.")
            segments = shares([("you", low), ("open", max(low, 100))], low + max(low, 100))
            payers = [Payer("you", self.say("Yours in any case"), self.money(low))]
        else:
            fee = self.fee()
            total = max(fee or 0, high)
            left = i18n.money_range(low, high, self.language)
            of = (
                self.say("of {amount} charged", amount=self.money(fee))
                if fee
                else self.say("In sector 1; more where fees are free.")
                if only_sector_1
                else self.say("At the official tariff.")
            )
            segments = shares([("amo", total - high), ("open", high - low), ("you", low)], total)
            payers = [
                Payer("open", self.say("Depends on your next answers"), self.money(high - low)),
                Payer("you", self.say("Yours in any case"), self.money(low)),
            ]
            if fee:
                payers.insert(0, Payer("amo", self.say("Covered in any case"), self.money(total - high)))
        return Result(
            False, left, of, "", "", segments, payers, [], self.say("Left to you so far: {amount}.", amount=left), None
        )

    def fee(self) -> int | None:
        """The price in cents, where it is said."""
        known = known_of(self.given, self.readings).values.get("fee")
        return int(known) if known is not None else None

    def exact_result(self, settled: Answer) -> Result:
        """The card of an exact answer."""
        result = settled.settlement
        fee = settled.act.fee
        words, tone = PATHWAYS[Pathway(result.pathway)]
        left = self.money(result.patient)
        later = min(result.deferred, result.patient)
        parts = [("amo", result.amo), ("amc", result.amc), ("you", result.patient - later), ("later", later)]
        labels = {
            "amo": self.say("Assurance maladie (Sécu)"),
            "amc": self.say("C2S") if settled.act.c2s else self.say("Mutuelle"),
            "you": self.say("You"),
            "later": self.say("You, taken from a later refund"),
        }
        payers = [
            Payer(name, labels[name], self.money(cents)) for name, cents in parts if cents or name in ("amo", "you")
        ]
        warning = explain(settled, self.language).warning
        return Result(
            exact=True,
            left=left,
            of=self.say("of {amount} charged", amount=self.money(fee)),
            pathway=words,
            tone=tone,
            segments=shares(parts, fee),
            payers=payers,
            steps=list(self.payments(settled)),
            summary=self.say(
                "Of {fee}: Sécu {amo}, mutuelle {amc}, you {left}. At the desk: {advance}.",
                fee=self.money(fee),
                amo=self.money(result.amo),
                amc=self.money(result.amc),
                left=left,
                advance=self.money(result.advance),
            ),
            warning=i18n.typography(warning, self.language) if warning else None,
        )

    def payments(self, settled: Answer) -> Iterator[When]:
        """What is paid at the desk, what comes back and when, what is taken later."""
        result = settled.settlement
        yield When(self.say("At the desk"), self.say("you pay"), self.money(result.advance))
        kind = self.given.get("tiers_payant") or ("full" if settled.act.c2s or settled.act.ame else "none")
        if kind == "none" and result.amo > 0:
            days = self.parameter("remboursement.delai_fse_jours")
            yield When(
                self.say("In about {days} days", days=days), self.say("the Sécu sends you"), self.money(result.amo)
            )
        if kind != "full" and result.amc > 0:
            yield When(self.say("A few days after"), self.say("the mutuelle sends you"), self.money(result.amc))
        if result.deferred > 0:
            yield When(self.say("On a later refund"), self.say("the Sécu keeps"), self.money(result.deferred))

    def details(self, settled: Answer) -> Details:
        """Why, why not, what would have been cheaper."""
        explanation = explain(settled, self.language)
        advice = advise(settled, self.language)
        cheaper = (*advice.singles[:4], *advice.pairs[:1], *advice.conditional[:3])
        return Details(explanation.steps, explanation.why_not, cheaper, advice.note)

    def as_text(self, result: Result, details: Details) -> str:
        """The answer as lines of text."""
        lines = [f"parcours · {i18n.long_date(date.fromisoformat(self.given['care_date'] or ''), self.language)}", ""]
        lines += [f"{self.say(item.name)}: {item.text}" for item in self.said()]
        lines += ["", f"{self.say('Left to you in the end')}: {result.left} ({result.of})", self.say(result.pathway)]
        lines += [f"- {payer.label}: {payer.amount}" for payer in result.payers]
        lines += [f"- {step.when}: {step.what} {step.amount}" for step in result.steps]
        lines += ["", self.say("Why")] + [
            f"{number}. {i18n.typography(step.text, self.language)}" for number, step in enumerate(details.steps, 1)
        ]
        lines += ["", self.say("What would have been cheaper")] if details.cheaper else []
        lines += [
            f"- {self.money(-lever.saved)}: {' + '.join(lever.labels)}" for lever in details.cheaper if lever.saved
        ]
        return i18n.typography("\n".join(lines), self.language)


def spread(spans: list[Range]) -> Range:
    """The range that holds several."""
    highs = [span.high for span in spans]
    return Range(
        min(span.low for span in spans), None if None in highs else max(high for high in highs if high is not None)
    )


def ask_in(given: Given, readings: Mapping[str, str], language: str) -> tuple[Any, ...]:
    """The choices of the next question in a language."""
    question = ask(given, language, readings).question
    return question.choices if question else ()


__all__ = ["Quote", "quote_of", "quote_page", "quote_receipt", "quote_text"]
