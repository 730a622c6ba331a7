"""What the tools refuse that no lower room refuses."""

from parcours.errors import ParcoursError, Problem
from parcours.text import Text

MOST_TIMES = 366


class AgentError(ParcoursError):
    """A tool was asked something it cannot do."""


not_accepted = Problem(
    AgentError, "not_accepted", Text("cette valeur ne convient pas", "this value is not accepted"),
    allowed=Text("{expected}", "{expected}"),
)  # fmt: skip
person_or_facts = Problem(
    AgentError,
    "person_or_facts",
    Text("donnez `person_id` seul, ou les faits de la personne", "give `person_id` alone, or the facts of the person"),
    field="person_id",
)
