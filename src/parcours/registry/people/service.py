"""Register people, rights, professionals and places; find them; know what held on a day."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt

from sqlalchemy import Integer, bindparam, or_, select
from sqlalchemy.orm import Session

from parcours.law.codes import Convention as ConventionCode
from parcours.law.codes import Profession, Scheme, SpecialSetting
from parcours.registry.errors import Conflict, Invalid, Refused, not_found
from parcours.registry.identity import keys
from parcours.registry.identity.service import assign_identifier, find_insured_id
from parcours.registry.people.models import (
    SHARED,
    Affiliation,
    Commune,
    Convention,
    DeficitZone,
    Fund,
    Insured,
    Kinship,
    KinshipKind,
    Organisation,
    OrganisationKind,
    Practice,
    PracticeMode,
    Professional,
    Right,
    RightKind,
)
from parcours.registry.store.db import blind_index, blind_indexes, now_utc, paris_date, paris_today, parse_id
from parcours.registry.store.periods import KNOWN_AT, ON, asked, check_period, holding, replace
from parcours.registry.vocabulary import check_choice, check_slug

MAJORITY = 18
AGE_MEDECIN_TRAITANT = 16
NAME_CONTEXT = "people_insured.name"
EARTH_KM = 6371.0
KM_A_DEGREE = 111.0
COMMUNES_AT_FIRST = 6
"""Communes in the first ring asked about: near ones are enough most of the time; each next ring has twice as many."""


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

    :param affiliated_on: first day of rights; the birth date when not given.
    :raises Invalid: number, birth date in the future, unknown commune, fund or scheme.
    :raises Conflict: the number is somebody's.
    """
    at = at or now_utc()
    if birth_date > paris_date(at):
        raise Invalid(
            "birth_in_future",
            field="birth_date",
            allowed="today or earlier",
            fr="la date de naissance est dans le futur",
            en="the birth date is in the future",
        )
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
    """A person by public id. ``lock=True`` makes writers of this person wait for one another."""
    key = parse_id(insured_id)
    row = session.scalar(_INSURED_LOCKED if lock else _INSURED, {"id": key}) if key else None
    if row is None:
        raise not_found("patient_id")
    return row


def find_by_nir(session: Session, nir: str) -> Insured | None:
    """A person by number; a provisional number that was replaced still finds the person."""
    insured_id = find_insured_id(session, nir)
    return session.get(Insured, insured_id) if insured_id else None


