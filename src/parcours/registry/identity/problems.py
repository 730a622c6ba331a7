"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid
from parcours.text import Text

nir_form = Problem(
    Invalid,
    "nir_form",
    Text("numéro de sécurité sociale mal formé", "malformed social security number"),
    given=Text("{count} caractères", "{count} characters"),
    allowed=Text(
        "13 caractères (chiffres, 2A ou 2B en 6-7 pour la Corse, premier chiffre de 1 à 8) et une clé de 2 chiffres",
        "13 characters (digits, 2A or 2B at 6-7 for Corsica, first digit 1 to 8) and a key of 2 digits",
    ),
)

nir_key = Problem(
    Invalid,
    "nir_key",
    Text("la clé ne correspond pas au numéro", "the key does not fit the number"),
    given=Text("clé {key}", "key {key}"),
    allowed=Text("la clé qui convient aux 13 caractères", "the key that fits the 13 characters"),
)

identifier_taken = Problem(
    Conflict,
    "identifier_taken",
    Text("ce numéro est déjà attribué", "this number is already assigned"),
    field="nir",
    given=Text("un numéro de clé {key}", "a number with key {key}"),
    allowed=Text("un numéro que personne n'a", "a number that nobody has"),
)

identifier_definitive = Problem(
    Conflict,
    "identifier_definitive",
    Text("cette personne a déjà un numéro définitif", "this person already has a definitive number"),
    field="nir",
    given=Text("un numéro de nature {kind}", "a number of kind {kind}"),
    allowed=Text("un seul numéro définitif par personne", "one definitive number a person"),
)

rpps_form = Problem(
    Invalid,
    "rpps_form",
    Text("numéro mal formé", "malformed number"),
    field="rpps",
    given=Text("{count} caractères", "{count} characters"),
    allowed=Text("11 chiffres", "11 digits"),
)

rpps_check_digit = Problem(
    Invalid,
    "rpps_check_digit",
    Text("le chiffre de contrôle ne correspond pas au numéro", "the check digit does not fit the number"),
    field="rpps",
    given=Text("chiffre de contrôle {digit}", "check digit {digit}"),
    allowed=Text("le chiffre de contrôle qui convient (Luhn)", "the check digit that fits (Luhn)"),
)

am_number_form = Problem(
    Invalid,
    "am_number_form",
    Text("numéro mal formé", "malformed number"),
    field="am_number",
    given=Text("{count} caractères", "{count} characters"),
    allowed=Text("9 chiffres", "9 digits"),
)

am_number_check_digit = Problem(
    Invalid,
    "am_number_check_digit",
    Text("le chiffre de contrôle ne correspond pas au numéro", "the check digit does not fit the number"),
    field="am_number",
    given=Text("chiffre de contrôle {digit}", "check digit {digit}"),
    allowed=Text("le chiffre de contrôle qui convient (Luhn)", "the check digit that fits (Luhn)"),
)

finess_form = Problem(
    Invalid,
    "finess_form",
    Text("numéro mal formé", "malformed number"),
    field="finess",
    given=Text("{count} caractères", "{count} characters"),
    allowed=Text("9 caractères : des chiffres, ou 2A/2B et 7 chiffres", "9 characters: digits, or 2A/2B and 7 digits"),
)

finess_check_digit = Problem(
    Invalid,
    "finess_check_digit",
    Text("le chiffre de contrôle ne correspond pas au numéro", "the check digit does not fit the number"),
    field="finess",
    given=Text("chiffre de contrôle {digit}", "check digit {digit}"),
    allowed=Text("le chiffre de contrôle qui convient (Luhn)", "the check digit that fits (Luhn)"),
)
