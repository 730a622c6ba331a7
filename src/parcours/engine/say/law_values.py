"""The values of the law that a step of an explanation rests on: `cases.yaml` names them, case by case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from parcours.engine.say.row import SettledRow
from parcours.engine.say.wording import day_of_value, matches, measured_text, pieces
from parcours.law.codes import UNKNOWN, Profession, Profile
from parcours.law.data import Series, Value
from parcours.law.days import iso, number_of
from parcours.law.in_use import SOURCE, per_reform
from parcours.law.loader import load
from parcours.law.tariffs import ActEntry
from parcours.rules.tariff import by_age

CONFIDENCES = "ABCD"


@dataclass(frozen=True)
class LawValue:
    """A value of the law that a step used."""

    id: str
    label: str
    text: str
    first_day: str | None
    """None, as the confidence, where the value is that of a reform being tried."""
    confidence: str | None
    note: str
    references: tuple[str, ...]
    """The articles that hold it: under a reform, no longer."""

    @property
    def tried(self) -> bool:
        """Is it the value of a reform?"""
        return self.first_day is None


class Tariff(NamedTuple):
    """A tariff of the tables: its place in the law data, its label, its values over time."""

    id: str
    label: Mapping[str, str]
    series: Series
    references: tuple[str, ...]


def law_values(stage: str, row: SettledRow, context: Mapping[str, Any], lang: str) -> Iterator[LawValue]:
    """Those that the sentence of a case prints, those the case needs for these facts, and the tariff of a base."""
    entry = load().cases[f"case_{stage}"][row.cases[stage]]
    for id_ in dict.fromkeys([*printed(precise(entry, context)["fr"]), *needed(entry, context)]):
        yield from parameter_value(id_, row, lang)
    tariff = tariff_of(row) if stage == "base" else None
    if tariff is not None:
        value = tariff.series.value_on(row.day)
        if value is not None:
            yield law_value(tariff.id, tariff.label[lang], value, "euro", tariff.references, lang)


def precise(entry: Mapping[str, Any], context: Mapping[str, Any]) -> Mapping[str, Any]:
    """The sentences of a case: those of the first condition of its own that holds, else those of every act."""
    return next((one for one in entry.get("precise", ()) if matches(one["when"], context)), entry)


@cache
def printed(template: str) -> tuple[str, ...]:
    """The parameters a sentence prints."""
    return tuple(
        id_ for _, kind, argument in pieces(template) if kind in ("parameter", "share") for id_ in argument.split("*")
    )


def needed(entry: Mapping[str, Any], context: Mapping[str, Any]) -> list[str]:
    """The parameters on which a case rests without printing them, for the facts of a row."""
    needs = entry.get("needs", ())
    return [id_ for id_ in needs if not isinstance(needs, Mapping) or matches(needs[id_], context)]


def in_force(id_: str, day: int, readings: Mapping[str, str]) -> bool:
    """Is a parameter known on a day, and not a provision that did not exist yet?"""
    value = load().parameters[id_].series(readings).value_on(day)
    return value is not None and value.value is not False


def parameter_value(id_: str, row: SettledRow, lang: str) -> Iterator[LawValue]:
    """The value of a parameter on the day of the row, where there is one."""
    entry = load().parameters[id_]
    value = entry.series(row.readings).value_on(day_of_value(id_, row.day, row.facts))
    if value is not None:
        yield known_value(id_, number_of(value.first_day), tuple(row.readings.items()), lang)


@per_reform
def known_value(id_: str, first_day: int, readings: tuple[tuple[str, str], ...], lang: str) -> LawValue:
    """The value of a parameter that begins on a day, said."""
    entry = load().parameters[id_]
    value = next(one for one in entry.series(dict(readings)).values if number_of(one.first_day) == first_day)
    return law_value(id_, entry.label[lang], value, entry.unit, entry.references, lang)


def law_value(id_: str, label: str, value: Value, unit: str, references: tuple[str, ...], lang: str) -> LawValue:
    """A dated value, said."""
    enacted = value.sources != (SOURCE,)
    return LawValue(
        id=id_,
        label=label,
        text=measured_text(value, unit, lang),
        first_day=iso(number_of(value.first_day)) if enacted else None,
        confidence=max(value.confidence, value.date_confidence, key=CONFIDENCES.index) if enacted else None,
        note=value.note.get(lang, ""),
        references=references,
    )


def tariff_of(row: SettledRow) -> Tariff | None:
    """The tariff behind the base of a row, where its case says that it is one of the tables."""
    book = load()
    column = book.cases["case_base"][row.cases["base"]].get("tariff")
    if column is None:
        return None
    key = str(row.facts.get("act", "consultation"))
    entry = book.acts.get(key)
    if entry is not None and entry.alias_of != "consultation":
        own = own_series(row, key, entry)
        if own is not None:
            return own
        series = entry.secteur_2 if column == "secteur_2" else entry.values
        return Tariff(f"tariffs/acts.{key}", entry.label, series, entry.references)
    profile = profile_slug(row)
    consultation = book.consultations[profile]
    if column == "opposable":
        column = "coordonne" if row.amounts["base"] == consultation.coordonne.on(row.day) else "sans_coordination"
    series = getattr(consultation, column)
    return Tariff(f"tariffs/consultations.{profile}.{column}", consultation.label, series, consultation.references)


def own_series(row: SettledRow, key: str, entry: ActEntry) -> Tariff | None:
    """The tariff of an act where it is proper to the profession or to the specialty."""
    if row.profession == Profession.SAGE_FEMME and row.amounts["base"] == entry.sage_femme.on(row.day):
        return Tariff(f"tariffs/acts.{key}.sage_femme", entry.label, entry.sage_femme, entry.references)
    if not entry.teleconsultation:
        return None
    profile = profile_slug(row)
    consultation = load().consultations[profile]
    own = consultation.teleconsultation
    if own.on(row.day) == UNKNOWN:
        return None
    id_ = f"tariffs/consultations.{profile}.teleconsultation"
    return Tariff(id_, entry.label, own, (*entry.references, *consultation.references))


def profile_slug(row: SettledRow) -> str:
    """Row of the consultation tariffs for this specialty and age."""
    if row.profession == Profession.MEDECIN:
        return Profile(by_age(row.law.profil[row.specialty_code], int(row.facts.get("age", 40)), row.law)).name.lower()
    return Profession(row.profession).name.lower()
