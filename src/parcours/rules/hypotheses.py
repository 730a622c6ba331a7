"""NOT LAW. Switches of reforms that people debate, for the lab alone: no text in force says any of this.

A switch that is off changes nothing, and no answer about real care passes here. Where one is on, the act is settled by
the rules of the law with other facts or another rate (`supposed`, `among`), then what no rule of the law knows is taken
or given back (`settle_supposed`). `amo + amc + patient == fee` holds here too.
"""

from typing import NamedTuple

from parcours.law.bill.codes import Costly
from parcours.law.cases import CaseBase, CaseRate
from parcours.law.codes import (
    UNKNOWN,
    ActKind,
    Convention,
    DrugClass,
    Exemption,
    Profession,
    Referral,
    Status,
)
from parcours.law.record import LawRecord
from parcours.rules.around import Around, complementary_among, tariff_among
from parcours.rules.exemptions import holds
from parcours.rules.money import share
from parcours.rules.participations import franchise, participation_forfaitaire
from parcours.rules.pathway import pathway_status
from parcours.rules.rate import WHOLE, rate_of_act
from parcours.rules.settlement import payment, settle_among
from parcours.rules.tariff import tariff_of_act
from parcours.rules.types import Act, BasisPoints, Cents, Contract, Counters, Readings

HALF_OF_SPECIALTIES = 50
"""The list of specialties is two numbers, one bit a national code: those under fifty, the others."""

DOCTOR, PHARMACY, OPTAM = int(Profession.MEDECIN), int(Profession.PHARMACIE), int(Convention.SECTEUR_2_OPTAM)
MEDICINE, REFERRED, DIRECT = int(DrugClass.MAJEUR), int(Status.O), int(Status.D)
OWN, NEVER = int(Costly.OWN), int(Costly.NEVER)


class Hypotheses(NamedTuple):
    """One switch for each reform that is no value of the law. Every default is neutral."""

    collection_mode: int = 0
    """1: flat contributions and deductibles are paid at the desk, even under tiers payant."""
    exemption_sans_medecin_traitant: int = 0
    """1: nobody without a declared médecin traitant bears the surcharge."""
    taux_exoneration_ald: BasisPoints = WHOLE
    """What is refunded of care exempt for a long-term illness and for nothing else."""
    exemption_participations_ald: int = 0
    """1: care of a long-term illness bears neither contribution nor deductible."""
    annual_ceiling_rac_amo: Cents = UNKNOWN
    """Most that the share, the contributions and the deductibles may reach in a civil year."""
    ticket_moderateur_zero: int = 0
    """1: what is covered is refunded whole."""
    fee_cap: BasisPoints = UNKNOWN
    """Most that a doctor may charge above the tariff, as a share of it."""
    base_secteur_2: int = 0
    """1: sector 2 is refunded on the tariffs of OPTAM."""
    participation_dentiste: int = 0
    """1: an act of a dentist bears the flat contribution."""
    franchise_dispositif: int = 0
    """1: a device bears the deductible of a box of medicine."""
    plafond_transport_distinct: int = 0
    """1: deductibles on transport have a yearly cap of their own, of the same amount."""
    role_referent_ipa: int = 0
    """1: a nurse in advanced practice may be the declared referent: whom one sends is inside the pathway."""
    acces_direct_premieres: int = 0
    """Specialties in direct access for any act, one bit a national code, those under fifty."""
    acces_direct_suivantes: int = 0
    """The same from fifty on."""


NEUTRAL = Hypotheses()


class Borne(NamedTuple):
    """What a patient has borne this civil year beyond the counters of the law."""

    included: Cents = 0
    """Share, contributions and deductibles, towards a yearly ceiling."""
    transport: Cents = 0
    """Deductibles on transport, part of those of the counters."""


class Outcome(NamedTuple):
    """Who pays what for one act under the hypotheses, in cents."""

    fee: Cents
    amo: Cents
    amc: Cents
    patient: Cents
    ticket_moderateur: Cents
    majoration: Cents
    participation_forfaitaire: Cents
    franchise: Cents
    forfait_acte_lourd: Cents
    depassement: Cents
    advance: Cents
    deferred: Cents
    included: Cents
    """What a yearly ceiling looks at."""
    status: int
    case_base: int
    case_rate: int