def find_by_name(session: Session, family_name: str, birth_date: date) -> list[Insured]:
    """People of that family name (accents and case ignored) born that day."""
    wanted = blind_indexes(name_key(family_name, birth_date), NAME_CONTEXT)
    return list(session.scalars(select(Insured).where(Insured.name_index.in_(wanted)).order_by(Insured.id)))


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
    if session.scalar(select(Fund.id).where(Fund.code == fund_code)) is None:
        raise Invalid(
            "unknown_fund", field="fund", given=fund_code, allowed="the code of a registered fund, like 01C751",
            fr="caisse inconnue", en="unknown fund",
        )  # fmt: skip
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

    :raises Conflict: an ordinary right of the same kind is open over that time (several ALDs may be).
    """
    check_period(starts_on, ends_on)
    right_kind: RightKind = check_choice("right", kind, RightKind)
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
    right = session.get(Right, parse_id(right_id) or "") if parse_id(right_id) else None
    if right is None:
        raise not_found("right")
    return replace(session, right, at or now_utc(), ends_on=ends_on)


_RIGHTS_ON = (
    select(Right)
    .where(Right.insured_id == bindparam("insured_id"), holding(Right, ON, KNOWN_AT))
    .order_by(Right.starts_on, Right.id)
)


def rights_on(session: Session, insured_id: str, on: date, known_at: datetime | None = None) -> list[Right]:
    """Rights open on a day, oldest first."""
    return list(session.scalars(_RIGHTS_ON, asked(on, known_at, insured_id=insured_id)))


def _refuse_overlapping_right(
    session: Session, insured_id: str, kind: RightKind, starts_on: date, ends_on: date | None
) -> None:
    query = select(Right.id).where(
        Right.insured_id == insured_id,
        Right.kind == kind,
        Right.superseded_at.is_(None),
        or_(Right.ends_on.is_(None), Right.ends_on > starts_on),
    )
    if ends_on is not None:
        query = query.where(Right.starts_on < ends_on)
    if session.scalar(query.limit(1)) is not None:
        raise Conflict(
            "right_overlaps",
            field="right",
            given=f"{kind} from {starts_on}",
            allowed="a period that no right of the same kind covers",
            fr="un droit de même nature couvre déjà cette période",
            en="a right of the same kind already covers this period",
        )


# --- family ----------------------------------------------------------------------------------------------------------


def add_holder(
    session: Session,
    *,
    child_id: str,
    holder_id: str,
    kind: str = "parent",
    dependant: bool = True,
    starts_on: date | None = None,
    at: datetime | None = None,
) -> Kinship:
    """Say that an adult holds parental authority over (or is the guardian of) a person."""
    child, holder = get_insured(session, child_id), get_insured(session, holder_id)
    starts_on = starts_on or child.birth_date
    if age_on(holder.birth_date, starts_on) < AGE_MEDECIN_TRAITANT or child.id == holder.id:
        raise Refused(
            "holder_too_young",
            field="holder_id",
            allowed="another person, aged 16 or more at the start",
            fr="le titulaire doit être une autre personne de 16 ans ou plus",
            en="the holder must be another person aged 16 or more",
        )
    row = Kinship(
        child_id=child.id,
        holder_id=holder.id,
        kind=check_choice("kind", kind, KinshipKind),
        dependant=dependant,
        starts_on=starts_on,
        recorded_at=at or now_utc(),
    )
    session.add(row)
    session.flush()
    return row


def holds_authority(session: Session, *, holder_id: str, child_id: str, on: date) -> bool:
    """Is this adult a parent or guardian of this person on a day?"""
    return (
        session.scalar(
            select(Kinship.id)
            .where(Kinship.holder_id == holder_id, Kinship.child_id == child_id, holding(Kinship, on))
            .limit(1)
        )
        is not None
    )


def children_of(session: Session, holder_id: str, on: date | None = None) -> list[Insured]:
    """The minors (and people under guardianship) an adult may act for on a day."""
    on = on or paris_today()
    rows = session.execute(
        select(Insured, Kinship.kind)
        .join(Kinship, Kinship.child_id == Insured.id)
        .where(Kinship.holder_id == holder_id, holding(Kinship, on))
        .order_by(Insured.birth_date, Insured.id)
    )
    return [child for child, kind in rows if kind is KinshipKind.GUARDIAN or age_on(child.birth_date, on) < MAJORITY]


def holders_of(session: Session, child_id: str, on: date | None = None) -> list[Insured]:
    """Who holds parental authority over a person on a day."""
    return list(
        session.scalars(
            select(Insured)
            .join(Kinship, Kinship.holder_id == Insured.id)
            .where(Kinship.child_id == child_id, holding(Kinship, on or paris_today()))
            .order_by(Insured.id)
        )
    )


# --- professionals ---------------------------------------------------------------------------------------------------


def register_professional(
    session: Session,
    *,
    rpps: str,
    family_name: str,
    first_name: str,
    profession: str = "medecin",
    specialty: int = 0,
    installed_on: date | None = None,
    strict: bool = True,
) -> Professional:
    """Enter a professional in the directory.

    :param specialty: national code; required for a doctor, 0 for anyone else.
    :param strict: check the Luhn digit of the RPPS (some official samples fail it).
    """
    number = keys.parse_rpps(rpps, strict=strict)
    check_slug("profession", profession, Profession)
    if (profession == "medecin") != (0 < specialty < 99):
        raise Invalid(
            "specialty_of_profession",
            field="specialty",
            given=specialty,
            allowed="a national code from 1 to 98 for a doctor, 0 for another profession",
            fr="la spécialité ne convient pas à la profession",
            en="the specialty does not fit the profession",
        )
    if session.scalar(select(Professional.id).where(Professional.rpps == number)):
        raise Conflict(
            "rpps_taken", field="rpps", given=number, allowed="a number not yet registered",
            fr="ce numéro RPPS est déjà inscrit", en="this RPPS number is already registered",
        )  # fmt: skip
    professional = Professional(
        rpps=number,
        family_name=family_name.strip(),
        first_name=first_name.strip(),
        search_name=letters(family_name),
        profession=profession,
        specialty=specialty,
        installed_on=installed_on,
    )
    session.add(professional)
    session.flush()
    return professional


_PROFESSIONAL_BY_ID = select(Professional).where(Professional.id == bindparam("id"))
_PROFESSIONAL_BY_RPPS = select(Professional).where(Professional.rpps == bindparam("rpps"))


def get_professional(session: Session, reference: str) -> Professional:
    """A professional by public id or by RPPS number."""
    key = parse_id(reference) if len(reference) != 11 else None
    if key is not None:
        row = session.scalar(_PROFESSIONAL_BY_ID, {"id": key})
    else:
        row = session.scalar(_PROFESSIONAL_BY_RPPS, {"rpps": reference})
    if row is None:
        raise not_found("professional_id")
    return row


def active_on(professional: Professional, on: date) -> bool:
    """Is a day before the end of all activity (retired, deceased)?"""
    return professional.ceased_on is None or on < professional.ceased_on


def require_active(professional: Professional, on: date, field: str) -> None:
    """Refuse an act that names somebody who has ceased all activity.

    :raises Refused: with `field`, the name of the field that gives the professional.
    """
    if not active_on(professional, on):
        raise Refused(
            "professional_ceased", field=field, given=f"no activity since {professional.ceased_on}",
            allowed=f"a professional in activity on {on}",
            fr="ce professionnel a cessé son activité à cette date",
            en="this professional has ceased all activity by that day",
        )  # fmt: skip


def search_professionals(
    session: Session,
    *,
    family_name: str | None = None,
    specialties: tuple[int, ...] = (),
    department: str | None = None,
    on: date | None = None,
    limit: int = 50,
    after: str | None = None,
) -> list[Professional]:
    """Professionals with a practice on a day, by name prefix, specialty, département; pages by `after` (last id)."""
    query = select(Professional).order_by(Professional.id).limit(limit)
    if family_name:
        prefix = letters(family_name)
        query = query.where(Professional.search_name >= prefix)
        if after_prefix := next_prefix(prefix):
            query = query.where(Professional.search_name < after_prefix)
    if specialties:
        query = query.where(Professional.specialty.in_(specialties))
    if department:
        place = (
            select(Practice.professional_id)
            .join(Organisation, Organisation.id == Practice.organisation_id)
            .join(Commune, Commune.code == Organisation.commune_code)
            .where(Commune.department == department, holding(Practice, on or paris_today()))
        )
        query = query.where(Professional.id.in_(place))
    if after:
        query = query.where(Professional.id > parse_id(after))
    return list(session.scalars(query))


def set_convention(
    session: Session, professional_id: str, convention: str, *, starts_on: date, at: datetime | None = None
) -> Convention:
    """Position towards the convention from a day; the previous one ends that day."""
    at = at or now_utc()
    check_slug("convention", convention, ConventionCode)
    for previous in session.scalars(
        select(Convention).where(Convention.professional_id == professional_id, holding(Convention, starts_on))
    ).all():
        replace(session, previous, at, ends_on=starts_on)
    row = Convention(professional_id=professional_id, convention=convention, starts_on=starts_on, recorded_at=at)
    session.add(row)
    session.flush()
    return row


_CONVENTION_ON = (
    select(Convention)
    .where(Convention.professional_id == bindparam("professional_id"), holding(Convention, ON, KNOWN_AT))
    .order_by(Convention.starts_on.desc())
    .limit(1)
)


def convention_on(
    session: Session, professional_id: str, on: date, known_at: datetime | None = None
) -> Convention | None:
    """Position towards the convention on a day."""
    return session.scalar(_CONVENTION_ON, asked(on, known_at, professional_id=professional_id))


# --- places and practices --------------------------------------------------------------------------------------------


def register_organisation(
    session: Session,
    *,
    kind: str,
    name: str,
    commune_code: str,
    finess: str | None = None,
    special_setting: str = "none",
) -> Organisation:
    """Enter a practice, a group, a health centre, a hospital."""
    require_commune(session, commune_code)
    organisation = Organisation(
        kind=check_choice("kind", kind, OrganisationKind),
        name=name,
        commune_code=commune_code,
        finess=keys.parse_finess(finess) if finess else None,
        special_setting=check_slug("special_setting", special_setting, SpecialSetting),
    )
    session.add(organisation)
    session.flush()
    return organisation


def get_organisation(session: Session, organisation_id: str) -> Organisation:
    """A place by public id."""
    key = parse_id(organisation_id)
    row = session.get(Organisation, key) if key else None
    if row is None:
        raise not_found("organisation_id")
    return row


def start_practice(  # noqa: PLR0913 - one keyword for each field of the form
    session: Session,
    professional_id: str,
    organisation_id: str,
    *,
    starts_on: date,
    mode: str = "titulaire",
    main: bool = True,
    am_number: str | None = None,
    replaced_id: str | None = None,
    ends_on: date | None = None,
    accepts_new_patients: bool = True,
    at: datetime | None = None,
) -> Practice:
    """A professional starts to work at a place; a locum (`remplacant`) names the doctor replaced.

    :raises Conflict: another principal place is open.
    """
    check_period(starts_on, ends_on)
    practice_mode: PracticeMode = check_choice("mode", mode, PracticeMode)
    if (practice_mode is PracticeMode.REMPLACANT) != (replaced_id is not None):
        raise Invalid(
            "replaced_doctor",
            field="replaced_id",
            allowed="the doctor replaced, for a locum and for nobody else",
            fr="un remplaçant nomme le médecin remplacé, lui seul",
            en="a locum names the doctor replaced, nobody else does",
        )
    main = main and practice_mode is not PracticeMode.REMPLACANT
    if main and ends_on is None and main_practice(session, professional_id, starts_on) is not None:
        raise Conflict(
            "main_practice_open",
            field="main",
            allowed="one principal place at a time: end the other first, or give main=false",
            fr="un lieu d'exercice principal est déjà ouvert",
            en="another principal place is open",
        )
    practice = Practice(
        professional_id=professional_id,
        organisation_id=organisation_id,
        mode=practice_mode,
        main=main,
        am_number=keys.parse_am_number(am_number).value if am_number else None,
        replaced_id=replaced_id,
        accepts_new_patients=accepts_new_patients,
        starts_on=starts_on,
        ends_on=ends_on,
        recorded_at=at or now_utc(),
    )
    session.add(practice)
    session.flush()
    return practice


def end_practice(session: Session, practice: Practice, *, ends_on: date, at: datetime | None = None) -> Practice:
    """The professional no longer works there from a day."""
    return replace(session, practice, at or now_utc(), ends_on=ends_on)


_WORKPLACES_ON = (
    select(Practice, Organisation)
    .join(Organisation, Organisation.id == Practice.organisation_id)
    .where(Practice.professional_id == bindparam("professional_id"), holding(Practice, ON, KNOWN_AT))
    .order_by(Practice.main.desc(), Practice.starts_on, Practice.id)
)


def workplaces_on(
    session: Session, professional_id: str, on: date, known_at: datetime | None = None
) -> list[tuple[Practice, Organisation]]:
    """How and where a professional works on a day, the principal place first."""
    rows = session.execute(_WORKPLACES_ON, asked(on, known_at, professional_id=professional_id))
    return [(practice, place) for practice, place in rows]


def practices_on(session: Session, professional_id: str, on: date, known_at: datetime | None = None) -> list[Practice]:
    """Where a professional works on a day, the principal place first."""
    return [practice for practice, _ in workplaces_on(session, professional_id, on, known_at)]


def main_practice(session: Session, professional_id: str, on: date) -> Practice | None:
    """The principal place of a professional on a day."""
    return next((one for one in practices_on(session, professional_id, on) if one.main), None)


_OWN_PRACTICES = select(Practice.organisation_id).where(
    holding(Practice, ON, KNOWN_AT), Practice.mode != PracticeMode.REMPLACANT
)
_SHARED_PLACES = (
    select(Organisation)
    .where(Organisation.id.in_(_OWN_PRACTICES.where(Practice.professional_id == bindparam("one_id"))))
    .where(Organisation.id.in_(_OWN_PRACTICES.where(Practice.professional_id == bindparam("other_id"))))
    .where(Organisation.kind.in_(sorted(SHARED)))
    .order_by(Organisation.id)
)


def shared_places(
    session: Session, one_id: str, other_id: str, on: date, known_at: datetime | None = None
) -> list[Organisation]:
    """Groups, houses and health centres where both work on a day (locums do not count)."""
    return list(session.scalars(_SHARED_PLACES, asked(on, known_at, one_id=one_id, other_id=other_id)))


# --- geography -------------------------------------------------------------------------------------------------------


def require_commune(session: Session, code: str) -> Commune:
    """A commune by INSEE code, or an error that says what is expected."""
    commune = session.scalar(select(Commune).where(Commune.code == code))
    if commune is None:
        raise Invalid(
            "unknown_commune", field="commune", given=code, allowed="the INSEE code of a registered commune",
            fr="commune inconnue", en="unknown commune",
        )  # fmt: skip
    return commune


_DEFICIT_ZONE_ON = (
    select(DeficitZone)
    .where(DeficitZone.commune_code == bindparam("commune_code"), holding(DeficitZone, ON, KNOWN_AT))
    .limit(1)
)


def deficit_zone_on(
    session: Session, commune_code: str, on: date, known_at: datetime | None = None
) -> DeficitZone | None:
    """The zoning record of a commune on a day, when it is a deficit zone."""
    return session.scalar(_DEFICIT_ZONE_ON, asked(on, known_at, commune_code=commune_code))


@dataclass(frozen=True)
class NearbyDoctor:
    """A doctor who may take patients, and how far from the person's commune (centre to centre)."""

    professional: Professional
    organisation: Organisation
    commune: Commune
    distance_km: float


