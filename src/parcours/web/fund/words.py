"""What the desk of a fund calls its queues and whose turn it is."""

from parcours.registry.complementary.models import LinkState
from parcours.registry.conciliation.models import CaseState, ContactOutcome, Outcome
from parcours.registry.payments.notices import TO_PAY
from parcours.text import Text

QUEUES = {
    "to_adjudicate": Text("À décider", "To decide"),
    "held": Text("Retenues : doublon, montant, droit inconnu", "Held: duplicate, amount, unknown law"),
    "proof_missing": Text("Feuille signée attendue", "Signed sheet awaited"),
    "regularisations": Text("Régularisations", "Regularisations"),
    "reversals": Text("Sommes à rendre, dont annulations", "Sums asked back, of which reversals"),
    "undue": Text("Sommes à rendre", "Sums asked back"),
    "objections": Text("Contestations", "Objections"),
    "agreements": Text("Accords préalables demandés", "Prior agreements asked for"),
    "returned_payments": Text("Virements revenus", "Returned transfers"),
    "notices": Text("Avis de sommes à payer", "Notices of sums to pay"),
    "overlaps": Text("Deux mutuelles à la fois", "Two mutuelles at once"),
    "late_tiers_payant": Text("Tiers payant, garantie de délai", "Tiers payant, guaranteed delay"),
}
GROUPS = (
    (
        Text("Feuilles et accords", "Sheets and agreements"),
        ("to_adjudicate", "held", "proof_missing", "agreements", "late_tiers_payant"),
    ),
    (
        Text("Sommes à corriger ou à récupérer", "Sums to correct or to take back"),
        ("regularisations", "undue", "reversals", "notices", "returned_payments"),
    ),
    (Text("Assurés", "Insured people"), ("objections", "overlaps")),
)
"""The queues by what they are about, as the first page of the desk shows them; conciliation ends the last group."""
AMOUNTS = {
    "reversals": Text("Reste à rendre", "Left to return"),
    "undue": Text("Reste à rendre", "Left to return"),
    "returned_payments": Text("Virement", "Transfer"),
    "notices": Text("Reste dû", "Still owed"),
    "late_tiers_payant": Text("À payer au cabinet", "To pay to the practice"),
}
"""Which sum a queue shows; of the others, what was billed."""
BILLED = Text("Facturé", "Billed")
CONTRACTS = {
    LinkState.ACTIVE: Text("en vigueur", "in force"),
    LinkState.SUSPENDED: Text("suspendu : deux à la fois", "suspended: two at once"),
    LinkState.CHOSEN: Text("choisi, en cours de reprise", "chosen, being taken up again"),
    LinkState.ENDED: Text("terminé", "ended"),
}
CASES = {
    CaseState.OPEN: Text("ouvert", "open"),
    CaseState.CLOSED: Text("clos", "closed"),
}
OWNERS = {
    "fund": Text("la caisse", "the fund"),
    "practice": Text("le cabinet", "the practice"),
    "insured": Text("l'assuré", "the insured"),
    "bank": Text("la banque", "the bank"),
}
CAUSES = {
    TO_PAY: Text("rien ne se retient plus : à payer", "nothing is left to take it from: to be paid"),
    "contested": Text("contestée", "contested"),
    "accepted": Text("acceptée, la décision reste à corriger", "accepted, the decision is still to be corrected"),
    "observed": Text("observations reçues", "observations received"),
    "suspended": Text("l'assuré doit choisir", "the insured must choose"),
    "chosen": Text("choisi, à reprendre", "chosen, to be taken up"),
}
SINCE = {
    "day": Text("jours ouvrés depuis la réception : {number}", "working days since it was received: {number}"),
    "back": Text("jours ouvrés depuis le retour du virement : {number}",
                 "working days since its transfer came back: {number}"),
}  # fmt: skip
"""What a late payment is counted from."""
ANSWERS = {
    ContactOutcome.WAITING: Text("réponse attendue", "answer awaited"),
    ContactOutcome.NO_ANSWER: Text("sans réponse", "no answer"),
    ContactOutcome.REFUSED: Text("refuse", "refuses"),
    ContactOutcome.ACCEPTED: Text("accepte", "accepts"),
}
OUTCOMES = {
    Outcome.DECLARATION: Text("un médecin traitant est déclaré", "a médecin traitant is declared"),
    Outcome.WITHDRAWN: Text("demande retirée", "request withdrawn"),
    Outcome.NO_DOCTOR_FOUND: Text("aucun médecin trouvé", "no doctor found"),
}