def settle_supposed(
    act: Act,
    contract: Contract,
    counters: Counters,
    borne: Borne,
    law: LawRecord,
    readings: Readings,
    hypotheses: Hypotheses,
) -> Outcome:
    """Settle one act under hypotheses: what the law says of it, then what only they say."""
    less = refunded_less(act, law, hypotheses)
    around = among(act, less, law, readings, hypotheses)
    act = supposed(act, around, less, law, readings, hypotheses)
    counters = counted_apart(act, counters, borne, hypotheses)
    found = settle_among(act, around, contract, counters, law, readings)
    taken = found.participation_forfaitaire + more_participation(act, found.amo, counters, law, hypotheses)
    kept = found.franchise + more_franchise(act, found.amo, counters, law, hypotheses)
    relief = above_ceiling(included(found.rate, found.ticket_moderateur, taken + kept), borne, hypotheses)
    off_share = min(relief, found.ticket_moderateur)
    off_taken = min(relief - off_share, taken)
    gross = found.amo + found.majoration + found.participation_forfaitaire + found.franchise + off_share
    taken, kept = taken - off_taken, kept - (relief - off_share - off_taken)
    amo, amc = gross - found.majoration - taken - kept, found.amc
    if amo != found.amo:
        amc, _ = complementary_among(
            act, around, found.case_rate, found.status, found.base, gross, found.majoration, taken + kept,
            contract, law, readings,
        )  # fmt: skip
    advance, deferred, _ = payment(act, gross, amo, amc, law)
    at_desk = min(deferred, taken + kept) if hypotheses.collection_mode else 0
    return Outcome(
        act.fee, amo, amc, act.fee - amo - amc, found.ticket_moderateur - off_share, found.majoration, taken, kept,
        found.forfait_acte_lourd, found.depassement, advance + at_desk, deferred - at_desk,
        included(found.rate, found.ticket_moderateur - off_share, taken + kept),
        found.status, found.case_base, found.case_rate,
    )  # fmt: skip


def included(rate: BasisPoints, share_left: Cents, flat: Cents) -> Cents:
    """What a yearly ceiling looks at: the share of what is covered, the contributions and the deductibles."""
    return share_left + flat if rate else flat


def supposed(act: Act, around: Around, less: bool, law: LawRecord, readings: Readings, hypotheses: Hypotheses) -> Act:
    """The facts under the hypotheses: the fee that is left, the status that another access gives, the ground that no
    longer exempts. `around`: what the hypotheses make of the tariff; `less`: see `refunded_less`.
    """
    exemption = act.exemption & ~(1 << Exemption.ALD) if less else act.exemption
    fee = left_of_fee(act, around, law, readings, hypotheses)
    status = supposed_status(act, law, readings, hypotheses)
    return with_facts(act, act.profession, act.convention, fee, exemption, act.drug_class, status)


def left_of_fee(act: Act, around: Around, law: LawRecord, readings: Readings, hypotheses: Hypotheses) -> Cents:
    """The fee of a doctor, its overrun capped at a share of the tariff."""
    if hypotheses.fee_cap == UNKNOWN or act.profession != Profession.MEDECIN:
        return act.fee
    tariff, case = tariff_among(act, around, law, readings)
    if case == CaseBase.UNKNOWN or not tariff:
        return act.fee
    return min(act.fee, tariff + share(tariff, hypotheses.fee_cap))


def supposed_status(act: Act, law: LawRecord, readings: Readings, hypotheses: Hypotheses) -> int:
    """The status that another access gives to an act that the law leaves outside; the fund's own, if any, otherwise."""
    sent = hypotheses.role_referent_ipa and act.referral == Referral.IPA
    if not sent and not opened(act, hypotheses):
        return act.status
    status, _ = pathway_status(act, law, readings)
    if not law.majoree[status]:
        return act.status
    return REFERRED if sent else DIRECT


def refunded_less(act: Act, law: LawRecord, hypotheses: Hypotheses) -> bool:
    """Is the act exempt for a long-term illness alone, and such care no longer refunded whole?"""
    if hypotheses.taux_exoneration_ald == WHOLE or act.ame or not holds(act, Exemption.ALD):
        return False
    if law.acte_kind[act.act] == ActKind.EMERGENCY:
        return False
    exemption = act.exemption & ~(1 << Exemption.ALD)
    without = with_facts(act, act.profession, act.convention, act.fee, exemption, act.drug_class, act.status)
    rate, case = rate_of_act(without, law)
    return case != CaseRate.NOT_COVERED and rate < hypotheses.taux_exoneration_ald


def opened(act: Act, hypotheses: Hypotheses) -> bool:
    """Is the specialty in direct access for any act?  To who has a médecin traitant, as every direct access."""
    if not act.medecin_traitant or act.profession != Profession.MEDECIN:
        return False
    if act.specialty < HALF_OF_SPECIALTIES:
        return (hypotheses.acces_direct_premieres >> act.specialty) & 1 == 1
    return (hypotheses.acces_direct_suivantes >> (act.specialty - HALF_OF_SPECIALTIES)) & 1 == 1


