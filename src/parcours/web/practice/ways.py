"""Ways to pay a sheet, and which of them a patient has."""

from collections.abc import Collection
from datetime import date

from parcours.registry.complementary.service import overlap_on
from parcours.registry.errors import Invalid
from parcours.registry.people.models import RightKind
from parcours.text import Text
from parcours.web.desk.room import Desk

WAYS = {
    "none": Text("Le patient paie tout", "The patient pays everything"),
    "partial": Text("Tiers payant, part obligatoire", "Tiers payant, compulsory part"),
    "full": Text("Tiers payant, les deux parts", "Tiers payant, both parts"),
}
RELATED = ("ald", "at_mp")
NOTHING_IN_ADVANCE = Text(
    "ce patient a la complémentaire santé solidaire : il n'avance rien, le tiers payant porte sur les deux parts et"
    " c'est un droit (L861-3) ; une carte absente se remplace par l'attestation de droits (D861-2)",
    "this patient has the C2S and advances nothing: third-party payment covers both parts, and is a right (L861-3); the"
    " certificate of rights stands in for a card that is absent (D861-2)",
)
NOT_CHOSEN = Text(
    "deux contrats de mutuelle se recouvrent : aucun ne s'engage avant que le patient en choisisse un, dans son compte",
    "two contracts of mutuelles overlap: neither promises anything before the patient chooses one, in their account",
)
BY_RIGHT = {
    RightKind.ALD: Text(
        "Soins en rapport avec l'ALD : le tiers payant de la part obligatoire est un droit du patient (L162-1-21).",
        "Care related to the ALD: third-party payment of the compulsory part is a right of the patient (L162-1-21).",
    ),
    RightKind.AT_MP: Text(
        "Accident du travail ou maladie professionnelle : la victime n'avance rien, c'est un droit (L432-1).",
        "Work accident or occupational disease: the victim advances nothing, by right (L432-1).",
    ),
    RightKind.MATERNITE: Text(
        "Maternité : le tiers payant de la part obligatoire est un droit de la patiente (L162-1-21).",
        "Maternity: third-party payment of the compulsory part is a right of the patient (L162-1-21).",
    ),
}
"""The rights that go with third-party payment of the compulsory part, whatever the practice would rather do."""


def offered(c2s: bool, overlaps: bool) -> tuple[str, ...]:
    """Ways to pay: C2S holders advance nothing (L861-3); no insurer promises anything while two contracts overlap."""
    return ("full",) if c2s else ("none", "partial") if overlaps else tuple(WAYS)


def check_way(desk: Desk, insured_id: str, rights: Collection[RightKind], care: date, way: str) -> None:
    """Raise Invalid for a way that is not offered: a C2S holder made to pay, a contract not yet chosen."""
    if RightKind.C2S in rights:
        if way != "full":
            raise Invalid("c2s_pays_nothing", NOTHING_IN_ADVANCE, field="tiers_payant", allowed=WAYS["full"])
    elif way == "full" and overlap_on(desk.session, insured_id, care):
        raise Invalid("contracts_overlap", NOT_CHOSEN, field="tiers_payant", allowed=WAYS["partial"])


def is_due(kind: RightKind, held: Collection[RightKind], related: str) -> bool:
    """Does a right go with this care? One of which a sheet asks whether the care is related, only when it is."""
    return kind in held and (kind.value not in RELATED or related == kind.value)
