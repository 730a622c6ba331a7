"""Register people and their rights; find them; know what held on a day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from parcours.law.codes import Scheme
from parcours.registry.directory.places import require_commune, require_fund
from parcours.registry.errors import not_found
from parcours.registry.identity.names import letters
from parcours.registry.identity.service import assign_identifier, find_insured_id
from parcours.registry.people import problems
from parcours.registry.people.models import Affiliation, Insured, Right, RightKind
from parcours.registry.people.words import RIGHTS
from parcours.registry.store.clock import now_utc, paris_date
from parcours.registry.store.columns import blind_index, blind_indexes
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get, parse_id
from parcours.registry.store.periods import KNOWN_AT, ON, asked, check_period, holding, replace
from parcours.registry.vocabulary import check_choice, check_slug

NAME_CONTEXT = "people_insured.name"
_NOBODY = "00000000-0000-0000-0000-000000000000"


def age_on(birth_date: date, on: date) -> int:
    """Whole years on a day; a person born on 29 February grows on 1 March."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


# --- insured persons -------------------------------------------------------------------------------------------------


def register_insured(  # noqa: PLR0913 - one keyword for each field of the form
    session: Session,
    *,
    nir: str,
    family_name: str,
    first_name: str,
    birth_date: date,
    commune_code: str,
    fund_code: str,
    scheme: str = "general",
    address: str | None = None,
    affiliated_on: date | None = None,
    at: datetime | None = None,
) -> Insured:
    """Register a person with a number (NIR or NIA), a fund and a scheme.

    `affiliated_on`: first day of rights; the birth date when not given.
    Raises `Invalid`: number, birth date in the future, unknown commune, fund or scheme.
    Raises `Conflict`: the number is somebody's.
    """
    at = at or now_utc()
    if birth_date > paris_date(at):
        raise problems.birth_in_future()
    require_commune(session, commune_code)
    insured = Insured(
        family_name=family_name.strip(),
        first_name=first_name.strip(),
        name_index=blind_index(name_key(family_name, birth_date), NAME_CONTEXT),
        birth_date=birth_date,
        address=address,
        commune_code=commune_code,
        recorded_at=at,
    )
    session.add(insured)
    session.flush()
    first_day = affiliated_on or birth_date
    assign_identifier(session, insured.id, nir, starts_on=birth_date, at=at)
    affiliate(session, insured.id, fund_code=fund_code, scheme=scheme, starts_on=first_day, at=at)
    return insured


_INSURED = select(Insured).where(Insured.id == bindparam("id"))
_INSURED_LOCKED = _INSURED.with_for_update()


def get_insured(session: Session, insured_id: str, *, lock: bool = False) -> Insured:
    """A person by public id. `lock=True` makes writers of this person wait for one another."""
    key = parse_id(insured_id)
    row = None
    if key is not None:  # without a lock, one that this session has read is not read again
        row = session.scalar(_INSURED_LOCKED, {"id": key}) if lock else session.get(Insured, key)
    if row is None:
        raise not_found("patient_id")
    return row


def find_by_nir(session: Session, nir: str) -> Insured | None:
    """A person by number; a provisional number that was replaced still finds the person."""
    insured_id = find_insured_id(session, nir)
    return session.scalar(_INSURED, {"id": insured_id or _NOBODY})  # as much work for a number that nobody has


def find_by_name(session: Session, family_name: str, birth_date: date) -> list[Insured]:
    """People of that family name (accents and case ignored) born that day."""
    wanted = blind_indexes(name_key(family_name, birth_date), NAME_CONTEXT)
    return listed(session, select(Insured).where(Insured.name_index.in_(wanted)).order_by(Insured.id))


def move_insured(session: Session, insured_id: str, *, commune_code: str, address: str | None) -> Insured:
    """New address of a person."""
    insured = get_insured(session, insured_id, lock=True)
    require_commune(session, commune_code)
    insured.commune_code, insured.address = commune_code, address
    session.flush()
    return insured


def affiliate(
    session: Session,
    insured_id: str,
    *,
    fund_code: str,
    scheme: str,
    starts_on: date,
    at: datetime | None = None,
) -> Affiliation:
    """Attach a person to a fund and a scheme from a day; the previous affiliation ends that day."""
    at = at or now_utc()
    require_fund(session, fund_code)
    check_slug("scheme", scheme, Scheme)
    for previous in session.scalars(
        select(Affiliation).where(Affiliation.insured_id == insured_id, holding(Affiliation, starts_on))
    ).all():
        replace(session, previous, at, ends_on=starts_on)
    row = Affiliation(insured_id=insured_id, fund_code=fund_code, scheme=scheme, starts_on=starts_on, recorded_at=at)
    session.add(row)
    session.flush()
    return row


