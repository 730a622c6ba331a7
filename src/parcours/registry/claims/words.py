"""How people say the states of a claim and of an objection."""

from parcours.registry.claims.models import ClaimState, Ground, ObjectionState
from parcours.text import Text

STATES = {
    ClaimState.DRAFT: Text("brouillon", "draft"),
    ClaimState.SIGNED: Text("signée", "signed"),
    ClaimState.BATCHED: Text("dans un lot", "in a lot"),
    ClaimState.SENT: Text("envoyée", "sent"),
    ClaimState.ACKNOWLEDGED: Text("arrivée à la caisse", "arrived at the fund"),
    ClaimState.REFUSED: Text("à renvoyer", "to be sent again"),
    ClaimState.RECEIVED: Text("reçue par la caisse", "received by the fund"),
    ClaimState.HELD: Text("examinée par un agent", "examined by an officer"),
    ClaimState.WAITING_FOR_PROOF: Text("attend la feuille signée", "waits for the signed sheet"),
    ClaimState.ADJUDICATED: Text("décidée, paiement à venir", "decided, payment to come"),
    ClaimState.REJECTED: Text("rejetée", "rejected"),
    ClaimState.TIME_BARRED: Text("trop tard", "too late"),
    ClaimState.ORDERED: Text("virement en cours", "transfer under way"),
    ClaimState.PAID: Text("payée", "paid"),
    ClaimState.RECONCILED: Text("retrouvée par le cabinet", "found again by the practice"),
    ClaimState.REPLACED: Text("corrigée", "corrected"),
    ClaimState.REVERSED: Text("annulée", "taken back"),
}

GROUNDS = {
    Ground.PATHWAY: Text("les soins étaient dans le parcours", "the care was inside the pathway"),
    Ground.RIGHT: Text("un droit ou une exonération n'est pas compté", "a right or an exemption is not counted"),
    Ground.AMOUNT: Text("le montant n'est pas le bon", "the amount is not the right one"),
    Ground.NO_DUPLICATE: Text("ce n'est pas un doublon", "it is no duplicate"),
    Ground.NOT_DONE: Text("ces soins n'ont pas été donnés", "this care was not given"),
    Ground.OTHER: Text("autre chose, dite par courrier", "something else, said by letter"),
}
"""What is disputed."""

OBJECTIONS = {
    ObjectionState.OPEN: Text("en cours d'examen", "under examination"),
    ObjectionState.ACCEPTED: Text("acceptée", "accepted"),
    ObjectionState.PARTLY: Text("acceptée en partie", "accepted in part"),
    ObjectionState.REJECTED: Text("rejetée", "rejected"),
    ObjectionState.IMPLICITLY_REJECTED: Text("rejetée par le silence", "rejected by silence"),
    ObjectionState.INADMISSIBLE: Text("irrecevable", "inadmissible"),
}
