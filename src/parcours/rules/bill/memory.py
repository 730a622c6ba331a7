"""What was borne before a line: contributions by professional and day, deductibles by patient and day, both by year.

CSS L160-13 II (four contributions a day for one professional, D160-8) and III al. 6 (deductibles of a day: all the acts
of auxiliaires together, all the trips together, for one patient, D160-11); years: D160-6, D160-10.
"""

from collections.abc import Sequence

from parcours.law.codes import FranchisePlafondJour, Profession
from parcours.law.record import LawRecord
from parcours.rules.bill.types import Borne, Line
from parcours.rules.participations import contributions
from parcours.rules.types import Act, Counters, Readings

YEAR = 10_000


def counters_before(
    lines: Sequence[Line],
    participations: Sequence[int],
    franchises: Sequence[int],
    before: Sequence[Counters],
    law: LawRecord,
    readings: Readings,
) -> Counters:
    """The counters before the line after those that are settled; `participations`: what counts for each of them.

    `before[i]`: what the patient had borne, before the bill, in the year, the day and the caps of line `i`.
    """
    i = len(participations)
    line = lines[i]
    participation_year = before[i].participation_annee
    number_year = before[i].participation_nombre_annee
    number_day = before[i].participation_nombre_jour
    franchise_year = before[i].franchise_annee
    franchise_day = before[i].franchise_jour
    sessions = before[i].seances_annee
    opinion = before[i].avis_precedent
    psychologist = line.act.profession == Profession.PSYCHOLOGUE
    for j in range(i):
        other = lines[j]
        same_person = other.professional == line.professional
        if participations[j]:
            number = contributions(participations[j], law)
            if same_year(other.act, line.act):
                participation_year += participations[j]
                number_year += number
            if same_person and other.act.care_date == line.act.care_date:
                number_day += number
        if franchises[j]:
            if same_year(other.act, line.act):
                franchise_year += franchises[j]
            of_cap = same_person or readings.franchise_plafond_jour == FranchisePlafondJour.TEXTE
            if of_cap and other.act.care_date == line.act.care_date and same_deductible(other.act, line.act):
                franchise_day += franchises[j]
        if psychologist and held_by_psychologist(other.act, line.act.care_date):
            sessions += other.act.quantity
        if same_person and law.acte_avis[other.act.act]:
            opinion = other.act.care_date
    return Counters(participation_year, number_year, number_day, franchise_year, franchise_day, sessions, opinion)


def borne_before(lines: Sequence[Line], i: int, borne: Borne, law: LawRecord, readings: Readings) -> Counters:
    """What was borne before the bill in the year, the day and the caps of one line, in the counters of one act.

    It is said of the bill: it counts for its first line's year of refund, day, professional and patient.
    """
    line, first = lines[i], lines[0]
    year = same_year(line.act, first.act)
    day = line.act.care_date == first.act.care_date
    same_person = line.professional == first.professional
    of_cap = same_person or readings.franchise_plafond_jour == FranchisePlafondJour.TEXTE
    participation_year = borne.participation_annee if year else 0
    return Counters(
        participation_year,
        contributions(participation_year, law),
        contributions(borne.participation_jour, law) if day and same_person else 0,
        borne.franchise_annee if year else 0,
        borne_of_day(line.act, borne) if day and of_cap else 0,
        0,
        0,
    )


def held_by_psychologist(act: Act, day: int) -> bool:
    """Is it a session with a psychologist, in the civil year of another (L162-58)?"""
    return act.profession == Profession.PSYCHOLOGUE and act.care_date // YEAR == day // YEAR


def same_year(act: Act, other: Act) -> bool:
    """Are two acts refunded in the same civil year?"""
    return act.reimbursement_date // YEAR == other.reimbursement_date // YEAR


def same_deductible(act: Act, other: Act) -> bool:
    """Do two deductibles count towards the same daily cap: trips together, acts of auxiliaires together?"""
    return (act.profession == Profession.TRANSPORTEUR) == (other.profession == Profession.TRANSPORTEUR) and (
        act.profession == Profession.PHARMACIE
    ) == (other.profession == Profession.PHARMACIE)


def borne_of_day(act: Act, borne: Borne) -> int:
    """What the patient bore that day towards the cap that this act counts in."""
    if act.profession == Profession.TRANSPORTEUR:
        return borne.franchise_jour_transport
    return borne.franchise_jour_auxiliaires
