"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid, Refused
from parcours.text import Text

case_open = Problem(
    Conflict,
    "case_open",
    Text("un dossier est déjà ouvert", "a case is open already"),
    field="patient_id",
    allowed=Text("un seul dossier ouvert par personne", "one open case a person"),
)

has_medecin_traitant = Problem(
    Refused,
    "has_medecin_traitant",
    Text("cette personne a un médecin traitant", "this person has a médecin traitant"),
    field="patient_id",
    given=Text("en vigueur depuis le {starts_on}", "in force since {starts_on}"),
    allowed=Text("une personne sans médecin traitant", "a person without a médecin traitant"),
)

no_fund = Problem(
    Refused,
    "no_fund",
    Text("aucune caisse à cette date", "no fund on that day"),
    field="patient_id",
    allowed=Text("une personne affiliée à une caisse ce jour-là", "a person affiliated to a fund that day"),
)

not_a_doctor = Problem(
    Refused,
    "not_a_doctor",
    Text("seul un médecin peut être médecin traitant", "only a doctor can be a médecin traitant"),
    field="professional_id",
    allowed=Text("un médecin", "a doctor"),
)

closing_declaration = Problem(
    Invalid,
    "closing_declaration",
    Text("la déclaration trouvée, pour cette issue seulement", "the declaration found, for that outcome only"),
    field="declaration_id",
    allowed=Text("la déclaration trouvée, pour cette issue seulement", "the declaration found, for that outcome only"),
)

declaration_not_in_force = Problem(
    Refused,
    "declaration_not_in_force",
    Text("cette déclaration n'est pas en vigueur", "this declaration is not in force"),
    field="declaration_id",
    allowed=Text("une déclaration en vigueur", "a declaration in force"),
)

case_closed = Problem(
    Conflict,
    "case_closed",
    Text("ce dossier est clos", "this case is closed"),
    field="case_id",
    given=Text("clos", "closed"),
    allowed=Text("ouvert", "open"),
)
