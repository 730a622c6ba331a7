"""What was written to a person, and who looked: DocumentReference and its Binary, Communication, AuditEvent."""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select

from parcours import documents
from parcours.edge import trail
from parcours.fhir import problems
from parcours.fhir.kinds import Access, Ask, Kind, Resource
from parcours.fhir.person import coverages, fund_id
from parcours.fhir.personal import allowed, check_type, personal, reference
from parcours.fhir.query import Param, Query
from parcours.fhir.refunds import STATEMENT
from parcours.fhir.site import HL7, concept, meta
from parcours.registry.access.model import Role
from parcours.registry.audit.context import Action as TrailAction
from parcours.registry.audit.context import Tag as TrailTag
from parcours.registry.audit.models import AuditEvent
from parcours.registry.cards.context import Action as CardAction
from parcours.registry.messages.context import Action as MessageAction
from parcours.registry.messages.context import Tag as MessageTag
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.messages.service import body_of
from parcours.registry.messages.words import subject
from parcours.registry.people.context import of_patient
from parcours.registry.people.models import Affiliation
from parcours.registry.people.service import affiliation_on, get_insured
from parcours.registry.store.clock import paris_today
from parcours.registry.store.ids import parse_id
from parcours.text import Text

MESSAGES = Access(MessageAction.READ_MESSAGES, MessageTag.MESSAGE_READ)
LOOKED = Access(TrailAction.READ_TRAIL, TrailTag.AUDIT_READ)
PDF = "application/pdf"
CLASS = "https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
FORMAT = "https://mos.esante.gouv.fr/NOS/TRE_A11-IheFormatCode/FHIR/TRE-A11-IheFormatCode"
REMB, RIGHTS = "REMB", "ATTEST-DROITS-AM"
TITLES = {
    REMB: Text("Décompte de remboursement (simulé)", "Statement of refunds (simulated)"),
    RIGHTS: Text("Attestation de droits (simulée)", "Certificate of rights (simulated)"),
}
NOTE = Text("Document simulé : il n'ouvre aucun droit.", "Simulated document: it opens no right.")
MOST_EVENTS = 1_000
"""The newest accesses that a search reads."""


class Written(NamedTuple):
    """A paper: what it is, when it was made, and what it says, as text that always gives the same file."""

    id: str
    code: str
    at: datetime
    said: str


@lru_cache(maxsize=256)
def pdf_of(said: str) -> bytes:
    """The file of a paper."""
    return documents.render("record", json.loads(said), "fr")


def written(ask: Ask, person: str) -> Iterator[Written]:
    """The papers of a person: each statement that was sent, the certificate of the rights of today."""
    insured = get_insured(ask.by.session, person)
    name, lang = f"{insured.first_name} {insured.family_name}", "fr"
    query = select(Message).where(Message.recipient == person, Message.kind == MessageKind.STATEMENT)
    for one in ask.by.session.scalars(query.order_by(Message.day.desc(), Message.id.desc())):
        yield paper(one.id, REMB, one.sent_at, name, statement(body_of(one), lang))
    today = paris_today()
    affiliation = affiliation_on(ask.by.session, person, today)
    if affiliation is not None and ask.by.may(CardAction.READ_CARD, of_patient(insured)):
        rows = [
            {"name": one["type"]["coding"][0]["code"].upper(), "text": period_of(one)} for one in coverages(ask, person)
        ]
        section = {"title": TITLES[RIGHTS].fr, "entries": rows}
        yield paper(affiliation.id, RIGHTS, datetime.combine(today, time(), UTC), name, [section])


def period_of(coverage: Resource) -> str:
    """From when, until when, and who pays."""
    dates, payor = coverage["period"], coverage["payor"][0].get("display", "caisse")
    return f"{payor} : {dates['start']} → {dates.get('end', '')}"


def statement(body: Resource, lang: str) -> list[Resource]:
    """What was refunded, what was taken and for which act, what was paid."""
    rows = [["Remboursement", "", one["refund"]] for one in body["refunds"]]
    rows += [[one["line"], one["care_date"], f"-{one['cents']}"] for one in body["deductions"]]
    table = {
        "caption": "Lignes",
        "head": ["Ligne", "Soins du", "Euros"],
        "rows": rows or [["—", "—", "—"]],
        "right": [2],
    }
    paid = [{"name": "Versé", "text": f"{body['paid']} €"}, {"name": "Reste à retenir", "text": f"{body['left']} €"}]
    return [{"title": TITLES[REMB].fr, "table": table, "entries": paid}]


