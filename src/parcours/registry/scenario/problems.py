"""What may be wrong in a story: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Invalid
from parcours.text import Text, same

not_a_scenario = Problem(
    Invalid,
    "not_a_scenario",
    Text("ce n'est pas un récit", "this is no story"),
    allowed=Text(
        "`scenarios` : une liste, chacun avec `id`, `events` (chacun avec `day` et `do`) et `expect`",
        "`scenarios`: a list, each with `id`, `events` (each with `day` and `do`) and `expect`",
    ),
)

unknown_verb = Problem(
    Invalid,
    "unknown_verb",
    Text("ce verbe n'est pas de la langue des récits", "this verb is not in the language of stories"),
    field="do",
    allowed=same("{verbs}"),
)

unknown_expectation = Problem(
    Invalid,
    "unknown_expectation",
    Text("cela ne se vérifie pas", "this cannot be checked"),
    field="expect",
    allowed=same("{names}"),
)

unknown_name = Problem(
    Invalid,
    "unknown_name",
    Text("personne de ce nom dans le récit", "nobody of that name in the story"),
    allowed=same("{names}"),
)
