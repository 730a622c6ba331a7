"""Messages: each belongs to the person that it is about; a return to a practice names claims only."""

from __future__ import annotations

from typing import Final

from parcours.registry.access.manifest import Context, Personal
from parcours.registry.messages.models import Message
from parcours.registry.store.rotation import KeyedIndex

CONTEXT: Final = Context(
    name="messages",
    tables={Message: Personal()},
    keyed=(KeyedIndex(Message.__tablename__, "hash", None),),
)
