"""The questions of the quote, in the words of a patient. Each answer is a link that sets facts of the vocabulary.

Which of them still matters is the engine's to say (`engine/questions.py`); here is how they are asked. A question
settles a few facts at once, because a patient does not know that "who sent me" is two facts of the law.
"""

from dataclasses import replace

from parcours.law.thresholds import participation_age
from parcours.web.i18n import N_
from parcours.web.quote import suits
from parcours.web.quote.cards import Card, CardOption, doctor, ground, other, worded

WHO = Card(
    "who",
    N_("Seen"),
    ("profession", "specialty"),
    title=N_("Who are you seeing?"),
    options=(
        doctor("generaliste", N_("A general practitioner")),
        doctor("dermatologie", N_("A dermatologist")),
        CardOption(N_("A gynaecologist"), {"ask": "specialty"}),
        doctor("ophtalmologie", N_("An eye doctor")),
        doctor("psychiatrie", N_("A psychiatrist")),
        doctor("pediatrie", N_("A paediatrician")),
        doctor("cardiologie", N_("A cardiologist")),
        doctor("orl", N_("An ear, nose and throat doctor")),
        other("chirurgien_dentiste", N_("A dentist")),
        other("sage_femme", N_("A midwife")),
        other("masseur_kinesitherapeute", N_("A physiotherapist")),
        other("infirmier", N_("A nurse")),
        other("psychologue", N_("A psychologist")),
        other("laboratoire", N_("A laboratory")),
        other("pharmacie", N_("A pharmacy")),
    ),
    resets=("purpose", "role", "referral", "act", "base", "fee", "drug_class", "convention", "age_1er_janvier"),
)
GYNAECOLOGIST = Card(
    "gynaecologist",
    N_("Gynaecologist"),
    ("specialty",),
    title=N_("Which gynaecologist are you seeing?"),
    help=N_("Their tariffs differ; the medical gynaecologist follows women, the obstetrician also delivers babies."),
    options=(
        doctor("gynecologie_medicale", N_("A medical gynaecologist")),
        doctor("gynecologie_obstetrique", N_("An obstetric gynaecologist")),
    ),
    resets=WHO.resets,
)
"""Two specialties that people call by one name."""
DAY = Card(
    "day",
    N_("Day"),
    ("care_date",),
    title=N_("Which day is the visit?"),
    help=N_("Prices and rules change with the day, and a Sunday or a public holiday may add a supplement."),
    kind="date",
)
"""Today unless somebody says otherwise: asked on demand only."""
AGE = Card(
    "age",
    N_("Age"),
    ("age",),
    kind="age",
    resets=("age_1er_janvier",),
)
AGE_IN_JANUARY = Card(
    "january",
    N_("{contribution} on 1 January"),
    ("age_1er_janvier",),
    title=N_("Was the patient already {contribution} on 1 January of this year?"),
    help=N_("The flat contribution on each act starts the year after the birthday of {contribution}."),
    options=(
        CardOption(N_("Yes"), {"age_1er_janvier": str(participation_age())}),
        CardOption(N_("No"), {"age_1er_janvier": str(participation_age() - 1)}),
    ),
)
DECLARED = Card(
    "declared",
    N_("Médecin traitant"),
    ("medecin_traitant",),
    options=(
        CardOption(
            N_("Yes, one is declared"),
            {"medecin_traitant": "true"},
            N_("Also if this doctor has just retired or left: a later question is about it."),
        ),
        CardOption(N_("No, none is declared"), {"medecin_traitant": "false"}),
    ),
    terms=("medecin_traitant", "declaration"),
    resets=("role", "referral", "referrer_installed_on", "medecin_traitant_left_on"),
)
SENT = Card(
    "sent",
    N_("How you came"),
    ("role", "referral"),
    title=N_("How do you come to see this doctor?"),
    options=(
        CardOption(
            N_("This is my médecin traitant"), {"role": "medecin_traitant"}, N_("Or a doctor named together with mine.")
        ),
        CardOption(
            N_("My médecin traitant sent me, for one opinion"),
            {"role": "correspondant", "referral": "avis_ponctuel"},
            N_("With a letter; the doctor answers mine and does not follow me."),
        ),
        CardOption(
            N_("My médecin traitant sent me, and I come back regularly"),
            {"role": "correspondant", "referral": "soins_iteratifs"},
            N_("A follow-up agreed with mine: a letter was needed the first time only."),
        ),
        CardOption(
            N_("It is planned in my long-term illness protocol"),
            {"role": "correspondant", "referral": "protocole_ald"},
            N_("The ALD protocol lists the specialists who follow me."),
        ),
        CardOption(
            N_("A stand-in: the locum, or a doctor of the same practice"),
            {"role": "remplacant", "referral": "none"},
            N_("Mine was away or not available."),
        ),
        CardOption(
            N_("A midwife sent me, in the course of her care"), {"role": "correspondant", "referral": "sage_femme"}
        ),
        CardOption(
            N_("Another doctor, or an advanced practice nurse, sent me"),
            {"role": "correspondant", "referral": "autre_medecin"},
        ),
        CardOption(N_("Nobody sent me"), {"role": "autre", "referral": "none"}, N_("I booked it myself.")),
    ),
    terms=("medecin_correspondant", "protocole_de_soins", "medecin_remplacant"),
    resets=("act", "fee", "referrer_installed_on"),
)
SENT_UNDECLARED = Card(
    "sent",
    N_("How you came"),
    ("role", "referral"),
    title=N_("How do you come to see this doctor?"),
    options=(
        CardOption(
            N_("I declare this doctor as my médecin traitant today"),
            {"role": "nouveau_medecin_traitant", "referral": "none"},
            N_("The doctor agrees and sends the declaration during the visit."),
        ),
        CardOption(
            N_("A midwife sent me, in the course of her care"), {"role": "correspondant", "referral": "sage_femme"}
        ),
        CardOption(N_("A doctor sent me"), {"role": "correspondant", "referral": "autre_medecin"}),
        CardOption(N_("Nobody sent me"), {"role": "autre", "referral": "none"}, N_("I booked it myself.")),
    ),
)
CIRCUMSTANCE = Card(
    "circumstance",
    N_("Circumstances"),
    ("urgent", "away", "special_setting", "medecin_traitant_left_on", "installed_on", "zone_deficitaire"),
    title=N_("Is there something special about this visit?"),
    help=N_("In each of these cases the refund is not lowered."),
    options=(
        CardOption(
            N_("No, none of this"),
            {
                "urgent": "false",
                "away": "false",
                "special_setting": "none",
                "medecin_traitant_left_on": "",
                "installed_on": "",
            },
        ),
        CardOption(
            N_("It is an emergency"),
            {"urgent": "true"},
            N_("Not foreseen {hours} hours before, a threat to life or body, and a doctor needed quickly: all three."),
        ),
        CardOption(N_("I am away from home"), {"away": "true"}, N_("On holiday, travelling, staying elsewhere.")),
        worded("special_setting", "permanence_des_soins"),
        worded("special_setting", "medecine_preventive_etudiante"),
        worded("special_setting", "addictologie"),
        worded("special_setting", "centre_planification"),
        worded("special_setting", "depistage_organise"),
        worded("special_setting", "genetique"),
        replace(worded("special_setting", "examen_enfant"), suits=suits.examination),
        worded("special_setting", "detenu"),
        CardOption(
            N_("My médecin traitant retired or left the département"),
            {"ask": "medecin_traitant_left_on"},
            N_("Less than a year ago."),
        ),
        CardOption(N_("The doctor is a GP who settled here recently"), {"ask": "installed_on"}),
    ),
    terms=("urgent", "permanence_des_soins"),
)
SECTOR = Card(
    "sector",
    N_("Sector"),
    ("convention",),
    options=(
        worded("convention", "secteur_1"),
        worded("convention", "secteur_2_optam"),
        worded("convention", "secteur_2"),
        worded("convention", "non_conventionne"),
    ),
    terms=("secteur_1", "secteur_2", "optam"),
    links=("directory", "official_directory"),
)
FEE = Card(
    "fee",
    N_("Price"),
    ("fee",),
    kind="fee",
)
BASE = Card(
    "base",
    N_("Official tariff"),
    ("base",),
    kind="base",
    terms=("base", "brss"),
)
EARLIEST = N_("Not sure of the day? Give the earliest that it may be: the time counted is then not too long.")
LEFT = Card(
    "left",
    N_("Médecin traitant left on"),
    ("medecin_traitant_left_on",),
    title=N_("When did your médecin traitant stop or leave?"),
    help=EARLIEST,
    kind="date",
)
INSTALLED = Card(
    "installed",
    N_("Doctor settled on"),
    ("installed_on",),
    title=N_("When did this doctor settle in private practice?"),
    help=EARLIEST,
    kind="date",
)
SENDER = Card(
    "sender",
    N_("Who sent me settled on"),
    ("referrer_installed_on",),
    title=N_("Were you sent by a GP who settled recently?"),
    help=N_("For {years} years, the refund of the visits that such a GP prescribes is not lowered."),
    options=(
        CardOption(N_("No"), {"referrer_installed_on": ""}),
        CardOption(N_("Yes"), {"ask": "referrer_installed_on"}),
    ),
)
SENDER_DAY = Card("sender", N_("Who sent me settled on"), ("referrer_installed_on",), kind="date")
CENTRE = Card("centre", N_("Centre approved on"), ("centre_agree_on",), kind="date")
JOURNEY = Card(
    "journey",
    N_("Journey"),
    ("special_setting",),
    options=(
        CardOption(N_("An ordinary journey"), {"special_setting": "none"}),
        worded("special_setting", "transport_urgent"),
        worded("special_setting", "transfert_hospitalier"),
    ),
)
SAMPLING = Card(
    "sampling",
    N_("Sampling"),
    ("prelevement_biologie",),
    options=(
        CardOption(N_("No"), {"prelevement_biologie": "false"}),
        CardOption(N_("Yes"), {"prelevement_biologie": "true"}),
    ),
)
STAY = Card("stay", N_("Days"), ("sejour_jours",), kind="days")
UNAVAILABLE = Card(
    "unavailable",
    N_("Médecin traitant in time"),
    ("medecin_traitant_indisponible",),
    title=N_("Could your médecin traitant have seen you in time?"),
    options=(
        CardOption(N_("Yes"), {"medecin_traitant_indisponible": "false"}),
        CardOption(N_("No, not in a time that suits my health"), {"medecin_traitant_indisponible": "true"}),
    ),
    terms=("teleconsultation",),
)
PURPOSE = Card(
    "purpose",
    N_("Reason"),
    ("purpose",),
    terms=("acces_direct",),
)
DRUG = Card(
    "drug",
    N_("Medicine"),
    ("drug_class",),
    options=(
        CardOption(N_("{irremplacable}: irreplaceable and costly"), {"drug_class": "irremplacable"}),
        CardOption(N_("{majeur}: most medicines"), {"drug_class": "majeur"}),
        CardOption(N_("{modere}: moderate benefit"), {"drug_class": "modere"}),
        CardOption(N_("{faible}: low benefit"), {"drug_class": "faible"}),
        CardOption(N_("A device, a dressing, an aid"), {"drug_class": "lpp"}),
        CardOption(N_("A major appliance: orthoprosthesis, wheelchair"), {"drug_class": "grand_appareillage"}),
    ),
)
COVER = Card(
    "cover",
    N_("Cover"),
    ("exemption", "c2s", "ame", "scheme"),
    title=N_("Does one of these apply to the patient?"),
    options=(
        CardOption(N_("None of these"), {"exemption": "none", "c2s": "false", "scheme": "general"}),
        CardOption(
            N_("C2S: complémentaire santé solidaire"),
            {"c2s": "true", "exemption": "none", "scheme": "general"},
            N_("Free or low-cost cover for low incomes."),
        ),
        ground("ald"),
        ground("ald_sans_rapport"),
        ground("maternite", suits.pregnancy),
        ground("examen_grossesse", suits.prenatal),
        ground("at_mp", suits.work),
        ground("invalidite", suits.work),
        ground("rente_at"),
        CardOption(
            N_("Contraception or sexual health, under {contraception}"),
            {"exemption": "contraception", "c2s": "false", "scheme": "general"},
            suits=suits.contraception,
        ),
        ground("ivg", suits.pregnancy),
        ground("examen_enfant", suits.examination),
        ground("prevention", suits.prevention),
        worded("scheme", "alsace_moselle", c2s="false", exemption="none"),
        CardOption(
            N_("AME: state medical aid"), {"ame": "true", "exemption": "none", "c2s": "false", "scheme": "general"}
        ),
        worded("scheme", "passage", c2s="false", exemption="none"),
    ),
    terms=("c2s", "ald", "ame"),
)
MUTUELLE = Card(
    "mutuelle",
    N_("Mutuelle"),
    ("contract",),
    title=N_("Do you have a mutuelle?"),
    help=N_("A complementary insurance, through your employer or on your own. Almost all are “contrats responsables”."),
    options=(
        CardOption(N_("No"), {"contract": "none"}),
        CardOption(
            N_("Yes, a basic one"), {"contract": "responsable_100"}, N_("It completes the official tariff, no more.")
        ),
        CardOption(
            N_("Yes, with some extra fees"),
            {"contract": "responsable_150"},
            N_("It also pays part of what is above the tariff."),
        ),
        CardOption(N_("Yes, a strong one"), {"contract": "responsable_220"}, N_("It pays twice the tariff or more.")),
        CardOption(
            N_("Yes, not “responsable”"),
            {"contract": "non_responsable_300"},
            N_("Rare: it may also pay the surcharge."),
        ),
    ),
    terms=("mutuelle", "contrat_responsable"),
)
DESK = Card(
    "desk",
    N_("At the desk"),
    ("tiers_payant",),
    options=(
        worded("tiers_payant", "none"),
        worded("tiers_payant", "partial"),
        worded("tiers_payant", "full"),
    ),
    terms=("tiers_payant",),
)

ORDER = (
    WHO,
    AGE,
    AGE_IN_JANUARY,
    DRUG,
    DECLARED,
    SENT,
    PURPOSE,
    CIRCUMSTANCE,
    LEFT,
    INSTALLED,
    SENDER_DAY,
    CENTRE,
    SAMPLING,
    STAY,
    UNAVAILABLE,
    SECTOR,
    BASE,
    FEE,
    COVER,
    MUTUELLE,
    DESK,
)
"""The answers are listed in this order."""
BY_FACT = {name: question for question in reversed(ORDER) for name in question.facts} | {
    "medecin_traitant_left_on": CIRCUMSTANCE,
    "installed_on": CIRCUMSTANCE,
    "referrer_installed_on": SENDER,
}
"""The question that settles a fact the engine asks for."""
