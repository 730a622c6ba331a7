"""How people say the kinds of rights, and schemes."""

from parcours.registry.people.models import RightKind
from parcours.text import Text

RIGHTS = {
    RightKind.ALD: Text("affection de longue durée", "long-term condition (ALD)"),
    RightKind.SUIVI_POST_ALD: Text("suivi après une affection de longue durée", "follow-up after an ALD"),
    RightKind.MATERNITE: Text("maternité", "maternity"),
    RightKind.AT_MP: Text("accident du travail", "work accident"),
    RightKind.INVALIDITE: Text("invalidité", "disability pension"),
    RightKind.ASPA: Text("allocation de solidarité", "solidarity allowance"),
    RightKind.PENSION_MILITAIRE: Text("pension militaire", "military pension"),
    RightKind.VICTIME_TERRORISME: Text("victime du terrorisme", "victim of terrorism"),
    RightKind.C2S: Text("Complémentaire santé solidaire", "Complémentaire santé solidaire (C2S)"),
    RightKind.AME: Text("aide médicale d'État", "State medical aid (AME)"),
    RightKind.CONTRACT: Text("contrat complémentaire", "complementary contract"),
    RightKind.DETENTION: Text("détention", "detention"),
    RightKind.EHPAD: Text("résident d'EHPAD", "resident of a care home"),
}

SCHEMES = {
    "general": Text("régime général", "general scheme"),
    "alsace_moselle": Text("régime local d'Alsace-Moselle", "local scheme of Alsace-Moselle"),
    "mayotte": Text("régime de Mayotte", "scheme of Mayotte"),
}


def scheme(slug: str) -> Text:
    """A scheme as people say; one that changes no rule by its own name."""
    return SCHEMES.get(slug) or Text(slug.replace("_", " "), slug.replace("_", " "))