def paper(id_: str, code: str, at: datetime, name: str, sections: list[Resource]) -> Written:
    """A paper, as it is printed."""
    said = {
        "title": TITLES[code].fr, "subtitle": name, "day": at.date().isoformat(), "sections": sections, "note": NOTE.fr
    }  # fmt: skip
    return Written(id_, code, at, json.dumps(said, ensure_ascii=False, sort_keys=True))


def documents_of(ask: Ask, person: str) -> Iterator[Resource]:
    """Each paper, with the address, the size and the hash of its file."""
    affiliation = affiliation_on(ask.by.session, person, paris_today())
    for one in written(ask, person):
        file = pdf_of(one.said)
        said: Resource = {
            "resourceType": "DocumentReference", "id": one.id, "meta": meta(updated=one.at.isoformat()),
            "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{one.id}"},
            "status": "current", "type": concept(CLASS, one.code, TITLES[one.code].fr),
            "category": [ask.site.concept("document-kind", one.code)],
            "subject": reference("Patient", person), "date": one.at.isoformat(), "description": TITLES[one.code].fr,
            "content": [{
                "attachment": {
                    "contentType": PDF, "language": "fr-FR", "url": f"{ask.site.base}/Binary/{one.id}",
                    "size": len(file), "hash": digest_of(file),
                    "title": TITLES[one.code].fr, "creation": one.at.isoformat(),
                },
                "format": {"system": FORMAT, "code": "urn:ihe:iti:xds-sd:pdf:2008"},
            }],
        }  # fmt: skip
        if affiliation is not None:
            fund = reference("Organization", fund_id(ask, affiliation.fund_code))
            said |= {"author": [fund], "custodian": fund}
        yield said


def digest_of(file: bytes) -> str:
    """The hash of a file, as FHIR wants it: SHA-1, a name for the bytes and no proof."""
    return base64.b64encode(hashlib.sha1(file, usedforsecurity=False).digest()).decode()


def owner_of_document(ask: Ask, id_: str) -> str | None:
    """Whose paper."""
    key = parse_id(id_)
    if key is None:
        return None
    message = ask.by.session.get(Message, key)
    if message is not None:
        return message.recipient if message.kind is MessageKind.STATEMENT else None
    row = ask.by.session.get(Affiliation, key)
    return row.insured_id if row else None


def file_of(ask: Ask, id_: str) -> tuple[str, bytes]:
    """(person, file) of a paper. Raises `ProblemError`: 404."""
    check_type(ask, STATEMENT, "DocumentReference")
    person = owner_of_document(ask, id_)
    if not allowed(ask, STATEMENT, person or "unknown") or person is None:
        raise problems.not_found(field="id")
    for one in written(ask, person):
        if one.id == parse_id(id_):
            return person, pdf_of(one.said)
    raise problems.not_found(field="id")


def binary(ask: Ask, id_: str) -> Resource:
    """The file of a paper, inside a resource."""
    person, file = file_of(ask, id_)
    return {
        "resourceType": "Binary", "id": id_, "meta": meta(), "contentType": PDF,
        "securityContext": reference("Patient", person), "data": base64.b64encode(file).decode(),
    }  # fmt: skip


def no_search(ask: Ask, query: Query) -> list[Resource]:
    """A file is read by its address alone. Raises `ProblemError`."""
    raise problems.not_searched(type="Binary")


# --- messages --------------------------------------------------------------------------------------------------------


def communications(ask: Ask, person: str) -> Iterator[Resource]:
    """Each message of the account, by what it is about: never what it says of somebody's health."""
    query = select(Message).where(Message.recipient == person).order_by(Message.day.desc(), Message.id.desc())
    for one in ask.by.session.scalars(query):
        said: Resource = {
            "resourceType": "Communication", "id": one.id, "meta": meta(updated=one.sent_at.isoformat()),
            "status": "completed", "category": [ask.site.concept("message-kind", one.kind.value)],
            "subject": reference("Patient", person), "sent": one.sent_at.isoformat(),
            "recipient": [reference("Patient", person)], "topic": {"text": subject(one.subject).fr},
            "payload": [{"contentString": subject(one.subject).fr}],
        }  # fmt: skip
        if one.claim_id:
            said["about"] = [reference("Claim", one.claim_id)]
        if one.reply_to:
            said["inResponseTo"] = [reference("Communication", one.reply_to)]
        yield said