def doctors_near(
    session: Session,
    commune_code: str,
    *,
    on: date,
    radius_km: float = 30,
    specialties: tuple[int, ...] = (1, 22, 23),
    limit: int = 20,
) -> list[NearbyDoctor]:
    """Doctors who accept new patients near a commune, nearest first (ties by id)."""
    centre = require_commune(session, commune_code)
    found: list[tuple[float, str, str]] = []
    for ring in _rings(_communes_within(session, centre, radius_km)):
        if len(found) >= limit and ring[0][0] > found[limit - 1][0]:
            break
        found = sorted(found + _taking_patients(session, ring, on, specialties))
    return _nearby(session, found[:limit])


_TAKING_PATIENTS = (
    select(Organisation.commune_code, Professional.id, Practice.id)
    .join(Practice, Practice.professional_id == Professional.id)
    .join(Organisation, Organisation.id == Practice.organisation_id)
    .where(Organisation.commune_code.in_(bindparam("communes", expanding=True)))
    .where(holding(Practice, ON, KNOWN_AT), Practice.accepts_new_patients, Practice.mode != PracticeMode.REMPLACANT)
    .where(Professional.profession == "medecin", Professional.specialty.in_(bindparam("specialties", expanding=True)))
    .where(or_(Professional.ceased_on.is_(None), Professional.ceased_on > ON))
)


