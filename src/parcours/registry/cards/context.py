"""Cards: each is one person's."""

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal
from parcours.registry.cards.models import Card, CardEvent, EuropeanProof
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF


class Action(model.Action):
    """What one does with a card."""

    READ_CARD = "read_card"
    ASK_CARD = "ask_card"
    """Ask for a card or a proof for abroad, send a document, say that a card is lost."""


class Tag(model.Tag):
    """What happens to a card."""

    CARD_READ = "cards:card:read"
    CARD_ASK = "cards:card:ask"


CONTEXT = Context(
    name="cards",
    tables={Card: Personal(), CardEvent: Personal(through="card_id"), EuropeanProof: Personal()},
    actions=Action,
    rules=(
        PATIENT_SELF.gives(Action.READ_CARD, Action.ASK_CARD),
        PATIENT_CHILD.gives(Action.READ_CARD, Action.ASK_CARD),
        OFFICER_FUND.gives(Action.READ_CARD),
    ),
    tags=Tag,
)
