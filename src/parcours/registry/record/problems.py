"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Forbidden, Invalid, Refused
from parcours.text import Text, same

needs_text = Problem(
    Invalid, "needs_text", Text("une ligne a un texte, « rien de connu » n'en a pas",
                                "a line has a text, “nothing known” has none"),
    field="text", allowed=Text("un texte, sauf pour « rien de connu »", "a text, except for “nothing known”"),
)  # fmt: skip
already_corrected = Problem(
    Conflict, "already_corrected", Text("cette ligne a déjà été corrigée", "this line has been corrected already"),
    field="corrects", allowed=Text("la dernière version de la ligne", "the last version of the line"),
)  # fmt: skip
other_section = Problem(
    Invalid, "other_section", Text("une correction reste dans sa section", "a correction stays in its section"),
    field="section", allowed=same("{section}"),
)  # fmt: skip
dead = Problem(
    Refused, "read_only", Text("le dossier d'une personne décédée ne s'écrit plus",
                               "the record of somebody who died is read only"),
    allowed=Text("la lecture", "reading"),
)  # fmt: skip
duplicate_document = Problem(
    Conflict, "duplicate_document", Text("ce document est déjà déposé", "this document is there already"),
    field="unique_id", allowed=Text("un identifiant nouveau", "a new identifier"),
)  # fmt: skip
other_hash = Problem(
    Invalid, "other_hash", Text("l'empreinte ou la taille n'est pas celle du contenu",
                                "the hash or the size is not that of the content"),
    field="sha1", allowed=same("SHA-1"),
)  # fmt: skip
too_large = Problem(
    Invalid, "too_large", Text("document trop grand", "document too large"), field="content",
    allowed=Text("{most} octets au plus", "{most} bytes at most"),
)  # fmt: skip
not_base64 = Problem(
    Invalid, "not_base64", Text("le contenu n'est pas en base 64", "the content is not base 64"), field="content",
    allowed=same("base64"),
)  # fmt: skip
other_mime = Problem(
    Invalid, "other_mime", Text("ce genre de document n'est pas reçu", "this kind of document is not taken"),
    field="mime", allowed=same("{allowed}"),
)  # fmt: skip
other_replacer = Problem(
    Refused, "other_author", Text("un document est remplacé par son auteur ou par le médecin traitant",
                                  "a document is replaced by its author or by the médecin traitant"),
    field="replaces", allowed=Text("l'auteur, le médecin traitant, la même structure",
                                   "the author, the médecin traitant, the same practice"),
)  # fmt: skip
not_the_last = Problem(
    Conflict, "not_the_last", Text("ce document est déjà remplacé", "this document is replaced already"),
    field="replaces", allowed=Text("sa dernière version", "its last version"),
)  # fmt: skip
no_explanation = Problem(
    Invalid, "no_explanation", Text("dites la raison en quinze caractères au moins",
                                    "say the reason in fifteen characters at least"),
    field="explanation", allowed=Text("15 caractères ou plus pour other", "15 characters or more for other"),
)  # fmt: skip
opposed_to_emergency = Problem(
    Refused, "opposed_to_emergency", Text("la personne s'y est opposée d'avance, même en urgence",
                                          "the person opposed it in advance, even in an emergency"),
    allowed=Text("les soins, sans le dossier", "care, without the record"), article="CSP L1111-17",
)  # fmt: skip
already_reviewed = Problem(
    Conflict, "already_reviewed", Text("cet accès est déjà revu", "this access is reviewed already"),
    field="access_id", allowed=Text("un accès à revoir", "an access to review"),
)  # fmt: skip
opposed = Problem(
    Forbidden, "opposed", Text("la personne s'oppose à cet accès", "the person opposes this access"),
    article="CSP L1110-4",
)  # fmt: skip
second_person = Problem(
    Forbidden, "second_person", Text("un accès d'urgence est revu par quelqu'un d'autre",
                                     "an emergency access is reviewed by somebody else"),
)  # fmt: skip
review_too_soon = Problem(
    Invalid, "review_too_soon", Text("un projet est revu après son début",
                                     "a project is looked at again after its start"),
    field="review_on", allowed=Text("un jour après le début", "a day after the start"),
)  # fmt: skip
no_such_rhythm = Problem(
    Invalid, "no_such_rhythm", Text("ce rythme n'a pas de sens", "this rhythm makes no sense"), field="actions",
    allowed=Text("every : 0 ou plus ; until : après first_on", "every: 0 or more; until: after first_on"),
)  # fmt: skip
project_out_of_bounds = Problem(
    Invalid, "project_out_of_bounds", Text("cette valeur d'un projet est hors limites",
                                           "this value of a project is out of bounds"),
    allowed=Text("{least} … {most}", "{least} … {most}"),
)  # fmt: skip
not_a_record = Problem(
    Invalid, "not_a_record", Text("ce contenu n'est pas un dossier que l'on sait lire",
                                  "this content is no record that can be read"),
    field="content", allowed=same("parcours-record-1, FHIR document, CDA R2"),
)  # fmt: skip
of_nobody = Problem(
    Invalid, "of_nobody", Text("ce dossier ne dit pas de qui il est", "this record does not say whose it is"),
    field="content", allowed=Text("un dossier avec une date de naissance", "a record with a birth date"),
)  # fmt: skip
other_patient = Problem(
    Invalid, "other_patient", Text("ce dossier est celui d'une autre personne", "this record is somebody else's"),
    field="content", allowed=Text("un dossier de cette personne", "a record of this person"),
)  # fmt: skip
no_such_time = Problem(
    Invalid, "no_such_time", Text("un consentement du moment dure un jour au plus",
                                  "a consent of the moment lasts a day at most"),
    field="hours", allowed=Text("1 à {most} heures", "1 to {most} hours"), article="CSP L1110-4",
)  # fmt: skip
scope_of_what = Problem(
    Invalid, "scope_of_what", Text("dites quel type ou quel document, et seulement alors",
                                   "say which type or which document, and only then"),
    field="named", allowed=Text("un type pour type, un document pour document",
                                "a type for type, a document for document"),
)  # fmt: skip
not_told_then = Problem(
    Invalid, "not_told_then", Text("la personne n'a pas pu être informée ce jour-là",
                                   "the person cannot have been told on that day"),
    field="on", allowed=same("{born} … {today}"),
)  # fmt: skip
consent_ended = Problem(
    Refused, "consent_ended", Text("la personne a mis fin à un consentement depuis que sa carte a été lue",
                                   "the person ended a consent since the card was read"),
    allowed=Text("un consentement que la personne donne dans son compte, ou sa carte lue de nouveau",
                 "a consent that the person gives in their account, or the card read again"), article="CSP L1110-4",
)  # fmt: skip
