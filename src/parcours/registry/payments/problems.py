"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict
from parcours.text import Text

order_state = Problem(
    Conflict,
    "order_state",
    Text("ce virement n'est pas parti", "this transfer is not out"),
    field="state",
    allowed=Text("un virement réglé", "a settled transfer"),
)
