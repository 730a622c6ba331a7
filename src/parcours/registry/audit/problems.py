"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid, Misconfigured
from parcours.text import Text

_WHOLE = Text(
    "une piste intacte : `parcours audit verify` dit ce qui manque, `parcours audit accept` reprend après enquête",
    "a whole trail: `parcours audit verify` says what is missing, `parcours audit accept` goes on after an inquiry",
)

head_forged = Problem(
    Misconfigured,
    "trail_head_forged",
    Text(
        "la tête de la chaîne {chain} de la piste d'audit est fausse : rien n'y est ajouté",
        "the head of chain {chain} of the audit trail is forged: nothing is added to it",
    ),
    allowed=_WHOLE,
)

past_changed = Problem(
    Misconfigured,
    "trail_past_changed",
    Text(
        "la chaîne {chain} de la piste d'audit ne contient plus la ligne {row} déjà vue : rien n'y est ajouté",
        "chain {chain} of the audit trail no longer holds row {row}, seen before: nothing is added to it",
    ),
    allowed=_WHOLE,
)

witness_damaged = Problem(
    Misconfigured,
    "trail_witness_damaged",
    Text(
        "les extrémités gardées hors de la base sont illisibles ou fausses",
        "the ends kept outside the database cannot be read or are forged",
    ),
    field="PARCOURS_AUDIT_ANCHORS",
    allowed=_WHOLE,
)

anchors_setting = Problem(
    Misconfigured,
    "audit_anchors_setting",
    Text("réglage inconnu", "unknown setting"),
    field="PARCOURS_AUDIT_ANCHORS",
    allowed=Text(
        "un dossier existant, sqlite:///… ou postgresql://…", "a folder that exists, sqlite:///… or postgresql://…"
    ),
)

timestamp_refused = Problem(
    Misconfigured,
    "timestamp_refused",
    Text(
        "l'autorité d'horodatage n'a pas répondu par un jeton qui se vérifie ({why})",
        "the time-stamping authority did not answer with a token that verifies ({why})",
    ),
    field="PARCOURS_AUDIT_TIMESTAMPS",
    allowed=Text("l'adresse d'une autorité RFC 3161", "the address of an RFC 3161 authority"),
)

timestamp_roots = Problem(
    Misconfigured,
    "timestamp_roots",
    Text("aucun certificat n'y est lisible", "no certificate can be read there"),
    field="PARCOURS_AUDIT_TIMESTAMPS_CA",
    allowed=Text(
        "un fichier PEM des certificats de l'autorité d'horodatage",
        "a PEM file of the certificates of the time-stamping authority",
    ),
)

reason_missing = Problem(
    Invalid,
    "reason_missing",
    Text("il faut dire pourquoi", "one must say why"),
    field="reason",
    allowed=Text("une phrase d'au moins dix caractères", "a sentence of ten characters or more"),
)

_ARCHIVE = Text(
    "une archive de `parcours audit archive`, entière, de cette installation",
    "an archive of `parcours audit archive`, whole, of this installation",
)

archive_too_early = Problem(
    Invalid,
    "archive_too_early",
    Text("la piste se garde au moins six mois", "the trail is kept for six months at least"),
    field="before",
    allowed=Text("au plus tard le {latest}", "{latest} at the latest"),
)

archive_exists = Problem(
    Conflict,
    "archive_exists",
    Text("ce fichier existe déjà", "this file exists already"),
    field="file",
    allowed=Text("un nouveau fichier", "a new file"),
)

trail_not_whole = Problem(
    Conflict,
    "trail_not_whole",
    Text("la piste n'est pas intacte : rien n'en est archivé", "the trail is not whole: nothing of it is archived"),
    allowed=_WHOLE,
)

nothing_to_archive = Problem(
    Conflict,
    "nothing_to_archive",
    Text("la piste n'a rien d'aussi ancien", "the trail has nothing so old"),
    field="before",
    allowed=Text("un jour après la première ligne", "a day after the first row"),
)

archive_unreadable = Problem(
    Misconfigured,
    "archive_unreadable",
    Text("l'archive ne peut être lue ou écrite ({why})", "the archive cannot be read or written ({why})"),
    field="file",
    allowed=_ARCHIVE,
)

archive_altered = Problem(
    Invalid,
    "archive_altered",
    Text(
        "l'archive n'est pas ce qui avait été scellé avec les clés de cette installation",
        "the archive is not what was sealed with the keys of this installation",
    ),
    field="file",
    allowed=_ARCHIVE,
)

archive_of_another = Problem(
    Conflict,
    "archive_of_another",
    Text(
        "la piste ne commence pas par les lignes de cette archive : une autre base, ou déjà retirées",
        "the trail does not begin with the rows of this archive: another database, or removed already",
    ),
    field="file",
    allowed=_ARCHIVE,
)
