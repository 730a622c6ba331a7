"""Messages: each belongs to the person that it is about; a return to a practice names claims only."""

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal
from parcours.registry.messages.models import Message
from parcours.registry.people.relations import PATIENT_CHILD, PATIENT_SELF
from parcours.registry.store.rotation import KeyedIndex


class Action(model.Action):
    """What one does with the messages of a person."""

    READ_MESSAGES = "read_messages"


class Tag(model.Tag):
    """What happens to messages."""

    MESSAGE_READ = "messages:message:read"


CONTEXT = Context(
    name="messages",
    tables={Message: Personal()},
    actions=Action,
    rules=(PATIENT_SELF.gives(Action.READ_MESSAGES), PATIENT_CHILD.gives(Action.READ_MESSAGES)),
    tags=Tag,
    keyed=(KeyedIndex(Message.__tablename__, "hash", None),),
)
