"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid, NotFound, Refused
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

card_not_read = Problem(
    Refused,
    "card_not_read",
    Text("le lecteur refuse cette carte : {state}", "the reader refuses this card: {state}"),
    field="inserted",
    allowed=Text(
        "la carte qui la remplace, ou le numéro et la date de naissance : la feuille part alors sans la carte",
        "the card that replaces it, or the number and the birth date: the sheet then goes without the card",
    ),
)

leaves_past = Problem(
    Invalid,
    "leaves_past",
    Text("le départ, ou la fin des droits, est passé", "the day to leave, or the end of the rights, is past"),
    field="leaves",
    allowed=Text("le {day} ou après", "{day} or later"),
)

app_state = Problem(
    Conflict,
    "app_state",
    Text("l'état de l'application ne le permet pas", "the state of the application forbids it"),
    field="app",
    allowed=Text("une application qui est : {states}", "an application that is: {states}"),
)

no_app = Problem(
    NotFound,
    "not_found",
    Text("aucune application n'est enrôlée", "no application is enrolled"),
    field="app",
)

lent_too_long = Problem(
    Refused,
    "lent_too_long",
    Text("une application se prête un an au plus", "an application is lent for a year at most"),
    field="until",
    allowed=Text("le {day} au plus tard, pas un jour passé", "{day} at the latest, no day past"),
    article="CSS R161-33-17",
)

borrower_needs_app = Problem(
    Refused,
    "borrower_needs_app",
    Text("une application se prête à qui en a une", "an application is lent to somebody who has one"),
    field="to",
    allowed=Text("une autre personne dont l'application est enrôlée", "another person whose application is enrolled"),
    article="CSS R161-33-17",
)
