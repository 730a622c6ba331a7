"""A settled row as an explanation reads it, whether it comes from an answer in memory or from a line of an output
file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from parcours.engine.case import Answer
from parcours.engine.errors import FactError
from parcours.engine.facts.decoding import decode
from parcours.engine.facts.encoding import encode
from parcours.engine.facts.vocabulary import (
    BY_NAME,
    RENAMED,
    given,
    hundredths,
    read_boolean,
    read_date,
    read_integer,
    slug,
)
from parcours.engine.results import AMOUNTS, CASE_CODES, note_slugs
from parcours.engine.say.opinions import priced_opinion
from parcours.engine.say.wording import Words
from parcours.law.cache import flat_law
from parcours.law.codes import Pathway, Profession, Status
from parcours.law.record import LawRecord
from parcours.rules.rate import WHOLE
from parcours.rules.types import Settlement
from parcours.text import Text, same

STAGES = tuple(name.removeprefix("case_") for name in CASE_CODES)
"""The stages of a settlement, in the order of the law."""

IMPLIED_GROUNDS = {("purpose", "ivg_medicamenteuse"): "ivg", ("special_setting", "examen_enfant"): "examen_enfant"}
"""Facts that are a ground of exemption without being said as one (`rules/exemptions.py`)."""


@dataclass(frozen=True)
class SettledRow:
    """Facts, amounts in cents and case slugs of one settled act."""

    day: int
    facts: Mapping[str, Any]
    amounts: Mapping[str, int | None]
    rate: int
    pathway: str
    status: str
    cases: Mapping[str, str]
    """Slug of the case of each stage."""
    readings: Mapping[str, str]
    notes: tuple[str, ...] = ()
    """Slugs of what the rules noticed."""

    @classmethod
    def of_answer(cls, answer: Answer) -> "SettledRow":
        """The row of an answer in memory."""
        return cls.of_settlement(answer.settlement, answer.act.care_date, answer.facts, answer.readings)

    @classmethod
    def of_settlement(
        cls, result: Settlement, day: int, facts: Mapping[str, Any], readings: Mapping[str, str]
    ) -> "SettledRow":
        """The row of a settled act, its facts as people write them."""
        amounts = {name: getattr(result, name) for name in AMOUNTS}
        return cls(
            day=day,
            facts=facts,
            amounts={**amounts, "max_fee": None if result.max_fee < 0 else result.max_fee},
            rate=result.rate,
            pathway=slug(Pathway, result.pathway),
            status=Status(result.status).name,
            cases={stage: slug(CASE_CODES[f"case_{stage}"], getattr(result, f"case_{stage}")) for stage in STAGES},
            readings=readings,
            notes=tuple(note_slugs(result.notes)),
        )

    @classmethod
    def of_mapping(cls, row: Mapping[str, Any], readings: Mapping[str, str] | None = None) -> "SettledRow":
        """A line of an output file: columns of the vocabulary, amounts in euros, case slugs. Raises `FactError`."""
        for name in ("care_date", *CASE_CODES):
            if not row.get(name):
                allowed = Text("une colonne d'une ligne calculée", "a column of a settled row")
                raise FactError(name, row.get(name), allowed)
        cases = {stage: case_slug(f"case_{stage}", row[f"case_{stage}"]) for stage in STAGES}
        amounts = {name: None if row.get(name) in (None, "") else hundredths(row[name]) for name in AMOUNTS}
        facts = facts_of(row)
        return cls(
            day=read_date("care_date", row["care_date"]),
            facts=facts,
            amounts=amounts,
            rate=int(row.get("rate") or 0),
            pathway=str(row.get("pathway", "")),
            status=str(row.get("status", "")),
            cases=cases,
            readings=readings or {},
            notes=notes_in(row),
        )

    @cached_property
    def law(self) -> LawRecord:
        """The law on the day of the care."""
        return flat_law().under(self.readings).on(self.day)

    @cached_property
    def specialty_code(self) -> int:
        """National code of the specialty, 0 for anyone who is not a doctor."""
        return flat_law().specialties.get(str(self.facts.get("specialty")), 0)

    @cached_property
    def opinion(self) -> tuple[str, int] | None:
        """Code and tariff, in cents, of the one-off opinion that may explain the price; None where none may."""
        return priced_opinion(self.specialty_code, self.law) if "opinion_uncoded" in self.notes else None

    @property
    def majoree(self) -> bool:
        """Does the status of this row bear the majoration?"""
        return bool(self.status) and bool(self.law.majoree[Status[self.status]])

    @cached_property
    def grounds(self) -> tuple[str, ...]:
        """The grounds of exemption that the facts state, by name or by what the act is."""
        said = str(self.facts.get("exemption", "none")).split("+")
        implied = (ground for (fact, value), ground in IMPLIED_GROUNDS.items() if self.facts.get(fact) == value)
        return tuple(ground for ground in dict.fromkeys((*said, *implied)) if ground != "none")

    @property
    def forbidden(self) -> bool:
        """Is nothing above the tariff allowed, whatever else is on the paper: under the C2S, with Mon soutien psy?"""
        return bool(self.facts.get("c2s")) or self.profession == Profession.PSYCHOLOGUE

    @property
    def to_check(self) -> bool:
        """Does an auxiliary, a midwife or a laboratory of the agreement ask more than the tariff, or a dentist for an
        ordinary consultation?  Their agreements are not in the data (gap `depassements_non_medecins`).
        """
        if self.amounts.get("max_fee") is not None or not self.amounts.get("base"):
            return False
        prosthesis = self.profession == Profession.CHIRURGIEN_DENTISTE and self.cases["base"] == "given"
        bound = Profession.CHIRURGIEN_DENTISTE <= self.profession <= Profession.LABORATOIRE and not prosthesis
        asked = self.facts.get("convention") == "non_conventionne" or self.facts.get("exigence_particuliere")
        return bound and not asked and bool(self.amounts.get("depassement"))

    @property
    def not_owed(self) -> int:
        """What is asked and may not be, for certain, in cents: it is no part of what the patient owes."""
        return (self.amounts.get("unlawful_excess") or 0) if self.forbidden else 0

    def words(self, **more: Any) -> Words:
        """What the templates may say of this row."""
        facts = {**self.facts, "status": self.status, "pathway": self.pathway}
        code, tariff = self.opinion or ("", 0)
        return Words(
            self.day,
            facts,
            amounts={
                **self.amounts,
                "owed": (self.amounts.get("patient") or 0) - self.not_owed,
                "not_owed": self.not_owed,
                "opinion": tariff,
            },
            rates={"rate": self.rate, "rest": WHOLE - self.rate},
            readings=self.readings,
            lists=more.get("lists", {}),
            texts={"opinion": code, **more.get("texts", {})},
        )

    @property
    def profession(self) -> int:
        """The profession as the rules number it."""
        return int(Profession[str(self.facts.get("profession", "medecin")).upper()])


def notes_in(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The notes of a line of an output file: a list, or one text in a CSV."""
    found = row.get("notes") or ()
    return tuple(found.split("+") if isinstance(found, str) else map(str, found))


def facts_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a settled row with all that follows from them; only those written where they are not enough to
    infer.
    """
    columns = {name: RENAMED.get(name, name) for name in BY_NAME}
    said = {name: row[column] for name, column in columns.items() if given(row.get(column))}
    try:
        return decode(encode(said, flat_law()), flat_law())
    except FactError:
        return {name: fact_value(name, value) for name, value in said.items()}


def case_slug(column: str, value: Any) -> str:
    """The slug of a stored case: its slug or its number."""
    enum = CASE_CODES[column]
    text = str(value).strip().lower()
    if text.isdecimal() and int(text) in {int(member) for member in enum}:
        return slug(enum, int(text))
    if text.upper() in enum.__members__:
        return text
    raise FactError(column, value, same(", ".join(member.name.lower() for member in enum)))


def fact_value(name: str, value: Any) -> Any:
    """A fact of a file as a template shows it: a yes/no and a whole number by their kind, the rest as written."""
    kind = BY_NAME[name].kind
    if kind == "boolean":
        return bool(read_boolean(name, value))
    return read_integer(name, value) if kind == "integer" else value
