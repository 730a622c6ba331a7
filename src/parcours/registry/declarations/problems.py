"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Forbidden, Invalid, Misconfigured, Refused
from parcours.text import Text, same

ARTICLE = "CSS L162-5-3"

not_a_doctor = Problem(
    Refused,
    "not_a_doctor",
    Text("seul un médecin peut être médecin traitant", "only a doctor can be a médecin traitant"),
    field="professional_id",
    allowed=Text("un médecin", "a doctor"),
    article=ARTICLE,
)

locum = Problem(
    Refused,
    "locum",
    Text("un remplaçant ne peut pas être médecin traitant", "a locum cannot be a médecin traitant"),
    field="professional_id",
    given=Text("un remplaçant", "a locum"),
    allowed=Text("un médecin titulaire ou salarié", "a doctor in charge or employed"),
    article=ARTICLE,
)

signed_before_the_law = Problem(
    Invalid,
    "signed_before_the_law",
    Text("il n'y avait pas encore de médecin traitant ce jour-là", "there was no médecin traitant yet on that day"),
    field="signed_on",
    allowed=Text("{first} ou plus tard", "{first} or later"),
    article=ARTICLE,
)

too_young = Problem(
    Refused,
    "too_young",
    Text(
        "avant {age} ans, on ne déclarait pas encore de médecin traitant ce jour-là",
        "below {age}, nobody declared a médecin traitant yet on that day",
    ),
    field="signed_on",
    article=ARTICLE,
)
not_practising = Problem(
    Refused,
    "not_practising",
    Text("ce médecin n'exerce pas à cette date", "this doctor does not practise on that day"),
    field="professional_id",
    given=Text("pas d'exercice en ce lieu le {on}", "no practice there on {on}"),
    allowed=Text("un médecin qui exerce ce jour-là", "a doctor who practises on that day"),
    article=ARTICLE,
)

already_medecin_traitant = Problem(
    Conflict,
    "already_medecin_traitant",
    Text("ce médecin est déjà le médecin traitant", "this doctor already is the médecin traitant"),
    field="professional_id",
    given=Text("en vigueur depuis le {starts_on}", "in force since {starts_on}"),
    allowed=Text("un autre médecin", "another doctor"),
)

proposal_open = Problem(
    Conflict,
    "proposal_open",
    Text("une proposition avec ce médecin est déjà ouverte", "a proposal with this doctor is already open"),
    field="professional_id",
    allowed=Text("l'accepter, la refuser ou la retirer", "to agree to it, refuse it or withdraw it"),
)

joint_designation = Problem(
    Refused,
    "joint_designation",
    Text("ces médecins ne peuvent pas être désignés conjointement", "these doctors cannot be designated together"),
    field="joint_ids",
    given=Text("un médecin d'un autre lieu ou d'une autre spécialité", "a doctor of another place or specialty"),
    allowed=Text(
        "même spécialité dans le même cabinet, ou même centre de santé",
        "same specialty in the same premises, or same health centre",
    ),
    article=ARTICLE,
)

paper_dates = Problem(
    Invalid,
    "paper_dates",
    Text("dates du formulaire incohérentes", "the dates of the form do not fit"),
    field="received_on",
    given=Text("signé le {signed_on}, reçu le {received_on}", "signed {signed_on}, received {received_on}"),
    allowed=Text("signé, puis reçu, au plus tard le {today}", "signed, then received, at the latest on {today}"),
)

signature_missing = Problem(
    Refused,
    "signature_missing",
    Text("il manque une signature", "a signature is missing"),
    field="signatures",
    given=Text("sans {missing}", "without {missing}"),
    allowed=same("{choices}"),
    article=ARTICLE,
)

wrong_party = Problem(
    Refused,
    "wrong_party",
    Text(
        "avant {choice} ans un parent choisit, de {choice} à {majority} ans le jeune choisit et un parent cosigne",
        "below {choice} a parent chooses, from {choice} to {majority} the young person chooses and a parent co-signs",
    ),
    field="party",
    allowed=same("{choices}"),
    article=ARTICLE,
)

