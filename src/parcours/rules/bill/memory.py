"""What was borne before a line: contributions by professional and day, deductibles by patient and day, both by year.

CSS L160-13 II (four contributions a day for one professional, D160-8) and III al. 6 (deductibles of a day: all the acts
of auxiliaires together, all the trips together, for one patient, D160-11); years: D160-6, D160-10.
"""

from collections.abc import Sequence

from parcours.law.codes import Profession
from parcours.law.record import LawRecord
from parcours.rules.bill.types import Borne, Line
from parcours.rules.participations import contributions
from parcours.rules.types import Act, Counters

YEAR = 10_000


def counters_before(
    lines: Sequence[Line], participations: Sequence[int], franchises: Sequence[int], borne: Borne, law: LawRecord
) -> Counters:
    """The counters before the line that follows those that are settled (`participations`: what each of them took).

    What was borne before the bill counts for its first line's year of refund, day, professional and patient.
    """
    i = len(participations)
    line, first = lines[i], lines[0]
    participation_year = borne.participation_annee if same_year(line.act, first.act) else 0
    franchise_year = borne.franchise_annee if same_year(line.act, first.act) else 0
    same_day_as_first = line.act.care_date == first.act.care_date
    number_year = contributions(participation_year, law)
    with_first = same_day_as_first and line.professional == first.professional
    number_day = contributions(borne.participation_jour, law) if with_first else 0
    franchise_day = borne_of_day(line.act, borne) if same_day_as_first else 0
    for j in range(i):
        if same_year(lines[j].act, line.act):
            participation_year += participations[j]
            number_year += contributions(participations[j], law)
            franchise_year += franchises[j]
        if lines[j].act.care_date != line.act.care_date:
            continue
        if lines[j].professional == line.professional:
            number_day += contributions(participations[j], law)
        if same_deductible(lines[j].act, line.act):
            franchise_day += franchises[j]
    return Counters(participation_year, number_year, number_day, franchise_year, franchise_day, 0)


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
