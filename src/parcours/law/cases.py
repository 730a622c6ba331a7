"""Every case a rule may apply, and the notes: the members that explain an amount.

The sentence and the article of each are in `law/cases.yaml`, those of a note in `law/notes.yaml`.
"""

from enum import IntEnum


class CaseStatus(IntEnum):
    """Why the act is inside or outside the pathway."""

    STATUS_GIVEN = 1
    NOT_A_DOCTOR = 2
    OUTSIDE_SCHEME = 3
    UNDER_16 = 4
    UNDER_16_UNDECLARED = 5
    TELECONSULTATION_EXCLUDED = 6
    ADDICTOLOGY = 7
    MILITARY = 8
    GENETICS = 9
    STUDENTS = 10
    CHILD_EXAMINATION = 11
    PRISONER = 12
    PERMANENCE_DES_SOINS = 13
    URGENCY = 14
    URGENCY_UNDECLARED = 15
    MEDECIN_TRAITANT = 16
    JOINTLY_DESIGNATED = 17
    SECONDARY_PRACTICE = 18
    NEW_MEDECIN_TRAITANT = 19
    REPLACEMENT = 20
    SAME_PREMISES = 21
    AWAY = 22
    DIRECT_ACCESS = 23
    REFERRED_ONE_OFF = 24
    REFERRED_ITERATIVE = 25
    REFERRED_SEQUENCE = 26
    REFERRED_ALD_PROTOCOL = 27
    REFERRED_IPA = 28
    REFERRED_OTHER_DOCTOR = 29
    NEW_GP_DEFICIT_ZONE = 30
    NEW_GP = 31
    DEPARTED_MEDECIN_TRAITANT = 32
    DEPARTED_MEDECIN_TRAITANT_UNDECLARED = 33
    EXCLUDED_ACTIVITY = 34
    SOCIAL_STRUCTURE = 35
    SOCIAL_STRUCTURE_UNDECLARED = 36
    OUTSIDE = 37
    OUTSIDE_UNDECLARED = 38
    OUTSIDE_SPECIALTY = 39
    OUTSIDE_PURPOSE = 40
    OUTSIDE_NOT_TRANSMITTED = 41
    REFERRED_MIDWIFE = 42
    SENT_BY_NEW_GP = 43
    SENT_BY_NEW_GP_DEFICIT_ZONE = 44
    DIRECT_ACCESS_DECREE = 45


AFTER_DEPARTURE = (CaseStatus.DEPARTED_MEDECIN_TRAITANT, CaseStatus.DEPARTED_MEDECIN_TRAITANT_UNDECLARED)
"""One law for both (L162-5-3, 5°): the letter only tells whether the doctor who left is still declared."""


class CaseBase(IntEnum):
    """Where the base of reimbursement comes from."""

    UNKNOWN = 0
    GIVEN = 1
    COORDINATED = 2
    NOT_COORDINATED = 3
    SECTOR_2 = 4
    AUTORITE = 5
    LETTER_KEY = 6
    COORDINATION_NOT_PAYABLE = 7
    OPPOSABLE_C2S = 8
    EMERGENCY_CHARGE = 9
    OPPOSABLE_WITHOUT_EXCESS = 10


class CaseRate(IntEnum):
    """Which rate applies."""

    UNKNOWN = 0
    ORDINARY = 1
    EXEMPT = 2
    AME = 3
    ACT = 4
    ALSACE_MOSELLE = 5
    URGENT_TRANSPORT = 6
    NOT_COVERED = 7
    PRISONER = 8
    OLD_AGE_MINIMUM = 9
    STAY = 10
    SPA_CURE = 11
    REMOTE_MONITORING = 12
    HOSPITAL_TRANSFER = 13
    TERRORISM = 14
    ORTHODONTICS = 15
    SESSIONS_USED_UP = 16
    HOSPITAL_WITHOUT_STAY = 17


