"""Answers kept for a day, to be given again to a request that is repeated."""

from parcours.registry.access.manifest import Context, Shared
from parcours.registry.replies.models import IdempotentReply
from parcours.registry.store.rotation import KeyedIndex

CONTEXT = Context(
    name="replies",
    tables={IdempotentReply: Shared("an answer already given, to whom it was given, for a day")},
    keyed=(KeyedIndex(IdempotentReply.__tablename__, "request_hash", None),),
)
