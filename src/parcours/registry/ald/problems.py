"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid, Refused
from parcours.text import Text, same

unknown_condition = Problem(
    Invalid, "unknown_condition", Text("cette affection n'est pas de la liste", "this condition is not of the list"),
    field="condition", allowed=same("{conditions}"), article="CSS D160-4",
)  # fmt: skip
left_the_list = Problem(
    Refused, "left_the_list", Text("cette affection n'est plus de la liste", "this condition left the list"),
    field="condition", allowed=Text("un renouvellement, ou une autre entrée", "a renewal, or another entry"),
    article="CSS D160-4",
)  # fmt: skip
no_end = Problem(
    Invalid, "no_end", Text("aucune durée connue pour cette affection", "no duration is known for this condition"),
    field="until", allowed=Text("le jour de fin de la prise en charge", "the day the cover ends"),
)  # fmt: skip
wrong_state = Problem(
    Conflict, "wrong_state", Text("le protocole n'en est pas là", "the protocol is not at that step"),
    field="state", allowed=same("{states}"),
)  # fmt: skip
not_signed = Problem(
    Refused, "not_signed", Text("la personne n'a pas signé le protocole", "the person has not signed the protocol"),
    field="protocol_id", allowed=Text("après la signature", "once it is signed"), article="CSS L324-1",
)  # fmt: skip
has_a_doctor = Problem(
    Refused, "has_a_doctor", Text("la personne a un médecin traitant, qui écrit le protocole",
                                  "the person has a médecin traitant, who writes the protocol"),
    field="author_id", allowed=Text("le médecin traitant, ou un autre en urgence",
                                    "the médecin traitant, or another one in an emergency"), article="CSS L324-1",
)  # fmt: skip
follow_up_too_long = Problem(
    Invalid, "follow_up_too_long", Text("un suivi ne dure pas si longtemps", "a follow-up is not granted so long"),
    field="until", allowed=Text("{last} ou plus tôt", "{last} or earlier"), article="CSS D160-5",
)  # fmt: skip
no_protocol_before = Problem(
    Invalid, "no_protocol_before", Text("un suivi vient après une affection de la liste",
                                        "a follow-up comes after a condition of the list"),
    field="renews", allowed=Text("le protocole qui précède, accordé", "the protocol before, granted"),
    article="CSS R160-14",
)  # fmt: skip
other_condition = Problem(
    Invalid, "other_condition", Text("un renouvellement garde l'affection", "a renewal keeps the condition"),
    field="condition", allowed=Text("celle du protocole qui précède", "that of the protocol before"),
)  # fmt: skip
no_grounds = Problem(
    Invalid, "no_grounds", Text("un refus dit son motif", "a refusal says its grounds"), field="grounds",
    allowed=Text("un texte", "a text"),
)  # fmt: skip
