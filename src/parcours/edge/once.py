"""A request that creates something, done once per idempotency key and answered the same again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from parcours.edge import refusals
from parcours.edge.caller import Incoming
from parcours.edge.unit import Unit
from parcours.registry.access.model import Kind, Record
from parcours.registry.audit.context import Tag
from parcours.registry.replies import service as replies
from parcours.registry.replies.models import IdempotentReply


def digest_of(incoming: Incoming, body: bytes) -> str:
    """What tells one request from another under the same key."""
    return hashlib.sha256(b"\0".join([incoming.method.encode(), incoming.path.encode(), body])).hexdigest()


@dataclass(frozen=True)
class Once:
    """A request that creates something, done once per idempotency key."""

    unit: Unit
    key: str | None
    request: str
    """Its digest."""

    def reply(self, make: Callable[[], tuple[BaseModel, dict[str, str]]], status: int = 201) -> Response:
        """Answer as before if the key is known, else do `make` (content, headers) and remember the answer.

        Of two requests at once, the second waits for the first and then repeats its answer; the answer is kept in the
        same transaction as the work: when that fails, the key is free again.
        """
        session, actor_id = self.unit.session, self.unit.actor.id
        if self.key is not None:
            replies.take_turn(session, actor_id, self.key)
            if (known := replies.find(session, actor_id, self.key, self.unit.incoming.at)) is not None:
                return self._repeat(known)
        content, headers = make()
        body = content.model_dump(mode="json")
        if self.key is not None:
            answer = replies.Answer(status, headers, body, self._about())
            replies.keep(session, actor_id, self.key, self.request, answer)
        return JSONResponse(body, status, headers=headers)

    def _about(self) -> list[tuple[str | None, str | None, str | None]]:
        """Which records the answer shows: kind, id, whose."""
        if self.unit.notes:
            return [(one.record_kind, one.record_id, one.insured_id) for one in self.unit.notes]
        return [(one.kind, one.id, one.insured_id) for one in self.unit.decided]

    def _repeat(self, known: IdempotentReply) -> Response:
        if not replies.answers(known, self.request):
            raise refusals.key_reused()
        for kind, record_id, insured_id in json.loads(known.about):
            self.unit.note(Tag.ACCESS_REPEAT, Record(Kind(kind), record_id, insured_id))
        headers = {**json.loads(known.headers), "Idempotency-Replayed": "true"}
        return JSONResponse(json.loads(known.body), known.status, headers=headers)
