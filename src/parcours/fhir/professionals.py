"""The directory: Practitioner, PractitionerRole, Organization; who opposes being shown is not found."""

from collections.abc import Iterable, Iterator
from functools import cache
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import false, or_, select

from parcours.edge.directory import visible_professional
from parcours.fhir import problems
from parcours.fhir.insurers import PREFIX, insurers
from parcours.fhir.kinds import Ask, Kind, Resource, by_id
from parcours.fhir.personal import period, reference
from parcours.fhir.query import Param, Params, Query
from parcours.fhir.site import CORE, HL7, concept, meta
from parcours.law.cache import flat_law
from parcours.registry.directory.context import DIRECTORY, Action
from parcours.registry.directory.models import Commune, Fund, Organisation, Practice, Professional
from parcours.registry.directory.service import convention_on, search_professionals, workplaces_on
from parcours.registry.directory.trades import RPPS_PROFESSIONS, of_savoir_faire
from parcours.registry.errors import RegistryError
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import parse_id
from parcours.registry.store.periods import holding
from parcours.words import fold

TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
NOS = "https://mos.esante.gouv.fr/NOS"
R282 = f"{NOS}/TRE_R282-CNAMAmeliSecteurConventionnement/FHIR/TRE-R282-CNAMAmeliSecteurConventionnement"
PROFESSIONS = f"{NOS}/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"
ORDINAL = f"{NOS}/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"
CONTRACTED = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-practitionerrole-contracted"
T = TypeVar("T")
SECTORS = {"secteur_1": "c1", "secteur_2_optam": "c3", "secteur_2": "c3", "non_conventionne": "nc"}
MOST = 200
"""Rows read at once, for all the names that are looked for."""
LEAST = 20
"""And so many for one of many names."""


def practitioner(ask: Ask, one: Professional) -> Resource:
    """A professional."""
    kind = {"coding": [{"system": TYPES, "code": "RPPS"}]}
    return {
        "resourceType": "Practitioner", "id": one.id,
        "meta": meta(f"{CORE}/fr-core-practitioner", updated=one.recorded_at.isoformat()),
        "identifier": [{"use": "official", "type": kind, "system": "https://rpps.esante.gouv.fr", "value": one.rpps}],
        "active": one.ceased_on is None or one.ceased_on > paris_today(),
        "name": [{"use": "usual", "family": one.family_name, "given": [one.first_name]}],
        "qualification": [{"code": code} for code in (profession_of(ask, one), specialty_of(ask, one)) if code],
    }  # fmt: skip


def profession_of(ask: Ask, one: Professional) -> Resource:
    """A profession, as the vocabulary names it and by its national code."""
    return coded(ask.site.concept("profession", one.profession), PROFESSIONS, professions().get(one.profession, ""))


def specialty_of(ask: Ask, one: Professional) -> Resource | None:
    """The specialty of a doctor, as the vocabulary names it and by its national code."""
    slug = slug_of_specialty(one.specialty)
    return coded(ask.site.concept("specialty", slug), ORDINAL, skills().get(one.specialty, "")) if slug else None


def coded(said: Resource, system: str, code: str) -> Resource:
    """A concept, with the code that a national table alone has for it."""
    if code:
        said["coding"].append({"system": system, "code": code})
    return said


@cache
def professions() -> dict[str, str]:
    """Profession -> the one code that the national table has for it."""
    return alone((slug, code) for code, slug in RPPS_PROFESSIONS.items())


@cache
def skills() -> dict[int, str]:
    """National code of a specialty -> the one code of the national table of savoir-faire for it."""
    return alone((number, code) for code, number in of_savoir_faire().items())


def alone(pairs: Iterable[tuple[T, str]]) -> dict[T, str]:
    """What stands for one thing alone, the other way round."""
    found: dict[T, list[str]] = {}
    for one, code in pairs:
        found.setdefault(one, []).append(code)
    return {one: codes[0] for one, codes in found.items() if len(codes) == 1}


def roles(ask: Ask, one: Professional) -> Iterator[Resource]:
    """What a professional does, at each place, with the sector of the convention."""
    session, today = ask.by.session, paris_today()
    sector = convention_on(session, one.id, today)
    specialty = specialty_of(ask, one)
    for practice, place in workplaces_on(session, one.id, today):
        said: Resource = {
            "resourceType": "PractitionerRole", "id": practice.id,
            "meta": meta(f"{CORE}/fr-core-practitioner-role", updated=practice.recorded_at.isoformat()),
            "active": True, "period": period(practice.starts_on),
            "practitioner": reference("Practitioner", one.id), "organization": reference("Organization", place.id),
            "code": [profession_of(ask, one)],
        }  # fmt: skip
        if specialty:
            said["specialty"] = [specialty]
        if sector is not None and sector.convention in SECTORS:
            code = concept(R282, SECTORS[sector.convention])
            said["extension"] = [{"url": CONTRACTED, "valueCodeableConcept": code}]
        yield said


def slug_of_specialty(code: int) -> str:
    """The slug of a national code."""
    return next((slug for slug, number in flat_law().specialties.items() if number == code and code), "")


