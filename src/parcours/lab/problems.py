"""What the lab refuses, each with its field, what was given and what is allowed."""

from parcours.errors import ParcoursError, Problem
from parcours.text import Text


class LabError(ParcoursError, ValueError):
    """A reform, a population or a run that cannot be."""


unknown_reform = Problem(
    LabError, "lab_reform_unknown", Text("cette réforme n'existe pas", "there is no such reform"), field="reform",
    allowed=Text("un fichier, ou {near}", "a file, or {near}"),
)  # fmt: skip
unreadable = Problem(
    LabError, "lab_file_unreadable", Text("ce fichier ne se lit pas : {why}", "this file cannot be read: {why}")
)
bad_shape = Problem(
    LabError, "lab_reform_shape", Text("réforme illisible", "a reform that cannot be read"),
    allowed=Text("{expected}", "{expected}"),
)  # fmt: skip
unknown_field = Problem(
    LabError, "lab_field_unknown", Text("une réforme n'a pas ce champ", "a reform has no such field"),
    allowed=Text("{near}", "{near}"),
)  # fmt: skip
value_of_the_law = Problem(
    LabError, "lab_field_unknown",
    Text(
        "une valeur de la loi se met sous `changes`", "a value of the law goes under `changes`"
    ),
    allowed=Text("changes: {name}: …", "changes: {name}: …"),
)  # fmt: skip
unknown_hook = Problem(
    LabError, "lab_hook_unknown", Text("cet interrupteur n'existe pas", "there is no such switch"), field="hook",
    allowed=Text("{near}", "{near}"),
)  # fmt: skip
bad_parameter = Problem(
    LabError, "lab_parameter", Text("valeur refusée pour cet interrupteur", "value refused for this switch"),
    allowed=Text("{expected}", "{expected}"),
)  # fmt: skip
no_use = Problem(
    LabError, "lab_parameter_unused",
    Text("aucun interrupteur de cette réforme ne lit ce paramètre", "no switch of this reform reads this parameter"),
    allowed=Text("{near}", "{near}"),
)  # fmt: skip
not_together = Problem(
    LabError, "lab_counts_alone",
    Text(
        "le montant et le nombre par jour vont ensemble : donnez aussi le plafond d'un jour",
        "the amount and the number a day go together: give the cap of a day too",
    ),
    field="participation_forfaitaire.montant",
    allowed=Text(
        "participation_forfaitaire.plafond_jour ou .nombre_jour à la même date",
        "participation_forfaitaire.plafond_jour or .nombre_jour from the same day",
    ),
)  # fmt: skip
not_whole = Problem(
    LabError, "lab_counts_not_whole",
    Text("le plafond n'est pas un nombre entier de participations", "the cap is not a whole number of contributions"),
    allowed=Text("un multiple de {unit} €", "a multiple of €{unit}"),
)  # fmt: skip
contradicted = Problem(
    LabError, "lab_counts_contradicted",
    Text("le nombre contredit le plafond en euros", "the number contradicts the cap in euros"),
    allowed=Text("{expected}", "{expected}"),
)  # fmt: skip
unknown_by = Problem(
    LabError, "lab_by", Text("on ne peut pas ventiler ainsi", "no breakdown by that"), field="--by",
    allowed=Text("{near}", "{near}"),
)  # fmt: skip
unknown_where = Problem(
    LabError, "lab_where", Text("on ne peut pas garder cette part", "no such part to keep"), field="--where",
    allowed=Text("{near}", "{near}"),
)  # fmt: skip
no_output = Problem(
    LabError, "lab_not_written", Text("écriture impossible : {why}", "cannot be written: {why}")
)  # fmt: skip