def _taking_patients(
    session: Session, ring: list[tuple[float, str]], on: date, specialties: tuple[int, ...]
) -> list[tuple[float, str, str]]:
    """Distance, doctor and practice of those who take new patients, of these specialties, at a place of their own."""
    km = {code: distance for distance, code in ring}
    rows = session.execute(_TAKING_PATIENTS, asked(on, None, communes=list(km), specialties=specialties))
    return [(km[code], doctor_id, practice_id) for code, doctor_id, practice_id in rows]


_NEARBY = (
    select(Practice.id, Professional, Organisation, Commune)
    .join(Professional, Professional.id == Practice.professional_id)
    .join(Organisation, Organisation.id == Practice.organisation_id)
    .join(Commune, Commune.code == Organisation.commune_code)
    .where(Practice.id.in_(bindparam("practices", expanding=True)))
)


def _nearby(session: Session, found: list[tuple[float, str, str]]) -> list[NearbyDoctor]:
    """The records of what was found, in the same order."""
    rows = session.execute(_NEARBY, {"practices": [practice_id for _, _, practice_id in found]})
    records = {row[0]: row[1:] for row in rows}
    return [NearbyDoctor(*records[practice_id], km) for km, _, practice_id in found]


_COMMUNES_IN_BOX = select(Commune.code, Commune.latitude_e5, Commune.longitude_e5).where(
    Commune.latitude_e5.between(bindparam("south", type_=Integer()), bindparam("north", type_=Integer())),
    Commune.longitude_e5.between(bindparam("west", type_=Integer()), bindparam("east", type_=Integer())),
)