def number_of_specialty(token: str) -> int:
    """The national code of a specialty, named by its slug or by its code in the national table; none's, else."""
    code = token.rpartition("|")[2]
    return flat_law().specialties.get(code) or of_savoir_faire().get(code, -1)


def organization(place: Organisation, town: str | None) -> Resource:
    """A place of care, in a commune."""
    said: Resource = {
        "resourceType": "Organization", "id": place.id,
        "meta": meta(f"{CORE}/fr-core-organization", updated=place.recorded_at.isoformat()),
        "active": True, "type": [concept(f"{HL7}organization-type", "prov")], "name": place.name,
    }  # fmt: skip
    if place.finess:
        kind = {"coding": [{"system": TYPES, "code": "FINEG"}]}
        system = "https://finess.esante.gouv.fr"
        said["identifier"] = [{"use": "official", "type": kind, "system": system, "value": place.finess}]
    if place.address or place.postcode:
        given = {"text": place.address, "city": town, "postalCode": place.postcode, "country": "FR"}
        said["address"] = [{name: value for name, value in given.items() if value}]
    return said


def fund(ask: Ask, one: Fund) -> Resource:
    """A fund."""
    return {
        "resourceType": "Organization", "id": one.id, "meta": meta(f"{CORE}/fr-core-organization"), "active": True,
        "identifier": [{"system": f"{ask.site.base}/sid/organisme-amo", "value": one.code}],
        "type": [concept(f"{HL7}organization-type", "pay")], "name": one.name,
    }  # fmt: skip


# --- found -----------------------------------------------------------------------------------------------------------


def open_directory(ask: Ask) -> None:
    """The directory is open to whoever has logged in."""
    ask.by.allow(Action.READ_DIRECTORY, DIRECTORY)


