"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Forbidden, Invalid, Refused
from parcours.text import Text, same

claim_state = Problem(
    Conflict,
    "claim_state",
    Text("l'état de la feuille ne le permet pas", "the state of the sheet forbids it"),
    field="state",
    allowed=Text("une feuille dont l'état est : {states}", "a sheet whose state is: {states}"),
)

sheet_altered = Problem(
    Conflict,
    "sheet_altered",
    Text(
        "une autre feuille porte déjà ce numéro ce jour-là",
        "another sheet already has this number on that day",
    ),
    field="number",
    allowed=Text("la même feuille, ou un numéro nouveau", "the same sheet, or a new number"),
)

fee_out_of_range = Problem(
    Invalid,
    "fee_out_of_range",
    Text("ce montant n'est pas celui d'un acte", "this is not the amount of an act"),
    field="fee",
    allowed=Text("de 0,01 à 1 000 000,00 euros", "from 0.01 to 1,000,000.00 euros"),
)

care_in_future = Problem(
    Invalid,
    "care_in_future",
    Text("les soins ne sont pas encore donnés", "the care is not given yet"),
    field="care_date",
    allowed=Text("le {day} ou avant", "{day} or before"),
)

no_lines = Problem(
    Invalid,
    "no_lines",
    Text("une feuille a de une à {most} lignes", "a sheet has from one to {most} lines"),
    field="lines",
)

no_decision = Problem(
    Conflict,
    "no_decision",
    Text("rien n'est décidé pour cette feuille", "nothing is decided for this sheet"),
    field="claim_id",
    allowed=Text("une feuille liquidée", "an adjudicated sheet"),
)

objection_late = Problem(
    Refused,
    "objection_late",
    Text("le délai de recours est passé", "the time to object is over"),
    field="day",
    allowed=Text("le {day} au plus tard", "{day} at the latest"),
    article="CSS R142-1",
)

disputed_already = Problem(
    Conflict,
    "disputed_already",
    Text("cette décision est déjà contestée", "this decision is disputed already"),
    field="claim_id",
    allowed=Text("la réponse du recours déposé le {day}", "the answer to the objection of {day}"),
)

answer_without_reason = Problem(
    Invalid,
    "answer_without_reason",
    Text("une réponse qui ne donne pas raison en tout dit pourquoi", "an answer that does not say yes to all says why"),
    field="finding",
    allowed=Text("une raison de la liste", "a reason of the list"),
    article="CSS R142-1-A",
)

agreement_asked = Problem(
    Conflict,
    "agreement_asked",
    Text("l'accord pour {code} est déjà demandé", "the agreement for {code} is asked for already"),
    field="code",
    allowed=Text("un acte dont la demande n'attend pas de réponse", "an act whose request does not wait for an answer"),
)

agreement_answered = Problem(
    Conflict,
    "agreement_answered",
    Text("cette demande a déjà sa réponse, ou le silence a accordé", "this request is answered, or agreed unanswered"),
    field="state",
    allowed=Text("une demande dont le délai court", "a request whose time still runs"),
)

nothing_rejected = Problem(
    Conflict,
    "nothing_rejected",
    Text("rien n'est rejeté dans cette feuille", "nothing is rejected in this sheet"),
    field="claim_id",
    allowed=Text("une feuille rejetée", "a rejected sheet"),
)

one_session_a_sheet = Problem(
    Refused,
    "one_session_a_sheet",
    Text("une séance de psychologue par feuille", "one session with a psychologist a sheet"),
    field="lines",
    allowed=Text("une ligne", "one line"),
)

lot_answered = Problem(
    Conflict,
    "lot_answered",
    Text("la caisse a déjà répondu à ce lot", "the fund has answered this lot already"),
    field="lot",
    allowed=Text("un numéro nouveau", "a new number"),
)

sheet_shape = Problem(
    Invalid,
    "sheet_shape",
    Text("cette feuille ne se lit pas", "this sheet cannot be read"),
    allowed=same("{names}"),
)

