"""A bill on its page: its lines with who pays them, what may be added, what is asked, and the result."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property, partial
from typing import Any

from parcours.engine.bill.advise import advise_bill
from parcours.engine.bill.beside import paid_beside
from parcours.engine.bill.codetext import read_code
from parcours.engine.bill.explain import BillExplanation, explain_bill
from parcours.engine.bill.questions import BillInterview, ask_bill
from parcours.engine.bill.say import label_of_line
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.errors import FactError, MissingFact, UnknownTariff
from parcours.engine.facts.vocabulary import hundredths
from parcours.law.bill.book import bill_law
from parcours.law.cache import flat_law
from parcours.law.library.installed import looked_up_once
from parcours.law.loader import load
from parcours.text import COLON, DECIMAL, euros, plain_euros
from parcours.web import i18n
from parcours.web.bill import catalogue
from parcours.web.bill.address import FACTS, OF_A_PAPER, Line, State
from parcours.web.bill.by_hand import by_hand
from parcours.web.bill.fields import Wrong, field_of, wrong_of
from parcours.web.bill.makers import MAKERS, STARTS
from parcours.web.bill.questions import BillForm
from parcours.web.bill.result import about_bill, dispute_of_bill, said_of, settled_result, shared_amounts, so_far
from parcours.web.bill.view import BillView, Chip, Field, Group, Question, Row
from parcours.web.i18n import N_
from parcours.web.pages import text, today
from parcours.web.quote import questions
from parcours.web.quote.cards import Card
from parcours.web.quote.letters import letters_of
from parcours.web.quote.todo import Todo
from parcours.web.quote.view import Link, Result

GROUPS = {
    "acts": N_("Often on this paper"),
    "supplements": N_("Supplements"),
    "young": N_("For a young child"),
    "visit": N_("The professional came to you"),
    "saturday": N_("On a Saturday afternoon"),
    "sunday": N_("On a Sunday or a public holiday"),
    "evening": N_("In the evening or early morning"),
    "night": N_("In the night"),
}
ABOUT_THE_PATIENT = (questions.COVER, questions.MUTUELLE, questions.DESK)
"""Asked last: the engine takes them for granted where they are not said."""
SHOWN_LEVERS = 6


class Paper:
    """A bill on its page."""

    def __init__(self, state: State) -> None:
        self.state, self.page, self.lang = state, state.page, state.page.lang
        self.say, self.money = partial(text, lang=self.lang), partial(euros, lang=self.lang)

    @cached_property
    def day(self) -> date | None:
        """The day of the care; None where it is not one."""
        try:
            return date.fromisoformat(self.state.day)
        except ValueError:
            return None

    @cached_property
    def lines(self) -> list[Line]:
        """The lines, each that says no price at its tariff where the law sets it."""
        return [self.priced(line) for line in self.state.lines]

    def priced(self, line: Line) -> Line:
        """A line with its price."""
        fee = None if line.get("fee") else catalogue.tariff(self.state, line)
        return {**line, "fee": plain_euros(fee)} if fee else line

    @cached_property
    def outcome(self) -> BillAnswer | FactError | None:
        """The settled bill, or why it cannot be; None while there is nothing on the paper."""
        bill = self.state.bill(self.lines)
        if self.state.unknown or (not bill["lines"] and "stay" not in bill):
            return None
        try:
            return settle_bill(bill, self.state.readings)
        except FactError as error:
            return error

    @property
    def settled(self) -> BillAnswer | None:
        """The settled bill, where it is."""
        return self.outcome if isinstance(self.outcome, BillAnswer) else None

    @cached_property
    def interview(self) -> BillInterview | None:
        """What the engine asks next; None where nothing is missing, or where something is wrong."""
        if not isinstance(self.outcome, MissingFact):
            return None
        try:
            return ask_bill(self.state.bill(self.lines), self.lang, self.state.readings)
        except FactError:
            return None

    @cached_property
    def wrong(self) -> Wrong | None:
        """What is wrong or missing on the paper."""
        found = wrong_of(self.outcome if isinstance(self.outcome, FactError) else None, self.lang)
        if found and found.line and found.name in FACTS and found.name not in self.state.lines[found.line - 1]:
            return replace(found, line=0)  # a fact of the whole bill, that a line did not say
        return found

    @cached_property
    def form(self) -> BillForm:
        """The questions about the patient and the professional."""
        return BillForm(self.state, self.day or today())

    @looked_up_once()
    def view(self) -> BillView:
        """All that the page shows."""
        explanation = self.explained()
        advice = advise_bill(self.settled, self.lang) if self.settled else None
        result = self.result(explanation)
        answers = tuple(self.form.said())
        rows = (*self.rows(), *self.charges())
        options = (*advice.singles[:4], *advice.pairs[:1], *advice.conditional[:3]) if advice else ()
        disputed = dispute_of_bill(self.settled) if self.settled else None
        if disputed:  # what is not owed is no saving
            options = tuple(lever for lever in options if not 0 < lever.saved <= disputed.excess)
        return BillView(
            title=self.title(result),
            day=self.day,
            checked=load().verified_on,
            makers=tuple(self.makers()),
            specialists=tuple(self.form.specialists()) if not self.has_maker else (),
            head=tuple(self.head()),
            hidden=tuple(self.hidden()),
            rows=rows,
            groups=tuple(self.groups()),
            found=tuple(self.chip(known.code, i18n.label(dict(known.label), self.lang)) for known in self.found()),
            by_hand=by_hand(self.state, self.found(), self.chip, self.lang),
            query=self.state.query,
            error=self.error(),
            question=self.question(),
            answers=answers,
            result=result,
            letters=letters_of(self.page, disputed, list(self.state.pairs())),
            todo=Todo(self.page, about_bill(self.settled, self.state.facts, options)).groups() if self.settled else [],
            explanation=explanation,
            written=len(self.state.lines),
            disputed=tuple(self.disputed(explanation)),
            cheaper=options[:SHOWN_LEVERS],
            advice_note=advice.note if advice else "",
            starts=()
            if self.state.touched
            else tuple((self.say(words), self.page.address("/bill", pairs)) for words, pairs in STARTS),
            all_lines=tuple(self.state.pairs(facts={}, stay={})),
            text=self.as_text(rows, result, explanation) if result and explanation else "",
            text_url=self.page.address("/bill.txt", self.state.pairs()),
            pdf_url=self.page.address("/bill.pdf", self.state.pairs()),
            receipt_url=self.page.address("/bill.json", self.state.pairs()),
        )

    def explained(self) -> BillExplanation | None:
        """Why, line by line; what the card says already is no note."""
        if self.settled is None:
            return None
        whole = explain_bill(self.settled, self.lang)
        on_card = list(paid_beside(self.settled))
        return replace(whole, notes=tuple(note for note in whole.notes if note not in on_card))

    def disputed(self, explanation: BillExplanation | None) -> Iterator[str]:
        """The other readings that would leave another sum to the patient."""
        for other in explanation.other_readings if explanation and self.settled else ():
            if self.settled and other.patient != self.settled.totals["patient"]:
                yield other.text

    @property
    def has_maker(self) -> bool:
        """Is it said who made the paper out?"""
        facts = self.state.facts
        return bool(self.state.lines or self.state.stay) or any(
            facts.get(name) for name in ("specialty", "profession", "kind")
        )

    def makers(self) -> Iterator[Link]:
        """Who may have made the paper out."""
        if self.has_maker:
            return
        for words, help_, facts, lines in MAKERS:
            said = {**self.state.facts, **facts}
            yield Link(self.say(words), self.say(help_) if help_ else "", self.state.url(facts=said, lines=lines))

    def title(self, result: Result | None) -> str:
        """The title of the page."""
        if result is None or not result.exact:
            return self.say(N_("A whole bill, line by line"))
        if result.dispute:
            return self.say("{amount} asked in excess", amount=result.dispute)
        return self.say("{amount} left to you", amount=result.left)

    def head(self) -> Iterator[Field]:
        """The fields of the whole bill."""
        at_bill = self.wrong if self.wrong and not self.wrong.line else None
        values = {**self.state.facts, **self.state.stay, "at": self.state.at}
        stay = self.state.facts.get("kind") == "sejour" or bool(self.state.stay)
        names = ("entry", "exit", "daily_tariff", "heavy_act") if stay else ("care_date", "at")
        for name in (*names, "age"):
            yield field_of(name, values, self.lang, wrong=at_bill)

    def hidden(self) -> Iterator[tuple[str, str]]:
        """The facts of the bill that have no field."""
        shown = {item.name for item in self.head()}
        for name, value in {**self.state.facts, **self.state.stay, **self.state.readings}.items():
            if name not in shown:
                yield name, value

    def rows(self) -> Iterator[Row]:
        """The lines of the paper, each with what it still may say and who pays it."""
        profession = catalogue.profession_of(self.state)
        for place, line in enumerate(self.state.lines):
            wrong = self.wrong if self.wrong and self.wrong.line == place + 1 else None
            try:
                key = read_code(line["code"], profession, flat_law(), bill_law()).key
            except FactError:
                key = ""
            code = catalogue.code_named(key) if key else None
            names = ["fee", *(catalogue.fields_of(code, line, bill_law()) if code else ())]
            names += [name for name in ("base",) if line.get(name)]
            if wrong and wrong.name != "code" and wrong.name not in names:
                names.append(wrong.name)
            shown = shown_price(self.lines[place].get("fee", ""), self.lang)
            fields = tuple(
                field_of(name, line, self.lang, code=code, placeholder=shown if name == "fee" else "", wrong=wrong)
                for name in names
                if name in KNOWN_FIELDS
            )
            others = [item for number, item in enumerate(self.state.lines) if number != place]
            yield Row(
                number=place + 1,
                code=line["code"],
                shown=catalogue.printed(key) if line["code"].upper() == key else line["code"],
                label=i18n.label(dict(code.label), self.lang) if code else "",
                fields=tuple(item for item in fields if item.name not in RARE),
                more=tuple(item for item in fields if item.name in RARE),
                more_said=any(item.value or item.error or item.asked for item in fields if item.name in RARE),
                kept=tuple((name, value) for name, value in line.items() if name not in (*names, "code")),
                remove=self.state.url(lines=others, fragment="paper"),
                error=wrong.error if wrong and wrong.name not in names else "",
                **self.shared(place),
            )

    def charges(self) -> Iterator[Row]:
        """The lines that the stay makes by itself: its share, its daily charges."""
        if self.settled is None:
            return
        for place in range(len(self.state.lines), len(self.settled.lines)):
            line = self.settled.lines[place]
            yield Row(
                number=place + 1,
                code="",
                shown="",
                label=i18n.set_once(label_of_line(self.settled, line, self.lang), self.lang),
                fields=(),
                more=(),
                more_said=False,
                kept=(),
                remove="",
                error="",
                **self.shared(place),
            )

    def shared(self, place: int) -> dict[str, Any]:
        """Who pays a line."""
        if not self.settled:
            return {"fee": "", "amo": "", "amc": "", "payer": "", "patient": "", "excess": "", "segments": ()}
        return shared_amounts(self.settled, place, self.lang)

    def groups(self) -> Iterator[Group]:
        """What the day, the hour, a visit and the age suggest."""
        for name, codes in catalogue.suggested(self.state, self.day):
            yield Group(self.say(GROUPS[name]), tuple(self.chip(code) for code in codes))

    def found(self) -> list[catalogue.Known]:
        """What the search found."""
        query = self.state.query
        return catalogue.find(query, catalogue.profession_of(self.state), self.day) if query else []

    def chip(self, code: str, label: str = "") -> Chip:
        """A line that can be added, with its price where the law sets it."""
        line = {"code": code}
        cents = catalogue.tariff(self.state, line)
        label = label or catalogue.label_of(code, self.lang, catalogue.profession_of(self.state))
        url = self.state.url(lines=[*self.state.lines, line], fragment="paper")
        return Chip(catalogue.printed(code), label, self.money(cents) if cents else "", url)

    def error(self) -> str:
        """What is wrong with no field of the page to stand beside."""
        if self.state.unknown:
            return unread(self.state.unknown, self.lang)
        wrong = self.wrong
        if wrong is None or wrong.line or not wrong.error or wrong.name in {item.name for item in self.head()}:
            problem = self.outcome
            if isinstance(problem, UnknownTariff) and wrong is not None and not wrong.line:
                return i18n.set_once(problem.said(self.lang), self.lang)
            return ""
        return i18n.set_once(self.outcome.said(self.lang), self.lang) if isinstance(self.outcome, FactError) else ""

    def question(self) -> Question | None:
        """The next question: the one that changes an amount, then those about the patient."""
        asked = self.interview.question.fact if self.interview and self.interview.question else None
        if self.interview and self.interview.line:
            return None
        if asked is None and not self.settled:
            return None
        by_hand = self.form.question(None)
        card = by_hand or (self.form.question(asked) if asked in questions.BY_FACT else None)
        if asked and card is None:
            return None
        card = card or self.about_the_patient()
        if card is None:
            return None
        kind = {"options": "options", "date": "date"}.get(card.kind, "number")
        links = tuple(self.form.links(card)) if card.kind == "options" else ()
        return Question(self.form.asked(card), self.form.help(card), kind, card.facts[0], "", links)

    def about_the_patient(self) -> Card | None:
        """The first thing that the engine takes for granted and was not said."""
        facts = self.state.facts
        outside = self.settled is not None and self.settled.totals["majoration"] > 0
        cards: tuple[Card, ...] = (*((questions.CIRCUMSTANCE,) if outside else ()), *ABOUT_THE_PATIENT)
        for card in cards:
            if any(name in facts for name in card.facts) or (
                card is not questions.COVER and facts.get("c2s") == "true"
            ):
                continue
            if card is questions.DESK and self.state.facts.get("kind") in ("sejour", "urgences"):
                continue
            return card
        return None

    def result(self, explanation: BillExplanation | None) -> Result | None:
        """The card of who pays what."""
        if self.settled and explanation:
            exact = self.about_the_patient() is None
            return replace(settled_result(self.settled, explanation, self.lang), exact=exact)
        found = self.interview
        if found is None or found.low is None or found.high is None:
            return None
        total = sum(hundredths(line.get("fee") or "0") or 0 for line in self.lines)
        return so_far(found.low, found.high, total, self.lang)

    def as_text(self, rows: Sequence[Row], result: Result, explanation: BillExplanation) -> str:
        """The answer as lines of text."""
        colon = COLON[self.lang]
        day = i18n.long_date(self.day, self.lang) if self.day else ""
        lines = [f"parcours · {day}", ""]
        lines += [f"{row.number}. {row.name}{colon}{row.fee}" for row in rows]
        lines += ["", self.say("Asked in excess, to claim back") + colon + result.dispute] if result.dispute else []
        lines += ["", f"{self.say('Left to you in the end')}{colon}{result.left} ({result.of})"]
        lines += [f"- {payer.label}{colon}{payer.amount}" for payer in result.payers]
        lines += [result.beside] if result.beside else []
        lines += [f"- {step.when}{colon}{step.what} {step.amount}" for step in result.steps]
        told = [said_of(note, self.lang) for note in explanation.notes]
        lines += ["", self.say("To look at"), *(f"- {words}" for words in told)] if told else []
        lines += ["", self.say("Why")]
        for line in explanation.lines:
            lines += [f"{line.number}. {line.code} · {step.text}" for step in line.steps]
        return i18n.set_once("\n".join(lines), self.lang)


def unread(name: str, lang: str) -> str:
    """That an address says what no bill has, and what may be meant."""
    near = get_close_matches(name, sorted(OF_A_PAPER), n=1)
    if near:
        words = N_("“{name}” in this address is read on no bill. Is it “{near}”?")
        return text(words, lang, name=name, near=near[0])
    return text("“{name}” in this address is read on no bill: take it out.", lang, name=name)


RARE = ("pack", "generic", "generic_price", "exemption")
"""Fields of a line that few papers need."""


def shown_price(amount: str, lang: str) -> str:
    """A price as a field of the language shows it."""
    return amount.replace(".", DECIMAL[lang])


KNOWN_FIELDS = frozenset(
    {
        "fee", "base", "price", "generic_price", "max_price", "quantity", "coefficient", "distance_km", "shared_with",
        "tooth", "association", "rate_class", "pack", "generic", "exemption", "zone", "departement",
    }
)  # fmt: skip
