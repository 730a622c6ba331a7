"""FINESS: establishments, what they are and where. Two kinds of lines in one file, taken many at once."""

from collections import Counter
from collections.abc import Mapping
from math import asin, atan, atan2, cos, cosh, degrees, exp, log, pi, sin, sinh, sqrt, tanh
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from parcours.registry.directory.importing.apply import some
from parcours.registry.directory.importing.gazetteer import Gazetteer
from parcours.registry.directory.importing.rows import Rows, blocks
from parcours.registry.directory.importing.run import Asked
from parcours.registry.directory.models import Offer, Organisation, OrganisationKind, Precision
from parcours.registry.errors import Invalid
from parcours.registry.identity.keys import parse_finess
from parcours.registry.store.bulk import insert_values
from parcours.registry.store.clock import now_utc
from parcours.registry.store.ids import new_id

PLACE = {
    "finess": 1, "name": 3, "number": 7, "street_kind": 8, "street": 9, "commune": 12, "department": 13, "routing": 15,
    "category": 18,
}  # fmt: skip
"""Places in a line `structureet`."""
CATEGORIES = {
    "124": "centre_de_sante", "603": "maison_de_sante", "101": "hopital", "355": "hopital", "365": "hopital",
}  # fmt: skip
SAID = ("name", "commune_code", "address", "postcode", "kind")
Position = tuple[int, int]
MOVED = {"latitude_e5": bindparam("latitude"), "longitude_e5": bindparam("longitude"), "precision": Precision.HOUSE}
MOVES = (
    update(Organisation).where(Organisation.id == bindparam("at")).values(**MOVED),
    update(Offer).where(Offer.organisation_id == bindparam("at")).values(**MOVED),
)


def finess(session: Session, rows: Rows, _asked: Asked, counts: Counter[str]) -> None:
    """What a place is, and where: in Lambert 93 or, overseas, in UTM; elsewhere its commune alone."""
    gazetteer = Gazetteer(session)
    for block in blocks(rows):
        places = [row for row in block if row[0] == "structureet" and len(row) > max(PLACE.values())]
        counts["rows"] += len(places)
        _enter(session, [{name: row[at].strip() for name, at in PLACE.items()} for row in places], gazetteer, counts)
        _locate(session, [row for row in block if row[0] == "geolocalisation" and len(row) > 4], counts)


def _enter(session: Session, lines: list[dict[str, str]], gazetteer: Gazetteer, counts: Counter[str]) -> None:
    """Enter the establishments of a block, change those that differ."""
    said: dict[str, dict[str, Any]] = {}
    for one in lines:
        read = _read(one, gazetteer)
        if isinstance(read, str):
            counts[read] += 1
        else:
            said[read[0]] = read[1]
    known = set()
    for batch in some(said):
        for row in session.scalars(select(Organisation).where(Organisation.finess.in_(batch))):
            known.add(row.finess)
            new = said[row.finess or ""]
            differs = any(getattr(row, name) != new[name] for name in SAID)
            counts["changed" if differs else "same"] += 1
            for name in SAID if differs else ():
                setattr(row, name, new[name])
        session.flush()
        session.expunge_all()
    fresh = {number: one for number, one in said.items() if number not in known}
    counts["new"] += len(fresh)
    now = now_utc()
    rows = [(new_id(), number, *(one[name] for name in SAID), "none", 1, now) for number, one in fresh.items()]
    insert_values(session, Organisation, ("id", "finess", *SAID, "special_setting", "version", "recorded_at"), rows)


def _read(one: Mapping[str, str], gazetteer: Gazetteer) -> tuple[str, dict[str, Any]] | str:
    """Number and what is said of it, or why the line is refused."""
    try:
        number = parse_finess(one["finess"])
    except Invalid:
        return "refused:finess"
    postcode, _, town = one["routing"].partition(" ")
    code = gazetteer.commune(one["department"][:2] + one["commune"][-3:], postcode, town)
    if code is None:
        return "refused:commune"
    address = " ".join(filter(None, (one["number"], one["street_kind"], one["street"])))
    kind = OrganisationKind(CATEGORIES.get(one["category"], "etablissement"))
    return number, {"name": one["name"], "commune_code": code, "address": address or None, "postcode": postcode,
                    "kind": kind}  # fmt: skip


