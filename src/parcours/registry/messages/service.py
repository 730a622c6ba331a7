"""Send a simulated message, and read those that were sent."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.messages import feed
from parcours.registry.messages.models import Message, MessageKind
from parcours.registry.store.bulk import unwatched
from parcours.registry.store.columns import blind_index, blind_indexes
from parcours.registry.store.ids import new_id

HASH_CONTEXT = "messages_messages.body"


def content_of(body: Mapping[str, Any]) -> str:
    """The body as it is kept: the same body is the same text."""
    return json.dumps({"simulated": True, **body}, sort_keys=True, ensure_ascii=False)


def message_of(  # noqa: PLR0913 - one keyword for each field of the envelope
    kind: MessageKind,
    subject: str,
    to: str,
    body: Mapping[str, Any],
    *,
    at: datetime,
    day: date,
    insured_id: str | None = None,
    claim_id: str | None = None,
    reply_to: str | None = None,
    make: Callable[..., Message] | None = None,
) -> Message:
    """A message to be written by `insert_all` (by a session: `make=Message`), after `feed.begin`.

    Its body says that it is simulated.
    """
    content = content_of(body)
    return (make or partial(unwatched, Message))(
        id=new_id(), kind=kind, subject=subject, day=day, sent_at=at, recipient=to, insured_id=insured_id,
        claim_id=claim_id, reply_to=reply_to, body=content, hash=blind_index(content, HASH_CONTEXT),
    )  # fmt: skip


def send(
    session: Session, kind: MessageKind, subject: str, to: str, body: Mapping[str, Any], **envelope: Any
) -> Message:
    """Keep a message (see `message_of`)."""
    feed.begin(session)
    row = message_of(kind, subject, to, body, make=Message, **envelope)
    session.add(row)
    session.flush()
    return row


def send_once(
    session: Session, kind: MessageKind, subject: str, to: str, body: Mapping[str, Any], **envelope: Any
) -> Message | None:
    """Keep a message unless the same one went to the same reader before: run again, it sends nothing."""
    known = select(Message.id).where(
        Message.recipient == to, Message.subject == subject,
        Message.hash.in_(blind_indexes(content_of(body), HASH_CONTEXT)),
    )  # fmt: skip
    if session.scalar(known.limit(1)) is not None:
        return None
    return send(session, kind, subject, to, body, **envelope)


def messages_to(
    session: Session, recipient: str, *, after: str | None = None, before: str | None = None, limit: int = 100
) -> list[Message]:
    """Messages to somebody, oldest first, with ids between two (a feed ends before `feed.end`)."""
    query = select(Message).where(Message.recipient == recipient).order_by(Message.id).limit(limit)
    if after is not None:
        query = query.where(Message.id > after)
    return list(session.scalars(query if before is None else query.where(Message.id < before)))


def newest_to(session: Session, recipient: str, kind: MessageKind, *, limit: int = 50) -> list[Message]:
    """Messages of a kind to somebody, newest first."""
    query = select(Message).where(Message.recipient == recipient, Message.kind == kind)
    return list(session.scalars(query.order_by(Message.id.desc()).limit(limit)))


def received(session: Session, recipient: str, *, after: str | None = None, limit: int = 50) -> list[Message]:
    """Messages to somebody by their day, newest first; pages by `after` (last id)."""
    query = select(Message).where(Message.recipient == recipient)
    if after is not None:
        day = select(Message.day).where(Message.id == after, Message.recipient == recipient).scalar_subquery()
        query = query.where((Message.day < day) | ((Message.day == day) & (Message.id < after)))
    return list(session.scalars(query.order_by(Message.day.desc(), Message.id.desc()).limit(limit)))


def body_of(message: Message) -> dict[str, Any]:
    """What a message says."""
    content: dict[str, Any] = json.loads(message.body)
    return content
