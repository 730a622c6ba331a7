"""What may be wrong with an official file, or with the library made of it: the file, its line, its column."""

from parcours.errors import ParcoursError, Problem
from parcours.text import Text, same


class LibraryError(ParcoursError, ValueError):
    """An official file cannot be read, or a library cannot be used. The field is `file:line: column`."""


def place(file: str, line: int = 0, column: str = "") -> str:
    """Where in a file: `R_ACTE.dbf:3: DT_MODIF`; a line of a DBF is its record, counted from 1."""
    at = f"{file}:{line}" if line else file
    return f"{at}: {column}" if column else at


unreadable = Problem(LibraryError, "unreadable", Text("illisible : {why}", "cannot be read: {why}"))
no_file = Problem(
    LibraryError,
    "no_file",
    Text("un fichier de la distribution manque", "a file of the distribution is missing"),
    allowed=same("{names}"),
)
two_files = Problem(
    LibraryError,
    "two_files",
    Text("deux fichiers portent la même table", "two files hold the same table"),
)
too_large = Problem(
    LibraryError,
    "too_large",
    Text("trop volumineux pour une distribution officielle", "too large for an official distribution"),
    allowed=Text("au plus {most} Mo", "{most} MB at most"),
)
too_many = Problem(
    LibraryError,
    "too_many",
    Text("trop de fichiers pour une distribution officielle", "too many files for an official distribution"),
    allowed=Text("au plus {most}", "{most} at most"),
)
not_a_zip = Problem(LibraryError, "not_a_zip", Text("archive ZIP abîmée", "damaged ZIP archive"))
encrypted = Problem(
    LibraryError,
    "encrypted",
    Text(
        "archive ZIP chiffrée, ou d'une compression inconnue", "encrypted ZIP archive, or compressed in an unknown way"
    ),
)
not_a_dbf = Problem(
    LibraryError,
    "not_a_dbf",
    Text("n'est pas une table dBase III : {why}", "is not a dBase III table: {why}"),
)
truncated = Problem(
    LibraryError,
    "truncated",
    Text("le fichier s'arrête avant la fin", "the file ends too early"),
    allowed=Text("{rows} lignes, d'après son en-tête", "{rows} rows, as its header says"),
)
trailing = Problem(
    LibraryError,
    "trailing",
    Text("des octets suivent la dernière ligne", "bytes follow the last row"),
    allowed=Text("{rows} lignes, d'après son en-tête", "{rows} rows, as its header says"),
)
no_column = Problem(
    LibraryError,
    "no_column",
    Text("une colonne nécessaire manque", "a needed column is missing"),
    allowed=Text("parmi les colonnes du fichier : {names}", "among the columns of the file: {names}"),
)
two_columns = Problem(LibraryError, "two_columns", Text("deux colonnes du même nom", "two columns have the same name"))
not_deleted_or_live = Problem(
    LibraryError,
    "not_deleted_or_live",
    Text("cette ligne n'est ni en usage ni supprimée", "this row is neither live nor deleted"),
    allowed=Text("une espace ou * en tête de ligne", "a space or * at the start of the row"),
)
wrong_value = Problem(
    LibraryError,
    "wrong_value",
    Text("cette valeur n'est pas de cette colonne", "this value does not belong in this column"),
    allowed=same("{expected}"),
)
wrong_count = Problem(
    LibraryError,
    "wrong_count",
    Text("cette ligne n'a pas le bon nombre de champs", "this row has a wrong count of fields"),
    allowed=same("{expected}"),
)
no_key = Problem(
    LibraryError,
    "no_key",
    Text("le fichier ne commence pas par une clé", "the file does not start by a key"),
    allowed=same("{expected}"),
)
wrong_encoding = Problem(
    LibraryError,
    "wrong_encoding",
    Text("aucun codage ne rend ce texte lisible", "no encoding makes this text readable"),
    allowed=same("UTF-8, cp850, cp1252"),
)
orphan = Problem(
    LibraryError,
    "orphan",
    Text("cette ligne dépend d'une ligne absente de {parent}", "the row that this one needs is not in {parent}"),
)
not_its_key = Problem(
    LibraryError,
    "not_its_key",
    Text("la clé n'est pas faite de ses parties", "the key is not made of its parts"),
    allowed=same("{expected}"),
)
twice = Problem(LibraryError, "twice", Text("donné deux fois", "given twice"))
wrong_sum = Problem(
    LibraryError,
    "wrong_sum",
    Text("le prix avec honoraire n'est pas la somme des deux", "the price with its fee is not the sum of both"),
    allowed=same("{expected}"),
)
wrong_order = Problem(
    LibraryError,
    "wrong_order",
    Text("une période finit avant de commencer", "a period ends before it starts"),
    allowed=Text("pas avant {first}", "not before {first}"),
)
nothing_in_it = Problem(LibraryError, "nothing_in_it", Text("aucun code", "no code in it"))
unknown_nomenclature = Problem(
    LibraryError,
    "unknown_nomenclature",
    Text("cette nomenclature est inconnue", "this nomenclature is unknown"),
    allowed=same("{names}"),
)
unknown_grid = Problem(
    LibraryError,
    "unknown_grid",
    Text("cette grille n'est pas dans R_PU_BASE", "this grid is not in R_PU_BASE"),
    field="--grid",
    allowed=same("{grids}"),
)
not_a_library = Problem(
    LibraryError,
    "not_a_library",
    Text(
        "n'est pas une bibliothèque de cette version ; importez de nouveau : `parcours law import {name} …`",
        "is not a library of this version; import again: `parcours law import {name} …`",
    ),
)
not_written = Problem(LibraryError, "not_written", Text("écriture impossible : {why}", "cannot be written: {why}"))
not_the_same = Problem(
    LibraryError,
    "not_the_same",
    Text(
        "cette machine n'a pas les nomenclatures importées de celle qui a lancé le calcul",
        "this machine has not the imported lists of the one that started the job",
    ),
    allowed=Text("les mêmes fichiers dans {folder}", "the same files in {folder}"),
)
