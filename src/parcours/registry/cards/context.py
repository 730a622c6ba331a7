"""Cards: each is one person's."""

from parcours.registry.access import model
from parcours.registry.access.manifest import Context, Personal
from parcours.registry.cards.models import Card, CardApp, CardAppEvent, CardEvent, CardReading, EuropeanProof
from parcours.registry.cards.relations import PRACTICE_CARD, PRACTICE_CARD_HELD, PRACTICE_READER
from parcours.registry.complementary.context import Action as LinkAction
from parcours.registry.declarations.context import Action as DeclarationAction
from parcours.registry.people.context import Action as PeopleAction
from parcours.registry.people.relations import OFFICER_FUND, PATIENT_CHILD, PATIENT_SELF
from parcours.registry.record.context import Action as RecordAction
from parcours.registry.visits.context import Action as VisitAction


class Action(model.Action):
    """What one does with a card."""

    READ_CARD = "read_card"
    ASK_CARD = "ask_card"
    """Ask for a card or a proof for abroad, send a document, say that a card is lost; enrol and lend an application."""

    SHOW_CARD = "show_card"
    """To a practice, as it holds the card or types the number."""


class Tag(model.Tag):
    """What happens to a card."""

    CARD_READ = "cards:card:read"
    CARD_ASK = "cards:card:ask"
    CARD_SHOW = "cards:card:show"


CONTEXT = Context(
    name="cards",
    tables={
        Card: Personal(),
        CardEvent: Personal(through="card_id"),
        CardReading: Personal(),
        CardApp: Personal(hides=("lent_to",)),
        CardAppEvent: Personal(through="app_id", hides=("lent_to",)),
        EuropeanProof: Personal(),
    },
    actions=Action,
    rules=(
        PATIENT_SELF.gives(Action.READ_CARD, Action.ASK_CARD),
        PATIENT_CHILD.gives(Action.READ_CARD, Action.ASK_CARD),
        OFFICER_FUND.gives(Action.READ_CARD),
        PRACTICE_READER.gives(Action.SHOW_CARD),
        PRACTICE_CARD.gives(
            Action.READ_CARD,
            LinkAction.READ_LINKS,
            PeopleAction.READ_PATIENT,
            DeclarationAction.READ_DECLARATION,
            VisitAction.READ_FACTS,
            VisitAction.ANSWER_VISIT,
            RecordAction.NOTE_INFORMATION,
        ),
        PRACTICE_CARD_HELD.gives(RecordAction.NOTE_CONSENT),
    ),
    tags=Tag,
)
