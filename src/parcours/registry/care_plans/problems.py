"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid, Refused
from parcours.text import Text

ARTICLE = "CSS D162-1-6"

author_not_medecin_traitant = Problem(
    Refused,
    "author_not_medecin_traitant",
    Text("le plan est écrit par le médecin traitant", "the plan is written by the médecin traitant"),
    field="author_id",
    allowed=Text("le médecin traitant de ce jour", "the médecin traitant on that day"),
    article=ARTICLE,
)

ald_number = Problem(
    Invalid,
    "ald_number",
    Text("numéro d'ALD pour un protocole, et pour lui seul", "an ALD number, for a protocol only"),
    field="ald_number",
    allowed=Text(
        "le numéro de la liste des ALD (1 à 30, 99 hors liste) pour un protocole, aucun sinon",
        "the number of the ALD list (1 to 30, 99 off the list) for a protocol, none otherwise",
    ),
)

not_a_protocol = Problem(
    Conflict,
    "not_a_protocol",
    Text("seul un protocole ALD est soumis au médecin-conseil", "only an ALD protocol goes to the adviser"),
    field="kind",
    allowed=Text("un protocole ALD", "an ALD protocol"),
)

plan_actors = Problem(
    Invalid,
    "plan_actors",
    Text("chaque intervenant est un médecin ou une spécialité", "each actor is a doctor or a specialty"),
    field="actors",
    given=Text("{count} intervenants", "{count} actors"),
    allowed=Text(
        "au moins un, chacun avec un médecin ou une spécialité",
        "at least one, each with either a doctor or a specialty",
    ),
)

plan_rhythm = Problem(
    Invalid,
    "plan_rhythm",
    Text("un rythme est un nombre et une unité", "a rhythm is a number and a unit"),
    field="visits",
    allowed=Text("1 ou plus avec une unité, ou aucun des deux", "1 or more with a unit, or neither"),
)

plan_rhythm_2 = Problem(
    Invalid,
    "plan_rhythm",
    Text("un plan de soins itératifs fixe un rythme", "a plan of iterative care fixes a rhythm"),
    field="visits",
    allowed=Text("un nombre de consultations et une unité", "a number of visits and a unit"),
    article=ARTICLE,
)
