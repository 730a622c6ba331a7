"""How the desks say money: states of a claim, reasons, lines of the account."""

from parcours.registry.claims.models import ClaimState
from parcours.registry.complementary.models import LinkState, RequestState
from parcours.registry.ledger.models import Account
from parcours.text import Text

TONES = {
    ClaimState.PAID: "", ClaimState.ADJUDICATED: "", ClaimState.ORDERED: "",
    ClaimState.REJECTED: "outside", ClaimState.TIME_BARRED: "outside", ClaimState.REFUSED: "outside",
}  # fmt: skip
"""The tone of a state; any other is neutral."""

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
REQUESTS = {
    RequestState.ASKED: Text("en attente de sa réponse", "waits for its answer"),
    RequestState.CONFIRMED: Text("confirmée", "confirmed"),
    RequestState.REFUSED: Text("contrat non trouvé", "no contract found"),
}
