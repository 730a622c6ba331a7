"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid, Refused
from parcours.text import Text

card_needs_nir = Problem(
    Refused,
    "card_needs_nir",
    Text("pas de carte avec un numéro d'attente", "no card with a provisional number"),
    field="insured_id",
    allowed=Text("un NIR définitif", "a final NIR"),
    article="CSS L161-31",
)

card_state = Problem(
    Conflict,
    "card_state",
    Text("l'état de la carte ne le permet pas", "the state of the card forbids it"),
    field="card",
    allowed=Text("une carte qui est : {states}", "a card that is: {states}"),
)

leaves_past = Problem(
    Invalid,
    "leaves_past",
    Text("le départ, ou la fin des droits, est passé", "the day to leave, or the end of the rights, is past"),
    field="leaves",
    allowed=Text("le {day} ou après", "{day} or later"),
)
