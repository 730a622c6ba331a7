"""What the rules of a bill read and return: tuples of integers, as in `rules/types.py`."""

from typing import NamedTuple

from parcours.rules.types import Act, Settlement


class Line(NamedTuple):
    """One line of a bill: an act, and how it stands among the others. What the dated tables say is already in it."""

    act: Act
    nature: int
    """`Nature`."""
    combination: int
    """`Combination`."""
    with_consultation: int
    """`WithConsultation`, for a technical act."""
    session: int
    """Lines of one session share its number: same professional, same patient, same time."""
    professional: int
    """Lines of one professional share its number."""
    joins: int
    """Index of the line that this one says it joins; -1: it does not say."""
    component: int
    """1: the ordinary consultation holds this supplement, so that its letter is worth less beside it."""
    tariff: int
    """Tariff before the session, where the tables of bills or the bill itself give it; -1: that of the act."""
    given: int
    """1: the bill gives the base, what the session would make of it is not computed."""
    letter: int
    """Price of one unit of a letter with a coefficient, in cents."""
    coefficient: int
    """In hundredths."""
    association: int
    """Association code of the CCAM that was transmitted (1 to 5); for a letter, 2: it was noted at half; 0: none."""
    activity: int
    percent: int
    """Modifiers that are a percentage of the tariff, in basis points."""
    flat: int
    """Modifiers that are an amount, in cents: never cut."""
    rate: int
    """Own rate of the code in basis points; -1: none."""
    bears: int
    """0: neither contribution nor deductible."""
    in_pathway: int
    """0: the surcharge outside the pathway never concerns this code."""
    cover: int
    """`Cover`."""
    ceiling: int
    """Highest price of 100 % Santé in cents; -1: none."""
    c2s_ceiling: int
    """Price of the prosthesis for who has the C2S, in cents; -1: not known."""
    category: int
    """`OpticalCategory` of a class B equipment; 0: not said."""
    stay: int
    """`StayOf`."""
    case_charge: int
    """`CaseCharge` of a charge."""
    elsewhere: int
    """1: a line overseas, whose tariff there is not held; it has that of metropolitan France."""
    own_price: int
    """1: a prosthesis or orthodontics: its price stands above the tariff even under the C2S; 0: not; -1: not said."""


class EurosContract(NamedTuple):
    """Guarantees that a contract gives in euros or as a whole, the compulsory insurance's part included; -1: none."""

    cent_pour_cent_sante: int
    forfait_journalier: int
    monture: int
    verre: int
    aide_auditive: int
    chambre: int


NO_EUROS = EurosContract(0, 0, -1, -1, -1, -1)


class BillReadings(NamedTuple):
    """The chosen reading of each disputed rule of a bill; 0 is always the default."""

    majoration_seance: int = 0
    fj_jour_sortie: int = 0
    pf_plafond_ligne: int = 0


class Borne(NamedTuple):
    """What the patient has already borne before the bill, in cents."""

    participation_annee: int = 0
    participation_jour: int = 0
    franchise_annee: int = 0
    franchise_jour_auxiliaires: int = 0
    franchise_jour_transport: int = 0


class SettledLine(NamedTuple):
    """One settled line: the settlement of its act, and the case of every level that touched it."""

    settlement: Settlement
    contribution: int
    """Contribution of its own act in cents, whichever line of the invoice bears it: what counts towards the caps."""
    case_session: int
    case_costly: int
    case_surcharge: int
    case_invoice: int
    case_charge: int
    case_cover: int
