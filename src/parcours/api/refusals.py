"""What the JSON API refuses by itself: one entry a problem, in French and in English."""

from parcours.edge.problems import Refusal
from parcours.text import Text

no_object = Refusal(
    422,
    "json_invalid",
    Text("le corps de la requête doit être un objet JSON", "the body must be a JSON object"),
)
no_such_field = Refusal(
    422, "invalid_request", Text("{name} : ce champ n'existe pas ici", "{name}: there is no such field here")
)
bare_facts = Refusal(
    422,
    "invalid_request",
    Text(
        "{name} est un fait : mettez-le dans `facts`, un objet",
        "{name} is a fact: put it in `facts`, an object",
    ),
)
listed_facts = Refusal(
    422,
    "invalid_request",
    Text(
        "un objet est attendu, avec les faits d'un acte dans `facts` ; plusieurs actes, un par ligne, vont à "
        "/api/v1/settle/batch",
        "an object is expected, with the facts of one act in `facts`; several acts, one a line, go to "
        "/api/v1/settle/batch",
    ),
    "facts",
)
no_facts = Refusal(
    422,
    "invalid_request",
    Text("facts : un objet de faits est attendu", "facts: an object of facts is expected"),
    "facts",
)
no_bill = Refusal(
    422,
    "invalid_request",
    Text("bill : une facture est attendue, avec ses lignes", "bill: a bill is expected, with its lines"),
    "bill",
)
bare_bill = Refusal(
    422,
    "invalid_request",
    Text(
        "{name} est dans une facture : mettez la facture dans `bill`, un objet",
        "{name} is in a bill: put the bill in `bill`, an object",
    ),
)
no_texts = Refusal(
    422, "invalid_request", Text("readings : des textes sont attendus", "readings: texts are expected"), "readings"
)
malformed_receipt = Refusal(422, "not_a_receipt", Text("ce reçu est mal formé", "this receipt is malformed"))
unknown_parameter = Refusal(
    404,
    "unknown_parameter",
    Text(
        "paramètre inconnu ; voyez la liste /api/v1/law/parameters",
        "unknown parameter; see the list /api/v1/law/parameters",
    ),
    "name",
)
