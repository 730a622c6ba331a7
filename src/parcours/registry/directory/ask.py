"""What a search is asked, as names and texts. An unknown name is refused, never dropped."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from parcours.law.codes import Convention
from parcours.registry.directory import problems
from parcours.registry.directory.claims import FACETS
from parcours.registry.directory.models import Professional
from parcours.registry.directory.search import BANDS, MOST, RADIUS_KM, Found, Query, Results, search
from parcours.registry.directory.trades import by_slug, trades_of
from parcours.registry.directory.where import Where, holds, point, where
from parcours.registry.store.clock import paris_today

SECTORS = {
    "secteur_1": Convention.SECTEUR_1,
    "secteur_2_optam": Convention.SECTEUR_2_OPTAM,
    "secteur_2": Convention.SECTEUR_2,
    "non_conventionne": Convention.NON_CONVENTIONNE,
}
FLAGS = ("teleconsultation", "carte_vitale", "home_visits")
GROUPS = ("adults", "children")
PAGE = 20
LONGEST = 200
"""Characters of a value."""
KEY = [int, int, int, int, int, str]
"""The types of a key."""
WHOLE = ("q", "place", "at")
"""Filters whose commas are their own."""
ON = ("true", "1", "yes", "on")
OFF = ("", "false", "0", "no", "off")
FILTERS = (
    "place", "at", "q", "specialty", "savoir_faire", "sector", "accepts", *FLAGS, "language", "accessible", "radius",
    "nearest", "unknown", "limit", "cursor",
)  # fmt: skip
"""Every name that a search knows."""


@dataclass(frozen=True)
class Asked:
    """A search, read; `cursor` continues it on the day it began."""

    query: Query
    limit: int
    after: tuple[Any, ...] | None = None

    def cursor(self, last: Found) -> str:
        """Where the next page starts: the key of the last result, whatever an import changes meanwhile."""
        text = json.dumps([self.query.day.isoformat(), *last.key], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(session: Session, given: Mapping[str, str | Sequence[str]]) -> Asked:
    """Read the filters. Raises `RegistryError`: a name that does not exist, a value that is not accepted."""
    for name in given:
        if name not in FILTERS:
            raise problems.unknown_filter(field=name[:40], choices=", ".join(FILTERS))
        if any(len(one) > LONGEST or "\x00" in one for one in _several(given[name])):
            raise problems.bad_filter("…", field=name, expected=f"1 … {LONGEST}")
    texts = {name: _listed(value) for name, value in given.items() if name not in WHOLE}
    one = {name: values[0] for name, values in texts.items() if values}
    one |= {name: _several(given[name])[0].strip() for name in WHOLE if given.get(name)}
    day, after = _cursor(one.get("cursor", ""))
    query = Query(
        where=_where(session, one),
        words=one.get("q", "")[:200],
        trades=_trades(one.get("specialty", "")),
        savoir_faire=one.get("savoir_faire", "").upper(),
        sectors=frozenset(int(SECTORS[name]) for name in _among("sector", texts, SECTORS)),
        accepts=next(iter(_among("accepts", texts, GROUPS)), ""),
        flags=frozenset(name for name in FLAGS if _switch(name, one)),
        languages=frozenset(_languages(texts.get("language", []))),
        accessible=frozenset(_among("accessible", texts, FACETS)),
        radius_km=_number("radius", one, RADIUS_KM, BANDS[-1]),
        nearest=_number("nearest", one, 0, MOST),
        unknown_too=_switch("unknown", one),
        day=day,
    )
    if query.where is None and not query.words:
        raise problems.nothing_to_search()
    return Asked(query, _number("limit", one, PAGE, MOST), after)


def answer(session: Session, asked: Asked) -> Results:
    """The results of a search that was read. Raises `Misconfigured` where no professional is loaded at all."""
    results = search(session, asked.query, asked.limit, asked.after)
    if not results.items and not holds(session, Professional.id):
        raise problems.no_directory()
    return results


def _several(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _listed(value: str | Sequence[str]) -> list[str]:
    return [text.strip() for one in _several(value) for text in one.split(",") if text.strip()]


def _where(session: Session, one: Mapping[str, str]) -> Where | None:
    if one.get("at"):
        return _point(one["at"])
    return where(session, one["place"][:100]) if one.get("place") else None


def _point(text: str) -> Where:
    latitude, _, longitude = text.replace(";", ",").partition(",")
    try:
        return point(float(latitude), float(longitude))
    except (ValueError, OverflowError):
        raise problems.bad_filter("…", field="at", expected="48.86,2.35") from None


def _trades(text: str) -> tuple[int, ...]:
    if not text:
        return ()
    found = trades_of(text[:100])
    if not found:
        raise problems.unknown_specialty(text, choices=", ".join(by_slug()))
    return found


def _among(name: str, texts: Mapping[str, list[str]], allowed: Sequence[str] | Mapping[str, object]) -> list[str]:
    for value in texts.get(name, ()):
        if value not in allowed:
            raise problems.bad_filter(value, field=name, expected=", ".join(allowed))
    return texts.get(name, [])


def _languages(values: list[str]) -> list[str]:
    for value in values:
        if not (len(value) == 2 and value.isascii() and value.isalpha()):
            raise problems.bad_filter(value, field="language", expected="ISO 639: en, pt …")
    return [value.lower() for value in values]


def _switch(name: str, one: Mapping[str, str]) -> bool:
    value = one.get(name, "").lower()
    if value not in ON + OFF:
        raise problems.bad_filter(value, field=name, expected="true, false")
    return value in ON


def _number(name: str, one: Mapping[str, str], default: int, most: int) -> int:
    text = one.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise problems.bad_filter(text, field=name, expected=f"1 … {most}")
    return int(text)


def _cursor(text: str) -> tuple[date, tuple[Any, ...] | None]:
    if not text:
        return paris_today(), None
    try:
        day, *key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if [type(one) for one in key] != KEY:
            raise ValueError(text)  # noqa: TRY301 - refused below, with what is not JSON
        return date.fromisoformat(day), tuple(key)
    except (ValueError, TypeError, binascii.Error):
        raise problems.bad_filter("…", field="cursor", expected="next") from None
