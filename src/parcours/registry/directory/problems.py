"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid, Misconfigured, Refused, RegistryError
from parcours.text import Text, same

unknown_commune = Problem(
    Invalid,
    "unknown_commune",
    Text("commune inconnue", "unknown commune"),
    field="commune",
    allowed=Text("le code INSEE d'une commune inscrite", "the INSEE code of a registered commune"),
)

commune_without_position = Problem(
    Refused,
    "commune_without_position",
    Text("le centre de cette commune n'est pas connu", "the centre of this commune is not known"),
    field="commune",
    allowed=Text(
        "une commune dont le centre est connu : une voisine, par exemple",
        "a commune whose centre is known: a neighbouring one, for instance",
    ),
)

unknown_fund = Problem(
    Invalid,
    "unknown_fund",
    Text("caisse inconnue", "unknown fund"),
    field="fund",
    allowed=Text("le code d'une caisse inscrite, comme 01C751", "the code of a registered fund, like 01C751"),
)

specialty_of_profession = Problem(
    Invalid,
    "specialty_of_profession",
    Text("la spécialité ne convient pas à la profession", "the specialty does not fit the profession"),
    field="specialty",
    allowed=Text(
        "un code national de 1 à 98 pour un médecin, 0 pour une autre profession",
        "a national code from 1 to 98 for a doctor, 0 for another profession",
    ),
)

rpps_taken = Problem(
    Conflict,
    "rpps_taken",
    Text("ce numéro RPPS est déjà inscrit", "this RPPS number is already registered"),
    field="rpps",
    allowed=Text("un numéro qui n'est pas encore inscrit", "a number not yet registered"),
)

professional_ceased = Problem(
    Refused,
    "professional_ceased",
    Text("ce professionnel a cessé son activité à cette date", "this professional has ceased all activity by that day"),
    given=Text("plus d'activité depuis le {ceased_on}", "no activity since {ceased_on}"),
    allowed=Text("un professionnel en activité le {on}", "a professional in activity on {on}"),
)

replaced_doctor = Problem(
    Invalid,
    "replaced_doctor",
    Text("un remplaçant nomme le médecin remplacé, lui seul", "a locum names the doctor replaced, nobody else does"),
    field="replaced_id",
    allowed=Text(
        "le médecin remplacé, pour un remplaçant et lui seul", "the doctor replaced, for a locum and for nobody else"
    ),
)

main_practice_open = Problem(
    Conflict,
    "main_practice_open",
    Text("un lieu d'exercice principal est déjà ouvert", "another principal place is open"),
    field="main",
    allowed=Text(
        "un seul lieu principal à la fois : mettez d'abord fin à l'autre, ou donnez main=false",
        "one principal place at a time: end the other first, or give main=false",
    ),
)

unknown_attribute = Problem(
    Invalid,
    "unknown_attribute",
    Text("cet attribut n'existe pas", "there is no such attribute"),
    field="attribute",
    allowed=same("{choices}"),
)

bad_claim = Problem(
    Invalid,
    "bad_claim",
    Text("cette valeur n'est pas acceptée", "this value is not accepted"),
    allowed=same("{expected}"),
)

no_directory = Problem(
    Misconfigured,
    "no_directory",
    Text("aucun annuaire n'est chargé ici", "no directory is loaded here"),
    allowed=Text(
        "l'exploitant charge les communes (`parcours directory communes`), puis le fichier public des professionnels "
        "(`parcours directory import FICHIER`)",
        "whoever runs this loads the communes (`parcours directory communes`), then the public file of professionals "
        "(`parcours directory import FILE`)",
    ),
)

unknown_place = Problem(
    Invalid,
    "unknown_place",
    Text("aucune commune de ce nom ni de ce code", "no commune of this name or code"),
    field="place",
    allowed=Text("une commune, un code postal ou un code INSEE", "a commune, a postcode or an INSEE code"),
)

several_places = Problem(
    Invalid,
    "several_places",
    Text("plusieurs communes portent ce nom", "several communes bear this name"),
    field="place",
    allowed=same("{choices}"),
)

unknown_specialty = Problem(
    Invalid,
    "unknown_specialty",
    Text("ni une spécialité ni une profession", "neither a specialty nor a profession"),
    field="specialty",
    allowed=same("{choices}"),
)

unknown_filter = Problem(
    RegistryError,
    "unknown_filter",
    Text("ce filtre n'existe pas : rien n'a été cherché", "there is no such filter: nothing was searched"),
    allowed=same("{choices}"),
)

bad_filter = Problem(
    Invalid,
    "bad_filter",
    Text("cette valeur n'est pas acceptée", "this value is not accepted"),
    allowed=same("{expected}"),
)

nothing_to_search = Problem(
    Invalid,
    "nothing_to_search",
    Text("dites où, ou qui", "say where, or whom"),
    field="place",
    allowed=Text("un lieu, ou un nom", "a place, or a name"),
)

not_the_file = Problem(
    Invalid,
    "not_the_file",
    Text("cette archive ne contient pas le fichier attendu", "this archive does not hold the expected file"),
    field="file",
    allowed=same("{expected}"),
)

unreadable_file = Problem(Invalid, "unreadable_file", Text("illisible : {why}", "cannot be read: {why}"), field="file")

unknown_header = Problem(
    Invalid,
    "unknown_header",
    Text(
        "l'en-tête n'est pas connu, rien n'a changé ; il manque : {columns}",
        "the header is not known, nothing has changed; missing: {columns}",
    ),
    allowed=Text("un fichier qui dit où sont ces colonnes", "a file that says where these columns are"),
)

unknown_column = Problem(
    Invalid,
    "unknown_column",
    Text("l'import n'a pas cette colonne", "the import has no such column"),
    allowed=same("{choices}"),
)

guarded = Problem(
    Conflict,
    "guarded",
    Text(
        "l'import s'arrête, rien n'a changé : {share} % de {what} (au plus {most} %)",
        "the import stops, nothing has changed: {share} % of {what} (at most {most} %)",
    ),
    field="--accept",
    allowed=Text("vérifiez le fichier, puis --accept", "check the file, then --accept"),
)

no_communes = Problem(
    Conflict,
    "no_communes",
    Text("aucune commune n'est inscrite", "no commune is registered"),
    field="communes",
    allowed=Text("d'abord `parcours directory communes`", "first `parcours directory communes`"),
)

GUARDED = {
    "refused": Text("lignes refusées", "refused lines"),
    "gone": Text("disparus", "gone"),
    "changed": Text("modifiés", "changed"),
}
