"""How people say the states of a card."""

from parcours.registry.cards.models import AppState, CardState
from parcours.text import Text

CARDS = {
    CardState.REQUESTED: Text("demandée", "asked for"),
    CardState.DOCUMENTS_REFUSED: Text("document à renvoyer", "document to be sent again"),
    CardState.IN_PRODUCTION: Text("en fabrication", "being made"),
    CardState.ACTIVE: Text("valable", "valid"),
    CardState.TO_UPDATE: Text("à mettre à jour", "to be updated"),
    CardState.OPPOSED: Text("en opposition", "blocked"),
    CardState.REPLACED: Text("remplacée", "replaced"),
    CardState.DEACTIVATED: Text("désactivée", "deactivated"),
}
APPS = {
    AppState.ENROLLED: Text("enrôlée", "enrolled"),
    AppState.SUSPENDED: Text("suspendue", "suspended"),
    AppState.REMOVED: Text("retirée", "removed"),
}
"""How people say the states of an application."""
FUND_CHANGED = Text("à mettre à jour depuis le changement de caisse", "to be updated since the fund changed")
"""After a change of fund a card is not used before it is updated (R161-33-10)."""
