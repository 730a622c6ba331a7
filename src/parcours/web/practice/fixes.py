"""What a practice does about a sheet that did not pass: one next step for each reason."""

from enum import StrEnum

from parcours.registry.claims.models import Claim, ClaimState
from parcours.text import Text


class Step(StrEnum):
    """What is done next; the page offers that one."""

    SEND = "send"
    """Again, as it was signed."""
    CARD = "card"
    """Read the card, or type the number, once more."""
    AGAIN = "again"
    """Another sheet, with what was wrong put right."""
    DIRECT = "direct"
    """Another sheet, that the patient pays."""
    CONTEST = "contest"
    """The sheet is right and the fund is wrong."""
    WAIT = "wait"
    NOTHING = "nothing"


FIXES = {
    "arl negative": (
        Step.SEND,
        Text("renvoyez la feuille : elle est déjà signée", "send the sheet again: it is signed already"),
    ),
    "0250 050": (Step.CARD, Text("relisez la carte, puis refaites la feuille", "read the card, then bill again")),
    "0317 051": (
        Step.AGAIN,
        Text("corrigez à quoi les soins se rapportent", "correct what the care is related to"),
    ),
    "0450 072": (
        Step.CARD,
        Text("faites mettre la carte à jour, relisez-la", "have the card updated, then read it again"),
    ),
    "2900 005": (
        Step.CONTEST,
        Text("ne la renvoyez pas ; si ce n'est pas un doublon, contestez",
             "do not send it again; if it is no duplicate, contest"),
    ),
    "SIM-CARD-OPPOSED": (
        Step.DIRECT,
        Text("demandez la nouvelle carte, ou faites payer le patient", "ask for the new card, or let the patient pay"),
    ),
    "SIM-RIGHTS-CLOSED": (
        Step.DIRECT,
        Text("faites payer le patient, qui fait ouvrir ses droits", "let the patient pay, who has the rights opened"),
    ),
    "SIM-PROOF-MISSING": (
        Step.AGAIN,
        Text("faites signer le patient, puis refaites la feuille", "have the patient sign, then bill again"),
    ),
    "SIM-PROFESSIONAL-CEASED": (
        Step.AGAIN, Text("vérifiez le jour des soins", "check the day of the care"),
    ),
    "SIM-TIME-BARRED": (Step.NOTHING, Text("rien à faire : il est trop tard", "nothing to do: it is too late")),
}  # fmt: skip
OTHERWISE = (Step.AGAIN, Text("corrigez, puis refaites la feuille", "correct, then bill again"))
LOOKING = (Step.WAIT, Text("la caisse l'examine", "the fund is looking at it"))
STOPPED = (ClaimState.REJECTED, ClaimState.REFUSED, ClaimState.HELD, ClaimState.TIME_BARRED)


def found(claim: Claim) -> tuple[Step, Text]:
    """The next step of a sheet that was stopped."""
    if claim.state is ClaimState.HELD:
        return LOOKING
    code = claim.reason or ""
    return next((one for key, one in FIXES.items() if code.startswith(key)), OTHERWISE)


def step(claim: Claim) -> Step:
    """What the page offers."""
    return found(claim)[0]


def fix(claim: Claim) -> Text:
    """What to do, in words."""
    return found(claim)[1]
