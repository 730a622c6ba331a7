"""What an address says, read once: the facts, the readings, what is refused, where the form stands, the settled act."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from parcours.contracts.library import library
from parcours.contracts.paste import not_counted, read_contract
from parcours.engine.case import Answer
from parcours.engine.errors import FactError, UnknownName
from parcours.engine.facts.vocabulary import BY_NAME, LEFT_ON
from parcours.engine.say.sitting import Sitting, Standing
from parcours.law.loader import load
from parcours.web.pages import Page, today

Given = dict[str, str | None]
"""Facts as the address gives them; None: answered by nothing."""

IDENTITY = frozenset({"patient_id", "professional_id", "birth_date"})
"""Facts that may identify someone are never read from an address."""
OF_MONEY = frozenset(name for name, fact in BY_NAME.items() if fact.kind == "money")
OF_THE_FORM = frozenset({"ask", "guarantee", "several", "sure", "told", "unsure", "to", "was"})
"""What an address of the quote or of its letters says beside facts and readings."""
TRACKERS = ("utm_", "fbclid", "gclid")
"""How the names begin that other sites add to an address that is shared: they are no facts, and mean nothing here."""
CIRCUMSTANCES = ("urgent", "away", "special_setting", LEFT_ON, "installed_on")
"""The facts of one question: what is special about the visit."""

LAWFUL_IF = {
    "specialty": ("gynecologie_obstetrique", "gynecologie_medicale"),
    "convention": ("secteur_1", "secteur_2"),
}
"""What is taken for a fact that nobody knows, and what it must be where only then the price is lawful."""


@dataclass(frozen=True)
class State:
    """Where somebody is in the form."""

    given: Given
    readings: Mapping[str, str]
    by_hand: str
    """The fact that the address asks for itself."""
    touched: bool
    """Was anything said?"""
    refused: FactError | None
    """The last fact that was refused, and is asked again."""
    written: str
    """What was written for it."""
    sure: frozenset[str]
    """Facts whose unlikely value was confirmed."""
    told: str
    """What was answered to the question that decides first whether anything is refunded: yes, no, or nothing yet."""
    unsure: tuple[str, ...]
    """Facts that somebody does not know: the address holds the most common answer."""
    sitting: Sitting
    standing: Standing
    unknown: UnknownName | None
    """The first name of the address that nothing here understands."""

    @property
    def day(self) -> date:
        """The day of the visit."""
        return date.fromisoformat(str(self.given["care_date"]))

    @property
    def day_number(self) -> int:
        """The same as the law writes it, YYYYMMDD."""
        return int(self.sitting.values["care_date"])

    def cents(self, name: str) -> int | None:
        """A fact of money in cents, where it is said."""
        return self.sitting.values.get(name)

    @property
    def complete(self) -> bool:
        """Can nothing that is still open change what the patient is left with?"""
        where = self.standing
        return self.touched and where.fact in (None, "tiers_payant") and where.range.low == where.range.high

    @cached_property
    def outcome(self) -> Answer | FactError:
        """The settled act, or why it cannot be."""
        if self.unknown:
            return self.unknown
        try:
            return self.sitting.settle()
        except FactError as error:
            return error


def state_of(page: Page) -> State:
    """Read an address; a fact the engine refuses is told and asked again."""
    given, readings, by_hand = read_address(page)
    touched, refused, written = bool(given), None, ""
    query = dict(page.query)
    told = query.get("told", "")
    sure, unsure = (
        frozenset(query.get("sure", "").split(",")),
        tuple(name for name in query.get("unsure", "").split(",") if name in given),
    )
    unknown = unknown_name(page)
    given.setdefault("care_date", today().isoformat())
    for _ in range(len(given) + len(readings) + 1):
        try:
            sitting = Sitting(one_circumstance(given), readings)
            if act := opinion_of(sitting, given):
                sitting = Sitting({**one_circumstance(given), "act": act}, readings)
            for name, (taken, other) in LAWFUL_IF.items():
                if name in unsure and given.get(name) == taken and too_dear(sitting):
                    tried = Sitting(one_circumstance({**given, name: other}), readings)
                    given, sitting = ({**given, name: other}, tried) if not too_dear(tried) else (given, sitting)
            where = sitting.standing()
            return State(
                given, readings, by_hand, touched, refused, written, sure, told, unsure, sitting, where, unknown
            )
        except FactError as error:
            refused, written = error, given.get(error.field.split(".")[-1]) or ""
            given, readings = without(error, given, readings)
    sitting = Sitting(nothing())
    where = sitting.standing()
    return State(nothing(), {}, by_hand, touched, refused, written, sure, told, (), sitting, where, unknown)


def unknown_name(page: Page) -> UnknownName | None:
    """The first name that is neither a fact, a reading, a part of the form, nor what other sites add to a link."""
    names = BY_NAME.keys() | load().readings.keys() | OF_THE_FORM
    wrong = (pair for pair in page.query if pair[0] not in names and not pair[0].startswith(TRACKERS))
    return next((UnknownName(*pair, sorted(names - IDENTITY)) for pair in wrong), None)


def opinion_of(sitting: Sitting, given: Given) -> str:
    """The code of a one-off opinion where its very price is asked for one, at the tariff; else nothing."""
    at_tariff = given.get("convention") == "secteur_1" or given.get("c2s") == "true"
    asked = given.get("referral") == "avis_ponctuel" and at_tariff and "act" not in given
    code = sitting.opinion() if asked else ""
    return code if code and 0 < sitting.act_tariff(code) == sitting.values.get("fee") else ""


def too_dear(sitting: Sitting) -> bool:
    """Is the price above what these facts allow to ask?"""
    fee = int(sitting.values.get("fee", 0))
    return 0 < sitting.most_allowed(fee) < fee


def read_address(page: Page) -> tuple[Given, dict[str, str], str]:
    """(facts, readings, fact asked by hand) of an address."""
    readings = load().readings
    given: Given = {}
    chosen: dict[str, str] = {}
    for name, value in page.query:
        if name in ("contract", "guarantee"):
            if value.strip() or name == "contract":
                given["contract"] = contract_of(value.strip())
        elif name in BY_NAME and name not in IDENTITY:
            said = plain_amount(value) if name in OF_MONEY else value.strip()
            given[name] = said or None
        elif name == "several":
            given |= several(value, given)
        elif name in readings:
            chosen[name] = value
    return given, chosen, dict(page.query).get("ask", "")


def contract_of(line: str) -> str | None:
    """A contract of the list or the guarantees of a pasted line, which keep the line where a part of it counts for
    nothing; nothing for none, and what was pasted where it is not read.
    """
    if line in {"", "none"}:
        return None
    found = None if line in library() or line.startswith("{") else read_contract(line)
    if found is None:
        return line
    return json.dumps({**found, **({"label": line} if not_counted(line) else {})}, separators=(",", ":"))


def plain_amount(value: str) -> str:
    """An amount as people write it ("60 €", "1 000,50", "€25") as the engine reads it."""
    return "".join(sign for sign in value if sign not in " \u00a0\u202f€").removesuffix("euros").removesuffix("EUR")


def several(value: str, given: Given) -> Given:
    """One of several boxes that were ticked: its facts are added to those of the others, grounds of exemption to a
    list.
    """
    added: Given = {}
    for name, said in (pair.partition("=")[::2] for pair in value.split("&")):
        if name not in BY_NAME or name in IDENTITY:
            continue
        before = given.get(name) or "none"
        added[name] = f"{before}+{said}" if name == "exemption" and before != "none" else said
    return added


def without(error: FactError, given: Given, readings: Mapping[str, str]) -> tuple[Given, dict[str, str]]:
    """What is left when the wrong fact or reading is taken away."""
    wrong = error.field.split(".")[-1]
    kept = {name: option for name, option in readings.items() if name != wrong}
    if len(kept) == len(readings):
        given = {name: value for name, value in given.items() if name != wrong} if wrong in given else nothing()
    given.setdefault("care_date", today().isoformat())
    return given, kept


def nothing() -> Given:
    """A form nobody has filled."""
    return {"care_date": today().isoformat()}


def one_circumstance(given: Mapping[str, str | None]) -> Given:
    """Facts to ask about: one circumstance that is said answers the question, the others are not asked one by one."""
    said = any(given.get(name) not in (None, "", "false", "none") for name in CIRCUMSTANCES)
    return {**dict.fromkeys(CIRCUMSTANCES), **given} if said else dict(given)