sheet_value = Problem(
    Invalid,
    "sheet_value",
    Text("cette valeur n'est pas acceptée", "this value is not accepted"),
    allowed=same("{allowed}"),
)

total_not_sum = Problem(
    Invalid,
    "total_not_sum",
    Text("le total n'est pas la somme des lignes", "the total is not the sum of the lines"),
    field="total",
    allowed=same("{sum}"),
)

no_fund = Problem(
    Invalid,
    "no_fund",
    Text("aucune caisse connue pour cet assuré", "no known fund for this insured person"),
    field="fund",
    allowed=Text("le code d'une caisse", "the code of a fund"),
)

not_your_sheet = Problem(
    Forbidden,
    "not_your_sheet",
    Text("un cabinet n'envoie que ses propres feuilles", "a practice sends its own sheets only"),
    field="professional_id",
)

correction_late = Problem(
    Refused,
    "correction_late",
    Text("le délai pour répondre est passé, ou ne court pas", "the time to answer is over, or not begun"),
    field="day",
    allowed=Text("le {day} au plus tard", "{day} at the latest"),
    article="CSS R133-9-2",
)

not_open = Problem(
    Conflict,
    "not_open",
    Text("ce recours n'est plus ouvert", "this objection is not open any more"),
    field="state",
    allowed=Text("un recours en cours d'examen", "an objection under examination"),
)

nothing_to_regularise = Problem(
    Conflict,
    "nothing_to_regularise",
    Text("il n'y a rien à régulariser, ou c'est déjà fait", "there is nothing to regularise, or it is done already"),
    field="claim_id",
)

second_officer = Problem(
    Forbidden,
    "second_officer",
    Text("un autre agent doit l'accepter", "another officer must accept it"),
    field="by",
)

officer_needed = Problem(
    Invalid,
    "officer_needed",
    Text("une telle correction se fait à deux agents", "such a correction takes two officers"),
    field="--by",
    allowed=Text("l'identifiant d'un agent de la caisse", "the login of an officer of the fund"),
)

lot_unreadable = Problem(
    Invalid,
    "lot_unreadable",
    Text("ce lot ne se lit pas", "this lot cannot be read"),
    field="records",
    allowed=Text(
        "des enregistrements 2, 2S, 4, 4S, 4E, 5 de 128 caractères", "records 2, 2S, 4, 4S, 4E, 5 of 128 characters"
    ),
)

lot_cut = Problem(
    Invalid,
    "lot_cut",
    Text("il manque des enregistrements à ce lot", "records of this lot are missing"),
    field="records",
    allowed=Text("un lot entier", "a whole lot"),
)

lot_too_long = Problem(
    Invalid,
    "lot_too_long",
    Text("ce lot a trop de feuilles", "this lot holds too many sheets"),
    field="records",
    allowed=Text("{most} feuilles au plus", "{most} sheets at most"),
)

instalments = Problem(
    Refused,
    "instalments",
    Text("une somme s'étale sur un an au plus", "a sum is spread over a year at most"),
    field="months",
    allowed=Text("de 1 à {most} mois, après la notification", "1 to {most} months, after the notice"),
    article="CSS R133-9-2",
)

summons_early = Problem(
    Refused,
    "summons_early",
    Text(
        "le délai de réponse court encore, ou la commission n'a pas répondu",
        "the time to answer is not over, or the commission has not answered",
    ),
    field="day",
    allowed=Text("après le {day}", "after {day}"),
    article="CSS R133-9-1",
)

nothing_left = Problem(
    Conflict,
    "nothing_left",
    Text("il ne reste rien à payer", "nothing is left to pay"),
    field="undue_id",
)

no_summons = Problem(
    Conflict,
    "no_summons",
    Text("aucune mise en demeure n'a été envoyée", "no summons was sent"),
    field="undue_id",
)
