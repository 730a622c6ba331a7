"""Deposit and read documents: one identifier, one hash; a new version replaces and never edits."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.declarations.relations import in_charge
from parcours.registry.directory.models import Practice
from parcours.registry.directory.service import get_professional
from parcours.registry.errors import not_found
from parcours.registry.record import problems
from parcours.registry.record.models import DocumentState, RecordDocument, Visibility
from parcours.registry.record.service import writable
from parcours.registry.store.clock import now_utc, paris_today
from parcours.registry.store.db import listed
from parcours.registry.store.ids import get
from parcours.registry.store.periods import holding
from parcours.registry.vocabulary import check_choice

MOST_BYTES = 10 * 1024 * 1024
MIMES = ("text/xml", "application/pdf", "image/jpeg", "text/plain")
SIGNATURES = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "text/xml": b"<"}
"""How the content of each kind begins: what is said of it is not believed."""


@dataclass(frozen=True)
class NewDocument:
    """A document with the metadata of the shared record."""

    unique_id: str
    type_code: str
    mime: str
    title: str
    content: str
    """Base 64."""
    sha1: str
    size: int
    visibility: str = "normal"
    hidden_until: date | None = None
    replaces: str | None = None


def deposit(
    session: Session, insured_id: str, author_id: str, new: NewDocument, *, at: datetime | None = None
) -> RecordDocument:
    """Keep a document. Raises `Conflict` for an identifier that is there, `Invalid` for another hash, `Refused` for a
    replacement by somebody else.
    """
    insured, author = writable(session, insured_id), get_professional(session, author_id)
    content = checked_content(new)
    if session.scalar(select(RecordDocument.id).where(RecordDocument.unique_id == new.unique_id).limit(1)):
        raise problems.duplicate_document()
    before = None if new.replaces is None else get(session, RecordDocument, new.replaces, "replaces")
    if before is not None:
        check_replacement(session, before, insured.id, author.id)
        before.state = DocumentState.DEPRECATED
    row = RecordDocument(
        insured_id=insured.id, unique_id=new.unique_id, type_code=new.type_code, mime=new.mime, title=new.title,
        content=new.content, size=len(content), sha1=new.sha1.lower(), author_id=author.id,
        state=DocumentState.APPROVED, visibility=check_choice("visibility", new.visibility, Visibility),
        hidden_until=new.hidden_until, replaces_id=before.id if before else None, recorded_at=at or now_utc(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def checked_content(new: NewDocument) -> bytes:
    """The bytes of a document, of the size, hash and kind that are said."""
    try:
        content = base64.b64decode(new.content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise problems.not_base64() from error
    if len(content) > MOST_BYTES:
        raise problems.too_large(len(content), most=MOST_BYTES)
    if new.mime not in MIMES or not content.lstrip().startswith(SIGNATURES.get(new.mime, b"")):
        raise problems.other_mime(new.mime, allowed=", ".join(MIMES))
    if len(content) != new.size or hashlib.sha1(content).hexdigest() != new.sha1.lower():  # noqa: S324 - the format's
        raise problems.other_hash()
    return content


def check_replacement(session: Session, before: RecordDocument, insured_id: str, author_id: str) -> None:
    """The last version, of the same person, by its author, the médecin traitant or somebody of the same practice."""
    if before.insured_id != insured_id:
        raise not_found("replaces")
    if before.state is not DocumentState.APPROVED:
        raise problems.not_the_last()
    in_charge_now = set(session.scalars(in_charge(insured_id)))
    if author_id != before.author_id and author_id not in in_charge_now and not same_place(session, author_id, before):
        raise problems.other_replacer()


def same_place(session: Session, author_id: str, before: RecordDocument) -> bool:
    """Do two professionals work at one place today?"""
    today = paris_today()
    places = select(Practice.organisation_id).where(
        Practice.professional_id == before.author_id, holding(Practice, today)
    )
    query = select(Practice.id).where(
        Practice.professional_id == author_id, Practice.organisation_id.in_(places), holding(Practice, today)
    )
    return session.scalar(query.limit(1)) is not None


def documents_of(session: Session, insured_id: str) -> list[RecordDocument]:
    """Every document of a person, newest first, replaced ones too."""
    query = select(RecordDocument).where(RecordDocument.insured_id == insured_id)
    return listed(session, query.order_by(RecordDocument.recorded_at.desc(), RecordDocument.id.desc()))


def get_document(session: Session, document_id: str) -> RecordDocument:
    """A document by public id."""
    return get(session, RecordDocument, document_id, "document_id")


def withheld_ids(session: Session, insured_id: str) -> frozenset[str]:
    """The documents that nobody sees who acts for a minor."""
    query = select(RecordDocument.id).where(
        RecordDocument.insured_id == insured_id, RecordDocument.visibility != Visibility.NORMAL
    )
    return frozenset(session.scalars(query))


def postponed_ids(session: Session, insured_id: str) -> frozenset[str]:
    """The documents that a doctor is to tell of first."""
    query = select(RecordDocument.id).where(
        RecordDocument.insured_id == insured_id, RecordDocument.hidden_until > paris_today()
    )
    return frozenset(session.scalars(query))
