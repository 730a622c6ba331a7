"""Take a key, keep the answer under it, find it again, forget it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from parcours.registry.replies.models import IdempotentReply
from parcours.registry.store import turns
from parcours.registry.store.bulk import insert_all
from parcours.registry.store.clock import now_utc
from parcours.registry.store.columns import blind_index, blind_indexes
from parcours.registry.store.ids import new_id

HOURS = 24
"""How long an answer is kept."""
_REQUEST = "idempotent_replies.request"
"""A body may hold a password or a national number: its plain digest could be guessed, so it is kept under a key."""


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: Any
    about: Sequence[tuple[str | None, str | None, str | None]]
    """Which records it shows: kind, id, whose."""


def take_key(session: Session, actor_id: str, key: str, request: str, status: int) -> IdempotentReply | None:
    """The row of a key that holds no answer; None when it was taken before."""
    reply = _row(actor_id, key, request, Answer(status, {}, {}, ()))
    try:
        with session.begin_nested():
            session.add(reply)
    except IntegrityError:
        return None
    return reply


def take_turn(session: Session, actor_id: str, key: str) -> None:
    """Of two requests with one key at once, the second waits for the first, and finds its answer."""
    turns.take_turn(session, f"reply|{actor_id}|{key}")


def keep(session: Session, actor_id: str, key: str, request: str, answer: Answer) -> None:
    """Keep the answer to a request whose turn it is."""
    session.flush()
    insert_all(session, [_row(actor_id, key, request, answer)])


def _row(actor_id: str, key: str, request: str, answer: Answer) -> IdempotentReply:
    return IdempotentReply(
        id=new_id(), recorded_at=now_utc(), actor_id=actor_id, key=key, request_hash=blind_index(request, _REQUEST),
        status=answer.status, headers=json.dumps(answer.headers), body=json.dumps(answer.body),
        about=json.dumps(answer.about),
    )  # fmt: skip


def find(session: Session, actor_id: str, key: str, now: datetime) -> IdempotentReply | None:
    """The answer kept under a key; one that is too old is forgotten."""
    query = select(IdempotentReply).where(IdempotentReply.actor_id == actor_id, IdempotentReply.key == key)
    known = session.scalar(query)
    if known is not None and now - known.recorded_at > timedelta(hours=HOURS):
        session.execute(delete(IdempotentReply).where(IdempotentReply.id == known.id))
        return None
    return known


def answers(reply: IdempotentReply, request: str) -> bool:
    """Was the answer given to this very request?"""
    return reply.request_hash in blind_indexes(request, _REQUEST)


def forget_of(session: Session, actor_id: str) -> None:
    """Forget every answer given to somebody."""
    session.execute(delete(IdempotentReply).where(IdempotentReply.actor_id == actor_id))


def remove_old(session: Session, now: datetime) -> None:
    """Forget the answers nobody may ask again."""
    session.execute(delete(IdempotentReply).where(IdempotentReply.recorded_at < now - timedelta(hours=HOURS)))
