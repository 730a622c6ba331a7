"""Why a fact is what it is, and what was passed over, in French and in English."""

from parcours.text import Text

REASONS: dict[str, Text] = {
    "registered": Text("inscrit au registre", "registered"),
    "in_force": Text("déclaration en vigueur ce jour-là", "declaration in force on that day"),
    "no_declaration": Text("aucune déclaration en vigueur ce jour-là", "no declaration in force on that day"),
    "secondary_practice": Text(
        "cabinet secondaire du médecin traitant",
        "secondary practice of the médecin traitant",
    ),
    "designated_jointly": Text(
        "désigné conjointement avec le médecin traitant",
        "designated together with the médecin traitant",
    ),
    "signed_not_recorded": Text(
        "formulaire signé, pas encore enregistré par la caisse",
        "form signed, not yet recorded by the fund",
    ),
    "locum": Text("remplace le médecin traitant ce jour-là", "stands in for the médecin traitant on that day"),
    "same_premises": Text(
        "même cabinet de groupe ou centre de santé, le médecin traitant n'étant pas disponible",
        "same group practice or health centre, the médecin traitant not being available",
    ),
    "referred": Text("adressage valable pour cette consultation", "a referral that covers this visit"),
    "no_referral": Text("aucun adressage ne couvre cette consultation", "no referral covers this visit"),
    "own_doctor": Text(
        "son propre médecin traitant : pas d'adressage", "their own médecin traitant: no referral needed"
    ),
    "no_link": Text("aucun lien enregistré", "no recorded link"),
    "departed": Text("départ du médecin traitant", "departure of the médecin traitant"),
    "right_open": Text("droit ouvert ce jour-là", "right open on that day"),
    "no_right": Text("aucun droit ouvert ce jour-là", "no right open on that day"),
    "zone": Text("lieu d'exercice en zone déficitaire à l'installation", "place in a deficit zone when installing"),
    "no_zone": Text("lieu d'exercice hors zone déficitaire", "place outside a deficit zone"),
    "place": Text("nature du lieu d'exercice", "nature of the place"),
    "ordinary_place": Text("lieu ordinaire", "ordinary place"),
    "asked": Text("donné par qui demande", "given by who asks"),
    "not_kept": Text("raison non conservée", "reason not kept"),
}

NOTES: dict[str, Text] = {
    "professional_ceased": Text(
        "ce professionnel a cessé son activité à cette date",
        "this professional has ceased all activity by that day",
    ),
    "referral_cancelled": Text("un adressage a été annulé", "a referral was cancelled"),
    "referral_out_of_validity": Text(
        "un adressage n'est pas valable ce jour-là", "a referral is not valid on that day"
    ),
    "referral_already_used": Text("un adressage a déjà servi", "a referral was already used"),
    "referral_plan_not_yet_recorded": Text("le plan n'était pas encore enregistré", "the plan was not recorded yet"),
    "referral_plan_not_in_force": Text("le plan ne vaut pas ce jour-là", "the plan is not in force on that day"),
    "referral_plan_not_agreed_by_patient": Text(
        "le patient n'a pas accepté le plan",
        "the patient has not agreed to the plan",
    ),
    "referral_plan_not_agreed_by_correspondent": Text(
        "le correspondant n'a pas accepté le plan",
        "the correspondent has not agreed to the plan",
    ),
    "referral_protocol_not_approved": Text("le protocole n'est pas approuvé", "the protocol is not approved"),
    "referral_doctor_not_in_plan": Text("ce médecin n'est pas dans le plan", "this doctor is not in the plan"),
    "referral_rhythm_used_up": Text("le rythme du plan est dépassé", "the rhythm of the plan is used up"),
}
"""What was passed over, by the codes of `VisitFacts.notes`."""
