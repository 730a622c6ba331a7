"""The rules of one act written column by column, as peers need them: once, over whatever `where` and tables a peer offers.

For benchmarks only: the product has one implementation, the plain functions of `parcours.rules`. Each variable below is a
function of others, by name. Every stage is there, for the facts that the sample holds and one period of the law; the caps over
a patient's acts are left out, because none of the peers can carry them from row to row.
"""

from parcours.law.codes import (
    UNKNOWN,
    Convention,
    DrugClass,
    Exemption,
    Profession,
    Profile,
    Referral,
    Role,
    Scheme,
    Status,
)
from parcours.law.record import SITUATIONS

INPUTS = (
    "age",
    "age_1er_janvier",
    "profession",
    "specialty",
    "convention",
    "quantity",
    "fee",
    "given_base",
    "medecin_traitant",
    "role",
    "referral",
    "urgent",
    "away",
    "purpose",
    "exemption",
    "c2s",
    "scheme",
    "tiers_payant",
    "drug_class",
)
COMPARED = (
    "status",
    "base",
    "rate",
    "ticket_moderateur",
    "majoration",
    "participation_forfaitaire",
    "franchise",
    "amo",
    "amc",
    "patient",
    "advance",
    "deferred",
    "max_fee",
    "depassement",
    "unlawful_excess",
)
P, C, D = Profession, Convention, DrugClass


def doctor(g, op, law):
    return g("profession") == int(P.MEDECIN)


def auxiliaire(g, op, law):
    return (g("profession") >= int(P.INFIRMIER)) & (g("profession") <= int(P.PEDICURE_PODOLOGUE))


def known(g):
    return g("medecin_traitant") == 1


def own_doctor(g, op, law):
    return known(g) & (g("role") == int(Role.MEDECIN_TRAITANT))


