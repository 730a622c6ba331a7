"""Find offers: everything that answers the filters, in an order that is public and that nobody can buy.

Known to accept before unknown, then distance in bands, then sector 1, OPTAM, 2, 3, then a draw of the day, then the id.
Who is known to refuse is found by name only. Asked for the nearest, distance itself comes first.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any
from zlib import crc32

from sqlalchemy import BigInteger, ColumnElement, Select, and_, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session

from parcours.registry.directory.geometry import box, distance_km
from parcours.registry.directory.models import Offer, Precision
from parcours.registry.directory.names_index import Named, find_names
from parcours.registry.directory.where import Where

BANDS = (0, 2, 5, 10, 20, 50, 100, 200)
"""Kilometres: inside a band, distance no longer counts."""
RADIUS_KM = 20
MOST = 100
"""Results that can be reached: the directory is to be asked, not copied."""
COUNTED = 500
"""Up to how many unknowns are counted."""
NEAREST = ("yes", "unknown")
CLASSES = ("yes", "unknown", "no")
UNKNOWN_SECTOR = 9
NEAR = (0, 0.25, 0.5, 1, 2, 3, 5, 7, 10, 14, 20, 35, 50, 100, 200)
"""Rings that are read for the nearest."""
SPARSE = 300
"""Offers that are ranked at once; where there are more, ring by ring."""
FIRST = 60
"""Rows of a dense ring that are asked for at first: a page needs few, and the first few need no sorting of all."""
AT_ONCE = 100
"""Rows taken from the database at once, after those."""
DRAWN_MODULO = 2_147_483_647
"""A prime: multiplying by the number of a day and modulo it is another order each day, in which all are equal."""
LAST = 1e-9
"""The last ring holds its outer edge."""

OFFER = Offer.__table__.c
"""The columns themselves: rows are read here, never objects."""
COLUMNS = (
    OFFER.id, OFFER.professional_id, OFFER.latitude_e5, OFFER.longitude_e5, OFFER.precision, OFFER.sector,
    OFFER.accepts_adults, OFFER.accepts_children, OFFER.accepts_until, OFFER.commune_code, OFFER.seed,
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What is searched; every filter asks for a known yes."""

    where: Where | None = None
    words: str = ""
    trades: tuple[int, ...] = ()
    savoir_faire: str = ""
    sectors: frozenset[int] = frozenset()
    accepts: str = ""
    """`adults` or `children`."""
    flags: frozenset[str] = frozenset()
    """`teleconsultation`, `carte_vitale`, `home_visits`."""
    languages: frozenset[str] = frozenset()
    accessible: frozenset[str] = frozenset()
    radius_km: float = RADIUS_KM
    nearest: int = 0
    """This many, however far up to the largest band."""
    unknown_too: bool = False
    """Asked for who accepts, show who never said too."""
    day: date = field(default_factory=date.today)

    @cached_property
    def draw(self) -> int:
        """The number of a day and a place."""
        place = self.where.key if self.where else ""
        return 1 + crc32(f"{self.day}{place}".encode()) % (DRAWN_MODULO - 1)

    @cached_property
    def codes(self) -> frozenset[str]:
        """The communes that were searched."""
        return frozenset(one.code for one in self.where.communes) if self.where else frozenset()


Key = tuple[int | str, ...]
"""The place of an offer in the order; it ends with the id: no two are equal."""
Placed = tuple[Key, float | None, Any]
"""An offer by its key: how far it is, its row."""


@dataclass(frozen=True)
class Found:
    """An offer that is shown."""

    key: Key
    offer_id: str
    professional_id: str
    km: float | None
    about: bool
    same_commune: bool
    accepts: str
    band: int


@dataclass(frozen=True)
class Results:
    """A page of results, and what was set aside."""

    items: list[Found]
    more: bool
    unknown: int
    """Professionals who answer everything else and never said, or long ago, whether they accept."""
    corrected: str = ""
    """The word of a name that was searched in place of one that nobody bears."""


def search(session: Session, query: Query, limit: int, after: tuple[Any, ...] | None = None) -> Results:
    """The first results after a key."""
    plan_each_time(session)
    named = find_names(session, query.words, tuple(inside(query, radius_of(query)))) if query.words else None
    found = of_names(session, query, named) if named else ranked(session, query)
    most = min(MOST, query.nearest or MOST)
    shown: list[Found] = []
    more, seen = False, set()
    for key, km, row in found:
        if row.professional_id in seen:
            continue
        seen.add(row.professional_id)
        if len(seen) > most:
            break
        if after is not None and key <= after:
            continue
        if len(shown) == limit:
            more = True
            break
        shown.append(shown_as(key, km, row, query))
    return Results(shown, more, unknowns(session, query), named.corrected if named and shown else "")


