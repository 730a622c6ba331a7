"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid, Refused
from parcours.text import Text

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
