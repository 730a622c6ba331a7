"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Forbidden, Invalid, Refused
from parcours.text import Text, same

birth_in_future = Problem(
    Invalid,
    "birth_in_future",
    Text("la date de naissance est dans le futur", "the birth date is in the future"),
    field="birth_date",
    allowed=Text("aujourd'hui ou plus tôt", "today or earlier"),
)

right_overlaps = Problem(
    Conflict,
    "right_overlaps",
    Text("un droit de même nature couvre déjà cette période", "a right of the same kind already covers this period"),
    field="right",
    given=Text("{kind} à partir du {starts_on}", "{kind} from {starts_on}"),
    allowed=Text(
        "une période qu'aucun droit de même nature ne couvre", "a period that no right of the same kind covers"
    ),
)

holder_too_young = Problem(
    Refused,
    "holder_too_young",
    Text(
        "le titulaire doit être une autre personne de {age} ans ou plus",
        "the holder must be another person aged {age} or more",
    ),
    field="holder_id",
    allowed=Text(
        "une autre personne, de {age} ans ou plus au début", "another person, aged {age} or more at the start"
    ),
)

authority_confirmed = Problem(
    Conflict,
    "authority_confirmed",
    Text("cette autorité est déjà confirmée", "this authority is confirmed already"),
    field="holder_link_id",
)

second_person = Problem(
    Forbidden,
    "second_person",
    Text("une autre personne que celle qui a enregistré confirme", "another person than who recorded it confirms"),
    field="holder_link_id",
)

other_fund = Problem(
    Forbidden,
    "other_fund",
    Text("on n'enregistre que les assurés de sa caisse", "one registers the insured of one's own fund only"),
    field="fund",
    allowed=same("{fund}"),
)
