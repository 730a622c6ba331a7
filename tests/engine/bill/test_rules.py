"""The small rules of a bill one by one: what a record keeps of another, what counts before a line, an invoice."""

from typing import Any

import pytest

from parcours.engine.bill.settle import prepare, settle_bill
from parcours.law.bill.codes import CaseInvoice
from parcours.law.cache import flat_law
from parcours.law.codes import FranchisePlafondJour, Pathway
from parcours.rules.around import Around
from parcours.rules.bill.invoice import bearing, on_invoice
from parcours.rules.bill.memory import borne_before, counters_before
from parcours.rules.bill.plain import plain
from parcours.rules.bill.types import Borne, Line, SettledLine
from parcours.rules.types import Counters, Readings, Settlement

DOCTOR: dict[str, Any] = {
    "specialty": "generaliste",
    "convention": "secteur_1",
    "medecin_traitant": True,
    "role": "medecin_traitant",
}
LAW = flat_law().default.on(20260310)
UNIT = LAW.participation_montant
BEFORE = Counters(1, 2, 3, 4, 5, 6, 7)
NUMBERED = Settlement(*range(1, len(Settlement._fields) + 1))


def lines_of(*lines: dict[str, Any]) -> list[Line]:
    shared = {"care_date": "2026-03-10", "age": 40, "drug_class": "majeur"}
    return [one.line for one in prepare({**shared, "lines": [{"fee": 9, **line} for line in lines]}, {}).lines]


def test_a_plain_settlement_is_the_same_in_plain_integers() -> None:
    coded = NUMBERED._replace(pathway=Pathway.OUTSIDE)
    assert plain(coded) == coded
    assert {type(value) for value in plain(coded)} == {int}


def test_an_invoice_changes_what_a_line_bears_and_nothing_else() -> None:
    around = Around(*range(1, len(Around._fields) + 1))
    assert bearing(around, 5) == around._replace(contribution=around.contribution + 5)
    one = SettledLine(NUMBERED, *range(51, 51 + len(SettledLine._fields) - 1))
    other = NUMBERED._replace(amo=99)
    assert on_invoice(one, other, 5, 6) == one._replace(settlement=other, contribution=5, case_invoice=6)


def test_a_cent_that_a_line_cannot_bear_is_taken_on_another() -> None:
    """70 % of 2.84 is 1.99: the second cent of its contribution is the visit's."""
    lines = [{"code": "ACTE", "base": 2.84, "fee": 2.84}, {"code": "G", "fee": 30}]
    settled = settle_bill({**DOCTOR, "care_date": "2026-03-10", "age": 40, "lines": lines}).settled
    assert [one.settlement.participation_forfaitaire for one in settled] == [199, 201]
    assert [one.case_invoice for one in settled] == [CaseInvoice.TAKEN_ELSEWHERE, CaseInvoice.TAKES_OF_OTHERS]
    assert [one.contribution for one in settled] == [200, 200]


def before_last(
    lines: list[Line], participations: list[int], franchises: list[int], readings: Readings | None = None
) -> dict[str, int]:
    """What the lines before the last one add to what was borne."""
    found = counters_before(lines, participations, franchises, [BEFORE] * len(lines), LAW, readings or Readings())
    added = {
        name: value - getattr(BEFORE, name) for name, value in found._asdict().items() if value != getattr(BEFORE, name)
    }
    return {**added, "avis_precedent": found.avis_precedent} if "avis_precedent" in added else added


G, LATER, NEXT_YEAR = {"code": "G", **DOCTOR}, {"care_date": "2026-03-11"}, {"reimbursement_date": "2027-01-04"}
YEAR = {"participation_annee": 2 * UNIT, "participation_nombre_annee": 2}


@pytest.mark.parametrize(
    ("first", "added"),
    [
        ({}, {**YEAR, "participation_nombre_jour": 2}),
        (LATER, YEAR),
        ({"professional_id": "another"}, YEAR),
        (NEXT_YEAR, {"participation_nombre_jour": 2}),
    ],
)
def test_contributions_count_for_the_day_of_a_professional_and_for_the_year(
    first: dict[str, Any], added: dict[str, int]
) -> None:
    visit = {**G, "professional_id": "one"}
    lines = lines_of({**visit, **first}, {**visit, **first}, visit)
    assert before_last(lines, [UNIT, UNIT], [0, 0]) == added
    assert before_last(lines, [0, 0], [0, 0]) == {}


