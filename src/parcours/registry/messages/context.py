"""Messages: each belongs to the person that it is about; a return to a practice names claims only."""

from parcours.registry.access.manifest import Context, Personal
from parcours.registry.messages.models import Message
from parcours.registry.store.rotation import KeyedIndex

CONTEXT = Context(
    name="messages",
    tables={Message: Personal()},
    keyed=(KeyedIndex(Message.__tablename__, "hash", None),),
)
