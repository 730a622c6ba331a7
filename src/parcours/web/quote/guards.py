"""What decides first whether anything is refunded, as a patient says it: a prescription, a partner, what was done."""

from parcours.web.i18n import N_
from parcours.web.quote.cards import Card, CardOption

PRESCRIBED = Card(
    "guard",
    N_("Prescription"),
    ("told",),
    title=N_("Was there a doctor’s prescription?"),
    help=N_("Care by a physiotherapist, a nurse or a laboratory, and medicines, are refunded on a prescription."),
    options=(CardOption(N_("Yes"), {"told": "yes"}), CardOption(N_("No"), {"told": "no"})),
)
PARTNER = Card(
    "guard",
    N_("Mon soutien psy"),
    ("told",),
    title=N_("Is the psychologist in Mon soutien psy?"),
    help=N_(
        "Only psychologists who signed with the Sécu are refunded, {sessions} "
        "sessions a year; the scheme’s directory lists them."
    ),
    options=(CardOption(N_("Yes"), {"told": "yes"}), CardOption(N_("No"), {"told": "no"})),
)
TEETH = Card(
    "guard",
    N_("Dental care"),
    ("told",),
    title=N_("What did the dentist do?"),
    help=N_("Each act has its own tariff: its code is on the quote or on the paper claim."),
    options=(
        CardOption(N_("A check-up only"), {"told": "yes"}),
        CardOption(N_("Scaling"), {}, code="HBJD001"),
        CardOption(N_("A filling"), {}, code="CARIE_UNE_FACE"),
        CardOption(N_("A crown"), {}, code="HBLD634"),
        CardOption(N_("A bridge, a denture"), {}, code="HBLD350"),
        CardOption(N_("Something else, or several acts"), {}, code="-"),
    ),
)
GUARDS = {
    "psychologue": PARTNER,
    "chirurgien_dentiste": TEETH,
    "masseur_kinesitherapeute": PRESCRIBED,
    "infirmier": PRESCRIBED,
    "laboratoire": PRESCRIBED,
    "pharmacie": PRESCRIBED,
}
"""What decides first whether anything is refunded, in the words of a patient."""
