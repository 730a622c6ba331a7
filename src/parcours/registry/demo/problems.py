"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, NotFound, Refused
from parcours.text import Text, same

registry_not_empty = Problem(
    Conflict,
    "registry_not_empty",
    Text("le registre n'est pas vide", "the registry is not empty"),
    field="registry",
    given=Text("des personnes déjà inscrites", "people already registered"),
    allowed=Text("un registre vide", "an empty registry"),
)

not_the_demonstration = Problem(
    Refused,
    "not_the_demonstration",
    Text(
        "les comptes de démonstration n'existent que dans la démonstration",
        "the accounts of the demonstration exist in the demonstration only",
    ),
    field="PARCOURS_PUBLIC_URL",
    allowed=Text("une adresse de cette machine", "an address of this machine"),
)

not_invented_people = Problem(
    Refused,
    "not_the_demonstration",
    Text(
        "les comptes de démonstration n'existent que dans la démonstration",
        "the accounts of the demonstration exist in the demonstration only",
    ),
    field="registry",
    allowed=Text(
        "les personnes inventées de `parcours registry seed`", "the invented people of `parcours registry seed`"
    ),
)

unknown_story = Problem(
    NotFound,
    "not_found",
    Text(
        "récit inconnu, ou registre sans les données de démonstration",
        "unknown story, or a registry without the demonstration data",
    ),
    field="story",
    allowed=same("{choices}"),
)
