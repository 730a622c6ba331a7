"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict
from parcours.text import Text

no_such_link = Problem(
    Conflict,
    "no_such_link",
    Text("aucun contrat de cet organisme n'est connu", "no contract with this insurer is known"),
    field="insurer",
    allowed=Text("un organisme enregistré pour cet assuré", "an insurer registered for the insured"),
)
