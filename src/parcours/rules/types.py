"""What a rule reads and what it returns: tuples of integers.

Money is in cents, a rate in basis points (7000 = 70 %), a date is the number YYYYMMDD, a yes/no is 1 or 0, a code is
the value of an enum of `codes.py`. The encoding from and to what people write (euros, ISO dates, slugs) is in
`engine/facts/`.
"""

from typing import NamedTuple, TypeAlias

Cents: TypeAlias = int
"""Money."""
BasisPoints: TypeAlias = int
"""A rate: 7000 is 70 %."""
Day: TypeAlias = int
"""A date as the number YYYYMMDD; 0 where there is none."""
Finding: TypeAlias = tuple[int, int]
"""Status and case that an exception of the pathway gives where it applies, `NOT_HERE` where it does not."""
NOT_HERE: Finding = (0, 0)
"""No letter and no case: both lists start at 1."""


class Act(NamedTuple):
    """One act of care: the facts of the vocabulary, encoded."""

    care_date: Day
    reimbursement_date: Day
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
    fee: Cents
    base: Cents
    """Given base in cents, or -1 to look it up."""
    medecin_traitant: int
    role: int
    referral: int
    urgent: int
    away: int
    purpose: int
    medecin_traitant_left_on: Day
    """YYYYMMDD, or 0."""
    installed_on: Day
    """YYYYMMDD, or 0."""
    zone_deficitaire: int
    referrer_installed_on: Day
    referrer_zone_deficitaire: int
    centre_agree_on: Day
    medecin_traitant_indisponible: int
    """For a teleconsultation: the médecin traitant has no slot in a compatible time."""
    special_setting: int
    exemption: int
    """Grounds, one bit each (`1 << Exemption.ALD`): several may hold at once."""
    c2s: int
    ame: int
    scheme: int
    tiers_payant: int
    exigence_particuliere: Cents
    """Overrun for a particular demand of the patient (DE), in cents."""
    drug_class: int
    prelevement_biologie: int
    """A sampling done for a laboratory test."""
    sejour_jours: int
    """Days of a stay; 0 where not said."""
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
    consultation_optam: BasisPoints
    consultation_non_optam: BasisPoints
    technique_optam: BasisPoints
    technique_non_optam: BasisPoints
    dentaire: BasisPoints
    auxiliaire: BasisPoints
    biologie: BasisPoints
    medicament_majeur: BasisPoints
    medicament_modere: BasisPoints
    medicament_faible: BasisPoints
    appareillage: BasisPoints
    transport: BasisPoints
    hospitalisation: BasisPoints
    majoration: int
    """1 when it also pays the majoration: never so for a contrat responsable."""
    participations: int
    """1 when it also pays the participation forfaitaire and the franchises: never so for a contrat responsable."""
    plafond: Cents


NO_CONTRACT = Contract(*(0,) * 17, plafond=-1)


class Readings(NamedTuple):
    """The chosen reading of each disputed rule (`law/readings.yaml`); 0 is always the default.

    A reading that only changes a value or its first day is not here: it changes the law record itself.
    """

    plafond_majoration: int = 0
    c2s_hors_parcours: int = 0
    medecin_traitant_acces_direct: int = 0
    arrondi_da: int = 0
    base_c2s_secteur_2: int = 0
    da_de_cumul: int = 0
    depassements_hors_parcours: int = 0
    acces_direct_perimetre: int = 0
    medecin_traitant_exceptions: int = 0
    centre_zone_deficitaire: int = 0
    franchise_plafond_jour: int = 0
    base_secteur_2_sans_depassement: int = 0
    da_annee_du_depart: int = 0


class Counters(NamedTuple):
    """What a patient has already borne before this act: the explicit memory of the caps.

    Contributions are counted in number (D160-6, D160-8), in the civil year of the reimbursement and in one day with one
    professional; `participation_annee` and the deductibles in cents. `franchise_jour` is of one day, towards
    the cap that the act counts in, whoever acts or with one professional (reading `franchise_plafond_jour`).
    `seances_annee` counts the sessions with a psychologist of the civil year of the care; `avis_precedent` is the day
    of the last one-off opinion of the same consultant.
    """

    participation_annee: Cents = 0
    participation_nombre_annee: int = 0
    participation_nombre_jour: int = 0
    franchise_annee: Cents = 0
    franchise_jour: Cents = 0
    seances_annee: int = 0
    avis_precedent: Day = 0


class Settlement(NamedTuple):
    """Who pays what for one act, in cents, with the case that applied at each stage."""

    status: int
    ips: int
    pathway: int
    base: Cents
    rate: BasisPoints
    ticket_moderateur: Cents
    majoration: Cents
    participation_forfaitaire: Cents
    franchise: Cents
    forfait_acte_lourd: Cents
    amo: Cents
    amc: Cents
    patient: Cents
    advance: Cents
    deferred: Cents
    max_fee: Cents
    """-1 where the fee is free (sector 2, outside the convention) or not a doctor's."""
    depassement: Cents
    unlawful_excess: Cents
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
    notes: int
    """What the rules noticed beside the amounts, one bit each (`1 << Note.NOT_FOR_THIS_AGE`)."""
