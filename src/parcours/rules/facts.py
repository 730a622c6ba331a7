"""What a rule reads and what it returns: tuples of integers.

Money is in cents, a rate in basis points (7000 = 70 %), a date is the number YYYYMMDD, a yes/no is 1 or 0, a code is
the value of an enum of `codes.py`. The encoding from and to what people write (euros, ISO dates, slugs) is in
`engine/vocabulary.py`.
"""

from typing import NamedTuple


class Act(NamedTuple):
    """One act of care: the facts of the vocabulary, encoded."""

    care_date: int
    reimbursement_date: int
    age: int
    """Whole years on the care date."""
    age_1er_janvier: int
    """Whole years on 1 January of the civil year of the care date (participation forfaitaire, franchises)."""
    profession: int
    specialty: int
    """National code; 0 for anyone who is not a doctor."""
    convention: int
    act: int
    """Index in the table of acts; 0 is the ordinary consultation."""
    quantity: int
    """Acts, boxes, trips; the coefficient for a letter that has one, in hundredths."""
    fee: int
    base: int
    """Given base in cents, or -1 to look it up."""
    medecin_traitant: int
    role: int
    referral: int
    urgent: int
    away: int
    purpose: int
    medecin_traitant_left_on: int
    """YYYYMMDD, or 0."""
    installed_on: int
    """YYYYMMDD, or 0."""
    zone_deficitaire: int
    medecin_traitant_indisponible: int
    """For a teleconsultation: the médecin traitant has no slot in a compatible time."""
    special_setting: int
    exemption: int
    c2s: int
    ame: int
    scheme: int
    tiers_payant: int
    exigence_particuliere: int
    """Overrun for a particular demand of the patient (DE), in cents."""
    drug_class: int
    ips: int
    """Indicator the doctor transmitted (0: not given)."""
    status: int
    """Status the fund computed (0: not given)."""


class Contract(NamedTuple):
    """A complementary contract. Guarantees are basis points of the base, the AMO's part included; 0 = not covered.

    `plafond` is the most it pays for one act, in cents (-1: no limit).
    """

    present: int
    responsable: int
    consultation_optam: int
    consultation_non_optam: int
    technique_optam: int
    technique_non_optam: int
    dentaire: int
    auxiliaire: int
    biologie: int
    medicament_majeur: int
    medicament_modere: int
    medicament_faible: int
    appareillage: int
    transport: int
    hospitalisation: int
    majoration: int
    """1 when it also pays the majoration: never so for a contrat responsable."""
    participations: int
    """1 when it also pays the participation forfaitaire and the franchises: never so for a contrat responsable."""
    plafond: int


NO_CONTRACT = Contract(*(0,) * 17, plafond=-1)


class Readings(NamedTuple):
    """The chosen reading of each disputed rule (`law/readings.yaml`); 0 is always the default.

    A reading that only changes a value or its first day is not here: it changes the law record itself.
    """

    plafond_majoration: int = 0
    c2s_hors_parcours: int = 0
    medecin_traitant_acces_direct: int = 0
    arrondi_da: int = 0
    exoneres_majoration: int = 0
    base_c2s_secteur_2: int = 0
    da_de_cumul: int = 0


class Counters(NamedTuple):
    """What a patient has already borne, in cents, before this act: the explicit memory of the caps.

    `annee` counts the civil year of reimbursement; `jour` counts one day with one professional.
    """

    participation_annee: int = 0
    participation_jour: int = 0
    franchise_annee: int = 0
    franchise_jour: int = 0


class Settlement(NamedTuple):
    """Who pays what for one act, in cents, with the case that applied at each stage."""

    status: int
    ips: int
    pathway: int
    base: int
    rate: int
    ticket_moderateur: int
    majoration: int
    participation_forfaitaire: int
    franchise: int
    forfait_acte_lourd: int
    amo: int
    amc: int
    patient: int
    advance: int
    deferred: int
    max_fee: int
    """-1 where the fee is free (sector 2, outside the convention) or not a doctor's."""
    depassement: int
    unlawful_excess: int
    case_status: int
    case_base: int
    case_rate: int
    case_acte_lourd: int
    case_majoration: int
    case_participation: int
    case_franchise: int
    case_excess: int
    case_complementary: int
    case_payment: int