def plan_each_time(session: Session) -> None:
    """On PostgreSQL, in this transaction: a plan made for any word or place is a hundred times slower for most. And the
    first rows of an index are asked for: a bitmap of all that match, or the whole table, would be read for nothing.
    """
    if session.connection().dialect.name == "postgresql":
        settings = {"plan_cache_mode": "force_custom_plan", "enable_bitmapscan": "off", "enable_seqscan": "off"}
        session.execute(select(*(func.set_config(name, value, true()) for name, value in settings.items())))


def ranked(session: Session, query: Query) -> Iterator[Placed]:
    """Everything there is, in order, read ring by ring as far as it is asked for."""
    if query.where is None:
        return
    classes: tuple[tuple[str, ...], ...] = tuple((one,) for one in classes_of(query))
    if query.nearest:
        classes = (classes_of(query),)
        query = replace(query, radius_km=BANDS[-1])
    radius = radius_of(query)
    edges = [*(one for one in (NEAR if query.nearest else BANDS) if one < radius), radius + LAST]
    for some in classes:
        if (there := all_if_few(session, query, edges[-1], some)) is not None:
            yield from there
            continue
        for inner, outer in pairwise(edges):
            found = ring(session, query, (inner, outer), some, in_order=not query.nearest)
            yield from sorted(found) if query.nearest else found


def all_if_few(session: Session, query: Query, radius_km: float, classes: Collection[str]) -> list[Placed] | None:
    """All offers of a circle in order; None: there are too many to be ranked at once."""
    rows = session.execute(within(query, radius_km, classes).limit(SPARSE + 1)).all()
    return sorted(between(rows, query, (0, radius_km))) if len(rows) <= SPARSE else None


def answering(query: Query, classes: Collection[str]) -> ColumnElement[bool]:
    """One of these answers to "do they accept"."""
    return or_(*(accepting(one, query) for one in classes))


def radius_of(query: Query) -> float:
    """How far is searched: at least to the farthest commune that was meant."""
    return max(query.radius_km, query.where.spread_km if query.where else 0)


def classes_of(query: Query) -> tuple[str, ...]:
    """Which answers to "do they accept" are shown."""
    if query.accepts:
        return ("yes", "unknown") if query.unknown_too else ("yes",)
    return NEAREST


def ring(
    session: Session, query: Query, edges: tuple[float, float], classes: Collection[str], *, in_order: bool = False
) -> Iterator[Placed]:
    """The offers from one distance to less than another that answer the filters.

    `in_order`: of one class and one band, in the order of their keys, read as far as they are asked for.
    """
    statement = within(query, edges[1], classes)
    if in_order:
        draw = (OFFER.seed * literal(query.draw, BigInteger)) % literal(DRAWN_MODULO, BigInteger)
        statement = statement.order_by(func.coalesce(OFFER.sector, UNKNOWN_SECTOR), draw, OFFER.id)
    rows: Iterable[Any] = first_then_rest(session, statement) if in_order else session.execute(statement)
    return between(rows, query, edges)


def within(query: Query, radius_km: float, classes: Collection[str]) -> Select[Any]:
    """The rows of a box around a circle that answer the filters."""
    return select(*COLUMNS).where(*inside(query, radius_km), *conditions(query), answering(query, classes))


def between(rows: Iterable[Any], query: Query, edges: tuple[float, float]) -> Iterator[Placed]:
    """The rows from one distance to less than another, each with its key."""
    for row in rows:
        km = km_of(row, query)
        if km is not None and edges[0] <= km < edges[1]:
            yield placed(row, query, km)


def first_then_rest(session: Session, statement: Any) -> Iterator[Any]:
    """The rows of an ordered statement: the first of them at once, the rest as far as they are asked for."""
    first = session.execute(statement.limit(FIRST)).all()
    yield from first
    if len(first) == FIRST:
        with closing(session.execute(statement.offset(FIRST).execution_options(yield_per=AT_ONCE))) as rest:
            yield from rest


def inside(query: Query, radius_km: float) -> Iterator[ColumnElement[bool]]:
    """A box around the place."""
    if query.where is not None:
        square = box(query.where.here, radius_km)
        yield OFFER.latitude_e5.between(square["south"], square["north"])
        yield OFFER.longitude_e5.between(square["west"], square["east"])


