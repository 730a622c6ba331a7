"""How people say the states of a protocol."""

from parcours.registry.ald.models import ProtocolState
from parcours.text import Text

STATES = {
    ProtocolState.PREPARED: Text("en préparation", "being prepared"),
    ProtocolState.SENT: Text("envoyé au service médical", "sent to the medical service"),
    ProtocolState.MORE_ASKED: Text("complément demandé", "more was asked"),
    ProtocolState.FAVOURABLE: Text("avis favorable", "favourable opinion"),
    ProtocolState.PARTIAL: Text("avis favorable en partie", "partly favourable opinion"),
    ProtocolState.UNFAVOURABLE: Text("avis défavorable", "unfavourable opinion"),
    ProtocolState.GRANTED: Text("accordé", "granted"),
    ProtocolState.REFUSED: Text("refusé", "refused"),
    ProtocolState.WITHDRAWN: Text("retiré", "withdrawn"),
    ProtocolState.ENDED: Text("terminé", "ended"),
}