_AFFILIATION_ON = (
    select(Affiliation)
    .where(Affiliation.insured_id == bindparam("insured_id"), holding(Affiliation, ON, KNOWN_AT))
    .order_by(Affiliation.starts_on.desc())
    .limit(1)
)


def affiliation_on(session: Session, insured_id: str, on: date, known_at: datetime | None = None) -> Affiliation | None:
    """Fund and scheme on a day."""
    return session.scalar(_AFFILIATION_ON, asked(on, known_at, insured_id=insured_id))


# --- rights ----------------------------------------------------------------------------------------------------------


def open_right(
    session: Session,
    insured_id: str,
    kind: str,
    *,
    starts_on: date,
    ends_on: date | None = None,
    detail: str | None = None,
    at: datetime | None = None,
) -> Right:
    """Open a rights period (ALD, C2S, maternity, …). `ends_on` is the first day without the right.

    Raises `Conflict`: an ordinary right of the same kind is open over that time (several ALDs may be).
    """
    check_period(starts_on, ends_on)
    right_kind = check_choice("right", kind, RightKind)
    get_insured(session, insured_id, lock=True)
    if right_kind is not RightKind.ALD:
        _refuse_overlapping_right(session, insured_id, right_kind, starts_on, ends_on)
    right = Right(
        insured_id=insured_id,
        kind=right_kind,
        starts_on=starts_on,
        ends_on=ends_on,
        detail=detail,
        recorded_at=at or now_utc(),
    )
    session.add(right)
    session.flush()
    return right


def close_right(session: Session, right_id: str, *, ends_on: date, at: datetime | None = None) -> Right:
    """End a right on a day (the first without it)."""
    right = get(session, Right, right_id, "right")
    return replace(session, right, at or now_utc(), ends_on=ends_on)


_RIGHTS_ON = (
    select(Right)
    .where(Right.insured_id == bindparam("insured_id"), holding(Right, ON, KNOWN_AT))
    .order_by(Right.starts_on, Right.id)
)


def rights_on(session: Session, insured_id: str, on: date, known_at: datetime | None = None) -> list[Right]:
    """Rights open on a day, oldest first."""
    return list(session.scalars(_RIGHTS_ON, asked(on, known_at, insured_id=insured_id)))


_STANDING_ON = (
    select(Affiliation, Right)
    .select_from(Insured)
    .outerjoin(Affiliation, and_(Affiliation.insured_id == Insured.id, holding(Affiliation, ON)))
    .outerjoin(Right, and_(Right.insured_id == Insured.id, holding(Right, ON)))
    .where(Insured.id == bindparam("insured_id"))
    .order_by(Affiliation.starts_on.desc(), Right.starts_on, Right.id)
)


def standing_on(session: Session, insured_id: str, on: date) -> tuple[Affiliation | None, list[Right]]:
    """Fund and scheme, and the rights open on a day, in one question."""
    rows: Any = session.execute(_STANDING_ON, {"on": on, "insured_id": insured_id}).all()
    affiliation = rows[0][0] if rows else None
    return affiliation, [right for mine, right in rows if right is not None and mine is affiliation]


def ald_numbers(session: Session, people: Sequence[str], on: date) -> dict[str, frozenset[int]]:
    """The numbers of the long-term conditions of many people, by the rights open on a day that say one."""
    found: dict[str, frozenset[int]] = {}
    for row in listed(session, select(Right).where(Right.insured_id.in_(people), holding(Right, on))):
        number = (row.detail or "").partition(".")[0]
        if row.kind is RightKind.ALD and number.isdecimal():
            found[row.insured_id] = found.get(row.insured_id, frozenset()) | {int(number)}
    return found


def _refuse_overlapping_right(
    session: Session, insured_id: str, kind: RightKind, starts_on: date, ends_on: date | None
) -> None:
    query = select(Right).where(
        Right.insured_id == insured_id,
        Right.superseded_at.is_(None),
        or_(Right.ends_on.is_(None), Right.ends_on > starts_on),
    )
    if ends_on is not None:
        query = query.where(Right.starts_on < ends_on)
    if any(one.kind is kind for one in session.scalars(query)):
        raise problems.right_overlaps(kind=RIGHTS[kind], starts_on=starts_on)


def name_key(family_name: str, birth_date: date) -> str:
    """What a look-up of a person compares: the letters of the name and the birth date."""
    return f"{letters(family_name)}|{birth_date.isoformat()}"
