"""How people say the states of a claim and of an objection."""

from parcours.engine.facts.vocabulary import BY_NAME
from parcours.registry.claims.models import AgreementState, ClaimState, Ground, NoAgreement, ObjectionState, SheetKind
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

KINDS = {
    SheetKind.ELECTRONIC: Text("électronique", "electronic"),
    SheetKind.DEGRADED: Text("sans la carte", "without the card"),
    SheetKind.PAPER: Text("papier", "paper"),
    SheetKind.PAPER_DUPLICATE: Text("duplicata papier", "paper duplicate"),
    SheetKind.COPY: Text("copie de l'assuré", "copy of the insured"),
}
"""How a sheet came."""

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
    ObjectionState.IMPLICITLY_REJECTED: Text("rejetée par le silence", "rejected: not answered in time"),
    ObjectionState.INADMISSIBLE: Text("irrecevable", "inadmissible"),
}

AGREEMENTS = {
    AgreementState.ASKED: Text("demandé", "asked"),
    AgreementState.AGREED: Text("accordé", "agreed"),
    AgreementState.REFUSED: Text("refusé", "refused"),
    AgreementState.AGREED_BY_SILENCE: Text("accordé par le silence", "agreed: not answered in time"),
}
NO_AGREEMENTS = {
    NoAgreement.CONDITIONS: Text(
        "les conditions de prise en charge ne sont pas remplies", "the conditions to be refunded are not met"
    ),
    NoAgreement.OPINION: Text("avis défavorable du contrôle médical", "unfavourable opinion of the medical control"),
    NoAgreement.NOT_REFUNDED: Text("cet acte n'est pas remboursé", "this act is not refunded"),
    NoAgreement.INCOMPLETE: Text("la demande est incomplète", "the request is incomplete"),
}
"""Why the medical control does not agree."""

REASONS = {
    "0250 050": Text("assuré inconnu de la caisse", "insured not in the fund's file"),
    "0317 051": Text("nature d'assurance incompatible", "nature of insurance that does not fit"),
    "0450 072": Text("exonération inconnue à la date des soins", "exemption unknown on the care day"),
    "0460 053": Text("prescripteur inconnu", "prescriber unknown"),
    "0470 049": Text("prescription interdite ce jour-là", "prescription not allowed that day"),
    "2900 005": Text("facture déjà payée", "invoice already paid"),
    "arl negative": Text(
        "refusée par le réseau : le lot ne se lit pas", "refused by the network: the lot cannot be read"
    ),
    "SIM-RIGHTS-CLOSED": Text("droits fermés à la date des soins", "rights closed on the care day"),
    "SIM-CARD-OPPOSED": Text("carte en opposition", "card on the opposition list"),
    "SIM-LATE-DIRECT": Text("envoyée en retard", "sent late"),
    "SIM-LATE-TP": Text("tiers payant envoyé en retard", "tiers payant sent late"),
    "SIM-IPS-DIFFERS": Text("autre indicateur de parcours que celui transmis", "another pathway indicator than sent"),
    "SIM-PROOF-MISSING": Text("feuille signée jamais arrivée", "signed sheet never came"),
    "SIM-TIME-BARRED": Text("trop longtemps après les soins", "too long after the care"),
    "SIM-COPY-DAYS": Text("copie trop tôt ou trop tard", "copy sent too early or too late"),
    "SIM-AGREEMENT-MISSING": Text("sans accord préalable", "without a prior agreement"),
    "SIM-SUSPECT-DUPLICATE": Text("ressemble à une autre facture", "looks like another invoice"),
    "SIM-AMOUNT-OVER-MAX": Text("montant au-dessus du maximum", "amount above the maximum"),
    "SIM-PROFESSIONAL-CEASED": Text(
        "professionnel plus en exercice ce jour-là", "professional no longer practising then"
    ),
    "rights_closed": Text("droits fermés à la date des soins", "rights closed on the care day"),
    "rule_broken": Text("règle de facturation non respectée", "billing rule broken"),
    "act_not_done": Text("acte non réalisé", "act not done"),
    "fraud": Text("fraude", "fraud"),
    "error": Text("décision prise par erreur", "decided by mistake"),
    "regularised": Text("décision corrigée", "decision corrected"),
    "returned": Text("virement revenu : à payer à nouveau", "the transfer came back: to be paid again"),
    "cancelled": Text("annulée par le cabinet", "cancelled by the practice"),
    "objection accepted": Text("le recours est accepté : examinée à nouveau", "objection accepted: looked at again"),
    "SIM-CANCELLED": Text("annulée par qui l'a envoyée", "cancelled by who sent it"),
    "SIM-NO-LAW": Text("jour hors du droit connu", "a day outside the known law"),
}
"""What stops a claim, by the beginning of its code."""
KNOWN_SINCE = Text("quelque chose a été su depuis", "something was known later")
"""Why a decision was replaced: the claim keeps the facts that differ, by their names."""


def code_of(said: str) -> str:
    """The code of a reason, without what it names."""
    return next((key for key in REASONS if said.startswith(key)), said)


def reason(said: str | None) -> Text:
    """A reason in words; an unknown one by its code."""
    if not said:
        return Text("", "")
    if said.split(", ")[0] in BY_NAME:
        return KNOWN_SINCE
    return REASONS.get(code_of(said)) or Text(said, said)
