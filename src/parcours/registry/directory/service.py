"""The directory: professionals, their conventions, the places where they work, and what held on a day."""

from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from parcours.law.codes import Convention as ConventionCode
from parcours.law.codes import Profession, SpecialSetting
from parcours.registry.directory import problems
from parcours.registry.directory.models import (
    SHARED,
    Commune,
    Convention,
    Organisation,
    OrganisationKind,
    Practice,
    PracticeMode,
    Professional,
)
from parcours.registry.directory.offers import index_name, rebuild
from parcours.registry.directory.oppositions import opposed
from parcours.registry.directory.places import require_commune
from parcours.registry.errors import NotFound, not_found
from parcours.registry.identity import keys
from parcours.registry.identity.names import fold, letters, next_prefix
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.ids import get, parse_id
from parcours.registry.store.periods import KNOWN_AT, ON, asked, check_period, holding, replace
from parcours.registry.vocabulary import check_choice, check_slug


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

    `specialty`: national code; required for a doctor, 0 for anyone else.
    `strict`: check the Luhn digit of the RPPS (some official samples fail it).
    """
    number = keys.parse_rpps(rpps, strict=strict)
    check_slug("profession", profession, Profession)
    if (profession == "medecin") != (0 < specialty < 99):
        raise problems.specialty_of_profession(specialty)
    if session.scalar(select(Professional.id).where(Professional.rpps == number)):
        raise problems.rpps_taken(number)
    professional = Professional(
        rpps=number,
        family_name=family_name.strip(),
        first_name=first_name.strip(),
        search_name=letters(fold(family_name)),
        profession=profession,
        specialty=specialty,
        installed_on=installed_on,
    )
    session.add(professional)
    session.flush()
    index_name(session, professional)
    return professional


_PROFESSIONAL_BY_RPPS = select(Professional).where(Professional.rpps == bindparam("rpps"))


def get_professional(session: Session, reference: str) -> Professional:
    """A professional by public id or by RPPS number."""
    key = parse_id(reference) if len(reference) != 11 else None
    if key is not None:
        row = session.get(Professional, key)
    else:
        row = session.scalar(_PROFESSIONAL_BY_RPPS, {"rpps": reference}) if reference.isprintable() else None
    if row is None:
        raise not_found("professional_id")
    return row


def prescriber_of(session: Session, reference: str) -> Professional | Organisation | None:
    """Who prescribes, by public id, RPPS or FINESS number; None: nobody that the directory knows."""
    structure = select(Organisation).where(Organisation.finess == reference.strip().upper())
    try:
        return session.scalar(structure) or get_professional(session, reference)
    except NotFound:
        return None


def active_on(professional: Professional, on: date) -> bool:
    """Is a day before the end of all activity (retired, deceased)?"""
    return professional.ceased_on is None or on < professional.ceased_on


def require_active(professional: Professional, on: date, field: str) -> None:
    """Refuse an act that names somebody who has ceased all activity.

    Raises `Refused`: with `field`, the name of the field that gives the professional.
    """
    if not active_on(professional, on):
        raise problems.professional_ceased(field=field, ceased_on=professional.ceased_on, on=on)


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
    """Professionals with a practice on a day, by name prefix, specialty, département; pages by `after` (last id).

    Who opposes being shown is left out.
    """
    query = select(Professional).order_by(Professional.id).limit(limit)
    if family_name:
        prefix = letters(fold(family_name))
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
    last = parse_id(after) if after else None
    found: list[Professional] = []
    while True:
        some = list(session.scalars(query.where(Professional.id > last) if last else query))
        hidden = opposed(session, [one.rpps for one in some])
        found += [one for one in some if one.rpps not in hidden]
        if len(some) < limit or len(found) >= limit:
            return found[:limit]
        last = some[-1].id


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
    rebuild(session, session.get_one(Professional, professional_id))
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
    return get(session, Organisation, organisation_id, "organisation_id")


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
    accepts_new_patients: bool | None = None,
    at: datetime | None = None,
) -> Practice:
    """A professional starts to work at a place; a locum (`remplacant`) names the doctor replaced.

    Raises `Conflict`: another principal place is open.
    """
    check_period(starts_on, ends_on)
    practice_mode = check_choice("mode", mode, PracticeMode)
    if (practice_mode is PracticeMode.REMPLACANT) != (replaced_id is not None):
        raise problems.replaced_doctor()
    main = main and practice_mode is not PracticeMode.REMPLACANT
    if main and ends_on is None and main_practice(session, professional_id, starts_on) is not None:
        raise problems.main_practice_open()
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
    rebuild(session, session.get_one(Professional, professional_id))
    return practice


def end_practice(session: Session, practice: Practice, *, ends_on: date, at: datetime | None = None) -> Practice:
    """The professional no longer works there from a day."""
    ended = replace(session, practice, at or now_utc(), ends_on=ends_on)
    rebuild(session, session.get_one(Professional, practice.professional_id))
    return ended


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