def direct_access(g, op, law):
    purposes = op.table(law.acces_direct, g("specialty"))
    by_age = (g("age") >= law.psychiatrie_age_min) & (g("age") <= law.psychiatrie_age_max)
    bit = op.table([1 << purpose for purpose in range(15)], g("purpose"))
    by_purpose = (g("purpose") > 0) & ((purposes // bit) % 2 == 1)
    has_age = op.table(law.acces_direct_age, g("specialty")) == 1
    return known(g) & (purposes > 0) & ((has_age & by_age) | (~has_age & by_purpose))


def referred(g, op, law):
    return known(g) & (g("referral") != int(Referral.NONE))


def status(g, op, law):
    yes = known(g)
    return op.first(
        (~g("doctor"), int(Status.X)),
        ((g("age") < law.age_exclusion) & yes, int(Status.L)),
        (g("age") < law.age_exclusion, int(Status.G)),
        ((g("urgent") == 1) & yes, int(Status.U)),
        (g("urgent") == 1, int(Status.W)),
        (g("own_doctor"), int(Status.T)),
        (g("away") == 1, int(Status.H)),
        (g("direct_access"), int(Status.D)),
        (g("referred"), int(Status.O)),
        (yes, int(Status.P)),
        otherwise=int(Status.S),
    )


def majoree(g, op, law):
    return op.table(law.majoree, g("status")) == 1


def coordinated(g, op, law):
    sent = (g("away") == 1) | g("direct_access") | g("referred")
    child = g("age") < law.age_exclusion
    return g("doctor") & ((child & ~g("generalist")) | (~child & ~g("own_doctor") & sent))


def profile(g, op, law):
    own, age = op.table(law.profil, g("specialty")), g("age")
    paediatrician = own == int(Profile.PEDIATRE)
    return op.first(
        (g("profession") == int(P.CHIRURGIEN_DENTISTE), int(Profile.CHIRURGIEN_DENTISTE)),
        (g("profession") == int(P.SAGE_FEMME), int(Profile.SAGE_FEMME)),
        (g("profession") == int(P.PSYCHOLOGUE), int(Profile.PSYCHOLOGUE)),
        (~g("doctor"), int(Profile.NONE)),
        ((own == int(Profile.GENERALISTE)) & (age < law.age_jeune_enfant), int(Profile.GENERALISTE_MOINS_6)),
        ((own == int(Profile.PSYCHIATRE)) & (age < law.age_jeune_psychiatrie), int(Profile.PSYCHIATRE_MOINS_25)),
        (own == int(Profile.NEUROLOGUE), int(Profile.PSYCHIATRE)),
        (paediatrician & (age < law.age_nourrisson), int(Profile.PEDIATRE_MOINS_2)),
        (paediatrician & (age < law.age_jeune_enfant), int(Profile.PEDIATRE_2_6)),
        (paediatrician & (age < law.age_fin_pediatrie), int(Profile.PEDIATRE_6_16)),
        (paediatrician, int(Profile.SPECIALISTE)),
        otherwise=own,
    )


def generalist(g, op, law):
    return op.table(law.generaliste, g("specialty")) == 1


def tariff(g, op, law):
    sector_2 = (g("convention") == int(C.SECTEUR_2)) & (g("c2s") == 0)
    situation = op.first((sector_2, 2), (g("coordinated"), 0), otherwise=1)
    looked_up = op.table([max(0, amount) for amount in law.tarif], g("profile") * SITUATIONS + situation)
    outside = g("doctor") & (g("convention") == int(C.NON_CONVENTIONNE))
    return op.first(
        (g("given_base") != UNKNOWN, g("given_base")),
        (outside & g("generalist"), law.autorite_generaliste * g("quantity")),
        (outside, law.autorite_specialiste * g("quantity")),
        otherwise=looked_up * g("quantity"),
    )


def rate(g, op, law):
    who, drug = g("profession"), g("drug_class")
    local = op.first(
        (g("doctor") | (who == int(P.SAGE_FEMME)), law.alsace_honoraires),
        ((who == int(P.LABORATOIRE)) | g("auxiliaire"), law.alsace_auxiliaires_biologie),
        (who == int(P.ETABLISSEMENT), law.alsace_hospitalisation),
        ((who == int(P.PHARMACIE)) & (drug == int(D.MAJEUR)), law.alsace_medicament_majeur),
        ((who == int(P.PHARMACIE)) & (drug == int(D.MODERE)), law.alsace_medicament_modere),
        otherwise=0,
    )
    pharmacy = op.first(
        (drug == int(D.IRREMPLACABLE), law.taux_medicament_irremplacable),
        (drug == int(D.MAJEUR), law.taux_medicament_majeur),
        (drug == int(D.MODERE), law.taux_medicament_modere),
        (drug == int(D.FAIBLE), law.taux_medicament_faible),
        (drug == int(D.HOMEOPATHIE), law.taux_homeopathie),
        otherwise=law.taux_lpp,
    )
    exempt = (g("exemption") != int(Exemption.NONE)) & (g("exemption") != int(Exemption.ALD_SANS_RAPPORT))
    return op.first(
        (exempt, 10_000),
        ((g("scheme") == int(Scheme.ALSACE_MOSELLE)) & (local > 0), local),
        (g("doctor"), law.taux_medecin),
        (who == int(P.CHIRURGIEN_DENTISTE), law.taux_dentiste),
        (who == int(P.SAGE_FEMME), law.taux_sage_femme),
        (who == int(P.LABORATOIRE), law.taux_biologie),
        (who == int(P.PHARMACIE), pharmacy),
        (who == int(P.TRANSPORTEUR), law.taux_transport),
        (who == int(P.ETABLISSEMENT), law.taux_hospitalisation),
        (who == int(P.PSYCHOLOGUE), law.taux_mon_soutien_psy),
        otherwise=law.taux_auxiliaire,
    )


def share(cents, points):
    return (cents * points + 5_000) // 10_000


def base(g, op, law):
    return op.least(g("tariff"), g("fee"))


def gross(g, op, law):
    return share(g("base"), g("rate"))


def ticket_moderateur(g, op, law):
    return g("base") - g("gross")


def majoration(g, op, law):
    ceiling = share(law.majoration_plafond_assiette, law.majoration_taux)
    amount = op.least(op.least(share(g("base"), law.majoration_taux), ceiling), g("gross"))
    return op.first((g("majoree"), amount), otherwise=0)


def exempt_person(g):
    return g("c2s") == 1


def participation_forfaitaire(g, op, law):
    concerned = g("doctor") | (g("profession") == int(P.LABORATOIRE))
    bears = concerned & (g("age_1er_janvier") >= law.participation_age) & ~exempt_person(g)
    caps = min(law.participation_plafond_jour, law.participation_plafond_annee)
    amount = op.least(op.least(law.participation_montant * g("quantity"), caps), g("gross") - g("majoration"))
    return op.first((bears, amount), otherwise=0)


def franchise(g, op, law):
    pharmacy = (g("profession") == int(P.PHARMACIE)) & (g("drug_class") != int(D.LPP))
    transport = g("profession") == int(P.TRANSPORTEUR)
    concerned = pharmacy | transport | g("auxiliaire")
    bears = concerned & (g("age_1er_janvier") >= law.participation_age) & ~exempt_person(g)
    unit = op.first(
        (pharmacy, law.franchise_medicament), (transport, law.franchise_transport), otherwise=law.franchise_auxiliaire
    )
    cap = op.first(
        (pharmacy, law.franchise_plafond_annee),
        (transport, min(law.franchise_plafond_jour_transport, law.franchise_plafond_annee)),
        otherwise=min(law.franchise_plafond_jour_auxiliaire, law.franchise_plafond_annee),
    )
    amount = op.least(op.least(unit * g("quantity"), cap), g("gross") - g("majoration"))
    return op.first((bears, amount), otherwise=0)


def amo(g, op, law):
    return g("gross") - g("majoration") - g("participation_forfaitaire") - g("franchise")


def amc(g, op, law):
    return op.first((g("c2s") == 1, g("base") - g("gross") + g("majoration")), otherwise=0)


def patient(g, op, law):
    return g("fee") - g("amo") - g("amc")


def max_fee(g, op, law):
    coordinated_tariff = op.table([max(0, amount) for amount in law.tarif], g("profile") * SITUATIONS)
    reference = op.greatest(g("tariff"), coordinated_tariff * g("quantity"))
    authorised = (reference + share(reference, law.da_taux) + 50) // 100 * 100
    free = (g("convention") == int(C.SECTEUR_2)) | (g("convention") == int(C.SECTEUR_2_OPTAM))
    return op.first(
        (~g("doctor") | (g("convention") == int(C.NON_CONVENTIONNE)), UNKNOWN),
        (g("c2s") == 1, g("tariff")),
        (free, UNKNOWN),
        (g("majoree") & ~g("generalist"), authorised),
        otherwise=g("tariff"),
    )


def depassement(g, op, law):
    return g("fee") - g("base")


def unlawful_excess(g, op, law):
    above = op.greatest(g("fee") - g("max_fee"), 0)
    return op.first((g("max_fee") == UNKNOWN, 0), otherwise=above)


def advance(g, op, law):
    paid = op.first((g("c2s") == 1, g("amo")), otherwise=g("gross"))
    full = op.greatest(g("fee") - paid - g("amc"), 0)
    return op.first((g("tiers_payant") == 0, g("fee")), (g("tiers_payant") == 1, g("fee") - paid), otherwise=full)


def deferred(g, op, law):
    paid = op.first((g("c2s") == 1, g("amo")), otherwise=g("gross"))
    full = g("fee") - g("amo") - g("amc") - g("advance")
    return op.first((g("tiers_payant") == 0, 0), (g("tiers_payant") == 1, paid - g("amo")), otherwise=full)


VARIABLES = {
    function.__name__: function
    for function in (
        doctor, auxiliaire, own_doctor, direct_access, referred, status, majoree, coordinated, profile, generalist, tariff,
        rate, base, gross, ticket_moderateur, majoration, participation_forfaitaire, franchise, amo, amc, patient, max_fee,
        depassement, unlawful_excess, advance, deferred,
    )
}  # fmt: skip
"""In an order where each needs only those before it."""
LEVELS = (
    ("doctor", "auxiliaire", "own_doctor", "direct_access", "referred", "generalist"),
    ("status", "coordinated", "profile", "rate"),
    ("majoree", "tariff"),
    ("base", "max_fee"),
    ("gross", "depassement", "unlawful_excess"),
    ("ticket_moderateur", "majoration"),
    ("participation_forfaitaire", "franchise", "amc"),
    ("amo",),
    ("patient", "advance"),
    ("deferred",),
)
"""The same in groups that can be computed together."""
