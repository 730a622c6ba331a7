"""What the commands refuse by themselves: each with its code, in French and in English."""

from parcours.errors import ParcoursError, Problem
from parcours.text import Text, same


class CliError(ParcoursError):
    """What was typed cannot be done."""


not_accepted = Problem(
    CliError,
    "not_accepted",
    Text("cette valeur n'est pas acceptée", "this value is not accepted"),
    allowed=same("{expected}"),
)
needs_value = Problem(CliError, "needs_value", Text("il faut une valeur", "a value must follow"))
takes_no_value = Problem(CliError, "takes_no_value", Text("n'a pas de valeur", "has no value"))
not_said = Problem(CliError, "not_said", Text("n'est pas donné", "has not been given"))
no_such_option = Problem(CliError, "no_such_option", Text("cette option n'existe pas", "there is no such option"))
no_such_command = Problem(CliError, "no_such_command", Text("cette commande n'existe pas", "there is no such command"))
near_command = Problem(
    CliError,
    "no_such_command",
    Text("cette commande n'existe pas ; vouliez-vous dire {near} ?", "there is no such command; did you mean {near}?"),
)
too_many_arguments = Problem(CliError, "too_many_arguments", Text("argument en trop", "one argument too many"))
misused = Problem(
    CliError,
    "misused",
    Text("cette commande ne se lit pas ainsi ; voyez --help", "this command does not read like that; see --help"),
)
no_facts = Problem(
    CliError,
    "no_facts",
    Text(
        "donnez les faits d'un acte (`parcours settle --help`), un fichier, ou essayez `parcours questions --ask`",
        "give the facts of an act (`parcours settle --help`), a file, or try `parcours questions --ask`",
    ),
)
flags_of_one_act = Problem(
    CliError,
    "flags_of_one_act",
    Text(
        "ces options décrivent un seul acte ; un fichier a ses propres colonnes",
        "flags describe one act; a file has its own columns",
    ),
)
no_output = Problem(
    CliError,
    "no_output",
    Text(
        "dites où vont les lignes liquidées, par exemple `-o settled.ndjson`",
        "say where the settled rows go, for example `-o settled.ndjson`",
    ),
    field="-o",
)
unreadable = Problem(CliError, "unreadable", Text("illisible : {why}", "cannot be read: {why}"))
unwritable = Problem(CliError, "unwritable", Text("écriture impossible : {why}", "cannot be written: {why}"))
not_text = Problem(CliError, "not_text", Text("n'est pas du texte en UTF-8", "is not UTF-8 text"))
not_format = Problem(CliError, "not_format", Text("n'est pas du {format} valide", "is not valid {format}"))
too_large = Problem(
    CliError,
    "too_large",
    Text(
        "plus de {most} Mo ; `parcours settle` lit de tels fichiers",
        "larger than {most} MB; `parcours settle` reads such files",
    ),
)
no_bill = Problem(CliError, "no_bill", Text("ne contient aucune facture", "no bill in it"))
not_a_bill = Problem(
    CliError,
    "not_a_bill",
    Text("n'est pas une facture : il lui faut `lines`", "is not a bill: it needs `lines`"),
)
no_code = Problem(
    CliError,
    "no_code",
    Text(
        "aucun code ; `parcours law library` dit ce qui est importé",
        "no code; `parcours law library` says what has been imported",
    ),
)
no_row = Problem(CliError, "no_row", Text("il n'y a pas de ligne {row}", "there is no row {row}"))
no_receipt = Problem(CliError, "no_receipt", Text("aucun reçu (*.json) ici", "no receipt (*.json) in it"))
no_contract = Problem(
    CliError,
    "no_contract",
    Text("ni un fichier lisible, ni un contrat connu", "neither a readable file nor a known contract"),
)
not_a_contract = Problem(
    CliError,
    "not_a_contract",
    Text("n'est pas un contrat en JSON ou en YAML", "is not a contract in JSON or YAML"),
)
not_an_anchor = Problem(CliError, "not_an_anchor", Text("n'est pas une ancre", "is not an anchor"), field="--anchor")
unknown_entry = Problem(
    CliError, "unknown_entry", Text("inconnu ; par exemple {near}", "not known; for example {near}")
)
no_value_on = Problem(
    CliError, "no_value_on", Text("aucune valeur connue le {day}", "nothing is known on {day}"), field="--on"
)
story_or_three = Problem(
    CliError,
    "story_or_three",
    Text("à donner (ou `--story`)", "to be given (or `--story`)"),
)
registry_cannot_tell = Problem(
    CliError,
    "registry_cannot_tell",
    Text(
        "le registre ne peut pas le dire ; ajoutez `--related-to`",
        "the registry cannot tell; say `--related-to`",
    ),
    allowed=same("{choices}"),
)
nobody = Problem(CliError, "nobody", Text("personne n'a ce numéro", "nobody has it"), field="NIR")
two_doctors = Problem(
    CliError,
    "two_doctors",
    Text("personnes qui ont deux médecins traitants : {people}", "people who have two médecins traitants: {people}"),
)
no_such_role = Problem(
    CliError, "no_such_role", Text("ce compte n'a pas le rôle `{role}`", "this account has no role `{role}`")
)
which_role = Problem(
    CliError, "which_role", Text("précisez le rôle", "say which role"), field="--actor", allowed=same("{roles}")
)
which_record = Problem(
    CliError,
    "which_record",
    Text("cette valeur n'est pas acceptée", "this value is not accepted"),
    field="--record",
    allowed=Text("NATURE:IDENTIFIANT", "KIND:ID"),
)
database_refuses = Problem(
    CliError,
    "database_refuses",
    Text("la base ne répond pas comme elle devrait : `{why}`", "the database does not answer as it should: `{why}`"),
    field="PARCOURS_DATABASE_URL",
)
wrong_setting = Problem(
    CliError,
    "wrong_setting",
    Text(
        "ce réglage n'est pas accepté ; voyez `parcours serve --help`",
        "this setting is not accepted; see `parcours serve --help`",
    ),
)
no_commune = Problem(
    CliError,
    "no_commune",
    Text("aucune commune de ce nom, code ou code postal", "no commune of that name, code or postcode"),
)
port_taken = Problem(
    CliError,
    "port_taken",
    Text(
        "est déjà pris ou refusé ; choisissez un autre port : --port",
        "is already in use or refused; choose another port: --port",
    ),
)
extra_missing = Problem(
    CliError,
    "extra_missing",
    Text(
        "il manque `{module}` : pip install 'parcours[{extra}]'",
        "`{module}` is missing: pip install 'parcours[{extra}]'",
    ),
)
interrupted = Problem(
    CliError,
    "interrupted",
    Text(
        "interrompu ; relancez la même commande avec `--resume` pour continuer",
        "interrupted; run the same command again with `--resume` to go on",
    ),
)
defect = Problem(
    CliError,
    "defect",
    Text(
        "erreur inattendue, merci de la signaler : `{kind}` (PARCOURS_DEBUG=1 montre où)",
        "unexpected error, please report it: `{kind}` (PARCOURS_DEBUG=1 shows where)",
    ),
)

no_claims = Problem(
    CliError,
    "no_claims",
    Text("aucune feuille n'est nommée", "no claim is named"),
    field="CLAIMS",
    allowed=Text(
        "des identifiants de feuilles, ou le fichier de leurs réponses", "ids of claims, or the file of their answers"
    ),
)
