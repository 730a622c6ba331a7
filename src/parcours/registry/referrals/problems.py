"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Forbidden, Invalid, Misconfigured, Refused
from parcours.text import Text, same

ARTICLE = "CSS L162-5-3, D162-1-6"

flow_of_author = Problem(
    Refused,
    "flow_of_author",
    Text("ce type d'adressage ne convient pas à l'auteur", "this kind of referral does not fit its author"),
    field="referral",
    allowed=same("{choices}"),
    article=ARTICLE,
)

addressee = Problem(
    Invalid,
    "addressee",
    Text("le destinataire est un médecin ou une spécialité", "the addressee is a doctor or a specialty"),
    field="addressee_id",
    given=Text("aucun ou plusieurs", "none or several"),
    allowed=Text(
        "un médecin ou une spécialité ; la liste `providers` pour une séquence, et pour elle seule",
        "a doctor or a specialty; the list `providers` for a sequence, and for it only",
    ),
)

correspondent_specialty = Problem(
    Invalid,
    "correspondent_specialty",
    Text("le correspondant est un généraliste", "the correspondent is a GP"),
    field="specialty",
    allowed=Text("{codes} (médecine générale)", "{codes} (general medicine)"),
)

addressee_profession = Problem(
    Invalid,
    "addressee_profession",
    Text("le destinataire est un médecin", "the addressee is a doctor"),
    allowed=Text("un médecin", "a doctor"),
)

validity = Problem(
    Invalid,
    "validity",
    Text("la validité finit avant l'émission", "the validity ends before the issue"),
    field="valid_until",
    allowed=Text("{issued_on} ou plus tard", "{issued_on} or later"),
)

validity_too_long = Problem(
    Invalid,
    "validity_too_long",
    Text("un adressage ne vaut pas si longtemps", "a referral is not valid for so long"),
    field="valid_until",
    allowed=Text("{last} ou plus tôt", "{last} or earlier"),
)

years_setting = Problem(
    Misconfigured,
    "years_setting",
    Text("durée des adressages mal réglée", "the setting of the length of referrals is wrong"),
    allowed=Text("{variable} : un nombre d'années de 1 à {most}", "{variable}: a number of years from 1 to {most}"),
)

referral_to_oneself = Problem(
    Invalid,
    "referral_to_oneself",
    Text("on n'adresse pas un patient à soi-même", "a doctor does not refer a patient to themselves"),
    field="addressee_id",
    given=Text("l'auteur", "the author"),
    allowed=Text("un autre médecin", "another doctor"),
)

sequence_provider = Problem(
    Invalid,
    "sequence_provider",
    Text("chaque étape est un médecin ou une spécialité", "each step is a doctor or a specialty"),
    field="providers",
    given=Text("étape {rank}", "step {rank}"),
    allowed=Text("un médecin ou une spécialité", "a doctor or a specialty"),
)

author_profession = Problem(
    Refused,
    "author_profession",
    Text(
        "seul un médecin ou un IPA adresse un patient", "only a doctor or a nurse in advanced practice refers a patient"
    ),
    field="author_id",
    allowed=Text("un médecin, un infirmier en pratique avancée", "a doctor, a nurse in advanced practice"),
    article=ARTICLE,
)

plan_missing = Problem(
    Invalid,
    "plan_missing",
    Text("ce type d'adressage suppose un plan", "this kind of referral needs a plan"),
    field="plan_id",
    allowed=Text("un plan : {kind}", "a plan: {kind}"),
    article=ARTICLE,
)

referral_does_not_cover = Problem(
    Refused,
    "referral_does_not_cover",
    Text("cet adressage ne couvre pas cette consultation", "this referral does not cover this visit"),
    field="referral_id",
    allowed=Text(
        "le médecin destinataire, dans la durée de validité, et une première consultation pour un avis",
        "the doctor addressed, within validity, and for an opinion a first visit",
    ),
)

already_cancelled = Problem(
    Conflict, "already_cancelled", Text("déjà annulé", "already cancelled"), field="referral_id"
)

no_visit_to_report = Problem(
    Refused,
    "no_visit_to_report",
    Text("aucune consultation de ce médecin avec cet adressage", "no visit to this doctor with this referral"),
    field="author_id",
    allowed=Text(
        "un médecin qui a vu le patient avec cet adressage", "a doctor who saw the patient with this referral"
    ),
)

plan_kind = Problem(
    Invalid,
    "plan_kind",
    Text("le plan ne convient pas à cet adressage", "the plan does not fit this referral"),
    field="plan_id",
    allowed=same("{wanted}"),
)

no_plan = Text("aucun plan pour ce type d'adressage", "no plan for this kind of referral")

other_author = Problem(
    Forbidden,
    "other_author",
    Text("seuls l'auteur et le patient annulent un adressage", "only its author and the patient cancel a referral"),
    field="referral_id",
)

withheld_of_adult = Problem(
    Refused,
    "withheld_of_adult",
    Text("seul un mineur a des parents à qui taire un courrier", "only a minor has parents to keep a letter from"),
    field="withheld",
)

not_at_that_step = Problem(
    Conflict,
    "not_at_that_step",
    Text("l'adressage n'en est pas là", "the referral is not at that step"),
    field="step",
    allowed=same("{states}"),
)

no_reason = Problem(
    Invalid,
    "no_reason",
    Text("un refus dit pourquoi", "declining says why"),
    field="reason",
    allowed=Text("un texte", "a text"),
)

no_day = Problem(
    Invalid,
    "no_day",
    Text("un rendez-vous a un jour", "an appointment has a day"),
    field="booked_for",
    allowed=Text("le jour du rendez-vous", "the day of the appointment"),
)

no_target = Problem(
    Invalid,
    "no_target",
    Text("ce n'est pas un jour", "this is no day"),
    field="letter.target_date",
    allowed=Text("AAAA-MM-JJ", "YYYY-MM-DD"),
)

other_side = Problem(
    Forbidden,
    "other_side",
    Text("c'est au destinataire de le dire", "it is for the addressee to say"),
    field="referral_id",
)

other_kind = Problem(
    Invalid,
    "other_kind",
    Text("ce brouillon est d'une autre sorte", "this draft is of another kind"),
    field="draft",
    allowed=same("{kind}"),
)
