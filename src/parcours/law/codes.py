"""The closed lists of the law: every value that a fact may take.

The name of a member, in lower case, is its slug everywhere: CLI flags, JSON, CSV and Parquet columns, form fields.
Labels in French and English are in `law/codes.yaml`; the cases a rule may apply are in `law/cases.py`.
Values are stable: they are stored in files.
"""

from enum import IntEnum

UNKNOWN = -1
"""An amount that the law data does not give on that day: a rule never computes with it."""


class Profession(IntEnum):
    """Who performs the act."""

    MEDECIN = 1
    CHIRURGIEN_DENTISTE = 2
    SAGE_FEMME = 3
    INFIRMIER = 4
    INFIRMIER_PRATIQUE_AVANCEE = 5
    MASSEUR_KINESITHERAPEUTE = 6
    ORTHOPHONISTE = 7
    ORTHOPTISTE = 8
    PEDICURE_PODOLOGUE = 9
    PSYCHOLOGUE = 10
    LABORATOIRE = 11
    PHARMACIE = 12
    TRANSPORTEUR = 13
    ETABLISSEMENT = 14


class Convention(IntEnum):
    """The professional's position towards the convention with the compulsory insurance."""

    SANS_OBJET = 0
    SECTEUR_1 = 1
    SECTEUR_2_OPTAM = 2
    SECTEUR_2 = 3
    NON_CONVENTIONNE = 4


class Role(IntEnum):
    """What the doctor who performs the act is to this patient."""

    AUTRE = 0
    MEDECIN_TRAITANT = 1
    NOUVEAU_MEDECIN_TRAITANT = 2
    DESIGNE_CONJOINTEMENT = 3
    CABINET_SECONDAIRE = 4
    REMPLACANT = 5
    MEME_CABINET = 6
    CORRESPONDANT = 7


class Referral(IntEnum):
    """How the patient was sent to this doctor (the four flows of D162-1-6 and around them)."""

    NONE = 0
    AVIS_PONCTUEL = 1
    SOINS_ITERATIFS = 2
    SEQUENCE = 3
    PROTOCOLE_ALD = 4
    IPA = 5
    AUTRE_MEDECIN = 6
    SAGE_FEMME = 7


class Purpose(IntEnum):
    """Why the patient came, where it opens a specific direct access."""

    NONE = 0
    ANY = 1
    CONTRACEPTION = 2
    DEPISTAGE = 3
    EXAMEN_GYNECOLOGIQUE = 4
    GROSSESSE = 5
    IVG_MEDICAMENTEUSE = 6
    REFRACTION = 7
    GLAUCOME = 8
    DMLA = 9
    SOINS_DENTAIRES = 10
    PREVENTION_BUCCO_DENTAIRE = 11
    EXTRACTION = 12
    PROTHESE_DENTAIRE = 13
    ORTHODONTIE = 14


class SpecialSetting(IntEnum):
    """A place or a framework that the law takes out of the ordinary pathway."""

    NONE = 0
    PERMANENCE_DES_SOINS = 1
    ADDICTOLOGIE = 2
    MILITAIRE = 3
    GENETIQUE = 4
    MEDECINE_PREVENTIVE_ETUDIANTE = 5
    EXAMEN_ENFANT = 6
    DETENU = 7
    DEPISTAGE_ORGANISE = 8
    EXPERTISE = 9
    SOINS_PALLIATIFS = 10
    ANATOMOPATHOLOGIE = 11
    MEDECIN_BIOLOGISTE = 12
    HOSPITALISATION = 13
    STRUCTURE_HUMANITAIRE = 14
    CENTRE_PLANIFICATION = 15
    CENTRE_SANTE_ZONE_DEFICITAIRE = 16
    EHPAD = 17
    TRANSPORT_URGENT = 18
    CURE_THERMALE = 19
    TELESURVEILLANCE = 20
    TRANSFERT_HOSPITALIER = 21
    HOPITAL_SANS_SEJOUR = 22
    INTERNE_MEDECINE_GENERALE = 23


class Exemption(IntEnum):
    """Grounds of an exemption. Several may hold at once: an act carries them as one number, one bit a ground."""

    NONE = 0
    ALD = 1
    ALD_SANS_RAPPORT = 2
    MATERNITE = 3
    AT_MP = 4
    INVALIDITE = 5
    NOUVEAU_NE = 6
    STERILITE = 7
    PREVENTION = 8
    VIH_VHC = 9
    PENSION_MILITAIRE = 10
    VICTIME_TERRORISME = 11
    HOSPITALISATION_30_JOURS = 12
    ASPA = 13
    ENFANT_HANDICAPE = 14
    RENTE_AT = 15
    SUIVI_POST_ALD = 16
    MINEUR_VICTIME = 17
    DONNEUR = 18
    IVG = 19
    CONTRACEPTION = 20
    EXAMEN_ENFANT = 21
    AMP = 22
    VACCINATION = 23
    SANTE_SEXUELLE = 24
    RISQUE_SANITAIRE = 25
    CONTRACEPTION_URGENCE = 26
    EXAMEN_GROSSESSE = 27


class Scheme(IntEnum):
    """The insured person's compulsory scheme, where it changes the rules."""

    GENERAL = 0
    ALSACE_MOSELLE = 1
    MAYOTTE = 2
    TOM = 3
    PASSAGE = 4


class TiersPayant(IntEnum):
    """What the patient does not advance: nothing, the AMO's part, or both parts."""

    NONE = 0
    PARTIAL = 1
    FULL = 2


