"""The communes of France as the product ships them (`data/README.md` says from where), entered in a registry."""

import csv
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from parcours.registry.directory.models import Commune, OldCommune, Postcode
from parcours.registry.identity.names import fold
from parcours.registry.store.bulk import insert_values
from parcours.registry.store.ids import new_id

DATA = Path(__file__).parent / "data"
COLUMNS = ("code", "name", "search_name", "department", "mother_code", "population", "latitude_e5", "longitude_e5")
COMPARED = ("name", "search_name", "department", "population", "latitude_e5", "longitude_e5", "mother_code")


@dataclass(frozen=True)
class Loaded:
    """What became of the communes that the product ships."""

    new: int
    changed: int
    same: int


def load_communes(session: Session, given: list[dict[str, str]] | None = None) -> Loaded:
    """Enter the shipped communes (or `given`), their postcodes and the codes of merged ones; safe to run again.

    A commune that is registered and not shipped stays as it is: people may live there.
    """
    shipped = list(_read("communes.csv.xz")) if given is None else given
    rows = [_commune(row) for row in shipped]
    known = {row["code"]: row for row in session.execute(select(*Commune.__table__.columns)).mappings()}
    new = [row for row in rows if row["code"] not in known]
    changed = [row for row in rows if row["code"] in known and _differs(row, known[row["code"]])]
    if new:
        insert_values(session, Commune, ("id", *COLUMNS), [(new_id(), *map(row.get, COLUMNS)) for row in new])
    for row in changed:
        session.execute(update(Commune).where(Commune.code == row["code"]).values(row))
    _replace_postcodes(session, {row["code"]: set(row["postcodes"].split()) for row in shipped})
    if given is None:
        _replace_old_communes(session)
    return Loaded(len(new), len(changed), len(rows) - len(new) - len(changed))


def _replace_postcodes(session: Session, shipped: dict[str, set[str]]) -> None:
    """The postcodes of the communes of the file; those of any other commune stay."""
    kept: set[tuple[str, str]] = set()
    for row_id, code, postcode in session.execute(select(Postcode.id, Postcode.commune_code, Postcode.postcode)):
        if postcode in shipped.get(code, {postcode}):
            kept.add((code, postcode))
        else:
            session.execute(delete(Postcode).where(Postcode.id == row_id))
    new = [(code, one) for code, codes in shipped.items() for one in sorted(codes) if (code, one) not in kept]
    if new:
        insert_values(
            session, Postcode, ("id", "postcode", "commune_code"), [(new_id(), one, code) for code, one in new]
        )


def _replace_old_communes(session: Session) -> None:
    session.execute(delete(OldCommune))
    rows = [{**row, "id": new_id()} for row in _read("old_communes.csv.xz")]
    session.execute(insert(OldCommune), rows)


def _read(name: str) -> Iterator[dict[str, str]]:
    with lzma.open(DATA / name, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _commune(row: dict[str, str]) -> dict[str, Any]:
    numbers = {name: int(row[name]) if row[name] else None for name in ("population", "latitude_e5", "longitude_e5")}
    return {
        "code": row["code"],
        "name": row["name"],
        "search_name": fold(row["name"]),
        "department": row["department"],
        "mother_code": row["mother_code"] or None,
        **numbers,
    }


def _differs(row: dict[str, Any], known: Any) -> bool:
    return any(row[name] != known[name] for name in COMPARED)
