"""The smaller files: sectors of the fund, establishments, zones, communes. Each is one transaction."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from math import asin, atan, degrees, exp, log, pi, sin, sqrt, tanh

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from parcours.law.codes import Convention as ConventionCode
from parcours.registry.directory import problems
from parcours.registry.directory.claims import state
from parcours.registry.directory.communes import load_communes
from parcours.registry.directory.importing.files import columns, digest_of, opened, split
from parcours.registry.directory.importing.gazetteer import Gazetteer
from parcours.registry.directory.importing.run import Asked
from parcours.registry.directory.models import (
    Claim,
    ClaimSource,
    Convention,
    DeficitZone,
    Import,
    Offer,
    Organisation,
    OrganisationKind,
    Precision,
    Professional,
    ZoneKind,
)
from parcours.registry.directory.service import set_convention
from parcours.registry.errors import Invalid
from parcours.registry.identity.keys import parse_finess
from parcours.registry.identity.names import fold, letters
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import Database
from parcours.registry.store.periods import holding, replace

Rows = Iterator[list[str]]
SEPARATORS = ";|\t,"


def run_other(database: Database, source: str, asked: Asked) -> Counter[str]:
    """Import a file and say what it did. Raises `Conflict` when too much of it is refused: then nothing has changed."""
    digest = digest_of(asked.path)
    counts: Counter[str] = Counter()
    with opened(asked.path) as stream, database.writing() as session:
        first = stream.readline()
        separator = next((one for one in SEPARATORS if one in first), ";")
        rows = split(_again(first, stream), separator)
        SOURCES[source](session, rows, asked, counts)
        refused = sum(count for what, count in counts.items() if what.startswith("refused:"))
        most = asked.guards["refused"]
        if not asked.accept and refused * 100 > most * counts["rows"]:
            raise problems.guarded(share=refused * 100 // counts["rows"], what=problems.GUARDED["refused"], most=most)
        report = json.dumps(dict(sorted(counts.items())))
        row = Import(source=source, digest=digest, snapshot_on=asked.snapshot_on, accepted=asked.accept, counts=report)
        session.add(row)
    return counts


def _again(first: str, stream: Iterable[str]) -> Iterator[str]:
    yield first
    yield from stream


def _named(
    rows: Rows, wanted: Mapping[str, tuple[str, ...]], asked: Asked, counts: Counter[str]
) -> Iterator[dict[str, str]]:
    """Lines by the names of their columns."""
    at = columns([one.strip('"') for one in next(rows, [])], wanted, asked.given)
    for row in rows:
        counts["rows"] += 1
        if len(row) <= max(at.values()):
            counts["refused:short_line"] += 1
            continue
        yield {name: row[place].strip().strip('"') for name, place in at.items()}


# --- the fund: sectors, OPTAM, carte Vitale --------------------------------------------------------------------------

AMELI = {
    "rpps": ("rpps", ""),
    "family_name": ("nom",),
    "first_name": ("prenom",),
    "postcode": ("code_postal",),
    "commune_name": ("commune",),
    "convention": ("convention",),
    "optam": ("optam",),
    "carte_vitale": ("carte_vitale",),
}
"""The names of the new file are not published here: `--map` says them."""
OLD_AMELI = {
    "family_name": 1, "first_name": 2, "postcode": 7, "commune_name": 8, "convention": 13, "optam": 14,
    "carte_vitale": 15,
}  # fmt: skip
"""Places in the former file, which has no header."""
YES = frozenset({"O", "OUI", "1", "TRUE"})


def ameli(session: Session, rows: Rows, asked: Asked, counts: Counter[str]) -> None:
    """Sectors and the carte Vitale: by RPPS, else by name and commune when one professional alone fits."""
    gazetteer, done = Gazetteer(session), set[str]()
    first = next(rows, [])
    every: Iterator[dict[str, str]]
    if first[:1] in (["H"], ["F"]) and len(first) > max(OLD_AMELI.values()):
        every = ({name: row[at].strip() for name, at in OLD_AMELI.items()} for row in _rows_of(first, rows, counts))
    else:
        every = _named(_rows_again(first, rows), AMELI, asked, counts)
    for one in every:
        sector = sector_of(one["convention"], one["optam"])
        if sector is None:
            counts["refused:convention"] += 1
            continue
        professional = _who(session, one, gazetteer)
        if professional is None:
            counts["ignored:nobody_or_several"] += 1
        elif professional.id not in done:
            done.add(professional.id)
            counts[
                "changed" if _say(session, professional, sector, one["carte_vitale"], asked.snapshot_on) else "same"
            ] += 1


def _rows_again(first: list[str], rows: Rows) -> Rows:
    yield first
    yield from rows


def _rows_of(first: list[str], rows: Rows, counts: Counter[str]) -> Rows:
    for row in _rows_again(first, rows):
        counts["rows"] += 1
        if len(row) > max(OLD_AMELI.values()):
            yield row
        else:
            counts["refused:short_line"] += 1


def sector_of(convention: str, optam: str) -> str | None:
    """The slug of a sector (TRE_R282); None where it is not known."""
    code = convention.strip().lower()
    if code == "c3":
        return "secteur_2_optam" if optam.strip().upper() in YES else "secteur_2"
    return {"c1": "secteur_1", "c2": "secteur_1", "nc": "non_conventionne"}.get(code)


def _who(session: Session, one: Mapping[str, str], gazetteer: Gazetteer) -> Professional | None:
    if one.get("rpps"):
        return session.scalar(select(Professional).where(Professional.rpps == one["rpps"]))
    commune = gazetteer.commune("", one["postcode"], one["commune_name"])
    if commune is None:
        return None
    name = letters(fold(one["family_name"]))
    found = session.scalars(
        select(Professional)
        .where(Professional.search_name == name)
        .where(Professional.id.in_(select(Offer.professional_id).where(Offer.commune_code == commune)))
    ).all()
    fitting = [row for row in found if fold(row.first_name) == fold(one["first_name"])]
    return fitting[0] if len(fitting) == 1 else None


def _say(session: Session, professional: Professional, sector: str, vitale: str, on: date) -> bool:
    """Write what differs; did anything?"""
    mine = Convention.professional_id == professional.id
    present = session.scalar(select(Convention.convention).where(mine, holding(Convention, on)))
    if present != sector:
        if present is None:
            session.add(
                Convention(professional_id=professional.id, convention=sector, starts_on=on, recorded_at=now_utc())
            )
            offers = update(Offer).where(Offer.professional_id == professional.id)
            session.execute(offers.values(sector=int(ConventionCode[sector.upper()])))
        else:
            set_convention(session, professional.id, sector, starts_on=on)
    value = "yes" if vitale.strip().upper() in YES else "no"
    known = session.scalar(
        select(Claim.value)
        .where(Claim.professional_id == professional.id, Claim.attribute == "carte_vitale", Claim.expires_on > on)
        .where(Claim.source == ClaimSource.IMPORT)
        .order_by(Claim.observed_on.desc())
        .limit(1)
    )
    if known != value:
        state(session, professional.id, {"carte_vitale": value}, ClaimSource.IMPORT, on=on)
    return present != sector or known != value


# --- FINESS: establishments and where they are -----------------------------------------------------------------------

PLACE = {
    "finess": 1, "name": 3, "number": 7, "street_kind": 8, "street": 9, "commune": 12, "department": 13, "routing": 15,
    "category": 18,
}  # fmt: skip
"""Places in a line `structureet`."""
CATEGORIES = {
    "124": "centre_de_sante", "603": "maison_de_sante", "101": "hopital", "355": "hopital", "365": "hopital",
}  # fmt: skip


def finess(session: Session, rows: Rows, asked: Asked, counts: Counter[str]) -> None:
    """Two kinds of lines in one file: what a place is, and where (Lambert 93; elsewhere its commune alone)."""
    gazetteer = Gazetteer(session)
    for row in rows:
        if row[0] == "structureet" and len(row) > max(PLACE.values()):
            counts["rows"] += 1
            counts[_establishment(session, {name: row[at].strip() for name, at in PLACE.items()}, gazetteer)] += 1
        elif row[0] == "geolocalisation" and len(row) > 4:
            _locate(session, row, counts)
    session.flush()


def _establishment(session: Session, one: Mapping[str, str], gazetteer: Gazetteer) -> str:
    try:
        number = parse_finess(one["finess"])
    except Invalid:
        return "refused:finess"
    postcode, _, town = one["routing"].partition(" ")
    code = gazetteer.commune(one["department"][:2] + one["commune"][-3:], postcode, town)
    if code is None:
        return "refused:commune"
    row = session.scalar(select(Organisation).where(Organisation.finess == number))
    address = " ".join(filter(None, (one["number"], one["street_kind"], one["street"])))
    said = {"name": one["name"], "commune_code": code, "address": address or None, "postcode": postcode}
    said["kind"] = OrganisationKind(CATEGORIES.get(one["category"], "etablissement"))
    if row is None:
        session.add(Organisation(finess=number, **said))
        session.flush()
        return "new"
    changed = any(getattr(row, name) != value for name, value in said.items())
    for name, value in said.items():
        setattr(row, name, value)
    return "changed" if changed else "same"


def _locate(session: Session, row: list[str], counts: Counter[str]) -> None:
    if "LAMBERT_93" not in row[4]:
        counts["ignored:projection"] += 1
        return
    place = session.scalar(select(Organisation).where(Organisation.finess == row[1].strip()))
    try:
        position_e5 = from_lambert_93(float(row[2]), float(row[3]))
    except ValueError:
        counts["refused:position"] += 1
        return
    if place is not None:
        place.latitude_e5, place.longitude_e5 = position_e5
        place.precision = Precision.HOUSE
        position = {"latitude_e5": place.latitude_e5, "longitude_e5": place.longitude_e5, "precision": place.precision}
        session.execute(update(Offer).where(Offer.organisation_id == place.id).values(**position))
        counts["located"] += 1


def from_lambert_93(x: float, y: float) -> tuple[int, int]:
    """Degrees × 100 000 of a point in Lambert 93 (GRS80; parallels 44 and 49, origin 46.5 N 3 E)."""
    power, scale, origin_y, eccentricity = 0.7256077650, 11_754_255.426, 12_655_612.050, 0.0818191910428
    radius, angle = sqrt((x - 700_000) ** 2 + (origin_y - y) ** 2), atan((x - 700_000) / (origin_y - y))
    isometric = -log(radius / scale) / power
    latitude = 2 * atan(exp(isometric)) - pi / 2
    for _ in range(8):
        inner = eccentricity * sin(latitude)
        latitude = asin(tanh(isometric + eccentricity * log((1 + inner) / (1 - inner)) / 2))
    return round(degrees(latitude) * 1e5), round((degrees(angle / power) + 3) * 1e5)


# --- zones, communes -------------------------------------------------------------------------------------------------

ZONES = {"commune": ("code_commune",), "kind": ("zonage",), "decision": ("decision", "")}


def zones(session: Session, rows: Rows, asked: Asked, counts: Counter[str]) -> None:
    """The whole zoning from a day on: what is no longer in it ends that day; HZ is no zone."""
    gazetteer, on, now = Gazetteer(session), asked.snapshot_on, now_utc()
    wanted: dict[str, tuple[ZoneKind, str | None]] = {}
    for one in _named(rows, ZONES, asked, counts):
        code = gazetteer.commune(one["commune"], "", "")
        kind = one["kind"].strip().lower()
        if code is None or kind not in {"zip", "zac", "hz"}:
            counts["refused:commune" if code is None else "refused:zone"] += 1
        elif kind != "hz":
            wanted[code] = ZoneKind(kind), one.get("decision") or None
    for row in session.scalars(select(DeficitZone).where(holding(DeficitZone, on))).all():
        if wanted.get(row.commune_code) == (row.kind, row.decision):
            del wanted[row.commune_code]
            counts["same"] += 1
        else:
            replace(session, row, now, ends_on=max(on, row.starts_on))
            counts["changed" if row.commune_code in wanted else "gone"] += 1
    counts["new"] += len(wanted) - counts["changed"]
    for code, (kind, decision) in wanted.items():
        zone = DeficitZone(commune_code=code, kind=kind, decision=decision, starts_on=on, recorded_at=now)
        session.add(zone)
    session.flush()


COMMUNES = {
    "code": ("code_insee",), "name": ("nom",), "postcodes": ("codes_postaux",), "department": ("departement",),
    "population": ("population",), "latitude": ("latitude",), "longitude": ("longitude",),
    "mother_code": ("commune_mere", ""),
}  # fmt: skip


def communes(session: Session, rows: Rows, asked: Asked, counts: Counter[str]) -> None:
    """Another list of communes than the shipped one."""
    made = []
    for one in _named(rows, COMMUNES, asked, counts):
        try:
            position = {f"{axis}_e5": _e5(one[axis]) for axis in ("latitude", "longitude")}
        except ValueError:
            counts["refused:position"] += 1
            continue
        postcodes, mother = one["postcodes"].replace("|", " "), one.get("mother_code", "")
        made.append({**one, **position, "postcodes": postcodes, "mother_code": mother})
    loaded = load_communes(session, made)
    counts.update(new=loaded.new, changed=loaded.changed, same=loaded.same)


def _e5(text: str) -> str:
    return str(round(float(text) * 1e5)) if text else ""


SOURCES: dict[str, Callable[[Session, Rows, Asked, Counter[str]], None]] = {
    "ameli": ameli,
    "finess": finess,
    "zones": zones,
    "communes": communes,
}