class DrugClass(IntEnum):
    """Rate class of what a pharmacy delivers."""

    NONE = 0
    IRREMPLACABLE = 1
    MAJEUR = 2
    MODERE = 3
    FAIBLE = 4
    HOMEOPATHIE = 5
    LPP = 6
    SERVICE_PHARMACIEN = 7
    GRAND_APPAREILLAGE = 8


class ActKind(IntEnum):
    """What an act is to the rules (column `kind` of `law/tariffs/acts/`)."""

    CONSULTATION = 0
    SUPPLEMENT = 1
    COORDINATION = 2
    TECHNICAL = 3
    IMAGING = 4
    OTHER = 5
    ANAESTHESIA = 6
    EMERGENCY = 7
    STAY = 8


class Ips(IntEnum):
    """Pathway indicator that the doctor transmits on the claim (letters of the FSE/B2 indicator)."""

    NOT_GIVEN = 0
    BLANK = 1
    T = 2
    N = 3
    O = 4  # noqa: E741 - the national letter
    M = 5
    D = 6
    U = 7
    H = 8
    R = 9
    A = 10
    B = 11
    J = 12
    S = 13


class Status(IntEnum):
    """Status of the act in the pathway: the national nomenclature of computed statuses, with its own codes."""

    NOT_GIVEN = 0
    T = 1
    N = 2
    O = 3  # noqa: E741
    D = 4
    U = 5
    H = 6
    R = 7
    A = 8
    B = 10
    V = 11
    J = 12
    Y = 13
    E = 21
    I = 22  # noqa: E741
    P = 23
    S = 24
    W = 25
    F = 26
    Z = 27
    C = 28
    X = 31
    K = 32
    L = 33
    G = 34


class Pathway(IntEnum):
    """Where a status stands: inside the pathway, outside, or not concerned by it."""

    INSIDE = 1
    OUTSIDE = 2
    NOT_CONCERNED = 3


class Profile(IntEnum):
    """Row of the table of consultation tariffs (`law/tariffs/consultations/`)."""

    NONE = 0
    GENERALISTE = 1
    GENERALISTE_MOINS_6 = 2
    SPECIALISTE = 3
    PSYCHIATRE = 4
    PSYCHIATRE_MOINS_25 = 5
    CARDIOLOGUE = 6
    GYNECOLOGUE_MEDICAL = 7
    GERIATRE = 8
    MPR = 9
    PEDIATRE = 10
    PEDIATRE_MOINS_2 = 11
    PEDIATRE_2_6 = 12
    PEDIATRE_6_16 = 13
    NEUROLOGUE = 14
    CHIRURGIEN_DENTISTE = 15
    SAGE_FEMME = 16
    PSYCHOLOGUE = 17


# --- readings: where texts and practice differ (law/readings.yaml) --------------------------------------------


class PlafondMajoration(IntEnum):
    """Is the majoration capped (text of R160-6), or a flat share of the base (as the official sheets print it)?"""

    TEXTE = 0
    FICHE = 1


class C2sHorsParcours(IntEnum):
    """Outside the pathway, does C2S pay the majoration (observed practice), or the patient (letter of L861-3)?"""

    PRATIQUE = 0
    TEXTE = 1


class MedecinTraitantAccesDirect(IntEnum):
    """Does specific direct access need a declared médecin traitant?"""

    REQUIS = 0
    NON_REQUIS = 1


class ArrondiDa(IntEnum):
    """The authorised overrun is rounded to the nearest euro (printed maxima), or up (the convention's wording)."""

    PLUS_PROCHE = 0
    SUPERIEUR = 1


class BaseC2sSecteur2(IntEnum):
    """Base for a C2S patient seen in sector 2: the opposable tariff, or the sector's own lower base?"""

    OPPOSABLE = 0
    SECTEUR_2 = 1


class DaDeCumul(IntEnum):
    """May the authorised overrun and the patient's particular demand be charged together?"""

    CUMUL = 0
    NON_CUMUL = 1


class DaAnneeDuDepart(IntEnum):
    """May the authorised overrun be charged in the year after the médecin traitant left?  L162-5, 18° does not except
    it; the convention (37.1) keeps the overrun for patients outside the pathway.
    """

    TEXTE = 0
    CONVENTION = 1


class AccesDirectPerimetre(IntEnum):
    """Direct access: listed purposes and ages (convention), or the whole specialties of D162-1-7?"""

    PRATIQUE = 0
    TEXTE = 1


class MedecinTraitantExceptions(IntEnum):
    """Do an ALD protocol and a nurse in advanced practice need a declared médecin traitant?  D162-1-6 names none."""

    PRATIQUE = 0
    TEXTE = 1


class CentreZoneDeficitaire(IntEnum):
    """Any health centre of a deficit zone (official sheets), or a newly approved one (L162-5-4)?"""

    FICHE = 0
    TEXTE = 1


class BaseSecteur2SansDepassement(IntEnum):
    """Base where a sector 2 doctor may charge no overrun: the opposable tariff, or the sector's own lower base?"""

    OPPOSABLE = 0
    SECTEUR_2 = 1


class FranchisePlafondJour(IntEnum):
    """Is the daily cap of deductibles the patient's, whoever acts (L160-13 III), or counted with each professional?"""

    TEXTE = 0
    PRATIQUE = 1


class DepassementsHorsParcours(IntEnum):
    """Outside the pathway, may a responsible contract cover overruns?  Insurers: none; R871-1: none but the DA."""

    PRATIQUE = 0
    TEXTE = 1
