"""A reform to try: dated changes of values of the law, composed in order.

    with reformed({"majoration.taux": "30 %"}):
        settle(facts)

A change holds from its day on (`{"2027-01-01": "30 %"}`), whatever the law had planned after; without a day, since the
law is known. Two changes of one value compose: the later one in order wins from its own day.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from parcours.errors import ParcoursError, Problem
from parcours.law.book import FIELDS, LawBook
from parcours.law.codes import UNKNOWN
from parcours.law.data import Parameter, Series, Value, integer
from parcours.law.in_use import IN_USE, SOURCE, Change, enacted, reformed_digest
from parcours.law.tariffs import SITUATIONS
from parcours.text import Text, euros, percent

ACTS, CONSULTATIONS = "tariffs/acts.", "tariffs/consultations."
TRUE, FALSE = ("true", "yes", "oui", "1"), ("false", "no", "non", "0")
PERCENT, EURO = "percent", "euro"
MOST = {PERCENT: 100_00}
LARGEST = 1_000_000_00
EXAMPLES = 3
ONE_DAY = timedelta(days=1)


class ReformError(ParcoursError, ValueError):
    """A change that cannot be made."""


unknown = Problem(
    ReformError, "reform_unknown", Text("aucune règle ne lit cette valeur", "no rule reads this value"),
    allowed=Text("par exemple {near}", "for example {near}"),
)  # fmt: skip
meant = Problem(
    ReformError, "reform_unknown",
    Text(
        "aucune règle ne lit cette valeur ; vouliez-vous dire {near} ?",
        "no rule reads this value; did you mean {near}?",
    ),
)  # fmt: skip
bad_value = Problem(
    ReformError, "reform_value", Text("valeur refusée", "value refused"), allowed=Text("{expected}", "{expected}")
)
bad_day = Problem(
    ReformError, "reform_day", Text("jour refusé", "day refused"),
    allowed=Text("AAAA-MM-JJ, à partir du {first}", "YYYY-MM-DD, from {first} on"),
)  # fmt: skip
bad_form = Problem(
    ReformError, "reform_form", Text("changement illisible", "change that cannot be read"), field="set",
    allowed=Text("NOM=VALEUR ou NOM=VALEUR@AAAA-MM-JJ", "NAME=VALUE or NAME=VALUE@YYYY-MM-DD"),
)  # fmt: skip

EXPECTED = {
    PERCENT: Text("un pourcentage, avec son signe : 30 %", "a percentage, with its sign: 30 %"),
    EURO: Text("des euros, au centime : 2,50", "euros, to the cent: 2.50"),
    "boolean": Text("oui ou non", "yes or no"),
    "years": Text("un nombre entier d'années : 16", "a whole number of years: 16"),
    "months": Text("un nombre entier de mois : 12", "a whole number of months: 12"),
    "days": Text("un nombre entier de jours : 30", "a whole number of days: 30"),
}
COUNTED = Text("un nombre entier", "a whole number")


def read_changes(book: LawBook, reform: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes of a mapping: a value, or values by their first day. Raises `ReformError`."""
    found = []
    for id_, wanted in reform.items():
        dated = wanted if isinstance(wanted, Mapping) else {"": wanted}
        found += [change_of(book, id_, value, str(day)) for day, value in sorted(dated.items(), key=by_day)]
    return tuple(found)


def by_day(item: tuple[Any, Any]) -> str:
    """Changes of one value, in the order of their days."""
    return str(item[0])


def read_texts(book: LawBook, texts: list[str]) -> tuple[Change, ...]:
    """The changes of `NAME=VALUE` and `NAME=VALUE@DAY` texts. Raises `ReformError`."""
    return tuple(change_of(book, *parts_of(text)) for text in texts)


def parts_of(text: str) -> tuple[str, str, str]:
    """The name, the value and the day of `NAME=VALUE@DAY`; no day where none is said. Raises `ReformError`."""
    match = re.fullmatch(r"([^=\s]+)=([^@]+)(?:@(.+))?", text.strip())
    if match is None:
        raise bad_form(text)
    return match[1], match[2], match[3] or ""


