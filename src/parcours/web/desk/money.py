"""How the desks say money: states of a claim, reasons, lines of the account."""

from parcours.registry.claims.models import ClaimState
from parcours.registry.complementary.models import LinkState
from parcours.registry.ledger.models import Account
from parcours.text import Text

TONES = {
    ClaimState.PAID: "", ClaimState.ADJUDICATED: "", ClaimState.ORDERED: "",
    ClaimState.REJECTED: "outside", ClaimState.TIME_BARRED: "outside", ClaimState.REFUSED: "outside",
}  # fmt: skip
"""The tone of a state; any other is neutral."""

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
    "SIM-TIME-BARRED": Text("plus de deux ans après les soins", "more than two years after the care"),
    "SIM-SUSPECT-DUPLICATE": Text("ressemble à une autre facture", "looks like another invoice"),
    "SIM-AMOUNT-OVER-MAX": Text("montant au-dessus du maximum", "amount above the maximum"),
    "SIM-PROFESSIONAL-CEASED": Text(
        "professionnel plus en exercice ce jour-là", "professional no longer practising then"
    ),
    "rights_closed": Text("droits fermés à la date des soins", "rights closed on the care day"),
    "rule_broken": Text("règle de facturation non respectée", "billing rule broken"),
    "act_not_done": Text("acte non réalisé", "act not done"),
    "fraud": Text("fraude", "fraud"),
    "regularised": Text("décision corrigée", "decision corrected"),
    "cancelled": Text("annulée par le cabinet", "cancelled by the practice"),
    "objection accepted": Text("le recours est accepté : examinée à nouveau", "objection accepted: looked at again"),
    "SIM-NO-LAW": Text("jour hors du droit connu", "a day outside the known law"),
}


def reason(code: str | None) -> Text:
    """A reason in words; an unknown one by its code."""
    if not code:
        return Text("", "")
    known = next((text for key, text in REASONS.items() if code.startswith(key)), None)
    return known or Text(code, code)


TAKEN = {
    Account.DIFFERE_TMT: Text("hors parcours", "outside the pathway"),
    Account.DIFFERE_PF: Text("participation forfaitaire", "flat contribution"),
    Account.DIFFERE_FR: Text("franchise", "deductible"),
    Account.INDU_INSURED: Text("somme versée à tort", "sum paid by mistake"),
}
"""What is still to be taken, by the account it waits in."""
NAMED = {
    "TMT": TAKEN[Account.DIFFERE_TMT], "PFT": TAKEN[Account.DIFFERE_PF], "FRT": TAKEN[Account.DIFFERE_FR],
    "IND": TAKEN[Account.INDU_INSURED],
}  # fmt: skip


def named(line: str) -> Text:
    """A line of the account in words, from its national name."""
    return NAMED.get(line[:3], Text(line, line))


LINKS = {
    LinkState.ACTIVE: Text("reçoit vos décomptes", "receives your statements"),
    LinkState.SUSPENDED: Text("en attente de votre choix", "waits for your choice"),
    LinkState.CHOSEN: Text("choisie, en cours de reprise", "chosen, being taken up again"),
    LinkState.ENDED: Text("terminée", "ended"),
}
