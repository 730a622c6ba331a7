"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Invalid
from parcours.text import Text, same

unknown_value = Problem(Invalid, "unknown_value", Text("valeur inconnue", "unknown value"), allowed=same("{choices}"))
