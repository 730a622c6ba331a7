"""Communes, deficit zones and funds: where people live and care is given."""

import re
from datetime import date, datetime

from sqlalchemy import bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from parcours.registry.directory import problems
from parcours.registry.directory.models import Commune, DeficitZone, Fund, OldCommune, Postcode, ZoneKind
from parcours.registry.identity.names import fold
from parcours.registry.store.periods import KNOWN_AT, ON, asked, holding

_CODE = re.compile(r"\d{5}|2[AB]\d{3}")
LAST = "\uffff"
SHORT = {"ST": "SAINT", "STE": "SAINTE"}
"""Words of a name that the post writes short."""


_COMMUNE = select(Commune).where(Commune.code == bindparam("code"))
_FUND = select(Fund).where(Fund.code == bindparam("code"))


def require_commune(session: Session, code: str) -> Commune:
    """A commune by INSEE code, or an error that says what is expected."""
    commune = session.scalar(_COMMUNE, {"code": code})
    if commune is None:
        raise problems.unknown_commune(code)
    return commune


def position_of(commune: Commune) -> tuple[int, int]:
    """The centre of a commune, in degrees × 100 000. Raises `Refused` where it is not known."""
    if commune.latitude_e5 is None or commune.longitude_e5 is None:
        raise problems.commune_without_position(given=commune.code)
    return commune.latitude_e5, commune.longitude_e5


# --- what somebody typed ---------------------------------------------------------------------------------------------


def communes_of(session: Session, asked_for: str, limit: int = 100) -> list[Commune]:
    """The communes that a postcode, an INSEE code or a name may mean, the most populous first; none is chosen.

    A postcode gives every commune it serves, a name after it narrows ("51300 Vitry"); the code or name of a
    merged commune gives the one of today; in Paris, Lyon and Marseille the arrondissements count, not the whole.
    """
    words = [SHORT.get(word, word) for word in fold(asked_for).split() if word != "CEDEX"]
    code, rest = (words[0], words[1:]) if words and _CODE.fullmatch(words[0]) else ("", words)
    found = _of_code(session, code) if code else _named(session, rest)
    if code and rest:
        found = [one for one in found if one.search_name.startswith(" ".join(rest))]
    parts = session.scalars(select(Commune).where(Commune.mother_code.in_([one.code for one in found]))).all()
    wholes = {one.mother_code for one in (*parts, *found)}
    if not code:
        found = list({one.code: one for one in (*found, *parts)}.values())
    found = [one for one in found if one.code not in wholes]
    return sorted(found, key=lambda one: (-(one.population or 0), one.code))[:limit]


def postcodes_of(session: Session, codes: list[str]) -> dict[str, list[str]]:
    """The postcodes of communes, in order."""
    found: dict[str, list[str]] = {code: [] for code in codes}
    rows = select(Postcode.commune_code, Postcode.postcode).where(Postcode.commune_code.in_(codes))
    for commune, postcode in session.execute(rows.order_by(Postcode.postcode)):
        found[commune].append(postcode)
    return found


def commune_of_row(session: Session, code: str, postcode: str = "", name: str = "") -> Commune | None:
    """The commune of a line of a register: by its code, that of a commune merged since, or by postcode and name.

    The code of the whole of Paris, Lyon or Marseille with the postcode of an arrondissement means that arrondissement.
    """
    found = _of_code(session, code) if code else []
    if len(found) == 1 and not _has_parts(session, found[0].code):
        return found[0]
    served = session.scalars(
        select(Commune).join(Postcode, Postcode.commune_code == Commune.code).where(Postcode.postcode == postcode)
    ).all()
    if found:
        parts = [one for one in served if one.mother_code == found[0].code]
        return parts[0] if len(parts) == 1 else found[0]
    wanted = " ".join(SHORT.get(word, word) for word in fold(name).split())
    named = [one for one in served if one.search_name == wanted]
    return named[0] if len(named) == 1 else None


def _has_parts(session: Session, code: str) -> bool:
    return session.scalar(select(Commune.id).where(Commune.mother_code == code).limit(1)) is not None


def _of_code(session: Session, code: str) -> list[Commune]:
    """Communes of a postcode, or else the one of an INSEE code, of today or old."""
    meant = union_all(
        select(literal(0).label("rank"), Postcode.commune_code.label("code")).where(Postcode.postcode == code),
        select(literal(1), literal(code)),
        select(literal(2), OldCommune.commune_code).where(OldCommune.code == code),
    ).subquery()
    rows = session.execute(select(meant.c.rank, Commune).join(meant, meant.c.code == Commune.code)).all()
    best = min((rank for rank, _ in rows), default=0)
    return [commune for rank, commune in rows if rank == best]


def _named(session: Session, words: list[str]) -> list[Commune]:
    """Communes of a name, of a merged commune's name, or else whose name begins so."""
    name = " ".join(words)
    if not name:
        return []
    begins = Commune.search_name.between(name, name + LAST)
    merged = select(Commune).join(OldCommune, OldCommune.commune_code == Commune.code)
    for statement in (
        select(Commune).where(Commune.search_name == name),
        merged.where(OldCommune.search_name == name),
        select(Commune).where(begins),
    ):
        if found := list(session.scalars(statement).unique()):
            return found
    return []


# --- funds and zones -------------------------------------------------------------------------------------------------


def require_fund(session: Session, code: str) -> Fund:
    """A fund by its code, or an error that says what is expected."""
    fund = session.scalar(_FUND, {"code": code})
    if fund is None:
        raise problems.unknown_fund(code[:20])
    return fund


_DEFICIT_ZONE_ON = (
    select(DeficitZone)
    .where(DeficitZone.commune_code == bindparam("commune_code"), DeficitZone.kind == ZoneKind.ZIP)
    .where(holding(DeficitZone, ON, KNOWN_AT))
    .limit(1)
)


def deficit_zone_on(
    session: Session, commune_code: str, on: date, known_at: datetime | None = None
) -> DeficitZone | None:
    """The zoning record of a commune on a day, when it is a priority zone (ZIP): L162-5-4 is read as meaning these."""
    return session.scalar(_DEFICIT_ZONE_ON, asked(on, known_at, commune_code=commune_code))
