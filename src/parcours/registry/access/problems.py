"""What a decision about who may says: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Forbidden
from parcours.text import Text

forbidden = Problem(Forbidden, "forbidden", Text("{why}", "{why}"), field="action")
delegate_reads_not = Text(
    "Un délégué ne lit pas le texte du dossier : le médecin, lui, le peut.",
    "A delegate does not read the text of the record: the doctor does.",
)
delegate_signs_not = Text("Un délégué ne signe pas à la place du médecin.", "A delegate does not sign for the doctor.")
no_rule = Text("Aucune règle ne donne cette action à ce rôle.", "No rule gives this action to this role.")
no_relation = Text(
    "Aucun des liens exigés n'existe entre cet acteur et cet enregistrement.",
    "None of the required relations holds between this actor and this record.",
)