def owner_of_message(ask: Ask, id_: str) -> str | None:
    """To whom a message was sent."""
    key = parse_id(id_)
    row = ask.by.session.get(Message, key) if key else None
    return parse_id(row.recipient) if row else None


# --- who looked ------------------------------------------------------------------------------------------------------

ACTIONS = {"read": "R", "search": "E", "create": "C", "submit": "C", "propose": "C", "export": "R", "refuse": "E"}
"""What was done, as FHIR says it; anything else is a change."""
REFUSED = "refuse"


def audit_events(ask: Ask, person: str) -> Iterator[Resource]:
    """Who read or changed what, the newest first, as the person may know it."""
    for one in trail.accesses(ask.by, person, limit=MOST_EVENTS):
        row = one.row
        done = row.tag.rpartition(":")[2].partition("_")[0]
        yield {
            "resourceType": "AuditEvent", "id": row.id, "meta": meta(updated=row.occurred_at.isoformat()),
            "type": {"system": f"{HL7}audit-event-type", "code": "rest", "display": "RESTful Operation"},
            "subtype": [{"system": ask.site.system("trail"), "code": row.tag}],
            "action": ACTIONS.get(done, "U"), "recorded": row.occurred_at.isoformat(),
            "outcome": "4" if done == REFUSED else "0",
            "agent": agents_of(one, person, ask),
            "source": {"observer": {"display": "parcours"}},
            "entity": [{"what": reference("Patient", person),
                        **({"description": row.why} if row.why else {})}],
        }  # fmt: skip


def agents_of(access: trail.Access, person: str, ask: Ask) -> list[Resource]:
    """Who asked; the application that asked for somebody comes before them, who did not ask themselves."""
    role = {"role": [ask.site.concept("role", access.row.role)]} if access.row.role else {}
    somebody = {"who": looker(access, person, ask), "requestor": access.app is None, **role}
    if access.app is None:
        return [somebody]
    program = {"coding": [{"system": DICOM, "code": "110150", "display": "Application"}]}
    return [{"type": program, "who": {"display": access.app}, "requestor": True}, somebody]


def looker(access: trail.Access, person: str, ask: Ask) -> Resource:
    """Who it was: oneself, a professional, a fund; never an officer's name."""
    mine = access.row.actor_id is not None and access.row.actor_id == ask.by.actor.account_id
    if mine and ask.by.actor.role is Role.INSURED:
        return reference("Patient", ask.by.actor.insured_id or person)
    if access.by and access.by != trail.YOURSELF:
        doctor = access.row.role in trail.PRACTICE and access.row.acting_for
        return reference("Practitioner", access.row.acting_for, access.by) if doctor else {"display": access.by}
    return {"display": access.row.role or "parcours"}


def owner_of_event(ask: Ask, id_: str) -> str | None:
    """About whom an event is."""
    key = parse_id(id_)
    row = ask.by.session.get(AuditEvent, key) if key else None
    return row.insured_id if row else None


SUBJECT: dict[str, Any] = {"patient": Param("reference", ("subject",)), "subject": Param("reference", ("subject",))}
KINDS: tuple[Kind, ...] = (
    personal(
        "DocumentReference", STATEMENT, documents_of, owner_of_document,
        {
            **SUBJECT, "type": Param("token", ("type",)), "category": Param("token", ("category",)),
            "status": Param("token", ("status",)), "date": Param("date", ("date",)),
            "identifier": Param("token", ("masterIdentifier",)), "custodian": Param("reference", ("custodian",)),
        },
    ),
    Kind("Binary", {}, no_search, binary, searched=False),
    personal(
        "Communication", MESSAGES, communications, owner_of_message,
        {
            **SUBJECT, "sent": Param("date", ("sent",)), "category": Param("token", ("category",)),
            "status": Param("token", ("status",)), "recipient": Param("reference", ("recipient",)),
        },
    ),
    personal(
        "AuditEvent", LOOKED, audit_events, owner_of_event,
        {
            "patient": Param("reference", ("entity.what",)), "date": Param("date", ("recorded",)),
            "action": Param("token", ("action",)), "subtype": Param("token", ("subtype",)),
            "outcome": Param("token", ("outcome",)), "agent": Param("reference", ("agent.who",)),
        },
    ),
)  # fmt: skip
