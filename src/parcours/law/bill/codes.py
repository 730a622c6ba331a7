"""The closed lists of a bill: what a line is, how it combines with the others, and every case a level may apply.

The name of a member in lower case is its slug. The sentence and the article of a case are in `law/bill/cases.yaml`.
"""

from enum import IntEnum


class Nature(IntEnum):
    """How a line is settled: an act that the compulsory insurance refunds, or a charge of the patient's invoice."""

    ACT = 1
    CHARGE = 2
    """Owed by the patient, never by the compulsory insurance: daily charge, emergency charge, share of a stay."""
    COMFORT = 3
    """A free price that nobody refunds but a contract in euros: private room."""


class Combination(IntEnum):
    """How a line combines with the others of the same professional in the same session."""

    ALONE = 0
    """It never combines: boxes, trips, devices, analyses."""
    CONSULTATION = 1
    SUPPLEMENT = 2
    """Added in full to the act that it joins."""
    NGAP = 3
    """Letter and coefficient: full, half, then nothing (article 11B)."""
    NGAP_FULL = 4
    """Letter and coefficient that article 11B never cuts."""
    NGAP_SAMPLE = 5
    """A blood sample: article 11B never cuts it, but it takes the place of the act at half."""
    CCAM = 6
    CCAM_FULL = 7
    """Complementary gesture or supplement of the CCAM: in full, beside the two acts."""


class WithConsultation(IntEnum):
    """What becomes of a technical act done in the time of a consultation."""

    NOT_ADDED = 0
    """The better of the two only."""
    BOTH_FULL = 1
    ACT_HALF = 2


class Activity(IntEnum):
    """Part of an act of the CCAM done by one of several professionals; the others need no rule of their own."""

    ANAESTHESIA = 4


class Association(IntEnum):
    """Association code of the CCAM, as transmitted. A letter of the NGAP has the first two: in full, at half."""

    NONE = 0
    FIRST = 1
    SECOND = 2
    OTHER_LIMB = 3
    DEROGATION = 4
    OTHER_TIME = 5


class StayOf(IntEnum):
    """The stay that a line belongs to, as its costly acts see it."""

    NONE = 0
    ITSELF = 1
    AFTER_COSTLY = 2
    """It directly follows a stay with a costly act, whose flat fee covers it."""
    COSTLY = 3
    """The bill says that it holds a costly act, which may stand on another bill."""


class OpticalCategory(IntEnum):
    """Correction of an equipment of class B, which sets the least and the most that a responsible contract pays."""

    A = 1
    B = 2
    C = 3
    D = 4
    E = 5
    F = 6


class Costly(IntEnum):
    """Does the flat fee of costly acts concern the line (R160-16)?"""

    OWN = 0
    """By its own tariff, as for an act alone."""
    NEVER = 1
    BEARS = 2
    """It bears the flat fee of its visit or of its stay."""
    COVERED = 3
    """Another line of the visit or of the stay bears it."""


class Cover(IntEnum):
    """How a complementary contract sees the line."""

    CATEGORY = 0
    """By the guarantee of its category, in percent of the base."""
    NONE = 1
    """No usual guarantee: spa."""
    BASKET_FREE = 2
    """100 % Santé: whole, up to the highest price."""
    FRAME = 3
    LENS = 4
    HEARING_AID = 5
    DAILY_CHARGE = 6
    EMERGENCY_CHARGE = 7
    STAY_SHARE = 8
    FLAT_FEE = 9
    SURCHARGE = 10
    ROOM = 11


class CaseSession(IntEnum):
    """What the session makes of the tariff of a line."""

    ALONE = 1
    SUPPLEMENT = 2
    NGAP_FIRST = 3
    NGAP_HALF = 4
    NGAP_NOT_NOTED = 5
    NGAP_NEVER_CUT = 6
    CCAM_FIRST = 7
    CCAM_HALF = 8
    CCAM_THREE_QUARTERS = 9
    CCAM_DEROGATION = 10
    CCAM_OTHER_TIME = 11
    CCAM_NOT_ASSOCIATED = 12
    CCAM_FULL = 13
    CONSULTATION_AND_ACT = 14
    CONSULTATION_AND_HALF_ACT = 15
    CONSULTATION_NOT_ADDED = 16
    ACT_NOT_ADDED = 17
    GIVEN = 18
    TRANSMITTED_HALF = 19
    COMPONENTS_APART = 20


class CaseCostly(IntEnum):
    """How the flat fee of costly acts is counted over a visit or a stay."""

    NOT_CONCERNED = 1
    OWN_TARIFF = 2
    BELOW_SUM = 3
    BEARS_VISIT = 4
    COVERED_BY_VISIT = 5
    BEARS_STAY = 6
    COVERED_BY_STAY = 7


class CaseSurcharge(IntEnum):
    """On which base the surcharge outside the pathway is counted."""

    OWN = 1
    WITH_SUPPLEMENTS = 2
    JOINED = 3
    NOT_CONCERNED = 4


class CaseCharge(IntEnum):
    """What a charge of the patient's invoice is."""

    NOT_A_CHARGE = 1
    SHARE_OF_STAY = 2
    CHARGE_ABOVE_SHARE = 3
    EXIT_DAY = 4
    FROM_DAY_31 = 5
    WITH_COSTLY_ACT = 6
    FLAT_FEE = 7
    SURCHARGE_ONCE = 8
    EMERGENCY = 9
    EMERGENCY_REDUCED = 10
    EMERGENCY_EXEMPT = 11
    CHARGE_EXEMPT = 12
    BORNE_BY_SCHEME = 13
    COMFORT = 14
    INSIDE_GLOBAL_SHARE = 15
    INSIDE_ONE_DAY = 16


class CaseInvoice(IntEnum):
    """On which line of the invoice the contributions of its acts are taken."""

    OWN = 1
    TAKEN_ELSEWHERE = 2
    """Its refund is less than its contribution: what is missing is taken on other lines of the invoice."""
    TAKES_OF_OTHERS = 3


class CaseCover(IntEnum):
    """What the complementary insurance does for the line, beyond the guarantee of its category."""

    CATEGORY = 1
    NONE = 2
    WHOLE_BASKET = 3
    EUROS = 4
    CHARGE_COVERED = 5
    NOT_COVERED = 6
    C2S = 7
    EQUIPMENT_CEILING = 8
    OPTICAL_CEILING = 9
    C2S_BASKET = 10


# --- readings of a bill (law/bill/readings.yaml); 0 is always the default ---


class MajorationSeance(IntEnum):
    """Does a supplement join its act before the cap of the surcharge, or bear its own?"""

    JOINT = 0
    PAR_LIGNE = 1


class FjJourSortie(IntEnum):
    """Does the day of exit owe its charge beside the share, or is the share set against the charges as a whole?"""

    EN_PLUS = 0
    GLOBAL = 1


class PfPlafondLigne(IntEnum):
    """Are the contributions of an invoice one sum, or is each limited to the refund of its own line?"""

    FACTURE = 0
    LIGNE = 1
