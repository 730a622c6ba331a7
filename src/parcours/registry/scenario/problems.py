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

unknown_word = Problem(
    Invalid,
    "unknown_word",
    Text("cet événement ne dit pas cela", "this event does not say this"),
    allowed=same("{names}"),
)

word_missing = Problem(
    Invalid,
    "word_missing",
    Text("il manque un mot à cet événement", "a word of this event is missing"),
    allowed=same("{names}"),
)

wrong_word = Problem(
    Invalid,
    "wrong_word",
    Text("cette valeur n'est pas acceptée", "this value is not accepted"),
    allowed=same("{allowed}"),
)

nothing_there = Problem(
    Invalid,
    "nothing_there",
    Text("le récit n'a encore rien qui s'y prête", "the story has nothing of the kind yet"),
    allowed=Text("un événement qui le précède", "an event that goes before"),
)
