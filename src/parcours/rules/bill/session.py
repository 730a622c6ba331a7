"""What a session makes of the tariff of its lines: NGAP article 11B, association of CCAM acts, consultation and act.

A session is what one professional does for one patient in one time. Each function takes all the lines of the bill and
the index of one; `tariffs` are the opposable tariffs before the session, in cents.
"""

from collections.abc import Sequence

from parcours.law.bill.codes import Association, CaseSession, Combination, WithConsultation
from parcours.law.bill.record import BillRecord
from parcours.law.codes import UNKNOWN
from parcours.law.record import LawRecord
from parcours.rules.bill.types import Line
from parcours.rules.money import share
from parcours.rules.rate import WHOLE
from parcours.rules.tariff import CONSULTATION, tariff_of_act
from parcours.rules.types import Readings

EXACT = 1_000_000
"""A coefficient in hundredths times a rate in basis points."""
UNIT = 100
"""Hundredths of a coefficient."""


def tariff_before(line: Line, law: LawRecord, readings: Readings) -> int:
    """Opposable tariff of a line before the session, in cents."""
    if line.tariff != UNKNOWN:
        return line.tariff
    return tariff_of_act(line.act, law, readings)[0]


def in_session(
    lines: Sequence[Line], tariffs: Sequence[int], joins: Sequence[int], i: int, values: BillRecord
) -> tuple[int, int]:
    """Tariff of one line after the session in cents, and the case that applied. `joins`: the line each one joins."""
    line = lines[i]
    if line.combination == Combination.ALONE:
        return tariffs[i], CaseSession.GIVEN if line.given else CaseSession.ALONE
    if line.given:
        return tariffs[i], CaseSession.GIVEN
    if line.combination == Combination.SUPPLEMENT:
        return tariffs[i], CaseSession.SUPPLEMENT
    if line.combination == Combination.CONSULTATION:
        return consultation(lines, tariffs, joins, i)
    if line.combination == Combination.NGAP or never_cut(line):
        return letter(lines, tariffs, i, values)
    return technical(lines, tariffs, i, values)


def together(lines: Sequence[Line], i: int, j: int) -> bool:
    """Are two lines of the same session, of the same professional, in the same time?"""
    return i != j and lines[i].professional == lines[j].professional and same_time(lines, i, j)


def same_time(lines: Sequence[Line], i: int, j: int) -> bool:
    """Are two lines of one session?  An act that was done at another time of the day (code 5) is of its own alone."""
    if i == j:
        return True
    apart = lines[i].association == Association.OTHER_TIME or lines[j].association == Association.OTHER_TIME
    return lines[i].session == lines[j].session and not apart


def consultation(lines: Sequence[Line], tariffs: Sequence[int], joins: Sequence[int], i: int) -> tuple[int, int]:
    """A consultation or a visit: nothing when the act done at the same time is worth more (CCAM III-3 A).

    Where the supplements that the ordinary consultation holds stand on lines of their own, its letter is the rest.
    """
    rest = tariffs[i]
    apart = False
    with_act = False
    for j in range(len(lines)):
        if not together(lines, i, j):
            continue
        if lines[j].combination == Combination.CCAM:
            if lines[j].with_consultation == WithConsultation.NOT_ADDED and tariffs[j] > tariffs[i]:
                return 0, CaseSession.CONSULTATION_NOT_ADDED
            with_act = True
        if joins[j] == i and lines[j].component and tariffs[j] and ordinary(lines[i]):
            rest -= tariffs[j]
            apart = True
    if apart:
        return max(0, rest), CaseSession.COMPONENTS_APART
    return rest, CaseSession.CONSULTATION_AND_ACT if with_act else CaseSession.ALONE


def ordinary(line: Line) -> bool:
    """Is it the ordinary consultation or visit, whose tariff holds the supplements of its patient?"""
    return line.act.act == CONSULTATION


def never_cut(line: Line) -> bool:
    """Is it a letter that article 11B never cuts?"""
    return line.combination == Combination.NGAP_FULL or line.combination == Combination.NGAP_SAMPLE


