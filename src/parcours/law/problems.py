"""What may be wrong with the law data: one sentence a problem, in French and in English."""

from parcours.text import Text

no_mapping = Text("absent, vide ou sans clés", "missing, empty or not a mapping")
given_twice = Text("déjà donné dans {file}", "already given in {file}")
no_yaml = Text("n'est pas du YAML : {error}", "is not YAML: {error}")
not_one_of = Text("{field} : {given} ; valeurs admises : {choices}", "{field}: {given}; allowed: {choices}")
no_date = Text("{field} : {given} ; une date est nécessaire", "{field}: {given}; a date is needed")
no_date_or = Text(
    "{field} : {given} ; une date ou {other} est nécessaire", "{field}: {given}; a date or {other} is needed"
)
no_reference = Text(
    "references : rien ; au moins un article est nécessaire", "references: none; at least one article is needed"
)
no_values = Text("values : rien", "values: none")
out_of_order = Text(
    "{day} : vient après le {before} ; les dates vont en croissant", "{day}: comes after {before}; dates must ascend"
)
not_counted = Text(
    "une valeur ne se compte pas dans son unité ({error})", "a value cannot be counted in its unit ({error})"
)
negative = Text("une valeur est négative", "a value is negative")
no_source = Text("{day} : sans source", "{day}: no source")
no_value = Text("{day} : sans valeur", "{day}: no value")
one_language = Text(
    "label : {given} ; le français (fr) et l'anglais (en) sont nécessaires",
    "label: {given}; French (fr) and English (en) are needed",
)
unknown_id = Text("{what} {id} : inconnu{meant}", "unknown {what} {id}{meant}")
meant = Text(" ; vouliez-vous dire {id} ?", "; did you mean {id}?")
KINDS = {
    "reference": Text("référence", "reference"),
    "source": Text("source", "source"),
    "parameter": Text("paramètre", "parameter"),
    "specialty": Text("spécialité", "specialty"),
    "purpose": Text("motif", "purpose"),
    "group": Text("famille", "group"),
    "place": Text("lieu", "place"),
    "act": Text("acte", "act"),
    "fact": Text("fait", "fact"),
    "exclusion": Text("motif d'exclusion", "exclusion"),
    "anchor": Text("départ", "anchor"),
    "confidence": Text("confiance", "confidence"),
}
"""What an id that is not known should have named."""
not_an_age = Text(
    "{given} n'est pas un âge ; 9y, 16m, 8w, 42d ou 18m+1d sont admis",
    "{given} is no age; 9y, 16m, 8w, 42d or 18m+1d are",
)
no_profile = Text("n'est pas un profil de codes.py", "is not a profile of codes.py")
not_a_profile = Text("profile : {given} n'est pas un profil", "profile: {given} is not a profile")
other_letters = Text("doit donner exactement {letters}", "must list exactly {letters}")
no_reading = Text(
    "alternatives : {name}={option} n'est pas dans readings.yaml",
    "alternatives: {name}={option} is not in readings.yaml",
)
not_a_series = Text("like : {given} n'est pas une suite de valeurs", "like: {given} is not a series of values")
no_code = Text("n'appartient à aucun code de {file} : {codes}", "belongs to no code of {file}: {codes}")
no_legiarti = Text(
    "legiarti : {given} ; LEGIARTI et douze chiffres sont nécessaires",
    "legiarti: {given}; LEGIARTI and twelve digits are needed",
)
no_hash = Text(
    "sha256 : {given} ; 64 chiffres hexadécimaux sont nécessaires", "sha256: {given}; 64 hexadecimal digits are needed"
)
unknown_reading = Text("lecture inconnue ; connues : {choices}", "unknown reading; known: {choices}")
unknown_option = Text("option {option} : inconnue ; admises : {choices}", "unknown option {option}; allowed: {choices}")
no_law = Text(
    "aucun droit connu le {day} : le premier jour qui peut être calculé est le {first}",
    "no law is known on {day}: the first day that can be settled is {first}",
)
one_age = Text("un seul âge est attendu pour tous les jours", "one age is expected for every day")
twice = Text("donné deux fois", "given twice")
words_taken = Text("les mots {words} sont déjà ceux de {other}", "the words {words} are already those of {other}")
letter_taken = Text("la lettre {letter} est déjà celle de {other}", "the letter {letter} is already that of {other}")
no_act = Text("l'acte {act} n'est pas dans la table des actes", "act {act} is not in the table of acts")
unknown_sources = Text(
    "{day} : {given} ; des sources connues sont nécessaires", "{day}: {given}; known sources are needed"
)
unknown_names = Text("noms inconnus : {names}", "unknown names: {names}")
never_refuses = Text("`impossible` n'est lu que dans : {kinds}", "`impossible` is read in these only: {kinds}")
unknown_keys = Text("clés inconnues : {keys}", "unknown keys: {keys}")
none_of = Text("{given} ; valeurs admises : {choices}", "{given}; allowed: {choices}")
not_exactly = Text("en moins ou en trop : {wrong}", "missing or unknown: {wrong}")
no_choice = Text("une référence et deux options sont nécessaires", "a reference and two options are needed")
no_sentence = Text("codes inconnus ({codes}), ou aucune phrase", "unknown codes ({codes}), or no sentence")