not_a_holder = Problem(
    Refused,
    "not_a_holder",
    Text("cette personne n'est pas titulaire de l'autorité parentale", "this person does not hold parental authority"),
    field="parent_id",
    allowed=Text("un titulaire inscrit de l'autorité parentale", "a registered holder of parental authority"),
    article=ARTICLE,
)

declaration_state = Problem(
    Conflict,
    "declaration_state",
    Text("l'état de la déclaration ne le permet pas", "the state of the declaration does not allow it"),
    field="state",
    allowed=Text("une déclaration dont l'état est : {choices}", "a declaration whose state is: {choices}"),
)

received_before_signed = Problem(
    Invalid,
    "received_before_signed",
    Text("le formulaire est reçu avant d'être signé", "the form is received before it is signed"),
    field="received_on",
    allowed=Text("{signed_on} ou plus tard", "{signed_on} or later"),
)

end_reason = Problem(
    Invalid,
    "end_reason",
    Text("cette fin découle d'un autre acte", "this end follows from another act"),
    field="reason",
    allowed=same("patient, doctor, moved, deceased, patient_deceased"),
)

end_before_start = Problem(
    Invalid,
    "end_before_start",
    Text("la fin précède le début", "the end is before the start"),
    field="on",
    allowed=Text("{starts_on} ou plus tard", "{starts_on} or later"),
)

new_place = Problem(
    Invalid,
    "new_place",
    Text("le nouveau lieu d'exercice manque", "the new place is missing"),
    field="new_organisation_id",
    allowed=Text("le lieu où le médecin s'installe", "the place the doctor moves to"),
)

no_main_practice = Problem(
    Refused,
    "no_main_practice",
    Text("ce médecin n'a pas de lieu principal à cette date", "this doctor has no principal place that day"),
    field="professional_id",
    allowed=Text("un médecin qui a un lieu principal ce jour-là", "a doctor with a principal place on that day"),
)

departure_long_ago = Problem(
    Invalid,
    "departure_long_ago",
    Text("ce départ est trop ancien", "this departure is too long ago"),
    field="on",
    allowed=Text("le {first} ou plus tard", "{first} or later"),
)

departure_days = Problem(
    Misconfigured,
    "departure_days",
    Text("réglage inconnu", "unknown setting"),
    field="PARCOURS_DEPARTURE_DAYS",
    allowed=Text("un nombre de jours, de 0 à {most}", "a number of days, from 0 to {most}"),
)

departure_proposed = Problem(
    Conflict,
    "departure_proposed",
    Text("un départ de ce médecin attend déjà une décision", "a departure of this doctor awaits a decision already"),
)

departure_decided = Problem(
    Conflict,
    "departure_decided",
    Text("ce départ n'est pas dans l'état voulu", "this departure is not in the state needed"),
    field="state",
    allowed=Text("un départ dont l'état est : {state}", "a departure whose state is: {state}"),
)

departure_reason = Problem(
    Invalid,
    "departure_reason",
    Text("motif de départ inconnu", "unknown reason of departure"),
    field="reason",
    allowed=same("retired, deceased, moved"),
)

not_the_proposer = Problem(
    Forbidden,
    "not_the_proposer",
    Text("seul qui a proposé peut retirer ; vous pouvez refuser", "only who proposed may withdraw; you may refuse"),
    field="declaration_id",
)

for_oneself_only = Problem(
    Forbidden,
    "other_doctor",
    Text("on ne propose que pour soi", "one proposes for oneself only"),
    field="professional_id",
)

other_doctor = Problem(
    Forbidden,
    "other_doctor",
    Text("seul le médecin déclaré peut y mettre fin", "only the declared doctor may end it"),
    field="declaration_id",
)