def among(act: Act, less: bool, law: LawRecord, readings: Readings, hypotheses: Hypotheses) -> Around:
    """The tariff, the rate, the surcharge and the flat amounts that the hypotheses say."""
    rate = supposed_rate(act, less, law, hypotheses)
    spared = hypotheses.exemption_sans_medecin_traitant and not act.medecin_traitant
    free = hypotheses.exemption_participations_ald and holds(act, Exemption.ALD)
    return Around(
        supposed_tariff(act, law, readings, hypotheses),
        rate,
        OWN if rate == UNKNOWN else NEVER,
        0 if spared else UNKNOWN,
        0 if free else 1,
        UNKNOWN,
        0,
        0,
        UNKNOWN,
    )


def supposed_tariff(act: Act, law: LawRecord, readings: Readings, hypotheses: Hypotheses) -> Cents:
    """Sector 2 on the tariff of OPTAM; that of today where only the access changes; `UNKNOWN`: the law's own."""
    if act.profession != Profession.MEDECIN:
        return UNKNOWN
    raised = hypotheses.base_secteur_2 and act.convention == Convention.SECTEUR_2
    if not raised and supposed_status(act, law, readings, hypotheses) == act.status:
        return UNKNOWN
    convention = OPTAM if raised else act.convention
    same = with_facts(act, act.profession, convention, act.fee, act.exemption, act.drug_class, act.status)
    tariff, case = tariff_of_act(same, law, readings)
    return UNKNOWN if case == CaseBase.UNKNOWN else tariff


def supposed_rate(act: Act, less: bool, law: LawRecord, hypotheses: Hypotheses) -> BasisPoints:
    """What is covered refunded whole, or a long-term illness less than whole; `UNKNOWN`: the rate of the law."""
    if hypotheses.ticket_moderateur_zero:
        _, case = rate_of_act(act, law)
        return UNKNOWN if case == CaseRate.UNKNOWN or case == CaseRate.NOT_COVERED else WHOLE
    return hypotheses.taux_exoneration_ald if less else UNKNOWN


def counted_apart(act: Act, counters: Counters, borne: Borne, hypotheses: Hypotheses) -> Counters:
    """The deductibles towards the yearly cap of the act: those of transport alone, or the others."""
    if not hypotheses.plafond_transport_distinct:
        return counters
    own = act.profession == Profession.TRANSPORTEUR
    return Counters(
        counters.participation_annee,
        counters.participation_nombre_annee,
        counters.participation_nombre_jour,
        borne.transport if own else counters.franchise_annee - borne.transport,
        counters.franchise_jour,
        counters.seances_annee,
        counters.avis_precedent,
    )


def more_participation(
    act: Act, reimbursed: Cents, counters: Counters, law: LawRecord, hypotheses: Hypotheses
) -> Cents:
    """The flat contribution of an act of a dentist, under the exemptions and the caps of the others."""
    if not hypotheses.participation_dentiste or act.profession != Profession.CHIRURGIEN_DENTISTE:
        return 0
    as_doctor = with_facts(act, DOCTOR, act.convention, act.fee, act.exemption, act.drug_class, act.status)
    amount, _ = participation_forfaitaire(as_doctor, reimbursed, counters, law)
    return amount


def more_franchise(act: Act, reimbursed: Cents, counters: Counters, law: LawRecord, hypotheses: Hypotheses) -> Cents:
    """The deductible on a device, under the exemptions and the caps of the others."""
    device = act.drug_class == DrugClass.LPP or act.drug_class == DrugClass.GRAND_APPAREILLAGE
    if not hypotheses.franchise_dispositif or not device:
        return 0
    as_medicine = with_facts(act, PHARMACY, act.convention, act.fee, act.exemption, MEDICINE, act.status)
    amount, _ = franchise(as_medicine, reimbursed, counters, law)
    return amount


def above_ceiling(included: Cents, borne: Borne, hypotheses: Hypotheses) -> Cents:
    """How much of what is left goes beyond the yearly ceiling."""
    if hypotheses.annual_ceiling_rac_amo == UNKNOWN:
        return 0
    return max(0, included - max(0, hypotheses.annual_ceiling_rac_amo - borne.included))


def with_facts(
    act: Act, profession: int, convention: int, fee: Cents, exemption: int, drug_class: int, status: int
) -> Act:
    """The act with these facts in place of its own."""
    return Act(
        act.care_date, act.reimbursement_date, act.age, act.age_1er_janvier, profession, act.specialty,
        convention, act.act, act.quantity, fee, act.base, act.medecin_traitant, act.role, act.referral,
        act.urgent, act.away, act.purpose, act.medecin_traitant_left_on, act.installed_on, act.zone_deficitaire,
        act.referrer_installed_on, act.referrer_zone_deficitaire, act.centre_agree_on,
        act.medecin_traitant_indisponible, act.special_setting, exemption, act.c2s, act.ame, act.scheme,
        act.tiers_payant, act.exigence_particuliere, drug_class, act.prelevement_biologie, act.sejour_jours,
        act.ips, status,
    )  # fmt: skip