def km_of(row: Any, query: Query) -> float | None:
    """How far an offer is; None without a place, or where its position is not known."""
    if query.where is None or row.latitude_e5 is None or row.longitude_e5 is None:
        return None
    return distance_km(query.where.here, (row.latitude_e5, row.longitude_e5))


def placed(row: Any, query: Query, km: float | None, first: int = 0) -> Placed:
    """An offer with its key."""
    rank = CLASSES.index(said(row, query))
    draw = row.seed * query.draw % DRAWN_MODULO
    by_sector = UNKNOWN_SECTOR if row.sector is None else row.sector
    if query.nearest and km is not None:
        return (first, int(km * 1000), rank, by_sector, draw, row.id), km, row
    return (first, rank, band_of(km), by_sector, draw, row.id), km, row


def shown_as(key: Key, km: float | None, row: Any, query: Query) -> Found:
    """An offer as it is shown."""
    about = row.precision is Precision.COMMUNE or bool(query.codes)
    same = row.commune_code in query.codes
    return Found(key, row.id, row.professional_id, km, about, same, said(row, query), band_of(km))


def band_of(km: float | None) -> int:
    """The outer edge of the band of a distance."""
    return next((edge for edge in BANDS[1:] if km is not None and km < edge), BANDS[-1])


def said(row: Any, query: Query) -> str:
    """Known yes, known no, or unknown: never said, or too long ago."""
    value = row.accepts_children if query.accepts == "children" else row.accepts_adults
    if value is None or (row.accepts_until is not None and row.accepts_until <= query.day):
        return "unknown"
    return "yes" if value else "no"


def accepting(answer: str, query: Query) -> ColumnElement[bool]:
    """The same as `said`, for the database."""
    column = OFFER.accepts_children if query.accepts == "children" else OFFER.accepts_adults
    valid = or_(OFFER.accepts_until.is_(None), OFFER.accepts_until > query.day)
    if answer == "unknown":
        return or_(column.is_(None), not_(valid))
    return and_(column.is_(answer == "yes"), valid)


def conditions(query: Query) -> Iterator[ColumnElement[bool]]:
    """What every result answers, whether or not they accept."""
    if query.trades:
        yield OFFER.trade.in_(query.trades)
    yield OFFER.hidden.is_(False)
    yield OFFER.first_seen <= query.day
    yield or_(OFFER.ends_on.is_(None), OFFER.ends_on > query.day)
    if query.savoir_faire:
        yield OFFER.savoir_faire == query.savoir_faire
    if query.sectors:
        yield OFFER.sector.in_(sorted(query.sectors))
    for name in sorted(query.flags):
        yield OFFER[name].is_(True)
    for code in sorted(query.languages):
        yield OFFER.languages.contains(f" {code} ", autoescape=True)
    for facet in sorted(query.accessible):
        yield OFFER.accessible.contains(f" {facet} ", autoescape=True)


def of_names(session: Session, query: Query, named: Named) -> Iterable[Placed]:
    """The offers of who bears the name, the whole word first; refusing or not, that is what was asked."""
    statement = select(*COLUMNS).where(OFFER.professional_id.in_(list(named.ranks)), *conditions(query))
    statement = statement.where(*inside(query, radius_of(query)))
    if query.accepts:
        statement = statement.where(or_(*(accepting(one, query) for one in classes_of(query))))
    found = []
    for row in session.execute(statement):
        km = km_of(row, query)
        if query.where is None or (km is not None and km <= radius_of(query)):
            found.append(placed(row, query, km, named.ranks[row.professional_id]))
    return sorted(found)


def unknowns(session: Session, query: Query) -> int:
    """How many were set aside because nobody knows whether they accept."""
    if not query.accepts or query.unknown_too or query.where is None:
        return 0
    radius = BANDS[-1] if query.nearest else radius_of(query)
    there = select(OFFER.professional_id, OFFER.latitude_e5, OFFER.longitude_e5).where(
        *inside(query, radius), *conditions(query), accepting("unknown", query)
    )
    within: set[str] = set()
    for most in (2 * COUNTED, 8 * COUNTED):
        rows = session.execute(there.limit(most)).all()
        within = {one.professional_id for one in rows if (km_of(one, query) or 0) <= radius}
        if len(rows) < most or len(within) >= COUNTED:
            break
    return min(COUNTED, len(within))
