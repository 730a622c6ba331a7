"""Who is insured, by whom: Patient, RelatedPerson, Coverage."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from parcours.fhir.insurers import insurer
from parcours.fhir.kinds import Access, Ask, Kind, Resource
from parcours.fhir.personal import of_numbers, own, period, personal, reference, rows_of
from parcours.fhir.query import Param, Query
from parcours.fhir.site import CORE, HL7, concept, meta
from parcours.registry.access.model import SYSTEM, Role
from parcours.registry.complementary.models import Link, LinkState
from parcours.registry.declarations.timeline import as_of
from parcours.registry.directory.models import Fund
from parcours.registry.identity.service import current_identifier
from parcours.registry.people import family
from parcours.registry.people.context import Action, Tag
from parcours.registry.people.models import Affiliation, Insured, Kinship, Right, RightKind
from parcours.registry.people.service import find_by_name, get_insured
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import parse_id

TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
TEST_INS = "urn:oid:1.2.250.1.213.1.4.10"
"""Numbers of the national identity, of test: nothing here is a real one."""
BILLED = "urn:oid:1.2.250.1.213.1.4.13"
"""The same number, as bills of care name who is insured (NSS)."""
V2 = "http://terminology.hl7.org/CodeSystem/v2-"
RELIABILITY = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EXEMPTING = (
    RightKind.MATERNITE, RightKind.VICTIME_TERRORISME, RightKind.PENSION_MILITAIRE, RightKind.INVALIDITE,
    RightKind.ASPA, RightKind.ALD, RightKind.SUIVI_POST_ALD, RightKind.AT_MP,
)  # fmt: skip
SHOWN_NUMBER = (Role.INSURED, Role.OFFICER, Role.API_CLIENT)
READ = Access(Action.READ_PATIENT, Tag.PERSON_READ)
HOLDERS = Access(Action.READ_HOLDERS, Tag.HOLDER_READ)


def owner_of_patient(ask: Ask, id_: str) -> str | None:
    """A person is their own."""
    return parse_id(id_)


def patients(ask: Ask, person: str) -> Iterator[Resource]:
    """A person."""
    insured = get_insured(ask.by.session, person)
    today = paris_today()
    said: Resource = {
        "resourceType": "Patient", "id": insured.id,
        "meta": meta(f"{CORE}/fr-core-patient", updated=insured.recorded_at.isoformat()),
        "extension": [{
            "url": f"{CORE}/fr-core-identity-reliability",
            "extension": [{"url": "identityStatus", "valueCoding": {"system": RELIABILITY, "code": "PROV"}}],
        }],
        "active": insured.died_on is None,
        "name": [{"use": "official", "family": insured.family_name, "given": [insured.first_name]}],
        "gender": "unknown", "birthDate": str(insured.birth_date),
    }  # fmt: skip
    # The number of identity (of test) and the number for bills are one and the same.
    number = current_identifier(ask.by.session, person, today) if ask.by.actor.role in SHOWN_NUMBER else None
    if number is not None:
        kind = {"coding": [{"system": TYPES, "code": "INS-NIR-TEST"}]}
        said["identifier"] = [
            {"use": "official", "type": kind, "system": TEST_INS, "value": number.value},
            {"use": "official", "type": concept(f"{V2}0203", "NH"), "system": BILLED, "value": number.value},
        ]
    if insured.died_on is not None:
        said["deceasedDateTime"] = str(insured.died_on)
    tenure = as_of(ask.by.session, person, today)
    if tenure is not None:
        said["generalPractitioner"] = [reference("Practitioner", tenure.professional_id)]
    yield said


def found_by(ask: Ask, query: Query) -> list[str] | None:
    """The people of a number; for a fund, also those of a family name born on a day."""
    numbers = query.values("identifier")
    if numbers:
        return of_numbers(ask, numbers)
    names, days = query.values("family", "name"), [one.removeprefix("eq") for one in query.values("birthdate")]
    if not names or not days or not ask.by.may(Action.SEARCH_PATIENT, SYSTEM):
        return None
    ask.by.allow(Action.SEARCH_PATIENT, SYSTEM, Tag.PERSON_SEARCH)
    found = [
        one.id
        for name in names
        for day in days
        if DAY.fullmatch(day)
        for one in find_by_name(ask.by.session, name, date.fromisoformat(day))
    ]
    return found or ["unknown"]


def holders(ask: Ask, person: str) -> Iterator[Resource]:
    """Who acts for a person: never a bank account."""
    for link in authorities(ask, person):
        holder = ask.by.session.get_one(Insured, link.holder_id)
        role = "PRN" if link.kind.value == "parent" else "GUARD"
        yield {
            "resourceType": "RelatedPerson", "id": link.id, "meta": meta(updated=link.recorded_at.isoformat()),
            "active": link.holds(paris_today()), "patient": reference("Patient", person),
            "relationship": [concept(f"{HL7}v3-RoleCode", role)],
            "name": [{"family": holder.family_name, "given": [holder.first_name]}],
            "period": period(link.starts_on, link.ends_on and link.ends_on - timedelta(days=1)),
        }  # fmt: skip


def authorities(ask: Ask, person: str) -> list[Kinship]:
    """The confirmed authorities over a person, ended ones included, oldest first; read once a request."""
    read = partial(family.links_of, ask.by.session, person)
    return [one for one in ask.once(f"authorities:{person}", read) if one.confirmed_at is not None]


def related_to(ask: Ask, person: str, holder: str | None) -> Resource | None:
    """The reference to who acts for a person, as the related person that they are; None: not this one."""
    found = [one.id for one in authorities(ask, person) if one.holder_id == holder]
    return reference("RelatedPerson", found[-1]) if found else None


def owner_of_link(ask: Ask, id_: str) -> str | None:
    """Whose child."""
    key = parse_id(id_)
    row = ask.by.session.get(Kinship, key) if key else None
    return row.child_id if row else None


# --- coverage --------------------------------------------------------------------------------------------------------


def coverages(ask: Ask, person: str) -> Iterator[Resource]:
    """The compulsory insurance, each contract, and the C2S."""
    rights = [one for one in own(ask, Right, person, Right.id) if one.superseded_at is None]
    open_ = [one.kind.value for one in rights if one.kind in EXEMPTING and holding_on(one, paris_today())]
    for row in own(ask, Affiliation, person, Affiliation.starts_on.desc()):
        if row.superseded_at is not None:
            continue
        said = coverage(ask, row, "amo", reference("Organization", fund_id(ask, row.fund_code)), 1,
                        {"group": [row.scheme], "plan": open_ if holding_on(row, paris_today()) else []})  # fmt: skip
        yield said
    free = [one for one in rights if one.kind is RightKind.C2S]
    before = 2 + bool([one for one in free if holding_on(one, paris_today())])
    for right in free:
        yield coverage(ask, right, "c2s", {"display": "Complémentaire santé solidaire"}, 2, {})
    for number, link in enumerate(own(ask, Link, person, Link.id)):
        said = coverage(ask, link, "amc", insurer(link.insurer), before + number,
                        {"plan": [link.contract] if link.contract else []})  # fmt: skip
        said["extension"] = [{"url": ask.site.extension("link-state"), "valueCode": link.state.value}]
        if link.state is LinkState.ENDED:
            said["status"] = "cancelled"
        yield said


def coverage(
    ask: Ask, row: Affiliation | Right | Link, kind: str, payor: Resource, order: int, classes: dict[str, list[str]]
) -> Resource:
    """One coverage."""
    recorded = getattr(row, "recorded_at", None)
    ended = row.ends_on is not None and row.ends_on <= paris_today()
    said: Resource = {
        "resourceType": "Coverage", "id": row.id, "meta": meta(updated=recorded and recorded.isoformat()),
        "status": "cancelled" if ended else "active", "type": ask.site.concept("coverage-type", kind),
        "beneficiary": reference("Patient", row.insured_id),
        "relationship": concept(f"{HL7}subscriber-relationship", "self"),
        "period": period(row.starts_on, row.ends_on and row.ends_on - timedelta(days=1)), "payor": [payor],
        "order": order,
    }  # fmt: skip
    parts = [
        {"type": concept(f"{HL7}coverage-class", name), "value": value}
        for name, values in classes.items() for value in values
    ]  # fmt: skip
    return said | ({"class": parts} if parts else {})


def holding_on(row: Affiliation | Right, day: date) -> bool:
    """Is a row in force on a day?"""
    return row.starts_on <= day and (row.ends_on is None or day < row.ends_on)


def covering(ask: Ask, person: str, day: date, kind: str, insurer: str = "") -> Resource | None:
    """The reference to who covered a person on a day: the fund (`amo`); else the insurer of that name, or the C2S."""
    for one in rows_of(ask, "Coverage", coverages, person):
        dates, own = one["period"], one["type"]["coding"][0]["code"]
        if dates["start"] <= str(day) <= dates.get("end", "9999") and (own == "amo") == (kind == "amo"):
            payor = one["payor"][0].get("display", "")
            if not insurer or own == "c2s" or payor == insurer:
                return reference("Coverage", one["id"], payor)
    return None


def fund_id(ask: Ask, code: str) -> str | None:
    """The id of a fund, looked up once a request."""
    query = select(Fund.id).where(Fund.code == code)
    return ask.once(f"fund:{code}", lambda: ask.by.session.scalar(query))


def owner_of_coverage(ask: Ask, id_: str) -> str | None:
    """Whose coverage."""
    key = parse_id(id_)
    if key is None:
        return None
    models: tuple[Any, ...] = (Affiliation, Link, Right)
    rows = (ask.by.session.get(model, key) for model in models)
    return next((str(row.insured_id) for row in rows if row is not None), None)


PATIENTS = personal(
    "Patient", READ, patients, owner_of_patient,
    {
        "identifier": Param("token", ()), "name": Param("string", ("name",)),
        "family": Param("string", ("name.family",)), "birthdate": Param("date", ("birthDate",)),
        "general-practitioner": Param("reference", ("generalPractitioner",)),
    },
    profile=f"{CORE}/fr-core-patient", finder=found_by,
)  # fmt: skip
KINDS: tuple[Kind, ...] = (
    PATIENTS,
    personal(
        "RelatedPerson", HOLDERS, holders, owner_of_link,
        {"patient": Param("reference", ("patient",)), "active": Param("token", ("active",))},
    ),
    personal(
        "Coverage", READ, coverages, owner_of_coverage,
        {
            "patient": Param("reference", ("beneficiary",)), "beneficiary": Param("reference", ("beneficiary",)),
            "payor": Param("reference", ("payor",)), "status": Param("token", ("status",)),
            "type": Param("token", ("type",)),
        },
    ),
)  # fmt: skip