NURSE, PODIATRIST, BOX, TRIP = (
    {"code": "AMI 2"}, {"code": "POD 1"}, {"code": "BOITE", "price": 5}, {"code": "VSL", "base": 20},
)  # fmt: skip
DAY = {"franchise_annee": 200, "franchise_jour": 200}
PRACTICE = Readings(franchise_plafond_jour=FranchisePlafondJour.PRATIQUE)


@pytest.mark.parametrize(
    ("first", "last", "readings", "added"),
    [
        (NURSE, NURSE, None, DAY),
        (PODIATRIST, NURSE, None, DAY),
        (PODIATRIST, NURSE, PRACTICE, {"franchise_annee": 200}),
        (NURSE, NURSE, PRACTICE, DAY),
        (TRIP, TRIP, None, DAY),
        (TRIP, NURSE, None, {"franchise_annee": 200}),
        (NURSE, TRIP, None, {"franchise_annee": 200}),
        (BOX, NURSE, None, {"franchise_annee": 200}),
        (NURSE, BOX, None, {"franchise_annee": 200}),
        (BOX, BOX, None, DAY),
        ({**NURSE, **LATER}, NURSE, None, {"franchise_annee": 200}),
        ({**NURSE, **NEXT_YEAR}, NURSE, None, {"franchise_jour": 200}),
    ],
)
def test_deductibles_of_a_day_are_the_patient_s(
    first: dict[str, Any], last: dict[str, Any], readings: Readings | None, added: dict[str, int]
) -> None:
    assert before_last(lines_of(first, first, last), [0, 0], [100, 100], readings) == added


def test_sessions_with_a_psychologist_and_opinions_are_kept() -> None:
    session = {"code": "consultation", "profession": "psychologue", "quantity": 2}
    assert before_last(lines_of(session, session), [0], [0]) == {"seances_annee": 2}
    assert before_last(lines_of({**session, "care_date": "2025-12-30"}, session), [0], [0]) == {}
    assert before_last(lines_of(session, G), [0], [0]) == {}
    assert before_last(lines_of(G, session), [0], [0]) == {}
    opinion = {**G, "code": "APC", "specialty": "dermatologie", "role": "correspondant", "referral": "avis_ponctuel"}
    assert before_last(lines_of(opinion, opinion), [0], [0]) == {"avis_precedent": 20260310}
    assert before_last(lines_of(opinion, {**opinion, "professional_id": "another"}), [0], [0]) == {}
    assert before_last(lines_of(G, opinion), [0], [0]) == {}


BORNE = Borne(2 * UNIT, 3 * UNIT, 11, 13, 17)
"""Of the year, of the day, deductibles of the year, of auxiliaires and of trips in the day."""


@pytest.mark.parametrize(
    ("line", "readings", "expected"),
    [
        ({}, None, (2 * UNIT, 2, 3, 11, 13)),
        (LATER, None, (2 * UNIT, 2, 0, 11, 0)),
        (NEXT_YEAR, None, (0, 0, 3, 0, 13)),
        ({"professional_id": "another"}, None, (2 * UNIT, 2, 0, 11, 13)),
        ({"professional_id": "another"}, PRACTICE, (2 * UNIT, 2, 0, 11, 0)),
        (TRIP, None, (2 * UNIT, 2, 0, 11, 17)),
    ],
)
def test_what_was_borne_before_a_bill_is_of_its_first_line(
    line: dict[str, Any], readings: Readings | None, expected: tuple[int, ...]
) -> None:
    visit = {**G, "professional_id": "one"}
    lines = lines_of(visit, {**visit, **line} if "code" not in line else line)
    assert borne_before(lines, 0, BORNE, LAW, readings or Readings())[:5] == (2 * UNIT, 2, 3, 11, 13)
    assert borne_before(lines, 1, BORNE, LAW, readings or Readings()) == (*expected, 0, 0)
