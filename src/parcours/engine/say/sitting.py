"""One form being filled: its facts are read once; then what to ask, the range of the share, the settled act.

    sitting = Sitting({"profession": "medecin", "specialty": "generaliste"})
    sitting.question("fr"), sitting.range()

A fact matters when, for some values of the others still open, its answer changes what the patient pays or advances.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from parcours.engine.case import Answer, law_on, settle_encoded
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import STAY, check_dates, encode_values, infer, read, said
from parcours.engine.facts.jsonio import plain
from parcours.engine.facts.readings import encode_readings
from parcours.engine.facts.vocabulary import BY_NAME, check_names, given
from parcours.engine.results import euros
from parcours.engine.say.opinions import opinion
from parcours.engine.say.possible import DATED, Known, Range, Space, base_act, dated_matters, tariff_of
from parcours.engine.say.questions import Choice, Question, choices_of, question_of
from parcours.engine.say.wording import Words, sentence
from parcours.law import thresholds
from parcours.law.cache import flat_law
from parcours.law.codes import Convention, Profession, Profile
from parcours.law.in_use import per_reform
from parcours.law.record import LawRecord
from parcours.rules.tariff import profile_of
from parcours.rules.types import Counters

YOUNG = "MP"
"""The supplement of a psychiatrist for a young patient: the tariff of the visit holds it."""
LIKELY_AGES = (10, 22, 40)
"""While the age is not said, the likely range spans these: a child, a young adult, an adult."""


@dataclass(frozen=True)
class Interview:
    """Where a form stands."""

    question: Question | None
    """None when nothing that is left to ask changes the result."""
    range: Range
    text: str
    """The range as a sentence."""

    def to_dict(self) -> dict[str, Any]:
        """The interview as plain data, the range in euros as `Decimal`."""
        high = None if self.range.high is None else euros(self.range.high)
        return {**plain(self), "range": {"low": euros(self.range.low), "high": high}}


@dataclass(frozen=True)
class Standing:
    """Where a form stands, as a page shows it."""

    fact: str | None
    """The fact that matters next; None when nothing left to ask changes the result."""
    range: Range
    """The range of the share; for a few likely ages while the age is not said."""
    sector_1: Range | None
    """The range in sector 1, while the sector is open: there the tariff is known."""


class Sitting:
    """Some facts, read once. A key with the value `None` is answered: no, or unknown.

    Raises `FactError` for a wrong fact, a contradiction or a day without law.
    """

    def __init__(self, facts: Mapping[str, Any], readings: Mapping[str, str] | None = None) -> None:
        check_names(facts)
        self.flat = flat_law()
        self.readings = dict(readings or {})
        self.values = {
            name: read(BY_NAME[name], value, self.flat) for name, value in facts.items() if said(name, value)
        }
        check_dates(self.values)
        plain = {name: value for name, value in self.values.items() if given(facts[name])}
        self.known = known_from(plain, frozenset(facts), self.readings)

    # --- what to ask ----------------------------------------------------------------------------------------------

    @cached_property
    def space(self) -> Space | None:
        """All that can still be; None before the frame is known."""
        return None if frame_question(self.known) else Space.of(self.known)

    def fact(self) -> str | None:
        """The unknown fact that matters next."""
        return self.space.next_fact() if self.space else frame_question(self.known)

    def question(self, lang: str) -> Question | None:
        """The question about it; None when nothing that is left to ask changes the result."""
        name = self.fact()
        if name is None:
            return None
        values = self.known.values
        return question_of(name, values.get("specialty", 0), self.known.law, lang, values.get("profession", 0))

    def range(self) -> Range:
        """The range of the patient's share over all that is not known yet; before the frame: from nothing to all."""
        return self.space.range() if self.space else Range(0, self.known.values.get("fee"))

    def sector_1(self) -> Range | None:
        """The range in sector 1, while the sector is open."""
        return range_of(self.space.sector_1()) if self.space else None

    def interview(self, lang: str) -> Interview:
        """The question and the range, said."""
        found = self.range()
        words = Words(self.known.law.first_day, {}, amounts={"low": found.low, "high": found.high})
        key = "range_from" if found.high is None else "range_exact" if found.low == found.high else "range_between"
        return Interview(self.question(lang), found, sentence(key, words, lang))

    def standing(self) -> Standing:
        """Where the form stands; remembered by what the law tells apart.

        Two days of one era, or two ages between two thresholds, are one question: so most steps of most people are
        answered from memory, exactly.
        """
        values = {name: value for name, value in self.values.items() if name in self.known.values}
        if not any(values.get(name) for name in DATED):
            if "care_date" in values:
                values["care_date"] = self.known.law.first_day
            if "age" in values:
                values["age"] = youngest_alike(values["age"], self.known.law)
        return standing_of(tuple(sorted(values.items())), self.known.said, tuple(sorted(self.readings.items())))

    # --- what it is worth -----------------------------------------------------------------------------------------

    def settle(self, **changed: Any) -> Answer:
        """The settled act, `changed` some of what was said. Raises `MissingFact` while a needed fact is open."""
        encoded = encode_values({**self.values, **changed}, self.flat)
        return settle_encoded(encoded, self.flat, self.readings, Counters())

    def tariff(self) -> int:
        """The opposable tariff of the act as far as it is known, in cents; 0 when the law data has none."""
        return tariff_of(base_act(self.known), self.known)

    def tariff_of_adults(self) -> int:
        """A psychiatrist's price for a young patient without the supplement for one, in cents; 0: there is none."""
        act, law = base_act(self.known), self.known.law
        if profile_of(act, law) != Profile.PSYCHIATRE_MOINS_25 or act.convention == Convention.SECTEUR_2:
            return 0
        return max(0, self.tariff() - self.act_tariff(YOUNG))

    def act_tariff(self, key: str) -> int:
        """The tariff of an act of the nomenclature on the day of the care, in cents."""
        return int(self.known.law.acte_base[self.flat.acts[key]])

    def may_count(self, name: str) -> bool:
        """May the day of a departure, of a settling or of an approval count for this visit?"""
        return dated_matters(name, base_act(self.known), self.known)

    @property
    def specialist(self) -> bool:
        """Is the professional a doctor, and no general practitioner?"""
        known = self.known
        return known.doctor and not known.law.generaliste[known.values.get("specialty", 0)]

    def opinion(self) -> str:
        """The code of a one-off opinion of this specialist; empty for a general practitioner."""
        return opinion(self.known.values.get("specialty", 0), self.known.law)

    def most_allowed(self, fee: int) -> int:
        """The most that may be charged, in cents, would the fee be this one; 0 when it is not known yet."""
        try:
            return self.settle(fee=fee).settlement.max_fee
        except FactError:
            return 0

    def purposes(self, lang: str) -> tuple[Choice, ...]:
        """The reasons that open a direct access to the specialty, and none of them."""
        return choices_of("purpose", self.known.law.acces_direct[self.known.values["specialty"]], lang)


