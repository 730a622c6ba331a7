"""The zones with too few doctors, and another list of communes than the shipped one."""

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.directory.communes import load_communes
from parcours.registry.directory.importing.gazetteer import Gazetteer
from parcours.registry.directory.importing.rows import Rows, named
from parcours.registry.directory.importing.run import Asked
from parcours.registry.directory.models import DeficitZone, ZoneKind
from parcours.registry.store.clock import now_utc
from parcours.registry.store.periods import holding, replace

ZONES = {"commune": ("code_commune",), "kind": ("zonage",), "decision": ("decision", "")}


def zones(session: Session, rows: Rows, asked: Asked, counts: Counter[str]) -> None:
    """The whole zoning from a day on: what is no longer in it ends that day; HZ is no zone."""
    gazetteer, on, now = Gazetteer(session), asked.snapshot_on, now_utc()
    wanted: dict[str, tuple[ZoneKind, str | None]] = {}
    for one in named(rows, ZONES, asked, counts):
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
    for one in named(rows, COMMUNES, asked, counts):
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