def _locate(session: Session, lines: list[list[str]], counts: Counter[str]) -> None:
    """Place the establishments of a block, and what is offered there."""
    positions: dict[str, Position] = {}
    for row in lines:
        try:
            position = degrees_of(row[4], float(row[2]), float(row[3]))
        except ValueError:
            counts["refused:position"] += 1
            continue
        if position is None:
            counts["ignored:projection"] += 1
        else:
            positions[row[1].strip()] = position
    for batch in some(positions):
        rows = session.execute(select(Organisation.finess, Organisation.id).where(Organisation.finess.in_(batch)))
        moved = [
            {"at": key, "latitude": positions[number][0], "longitude": positions[number][1]}
            for number, key in rows if number is not None
        ]  # fmt: skip
        counts["located"] += len(moved)
        for statement in MOVES if moved else ():
            session.connection().execute(statement, moved)


# --- from metres to degrees ------------------------------------------------------------------------------------------

AXIS, ECCENTRICITY = 6_378_137.0, 0.0818191910428
"""Of the ellipsoid GRS80, metres."""
UTM_ZONES = {"UTM_N20": (-63, 0), "UTM_N21": (-57, 0), "UTM_N22": (-51, 0), "UTM_S38": (45, 10_000_000),
             "UTM_S40": (57, 10_000_000)}  # fmt: skip
"""By name: the meridian in degrees, and what the south adds to a northing."""


def degrees_of(projection: str, x: float, y: float) -> Position | None:
    """Degrees × 100 000 of a point in a projection that is named; None in one that is not known."""
    if "LAMBERT_93" in projection:
        return from_lambert_93(x, y)
    zone = next((one for one in UTM_ZONES if one in projection), None)
    return None if zone is None else from_utm(x, y, *UTM_ZONES[zone])


def from_lambert_93(x: float, y: float) -> Position:
    """Of a point in Lambert 93 (GRS80; parallels 44 and 49, origin 46.5 N 3 E)."""
    power, scale, origin_y = 0.7256077650, 11_754_255.426, 12_655_612.050
    radius, angle = sqrt((x - 700_000) ** 2 + (origin_y - y) ** 2), atan((x - 700_000) / (origin_y - y))
    isometric = -log(radius / scale) / power
    latitude = 2 * atan(exp(isometric)) - pi / 2
    for _ in range(8):
        inner = ECCENTRICITY * sin(latitude)
        latitude = asin(tanh(isometric + ECCENTRICITY * log((1 + inner) / (1 - inner)) / 2))
    return round(degrees(latitude) * 1e5), round((degrees(angle / power) + 3) * 1e5)


def from_utm(x: float, y: float, meridian: int, false_northing: int) -> Position:
    """Of a point in a zone of UTM (Krüger's series to the third order: far below a metre)."""
    flattening = 1 - sqrt(1 - ECCENTRICITY**2)
    n = flattening / (2 - flattening)
    radius = AXIS / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    north, east = (y - false_northing) / (0.9996 * radius), (x - 500_000) / (0.9996 * radius)
    back = (n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96, n**2 / 48 + n**3 / 15, 17 * n**3 / 480)
    xi = north - sum(one * sin(2 * j * north) * cosh(2 * j * east) for j, one in enumerate(back, 1))
    eta = east - sum(one * cos(2 * j * north) * sinh(2 * j * east) for j, one in enumerate(back, 1))
    conformal = asin(sin(xi) / cosh(eta))
    series = (2 * n - 2 * n**2 / 3 - 2 * n**3, 7 * n**2 / 3 - 8 * n**3 / 5, 56 * n**3 / 15)
    latitude = conformal + sum(one * sin(2 * j * conformal) for j, one in enumerate(series, 1))
    return round(degrees(latitude) * 1e5), round((meridian + degrees(atan2(sinh(eta), cos(xi)))) * 1e5)
