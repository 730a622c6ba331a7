"""The tariffs of the law data: ordinary consultations by profile, acts by profession.

A series may be `like` another one, whole or from a day on: a number is written once, and a reader sees whose it is.
The folder of an act under `tariffs/acts/` is the profession that performs it, unless the act lists several.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from parcours.law import problems
from parcours.law.codes import ActKind, Profession
from parcours.law.data import EMPTY, Files, Series, both_languages, grounds, integer, series_of
from parcours.law.days import LawDataError

CONSULTATIONS = "tariffs/consultations"
ACTS = "tariffs/acts"
SITUATIONS = ("coordonne", "sans_coordination", "secteur_2", "teleconsultation")

Find = Callable[[str], Any]
"""What `like` names, as it is written."""


@dataclass(frozen=True)
class Consultation:
    """Tariffs of a profile's ordinary consultation, by situation."""

    file: str
    label: Mapping[str, str]
    references: tuple[str, ...]
    verified_on: date
    coordonne: Series
    sans_coordination: Series
    secteur_2: Series
    teleconsultation: Series
    """Where it has a tariff of its own, in sector 1; empty: that of the act."""


@dataclass(frozen=True)
class ActEntry:
    """A letter key of the NGAP or an act of the CCAM."""

    file: str
    label: Mapping[str, str]
    references: tuple[str, ...]
    verified_on: date
    kind: str
    professions: tuple[str, ...]
    coefficient: bool
    teleconsultation: bool
    opinion: bool
    """A one-off opinion of a consultant."""
    ages: tuple[int, int]
    """The patient's age, from and before; 0: no limit."""
    rate: int
    """Its own rate in basis points, 0 for the category's."""
    alias_of: str
    values: Series
    secteur_2: Series
    sage_femme: Series
    """For a midwife, where it differs; empty: the same."""


def consultations(files: Files) -> dict[str, Consultation]:
    """Every profile of `tariffs/consultations/`."""
    entries = {key: (file, entry) for file, key, entry in files.under(CONSULTATIONS)}

    def series(key: str, situation: str) -> Series:
        file, entry = entries[key]

        def find(like: str) -> Any:
            if like in SITUATIONS:
                return entry.get(like)
            return entries[like][1].get(situation) if like in entries else None

        where = f"{key}.{situation}"
        return series_of(file, where, written_out(file, where, entry.get(situation), find), "euro")

    return {
        key: Consultation(
            file=file,
            label=both_languages(file, key, entry.get("label")),
            **grounds(file, key, entry),
            coordonne=series(key, "coordonne"),
            sans_coordination=series(key, "sans_coordination"),
            secteur_2=series(key, "secteur_2"),
            teleconsultation=series(key, "teleconsultation") if "teleconsultation" in entry else EMPTY,
        )
        for key, (file, entry) in entries.items()
    }


def acts(files: Files) -> dict[str, ActEntry]:
    """Every act of `tariffs/acts/`, doctors first, in the order of the professions."""
    entries = {key: (file, entry) for file, key, entry in files.under(ACTS)}
    found = {key: act_entry(file, key, entry, entries) for key, (file, entry) in entries.items()}
    return dict(sorted(found.items(), key=lambda item: Profession[item[1].professions[0].upper()]))


def act_entry(
    file: str, key: str, entry: Mapping[str, Any], entries: Mapping[str, tuple[str, Mapping[str, Any]]]
) -> ActEntry:
    """One letter key or CCAM act."""
    kind = entry.get("kind", "other")
    if kind.upper() not in ActKind.__members__:
        raise LawDataError(
            file,
            key,
            problems.not_one_of.format(field="kind", given=repr(kind), choices=[one.name.lower() for one in ActKind]),
        )
    professions = tuple(entry.get("professions") or (file.split("/")[2],))
    unknown = [name for name in professions if name.upper() not in Profession.__members__]
    if unknown:
        raise LawDataError(file, key, problems.unknown_id.format(what="profession", id=repr(unknown[0]), meant=""))

    def series(column: str) -> Series:
        def find(like: str) -> Any:
            return entries[like][1].get(column) if like in entries else None

        return series_of(file, f"{key}.{column}", written_out(file, key, entry.get(column), find), "euro")

    has_values = "alias_of" not in entry and entry.get("values") != []
    return ActEntry(
        file=file,
        label=both_languages(file, key, entry.get("label")),
        **grounds(file, key, entry),
        kind=kind,
        professions=professions,
        coefficient=bool(entry.get("coefficient", False)),
        teleconsultation=bool(entry.get("teleconsultation", False)),
        opinion=bool(entry.get("opinion", False)),
        ages=(int(entry.get("ages", {}).get("from", 0)), int(entry.get("ages", {}).get("before", 0))),
        rate=integer(entry.get("rate", 0), "percent"),
        alias_of=entry.get("alias_of", ""),
        values=series("values") if has_values else EMPTY,
        secteur_2=series("secteur_2") if entry.get("secteur_2") else EMPTY,
        sage_femme=series("sage_femme") if entry.get("sage_femme") else EMPTY,
    )


def written_out(file: str, key: str, values: Any, find: Find) -> Any:
    """A series without its `like`: those values stand in the place of what names them."""
    if isinstance(values, dict):
        return named(file, key, values, find)
    if not isinstance(values, list):
        return values
    out: list[Any] = []
    for item, after in zip_longest(values, values[1:]):
        if "like" not in item:
            out.append(item)
            continue
        end = after["from"] if after else date.max
        out += [value for value in named(file, key, item, find) if item["from"] <= value["from"] < end]
    return out


def named(file: str, key: str, entry: Mapping[str, Any], find: Find) -> list[Any]:
    """The values that `like` names, which are themselves written out."""
    found = find(str(entry.get("like")))
    if not isinstance(found, list) or any("like" in value for value in found):
        raise LawDataError(file, key, problems.not_a_series.format(given=repr(entry.get("like"))))
    return found
