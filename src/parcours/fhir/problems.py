"""What the FHIR face refuses by itself: one entry a problem, in French and in English."""

from parcours.edge.problems import Refusal
from parcours.text import Text

not_json = Refusal(400, "json_invalid", Text("le corps n'est pas un objet JSON", "the body is not a JSON object"))
not_this_type = Refusal(
    422, "resource_type",
    Text("{given} n'est pas accepté ici ; attendu : {expected}", "{given} is not accepted here; expected: {expected}"),
)  # fmt: skip
unknown_reference = Refusal(
    422, "unknown_reference",
    Text("{reference} n'est ni contenu ni dans le lot", "{reference} is neither contained nor in the bundle"),
)  # fmt: skip
unknown_info = Refusal(
    422, "unknown_info",
    Text("information inconnue : {code} ; voyez CodeSystem/claim-info",
         "unknown information: {code}; see CodeSystem/claim-info"),
)  # fmt: skip
yes_or_no = Refusal(422, "yes_or_no", Text("attendu : true ou false", "expected: true or false"))
no_value = Refusal(
    422, "no_value",
    Text("une valeur est attendue : code, valueBoolean, valueString, valueQuantity ou timingDate",
         "a value is expected: code, valueBoolean, valueString, valueQuantity or timingDate"),
)  # fmt: skip
contradiction = Refusal(
    422, "contradiction",
    Text("{name} : dit autrement par {other}", "{name}: said otherwise by {other}"),
)  # fmt: skip
unknown_ips = Refusal(
    422, "unknown_ips",
    Text("indicateur non pris dans une estimation ; attendu : {allowed}",
         "indicator not taken in an estimate; expected: {allowed}"),
)  # fmt: skip
no_code = Refusal(422, "no_code", Text("le code de l'acte manque", "the code of the act is missing"))
euros_only = Refusal(422, "euros_only", Text("les montants sont en EUR", "amounts are in EUR"))
net_differs = Refusal(
    422, "net_differs",
    Text("net {net} n'est pas quantité × prix unitaire ({product})",
         "net {net} is not quantity × unit price ({product})"),
)  # fmt: skip
total_differs = Refusal(
    422, "total_differs",
    Text("le total {total} n'est pas la somme des lignes ({sum})",
         "the total {total} is not the sum of the items ({sum})"),
)  # fmt: skip
no_items = Refusal(422, "no_items", Text("une ligne au moins est attendue", "one item at least is expected"))
not_supported = Refusal(
    422, "not_supported",
    Text("cet élément changerait l'estimation et n'est pas pris : {name}",
         "this element would change the estimate and is not taken: {name}"),
)  # fmt: skip
only_estimates = Refusal(
    401, "login_needed",
    Text("sans identité, seule une estimation (use = predetermination) est possible",
         "without identity, only an estimate (use = predetermination) is possible"),
)  # fmt: skip
unknown_type = Refusal(404, "unknown_type", Text("type non servi : {type}", "type not served: {type}"))
unknown_operation = Refusal(
    404, "unknown_operation", Text("opération non servie : {name}", "operation not served: {name}")
)
not_found = Refusal(404, "not_found", Text("introuvable", "not found"))
not_acceptable = Refusal(
    406, "not_acceptable",
    Text("seul JSON est servi : application/fhir+json", "only JSON is served: application/fhir+json"),
)  # fmt: skip
not_json_media = Refusal(
    415, "unsupported_media",
    Text("seul JSON est lu : application/fhir+json", "only JSON is read: application/fhir+json"),
)  # fmt: skip
parameter_needed = Refusal(400, "parameter_needed", Text("paramètre nécessaire : {name}", "parameter needed: {name}"))
unknown_code = Refusal(404, "unknown_code", Text("code inconnu : {code}", "unknown code: {code}"))
unknown_parameter = Refusal(
    400, "unknown_parameter",
    Text("paramètre inconnu : {name} ; permis : {allowed}", "unknown parameter: {name}; allowed: {allowed}"),
)  # fmt: skip
bad_value = Refusal(
    400, "bad_value",
    Text("« {value} » n'est pas accepté ; attendu : {allowed}", "{value!r} is not accepted; expected: {allowed}"),
)  # fmt: skip
bad_page = Refusal(400, "bad_page", Text("page inconnue", "unknown page"))
one_day = Refusal(422, "one_day", Text("une feuille est d'un seul jour", "a sheet is of one day alone"))
decided_already = Refusal(
    409, "decided_already",
    Text("la caisse a déjà décidé : seule elle peut revenir dessus", "the fund has decided: it alone can undo it"),
)  # fmt: skip
status_only = Refusal(
    422, "status_only",
    Text("une feuille ne change pas : seul le statut `cancelled` peut être demandé",
         "a sheet does not change: the status `cancelled` alone may be asked for"),
)  # fmt: skip
stale = Refusal(412, "stale_version", Text("la ressource a changé entre-temps", "the resource has changed meanwhile"))
not_created = Refusal(
    405, "not_created",
    Text("{type} ne se crée ni ne se change ici : seul Claim s'envoie",
         "{type} is not created nor changed here: only Claim is sent"),
)  # fmt: skip
no_batch = Refusal(
    405, "no_batch",
    Text("un Bundle batch ou transaction n'est pas servi ici : envoyez chaque demande à son adresse",
         "a batch or transaction Bundle is not served here: send each request to its own address"),
)  # fmt: skip
several = Refusal(
    412, "several_matches",
    Text("plusieurs ressources remplissent la condition", "several resources meet the condition"),
)  # fmt: skip
too_many = Refusal(
    400, "too_many",
    Text("plus de {most} résultats ne se trient pas : précisez la recherche",
         "more than {most} results are not put in order: narrow the search"),
)  # fmt: skip
async_only = Refusal(
    400, "async_only",
    Text("un export se demande avec « Prefer: respond-async »", "an export is asked for with 'Prefer: respond-async'"),
)  # fmt: skip
not_in_scope = Refusal(403, "not_in_scope", Text("le jeton ne porte pas {type}", "the token does not name {type}"))
not_searched = Refusal(
    405, "not_searched",
    Text("{type} ne se cherche pas : il se lit par son adresse", "{type} is not searched: it is read by its address"),
)  # fmt: skip