def next_question(
    facts: Mapping[str, Any], lang: str = "fr", readings: Mapping[str, str] | None = None
) -> Question | None:
    """The unknown fact that matters next, or None. A key of `facts` with the value `None` is answered: no, or unknown.

    Raises `FactError` for a wrong fact.
    """
    return Sitting(facts, readings).question(lang)


def patient_range(facts: Mapping[str, Any], readings: Mapping[str, str] | None = None) -> Range:
    """The range of the patient's share over all that is not known yet."""
    return Sitting(facts, readings).range()


def ask(facts: Mapping[str, Any], lang: str = "fr", readings: Mapping[str, str] | None = None) -> Interview:
    """The next question and the range, in one pass."""
    return Sitting(facts, readings).interview(lang)


def known_from(values: dict[str, Any], answered: frozenset[str], readings: Mapping[str, str]) -> Known:
    """What was read, and what follows from it."""
    flat = flat_law()
    infer(values)
    day = values.get("care_date", flat.default.first_days[-1])
    return Known(values, answered, law_on(day, flat, readings), encode_readings(readings))


def frame_question(known: Known) -> str | None:
    """The facts without which nothing can be said: who treats whom, and when."""
    names = ["profession", "care_date"]
    if known.doctor:
        names = ["profession", "specialty", "care_date", "age"]
    if known.values.get("profession") == Profession.PSYCHOLOGUE:
        names.append("age")
    if known.values.get("age") == thresholds.participation_age():
        names.append("age_1er_janvier")
    if known.values.get("profession") == Profession.PHARMACIE:
        names.append("drug_class")
    if known.values.get("act", ("", ""))[1] == STAY:
        names.append("sejour_jours")
    return next((name for name in names if known.open(name)), None)


@per_reform
def standing_of(
    values: tuple[tuple[str, Any], ...], answered: frozenset[str], readings: tuple[tuple[str, str], ...]
) -> Standing:
    """Where a form stands; the same values always give the same answer."""
    known = known_from(dict(values), answered, dict(readings))
    fact = frame_question(known)
    if fact == "age":
        spaces = list(likely_spaces(dict(values), answered, dict(readings)))
        return Standing(fact, spread(space.range() for space in spaces), sector_1_of(spaces))
    if fact:
        return Standing(fact, Range(0, known.values.get("fee")), None)
    space = Space.of(known)
    return Standing(space.next_fact(), space.range(), sector_1_of([space]))


def likely_spaces(values: dict[str, Any], answered: frozenset[str], readings: Mapping[str, str]) -> Iterable[Space]:
    """The possibilities at each likely age; none where the facts contradict it."""
    for age in LIKELY_AGES:
        try:
            yield Space.of(known_from({**values, "age": age}, answered | {"age"}, readings))
        except FactError:
            continue


def sector_1_of(spaces: Iterable[Space]) -> Range | None:
    """The range over what happens in sector 1."""
    return range_of([share for space in spaces for share in space.sector_1()])


def range_of(shares: list[int]) -> Range | None:
    """From the least to the most."""
    return Range(min(shares), max(shares)) if shares else None


def spread(spans: Iterable[Range]) -> Range:
    """The range that holds several."""
    every = list(spans)
    highs = [span.high for span in every if span.high is not None]
    return Range(min(span.low for span in every), max(highs) if len(highs) == len(every) else None)


def youngest_alike(age: int, law: LawRecord) -> int:
    """The youngest age that no rule tells from this one."""
    ages = telling_ages(law.first_day)
    return ages[bisect_right(ages, age) - 1]


@per_reform
def telling_ages(day: int) -> tuple[int, ...]:
    """Ages at which some comparison of a rule may change, on a day of known law."""
    return thresholds.telling_ages(flat_law().default.on(day))
