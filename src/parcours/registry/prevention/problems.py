"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid
from parcours.text import Text, same

wrong_fact = Problem(
    Invalid,
    "wrong_fact",
    Text("cette valeur n'est pas acceptée", "this value is not accepted"),
    allowed=same("{allowed}"),
)

already_cancelled = Problem(
    Conflict,
    "already_cancelled",
    Text("cette déclaration est déjà annulée", "this statement is already cancelled"),
    field="statement_id",
)