def read_kept(book: LawBook, kept: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """The changes that a receipt kept, where today's law still has those values. Raises `ReformError`."""
    return tuple(
        change_of(book, str(one.get("id")), one.get("value"), str(one.get("first_day") or ""), kept=True)
        for one in kept
    )


def told(book: LawBook, change: Change, lang: str) -> str:
    """A change as a person reads it, its value with its unit."""
    series = series_named(book, change.id)
    unit = series.unit if series else ""
    value = change.value
    if unit == PERCENT:
        value = percent(integer(Decimal(value), unit), lang)
    elif unit.startswith(EURO):
        value = euros(integer(Decimal(value), unit), lang)
    return str(change._replace(value=value))


def change_of(book: LawBook, id_: str, value: Any, day: str, *, kept: bool = False) -> Change:
    """One change, checked; a kept value is as the law data writes it, without its unit. Raises `ReformError`."""
    series = series_named(book, id_)
    if series is None or not series.values:
        known = names(book)
        close = near(id_, known)
        raise meant(id_, field="set", near=close) if close else unknown(id_, field="set", near=known[:EXAMPLES])
    plain = value_text(id_, value, series.unit, kept=kept)
    first = series.values[0].first_day
    if day and not known_day(day, first):
        raise bad_day(day, field=id_, first=first)
    return Change(id_, plain, day)


def known_day(text: str, first: date) -> bool:
    """Is it an ISO day on which the value is known?"""
    try:
        return date.fromisoformat(text) >= first
    except ValueError:
        return False


def value_text(id_: str, value: Any, unit: str, *, kept: bool) -> str:
    """A value as the law data writes it: a rate is said with its sign, for 0.3 might be 30 %. Raises `ReformError`."""
    said = re.sub(r"[\s\u00a0\u202f]", "", str(value)).replace(",", ".").lower()
    sign = "%" if unit == PERCENT else "€" if unit.startswith(EURO) else ""
    text = said.replace(sign, "")
    expected = EXPECTED.get(unit, COUNTED)
    if unit == "boolean":
        if text not in (*TRUE, *FALSE):
            raise bad_value(value, field=id_, expected=expected)
        return str(text in TRUE).lower()
    try:
        counted = integer(Decimal(text), unit)
    except (InvalidOperation, OverflowError, ValueError):
        counted = UNKNOWN
    bare = unit == PERCENT and counted != 0 and "%" not in said and not kept
    if bare or unit == "text" or not 0 <= counted <= MOST.get(unit, LARGEST):
        raise bad_value(value, field=id_, expected=expected)
    return text


def names(book: LawBook) -> list[str]:
    """Every value that a reform may change."""
    visits = [
        f"{CONSULTATIONS}{profile}.{situation}"
        for profile, entry in book.consultations.items()
        for situation in SITUATIONS
        if getattr(entry, situation).values
    ]
    return [*dict.fromkeys(FIELDS.values()), *(ACTS + key for key in book.acts), *visits]


def near(id_: str, known: Sequence[str]) -> list[str]:
    """Names that hold what was given, or look like it."""
    from difflib import get_close_matches

    holding = [name for name in known if id_ in name]
    return (holding or get_close_matches(id_, known, n=EXAMPLES))[:EXAMPLES]


def series_named(book: LawBook, id_: str) -> Series | None:
    """The series behind a parameter that a rule reads, or behind a tariff."""
    if id_.startswith(ACTS):
        act = book.acts.get(id_.removeprefix(ACTS))
        return act.values if act and act.values.values else None
    if id_.startswith(CONSULTATIONS):
        profile, _, situation = id_.removeprefix(CONSULTATIONS).partition(".")
        found = book.consultations.get(profile)
        return getattr(found, situation) if found and situation in SITUATIONS else None
    return book.parameters[id_].default if id_ in FIELDS.values() else None


def apply(book: LawBook, changes: tuple[Change, ...]) -> LawBook:
    """The book under some changes: a new one, with another digest."""
    parameters, acts, consultations = dict(book.parameters), dict(book.acts), dict(book.consultations)
    for change in changes:
        if change.id.startswith(ACTS):
            key = change.id.removeprefix(ACTS)
            acts[key] = replace(acts[key], values=changed(acts[key].values, change))
        elif change.id.startswith(CONSULTATIONS):
            profile, _, situation = change.id.removeprefix(CONSULTATIONS).partition(".")
            series = changed(getattr(consultations[profile], situation), change)
            tariffs: dict[str, Any] = {situation: series}
            consultations[profile] = replace(consultations[profile], **tariffs)
        else:
            parameters[change.id] = changed_parameter(parameters[change.id], change)
    return replace(
        book,
        parameters=parameters,
        acts=acts,
        consultations=consultations,
        digest=reformed_digest(book.digest, changes),
        _records={},
    )


def changed_parameter(parameter: Parameter, change: Change) -> Parameter:
    """A parameter under a change, in every reading."""
    others = {key: changed(series, change) for key, series in parameter.alternatives.items()}
    return replace(parameter, default=changed(parameter.default, change), alternatives=others)


def changed(series: Series, change: Change) -> Series:
    """A series that is what it was until a day, and one value from that day on."""
    first = date.fromisoformat(change.first_day) if change.first_day else series.values[0].first_day
    value = change.value == "true" if series.unit == "boolean" else Decimal(change.value)
    kept = [ended(one, first) for one in series.values if one.first_day < first]
    new = Value(first, value, (SOURCE,), "A", "A", "day", {}, None)
    return Series((*kept, new), series.unit)


def ended(value: Value, day: date) -> Value:
    """A value that cannot last to a day it would meet the new one."""
    return replace(value, until=None) if value.until and value.until >= day - ONE_DAY else value


@contextmanager
def reformed(reform: Mapping[str, Any]) -> Iterator[tuple[Change, ...]]:
    """Answer under a reform, on top of the one in use. Raises `ReformError`."""
    from parcours.law.loader import load

    changes = (*IN_USE.get(), *read_changes(load(), reform))
    with enacted(changes):
        yield changes