def _communes_within(session: Session, centre: Commune, radius_km: float) -> list[tuple[float, str]]:
    """Distance and code of the communes around a commune, nearest first."""
    here = (centre.latitude_e5, centre.longitude_e5)
    latitude = radius_km / KM_A_DEGREE * 1e5
    longitude = latitude / max(cos(radians(here[0] / 1e5)), 0.01)
    box = {
        "south": int(here[0] - latitude), "north": int(here[0] + latitude),
        "west": int(here[1] - longitude), "east": int(here[1] + longitude),
    }  # fmt: skip
    measured = [(_distance_km(here, (one[1], one[2])), one[0]) for one in session.execute(_COMMUNES_IN_BOX, box)]
    return sorted((km, code) for km, code in measured if km <= radius_km)


def _rings(communes: list[tuple[float, str]]) -> Iterator[list[tuple[float, str]]]:
    """Communes, nearest first, in rings of growing size."""
    start, size = 0, COMMUNES_AT_FIRST
    while start < len(communes):
        yield communes[start : start + size]
        start, size = start + size, 2 * size


def _distance_km(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Great-circle distance (haversine) between two places given in degrees × 100 000."""
    lat1, lat2 = radians(one[0] / 1e5), radians(other[0] / 1e5)
    step = radians((other[1] - one[1]) / 1e5)
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(step / 2) ** 2
    return round(2 * EARTH_KM * asin(sqrt(chord)), 1)


def name_key(family_name: str, birth_date: date) -> str:
    """What a look-up of a person compares: the letters of the name and the birth date."""
    return f"{letters(family_name)}|{birth_date.isoformat()}"


def letters(name: str) -> str:
    """A name as upper-case letters without accent; anything else is dropped."""
    bare = unicodedata.normalize("NFKD", name).upper()
    return "".join(letter for letter in bare if letter.isalpha())


def next_prefix(prefix: str) -> str | None:
    """The first text after every text that starts with `prefix`, in any collation of the letters A to Z."""
    stem = prefix.rstrip("Z")
    return stem[:-1] + chr(ord(stem[-1]) + 1) if stem else None
