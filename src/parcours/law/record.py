"""The law on one day, as the rules read it: a flat record of integers.

Built by `law/book.py` from the YAML of this folder. `Law.on(date)` gives it as this tuple; a batch reads the same
field names from a NumPy record, one per era (a period between two changes). An amount that is not known on that day
is `UNKNOWN`.
"""

from typing import NamedTuple

SPECIALTIES = 100
"""Length of the tables indexed by the national code of a specialty."""
STATUSES = 40
"""Length of the tables indexed by the national code of a computed status."""
SITUATIONS = 4
"""Columns of the table of consultation tariffs: coordinated, without coordination, sector 2, teleconsultation."""


class LawRecord(NamedTuple):
    """Values in force: cents, basis points, whole years, yes/no as 1/0. `book.FIELDS` has the parameter of each."""

    first_day: int
    age_exclusion: int
    grace_depart_annees: int
    installation_annees: int
    exception_installation: int
    exception_genetique: int
    exception_etudiants: int
    exception_examen_enfant: int
    exception_ipa: int
    exception_sage_femme: int
    psychiatrie_age_min: int
    psychiatrie_age_max: int
    majoration_taux: int
    majoration_plafond_assiette: int
    taux_medecin: int
    taux_sage_femme: int
    taux_dentiste: int
    taux_auxiliaire: int
    taux_biologie: int
    taux_medicament_irremplacable: int
    taux_medicament_majeur: int
    taux_medicament_modere: int
    taux_medicament_faible: int
    taux_homeopathie: int
    taux_lpp: int
    taux_grand_appareillage: int
    taux_transport: int
    taux_transport_urgent: int
    taux_hospitalisation: int
    taux_mon_soutien_psy: int
    taux_aspa: int
    aspa_dispositifs: int
    """1: the limited share of the old-age minimum holds for devices too (reading `aspa_dispositifs`)."""
    taux_cure_thermale: int
    taux_telesurveillance: int
    taux_hopital_sans_sejour: int
    taux_service_pharmacien: int
    ivg_exoneree: int
    contraception_age: int
    contraception_urgence: int
    orthodontie_age: int
    ame_exclusions: int
    seances_annee: int
    psychologue_minimum: int
    alsace_honoraires: int
    alsace_auxiliaires_biologie: int
    alsace_medicament_majeur: int
    alsace_medicament_modere: int
    alsace_hospitalisation: int
    alsace_mon_soutien_psy: int
    participation_montant: int
    participation_nombre_jour: int
    participation_nombre_annee: int
    participation_nombre_suivant: int
    """The next yearly number that is known, for an act that is refunded once it is in force."""
    participation_nombre_suivant_le: int
    """Its first day; 0 where none is known."""
    participation_plafond_annee: int
    participation_age: int
    franchise_medicament: int
    franchise_auxiliaire: int
    franchise_transport: int
    franchise_plafond_jour_auxiliaire: int
    franchise_plafond_jour_transport: int
    franchise_plafond_annee: int
    acte_lourd_forfait: int
    acte_lourd_seuil: int
    acte_lourd_dentaire: int
    """1: a dentist's technical act may bear the flat charge (reading `acte_lourd_dentaire`)."""
    urgences_forfait: int
    urgences_forfait_minore: int
    forfait_journalier: int
    sejour_jour_100: int
    avis_delai_mois: int
    tiers_payant_droit: int
    da_taux: int
    autorite_generaliste: int
    autorite_specialiste: int
    contrat_plafond_non_optam: int
    contrat_ecart_optam: int
    garde_opposable: int
    interne_opposable: int
    age_nourrisson: int
    age_jeune_enfant: int
    age_fin_pediatrie: int
    age_jeune_psychiatrie: int
    profil: tuple[int, ...]
    """Profile of a specialty's consultation (by national code)."""
    generaliste: tuple[int, ...]
    avis: tuple[int, ...]
    """Act of a one-off opinion of a specialty; 0 where it has none."""
    laboratoire: tuple[int, ...]
    pathologie: tuple[int, ...]
    """1 for the specialties whose acts are of pathology (R160-16 IV)."""
    acces_direct: tuple[int, ...]
    """Purposes that open a direct access, one bit a purpose (by national code of the specialty)."""
    acces_direct_decret: tuple[int, ...]
    """1 for the specialties that D162-1-7 opens by itself, whatever the purpose."""
    acces_direct_age: tuple[int, ...]
    """1 where the direct access has an age range."""
    tarif: tuple[int, ...]
    """Consultation tariffs: `profile * SITUATIONS + situation`."""
    acte_base: tuple[int, ...]
    acte_base_secteur_2: tuple[int, ...]
    acte_base_sage_femme: tuple[int, ...]
    """What a midwife's act is worth where it differs from a doctor's; `UNKNOWN`: the same."""
    acte_kind: tuple[int, ...]
    acte_taux: tuple[int, ...]
    """The act's own rate, or 0."""
    acte_coefficient: tuple[int, ...]
    acte_avis: tuple[int, ...]
    """1 for a one-off opinion of a consultant."""
    acte_ages_min: tuple[int, ...]
    acte_ages_max: tuple[int, ...]
    """The act is for patients under this age; 0: no limit."""
    acte_teleconsultation: tuple[int, ...]
    position: tuple[int, ...]
    """Pathway of a status (by its national code)."""
    majoree: tuple[int, ...]
    """1 for the statuses that bear the majoration."""
    ips: tuple[int, ...]
    """Indicator a doctor transmits for a status."""
