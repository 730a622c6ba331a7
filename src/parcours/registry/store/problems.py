"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid, Misconfigured
from parcours.text import Text, same

database_missing = Problem(
    Misconfigured,
    "database_missing",
    Text("il n'y a pas de base du registre", "there is no database of the registry"),
    field="PARCOURS_DATABASE_URL",
    allowed=Text(
        "la base restaurée, ou une neuve : parcours registry init",
        "the restored one, or a new one: parcours registry init",
    ),
)

backup_exists = Problem(
    Conflict,
    "backup_exists",
    Text("ce fichier existe déjà", "this file exists already"),
    field="backup",
    allowed=Text("un fichier qui n'existe pas encore", "a file that does not exist"),
)

backup_altered = Problem(
    Invalid,
    "backup_altered",
    Text("sauvegarde altérée ou incomplète", "the backup is altered or incomplete"),
    field="backup",
    allowed=Text("les données que décrit le manifeste", "the data that the manifest describes"),
)

copy_damaged = Problem(
    Conflict,
    "copy_damaged",
    Text("la copie est abîmée", "the copy is damaged"),
    field="backup",
    given=Text("un fichier abîmé", "a damaged file"),
    allowed=Text("un fichier que SQLite trouve sain", "a file that SQLite finds sound"),
)

postgresql_program = Problem(
    Misconfigured,
    "postgresql_program",
    Text("le programme PostgreSQL a échoué", "the PostgreSQL program failed"),
    allowed=Text(
        "un {program} au moins aussi récent que le serveur ({variable} nomme son dossier)",
        "a {program} at least as new as the server ({variable} names its directory)",
    ),
)

backup_kind = Problem(
    Invalid,
    "backup_kind",
    Text("sauvegarde d'un autre type de base", "a backup of another kind of database"),
    field="backup",
    allowed=same("{choices}"),
)

database_not_empty = Problem(
    Conflict,
    "database_not_empty",
    Text("la base n'est pas vide", "the database is not empty"),
    field="PARCOURS_DATABASE_URL",
    given=Text("des tables y sont déjà", "tables already there"),
    allowed=Text("une base vide", "an empty database"),
)

manifest_unreadable = Problem(
    Invalid,
    "manifest_unreadable",
    Text("manifeste de sauvegarde illisible", "the backup's manifest cannot be read"),
    field="backup",
    allowed=Text("le manifeste écrit à côté de la sauvegarde", "the manifest written beside the backup"),
)

bad_secret_key = Problem(
    Misconfigured,
    "bad_secret_key",
    Text("clé de chiffrement mal formée", "malformed encryption key"),
    field="PARCOURS_SECRET_KEYS",
    given=Text("une clé d'une autre forme", "a key of another form"),
    allowed=Text("32 octets en base64 pour adresses (URL-safe)", "32 bytes in URL-safe base64"),
)

unreadable_secret = Problem(
    Misconfigured,
    "unreadable_secret",
    Text(
        "valeur chiffrée illisible : clé inconnue ou donnée altérée",
        "encrypted value cannot be read: unknown key or altered data",
    ),
    allowed=Text(
        "une valeur écrite sous une des clés de PARCOURS_SECRET_KEYS, inchangée",
        "a value written under one of the keys of PARCOURS_SECRET_KEYS, unaltered",
    ),
)

no_secret_key = Problem(
    Misconfigured,
    "no_secret_key",
    Text(
        "aucune clé pour protéger les données personnelles ; `parcours registry init` en crée une",
        "no key to protect personal data; `parcours registry init` makes one",
    ),
    field="PARCOURS_SECRET_KEYS",
    allowed=Text(
        "une ou plusieurs clés de 32 octets en base64, la plus récente en premier, ou {variable}",
        "one or more base64 keys of 32 bytes, newest first, or {variable}",
    ),
)

secret_key_file = Problem(
    Misconfigured,
    "secret_key_file",
    Text("fichier de clés illisible", "the key file cannot be read"),
    field="PARCOURS_SECRET_KEYS_FILE",
    allowed=Text("un fichier lisible", "a readable file"),
)

period_reversed = Problem(
    Invalid,
    "period_reversed",
    Text("la période finit avant de commencer", "the period ends before it starts"),
    field="ends_on",
    allowed=Text("{starts_on} ou plus tard", "{starts_on} or later"),
)

already_superseded = Problem(
    Conflict, "already_superseded", Text("cette version a déjà été remplacée", "this version has already been replaced")
)

copy_differs = Problem(
    Conflict,
    "copy_differs",
    Text("la copie diffère de la sauvegarde", "the copy differs from the backup"),
    field="backup",
    given=Text("différences : {tables}", "tables that differ: {tables}"),
    allowed=Text("une copie égale à la sauvegarde", "a copy equal to the backup"),
)

the_revision = Text("la révision", "the revision")

nothing = Text("rien", "nothing")

empty = Text("vide", "empty")

postgresql_program_missing = Problem(
    Misconfigured,
    "postgresql_program_missing",
    Text("programme PostgreSQL introuvable", "PostgreSQL program not found"),
    allowed=Text("le dossier de {name}", "the directory of {name}"),
)

database_revision = Problem(
    Misconfigured,
    "database_revision",
    Text("la base n'est pas à jour", "the database is not up to date"),
    field="PARCOURS_DATABASE_URL",
    allowed=Text(
        "la révision {wanted} : lancez `parcours registry upgrade`",
        "revision {wanted}: run `parcours registry upgrade`",
    ),
)

other_keys = Problem(
    Misconfigured,
    "other_keys",
    Text(
        "les clés ne sont pas celles de cette base : rien n'y est lu ni écrit",
        "the keys are not those of this database: nothing is read or written in it",
    ),
    field="PARCOURS_SECRET_KEYS",
    given=Text("les clés d'une autre installation", "the keys of another installation"),
    allowed=Text("les clés sous lesquelles cette base a été créée", "the keys under which this database was made"),
)

keys_file_open = Problem(
    Misconfigured,
    "keys_file_open",
    Text("le fichier de clés est ouvert à d'autres utilisateurs", "the key file is open to other users"),
    field="PARCOURS_SECRET_KEYS_FILE",
    given=Text("mode {mode}, {path}", "mode {mode}, {path}"),
    allowed=Text(
        "0600 (ou 0400, ou 0640 pour un groupe) : `chmod 600 {path}`, et de nouvelles clés si d'autres ont pu lire",
        "0600 (or 0400, or 0640 for a group): `chmod 600 {path}`, and new keys if others may have read them",
    ),
)

manifest_forged = Problem(
    Invalid,
    "manifest_forged",
    Text(
        "le manifeste n'est pas signé avec les clés de cette installation : rien n'a été écrit",
        "the manifest is not signed with the keys of this installation: nothing was written",
    ),
    field="backup",
    allowed=Text(
        "une sauvegarde faite sous une des clés de PARCOURS_SECRET_KEYS",
        "a backup made under one of the keys of PARCOURS_SECRET_KEYS",
    ),
)

backup_not_written = Problem(
    Misconfigured,
    "backup_not_written",
    Text("la sauvegarde n'a pas pu être écrite : {why}", "the backup could not be written: {why}"),
    field="backup",
    allowed=Text("un dossier où l'on peut écrire, avec assez de place", "a folder one can write in, with enough room"),
)
