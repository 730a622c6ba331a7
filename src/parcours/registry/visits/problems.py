"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Invalid
from parcours.text import Text, same

fact_of_registry = Problem(
    Invalid,
    "fact_of_registry",
    Text("ce fait vient du registre : il ne se donne pas", "this fact comes from the registry: it is not given"),
    allowed=Text("les faits que le registre ne connaît pas", "the facts that the registry does not hold"),
)

related_to_missing = Problem(
    Invalid,
    "related_to_missing",
    Text("le registre ne sait pas si ce soin est lié à un droit", "the registry cannot tell if this care is related"),
    field="related_to",
    allowed=same("{choices}"),
)