class CaseActeLourd(IntEnum):
    """Does a flat fee, or a charge of the hospital, replace the ticket modérateur?"""

    NOT_HEAVY = 1
    FLAT_FEE = 2
    EXEMPT = 3
    BORNE_BY_SCHEME = 4
    IMAGING = 5
    EMERGENCY = 6
    EMERGENCY_REDUCED = 7
    EMERGENCY_EXEMPT = 8
    STAY_SHARE = 9
    DAILY_CHARGE = 10
    LONG_STAY = 11
    NO_DAILY_CHARGE = 12


class CaseMajoration(IntEnum):
    """Is a majoration taken off, and is it capped?"""

    NONE = 1
    UNCAPPED = 2
    CAPPED = 3
    FLAT = 4
    EXEMPT_NOT_DUE = 5
    LIMITED_TO_REIMBURSEMENT = 6


class CaseParticipation(IntEnum):
    """Is the participation forfaitaire taken, and why not?"""

    NOT_CONCERNED = 1
    TAKEN = 2
    EXEMPT_AGE = 3
    EXEMPT_MATERNITY = 4
    EXEMPT_C2S = 5
    EXEMPT_AME = 6
    EXEMPT_SCREENING = 7
    DAILY_CAP = 8
    ANNUAL_CAP = 9
    LIMITED_TO_REIMBURSEMENT = 10
    EXEMPT_STAY = 11
    EXEMPT_TERRORISM = 12
    EXEMPT_SAMPLING = 13


class CaseFranchise(IntEnum):
    """Is a franchise taken, and why not?"""

    NOT_CONCERNED = 1
    TAKEN = 2
    EXEMPT_AGE = 3
    EXEMPT_MATERNITY = 4
    EXEMPT_C2S = 5
    EXEMPT_AME = 6
    EXEMPT_TERRORISM = 7
    EXEMPT_URGENT_TRANSPORT = 8
    DAILY_CAP = 9
    ANNUAL_CAP = 10
    LIMITED_TO_REIMBURSEMENT = 11
    NOT_YET_CREATED = 12
    EXEMPT_STAY = 13


class CaseExcess(IntEnum):
    """What may be charged above the base."""

    NOT_CONCERNED = 1
    OPPOSABLE = 2
    AUTHORISED_OUTSIDE = 3
    FREE = 4
    C2S = 5
    PRISONER = 6
    ON_DUTY = 7
    PSYCHOLOGIST = 8
    UNKNOWN = 9
    IN_TRAINING = 10
    C2S_NOT_A_DOCTOR = 11
    AUTHORISED_AFTER_DEPARTURE = 12


class CaseComplementary(IntEnum):
    """What the complementary insurance pays."""

    NONE = 1
    C2S = 2
    C2S_WITH_MAJORATION = 3
    TICKET_MODERATEUR = 4
    GUARANTEE = 5
    OUTSIDE_PATHWAY = 6
    NON_OPTAM_CAP = 7
    EURO_CAP = 8
    NOTHING_LEFT = 9
    NOT_COVERED = 10
    WITH_MAJORATION = 11
    C2S_OUTSIDE = 12
    OPTAM_GAP = 13
    AUTHORISED_OVERRUN = 14


class Note(IntEnum):
    """What a rule notices beside the amounts: the place of its bit in `notes` (law/notes.yaml has the sentence)."""

    NOT_FOR_THIS_AGE = 0
    THIRD_PARTY_RIGHT = 1
    NO_THIRD_PARTY_OUTSIDE = 2
    OVERRUN_C2S = 3
    OVERRUN_PRISONER = 4
    OVERRUN_PSYCHOLOGIST = 5
    SECOND_OPINION = 6
    OVERRUN_DUTY = 7
    OVERRUN_TRAINEE = 8
    PREGNANCY_EXAMINATION = 9
    OPINION_UNCODED = 10


class CasePayment(IntEnum):
    """What is paid at the desk and what is recovered later."""

    ALL_ADVANCED = 1
    PARTIAL_THIRD_PARTY = 2
    FULL_THIRD_PARTY = 3
    PAID_DIRECTLY = 4
