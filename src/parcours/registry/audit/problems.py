"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Invalid, Misconfigured
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

reason_missing = Problem(
    Invalid,
    "reason_missing",
    Text("il faut dire pourquoi", "one must say why"),
    field="reason",
    allowed=Text("une phrase d'au moins dix caractères", "a sentence of ten characters or more"),
)