def letter(lines: Sequence[Line], tariffs: Sequence[int], i: int, values: BillRecord) -> tuple[int, int]:
    """NGAP article 11B: the highest coefficient in full, the second at half, the next ones not noted. Beside a blood
    sample, which is always in full, only one more act is noted.
    """
    line = lines[i]
    if line.association == Association.SECOND:
        return part_of_letter(line, tariffs[i], values.ngap_second), CaseSession.TRANSMITTED_HALF
    if never_cut(line):
        return tariffs[i], CaseSession.NGAP_NEVER_CUT
    if line.association == Association.FIRST:
        return tariffs[i], CaseSession.NGAP_FIRST
    rank = 0
    others = 0
    sampled = False
    for j in range(len(lines)):
        if not together(lines, i, j):
            continue
        if lines[j].combination == Combination.NGAP_SAMPLE:
            sampled = True
        if lines[j].combination != Combination.NGAP or lines[j].association:
            continue
        others += 1
        if ahead(lines, j, lines[j].coefficient * EXACT + tariffs[j], i, line.coefficient * EXACT + tariffs[i]):
            rank += 1
    if rank == 0:
        return tariffs[i], CaseSession.NGAP_FIRST if others else CaseSession.ALONE
    if rank == 1 and not sampled:
        return part_of_letter(line, tariffs[i], values.ngap_second), CaseSession.NGAP_HALF
    return 0, CaseSession.NGAP_NOT_NOTED


def part_of_letter(line: Line, tariff: int, rate: int) -> int:
    """A letter times its coefficient times a rate, rounded once; else (several acts on a line) a part of the tariff."""
    if not line.coefficient or not line.letter or tariff != (line.letter * line.coefficient + UNIT // 2) // UNIT:
        return share(tariff, rate)
    return (line.letter * line.coefficient * rate + EXACT // 2) // EXACT


def ahead(lines: Sequence[Line], j: int, measure: int, i: int, other: int) -> bool:
    """Does line `j` come before line `i`?  By its measure, then its fee, then its place on the bill."""
    if measure != other:
        return measure > other
    if lines[j].act.fee != lines[i].act.fee:
        return lines[j].act.fee > lines[i].act.fee
    return j < i


def technical(lines: Sequence[Line], tariffs: Sequence[int], i: int, values: BillRecord) -> tuple[int, int]:
    """A CCAM act among those of the session: beside a consultation (III-3 A), then by association (III-3 B)."""
    line = lines[i]
    if line.combination == Combination.CCAM_FULL:
        return priced(line, tariffs[i], WHOLE), CaseSession.CCAM_FULL
    for j in range(len(lines)):
        if not together(lines, i, j) or lines[j].combination != Combination.CONSULTATION:
            continue
        if line.with_consultation == WithConsultation.ACT_HALF:
            return priced(line, tariffs[i], values.acte_avec_consultation), CaseSession.CONSULTATION_AND_HALF_ACT
        if line.with_consultation == WithConsultation.BOTH_FULL:
            return priced(line, tariffs[i], WHOLE), CaseSession.CONSULTATION_AND_ACT
        if tariffs[i] <= tariffs[j]:
            return 0, CaseSession.ACT_NOT_ADDED
    return associated(lines, tariffs, i, values)


def associated(lines: Sequence[Line], tariffs: Sequence[int], i: int, values: BillRecord) -> tuple[int, int]:
    """Association of CCAM acts: the code transmitted says the circumstance; else two acts, full and half."""
    line = lines[i]
    if line.association == Association.SECOND:
        return priced(line, tariffs[i], values.association_2), CaseSession.CCAM_HALF
    if line.association == Association.OTHER_LIMB:
        return priced(line, tariffs[i], values.association_3), CaseSession.CCAM_THREE_QUARTERS
    if line.association == Association.DEROGATION:
        return priced(line, tariffs[i], values.association_4), CaseSession.CCAM_DEROGATION
    if line.association == Association.OTHER_TIME:
        return priced(line, tariffs[i], values.association_5), CaseSession.CCAM_OTHER_TIME
    if line.association == Association.FIRST:
        return priced(line, tariffs[i], values.association_1), CaseSession.CCAM_FIRST
    rank, others = rank_of(lines, tariffs, i)
    if rank == 0:
        return priced(line, tariffs[i], WHOLE), CaseSession.CCAM_FIRST if others else CaseSession.ALONE
    if rank < values.ccam_actes:
        return priced(line, tariffs[i], values.association_2), CaseSession.CCAM_HALF
    return 0, CaseSession.CCAM_NOT_ASSOCIATED


def rank_of(lines: Sequence[Line], tariffs: Sequence[int], i: int) -> tuple[int, int]:
    """Place of an act among those of the same activity, by tariff without modifiers, and how many others there are."""
    rank = 0
    others = 0
    for j in range(len(lines)):
        if not together(lines, i, j) or lines[j].combination != Combination.CCAM:
            continue
        if lines[j].activity != lines[i].activity:
            continue
        others += 1
        if ahead(lines, j, tariffs[j], i, tariffs[i]):
            rank += 1
    return rank, others


def priced(line: Line, tariff: int, rate: int) -> int:
    """Tariff with the percentage modifiers, at a rate, rounded once; the flat modifiers are never cut."""
    percent = WHOLE + line.percent
    return (tariff * percent * rate + WHOLE * WHOLE // 2) // (WHOLE * WHOLE) + line.flat
