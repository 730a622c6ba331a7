"""The sheet of a visit as a desk types it: codes in one field, what they are worth, what the patient pays now."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, cast

from parcours.engine.bill.beside import notes_of_bill
from parcours.engine.bill.codetext import read_code
from parcours.engine.bill.note import Note
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.errors import FactError, UnknownTariff
from parcours.engine.say.wording import day as day_text
from parcours.law.bill.book import bill_law
from parcours.law.cache import flat_law
from parcours.law.cases import Note as Noticed
from parcours.law.days import number_of
from parcours.law.loader import load
from parcours.law.workdays import holidays, is_sunday_or_holiday
from parcours.registry.cards import service as cards
from parcours.registry.claims.intake import next_number, read_sheet
from parcours.registry.claims.settling import Settled, settle_claim
from parcours.registry.claims.sheets import claim_of
from parcours.registry.declarations import timeline
from parcours.registry.directory.models import Professional
from parcours.registry.errors import Invalid
from parcours.registry.people.models import RightKind
from parcours.registry.people.service import rights_on
from parcours.registry.visits.facts import VisitFacts, visit_facts
from parcours.text import LANGS, Text, plain_euros
from parcours.web.bill.address import HOURS, State
from parcours.web.bill.catalogue import label_of, near_codes, plain_facts, profession_of, tariff
from parcours.web.desk.room import Desk, wrong
from parcours.web.practice.limits import (
    TAKEN_OFF,
    demanded,
    excess_of,
    inside_only,
    is_overseas,
    named,
    refusals,
    too_much,
)
from parcours.web.practice.ways import BY_RIGHT, RELATED, WAYS, check_way, is_due

TYPED = re.compile(
    r"^(?P<code>[A-Za-z][A-Za-z0-9_+]{0,19})(?:[*x](?P<quantity>\d{1,3}))?(?:=(?P<fee>\d{1,6}(?:[.,]\d{1,2})?))?$"
)
HOW = Text(
    "des codes séparés par des espaces, comme G ou VG MD ou G=35,00 ou IK*6",
    "codes separated by spaces, like G or VG MD or G=35.00 or IK*6",
)
BLOCKED = Text("cette carte est bloquée : aucun lecteur ne la lit", "this card is blocked: no reader reads it")
ABSENT = Text("la carte « absente », la feuille signée suit", "the card “absent”, the signed sheet follows")
NO_TARIFF = Text(
    "cette installation ne connaît pas le tarif de {code} ce jour-là",
    "this installation does not know the tariff of {code} on that day",
)
ASK = Text(
    "une feuille sans ce code ; demandez à la personne qui administre parcours d'ajouter ce tarif",
    "a sheet without this code; ask who administers parcours to add this tariff",
)
NEVER_COVERED = ("majoration", "participation_forfaitaire", "franchise")
"""What a responsible contract leaves to the patient."""
DAYTIME, SUNDAYS = ["day"], "sunday"
"""Hours of the rules: the ordinary ones, and those that a date alone tells."""
NOT_OF_THAT_DAY = Text(
    "{code} : ce supplément est du dimanche ou d'un jour férié, et le {day} n'en est pas un.",
    "{code}: this supplement is for Sundays and holidays, and {day} is neither.",
)
HOUR_NOT_SAID = Text(
    "{code} : ce supplément dépend de l'heure, que la feuille ne dit pas : ne le gardez que si l'heure des soins y"
    " donne droit.",
    "{code}: this supplement depends on the hour, which the sheet does not say: keep it only if the hour of care gives"
    " a right to it.",
)
SHOWN = ("advance", "amo", "amc", "patient", "majoration", "deferred")
"""The amounts of an answer that the page shows."""


@dataclass(frozen=True)
class Typed:
    """A code as it was typed."""

    code: str
    fee: int | None
    quantity: int | None = None

    def line(self, fee: int) -> dict[str, Any]:
        """The line of a sheet."""
        return {"code": self.code, "fee": plain_euros(fee)} | ({"quantity": self.quantity} if self.quantity else {})


def typed(given: str) -> list[Typed]:
    """The codes of one field. Raises Invalid."""
    found = [TYPED.match(word) for word in given.split()]
    if not found or any(one is None for one in found) or len(found) > 20:
        raise wrong("acts", HOW)
    return [
        Typed(one["code"].upper(), cents(one["fee"]) if one["fee"] else None, int(one["quantity"] or 0) or None)
        for one in found
        if one is not None
    ]


def cents(given: str) -> int:
    """Euros as typed, in cents."""
    return int(Decimal(given.replace(",", ".")) * 100)


@dataclass(frozen=True)
class Priced:
    """A line with its price and its name."""

    typed: Typed
    fee: int
    """As it was typed."""
    label: str
    excess: int = 0
    """What of it may not be asked."""

    @property
    def due(self) -> int:
        return self.fee - self.excess


@dataclass(frozen=True)
class Bill:
    """A sheet before it is written, and what it gives each way it may be paid."""

    said: Mapping[str, Any]
    lines: tuple[Priced, ...]
    answers: Mapping[str, Settled]
    """At the prices that may be asked."""
    asked: Settled
    """At the prices that were typed."""
    way: str
    facts: VisitFacts
    by_right: Text | None = None
    """Why the patient, made to pay all of it, need not advance the compulsory part."""
    refused: tuple[Note, ...] = ()
    """Codes that are not for this patient or not this doctor's: nothing is worked out with them."""

    @property
    def chosen(self) -> Settled:
        return self.answers[self.way]

    @property
    def fee(self) -> int:
        return sum(one.due for one in self.lines)

    @property
    def excess(self) -> int:
        """What is asked above the law, and not owed."""
        return sum(one.excess for one in self.lines)

    @property
    def barred(self) -> bool:
        """May it not be written as it was typed?"""
        return bool(self.refused or self.excess)

    @property
    def may_demand(self) -> bool:
        """May a particular demand of the patient (DE) explain what is asked above the law?"""
        return any(demanded(self.asked))

    def at_desk(self, way: str) -> int:
        """What the patient pays now."""
        return self.answers[way].total("advance")

    def most_complementary(self, way: str) -> int:
        """What a contract would pay at most: all but the surcharge, the contribution, the deductibles."""
        answer = self.answers[way]
        return answer.total("patient") - sum(answer.total(name) for name in NEVER_COVERED)

    @cached_property
    def noted(self) -> list[Text]:
        """What the lines show together."""
        said = [one.text for one in self.refused]
        return [note.text for note in notes_of_bill(self.on_bill) if note.text not in said]

    @property
    def on_bill(self) -> BillAnswer:
        """The answer about the lines as typed: each names its code, so that they are always a bill."""
        return cast("BillAnswer", self.asked.answer)

    @property
    def told(self) -> list[Text]:
        """Of it, what is no reason to wait."""
        return [text for text in self.noted if text in about_direct_billing()]

    @property
    def warnings(self) -> list[Text]:
        """Codes that are refused, codes that do not go together, more than is paid; then fees above the law."""
        refused = [named(self.on_bill, one) for one in self.refused]
        together = [text for text in self.noted if text not in about_direct_billing()]
        hours = list(out_of_hours([one.typed.code for one in self.lines], self.facts.care_date))
        return [
            *refused,
            *([TAKEN_OFF] if refused else []),
            *together,
            *hours,
            *inside_only(self.on_bill),
            *too_much(self.asked),
            *([self.by_right] if self.by_right else []),
        ]

    @property
    def seen(self) -> str:
        """What a page showed of it: another sheet, another price or another answer is told by another word."""
        sheet = {name: value for name, value in self.said.items() if name != "number"}
        amounts = {way: [answer.total(name) for name in SHOWN] for way, answer in self.answers.items()}
        whole = json.dumps([sheet, [one.fee for one in self.lines], amounts], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


@cache
def about_direct_billing() -> tuple[Text, ...]:
    """What the rules note of tiers payant: the choice of payment says it too."""
    noticed = bill_law().notes["noticed"]
    return tuple(
        Text(noticed[one.name.lower()]["fr"], noticed[one.name.lower()]["en"])
        for one in (Noticed.THIRD_PARTY_RIGHT, Noticed.NO_THIRD_PARTY_OUTSIDE)
    )


def out_of_hours(codes: Iterable[str], care: date) -> Iterator[Text]:
    """A sentence for each supplement of a Sunday or of an hour, where the day of care does not by itself allow it."""
    free = is_sunday_or_holiday(care) or care in holidays(care.year, alsace_moselle=True)
    for code in dict.fromkeys(codes):
        for entry in bill_law().notes["hours"].values():
            if code not in entry["codes"] or entry["bands"] == DAYTIME or (free and SUNDAYS in entry["bands"]):
                continue
            told = NOT_OF_THAT_DAY if entry["bands"] == [SUNDAYS] else HOUR_NOT_SAID
            yield Text(*(told[lang].format(code=code, day=day_text(number_of(care), lang)) for lang in LANGS))


def state_of(desk: Desk, doctor: Professional, facts: VisitFacts, words: list[Typed]) -> State:
    """What the catalogue of codes needs to price a line."""
    values = facts.values()
    named = {name: str(values[name]) for name in ("specialty", "profession", "convention", "age") if values.get(name)}
    if doctor.specialty:
        named["specialty"] = load().specialties[doctor.specialty].slug
    lines = [{"code": one.code} | ({"quantity": str(one.quantity)} if one.quantity else {}) for one in words]
    named["care_date"] = facts.care_date.isoformat()
    return State(desk.page, named, {}, lines, {}, "", HOURS[0], "")


def price(state: State, one: Typed) -> int:
    """What a line is billed: as typed, else what the law sets. Raises Invalid: its price is free, or not known here."""
    if one.fee is not None:
        return one.fee
    line = {"code": one.code} | ({"quantity": str(one.quantity)} if one.quantity else {})
    known = tariff(state, line)
    if known is None:
        with told_plainly([one]):
            settle_bill({**plain_facts(state), "lines": [{**line, "fee": "0"}]})
        raise wrong(
            "acts", Text(f"le prix de {one.code} : {one.code}=30,00", f"the price of {one.code}: {one.code}=30.00")
        )
    return known


@contextmanager
def told_plainly(words: Sequence[Typed]) -> Iterator[None]:
    """A code whose tariff this installation does not hold, in words for who cannot import it. Raises Invalid."""
    try:
        yield
    except UnknownTariff as error:
        number = re.match(r"lines\[(\d+)\]", error.field)
        code = words[int(number[1]) - 1].code if number else str(error.given)
        raise Invalid("unknown_tariff", NO_TARIFF.format(code=code), field="acts", allowed=ASK) from None


def check_known(state: State, one: Typed) -> None:
    """Raise Invalid for a code that no tariff holds, with those near it that this profession may bill."""
    try:
        read_code(one.code, profession_of(state), flat_law(), bill_law())
    except FactError:
        profession, lang = profession_of(state), state.page.lang
        near = ", ".join(f"{code} ({label_of(code, lang, profession)})" for code in near_codes(state, one.code))
        unknown = Text(f"« {one.code} » n'est pas un code connu", f"“{one.code}” is no known code")
        raise Invalid("unknown_code", unknown, field="acts", allowed=Text(near, near)) from None


def check_card(desk: Desk, insured_id: str, care: date) -> None:
    """Raise Invalid for a sheet that says read a card that was blocked on the day."""
    if desk.field("card", 10) != "unread" and cards.opposed_on(desk.session, insured_id, care):
        raise Invalid("card_blocked", BLOCKED, field="card", allowed=ABSENT)


def bill_of(desk: Desk, insured_id: str, doctor: Professional) -> Bill:
    """The bill that a form says. Raises Invalid, FactError: a code, a price, a fact."""
    words, care = typed(desk.field("acts", 200)), desk.day("care_date", desk.today)
    check_card(desk, insured_id, care)
    held = [one.kind for one in rights_on(desk.session, insured_id, care)]
    way = desk.field("tiers_payant", 10) or ("full" if RightKind.C2S in held else "none")
    if way not in WAYS:
        way = "none"
    check_way(desk, insured_id, held, care, way)
    related = desk.field("related", 10)
    facts = visit_facts(desk.session, insured_id, doctor.id, care, related_to=related if related in RELATED else "none")
    state = state_of(desk, doctor, facts, words)
    profession = profession_of(state)
    for one in words:
        check_known(state, one)
    lines = tuple(Priced(one, price(state, one), label_of(one.code, desk.lang, profession)) for one in words)
    said: dict[str, Any] = {
        "patient": insured_id,
        "professional": doctor.id,
        "care_date": care.isoformat(),
        "number": next_number(desk.session, doctor.id, care),
        "tiers_payant": way,
        "card": "read" if desk.field("card", 10) != "unread" else "unread",
        "kind": "electronic" if desk.field("card", 10) != "unread" else "degraded",
        "lines": [one.typed.line(one.fee) for one in lines],
        "facts": {"urgent": True} if desk.field("urgent", 5) else {},
    }
    if related in RELATED:
        said["facts"] = {**said["facts"], "exemption": related}
    with told_plainly(words):
        said, asked = asked_of(desk, said)
        over = [0] * len(lines) if is_overseas(desk.session, facts) else excess_of(asked)
        lines = tuple(replace(line, excess=excess) for line, excess in zip(lines, over, strict=True))
        lawful = {**said, "lines": [{**line, "fee": plain_euros(one.due)}
                                    for line, one in zip(said["lines"], lines, strict=True)]}  # fmt: skip
        answers = {name: foreseen(desk, {**lawful, "tiers_payant": name}) for name in WAYS}
    form = timeline.paper_form(desk.session, insured_id, doctor.id) is not None
    refused = tuple(refusals(cast("BillAnswer", asked.answer), form_signed=form))
    by_right = next((text for kind, text in BY_RIGHT.items() if way == "none" and is_due(kind, held, related)), None)
    return Bill(said, lines, answers, asked, way, facts, by_right, refused)


def asked_of(desk: Desk, said: dict[str, Any]) -> tuple[dict[str, Any], Settled]:
    """A sheet as it was typed and what it gives, with what the patient demanded (DE) on the lines that it explains."""
    asked = foreseen(desk, said)
    demands = demanded(asked) if desk.field("demand", 5) else ()
    if not any(demands):
        return said, asked
    marked = [
        {**line, "exigence_particuliere": plain_euros(cents)} if cents else line
        for line, cents in zip(said["lines"], demands, strict=True)
    ]
    said = {**said, "lines": marked}
    return said, foreseen(desk, said)


def foreseen(desk: Desk, said: Mapping[str, Any]) -> Settled:
    """What a sheet will give, by the very question that the fund will put to the engine; nothing is written."""
    sheet = read_sheet(desk.session, said)
    return settle_claim(desk.session, claim_of(sheet), day=desk.today, at=desk.unit.incoming.at, stated={})