def professionals(ask: Ask, query: Query) -> Iterator[Professional]:
    """Professionals by id, RPPS number, place of work, name, or all of the directory, in the order of their ids."""
    open_directory(ask)
    start = query.place.start
    ids = [*query.values("_id"), *(one.rpartition("/")[2] for one in query.values("practitioner"))]
    numbers = [one.rpartition("|")[2] for one in query.values("identifier", "practitioner.identifier")]
    if ids or numbers:
        named = {found.id: found for one in (*ids, *numbers) if (found := readable(ask, one)) is not None}
        yield from (named[one] for one in sorted(named) if one >= start)
        return
    if start and (first := readable(ask, start)) is not None:
        yield first
    at = [key for one in query.values("organization") if (key := parse_id(one.rpartition("/")[2]))]
    if at:
        here = select(Practice.professional_id).where(
            Practice.organisation_id.in_(at), holding(Practice, paris_today())
        )
        if start:
            here = here.where(Practice.professional_id > start)
        ids = list(ask.by.session.scalars(here.distinct().order_by(Practice.professional_id)))
        yield from (found for one in ids if (found := readable(ask, one)) is not None)
        return
    specialties = tuple(number_of_specialty(one) for one in query.values("specialty"))
    names = dict.fromkeys(next(iter(query.each("name", "family")), ("",)))
    most = max(LEAST, MOST // max(1, len(names)))
    together = merge(*(by_name(ask, one, specialties, start, most) for one in names), key=id_of)
    yield from (next(same) for _, same in groupby(together, id_of))


id_of = attrgetter("id")


def by_name(ask: Ask, name: str, specialties: tuple[int, ...], start: str, most: int) -> Iterator[Professional]:
    """The professionals whose family name begins so, after an id, in the order of their ids."""
    while some := search_professionals(
        ask.by.session, family_name=name, specialties=specialties, limit=most, after=start or None
    ):
        yield from some
        start = some[-1].id


def readable(ask: Ask, id_: str) -> Professional | None:
    """A professional by id or RPPS number, unless nobody is, or who it is opposes being shown."""
    try:
        return visible_professional(ask.by.session, ask.by.actor, id_, paris_today())
    except (LookupError, RegistryError):
        return None


def of_id(ask: Ask, id_: str) -> Professional:
    """A professional by id. Raises NotFound."""
    open_directory(ask)
    return visible_professional(ask.by.session, ask.by.actor, id_, paris_today())


def search_roles(ask: Ask, query: Query) -> Iterator[Resource]:
    """The roles of the professionals that are found."""
    ids = query.values("_id")
    if ids and not query.values("practitioner"):
        for one in ids:
            key = parse_id(one)
            row = ask.by.session.get(Practice, key) if key else None
            found = readable(ask, row.professional_id) if row is not None else None
            if found is not None:
                yield from roles(ask, found)
        open_directory(ask)
        return
    for found in professionals(ask, query):
        yield from roles(ask, found)


def read_role(ask: Ask, id_: str) -> Resource:
    """A role by id. Raises `ProblemError`: 404."""
    open_directory(ask)
    key = parse_id(id_)
    row = ask.by.session.get(Practice, key) if key else None
    for one in roles(ask, of_id(ask, row.professional_id)) if row is not None else ():
        if row is not None and one["id"] == row.id:
            return one
    raise problems.not_found(field="id")


def search_organizations(ask: Ask, query: Query) -> Iterator[Resource]:
    """Places, funds and insurers by id, number, name, type or address, in the order of their ids: insurers last."""
    open_directory(ask)
    start = query.place.start
    if not start.startswith(PREFIX):
        places = rows(ask, places_asked(query), Organisation, start)
        funds = rows(ask, asked_of(query, Fund, "pay", Fund.code), Fund, start)
        yield from merge(
            (organization(place, town) for place, town in places), (fund(ask, one) for (one,) in funds), key=by_id
        )
    yield from (one for one in insurers_asked(ask, query) if by_id(one) >= start)


def excludes(query: Query, kind: str) -> bool:
    """Does a search ask for other types of organization alone, or for an address that a type has not?"""
    types = [one.rpartition("|")[2] for one in query.values("type")]
    place = query.values("address", "address-city", "address-postalcode")
    return bool((types and kind not in types) or (place and kind != "prov"))


def asked_of(query: Query, model: Any, kind: str, number: Any) -> Any:
    """The rows of a type of organization that a search may find by type, id, number and name."""
    found: Any = select(model).order_by(model.id).limit(MOST)
    if excludes(query, kind):
        return found.where(false())
    if ids := query.values("_id"):
        found = found.where(model.id.in_([key for one in ids if (key := parse_id(one))]))
    if numbers := query.values("identifier"):
        found = found.where(number.in_([one.rpartition("|")[2] for one in numbers]))
    for names in query.each("name"):
        found = found.where(or_(*(model.name.istartswith(one, autoescape=True) for one in names)))
    return found


def places_asked(query: Query) -> Any:
    """The places that a search may find, each with the name of its commune."""
    found = asked_of(query, Organisation, "prov", Organisation.finess)
    found = found.join(Commune, Commune.code == Organisation.commune_code).add_columns(Commune.name)
    for codes in query.each("address-postalcode"):
        found = found.where(or_(*(Organisation.postcode.startswith(one, autoescape=True) for one in codes)))
    for towns in query.each("address-city"):
        found = found.where(or_(*(Commune.search_name.startswith(fold(one), autoescape=True) for one in towns)))
    return found


def insurers_asked(ask: Ask, query: Query) -> list[Resource]:
    """The insurers that a search may find: they have no number."""
    if excludes(query, "ins") or query.values("identifier"):
        return []
    ids = query.values("_id")
    return [one for one in insurers(ask) if not ids or by_id(one) in ids]


def rows(ask: Ask, query: Any, model: Any, start: str) -> Iterator[Any]:
    """The rows of a query from an id on, some at a time."""
    some = ask.by.session.execute(query.where(model.id >= start) if start else query).all()
    while some:
        yield from some
        last = some[-1][0].id
        some = ask.by.session.execute(query.where(model.id > last)).all() if len(some) == MOST else []


def read_organization(ask: Ask, id_: str) -> Resource:
    """A place, a fund or an insurer by id. Raises `ProblemError`: 404."""
    open_directory(ask)
    if id_.startswith(PREFIX):
        for one in insurers(ask):
            if by_id(one) == id_:
                return one
    key = parse_id(id_)
    place = ask.by.session.get(Organisation, key) if key else None
    if place is not None:
        town = ask.by.session.scalar(select(Commune.name).where(Commune.code == place.commune_code))
        return organization(place, town)
    payer = ask.by.session.get(Fund, key) if key else None
    if payer is None:
        raise problems.not_found(field="id")
    return fund(ask, payer)


def always(ask: Ask) -> bool:
    """The directory is long, for everybody."""
    return True


PERSON: Params = {
    "identifier": Param("token", ("identifier",)), "name": Param("string", ("name",)),
    "family": Param("string", ("name.family",)), "given": Param("string", ("name.given",)),
    "qualification-code": Param("token", ("qualification.code",)), "active": Param("token", ("active",)),
}  # fmt: skip
KINDS: tuple[Kind, ...] = (
    Kind(
        "Practitioner", PERSON, lambda ask, query: (practitioner(ask, one) for one in professionals(ask, query)),
        lambda ask, id_: practitioner(ask, of_id(ask, id_)), profile=f"{CORE}/fr-core-practitioner", walks=always,
    ),
    Kind(
        "PractitionerRole",
        {
            "practitioner": Param("reference", ("practitioner",)),
            "organization": Param("reference", ("organization",)),
            "specialty": Param("token", ("specialty",)), "role": Param("token", ("code",)),
            "active": Param("token", ("active",)),
        },
        search_roles, read_role, profile=f"{CORE}/fr-core-practitioner-role", walks=always,
        place=lambda one: str(one["practitioner"]["reference"].rpartition("/")[2]),
    ),
    Kind(
        "Organization",
        {
            "identifier": Param("token", ("identifier",)), "name": Param("string", ("name",)),
            "type": Param("token", ("type",)), "active": Param("token", ("active",)),
            "address": Param("string", ("address",)), "address-city": Param("string", ("address.city",)),
            "address-postalcode": Param("string", ("address.postalCode",)),
        },
        search_organizations, read_organization, profile=f"{CORE}/fr-core-organization", walks=always,
    ),
)  # fmt: skip
