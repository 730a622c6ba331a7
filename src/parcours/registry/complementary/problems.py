"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid
from parcours.text import Text

no_such_link = Problem(
    Conflict,
    "no_such_link",
    Text("aucun contrat de cet organisme n'est connu", "no contract with this insurer is known"),
    field="insurer",
    allowed=Text("un organisme enregistré pour cet assuré", "an insurer registered for the insured"),
)

no_such_insurer = Problem(
    Invalid,
    "no_such_insurer",
    Text("cet organisme n'a pas de bureau ici", "this insurer has no desk here"),
    field="insurer",
    allowed=Text("un organisme de la liste", "an insurer of the list"),
)

linked_already = Problem(
    Conflict,
    "linked_already",
    Text(
        "un contrat de cet organisme est déjà relié ou demandé", "a contract with this insurer is linked or asked for"
    ),
    field="insurer",
    allowed=Text("un autre organisme", "another insurer"),
)

c2s_is_alone = Problem(
    Conflict,
    "c2s_is_alone",
    Text("la Complémentaire santé solidaire n'a pas de second contrat", "the C2S has no second contract"),
    field="insurer",
    allowed=Text("une demande après la fin de la C2S", "a request after the end of the C2S"),
)

request_answered = Problem(
    Conflict,
    "request_answered",
    Text("cette demande a déjà sa réponse", "this request is answered already"),
    field="request_id",
    allowed=Text("une demande en attente", "a request that waits"),
)
