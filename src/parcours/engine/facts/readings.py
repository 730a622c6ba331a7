"""How disputed points are read: from the options that a person names to what the rules take."""

from collections.abc import Mapping

from parcours.engine.errors import FactError
from parcours.law import codes
from parcours.law.cache import flat_law
from parcours.rules.types import Readings
from parcours.text import same

RULE_READINGS = {
    "plafond_majoration": codes.PlafondMajoration,
    "c2s_hors_parcours": codes.C2sHorsParcours,
    "medecin_traitant_acces_direct": codes.MedecinTraitantAccesDirect,
    "arrondi_da": codes.ArrondiDa,
    "base_c2s_secteur_2": codes.BaseC2sSecteur2,
    "base_secteur_2_sans_depassement": codes.BaseSecteur2SansDepassement,
    "da_de_cumul": codes.DaDeCumul,
    "da_annee_du_depart": codes.DaAnneeDuDepart,
    "depassements_hors_parcours": codes.DepassementsHorsParcours,
    "acces_direct_perimetre": codes.AccesDirectPerimetre,
    "medecin_traitant_exceptions": codes.MedecinTraitantExceptions,
    "centre_zone_deficitaire": codes.CentreZoneDeficitaire,
    "franchise_plafond_jour": codes.FranchisePlafondJour,
}
"""The readings that a rule takes; the others change a value of the law."""
DEFAULTS = Readings()


def encode_readings(readings: Mapping[str, str]) -> Readings:
    """The chosen options of the readings that a rule takes. Raises `FactError` for an unknown reading or option."""
    if not readings:
        return DEFAULTS
    known = flat_law().readings
    for name, option in readings.items():
        if name not in known:
            raise FactError(f"readings.{name}", name, same(", ".join(sorted(known))))
        if option not in known[name]:
            raise FactError(f"readings.{name}", option, same(", ".join(known[name])))
    return Readings(
        **{name: int(RULE_READINGS[name][option.upper()]) for name, option in readings.items() if name in RULE_READINGS}
    )
