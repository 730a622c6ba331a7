"""The form: the question in plain words, the answers offered as addresses, the answers already given."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from string import Formatter
from typing import Any

from parcours.contracts.library import library
from parcours.contracts.said import guarantees, left_out
from parcours.engine.say.questions import COMMON, answer_words, question_words
from parcours.engine.say.sitting import Sitting
from parcours.engine.say.wording import has_labels, label, specialty_labels
from parcours.law.loader import load
from parcours.text import euros, listed, percent, plain_euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.pages import Page, text, today
from parcours.web.quote import guards, last, questions
from parcours.web.quote.asked import Asked
from parcours.web.quote.cards import Card, CardOption
from parcours.web.quote.result import plain_parameter
from parcours.web.quote.state import one_circumstance
from parcours.web.quote.view import Link, Said

DAYS = {
    "medecin_traitant_left_on": questions.LEFT,
    "installed_on": questions.INSTALLED,
    "referrer_installed_on": questions.SENDER_DAY,
}
"""The questions that an answer asks for itself, until a day is given."""
BY_HAND = {**DAYS, "care_date": questions.DAY, "specialty": questions.GYNAECOLOGIST, "act": last.OPINION}
"""The same, with those that another answer leads to: the day, the two gynaecologists, a consultation or an opinion."""
NUMBERS = {
    "hours": "parcours.urgence_delai_heures",
    "sessions": "mon_soutien_psy.seances_annee",
    "years": "medecin_traitant.installation_annees",
    "contraception": "exoneration.contraception_age",
    "contribution": "participation_forfaitaire.age_exemption",
}
"""The numbers of the law that a question may name."""
USUAL_DOCTOR, USUAL_OTHER = 10, 6
"""Questions of an ordinary way through the form."""
NEEDS_MUTUELLE = tuple(option for option in questions.DESK.options if option.facts.get("tiers_payant") == "full")


class Form:
    """The view of a state, on one page."""

    def __init__(self, state: Asked, page: Page) -> None:
        self.state, self.page, self.lang = state, page, page.lang

    def say(self, message: str, **values: Any) -> str:
        """A message in the language of the page."""
        return text(message, self.lang, **values)

    def money(self, cents: int) -> str:
        """An amount in the language of the page."""
        return euros(cents, self.lang)

    @property
    def profession(self) -> str:
        """Who gives the care; a doctor where a specialty is said."""
        return self.state.given.get("profession") or ("medecin" if self.state.given.get("specialty") else "")

    def question(self, asked: str | None) -> Card | None:
        """The question in plain words that settles the fact the engine asks for."""
        by_hand = self.state.by_hand
        if by_hand in BY_HAND and (by_hand == "care_date" or not self.state.given.get(by_hand)):
            return BY_HAND[by_hand]
        guard = guards.GUARDS.get(self.state.given.get("profession") or "")
        if guard and not self.state.told and asked not in (None, "tiers_payant"):
            return guard
        if asked == "base" and not self.state.given.get("fee"):
            return questions.FEE
        if asked in (None, "tiers_payant") and (card := last.question(self.state)):
            return card
        if asked is None:
            return None
        if asked == "special_setting" and "specialty" not in self.state.given:
            return questions.JOURNEY
        if asked in ("role", "referral") and self.state.given.get("medecin_traitant") == "false":
            return questions.SENT_UNDECLARED
        return questions.BY_FACT[asked]

    def asked(self, card: Card) -> str:
        """The words of a question."""
        if card.title:
            return self.words(card.title)
        return i18n.typography(question_words(card.facts[0], self.lang, self.profession)[0], self.lang)

    def help(self, card: Card) -> str:
        """How to know the answer."""
        if card.title:
            return self.words(card.help) if card.help else ""
        return i18n.typography(question_words(card.facts[0], self.lang, self.profession)[1], self.lang)

    def pairs(self, facts: Mapping[str, str | None], known: Collection[str] = ()) -> list[tuple[str, str]]:
        """Facts and readings as the address writes them; `known`: facts that somebody has just said for certain."""
        unsure = ",".join(name for name in self.state.unsure if name in facts and name not in known)
        sure = ",".join(sorted(name for name in self.state.sure if name in facts and name not in known))
        return [
            *((name, "none" if name == "contract" and value is None else value or "") for name, value in facts.items()),
            *self.state.readings.items(),
            *(
                (name, value)
                for name, value in (("unsure", unsure), ("sure", sure), ("told", self.told(facts)))
                if value
            ),
        ]

    def url(self, facts: Mapping[str, str | None], known: Collection[str] = (), **more: str) -> str:
        """The address of some facts."""
        pairs = [pair for pair in self.pairs(facts, known) if pair[0] not in more]
        return self.page.address("/", (*pairs, *more.items()))

    def surely(self, fact: str) -> str:
        """The facts that are certain, this one too."""
        return ",".join(sorted({*self.state.sure, fact} - {""}))

    def told(self, facts: Mapping[str, str | None]) -> str:
        """The first answer about this profession, which belongs to it alone."""
        return self.state.told if "profession" in facts and "told" not in facts else ""

    def links(self, question: Card) -> Iterator[Link]:
        """The answers offered, as addresses."""
        if question is questions.PURPOSE:
            yield from self.purposes()
        if question is questions.DAY:
            yield from self.days()
        if question is questions.FEE:
            yield from self.usual_fees()
        for label_, facts in last.own_options(question, self.state):
            code = self.say("Code {code}.", code=facts["act"]) if "act" in facts else ""
            yield Link(self.say(label_), code, self.url({**self.state.given, **facts}, question.facts))
        for option in self.offered(question):
            yield Link(
                *self.option_words(option),
                self.bill_from(option.code) or self.url(self.state.given | dict(option.facts), question.facts),
            )
        if no := last.DENIED.get(question.id):
            yield Link(self.say(no), "", self.url(self.state.given, sure=self.surely(question.facts[0])))

    def own(self, card: Card) -> tuple[CardOption, ...]:
        """The answers to a question for who has a médecin traitant, or none."""
        undeclared = card is questions.SENT and self.state.given.get("medecin_traitant") == "false"
        return questions.SENT_UNDECLARED.options if undeclared else card.options

    def offered(self, question: Card) -> Iterator[CardOption]:
        """The answers that this person may give."""
        age = self.state.given.get("age") or ""
        for option in question.options:
            if option in NEEDS_MUTUELLE and not self.covered():
                continue
            asks = option.facts.get("ask", "")
            if question is questions.CIRCUMSTANCE and asks and not self.state.sitting.may_count(asks):
                continue
            if not age.isdecimal() or option.suits(int(age), self.state.day, self.profession):
                yield option

    def bill_from(self, code: str) -> str:
        """The bill that begins with a code; empty where the answer has none."""
        if not code:
            return ""
        lines = () if code == "-" else (("code", code), ("fee", ""))
        return self.page.address("/bill", (*self.pairs(self.state.given), *lines))

    def covered(self) -> bool:
        """Does anybody beside the Sécu pay?"""
        given = self.state.given
        return bool(given.get("contract")) or "true" in (given.get("c2s"), given.get("ame"))

    def boxes(self, question: Card) -> list[tuple[str, str]]:
        """The answers that may hold together, as boxes: (what it says, the facts it adds)."""
        if question not in (questions.COVER, questions.CIRCUMSTANCE):
            return []
        return [
            (self.option_words(option)[0], "&".join(f"{name}={value}" for name, value in positive(option.facts)))
            for option in self.offered(question)
            if positive(option.facts) and "ask" not in option.facts
        ]

    def before(self) -> str:
        """The address of the question before: the last answer is taken back, a day that was asked for is left."""
        if self.state.by_hand == "care_date":
            return self.url(self.state.given) if self.state.touched else self.page.url("/")
        if self.state.by_hand in ("specialty", "act"):
            return self.url(self.state.given)
        names = [name for name in self.state.given if name != "care_date"]
        card = questions.BY_FACT.get(names[-1]) if names else None
        if card is None:
            return ""
        dropped = {*card.facts, *card.resets}
        return self.url({name: value for name, value in self.state.given.items() if name not in dropped})

    def progress(self, answered: int) -> str:
        """Which question this is, of about how many."""
        doctor = self.state.given.get("profession", "medecin") == "medecin"
        about = max(USUAL_DOCTOR if doctor else USUAL_OTHER, answered + 1)
        return self.say("Question {number} of about {about}", number=answered + 1, about=about)

    def words(self, message: str) -> str:
        """A message of a question, with the numbers of the law that it names."""
        named = {name for _, name, _, _ in Formatter().parse(message) if name} if "{" in message else set()
        day = self.state.day_number
        numbers = {name: plain_parameter(NUMBERS[name], day, self.lang) for name in named & NUMBERS.keys()}
        rates = drug_rates(self.state.day, self.lang) if named - numbers.keys() else {}
        return self.say(message, **numbers, **rates)

    def option_words(self, option: CardOption) -> tuple[str, str]:
        """(answer, help): its own words, else those that every face has for its first fact."""
        if option.label:
            told = [self.words(option.help)] if option.help else []
            if (contract := option.facts.get("contract") or "") in library():
                told.append(f"{i18n.upper_first(self.contract_words(contract))}.")
            return self.words(option.label), " ".join(told)
        label_, help_ = answer_words(*next(iter(option.facts.items())), self.lang)
        if option in NEEDS_MUTUELLE and self.state.given.get("c2s") == "true":
            help_ = self.say("Full tiers payant: the fund pays both parts, its own and that of the C2S.")
        return i18n.typography(label_, self.lang), i18n.typography(help_, self.lang)

    def days(self) -> Iterator[Link]:
        """Days to choose instead of typing: today, yesterday, the last Sunday."""
        now = today()
        sunday = now - timedelta(days=now.isoweekday() % 7)
        named = {now: N_("Today"), now - timedelta(days=1): N_("Yesterday")}
        named.setdefault(sunday, N_("Last Sunday"))
        for day, words in named.items():
            said = i18n.whole_date(day, self.lang)
            yield Link(self.say(words), said, self.url({**self.state.given, "care_date": day.isoformat()}))

    def day_said(self) -> Said:
        """The day of the visit, which is an answer too."""
        words = i18n.whole_date(self.state.day, self.lang)
        return Said(self.words(questions.DAY.short), words, self.url(self.state.given, ask="care_date"))

    def purposes(self) -> Iterator[Link]:
        """The reasons that open a direct access to this specialty, and none of them."""
        choices = self.state.sitting.purposes(self.lang)
        for choice in sorted(choices, key=lambda item: item.value == "none"):
            yield Link(
                i18n.typography(choice.label, self.lang),
                i18n.typography(choice.help, self.lang),
                self.url({**self.state.given, "purpose": choice.value}),
            )

    def usual_fees(self) -> Iterator[Link]:
        """Prices to choose instead of typing: the tariff, the most that may be charged, the price of one opinion."""
        given, sitting = self.state.given, self.state.sitting
        tariff = sitting.tariff()
        for option in questions.GYNAECOLOGIST.options if "specialty" in self.state.unsure else ():
            own = Sitting(one_circumstance(given | dict(option.facts)), self.state.readings).tariff()
            yield self.fee_link(own, option.label, option.facts)
        if tariff > 0 and "specialty" not in self.state.unsure:
            yield self.fee_link(tariff, N_("official tariff"), {})
        if adults := sitting.tariff_of_adults() if "act" not in given else 0:
            yield self.fee_link(adults, N_("without the young patient’s supplement"), {})
        if given.get("referral") == "avis_ponctuel" and "act" not in given:
            key = sitting.opinion()
            price = sitting.act_tariff(key) if key else 0
            if price > 0:
                yield self.fee_link(price, N_("one-off opinion"), {"act": key})
        if given.get("convention") == "secteur_1" and tariff > 0:
            most = sitting.most_allowed(tariff)
            if most > tariff:
                yield self.fee_link(most, N_("the most allowed outside the pathway"), {})

    def fee_link(self, cents: int, words: str, facts: Mapping[str, str]) -> Link:
        """A price as an answer."""
        fee = plain_euros(cents)
        return Link(self.money(cents), self.say(words), self.url({**self.state.given, **facts, "fee": fee}))

    def specialists(self) -> list[tuple[str, str]]:
        """The specialties that are not among the answers offered."""
        offered = {option.facts.get("specialty") for option in questions.WHO.options}
        names = {
            slug: i18n.label(entry, self.lang) for slug, entry in specialty_labels().items() if slug not in offered
        }
        common = [(slug, names[slug]) for slug in COMMON if slug in names]
        return common + sorted(
            ((slug, name) for slug, name in names.items() if slug not in COMMON), key=lambda item: item[1].casefold()
        )

    def said(self) -> Iterator[Said]:
        """The answers already given, in the order of the form."""
        if not self.state.touched:
            return
        guard = guards.GUARDS.get(self.state.given.get("profession") or "")
        if guard and self.state.told:
            label = next((one.label for one in guard.options if one.facts.get("told") == self.state.told), "")
            yield Said(self.words(guard.short), self.words(label), self.url(self.state.given, told=""))
        for question in questions.ORDER:
            if not any(name in self.state.given for name in question.facts):
                continue
            if question.kind == "date" and not self.state.given.get(question.facts[0]):
                continue
            words = self.words_of(question)
            if words:
                dropped = {*question.facts, *question.resets}
                kept = {name: value for name, value in self.state.given.items() if name not in dropped}
                unsure = question.facts[0] in self.state.unsure and question is not questions.COVER
                shown = self.say("I don’t know ({answer}, for now)", answer=words) if unsure else words
                typed = self.state.given.get(question.facts[0]) if question.kind != "options" and not unsure else None
                yield Said(self.words(question.short), shown, self.url(kept, **({"was": typed} if typed else {})))
        if "exemption" in self.state.sure:
            words, again = self.say(last.NOT_COMPULSORY), self.url(self.state.given, ("exemption",))
            yield Said(self.words(last.PRENATAL.short), words, again)
        if {"referral"} & {*self.state.sure, *self.state.unsure}:
            again, words = self.url(self.state.given, ("referral",)), self.say(last.NOT_PLANNED)
            if "referral" in self.state.unsure:
                words = self.say("I don’t know ({answer}, for now)", answer=words)
            yield Said(self.words(last.PROTOCOL.short), words, again)
        yield from self.act_said()

    def act_said(self) -> Iterator[Said]:
        """The act, where it was told or its price tells it: an opinion and a consultation are asked again."""
        given = self.state.given
        key = given.get("act") or (self.state.sitting.opinion() if "act" in self.state.sitting.values else "")
        if not key:
            return
        kept = {name: value for name, value in given.items() if name != "act"}
        options = {"consultation": last.OPINION.options[0].label, self.state.sitting.opinion(): last.AN_OPINION}
        asked = {"ask": "act"} if key in options else {}
        words = self.say(options[key]) if asked else act_label(key, self.lang)
        if "act" in self.state.unsure:
            words = self.say("I don’t know ({answer}, for now)", answer=words)
        yield Said(self.words(last.OPINION.short), words, self.url(kept, ("act",), **asked))

    def words_of(self, question: Card) -> str:
        """What was answered, in the words of the question or of the law."""
        if question.kind in ("fee", "base"):
            return self.money(self.state.cents(question.facts[0]) or 0)
        if question.kind == "age":
            return self.say("{age} years", age=self.state.given["age"])
        if question.kind == "date":
            return i18n.long_date(date.fromisoformat(self.state.given[question.facts[0]] or ""), self.lang)
        candidates = [*question.options, *(questions.SENT_UNDECLARED.options if question is questions.SENT else ())]
        matching = [option for option in candidates if self.chosen(option)]
        if question is questions.CIRCUMSTANCE and len(matching) > 1:
            return listed((self.option_words(option)[0] for option in matching), self.lang)
        if matching and "+" not in (self.state.given.get("exemption") or ""):
            return self.option_words(max(matching, key=lambda option: len(option.facts)))[0]
        return ", ".join(words for name in question.facts if name not in DAYS and (words := self.fact_words(name)))

    def chosen(self, option: CardOption) -> bool:
        """Are the facts of an answer those given?"""
        return all(
            self.state.given.get(name, "?") == (None if value == "" or (name, value) == ("contract", "none") else value)
            for name, value in option.facts.items()
        )

    def fact_words(self, name: str) -> str:
        """A fact by its label in the law."""
        value = self.state.given.get(name)
        if value is None or value in ("none", "false"):
            return ""
        if name == "contract":
            return self.contract_words(value)
        if name == "exemption" and "+" in value:
            return listed(
                (i18n.typography(label(name, one, self.lang), self.lang) for one in value.split("+")), self.lang
            )
        if name == "specialty":
            return i18n.label(specialty_labels().get(value, value), self.lang)
        if has_labels(name) and value in load().codes[name]:
            return i18n.typography(label(name, value, self.lang), self.lang)
        if value == "true":
            return i18n.typography(load().glossary[name][self.lang]["term"], self.lang)
        return value

    def contract_words(self, value: str) -> str:
        """A contract by what it guarantees."""
        contract = json.loads(value) if value.startswith("{") else library().get(value)
        if contract is None:
            return value
        left = left_out(str(contract.get("label") or "") if value.startswith("{") else "", self.lang)
        words = guarantees(contract, self.lang)
        return i18n.set_once(f"{words}. {left}" if left else words, self.lang)


def act_label(key: str, lang: str) -> str:
    """An act by its code and its name."""
    known = load().acts.get(key)
    return f"{key} {i18n.label(dict(known.label), lang)}" if known else key


def positive(facts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The facts of an answer that say something: not "none", "false", "general"."""
    return [(name, value) for name, value in facts.items() if value not in ("", "none", "false", "general")]


@lru_cache(maxsize=256)
def drug_rates(day: date, lang: str) -> dict[str, str]:
    """The rates of the classes of medicines on a day."""
    number = day.year * 10_000 + day.month * 100 + day.day
    names = ("irremplacable", "majeur", "modere", "faible")
    series = {name: load().parameters[f"taux.medicament_{name}"].default for name in names}
    return {name: percent(max(0, values.on(number)), lang) for name, values in series.items()}
